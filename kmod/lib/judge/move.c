// SPDX-License-Identifier: GPL-2.0-only
/*
 * New names for old objects.
 */
#include <linux/bits.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "lib/judge/exclusion.h"
#include "lib/judge/move.h"
#include "lib/model/rights.h"

/* Kinds of tokens for files: plain, load, run, both.  None stands for another. */
#define KINDS 4

/* An index seen from two places. */
struct pair {
	struct rvm_stop stop;
	const struct rvm_index *index;
	const struct rvm_path_view *here;
	const struct rvm_path_view *there;
	/* The object that moves: it is at both places. */
	const void *object;
};

static bool goes_below(const struct rvm_scope *scope)
{
	return (scope->class == RVM_CLASS_PATH || scope->class == RVM_CLASS_NET) && scope->glob &&
	       !rvm_scope_is_nowhere(scope) && !(scope->flags & RVM_SCOPE_FLAG_PROC_OWN);
}

static u64 end_of(const struct rvm_scope *scope)
{
	return BIT_ULL(scope->glob->segments);
}

/* A scope anchored at the object itself goes with it; one that holds for its name does not. */
static bool is_at(const struct rvm_scope *scope, const struct rvm_path_view *view,
		  unsigned int level, const void *object)
{
	if (level)
		return rvm_scope_is_at(scope, view, level);
	return (object && scope->anchor == object) || rvm_scope_is_in_place(scope, view, 0);
}

/*
 * What is left of a pattern for the names below a place: at two places with the same rest
 * it matches the same names.
 */
static u64 rest_below(const struct rvm_scope *scope, const struct rvm_path_view *view,
		      unsigned int from, const void *object, bool nocase)
{
	unsigned int level;
	u64 rest = 0;

	nocase = nocase || scope->flags & RVM_SCOPE_FLAG_NOCASE;
	for (level = from; level <= view->depth; level++)
		if (is_at(scope, view, level, object))
			rest |= rvm_glob_rest(scope->glob, view->name, level, nocase);
	if (scope->flags & RVM_SCOPE_FLAG_ALONE)
		return rest & ~end_of(scope);
	/* Everything below is covered, whatever else matches. */
	return rest & end_of(scope) ? end_of(scope) : rest;
}

/* Is it anchored at the object, or at a place above both? */
static bool is_above_both(const struct rvm_scope *scope, const struct pair *pair)
{
	unsigned int level;

	for (level = 0; level <= pair->there->depth; level++)
		if (is_at(scope, pair->there, level, pair->object))
			return true;
	return false;
}

static bool rest_differs(const struct rvm_scope *scope, const struct pair *pair, bool nocase)
{
	return rest_below(scope, pair->here, 0, pair->object, nocase) !=
	       rest_below(scope, pair->there, 0, pair->object, nocase);
}

/*
 * Directories below may fold case where those above do not.  @back: Scopes of places above
 * @there were compared already, in the other direction.
 */
static bool exclusion_differs(const struct pair *pair, bool back)
{
	struct rvm_climb climb = { .stop = pair->stop, .index = pair->index, .view = pair->here };
	const struct rvm_scope *scope;

	while ((scope = rvm_climb_next(&climb))) {
		if (!goes_below(scope) || (back && is_above_both(scope, pair)))
			continue;
		if (rest_differs(scope, pair, true) ||
		    (!(scope->flags & RVM_SCOPE_FLAG_NOCASE) && rest_differs(scope, pair, false)))
			return true;
	}
	return false;
}

static bool exclusions_differ(const struct rvm_partition_view *part,
			      const struct rvm_path_view *from, const struct rvm_path_view *to)
{
	const struct rvm_index *index = part->exclusions;
	const void *object = from->id[0];
	const struct pair down = { part->stop, index, from, to, object },
			  up = { part->stop, index, to, from, object };

	/* A scope anchored below goes with it; one that holds for a name below does not. */
	return exclusion_differs(&down, false) || exclusion_differs(&up, true) ||
	       rvm_index_names_above(index, from, 1) || rvm_index_names_above(index, to, 1);
}

static unsigned int kind_of(const struct rvm_scope *scope)
{
	return (scope->flags & RVM_SCOPE_FLAG_LOAD ? 1 : 0) +
	       (scope->flags & RVM_SCOPE_FLAG_RUN ? 2 : 0);
}

/* A pattern for all that lies below gives rights; any other must have the same rest at both. */
static bool token_differs(const struct rvm_partition_view *part, const struct pair *pair,
			  u8 *rights, s64 now)
{
	/* A token that is anchored at the object itself goes with it. */
	struct rvm_climb climb = {
		.stop = pair->stop, .index = pair->index, .view = pair->here, .from = 1
	};
	const struct rvm_scope *scope;
	u64 here, there;
	u8 live;

	while ((scope = rvm_climb_next(&climb))) {
		live = goes_below(scope) ?
			       rvm_judge_live_rights(part, pair->index->core[climb.at], now) :
			       0;
		if (!live)
			continue;
		here = rest_below(scope, pair->here, 1, NULL, false);
		there = rest_below(scope, pair->there, 1, NULL, false);
		if (scope->class == RVM_CLASS_PATH && here == end_of(scope))
			rights[kind_of(scope)] |= live;
		if (here == there)
			continue;
		if (scope->class != RVM_CLASS_PATH || (here && here != end_of(scope)) ||
		    (there && there != end_of(scope)))
			return true;
	}
	return false;
}

static bool tokens_differ(const struct rvm_partition_view *part, const struct rvm_path_view *from,
			  const struct rvm_path_view *to, s64 now)
{
	const struct rvm_index *const indices[] = { part->tokens, part->grants };
	u8 before[KINDS] = {}, after[KINDS] = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(indices); i++) {
		const struct pair down = { part->stop, indices[i], from, to, NULL },
				  up = { part->stop, indices[i], to, from, NULL };

		if (token_differs(part, &down, before, now) || token_differs(part, &up, after, now))
			return true;
	}
	return memcmp(before, after, sizeof(before));
}

static const struct rvm_path_view *own_view(const struct rvm_path_object *path)
{
	return path->own ? path->own : path->visible;
}

static enum rvm_reason judge_below(const struct rvm_partition_view *part,
				   const struct rvm_path_object *from,
				   const struct rvm_path_object *to, s64 now)
{
	const struct rvm_partition_view *at;

	for (at = part; at; at = at->parent)
		if (exclusions_differ(at, from->visible, to->visible) ||
		    ((from->own || to->own) && exclusions_differ(at, own_view(from), own_view(to))))
			return RVM_REASON_EXCLUDED;
	for (at = part; at; at = at->parent)
		if (tokens_differ(at, from->visible, to->visible, now))
			return RVM_REASON_GAIN;
	return RVM_REASON_NONE;
}

static bool is_more(u8 before, u8 after, bool tree)
{
	return after & ~before || (tree && after != before);
}

/* What may be had once is not had for good by another name either. */
static bool gains(const struct rvm_partition_view *part, const struct rvm_path_object *from,
		  const struct rvm_path_object *to, bool tree, s64 now)
{
	s64 until = S64_MAX;
	u8 before = rvm_judge_path_rights_until(part, from, now, &until);
	u8 after = rvm_judge_path_rights_until(part, to, now, &until);

	if (until || is_more(before, after, tree))
		return is_more(before, after, tree);
	return is_more(rvm_judge_lasting_rights(part, from, now),
		       rvm_judge_lasting_rights(part, to, now), tree);
}

enum rvm_reason rvm_judge_move(const struct rvm_partition_view *part,
			       const struct rvm_path_object *from, const struct rvm_path_object *to,
			       bool tree, s64 now)
{
	if (rvm_exclusion_touches(part, from, RVM_RIGHTS_ALL) ||
	    rvm_exclusion_touches(part, to, RVM_RIGHTS_ALL) ||
	    (from->symlink && rvm_exclusion_is_below(part, to)))
		return RVM_REASON_EXCLUDED;
	if (gains(part, from, to, tree, now))
		return RVM_REASON_GAIN;
	return tree ? judge_below(part, from, to, now) : RVM_REASON_NONE;
}

/* Two moments at which a token that expires counts or not must not be compared. */
u16 rvm_judge_moves(const struct rvm_partition_view *part, const struct rvm_path_object *any,
		    s64 now)
{
	u16 moves = RVM_MOVES_WITHIN;
	s64 until = S64_MAX;

	if (rvm_exclusion_touches(part, any, RVM_RIGHTS_ALL))
		return 0;
	moves |= rvm_judge_path_rights_until(part, any, now, &until);
	if (until == S64_MAX)
		moves |= RVM_MOVES_BETWEEN;
	if (rvm_exclusion_is_beside(part, any))
		moves |= RVM_MOVES_BESIDE;
	return rvm_is_stopped(&part->stop) ? 0 : moves;
}
