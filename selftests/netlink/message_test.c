// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages over netlink that no honest tool would send.
 */

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "fixture.h"

#define MUTATIONS 20000

TEST_F(netlink, malformed_attributes_are_refused)
{
	static uint8_t block[64 * 1024 - 64];
	uint32_t id = self->box.id;

	/*
	 * Unknown, of another command, too short, too long, or with content that it must
	 * not have.
	 */
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
	/* 64 KiB of unknown content. */
	memset(block, 0x41, sizeof(block));
	request_begin(&r, RVM_CMD_CHECK);
	put(&r, 0x3fff, block, sizeof(block));
	REFUSED(self->nl, EINVAL);
	/* Bytes after the last attribute. */
	ask(RVM_CMD_PARTITION_GET, RVM_A_PARTITION_ID, id);
	r.data[r.len++] = 1;
	r.data[r.len++] = 2;
	REFUSED(self->nl, EINVAL);
}

/* Begins a token; its end is the caller's. */
static size_t ask_token(void)
{
	size_t nest;

	request_begin(&r, RVM_CMD_TABLE_ADD);
	nest = nest_begin(&r, RVM_A_TABLE_TOKEN);
	put_u32(&r, RVM_A_TOKEN_RIGHTS, 1);
	return nest;
}

TEST_F(netlink, malformed_tokens_are_refused)
{
	size_t nest;

	ask_begin(self->box.id);
	ACCEPTED(self->nl);
	/*
	 * A token that is not a nest, a nest that ends inside an attribute, an attribute
	 * longer than its nest.
	 */
	request_begin(&r, RVM_CMD_TABLE_ADD);
	put(&r, RVM_A_TABLE_TOKEN, "12345678", 8);
	REFUSED(self->nl, EINVAL);
	request_begin(&r, RVM_CMD_TABLE_ADD);
	put(&r, RVM_A_TABLE_TOKEN | NLA_F_NESTED, "\x05\x00\x06\x00\x01", 5);
	REFUSED(self->nl, EINVAL);
	request_begin(&r, RVM_CMD_TABLE_ADD);
	put(&r, RVM_A_TABLE_TOKEN | NLA_F_NESTED, "\xff\xff\x06\x00\x01\x00\x00\x00", 8);
	REFUSED(self->nl, EINVAL);
	nest = ask_token();
	nest_end(&r, nest);
	REFUSED(self->nl, EINVAL);
	/* What only the module says. */
	nest = ask_token();
	put_u32(&r, RVM_A_TOKEN_DEPTH, 1);
	nest_end(&r, nest);
	REFUSED(self->nl, EINVAL);
	nest = ask_token();
	put_u32(&r, RVM_A_TOKEN_TIER, 0);
	nest_end(&r, nest);
	REFUSED(self->nl, ERANGE);
	nest = ask_token();
	put_s64(&r, RVM_A_TOKEN_EXPIRES_AT, -1);
	nest_end(&r, nest);
	REFUSED(self->nl, EINVAL);
	ask_plain(RVM_CMD_TABLE_ABORT);
	ACCEPTED(self->nl);
}

TEST_F(netlink, commands_that_there_are_not_are_refused)
{
	ask_plain(RVM_CMD_MAX + 5);
	EXPECT_EQ(EOPNOTSUPP, nl_call(self->nl, &r, &reply));
	ask_plain(RVM_CMD_DENY_EVENT);
	EXPECT_EQ(EOPNOTSUPP, nl_call(self->nl, &r, &reply));
	ask_plain(RVM_CMD_INFO);
	EXPECT_EQ(EOPNOTSUPP, nl_dump(self->nl, &r, &reply));
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
		/* Releasing the hooks is tried elsewhere; here it might succeed. */
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
