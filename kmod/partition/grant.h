/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_GRANT_H
#define _RVM_GRANT_H

#include <linux/rvm.h>
#include <linux/types.h>

#include "lib/token/token.h"

struct netlink_ext_ack;
struct rvm_partition;
struct rvm_scope_object;
struct rvm_token;

/**
 * struct rvm_grant_request - who wants to give whom what
 */
struct rvm_grant_request {
	/** @caller: Partition that asks; 0 for the host. */
	u32 caller;
	/** @target: Who gets it; the caller may give it tokens. */
	struct rvm_partition *target;
	/** @derived: From @source; else it is a root, which only the host makes. */
	bool derived;
	/** @source: Handle of the token that it comes from. */
	struct rvm_handle source;
	/** @scope: What it is for; NULL for all that @source is for.  Taken over on success. */
	struct rvm_scope_object *scope;
	/** @has_expiry: @expires_at counts; else that of @source. */
	bool has_expiry;
	/** @expires_at: Unix seconds, 0 for never. */
	s64 expires_at;
	/** @badge: For its owner. */
	u64 badge;
	/** @rights: 0 for all that @source may pass on. */
	u8 rights;
	/** @type: Of a root. */
	u8 type;
	/** @tier: 0 for that of @source. */
	u8 tier;
	/** @flags: SINGLE_USE and UNTIL_EXIT. */
	u8 flags;
};

/**
 * struct rvm_granted - what a grant made
 */
struct rvm_granted {
	/** @id: Of the token. */
	u64 id;
	/** @handle: Its own. */
	struct rvm_handle handle;
	/** @sequence: Of the witness record. */
	u64 sequence;
};

/**
 * rvm_token_grant() - give a partition a token
 * @req: what is wanted
 * @done: filled on success
 * @error: set: why not
 * @extack: says why not
 *
 * In force when it returns.  A refused escalation is recorded.
 *
 * Context: may sleep.
 * Return: 0; an errno of enum rvm_token_error; -ENOENT if the target was destroyed;
 * -E2BIG for a pattern that would cost too much; -ENOSPC if the log is full; -ENOMEM; what
 * rvm_recheck_prepare() says.
 */
int rvm_token_grant(const struct rvm_grant_request *req, struct rvm_granted *done,
		    enum rvm_token_error *error, struct netlink_ext_ack *extack);

/**
 * rvm_token_source_scope() - scope of a token that something is to be derived from
 * @caller: has it; 0 for the host
 * @handle: of the token
 * @scope: set, with a reference
 *
 * Context: may sleep.
 * Return: RVM_TOKEN_ERROR_NONE, or what keeps it from being found.
 */
enum rvm_token_error rvm_token_source_scope(u32 caller, struct rvm_handle handle,
					    struct rvm_scope_object **scope);

/**
 * rvm_partition_token() - a token of a partition, of its table or beside it
 * @part: the partition
 * @id: of the token
 *
 * Context: inside rcu_read_lock().
 * Return: the token, which may have been taken back; NULL for none.
 */
struct rvm_token *rvm_partition_token(const struct rvm_partition *part, u64 id);

#endif /* _RVM_GRANT_H */
