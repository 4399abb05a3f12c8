// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <linux/string.h>

#include "lib/model/rights.h"
#include "lib/token/prove.h"

/* Odd, so that a change of one word is always found. */
static u64 key[RVM_SEAL_KEY_WORDS];

void rvm_seal_init(const u64 random[RVM_SEAL_KEY_WORDS])
{
	unsigned int i;

	for (i = 0; i < RVM_SEAL_KEY_WORDS; i++)
		key[i] = random[i] | 1;
}

static u32 born_word(const struct rvm_token_core *token)
{
	u32 word;

	memcpy(&word, &token->born, sizeof(word));
	return word;
}

static u64 epoch_word(const struct rvm_token_core *token)
{
	return (u64)token->epoch << 32 | token->owner;
}

/* A polynomial in the words of all tokens up to the root, modulo 2^64. */
static u64 add_token(u64 sum, const struct rvm_token_core *token)
{
	sum = (sum + token->id + born_word(token)) * key[0];
	sum = (sum + (unsigned long)token->scope) * key[1];
	sum = (sum + (u64)token->expires_at) * key[2];
	return (sum + epoch_word(token)) * key[3];
}

u64 rvm_token_seal(const struct rvm_token_core *token)
{
	u64 sum = 0;

	for (; token; token = token->parent)
		sum = add_token(sum, token);
	return sum;
}

enum rvm_token_error rvm_prove_p1(const struct rvm_token_core *token, u8 need, u32 epoch, s64 now)
{
	if (READ_ONCE(token->flags) & RVM_TOKEN_FLAG_REVOKED)
		return RVM_TOKEN_ERROR_REVOKED;
	if (token->epoch != epoch || rvm_token_is_expired(token, now))
		return RVM_TOKEN_ERROR_STALE_CAPABILITY;
	if (!rvm_rights_cover(READ_ONCE(token->rights), need))
		return RVM_TOKEN_ERROR_INSUFFICIENT_RIGHTS;
	return RVM_TOKEN_ERROR_NONE;
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

static bool is_sound_step(const struct rvm_token_core *above, const struct rvm_token_core *token)
{
	return rvm_rights_cover(above->born, token->born) && above->depth + 1 == token->depth &&
	       (above->epoch <= token->epoch || above->owner != token->owner);
}

enum rvm_token_error rvm_prove_p3(const struct rvm_token_core *token, u8 max_depth)
{
	const struct rvm_token_core *above;
	u64 seal = token->seal;
	u64 sum = add_token(0, token);

	if (token->depth > max_depth || !has_kept_rights(token))
		return RVM_TOKEN_ERROR_DERIVATION_CHAIN_BROKEN;
	for (; (above = token->parent); token = above) {
		if (!is_sound_step(above, token))
			return RVM_TOKEN_ERROR_DERIVATION_CHAIN_BROKEN;
		sum = add_token(sum, above);
	}
	return token->depth || sum != seal ? RVM_TOKEN_ERROR_DERIVATION_CHAIN_BROKEN :
					     RVM_TOKEN_ERROR_NONE;
}
