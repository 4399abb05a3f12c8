/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_REVOKE_H
#define _RVM_REVOKE_H

#include <linux/mutex.h>
#include <linux/rvm.h>
#include <linux/types.h>

#include "lib/token/token.h"

struct netlink_ext_ack;
struct rvm_partition;
struct rvm_table;
struct rvm_token;

/**
 * DOC: revocation
 *
 * A token is taken back with all that was derived from it, leaf by leaf, some hundred for
 * each hold of rvm_partitions_lock.  The top is flagged first, so that nothing is derived
 * below it any more.  What is taken back is out of the tree, and its handle leads nowhere.
 * It is freed a grace period later; some are kept to explain denials.
 *
 * rvm_revoke_lock is held from the first to the last leaf, and by whoever replaces a table
 * or destroys a partition.  It comes before rvm_partitions_lock.
 */

extern struct mutex rvm_revoke_lock;

/**
 * struct rvm_revocation - one that is under way
 */
struct rvm_revocation {
	/** @sequence: Of its witness record; made when needed if @why is set. */
	u64 sequence;
	/** @why: A word for the record; NULL if it was made. */
	const char *why;
	/** @of: Partition that the record is about. */
	const struct rvm_partition *of;
	/** @id: Of the token that was asked for, if it was one. */
	u64 id;
	/** @count: Tokens taken back so far. */
	u32 count;
	/** @since: Of the marks that it made, see rvm_recheck_next(); 0 for none. */
	u64 since;
	/** @top: Of the subtree that is being taken back; flagged. */
	struct rvm_token *top;
	/** @dead: To be freed, chained by @next of their core. */
	struct rvm_token_core *dead;
	/** @touched: Partitions that lost some in this hold, chained by @next_touched. */
	struct rvm_partition *touched;
	/** @gone: A partition that is registered no more, whose tokens are taken back; or NULL. */
	struct rvm_partition *gone;
};

/**
 * rvm_revoke_subtree() - take a token back with all that was derived from it
 * @rev: @sequence is set
 * @top: nobody else frees it
 *
 * Context: under rvm_revoke_lock, not under rvm_partitions_lock; may sleep.
 */
void rvm_revoke_subtree(struct rvm_revocation *rev, struct rvm_token *top);

/**
 * rvm_revoke_table() - take back what a table had that is in no other now
 * @rev: as for rvm_revoke_subtree()
 * @table: not in force any more
 */
void rvm_revoke_table(struct rvm_revocation *rev, const struct rvm_table *table);

/**
 * rvm_revoke_grants() - take back what a partition has beside its table
 * @rev: as for rvm_revoke_subtree()
 * @part: the partition
 */
void rvm_revoke_grants(struct rvm_revocation *rev, struct rvm_partition *part);

/**
 * rvm_revoke_derived() - take back all that was derived from a partition's tokens
 * @rev: empty
 * @part: its grants go too
 * @why: a word for the record
 */
void rvm_revoke_derived(struct rvm_revocation *rev, struct rvm_partition *part, const char *why);

/**
 * rvm_revoke_finish() - when it returns, nothing is allowed by what was taken back
 * @rev: what it holds is freed
 * @hurry: wait for the grace period by interrupting other CPUs
 * @extack: says what is wrong
 *
 * Context: without locks; may sleep.
 * Return: 0; -EUNATCH if what is open goes on being used, see rvm_recheck_settle().
 */
int rvm_revoke_finish(struct rvm_revocation *rev, bool hurry, struct netlink_ext_ack *extack);

/**
 * struct rvm_revoke_request - who wants what taken back
 */
struct rvm_revoke_request {
	/** @caller: Partition that asks; 0 for the host. */
	u32 caller;
	/** @handle: Of the token. */
	struct rvm_handle handle;
};

/**
 * rvm_token_revoke() - a request to take a token back
 * @req: who wants what
 * @rev: filled
 * @error: set: why not
 * @extack: says why not
 *
 * It is done even if the log has no room for the record.
 *
 * Context: may sleep.
 * Return: 0; an errno of enum rvm_token_error; what rvm_revoke_finish() says.
 */
int rvm_token_revoke(const struct rvm_revoke_request *req, struct rvm_revocation *rev,
		     enum rvm_token_error *error, struct netlink_ext_ack *extack);

/** rvm_token_refuse() - the errno of an error, with its name and meaning in the extended ACK */
int rvm_token_refuse(enum rvm_token_error error, struct netlink_ext_ack *extack);

#endif /* _RVM_REVOKE_H */
