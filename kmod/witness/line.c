// SPDX-License-Identifier: GPL-2.0-only
/*
 * Detail lines as text: pairs of key and value that stay one line whatever they are
 * made of, in the room that there is.
 */

#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "lib/pattern/argv.h"
#include "witness/line.h"

/* What stands for the middle of a path that does not fit. */
#define GAP "/.../"
/* With less room than this a path is left out. */
#define LEAST_ROOM 64

/* Each exec makes a line: scnprintf() would take longer than all else about it. */
static void put(struct rvm_line *line, const char *text, size_t len)
{
	len = min(len, line->size - 1 - line->len);
	memcpy(line->text + line->len, text, len);
	line->len += len;
	line->text[line->len] = '\0';
}

void rvm_line_add_text(struct rvm_line *line, const char *text)
{
	put(line, text, strlen(text));
}

static void put_key(struct rvm_line *line, const char *key)
{
	if (line->len)
		put(line, " ", 1);
	rvm_line_add_text(line, key);
	put(line, "=", 1);
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c != 0x7f && c != '"' && c != '\\';
}

static size_t width_of(unsigned char c)
{
	return is_plain(c) ? 1 : 4;
}

static char *write_escaped(char *to, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";

	*to++ = '\\';
	*to++ = 'x';
	*to++ = digits[c >> 4];
	*to++ = digits[c & 15];
	return to;
}

static __always_inline char *write_byte(char *to, unsigned char c)
{
	if (unlikely(!is_plain(c)))
		return write_escaped(to, c);
	*to++ = c;
	return to;
}

/* Where an escaped byte and a closing quote have room no more. */
static char *end_of(const struct rvm_line *line)
{
	return line->text + line->size - 6;
}

static void close_quote(struct rvm_line *line, char *to)
{
	*to++ = '"';
	*to = '\0';
	line->len = to - line->text;
}

void rvm_line_add(struct rvm_line *line, const char *key, const char *value, size_t value_len)
{
	char *to;
	size_t i;

	/* A pair that does not fit with its closing quote is not begun. */
	if (line->len + strlen(key) + 8 > line->size) {
		line->cut = true;
		return;
	}
	put_key(line, key);
	put(line, "\"", 1);
	to = line->text + line->len;
	for (i = 0; i < value_len && to < end_of(line); i++)
		to = write_byte(to, value[i]);
	line->cut |= i < value_len;
	close_quote(line, to);
}

/* How many of the first, or last, bytes of @text take at most @room. */
static size_t fitting(const char *text, size_t len, size_t room, bool last)
{
	size_t i, taken = 0;

	/* Whatever they are. */
	if (len <= room / 4)
		return len;
	for (i = 0; i < len; i++) {
		taken += width_of(text[last ? len - 1 - i : i]);
		if (taken > room)
			break;
	}
	return i;
}

static void add_bytes(struct rvm_line *line, const char *bytes, size_t len)
{
	char *to = line->text + line->len;

	while (len--)
		to = write_byte(to, *bytes++);
	line->len = to - line->text;
}

/* A path says most at its beginning and at its end; @room is there. */
static void add_ends(struct rvm_line *line, const char *path, size_t len, size_t room)
{
	size_t first, last;

	line->cut = true;
	if (room < LEAST_ROOM)
		return;
	first = fitting(path, len, room / 3, false);
	last = fitting(path + first, len - first, room - room / 3 - strlen(GAP), true);
	rvm_line_add_text(line, " path=\"");
	add_bytes(line, path, first);
	rvm_line_add_text(line, GAP);
	add_bytes(line, path + len - last, last);
	rvm_line_add_text(line, "\"");
}

void rvm_line_add_path(struct rvm_line *line, const char *path, size_t len, unsigned int share,
		       bool whole)
{
	size_t room = line->size - min(line->size, line->len + sizeof(" path=\"\"") + 8);

	room /= share;
	if (!whole || fitting(path, len, room, false) < len)
		add_ends(line, path, len, room);
	else
		rvm_line_add(line, "path", path, len);
}

void rvm_line_add_number(struct rvm_line *line, const char *key, u64 number)
{
	char digits[20];
	size_t at = sizeof(digits);

	if (line->len + strlen(key) + 24 > line->size)
		return;
	put_key(line, key);
	do {
		digits[--at] = '0' + number % 10;
		number /= 10;
	} while (number);
	put(line, digits + at, sizeof(digits) - at);
}

/*
 * The arguments, with blanks between them.  A blank inside of one is escaped, so
 * that whoever reads the line sees where they end.
 */
void rvm_line_add_words(struct rvm_line *line, const struct rvm_argv *argv)
{
	size_t i, len = argv->len;
	char *to;

	if (line->len + sizeof(" argv=\"\"") > line->size) {
		line->cut = true;
		return;
	}
	rvm_line_add_text(line, " argv=\"");
	/* The last NUL separates nothing. */
	if (len && !argv->text[len - 1])
		len--;
	to = line->text + line->len;
	for (i = 0; i < len && to < end_of(line); i++) {
		unsigned char c = argv->text[i];

		if (!c)
			*to++ = ' ';
		else if (c == ' ')
			to = write_escaped(to, c);
		else
			to = write_byte(to, c);
	}
	line->cut |= i < len || argv->truncated;
	close_quote(line, to);
}
