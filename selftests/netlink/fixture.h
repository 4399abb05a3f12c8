/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SELFTEST_NETLINK_FIXTURE_H
#define _RVM_SELFTEST_NETLINK_FIXTURE_H

/*
 * Shared by the tests of the netlink interface: requests by name, and for each test a
 * partition and a cgroup that is not a partition yet.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/common.h"
#include "kselftest_harness.h"

static struct request r;
static struct reply reply;
static struct counters before;

#define ACCEPTED(nl)                          \
	EXPECT_EQ(0, nl_call(nl, &r, &reply)) \
	{                                     \
		TH_LOG("%s", reply.text);     \
	}

/* It is refused, says why, and nothing has changed. */
#define REFUSED(nl, wanted)                                           \
	do {                                                          \
		struct counters after;                                \
		before = get_counters(nl);                            \
		EXPECT_EQ(wanted, nl_call(nl, &r, &reply))            \
		{                                                     \
			TH_LOG("%s", reply.text);                     \
		}                                                     \
		EXPECT_NE('\0', reply.text[0])                        \
		{                                                     \
			TH_LOG("no text with errno %d", reply.error); \
		}                                                     \
		after = get_counters(nl);                             \
		EXPECT_TRUE(same_counters(&before, &after))           \
		{                                                     \
			TH_LOG("objects changed");                    \
		}                                                     \
	} while (0)

static inline void ask(uint8_t cmd, uint16_t attr, uint32_t value)
{
	request_begin(&r, cmd);
	put_u32(&r, attr, value);
}

static inline void ask_new(const char *name, int fd)
{
	request_begin(&r, RVM_CMD_PARTITION_NEW);
	put_str(&r, RVM_A_PARTITION_NAME, name);
	put_u32(&r, RVM_A_PARTITION_CGROUP_FD, fd);
}

static inline void ask_set(uint32_t id, uint16_t attr, uint32_t value)
{
	ask(RVM_CMD_PARTITION_SET, RVM_A_PARTITION_ID, id);
	put_u32(&r, attr, value);
}

/* The descriptor stays: a request may be made twice. */
static inline void ask_enter(uint32_t id, uint32_t pid)
{
	char *words[] = { "true", NULL };

	ask(RVM_CMD_PARTITION_ENTER, RVM_A_PARTITION_ID, id);
	put_u32(&r, RVM_A_PARTITION_PID, pid);
	put_program(&r, "/bin/true", words);
}

static inline void ask_begin(uint32_t id)
{
	ask(RVM_CMD_TABLE_BEGIN, RVM_A_TABLE_PARTITION, id);
}

static inline void ask_plain(uint8_t cmd)
{
	request_begin(&r, cmd);
}

static inline void add_self_tokens(size_t count)
{
	static const struct rule rule = { .class = RVM_CLASS_SELF, .rights = RVM_RIGHT_READ };

	request_begin(&r, RVM_CMD_TABLE_ADD);
	while (count--)
		put_rule(&r, &rule);
}

static inline int sleep_inside(void *arg)
{
	pause();
	return 0;
}

static inline pid_t sleeper(const struct box *box)
{
	return box_start(box, sleep_inside, NULL);
}

static inline void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static inline bool has_tasks(const struct box *box)
{
	char path[128], text[16];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", box->cgroup);
	fd = open(path, O_RDONLY);
	n = read(fd, text, sizeof(text));
	close(fd);
	return n > 0;
}

/* Wait until the task is where box_start() sends it. */
static inline bool wait_inside(const struct box *box)
{
	return wait_until(has_tasks(box));
}

static inline void ask_check(uint32_t id, uint32_t class, uint32_t right)
{
	ask(RVM_CMD_CHECK, RVM_A_CHECK_PARTITION, id);
	put_u32(&r, RVM_A_CHECK_CLASS, class);
	put_u32(&r, RVM_A_CHECK_RIGHT, right);
}

/* A token of the table, with one more thing added by hand. */
struct entry {
	const char *what;
	int error;
	uint32_t rights;
	uint32_t class;
	uint32_t flags;
	const char *anchor;
	const char *pattern;
	size_t pattern_len;
	uint16_t more;
	uint32_t value;
	bool excludes;
};

#define TEXT(s) s, sizeof(s) - 1
static inline void put_entry(const struct entry *e)
{
	size_t nest = nest_begin(&r, e->excludes ? RVM_A_TABLE_EXCLUSION : RVM_A_TABLE_TOKEN);
	size_t scope;

	put_u32(&r, e->excludes ? RVM_A_EXCLUSION_RIGHTS : RVM_A_TOKEN_RIGHTS, e->rights);
	scope = nest_begin(&r, e->excludes ? RVM_A_EXCLUSION_SCOPE : RVM_A_TOKEN_SCOPE);
	put_u32(&r, RVM_A_SCOPE_CLASS, e->class);
	if (e->flags)
		put_u32(&r, RVM_A_SCOPE_FLAGS, e->flags);
	if (e->anchor)
		put_u32(&r, RVM_A_SCOPE_FD, open(e->anchor, O_PATH));
	if (e->pattern)
		put(&r, RVM_A_SCOPE_PATTERN, e->pattern, e->pattern_len);
	if (e->more)
		put_u32(&r, e->more, e->value);
	nest_end(&r, scope);
	nest_end(&r, nest);
}

static inline void ask_add(const struct entry *e)
{
	request_begin(&r, RVM_CMD_TABLE_ADD);
	put_entry(e);
}

static inline void put_range(uint32_t first, uint32_t last)
{
	uint8_t address[16] = {};
	size_t nest, scope;

	request_begin(&r, RVM_CMD_TABLE_ADD);
	nest = nest_begin(&r, RVM_A_TABLE_TOKEN);
	put_u32(&r, RVM_A_TOKEN_RIGHTS, RVM_RIGHT_EXECUTE);
	scope = nest_begin(&r, RVM_A_TOKEN_SCOPE);
	put_u32(&r, RVM_A_SCOPE_CLASS, RVM_CLASS_NET);
	put(&r, RVM_A_SCOPE_ADDRESS, address, sizeof(address));
	put_u32(&r, RVM_A_SCOPE_PREFIX_LEN, 0);
	put_u32(&r, RVM_A_SCOPE_PORT_FIRST, first);
	put_u32(&r, RVM_A_SCOPE_PORT_LAST, last);
	nest_end(&r, scope);
	nest_end(&r, nest);
}

FIXTURE(netlink)
{
	int nl;
	struct counters start;
	struct box box;
	struct box spare;
};

FIXTURE_SETUP(netlink)
{
	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	self->start = get_counters(self->nl);
	ASSERT_TRUE(box_make(&self->box, self->nl, "netlink"));
	ASSERT_TRUE(group_make(&self->spare, "netlink-spare"));
}

FIXTURE_TEARDOWN(netlink)
{
	group_remove(&self->spare);
	EXPECT_TRUE(box_remove(&self->box));
	EXPECT_TRUE(counters_return(self->nl, &self->start));
}

#endif
