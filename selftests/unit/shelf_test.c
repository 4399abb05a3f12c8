// SPDX-License-Identifier: GPL-2.0-only
/* An owner that writes much replaces its own lines, not those of others. */
#include <stdlib.h>

#include "lib/log/shelf.h"
#include "unit.h"

static struct rvm_shelf shelf;

/* Where the line of each sequence went. */
static u16 slot_of[1 << 20];

static u16 place(u16 owner, u64 sequence, u64 keep)
{
	u16 slot = rvm_shelf_take(&shelf, owner, keep);

	if (slot != RVM_SHELF_NONE)
		shelf.sequence[slot] = sequence;
	slot_of[sequence] = slot;
	return slot;
}

static bool is_there(u64 sequence)
{
	u16 slot = slot_of[sequence];

	return slot != RVM_SHELF_NONE && shelf.sequence[slot] == sequence;
}

static u64 write_lines(u16 owner, u64 sequence, u64 count)
{
	while (count--) {
		EXPECT(place(owner, sequence, sequence) < RVM_SHELF_SLOTS);
		sequence++;
	}
	return sequence;
}

static u64 count_kept(u64 from, u64 to)
{
	u64 kept = 0;

	for (; from < to; from++)
		kept += is_there(from);
	return kept;
}

static void one_alone_has_all_places(void)
{
	u64 end;

	rvm_shelf_init(&shelf);
	end = write_lines(1, 0, 3 * RVM_SHELF_SLOTS);
	EXPECT_EQ(count_kept(0, end), RVM_SHELF_SLOTS);
	EXPECT_EQ(count_kept(end - RVM_SHELF_SLOTS, end), RVM_SHELF_SLOTS);
}

static void a_flood_takes_only_its_own(void)
{
	u64 quiet, host, end;

	rvm_shelf_init(&shelf);
	quiet = write_lines(2, 0, 10);
	host = write_lines(0, quiet, 5);
	end = write_lines(1, host, 100000);
	EXPECT_EQ(count_kept(0, host), 15);
	EXPECT_EQ(count_kept(host, end), RVM_SHELF_SLOTS - 15);
	/* An owner that comes later gets slots too. */
	quiet = end;
	end = write_lines(3, end, 20);
	end = write_lines(1, end, 100000);
	EXPECT_EQ(count_kept(quiet, quiet + 20), 20);
	/* Two of them get equal shares. */
	quiet = end;
	end = write_lines(4, end, 100000);
	EXPECT_EQ(count_kept(quiet, end), (RVM_SHELF_SLOTS - 35 + 1) / 2);
	EXPECT_EQ(count_kept(0, host), 15);
}

static void what_is_to_be_kept_stays(void)
{
	u64 end;

	rvm_shelf_init(&shelf);
	end = write_lines(1, 0, RVM_SHELF_SLOTS);
	EXPECT_EQ(place(1, end, 0), RVM_SHELF_NONE);
	EXPECT_EQ(count_kept(0, end), RVM_SHELF_SLOTS);
	EXPECT(place(1, end, 1) != RVM_SHELF_NONE);
	EXPECT(!is_there(0));
	EXPECT_EQ(count_kept(0, end + 1), RVM_SHELF_SLOTS);
}

/* While nothing goes, as with a recorder that is slow. */
static void a_flood_leaves_room(void)
{
	u64 sequence;
	u64 mine = 0, theirs = 0;

	rvm_shelf_init(&shelf);
	for (sequence = 0; sequence < 2 * RVM_SHELF_SLOTS; sequence++)
		mine += place(1, sequence, 0) != RVM_SHELF_NONE;
	EXPECT_EQ(mine, RVM_SHELF_SLOTS / 2);
	for (; sequence < 2 * RVM_SHELF_SLOTS + 1000; sequence++)
		theirs += place(2, sequence, 0) != RVM_SHELF_NONE;
	EXPECT_EQ(theirs, 1000);
	/* When some may go, it goes on. */
	EXPECT(place(1, sequence, 10) != RVM_SHELF_NONE);
}

static void slots_are_of_one_line_each(void)
{
	static u64 in[RVM_SHELF_SLOTS];
	u64 sequence, i;
	u16 slot;

	rvm_shelf_init(&shelf);
	memset(in, 0xff, sizeof(in));
	srandom(1);
	for (sequence = 0; sequence < 200000; sequence += 1 + random() % 3) {
		slot = place(random() % 200, sequence, sequence);
		EXPECT(slot < RVM_SHELF_SLOTS);
		in[slot] = sequence;
	}
	for (i = 0; i < RVM_SHELF_SLOTS; i++)
		EXPECT_EQ(shelf.sequence[i], in[i]);
}

/* Between the two the record is made; others come meanwhile. */
static void what_was_taken_is_kept(void)
{
	u16 lane, slot = 0;

	rvm_shelf_init(&shelf);
	for (lane = 0; lane < RVM_SHELF_SLOTS; lane++) {
		u16 taken = rvm_shelf_take(&shelf, lane, 0);

		if (lane == 5)
			slot = taken;
	}
	EXPECT_EQ(place(5, 1, 1000), RVM_SHELF_NONE);
	shelf.sequence[slot] = 1;
	EXPECT_EQ(place(5, 2, 2), slot);
	EXPECT(!is_there(1) && is_there(2));
}

static void what_is_given_back_is_taken_first(void)
{
	u64 end;
	u16 first, second;

	rvm_shelf_init(&shelf);
	end = write_lines(2, 0, 10);
	end = write_lines(1, end, RVM_SHELF_SLOTS - 10);
	/* However often nothing comes of it, one line goes. */
	for (first = 0; first < 1000; first++)
		rvm_shelf_give(&shelf, 3, rvm_shelf_take(&shelf, 3, end));
	EXPECT_EQ(count_kept(0, end), RVM_SHELF_SLOTS - 1);
	EXPECT_EQ(shelf.count[3], 0);
	EXPECT_EQ(shelf.count[1], RVM_SHELF_SLOTS - 11);
	/* From before the newest, too. */
	first = rvm_shelf_take(&shelf, 2, end);
	second = place(2, end, end);
	rvm_shelf_give(&shelf, 2, first);
	EXPECT_EQ(place(2, end + 1, end), first);
	EXPECT(first != second && is_there(end) && is_there(end + 1));
	EXPECT_EQ(shelf.count[2], 12);
	end = write_lines(1, end + 2, 3 * RVM_SHELF_SLOTS);
	EXPECT_EQ(count_kept(0, 10), 10);
	EXPECT_EQ(count_kept(end - RVM_SHELF_SLOTS + 12, end), RVM_SHELF_SLOTS - 12);
}

int main(void)
{
	RUN(one_alone_has_all_places);
	RUN(a_flood_takes_only_its_own);
	RUN(what_is_to_be_kept_stays);
	RUN(a_flood_leaves_room);
	RUN(slots_are_of_one_line_each);
	RUN(what_was_taken_is_kept);
	RUN(what_is_given_back_is_taken_first);
	return unit_done();
}
