/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_RESOLVE_H
#define RVMCTL_RESOLVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "grammar/scope_parse.h"
#include "lib/token/scope.h"
#include "table/anchor.h"

/*
 * From what a resource string says to open files and addresses.
 *
 * Names are looked up one by one and links are not followed, but for those
 * that root made in a directory of root's, in patterns that start at the root.
 */

/**
 * struct scope - a scope that the module can take; end with scope_free()
 */
struct scope {
	uint32_t class;
	uint32_t flags;
	/* NULL if the class has none or it is unresolved. */
	const struct anchor *anchor;
	char *pattern;
	size_t len;
	uint32_t family;
	uint32_t protocol;
	struct rvm_addr_range range;
};

/* Links that a pattern may lead through. */
enum links {
	LINKS_NONE,
	/* That root made, in directories of root's. */
	LINKS_ROOT,
	/* That the user made at home, to what is there. */
	LINKS_HOME,
	/* Any: of what takes away, and of programs that are then bound to the file. */
	LINKS_ALL,
};

/* At each link of a long row, but not at all of them, and where it ends. */
#define PATH_PLACES_MAX 9
#define RESOLVE_SCOPES_MAX (PATH_PLACES_MAX + 2)

/**
 * struct path_place - the deepest directory that exists, and the pattern below it
 */
struct path_place {
	const struct anchor *dir;
	char *rest;
};

/**
 * struct resolved - what a resource string is about; end with resolved_free()
 */
struct resolved {
	/* More than one if a name is a link, or for exclusions. */
	struct scope scope[RESOLVE_SCOPES_MAX];
	size_t n;
	/* What is worth saying, see note(); or NULL. */
	char *notes;
	/* Path of a link that was not followed, for which it failed; or NULL. */
	char *refused_link;
	/* Paths of links that led there (argz): who replaces one makes it another. */
	char *links;
	size_t links_len;
};

/* Where programs are looked for that are named without a directory; ends with NULL. */
extern const char *const program_folders[];

/**
 * resolve_parse() - tell what a resource string means, without a look at the host
 *
 * What passes can hold, if what it names is there.
 *
 * Return: 0; -1 with the reason, without the resource in it.
 */
int resolve_parse(const char *text, size_t len, uint8_t rights, struct rvm_scope_spec *spec,
		  struct err *err);

/* Does a scope of the network name a domain?  The kernel sees addresses only. */
bool resolve_is_domain(const struct rvm_scope_spec *spec);

/**
 * resolve() - find what a scope is about
 * @spec: from resolve_parse()
 * @exclusion: also by place in the base directory, also by inode; links lead nowhere else
 * @home: of what may only be read: follow links that the user made at home
 * @out: filled; resolved_free() it in any case
 *
 * Return: 0; -1 with the reason, without the resource in it.
 */
int resolve(struct resolver *r, const struct rvm_scope_spec *spec, bool exclusion, bool home,
	    struct resolved *out, struct err *err);
void resolved_free(struct resolved *out);
void scope_free(struct scope *scope);

#endif
