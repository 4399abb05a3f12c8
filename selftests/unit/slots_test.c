// SPDX-License-Identifier: GPL-2.0-only
/* Handles: which slot, which generation, and what a handle leads to. */
#include "token_world.h"

static struct rvm_slots slots;
static struct rvm_slot *chunks[RVM_SLOT_CHUNKS];

static void start(u32 limit, u32 wanted)
{
	u32 i;

	for (i = 0; i < RVM_SLOT_CHUNKS; i++) {
		free(chunks[i]);
		chunks[i] = NULL;
	}
	memset(&slots, 0, sizeof(slots));
	slots.limit = limit;
	for (i = 0; rvm_slots_lacks_chunk(&slots, wanted); i++) {
		chunks[i] = calloc(RVM_SLOTS_PER_CHUNK, sizeof(struct rvm_slot));
		rvm_slots_add_chunk(&slots, chunks[i]);
	}
}

static enum rvm_token_error find(u32 index, u32 generation)
{
	struct rvm_token_core *token = (void *)1;
	enum rvm_token_error error;

	error = rvm_slots_find(&slots, (struct rvm_handle){ index, generation }, &token);
	EXPECT_EQ(!token, error != RVM_TOKEN_ERROR_NONE);
	return error;
}

static void the_lowest_free_slot_is_taken(void)
{
	struct rvm_token_core token[8] = {};
	u32 i;

	start(8, 8);
	for (i = 0; i < 8; i++) {
		EXPECT_ERROR(rvm_slots_take(&slots, &token[i]), NONE);
		EXPECT_EQ(token[i].handle.index, i);
		EXPECT_EQ(token[i].handle.generation, 1);
	}
	rvm_slots_release(&slots, &token[5]);
	rvm_slots_release(&slots, &token[2]);
	rvm_slots_release(&slots, &token[7]);
	EXPECT_ERROR(rvm_slots_take(&slots, &token[0]), NONE);
	EXPECT_EQ(token[0].handle.index, 2);
	EXPECT_EQ(token[0].handle.generation, 2);
	EXPECT_ERROR(rvm_slots_take(&slots, &token[0]), NONE);
	EXPECT_EQ(token[0].handle.index, 5);
	EXPECT_ERROR(rvm_slots_take(&slots, &token[0]), NONE);
	EXPECT_EQ(token[0].handle.index, 7);
}

static void a_handle_leads_to_its_token_only(void)
{
	struct rvm_token_core token = {}, other = {}, *found;

	start(8, 8);
	EXPECT_ERROR(find(0, 0), INVALID_HANDLE);
	EXPECT_ERROR(find(0, 1), INVALID_HANDLE);
	rvm_slots_take(&slots, &token);
	EXPECT_ERROR(rvm_slots_find(&slots, token.handle, &found), NONE);
	EXPECT(found == &token);
	EXPECT_ERROR(find(0, 0), STALE_HANDLE);
	EXPECT_ERROR(find(0, 2), STALE_HANDLE);
	EXPECT_ERROR(find(1, 1), INVALID_HANDLE);
	/* Released, it is none; only when the slot is used again, it is old. */
	rvm_slots_release(&slots, &token);
	EXPECT_ERROR(find(0, 1), INVALID_HANDLE);
	EXPECT_ERROR(find(0, 2), INVALID_HANDLE);
	rvm_slots_take(&slots, &other);
	EXPECT_ERROR(find(0, 1), STALE_HANDLE);
	EXPECT_ERROR(rvm_slots_find(&slots, other.handle, &found), NONE);
	EXPECT(found == &other);
}

static void an_index_out_of_range_leads_to_nothing(void)
{
	static const u32 far[] = { RVM_SLOTS_PER_CHUNK - 1,
				   RVM_SLOTS_PER_CHUNK,
				   RVM_SLOTS_PER_CHUNK * RVM_SLOT_CHUNKS,
				   S32_MAX,
				   U32_MAX - 1,
				   U32_MAX };
	struct rvm_token_core token = {};
	size_t i;

	start(8, 0);
	EXPECT_ERROR(find(0, 1), INVALID_HANDLE);
	start(8, 8);
	rvm_slots_take(&slots, &token);
	for (i = 0; i < ARRAY_SIZE(far); i++) {
		EXPECT_ERROR(find(far[i], 1), INVALID_HANDLE);
		EXPECT_ERROR(find(far[i], 0), INVALID_HANDLE);
	}
	/* Where it would be if the index were cut. */
	EXPECT_ERROR(find(RVM_SLOTS_PER_CHUNK * RVM_SLOT_CHUNKS, 1), INVALID_HANDLE);
}

static void generations_run_to_the_largest_but_one(void)
{
	static const struct {
		u32 last, next;
	} rows[] = { { 0, 1 },
		     { 1, 2 },
		     { S32_MAX, 0x80000000 },
		     { U32_MAX - 2, U32_MAX - 1 },
		     { U32_MAX - 1, 1 },
		     { U32_MAX, 1 } };
	struct rvm_token_core token = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		start(1, 1);
		chunks[0][0].generation = rows[i].last;
		rvm_slots_take(&slots, &token);
		EXPECT_EQ(token.handle.generation, rows[i].next);
		EXPECT_ERROR(find(0, rows[i].next), NONE);
	}
}

static void no_more_are_in_use_than_may_be(void)
{
	struct rvm_token_core token = {}, first = {};
	u32 i;

	start(RVM_SLOTS_PER_CHUNK + 3, RVM_SLOTS_PER_CHUNK + 1);
	EXPECT_EQ(slots.chunks, 2);
	rvm_slots_take(&slots, &first);
	for (i = 1; i < RVM_SLOTS_PER_CHUNK + 3; i++)
		EXPECT_ERROR(rvm_slots_take(&slots, &token), NONE);
	EXPECT_EQ(token.handle.index, RVM_SLOTS_PER_CHUNK + 2);
	EXPECT_ERROR(rvm_slots_take(&slots, &token), TABLE_FULL);
	EXPECT_EQ(slots.count, RVM_SLOTS_PER_CHUNK + 3);
	/* No memory would help. */
	EXPECT(!rvm_slots_lacks_chunk(&slots, 1));
	EXPECT(!rvm_slots_lacks_chunk(&slots, U32_MAX));
	rvm_slots_release(&slots, &first);
	EXPECT_ERROR(rvm_slots_take(&slots, &token), NONE);
	EXPECT_EQ(token.handle.index, 0);
	EXPECT_EQ(token.handle.generation, 2);
}

static void memory_is_asked_for_in_time(void)
{
	struct rvm_token_core token = {};
	u32 i;

	start(U32_MAX, 0);
	EXPECT_EQ(slots.chunks, 0);
	EXPECT_ERROR(rvm_slots_take(&slots, &token), TABLE_FULL);
	EXPECT(!rvm_slots_lacks_chunk(&slots, 0));
	EXPECT(rvm_slots_lacks_chunk(&slots, 1));
	start(U32_MAX, 1);
	EXPECT_EQ(slots.chunks, 1);
	EXPECT(!rvm_slots_lacks_chunk(&slots, RVM_SLOTS_PER_CHUNK));
	EXPECT(rvm_slots_lacks_chunk(&slots, RVM_SLOTS_PER_CHUNK + 1));
	for (i = 0; i < RVM_SLOTS_PER_CHUNK; i++)
		EXPECT_ERROR(rvm_slots_take(&slots, &token), NONE);
	EXPECT_ERROR(rvm_slots_take(&slots, &token), TABLE_FULL);
	EXPECT(rvm_slots_lacks_chunk(&slots, 1));
	/* There is no more than all of it. */
	start(U32_MAX, U32_MAX);
	EXPECT_EQ(slots.chunks, RVM_SLOT_CHUNKS);
}

/* All at once, and in any order: no slot twice, the lowest first. */
static void a_million_slots_are_kept_apart(void)
{
	const u32 count = RVM_SLOTS_PER_CHUNK * RVM_SLOT_CHUNKS;
	struct rvm_token_core *token = calloc(count, sizeof(*token));
	u32 i, at, lowest;

	start(count, count);
	for (i = 0; i < count; i++) {
		if (rvm_slots_take(&slots, &token[i]) || token[i].handle.index != i)
			break;
	}
	EXPECT_EQ(i, count);
	EXPECT_ERROR(rvm_slots_take(&slots, &token[0]), TABLE_FULL);
	for (i = 0; i < 10000; i++) {
		lowest = unit_random() % count;
		at = lowest + unit_random() % (count - lowest);
		rvm_slots_release(&slots, &token[at]);
		if (lowest != at)
			rvm_slots_release(&slots, &token[lowest]);
		rvm_slots_take(&slots, &token[lowest]);
		if (lowest != at)
			rvm_slots_take(&slots, &token[at]);
		if (token[lowest].handle.index != lowest || token[at].handle.index != at)
			break;
	}
	EXPECT_EQ(i, 10000);
	EXPECT_EQ(slots.count, count);
	start(0, 0);
	free(token);
}

int main(void)
{
	RUN(the_lowest_free_slot_is_taken);
	RUN(a_handle_leads_to_its_token_only);
	RUN(an_index_out_of_range_leads_to_nothing);
	RUN(generations_run_to_the_largest_but_one);
	RUN(no_more_are_in_use_than_may_be);
	RUN(memory_is_asked_for_in_time);
	RUN(a_million_slots_are_kept_apart);
	return unit_done();
}
