/* SPDX-License-Identifier: GPL-2.0-only */
/* Command patterns as tables write them. */
#ifndef RVM_ARGV_PARSE_H
#define RVM_ARGV_PARSE_H

#include <linux/types.h>

/**
 * rvm_argv_parse_pattern() - split what is in the brackets of "Bash(...)" into words
 * @text: such as "git diff*", "git diff:*", "npm run test *"
 * @len: its bytes
 * @out: room for the words, each ended by NUL, the program word first; NULL to only check
 * @size: bytes in @out; @len + 1 always suffice
 * @out_len: bytes used
 * @prefix: set if further words may follow
 * @at: on failure, the offset of what is wrong; may be NULL
 *
 * Blanks and tabs separate words.  A ":*" at the end, and a "*" at the end
 * whether it stands alone or ends a word, mean that further words may follow;
 * the last word itself is not extended ("git diff*" is not "git difftool").
 * "*" and ":*" alone give no words: every program.
 *
 * The program must be named: a program word that holds a "*" elsewhere than at
 * the end of the pattern, or that ends in a slash, is refused.
 *
 * Return: 0; -EINVAL for control bytes, an empty pattern or a program that is
 * not named; -E2BIG for too many bytes, words or stars.
 */
int rvm_argv_parse_pattern(const char *text, size_t len, char *out, size_t size, size_t *out_len,
			   bool *prefix, size_t *at);

#endif /* RVM_ARGV_PARSE_H */
