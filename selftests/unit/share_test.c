// SPDX-License-Identifier: GPL-2.0-only
/* A flood of one partition leaves the others their records. */
#include <stdlib.h>

#include "lib/log/share.h"
#include "unit.h"

#define SECOND 1000000000ULL
#define RING 4096

static struct rvm_shares shares;
/* The ring: whose each record is, and when it was made. */
static u32 ring[RING];
static u64 made[RING];
static u64 appended, now, lost;

static void begin(void)
{
	rvm_shares_init(&shares);
	appended = 0;
	lost = 0;
	now = SECOND;
}

static void put(u32 actor)
{
	u32 at = appended % RING;

	if (appended >= RING)
		rvm_shares_remove(&shares, ring[at]);
	ring[at] = actor;
	made[at] = now;
	appended++;
	rvm_shares_add(&shares, actor);
}

/* As a ring does that overwrites. */
static bool try(u32 actor)
{
	const u32 at = appended % RING;
	const struct rvm_share_room room = {
		.now = now,
		.limit = RING / 4,
		.replaces = true,
		.oldest = ring[at],
		.old = now - made[at] > RVM_SHARE_AGE_SECONDS * SECOND,
	};

	if (appended < RING || rvm_shares_admit(&shares, actor, &room)) {
		put(actor);
		return true;
	}
	rvm_shares_lose(&shares, actor);
	lost++;
	return false;
}

static unsigned int try_often(u32 actor, unsigned int times)
{
	unsigned int done = 0;

	while (times--)
		done += try(actor);
	return done;
}

static unsigned int held_by(u32 actor)
{
	unsigned int i, count = 0;

	for (i = 0; i < RING && i < appended; i++)
		count += ring[i] == actor;
	return count;
}

static void one_alone_has_all(void)
{
	begin();
	EXPECT_EQ(try_often(1, 10 * RING), 10 * RING);
	EXPECT_EQ(held_by(1), RING);
}

static void a_flood_leaves_others_theirs(void)
{
	begin();
	EXPECT_EQ(try_often(2, 100), 100);
	try_often(1, 10 * RING);
	EXPECT_EQ(held_by(2), 100);
	/* Who comes later finds room, at the cost of the flood. */
	EXPECT_EQ(try_often(3, 500), 500);
	try_often(1, 10 * RING);
	EXPECT_EQ(held_by(3), 500);
	/* Up to its share, and beyond it where its own are the oldest. */
	EXPECT(try_often(4, RING / 4) == RING / 4);
	EXPECT(held_by(1) >= RING / 4);
}

static void what_is_old_goes_slowly(void)
{
	unsigned int done;

	begin();
	try_often(2, 1000);
	try_often(1, RING);
	EXPECT_EQ(held_by(2), 1000);
	now += (RVM_SHARE_AGE_SECONDS + 1) * SECOND;
	done = try_often(1, 5000);
	EXPECT_EQ(done, RVM_SHARE_BURST);
	EXPECT_EQ(held_by(2), 1000 - RVM_SHARE_BURST);
	now += 10 * SECOND;
	EXPECT_EQ(try_often(1, 5000), 10);
	/* Who has less than its share need not wait. */
	EXPECT_EQ(try_often(3, 500), 500);
}

static void the_host_has_no_limit(void)
{
	begin();
	try_often(1, RING);
	EXPECT_EQ(try_often(0, 3 * RING), 3 * RING);
}

static void where_nothing_goes_half_is_left(void)
{
	struct rvm_share_room room = { .now = SECOND };
	u32 used = 0, before;

	begin();
	for (room.free = RING; rvm_shares_admit(&shares, 1, &room); room.free = RING - used) {
		rvm_shares_add(&shares, 1);
		used++;
	}
	EXPECT_EQ(used, RING / 2);
	before = used;
	for (; rvm_shares_admit(&shares, 2, &room); room.free = RING - used) {
		rvm_shares_add(&shares, 2);
		used++;
	}
	EXPECT_EQ(used - before, RING / 4);
	EXPECT(!rvm_shares_admit(&shares, 1, &room));
}

static u64 tell_all(bool all, u32 *actor)
{
	u64 told = 0, count;
	unsigned int i;

	for (i = 0; i < 1000 && shares.first != RVM_SHARE_NONE; i++) {
		count = rvm_shares_tell(&shares, now, all, actor);
		told += count;
	}
	return told;
}

static void each_loss_is_told(void)
{
	u64 told = 0;
	u32 actor, i;

	begin();
	try_often(2, 100);
	try_often(1, 10 * RING);
	EXPECT(lost > RING);
	EXPECT_EQ(tell_all(false, &actor), lost);
	EXPECT_EQ(actor, 1);
	EXPECT_EQ(rvm_shares_tell(&shares, now, true, &actor), 0);
	/* Not more often than records of others would be replaced. */
	begin();
	for (i = 0; i < 2 * RVM_SHARE_BURST; i++) {
		rvm_shares_lose(&shares, 7);
		told += !!rvm_shares_tell(&shares, now, false, &actor);
	}
	EXPECT_EQ(told, RVM_SHARE_BURST);
	EXPECT_EQ(tell_all(false, &actor), 0);
	EXPECT_EQ(tell_all(true, &actor), RVM_SHARE_BURST);
	for (i = 1; i <= 5; i++)
		rvm_shares_lose(&shares, i % 2 ? 8 : 9);
	EXPECT_EQ(rvm_shares_tell(&shares, now, true, &actor), 3);
	EXPECT_EQ(actor, 8);
	EXPECT_EQ(rvm_shares_tell(&shares, now, true, &actor), 2);
	EXPECT_EQ(actor, 9);
}

int main(void)
{
	RUN(one_alone_has_all);
	RUN(a_flood_leaves_others_theirs);
	RUN(what_is_old_goes_slowly);
	RUN(the_host_has_no_limit);
	RUN(where_nothing_goes_half_is_left);
	RUN(each_loss_is_told);
	return unit_done();
}
