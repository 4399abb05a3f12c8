/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_TOKEN_H
#define RVMCTL_TOKEN_H

#include "base/out.h"
#include "log/event.h"
#include "partition/token_list.h"
#include "wire/nl.h"

/* Tokens for people: tables of them, in whatever is open. */

void tokens_print(struct out *o, const char *key, const struct tokens *tokens);
void tokens_print_exclusions(struct out *o, const char *key, const struct tokens *exclusions);

/* Rights beside the table that are good still, with their ends: a table, and each as a row. */
void tokens_granted_begin(struct out *o, const char *key);
void token_print_granted(struct out *o, const struct token *t, struct names *names);
/* All of them. */
void tokens_print_granted(struct out *o, const char *key, const struct tokens *tokens,
			  struct names *names);

/* Fields of one, without its partition: into a row or object that is open. */
void token_print_fields(struct out *o, const struct token *t);

/* How many scopes of a table have lost what they name. */
struct token_lost {
	size_t tokens;
	size_t exclusions;
};

/* @tokens: those of the partition. */
int token_count_lost(struct nlc *nlc, uint32_t partition, const struct tokens *tokens,
		     struct token_lost *lost, struct err *err);

#endif
