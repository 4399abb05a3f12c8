// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions over netlink: who may ask what, from outside and inside; tokens, checks,
 * the witness and the hooks.
 */

#include <linux/netlink.h>
#include <sys/socket.h>

#include "fixture.h"

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
		RVM_CMD_PARTITION_ENTER, RVM_CMD_WITNESS_KEY,
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
			/*
			 * The first attribute of each set of partitions is a number above
			 * 0.  Where a command takes none, newer kernels refuse it first.
			 */
			request_begin(&r, cmds[i]);
			if (cmds[i] != RVM_CMD_PARTITION_NEW && cmds[i] != RVM_CMD_TABLE_ADD &&
			    cmds[i] != RVM_CMD_TABLE_COMMIT && cmds[i] != RVM_CMD_TABLE_ABORT &&
			    cmds[i] != RVM_CMD_TOKEN_GET && cmds[i] != RVM_CMD_WITNESS_GET &&
			    cmds[i] != RVM_CMD_HOOK_SET && cmds[i] != RVM_CMD_WITNESS_KEY)
				put_u32(&r, 1, self->box.id);
			if (cmds[i] == RVM_CMD_PARTITION_ENTER)
				ask_enter(self->box.id, 1);
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
	ask(RVM_CMD_WITNESS_GET, RVM_A_WITNESS_PARTITION, self->box.id);
	ACCEPTED(self->nl);
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
	/* The box is running, so enforcement cannot be given up. */
	request_begin(&r, RVM_CMD_HOOK_SET);
	put_flag(&r, RVM_A_HOOK_DETACH);
	REFUSED(self->nl, EBUSY);
	request_begin(&r, RVM_CMD_HOOK_SET);
	for (int i = 0; i < 129; i++)
		put_link(-1, "no_hook");
	REFUSED(self->nl, ENFILE);
	close(file);
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
	ask_enter(id, getpid());
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

TEST_HARNESS_MAIN
