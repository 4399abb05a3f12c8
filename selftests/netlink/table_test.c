// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables over netlink: transactions, tokens that are wrong in one thing each, and
 * the limits.
 */

#include "fixture.h"

#define OPEN_MAX_TRANSACTIONS 64
#define TOKENS_MAX 65536

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

	/* The partition can be deleted while a table for it is loaded. */
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

static const struct entry entries[] = {
	{ "a plain token", 0, 1, RVM_CLASS_PATH, 0, "/tmp", TEXT("a/**") },
	{ "no rights", EINVAL, 0, RVM_CLASS_PATH, 0, "/tmp", TEXT("a") },
	{ "unknown rights", EINVAL, 128, RVM_CLASS_PATH, 0, "/tmp", TEXT("a") },
	{ "class none", EINVAL, 1, RVM_CLASS_NONE, 0, NULL, NULL, 0 },
	{ "class sys", EINVAL, 1, RVM_CLASS_SYS, 0, NULL, NULL, 0 },
	{ "class 9", ERANGE, 1, 9, 0, NULL, NULL, 0 },
	{ "unknown flags", EINVAL, 1, RVM_CLASS_PATH, 1 << 10, "/tmp", TEXT("a") },
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
	{ "alone", 0, 1, RVM_CLASS_PATH, RVM_SCOPE_FLAG_ALONE, "/tmp", TEXT("a") },
	{ "alone exclusion", 0, 1, RVM_CLASS_PATH, RVM_SCOPE_FLAG_ALONE, "/tmp", TEXT("a"),
	  .excludes = true },
	{ "alone for a program", EINVAL, 16, RVM_CLASS_EXEC, RVM_SCOPE_FLAG_ALONE, "/proc/self/exe",
	  TEXT("ls\0") },
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
			/*
			 * One refusal fails the whole transaction, so a table is never
			 * half there.
			 */
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

TEST_F(netlink, commit_compares_the_count)
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
	size_t left = TOKENS_MAX, batch, token, scope;

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

	/* Nor is there room for one beside it. */
	ask(RVM_CMD_TOKEN_GRANT, RVM_A_GRANT_PARTITION, self->box.id);
	token = nest_begin(&r, RVM_A_GRANT_TOKEN);
	put_u32(&r, RVM_A_TOKEN_RIGHTS, RVM_RIGHT_READ);
	scope = nest_begin(&r, RVM_A_TOKEN_SCOPE);
	put_u32(&r, RVM_A_SCOPE_CLASS, RVM_CLASS_SELF);
	nest_end(&r, scope);
	nest_end(&r, token);
	REFUSED(self->nl, ENFILE);
}

TEST_HARNESS_MAIN
