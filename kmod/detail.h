/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_DETAIL_H
#define _RVM_DETAIL_H

#include <linux/types.h>

struct rvm_argv;
struct rvm_question;
struct rvm_verdict;

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

/**
 * rvm_detail_new() - the detail line of a verdict
 * @q: what was asked
 * @v: the answer
 *
 * Context: inside rcu_read_lock(); never sleeps.
 * Return: a line, or NULL for want of memory; rvm_detail_free() it.
 */
char *rvm_detail_new(const struct rvm_question *q, const struct rvm_verdict *v);
/** rvm_detail_free() - NULL is fine */
void rvm_detail_free(char *line);

#endif /* _RVM_DETAIL_H */
