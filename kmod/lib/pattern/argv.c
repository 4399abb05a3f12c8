// SPDX-License-Identifier: GPL-2.0-only
/* Command patterns and argument vectors, compared word by word. */
#include <linux/errno.h>
#include <linux/string.h>

#include "lib/pattern/argv.h"
#include "lib/pattern/glob.h"

const char *rvm_base_name(const char *path, size_t *len)
{
	size_t i = *len;

	while (i && path[i - 1] != '/')
		i--;
	*len -= i;
	return path + i;
}

static size_t piece_len(const char *word, size_t len, size_t begin)
{
	const char *star = memchr(word + begin, '*', len - begin);

	return (star ? (size_t)(star - word) : len) - begin;
}

/* As in globs, with "*" only: see glob.c. */
static bool match_word(const char *word, size_t word_len, const char *arg, size_t arg_len)
{
	size_t pos = piece_len(word, word_len, 0), i = pos, n;

	if (pos > arg_len || memcmp(word, arg, pos))
		return false;
	if (pos == word_len)
		return pos == arg_len;
	for (;;) {
		const char *piece = word + ++pos;

		n = piece_len(word, word_len, pos);
		pos += n;
		if (n > arg_len - i)
			return false;
		if (pos == word_len)
			return !memcmp(piece, arg + arg_len - n, n);
		while (memcmp(piece, arg + i, n))
			if (++i + n > arg_len)
				return false;
		i += n;
	}
}

/* The word at @pos; moves @pos past it.  The NUL at the end may be missing. */
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

/*
 * A leading dash makes a login shell, which runs more than its arguments say: it matches
 * only rules that let the program run anything.
 */
static bool match_login(const char *pattern, size_t len, bool prefix, const struct rvm_argv *argv)
{
	if (!prefix || strnlen(pattern, len) + 1 < len || argv->text[0] != '-')
		return false;
	return rvm_argv_match_program(pattern, len, argv->text + 1,
				      strnlen(argv->text + 1, argv->len - 1));
}

bool rvm_argv_match(const char *pattern, size_t len, bool prefix, const struct rvm_argv *argv)
{
	if (!len)
		return prefix;
	if (!argv->len)
		return false;
	if (match_login(pattern, len, prefix, argv))
		return true;
	return rvm_argv_match_program(pattern, len, argv->text, strnlen(argv->text, argv->len)) &&
	       rvm_argv_match_rest(pattern, len, prefix, argv, false);
}

/* The longest piece between two stars, which is searched for at each byte. */
static u64 steps_each_byte(const char *word, size_t len)
{
	size_t at = piece_len(word, len, 0), n;
	u64 most = 0;

	while (at < len) {
		n = piece_len(word, len, ++at);
		/* The last piece is not searched for. */
		if (at + n == len)
			break;
		at += n;
		if (n > most)
			most = n;
	}
	return most;
}

u64 rvm_argv_steps(const char *pattern, size_t len)
{
	u64 steps = len, most = 0, each;
	size_t pos = 0, word_len;

	while (pos < len) {
		const char *word = next_word(pattern, len, &pos, &word_len);

		steps += RVM_GLOB_STEPS;
		each = steps_each_byte(word, word_len);
		if (each > most)
			most = each;
	}
	return steps + RVM_ARGV_BYTES_MAX * most;
}
