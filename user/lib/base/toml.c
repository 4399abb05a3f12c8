// SPDX-License-Identifier: GPL-2.0-only
/*
 * Enough TOML for one name: comments, tables of one word, one value a line.
 * Whatever could hide another [partition] is refused.
 */
#include <string.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/toml.h"

#define MANIFEST_BYTES_MAX (1u << 20)

struct reader {
	const char *path;
	size_t line;
	bool in_partition;
	bool had_partition;
	char **name;
	struct err *err;
};

static int fail(const struct reader *r, size_t column, const char *reason)
{
	err_make(r->err, EXIT_USAGE, "%s:%zu:%zu: %s", r->path, r->line, column + 1, reason);
	return err_hint(r->err, "correct it, or name the partition with --partition");
}

static size_t blanks(const char *s)
{
	return strspn(s, " \t");
}

/* Behind a value: nothing, or a comment. */
static bool ends(const char *s)
{
	s += blanks(s);
	return !*s || *s == '#';
}

static int read_header(struct reader *r, const char *line)
{
	size_t len = strcspn(line, "]");

	if (line[1] == '[' || !line[len] || !ends(line + len + 1))
		return fail(r, 0, "not a table header: write [NAME]");
	r->in_partition = len == strlen("[partition") && !strncmp(line, "[partition", len);
	if (r->in_partition && r->had_partition)
		return fail(r, 0, "[partition] stands here for the second time");
	r->had_partition |= r->in_partition;
	return 0;
}

/* A basic string at @s; its end in *used. */
static char *read_string(const char *s, size_t *used)
{
	auto_free char *out = malloc(strlen(s) + 1);
	size_t n = 0, i = 1;

	for (; out && s[i] && s[i] != '"'; i++) {
		static const char from[] = "\"\\nrtbf", to[] = "\"\\\n\r\t\b\f";
		const char *at;

		if (s[i] != '\\') {
			out[n++] = s[i];
			continue;
		}
		at = s[i + 1] ? strchr(from, s[i + 1]) : NULL;
		if (!at)
			return NULL;
		out[n++] = to[at - from];
		i++;
	}
	if (!out || s[i] != '"')
		return NULL;
	out[n] = '\0';
	*used = i + 1;
	return take_ptr(out);
}

static int read_pair(struct reader *r, const char *line)
{
	size_t key =
		strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
	size_t at = key + blanks(line + key);
	auto_free char *value = NULL;
	size_t used = 0;

	if (!key || line[at] != '=')
		return fail(r, key, "a key and '=' belong here");
	at++;
	at += blanks(line + at);
	if (!strncmp(line + at, "\"\"\"", 3) || !strncmp(line + at, "'''", 3) || !line[at])
		return fail(r, at, "a value of one line belongs here");
	if (line[at] == '"') {
		value = read_string(line + at, &used);
		if (!value || !ends(line + at + used))
			return fail(r, at,
				    "the string does not end, or has an escape that is not known");
	}
	if (!r->in_partition || key != strlen("name") || strncmp(line, "name", key))
		return 0;
	if (!value)
		return fail(r, at, "the name must be a string");
	if (*r->name)
		return fail(r, 0, "the name stands here for the second time");
	*r->name = take_ptr(value);
	return 0;
}

static int read_line(struct reader *r, char *line)
{
	size_t len = strlen(line);

	if (len && line[len - 1] == '\r')
		line[--len] = '\0';
	for (size_t i = 0; i < len; i++) {
		if (((unsigned char)line[i] < 0x20 && line[i] != '\t') || line[i] == 0x7f)
			return fail(r, i, "TOML has no control characters");
	}
	line += blanks(line);
	if (!*line || *line == '#')
		return 0;
	return *line == '[' ? read_header(r, line) : read_pair(r, line);
}

int manifest_name(const char *path, char **name, struct err *err)
{
	struct reader r = { .path = path, .name = name, .err = err };
	auto_free char *text = NULL;
	struct stat st;
	size_t len;

	*name = NULL;
	if (access(path, F_OK))
		return 0;
	if (file_read(path, MANIFEST_BYTES_MAX, &text, &len, &st, NULL, err))
		return -1;
	for (size_t at = 0; at < len;) {
		char *end = memchr(text + at, '\n', len - at);
		size_t next = end ? (size_t)(end - text) + 1 : len;

		r.line++;
		if (memchr(text + at, '\0', next - at)) {
			fail(&r, 0, "TOML has no NUL");
			goto bad;
		}
		if (end)
			*end = '\0';
		if (read_line(&r, text + at))
			goto bad;
		at = next;
	}
	return 0;
bad:
	free(*name);
	*name = NULL;
	return -1;
}
