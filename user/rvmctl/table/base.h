/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_BASE_H
#define RVMCTL_BASE_H

#include "base/err.h"

/* The files that come with the tool: base tables and lists. */

/* The directory: ../base or ../share/rvm/base of the tool, or the built-in one.  free() it. */
char *base_dir(void);
/**
 * base_table_path() - the file of a base table
 * @path: filled; free() it
 *
 * Return: 0; -1 with @err, EXIT_USAGE if there is none of this name.
 */
int base_table_path(const char *name, char **path, struct err *err);

/**
 * struct list - lines of a list file without comments and blank lines
 */
struct list {
	char **lines;
	size_t n;
	char *text;
};

int list_open(struct list *list, const char *name, struct err *err);
void list_close(struct list *list);
#define auto_list __attribute__((cleanup(list_close)))

/**
 * program_class() - what an argv rule for a program is worth
 * @programs: programs.list
 * @name: base name
 *
 * Return: "fixed", "interpreter", "launcher"
 */
const char *program_class(const struct list *programs, const char *name);

#endif
