// SPDX-License-Identifier: GPL-2.0-only
#include "lib/token/slots.h"

bool rvm_slots_lacks_chunk(const struct rvm_slots *slots, u32 count)
{
	u64 wanted = (u64)slots->count + count;

	if (wanted > slots->limit)
		wanted = slots->limit;
	return wanted > slots->room && slots->chunks < RVM_SLOT_CHUNKS;
}

static void set_free(struct rvm_slots *slots, u32 index)
{
	u32 word = index / 64;

	slots->free[word] |= 1ULL << index % 64;
	slots->some[word / RVM_SLOT_WORDS] |= 1ULL << word % RVM_SLOT_WORDS;
	if (word < slots->first)
		slots->first = word;
}

void rvm_slots_add_chunk(struct rvm_slots *slots, struct rvm_slot *chunk)
{
	slots->chunk[slots->chunks++] = chunk;
	while (slots->room < slots->limit && slots->room < slots->chunks * RVM_SLOTS_PER_CHUNK)
		set_free(slots, slots->room++);
}

void rvm_slots_release(struct rvm_slots *slots, const struct rvm_token_core *token)
{
	u32 index = token->handle.index;

	rvm_slots_at(slots, index)->token = NULL;
	set_free(slots, index);
	slots->count--;
}
