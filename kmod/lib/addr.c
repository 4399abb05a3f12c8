// SPDX-License-Identifier: GPL-2.0-only
/* Addresses and what ranges of them cover. */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "addr.h"

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17

#define BITS 128
/* Bits before an IPv4 address in its mapped form. */
#define V4_BITS 96

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

	if (bits > BITS)
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
	{ { [10] = 0xff, 0xff, 0, 0, 0, 0 }, BITS },
	{ { [10] = 0xff, 0xff, 127 }, V4_BITS + 8 },
	{ { [10] = 0xff, 0xff, 169, 254 }, V4_BITS + 16 },
	{ { [10] = 0xff, 0xff, 224 }, V4_BITS + 4 },
	{ { [10] = 0xff, 0xff, 255, 255, 255, 255 }, BITS },
	/* ::, ::1, fe80::/10, ff00::/8 */
	{ { 0 }, BITS },
	{ { [15] = 1 }, BITS },
	{ { 0xfe, 0x80 }, 10 },
	{ { 0xff }, 8 },
};

/* Bits of the special range that @addr lies in, 0 if in none. */
static unsigned int special_bits(const struct rvm_addr *addr)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(specials); i++)
		if (share_prefix(specials[i].bytes, addr->bytes, specials[i].prefix_len))
			return specials[i].prefix_len;
	return 0;
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
		return range->prefix_len == BITS;
	/* An IPv6 prefix such as ::/64 does not mean the IPv4 addresses mapped into it. */
	return !range->prefix_len || range->prefix_len >= V4_BITS || !is_mapped(addr->bytes);
}

/* Where the parser stands in the text. */
struct cursor {
	const char *text;
	size_t len;
	size_t pos;
};

static bool at_end(const struct cursor *c)
{
	return c->pos == c->len;
}

static bool next_is(const struct cursor *c, char wanted)
{
	return !at_end(c) && c->text[c->pos] == wanted;
}

static bool take(struct cursor *c, char wanted)
{
	bool fits = next_is(c, wanted);

	c->pos += fits;
	return fits;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A decimal number of at most @max, without leading zeros, which some read as octal. */
static bool take_number(struct cursor *c, u32 max, u32 *value)
{
	size_t begin = c->pos;
	u32 n = 0;

	while (!at_end(c) && is_digit(c->text[c->pos])) {
		if (c->pos > begin && !n)
			return false;
		n = n * 10 + (c->text[c->pos] - '0');
		if (n > max)
			return false;
		c->pos++;
	}
	*value = n;
	return c->pos > begin;
}

static bool take_v4(struct cursor *c, u8 *out)
{
	unsigned int i;
	u32 n;

	for (i = 0; i < 4; i++) {
		if (i && !take(c, '.'))
			return false;
		if (!take_number(c, U8_MAX, &n))
			return false;
		out[i] = n;
	}
	return true;
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool take_group(struct cursor *c, u8 *out)
{
	size_t begin = c->pos;
	u32 n = 0;

	while (!at_end(c) && c->pos < begin + 4 && hex_value(c->text[c->pos]) >= 0)
		n = n << 4 | hex_value(c->text[c->pos++]);
	out[0] = n >> 8;
	out[1] = n;
	return c->pos > begin;
}

/* The last 32 bits may be written as IPv4. */
static bool take_v4_tail(struct cursor *c, u8 *out, size_t used)
{
	struct cursor probe = *c;

	if (used > 12 || !take_v4(&probe, out + used))
		return false;
	c->pos = probe.pos;
	return true;
}

static bool take_v6(struct cursor *c, u8 *out)
{
	size_t used = 0, gap = 17, i;

	memset(out, 0, 16);
	if (next_is(c, ':')) {
		c->pos++;
		if (!take(c, ':'))
			return false;
		gap = 0;
	}
	while (used < 16 && !at_end(c) && hex_value(c->text[c->pos]) >= 0) {
		if (take_v4_tail(c, out, used)) {
			used += 4;
			break;
		}
		if (!take_group(c, out + used))
			return false;
		used += 2;
		if (used == 16 || !take(c, ':'))
			break;
		if (next_is(c, ':')) {
			if (gap < 17)
				return false;
			c->pos++;
			gap = used;
		} else if (at_end(c) || hex_value(c->text[c->pos]) < 0) {
			return false;
		}
	}
	if (gap == 17)
		return used == 16;
	if (used == 16)
		return false;
	/* What stands behind the "::" goes to the end, last byte first. */
	for (i = 16; i-- > gap;)
		out[i] = i >= gap + 16 - used ? out[i - (16 - used)] : 0;
	return true;
}

/* "/BITS", if it is there. */
static bool take_bits(struct cursor *c, u32 max, u32 *bits)
{
	*bits = max;
	if (!take(c, '/'))
		return true;
	return take_number(c, max, bits);
}

static void mask_bytes(u8 *bytes, unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < 16; i++, bits -= bits < 8 ? bits : 8)
		if (bits < 8)
			bytes[i] &= 0xff00 >> bits;
}

/* Labels of letters, digits, "-" and "_" with dots between; not a number. */
static bool take_name(struct cursor *c)
{
	size_t begin = c->pos;
	bool letter = false;

	for (; !at_end(c); c->pos++) {
		char b = c->text[c->pos];
		bool alpha = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b == '_';

		if (!alpha && !is_digit(b) && b != '-' && b != '.')
			break;
		if ((b == '.' || b == '-') && c->pos == begin)
			break;
		letter |= alpha;
	}
	return letter;
}

static bool is_host_end(const struct cursor *c)
{
	return at_end(c) || next_is(c, ':') || next_is(c, '/');
}

/* HOST with its bits: 0, -EINVAL, or -ENOENT for a name. */
static int take_host(struct cursor *c, struct rvm_addr_range *range)
{
	struct cursor probe = *c;
	u32 bits;

	memset(range->bytes, 0, sizeof(range->bytes));
	range->prefix_len = 0;
	if (take(c, '*'))
		return 0;
	if (take(c, '[')) {
		if (!take_v6(c, range->bytes) || !take(c, ']') || !take_bits(c, BITS, &bits))
			return -EINVAL;
		range->prefix_len = bits;
	} else if (take_v4(&probe, range->bytes + sizeof(mapped)) && is_host_end(&probe)) {
		*c = probe;
		if (!take_bits(c, 32, &bits))
			return -EINVAL;
		memcpy(range->bytes, mapped, sizeof(mapped));
		range->prefix_len = V4_BITS + bits;
	} else {
		return take_name(c) ? -ENOENT : -EINVAL;
	}
	mask_bytes(range->bytes, range->prefix_len);
	return 0;
}

static bool take_ports(struct cursor *c, struct rvm_addr_range *range)
{
	u32 first = 0, last = U16_MAX;

	if (!at_end(c)) {
		if (!take(c, ':'))
			return false;
		if (!take(c, '*')) {
			if (!take_number(c, U16_MAX, &first))
				return false;
			last = first;
			if (take(c, '-') && !take_number(c, U16_MAX, &last))
				return false;
		}
	}
	range->port_first = first;
	range->port_last = last;
	return at_end(c) && first <= last;
}

int rvm_addr_parse_range(const char *text, size_t len, struct rvm_addr_range *range, size_t *at)
{
	struct cursor c = { .text = text, .len = len };
	int err;

	err = take_host(&c, range);
	/* Of a name the port is read too: it is kept, and must be right. */
	if (err != -EINVAL && !take_ports(&c, range))
		err = -EINVAL;
	if (err && at)
		*at = err == -ENOENT ? 0 : c.pos;
	return err;
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

/* The first longest run of two or more zero groups: it is written as "::". */
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
