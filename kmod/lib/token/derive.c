// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>

#include "lib/model/rights.h"
#include "lib/token/derive.h"
#include "lib/token/prove.h"

#define WISHES (RVM_TOKEN_FLAG_SINGLE_USE | RVM_TOKEN_FLAG_UNTIL_EXIT)

/* A clock that was set back does not bring back what one above has lost. */
static bool is_outlived(const struct rvm_token_core *token, s64 now)
{
	for (; token; token = token->parent)
		if (rvm_token_is_expired(token, now))
			return true;
	return false;
}

/* By GRANT_ONCE, which that uses up. */
static bool is_granted_once(const struct rvm_token_core *source, const struct rvm_wish *wish)
{
	return !wish->sponsored && !(source->rights & RVM_RIGHT_GRANT);
}

static bool may_grant(const struct rvm_token_core *source, const struct rvm_wish *wish)
{
	return wish->sponsored || source->rights & (RVM_RIGHT_GRANT | RVM_RIGHT_GRANT_ONCE);
}

static bool ends_within(s64 inner, s64 outer)
{
	return !outer || (inner && inner <= outer);
}

static bool is_within(const struct rvm_token_core *source, const struct rvm_wish *wish)
{
	return rvm_rights_cover(source->rights, wish->rights) && wish->contained &&
	       ends_within(wish->expires_at, source->expires_at) && wish->tier >= source->tier &&
	       !(source->flags & RVM_TOKEN_FLAG_SINGLE_USE);
}

enum rvm_token_error rvm_derive_check(const struct rvm_token_core *source,
				      const struct rvm_wish *wish)
{
	if (wish->caller && source->owner != wish->caller)
		return RVM_TOKEN_ERROR_GRANT_NOT_PERMITTED;
	if (source->epoch != wish->source_epoch || is_outlived(source, wish->now))
		return RVM_TOKEN_ERROR_STALE_CAPABILITY;
	if (!may_grant(source, wish))
		return RVM_TOKEN_ERROR_GRANT_NOT_PERMITTED;
	if (!is_within(source, wish))
		return RVM_TOKEN_ERROR_RIGHTS_ESCALATION;
	if (source->depth >= RVM_DEPTH_MAX)
		return RVM_TOKEN_ERROR_DELEGATION_DEPTH_EXCEEDED;
	return RVM_TOKEN_ERROR_NONE;
}

static void link_child(struct rvm_token_core *parent, struct rvm_token_core *token)
{
	token->parent = parent;
	token->child = NULL;
	token->prev = NULL;
	token->next = parent->child;
	if (token->next)
		token->next->prev = token;
	parent->child = token;
}

static void use_grant_once(struct rvm_token_core *source)
{
	rvm_token_add_flags(source, RVM_TOKEN_FLAG_GRANT_SPENT);
	WRITE_ONCE(source->rights, source->rights & ~RVM_RIGHT_GRANT_ONCE);
}

void rvm_derive_root(struct rvm_token_core *token)
{
	token->parent = NULL;
	token->child = NULL;
	token->next = NULL;
	token->prev = NULL;
	token->depth = 0;
	token->born = token->rights;
	token->seal = rvm_token_seal(token);
}

void rvm_derive(struct rvm_token_core *source, struct rvm_token_core *token,
		const struct rvm_wish *wish)
{
	token->rights = wish->rights;
	if (is_granted_once(source, wish)) {
		use_grant_once(source);
		token->rights &= ~RVM_RIGHT_GRANT_ONCE;
	}
	token->born = token->rights;
	token->expires_at = wish->expires_at;
	token->scope = wish->scope;
	token->badge = wish->badge;
	token->owner = wish->owner;
	token->epoch = wish->epoch;
	token->type = source->type;
	token->tier = wish->tier;
	token->depth = source->depth + 1;
	token->flags = RVM_TOKEN_FLAG_GRANTED | (wish->flags & WISHES);
	link_child(source, token);
	token->seal = rvm_token_seal(token);
}

void rvm_derive_detach(struct rvm_token_core *token)
{
	if (token->prev)
		token->prev->next = token->next;
	else if (token->parent && token->parent->child == token)
		token->parent->child = token->next;
	if (token->next)
		token->next->prev = token->prev;
	token->next = NULL;
	token->prev = NULL;
}

struct rvm_token_core *rvm_derive_leaf(struct rvm_token_core *top)
{
	while (top->child)
		top = top->child;
	return top;
}

bool rvm_derive_may_revoke(const struct rvm_token_core *token, u32 caller)
{
	for (; caller && token; token = token->parent)
		if (token->owner == caller && token->rights & RVM_RIGHT_REVOKE &&
		    !(token->flags & (RVM_TOKEN_FLAG_REVOKED | RVM_TOKEN_FLAG_EXPIRED)))
			return true;
	return !caller;
}
