// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>

#include <arpa/inet.h>

#include "grammar/addr_parse.h"
#include "lib/pattern/addr.h"
#include "unit.h"

#define TCP 6
#define UDP 17
#define ICMP 1
#define ROUNDS 20000

static struct rvm_addr addr_of(const char *text, u16 port)
{
	struct rvm_addr addr = {};
	u8 bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		rvm_addr_from_v4(&addr, bytes, port);
	else if (EXPECT_EQ(inet_pton(AF_INET6, text, bytes), 1))
		rvm_addr_from_v6(&addr, bytes, port);
	else
		NOTE("%s", text);
	return addr;
}

static int parse(const char *text, struct rvm_addr_range *range, size_t *at)
{
	char *exact = unit_exact(text, strlen(text));
	int err = rvm_addr_parse_range(exact, strlen(text), range, at);

	free(exact);
	return err;
}

/* clang-format off */
static const struct range_row {
	const char *text;
	const char *bytes;
	unsigned int prefix_len;
	u16 first, last;
} ranges[] = {
	{ "1.2.3.4:443", "1.2.3.4", 128, 443, 443 },
	{ "1.2.3.4", "1.2.3.4", 128, 0, 65535 },
	{ "1.2.3.4:*", "1.2.3.4", 128, 0, 65535 },
	{ "10.0.0.0/8:80-90", "10.0.0.0", 104, 80, 90 },
	{ "10.1.2.3/8:1", "10.0.0.0", 104, 1, 1 },
	{ "255.255.255.255/1:1", "128.0.0.0", 97, 1, 1 },
	{ "0.0.0.0/0:53", "0.0.0.0", 96, 53, 53 },
	{ "*", "::", 0, 0, 65535 },
	{ "*:443", "::", 0, 443, 443 },
	{ "*:*", "::", 0, 0, 65535 },
	{ "[::1]:8080", "::1", 128, 8080, 8080 },
	{ "[::]", "::", 128, 0, 65535 },
	{ "[::]/0:1", "::", 0, 1, 1 },
	{ "[2001:db8::]/32", "2001:db8::", 32, 0, 65535 },
	{ "[2001:db8:ffff::1]/33:1", "2001:db8:8000::", 33, 1, 1 },
	{ "[1:2:3:4:5:6:7:8]:1", "1:2:3:4:5:6:7:8", 128, 1, 1 },
	{ "[1::]", "1::", 128, 0, 65535 },
	{ "[1:2:3:4:5:6:7::]", "1:2:3:4:5:6:7:0", 128, 0, 65535 },
	{ "[::2:3:4:5:6:7:8]", "0:2:3:4:5:6:7:8", 128, 0, 65535 },
	{ "[A::F]", "a::f", 128, 0, 65535 },
	{ "[a::FFFF:B]", "a::ffff:b", 128, 0, 65535 },
	{ "[::ffff:1.2.3.4]:1", "1.2.3.4", 128, 1, 1 },
	{ "[1:2:3:4:5:6:1.2.3.4]", "1:2:3:4:5:6:102:304", 128, 0, 65535 },
	{ "*:0-65535", "::", 0, 0, 65535 },
};

/* clang-format on */

static void each_range_is_read_as_said(void)
{
	struct rvm_addr_range range;
	struct rvm_addr want;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		memset(&range, 0xa5, sizeof(range));
		want = addr_of(ranges[i].bytes, 0);
		if (!EXPECT_EQ(parse(ranges[i].text, &range, NULL), 0) ||
		    !EXPECT_EQ(range.prefix_len, ranges[i].prefix_len) ||
		    !EXPECT_MEM(range.bytes, want.bytes, 16) ||
		    !EXPECT_EQ(range.port_first, ranges[i].first) ||
		    !EXPECT_EQ(range.port_last, ranges[i].last) ||
		    !EXPECT_EQ(range.protocol, 0xa5a5))
			NOTE("\"%s\"", ranges[i].text);
	}
}

/* clang-format off */
static const struct bad_row {
	const char *text;
	int err;
	size_t at;
} bad[] = {
	{ "", -EINVAL, 0 }, { ":80", -EINVAL, 0 }, { "1.2.3", -EINVAL, 5 }, { "1.2.3.4.5", -EINVAL, 9 },
	{ "256.1.1.1", -EINVAL, 9 }, { "01.2.3.4", -EINVAL, 8 }, { "1.2.3.4/33", -EINVAL, 9 },
	{ "1.2.3.4/", -EINVAL, 8 }, { "1.2.3.4:", -EINVAL, 8 }, { "1.2.3.4:65536", -EINVAL, 12 },
	{ "1.2.3.4:5-4", -EINVAL, 11 }, { "1.2.3.4:5-", -EINVAL, 10 }, { "1.2.3.4:5x", -EINVAL, 9 },
	{ "1.2.3.4:080", -EINVAL, 9 }, { "::1", -EINVAL, 0 }, { "[::1", -EINVAL, 4 },
	{ "[]", -EINVAL, 1 }, { "[:]", -EINVAL, 2 }, { "[1:2]", -EINVAL, 4 }, { "[1::2::3]", -EINVAL, 6 },
	{ "[12345::]", -EINVAL, 5 }, { "[1:2:3:4:5:6:7:8::]", -EINVAL, 16 }, { "[::1]/129", -EINVAL, 8 },
	{ "[1:2:3:4:5:6:7:8:9]", -EINVAL, 16 }, { "[::1]x", -EINVAL, 5 }, { "[::g]", -EINVAL, 3 },
	{ "[1:]", -EINVAL, 3 }, { "[1:2:3:4:5:6:7:1.2.3.4]", -EINVAL, 16 }, { "*x", -EINVAL, 1 },
	{ "1.2.3.4 ", -EINVAL, 7 }, { "-x", -EINVAL, 0 }, { "a b", -EINVAL, 1 }, { "a/8", -EINVAL, 1 },
	{ "example.com:99999", -EINVAL, 16 },
	{ "[::1:]", -EINVAL, 5 }, { "a", -ENOENT, 0 }, { "z", -ENOENT, 0 }, { "A", -ENOENT, 0 },
	{ "Z", -ENOENT, 0 }, { "example.com:443", -ENOENT, 0 }, { "localhost", -ENOENT, 0 }, { "1.2.3.4.example", -ENOENT, 0 },
	{ "a_b-c.d:1-2", -ENOENT, 0 },
};

/* clang-format on */

static void what_is_wrong_is_said_with_its_place(void)
{
	struct rvm_addr_range range;
	size_t i, at;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		at = 99;
		if (!EXPECT_EQ(parse(bad[i].text, &range, &at), bad[i].err) ||
		    !EXPECT_EQ(at, bad[i].at))
			NOTE("\"%s\" at %zu", bad[i].text, at);
		EXPECT_EQ(parse(bad[i].text, &range, NULL), bad[i].err);
	}
	EXPECT_EQ(rvm_addr_parse_range("1.2.3.4\0", 8, &range, NULL), -EINVAL);
	EXPECT_EQ(parse("example.com:10-20", &range, NULL), -ENOENT);
	EXPECT_EQ(range.port_first, 10);
	EXPECT_EQ(range.port_last, 20);
}

/* clang-format off */
static const struct cover_row {
	const char *range;
	const char *addr;
	u16 port;
	u16 protocol;
	bool local;
	bool covers;
} covers[] = {
	{ "1.2.3.4:443", "1.2.3.4", 443, TCP, false, true },
	{ "1.2.3.4:443", "1.2.3.4", 443, UDP, false, true },
	{ "1.2.3.4:443", "1.2.3.4", 443, ICMP, false, false },
	{ "1.2.3.4:443", "1.2.3.4", 442, TCP, false, false },
	{ "1.2.3.4:443", "1.2.3.5", 443, TCP, false, false },
	{ "1.2.3.4:443", "::ffff:1.2.3.4", 443, TCP, false, true },
	{ "[::ffff:1.2.3.4]:443", "1.2.3.4", 443, TCP, false, true },
	{ "*:1-9", "1.2.3.4", 1, TCP, false, true }, { "*:1-9", "1.2.3.4", 9, TCP, false, true },
	{ "*:1-9", "1.2.3.4", 0, TCP, false, false }, { "*:1-9", "1.2.3.4", 10, TCP, false, false },
	{ "10.0.0.0/9", "10.127.255.255", 1, TCP, false, true },
	{ "10.0.0.0/9", "10.128.0.0", 1, TCP, false, false },
	{ "0.0.0.0/0", "8.8.8.8", 1, TCP, false, true }, { "0.0.0.0/0", "2001::1", 1, TCP, false, false },
	{ "[2001::]/16", "2001:1::", 1, TCP, false, true },
	{ "[::]/0", "8.8.8.8", 1, TCP, false, true },
	/* An IPv6 prefix does not cover mapped IPv4 addresses. */
	{ "[::]/64", "8.8.8.8", 1, TCP, false, false }, { "[::]/64", "::9", 1, TCP, false, true },
	{ "[::ffff:0.0.0.0]/96", "8.8.8.8", 1, TCP, false, true },
	/* Loopback needs naming. */
	{ "*", "127.0.0.1", 1, TCP, false, false }, { "0.0.0.0/0", "127.0.0.1", 1, TCP, false, false },
	{ "127.0.0.0/7", "127.0.0.1", 1, TCP, false, false },
	{ "127.0.0.0/8", "127.0.0.1", 1, TCP, false, true },
	{ "127.0.0.0/8", "127.0.0.1", 1, TCP, true, true },
	{ "127.0.0.0/8", "127.9.9.9", 1, TCP, true, true },
	{ "127.0.0.1", "127.0.0.1", 1, TCP, true, true },
	{ "127.0.0.1", "::ffff:127.0.0.1", 1, TCP, true, true },
	{ "127.0.0.1", "::1", 1, TCP, true, false }, { "[::1]", "::1", 1, TCP, true, true },
	{ "[::]/0", "::1", 1, TCP, false, false }, { "[::]/120", "::1", 1, TCP, false, false },
	/* And what is on the link, or the wildcard. */
	{ "*", "169.254.169.254", 80, TCP, false, false },
	{ "169.254.0.0/15", "169.254.169.254", 80, TCP, false, false },
	{ "169.254.0.0/16", "169.254.169.254", 80, TCP, false, true },
	{ "169.254.169.254", "169.254.169.254", 80, TCP, false, true },
	{ "*", "fe80::1", 1, TCP, false, false }, { "[fe80::]/10", "febf::1", 1, TCP, false, true },
	{ "[fe80::]/9", "fe80::1", 1, TCP, false, false }, { "*", "fec0::1", 1, TCP, false, true },
	{ "*", "0.0.0.0", 80, TCP, false, false }, { "0.0.0.0:80", "0.0.0.0", 80, TCP, false, true },
	{ "*", "::", 80, TCP, false, false }, { "[::]:80", "::", 80, TCP, false, true },
	{ "*", "224.0.0.251", 5353, UDP, false, false },
	{ "224.0.0.251", "224.0.0.251", 5353, UDP, false, true },
	{ "*", "255.255.255.255", 67, UDP, false, false },
	{ "*", "ff02::fb", 5353, UDP, false, false }, { "[ff02::fb]", "ff02::fb", 5353, UDP, false, true },
	/* Services that hand out credentials. */
	{ "*", "100.100.100.200", 80, TCP, false, false }, { "*", "100.100.100.201", 80, TCP, false, true },
	{ "100.100.100.200", "100.100.100.200", 80, TCP, false, true },
	{ "*", "168.63.129.16", 80, TCP, false, false }, { "*", "168.63.129.17", 80, TCP, false, true },
	{ "*", "192.0.0.192", 80, TCP, false, false }, { "*", "192.0.1.192", 80, TCP, false, true },
	{ "*", "fd00:ec2::254", 80, TCP, false, false }, { "*", "fd00:ec3::254", 80, TCP, false, true },
	{ "[fd00:ec2::]/32", "fd00:ec2::254", 80, TCP, false, true },
	{ "[fd00::]/8", "fd00:ec2::254", 80, TCP, false, false },
	{ "*", "fd20:ce::254", 80, TCP, false, false }, { "*", "fd20:ce::255", 80, TCP, false, true },
	{ "*", "fd00:c1::a9fe:a9fe", 80, TCP, false, false },
	{ "*", "fd00:42::42", 80, TCP, false, false },
	/* Addresses that hold an IPv4 address are judged by that too. */
	{ "*", "64:ff9b::8.8.8.8", 80, TCP, false, true },
	{ "*", "64:ff9b::169.254.169.254", 80, TCP, false, false },
	{ "*", "64:ff9b::127.0.0.1", 80, TCP, false, false },
	{ "*", "64:ff9b::100.100.100.200", 80, TCP, false, false },
	{ "[64:ff9b::]/96", "64:ff9b::127.0.0.1", 80, TCP, false, false },
	{ "[64:ff9b::127.0.0.0]/104", "64:ff9b::127.0.0.1", 80, TCP, false, true },
	{ "127.0.0.1", "64:ff9b::127.0.0.1", 80, TCP, false, false },
	{ "*", "64:ff9b:1::1", 80, TCP, false, false }, { "*", "64:ff9b:2::1", 80, TCP, false, true },
	{ "[64:ff9b:1::]/48", "64:ff9b:1::1", 80, TCP, false, true },
	{ "*", "2002:7f00:1::1", 80, TCP, false, false }, { "*", "2002:808:808::1", 80, TCP, false, true },
	{ "[2002:7f00::]/24", "2002:7f00:1::1", 80, TCP, false, true },
	{ "[2002::]/16", "2002:7f00:1::1", 80, TCP, false, false },
	{ "*", "2001:0:1::1", 80, TCP, false, false }, { "*", "2001:db8::1", 80, TCP, false, true },
	{ "*", "::127.0.0.1", 80, TCP, false, false }, { "*", "::8.8.8.8", 80, TCP, false, true },
	{ "*", "::ffff:0:127.0.0.1", 80, TCP, false, false },
	/* The host's own addresses. */
	{ "*", "192.0.2.1", 22, TCP, true, false }, { "*", "192.0.2.1", 22, TCP, false, true },
	{ "192.0.2.0/31", "192.0.2.1", 22, TCP, true, false },
	{ "192.0.2.1", "192.0.2.1", 22, TCP, true, true },
};

/* clang-format on */

static void each_range_covers_what_it_says(void)
{
	struct rvm_addr_range range;
	struct rvm_addr addr;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(covers); i++) {
		memset(&range, 0, sizeof(range));
		EXPECT_EQ(parse(covers[i].range, &range, NULL), 0);
		addr = addr_of(covers[i].addr, covers[i].port);
		if (!EXPECT_EQ(rvm_addr_covers(&range, &addr, covers[i].protocol, covers[i].local),
			       covers[i].covers))
			NOTE("%s on %s", covers[i].range, covers[i].addr);
	}
}

static void a_protocol_that_is_named_is_the_only_one(void)
{
	struct rvm_addr_range range = { .port_last = 65535, .protocol = ICMP };
	struct rvm_addr addr = addr_of("8.8.8.8", 0);

	EXPECT(rvm_addr_covers(&range, &addr, ICMP, false));
	EXPECT(!rvm_addr_covers(&range, &addr, TCP, false));
	range.protocol = TCP;
	EXPECT(rvm_addr_covers(&range, &addr, TCP, false));
	EXPECT(!rvm_addr_covers(&range, &addr, UDP, false));
	/* MPTCP is not TCP, though its low byte is 6. */
	EXPECT(!rvm_addr_covers(&range, &addr, 262, false));
	/* An impossible prefix covers nothing. */
	range.prefix_len = 129;
	EXPECT(!rvm_addr_covers(&range, &addr, TCP, false));
}

static void within_needs_no_naming(void)
{
	struct rvm_addr_range range = {};
	struct rvm_addr addr = addr_of("127.0.0.1", 25);

	EXPECT_EQ(parse("*:25", &range, NULL), 0);
	EXPECT(rvm_addr_is_within(&range, &addr));
	addr.port = 26;
	EXPECT(!rvm_addr_is_within(&range, &addr));
}

static void some_addresses_hold_another(void)
{
	struct rvm_addr addr = addr_of("64:ff9b::1.2.3.4", 80), want = addr_of("1.2.3.4", 80),
			inner;

	EXPECT(rvm_addr_inner(&addr, &inner));
	EXPECT_MEM(inner.bytes, want.bytes, 16);
	EXPECT_EQ(inner.port, 80);
	addr = addr_of("2002:102:304::", 80);
	EXPECT(rvm_addr_inner(&addr, &inner));
	EXPECT_MEM(inner.bytes, want.bytes, 16);
	/* Itself. */
	EXPECT(!rvm_addr_inner(&want, &inner));
	addr = addr_of("2001:db8::1", 80);
	EXPECT(!rvm_addr_inner(&addr, &inner));
	addr = addr_of("::1", 80);
	EXPECT(!rvm_addr_inner(&addr, &inner));
}

static void wildcards_become_the_loopback_of_their_kind(void)
{
	struct rvm_addr v4 = addr_of("0.0.0.0", 7), v6 = addr_of("::", 8), want;

	EXPECT(rvm_addr_is_any(&v4));
	EXPECT(rvm_addr_is_any(&v6));
	rvm_addr_set_loopback(&v4);
	rvm_addr_set_loopback(&v6);
	want = addr_of("127.0.0.1", 7);
	EXPECT_MEM(v4.bytes, want.bytes, 16);
	EXPECT_EQ(v4.port, 7);
	want = addr_of("::1", 8);
	EXPECT_MEM(v6.bytes, want.bytes, 16);
	EXPECT_EQ(v6.port, 8);
	EXPECT(!rvm_addr_is_any(&v4));
	EXPECT(!rvm_addr_is_any(&v6));
	v4 = addr_of("0.0.0.1", 0);
	EXPECT(!rvm_addr_is_any(&v4));
	EXPECT(!rvm_addr_is_special(&v4));
	v4 = addr_of("::ffff:0.0.0.0", 0);
	EXPECT(rvm_addr_is_any(&v4));
}

static void formatted_addresses_are_those_of_the_c_library(void)
{
	char out[64], want[64], text[INET6_ADDRSTRLEN];
	struct rvm_addr addr;
	unsigned int i, zeros;
	size_t len;

	for (i = 0; i < ROUNDS; i++) {
		unit_random_fill(addr.bytes, sizeof(addr.bytes));
		addr.port = unit_random();
		/* Many zeros, or there is nothing to shorten. */
		for (zeros = unit_random() % 12; zeros--;)
			memset(addr.bytes + 2 * (unit_random() % 8), 0, 2);
		/* The C library writes ::a.b.c.d where we write groups. */
		if (!memcmp(addr.bytes, "\0\0\0\0\0\0\0\0\0\0\0\0", 12))
			continue;
		inet_ntop(AF_INET6, addr.bytes, text, sizeof(text));
		snprintf(want, sizeof(want), "[%s]:%u", text, addr.port);
		len = rvm_addr_format(&addr, out);
		EXPECT_STR(out, want);
		EXPECT_EQ(len, strlen(want));
	}
	addr = addr_of("192.0.2.10", 65535);
	EXPECT_EQ(rvm_addr_format(&addr, out), 16);
	EXPECT_STR(out, "192.0.2.10:65535");
	addr = addr_of("::", 0);
	rvm_addr_format(&addr, out);
	EXPECT_STR(out, "[::]:0");
}

static void what_is_formatted_can_be_read_back(void)
{
	struct rvm_addr_range range = {};
	struct rvm_addr addr;
	char out[64];
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		unit_random_fill(addr.bytes, sizeof(addr.bytes));
		if (i % 3 == 0)
			rvm_addr_from_v4(&addr, addr.bytes + 12, 0);
		else
			memset(addr.bytes + 2 * (i % 8), 0, 2 * (unit_random() % (9 - i % 8)));
		addr.port = unit_random();
		rvm_addr_format(&addr, out);
		if (!EXPECT_EQ(parse(out, &range, NULL), 0) ||
		    !EXPECT_MEM(range.bytes, addr.bytes, 16) || !EXPECT_EQ(range.prefix_len, 128) ||
		    !EXPECT_EQ(range.port_first, addr.port))
			NOTE("%s", out);
	}
}

int main(void)
{
	RUN(each_range_is_read_as_said);
	RUN(what_is_wrong_is_said_with_its_place);
	RUN(each_range_covers_what_it_says);
	RUN(a_protocol_that_is_named_is_the_only_one);
	RUN(within_needs_no_naming);
	RUN(some_addresses_hold_another);
	RUN(wildcards_become_the_loopback_of_their_kind);
	RUN(formatted_addresses_are_those_of_the_c_library);
	RUN(what_is_formatted_can_be_read_back);
	return unit_done();
}
