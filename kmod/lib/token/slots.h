/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SLOTS_H
#define _RVM_SLOTS_H

#include <linux/compiler.h>
#include <linux/rvm.h>
#include <linux/types.h>

#include "lib/token/token.h"

/** RVM_SLOTS_PER_CHUNK - slots that memory is added by */
#define RVM_SLOTS_PER_CHUNK 4096
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
	/** @room: Slots that there is memory for. */
	u32 room;
	/** @limit: Most slots that may be in use. */
	u32 limit;
	/** @count: Slots in use. */
	u32 count;
	/** @first: No word of @full before this one has a bit that is not set. */
	u32 first;
	/** @full: A bit for each 64 slots that are all in use. */
	u64 full[RVM_SLOT_CHUNKS * RVM_SLOTS_PER_CHUNK / 64 / 64];
	/** @used: A bit for each slot in use. */
	u64 used[RVM_SLOT_CHUNKS * RVM_SLOTS_PER_CHUNK / 64];
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

/**
 * rvm_slots_take() - give a token a handle
 * @slots: the slots
 * @token: its @handle is set
 *
 * Return: RVM_TOKEN_ERROR_NONE, or TABLE_FULL: as many are in use as may be, or as there is
 * room for.
 */
enum rvm_token_error rvm_slots_take(struct rvm_slots *slots, struct rvm_token_core *token);

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

#endif /* _RVM_SLOTS_H */
