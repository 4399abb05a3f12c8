// SPDX-License-Identifier: GPL-2.0-only
/* P1, P2 and P3 of tokens. */
#include "token_world.h"

static void p1_looks_at_the_token_itself(void)
{
	struct rvm_token_core token = root_with(READ | WRITE);

	EXPECT_ERROR(rvm_prove_p1(&token, READ, 1, NOW), NONE);
	EXPECT_ERROR(rvm_prove_p1(&token, READ | WRITE, 1, NOW), NONE);
	EXPECT_ERROR(rvm_prove_p1(&token, 0, 1, NOW), NONE);
	EXPECT_ERROR(rvm_prove_p1(&token, READ | GRANT, 1, NOW), INSUFFICIENT_RIGHTS);
	EXPECT_ERROR(rvm_prove_p1(&token, READ, 0, NOW), STALE_CAPABILITY);
	EXPECT_ERROR(rvm_prove_p1(&token, READ, 2, NOW), STALE_CAPABILITY);
	EXPECT_ERROR(rvm_prove_p1(&token, GRANT, 2, NOW), STALE_CAPABILITY);
	token.expires_at = NOW + 1;
	EXPECT_ERROR(rvm_prove_p1(&token, READ, 1, NOW), NONE);
	token.expires_at = NOW;
	EXPECT_ERROR(rvm_prove_p1(&token, READ, 1, NOW), STALE_CAPABILITY);
	token.expires_at = -1;
	EXPECT_ERROR(rvm_prove_p1(&token, READ, 1, NOW), STALE_CAPABILITY);
	token.expires_at = 0;
	token.flags = RVM_TOKEN_FLAG_EXPIRED;
	EXPECT_ERROR(rvm_prove_p1(&token, READ, 1, NOW), STALE_CAPABILITY);
	token.flags |= RVM_TOKEN_FLAG_REVOKED;
	EXPECT_ERROR(rvm_prove_p1(&token, GRANT, 2, NOW), REVOKED);
	token.flags = RVM_TOKEN_FLAG_REVOKED;
	EXPECT_ERROR(rvm_prove_p1(&token, READ, 1, NOW), REVOKED);
}

static void p2_looks_at_all_above(void)
{
	struct rvm_token_core chain[RVM_DEPTH_MAX + 1];
	struct rvm_token_core *last = &chain[RVM_DEPTH_MAX];
	unsigned int i;

	make_chain(chain, RVM_DEPTH_MAX, ALL);
	EXPECT_ERROR(rvm_prove_p2(last, NOW), NONE);
	EXPECT_ERROR(rvm_prove_p2(&chain[0], NOW), NONE);
	for (i = 0; i < RVM_DEPTH_MAX; i++) {
		chain[i].flags = RVM_TOKEN_FLAG_REVOKED;
		EXPECT_ERROR(rvm_prove_p2(last, NOW), REVOKED);
		chain[i].flags = RVM_TOKEN_FLAG_EXPIRED;
		EXPECT_ERROR(rvm_prove_p2(last, NOW), STALE_CAPABILITY);
		chain[i].flags = 0;
		chain[i].expires_at = NOW;
		EXPECT_ERROR(rvm_prove_p2(last, NOW), STALE_CAPABILITY);
		chain[i].expires_at = NOW + 1;
		EXPECT_ERROR(rvm_prove_p2(last, NOW), NONE);
		chain[i].expires_at = 0;
	}
	/* Its own state is P1's. */
	last->flags = RVM_TOKEN_FLAG_REVOKED;
	EXPECT_ERROR(rvm_prove_p2(last, NOW), NONE);
}

static void p2_ends_where_the_tree_has_no_end(void)
{
	struct rvm_token_core chain[RVM_DEPTH_MAX + 2];
	unsigned int i;

	make_chain(chain, RVM_DEPTH_MAX, ALL);
	chain[RVM_DEPTH_MAX].depth++;
	EXPECT_ERROR(rvm_prove_p2(&chain[RVM_DEPTH_MAX], NOW), POLICY_VIOLATION);
	memset(chain, 0, sizeof(chain));
	for (i = 1; i < RVM_DEPTH_MAX + 2; i++)
		chain[i].parent = &chain[i - 1];
	EXPECT_ERROR(rvm_prove_p2(&chain[RVM_DEPTH_MAX], NOW), NONE);
	EXPECT_ERROR(rvm_prove_p2(&chain[RVM_DEPTH_MAX + 1], NOW), POLICY_VIOLATION);
	chain[0].parent = &chain[0];
	EXPECT_ERROR(rvm_prove_p2(&chain[0], NOW), POLICY_VIOLATION);
	EXPECT_ERROR(rvm_prove_p3(&chain[0], RVM_DEPTH_MAX), DERIVATION_CHAIN_BROKEN);
}

static void p3_has_a_limit_of_steps(void)
{
	struct rvm_token_core chain[RVM_DEPTH_MAX + 1];
	unsigned int i, max;

	make_chain(chain, RVM_DEPTH_MAX, ALL);
	for (i = 0; i <= RVM_DEPTH_MAX; i++)
		for (max = 0; max <= RVM_DEPTH_MAX + 1; max++)
			EXPECT_EQ(rvm_prove_p3(&chain[i], max),
				  max >= i ? RVM_TOKEN_ERROR_NONE :
					     RVM_TOKEN_ERROR_DERIVATION_CHAIN_BROKEN);
}

#define BROKEN(token) EXPECT_ERROR(rvm_prove_p3(token, RVM_DEPTH_MAX), DERIVATION_CHAIN_BROKEN)
#define SOUND(token) EXPECT_ERROR(rvm_prove_p3(token, RVM_DEPTH_MAX), NONE)

/* As if it had been born so: the seal alone does not see it. */
static void reseal(struct rvm_token_core *chain, unsigned int depth)
{
	unsigned int i;

	for (i = 0; i <= depth; i++)
		chain[i].seal = rvm_token_seal(&chain[i]);
}

static void p3_sees_a_step_that_is_not_sound(void)
{
	struct rvm_token_core chain[4];
	unsigned int i;

	for (i = 0; i < 3; i++) {
		make_chain(chain, 3, READ | WRITE);
		chain[i].born = READ;
		reseal(chain, 3);
		BROKEN(&chain[3]);
		make_chain(chain, 3, READ);
		chain[i].depth++;
		reseal(chain, 3);
		BROKEN(&chain[3]);
		make_chain(chain, 3, READ);
		chain[i].depth--;
		reseal(chain, 3);
		BROKEN(&chain[3]);
		make_chain(chain, 3, READ);
		chain[i].epoch++;
		reseal(chain, 3);
		BROKEN(&chain[3]);
		/* Epochs of two partitions are not compared. */
		chain[i].owner++;
		reseal(chain, 3);
		SOUND(&chain[3]);
		/* The child's may be newer. */
		make_chain(chain, 3, READ);
		chain[3].epoch++;
		reseal(chain, 3);
		SOUND(&chain[3]);
	}
	/* It does not lead to a root. */
	make_chain(chain, 3, READ);
	chain[1].parent = NULL;
	reseal(chain, 3);
	BROKEN(&chain[3]);
}

static void p3_sees_rights_that_it_was_not_born_with(void)
{
	struct rvm_token_core token;
	u8 born, rights;

	for (born = 0; born <= ALL; born++) {
		for (rights = 0; rights <= ALL; rights++) {
			token = root_with(born);
			token.rights = rights;
			EXPECT_EQ(rvm_prove_p3(&token, 0),
				  rights == born || rights == (born & ~ONCE) ?
					  RVM_TOKEN_ERROR_NONE :
					  RVM_TOKEN_ERROR_DERIVATION_CHAIN_BROKEN);
		}
	}
}

/* Each bit of each word that the seal is of, in each token on the way. */
static void the_seal_sees_each_change_of_a_bit(void)
{
	struct rvm_token_core chain[3];
	unsigned int i, bit;

#define EACH_BIT(field)                                                     \
	do {                                                                \
		for (bit = 0; bit < 8 * sizeof(chain[i].field); bit++) {    \
			u64 flip = 1ULL << bit;                             \
                                                                            \
			chain[i].field ^= flip;                             \
			EXPECT(rvm_token_seal(&chain[2]) != chain[2].seal); \
			BROKEN(&chain[2]);                                  \
			chain[i].field ^= flip;                             \
		}                                                           \
	} while (0)

	make_chain(chain, 2, READ);
	for (i = 0; i < 3; i++) {
		/* Those above are known by what they are. */
		if (i == 2)
			EACH_BIT(id);
		EACH_BIT(expires_at);
		EACH_BIT(owner);
		EACH_BIT(epoch);
		EACH_BIT(born);
		EACH_BIT(type);
		EACH_BIT(tier);
		EACH_BIT(depth);
		chain[i].scope = &other_scope;
		BROKEN(&chain[2]);
		chain[i].scope = &some_scope;
	}
	SOUND(&chain[2]);
	chain[2].seal++;
	BROKEN(&chain[2]);
}

static void a_seal_is_not_that_of_another_key(void)
{
	struct rvm_token_core token = root_with(ALL);

	SOUND(&token);
	seal_randomly();
	BROKEN(&token);
}

static void what_was_swapped_breaks_the_seal(void)
{
	struct rvm_token_core chain[3];

	/* Of two levels. */
	make_chain(chain, 2, READ);
	chain[1].scope = &other_scope;
	reseal(chain, 2);
	SOUND(&chain[2]);
	chain[1].scope = &some_scope;
	chain[2].scope = &other_scope;
	BROKEN(&chain[2]);
	/* Of two tokens that were derived from the same. */
	make_chain(chain, 1, READ);
	child_of(&chain[0], &chain[2], READ);
	chain[2].seal = chain[1].seal;
	BROKEN(&chain[2]);
}

int main(void)
{
	seal_randomly();
	RUN(p1_looks_at_the_token_itself);
	RUN(p2_looks_at_all_above);
	RUN(p2_ends_where_the_tree_has_no_end);
	RUN(p3_has_a_limit_of_steps);
	RUN(p3_sees_a_step_that_is_not_sound);
	RUN(p3_sees_rights_that_it_was_not_born_with);
	RUN(the_seal_sees_each_change_of_a_bit);
	RUN(a_seal_is_not_that_of_another_key);
	RUN(what_was_swapped_breaks_the_seal);
	return unit_done();
}
