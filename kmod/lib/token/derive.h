/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_DERIVE_H
#define _RVM_DERIVE_H

#include <linux/rvm.h>
#include <linux/types.h>

#include "lib/token/token.h"

/**
 * DOC: derivation
 *
 * A token is passed on by deriving another from it, and taken back with all that was derived.
 * Names of errors and the order of checks are RVM's.  All calls are under one lock; what
 * hooks read meanwhile is written as they may see it.
 */

/**
 * struct rvm_wish - a token that is to be derived
 */
struct rvm_wish {
	/** @caller: Partition that asks; 0 for the host, which owns all. */
	u32 caller;
	/** @owner: Partition that gets it. */
	u32 owner;
	/** @source_epoch: Present epoch of the source's partition. */
	u32 source_epoch;
	/** @epoch: Present epoch of @owner. */
	u32 epoch;
	/** @now: Unix seconds. */
	s64 now;
	/** @expires_at: As of a token. */
	s64 expires_at;
	/** @scope: Of the new token; may be the source's. */
	const struct rvm_scope *scope;
	/** @contained: @scope was shown to lie in the source's. */
	bool contained;
	/** @sponsored: From the host, to a partition inside the source's: that takes no right. */
	bool sponsored;
	/** @badge: Of the new token. */
	u64 badge;
	/** @rights: Wanted; GRANT_ONCE is left out if it is what permits the grant. */
	u8 rights;
	/** @tier: Wanted; a higher one is verified more. */
	u8 tier;
	/** @flags: SINGLE_USE and UNTIL_EXIT may be wanted. */
	u8 flags;
};

/**
 * rvm_derive_root() - a token that was not derived
 * @token: all but the links of the tree, @depth, @born and @seal is set
 */
void rvm_derive_root(struct rvm_token_core *token);

/**
 * rvm_derive_check() - may this be derived
 * @source: found by its handle
 * @wish: what is wanted
 *
 * In this order: the caller has @source (GRANT_NOT_PERMITTED); it is of the present epoch,
 * and neither it nor any above it has expired (STALE_CAPABILITY); it has GRANT or GRANT_ONCE
 * (GRANT_NOT_PERMITTED); the rights, then scope, expiry and tier, are within its own
 * (RIGHTS_ESCALATION), and what is good for one use is not passed on (likewise); the new one
 * is not too deep (DELEGATION_DEPTH_EXCEEDED).  TABLE_FULL is the caller's, who looks for a
 * slot now.  Then neither @source nor any above it is revoked (REVOKED), see
 * rvm_derive_is_live().
 *
 * Return: RVM_TOKEN_ERROR_NONE, or one of those.
 */
enum rvm_token_error rvm_derive_check(const struct rvm_token_core *source,
				      const struct rvm_wish *wish);

/** rvm_derive_is_live() - neither a token nor any above it is revoked */
static inline bool rvm_derive_is_live(const struct rvm_token_core *token)
{
	for (; token; token = token->parent)
		if (token->flags & RVM_TOKEN_FLAG_REVOKED)
			return false;
	return true;
}

/**
 * rvm_derive() - make a token of another
 * @source: rvm_derive_check() allowed it; without GRANT its GRANT_ONCE is used up
 * @token: id, handle, @opens and @within are set; the rest is filled, @seal last
 * @wish: what was allowed
 */
void rvm_derive(struct rvm_token_core *source, struct rvm_token_core *token,
		const struct rvm_wish *wish);

/** rvm_derive_detach() - take a token without children out of the tree; its @parent stays */
void rvm_derive_detach(struct rvm_token_core *token);

/**
 * rvm_derive_leaf() - a token of a subtree from which nothing was derived
 * @top: of the subtree
 *
 * To take a subtree apart: the leaf goes, and one calls again, until it is @top.
 *
 * Return: the newest of the newest, @top itself if it has no child.
 */
struct rvm_token_core *rvm_derive_leaf(struct rvm_token_core *top);

/**
 * rvm_derive_may_revoke() - may a token be taken back by this caller
 * @token: the token
 * @caller: partition that asks; 0 for the host, which may
 *
 * Return: true if it has REVOKE on @token or on one above it, by a token that is neither
 * revoked nor was seen expired.
 */
bool rvm_derive_may_revoke(const struct rvm_token_core *token, u32 caller);

#endif /* _RVM_DERIVE_H */
