/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_TABLE_H
#define _RVM_TABLE_H

#include <linux/types.h>

#include "lib/judge/judge.h"
#include "token.h"

/**
 * struct rvm_table - the tokens and exclusions of a partition, immutable
 *
 * Built by one transaction, published with rcu_assign_pointer(), replaced as a
 * whole.  Readers hold rcu_read_lock(); who replaced it waits for a grace period
 * and destroys it, before anybody is told that it was replaced.
 */
struct rvm_table {
	/** @tokens: What the judge reads. */
	struct rvm_index tokens;
	/** @exclusions: What the judge reads first. */
	struct rvm_index exclusions;
	/** @leaves: Names that these may be about. */
	struct rvm_leaf_set leaves;
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
	/** @first_id: Id of the first token; the others follow. */
	u64 first_id;
};

struct rvm_transaction;
struct netlink_ext_ack;
struct rvm_partition;

/**
 * rvm_transaction_new() - begin to replace a partition's table
 * @part: a reference is taken
 * @extack: says why not
 *
 * Return: the transaction; ERR_PTR(-ENOMEM), ERR_PTR(-EMFILE) if too many are open.
 */
struct rvm_transaction *rvm_transaction_new(struct rvm_partition *part,
					    struct netlink_ext_ack *extack);

/** rvm_transaction_abort() - drop it with all it holds; NULL is fine */
void rvm_transaction_abort(struct rvm_transaction *txn);

/** rvm_transaction_count() - open transactions, for info and leak tests */
unsigned int rvm_transaction_count(void);

/**
 * rvm_transaction_describe() - say what the table was compiled from
 * @txn: the transaction
 * @digest: 32 bytes, or NULL
 * @source: path, or NULL
 * @workspace: path, or NULL
 *
 * Once for each transaction.
 *
 * Return: 0 or -ENOMEM.
 */
int rvm_transaction_describe(struct rvm_transaction *txn, const u8 *digest, const char *source,
			     const char *workspace);

/**
 * rvm_transaction_add() - add a token or an exclusion at the end
 * @txn: the transaction
 * @token: becomes the transaction's, but not on failure
 * @extack: says why not
 *
 * Return: 0; -E2BIG if there are too many, or too many bytes; -ENOMEM.
 */
int rvm_transaction_add(struct rvm_transaction *txn, struct rvm_token *token,
			struct netlink_ext_ack *extack);

/**
 * rvm_transaction_fail() - something could not be added
 * @txn: the transaction
 *
 * What is left out may be an exclusion, so it can only be aborted now.
 */
void rvm_transaction_fail(struct rvm_transaction *txn);

/** rvm_transaction_tokens() - tokens it holds */
u32 rvm_transaction_tokens(const struct rvm_transaction *txn);
/** rvm_transaction_exclusions() - exclusions it holds */
u32 rvm_transaction_exclusions(const struct rvm_transaction *txn);

/**
 * struct rvm_commit - what a commit did
 */
struct rvm_commit {
	/** @partition: Whose table. */
	u32 partition;
	/** @tokens: How many. */
	u32 tokens;
	/** @exclusions: How many. */
	u32 exclusions;
	/** @sequence: Of the witness record. */
	u64 sequence;
};

/**
 * rvm_transaction_commit() - put a table in force
 * @txn: freed on success
 * @done: filled on success
 * @extack: says why not
 *
 * When it returns no check uses the table before.
 *
 * Context: may sleep.
 * Return: 0; -ECANCELED if an addition failed; -ENOENT if the partition was
 * destroyed; -ENOSPC if the log is full; -ENOMEM.
 */
int rvm_transaction_commit(struct rvm_transaction *txn, struct rvm_commit *done,
			   struct netlink_ext_ack *extack);

/** rvm_table_token() - the token with an id, or NULL */
struct rvm_token *rvm_table_token(const struct rvm_table *table, u64 id);

/** rvm_table_destroy() - free a table that nobody can reach any more; NULL is fine; may sleep */
void rvm_table_destroy(struct rvm_table *table);

#endif /* _RVM_TABLE_H */
