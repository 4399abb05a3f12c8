// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits of the host: partitions, tokens.  At the limit the next one is refused with a
 * reason, and once one is gone there is room again.
 */

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"

#define PARTITIONS_MAX 4096
#define TOKENS_MAX 1048576
#define TABLE_MAX 65536
#define BATCH 4096

static struct request r;
static struct reply reply;

static int make(int nl, const char *name, int fd)
{
	request_begin(&r, RVM_CMD_PARTITION_NEW);
	put_str(&r, RVM_A_PARTITION_NAME, name);
	put_u32(&r, RVM_A_PARTITION_CGROUP_FD, fd);
	return nl_call(nl, &r, &reply);
}

static int drop(int nl, uint32_t id)
{
	request_begin(&r, RVM_CMD_PARTITION_DEL);
	put_u32(&r, RVM_A_PARTITION_ID, id);
	return nl_call(nl, &r, &reply);
}

FIXTURE(limits)
{
	int nl;
	struct counters start;
};

FIXTURE_SETUP(limits)
{
	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	self->start = get_counters(self->nl);
}

FIXTURE_TEARDOWN(limits)
{
	EXPECT_TRUE(counters_return(self->nl, &self->start));
}

/* Cgroups without open descriptors, which would be too many. */
static bool make_numbered(int nl, int number, struct box *box)
{
	char name[32];
	int err;

	snprintf(name, sizeof(name), "limit-%d", number);
	if (!group_make(box, name))
		return false;
	err = make(nl, name, box->cgroup_fd);
	close(box->cgroup_fd);
	box->cgroup_fd = -1;
	box->id = err ? 0 : reply_u32(&reply, RVM_A_PARTITION_ID);
	return !err;
}

TEST_F_TIMEOUT(limits, partitions_have_a_limit, 300)
{
	struct box *boxes = calloc(PARTITIONS_MAX + 1, sizeof(*boxes));
	int room = PARTITIONS_MAX - self->start.partitions, made = 0;

	ASSERT_NE(NULL, boxes);
	while (made <= room && make_numbered(self->nl, made, &boxes[made]))
		made++;
	EXPECT_EQ(room, made);
	EXPECT_EQ(ENFILE, reply.error);
	EXPECT_NE('\0', reply.text[0]);
	rmdir(boxes[made].cgroup);

	EXPECT_EQ(0, drop(self->nl, boxes[0].id));
	rmdir(boxes[0].cgroup);
	EXPECT_TRUE(make_numbered(self->nl, 0, &boxes[0]));
	while (made--) {
		EXPECT_EQ(0, drop(self->nl, boxes[made].id));
		rmdir(boxes[made].cgroup);
	}
	free(boxes);
}

TEST_F(limits, a_removed_group_gets_no_partition)
{
	struct box box;

	ASSERT_TRUE(group_make(&box, "limit-gone"));
	EXPECT_EQ(0, make(self->nl, "limit-gone", box.cgroup_fd));
	EXPECT_EQ(0, drop(self->nl, reply_u32(&reply, RVM_A_PARTITION_ID)));
	ASSERT_EQ(0, rmdir(box.cgroup));
	EXPECT_EQ(ENODEV, make(self->nl, "limit-gone", box.cgroup_fd));
	EXPECT_NE('\0', reply.text[0]);
	close(box.cgroup_fd);
}

static int add(int nl, size_t count)
{
	static const struct rule rule = { .class = RVM_CLASS_SELF, .rights = RVM_RIGHT_READ };

	request_begin(&r, RVM_CMD_TABLE_ADD);
	while (count--)
		put_rule(&r, &rule);
	return nl_call(nl, &r, &reply);
}

/* Another transaction of the largest possible size; its socket, or -1. */
static int stage(uint32_t part, size_t *left)
{
	size_t room = TABLE_MAX, batch;
	int nl = nl_open();

	request_begin(&r, RVM_CMD_TABLE_BEGIN);
	put_u32(&r, RVM_A_TABLE_PARTITION, part);
	if (nl < 0 || nl_call(nl, &r, &reply))
		return -1;
	while (room && *left) {
		batch = room < BATCH ? room : BATCH;
		batch = batch < *left ? batch : *left;
		if (add(nl, batch))
			return -1;
		room -= batch;
		*left -= batch;
	}
	return nl;
}

/* What is added to transactions counts too: they end with their sockets. */
TEST_F_TIMEOUT(limits, tokens_have_a_limit, 300)
{
	size_t left = TOKENS_MAX - self->start.tokens - self->start.exclusions, none = 0;
	int nl[TOKENS_MAX / TABLE_MAX + 2], count = 0;
	struct box box;

	ASSERT_TRUE(box_make(&box, self->nl, "limit-tokens"));
	while (left && count < TOKENS_MAX / TABLE_MAX + 1) {
		nl[count] = stage(box.id, &left);
		ASSERT_LE(0, nl[count++]);
	}
	EXPECT_EQ(0, left);
	nl[count] = stage(box.id, &none);
	ASSERT_LE(0, nl[count]);
	EXPECT_EQ(ENFILE, add(nl[count], 1));
	EXPECT_NE('\0', reply.text[0]);
	close(nl[count]);

	close(nl[--count]);
	left = 1;
	nl[count] = stage(box.id, &left);
	EXPECT_LE(0, nl[count++]);
	while (count--)
		close(nl[count]);
	EXPECT_TRUE(box_remove(&box));
}

/* Adds so many rules of the same pattern: 0 or the errno. */
static int add_patterns(int nl, struct rule *rule, size_t count)
{
	request_begin(&r, RVM_CMD_TABLE_ADD);
	while (count--) {
		put_rule(&r, rule);
		/* One descriptor is enough for a request. */
		rule->anchor = NULL;
		rule->flags = RVM_SCOPE_FLAG_UNRESOLVED;
	}
	return nl_call(nl, &r, &reply);
}

/* What a question may cost is bounded when the table is made. */
TEST_F(limits, patterns_have_a_limit)
{
	const struct {
		const char *pattern;
		size_t fit, more;
	} tables[] = {
		{ "**/*.pem", 2000, 0 },
		{ "**/*secret*", 300, 300 },
		{ "**/a*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab*", 100, 0 },
		{ "**/a*?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab*", 5, 5 },
		/* Each by itself. */
		{ "**/*[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*", 1, 0 },
		{ "**/*[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]*", 0, 1 },
	};
	struct box box;

	ASSERT_TRUE(box_make(&box, self->nl, "limit-patterns"));
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		struct rule rule = { RVM_CLASS_PATH, RVM_RIGHT_READ, "/", tables[i].pattern,
				     .excludes = true };

		request_begin(&r, RVM_CMD_TABLE_BEGIN);
		put_u32(&r, RVM_A_TABLE_PARTITION, box.id);
		ASSERT_EQ(0, nl_call(self->nl, &r, &reply));
		EXPECT_EQ(0, add_patterns(self->nl, &rule, tables[i].fit));
		if (tables[i].more) {
			EXPECT_EQ(E2BIG, add_patterns(self->nl, &rule, tables[i].more));
			EXPECT_NE('\0', reply.text[0]);
		}
		request_begin(&r, RVM_CMD_TABLE_ABORT);
		EXPECT_EQ(0, nl_call(self->nl, &r, &reply));
	}
	EXPECT_TRUE(box_remove(&box));
}

TEST_HARNESS_MAIN
