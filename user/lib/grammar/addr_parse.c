// SPDX-License-Identifier: GPL-2.0-only
/* Ranges of addresses as tables write them. */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "grammar/addr_parse.h"

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
	struct rvm_addr addr;
	u8 v4[4];
	u32 bits;

	memset(range->bytes, 0, sizeof(range->bytes));
	range->prefix_len = 0;
	if (take(c, '*'))
		return 0;
	if (take(c, '[')) {
		if (!take_v6(c, range->bytes) || !take(c, ']') ||
		    !take_bits(c, RVM_ADDR_BITS, &bits))
			return -EINVAL;
		range->prefix_len = bits;
	} else if (take_v4(&probe, v4) && is_host_end(&probe)) {
		*c = probe;
		if (!take_bits(c, 32, &bits))
			return -EINVAL;
		rvm_addr_from_v4(&addr, v4, 0);
		memcpy(range->bytes, addr.bytes, sizeof(range->bytes));
		range->prefix_len = RVM_ADDR_V4_BITS + bits;
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
