/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_TABLE_H
#define _RVM_TABLE_H

#include <linux/workqueue.h>

#include "lib/judge.h"
#include "token.h"

/**
 * struct rvm_table - the tokens and exclusions of a partition, immutable
 *
 * Built by one transaction, published with rcu_assign_pointer(), replaced as a
 * whole.  Readers hold rcu_read_lock(); the old one is freed by work after a
 * grace period, because letting go of anchors may sleep.
 */
struct rvm_table {
	/** @tokens: What the judge reads. */
	struct rvm_index tokens;
	/** @exclusions: What the judge reads first. */
	struct rvm_index exclusions;
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
	/** @rwork: Frees the table after a grace period. */
	struct rcu_work rwork;
};

struct rvm_transaction;
struct netlink_ext_ack;
struct rvm_partition;

/**
 * rvm_transaction_new() - begin to replace a partition's table
 * @part: a reference is taken
 *
 * Return: the transaction; ERR_PTR(-ENOMEM), ERR_PTR(-EMFILE) if too many are open.
 */
struct rvm_transaction *rvm_transaction_new(struct rvm_partition *part, struct netlink_ext_ack *extack);

/** rvm_transaction_abort() - drop it with all it holds; NULL is fine */
void rvm_transaction_abort(struct rvm_transaction *txn);

/** rvm_transaction_count() - open transactions, for info and leak tests */
unsigned int rvm_transaction_count(void);

/** rvm_table_destroy() - free a table that nobody can reach any more; may sleep */
void rvm_table_destroy(struct rvm_table *table);

/** rvm_table_retire() - free it after a grace period; NULL is fine */
void rvm_table_retire(struct rvm_table *table);

#endif /* _RVM_TABLE_H */
