/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_ARGV_H
#define _RVM_ARGV_H

#include <linux/types.h>

#include "lib/pattern/glob.h"

/**
 * DOC: argument vectors
 *
 * A command pattern is a list of words; the first is the program word.  It is matched
 * word by word on the vector, never on a joined string: a blank does not split an
 * argument.  A "*" in a word is any run of bytes of one argument.  With the prefix flag
 * further arguments may follow.
 */

/** RVM_ARGV_BYTES_MAX - bytes of an argument vector that are read */
#define RVM_ARGV_BYTES_MAX 4096
/** RVM_ARGV_WORDS_MAX - words of an argument vector that are read */
#define RVM_ARGV_WORDS_MAX 64
/** RVM_ARGV_PATTERN_WORDS_MAX - most words of a pattern */
#define RVM_ARGV_PATTERN_WORDS_MAX 32
/** RVM_ARGV_GLOB_BYTES_MAX - longest word of a pattern that holds a "*" */
#define RVM_ARGV_GLOB_BYTES_MAX 256

/**
 * struct rvm_argv - what was read of an argument vector
 */
struct rvm_argv {
	/** @text: Words, each ended by a NUL byte. */
	const char *text;
	/** @len: Bytes in @text, the last NUL included. */
	u16 len;
	/** @words: How many words are in @text. */
	u16 words;
	/** @truncated: There was more than was read. */
	bool truncated;
};

/**
 * rvm_argv_match() - does an argument vector match a pattern
 * @pattern: words, each ended by NUL, as rvm_argv_parse_pattern() makes them
 * @len: bytes in @pattern
 * @prefix: further words may follow
 * @argv: the vector; its argument 0 is compared by its base name with the program word
 *
 * A truncated vector matches only with @prefix and only if all words of the pattern lie
 * before the cut.  The argument 0 of a login shell, such as "-bash", matches a pattern
 * that allows the program any arguments.
 *
 * Context: Any.
 * Return: True if it matches.
 */
bool rvm_argv_match(const char *pattern, size_t len, bool prefix, const struct rvm_argv *argv);

/**
 * rvm_argv_match_program() - do a path and the program word have the same base name
 * @pattern: as for rvm_argv_match()
 * @len: bytes in @pattern
 * @path: a path, or argument 0 of a vector
 * @path_len: its bytes
 *
 * Context: Any.
 * Return: True if both base names are the same and not empty.
 */
bool rvm_argv_match_program(const char *pattern, size_t len, const char *path, size_t path_len);

/**
 * rvm_argv_match_rest() - do the words after the program word match
 * @pattern: as for rvm_argv_match()
 * @len: bytes in @pattern
 * @prefix: further words may follow
 * @argv: the vector; its argument 0 does not matter
 * @unseen: the answer if all that was read matches and words of the pattern lie after the
 *          cut; true where doubt must count as a match
 *
 * Context: Any.
 * Return: True if they match.
 */
bool rvm_argv_match_rest(const char *pattern, size_t len, bool prefix, const struct rvm_argv *argv,
			 bool unseen);

/**
 * rvm_argv_steps() - the most that matching can cost, whatever the vector
 * @pattern: as for rvm_argv_match()
 * @len: bytes in @pattern
 *
 * Return: an upper bound, in compared bytes.
 */
u64 rvm_argv_steps(const char *pattern, size_t len);

/**
 * rvm_base_name() - what follows the last slash
 * @path: the path
 * @len: its bytes; updated to the bytes of the base name
 *
 * Context: Any.
 * Return: Where in @path the base name begins.
 */
const char *rvm_base_name(const char *path, size_t *len);

#endif /* _RVM_ARGV_H */
