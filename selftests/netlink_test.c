// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netlink interface: each errno met once with success beside it, a text
 * with each refusal, nothing changed by what was refused, and messages that
 * no honest tool would send.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "common.h"
#include "kselftest_harness.h"

#define OPEN_MAX_TRANSACTIONS 64
#define TOKENS_MAX 65536
#define ENTRIES_MAX 256
#define NEST_MAX 4
#define MUTATIONS 20000

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

static void ask(uint8_t cmd, uint16_t attr, uint32_t value)
{
	request_begin(&r, cmd);
	put_u32(&r, attr, value);
}

static void ask_new(const char *name, int fd)
{
	request_begin(&r, RVM_CMD_PARTITION_NEW);
	put_str(&r, RVM_A_PARTITION_NAME, name);
	put_u32(&r, RVM_A_PARTITION_CGROUP_FD, fd);
}

static void ask_set(uint32_t id, uint16_t attr, uint32_t value)
{
	ask(RVM_CMD_PARTITION_SET, RVM_A_PARTITION_ID, id);
	put_u32(&r, attr, value);
}

static void ask_begin(uint32_t id)
{
	ask(RVM_CMD_TABLE_BEGIN, RVM_A_TABLE_PARTITION, id);
}

static void ask_plain(uint8_t cmd)
{
	request_begin(&r, cmd);
}

static void add_self_tokens(size_t count)
{
	static const struct rule rule = { .class = RVM_CLASS_SELF, .rights = RVM_RIGHT_READ };

	request_begin(&r, RVM_CMD_TABLE_ADD);
	while (count--)
		put_rule(&r, &rule);
}

static int sleep_inside(void *arg)
{
	pause();
	return 0;
}

static pid_t sleeper(const struct box *box)
{
	return box_start(box, sleep_inside, NULL);
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* Until the task is where box_start() sends it. */
static bool wait_inside(const struct box *box)
{
	char path[128], text[16];

	snprintf(path, sizeof(path), "%s/cgroup.procs", box->cgroup);
	for (int i = 0; i < 500; i++) {
		int fd = open(path, O_RDONLY);
		ssize_t n = read(fd, text, sizeof(text));

		close(fd);
		if (n > 0)
			return true;
		pause_ms(10);
	}
	return false;
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

TEST_F(netlink, info_is_for_everyone)
{
	int status;
	pid_t pid;

	ask_plain(RVM_CMD_INFO);
	ACCEPTED(self->nl);
	EXPECT_EQ(1, reply_u32(&reply, RVM_A_INFO_ABI));
	EXPECT_LT(0, reply_get(&reply, RVM_A_INFO_VERSION, NULL));
	pid = fork();
	if (!pid) {
		int nl;

		if (setuid(65534))
			_exit(9);
		nl = nl_open();
		ask_plain(RVM_CMD_INFO);
		_exit(nl < 0 ? 8 : nl_call(nl, &r, &reply));
	}
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, status);
}

TEST_F(netlink, without_privilege_all_else_is_refused)
{
	static const uint8_t cmds[] = {
		RVM_CMD_PARTITION_NEW,	 RVM_CMD_PARTITION_SET, RVM_CMD_PARTITION_DEL,
		RVM_CMD_TABLE_BEGIN,	 RVM_CMD_TABLE_ADD,	RVM_CMD_TABLE_COMMIT,
		RVM_CMD_TABLE_ABORT,	 RVM_CMD_TOKEN_GET,	RVM_CMD_CHECK,
		RVM_CMD_WITNESS_GET,	 RVM_CMD_HOOK_SET,	RVM_CMD_PARTITION_GET,
		RVM_CMD_PARTITION_ENTER,
	};
	int status;
	pid_t pid;

	for (size_t i = 0; i < ARRAY_LEN(cmds); i++) {
		pid = fork();
		if (!pid) {
			int nl;

			if (setuid(65534))
				_exit(9);
			nl = nl_open();
			/* The first attribute of each set of partitions is a number above 0. */
			request_begin(&r, cmds[i]);
			if (cmds[i] != RVM_CMD_PARTITION_NEW && cmds[i] != RVM_CMD_TABLE_ADD &&
			    cmds[i] != RVM_CMD_TABLE_COMMIT && cmds[i] != RVM_CMD_TOKEN_GET &&
			    cmds[i] != RVM_CMD_WITNESS_GET && cmds[i] != RVM_CMD_HOOK_SET)
				put_u32(&r, 1, self->box.id);
			if (cmds[i] == RVM_CMD_PARTITION_ENTER)
				put_u32(&r, RVM_A_PARTITION_PID, 1);
			nl_call(nl, &r, &reply);
			_exit(reply.error != EPERM ? 1 : !reply.text[0] ? 2 : 0);
		}
		waitpid(pid, &status, 0);
		EXPECT_EQ(0, status)
		{
			TH_LOG("command %d", cmds[i]);
		}
	}
}

TEST_F(netlink, dumps_need_privilege)
{
	static const uint8_t cmds[] = { RVM_CMD_PARTITION_GET, RVM_CMD_TOKEN_GET,
					RVM_CMD_EXCLUSION_GET, RVM_CMD_HOOK_GET };
	int status;
	pid_t pid;

	for (size_t i = 0; i < ARRAY_LEN(cmds); i++) {
		ask_plain(cmds[i]);
		EXPECT_EQ(0, nl_dump(self->nl, &r, &reply));
		pid = fork();
		if (!pid) {
			int nl;

			if (setuid(65534))
				_exit(9);
			nl = nl_open();
			ask_plain(cmds[i]);
			_exit(nl_dump(nl, &r, &reply) == EPERM ? 0 : 1);
		}
		waitpid(pid, &status, 0);
		EXPECT_EQ(0, status);
	}
	ask_plain(RVM_CMD_PARTITION_GET);
	nl_dump(self->nl, &r, &reply);
	EXPECT_LE(1, reply.messages);
}

TEST_F(netlink, groups_need_privilege)
{
	static const char *const names[] = { RVM_MCGRP_DENY, RVM_MCGRP_PARTITION, RVM_MCGRP_TOKEN,
					     RVM_MCGRP_WITNESS };
	int status;
	pid_t pid;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		int group = nl_group(names[i]);

		ASSERT_LT(0, group);
		EXPECT_EQ(0, setsockopt(self->nl, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
					sizeof(group)));
		EXPECT_EQ(0, setsockopt(self->nl, SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, &group,
					sizeof(group)));
		pid = fork();
		if (!pid) {
			int nl;

			if (setuid(65534))
				_exit(9);
			nl = nl_open();
			_exit(setsockopt(nl, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
					 sizeof(group)) != -1 ||
			      errno != EPERM);
		}
		waitpid(pid, &status, 0);
		EXPECT_EQ(0, status);
	}
}

TEST_F(netlink, new_refuses_bad_names)
{
	static const char *const bad[] = {
		"", "Upper", "1st", "-a", "a/b", "..", "a.b", "a b", "a\tb", "a_b", "\xc3\xa4",
	};
	char longest[66];

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ask_new(bad[i], self->spare.cgroup_fd);
		REFUSED(self->nl, EINVAL);
	}
	memset(longest, 'a', 65);
	longest[65] = '\0';
	ask_new(longest, self->spare.cgroup_fd);
	REFUSED(self->nl, EINVAL);

	/* A NUL inside, and no NUL at the end. */
	request_begin(&r, RVM_CMD_PARTITION_NEW);
	put(&r, RVM_A_PARTITION_NAME, "a\0b", 3);
	put_u32(&r, RVM_A_PARTITION_CGROUP_FD, self->spare.cgroup_fd);
	before = get_counters(self->nl);
	nl_call(self->nl, &r, &reply);
	if (!reply.error) {
		/* The string ends at its NUL: then it is what it says, "a". */
		uint32_t id = reply_u32(&reply, RVM_A_PARTITION_ID);
		const void *name;

		EXPECT_EQ(2, reply_get(&reply, RVM_A_PARTITION_NAME, &name));
		ask(RVM_CMD_PARTITION_DEL, RVM_A_PARTITION_ID, id);
		ACCEPTED(self->nl);
	}
	request_begin(&r, RVM_CMD_PARTITION_NEW);
	put(&r, RVM_A_PARTITION_NAME, "ab", 2);
	put_u32(&r, RVM_A_PARTITION_CGROUP_FD, self->spare.cgroup_fd);
	REFUSED(self->nl, EINVAL);

	longest[64] = '\0';
	ask_new(longest, self->spare.cgroup_fd);
	ACCEPTED(self->nl);
	ask(RVM_CMD_PARTITION_DEL, RVM_A_PARTITION_ID, reply_u32(&reply, RVM_A_PARTITION_ID));
	ACCEPTED(self->nl);
}

TEST_F(netlink, new_refuses_bad_groups)
{
	int file = open("/dev/null", O_RDONLY), folder = open("/tmp", O_RDONLY | O_DIRECTORY);
	int top = open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY);
	int inner = open("/sys/fs/cgroup/cgroup.procs", O_RDONLY);
	struct box gone;

	ask_new("bad", -1);
	REFUSED(self->nl, EBADF);
	ask_new("bad", 9999);
	REFUSED(self->nl, EBADF);
	ask_new("bad", file);
	REFUSED(self->nl, EBADF);
	ask_new("bad", folder);
	REFUSED(self->nl, EBADF);
	ask_new("bad", inner);
	REFUSED(self->nl, EBADF);
	ask_new("bad", self->nl);
	REFUSED(self->nl, EBADF);
	ask_new("bad", top);
	REFUSED(self->nl, EINVAL);
	ASSERT_TRUE(group_make(&gone, "netlink-gone"));
	rmdir(gone.cgroup);
	ask_new("bad", gone.cgroup_fd);
	nl_call(self->nl, &r, &reply);
	EXPECT_TRUE(reply.error == EBADF || reply.error == ENODEV);
	EXPECT_NE('\0', reply.text[0]);
	close(gone.cgroup_fd);
}

TEST_F(netlink, new_refuses_threaded_groups)
{
	struct box inner;

	ASSERT_TRUE(group_make(&inner, "netlink-spare/threaded"));
	ASSERT_TRUE(
		write_file("/sys/fs/cgroup/test-netlink-spare/threaded/cgroup.type", "threaded"));
	ask_new("threaded", inner.cgroup_fd);
	REFUSED(self->nl, EINVAL);
	group_remove(&inner);
}

TEST_F(netlink, new_refuses_what_is_taken)
{
	struct box inner;
	uint32_t id;

	ask_new("netlink", self->spare.cgroup_fd);
	REFUSED(self->nl, EEXIST);
	ask_new("other", self->box.cgroup_fd);
	REFUSED(self->nl, EEXIST);

	/* Around a partition there can be no new one; within one there can. */
	ASSERT_TRUE(group_make(&inner, "netlink-spare/in"));
	ask_new("inner", inner.cgroup_fd);
	ACCEPTED(self->nl);
	id = reply_u32(&reply, RVM_A_PARTITION_ID);
	ask_new("around", self->spare.cgroup_fd);
	REFUSED(self->nl, EBUSY);
	ask(RVM_CMD_PARTITION_DEL, RVM_A_PARTITION_ID, id);
	ACCEPTED(self->nl);
	group_remove(&inner);
}

TEST_F(netlink, new_refuses_bad_numbers)
{
	ask_new("numbers", self->spare.cgroup_fd);
	put_u32(&r, RVM_A_PARTITION_MODE, 3);
	REFUSED(self->nl, ERANGE);
	ask_new("numbers", self->spare.cgroup_fd);
	put_u32(&r, RVM_A_PARTITION_FLAGS, 16);
	REFUSED(self->nl, EINVAL);
	ask_new("numbers", self->spare.cgroup_fd);
	put_u32(&r, RVM_A_PARTITION_FLAGS, RVM_PARTITION_FLAG_GONE);
	REFUSED(self->nl, EINVAL);
	ask_new("numbers", self->spare.cgroup_fd);
	put_u32(&r, RVM_A_PARTITION_OWNER_UID, 0xffffffff);
	REFUSED(self->nl, EINVAL);
	/* Missing, and nothing at all. */
	ask(RVM_CMD_PARTITION_NEW, RVM_A_PARTITION_CGROUP_FD, self->spare.cgroup_fd);
	REFUSED(self->nl, EINVAL);
	request_begin(&r, RVM_CMD_PARTITION_NEW);
	put_str(&r, RVM_A_PARTITION_NAME, "numbers");
	REFUSED(self->nl, EINVAL);
	ask_plain(RVM_CMD_PARTITION_NEW);
	REFUSED(self->nl, EINVAL);
}

TEST_F(netlink, partitions_nest_only_so_deep)
{
	struct box inner[NEST_MAX + 1];
	char name[64];
	int depth;

	snprintf(name, sizeof(name), "netlink-spare");
	for (depth = 0; depth <= NEST_MAX; depth++) {
		strcat(name, "/n");
		ASSERT_TRUE(group_make(&inner[depth], name));
		snprintf(inner[depth].name, sizeof(inner[depth].name), "nest-%d", depth);
		ask_new(inner[depth].name, inner[depth].cgroup_fd);
		if (depth == NEST_MAX) {
			REFUSED(self->nl, ELOOP);
			break;
		}
		ACCEPTED(self->nl);
		inner[depth].id = reply_u32(&reply, RVM_A_PARTITION_ID);
		EXPECT_EQ(depth ? inner[depth - 1].id : 0,
			  reply_u32(&reply, RVM_A_PARTITION_PARENT));
	}
	/* From the outside it cannot be taken away. */
	ask(RVM_CMD_PARTITION_DEL, RVM_A_PARTITION_ID, inner[0].id);
	REFUSED(self->nl, EBUSY);
	group_remove(&inner[NEST_MAX]);
	while (depth-- > 0) {
		ask(RVM_CMD_PARTITION_DEL, RVM_A_PARTITION_ID, inner[depth].id);
		ACCEPTED(self->nl);
		group_remove(&inner[depth]);
	}
}

TEST_F(netlink, set_refuses)
{
	uint32_t id = self->box.id;

	ask_set(0x7fffffff, RVM_A_PARTITION_MODE, RVM_MODE_ENFORCE);
	REFUSED(self->nl, ENOENT);
	ask_set(0, RVM_A_PARTITION_MODE, RVM_MODE_ENFORCE);
	REFUSED(self->nl, ERANGE);
	ask(RVM_CMD_PARTITION_SET, RVM_A_PARTITION_ID, id);
	REFUSED(self->nl, EINVAL);
	ask(RVM_CMD_PARTITION_SET, RVM_A_PARTITION_MODE, RVM_MODE_ENFORCE);
	REFUSED(self->nl, EINVAL);
	ask_set(id, RVM_A_PARTITION_FLAGS, RVM_PARTITION_FLAG_FENCED);
	REFUSED(self->nl, EINVAL);
	ask_set(id, RVM_A_PARTITION_FLAGS_MASK, RVM_PARTITION_FLAG_FENCED);
	REFUSED(self->nl, EINVAL);
	ask_set(id, RVM_A_PARTITION_FLAGS, RVM_PARTITION_FLAG_PEN);
	put_u32(&r, RVM_A_PARTITION_FLAGS_MASK, RVM_PARTITION_FLAG_PEN);
	REFUSED(self->nl, EINVAL);
	ask_set(id, RVM_A_PARTITION_FLAGS, RVM_PARTITION_FLAG_FENCED);
	put_u32(&r, RVM_A_PARTITION_FLAGS_MASK, RVM_PARTITION_FLAG_WITNESS_ALL);
	REFUSED(self->nl, EINVAL);
	ask_set(id, RVM_A_PARTITION_STATE, RVM_STATE_DESTROYED);
	REFUSED(self->nl, EINVAL);
	ask_set(id, RVM_A_PARTITION_STATE, RVM_STATE_CREATED);
	REFUSED(self->nl, EINVAL);
	ask_set(id, RVM_A_PARTITION_STATE, 5);
	REFUSED(self->nl, ERANGE);
	ask_set(id, RVM_A_PARTITION_EPOCH, 7);
	REFUSED(self->nl, EINVAL);
}

TEST_F(netlink, set_changes_all_or_nothing)
{
	uint32_t id = self->box.id, epoch;

	ask_set(id, RVM_A_PARTITION_MODE, RVM_MODE_PERMISSIVE);
	put_u32(&r, RVM_A_PARTITION_FLAGS, RVM_PARTITION_FLAG_WITNESS_ALL);
	put_u32(&r, RVM_A_PARTITION_FLAGS_MASK, RVM_PARTITION_FLAG_WITNESS_ALL);
	put_flag(&r, RVM_A_PARTITION_EPOCH_BUMP);
	ACCEPTED(self->nl);
	EXPECT_EQ(RVM_MODE_PERMISSIVE, reply_u32(&reply, RVM_A_PARTITION_MODE));
	EXPECT_EQ(RVM_PARTITION_FLAG_WITNESS_ALL, reply_u32(&reply, RVM_A_PARTITION_FLAGS));
	epoch = reply_u32(&reply, RVM_A_PARTITION_EPOCH);
	EXPECT_EQ(1, epoch);

	/* The mode is fine, the step of state is not: neither is taken. */
	ask_set(id, RVM_A_PARTITION_MODE, RVM_MODE_ENFORCE);
	put_u32(&r, RVM_A_PARTITION_STATE, RVM_STATE_CREATED);
	put_flag(&r, RVM_A_PARTITION_EPOCH_BUMP);
	REFUSED(self->nl, EINVAL);
	ask(RVM_CMD_PARTITION_GET, RVM_A_PARTITION_ID, id);
	ACCEPTED(self->nl);
	EXPECT_EQ(RVM_MODE_PERMISSIVE, reply_u32(&reply, RVM_A_PARTITION_MODE));
	EXPECT_EQ(RVM_STATE_RUNNING, reply_u32(&reply, RVM_A_PARTITION_STATE));
	EXPECT_EQ(epoch, reply_u32(&reply, RVM_A_PARTITION_EPOCH));

	ask_set(id, RVM_A_PARTITION_STATE, RVM_STATE_SUSPENDED);
	ACCEPTED(self->nl);
	ask_set(id, RVM_A_PARTITION_STATE, RVM_STATE_RUNNING);
	ACCEPTED(self->nl);
	EXPECT_EQ(RVM_STATE_RUNNING, reply_u32(&reply, RVM_A_PARTITION_STATE));
}

TEST_F(netlink, a_pen_can_only_be_deleted)
{
	uint32_t id;

	ask_new("pen", self->spare.cgroup_fd);
	put_u32(&r, RVM_A_PARTITION_FLAGS, RVM_PARTITION_FLAG_PEN);
	ACCEPTED(self->nl);
	id = reply_u32(&reply, RVM_A_PARTITION_ID);
	ask_set(id, RVM_A_PARTITION_STATE, RVM_STATE_RUNNING);
	REFUSED(self->nl, EOPNOTSUPP);
	ask(RVM_CMD_PARTITION_DEL, RVM_A_PARTITION_ID, id);
	ACCEPTED(self->nl);
}

TEST_F(netlink, del_refuses)
{
	pid_t pid;

	ask(RVM_CMD_PARTITION_DEL, RVM_A_PARTITION_ID, 0x7fffffff);
	REFUSED(self->nl, ENOENT);
	ask(RVM_CMD_PARTITION_DEL, RVM_A_PARTITION_ID, 0);
	REFUSED(self->nl, ERANGE);
	ask_plain(RVM_CMD_PARTITION_DEL);
	REFUSED(self->nl, EINVAL);
	pid = sleeper(&self->box);
	ASSERT_TRUE(wait_inside(&self->box));
	ask(RVM_CMD_PARTITION_DEL, RVM_A_PARTITION_ID, self->box.id);
	REFUSED(self->nl, EBUSY);
	end(pid);
}

TEST_F(netlink, get_refuses)
{
	ask_plain(RVM_CMD_PARTITION_GET);
	REFUSED(self->nl, EINVAL);
	ask(RVM_CMD_PARTITION_GET, RVM_A_PARTITION_ID, self->box.id);
	put_str(&r, RVM_A_PARTITION_NAME, "netlink");
	REFUSED(self->nl, EINVAL);
	ask(RVM_CMD_PARTITION_GET, RVM_A_PARTITION_ID, 0x7fffffff);
	REFUSED(self->nl, ENOENT);
	request_begin(&r, RVM_CMD_PARTITION_GET);
	put_str(&r, RVM_A_PARTITION_NAME, "nobody");
	REFUSED(self->nl, ENOENT);
	request_begin(&r, RVM_CMD_PARTITION_GET);
	put_str(&r, RVM_A_PARTITION_NAME, "netlink");
	ACCEPTED(self->nl);
	EXPECT_EQ(self->box.id, reply_u32(&reply, RVM_A_PARTITION_ID));
}

TEST_F(netlink, enter_refuses)
{
	uint32_t id = self->box.id;
	pid_t pid = sleeper(&self->box);

	ASSERT_TRUE(wait_inside(&self->box));
	ask(RVM_CMD_PARTITION_ENTER, RVM_A_PARTITION_ID, id);
	REFUSED(self->nl, EINVAL);
	ask(RVM_CMD_PARTITION_ENTER, RVM_A_PARTITION_PID, pid);
	REFUSED(self->nl, EINVAL);
	ask(RVM_CMD_PARTITION_ENTER, RVM_A_PARTITION_ID, 0x7fffffff);
	put_u32(&r, RVM_A_PARTITION_PID, pid);
	REFUSED(self->nl, ENOENT);
	ask(RVM_CMD_PARTITION_ENTER, RVM_A_PARTITION_ID, id);
	put_u32(&r, RVM_A_PARTITION_PID, 0x3fffff);
	REFUSED(self->nl, ESRCH);
	ask(RVM_CMD_PARTITION_ENTER, RVM_A_PARTITION_ID, id);
	put_u32(&r, RVM_A_PARTITION_PID, 0);
	REFUSED(self->nl, ESRCH);
	ask(RVM_CMD_PARTITION_ENTER, RVM_A_PARTITION_ID, id);
	put_u32(&r, RVM_A_PARTITION_PID, getpid());
	REFUSED(self->nl, EXDEV);
	ask_set(id, RVM_A_PARTITION_STATE, RVM_STATE_SUSPENDED);
	ACCEPTED(self->nl);
	ask(RVM_CMD_PARTITION_ENTER, RVM_A_PARTITION_ID, id);
	put_u32(&r, RVM_A_PARTITION_PID, pid);
	REFUSED(self->nl, EINVAL);
	ask_set(id, RVM_A_PARTITION_STATE, RVM_STATE_RUNNING);
	ACCEPTED(self->nl);
	ask(RVM_CMD_PARTITION_ENTER, RVM_A_PARTITION_ID, id);
	put_u32(&r, RVM_A_PARTITION_PID, pid);
	ACCEPTED(self->nl);
	EXPECT_EQ(1, get_counters(self->nl).entries);
	REFUSED(self->nl, EEXIST);
	end(pid);
}

TEST_F(netlink, enter_has_a_limit)
{
	static pid_t pids[ENTRIES_MAX + 1];
	int error = 0;

	for (size_t i = 0; i < ARRAY_LEN(pids); i++)
		pids[i] = sleeper(&self->box);
	for (size_t i = 0; i < ARRAY_LEN(pids); i++) {
		/* It may not have got there yet. */
		for (int try = 0; try < 1000; try++) {
			ask(RVM_CMD_PARTITION_ENTER, RVM_A_PARTITION_ID, self->box.id);
			put_u32(&r, RVM_A_PARTITION_PID, pids[i]);
			error = nl_call(self->nl, &r, &reply);
			if (error != EXDEV)
				break;
			pause_ms(10);
		}
		EXPECT_EQ(i < ENTRIES_MAX ? 0 : ENFILE, error);
	}
	EXPECT_NE('\0', reply.text[0]);
	for (size_t i = 0; i < ARRAY_LEN(pids); i++)
		end(pids[i]);
}

TEST_F(netlink, table_needs_a_transaction)
{
	static const uint8_t cmds[] = { RVM_CMD_TABLE_ADD, RVM_CMD_TABLE_COMMIT,
					RVM_CMD_TABLE_ABORT };

	for (size_t i = 0; i < ARRAY_LEN(cmds); i++) {
		ask_plain(cmds[i]);
		REFUSED(self->nl, ENOENT);
	}
	ask_plain(RVM_CMD_TABLE_BEGIN);
	REFUSED(self->nl, EINVAL);
	ask_begin(0);
	REFUSED(self->nl, ERANGE);
	ask_begin(0x7fffffff);
	REFUSED(self->nl, ENOENT);
	ask_begin(self->box.id);
	put(&r, RVM_A_TABLE_DIGEST, "short", 5);
	REFUSED(self->nl, ERANGE);
	ask_begin(self->box.id);
	ACCEPTED(self->nl);
	REFUSED(self->nl, EBUSY);
	ask_plain(RVM_CMD_TABLE_ABORT);
	ACCEPTED(self->nl);
	REFUSED(self->nl, ENOENT);
}

TEST_F(netlink, transactions_have_a_limit_and_end_with_the_socket)
{
	int nl[OPEN_MAX_TRANSACTIONS + 1];

	for (size_t i = 0; i < ARRAY_LEN(nl); i++) {
		nl[i] = nl_open();
		ASSERT_LE(0, nl[i]);
		ask_begin(self->box.id);
		if (i < OPEN_MAX_TRANSACTIONS) {
			ACCEPTED(nl[i]);
		} else {
			REFUSED(nl[i], EMFILE);
		}
	}
	EXPECT_EQ(OPEN_MAX_TRANSACTIONS, get_counters(self->nl).tables);
	for (size_t i = 0; i < ARRAY_LEN(nl); i++)
		close(nl[i]);
}

TEST_F(netlink, a_table_is_visible_only_when_committed)
{
	static const struct rule one = { .class = RVM_CLASS_SELF, .rights = RVM_RIGHT_READ };
	static const struct rule two = { .class = RVM_CLASS_NAME,
					 .rights = RVM_RIGHT_EXECUTE,
					 .pattern = "agents/one" };
	static const struct rule rule_out = { .class = RVM_CLASS_PATH,
					      .rights = RIGHTS_ALL,
					      .anchor = "/tmp",
					      .pattern = "**/.env",
					      .excludes = true };
	uint8_t digest[32] = { 1, 2, 3 };
	const void *data;

	ask_begin(self->box.id);
	put(&r, RVM_A_TABLE_DIGEST, digest, sizeof(digest));
	put_str(&r, RVM_A_TABLE_SOURCE, "/tmp/table.json");
	put_str(&r, RVM_A_TABLE_WORKSPACE, "/tmp");
	ACCEPTED(self->nl);
	request_begin(&r, RVM_CMD_TABLE_ADD);
	put_rule(&r, &one);
	put_rule(&r, &rule_out);
	ACCEPTED(self->nl);
	EXPECT_EQ(1, reply_u32(&reply, RVM_A_TABLE_TOKENS));
	EXPECT_EQ(1, reply_u32(&reply, RVM_A_TABLE_EXCLUSIONS));
	request_begin(&r, RVM_CMD_TABLE_ADD);
	put_rule(&r, &two);
	ACCEPTED(self->nl);
	EXPECT_EQ(2, reply_u32(&reply, RVM_A_TABLE_TOKENS));

	ask(RVM_CMD_PARTITION_GET, RVM_A_PARTITION_ID, self->box.id);
	ACCEPTED(self->nl);
	EXPECT_EQ(0, reply_u32(&reply, RVM_A_PARTITION_TOKENS));
	ask_plain(RVM_CMD_TABLE_COMMIT);
	ACCEPTED(self->nl);
	EXPECT_EQ(2, reply_u32(&reply, RVM_A_TABLE_TOKENS));
	EXPECT_LT(0, reply_u64(&reply, RVM_A_TABLE_SEQUENCE));

	ask(RVM_CMD_PARTITION_GET, RVM_A_PARTITION_ID, self->box.id);
	ACCEPTED(self->nl);
	EXPECT_EQ(2, reply_u32(&reply, RVM_A_PARTITION_TOKENS));
	EXPECT_EQ(1, reply_u32(&reply, RVM_A_PARTITION_EXCLUSIONS));
	EXPECT_EQ(32, reply_get(&reply, RVM_A_PARTITION_DIGEST, &data));
	EXPECT_EQ(0, memcmp(data, digest, sizeof(digest)));
	ask(RVM_CMD_TOKEN_GET, RVM_A_TABLE_PARTITION, self->box.id);
	EXPECT_EQ(0, nl_dump(self->nl, &r, &reply));
	EXPECT_EQ(2, reply.messages);
	ask(RVM_CMD_EXCLUSION_GET, RVM_A_TABLE_PARTITION, self->box.id);
	EXPECT_EQ(0, nl_dump(self->nl, &r, &reply));
	EXPECT_EQ(1, reply.messages);
	ask(RVM_CMD_TOKEN_GET, RVM_A_TABLE_PARTITION, 0x7fffffff);
	EXPECT_EQ(ENOENT, nl_dump(self->nl, &r, &reply));
	EXPECT_NE('\0', reply.text[0]);
	ask(RVM_CMD_EXCLUSION_GET, RVM_A_TABLE_PARTITION, 0x7fffffff);
	EXPECT_EQ(ENOENT, nl_dump(self->nl, &r, &reply));
	EXPECT_NE('\0', reply.text[0]);

	/* The partition can go while a table for it is under way. */
	ask_begin(self->box.id);
	ACCEPTED(self->nl);
	ask(RVM_CMD_PARTITION_DEL, RVM_A_PARTITION_ID, self->box.id);
	ACCEPTED(self->nl);
	ask_plain(RVM_CMD_TABLE_COMMIT);
	EXPECT_EQ(ENOENT, nl_call(self->nl, &r, &reply));
	EXPECT_NE('\0', reply.text[0]);
	ask_plain(RVM_CMD_TABLE_ABORT);
	ACCEPTED(self->nl);
	group_remove(&self->box);
	ASSERT_TRUE(box_make(&self->box, self->nl, "netlink"));
}

/* A token as the table says, with one thing more put by hand. */
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

static const struct entry entries[] = {
	{ "a plain token", 0, 1, RVM_CLASS_PATH, 0, "/tmp", TEXT("a/**") },
	{ "no rights", EINVAL, 0, RVM_CLASS_PATH, 0, "/tmp", TEXT("a") },
	{ "unknown rights", EINVAL, 128, RVM_CLASS_PATH, 0, "/tmp", TEXT("a") },
	{ "class none", EINVAL, 1, RVM_CLASS_NONE, 0, NULL, NULL, 0 },
	{ "class sys", EINVAL, 1, RVM_CLASS_SYS, 0, NULL, NULL, 0 },
	{ "class 9", ERANGE, 1, 9, 0, NULL, NULL, 0 },
	{ "unknown flags", EINVAL, 1, RVM_CLASS_PATH, 1 << 9, "/tmp", TEXT("a") },
	{ "flag of another class", EINVAL, 1, RVM_CLASS_PATH, RVM_SCOPE_FLAG_PREFIX, "/tmp",
	  TEXT("a") },
	{ "read-only flag", EINVAL, 1, RVM_CLASS_PATH, RVM_SCOPE_FLAG_LOST, "/tmp", TEXT("a") },
	{ "nocase token", EINVAL, 1, RVM_CLASS_PATH, RVM_SCOPE_FLAG_NOCASE, "/tmp", TEXT("a") },
	{ "nocase exclusion", 0, 1, RVM_CLASS_PATH, RVM_SCOPE_FLAG_NOCASE, "/tmp", TEXT("a"),
	  .excludes = true },
	{ "load and run", EINVAL, 16, RVM_CLASS_PATH, RVM_SCOPE_FLAG_LOAD | RVM_SCOPE_FLAG_RUN,
	  "/tmp", TEXT("a") },
	{ "no anchor", EINVAL, 1, RVM_CLASS_PATH, 0, NULL, TEXT("a") },
	{ "unresolved", 0, 1, RVM_CLASS_PATH, RVM_SCOPE_FLAG_UNRESOLVED, NULL, TEXT("a") },
	{ "unresolved with anchor", EINVAL, 1, RVM_CLASS_PATH, RVM_SCOPE_FLAG_UNRESOLVED, "/tmp",
	  TEXT("a") },
	{ "pattern below a file", ENOTDIR, 1, RVM_CLASS_PATH, 0, "/proc/self/exe", TEXT("a") },
	{ "proc-own elsewhere", EINVAL, 1, RVM_CLASS_PATH, RVM_SCOPE_FLAG_PROC_OWN, "/tmp",
	  TEXT("a") },
	{ "proc-own", 0, 1, RVM_CLASS_PATH, RVM_SCOPE_FLAG_PROC_OWN, "/proc", TEXT("*/maps") },
	{ "glob with an empty name", EINVAL, 1, RVM_CLASS_PATH, 0, "/tmp", TEXT("a//b") },
	{ "glob that goes up", EINVAL, 1, RVM_CLASS_PATH, 0, "/tmp", TEXT("a/../b") },
	{ "glob with a dot", EINVAL, 1, RVM_CLASS_PATH, 0, "/tmp", TEXT("./a") },
	{ "glob with NUL", EINVAL, 1, RVM_CLASS_PATH, 0, "/tmp", TEXT("a\0b") },
	{ "glob with an open set", EINVAL, 1, RVM_CLASS_PATH, 0, "/tmp", TEXT("a[bc") },
	{ "glob of nine stars", E2BIG, 1, RVM_CLASS_PATH, 0, "/tmp", TEXT("*a*a*a*a*a*a*a*a*a") },
	{ "a file as a folder's program", EINVAL, 16, RVM_CLASS_EXEC, 0, "/tmp", TEXT("ls\0") },
	{ "a command", 0, 16, RVM_CLASS_EXEC, 0, "/proc/self/exe", TEXT("ls\0-l\0") },
	{ "words without NUL", EINVAL, 16, RVM_CLASS_EXEC, 0, "/proc/self/exe", TEXT("ls") },
	{ "no words", EINVAL, 16, RVM_CLASS_EXEC, 0, "/proc/self/exe", NULL, 0 },
	{ "an empty word", EINVAL, 16, RVM_CLASS_EXEC, 0, "/proc/self/exe", TEXT("ls\0\0") },
	{ "any program", 0, 16, RVM_CLASS_EXEC, RVM_SCOPE_FLAG_ANY_PROGRAM | RVM_SCOPE_FLAG_PREFIX,
	  NULL, NULL, 0 },
	{ "a name", 0, 16, RVM_CLASS_NAME, 0, NULL, TEXT("agents/*") },
	{ "a name with NUL", EINVAL, 16, RVM_CLASS_NAME, 0, NULL, TEXT("a\0b") },
	{ "an empty name", EINVAL, 16, RVM_CLASS_NAME, 0, NULL, NULL, 0 },
	{ "a tool with an anchor", EINVAL, 16, RVM_CLASS_TOOL, 0, "/tmp", TEXT("t") },
	{ "a net without address", EINVAL, 16, RVM_CLASS_NET, 0, NULL, NULL, 0 },
	{ "a net of a strange family", EINVAL, 16, RVM_CLASS_NET, 0, NULL, NULL, 0,
	  RVM_A_SCOPE_FAMILY, 10 },
	{ "an abstract socket", 0, 16, RVM_CLASS_NET, 0, NULL, TEXT("name"), RVM_A_SCOPE_FAMILY,
	  1 },
	{ "self with a pattern", EINVAL, 16, RVM_CLASS_SELF, 0, NULL, TEXT("x") },
	{ "a port out of range", ERANGE, 16, RVM_CLASS_NET, 0, NULL, NULL, 0,
	  RVM_A_SCOPE_PORT_FIRST, 65536 },
	{ "a prefix out of range", ERANGE, 16, RVM_CLASS_NET, 0, NULL, NULL, 0,
	  RVM_A_SCOPE_PREFIX_LEN, 129 },
	{ "an unknown attribute", EINVAL, 1, RVM_CLASS_SELF, 0, NULL, NULL, 0, 77, 1 },
	{ "an inode number", EINVAL, 1, RVM_CLASS_SELF, 0, NULL, NULL, 0, RVM_A_SCOPE_ANCHOR_INO,
	  1 },
};

static void put_entry(const struct entry *e)
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

static void ask_add(const struct entry *e)
{
	request_begin(&r, RVM_CMD_TABLE_ADD);
	put_entry(e);
}

TEST_F_TIMEOUT(netlink, each_bad_token_is_refused, 120)
{
	for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
		ask_begin(self->box.id);
		ACCEPTED(self->nl);
		ask_add(&entries[i]);
		if (entries[i].error) {
			before = get_counters(self->nl);
			EXPECT_EQ(entries[i].error, nl_call(self->nl, &r, &reply))
			{
				TH_LOG("%s: %s", entries[i].what, reply.text);
			}
			EXPECT_NE('\0', reply.text[0])
			{
				TH_LOG("%s: no text", entries[i].what);
			}
			/* What was refused spoils the whole, so that nothing can be half there. */
			ask_plain(RVM_CMD_TABLE_COMMIT);
			nl_call(self->nl, &r, &reply);
			EXPECT_TRUE(reply.error == ECANCELED || reply.error == EINVAL ||
				    !reply.error);
			if (!reply.error)
				EXPECT_EQ(0, reply_u32(&reply, RVM_A_TABLE_TOKENS));
		} else {
			EXPECT_EQ(0, nl_call(self->nl, &r, &reply))
			{
				TH_LOG("%s: %s", entries[i].what, reply.text);
			}
		}
		ask_plain(RVM_CMD_TABLE_ABORT);
		nl_call(self->nl, &r, &reply);
	}
	ask(RVM_CMD_PARTITION_GET, RVM_A_PARTITION_ID, self->box.id);
	ACCEPTED(self->nl);
	EXPECT_EQ(0, reply_u32(&reply, RVM_A_PARTITION_TOKENS));
}

TEST_F(netlink, a_refused_entry_spoils_the_transaction)
{
	static const struct entry good = { "good", 0, 1, RVM_CLASS_PATH, 0, "/tmp", TEXT("a") };
	static const struct entry bad = { "bad", 0, 1, RVM_CLASS_PATH, 0, "/tmp", TEXT("a//b") };
	static const struct rule rule = { .class = RVM_CLASS_SELF, .rights = RVM_RIGHT_READ };

	ASSERT_EQ(0, box_load(&self->box, &rule, 1));
	ask_begin(self->box.id);
	ACCEPTED(self->nl);
	request_begin(&r, RVM_CMD_TABLE_ADD);
	put_entry(&good);
	put_entry(&bad);
	EXPECT_EQ(EINVAL, nl_call(self->nl, &r, &reply));
	ask_plain(RVM_CMD_TABLE_COMMIT);
	REFUSED(self->nl, ECANCELED);
	ask(RVM_CMD_PARTITION_GET, RVM_A_PARTITION_ID, self->box.id);
	ACCEPTED(self->nl);
	EXPECT_EQ(1, reply_u32(&reply, RVM_A_PARTITION_TOKENS));
	ask_plain(RVM_CMD_TABLE_ABORT);
	ACCEPTED(self->nl);
}

TEST_F(netlink, commit_counts)
{
	ask_begin(self->box.id);
	ACCEPTED(self->nl);
	add_self_tokens(3);
	ACCEPTED(self->nl);
	ask(RVM_CMD_TABLE_COMMIT, RVM_A_TABLE_TOKENS, 4);
	REFUSED(self->nl, ECANCELED);
	ask(RVM_CMD_TABLE_COMMIT, RVM_A_TABLE_TOKENS, 3);
	put_u32(&r, RVM_A_TABLE_EXCLUSIONS, 1);
	REFUSED(self->nl, ECANCELED);
	ask(RVM_CMD_TABLE_COMMIT, RVM_A_TABLE_TOKENS, 3);
	put_u32(&r, RVM_A_TABLE_EXCLUSIONS, 0);
	ACCEPTED(self->nl);
}

TEST_F(netlink, patterns_have_limits)
{
	static char pattern[1100], words[2 * 33];
	struct entry e = { "", 0, 1, RVM_CLASS_PATH, 0, "/tmp", pattern, 1025 };

	memset(pattern, 'a', sizeof(pattern));
	for (size_t i = 0; i < sizeof(words); i += 2)
		words[i] = 'w';
	ask_begin(self->box.id);
	ACCEPTED(self->nl);
	ask_add(&e);
	REFUSED(self->nl, E2BIG);
	/* 61 names. */
	for (size_t i = 1; i < 121; i += 2)
		pattern[i] = '/';
	e.pattern_len = 121;
	ask_add(&e);
	REFUSED(self->nl, E2BIG);
	e = (struct entry){ "", 0, 16, RVM_CLASS_EXEC, 0, "/proc/self/exe", words, sizeof(words) };
	ask_add(&e);
	REFUSED(self->nl, E2BIG);
	ask_plain(RVM_CMD_TABLE_ABORT);
	ACCEPTED(self->nl);

	ask_begin(self->box.id);
	ACCEPTED(self->nl);
	e.pattern_len -= 2;
	ask_add(&e);
	ACCEPTED(self->nl);
	ask_plain(RVM_CMD_TABLE_ABORT);
	ACCEPTED(self->nl);
}

static void put_range(uint32_t first, uint32_t last)
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

TEST_F(netlink, ports_must_not_be_inverted)
{
	ask_begin(self->box.id);
	ACCEPTED(self->nl);
	put_range(80, 443);
	ACCEPTED(self->nl);
	put_range(443, 80);
	REFUSED(self->nl, EINVAL);
	ask_plain(RVM_CMD_TABLE_ABORT);
	ACCEPTED(self->nl);
}

TEST_F(netlink, bad_anchors_are_refused)
{
	int pipes[2], fds[4];
	static const int errors[] = { EBADF, EBADF, EINVAL, EINVAL };

	ASSERT_EQ(0, pipe(pipes));
	fds[0] = -1;
	fds[1] = 9999;
	fds[2] = pipes[0];
	fds[3] = self->nl;
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		struct entry e = { "",	 0,    1, RVM_CLASS_PATH, 0,
				   NULL, NULL, 0, RVM_A_SCOPE_FD, fds[i] };

		ask_begin(self->box.id);
		ACCEPTED(self->nl);
		ask_add(&e);
		REFUSED(self->nl, errors[i]);
		ask_plain(RVM_CMD_TABLE_ABORT);
		ACCEPTED(self->nl);
	}
}

TEST_F_TIMEOUT(netlink, a_table_has_65536_tokens_at_most, 240)
{
	size_t left = TOKENS_MAX, batch;

	ask_begin(self->box.id);
	ACCEPTED(self->nl);
	while (left) {
		batch = left < 4096 ? left : 4096;
		add_self_tokens(batch);
		ASSERT_EQ(0, nl_call(self->nl, &r, &reply));
		left -= batch;
	}
	EXPECT_EQ(TOKENS_MAX, reply_u32(&reply, RVM_A_TABLE_TOKENS));
	add_self_tokens(1);
	REFUSED(self->nl, E2BIG);
	ask_plain(RVM_CMD_TABLE_ABORT);
	ACCEPTED(self->nl);
	EXPECT_EQ(TOKENS_MAX, reply_u32(&reply, RVM_A_TABLE_TOKENS));

	/* And that many can be in force. */
	ask_begin(self->box.id);
	ACCEPTED(self->nl);
	for (left = TOKENS_MAX; left; left -= 4096) {
		add_self_tokens(4096);
		ASSERT_EQ(0, nl_call(self->nl, &r, &reply));
	}
	ask_plain(RVM_CMD_TABLE_COMMIT);
	ACCEPTED(self->nl);
	EXPECT_EQ(TOKENS_MAX + self->start.tokens, get_counters(self->nl).tokens);
}

TEST_F(netlink, token_get_refuses)
{
	static const struct rule rule = { .class = RVM_CLASS_SELF, .rights = RVM_RIGHT_READ };

	ASSERT_EQ(0, box_load(&self->box, &rule, 1));
	ask_plain(RVM_CMD_TOKEN_GET);
	REFUSED(self->nl, EINVAL);
	request_begin(&r, RVM_CMD_TOKEN_GET);
	put_u64(&r, RVM_A_TABLE_TOKEN_ID, 0);
	REFUSED(self->nl, ENOENT);
	request_begin(&r, RVM_CMD_TOKEN_GET);
	put_u64(&r, RVM_A_TABLE_TOKEN_ID, UINT64_MAX);
	REFUSED(self->nl, ENOENT);
	request_begin(&r, RVM_CMD_TOKEN_GET);
	put_u32(&r, RVM_A_TABLE_TOKEN_ID, 1);
	REFUSED(self->nl, EINVAL);
}

static void ask_check(uint32_t id, uint32_t class, uint32_t right)
{
	ask(RVM_CMD_CHECK, RVM_A_CHECK_PARTITION, id);
	put_u32(&r, RVM_A_CHECK_CLASS, class);
	put_u32(&r, RVM_A_CHECK_RIGHT, right);
}

TEST_F(netlink, check_refuses)
{
	uint32_t id = self->box.id;
	int file = open("/proc/self/exe", O_PATH), folder = open("/tmp", O_PATH);

	ask_check(0x7fffffff, RVM_CLASS_NAME, 1);
	REFUSED(self->nl, ENOENT);
	ask(RVM_CMD_CHECK, RVM_A_CHECK_CLASS, RVM_CLASS_NAME);
	REFUSED(self->nl, EINVAL);
	ask_check(id, RVM_CLASS_NAME, 0);
	REFUSED(self->nl, EINVAL);
	ask_check(id, RVM_CLASS_NAME, 128);
	REFUSED(self->nl, EINVAL);
	ask_check(id, RVM_CLASS_NAME, 1);
	REFUSED(self->nl, EINVAL);
	ask_check(id, RVM_CLASS_ANY, 1);
	REFUSED(self->nl, EINVAL);
	ask_check(id, 9, 1);
	REFUSED(self->nl, ERANGE);
	ask_check(id, RVM_CLASS_PATH, 1);
	REFUSED(self->nl, EINVAL);
	ask_check(id, RVM_CLASS_PATH, 1);
	put_u32(&r, RVM_A_CHECK_FD, -1);
	REFUSED(self->nl, EBADF);
	ask_check(id, RVM_CLASS_PATH, 1);
	put_u32(&r, RVM_A_CHECK_FD, self->nl);
	REFUSED(self->nl, EINVAL);
	ask_check(id, RVM_CLASS_PATH, 1);
	put_u32(&r, RVM_A_CHECK_FD, file);
	put_str(&r, RVM_A_CHECK_LEAF, "x");
	REFUSED(self->nl, ENOTDIR);
	ask_check(id, RVM_CLASS_PATH, 1);
	put_u32(&r, RVM_A_CHECK_FD, folder);
	put_str(&r, RVM_A_CHECK_LEAF, "../etc");
	REFUSED(self->nl, EINVAL);
	ask_check(id, RVM_CLASS_EXEC, 16);
	put_u32(&r, RVM_A_CHECK_FD, file);
	REFUSED(self->nl, EINVAL);
	ask_check(id, RVM_CLASS_EXEC, 16);
	put_u32(&r, RVM_A_CHECK_FD, file);
	put(&r, RVM_A_CHECK_ARGV, "ls", 2);
	REFUSED(self->nl, EINVAL);
	ask_check(id, RVM_CLASS_NET, 16);
	REFUSED(self->nl, EINVAL);
	ask_check(id, RVM_CLASS_NET, 16);
	put_u32(&r, RVM_A_CHECK_FAMILY, 10);
	REFUSED(self->nl, EINVAL);
	ask_check(id, RVM_CLASS_NAME, 1);
	put_u32(&r, RVM_A_CHECK_TIER, 4);
	REFUSED(self->nl, ERANGE);
	close(file);
	close(folder);
}

TEST_F(netlink, check_answers_without_a_record)
{
	static const struct rule rule = { .class = RVM_CLASS_NAME,
					  .rights = RVM_RIGHT_EXECUTE,
					  .pattern = "agents/one" };
	uint64_t denials;

	ASSERT_EQ(0, box_load(&self->box, &rule, 1));
	denials = box_denials(&self->box);
	ask_check(self->box.id, RVM_CLASS_NAME, RVM_RIGHT_EXECUTE);
	put_str(&r, RVM_A_CHECK_NAME, "agents/one");
	ACCEPTED(self->nl);
	EXPECT_EQ(1, reply_u32(&reply, RVM_A_CHECK_ALLOWED));
	EXPECT_EQ(RVM_REASON_NONE, reply_u32(&reply, RVM_A_CHECK_REASON));
	ask_check(self->box.id, RVM_CLASS_NAME, RVM_RIGHT_EXECUTE);
	put_str(&r, RVM_A_CHECK_NAME, "agents/two");
	ACCEPTED(self->nl);
	EXPECT_EQ(0, reply_u32(&reply, RVM_A_CHECK_ALLOWED));
	EXPECT_EQ(RVM_REASON_NO_TOKEN, reply_u32(&reply, RVM_A_CHECK_REASON));
	ask_check(self->box.id, RVM_CLASS_NAME, RVM_RIGHT_WRITE);
	put_str(&r, RVM_A_CHECK_NAME, "agents/one");
	ACCEPTED(self->nl);
	EXPECT_EQ(RVM_REASON_RIGHTS, reply_u32(&reply, RVM_A_CHECK_REASON));
	EXPECT_EQ(RVM_RIGHT_WRITE, reply_u32(&reply, RVM_A_CHECK_MISSING));
	EXPECT_EQ(denials, box_denials(&self->box));

	ask(RVM_CMD_PARTITION_SET, RVM_A_PARTITION_ID, self->box.id);
	put_flag(&r, RVM_A_PARTITION_EPOCH_BUMP);
	ACCEPTED(self->nl);
	ask_check(self->box.id, RVM_CLASS_NAME, RVM_RIGHT_EXECUTE);
	put_str(&r, RVM_A_CHECK_NAME, "agents/one");
	ACCEPTED(self->nl);
	EXPECT_EQ(RVM_REASON_STALE, reply_u32(&reply, RVM_A_CHECK_REASON));
}

TEST_F(netlink, witness_get_refuses)
{
	uint64_t length;

	ask_plain(RVM_CMD_WITNESS_GET);
	ACCEPTED(self->nl);
	length = reply_u64(&reply, RVM_A_WITNESS_LENGTH);
	EXPECT_LT(0, length);
	EXPECT_EQ(32, reply_get(&reply, RVM_A_WITNESS_HEAD, NULL));
	request_begin(&r, RVM_CMD_WITNESS_GET);
	put_u64(&r, RVM_A_WITNESS_SEQUENCE, length - 1);
	ACCEPTED(self->nl);
	EXPECT_EQ(64, reply_get(&reply, RVM_A_WITNESS_RECORD, NULL));
	request_begin(&r, RVM_CMD_WITNESS_GET);
	put_u64(&r, RVM_A_WITNESS_SEQUENCE, UINT64_MAX);
	REFUSED(self->nl, ERANGE);
	ask(RVM_CMD_WITNESS_GET, RVM_A_WITNESS_PARTITION, 0x7fffffff);
	REFUSED(self->nl, ENOENT);
	ask(RVM_CMD_WITNESS_GET, RVM_A_WITNESS_SEQUENCE, 1);
	REFUSED(self->nl, EINVAL);
}

static void put_link(int fd, const char *name)
{
	size_t nest = nest_begin(&r, RVM_A_HOOK_LINK);

	put_u32(&r, RVM_A_LINK_FD, fd);
	if (name)
		put_str(&r, RVM_A_LINK_NAME, name);
	nest_end(&r, nest);
}

TEST_F(netlink, hook_set_refuses)
{
	int file = open("/dev/null", O_RDONLY);

	ask_plain(RVM_CMD_HOOK_SET);
	REFUSED(self->nl, EINVAL);
	request_begin(&r, RVM_CMD_HOOK_SET);
	put_link(-1, "no_hook");
	put_flag(&r, RVM_A_HOOK_DETACH);
	REFUSED(self->nl, EINVAL);
	request_begin(&r, RVM_CMD_HOOK_SET);
	put_link(-1, NULL);
	REFUSED(self->nl, EINVAL);
	request_begin(&r, RVM_CMD_HOOK_SET);
	put_link(-1, "no_hook");
	REFUSED(self->nl, EBADF);
	request_begin(&r, RVM_CMD_HOOK_SET);
	put_link(file, "no_hook");
	REFUSED(self->nl, EINVAL);
	/* The box is running: nobody lets go of enforcement. */
	request_begin(&r, RVM_CMD_HOOK_SET);
	put_flag(&r, RVM_A_HOOK_DETACH);
	REFUSED(self->nl, EBUSY);
	request_begin(&r, RVM_CMD_HOOK_SET);
	for (int i = 0; i < 129; i++)
		put_link(-1, "no_hook");
	REFUSED(self->nl, ENFILE);
	close(file);
}

TEST_F(netlink, malformed_messages_are_refused)
{
	static uint8_t block[64 * 1024 - 64];
	uint32_t id = self->box.id;
	size_t nest;

	/* Unknown, of another command, too short, too long, with what it has not. */
	ask(RVM_CMD_PARTITION_GET, RVM_A_PARTITION_ID, id);
	put_u32(&r, 99, 1);
	REFUSED(self->nl, EINVAL);
	ask(RVM_CMD_PARTITION_GET, RVM_A_PARTITION_ID, id);
	put_u32(&r, RVM_A_PARTITION_MODE, 1);
	REFUSED(self->nl, EINVAL);
	request_begin(&r, RVM_CMD_PARTITION_GET);
	put(&r, RVM_A_PARTITION_ID, &id, 3);
	REFUSED(self->nl, EINVAL);
	request_begin(&r, RVM_CMD_PARTITION_GET);
	put_u64(&r, RVM_A_PARTITION_ID, id);
	REFUSED(self->nl, EINVAL);
	ask(RVM_CMD_PARTITION_SET, RVM_A_PARTITION_ID, id);
	put_u32(&r, RVM_A_PARTITION_EPOCH_BUMP, 1);
	REFUSED(self->nl, ERANGE);
	request_begin(&r, RVM_CMD_PARTITION_GET);
	put(&r, RVM_A_PARTITION_NAME, block, 60000);
	REFUSED(self->nl, ERANGE);
	/* 64 KiB of nothing that anyone knows. */
	memset(block, 0x41, sizeof(block));
	request_begin(&r, RVM_CMD_CHECK);
	put(&r, 0x3fff, block, sizeof(block));
	REFUSED(self->nl, EINVAL);
	/* Bytes behind the last attribute. */
	ask(RVM_CMD_PARTITION_GET, RVM_A_PARTITION_ID, id);
	r.data[r.len++] = 1;
	r.data[r.len++] = 2;
	REFUSED(self->nl, EINVAL);

	ask_begin(id);
	ACCEPTED(self->nl);
	/* A token that is no nest, a nest that ends in an attribute, one longer than its nest. */
	request_begin(&r, RVM_CMD_TABLE_ADD);
	put(&r, RVM_A_TABLE_TOKEN, "12345678", 8);
	REFUSED(self->nl, EINVAL);
	request_begin(&r, RVM_CMD_TABLE_ADD);
	put(&r, RVM_A_TABLE_TOKEN | NLA_F_NESTED, "\x05\x00\x06\x00\x01", 5);
	REFUSED(self->nl, EINVAL);
	request_begin(&r, RVM_CMD_TABLE_ADD);
	put(&r, RVM_A_TABLE_TOKEN | NLA_F_NESTED, "\xff\xff\x06\x00\x01\x00\x00\x00", 8);
	REFUSED(self->nl, EINVAL);
	request_begin(&r, RVM_CMD_TABLE_ADD);
	nest = nest_begin(&r, RVM_A_TABLE_TOKEN);
	put_u32(&r, RVM_A_TOKEN_RIGHTS, 1);
	nest_end(&r, nest);
	REFUSED(self->nl, EINVAL);
	/* What only the module says. */
	request_begin(&r, RVM_CMD_TABLE_ADD);
	nest = nest_begin(&r, RVM_A_TABLE_TOKEN);
	put_u32(&r, RVM_A_TOKEN_RIGHTS, 1);
	put_u32(&r, RVM_A_TOKEN_DEPTH, 1);
	nest_end(&r, nest);
	REFUSED(self->nl, EINVAL);
	request_begin(&r, RVM_CMD_TABLE_ADD);
	nest = nest_begin(&r, RVM_A_TABLE_TOKEN);
	put_u32(&r, RVM_A_TOKEN_RIGHTS, 1);
	put_u32(&r, RVM_A_TOKEN_TIER, 0);
	nest_end(&r, nest);
	REFUSED(self->nl, ERANGE);
	request_begin(&r, RVM_CMD_TABLE_ADD);
	nest = nest_begin(&r, RVM_A_TABLE_TOKEN);
	put_u32(&r, RVM_A_TOKEN_RIGHTS, 1);
	put_s64(&r, RVM_A_TOKEN_EXPIRES_AT, -1);
	nest_end(&r, nest);
	REFUSED(self->nl, EINVAL);
	ask_plain(RVM_CMD_TABLE_ABORT);
	ACCEPTED(self->nl);

	/* Commands that there are not. */
	ask_plain(RVM_CMD_MAX + 5);
	EXPECT_EQ(EOPNOTSUPP, nl_call(self->nl, &r, &reply));
	ask_plain(RVM_CMD_DENY_EVENT);
	EXPECT_EQ(EOPNOTSUPP, nl_call(self->nl, &r, &reply));
	ask_plain(RVM_CMD_INFO);
	EXPECT_EQ(EOPNOTSUPP, nl_dump(self->nl, &r, &reply));
}

/* What the caller inside gets: 100 + the errno, and 50 more without a text. */
static int ask_inside(void *arg)
{
	int nl = *(int *)arg < 0 ? nl_open() : *(int *)arg;

	if (nl < 0)
		return 99;
	nl_call(nl, &r, &reply);
	if (!reply.error)
		return 0;
	return reply.error + 100 + (reply.text[0] ? 0 : 50);
}

TEST_F(netlink, inside_only_the_own_partition_is_seen)
{
	int own = -1, given = self->nl;
	uint32_t id = self->box.id;
	struct box other;

	ASSERT_TRUE(box_make(&other, self->nl, "netlink-other"));
	ask_plain(RVM_CMD_INFO);
	EXPECT_EQ(0, box_do(&self->box, ask_inside, &own));
	ask(RVM_CMD_PARTITION_GET, RVM_A_PARTITION_ID, id);
	EXPECT_EQ(0, box_do(&self->box, ask_inside, &own));
	ask(RVM_CMD_PARTITION_GET, RVM_A_PARTITION_ID, other.id);
	EXPECT_EQ(100 + EPERM, box_do(&self->box, ask_inside, &own));
	ask(RVM_CMD_PARTITION_DEL, RVM_A_PARTITION_ID, id);
	EXPECT_EQ(100 + EPERM, box_do(&self->box, ask_inside, &own));
	ask(RVM_CMD_PARTITION_DEL, RVM_A_PARTITION_ID, other.id);
	EXPECT_EQ(100 + EPERM, box_do(&self->box, ask_inside, &own));
	ask_set(id, RVM_A_PARTITION_MODE, RVM_MODE_PERMISSIVE);
	EXPECT_EQ(100 + EPERM, box_do(&self->box, ask_inside, &own));
	ask_begin(id);
	EXPECT_EQ(100 + EPERM, box_do(&self->box, ask_inside, &own));
	ask_plain(RVM_CMD_WITNESS_GET);
	EXPECT_EQ(100 + EPERM, box_do(&self->box, ask_inside, &own));
	request_begin(&r, RVM_CMD_HOOK_SET);
	put_flag(&r, RVM_A_HOOK_DETACH);
	EXPECT_EQ(100 + EPERM, box_do(&self->box, ask_inside, &own));
	ask_check(id, RVM_CLASS_NAME, RVM_RIGHT_READ);
	put_str(&r, RVM_A_CHECK_NAME, "x");
	EXPECT_EQ(0, box_do(&self->box, ask_inside, &own));
	ask_check(other.id, RVM_CLASS_NAME, RVM_RIGHT_READ);
	put_str(&r, RVM_A_CHECK_NAME, "x");
	EXPECT_EQ(100 + EPERM, box_do(&self->box, ask_inside, &own));

	/* A socket of the host does not carry the host's authority inside. */
	ask(RVM_CMD_PARTITION_GET, RVM_A_PARTITION_ID, id);
	EXPECT_EQ(100 + EPERM, box_do(&self->box, ask_inside, &given));
	ask(RVM_CMD_PARTITION_DEL, RVM_A_PARTITION_ID, other.id);
	EXPECT_EQ(100 + EPERM, box_do(&self->box, ask_inside, &given));
	ask(RVM_CMD_PARTITION_GET, RVM_A_PARTITION_ID, id);
	ACCEPTED(self->nl);
	EXPECT_TRUE(box_remove(&other));
}

static uint32_t state = 1;

static uint32_t chance(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % below;
}

static void build_honest(uint32_t id, int spare)
{
	static const struct entry path = { "",
					   0,
					   3,
					   RVM_CLASS_PATH,
					   0,
					   NULL,
					   TEXT("a/**"),
					   RVM_A_SCOPE_FLAGS,
					   RVM_SCOPE_FLAG_UNRESOLVED };

	switch (chance(9)) {
	case 0:
		ask_new("fuzz", spare);
		put_u32(&r, RVM_A_PARTITION_MODE, chance(4));
		break;
	case 1:
		ask_set(id, RVM_A_PARTITION_MODE, chance(3));
		put_u32(&r, RVM_A_PARTITION_STATE, chance(6));
		break;
	case 2:
		ask_begin(id);
		put_str(&r, RVM_A_TABLE_SOURCE, "/tmp/table.json");
		break;
	case 3:
		put_range(chance(70000), chance(70000));
		break;
	case 4:
		ask_add(&path);
		break;
	case 5:
		ask_plain(chance(2) ? RVM_CMD_TABLE_COMMIT : RVM_CMD_TABLE_ABORT);
		break;
	case 6:
		ask_check(id, chance(10), 1 << chance(7));
		put_str(&r, RVM_A_CHECK_NAME, "a/b");
		put_u32(&r, RVM_A_CHECK_FD, chance(10));
		put(&r, RVM_A_CHECK_ARGV, "a\0b", 4);
		break;
	case 7:
		request_begin(&r, RVM_CMD_WITNESS_GET);
		put_u64(&r, RVM_A_WITNESS_SEQUENCE, chance(1000));
		break;
	default:
		request_begin(&r, RVM_CMD_TOKEN_GET);
		put_u64(&r, RVM_A_TABLE_TOKEN_ID, chance(1000));
	}
}

/* Anything behind the netlink header, whose own length must stay right. */
static void mutate(void)
{
	uint32_t times = 1 + chance(6);

	while (times--) {
		size_t at = NLMSG_HDRLEN + chance(r.len - NLMSG_HDRLEN);

		switch (chance(5)) {
		case 0:
			r.data[at] ^= 1 << chance(8);
			break;
		case 1:
			r.data[at] = chance(256);
			break;
		case 2:
			r.data[at] = chance(2) ? 0xff : 0;
			break;
		case 3:
			if (r.len > NLMSG_HDRLEN + GENL_HDRLEN)
				r.len -= chance(r.len - NLMSG_HDRLEN - GENL_HDRLEN);
			break;
		default:
			put(&r, chance(24) | (chance(4) ? 0 : NLA_F_NESTED), r.data + at,
			    chance(40));
		}
	}
}

/* Partitions that an accepted mutation made. */
static void delete_strangers(int nl, uint32_t keep)
{
	uint32_t ids[64];
	unsigned int count;

	ask_plain(RVM_CMD_PARTITION_GET);
	nl_dump(nl, &r, &reply);
	count = reply_all_u32(&reply, RVM_A_PARTITION_ID, ids, ARRAY_LEN(ids));
	while (count--) {
		if (ids[count] == keep)
			continue;
		ask(RVM_CMD_PARTITION_DEL, RVM_A_PARTITION_ID, ids[count]);
		nl_call(nl, &r, &reply);
	}
}

TEST_F_TIMEOUT(netlink, mutated_messages_do_no_harm, 600)
{
	int nl = nl_open(), accepted = 0, cmd;

	ASSERT_LE(0, nl);
	TH_LOG("seed %u, %d messages", state, MUTATIONS);
	for (int i = 0; i < MUTATIONS; i++) {
		build_honest(self->box.id, self->spare.cgroup_fd);
		if (chance(8))
			mutate();
		cmd = r.data[NLMSG_HDRLEN];
		/* Letting go of the hooks is tried elsewhere; here it might be granted. */
		if (cmd == RVM_CMD_HOOK_SET)
			continue;
		if (chance(10))
			nl_call(nl, &r, &reply);
		else
			nl_dump(nl, &r, &reply);
		accepted += !reply.error;
	}
	EXPECT_LT(0, accepted);
	close(nl);
	delete_strangers(self->nl, self->box.id);

	/* The box may have been deleted, by its number: then make it again. */
	ask(RVM_CMD_PARTITION_GET, RVM_A_PARTITION_ID, self->box.id);
	if (nl_call(self->nl, &r, &reply)) {
		EXPECT_EQ(ENOENT, reply.error);
		group_remove(&self->box);
		ASSERT_TRUE(box_make(&self->box, self->nl, "netlink"));
	}
	ASSERT_EQ(0, box_load(&self->box, NULL, 0));
}

/* The length in the header is more than there is: dropped, and the next one is answered. */
TEST_F(netlink, truncated_messages_are_dropped)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	ask_plain(RVM_CMD_INFO);
	((struct nlmsghdr *)r.data)->nlmsg_len = 4000;
	EXPECT_EQ(r.len, sendto(self->nl, r.data, r.len, 0, (void *)&kernel, sizeof(kernel)));
	ask_plain(RVM_CMD_INFO);
	ACCEPTED(self->nl);
}

TEST_HARNESS_MAIN
