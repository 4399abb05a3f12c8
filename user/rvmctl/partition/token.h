/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_TOKEN_H
#define RVMCTL_TOKEN_H

#include "base/out.h"
#include "wire/nl.h"

/* Fields of a scope, into the row or object that is open. */
void print_scope(struct out *o, struct nlattr *nest);

/* How many scopes of a table have lost what they name. */
struct token_lost {
	size_t tokens;
	size_t exclusions;
};

int token_count_lost(struct nlc *nlc, uint32_t partition, struct token_lost *lost, struct err *err);

#endif
