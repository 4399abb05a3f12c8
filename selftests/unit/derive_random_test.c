// SPDX-License-Identifier: GPL-2.0-only
/*
 * The core against a naive model: arrays, and everything computed anew from each token's own
 * words.  After each of many random operations both have to say the same.
 *
 *	STEPS=NUMBER SEED=NUMBER build/derive_random_test
 */
#include "token_world.h"

#define SLOTS 48
#define PARTITIONS 4
#define LONG_AGO 4096

#include "lib/derive_model.h"

static struct rvm_slots slots;
static struct rvm_slot chunk[RVM_SLOTS_PER_CHUNK];
static struct rvm_token_core *token[LONG_AGO];

static u32 pick(u32 n)
{
	return unit_random() % n;
}

/* A number for a new token; those that are gone are forgotten when there are too many. */
static int new_number(void)
{
	int i, kept = -1;

	if (count < LONG_AGO) {
		token[count] = calloc(1, sizeof(*token[count]));
		return count++;
	}
	for (i = 0; i < count && kept < 0; i++)
		if (!known[i].live)
			kept = i;
	memset(token[kept], 0, sizeof(*token[kept]));
	return kept;
}

static void drop(int i)
{
	free(token[i]);
	token[i] = NULL;
	count--;
}

static void create(void)
{
	int i = new_number();
	struct rvm_token_core *t = token[i];
	enum rvm_token_error error;

	*t = (struct rvm_token_core){
		.id = ++last_id,
		.scope = &some_scope,
		.owner = 1 + pick(PARTITIONS),
		.rights = pick(128) | (pick(2) ? GRANT : 0),
		.tier = 1 + pick(3),
		.expires_at = pick(3) ? 0 : now + 1 + pick(200),
	};
	t->epoch = epoch[t->owner];
	error = rvm_slots_take(&slots, t);
	EXPECT_EQ(error, model_free_slot() < 0 ? TOKEN_ERROR(TABLE_FULL) : TOKEN_ERROR(NONE));
	if (error) {
		if (i == count - 1)
			drop(i);
		return;
	}
	rvm_derive_root(t);
	known[i] = (struct known){ .owner = t->owner,
				   .epoch = t->epoch,
				   .rights = t->rights,
				   .tier = t->tier,
				   .end = t->expires_at,
				   .parent = -1 };
	model_take_slot(i);
}

/* Mostly one that is there; also old ones, and some that never were. */
static struct rvm_handle any_handle(void)
{
	u32 index = pick(SLOTS + 2);
	u32 generation = index < SLOTS ? slot[index].generation : 1;

	if (!pick(8))
		generation += pick(3) - 1;
	return (struct rvm_handle){ index, generation };
}

static int find(struct rvm_handle handle)
{
	struct rvm_token_core *found;
	enum rvm_token_error want;
	int i = model_find(handle.index, handle.generation, &want);

	EXPECT_EQ(rvm_slots_find(&slots, handle, &found), want);
	EXPECT(found == (i < 0 ? NULL : token[i]));
	return i;
}

static struct rvm_wish any_wish(int source)
{
	const struct known *s = &known[source];
	u32 owner = 1 + pick(PARTITIONS);

	return (struct rvm_wish){
		.caller = pick(8) ? s->owner : pick(PARTITIONS + 1),
		.owner = owner,
		.source_epoch = epoch[s->owner],
		.epoch = epoch[owner],
		.now = now,
		.expires_at = pick(4) ? s->end : now + pick(100),
		.scope = &some_scope,
		.contained = pick(16),
		.sponsored = !pick(8),
		.rights = pick(4) ? s->rights & pick(128) : pick(128),
		.tier = pick(8) ? s->tier + pick(4 - s->tier) : 1 + pick(3),
	};
}

static unsigned int granted, refused, revoked, proved;

static void grant(void)
{
	int source = find(any_handle()), i;
	enum rvm_token_error error, want;
	struct rvm_wish wish;

	if (source < 0)
		return;
	wish = any_wish(source);
	want = model_grant(source, &wish);
	error = rvm_derive_check(token[source], &wish);
	i = new_number();
	if (!error)
		error = rvm_slots_take(&slots, token[i]);
	EXPECT_EQ(error, want);
	if (error) {
		refused++;
		if (i == count - 1)
			drop(i);
		return;
	}
	granted++;
	token[i]->id = ++last_id;
	rvm_derive(token[source], token[i], &wish);
	model_derive(source, i, &wish);
}

static void revoke(void)
{
	int top = find(any_handle()), i, want, got = 0;
	struct rvm_token_core *leaf;

	if (top < 0)
		return;
	for (i = 1; i <= PARTITIONS; i++)
		EXPECT_EQ(rvm_derive_may_revoke(token[top], i, epoch[i], now),
			  model_may_revoke(top, i));
	want = model_revoke(top);
	rvm_token_add_flags(token[top], RVM_TOKEN_FLAG_REVOKED);
	EXPECT(rvm_derive_flags(rvm_derive_leaf(token[top]), S64_MIN) & RVM_TOKEN_FLAG_REVOKED);
	do {
		leaf = rvm_derive_leaf(token[top]);
		rvm_derive_detach(leaf);
		rvm_slots_release(&slots, leaf);
		got++;
	} while (leaf != token[top]);
	EXPECT_EQ(got, want);
	revoked += got;
}

static void latch(void)
{
	int i = find(any_handle());

	if (i < 0 || !model_over(i))
		return;
	rvm_token_add_flags(token[i], RVM_TOKEN_FLAG_EXPIRED);
	known[i].expired = true;
}

static void prove(void)
{
	int i = find(any_handle());
	enum rvm_token_error want = RVM_TOKEN_ERROR_NONE;
	u8 need = 1 << pick(7);
	int up;

	if (i < 0)
		return;
	EXPECT_EQ(rvm_prove_p1(token[i], need, epoch[known[i].owner], now), model_p1(i, need));
	EXPECT_EQ(rvm_prove_p2(token[i], now),
		  model_any_over_above(i) ? TOKEN_ERROR(STALE_CAPABILITY) : TOKEN_ERROR(NONE));
	want = RVM_TOKEN_ERROR_NONE;
	for (up = i; known[up].parent >= 0; up = known[up].parent)
		if (known[up].owner == known[known[up].parent].owner &&
		    known[up].epoch < known[known[up].parent].epoch)
			want = RVM_TOKEN_ERROR_DERIVATION_CHAIN_BROKEN;
	EXPECT_EQ(rvm_prove_p3(token[i], RVM_DEPTH_MAX), want);
	EXPECT_EQ(rvm_prove_p3(token[i], 3),
		  known[i].depth > 3 ? TOKEN_ERROR(DERIVATION_CHAIN_BROKEN) : want);
	proved += !want;
}

/* Of a token that is there, in both. */
static void check_one(int i)
{
	const struct known *k = &known[i], *above;
	const struct rvm_token_core *t = token[i];

	EXPECT(t->rights == k->rights && t->owner == k->owner && t->epoch == k->epoch &&
	       t->tier == k->tier && t->depth == k->depth && t->expires_at == k->end);
	EXPECT(t->handle.index == k->index && t->handle.generation == k->generation);
	EXPECT_EQ(!!(t->flags & RVM_TOKEN_FLAG_GRANT_SPENT), k->once_used);
	EXPECT(t->parent == (k->parent < 0 ? NULL : token[k->parent]));
	if (k->parent < 0)
		return;
	/* No child is there without its parent, lasts longer or may more. */
	above = &known[k->parent];
	EXPECT(above->live);
	EXPECT(!above->end || (k->end && k->end <= above->end));
	EXPECT(!(t->rights & ~(t->parent->rights | t->parent->born)));
	EXPECT(k->tier >= above->tier);
}

static void check_all(void)
{
	u32 i, live = 0;

	for (i = 0; i < SLOTS; i++) {
		EXPECT(chunk[i].token == (slot[i].holder < 0 ? NULL : token[slot[i].holder]));
		if (slot[i].holder < 0)
			continue;
		check_one(slot[i].holder);
		live++;
	}
	EXPECT_EQ(slots.count, live);
}

static u64 from_environment(const char *name, u64 otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

static void step(void)
{
	switch (pick(16)) {
	case 0 ... 1:
		create();
		break;
	case 2 ... 8:
		grant();
		break;
	case 9:
		revoke();
		break;
	case 10:
		latch();
		break;
	case 11:
		if (!pick(50))
			epoch[1 + pick(PARTITIONS)]++;
		break;
	case 12:
		/* Clocks are set back, too. */
		now += pick(10) ? pick(4) : -(s64)pick(30);
		break;
	default:
		prove();
	}
}

static void random_operations_agree_with_the_model(void)
{
	u64 steps = from_environment("STEPS", 300000), i;
	int k;

	unit.random ^= from_environment("SEED", 0) * 0x9e3779b97f4a7c15ULL;
	now = NOW;
	model_begin();
	slots.limit = SLOTS;
	rvm_slots_add_chunk(&slots, chunk);
	for (i = 0; i < steps && !unit.bad; i++) {
		step();
		check_all();
	}
	printf("# %" PRIu64 " steps: %u granted, %u refused, %u revoked, %u proved\n", (uint64_t)i,
	       granted, refused, revoked, proved);
	EXPECT(granted && refused && revoked && proved);
	for (k = 0; k < count; k++)
		free(token[k]);
}

int main(void)
{
	seal_randomly();
	RUN(random_operations_agree_with_the_model);
	return unit_done();
}
