/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SELFTEST_TOKEN_H
#define _RVM_SELFTEST_TOKEN_H

/* Many tokens that are passed on and taken back: by handles, which need no search. */

#include <stdbool.h>
#include <stdint.h>

#include "common.h"

struct handle {
	uint32_t index;
	uint32_t generation;
};

/* What is derived from a token; what is 0 or NULL is as there. */
struct gift {
	struct handle source;
	/* Partition that gets it. */
	uint32_t target;
	/* enum rvm_right. */
	uint32_t rights;
	/* PATH: names below the anchor. */
	const char *pattern;
};

/* The token that the table of a box has at this place; nothing was granted to it yet. */
bool token_find(const struct box *box, unsigned int nth, struct handle *found);
/* 0 or the errno. */
int token_grant(int nl, const struct gift *gift, struct handle *given);
/* Likewise; how many went. */
int token_revoke(int nl, const struct handle *token, uint32_t *count);

#endif
