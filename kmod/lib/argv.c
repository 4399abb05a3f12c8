// SPDX-License-Identifier: GPL-2.0-only
/*
 * Argument vectors, word by word.
 */

#include <linux/errno.h>
#include <linux/string.h>

#include "argv.h"

const char *rvm_base_name(const char *path, size_t *len)
{
	size_t i = *len;

	while (i && path[i - 1] != '/')
		i--;
	*len -= i;
	return path + i;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static int fail(size_t *at, size_t where, int err)
{
	if (at)
		*at = where;
	return err;
}

/* Take ":*", " *" or "*" off the end. */
static size_t strip_prefix_mark(const char *text, size_t len, bool *prefix)
{
	*prefix = false;
	while (len && is_blank(text[len - 1]))
		len--;
	if (len && text[len - 1] == '*') {
		*prefix = true;
		len--;
		if (len && text[len - 1] == ':')
			len--;
	}
	while (len && is_blank(text[len - 1]))
		len--;
	return len;
}

int rvm_argv_parse_pattern(const char *text, size_t len, char *out, size_t size, size_t *out_len,
			   bool *prefix, size_t *at)
{
	size_t i = 0, used = 0, words = 0;

	if (!len)
		return fail(at, 0, -EINVAL);
	len = strip_prefix_mark(text, len, prefix);
	if (!len && !*prefix)
		return fail(at, 0, -EINVAL);
	while (i < len) {
		if (is_blank(text[i])) {
			i++;
			continue;
		}
		if (++words > RVM_ARGV_PATTERN_WORDS_MAX)
			return fail(at, i, -E2BIG);
		for (; i < len && !is_blank(text[i]); i++) {
			if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
				return fail(at, i, -EINVAL);
			if (used + 2 > size)
				return fail(at, i, -E2BIG);
			out[used++] = text[i];
		}
		out[used++] = '\0';
	}
	*out_len = used;
	return 0;
}

/* "*" is any run of bytes of the word; nothing else is special. */
static bool match_word(const char *pattern, size_t plen, const char *word, size_t wlen)
{
	size_t i = 0, j = 0, star = plen, back = 0;

	while (j < wlen) {
		if (i < plen && pattern[i] == '*') {
			star = i++;
			back = j;
		} else if (i < plen && pattern[i] == word[j]) {
			i++;
			j++;
		} else if (star != plen) {
			i = star + 1;
			j = ++back;
		} else {
			return false;
		}
	}
	while (i < plen && pattern[i] == '*')
		i++;
	return i == plen;
}

bool rvm_argv_match(const char *pattern, size_t len, bool prefix, const struct rvm_argv *argv)
{
	const char *end = pattern + len, *text = argv->text;
	const char *text_end = text + argv->len;
	bool first = true;

	while (pattern < end) {
		size_t plen = strnlen(pattern, end - pattern), wlen;
		const char *want = pattern, *word = text;
		size_t want_len = plen, word_len;

		if (text == text_end)
			return false;
		wlen = strnlen(text, text_end - text);
		word_len = wlen;
		if (first) {
			want = rvm_base_name(want, &want_len);
			word = rvm_base_name(word, &word_len);
		}
		if (!match_word(want, want_len, word, word_len))
			return false;
		first = false;
		pattern += plen + 1;
		text += wlen + 1;
	}
	if (prefix)
		return true;
	return text == text_end && !argv->truncated;
}
