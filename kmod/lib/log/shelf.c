// SPDX-License-Identifier: GPL-2.0-only
/* Which detail lines stay when there are too many. */
#include <linux/compiler.h>
#include <linux/string.h>

#include "lib/log/shelf.h"

void rvm_shelf_init(struct rvm_shelf *shelf)
{
	/* Each byte of RVM_SHELF_NONE is this one. */
	memset(shelf->oldest, 0xff, sizeof(shelf->oldest));
	memset(shelf->newest, 0xff, sizeof(shelf->newest));
	memset(shelf->rank, 0xff, sizeof(shelf->rank));
	memset(shelf->count, 0, sizeof(shelf->count));
	shelf->most = 0;
	shelf->used = 0;
	shelf->free = RVM_SHELF_NONE;
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

static void unlink_slot(struct rvm_shelf *shelf, u16 lane, u16 slot)
{
	u16 older = shelf->older[slot], newer = shelf->newer[slot];

	if (older == RVM_SHELF_NONE)
		shelf->oldest[lane] = newer;
	else
		shelf->newer[older] = newer;
	if (newer == RVM_SHELF_NONE)
		shelf->newest[lane] = older;
	else
		shelf->older[newer] = older;
}

static void add_newest(struct rvm_shelf *shelf, u16 lane, u16 slot)
{
	u16 older = shelf->newest[lane];

	WRITE_ONCE(shelf->sequence[slot], RVM_SHELF_TAKEN);
	shelf->older[slot] = older;
	shelf->newer[slot] = RVM_SHELF_NONE;
	if (older == RVM_SHELF_NONE)
		shelf->oldest[lane] = slot;
	else
		shelf->newer[older] = slot;
	shelf->newest[lane] = slot;
}

/* One that nobody has. */
static u16 take_unused(struct rvm_shelf *shelf)
{
	u16 slot = shelf->free;

	if (slot != RVM_SHELF_NONE)
		shelf->free = shelf->newer[slot];
	else if (shelf->used < RVM_SHELF_SLOTS)
		slot = shelf->used++;
	return slot;
}

static bool is_kept(const struct rvm_shelf *shelf, u16 slot, u64 keep)
{
	return READ_ONCE(shelf->sequence[slot]) >= keep;
}

/* The oldest line of the fullest goes.  Who replaces a line of its own has as many as before. */
static u16 take_oldest(struct rvm_shelf *shelf, u16 lane, u64 keep)
{
	u16 fullest = find_fullest(shelf, lane);
	u16 slot = shelf->oldest[fullest];

	if (is_kept(shelf, slot, keep))
		return RVM_SHELF_NONE;
	unlink_slot(shelf, fullest, slot);
	if (fullest != lane) {
		set_count(shelf, fullest, shelf->count[fullest] - 1);
		set_count(shelf, lane, shelf->count[lane] + 1);
	}
	return slot;
}

u16 rvm_shelf_take(struct rvm_shelf *shelf, u16 lane, u64 keep)
{
	u16 slot;

	/* Others need room too while nothing goes. */
	if (shelf->count[lane] >= RVM_SHELF_SLOTS / 2 && is_kept(shelf, shelf->oldest[lane], keep))
		return RVM_SHELF_NONE;
	slot = take_unused(shelf);
	if (slot != RVM_SHELF_NONE)
		set_count(shelf, lane, shelf->count[lane] + 1);
	else
		slot = take_oldest(shelf, lane, keep);
	if (slot != RVM_SHELF_NONE)
		add_newest(shelf, lane, slot);
	return slot;
}

void rvm_shelf_give(struct rvm_shelf *shelf, u16 lane, u16 slot)
{
	unlink_slot(shelf, lane, slot);
	set_count(shelf, lane, shelf->count[lane] - 1);
	shelf->newer[slot] = shelf->free;
	shelf->free = slot;
}
