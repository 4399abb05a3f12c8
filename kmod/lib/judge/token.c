// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a token itself lacks, whatever it is asked for.
 */
#include <linux/compiler.h>
#include <linux/limits.h>

#include "lib/judge/judge.h"
#include "lib/judge/token.h"
#include "lib/model/rights.h"
#include "lib/token/prove.h"

static enum rvm_reason check_above(const struct rvm_token_core *token, s64 now)
{
	switch (rvm_prove_p2(token, now)) {
	case RVM_TOKEN_ERROR_NONE:
		break;
	case RVM_TOKEN_ERROR_REVOKED:
		return RVM_REASON_REVOKED;
	case RVM_TOKEN_ERROR_STALE_CAPABILITY:
		return RVM_REASON_EXPIRED;
	default:
		return RVM_REASON_TIER;
	}
	if (token->tier >= 3 && rvm_prove_p3(token, RVM_DEPTH_MAX))
		return RVM_REASON_CHAIN;
	return RVM_REASON_NONE;
}

enum rvm_reason rvm_token_lack(const struct rvm_partition_view *part,
			       const struct rvm_token_core *token, u8 need, u8 tier, s64 now)
{
	if (!rvm_rights_cover(READ_ONCE(token->rights), need))
		return RVM_REASON_RIGHTS;
	switch (rvm_prove_p1(token, 0, part->epoch, now)) {
	case RVM_TOKEN_ERROR_NONE:
		break;
	case RVM_TOKEN_ERROR_REVOKED:
		return RVM_REASON_REVOKED;
	default:
		return rvm_token_is_expired(token, now) ? RVM_REASON_EXPIRED : RVM_REASON_STALE;
	}
	if (tier > token->tier)
		return RVM_REASON_TIER;
	return token->tier >= 2 ? check_above(token, now) : RVM_REASON_NONE;
}

static bool is_in_use(const struct rvm_token_core *token, const struct rvm_request *req)
{
	unsigned int i;

	for (i = 0; req && i < RVM_USING_MAX && req->using[i]; i++)
		if (req->using[i] == token->id)
			return true;
	return false;
}

/* Who opened something by it goes on using that. */
static bool is_open_by(const struct rvm_token_core *token, const struct rvm_request *req)
{
	if (!req || !req->process || req->process != READ_ONCE(token->used_by) ||
	    req->class != RVM_CLASS_PATH || !req->path.visible || !req->path.visible->id[0] ||
	    req->path.visible->id[0] != READ_ONCE(token->used_on))
		return false;
	switch (req->op) {
	case RVM_OP_READ:
	case RVM_OP_WRITE:
	case RVM_OP_MAP:
	case RVM_OP_IOCTL:
	case RVM_OP_LOCK:
		return true;
	default:
		return false;
	}
}

bool rvm_token_is_gone(const struct rvm_token_core *token, const struct rvm_request *req)
{
	u8 flags = READ_ONCE(token->flags);

	return flags & RVM_TOKEN_FLAG_REVOKED ||
	       (flags & RVM_TOKEN_FLAG_USED && !is_in_use(token, req) && !is_open_by(token, req));
}

s64 rvm_token_end(const struct rvm_token_core *token)
{
	s64 end = S64_MAX;

	for (; token; token = token->parent)
		if (token->expires_at && token->expires_at < end)
			end = token->expires_at;
	return end;
}

u8 rvm_judge_live_rights(const struct rvm_partition_view *part, const struct rvm_token_core *token,
			 s64 now)
{
	return rvm_token_is_gone(token, NULL) || rvm_token_lack(part, token, 0, 0, now) ?
		       0 :
		       READ_ONCE(token->rights);
}
