// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <linux/string.h>

#include "lib/token/prove.h"

/* One level of depth in the words of births, see rvm_born_word(). */
#define BORN_LEVEL 0x100

struct rvm_seal_key rvm_seal_key = { .key = 1, .power = { [0 ... RVM_DEPTH_MAX] = 1 } };

void rvm_seal_init(u64 random)
{
	struct rvm_seal_key *k = &rvm_seal_key;
	unsigned int depth;

	/* Odd, so that a change of one word is always found. */
	k->key = random | 1;
	k->power[0] = 1;
	for (depth = 1; depth <= RVM_DEPTH_MAX; depth++)
		k->power[depth] = k->power[depth - 1] * k->key * k->key * k->key;
}

u64 rvm_token_seal(const struct rvm_token_core *token)
{
	u64 sum = token->id;

	for (; token; token = token->parent)
		sum = rvm_seal_add(sum, token, rvm_seal_key.key);
	return sum;
}

enum rvm_token_error rvm_prove_p2(const struct rvm_token_core *token, s64 now)
{
	unsigned int steps = 0;

	if (token->depth > RVM_DEPTH_MAX)
		return RVM_TOKEN_ERROR_POLICY_VIOLATION;
	while ((token = token->parent)) {
		if (READ_ONCE(token->flags) & RVM_TOKEN_FLAG_REVOKED)
			return RVM_TOKEN_ERROR_REVOKED;
		if (rvm_token_is_expired(token, now))
			return RVM_TOKEN_ERROR_STALE_CAPABILITY;
		if (steps++ == RVM_DEPTH_MAX)
			return RVM_TOKEN_ERROR_POLICY_VIOLATION;
	}
	return RVM_TOKEN_ERROR_NONE;
}

static bool has_kept_rights(const struct rvm_token_core *token)
{
	u8 rights = READ_ONCE(token->rights);

	return rights == token->born || (rights | RVM_RIGHT_GRANT_ONCE) == token->born;
}

/* Depth falls by one, and the rights are within those above. */
static bool is_step(u32 above, u32 born)
{
	return (u16)((u8)above | (born - BORN_LEVEL)) == (u16)above;
}

/* Of the same owner: the high half is the epoch. */
static bool has_risen(u64 above, u64 epoch)
{
	return above > epoch && (u32)above == (u32)epoch;
}

enum rvm_token_error rvm_prove_p3(const struct rvm_token_core *token, u8 max_depth)
{
	const struct rvm_token_core *above;
	u64 key = rvm_seal_key.key, seal = token->seal;
	u64 sum = rvm_seal_add(token->id, token, key);

	if (token->depth > max_depth || !has_kept_rights(token))
		return RVM_TOKEN_ERROR_DERIVATION_CHAIN_BROKEN;
	while ((above = token->parent)) {
		if (!is_step(rvm_born_word(above), rvm_born_word(token)) ||
		    has_risen(rvm_epoch_word(above), rvm_epoch_word(token)))
			return RVM_TOKEN_ERROR_DERIVATION_CHAIN_BROKEN;
		sum = rvm_seal_add(sum, above, key);
		token = above;
		/* To read its words again is cheaper than to keep them. */
		OPTIMIZER_HIDE_VAR(token);
	}
	return token->depth || sum != seal ? RVM_TOKEN_ERROR_DERIVATION_CHAIN_BROKEN :
					     RVM_TOKEN_ERROR_NONE;
}
