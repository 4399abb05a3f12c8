/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_JUDGE_TOKEN_H
#define _RVM_JUDGE_TOKEN_H

#include <linux/rvm.h>
#include <linux/types.h>

#include "lib/token/scope.h"
#include "lib/token/token.h"

struct rvm_partition_view;
struct rvm_request;

/**
 * rvm_token_lack() - what a token whose scope covers the object lacks
 * @part: has it
 * @token: the token
 * @need: rights
 * @tier: at which it is to be verified
 * @now: unix seconds
 *
 * Return: RVM_REASON_NONE, or the first of RIGHTS, REVOKED, EXPIRED, STALE, TIER, CHAIN.
 */
enum rvm_reason rvm_token_lack(const struct rvm_partition_view *part,
			       const struct rvm_token_core *token, u8 need, u8 tier, s64 now);

/**
 * rvm_token_is_gone() - was a token taken back, or used up
 * @token: the token
 * @req: the question; NULL for none
 *
 * Return: true if so, except for who used it up and goes on using what it opened.
 */
bool rvm_token_is_gone(const struct rvm_token_core *token, const struct rvm_request *req);

/** rvm_token_end() - until when both the token and those above it hold; S64_MAX for ever */
s64 rvm_token_end(const struct rvm_token_core *token);

/** rvm_token_is_root() - is it for everything, with all rights */
static inline bool rvm_token_is_root(const struct rvm_token_core *token)
{
	return rvm_scope_covers_all(token->scope, token->rights);
}

/** rvm_token_is_single_use() - is it for one use */
static inline bool rvm_token_is_single_use(const struct rvm_token_core *token)
{
	return token->flags & RVM_TOKEN_FLAG_SINGLE_USE;
}

#endif /* _RVM_JUDGE_TOKEN_H */
