/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_TOKEN_LIST_H
#define RVMCTL_TOKEN_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/pattern/addr.h"
#include "wire/nl.h"

/* Tokens as the module says them, to be looked at and compared. */

/**
 * struct token - a token, or an exclusion, which has only rights and a scope
 */
struct token {
	uint64_t id;
	uint64_t parent;
	uint64_t badge;
	/* Records of what made it, and of what took it back; 0 for none. */
	uint64_t birth;
	uint64_t revoked;
	uint32_t index;
	uint32_t generation;
	uint32_t partition;
	uint32_t epoch;
	uint32_t depth;
	/* enum rvm_token_flag. */
	uint32_t flags;
	uint8_t rights;
	uint8_t tier;
	int64_t expires_at;
	/* NULL for everywhere. */
	char *within;
	/* Its scope; strings that it has not are NULL. */
	uint32_t class;
	uint32_t scope_flags;
	char *resource;
	char *anchor;
	uint64_t anchor_ino;
	char *pattern;
	size_t len;
	uint32_t family;
	struct rvm_addr_range range;
};

void token_free(struct token *t);
#define auto_token __attribute__((cleanup(token_free)))

/**
 * struct tokens - those of one partition, or of all
 */
struct tokens {
	struct token *list;
	size_t n;
	/* Each of them, in the order of their ids. */
	const struct token **by_id;
};

void tokens_free(struct tokens *tokens);
#define auto_tokens __attribute__((cleanup(tokens_free)))

/* @partition: 0 for all that the caller may see. */
int tokens_get(struct nlc *nlc, uint32_t partition, struct tokens *tokens, struct err *err);
/* Exclusions of a partition; @by_id stays empty. */
int tokens_get_exclusions(struct nlc *nlc, uint32_t partition, struct tokens *tokens,
			  struct err *err);
/* NULL if it is not among them. */
const struct token *tokens_find(const struct tokens *tokens, uint64_t id);
/* Is it derived from the other, or that one itself? */
bool tokens_is_from(const struct tokens *tokens, const struct token *t, uint64_t above);

/**
 * struct token_ref - what a token is asked for by
 */
struct token_ref {
	/* 0 if it is by handle. */
	uint64_t id;
	uint32_t index;
	uint32_t generation;
};

/* An id, or INDEX:GENERATION.  Return: 0; -1 with @err. */
int token_ref_parse(const char *text, struct token_ref *ref, struct err *err);
/* Could it be one?  Names and rules begin otherwise. */
bool token_ref_is(const char *text);
/* Into a request of the set "grant". */
int token_ref_put(struct nl_msg *msg, const struct token_ref *ref);
/* The token of it; one that is not there, or not the caller's, is an error. */
int token_get(struct nlc *nlc, const struct token_ref *ref, struct token *t, struct err *err);

/* Beside the table, and good for something still. */
bool token_is_granted(const struct token *t);
/* Was taken back, is used up, or has expired. */
bool token_is_over(const struct token *t);
/* "9 min left, once"; "-" if it has no end.  free() it. */
char *token_end_text(const struct token *t);

#endif
