/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_CLAIMS_H
#define RVMCTL_CLAIMS_H

#include <stdbool.h>

#include "base/json.h"
#include "lib/model/claim.h"

/**
 * struct claims - claims of a file; strings are the document's
 */
struct claims {
	struct rvm_claim *claim;
	/* For each one: it has a resource, which is null. */
	bool *null_resource;
	size_t n;
};

/* Read the array at @where of @doc. */
int claims_read(struct claims *claims, const struct doc *doc, const json_t *array,
		const char *where, struct err *err);
/* Read a file that is an array or {"claims": [...]}. */
int claims_open(struct claims *claims, struct doc *doc, const char *path, struct err *err);
void claims_free(struct claims *claims);
#define auto_claims __attribute__((cleanup(claims_free)))

#endif
