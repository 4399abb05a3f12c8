// SPDX-License-Identifier: GPL-2.0-only
/* A flood of one partition leaves the others their records. */
#include <stdlib.h>

#include "lib/log/share.h"
#include "unit.h"

#define SECOND 1000000000ULL
#define RING 4096

static struct rvm_shares shares;
/* The ring: the lane of each record, and when it was made. */
static u16 ring[RING];
static u64 made[RING];
static u64 appended, now, lost;

static void begin(void)
{
	rvm_shares_init(&shares);
	appended = 0;
	lost = 0;
	now = SECOND;
}

static u16 start(u16 around)
{
	u16 lane = rvm_shares_take(&shares, around, rvm_shares_find_gone(&shares));

	EXPECT(lane != RVM_SHARE_NONE);
	return lane;
}

static void put(u16 lane)
{
	u32 at = appended % RING;

	if (appended >= RING)
		rvm_shares_remove(&shares, ring[at]);
	ring[at] = lane;
	made[at] = now;
	appended++;
	rvm_shares_add(&shares, lane);
}

static bool may_replace(u16 lane)
{
	const u32 at = appended % RING;
	const struct rvm_share_room room = {
		.records = RING,
		.replaces = true,
		.oldest = ring[at],
	};

	return rvm_shares_admit(&shares, lane, &room) ||
	       (now - made[at] > RVM_SHARE_AGE_SECONDS * SECOND &&
		rvm_shares_take_turn(&shares, lane, now));
}

/* As a ring does that overwrites. */
static bool try(u16 lane)
{
	if (appended < RING || may_replace(lane)) {
		put(lane);
		return true;
	}
	rvm_shares_lose(&shares, lane, lane + 1000, 1);
	lost++;
	return false;
}

static unsigned int try_often(u16 lane, unsigned int times)
{
	unsigned int done = 0;

	while (times--)
		done += try(lane);
	return done;
}

static unsigned int held_by(u16 lane)
{
	unsigned int i, count = 0;

	for (i = 0; i < RING && i < appended; i++)
		count += ring[i] == lane;
	return count;
}

static void one_alone_has_all(void)
{
	u16 a;

	begin();
	a = start(0);
	EXPECT_EQ(try_often(a, 10 * RING), 10 * RING);
	EXPECT_EQ(held_by(a), RING);
}

static void a_flood_leaves_others_theirs(void)
{
	u16 loud, quiet, late, more;

	begin();
	loud = start(0);
	quiet = start(0);
	late = start(0);
	more = start(0);
	EXPECT_EQ(try_often(quiet, 100), 100);
	try_often(loud, 10 * RING);
	EXPECT_EQ(held_by(quiet), 100);
	/* Who comes later finds room, at the cost of the flood. */
	EXPECT_EQ(try_often(late, 500), 500);
	try_often(loud, 10 * RING);
	EXPECT_EQ(held_by(late), 500);
	/* Up to its share, and beyond it where its own are the oldest. */
	EXPECT(try_often(more, RING / 4) == RING / 4);
	EXPECT(held_by(loud) >= RING / 4);
}

static void what_is_old_goes_slowly(void)
{
	u16 loud, quiet, late;

	begin();
	loud = start(0);
	quiet = start(0);
	late = start(0);
	try_often(quiet, 1000);
	try_often(loud, RING);
	EXPECT_EQ(held_by(quiet), 1000);
	now += (RVM_SHARE_AGE_SECONDS + 1) * SECOND;
	EXPECT_EQ(try_often(loud, 5000), RVM_SHARE_BURST);
	EXPECT_EQ(held_by(quiet), 1000 - RVM_SHARE_BURST);
	now += 10 * SECOND;
	EXPECT_EQ(try_often(loud, 5000), 10);
	/* Those inside have no turns of their own. */
	EXPECT_EQ(try_often(start(loud), 5000) < RING / 4, true);
	/* Who has less than its share need not wait. */
	EXPECT_EQ(try_often(late, 500), 500);
}

static void the_host_has_no_limit(void)
{
	begin();
	try_often(start(0), RING);
	EXPECT_EQ(try_often(RVM_SHARE_HOST, 3 * RING), 3 * RING);
}

/* How many records it gets where nothing is replaced and @used are there. */
static u32 fill(u16 lane, u32 used)
{
	struct rvm_share_room room = { .free = RING - used };
	u32 before = used;

	for (; rvm_shares_admit(&shares, lane, &room); room.free = RING - used) {
		rvm_shares_add(&shares, lane);
		used++;
	}
	return used - before;
}

static void where_nothing_goes_most_is_left(void)
{
	u32 used, i;
	u16 a, b;

	begin();
	a = start(0);
	b = start(0);
	used = fill(a, 0);
	EXPECT_EQ(used, RING / 4);
	EXPECT_EQ(fill(a, used), 0);
	/* Whatever is started inside, half of all stays free. */
	for (i = 0; i < 500; i++)
		used += fill(start(a), used);
	EXPECT(used <= RING / 2);
	EXPECT(used >= RING / 2 - 2);
	EXPECT(fill(b, used) >= RING / 8 - 1);
}

static void a_family_has_one_share(void)
{
	u16 top, quiet, inner = 0;
	u32 i, got = 0;

	begin();
	top = start(0);
	quiet = start(0);
	try_often(quiet, 1000);
	try_often(RVM_SHARE_HOST, RING - 1000);
	/* The oldest are those of the quiet one: each that is started gets less of them. */
	for (i = 0; i < 200; i++) {
		inner = start(inner && i % 3 ? inner : top);
		got += try_often(inner, RING);
	}
	EXPECT(got <= RING / 2);
	EXPECT_EQ(shares.lane[top].all, got);
	EXPECT_EQ(shares.lane[top].inside, RVM_SHARE_INSIDE);
	/* Others are not hindered. */
	EXPECT_EQ(try_often(start(0), RING / 8), RING / 8);
}

static void a_child_leaves_the_others_of_its_family_theirs(void)
{
	u16 top, loud, quiet;

	begin();
	top = start(0);
	quiet = start(top);
	loud = start(quiet);
	EXPECT_EQ(try_often(top, 100), 100);
	EXPECT_EQ(try_often(quiet, 100), 100);
	try_often(loud, 5 * RING);
	EXPECT_EQ(held_by(top), 100);
	EXPECT_EQ(held_by(quiet), 100);
	/* What they do later is there too, where the oldest were their own. */
	EXPECT_EQ(try_often(top, 500), 500);
	EXPECT_EQ(try_often(quiet, 500), 500);
	try_often(loud, 5 * RING);
	EXPECT_EQ(held_by(top), 500);
	EXPECT_EQ(held_by(quiet), 500);
	EXPECT(lost > RING);
}

static unsigned int count_free(void)
{
	unsigned int n = 0;
	u16 lane;

	for (lane = shares.free; lane != RVM_SHARE_NONE && n < RVM_SHARE_LANES; n++)
		lane = shares.lane[lane].next;
	return n;
}

static void lanes_come_back(void)
{
	u16 top, inner, lane;
	u32 actor;

	begin();
	top = start(0);
	inner = start(top);
	try_often(inner, 10);
	rvm_shares_lose(&shares, inner, 5, 3);
	rvm_shares_give(&shares, inner);
	rvm_shares_give(&shares, top);
	EXPECT_EQ(count_free(), RVM_SHARE_LANES - 3);
	try_often(RVM_SHARE_HOST, RING + 10);
	EXPECT_EQ(count_free(), RVM_SHARE_LANES - 3);
	/* Its losses were not told yet. */
	EXPECT_EQ(rvm_shares_tell(&shares, now, true, &lane, &actor), 3);
	EXPECT_EQ(lane, inner);
	EXPECT_EQ(actor, 5);
	rvm_shares_add(&shares, lane);
	rvm_shares_remove(&shares, lane);
	EXPECT_EQ(count_free(), RVM_SHARE_LANES - 1);
	EXPECT_EQ(shares.lane[top].all, 0);
}

/* As one does that starts and ends sub-agents all day. */
static void who_starts_thousands_shares_no_lane_with_others(void)
{
	u16 top, victim, inner;
	unsigned int i;

	begin();
	victim = start(0);
	try_often(victim, 50);
	top = start(0);
	for (i = 0; i < 100000; i++) {
		inner = start(top);
		EXPECT(inner != victim);
		try(inner);
		rvm_shares_give(&shares, inner);
	}
	EXPECT_EQ(held_by(victim), 50);
	EXPECT(count_free() >= RVM_SHARE_LANES - 3 - RVM_SHARE_INSIDE);
}

static void one_that_has_ended_makes_place(void)
{
	static u16 lane[RVM_SHARE_LANES];
	unsigned int i;
	u16 taken;

	begin();
	/* The last one has fewer records than the others. */
	for (i = 1; i < RVM_SHARE_LANES; i++) {
		lane[i] = start(0);
		rvm_shares_add(&shares, lane[i]);
		if (i < RVM_SHARE_LANES - 1)
			rvm_shares_add(&shares, lane[i]);
	}
	EXPECT_EQ(rvm_shares_take(&shares, 0, rvm_shares_find_gone(&shares)), RVM_SHARE_NONE);
	/* Inside of another it counts there. */
	EXPECT_EQ(start(lane[7]), lane[7]);
	rvm_shares_give(&shares, lane[7]);
	for (i = 4096; i < RVM_SHARE_LANES; i++)
		rvm_shares_give(&shares, lane[i]);
	taken = start(0);
	EXPECT_EQ(taken, lane[RVM_SHARE_LANES - 1]);
	EXPECT_EQ(shares.lane[taken].all, 1);
	EXPECT_EQ(shares.lane[taken].users, 1);
}

static u64 tell_all(bool all, u32 *actor)
{
	u64 told = 0;
	unsigned int i;
	u16 lane;

	for (i = 0; i < 1000 && shares.first != RVM_SHARE_NONE; i++)
		told += rvm_shares_tell(&shares, now, all, &lane, actor);
	return told;
}

static void each_loss_is_told(void)
{
	u16 loud, quiet, lane;
	u64 told = 0;
	u32 actor, i;

	begin();
	loud = start(0);
	quiet = start(0);
	try_often(quiet, 100);
	try_often(loud, 10 * RING);
	EXPECT(lost > RING);
	EXPECT_EQ(tell_all(false, &actor), lost);
	EXPECT_EQ(actor, loud + 1000);
	EXPECT_EQ(rvm_shares_tell(&shares, now, true, &lane, &actor), 0);
	/* Not more often than records of others would be replaced. */
	begin();
	for (i = 0; i < 2 * RVM_SHARE_BURST; i++) {
		rvm_shares_lose(&shares, loud, 7, 1);
		told += !!rvm_shares_tell(&shares, now, false, &lane, &actor);
	}
	EXPECT_EQ(told, RVM_SHARE_BURST);
	EXPECT_EQ(tell_all(false, &actor), 0);
	EXPECT_EQ(tell_all(true, &actor), RVM_SHARE_BURST);
	for (i = 1; i <= 5; i++)
		rvm_shares_lose(&shares, i % 2 ? loud : quiet, i % 2 ? 8 : 9, i);
	EXPECT_EQ(rvm_shares_tell(&shares, now, true, &lane, &actor), 9);
	EXPECT_EQ(actor, 8);
	EXPECT_EQ(rvm_shares_tell(&shares, now, true, &lane, &actor), 6);
	EXPECT_EQ(actor, 9);
	/* They do not begin from nothing again. */
	rvm_shares_lose(&shares, loud, 8, ~0U - 1);
	rvm_shares_lose(&shares, loud, 8, 5);
	EXPECT_EQ(rvm_shares_tell(&shares, now, true, &lane, &actor), ~0U);
}

int main(void)
{
	RUN(one_alone_has_all);
	RUN(a_flood_leaves_others_theirs);
	RUN(what_is_old_goes_slowly);
	RUN(the_host_has_no_limit);
	RUN(where_nothing_goes_most_is_left);
	RUN(a_family_has_one_share);
	RUN(a_child_leaves_the_others_of_its_family_theirs);
	RUN(lanes_come_back);
	RUN(who_starts_thousands_shares_no_lane_with_others);
	RUN(one_that_has_ended_makes_place);
	RUN(each_loss_is_told);
	return unit_done();
}
