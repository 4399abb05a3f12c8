/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_VALUE_H
#define RVMCTL_VALUE_H

#include "cmd.h"

/**
 * struct value - what was given for an argument
 */
struct value {
	/** @text: Each value as typed. */
	const char **text;
	/** @n: How many. */
	size_t n;
	/** @u: The last one as a number, a mask, or the index of a word. */
	uint64_t u;
	/** @s: Likewise, of those that have a sign. */
	int64_t s;
};

/* Check @text and fill the numbers of @v.  Return: 0; -1 with @err. */
int value_read(struct err *err, const struct arg *arg, const char *text, struct value *v);

/* "a, b, c"; free() it. */
char *words_join(const char *const *words);

#endif
