/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_MEMO_H
#define RVM_MEMO_H

#include <stdbool.h>

/**
 * struct found - what was found under a name
 */
struct found {
	char *name;
	/* @value is what was found: NULL for nothing. */
	bool known;
	const void *value;
};

/**
 * struct memo - what is looked for once for each name; begins as zeroes
 */
struct memo {
	/* tsearch tree of struct found by name. */
	void *tree;
};

/* What is noted of a name, for the caller to fill if it is not known; NULL without memory. */
struct found *memo_at(struct memo *memo, const char *name);
void memo_end(struct memo *memo);

#endif
