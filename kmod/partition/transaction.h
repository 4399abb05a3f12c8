/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_TRANSACTION_H
#define _RVM_TRANSACTION_H

#include <linux/types.h>

struct rvm_token;
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

/** rvm_transaction_keep_none() - no token of the table before stays, though a row is the same */
void rvm_transaction_keep_none(struct rvm_transaction *txn);

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
	/** @kept: Tokens of the table before that stay. */
	u32 kept;
	/** @revoked: Tokens that were taken back, with those derived from them. */
	u32 revoked;
	/** @sequence: Of the witness record. */
	u64 sequence;
	/**
	 * @unjudged: -EUNATCH if what was opened before is not judged by the table, though it
	 * is in force; else 0.
	 */
	int unjudged;
};

/**
 * rvm_transaction_commit() - put a table in force
 * @txn: freed on success
 * @done: filled on success
 * @extack: says why not
 *
 * Rows that the table before had too keep their tokens; what it had beside them is taken
 * back, with all that was derived from it.  One that is the same as a whole changes nothing.
 * When it returns no check uses what it had.
 *
 * Context: may sleep.
 * Return: 0; -ECANCELED if an addition failed; -ENOENT if the partition was
 * destroyed; -ENOSPC if the log is full; -ENOMEM; or what rvm_need_attach() says.
 */
int rvm_transaction_commit(struct rvm_transaction *txn, struct rvm_commit *done,
			   struct netlink_ext_ack *extack);

#endif /* _RVM_TRANSACTION_H */
