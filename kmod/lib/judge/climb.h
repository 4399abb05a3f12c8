/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_CLIMB_H
#define _RVM_CLIMB_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "lib/judge/index.h"
#include "lib/judge/view.h"

/**
 * struct rvm_stop - is the answer still wanted
 */
struct rvm_stop {
	/** @count: How often the asking partition was stopped so far; NULL if nothing stops it. */
	const u32 *count;
	/** @seen: The value of @count when the question was asked. */
	u32 seen;
};

/**
 * rvm_is_stopped() - was the asking partition stopped meanwhile
 * @stop: of the question
 *
 * Once true it stays so.  A search that finds nothing has to check this afterwards,
 * because it may have ended early.
 *
 * Return: true if the answer has to be no.
 */
static inline bool rvm_is_stopped(const struct rvm_stop *stop)
{
	return stop->count && READ_ONCE(*stop->count) != stop->seen;
}

/**
 * struct rvm_climb - a walk up from a place that finds all that is anchored on the way
 */
struct rvm_climb {
	/** @stop: Ends it early. */
	struct rvm_stop stop;
	/** @index: What is searched; NULL for nothing. */
	const struct rvm_index *index;
	/** @view: The place; NULL for none. */
	const struct rvm_path_view *view;
	/** @from: Least @level; 1 for what is anchored above the place. */
	unsigned int from;
	/** @match: Only those are wanted that match the place or a directory above it. */
	bool match;
	/** @level: How far above the place the last entry is anchored. */
	unsigned int level;
	/** @at: Its index. */
	u32 at;
	/** @inside: @at is in the chain of @level, or of @group. */
	bool inside;
	/** @wanted: With @match: names that a pattern may need, for each part; once @begun. */
	u64 wanted[RVM_NAME_PARTS];
	/** @left: Those of @part that are to be looked up at @level. */
	u64 left;
	/** @part: What is looked up now; RVM_NAME_PARTS for what needs no name. */
	unsigned int part;
	/** @key: Of the present chain. */
	u32 key;
	/** @begun: @wanted is filled. */
	bool begun;
	/** @named: The anchors are done; now their places are searched. */
	bool named;
	/** @group: Whose places are searched; with @match the number of the place. */
	u32 group;
	/** @started: With @match: @group is in the chain of @level. */
	bool started;
};

/**
 * rvm_climb_next() - the next entry anchored at a place or above it, upwards
 * @climb: @stop, @index and @view are set, maybe @from, the rest 0 at the beginning
 *
 * First come those whose anchor is met, upwards; then those whose anchor's place holds
 * something else.  With @match most of those that cannot match are left out, and each
 * level gives an entry once at most.
 *
 * Return: its scope; NULL at the end, or when it is stopped.
 */
const struct rvm_scope *rvm_climb_next(struct rvm_climb *climb);

/**
 * rvm_scope_is_at() - is a scope anchored at a level of a view, by object or by name
 * @scope: the scope
 * @view: a place
 * @level: how far above it
 *
 * Return: true if the anchor is there, or what is there stands in its place.
 */
bool rvm_scope_is_at(const struct rvm_scope *scope, const struct rvm_path_view *view,
		     unsigned int level);

/** rvm_scope_is_in_place() - likewise by name only */
bool rvm_scope_is_in_place(const struct rvm_scope *scope, const struct rvm_path_view *view,
			   unsigned int level);

/**
 * rvm_index_names_above() - is a name on the way to a place
 * @index: of exclusions; NULL for nothing
 * @view: the name
 * @least: so many names at least lie between; 0 if it may be the place itself
 *
 * Return: true if it is.
 */
bool rvm_index_names_above(const struct rvm_index *index, const struct rvm_path_view *view,
			   unsigned int least);

/** rvm_index_names_beside() - is there a place in the directory of a name; @index may be NULL */
bool rvm_index_names_beside(const struct rvm_index *index, const struct rvm_path_view *view);

#endif /* _RVM_CLIMB_H */
