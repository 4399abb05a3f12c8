/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_PATH_H
#define RVMCTL_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "resolve.h"

/* "a" and "b" as "a/b"; free() it. */
char *path_join(const char *dir, const char *name);
/* What follows the last slash. */
const char *path_base(const char *path);
/* A path or a name as a pattern that matches it and nothing else; free() it. */
char *path_escape(const char *path);

/*
 * Drop empty names and "."; put the "**" of a bare name in front of it.
 * Return: 0; -1 without memory.
 */
int path_normalise(const char *text, size_t len, bool anywhere, char **out);

/* O_PATH without following any link and without leaving @dir; "" is @dir itself. */
int open_below(int dir, const char *name);

/**
 * struct path_walk - the literal beginning of a pattern, looked up name by name
 */
struct path_walk {
	struct resolver *resolver;
	/* Where it starts. */
	const struct anchor *base;
	/* Follow links that root made in folders of root's. */
	bool trusted;
	/* Other links end the walk instead of being an error. */
	bool keep_links;
	char **notes;
	/* Result: the deepest folder that exists, and the pattern below it. */
	const struct anchor *dir;
	char *rest;
	/* Result: what exists there and is no folder and no link; NULL if nothing. */
	const struct anchor *file;
	/* Result: where it is if its last name is a link that was followed; else NULL. */
	const struct anchor *target_dir;
	char *target;
};

int path_walk(struct path_walk *walk, const char *pattern, struct err *err);
void path_walk_end(struct path_walk *walk);

#endif
