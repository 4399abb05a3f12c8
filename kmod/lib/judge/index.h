/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_INDEX_H
#define _RVM_INDEX_H

#include <linux/compiler.h>
#include <linux/rvm.h>
#include <linux/types.h>

#include "lib/pattern/leaf.h"
#include "lib/token/scope.h"
#include "lib/token/token.h"

/** RVM_PATH_DEPTH_MAX - most names of a path that are judged; deeper ones are denied */
#define RVM_PATH_DEPTH_MAX 64
/** RVM_PATH_BYTES_MAX - most bytes of all its names together, with one more for each */
#define RVM_PATH_BYTES_MAX 4096
/** RVM_CHAIN_END - end of an index chain */
#define RVM_CHAIN_END 0xffffffffu
/** RVM_INDEX_PART_BITS - number of bits that the names of patterns are spread over */
#define RVM_INDEX_PART_BITS 8192

/**
 * struct rvm_index - tokens or exclusions in index order, found by what they name
 *
 * PATH and unix scopes with an anchor are chained by the anchor's hash, EXEC scopes by
 * the base name of their program word, which binds files of that name whatever their
 * identity, and all others by class.  Each chain is in rising index order.  EXEC scopes
 * with an anchor are in another chain as well.
 *
 * Hundreds of scopes may share an anchor, and most ask for a name that few paths have.
 * So scopes with an anchor are chained a second time, by the anchor together with one
 * name that their pattern cannot match without, or the beginning or end of one.
 */
struct rvm_index {
	/** @count: How many entries. */
	u32 count;
	/** @mask: Buckets minus one; a power of two minus one. */
	u32 mask;
	/** @core: The entries. */
	const struct rvm_token_core **core;
	/** @bucket: Heads of the hashed chains, @mask + 1 of them. */
	u32 *bucket;
	/** @next: Next entry of the same chain, @count of them. */
	u32 *next;
	/** @keyed: Heads of the chains by anchor and name, as many as of @bucket. */
	u32 *keyed;
	/** @keyed_next: Next entry of the same chain of @keyed, @count of them. */
	u32 *keyed_next;
	/** @key: Hash of the anchor and that name or part, or of the anchor alone; @count. */
	u32 *key;
	/** @parts: A bit for each such name or part, by its hash; most names have none. */
	u64 parts[RVM_INDEX_PART_BITS / 64];
	/**
	 * @file: Heads of more chains, @mask + 1 of them: EXEC scopes that name a program, by
	 * the anchor's hash.  They find the rules for a file, whatever names they have for it.
	 */
	u32 *file;
	/** @next_file: Next entry of the same one of these, @count of them. */
	u32 *next_file;
	/**
	 * @group: For each of the @count entries, the number of its anchor and places, which
	 * entries may share; NULL for tokens, which hold for their anchors only.
	 */
	u32 *group;
	/**
	 * @first: First entry of each group, which the others follow in its chain; room
	 * for @count.
	 */
	u32 *first;
	/** @groups: How many groups have a place. */
	u32 groups;
	/** @placed: Heads of the chains of places, as many as of @bucket; for exclusions. */
	u32 *placed;
	/**
	 * @placed_next: Next place of the same chain: place n of group g is number
	 * g * RVM_SCOPE_PLACES + n.
	 */
	u32 *placed_next;
	/** @head: Heads of the class chains. */
	u32 head[RVM_CLASS_SYS + 1];
};

/** rvm_index_buckets() - number of buckets for @count entries: a power of two, at least 1 */
u32 rvm_index_buckets(u32 count);

/**
 * rvm_index_build() - chain the entries
 * @index: count, mask, core and all arrays are set, those of groups and places for
 *         exclusions only; the rest is filled here
 */
void rvm_index_build(struct rvm_index *index);

/**
 * rvm_index_leaves() - names that the entries may be about
 * @index: built
 * @set: filled
 */
void rvm_index_leaves(const struct rvm_index *index, struct rvm_leaf_set *set);

/**
 * rvm_index_add_told() - names that the entries tell from others, at any level
 * @index: built, of tokens or exclusions
 * @set: is added to
 *
 * For whatever has a name that is not in the set, and for whatever lies below it, the
 * entries mean the same as under any other such name in the same directory.
 */
void rvm_index_add_told(const struct rvm_index *index, struct rvm_leaf_set *set);

/** enum rvm_name_part - what of a name is hashed */
enum rvm_name_part {
	/** @RVM_NAME_ALL: All of it. */
	RVM_NAME_ALL,
	/** @RVM_NAME_HEAD: Its first RVM_NAME_END_BYTES. */
	RVM_NAME_HEAD,
	/** @RVM_NAME_TAIL: Its last ones. */
	RVM_NAME_TAIL,
	/** @RVM_NAME_PARTS: How many there are. */
	RVM_NAME_PARTS,
};

/** RVM_NAME_END_BYTES - length of such a beginning or end */
#define RVM_NAME_END_BYTES 3

/**
 * struct rvm_name_hashes - one part of each name of a path
 */
struct rvm_name_hashes {
	/** @fresh: Bit n is set if no name before the n-th has the same hash. */
	u64 fresh;
	/** @hash: Of each name, the same for both cases of a letter; 0 for none. */
	u32 hash[RVM_PATH_DEPTH_MAX];
};

/**
 * struct rvm_path_view - a file system object and what lies above it
 */
struct rvm_path_view {
	/** @name: Names, leaf first. */
	struct rvm_name name[RVM_PATH_DEPTH_MAX];
	/** @id: Identity of the object of the same place; @id[@depth] is the root. */
	const void *id[RVM_PATH_DEPTH_MAX + 1];
	/** @depth: How many names. */
	u16 depth;
	/** @folds: A directory on the way compares names without regard to case. */
	bool folds;
	/**
	 * @aliases: 0, or how many levels up a name may be another spelling of one, such
	 * as "ENV~1" where short names are made; exclusions from there on up cover it.
	 */
	u16 aliases;
	/** @noted: The rest is filled.  Without it everything on the way up is searched. */
	bool noted;
	/** @repeats: Two names have the same hash. */
	bool repeats;
	/** @part: What patterns can be found by: all of a name, its beginning, its end. */
	struct rvm_name_hashes part[RVM_NAME_PARTS];
};

/**
 * rvm_view_note_names() - make what may match a place be found fast
 * @view: its names are filled; to be called again after one is changed
 */
void rvm_view_note_names(struct rvm_path_view *view);

/**
 * rvm_view_forget_leaf() - put the empty name, of nothing, in place of the object
 * @view: has one name at least
 *
 * The empty name is matched only by what matches every name.
 */
void rvm_view_forget_leaf(struct rvm_path_view *view);

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

/**
 * rvm_index_program() - where programs of a name are chained
 * @index: built
 * @name: a base name; others may share the chain
 *
 * Return: index of the first; RVM_CHAIN_END for none.
 */
u32 rvm_index_program(const struct rvm_index *index, const struct rvm_name *name);

/**
 * rvm_index_file() - where EXEC scopes are chained that name a file, by @next_file
 * @index: built
 * @program: identity of the file, maybe NULL; others may share the chain
 *
 * Return: index of the first; RVM_CHAIN_END for none.
 */
u32 rvm_index_file(const struct rvm_index *index, const void *program);

#endif /* _RVM_INDEX_H */
