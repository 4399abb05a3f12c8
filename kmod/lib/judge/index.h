/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_INDEX_H
#define _RVM_INDEX_H

#include <linux/compiler.h>
#include <linux/rvm.h>
#include <linux/types.h>

#include "lib/pattern/leaf.h"
#include "lib/token/scope.h"
#include "lib/token/token.h"

/** RVM_CHAIN_END - end of an index chain */
#define RVM_CHAIN_END 0xffffffffu
/** RVM_INDEX_PART_BITS - bits that the names of patterns are spread over, for each bucket */
#define RVM_INDEX_PART_BITS 8
/** RVM_INDEX_PART_BITS_MIN - and at least; a power of two */
#define RVM_INDEX_PART_BITS_MIN 8192

/**
 * enum rvm_index_kind - what an index is for
 * @RVM_INDEX_TOKENS: Tokens of a table: built once.
 * @RVM_INDEX_EXCLUSIONS: Likewise, of entries with places.
 * @RVM_INDEX_GRANTS: Tokens that come and go.
 */
enum rvm_index_kind {
	RVM_INDEX_TOKENS,
	RVM_INDEX_EXCLUSIONS,
	RVM_INDEX_GRANTS,
};

/**
 * struct rvm_index - tokens or exclusions, found by what they name
 *
 * PATH and unix scopes with an anchor are chained by the anchor's hash, EXEC scopes by
 * the base name of their program word, which binds files of that name whatever their
 * identity, and all others by class.  In what is built at once each chain is in rising
 * index order.
 *
 * Hundreds of scopes may share an anchor, and most ask for a name that few paths have.
 * So scopes with an anchor are chained a second time, by the anchor together with one
 * name that their pattern cannot match without, or the beginning or end of one.  EXEC
 * scopes that name a program are chained with these, by its file.
 *
 * Where entries come and go, one that searches under RCU meets each entry that is there
 * all the time, and those that come or go meanwhile or not.
 */
struct rvm_index {
	/** @count: How many entries; where they come and go, with those that went. */
	u32 count;
	/** @mask: Buckets minus one; a power of two minus one. */
	u32 mask;
	/** @core: The entries. */
	const struct rvm_token_core **core;
	/** @bucket: Heads of the hashed chains, @mask + 1 of them. */
	u32 *bucket;
	/** @next: Next entry of the same chain, for each entry. */
	u32 *next;
	/** @keyed: Heads of the chains by anchor and name, as many as of @bucket. */
	u32 *keyed;
	/** @keyed_next: Next entry of the same chain of @keyed. */
	u32 *keyed_next;
	/** @key: Hash of the anchor and that name or part, or of the anchor alone. */
	u32 *key;
	/** @prev: What is before it by @next: see index.c; NULL where nothing comes or goes. */
	u32 *prev;
	/** @keyed_prev: Likewise by @keyed_next. */
	u32 *keyed_prev;
	/** @parts: A bit for each such name or part, by its hash; most names have none. */
	u32 *parts;
	/** @parts_mask: Number of these bits minus one; a power of two minus one. */
	u32 parts_mask;
	/**
	 * @group: For each entry the number of its anchor and places, which
	 * entries may share; NULL for tokens, which hold for their anchors only.
	 */
	u32 *group;
	/** @first: First entry of each group, which the others follow in its chain. */
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

/** rvm_index_links() - how many links rvm_index_init() takes for the same */
size_t rvm_index_links(enum rvm_index_kind kind, u32 room, u32 buckets);

/**
 * rvm_index_init() - make an index without entries
 * @index: all of it is set but @core, which is the caller's
 * @kind: what it is for
 * @room: most entries
 * @buckets: a power of two
 * @links: as many as rvm_index_links() says; they stay the caller's
 */
void rvm_index_init(struct rvm_index *index, enum rvm_index_kind kind, u32 room, u32 buckets,
		    u32 *links);

/**
 * rvm_index_build() - chain all entries
 * @index: made by rvm_index_init(); @count and @core are set
 */
void rvm_index_build(struct rvm_index *index);

/**
 * rvm_index_add() - let one more be found
 * @index: without places
 * @at: where it is in @core; whoever is there was removed a grace period ago, or nobody
 *
 * In constant time.
 *
 * Context: one writer at a time; others may search under RCU.
 */
void rvm_index_add(struct rvm_index *index, u32 at);

/**
 * rvm_index_remove() - let one not be found any more
 * @index: RVM_INDEX_GRANTS
 * @at: an entry of it
 *
 * In constant time.  Whoever searches and is at this entry goes on from there: so the
 * entry, and its place in @core, have to stay as they are until a grace period has passed.
 *
 * Context: as rvm_index_add().
 */
void rvm_index_remove(struct rvm_index *index, u32 at);

/** rvm_index_has() - was this added and not removed; RVM_INDEX_GRANTS only */
bool rvm_index_has(const struct rvm_index *index, u32 at);

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

/** rvm_scope_add_told() - likewise, of one scope */
void rvm_scope_add_told(const struct rvm_scope *scope, struct rvm_leaf_set *set);

/**
 * rvm_index_program() - where programs of a name are chained
 * @index: built
 * @name: a base name; others may share the chain
 *
 * Return: index of the first; RVM_CHAIN_END for none.
 */
u32 rvm_index_program(const struct rvm_index *index, const struct rvm_name *name);

/**
 * rvm_index_file() - where EXEC scopes are chained that name a file, by @keyed_next
 * @index: built
 * @program: identity of the file, maybe NULL; others, of all classes, may share the chain
 *
 * Return: index of the first; RVM_CHAIN_END for none.
 */
u32 rvm_index_file(const struct rvm_index *index, const void *program);

#endif /* _RVM_INDEX_H */
