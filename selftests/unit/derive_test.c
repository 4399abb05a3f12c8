// SPDX-License-Identifier: GPL-2.0-only
/* Tokens made of tokens: what is refused and in which order, what comes of it, the tree. */
#include "token_world.h"

#define STRANGER 2

/* One wish that is allowed, and each way to spoil it, in the order in which they are told. */
enum spoiled {
	CALLER,
	EPOCH,
	TIME,
	TIME_ABOVE,
	NO_GRANT,
	RIGHTS,
	SCOPE,
	END,
	TIER,
	SINGLE,
	DEPTH,
	GONE,
	GONE_ABOVE,
};

static const enum rvm_token_error errors[] = {
	[CALLER] = TOKEN_ERROR(GRANT_NOT_PERMITTED),
	[EPOCH] = TOKEN_ERROR(STALE_CAPABILITY),
	[TIME] = TOKEN_ERROR(STALE_CAPABILITY),
	[TIME_ABOVE] = TOKEN_ERROR(STALE_CAPABILITY),
	[NO_GRANT] = TOKEN_ERROR(GRANT_NOT_PERMITTED),
	[RIGHTS] = TOKEN_ERROR(RIGHTS_ESCALATION),
	[SCOPE] = TOKEN_ERROR(RIGHTS_ESCALATION),
	[END] = TOKEN_ERROR(RIGHTS_ESCALATION),
	[TIER] = TOKEN_ERROR(RIGHTS_ESCALATION),
	[SINGLE] = TOKEN_ERROR(RIGHTS_ESCALATION),
	[DEPTH] = TOKEN_ERROR(DELEGATION_DEPTH_EXCEEDED),
	[GONE] = TOKEN_ERROR(REVOKED),
	[GONE_ABOVE] = TOKEN_ERROR(REVOKED),
};

static void spoil(enum spoiled how, struct rvm_token_core *above, struct rvm_token_core *source,
		  struct rvm_wish *wish)
{
	switch (how) {
	case CALLER:
		wish->caller = STRANGER;
		break;
	case EPOCH:
		wish->source_epoch++;
		break;
	case TIME:
		source->flags |= RVM_TOKEN_FLAG_EXPIRED;
		break;
	case TIME_ABOVE:
		above->flags |= RVM_TOKEN_FLAG_EXPIRED;
		break;
	case NO_GRANT:
		source->rights &= ~(GRANT | ONCE);
		break;
	case RIGHTS:
		wish->rights |= REVOKE;
		break;
	case SCOPE:
		wish->contained = false;
		break;
	case END:
		wish->expires_at = source->expires_at + 1;
		break;
	case TIER:
		wish->tier = source->tier - 1;
		break;
	case SINGLE:
		source->flags |= RVM_TOKEN_FLAG_SINGLE_USE;
		break;
	case DEPTH:
		source->depth = RVM_DEPTH_MAX;
		break;
	case GONE:
		source->flags |= RVM_TOKEN_FLAG_REVOKED;
		break;
	case GONE_ABOVE:
		above->flags |= RVM_TOKEN_FLAG_REVOKED;
		break;
	}
}

static void each_error_comes_in_its_turn(void)
{
	struct rvm_token_core above, source;
	struct rvm_wish wish;
	unsigned int set, first;

	for (set = 0; set < 1 << ARRAY_SIZE(errors); set++) {
		above = root_with(ALL);
		above.tier = 2;
		above.expires_at = NOW + 10;
		child_of(&above, &source, READ | WRITE | GRANT);
		wish = wish_for(&source, READ);
		for (first = 0; first < ARRAY_SIZE(errors); first++)
			if (set & BIT(first))
				spoil(first, &above, &source, &wish);
		for (first = 0; first < ARRAY_SIZE(errors) && !(set & BIT(first)); first++)
			;
		if (!EXPECT_EQ(rvm_derive_check(&source, &wish),
			       set ? errors[first] : TOKEN_ERROR(NONE)))
			NOTE("spoiled: %#x", set);
	}
}

static void only_the_owner_or_the_host_passes_on(void)
{
	struct rvm_token_core source = root_with(READ | GRANT);
	struct rvm_wish wish = wish_for(&source, READ);

	EXPECT_ERROR(rvm_derive_check(&source, &wish), NONE);
	wish.caller = STRANGER;
	EXPECT_ERROR(rvm_derive_check(&source, &wish), GRANT_NOT_PERMITTED);
	/* The host owns all, but needs the right unless it gives inwards. */
	wish.caller = 0;
	EXPECT_ERROR(rvm_derive_check(&source, &wish), NONE);
	source.rights = READ;
	EXPECT_ERROR(rvm_derive_check(&source, &wish), GRANT_NOT_PERMITTED);
	wish.sponsored = true;
	EXPECT_ERROR(rvm_derive_check(&source, &wish), NONE);
	wish.rights = READ | GRANT;
	EXPECT_ERROR(rvm_derive_check(&source, &wish), RIGHTS_ESCALATION);
}

static void rights_only_narrow(void)
{
	struct rvm_token_core source;
	struct rvm_wish wish;
	u8 has, wanted;

	for (has = 0; has <= ALL; has++) {
		source = root_with(has);
		for (wanted = 0; wanted <= ALL; wanted++) {
			wish = wish_for(&source, wanted);
			EXPECT_EQ(rvm_derive_check(&source, &wish),
				  !(has & (GRANT | ONCE)) ? TOKEN_ERROR(GRANT_NOT_PERMITTED) :
				  wanted & ~has		  ? TOKEN_ERROR(RIGHTS_ESCALATION) :
							    TOKEN_ERROR(NONE));
		}
	}
}

static void time_only_shortens(void)
{
	static const struct {
		s64 source, wanted;
		bool fine;
	} rows[] = {
		{ 0, 0, true },
		{ 0, NOW + 5, true },
		{ 0, NOW - 5, true },
		{ NOW + 5, NOW + 5, true },
		{ NOW + 5, NOW + 4, true },
		{ NOW + 5, NOW - 4, true },
		{ NOW + 5, NOW + 6, false },
		{ NOW + 5, 0, false },
		{ NOW + 5, S64_MAX, false },
		{ NOW + 5, S64_MIN, true },
	};
	struct rvm_token_core source;
	struct rvm_wish wish;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		source = root_with(ALL);
		source.expires_at = rows[i].source;
		wish = wish_for(&source, READ);
		wish.expires_at = rows[i].wanted;
		EXPECT_EQ(rvm_derive_check(&source, &wish),
			  rows[i].fine ? TOKEN_ERROR(NONE) : TOKEN_ERROR(RIGHTS_ESCALATION));
	}
	source = root_with(ALL);
	wish = wish_for(&source, READ);
	source.expires_at = NOW;
	wish.expires_at = NOW;
	EXPECT_ERROR(rvm_derive_check(&source, &wish), STALE_CAPABILITY);
	source.expires_at = NOW + 1;
	wish.expires_at = NOW + 1;
	EXPECT_ERROR(rvm_derive_check(&source, &wish), NONE);
}

static void a_tier_only_rises(void)
{
	struct rvm_token_core source = root_with(ALL);
	struct rvm_wish wish;
	u8 has, wanted;

	for (has = 1; has <= 3; has++) {
		for (wanted = 1; wanted <= 3; wanted++) {
			source.tier = has;
			wish = wish_for(&source, READ);
			wish.tier = wanted;
			EXPECT_EQ(rvm_derive_check(&source, &wish),
				  wanted < has ? TOKEN_ERROR(RIGHTS_ESCALATION) :
						 TOKEN_ERROR(NONE));
		}
	}
}

static void a_child_is_what_was_allowed(void)
{
	struct rvm_token_core source = root_with(ALL);
	struct rvm_token_core child = { .id = 77, .handle = { 3, 4 }, .opens = 5, .within = 6 };
	struct rvm_wish wish = {
		.owner = 9,
		.source_epoch = 1,
		.epoch = 12,
		.now = NOW,
		.expires_at = NOW + 3,
		.scope = &other_scope,
		.contained = true,
		.badge = 0x1234,
		.rights = READ | ONCE,
		.tier = 3,
		.flags = 0xff,
	};

	source.type = RVM_TOKEN_TYPE_PARTITION + 1;
	source.seal = rvm_token_seal(&source);
	EXPECT_ERROR(rvm_derive_check(&source, &wish), NONE);
	rvm_derive(&source, &child, &wish);
	EXPECT(child.parent == &source && source.child == &child);
	EXPECT(!child.child && !child.next && !child.prev);
	EXPECT(child.scope == &other_scope);
	EXPECT_EQ(child.id, 77);
	EXPECT_EQ(child.handle.index, 3);
	EXPECT_EQ(child.opens, 5);
	EXPECT_EQ(child.within, 6);
	EXPECT_EQ(child.owner, 9);
	EXPECT_EQ(child.epoch, 12);
	EXPECT_EQ(child.expires_at, NOW + 3);
	EXPECT_EQ(child.badge, 0x1234);
	EXPECT_EQ(child.rights, READ | ONCE);
	EXPECT_EQ(child.type, source.type);
	EXPECT_EQ(child.tier, 3);
	EXPECT_EQ(child.depth, 1);
	EXPECT_EQ(child.flags,
		  RVM_TOKEN_FLAG_GRANTED | RVM_TOKEN_FLAG_SINGLE_USE | RVM_TOKEN_FLAG_UNTIL_EXIT);
	EXPECT_ERROR(rvm_prove_p1(&child, READ, 12, NOW), NONE);
	EXPECT_ERROR(rvm_prove_p2(&child, NOW), NONE);
	EXPECT_ERROR(rvm_prove_p3(&source, 8), NONE);
	EXPECT_ERROR(rvm_prove_p3(&child, 8), NONE);
}

static void grant_once_is_used_up_by_one_grant(void)
{
	struct rvm_token_core source = root_with(READ | ONCE), child = {}, second = {};
	struct rvm_wish wish = wish_for(&source, READ | ONCE);

	EXPECT_ERROR(rvm_derive_check(&source, &wish), NONE);
	EXPECT_EQ(source.rights, READ | ONCE);
	rvm_derive(&source, &child, &wish);
	EXPECT_EQ(source.rights, READ);
	EXPECT_EQ(source.flags, RVM_TOKEN_FLAG_GRANT_SPENT);
	EXPECT_EQ(child.rights, READ);
	EXPECT_EQ(child.born, READ);
	EXPECT_ERROR(rvm_derive_check(&source, &wish), GRANT_NOT_PERMITTED);
	wish.rights = READ;
	EXPECT_ERROR(rvm_derive_check(&source, &wish), GRANT_NOT_PERMITTED);
	/* Neither is broken by it. */
	EXPECT_ERROR(rvm_prove_p3(&source, 8), NONE);
	EXPECT_ERROR(rvm_prove_p3(&child, 8), NONE);
	/* With GRANT it is kept, and may be handed on. */
	source = root_with(READ | GRANT | ONCE);
	wish = wish_for(&source, READ | ONCE);
	EXPECT_ERROR(rvm_derive_check(&source, &wish), NONE);
	rvm_derive(&source, &child, &wish);
	EXPECT_EQ(source.rights, READ | GRANT | ONCE);
	EXPECT_EQ(source.flags, 0);
	EXPECT_EQ(child.rights, READ | ONCE);
	/* Neither does the host use it up. */
	source = root_with(READ | ONCE);
	child_of(&source, &child, READ | ONCE);
	EXPECT_EQ(source.rights, READ | ONCE);
	EXPECT_EQ(child.rights, READ | ONCE);
	/* The child's own stays good when its source's is used. */
	wish = wish_for(&source, READ);
	rvm_derive(&source, &second, &wish);
	EXPECT_EQ(source.rights, READ);
	EXPECT_ERROR(rvm_prove_p3(&child, 8), NONE);
	wish = wish_for(&child, READ);
	EXPECT_ERROR(rvm_derive_check(&child, &wish), NONE);
}

static void nothing_lives_below_what_was_revoked(void)
{
	struct rvm_token_core chain[4];
	struct rvm_wish wish, wish_above;
	unsigned int i;

	make_chain(chain, 3, ALL);
	wish = wish_for(&chain[3], READ);
	wish_above = wish_for(&chain[1], READ);
	EXPECT_ERROR(rvm_derive_check(&chain[3], &wish), NONE);
	for (i = 0; i < 4; i++) {
		chain[i].flags |= RVM_TOKEN_FLAG_REVOKED;
		EXPECT_ERROR(rvm_derive_check(&chain[3], &wish), REVOKED);
		EXPECT_EQ(rvm_derive_check(&chain[1], &wish_above),
			  i > 1 ? TOKEN_ERROR(NONE) : TOKEN_ERROR(REVOKED));
		chain[i].flags = 0;
	}
}

/* Who is born below what was changed is no better. */
static void a_child_of_a_broken_token_is_broken(void)
{
	struct rvm_token_core source = root_with(ALL), child, grandchild;

	child_of(&source, &child, READ);
	EXPECT_ERROR(rvm_prove_p3(&child, 8), NONE);
	source.type++;
	child_of(&source, &child, ALL);
	child_of(&child, &grandchild, READ);
	EXPECT_ERROR(rvm_prove_p3(&source, 8), DERIVATION_CHAIN_BROKEN);
	EXPECT_ERROR(rvm_prove_p3(&child, 8), DERIVATION_CHAIN_BROKEN);
	EXPECT_ERROR(rvm_prove_p3(&grandchild, 8), DERIVATION_CHAIN_BROKEN);
}

/* It is computed from the parent's, in one step. */
static void a_child_is_sealed_as_if_from_the_root(void)
{
	struct rvm_token_core chain[RVM_DEPTH_MAX + 1];
	unsigned int i;

	make_chain(chain, RVM_DEPTH_MAX, ALL);
	for (i = 0; i <= RVM_DEPTH_MAX; i++)
		EXPECT_EQ(chain[i].seal, rvm_token_seal(&chain[i]));
}

#define MAY_REVOKE(token, caller) rvm_derive_may_revoke(token, caller, 1, NOW)

static void the_right_to_revoke_reaches_down(void)
{
	struct rvm_token_core chain[4];
	unsigned int i, k;

	for (i = 0; i < 4; i++) {
		make_chain(chain, 3, READ);
		chain[i].rights |= REVOKE;
		chain[i].owner = STRANGER;
		for (k = 0; k < 4; k++) {
			EXPECT_EQ(MAY_REVOKE(&chain[k], STRANGER), k >= i);
			EXPECT(!MAY_REVOKE(&chain[k], OWNER));
			EXPECT(!MAY_REVOKE(&chain[k], 77));
			EXPECT(MAY_REVOKE(&chain[k], 0));
		}
	}
}

/* Nor does one that is below such a token. */
static void what_has_lost_its_rights_does_not_revoke(void)
{
	struct rvm_token_core chain[3];
	unsigned int i;

	make_chain(chain, 2, READ);
	chain[1].rights |= REVOKE;
	EXPECT(MAY_REVOKE(&chain[2], OWNER));
	for (i = 0; i < 2; i++) {
		chain[i].flags = RVM_TOKEN_FLAG_EXPIRED;
		EXPECT(!MAY_REVOKE(&chain[2], OWNER));
		chain[i].flags = RVM_TOKEN_FLAG_REVOKED;
		EXPECT(!MAY_REVOKE(&chain[2], OWNER));
		chain[i].flags = RVM_TOKEN_FLAG_GRANTED;
		EXPECT(MAY_REVOKE(&chain[2], OWNER));
		chain[i].expires_at = NOW;
		EXPECT(!MAY_REVOKE(&chain[2], OWNER));
		chain[i].expires_at = NOW + 1;
		EXPECT(MAY_REVOKE(&chain[2], OWNER));
		chain[i].expires_at = 0;
	}
	/* It may take back what has lost them. */
	chain[2].flags = RVM_TOKEN_FLAG_EXPIRED;
	EXPECT(MAY_REVOKE(&chain[2], OWNER));
	EXPECT(!rvm_derive_may_revoke(&chain[2], OWNER, 2, NOW));
	EXPECT(rvm_derive_may_revoke(&chain[2], 0, 2, NOW));
	chain[1].epoch = 2;
	EXPECT(rvm_derive_may_revoke(&chain[2], OWNER, 2, NOW));
}

static void children_are_listed_from_the_newest(void)
{
	struct rvm_token_core root = root_with(ALL), a, b, c;

	child_of(&root, &a, READ);
	child_of(&root, &b, READ);
	child_of(&root, &c, READ);
	EXPECT(root.child == &c && c.next == &b && b.next == &a && !a.next);
	EXPECT(!c.prev && b.prev == &c && a.prev == &b);
	rvm_derive_detach(&b);
	EXPECT(root.child == &c && c.next == &a && a.prev == &c && !a.next && !c.prev);
	EXPECT(b.parent == &root && !b.next && !b.prev);
	/* Once more changes nothing. */
	rvm_derive_detach(&b);
	EXPECT(root.child == &c && c.next == &a);
	rvm_derive_detach(&c);
	EXPECT(root.child == &a && !a.prev);
	rvm_derive_detach(&a);
	EXPECT(!root.child);
	rvm_derive_detach(&root);
	EXPECT(!root.child && !root.parent);
}

static void a_subtree_is_taken_apart_leaf_by_leaf(void)
{
	struct rvm_token_core root = root_with(ALL), token[40], *leaf;
	bool gone[ARRAY_SIZE(token)] = {};
	unsigned int i, steps = 0;

	/* token[0] is the top; the rest hangs below those before it. */
	child_of(&root, &token[0], ALL);
	for (i = 1; i < ARRAY_SIZE(token); i++)
		child_of(&token[(i - 1) / 2], &token[i], ALL);
	do {
		leaf = rvm_derive_leaf(&token[0]);
		EXPECT(!leaf->child);
		EXPECT(!gone[leaf - token]);
		gone[leaf - token] = true;
		rvm_derive_detach(leaf);
		steps++;
	} while (leaf != &token[0]);
	EXPECT_EQ(steps, ARRAY_SIZE(token));
	EXPECT(!root.child);
}

int main(void)
{
	seal_randomly();
	RUN(each_error_comes_in_its_turn);
	RUN(only_the_owner_or_the_host_passes_on);
	RUN(rights_only_narrow);
	RUN(time_only_shortens);
	RUN(a_tier_only_rises);
	RUN(a_child_is_what_was_allowed);
	RUN(grant_once_is_used_up_by_one_grant);
	RUN(nothing_lives_below_what_was_revoked);
	RUN(a_child_of_a_broken_token_is_broken);
	RUN(a_child_is_sealed_as_if_from_the_root);
	RUN(the_right_to_revoke_reaches_down);
	RUN(what_has_lost_its_rights_does_not_revoke);
	RUN(children_are_listed_from_the_newest);
	RUN(a_subtree_is_taken_apart_leaf_by_leaf);
	return unit_done();
}
