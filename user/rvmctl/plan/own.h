/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_OWN_H
#define RVMCTL_OWN_H

#include <stddef.h>

#include "plan/plan.h"

/*
 * Caches of a partition's own, and its temporary files.  What a tool keeps for later is
 * run later, also by the user: so base tables give what lies below
 * "~/.npm/rvm-{partition}", not all of "~/.npm".
 */

/* The most that one tool is told. */
#define OWN_VARIABLES 5

/**
 * struct own - a variable that leads a tool to its directory
 */
struct own {
	const char *variable;
	/* Below the home directory, behind it the name of the partition. */
	const char *folder;
	/* Below that, or "". */
	const char *name;
};

extern const struct own own_variables[OWN_VARIABLES];

/* A resource with the partition's name in it; @len is updated.  free() it; NULL without memory. */
char *own_fill(const char *resource, size_t *len, const char *partition);

/* Make the directories of a base table that are the partition's own, for the user. */
void own_prepare(const struct table *base, const struct plan *plan);

/* The value of a variable, if its directory is there: free() it. */
char *own_value(const struct own *own, const char *home, const char *partition);

#endif
