/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SCOPE_H
#define _RVM_SCOPE_H

#include <linux/rvm.h>
#include <linux/types.h>

#include "lib/model/rights.h"
#include "lib/pattern/addr.h"
#include "lib/pattern/glob.h"

/** RVM_FAMILY_UNIX - AF_UNIX, which the core lacks, in scopes and requests */
#define RVM_FAMILY_UNIX 1

/** RVM_PARTITION_NAME - a NAME scope of a partition begins with it, its name follows */
#define RVM_PARTITION_NAME "partition/"

/**
 * DOC: scopes
 *
 * A scope is what a resource string means. rvm_scope_parse() in the tool finds the class
 * of a string and what each part of it names, without looking at the host; the tool then
 * resolves names to open files, and the module keeps struct rvm_scope.
 */

/** RVM_SCOPE_PLACES - places of an anchor: in the mount tree, and in its file system */
#define RVM_SCOPE_PLACES 2

/**
 * struct rvm_place - where an anchor was when the table was made
 *
 * An exclusion holds by object and by name: what is later in the place of the anchor,
 * created again or mounted over it, is excluded as well.
 */
struct rvm_place {
	/**
	 * @root: Identity of the directory that the names begin at; NULL once lost, so
	 * read it once.
	 */
	const void *root;
	/** @name: The anchor's own first, the one right below @root last. */
	const struct rvm_name *name;
	/** @depth: How many; 0 if there is no place. */
	u16 depth;
};

/**
 * struct rvm_scope - a resolved scope, immutable
 *
 * The module allocates it with its strings behind it and keeps a reference on
 * the anchor as long as it lives.
 */
struct rvm_scope {
	/** @class: Never RVM_CLASS_NONE. */
	u8 class;
	/** @family: NET: 0 for IP, 1 for unix. */
	u8 family;
	/** @flags: enum rvm_scope_flag. */
	u32 flags;
	/**
	 * @anchor: PATH, EXEC, unix NET: identity of the anchor, compared only; NULL if unresolved.
	 * May become NULL at any time, when the anchor is lost: two reads may see both.
	 */
	const void *anchor;
	/** @glob: PATH, unix NET unless abstract: names below the anchor; else NULL. */
	struct rvm_glob *glob;
	/**
	 * @text: EXEC: the pattern of its arguments; TOOL, NAME, abstract unix: the name,
	 * without "@".
	 */
	const char *text;
	/** @len: Bytes in @text. */
	u16 len;
	/** @range: NET. */
	struct rvm_addr_range range;
	/** @place: Exclusions with an anchor: the names that lead to it, all places; else NULL. */
	struct rvm_place *place;
};

/** rvm_scope_place() - place @n of a scope; one without depth if there is none */
static inline const struct rvm_place *rvm_scope_place(const struct rvm_scope *scope, unsigned int n)
{
	static const struct rvm_place none;

	return scope->place ? &scope->place[n] : &none;
}

/** rvm_scope_is_nowhere() - does it match nothing because its anchor was not found or is gone */
static inline bool rvm_scope_is_nowhere(const struct rvm_scope *scope)
{
	return scope->flags & (RVM_SCOPE_FLAG_UNRESOLVED | RVM_SCOPE_FLAG_LOST);
}

/**
 * rvm_scope_is_for_open() - does it count for what is open
 * @scope: the scope
 *
 * What programs, tools and names are for is judged when they are used.
 *
 * Return: true if it does.
 */
static inline bool rvm_scope_is_for_open(const struct rvm_scope *scope)
{
	return scope->class == RVM_CLASS_PATH || scope->class == RVM_CLASS_NET ||
	       scope->class == RVM_CLASS_ANY;
}

/** rvm_scope_covers_all() - does a token of it cover everything, also what has to be named */
static inline bool rvm_scope_covers_all(const struct rvm_scope *scope, u8 rights)
{
	return scope->class == RVM_CLASS_ANY && rights == RVM_RIGHTS_ALL;
}

/** rvm_scope_has_text() - is its text the same as a name */
bool rvm_scope_has_text(const struct rvm_scope *scope, const struct rvm_name *name);

/** rvm_scope_covers_name() - does a TOOL, NAME or SELF scope mean a name of its class */
bool rvm_scope_covers_name(const struct rvm_scope *scope, const struct rvm_name *name);

/** rvm_scope_names_program() - does its pattern begin with a program word */
static inline bool rvm_scope_names_program(const struct rvm_scope *scope)
{
	return scope->class == RVM_CLASS_EXEC && scope->len &&
	       !(scope->flags & RVM_SCOPE_FLAG_ANY_PROGRAM);
}

#endif /* _RVM_SCOPE_H */
