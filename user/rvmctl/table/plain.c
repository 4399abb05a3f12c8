// SPDX-License-Identifier: GPL-2.0-only
/* Capability tables of thousands of rows: one pass over the text, without a document. */
#include <string.h>

#include "lib/model/rights.h"
#include "table/plain.h"

/* No more than are exact everywhere. */
#define DIGITS_MAX 15

enum key {
	KEY_RIGHTS,
	KEY_RESOURCE,
	KEY_PROOF_TIER,
	KEY_EXPIRES_AT,
	KEY_GRANT_ONCE,
};

static const struct {
	const char *name;
	size_t len;
} keys[] = {
	[KEY_RIGHTS] = { "rights", 6 },		 [KEY_RESOURCE] = { "resource", 8 },
	[KEY_PROOF_TIER] = { "proof_tier", 10 }, [KEY_EXPIRES_AT] = { "expires_at", 10 },
	[KEY_GRANT_ONCE] = { "grant_once", 10 },
};

/* Each of these returns what is behind, NULL for whatever is not plain. */

static char *skip_blanks(char *at)
{
	while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')
		at++;
	return at;
}

static char *skip(char *at, char wanted)
{
	if (!at)
		return NULL;
	at = skip_blanks(at);
	return *at == wanted ? at + 1 : NULL;
}

/* Ends with a NUL in place of the quote. */
static char *read_string(char *at, char **text, size_t *len)
{
	at = skip(at, '"');
	if (!at)
		return NULL;
	*text = at;
	while (*at >= 0x20 && *at < 0x7f && *at != '"' && *at != '\\')
		at++;
	if (*at != '"')
		return NULL;
	*at = '\0';
	*len = at - *text;
	return at + 1;
}

static char *read_rights(char *at, struct row *row)
{
	char *next = at = skip(at, '[');

	while (next) {
		char *text;
		size_t len;
		int right;

		at = read_string(next, &text, &len);
		right = at ? rvm_right_parse(text, len) : -1;
		if (right < 0)
			return NULL;
		row->rights |= right;
		next = skip(at, ',');
	}
	return skip(at, ']');
}

static char *read_tier(char *at, struct row *row)
{
	char *text;
	size_t len;

	at = read_string(at, &text, &len);
	if (!at || len != 2 || text[0] != 'P' || text[1] < '1' || text[1] > '3')
		return NULL;
	row->tier = text[1] - '0';
	return at;
}

static char *read_seconds(char *at, struct row *row)
{
	size_t digits;

	at = skip_blanks(at);
	digits = strspn(at, "0123456789");
	if (!digits || digits > DIGITS_MAX || (*at == '0' && digits > 1))
		return NULL;
	row->expires_at = strtoll(at, NULL, 10);
	return at + digits;
}

static char *read_once(char *at, struct row *row)
{
	at = skip_blanks(at);
	row->grant_once = !strncmp(at, "true", 4);
	if (row->grant_once)
		return at + 4;
	return strncmp(at, "false", 5) ? NULL : at + 5;
}

static char *read_value(char *at, enum key key, struct row *row)
{
	char *text;

	switch (key) {
	case KEY_RIGHTS:
		return read_rights(at, row);
	case KEY_RESOURCE:
		at = read_string(at, &text, &row->len);
		row->resource = at ? text : NULL;
		return at;
	case KEY_PROOF_TIER:
		return read_tier(at, row);
	case KEY_EXPIRES_AT:
		return read_seconds(at, row);
	case KEY_GRANT_ONCE:
		return read_once(at, row);
	}
	return NULL;
}

static int find_key(const char *text, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (keys[i].len == len && !memcmp(keys[i].name, text, len))
			return i;
	}
	return -1;
}

/* What a row has to have: without one it is an error, or means something else. */
#define NEEDED (1u << KEY_RIGHTS | 1u << KEY_RESOURCE | 1u << KEY_PROOF_TIER | 1u << KEY_EXPIRES_AT)

static char *read_row(char *at, struct row *row)
{
	unsigned int seen = 0;
	char *next = at = skip(at, '{');

	while (next) {
		char *text;
		size_t len;
		int key;

		at = read_string(next, &text, &len);
		key = at ? find_key(text, len) : -1;
		if (key < 0 || seen & 1u << key)
			return NULL;
		seen |= 1u << key;
		at = skip(at, ':');
		at = at ? read_value(at, key, row) : NULL;
		next = skip(at, ',');
	}
	return (seen & NEEDED) == NEEDED ? skip(at, '}') : NULL;
}

/* Room grows by doubling. */
static struct row *add_row(struct table *t)
{
	struct row *more;

	if (!(t->n & (t->n - 1))) {
		more = reallocarray(t->rows, t->n ? 2 * t->n : 1, sizeof(*more));
		if (!more)
			return NULL;
		t->rows = more;
	}
	more = &t->rows[t->n++];
	*more = (struct row){ 0 };
	return more;
}

static bool read_rows(struct table *t)
{
	char *at = skip(t->strings, '['), *next = at;

	while (next) {
		struct row *row = add_row(t);

		at = row ? read_row(next, row) : NULL;
		next = skip(at, ',');
	}
	at = skip(at, ']');
	return at && skip_blanks(at) == t->strings + t->doc.len;
}

bool plain_read(struct table *t)
{
	t->strings = malloc(t->doc.len + 1);
	if (!t->strings)
		return false;
	memcpy(t->strings, t->doc.text, t->doc.len);
	t->strings[t->doc.len] = '\0';
	if (read_rows(t))
		return true;
	free(t->strings);
	free(t->rows);
	t->strings = NULL;
	t->rows = NULL;
	t->n = 0;
	return false;
}
