/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_MOVE_H
#define _RVM_MOVE_H

#include "lib/judge/judge.h"

/**
 * rvm_judge_move() - may an object get another name
 * @part: the partition; those above count too
 * @from: the object by its old name
 * @to: the new name, judged as the object that will have it
 * @tree: it is a directory, so what lies below gets other names too
 * @now: unix seconds
 *
 * Nothing excluded gets another name, and nothing gets a name that gives more.  No
 * symbolic link gets a name on the way to what is excluded. For a directory, every rule
 * must mean the same for whatever lies below: otherwise that would lose a deny rule, or
 * gain a token, without being named.  Rules anchored in the directory itself or below go
 * with it.
 *
 * Two renames that are each allowed are allowed one after the other, in either order:
 * what a rule means below a name depends only on what it means at the directory above,
 * and on the name.
 *
 * Context: Any; under whatever keeps the tables.
 * Return: RVM_REASON_NONE; RVM_REASON_EXCLUDED if a deny rule takes any right of one of
 * the names, or means something else below; RVM_REASON_GAIN if tokens give more, or mean
 * something else below.
 */
enum rvm_reason rvm_judge_move(const struct rvm_partition_view *part,
			       const struct rvm_path_object *from, const struct rvm_path_object *to,
			       bool tree, s64 now);

/** RVM_MOVES_WITHIN - nothing forbids to rename what rules do not tell from others, in it */
#define RVM_MOVES_WITHIN BIT(15)
/** RVM_MOVES_BETWEEN - likewise between it and another directory of the same number */
#define RVM_MOVES_BETWEEN BIT(14)
/** RVM_MOVES_BESIDE - an exclusion could match a name in it; the lower bits are rights */
#define RVM_MOVES_BESIDE BIT(13)

/**
 * rvm_judge_moves() - what a rename sees of all names of a directory that are alike
 * @part: the partition; those above count too
 * @any: the empty name in the directory, of nothing
 * @now: unix seconds
 *
 * It holds for names that are not in the sets of rvm_index_add_told(), of plain files and
 * directories without a mark.  rvm_judge_move() says yes to a rename of such a name to
 * another in the same directory, with what lies below it, if there is
 * RVM_MOVES_WITHIN.  It says yes to a rename of a plain file to another directory with the
 * same number that has RVM_MOVES_BETWEEN; such files may have second names in both
 * directories or in none.
 *
 * Return: RVM_MOVES_x and a mask of enum rvm_right; 0 if an exclusion takes a right of
 * each name there, or the partition is stopped.
 */
u16 rvm_judge_moves(const struct rvm_partition_view *part, const struct rvm_path_object *any,
		    s64 now);

#endif /* _RVM_MOVE_H */
