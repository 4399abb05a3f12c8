/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_GRANTS_H
#define _RVM_GRANTS_H

#include <linux/rcupdate.h>
#include <linux/types.h>

#include "lib/judge/index.h"

struct netlink_ext_ack;
struct rvm_table;
struct rvm_token;

/** RVM_GRANTS_RETIRED - tokens that were taken back and stay to explain denials */
#define RVM_GRANTS_RETIRED 64

struct rvm_grants_body;

/**
 * struct rvm_grants - the tokens that a partition has beside its table
 *
 * They come and go one at a time.  All changes are under rvm_partitions_lock; hooks read
 * under RCU.  It is made with the first grant and stays as long as the partition.
 */
struct rvm_grants {
	/** @body: What hooks read: an index with room for some more.  Replaced when it is full. */
	struct rvm_grants_body __rcu *body;
	/** @count: Tokens that are not taken back. */
	u32 count;
	/** @kept: Those that were taken back and bind a program that no other one does. */
	u32 kept;
	/** @expiring: Of @count, those that end by themselves and are about what is open. */
	u32 expiring;
	/** @single: Tokens for one use that were ever added. */
	u32 single;
	/** @steps: The most that @count and @kept can cost a question. */
	u64 steps;
	/** @retired: The newest that were taken back, a ring. */
	struct rvm_token *retired[RVM_GRANTS_RETIRED];
	/** @oldest: Of @retired, or the first that is NULL. */
	unsigned int oldest;
};

/** rvm_grants_new() - without any; NULL if there is no memory; nothing waits for a file system */
struct rvm_grants *rvm_grants_new(void);

/** rvm_grants_destroy() - free it with all that is left in it; NULL is fine; may sleep */
void rvm_grants_destroy(struct rvm_grants *grants);

/**
 * rvm_grants_reserve() - make room for one more
 * @grants: of the partition
 * @table: its table; NULL for none: their limits are for both together
 * @token: its scope is set
 * @extack: says why not
 *
 * Return: 0; -ENFILE if there are as many tokens as may be; -E2BIG if a question could cost
 * too much; -ENOMEM.
 */
int rvm_grants_reserve(struct rvm_grants *grants, const struct rvm_table *table,
		       const struct rvm_token *token, struct netlink_ext_ack *extack);

/** rvm_grants_add() - from now on it is found; rvm_grants_reserve() made room, under one lock */
void rvm_grants_add(struct rvm_grants *grants, struct rvm_token *token);

/**
 * rvm_grants_retire() - a token was taken back
 * @grants: has it
 * @token: flagged REVOKED
 *
 * It is kept to explain denials, in place of the oldest of those that are.
 *
 * Return: one that is in no index any more, to be destroyed after a grace period; or NULL.
 */
struct rvm_token *rvm_grants_retire(struct rvm_grants *grants, struct rvm_token *token);

/** rvm_grants_first() - the first that is not taken back; NULL for none */
struct rvm_token *rvm_grants_first(struct rvm_grants *grants);

/** rvm_grants_count() - those that are not taken back; @grants may be NULL */
u32 rvm_grants_count(const struct rvm_grants *grants);

/** rvm_grants_single() - was a token for one use ever added; @grants may be NULL; any context */
static inline bool rvm_grants_single(const struct rvm_grants *grants)
{
	return grants && READ_ONCE(grants->single);
}

/** rvm_grants_steps() - the most that they can cost a question; @grants may be NULL */
u64 rvm_grants_steps(const struct rvm_grants *grants);

/** rvm_grants_expire() - was one added that ends by itself; @grants may be NULL */
bool rvm_grants_expire(const struct rvm_grants *grants);

/**
 * rvm_grants_index() - what the judge reads
 * @grants: may be NULL
 *
 * Context: inside rcu_read_lock(), or under rvm_partitions_lock.
 * Return: NULL if there is nothing.
 */
const struct rvm_index *rvm_grants_index(const struct rvm_grants *grants);

/** rvm_grants_told() - names that one of them tells from others, see struct rvm_table; as above */
const struct rvm_leaf_set *rvm_grants_told(const struct rvm_grants *grants);

/**
 * rvm_grants_next() - go through all, those that were taken back too
 * @grants: may be NULL
 * @id: of the last one; 0 at first
 * @hint: where that was; 0 at first
 *
 * Whatever comes and goes meanwhile, none of the others is left out.
 *
 * Context: inside rcu_read_lock().
 * Return: the token with the least id above @id; NULL at the end.
 */
struct rvm_token *rvm_grants_next(const struct rvm_grants *grants, u64 id, u32 *hint);

#endif /* _RVM_GRANTS_H */
