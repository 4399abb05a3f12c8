// SPDX-License-Identifier: GPL-2.0-only
/*
 * A partition inside another one gets at most what those around it have, whatever its own
 * table says, and whatever answers are kept.
 *
 *   host
 *     outer           a task here: what the table of outer covers
 *       inner         a task here: what the tables of outer and of inner both cover
 *
 *   nest/a/file, nest/b/file: both tables cover them for reading and writing, until
 *   a test replaces one.
 */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"

static struct request r;
static struct reply reply;

FIXTURE(nest)
{
	int nl;
	struct counters start;
	struct box outer;
	struct box inner;
};

static int load(struct box *box, uint32_t rights, const char *names, time_t expires)
{
	const struct rule rule = { RVM_CLASS_PATH, rights, in_dir("nest"), names,
				   .expires = expires };

	return box_load(box, &rule, 1);
}

static int exclude(struct box *box, const char *names)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("nest"), "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("nest"), names, .excludes = true },
	};

	return box_load(box, rules, ARRAY_LEN(rules));
}

static int open_to_write(void *arg)
{
	return try_open(arg, O_WRONLY);
}

static int rename_away(void *arg)
{
	return rename(in_dir("nest/a/file"), in_dir("nest/b/moved")) ? errno : 0;
}

static int often(const struct box *box, const char *name)
{
	return box_do(box, open_often, (void *)in_dir(name));
}

static int to_write(const struct box *box, const char *name)
{
	return box_do(box, open_to_write, (void *)in_dir(name));
}

FIXTURE_SETUP(nest)
{
	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	ASSERT_TRUE(attach_hooks(self->nl));
	self->start = get_counters(self->nl);
	mkdir(in_dir("nest"), 0755);
	mkdir(in_dir("nest/a"), 0755);
	mkdir(in_dir("nest/b"), 0755);
	ASSERT_TRUE(write_file(in_dir("nest/a/file"), "text"));
	ASSERT_TRUE(write_file(in_dir("nest/b/file"), "text"));
	ASSERT_TRUE(box_make(&self->outer, self->nl, "nest"));
	ASSERT_TRUE(group_make(&self->inner, "nest/inner"));
	ASSERT_TRUE(box_register(&self->inner, self->nl, "nest-inner"));
	ASSERT_EQ(0, load(&self->outer, RVM_RIGHT_READ | RVM_RIGHT_WRITE, "", 0));
	ASSERT_EQ(0, load(&self->inner, RVM_RIGHT_READ | RVM_RIGHT_WRITE, "", 0));
}

FIXTURE_TEARDOWN(nest)
{
	EXPECT_TRUE(box_remove(&self->inner));
	EXPECT_TRUE(box_remove(&self->outer));
	EXPECT_TRUE(counters_return(self->nl, &self->start));
}

TEST_F(nest, the_inner_one_is_inside)
{
	request_begin(&r, RVM_CMD_PARTITION_GET);
	put_u32(&r, RVM_A_PARTITION_ID, self->inner.id);
	ASSERT_EQ(0, nl_call(self->nl, &r, &reply));
	EXPECT_EQ(self->outer.id, reply_u32(&reply, RVM_A_PARTITION_PARENT));
}

TEST_F(nest, it_reads_what_both_may_read)
{
	EXPECT_EQ(0, often(&self->inner, "nest/a/file"));
	EXPECT_EQ(0, to_write(&self->inner, "nest/a/file"));
	ASSERT_EQ(0, load(&self->outer, RVM_RIGHT_READ, "a/**", 0));
	EXPECT_EQ(0, often(&self->inner, "nest/a/file"));
	EXPECT_EQ(EACCES, often(&self->inner, "nest/b/file"));
	EXPECT_EQ(EACCES, to_write(&self->inner, "nest/a/file"));
	/* And not more than its own. */
	ASSERT_EQ(0, load(&self->inner, RVM_RIGHT_READ, "b/**", 0));
	EXPECT_EQ(EACCES, often(&self->inner, "nest/a/file"));
	EXPECT_EQ(0, often(&self->outer, "nest/a/file"));
}

TEST_F(nest, what_was_kept_goes_with_the_table_above)
{
	EXPECT_EQ(0, often(&self->inner, "nest/b/file"));
	ASSERT_EQ(0, load(&self->outer, RVM_RIGHT_READ, "a/**", 0));
	EXPECT_EQ(EACCES, often(&self->inner, "nest/b/file"));
	ASSERT_EQ(0, load(&self->outer, RVM_RIGHT_READ, "", 0));
	EXPECT_EQ(0, often(&self->inner, "nest/b/file"));
	ASSERT_EQ(0, box_load(&self->outer, NULL, 0));
	EXPECT_EQ(EACCES, often(&self->inner, "nest/b/file"));
}

TEST_F(nest, what_was_kept_ends_with_the_token_above)
{
	time_t last = time(NULL) + 3;

	ASSERT_EQ(0, load(&self->outer, RVM_RIGHT_READ, "", last));
	EXPECT_EQ(0, often(&self->inner, "nest/b/file"));
	ASSERT_TRUE(wait_until(time(NULL) > last));
	EXPECT_EQ(EACCES, often(&self->inner, "nest/b/file"));
	EXPECT_EQ(EACCES, often(&self->outer, "nest/b/file"));
	ASSERT_EQ(0, load(&self->outer, RVM_RIGHT_READ, "", 0));
	EXPECT_EQ(0, often(&self->inner, "nest/b/file"));
}

TEST_F(nest, exclusions_above_hold)
{
	EXPECT_EQ(0, often(&self->inner, "nest/b/file"));
	ASSERT_EQ(0, exclude(&self->outer, "b/**"));
	EXPECT_EQ(EACCES, often(&self->inner, "nest/b/file"));
	EXPECT_EQ(0, often(&self->inner, "nest/a/file"));
}

TEST_F(nest, a_rename_gives_no_more_than_both_have)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_WRITE, in_dir("nest"), "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("nest"), "b/**" },
	};

	/* Under the new name it could be read, where the partition above is concerned. */
	ASSERT_EQ(0, box_load(&self->outer, rules, ARRAY_LEN(rules)));
	EXPECT_EQ(EXDEV, box_do(&self->inner, rename_away, NULL));
	ASSERT_EQ(0, load(&self->outer, RVM_RIGHT_READ | RVM_RIGHT_WRITE, "", 0));
	EXPECT_EQ(0, box_do(&self->inner, rename_away, NULL));
}

TEST_F(nest, mode_and_fence_above_hold)
{
	ASSERT_EQ(0, box_load(&self->inner, NULL, 0));
	ASSERT_EQ(0, box_set(&self->inner, RVM_A_PARTITION_MODE, RVM_MODE_PERMISSIVE));
	EXPECT_EQ(EACCES, often(&self->inner, "nest/a/file"));
	ASSERT_EQ(0, box_set(&self->outer, RVM_A_PARTITION_MODE, RVM_MODE_PERMISSIVE));
	EXPECT_EQ(0, often(&self->inner, "nest/a/file"));
	ASSERT_EQ(0, load(&self->inner, RVM_RIGHT_READ, "", 0));
	EXPECT_EQ(0, often(&self->inner, "nest/a/file"));
	ASSERT_EQ(0, box_set(&self->outer, RVM_A_PARTITION_FLAGS, RVM_PARTITION_FLAG_FENCED));
	EXPECT_EQ(EACCES, often(&self->inner, "nest/a/file"));
}

/* The outer one only records: the inner one does what its own tokens say. */
TEST_F(nest, one_above_that_records_is_no_hindrance)
{
	ASSERT_EQ(0, box_load(&self->outer, NULL, 0));
	ASSERT_EQ(0, box_set(&self->outer, RVM_A_PARTITION_MODE, RVM_MODE_LEARN));
	ASSERT_EQ(0, load(&self->inner, RVM_RIGHT_READ, "a/**", 0));
	EXPECT_EQ(0, often(&self->inner, "nest/a/file"));
	EXPECT_EQ(EACCES, often(&self->inner, "nest/b/file"));
}

TEST_HARNESS_MAIN
