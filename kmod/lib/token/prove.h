/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_PROVE_H
#define _RVM_PROVE_H

#include <linux/compiler.h>
#include <linux/rvm.h>
#include <linux/types.h>

#include "lib/model/rights.h"
#include "lib/token/token.h"

/**
 * struct rvm_seal_key - what seals are made with
 * @key: random for each load, odd
 * @power: of @key, for the words of so many tokens
 */
struct rvm_seal_key {
	u64 key;
	u64 power[RVM_DEPTH_MAX + 1];
};

extern struct rvm_seal_key rvm_seal_key;

/** rvm_seal_init() - set the key of seals; before any token is made */
void rvm_seal_init(u64 random);

/* One load: they lie side by side. */
static inline u32 rvm_born_word(const struct rvm_token_core *token)
{
	return token->born | (u32)token->depth << 8 | (u32)token->type << 16 |
	       (u32)token->tier << 24;
}

static inline u64 rvm_epoch_word(const struct rvm_token_core *token)
{
	return (u64)token->epoch << 32 | token->owner;
}

/* A polynomial in the words of all tokens up to the root, modulo 2^64. */
static __always_inline u64 rvm_seal_add(u64 sum, const struct rvm_token_core *token, u64 key)
{
	sum = (sum + rvm_born_word(token) + (unsigned long)token->scope) * key;
	sum = (sum + (u64)token->expires_at) * key;
	return (sum + rvm_epoch_word(token)) * key;
}

/**
 * rvm_token_seal() - keyed hash of what a token and those above it were born with
 * @token: all that counts is set
 *
 * Of its id; of scope, expiry, owner, epoch, rights, type, tier and depth of each.
 *
 * Return: the hash.
 */
u64 rvm_token_seal(const struct rvm_token_core *token);

/**
 * rvm_token_seal_below() - the same, of a token that is born below a sealed one
 * @token: as above; its @depth is at most RVM_DEPTH_MAX
 * @parent: its parent
 *
 * In constant time: the seals of both differ by what the token itself adds, and by the id
 * that the parent's began with.
 *
 * Return: the hash.
 */
static inline u64 rvm_token_seal_below(const struct rvm_token_core *token,
				       const struct rvm_token_core *parent)
{
	u64 own = rvm_seal_add(token->id, token, rvm_seal_key.key);

	return (own - parent->id) * rvm_seal_key.power[token->depth] + parent->seal;
}

/** rvm_token_is_over() - has the time of a token come */
static inline bool rvm_token_is_over(const struct rvm_token_core *token, s64 now)
{
	return token->expires_at && token->expires_at <= now;
}

/** rvm_token_is_expired() - has its time come, or was it seen so before */
static inline bool rvm_token_is_expired(const struct rvm_token_core *token, s64 now)
{
	return READ_ONCE(token->flags) & RVM_TOKEN_FLAG_EXPIRED || rvm_token_is_over(token, now);
}

/**
 * rvm_prove_p1() - P1: is a token good by itself
 * @token: the token
 * @need: rights
 * @epoch: present epoch of its partition
 * @now: unix seconds
 *
 * Return: RVM_TOKEN_ERROR_NONE; REVOKED; STALE_CAPABILITY; INSUFFICIENT_RIGHTS; in this order.
 */
static inline enum rvm_token_error rvm_prove_p1(const struct rvm_token_core *token, u8 need,
						u32 epoch, s64 now)
{
	u8 flags = READ_ONCE(token->flags);

	if (unlikely(flags & (RVM_TOKEN_FLAG_REVOKED | RVM_TOKEN_FLAG_EXPIRED)))
		return flags & RVM_TOKEN_FLAG_REVOKED ? RVM_TOKEN_ERROR_REVOKED :
							RVM_TOKEN_ERROR_STALE_CAPABILITY;
	if (unlikely(token->epoch != epoch || rvm_token_is_over(token, now)))
		return RVM_TOKEN_ERROR_STALE_CAPABILITY;
	if (unlikely(!rvm_rights_cover(READ_ONCE(token->rights), need)))
		return RVM_TOKEN_ERROR_INSUFFICIENT_RIGHTS;
	return RVM_TOKEN_ERROR_NONE;
}

/**
 * rvm_prove_p2() - what P2 adds: depth, and no token above it is revoked or expired
 * @token: good at P1
 * @now: unix seconds
 *
 * Return: RVM_TOKEN_ERROR_NONE; REVOKED; STALE_CAPABILITY; POLICY_VIOLATION for the depth.
 */
enum rvm_token_error rvm_prove_p2(const struct rvm_token_core *token, s64 now);

/**
 * rvm_prove_p3() - what P3 adds: each step to the root is sound
 * @token: good at P2
 * @max_depth: most steps
 *
 * The token has the rights that it was born with, but for a GRANT_ONCE that was used.  At
 * each step they are within the parent's, depth falls by one, and of the same owner the
 * epoch does not rise.  The seal says that neither the token nor any above it was changed.
 *
 * Return: RVM_TOKEN_ERROR_NONE or DERIVATION_CHAIN_BROKEN.
 */
enum rvm_token_error rvm_prove_p3(const struct rvm_token_core *token, u8 max_depth);

#endif /* _RVM_PROVE_H */
