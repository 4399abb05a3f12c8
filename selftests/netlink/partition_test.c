// SPDX-License-Identifier: GPL-2.0-only
/*
 * Partitions over netlink: each errno is met once and succeeds in a twin, each refusal
 * has a text, and what is refused changes nothing.
 */

#include <sys/stat.h>

#include "fixture.h"

#define ENTRIES_MAX 256
#define NEST_MAX 4

TEST_F(netlink, new_refuses_bad_names)
{
	static const char *const bad[] = {
		"",    "Upper",	   "1st", "-a", "a/b", "..",   "a b", "a\tb",
		"a_b", "\xc3\xa4", "a.b", ".a", "a.",  "a..b", "a.B", "netlink.a",
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
		/* The string ends at its NUL, so it is "a". */
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

TEST_F(netlink, a_dot_stands_behind_the_name_of_the_outer_one)
{
	static const char *const bad[] = {
		"other.a",  "netlin.a",	  "netlink-.a", "netlink.a.b",
		"netlink.", "netlink..a", "a.netlink",
	};
	static const char *const good[] = { "netlink.a", "netlink.1", "netlink.-", "netlink-a",
					    "a" };
	struct box inner, deeper;
	uint32_t id;

	ASSERT_TRUE(group_make(&inner, "netlink/in"));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ask_new(bad[i], inner.cgroup_fd);
		REFUSED(self->nl, EINVAL);
	}
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		ask_new(good[i], inner.cgroup_fd);
		ACCEPTED(self->nl);
		ask(RVM_CMD_PARTITION_DEL, RVM_A_PARTITION_ID,
		    reply_u32(&reply, RVM_A_PARTITION_ID));
		ACCEPTED(self->nl);
	}
	ask_new("netlink.a", inner.cgroup_fd);
	ACCEPTED(self->nl);
	id = reply_u32(&reply, RVM_A_PARTITION_ID);
	ASSERT_TRUE(group_make(&deeper, "netlink/in/in"));
	ask_new("netlink.b", deeper.cgroup_fd);
	REFUSED(self->nl, EINVAL);
	ask_new("netlink.a.b", deeper.cgroup_fd);
	ACCEPTED(self->nl);
	ask(RVM_CMD_PARTITION_DEL, RVM_A_PARTITION_ID, reply_u32(&reply, RVM_A_PARTITION_ID));
	ACCEPTED(self->nl);
	ask(RVM_CMD_PARTITION_DEL, RVM_A_PARTITION_ID, id);
	ACCEPTED(self->nl);
	group_remove(&deeper);
	group_remove(&inner);
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

	/* A new partition cannot be around an existing one, but within one. */
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
	put_u32(&r, RVM_A_PARTITION_FLAGS, 2 * RVM_PARTITION_FLAG_RECHECKED);
	REFUSED(self->nl, EINVAL);
	ask_new("numbers", self->spare.cgroup_fd);
	put_u32(&r, RVM_A_PARTITION_FLAGS, RVM_PARTITION_FLAG_RECHECKED);
	REFUSED(self->nl, EINVAL);
	ask_new("numbers", self->spare.cgroup_fd);
	put_u32(&r, RVM_A_PARTITION_FLAGS, RVM_PARTITION_FLAG_GONE);
	REFUSED(self->nl, EINVAL);
	ask_new("numbers", self->spare.cgroup_fd);
	put_u32(&r, RVM_A_PARTITION_OWNER_UID, 0xffffffff);
	REFUSED(self->nl, EINVAL);
	/* Missing, and empty. */
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
	/* It cannot be taken away from the outside. */
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
	EXPECT_EQ(RVM_PARTITION_FLAG_WITNESS_ALL | RVM_PARTITION_FLAG_RECHECKED,
		  reply_u32(&reply, RVM_A_PARTITION_FLAGS));
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
	static const uint8_t digest[32];
	uint32_t id = self->box.id;
	pid_t pid = sleeper(&self->box);

	ASSERT_TRUE(wait_inside(&self->box));
	ask(RVM_CMD_PARTITION_ENTER, RVM_A_PARTITION_ID, id);
	REFUSED(self->nl, EINVAL);
	ask(RVM_CMD_PARTITION_ENTER, RVM_A_PARTITION_PID, pid);
	REFUSED(self->nl, EINVAL);
	/* No program, no arguments, and a program that is not open. */
	ask(RVM_CMD_PARTITION_ENTER, RVM_A_PARTITION_ID, id);
	put_u32(&r, RVM_A_PARTITION_PID, pid);
	REFUSED(self->nl, EINVAL);
	put_u32(&r, RVM_A_PARTITION_PROGRAM_FD, self->box.cgroup_fd);
	REFUSED(self->nl, EINVAL);
	ask(RVM_CMD_PARTITION_ENTER, RVM_A_PARTITION_ID, id);
	put_u32(&r, RVM_A_PARTITION_PID, pid);
	put_u32(&r, RVM_A_PARTITION_PROGRAM_FD, 1000);
	put(&r, RVM_A_PARTITION_WORDS, digest, sizeof(digest));
	REFUSED(self->nl, EBADF);
	ask_enter(0x7fffffff, pid);
	REFUSED(self->nl, ENOENT);
	ask_enter(id, 0x3fffff);
	REFUSED(self->nl, ESRCH);
	ask_enter(id, 0);
	REFUSED(self->nl, ESRCH);
	ask_enter(id, getpid());
	REFUSED(self->nl, EXDEV);
	ask_set(id, RVM_A_PARTITION_STATE, RVM_STATE_SUSPENDED);
	ACCEPTED(self->nl);
	ask_enter(id, pid);
	REFUSED(self->nl, EINVAL);
	ask_set(id, RVM_A_PARTITION_STATE, RVM_STATE_RUNNING);
	ACCEPTED(self->nl);
	ask_enter(id, pid);
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
		wait_until((ask_enter(self->box.id, pids[i]),
			    error = nl_call(self->nl, &r, &reply)) != EXDEV);
		EXPECT_EQ(i < ENTRIES_MAX ? 0 : ENFILE, error);
	}
	EXPECT_NE('\0', reply.text[0]);
	for (size_t i = 0; i < ARRAY_LEN(pids); i++)
		end(pids[i]);
}

TEST_HARNESS_MAIN
