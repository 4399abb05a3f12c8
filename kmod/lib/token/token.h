/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_TOKEN_CORE_H
#define _RVM_TOKEN_CORE_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/types.h>

struct rvm_scope;

/**
 * DOC: tokens
 *
 * A token is a root of a table, was granted by the host, or was derived from another token,
 * its parent.  All that were derived from one token make a tree; taking one back takes its
 * whole subtree.  Derived tokens are at most as strong as their parent.
 */

/** RVM_DEPTH_MAX - greatest depth of a token; a root has 0 */
#define RVM_DEPTH_MAX 8

/**
 * struct rvm_handle - what a token is asked for by
 * @index: slot; used again for other tokens
 * @generation: how many tokens the slot has had; never 0
 */
struct rvm_handle {
	u32 index;
	u32 generation;
};

/**
 * struct rvm_token_core - the part of a token that is judged and derived from
 *
 * Hooks read it under RCU.  Of a token that they can find nothing changes but @flags, which
 * only gain bits, @rights, which only lose GRANT_ONCE, and @opens.  The links of the tree
 * are followed under the lock of all partitions only, but for @parent: a parent is freed
 * a grace period after the last token that was derived from it was revoked.
 */
struct rvm_token_core {
	/** @id: Unique in one load of the module. */
	u64 id;
	/** @expires_at: Unix seconds, 0 = never. */
	s64 expires_at;
	/** @scope: Never NULL. */
	const struct rvm_scope *scope;
	/** @badge: Where it came from; chosen by whoever made it. */
	u64 badge;
	/** @parent: What it was derived from; NULL for a root. */
	struct rvm_token_core *parent;
	/** @child: The newest that was derived from it, NULL for none. */
	struct rvm_token_core *child;
	/** @next: The next older one with the same parent, NULL for none. */
	struct rvm_token_core *next;
	/** @prev: The next newer one, NULL for none. */
	struct rvm_token_core *prev;
	/** @opens: EXEC: the lineage that its program opens, a bit of struct rvm_lineages; or 0. */
	u64 opens;
	/** @within: EXEC: the lineage that it is limited to; 0 for none. */
	u64 within;
	/** @within_name: Program of that lineage; NULL if @within is 0. */
	const char *within_name;
	/** @used_on: With flag USED: identity of the file that was opened by it. */
	const void *used_on;
	/** @used_by: And of the process that did. */
	const void *used_by;
	/** @seal: rvm_token_seal() at its birth. */
	u64 seal;
	/** @handle: Its own. */
	struct rvm_handle handle;
	/** @owner: Id of the partition that has it. */
	u32 owner;
	/** @epoch: Epoch of the partition when the token was made. */
	u32 epoch;
	/** @born: @rights at its birth. */
	u8 born;
	/** @depth: 0 for a root. */
	u8 depth;
	/** @type: enum rvm_token_type. */
	u8 type;
	/** @tier: 1 to 3. */
	u8 tier;
	/** @rights: enum rvm_right; of an exclusion, the rights that it takes away. */
	u8 rights;
	/** @flags: enum rvm_token_flag. */
	u8 flags;
};

/**
 * rvm_token_add_flags() - set flags that stay
 * @token: the token; const for those who may change nothing else of it
 * @flags: enum rvm_token_flag
 *
 * Hooks and requests set them at the same time: none is lost.  Fully ordered if it is true.
 *
 * Return: true if one of them was not set before.
 */
static inline bool rvm_token_add_flags(const struct rvm_token_core *token, u8 flags)
{
	u8 *at = (u8 *)&token->flags, old = READ_ONCE(*at);

	while (flags & ~old)
		if (try_cmpxchg(at, &old, old | flags))
			return true;
	return false;
}

#endif /* _RVM_TOKEN_CORE_H */
