// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command that only asks answers for each kind of object as the hooks would.
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "fixture.h"

/* The question that was begun: is it allowed? */
static int answer(int nl)
{
	return nl_call(nl, &r, &reply) ? -reply.error : (int)reply_u32(&reply, RVM_A_CHECK_ALLOWED);
}

static void ask_name(uint32_t id, const char *name)
{
	ask_check(id, RVM_CLASS_TOOL, RVM_RIGHT_EXECUTE);
	put_str(&r, RVM_A_CHECK_NAME, name);
}

TEST_F(netlink, check_of_names_of_tools)
{
	static const struct rule rules[] = {
		{ RVM_CLASS_TOOL, RVM_RIGHT_EXECUTE, .pattern = "mcp__server" },
		{ RVM_CLASS_TOOL, RVM_RIGHT_EXECUTE, .pattern = "read*" },
		{ RVM_CLASS_TOOL, RVM_RIGHT_EXECUTE, .pattern = "read_all", .excludes = true },
	};
	static const struct {
		const char *name;
		int allowed;
	} cases[] = {
		{ "mcp__server", 1 },
		{ "mcp__server__tool", 1 },
		{ "mcp__server__", 0 },
		{ "mcp__servers", 0 },
		{ "mcp__server_tool", 0 },
		{ "read", 1 },
		{ "read_some", 1 },
		{ "rea", 0 },
		{ "read_all", 0 },
		{ "read_all_more", 1 },
		{ "other", 0 },
	};

	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ask_name(self->box.id, cases[i].name);
		EXPECT_EQ(cases[i].allowed, answer(self->nl))
		{
			TH_LOG("%s", cases[i].name);
		}
	}
}

static void ask_unix(uint32_t id, const char *name)
{
	ask_check(id, RVM_CLASS_NET, RVM_RIGHT_EXECUTE);
	put_u32(&r, RVM_A_CHECK_FAMILY, AF_UNIX);
	if (name)
		put_str(&r, RVM_A_CHECK_NAME, name);
}

TEST_F(netlink, check_of_unix_peers)
{
	const struct rule rules[] = {
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .pattern = "peer", .family = AF_UNIX },
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, in_dir("check"), "socket", .family = AF_UNIX },
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .pattern = "denied", .family = AF_UNIX },
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .pattern = "denied", .family = AF_UNIX,
		  .excludes = true },
	};
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int inside, outside, fd = socket(AF_UNIX, SOCK_STREAM, 0);

	mkdir(in_dir("check"), 0755);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", in_dir("check/socket"));
	ASSERT_EQ(0, bind(fd, (void *)&at, sizeof(at)));
	inside = open(in_dir("check/socket"), O_PATH);
	outside = open("/proc/self/exe", O_PATH);
	ASSERT_LE(0, inside);
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	ask_unix(self->box.id, "@peer");
	EXPECT_EQ(1, answer(self->nl));
	ask_unix(self->box.id, "@peers");
	EXPECT_EQ(0, answer(self->nl));
	ask_unix(self->box.id, "@denied");
	EXPECT_EQ(0, answer(self->nl));
	EXPECT_EQ(RVM_REASON_EXCLUDED, reply_u32(&reply, RVM_A_CHECK_REASON));
	ask_unix(self->box.id, "peer");
	REFUSED(self->nl, EINVAL);
	ask_unix(self->box.id, "@");
	REFUSED(self->nl, EINVAL);
	ask_unix(self->box.id, NULL);
	REFUSED(self->nl, EINVAL);
	ask_unix(self->box.id, NULL);
	put_u32(&r, RVM_A_CHECK_FD, inside);
	EXPECT_EQ(1, answer(self->nl));
	ask_unix(self->box.id, NULL);
	put_u32(&r, RVM_A_CHECK_FD, outside);
	EXPECT_EQ(0, answer(self->nl));
	ask_unix(self->box.id, "@peer");
	put_u32(&r, RVM_A_CHECK_FD, inside);
	REFUSED(self->nl, EINVAL);
	close(fd);
	close(inside);
	close(outside);
}

static void ask_address(uint32_t id, const char *text, uint16_t port)
{
	uint8_t address[16];

	inet_pton(AF_INET6, text, address);
	ask_check(id, RVM_CLASS_NET, RVM_RIGHT_EXECUTE);
	put(&r, RVM_A_CHECK_ADDRESS, address, sizeof(address));
	put_u32(&r, RVM_A_CHECK_PORT, port);
}

TEST_F(netlink, check_of_addresses)
{
	static const struct rule rules[] = {
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address = INADDR_LOOPBACK, .port = 7 },
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address6 = "2001:db8::1", .port = 9 },
	};

	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	ask_address(self->box.id, "::ffff:127.0.0.1", 7);
	EXPECT_EQ(1, answer(self->nl));
	ask_address(self->box.id, "::ffff:127.0.0.1", 8);
	EXPECT_EQ(0, answer(self->nl));
	/* The wildcard is this machine. */
	ask_address(self->box.id, "::ffff:0.0.0.0", 7);
	EXPECT_EQ(1, answer(self->nl));
	ask_address(self->box.id, "2001:db8::1", 9);
	EXPECT_EQ(1, answer(self->nl));
	ask_address(self->box.id, "2001:db8::2", 9);
	EXPECT_EQ(0, answer(self->nl));
	ask_address(self->box.id, "2001:db8::1", 9);
	put_u32(&r, RVM_A_CHECK_PROTOCOL, IPPROTO_UDP);
	EXPECT_EQ(1, answer(self->nl));
	ask_address(self->box.id, "2001:db8::1", 9);
	put_u32(&r, RVM_A_CHECK_PROTOCOL, 0x10000);
	REFUSED(self->nl, EINVAL);
}

static void ask_leaf(uint32_t id, uint8_t right, int folder, const char *name)
{
	ask_check(id, RVM_CLASS_PATH, right);
	put_u32(&r, RVM_A_CHECK_FD, folder);
	put_str(&r, RVM_A_CHECK_LEAF, name);
}

/* Names that a directory has, and names that it would get. */
TEST_F(netlink, check_of_names_in_folders)
{
	const struct rule rule = { RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("leaf"), "a*" };
	int folder;

	mkdir(in_dir("leaf"), 0755);
	write_file(in_dir("leaf/a"), "x");
	folder = open(in_dir("leaf"), O_PATH);
	ASSERT_LE(0, folder);
	ASSERT_EQ(0, box_load(&self->box, &rule, 1));
	ask_leaf(self->box.id, RVM_RIGHT_READ, folder, "a");
	EXPECT_EQ(1, answer(self->nl));
	ask_leaf(self->box.id, RVM_RIGHT_READ, folder, "a-new-one");
	EXPECT_EQ(1, answer(self->nl));
	ask_leaf(self->box.id, RVM_RIGHT_READ, folder, "b");
	EXPECT_EQ(0, answer(self->nl));
	ask_leaf(self->box.id, RVM_RIGHT_WRITE, folder, "a");
	EXPECT_EQ(0, answer(self->nl));
	EXPECT_EQ(RVM_REASON_RIGHTS, reply_u32(&reply, RVM_A_CHECK_REASON));
	close(folder);
	/* The directory has gone meanwhile. */
	folder = open(in_dir("leaf"), O_PATH);
	unlink(in_dir("leaf/a"));
	rmdir(in_dir("leaf"));
	ask_leaf(self->box.id, RVM_RIGHT_READ, folder, "a");
	REFUSED(self->nl, ENOENT);
	close(folder);
}

/* How many tokens of @id, 0 for all, are listed; 1000 + errno if none. */
static unsigned int list_tokens(int nl, uint32_t id)
{
	request_begin(&r, RVM_CMD_TOKEN_GET);
	if (id)
		put_u32(&r, RVM_A_TABLE_PARTITION, id);
	return nl_dump(nl, &r, &reply) ? 1000 + reply.error : reply.messages;
}

/* Inside: what the lists have for all partitions, for its own and for another. */
static int list_inside(void *arg)
{
	uint32_t *ids = arg;
	int nl = nl_open();

	if (list_tokens(nl, 0) != 1 || list_tokens(nl, ids[0]) != 1)
		return 1;
	return list_tokens(nl, ids[1]) == 1000 + EPERM ? 0 : 2;
}

/* How many of the last few numbers up to @arg, the newest, there are for the caller. */
static int find_newest(void *arg)
{
	int nl = nl_open(), found = 0;

	for (uint64_t id = *(uint64_t *)arg; id > *(uint64_t *)arg - 4; id--) {
		request_begin(&r, RVM_CMD_TOKEN_GET);
		put_u64(&r, RVM_A_TABLE_TOKEN_ID, id);
		found += !nl_call(nl, &r, &reply);
	}
	return found;
}

static struct reply token, scope;

/* What the nest @type of @from holds. */
static bool take_nest(struct reply *to, const struct reply *from, uint16_t type)
{
	const void *data;
	ssize_t len = reply_get(from, type, &data);

	to->len = len > 0 ? len : 0;
	if (len > 0)
		memcpy(to->data, data, len);
	return len > 0;
}

/* The number of the only token. */
static uint64_t token_of(int nl, uint32_t id)
{
	list_tokens(nl, id);
	return take_nest(&token, &reply, RVM_A_TABLE_TOKEN) ? reply_u64(&token, RVM_A_TOKEN_ID) : 0;
}

TEST_F(netlink, a_lost_anchor_is_shown)
{
	const struct rule rule = { RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("lost"), "**" };

	mkdir(in_dir("lost"), 0755);
	ASSERT_EQ(0, box_load(&self->box, &rule, 1));
	EXPECT_LT(0, token_of(self->nl, self->box.id));
	ASSERT_TRUE(take_nest(&scope, &token, RVM_A_TOKEN_SCOPE));
	EXPECT_EQ(0, reply_u32(&scope, RVM_A_SCOPE_FLAGS) & RVM_SCOPE_FLAG_LOST);
	rmdir(in_dir("lost"));
	EXPECT_LT(0, token_of(self->nl, self->box.id));
	ASSERT_TRUE(take_nest(&scope, &token, RVM_A_TOKEN_SCOPE));
	EXPECT_NE(0, reply_u32(&scope, RVM_A_SCOPE_FLAGS) & RVM_SCOPE_FLAG_LOST);
}

TEST_F(netlink, a_lost_group_is_shown)
{
	struct box other;

	ASSERT_TRUE(box_make(&other, self->nl, "netlink-other"));
	ask(RVM_CMD_PARTITION_GET, RVM_A_PARTITION_ID, other.id);
	ACCEPTED(self->nl);
	EXPECT_EQ(0, reply_u32(&reply, RVM_A_PARTITION_FLAGS) & RVM_PARTITION_FLAG_GONE);
	EXPECT_EQ(0, rmdir(other.cgroup));
	ask(RVM_CMD_PARTITION_GET, RVM_A_PARTITION_ID, other.id);
	ACCEPTED(self->nl);
	EXPECT_NE(0, reply_u32(&reply, RVM_A_PARTITION_FLAGS) & RVM_PARTITION_FLAG_GONE);
	ask(RVM_CMD_PARTITION_DEL, RVM_A_PARTITION_ID, other.id);
	ACCEPTED(self->nl);
	close(other.cgroup_fd);
}

TEST_F(netlink, inside_only_the_own_tokens_are_seen)
{
	static const struct rule rule = { .class = RVM_CLASS_SELF, .rights = RVM_RIGHT_READ };
	uint32_t ids[2] = { self->box.id };
	struct box other;
	uint64_t newest;

	ASSERT_TRUE(box_make(&other, self->nl, "netlink-other"));
	ids[1] = other.id;
	ASSERT_EQ(0, box_load(&self->box, &rule, 1));
	ASSERT_EQ(0, box_load(&other, &rule, 1));
	newest = token_of(self->nl, other.id);
	ASSERT_LT(1, newest);
	EXPECT_EQ(1, list_tokens(self->nl, other.id));
	EXPECT_EQ(2, find_newest(&newest));
	EXPECT_EQ(0, box_do(&self->box, list_inside, ids));
	EXPECT_EQ(1, box_do(&self->box, find_newest, &newest));
	EXPECT_TRUE(box_remove(&other));
}

/* What is loaded, from where, and what it hashes to, is in the record. */
TEST_F(netlink, commit_is_recorded_with_its_source)
{
	static const uint8_t digest[32] = { 0xab, 0xcd };
	const void *text;

	ask_begin(self->box.id);
	put_str(&r, RVM_A_TABLE_SOURCE, "here/table.json");
	put(&r, RVM_A_TABLE_DIGEST, digest, sizeof(digest));
	ACCEPTED(self->nl);
	ask_plain(RVM_CMD_TABLE_COMMIT);
	ACCEPTED(self->nl);
	request_begin(&r, RVM_CMD_WITNESS_GET);
	put_u64(&r, RVM_A_WITNESS_SEQUENCE, reply_u64(&reply, RVM_A_TABLE_SEQUENCE));
	ACCEPTED(self->nl);
	ASSERT_LT(0, reply_get(&reply, RVM_A_WITNESS_DETAIL, &text));
	EXPECT_NE(NULL, strstr(text, "source=\"here/table.json\""));
	EXPECT_NE(NULL, strstr(text, "sha256=\"abcd0000"));
}

TEST_HARNESS_MAIN
