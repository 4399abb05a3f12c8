// SPDX-License-Identifier: GPL-2.0-only
/* Command patterns as tables write them, into words. */
#include <linux/errno.h>
#include <linux/string.h>

#include "grammar/argv_parse.h"
#include "lib/pattern/argv.h"

static int fail(size_t *at, size_t where, int err)
{
	if (at)
		*at = where;
	return err;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_control(char c)
{
	return ((u8)c < 0x20 && c != '\t') || c == 0x7f;
}

static size_t trim_end(const char *text, size_t len)
{
	while (len && is_blank(text[len - 1]))
		len--;
	return len;
}

/* Take ":*", "*" or a run of stars off the end. */
static size_t cut_prefix_mark(const char *text, size_t len, bool *prefix)
{
	size_t end = trim_end(text, len);

	*prefix = end && text[end - 1] == '*';
	if (!*prefix)
		return end;
	if (end >= 2 && text[end - 2] == ':')
		return trim_end(text, end - 2);
	while (end && text[end - 1] == '*')
		end--;
	return trim_end(text, end);
}

/* The program must be named: a star in it, or nothing behind its last slash, does not. */
static int check_word(const char *text, size_t begin, size_t end, bool program, size_t *at)
{
	unsigned int stars = 0;
	size_t i;

	for (i = begin; i < end; i++) {
		if (text[i] != '*')
			continue;
		if (program)
			return fail(at, i, -EINVAL);
		if (++stars > RVM_GLOB_STARS_MAX)
			return fail(at, i, -E2BIG);
	}
	if (stars && end - begin > RVM_ARGV_GLOB_BYTES_MAX)
		return fail(at, begin + RVM_ARGV_GLOB_BYTES_MAX, -E2BIG);
	if (program && text[end - 1] == '/')
		return fail(at, end - 1, -EINVAL);
	return 0;
}

static int check_bytes(const char *text, size_t len, size_t *at)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (is_control(text[i]))
			return fail(at, i, -EINVAL);
	if (!trim_end(text, len))
		return fail(at, 0, -EINVAL);
	if (len > RVM_ARGV_BYTES_MAX)
		return fail(at, RVM_ARGV_BYTES_MAX, -E2BIG);
	return 0;
}

int rvm_argv_parse_pattern(const char *text, size_t len, char *out, size_t size, size_t *out_len,
			   bool *prefix, size_t *at)
{
	size_t end, i = 0, used = 0, words = 0;
	int err;

	err = check_bytes(text, len, at);
	if (err)
		return err;
	end = cut_prefix_mark(text, len, prefix);
	while (i < end) {
		size_t begin;

		for (; is_blank(text[i]); i++)
			;
		for (begin = i; i < end && !is_blank(text[i]); i++)
			;
		err = check_word(text, begin, i, !words, at);
		if (err)
			return err;
		if (words++ == RVM_ARGV_PATTERN_WORDS_MAX)
			return fail(at, begin, -E2BIG);
		if (out) {
			if (size - used <= i - begin)
				return fail(at, begin, -E2BIG);
			memcpy(out + used, text + begin, i - begin);
			out[used + i - begin] = '\0';
		}
		used += i - begin + 1;
	}
	*out_len = used;
	return 0;
}
