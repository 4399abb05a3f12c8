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

#endif /* _RVM_MOVE_H */
