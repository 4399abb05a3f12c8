/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_DERIVE_H
#define _RVM_DERIVE_H

#include <linux/compiler.h>
#include <linux/rvm.h>
#include <linux/types.h>

#include "lib/model/rights.h"
#include "lib/token/prove.h"
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
 *
 * What a token has too lies in the same order as there: it is copied together.
 */
struct rvm_wish {
	/** @caller: Partition that asks; 0 for the host, which owns all. */
	u32 caller;
	/** @source_epoch: Present epoch of the source's partition. */
	u32 source_epoch;
	/** @now: Unix seconds. */
	s64 now;
	/** @expires_at: As of a token. */
	s64 expires_at;
	/** @scope: Of the new token; may be the source's. */
	const struct rvm_scope *scope;
	/** @badge: Of the new token. */
	u64 badge;
	/** @owner: Partition that gets it. */
	u32 owner;
	/** @epoch: Present epoch of @owner. */
	u32 epoch;
	/** @contained: @scope was shown to lie in the source's. */
	bool contained;
	/** @sponsored: From the host, to a partition inside the source's: that takes no right. */
	bool sponsored;
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

/*
 * Flags of a token and of those above it.  A clock that was set back does not bring back
 * what one above has lost.
 */
static inline u8 rvm_derive_flags(const struct rvm_token_core *token, s64 now)
{
	u8 flags = 0;

	for (; token; token = token->parent) {
		flags |= token->flags;
		if (unlikely(rvm_token_is_over(token, now)))
			return flags | RVM_TOKEN_FLAG_EXPIRED;
	}
	return flags;
}

static inline bool rvm_derive_ends_within(s64 inner, s64 outer)
{
	return !outer || (inner && inner <= outer);
}

/**
 * rvm_derive_check() - may this be derived
 * @source: found by its handle
 * @wish: what is wanted
 *
 * In this order: the caller has @source (GRANT_NOT_PERMITTED); it is of the present epoch,
 * and neither it nor any above it has expired (STALE_CAPABILITY); it has GRANT or GRANT_ONCE
 * (GRANT_NOT_PERMITTED); the rights, then scope, expiry and tier, are within its own
 * (RIGHTS_ESCALATION), and what is good for one use is not passed on (likewise); the new one
 * is not too deep (DELEGATION_DEPTH_EXCEEDED); neither @source nor any above it is revoked
 * (REVOKED).  TABLE_FULL comes before the last one, and is the caller's: who is told REVOKED
 * looks for a slot first.
 *
 * Return: RVM_TOKEN_ERROR_NONE, or one of those.
 */
static inline enum rvm_token_error rvm_derive_check(const struct rvm_token_core *source,
						    const struct rvm_wish *wish)
{
	u8 flags = rvm_derive_flags(source, wish->now);

	if (unlikely(wish->caller && source->owner != wish->caller))
		return RVM_TOKEN_ERROR_GRANT_NOT_PERMITTED;
	if (unlikely(source->epoch != wish->source_epoch || flags & RVM_TOKEN_FLAG_EXPIRED))
		return RVM_TOKEN_ERROR_STALE_CAPABILITY;
	if (unlikely(!(source->rights & (RVM_RIGHT_GRANT | RVM_RIGHT_GRANT_ONCE)) &&
		     !wish->sponsored))
		return RVM_TOKEN_ERROR_GRANT_NOT_PERMITTED;
	if (unlikely(!rvm_rights_cover(source->rights, wish->rights) || !wish->contained ||
		     !rvm_derive_ends_within(wish->expires_at, source->expires_at) ||
		     wish->tier < source->tier || source->flags & RVM_TOKEN_FLAG_SINGLE_USE))
		return RVM_TOKEN_ERROR_RIGHTS_ESCALATION;
	if (unlikely(source->depth >= RVM_DEPTH_MAX))
		return RVM_TOKEN_ERROR_DELEGATION_DEPTH_EXCEEDED;
	if (unlikely(flags & RVM_TOKEN_FLAG_REVOKED))
		return RVM_TOKEN_ERROR_REVOKED;
	return RVM_TOKEN_ERROR_NONE;
}

static inline void rvm_derive_link(struct rvm_token_core *parent, struct rvm_token_core *token)
{
	token->parent = parent;
	token->child = NULL;
	token->prev = NULL;
	token->next = parent->child;
	if (token->next)
		token->next->prev = token;
	parent->child = token;
}

static inline void rvm_derive_use_grant_once(struct rvm_token_core *source)
{
	rvm_token_add_flags(source, RVM_TOKEN_FLAG_GRANT_SPENT);
	WRITE_ONCE(source->rights, source->rights & ~RVM_RIGHT_GRANT_ONCE);
}

#define RVM_DERIVE_WISHES (RVM_TOKEN_FLAG_SINGLE_USE | RVM_TOKEN_FLAG_UNTIL_EXIT)

/**
 * rvm_derive() - make a token of another
 * @source: rvm_derive_check() allowed it; without GRANT its GRANT_ONCE is used up
 * @token: id, handle, @opens and @within are set; the rest is filled, @seal last
 * @wish: what was allowed
 */
static inline void rvm_derive(struct rvm_token_core *source, struct rvm_token_core *token,
			      const struct rvm_wish *wish)
{
	u8 rights = wish->rights;

	if (unlikely(!(source->rights & RVM_RIGHT_GRANT) && !wish->sponsored)) {
		rvm_derive_use_grant_once(source);
		rights &= ~RVM_RIGHT_GRANT_ONCE;
	}
	token->expires_at = wish->expires_at;
	token->scope = wish->scope;
	token->badge = wish->badge;
	token->owner = wish->owner;
	token->epoch = wish->epoch;
	token->born = rights;
	token->depth = source->depth + 1;
	token->type = source->type;
	token->tier = wish->tier;
	token->rights = rights;
	token->flags = RVM_TOKEN_FLAG_GRANTED | (wish->flags & RVM_DERIVE_WISHES);
	rvm_derive_link(source, token);
	token->seal = rvm_token_seal_below(token, source);
}

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
 * @epoch: present epoch of @caller
 * @now: unix seconds
 *
 * Return: true if it has REVOKE on @token or on one above it, by a token that is of the
 * present epoch, and neither revoked nor expired, as none above it is.
 */
bool rvm_derive_may_revoke(const struct rvm_token_core *token, u32 caller, u32 epoch, s64 now);

#endif /* _RVM_DERIVE_H */
