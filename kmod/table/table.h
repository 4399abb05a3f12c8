/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_TABLE_H
#define _RVM_TABLE_H

#include <linux/types.h>
#include <linux/xarray.h>

#include "lib/judge/judge.h"
#include "table/token.h"

/**
 * struct rvm_table - the tokens and exclusions of a partition, immutable
 *
 * Built by one transaction, published with rcu_assign_pointer(), replaced as a
 * whole.  Readers hold rcu_read_lock(); whoever replaced it waits for a grace period
 * and destroys it, before anybody is told that it was replaced.
 */
struct rvm_table {
	/** @tokens: What the judge reads. */
	struct rvm_index tokens;
	/** @exclusions: What the judge reads first. */
	struct rvm_index exclusions;
	/** @leaves: Names that these may be about. */
	struct rvm_leaf_set leaves;
	/** @told: Names that a token or an exclusion tells from others; all of @leaves too. */
	struct rvm_leaf_set told;
	/** @token: The same tokens with what only listings need, index order. */
	struct rvm_token **token;
	/** @exclusion: Likewise. */
	struct rvm_token **exclusion;
	/** @digest: SHA-256 of the file, as the tool gave it. */
	u8 digest[32];
	/** @source: Path of the file, or NULL. */
	char *source;
	/** @workspace: Path, or NULL. */
	char *workspace;
	/** @generation: Counts tables of this partition from 1; the generation of its handles. */
	u32 generation;
	/** @birth: Witness sequence of the commit. */
	u64 birth;
	/** @number: Of the table; never used again. */
	u64 number;
	/** @lineages: @number of the first table whose tokens number lineages as these do. */
	u64 lineages;
	/** @named: Lineages that its tokens are within; others that a task has count no more. */
	u64 named;
	/** @lineage_count: How many numbers of lineages these tables have used. */
	unsigned int lineage_count;
	/** @steps: The most that its patterns can cost a question. */
	u64 steps;
	/** @expires: One of the tokens ends by itself. */
	bool expires;
};

struct netlink_ext_ack;

/**
 * struct rvm_batch - entries of one kind on their way into a table
 */
struct rvm_batch {
	/** @entries: Of struct rvm_token, in the order in which they came, from 0. */
	struct xarray entries;
	/** @count: How many. */
	u32 count;
	/** @steps: The most that their patterns can cost a question. */
	u64 steps;
};

/**
 * rvm_table_build() - make a table
 * @tokens: stay the caller's until it is published
 * @exclusions: likewise
 * @old: the one before, whose lineages go on; stays while it is built; NULL for none
 * @extack: says why not
 *
 * Context: may sleep.
 * Return: the table; ERR_PTR(): -E2BIG if tokens are within too many programs; -ENOMEM.
 */
struct rvm_table *rvm_table_build(struct rvm_batch *tokens, struct rvm_batch *exclusions,
				  const struct rvm_table *old, struct netlink_ext_ack *extack);

/** rvm_table_fresh() - how many of its tokens are in no table yet */
u32 rvm_table_fresh(const struct rvm_table *table);

/**
 * rvm_table_date() - note what only the moment of the commit can tell
 * @table: not published yet; rvm_handles_reserve() made room for rvm_table_fresh()
 * @generation: of the partition, with this table
 * @epoch: of the partition
 * @sequence: of the record of the commit
 *
 * Gives ids and handles to those of its tokens that are new, and takes the others over.
 *
 * Context: under rvm_partitions_lock and rvm_revoke_lock.
 */
void rvm_table_date(struct rvm_table *table, u32 generation, u32 epoch, u64 sequence);

/** rvm_table_free() - free a table, but not its tokens and exclusions */
void rvm_table_free(struct rvm_table *table);

/** rvm_table_token() - the token with an id, or NULL */
struct rvm_token *rvm_table_token(const struct rvm_table *table, u64 id);

/**
 * rvm_table_destroy() - free a table that nobody can reach any more
 * @table: NULL is fine; tokens that are in another one stay
 *
 * Context: may sleep; rvm_revoke_table() took its tokens back.
 */
void rvm_table_destroy(struct rvm_table *table);

#endif /* _RVM_TABLE_H */
