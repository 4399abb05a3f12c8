// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network addresses, all as 16 bytes.
 */

#include <linux/errno.h>
#include <linux/string.h>

#include "addr.h"

static const u8 mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

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

static bool is_v4(const u8 *bytes)
{
	return !memcmp(bytes, mapped, sizeof(mapped));
}

static bool is_zero(const u8 *bytes, size_t len)
{
	while (len--)
		if (bytes[len])
			return false;
	return true;
}

bool rvm_addr_is_any(const struct rvm_addr *addr)
{
	return is_v4(addr->bytes) ? is_zero(addr->bytes + 12, 4) : is_zero(addr->bytes, 16);
}

void rvm_addr_set_loopback(struct rvm_addr *addr)
{
	static const u8 lo[4] = { 127, 0, 0, 1 };

	if (is_v4(addr->bytes))
		memcpy(addr->bytes + 12, lo, sizeof(lo));
	else
		addr->bytes[15] = 1;
}

/* Special networks: bytes and how many leading bits count. */
static const struct {
	u8 bytes[16];
	u8 prefix_len;
} special[] = {
	{ { [10] = 0xff, [11] = 0xff, [12] = 127 }, 104 },
	{ { [10] = 0xff, [11] = 0xff, [12] = 169, [13] = 254 }, 112 },
	{ { [10] = 0xff, [11] = 0xff }, 104 },
	{ { [15] = 1 }, 128 },
	{ { 0 }, 128 },
	{ { [0] = 0xfe, [1] = 0x80 }, 10 },
};

static bool same_prefix(const u8 *a, const u8 *b, unsigned int bits)
{
	unsigned int whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole))
		return false;
	return !rest || !((a[whole] ^ b[whole]) >> (8 - rest));
}

bool rvm_addr_is_special(const struct rvm_addr *addr)
{
	size_t i;

	for (i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (same_prefix(addr->bytes, special[i].bytes, special[i].prefix_len))
			return true;
	return false;
}

/* Does the range lie inside the special network that the address is in? */
static bool names_special(const struct rvm_addr_range *range, const struct rvm_addr *addr)
{
	size_t i;

	if (range->prefix_len == 128)
		return true;
	for (i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (same_prefix(addr->bytes, special[i].bytes, special[i].prefix_len) &&
		    range->prefix_len >= special[i].prefix_len)
			return true;
	return false;
}

bool rvm_addr_covers(const struct rvm_addr_range *range, const struct rvm_addr *addr, u16 protocol,
		     bool local)
{
	if (range->protocol ? range->protocol != protocol : protocol != 6 && protocol != 17)
		return false;
	if (addr->port < range->port_first || addr->port > range->port_last)
		return false;
	if (!same_prefix(range->bytes, addr->bytes, range->prefix_len))
		return false;
	if (rvm_addr_is_special(addr))
		return names_special(range, addr);
	return !local || range->prefix_len == 128;
}

static int fail(size_t *at, size_t where, int err)
{
	if (at)
		*at = where;
	return err;
}

/* A decimal number up to @max; the place behind it in *i. */
static int parse_number(const char *text, size_t len, size_t *i, unsigned int max)
{
	unsigned int value = 0;
	size_t from = *i;

	while (*i < len && text[*i] >= '0' && text[*i] <= '9') {
		value = value * 10 + (text[*i] - '0');
		if (value > max || *i - from > 5)
			return -1;
		(*i)++;
	}
	return *i == from ? -1 : (int)value;
}

static bool parse_v4(const char *text, size_t len, u8 *out)
{
	size_t i = 0;
	int n, part;

	for (part = 0; part < 4; part++) {
		if (part && (i >= len || text[i++] != '.'))
			return false;
		n = parse_number(text, len, &i, 255);
		if (n < 0)
			return false;
		out[part] = n;
	}
	return i == len;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool parse_v6(const char *text, size_t len, u8 *out)
{
	unsigned int used = 0, gap = 17, value, digits;
	u8 bytes[16] = {};
	size_t i = 0, from;

	if (len >= 2 && text[0] == ':' && text[1] == ':') {
		gap = 0;
		i = 2;
	}
	while (i < len) {
		from = i;
		for (value = 0, digits = 0; i < len && hex_digit(text[i]) >= 0; i++, digits++)
			value = value << 4 | hex_digit(text[i]);
		if (i < len && text[i] == '.' && used <= 12) {
			if (!parse_v4(text + from, len - from, bytes + used))
				return false;
			used += 4;
			break;
		}
		if (!digits || digits > 4 || used > 14)
			return false;
		bytes[used++] = value >> 8;
		bytes[used++] = value;
		if (i == len)
			break;
		if (text[i++] != ':' || i == len)
			return false;
		if (text[i] == ':') {
			if (gap != 17)
				return false;
			gap = used;
			i++;
		}
	}
	if (gap == 17 ? used != 16 : used > 14)
		return false;
	memset(out, 0, 16);
	if (gap == 17)
		gap = used;
	memcpy(out, bytes, gap);
	memcpy(out + 16 - (used - gap), bytes + gap, used - gap);
	return true;
}

/* HOST with optional "/BITS". */
static int parse_host(const char *text, size_t len, struct rvm_addr_range *range, size_t *at)
{
	size_t host = 0, i;
	int bits, max;

	if (len == 1 && text[0] == '*') {
		memset(range->bytes, 0, 16);
		range->prefix_len = 0;
		return 0;
	}
	while (host < len && text[host] != '/')
		host++;
	if (parse_v4(text, host, range->bytes + 12)) {
		memcpy(range->bytes, mapped, sizeof(mapped));
		max = 32;
	} else if (host >= 2 && text[0] == '[' && text[host - 1] == ']') {
		if (!parse_v6(text + 1, host - 2, range->bytes))
			return fail(at, 1, -EINVAL);
		max = 128;
	} else if (parse_v6(text, host, range->bytes)) {
		max = 128;
	} else {
		for (i = 0; i < host; i++)
			if ((unsigned char)text[i] <= ' ' || text[i] == ':' || text[i] == '[')
				return fail(at, i, -EINVAL);
		return fail(at, 0, host ? -ENOENT : -EINVAL);
	}
	bits = max;
	if (host < len) {
		i = host + 1;
		bits = parse_number(text, len, &i, max);
		if (bits < 0 || i != len)
			return fail(at, host + 1, -EINVAL);
	}
	range->prefix_len = bits + 128 - max;
	return 0;
}

static int parse_ports(const char *text, size_t len, size_t from, struct rvm_addr_range *range,
		       size_t *at)
{
	size_t i = from;
	int first, last;

	if (len - from == 1 && text[from] == '*') {
		range->port_first = 0;
		range->port_last = 65535;
		return 0;
	}
	first = parse_number(text, len, &i, 65535);
	last = first;
	if (first >= 0 && i < len && text[i] == '-') {
		i++;
		last = parse_number(text, len, &i, 65535);
	}
	if (first < 0 || last < first || i != len)
		return fail(at, i < len ? i : from, -EINVAL);
	range->port_first = first;
	range->port_last = last;
	return 0;
}

int rvm_addr_parse_range(const char *text, size_t len, struct rvm_addr_range *range, size_t *at)
{
	size_t colon = len, i, colons = 0;

	for (i = 0; i < len; i++) {
		if (text[i] == ':') {
			colons++;
			colon = i;
		}
	}
	/* More than one colon and no brackets: an IPv6 address without a port. */
	if (text[0] != '[' && colons > 1)
		colon = len;
	if (len && text[0] == '[' && (!colons || (colon && text[colon - 1] != ']' &&
						  !memchr(text, ']', colon))))
		colon = len;
	range->port_first = 0;
	range->port_last = 65535;
	if (colon < len) {
		int err = parse_ports(text, len, colon + 1, range, at);

		if (err)
			return err;
	}
	return parse_host(text, colon, range, at);
}

static size_t put_number(char *out, unsigned int value, unsigned int base)
{
	static const char digits[] = "0123456789abcdef";
	char reversed[12];
	size_t n = 0, i;

	do {
		reversed[n++] = digits[value % base];
		value /= base;
	} while (value);
	for (i = 0; i < n; i++)
		out[i] = reversed[n - 1 - i];
	return n;
}

size_t rvm_addr_format(const struct rvm_addr *addr, char *out)
{
	size_t n = 0;
	int i;

	if (is_v4(addr->bytes)) {
		for (i = 12; i < 16; i++) {
			if (i > 12)
				out[n++] = '.';
			n += put_number(out + n, addr->bytes[i], 10);
		}
	} else {
		out[n++] = '[';
		for (i = 0; i < 16; i += 2) {
			if (i)
				out[n++] = ':';
			n += put_number(out + n, addr->bytes[i] << 8 | addr->bytes[i + 1], 16);
		}
		out[n++] = ']';
	}
	out[n++] = ':';
	n += put_number(out + n, addr->port, 10);
	out[n] = '\0';
	return n;
}
