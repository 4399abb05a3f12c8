// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each partition has its share of what is limited on the host: one that uses up its own
 * takes nothing from others.
 */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"

#define OBJECTS_MAX 16384
#define LINES_MAX 8192

static struct request r;
static struct reply reply;

FIXTURE(share)
{
	int nl;
	struct counters start;
	struct box box;
	struct box other;
};

FIXTURE_SETUP(share)
{
	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	ASSERT_TRUE(attach_hooks(self->nl));
	/* They are equal. */
	ASSERT_TRUE(set_join_after(0));
	self->start = get_counters(self->nl);
	ASSERT_TRUE(box_make(&self->box, self->nl, "share"));
	ASSERT_TRUE(box_make(&self->other, self->nl, "share-other"));
}

FIXTURE_TEARDOWN(share)
{
	EXPECT_TRUE(set_join_after(8));
	EXPECT_TRUE(box_remove(&self->other));
	EXPECT_TRUE(box_remove(&self->box));
	EXPECT_TRUE(counters_return(self->nl, &self->start));
}

/* How many of @arg could be made; one of them is then removed. */
static int make_semaphores(void *arg)
{
	int want = *(int *)arg, made = 0, id = -1, first = -1;

	while (made < want && (id = semget(IPC_PRIVATE, 1, 0600)) >= 0)
		first = made++ ? first : id;
	if (id < 0 && errno != ENOSPC)
		return 1;
	if (made == want)
		return 0;
	if (made != OBJECTS_MAX || semctl(first, 0, IPC_RMID))
		return 2;
	/* There is room again when the kernel has released it. */
	return wait_until(semget(IPC_PRIVATE, 1, 0600) >= 0) ? 3 : 4;
}

TEST_F_TIMEOUT(share, nobody_takes_the_ipc_objects_of_others, 120)
{
	int all = OBJECTS_MAX + 1, few = 4;

	/* They go with the namespace. */
	ASSERT_EQ(0, unshare(CLONE_NEWIPC));
	EXPECT_EQ(0, box_do(&self->other, make_semaphores, &few));
	EXPECT_EQ(3, box_do(&self->box, make_semaphores, &all));
	EXPECT_EQ(0, box_do(&self->other, make_semaphores, &few));
	/* One that is made again has used nothing yet. */
	ASSERT_TRUE(box_remove(&self->box));
	ASSERT_TRUE(box_make(&self->box, self->nl, "share"));
	EXPECT_EQ(0, box_do(&self->box, make_semaphores, &few));
}

/* Each is denied, and recorded with its detail line. */
static int open_what_is_not_ours(void *arg)
{
	for (int left = *(int *)arg; left; left--)
		if (open("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES)
			return 1;
	return 0;
}

static uint64_t newest_denial(const struct box *box)
{
	request_begin(&r, RVM_CMD_WITNESS_GET);
	put_u32(&r, RVM_A_WITNESS_PARTITION, box->id);
	nl_call(box->nl, &r, &reply);
	/* It counts from one. */
	return reply_u64(&reply, RVM_A_WITNESS_LAST_DENIAL) - 1;
}

static bool has_words(int nl, uint64_t sequence)
{
	const char *text;

	request_begin(&r, RVM_CMD_WITNESS_GET);
	put_u64(&r, RVM_A_WITNESS_SEQUENCE, sequence);
	return !nl_call(nl, &r, &reply) && reply_get(&reply, RVM_A_WITNESS_DETAIL, (void *)&text) &&
	       strstr(text, "/etc/passwd");
}

TEST_F_TIMEOUT(share, nobody_takes_the_detail_lines_of_others, 1200)
{
	int one = 1, few = 3, flood = LINES_MAX + 1000;
	uint64_t quiet;

	ASSERT_EQ(0, box_do(&self->other, open_what_is_not_ours, &few));
	quiet = newest_denial(&self->other);
	EXPECT_TRUE(has_words(self->nl, quiet));
	ASSERT_EQ(0, box_do(&self->box, open_what_is_not_ours, &flood));
	/* In the flood there may be none for the loud one: a line that is not hashed stays. */
	newest_denial(&self->box);
	ASSERT_EQ(0, box_do(&self->box, open_what_is_not_ours, &one));
	EXPECT_TRUE(has_words(self->nl, newest_denial(&self->box)));
	EXPECT_TRUE(has_words(self->nl, quiet));
	EXPECT_TRUE(has_words(self->nl, quiet - 2));
}

/*
 * However many others there are, each record of the quiet one is counted and reported,
 * even one that comes in between.
 */
TEST_F_TIMEOUT(share, a_flood_of_denials_hides_none_of_others, 1200)
{
	int one = 1, flood = 4 * LINES_MAX;
	pid_t loud = box_start(&self->box, open_what_is_not_ours, &flood);
	uint64_t before = box_denials(&self->box), quiet;

	/* As long as that takes: the harness ends it. */
	while (box_denials(&self->box) < before + LINES_MAX)
		usleep(1000);
	for (int i = 1; i <= 10; i++) {
		ASSERT_EQ(0, box_do(&self->other, open_what_is_not_ours, &one));
		EXPECT_EQ(i, box_denials(&self->other));
		EXPECT_TRUE(has_words(self->nl, newest_denial(&self->other)));
	}
	quiet = newest_denial(&self->other);
	EXPECT_EQ(0, wait_for(loud));
	EXPECT_EQ(quiet, newest_denial(&self->other));
	EXPECT_TRUE(has_words(self->nl, quiet));
}

TEST_HARNESS_MAIN
