// SPDX-License-Identifier: GPL-2.0-only
/*
 * Detail lines as audit messages.
 */
#include "lib/log/audit.h"

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One byte of a value, after which *@line is. */
static unsigned char next_byte(const char **line)
{
	const char *s = *line;

	if (s[0] == '\\' && s[1] == 'x' && digit(s[2]) >= 0 && digit(s[3]) >= 0) {
		*line += 4;
		return digit(s[2]) << 4 | digit(s[3]);
	}
	++*line;
	return *s;
}

static bool is_at_end(const char *line)
{
	return !*line || *line == '"';
}

static bool is_plain(const char *line)
{
	while (!is_at_end(line)) {
		unsigned char c = next_byte(&line);

		if (c <= ' ' || c >= 0x7f || c == '"')
			return false;
	}
	return true;
}

/* Behind the first quote; *@line is behind the last one then. */
static char *put_value(char *out, const char **line)
{
	static const char digits[] = "0123456789ABCDEF";
	bool plain = is_plain(*line);

	if (plain)
		*out++ = '"';
	while (!is_at_end(*line)) {
		unsigned char c = next_byte(line);

		if (plain) {
			*out++ = c;
		} else {
			*out++ = digits[c >> 4];
			*out++ = digits[c & 15];
		}
	}
	if (plain)
		*out++ = '"';
	*line += **line == '"';
	return out;
}

void rvm_audit_text(const char *line, char *out)
{
	while (*line) {
		unsigned char c = *line++;

		if (c == '"')
			out = put_value(out, &line);
		else
			*out++ = c < ' ' || c >= 0x7f ? '?' : c;
	}
	*out = '\0';
}
