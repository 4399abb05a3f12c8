/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_PATH_H
#define RVM_PATH_H

#include <stdbool.h>
#include <stddef.h>

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

/**
 * path_normalise() - drop empty names and "."
 * @anywhere: it is a bare name: put "**" in front of it
 * @out: filled; free() it
 *
 * Return: 0; -1 without memory.
 */
int path_normalise(const char *text, size_t len, bool anywhere, char **out);

#endif
