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
/* What is left of @path below @above, "" of itself; NULL if it is elsewhere. */
const char *path_below(const char *path, const char *above);
/* Is @path @dir or below it? */
bool path_is_below(const char *path, const char *dir);
/* A path or a name as a pattern that matches it and nothing else; free() it. */
char *path_escape(const char *path);

/*
 * Drop empty names and "."; put the "**" of a bare name in front of it.
 * Return: 0; -1 without memory.
 */
int path_normalise(const char *text, size_t len, bool anywhere, char **out);

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
	/* Result: what exists at its end and is no folder and no link; NULL if nothing. */
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
