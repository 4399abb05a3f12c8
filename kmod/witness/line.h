/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_LINE_H
#define _RVM_LINE_H

#include <linux/types.h>

struct rvm_argv;

/**
 * struct rvm_line - a line of "key=value" pairs under construction
 *
 * Values from outside are quoted; control bytes, quotes and backslashes in
 * them are written as \xNN, so a line is one line whatever it is made of.
 */
struct rvm_line {
	/** @text: The line, always NUL-terminated. */
	char *text;
	/** @size: Bytes at @text. */
	size_t size;
	/** @len: Bytes used. */
	size_t len;
	/** @cut: Something did not fit. */
	bool cut;
};

/** rvm_line_add() - add key="value", at most @value_len bytes of it, escaped */
void rvm_line_add(struct rvm_line *line, const char *key, const char *value, size_t value_len);
/** rvm_line_add_number() - add key=number */
void rvm_line_add_number(struct rvm_line *line, const char *key, u64 number);
/** rvm_line_add_text() - add text as it is; what does not fit is left out */
void rvm_line_add_text(struct rvm_line *line, const char *text);

/**
 * rvm_line_add_words() - add argv="...", with a blank between the arguments
 * @line: the line
 * @argv: the arguments; a blank inside one is escaped
 */
void rvm_line_add_words(struct rvm_line *line, const struct rvm_argv *argv);

/**
 * rvm_line_add_path() - add path="...", or its beginning and its end
 * @line: the line
 * @path: not terminated
 * @len: its bytes
 * @share: it may take one in so many of the bytes that are left
 * @whole: @path is all of it
 */
void rvm_line_add_path(struct rvm_line *line, const char *path, size_t len, unsigned int share,
		       bool whole);

#endif /* _RVM_LINE_H */
