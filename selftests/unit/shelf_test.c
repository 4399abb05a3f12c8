// SPDX-License-Identifier: GPL-2.0-only
/* An owner that writes much replaces its own lines, not those of others. */
#include <stdlib.h>

#include "lib/log/shelf.h"
#include "unit.h"

static struct rvm_shelf shelf;

static u64 write_lines(u32 owner, u64 sequence, u64 count)
{
	while (count--) {
		EXPECT(rvm_shelf_place(&shelf, owner, sequence, sequence) < RVM_SHELF_SLOTS);
		sequence++;
	}
	return sequence;
}

static u64 count_kept(u64 from, u64 to)
{
	u64 kept = 0;

	for (; from < to; from++)
		kept += rvm_shelf_find(&shelf, from) != RVM_SHELF_NONE;
	return kept;
}

static void one_alone_has_all_places(void)
{
	u64 end;

	rvm_shelf_init(&shelf);
	EXPECT_EQ(rvm_shelf_find(&shelf, 0), RVM_SHELF_NONE);
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
	EXPECT_EQ(rvm_shelf_place(&shelf, 1, end, 0), RVM_SHELF_NONE);
	EXPECT_EQ(count_kept(0, end), RVM_SHELF_SLOTS);
	EXPECT(rvm_shelf_place(&shelf, 1, end, 1) != RVM_SHELF_NONE);
	EXPECT_EQ(rvm_shelf_find(&shelf, 0), RVM_SHELF_NONE);
	EXPECT_EQ(count_kept(0, end + 1), RVM_SHELF_SLOTS);
}

/* While nothing goes, as with a recorder that is slow. */
static void a_flood_leaves_room(void)
{
	u64 sequence;
	u64 mine = 0, theirs = 0;

	rvm_shelf_init(&shelf);
	for (sequence = 0; sequence < 2 * RVM_SHELF_SLOTS; sequence++)
		mine += rvm_shelf_place(&shelf, 1, sequence, 0) != RVM_SHELF_NONE;
	EXPECT_EQ(mine, RVM_SHELF_SLOTS / 2);
	for (; sequence < 2 * RVM_SHELF_SLOTS + 1000; sequence++)
		theirs += rvm_shelf_place(&shelf, 2, sequence, 0) != RVM_SHELF_NONE;
	EXPECT_EQ(theirs, 1000);
	/* When some may go, it goes on. */
	EXPECT(rvm_shelf_place(&shelf, 1, sequence, 10) != RVM_SHELF_NONE);
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
		slot = rvm_shelf_place(&shelf, random() % 200, sequence, sequence);
		EXPECT(slot < RVM_SHELF_SLOTS);
		in[slot] = sequence;
	}
	for (i = 0; i < RVM_SHELF_SLOTS; i++)
		EXPECT_EQ(rvm_shelf_find(&shelf, in[i]), i);
}

int main(void)
{
	RUN(one_alone_has_all_places);
	RUN(a_flood_takes_only_its_own);
	RUN(what_is_to_be_kept_stays);
	RUN(a_flood_leaves_room);
	RUN(slots_are_of_one_line_each);
	return unit_done();
}
