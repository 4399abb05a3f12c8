/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_PROVE_H
#define _RVM_PROVE_H

#include <linux/compiler.h>
#include <linux/rvm.h>
#include <linux/types.h>

#include "lib/model/rights.h"
#include "lib/token/token.h"

/** rvm_seal_init() - set the key of seals, random for each load; before any token is made */
void rvm_seal_init(u64 key);

/**
 * rvm_token_seal() - keyed hash of what a token and those above it were born with
 * @token: all that counts is set
 *
 * Of its id; of scope, expiry, owner, epoch, rights, type, tier and depth of each.
 *
 * Return: the hash.
 */
u64 rvm_token_seal(const struct rvm_token_core *token);

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
