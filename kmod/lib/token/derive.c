// SPDX-License-Identifier: GPL-2.0-only
#include "lib/model/rights.h"
#include "lib/token/derive.h"
#include "lib/token/prove.h"

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

/* By a token, if it counts. */
static bool has_revoke(const struct rvm_token_core *token, u32 caller, u32 epoch)
{
	return token->owner == caller && token->epoch == epoch && token->rights & RVM_RIGHT_REVOKE;
}

static bool is_lost(const struct rvm_token_core *token, s64 now)
{
	return token->flags & RVM_TOKEN_FLAG_REVOKED || rvm_token_is_expired(token, now);
}

bool rvm_derive_may_revoke(const struct rvm_token_core *token, u32 caller, u32 epoch, s64 now)
{
	bool may = !caller;

	for (; caller && token; token = token->parent) {
		/* What is below counts no more either. */
		if (is_lost(token, now))
			may = false;
		else if (has_revoke(token, caller, epoch))
			may = true;
	}
	return may;
}
