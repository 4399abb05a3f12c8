/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_TOKEN_H
#define _RVM_TOKEN_H

#include <linux/refcount.h>
#include <linux/types.h>

#include "lib/judge/judge.h"
#include "table/anchor.h"
#include "table/place.h"

struct netlink_ext_ack;
struct nlattr;

/**
 * struct rvm_scope_object - a scope with its strings and its anchor
 *
 * Shared by a token and those that were derived from it for the same; freed with the last.
 * There may be a million: it is no larger than need be.
 */
struct rvm_scope_object {
	/** @refs: Tokens that have it. */
	refcount_t refs;
	/** @bytes: Of it and of its strings. */
	u32 bytes;
	/** @scope: What the judge reads. */
	struct rvm_scope scope;
	/** @anchor: NULL if the class has none or it is unresolved. */
	struct rvm_anchor *anchor;
	/** @link: Has @scope.anchor set to NULL when the anchor is lost. */
	struct rvm_anchor_link link;
	/** @resource: The string it came from, NUL-terminated; or NULL. */
	const char *resource;
	/** @anchor_path: Path of the anchor at load, likewise. */
	const char *anchor_path;
	/** @data: Storage of @scope.place, @scope.glob and @scope.text. */
	u64 data[];
};

/**
 * struct rvm_scope_source - what a scope is made from
 */
struct rvm_scope_source {
	/** @class: enum rvm_class. */
	u8 class;
	/** @family: NET: 0 or AF_UNIX. */
	u8 family;
	/** @flags: enum rvm_scope_flag. */
	u32 flags;
	/** @inode: The anchor, held by the caller; NULL if there is none. */
	struct inode *inode;
	/** @like: Its anchor is taken instead; held by the caller; NULL for none. */
	const struct rvm_scope_object *like;
	/** @path: Of an exclusion: where @inode is, held likewise; NULL for tokens. */
	const struct path *path;
	/** @resource: For people, or NULL. */
	const char *resource;
	/** @anchor_path: For people, or NULL. */
	const char *anchor_path;
	/** @pattern: Not terminated; may be NULL if @pattern_len is 0. */
	const char *pattern;
	/** @pattern_len: Its bytes. */
	size_t pattern_len;
	/** @range: NET of IP. */
	struct rvm_addr_range range;
	/** @pattern_attr: For the extended ACK. */
	const struct nlattr *pattern_attr;
};

/**
 * rvm_scope_create() - make a scope
 * @src: of a form that fits its class; only the pattern is checked here
 * @extack: says what is wrong, with the offset
 *
 * Context: may sleep.
 * Return: the scope; ERR_PTR(): -EINVAL or -E2BIG for a bad pattern; -ENOMEM;
 * what rvm_anchor_get() and rvm_place_create() say.
 */
struct rvm_scope_object *rvm_scope_create(const struct rvm_scope_source *src,
					  struct netlink_ext_ack *extack);

/** rvm_scope_get() - one more token has it */
struct rvm_scope_object *rvm_scope_get(struct rvm_scope_object *object);
/** rvm_scope_put() - one less; NULL is fine; may sleep */
void rvm_scope_put(struct rvm_scope_object *object);

/**
 * struct rvm_token - a token, or an exclusion
 *
 * In a table it lives as long as that, and longer if the next table has the same row.
 * Beside a table it lives until it is revoked, and as long as its denials are explained.
 */
struct rvm_token {
	/** @core: What the judge reads. */
	struct rvm_token_core core;
	/** @object: Its scope; @core.scope points into it. */
	struct rvm_scope_object *object;
	/** @table: The table in force that it is in; NULL beside one. */
	const struct rvm_table *table;
	/** @birth: Witness sequence of the commit or grant. */
	u64 birth;
	/** @revoked: Witness sequence of the request that took it back, with flag REVOKED. */
	u64 revoked;
	/** @index: Place in the table. */
	u32 index;
	/** @exclusion: Takes away. */
	bool exclusion;
};

/** rvm_token_of() - the token that a core is of */
static inline struct rvm_token *rvm_token_of(struct rvm_token_core *core)
{
	return container_of(core, struct rvm_token, core);
}

/**
 * rvm_token_create() - make a token or an exclusion
 * @object: becomes the token's, but not on failure; NULL if it gets one later
 * @exclusion: it takes away
 * @extack: says why not
 *
 * Context: may sleep.
 * Return: a token without rights; ERR_PTR(): -ENFILE if the host has as many
 * as it may; -ENOMEM.
 */
struct rvm_token *rvm_token_create(struct rvm_scope_object *object, bool exclusion,
				   struct netlink_ext_ack *extack);

/** rvm_token_bytes() - memory that it takes, about */
size_t rvm_token_bytes(const struct rvm_token *token);

/** rvm_token_count() - tokens that exist, those in open transactions too */
unsigned int rvm_token_count(void);
/** rvm_exclusion_count() - likewise */
unsigned int rvm_exclusion_count(void);

/** rvm_token_destroy() - free a token, with its scope if no other has it; may sleep */
void rvm_token_destroy(struct rvm_token *token);

/** rvm_token_init() - make the cache, and the key of seals; -ENOMEM */
int rvm_token_init(void);
/** rvm_token_exit() - free it; there are no tokens any more */
void rvm_token_exit(void);

#endif /* _RVM_TOKEN_H */
