// SPDX-License-Identifier: GPL-2.0-only
/* Addresses, and which addresses a range covers. */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "lib/pattern/addr.h"

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17

static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

static bool is_mapped(const u8 *bytes)
{
	return !memcmp(bytes, mapped, sizeof(mapped));
}

void rvm_addr_from_v4(struct rvm_addr *addr, const u8 v4[4], u16 port)
{
	memcpy(addr->bytes, mapped, sizeof(mapped));
	memcpy(addr->bytes + sizeof(mapped), v4, 4);
	addr->port = port;
}

void rvm_addr_from_v6(struct rvm_addr *addr, const u8 v6[16], u16 port)
{
	memcpy(addr->bytes, v6, 16);
	addr->port = port;
}

bool rvm_addr_is_any(const struct rvm_addr *addr)
{
	static const u8 zero[16];

	if (is_mapped(addr->bytes))
		return !memcmp(addr->bytes + sizeof(mapped), zero, 4);
	return !memcmp(addr->bytes, zero, sizeof(zero));
}

void rvm_addr_set_loopback(struct rvm_addr *addr)
{
	static const u8 v4[4] = { 127, 0, 0, 1 };
	bool is_v4 = is_mapped(addr->bytes);

	if (is_v4) {
		rvm_addr_from_v4(addr, v4, addr->port);
		return;
	}
	memset(addr->bytes, 0, sizeof(addr->bytes));
	addr->bytes[15] = 1;
}

static bool share_prefix(const u8 *a, const u8 *b, unsigned int bits)
{
	unsigned int whole, rest;

	if (bits > RVM_ADDR_BITS)
		return false;
	whole = bits / 8;
	rest = bits % 8;
	if (memcmp(a, b, whole))
		return false;
	return !rest || !((a[whole] ^ b[whole]) >> (8 - rest));
}

struct special {
	u8 bytes[16];
	u8 prefix_len;
};

static const struct special specials[] = {
	/* 0.0.0.0, 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4, 255.255.255.255 */
	{ { [10] = 0xff, 0xff, 0, 0, 0, 0 }, RVM_ADDR_BITS },
	{ { [10] = 0xff, 0xff, 127 }, RVM_ADDR_V4_BITS + 8 },
	{ { [10] = 0xff, 0xff, 169, 254 }, RVM_ADDR_V4_BITS + 16 },
	{ { [10] = 0xff, 0xff, 224 }, RVM_ADDR_V4_BITS + 4 },
	{ { [10] = 0xff, 0xff, 255, 255, 255, 255 }, RVM_ADDR_BITS },
	/* ::, ::1, fe80::/10, ff00::/8 */
	{ { 0 }, RVM_ADDR_BITS },
	{ { [15] = 1 }, RVM_ADDR_BITS },
	{ { 0xfe, 0x80 }, 10 },
	{ { 0xff }, 8 },
	/*
	 * Services that give credentials to anyone who asks from this machine, where they
	 * are not link-local: 192.0.0.0/24, 100.100.100.200, 168.63.129.16,
	 * fd00:ec2::/32, fd20:ce::254, fd00:c1::a9fe:a9fe, fd00:42::42.
	 */
	{ { [10] = 0xff, 0xff, 192, 0, 0 }, RVM_ADDR_V4_BITS + 24 },
	{ { [10] = 0xff, 0xff, 100, 100, 100, 200 }, RVM_ADDR_BITS },
	{ { [10] = 0xff, 0xff, 168, 63, 129, 16 }, RVM_ADDR_BITS },
	{ { 0xfd, 0x00, 0x0e, 0xc2 }, 32 },
	{ { 0xfd, 0x20, 0x00, 0xce, [14] = 0x02, 0x54 }, RVM_ADDR_BITS },
	{ { 0xfd, 0x00, 0x00, 0xc1, [12] = 0xa9, 0xfe, 0xa9, 0xfe }, RVM_ADDR_BITS },
	{ { 0xfd, 0x00, 0x00, 0x42, [15] = 0x42 }, RVM_ADDR_BITS },
	/*
	 * 64:ff9b:1::/48 holds an IPv4 address too, at a place that only the network
	 * knows; 2001::/32 (Teredo) holds two.
	 */
	{ { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 }, 48 },
	{ { 0x20, 0x01, 0x00, 0x00 }, 32 },
};

/* IPv6 addresses that hold an IPv4 address: a translator or a tunnel sends there. */
struct carrier {
	u8 bytes[16];
	u8 prefix_len;
	/* Offset of the four bytes. */
	u8 at;
};

static const struct carrier carriers[] = {
	/* ::a.b.c.d, ::ffff:0:a.b.c.d, 64:ff9b::a.b.c.d, 2002:a.b.c.d:: */
	{ { 0 }, 96, 12 },
	{ { [8] = 0xff, 0xff }, 96, 12 },
	{ { 0x00, 0x64, 0xff, 0x9b }, 96, 12 },
	{ { 0x20, 0x02 }, 16, 2 },
};

static unsigned int range_bits(const struct rvm_addr *addr)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(specials); i++)
		if (share_prefix(specials[i].bytes, addr->bytes, specials[i].prefix_len))
			return specials[i].prefix_len;
	return 0;
}

/* :: and ::1 lie in these ranges but hold no address. */
static const struct carrier *find_carrier(const struct rvm_addr *addr)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(carriers) && !range_bits(addr); i++)
		if (share_prefix(carriers[i].bytes, addr->bytes, carriers[i].prefix_len))
			return &carriers[i];
	return NULL;
}

static void take_inner(const struct carrier *carrier, const struct rvm_addr *addr,
		       struct rvm_addr *inner)
{
	rvm_addr_from_v4(inner, addr->bytes + carrier->at, addr->port);
}

bool rvm_addr_inner(const struct rvm_addr *addr, struct rvm_addr *inner)
{
	const struct carrier *carrier = find_carrier(addr);

	if (carrier)
		take_inner(carrier, addr, inner);
	return carrier;
}

/* Prefix length of the special range that holds @addr, or the address inside it; 0 for none. */
static unsigned int special_bits(const struct rvm_addr *addr)
{
	const struct carrier *carrier = find_carrier(addr);
	struct rvm_addr inner;
	unsigned int bits;

	if (!carrier)
		return range_bits(addr);
	take_inner(carrier, addr, &inner);
	bits = range_bits(&inner);
	return bits ? 8 * carrier->at + bits - RVM_ADDR_V4_BITS : 0;
}

bool rvm_addr_is_special(const struct rvm_addr *addr)
{
	return special_bits(addr);
}

bool rvm_addr_is_within(const struct rvm_addr_range *range, const struct rvm_addr *addr)
{
	return addr->port >= range->port_first && addr->port <= range->port_last &&
	       share_prefix(range->bytes, addr->bytes, range->prefix_len);
}

static bool covers_protocol(const struct rvm_addr_range *range, u16 protocol)
{
	if (range->protocol)
		return range->protocol == protocol;
	return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP;
}

bool rvm_addr_covers(const struct rvm_addr_range *range, const struct rvm_addr *addr, u16 protocol,
		     bool local)
{
	unsigned int special = special_bits(addr);

	if (!covers_protocol(range, protocol) || !rvm_addr_is_within(range, addr))
		return false;
	if (special)
		return range->prefix_len >= special;
	if (local)
		return range->prefix_len == RVM_ADDR_BITS;
	/* An IPv6 prefix such as ::/64 does not mean the IPv4 addresses mapped into it. */
	return !range->prefix_len || range->prefix_len >= RVM_ADDR_V4_BITS ||
	       !is_mapped(addr->bytes);
}

static bool covers_protocols(const struct rvm_addr_range *outer, u16 protocol)
{
	return protocol ? covers_protocol(outer, protocol) : !outer->protocol;
}

bool rvm_addr_range_is_within(const struct rvm_addr_range *outer,
			      const struct rvm_addr_range *inner)
{
	struct rvm_addr addr = { .port = inner->port_first };
	unsigned int special;

	memcpy(addr.bytes, inner->bytes, sizeof(addr.bytes));
	if (!covers_protocols(outer, inner->protocol) || !rvm_addr_is_within(outer, &addr) ||
	    inner->port_last > outer->port_last || inner->prefix_len < outer->prefix_len)
		return false;
	/* Special ranges do not overlap: if one holds all of @inner, it holds this address. */
	special = special_bits(&addr);
	if (special && inner->prefix_len >= special)
		return outer->prefix_len >= special;
	return !outer->prefix_len || outer->prefix_len >= RVM_ADDR_V4_BITS ||
	       inner->prefix_len < RVM_ADDR_V4_BITS || !is_mapped(addr.bytes);
}

static size_t put_number(char *out, u32 n, unsigned int base)
{
	static const char digits[] = "0123456789abcdef";
	char reversed[10];
	size_t len = 0, i;

	do {
		reversed[len++] = digits[n % base];
		n /= base;
	} while (n);
	for (i = 0; i < len; i++)
		out[i] = reversed[len - 1 - i];
	return len;
}

static size_t put_v4(char *out, const u8 *bytes)
{
	size_t n = 0, i;

	for (i = 0; i < 4; i++) {
		if (i)
			out[n++] = '.';
		n += put_number(out + n, bytes[i], 10);
	}
	return n;
}

static u16 group(const u8 *bytes, unsigned int i)
{
	return bytes[2 * i] << 8 | bytes[2 * i + 1];
}

/* The first of the longest runs of two or more zero groups, written as "::". */
static unsigned int find_gap(const u8 *bytes, unsigned int *gap_len)
{
	unsigned int i, n, gap = 8;

	*gap_len = 1;
	for (i = 0; i < 8; i += n + 1) {
		for (n = 0; i + n < 8 && !group(bytes, i + n); n++)
			;
		if (n > *gap_len) {
			gap = i;
			*gap_len = n;
		}
	}
	return gap;
}

static size_t put_v6(char *out, const u8 *bytes)
{
	unsigned int gap_len, gap = find_gap(bytes, &gap_len), i;
	size_t n = 0;

	out[n++] = '[';
	for (i = 0; i < 8; i++) {
		if (i == gap) {
			out[n++] = ':';
			out[n++] = ':';
			i += gap_len - 1;
			continue;
		}
		if (i && i != gap + gap_len)
			out[n++] = ':';
		n += put_number(out + n, group(bytes, i), 16);
	}
	out[n++] = ']';
	return n;
}

size_t rvm_addr_format(const struct rvm_addr *addr, char *out)
{
	size_t n;

	if (is_mapped(addr->bytes))
		n = put_v4(out, addr->bytes + sizeof(mapped));
	else
		n = put_v6(out, addr->bytes);
	out[n++] = ':';
	n += put_number(out + n, addr->port, 10);
	out[n] = '\0';
	return n;
}
