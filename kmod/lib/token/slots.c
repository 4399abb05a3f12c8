// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/limits.h>

#include "lib/token/slots.h"

#define WORD_BITS 64

static u32 room_of(const struct rvm_slots *slots)
{
	u32 room = slots->chunks * RVM_SLOTS_PER_CHUNK;

	return room < slots->limit ? room : slots->limit;
}

/* Whatever the index, it stays in the array, also where the processor only guesses. */
static struct rvm_slot *slot_at(const struct rvm_slots *slots, u32 index)
{
	struct rvm_slot *chunk = slots->chunk[index / RVM_SLOTS_PER_CHUNK % RVM_SLOT_CHUNKS];

	return &chunk[index % RVM_SLOTS_PER_CHUNK];
}

bool rvm_slots_lacks_chunk(const struct rvm_slots *slots, u32 count)
{
	u64 wanted = (u64)slots->count + count;

	if (wanted > slots->limit)
		wanted = slots->limit;
	return wanted > (u64)slots->chunks * RVM_SLOTS_PER_CHUNK && slots->chunks < RVM_SLOT_CHUNKS;
}

void rvm_slots_add_chunk(struct rvm_slots *slots, struct rvm_slot *chunk)
{
	slots->chunk[slots->chunks++] = chunk;
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

	if (slots->count >= room_of(slots))
		return RVM_TOKEN_ERROR_TABLE_FULL;
	index = take_lowest(slots);
	slot = slot_at(slots, index);
	slot->token = token;
	slot->generation = next_generation(slot->generation);
	token->handle = (struct rvm_handle){ index, slot->generation };
	slots->count++;
	return RVM_TOKEN_ERROR_NONE;
}

void rvm_slots_release(struct rvm_slots *slots, const struct rvm_token_core *token)
{
	u32 index = token->handle.index;

	slot_at(slots, index)->token = NULL;
	give_back(slots, index);
	slots->count--;
}

enum rvm_token_error rvm_slots_find(const struct rvm_slots *slots, struct rvm_handle handle,
				    struct rvm_token_core **token)
{
	const struct rvm_slot *slot;

	*token = NULL;
	if (handle.index >= slots->chunks * RVM_SLOTS_PER_CHUNK)
		return RVM_TOKEN_ERROR_INVALID_HANDLE;
	slot = slot_at(slots, handle.index);
	if (!slot->token)
		return RVM_TOKEN_ERROR_INVALID_HANDLE;
	if (slot->generation != handle.generation)
		return RVM_TOKEN_ERROR_STALE_HANDLE;
	*token = slot->token;
	return RVM_TOKEN_ERROR_NONE;
}
