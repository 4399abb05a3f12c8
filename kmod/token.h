/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_TOKEN_H
#define _RVM_TOKEN_H

#include <linux/types.h>

#include "lib/judge.h"

struct rvm_anchor;

/**
 * struct rvm_scope_object - a scope with its strings and its anchor
 *
 * Owned by one token or exclusion; freed with it.
 */
struct rvm_scope_object {
	/** @scope: What the judge reads. */
	struct rvm_scope scope;
	/** @glob: Storage for @scope.glob. */
	struct rvm_glob glob;
	/** @anchor: NULL if the class has none or it is unresolved. */
	struct rvm_anchor *anchor;
	/** @resource: The string it came from, NUL-terminated. */
	char *resource;
	/** @anchor_path: Path of the anchor at load, or NULL. */
	char *anchor_path;
	/** @text: Storage for the pattern. */
	char text[];
};

/**
 * struct rvm_token - a grant, or an exclusion, in a table
 *
 * Lives as long as its table.  Nothing changes after the table is published
 * but @core.flags, which only gains bits (WRITE_ONCE under the partition's lock).
 */
struct rvm_token {
	/** @core: What the judge reads. */
	struct rvm_token_core core;
	/** @object: Its scope; @core.scope points into it. */
	struct rvm_scope_object *object;
	/** @badge: Which file it came from. */
	u64 badge;
	/** @birth: Witness sequence of the commit. */
	u64 birth;
	/** @index: Place in the table. */
	u32 index;
	/** @owner: Partition id. */
	u32 owner;
};

/** rvm_token_destroy() - free a token with its scope; may sleep */
void rvm_token_destroy(struct rvm_token *token);

#endif /* _RVM_TOKEN_H */
