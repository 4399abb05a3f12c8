/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_GRANT_REQUEST_H
#define RVMCTL_GRANT_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd.h"
#include "partition/token_list.h"
#include "table/resolve.h"
#include "wire/nl.h"

/* What the module is asked about tokens. */

/**
 * struct wish - a token that is asked for; what is 0 or NULL is as in the source
 */
struct wish {
	/* What it is derived from; NULL for none. */
	const struct token_ref *source;
	/* Who gets it; 0 for the caller's partition. */
	uint32_t partition;
	uint8_t rights;
	uint8_t tier;
	/* enum rvm_token_type; without @source only. */
	uint32_t type;
	bool has_badge;
	uint64_t badge;
	int64_t expires_at;
	/* RVM_TOKEN_FLAG_SINGLE_USE, RVM_TOKEN_FLAG_UNTIL_EXIT. */
	uint32_t flags;
	const struct scope *scope;
	/* The string that @scope was made of, and whether what it hangs on is sent. */
	const char *resource;
	bool anchor;
};

/**
 * struct granted - a token that was given
 */
struct granted {
	uint64_t id;
	uint32_t index;
	uint32_t generation;
	uint64_t sequence;
};

int request_grant(struct nlc *nlc, const struct wish *wish, struct granted *granted,
		  struct err *err);

/**
 * struct taken - what was taken back
 */
struct taken {
	uint32_t count;
	uint64_t sequence;
};

int request_revoke(struct nlc *nlc, const struct token_ref *token, struct taken *taken,
		   struct err *err);

/* Words of --tier; the tier is one more than the index. */
extern const char *const grant_tiers[];

/* --for, --expires, --once and --until-exit, as time and flags of a wish. */
int wish_read_end(const struct args *args, struct wish *wish, struct err *err);

#endif
