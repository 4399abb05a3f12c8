// SPDX-License-Identifier: GPL-2.0-only
/* What may be printed as it is. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/escape.h"

/* Length of the UTF-8 character at @s, its number in @c; 0 if it is none. */
static size_t decode(const unsigned char *s, size_t len, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80		       ? 1 :
		   s[0] >= 0xc2 && s[0] < 0xe0 ? 2 :
		   s[0] >= 0xe0 && s[0] < 0xf0 ? 3 :
		   s[0] >= 0xf0 && s[0] < 0xf5 ? 4 :
						 0;

	if (!n || n > len)
		return 0;
	*c = n == 1 ? s[0] : s[0] & (0xff >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (s[i] & 0x3f);
	}
	if (*c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000))
		return 0;
	return n;
}

/*
 * What moves the cursor, ends a line, changes the direction of text, or cannot be
 * seen: with these a name looks like another one.
 */
static bool harmful(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0, 0x1f },	      { 0x7f, 0x9f },	  { 0xad, 0xad },     { 0x34f, 0x34f },
		{ 0x61c, 0x61c },     { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
		{ 0x200b, 0x200f },   { 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0x3164, 0x3164 },
		{ 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb },
		{ 0xe0000, 0xfffff }, { 0x100000, ~0u },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	}
	return false;
}

/* Bytes of a character, or one that is none, for a terminal. */
static size_t put_octal(char *to, const unsigned char *s, size_t n, uint32_t c)
{
	if (c == '\n' || c == '\t' || c == '\r')
		return sprintf(to, "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
	for (size_t i = 0; i < n; i++)
		sprintf(to + 4 * i, "\\%03o", s[i]);
	return 4 * n;
}

/* A character as readers of JSON take it; its own control bytes are gone already. */
static size_t put_unicode(char *to, const unsigned char *s, size_t n, uint32_t c)
{
	if (c < 0x20) {
		memcpy(to, s, n);
		return n;
	}
	if (c > 0xffff)
		return sprintf(to, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10), 0xdc00 | (c & 0x3ff));
	return sprintf(to, "\\u%04x", c);
}

/* The one place that says what may be printed as it is. */
static char *escape(const char *text, size_t len, bool json)
{
	const unsigned char *s = (const unsigned char *)text;
	/* The longest is a byte of its own in JSON: DEL. */
	char *copy = malloc(len * 6 + 1);
	char *p = copy;

	for (size_t i = 0, n; copy && i < len; i += n) {
		uint32_t c = 0;

		n = decode(s + i, len - i, &c);
		if (n && !harmful(c)) {
			memcpy(p, s + i, n);
			p += n;
			continue;
		}
		/* What is no character is no JSON either. */
		p += n && json ? put_unicode(p, s + i, n, c) : put_octal(p, s + i, n ? n : 1, c);
		n = n ? n : 1;
	}
	if (copy)
		*p = '\0';
	return copy;
}

char *escape_text(const char *text, size_t len)
{
	return escape(text, len, false);
}

char *escape_json(const char *text, size_t len)
{
	return escape(text, len, true);
}

bool is_utf8(const char *text, size_t len)
{
	uint32_t c;

	for (size_t i = 0; i < len;) {
		size_t n = decode((const unsigned char *)text + i, len - i, &c);

		if (!n)
			return false;
		i += n;
	}
	return true;
}
