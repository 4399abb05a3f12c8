/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SLOTS_H
#define _RVM_SLOTS_H

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/rvm.h>
#include <linux/types.h>

#include "lib/token/token.h"

/** RVM_SLOTS_PER_CHUNK - slots that memory is added by */
#define RVM_SLOTS_PER_CHUNK 4096
/** RVM_SLOT_WORDS - words with a bit for each of these; one word has a bit for each word */
#define RVM_SLOT_WORDS (RVM_SLOTS_PER_CHUNK / 64)
/** RVM_SLOT_CHUNKS - most chunks */
#define RVM_SLOT_CHUNKS 256

/**
 * struct rvm_slot - what a handle leads to
 * @token: NULL if the slot is free
 * @generation: of @token, or of the last one; 0 if there was none
 */
struct rvm_slot {
	struct rvm_token_core *token;
	u32 generation;
};

/**
 * struct rvm_slots - the tokens of all partitions, by handle
 *
 * As in RVM the lowest free slot is taken first, and a slot that is taken again has another
 * generation.  Memory is the caller's; all calls are under one lock.
 */
struct rvm_slots {
	/** @chunk: Of RVM_SLOTS_PER_CHUNK slots each. */
	struct rvm_slot *chunk[RVM_SLOT_CHUNKS];
	/** @chunks: How many there are. */
	u32 chunks;
	/** @room: Slots that may be in use and that there is memory for. */
	u32 room;
	/** @limit: Most slots that may be in use; set before the first chunk is added. */
	u32 limit;
	/** @count: Slots in use. */
	u32 count;
	/** @first: No word of @free before this one has a bit. */
	u32 first;
	/** @free: A bit for each free slot. */
	u64 free[RVM_SLOT_CHUNKS * RVM_SLOT_WORDS];
	/** @some: Of each chunk a bit for each word of @free that has one. */
	u64 some[RVM_SLOT_CHUNKS];
};

/**
 * rvm_slots_lacks_chunk() - is memory needed before so many tokens can be added
 * @slots: the slots
 * @count: how many
 *
 * Return: true if rvm_slots_add_chunk() has to be called first.
 */
bool rvm_slots_lacks_chunk(const struct rvm_slots *slots, u32 count);

/**
 * rvm_slots_add_chunk() - more room
 * @slots: has less than RVM_SLOT_CHUNKS
 * @chunk: RVM_SLOTS_PER_CHUNK slots, all zero; stays where it is
 */
void rvm_slots_add_chunk(struct rvm_slots *slots, struct rvm_slot *chunk);

/** rvm_slots_release() - the handle of a token leads to nothing any more */
void rvm_slots_release(struct rvm_slots *slots, const struct rvm_token_core *token);

/**
 * rvm_slots_at() - the slot of an index
 * @slots: the slots
 * @index: of which there is memory
 *
 * Whatever the index, it stays in the array, also where the processor only guesses.
 *
 * Return: the slot.
 */
static inline struct rvm_slot *rvm_slots_at(const struct rvm_slots *slots, u32 index)
{
	struct rvm_slot *chunk = slots->chunk[index / RVM_SLOTS_PER_CHUNK % RVM_SLOT_CHUNKS];

	return &chunk[index % RVM_SLOTS_PER_CHUNK];
}

/**
 * rvm_slots_find() - the token of a handle
 * @slots: the slots
 * @handle: what the caller says
 * @token: set, NULL on failure
 *
 * Return: RVM_TOKEN_ERROR_NONE; INVALID_HANDLE if there is no such slot, or it is free;
 * STALE_HANDLE if it has a token of another generation.
 */
static inline enum rvm_token_error rvm_slots_find(const struct rvm_slots *slots,
						  struct rvm_handle handle,
						  struct rvm_token_core **token)
{
	const struct rvm_slot *slot;

	*token = NULL;
	if (unlikely(handle.index >= slots->room))
		return RVM_TOKEN_ERROR_INVALID_HANDLE;
	slot = rvm_slots_at(slots, handle.index);
	if (unlikely(!slot->token))
		return RVM_TOKEN_ERROR_INVALID_HANDLE;
	if (unlikely(slot->generation != handle.generation))
		return RVM_TOKEN_ERROR_STALE_HANDLE;
	*token = slot->token;
	return RVM_TOKEN_ERROR_NONE;
}

/* The first word that has a bit, if there is one. */
static inline u32 rvm_slots_first(struct rvm_slots *slots)
{
	u32 chunk = slots->first / RVM_SLOT_WORDS;

	if (unlikely(!slots->free[slots->first])) {
		while (!slots->some[chunk] && chunk + 1 < slots->chunks)
			chunk++;
		if (slots->some[chunk])
			slots->first = chunk * RVM_SLOT_WORDS + __ffs64(slots->some[chunk]);
	}
	return slots->first;
}

/**
 * rvm_slots_take() - give a token a handle
 * @slots: the slots
 * @token: its @handle is set
 *
 * Return: RVM_TOKEN_ERROR_NONE, or TABLE_FULL: as many are in use as may be, or as there is
 * room for.
 */
static inline enum rvm_token_error rvm_slots_take(struct rvm_slots *slots,
						  struct rvm_token_core *token)
{
	u32 word = rvm_slots_first(slots), chunk = word / RVM_SLOT_WORDS, index, generation;
	u64 bits = slots->free[word];
	struct rvm_slot *slot;

	if (unlikely(!bits))
		return RVM_TOKEN_ERROR_TABLE_FULL;
	index = word * 64 + __ffs64(bits);
	slots->free[word] = bits & (bits - 1);
	if (unlikely(!slots->free[word]))
		slots->some[chunk] &= slots->some[chunk] - 1;
	slot = &slots->chunk[chunk][index % RVM_SLOTS_PER_CHUNK];
	slot->token = token;
	/* As in RVM neither 0 nor the largest number is one. */
	generation = slot->generation + 1;
	if (unlikely(generation + 1 <= 1))
		generation = 1;
	slot->generation = generation;
	token->handle = (struct rvm_handle){ index, generation };
	slots->count++;
	return RVM_TOKEN_ERROR_NONE;
}

#endif /* _RVM_SLOTS_H */
