// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is allowed by an answer from before has no record: the log says how often that was,
 * exactly, and nothing while nobody asks.
 */

#include <fcntl.h>
#include <linux/rvm_record.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"

#define OPENS 2000
/* After which all of the second before has been told. */
#define QUIET 3

static struct request r;
static struct reply reply;

FIXTURE(sum)
{
	int nl, fd;
	struct counters start;
	struct box box;
	/* The next record that was not looked at. */
	uint64_t next;
	/* What the records say so far: answers, and how many records that are. */
	uint64_t answers, records;
	/* Of the last one, and of the partition's end. */
	uint64_t last, destroyed;
};

static uint64_t get_length(int nl)
{
	request_begin(&r, RVM_CMD_WITNESS_GET);
	nl_call(nl, &r, &reply);
	return reply_u64(&reply, RVM_A_WITNESS_LENGTH);
}

FIXTURE_SETUP(sum)
{
	struct rule rule = { RVM_CLASS_PATH, RVM_RIGHT_READ, .anchor = in_dir("ws"),
			     .pattern = "**" };

	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	ASSERT_TRUE(attach_hooks(self->nl));
	self->fd = open("/dev/rvm_witness", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
	self->start = get_counters(self->nl);
	mkdir(in_dir("ws"), 0755);
	ASSERT_TRUE(write_file(in_dir("ws/file"), "x") && write_file(in_dir("other"), "x"));
	ASSERT_TRUE(box_make(&self->box, self->nl, "sum"));
	ASSERT_EQ(0, box_load(&self->box, &rule, 1));
	self->next = get_length(self->nl);
}

FIXTURE_TEARDOWN(sum)
{
	EXPECT_TRUE(self->destroyed || box_remove(&self->box));
	EXPECT_TRUE(counters_return(self->nl, &self->start));
	close(self->fd);
}

static void note(FIXTURE_DATA(sum) * self, const struct rvm_record *record)
{
	if (record->kind == RVM_KIND_PARTITION_DESTROY && record->target == self->box.id)
		self->destroyed = record->sequence;
	if (record->kind != RVM_KIND_SCHEDULER_EPOCH || record->actor != self->box.id)
		return;
	self->answers += record->target;
	self->records++;
	self->last = record->sequence;
}

/* How many answers are told so far. */
static uint64_t look(FIXTURE_DATA(sum) * self)
{
	uint64_t end = get_length(self->nl);
	struct rvm_record record;

	for (; self->next < end; self->next++)
		if (pread(self->fd, &record, sizeof(record), self->next * sizeof(record)) ==
		    sizeof(record))
			note(self, &record);
	return self->answers;
}

static int open_once(void *arg)
{
	return try_open(arg, O_RDONLY);
}

static int open_many(void *arg)
{
	int i, err = 0;

	for (i = 0; i < OPENS && !err; i++)
		err = try_open(arg, O_RDONLY);
	return err;
}

static int read_many(void *arg)
{
	int i, fd = open(arg, O_RDONLY);
	char c;

	for (i = 0; i < OPENS; i++)
		if (pread(fd, &c, 1, 0) != 1)
			return 1;
	return 0;
}

TEST_F(sum, what_each_cpu_answers_adds_up)
{
	char *file = (char *)in_dir("ws/file");
	pid_t first, second;

	/* That was judged. */
	ASSERT_EQ(0, box_do(&self->box, open_once, file));
	first = box_start(&self->box, open_many, file);
	second = box_start(&self->box, open_many, file);
	EXPECT_EQ(0, wait_for(first));
	EXPECT_EQ(0, wait_for(second));
	EXPECT_TRUE(wait_until(look(self) >= 2 * OPENS));
	sleep(QUIET);
	EXPECT_EQ(2 * OPENS, look(self));
	/* And so do those that one CPU answers for the rest of a tick. */
	ASSERT_EQ(0, box_do(&self->box, read_many, file));
	EXPECT_TRUE(wait_until(look(self) >= 3 * OPENS + 1));
	sleep(QUIET);
	EXPECT_EQ(3 * OPENS + 1, look(self));
}

TEST_F(sum, nobody_asks_and_nothing_is_recorded)
{
	char *file = (char *)in_dir("ws/file"), *other = (char *)in_dir("other");
	uint64_t records;

	ASSERT_EQ(0, box_do(&self->box, open_once, file));
	ASSERT_EQ(0, box_do(&self->box, open_once, file));
	EXPECT_TRUE(wait_until(look(self) == 1));
	records = self->records;
	sleep(QUIET);
	/* What is judged is not counted. */
	EXPECT_EQ(EACCES, box_do(&self->box, open_many, other));
	sleep(QUIET);
	EXPECT_EQ(1, look(self));
	EXPECT_EQ(1, records);
	EXPECT_EQ(1, self->records);
}

TEST_F(sum, the_last_one_comes_before_its_end)
{
	char *file = (char *)in_dir("ws/file");

	ASSERT_EQ(0, box_do(&self->box, open_once, file));
	ASSERT_EQ(0, box_do(&self->box, open_many, file));
	ASSERT_TRUE(box_remove(&self->box));
	EXPECT_EQ(OPENS, look(self));
	EXPECT_LT(0, self->destroyed);
	EXPECT_LT(self->last, self->destroyed);
	sleep(QUIET);
	EXPECT_EQ(OPENS, look(self));
}

TEST_HARNESS_MAIN
