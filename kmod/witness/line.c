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

void rvm_line_add_text(struct rvm_line *line, const char *text)
{
	line->len += scnprintf(line->text + line->len, line->size - line->len, "%s", text);
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c != 0x7f && c != '"' && c != '\\';
}

static size_t width_of(unsigned char c)
{
	return is_plain(c) ? 1 : 4;
}

static void add_byte(struct rvm_line *line, unsigned char c)
{
	if (is_plain(c))
		line->text[line->len++] = c;
	else
		line->len += scnprintf(line->text + line->len, 5, "\\x%02x", c);
}

void rvm_line_add(struct rvm_line *line, const char *key, const char *value, size_t value_len)
{
	size_t i;

	/* A pair that does not fit with its closing quote is not begun. */
	if (line->len + strlen(key) + 8 > line->size) {
		line->cut = true;
		return;
	}
	line->len += scnprintf(line->text + line->len, line->size - line->len, "%s%s=\"",
			       line->len ? " " : "", key);
	for (i = 0; i < value_len && line->len + 6 < line->size; i++)
		add_byte(line, value[i]);
	line->cut |= i < value_len;
	line->text[line->len++] = '"';
	line->text[line->len] = '\0';
}

/* How many of the first, or last, bytes of @text take at most @room. */
static size_t fitting(const char *text, size_t len, size_t room, bool last)
{
	size_t i, taken = 0;

	for (i = 0; i < len; i++) {
		taken += width_of(text[last ? len - 1 - i : i]);
		if (taken > room)
			break;
	}
	return i;
}

static void add_bytes(struct rvm_line *line, const char *bytes, size_t len)
{
	while (len--)
		add_byte(line, *bytes++);
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
	if (line->len + strlen(key) + 24 > line->size)
		return;
	line->len += scnprintf(line->text + line->len, line->size - line->len, "%s%s=%llu",
			       line->len ? " " : "", key, number);
}

/*
 * The arguments, with blanks between them.  A blank inside of one is escaped, so
 * that whoever reads the line sees where they end.
 */
void rvm_line_add_words(struct rvm_line *line, const struct rvm_argv *argv)
{
	size_t i, len = argv->len;

	if (line->len + sizeof(" argv=\"\"") > line->size) {
		line->cut = true;
		return;
	}
	rvm_line_add_text(line, " argv=\"");
	/* The last NUL separates nothing. */
	if (len && !argv->text[len - 1])
		len--;
	for (i = 0; i < len && line->len + 6 < line->size; i++) {
		unsigned char c = argv->text[i];

		if (!c)
			line->text[line->len++] = ' ';
		else if (c != ' ' && is_plain(c))
			line->text[line->len++] = c;
		else
			line->len += scnprintf(line->text + line->len, 5, "\\x%02x", c);
	}
	line->cut |= i < len || argv->truncated;
	line->text[line->len++] = '"';
	line->text[line->len] = '\0';
}
