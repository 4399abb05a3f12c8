// SPDX-License-Identifier: GPL-2.0-only
/* Values of arguments, by their types. */
#include <errno.h>
#include <string.h>

#include "base/duration.h"
#include "lib/model/rights.h"
#include "limits.h"
#include "value.h"

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-"

bool name_valid(const char *name)
{
	size_t n;

	if (name[0] < 'a' || name[0] > 'z')
		return false;
	n = strspn(name, NAME_LETTERS);
	return !name[n] && n <= RVM_NAME_MAX;
}

bool name_is_partition(const char *name)
{
	size_t n = name[0] >= 'a' && name[0] <= 'z' ? strspn(name, NAME_LETTERS) : 0;

	if (!n)
		return false;
	while (name[n] == '.') {
		size_t more = strspn(name + n + 1, NAME_LETTERS);

		if (!more)
			return false;
		n += 1 + more;
	}
	return !name[n] && n <= RVM_NAME_MAX;
}

static int bad_value(struct err *err, const struct arg *arg, const char *text, const char *want)
{
	return err_make(err, EXIT_USAGE, "%s: '%s' is not %s", arg->name, text, want);
}

static int read_unsigned(struct err *err, const struct arg *arg, const char *text, uint64_t max,
			 uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && !*end && !errno && *out <= max)
		return 0;
	bad_value(err, arg, text,
		  max == UINT32_MAX ? "a number below 2^32" : "a number below 2^64");
	return arg->meta && !strcmp(arg->meta, "BYTES") ? err_hint(err, "write it in bytes") : -1;
}

static int read_signed(struct err *err, const struct arg *arg, const char *text, int64_t *out)
{
	const char *digits = text + (text[0] == '-');
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	if (digits[0] < '0' || digits[0] > '9' || *end || errno)
		return bad_value(err, arg, text, "a whole number of 64 bits");
	return 0;
}

char *words_join(const char *const *words)
{
	char *text = NULL, *longer;

	for (; *words; words++) {
		longer = format("%s%s%s", text ? text : "", text ? ", " : "", *words);
		free(text);
		text = longer;
		if (!text)
			break;
	}
	return text;
}

static int read_word(struct err *err, const struct arg *arg, const char *text, uint64_t *out)
{
	static const char *const onoff[] = { "off", "on", NULL };
	const char *const *words = arg->type == ARG_ONOFF ? onoff : arg->words;
	auto_free char *all = NULL;

	for (size_t i = 0; words[i]; i++) {
		if (!strcmp(words[i], text)) {
			*out = i;
			return 0;
		}
	}
	all = words_join(words);
	err_make(err, EXIT_USAGE, "%s: '%s' is not a valid value", arg->name, text);
	return err_hint(err, "use %s", all ? all : words[0]);
}

/* "READ,WRITE" */
static int read_rights(struct err *err, const struct arg *arg, const char *text, uint64_t *out)
{
	size_t len;

	*out = 0;
	for (const char *at = text;; at += len + 1) {
		int right;

		len = strcspn(at, ",");
		right = rvm_right_parse(at, len);
		if (right < 0) {
			bad_value(err, arg, text, "a list of rights");
			return err_hint(err, "join with commas: READ, WRITE, GRANT, REVOKE, "
					     "EXECUTE, PROVE, GRANT_ONCE");
		}
		*out |= right;
		if (!at[len])
			return 0;
	}
}

int value_read(struct err *err, const struct arg *arg, const char *text, struct value *v)
{
	size_t len = strlen(text);

	switch (arg->type) {
	case ARG_FLAG:
	case ARG_REST:
		return 0;
	case ARG_STRING:
	case ARG_FILE:
	case ARG_DIR:
		if (!len && arg->type != ARG_STRING)
			return bad_value(err, arg, text, "a path");
		return 0;
	case ARG_NAME:
		if (!name_is_partition(text))
			return bad_value(
				err, arg, text,
				"a partition's name (a-z first, then a-z 0-9 -, at most 64)");
		return 0;
	case ARG_U32:
		return read_unsigned(err, arg, text, UINT32_MAX, &v->u);
	case ARG_U64:
		return read_unsigned(err, arg, text, UINT64_MAX, &v->u);
	case ARG_S64:
		return read_signed(err, arg, text, &v->s);
	case ARG_WORD:
	case ARG_ONOFF:
		return read_word(err, arg, text, &v->u);
	case ARG_RIGHTS:
		return read_rights(err, arg, text, &v->u);
	case ARG_DURATION:
		if (duration_parse(text, &v->u))
			return bad_value(
				err, arg, text,
				"a duration, such as 30s, 10m, 1h30m or 1d (at most 366d)");
		return 0;
	case ARG_TIME:
		if (moment_parse(text, &v->s))
			return bad_value(err, arg, text,
					 "a time: \"2030-01-31 12:00\", or seconds since 1970");
		return 0;
	case ARG_HEX:
		if (!len || len % 2 || text[strspn(text, "0123456789abcdefABCDEF")])
			return bad_value(err, arg, text, "an even number of hexadecimal digits");
		return 0;
	}
	return 0;
}
