/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SCOPE_H
#define _RVM_SCOPE_H

#include <linux/rvm.h>
#include <linux/types.h>

#include "addr.h"
#include "glob.h"

/** RVM_FAMILY_UNIX - AF_UNIX, which the core lacks, in scopes and requests */
#define RVM_FAMILY_UNIX 1

/**
 * DOC: scopes
 *
 * A scope is what a resource string means.  rvm_scope_parse() says, without
 * looking at the host, which class a string has and which part of it names
 * what; the tool then resolves names to open files, and the module keeps
 * struct rvm_scope.
 */

/** RVM_RESOURCE_BYTES_MAX - longest resource string */
#define RVM_RESOURCE_BYTES_MAX 4096

/**
 * enum rvm_scope_base - from where a path pattern is resolved
 * @RVM_SCOPE_BASE_WORKSPACE: "x", "./x", "/x" in a permission pattern
 * @RVM_SCOPE_BASE_ROOT: "//x", or "/x" as a bare path
 * @RVM_SCOPE_BASE_HOME: "~/x"
 */
enum rvm_scope_base {
	RVM_SCOPE_BASE_WORKSPACE,
	RVM_SCOPE_BASE_ROOT,
	RVM_SCOPE_BASE_HOME,
};

/**
 * struct rvm_scope_spec - what a resource string says, before names are resolved
 */
struct rvm_scope_spec {
	/** @class: Never RVM_CLASS_NONE on success. */
	enum rvm_class class;
	/**
	 * @flags: enum rvm_scope_flag.  Tool words for files carry LOAD, so that an EXECUTE that
	 * came along with "Glob(x)" does not start x as a program.
	 */
	u32 flags;
	/** @base: PATH, and unix NET that is not abstract. */
	enum rvm_scope_base base;
	/**
	 * @text: PATH: the pattern below @base, no leading "./" or "/" and no trailing slash, empty
	 * for @base itself and what is below; EXEC: inside of the brackets; NET: HOST:PORT, or the
	 * path of a unix socket as written, or its "@name", or the domain; TOOL, NAME: the name.
	 * Points into the parsed string, or to a constant where a bare word means a pattern.
	 */
	const char *text;
	/** @len: Bytes in @text. */
	u16 len;
	/** @family: NET: 0 for IP, 1 (AF_UNIX) for unix sockets. */
	u16 family;
	/** @protocol: NET: 6 tcp, 17 udp, 0 both. */
	u16 protocol;
	/** @domain: NET: @text is a domain name, which no hook can judge. */
	bool domain;
	/** @anywhere: PATH: a bare name matches at any depth, as in gitignore. */
	bool anywhere;
	/**
	 * @verb: READ or WRITE tool word that the pattern came with, 0 if none:
	 * the right a deny rule of this form takes away.
	 */
	u8 verb;
};

/**
 * rvm_scope_parse() - tell what a resource string means
 * @spec: filled on success
 * @text: the resource; NULL if the token has none
 * @len: its bytes
 * @rights: rights of the token; all seven and no resource is the root token
 * @at: on failure, the offset of what is wrong; may be NULL
 * @why: on failure, a sentence for people; may be NULL
 *
 * Return: 0; -EINVAL with @at and @why; -E2BIG.
 */
int rvm_scope_parse(struct rvm_scope_spec *spec, const char *text, size_t len, u8 rights,
		    size_t *at, const char **why);

/** RVM_SCOPE_PLACES - by which an anchor is known: of the mount tree, of its file system */
#define RVM_SCOPE_PLACES 2

/**
 * struct rvm_place - where an anchor was when the table was made
 *
 * What is excluded is excluded by object and by name: what stands later in the place of
 * the anchor, made anew or mounted over it, is excluded as well.
 */
struct rvm_place {
	/** @root: Identity of the folder that the names begin at; NULL once lost: read once. */
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
	 * Becomes NULL at any time when the anchor is lost: read once.
	 */
	const void *anchor;
	/** @glob: PATH, unix NET unless abstract: names below the anchor; else NULL. */
	struct rvm_glob *glob;
	/** @text: EXEC: words; TOOL, NAME, abstract unix: the name, without "@". */
	const char *text;
	/** @len: Bytes in @text. */
	u16 len;
	/** @range: NET. */
	struct rvm_addr_range range;
	/** @place: Of exclusions with an anchor: what else it is known by. */
	struct rvm_place place[RVM_SCOPE_PLACES];
};

/** rvm_class_name() - "path", "exec", ... for people and JSON */
const char *rvm_class_name(enum rvm_class class);

/** rvm_scope_is_nowhere() - it matches nothing: its anchor was not found, or is gone */
static inline bool rvm_scope_is_nowhere(const struct rvm_scope *scope)
{
	return scope->flags & (RVM_SCOPE_FLAG_UNRESOLVED | RVM_SCOPE_FLAG_LOST);
}

/** rvm_scope_names_program() - its words begin with those of one program */
static inline bool rvm_scope_names_program(const struct rvm_scope *scope)
{
	return scope->class == RVM_CLASS_EXEC && scope->len &&
	       !(scope->flags & RVM_SCOPE_FLAG_ANY_PROGRAM);
}

#endif /* _RVM_SCOPE_H */
