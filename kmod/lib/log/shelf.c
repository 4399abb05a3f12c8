// SPDX-License-Identifier: GPL-2.0-only
/* Which detail lines stay when there are too many. */
#include <linux/string.h>

#include "lib/log/shelf.h"

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
	memset(shelf->rank, 0xff, sizeof(shelf->rank));
	memset(shelf->count, 0, sizeof(shelf->count));
	shelf->most = 0;
	shelf->used = 0;
}

u16 rvm_shelf_find(const struct rvm_shelf *shelf, u64 sequence)
{
	u16 slot = shelf->bucket[sequence % RVM_SHELF_SLOTS];

	while (slot != RVM_SHELF_NONE && shelf->sequence[slot] != sequence)
		slot = shelf->same[slot];
	return slot;
}

static void leave_rank(struct rvm_shelf *shelf, u16 lane)
{
	u16 before = shelf->before[lane], after = shelf->after[lane];

	if (!shelf->count[lane])
		return;
	if (before == RVM_SHELF_NONE)
		shelf->rank[shelf->count[lane]] = after;
	else
		shelf->after[before] = after;
	if (after != RVM_SHELF_NONE)
		shelf->before[after] = before;
}

static void join_rank(struct rvm_shelf *shelf, u16 lane)
{
	u16 *first = &shelf->rank[shelf->count[lane]];

	if (!shelf->count[lane])
		return;
	shelf->before[lane] = RVM_SHELF_NONE;
	shelf->after[lane] = *first;
	if (*first != RVM_SHELF_NONE)
		shelf->before[*first] = lane;
	*first = lane;
}

/* By one up or down, so the most slots are so too. */
static void set_count(struct rvm_shelf *shelf, u16 lane, u16 count)
{
	leave_rank(shelf, lane);
	shelf->count[lane] = count;
	join_rank(shelf, lane);
	if (count > shelf->most)
		shelf->most = count;
	else if (shelf->most && shelf->rank[shelf->most] == RVM_SHELF_NONE)
		shelf->most--;
}

/* The lane that has the most lines; @lane itself if none has more. */
static u16 find_fullest(const struct rvm_shelf *shelf, u16 lane)
{
	return shelf->count[lane] == shelf->most ? lane : shelf->rank[shelf->most];
}

static void unlink_slot(struct rvm_shelf *shelf, u16 slot)
{
	u16 *at = bucket_of(shelf, shelf->sequence[slot]);

	while (*at != slot)
		at = &shelf->same[*at];
	*at = shelf->same[slot];
}

/* The caller counts, as for adding: who replaces a line of its own has as many as before. */
static u16 take_oldest(struct rvm_shelf *shelf, u16 lane)
{
	u16 slot = shelf->oldest[lane];

	unlink_slot(shelf, slot);
	shelf->oldest[lane] = shelf->newer[slot];
	if (shelf->oldest[lane] == RVM_SHELF_NONE)
		shelf->newest[lane] = RVM_SHELF_NONE;
	return slot;
}

static void add_newest(struct rvm_shelf *shelf, u16 lane, u16 slot, u64 sequence)
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
}

u16 rvm_shelf_place(struct rvm_shelf *shelf, u16 lane, u64 sequence, u64 keep)
{
	u16 slot, fullest;

	/* Others need room too while nothing goes. */
	if (shelf->count[lane] >= RVM_SHELF_SLOTS / 2 &&
	    shelf->sequence[shelf->oldest[lane]] >= keep)
		return RVM_SHELF_NONE;
	if (shelf->used < RVM_SHELF_SLOTS) {
		slot = shelf->used++;
		set_count(shelf, lane, shelf->count[lane] + 1);
	} else {
		fullest = find_fullest(shelf, lane);
		if (shelf->sequence[shelf->oldest[fullest]] >= keep)
			return RVM_SHELF_NONE;
		slot = take_oldest(shelf, fullest);
		if (fullest != lane) {
			set_count(shelf, fullest, shelf->count[fullest] - 1);
			set_count(shelf, lane, shelf->count[lane] + 1);
		}
	}
	add_newest(shelf, lane, slot, sequence);
	return slot;
}
