// SPDX-License-Identifier: GPL-2.0-only
/* Command patterns and argument vectors, word by word. */
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

/* As in globs, with "*" only; ends for the same reason. */
static bool match_word(const char *word, size_t word_len, const char *arg, size_t arg_len)
{
	size_t star = word_len, retry = 0, pos = 0, i = 0;

	while (i < arg_len) {
		if (pos < word_len && word[pos] == '*') {
			star = pos++;
			retry = i;
		} else if (pos < word_len && word[pos] == arg[i]) {
			pos++;
			i++;
		} else if (star < word_len) {
			pos = star + 1;
			i = ++retry;
		} else {
			return false;
		}
	}
	while (pos < word_len && word[pos] == '*')
		pos++;
	return pos == word_len;
}

/* The word at @pos; moves behind it.  A missing NUL at the end is as good as one. */
static const char *next_word(const char *text, size_t len, size_t *pos, size_t *word_len)
{
	const char *word = text + *pos;

	*word_len = strnlen(word, len - *pos);
	*pos += *word_len;
	if (*pos < len)
		(*pos)++;
	return word;
}

bool rvm_argv_match_program(const char *pattern, size_t len, const char *path, size_t path_len)
{
	size_t word_len = strnlen(pattern, len);
	const char *word = rvm_base_name(pattern, &word_len);
	const char *base = rvm_base_name(path, &path_len);

	return word_len && word_len == path_len && !memcmp(word, base, word_len);
}

bool rvm_argv_match_rest(const char *pattern, size_t len, bool prefix, const struct rvm_argv *argv,
			 bool unseen)
{
	size_t pos = 0, arg_pos = 0, word_len, arg_len;
	const char *word, *arg;

	if (pos < len)
		next_word(pattern, len, &pos, &word_len);
	if (arg_pos < argv->len)
		next_word(argv->text, argv->len, &arg_pos, &arg_len);
	while (pos < len) {
		if (arg_pos == argv->len)
			return argv->truncated && unseen;
		word = next_word(pattern, len, &pos, &word_len);
		arg = next_word(argv->text, argv->len, &arg_pos, &arg_len);
		if (!match_word(word, word_len, arg, arg_len))
			return false;
	}
	return prefix || (arg_pos == argv->len && !argv->truncated);
}

bool rvm_argv_match(const char *pattern, size_t len, bool prefix, const struct rvm_argv *argv)
{
	if (!len)
		return prefix;
	if (!argv->len)
		return false;
	return rvm_argv_match_program(pattern, len, argv->text, strnlen(argv->text, argv->len)) &&
	       rvm_argv_match_rest(pattern, len, prefix, argv, false);
}
