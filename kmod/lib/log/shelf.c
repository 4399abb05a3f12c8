// SPDX-License-Identifier: GPL-2.0-only
/* Which detail lines stay when there are too many. */
#include <linux/string.h>

#include "lib/log/shelf.h"

static unsigned int lane_of(u32 owner)
{
	return owner ? 1 + owner % (RVM_SHELF_LANES - 1) : 0;
}

/* Consecutive sequences get different buckets. */
static u16 *bucket_of(struct rvm_shelf *shelf, u64 sequence)
{
	return &shelf->bucket[sequence % RVM_SHELF_SLOTS];
}

void rvm_shelf_init(struct rvm_shelf *shelf)
{
	/* Each byte of RVM_SHELF_NONE is this one. */
	memset(shelf->bucket, 0xff, sizeof(shelf->bucket));
	memset(shelf->oldest, 0xff, sizeof(shelf->oldest));
	memset(shelf->newest, 0xff, sizeof(shelf->newest));
	memset(shelf->count, 0, sizeof(shelf->count));
	shelf->used = 0;
}

u16 rvm_shelf_find(const struct rvm_shelf *shelf, u64 sequence)
{
	u16 slot = shelf->bucket[sequence % RVM_SHELF_SLOTS];

	while (slot != RVM_SHELF_NONE && shelf->sequence[slot] != sequence)
		slot = shelf->same[slot];
	return slot;
}

/* The lane that has the most lines; @lane itself if none has more. */
static unsigned int find_fullest(const struct rvm_shelf *shelf, unsigned int lane)
{
	unsigned int i, fullest = lane;

	for (i = 0; i < RVM_SHELF_LANES; i++)
		if (shelf->count[i] > shelf->count[fullest])
			fullest = i;
	return fullest;
}

static void unlink_slot(struct rvm_shelf *shelf, u16 slot)
{
	u16 *at = bucket_of(shelf, shelf->sequence[slot]);

	while (*at != slot)
		at = &shelf->same[*at];
	*at = shelf->same[slot];
}

static u16 take_oldest(struct rvm_shelf *shelf, unsigned int lane)
{
	u16 slot = shelf->oldest[lane];

	unlink_slot(shelf, slot);
	shelf->oldest[lane] = shelf->newer[slot];
	if (!--shelf->count[lane])
		shelf->newest[lane] = RVM_SHELF_NONE;
	return slot;
}

static void add_newest(struct rvm_shelf *shelf, unsigned int lane, u16 slot, u64 sequence)
{
	u16 *bucket = bucket_of(shelf, sequence);

	shelf->sequence[slot] = sequence;
	shelf->same[slot] = *bucket;
	*bucket = slot;
	shelf->newer[slot] = RVM_SHELF_NONE;
	if (shelf->newest[lane] == RVM_SHELF_NONE)
		shelf->oldest[lane] = slot;
	else
		shelf->newer[shelf->newest[lane]] = slot;
	shelf->newest[lane] = slot;
	shelf->count[lane]++;
}

u16 rvm_shelf_place(struct rvm_shelf *shelf, u32 owner, u64 sequence, u64 keep)
{
	unsigned int lane = lane_of(owner), fullest;
	u16 slot;

	/* Others need room too while nothing goes. */
	if (shelf->count[lane] >= RVM_SHELF_SLOTS / 2 &&
	    shelf->sequence[shelf->oldest[lane]] >= keep)
		return RVM_SHELF_NONE;
	if (shelf->used < RVM_SHELF_SLOTS) {
		slot = shelf->used++;
	} else {
		fullest = find_fullest(shelf, lane);
		if (shelf->sequence[shelf->oldest[fullest]] >= keep)
			return RVM_SHELF_NONE;
		slot = take_oldest(shelf, fullest);
	}
	add_newest(shelf, lane, slot, sequence);
	return slot;
}
