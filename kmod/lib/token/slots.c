// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/limits.h>

#include "lib/token/slots.h"

#define WORD_BITS 64

bool rvm_slots_lacks_chunk(const struct rvm_slots *slots, u32 count)
{
	u64 wanted = (u64)slots->count + count;

	if (wanted > slots->limit)
		wanted = slots->limit;
	return wanted > slots->room && slots->chunks < RVM_SLOT_CHUNKS;
}

void rvm_slots_add_chunk(struct rvm_slots *slots, struct rvm_slot *chunk)
{
	slots->chunk[slots->chunks++] = chunk;
	slots->room += RVM_SLOTS_PER_CHUNK;
}

/* RVM's largest generation is the one before the largest number; then it begins anew. */
static u32 next_generation(u32 generation)
{
	return generation < U32_MAX - 1 ? generation + 1 : 1;
}

/* There is a free one: as the lowest is always taken, less than @count are below it. */
static u32 take_lowest(struct rvm_slots *slots)
{
	u32 word, index;

	while (slots->full[slots->first] == U64_MAX)
		slots->first++;
	word = slots->first * WORD_BITS + __ffs64(~slots->full[slots->first]);
	index = word * WORD_BITS + __ffs64(~slots->used[word]);
	slots->used[word] |= 1ULL << index % WORD_BITS;
	if (slots->used[word] == U64_MAX)
		slots->full[slots->first] |= 1ULL << word % WORD_BITS;
	return index;
}

static void give_back(struct rvm_slots *slots, u32 index)
{
	u32 word = index / WORD_BITS;
	u32 group = word / WORD_BITS;

	slots->used[word] &= ~(1ULL << index % WORD_BITS);
	slots->full[group] &= ~(1ULL << word % WORD_BITS);
	if (group < slots->first)
		slots->first = group;
}

enum rvm_token_error rvm_slots_take(struct rvm_slots *slots, struct rvm_token_core *token)
{
	struct rvm_slot *slot;
	u32 index;

	if (slots->count >= slots->limit || slots->count >= slots->room)
		return RVM_TOKEN_ERROR_TABLE_FULL;
	index = take_lowest(slots);
	slot = rvm_slots_at(slots, index);
	slot->token = token;
	slot->generation = next_generation(slot->generation);
	token->handle = (struct rvm_handle){ index, slot->generation };
	slots->count++;
	return RVM_TOKEN_ERROR_NONE;
}

void rvm_slots_release(struct rvm_slots *slots, const struct rvm_token_core *token)
{
	u32 index = token->handle.index;

	rvm_slots_at(slots, index)->token = NULL;
	give_back(slots, index);
	slots->count--;
}
