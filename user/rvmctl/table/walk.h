/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_WALK_H
#define RVMCTL_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "table/resolve.h"

/**
 * struct path_walk - the literal beginning of a pattern, looked up name by name
 */
struct path_walk {
	struct resolver *resolver;
	/* Where it starts. */
	const struct anchor *base;
	/* Which links it follows; another one is an error. */
	enum links links;
	/* No name is a pattern. */
	bool literal;
	char **notes;
	/* Result: where it ends is the last; before it, names that are links. */
	struct path_place place[PATH_PLACES_MAX];
	size_t n;
	/* Result: what exists at its end and is no directory and no link; NULL if nothing. */
	const struct anchor *file;
	/* Result: paths of links that were followed, one behind another (argz). */
	char *links_followed;
	size_t links_len;
	/* Result: path of the link that the error is about, or NULL. */
	char *refused;
};

int path_walk(struct path_walk *walk, const char *pattern, struct err *err);
void path_walk_end(struct path_walk *walk);

#endif
