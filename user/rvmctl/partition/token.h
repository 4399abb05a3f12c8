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

/* Columns of tables of them, and what prints each that token_dump() finds as a row. */
extern const struct out_col token_cols[];
extern const struct out_col exclusion_cols[];
int token_print(struct nlattr **a, int cmd, void *out, struct err *err);
int token_print_exclusion(struct nlattr **a, int cmd, void *out, struct err *err);
/* All, or those of one partition.  @cmd: RVM_CMD_TOKEN_GET or RVM_CMD_EXCLUSION_GET. */
int token_dump(struct nlc *nlc, int cmd, uint32_t partition, nlc_fn fn, void *data,
	       struct err *err);

int token_count_lost(struct nlc *nlc, uint32_t partition, struct token_lost *lost, struct err *err);

#endif
