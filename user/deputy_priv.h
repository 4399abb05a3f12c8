/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_DEPUTY_PRIV_H
#define RVMCTL_DEPUTY_PRIV_H

#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "base.h"
#include "lib/index.h"
#include "plan.h"

struct deputies {
	struct plan *plan;
	struct list list;
	/* Lines that are lifted. */
	const char *const *allow;
	size_t n;
	/* Environments, repositories and links so far. */
	unsigned int found;
	unsigned int links;
	/* The list for the workspace, but for lines about a name itself. */
	struct rvm_glob *globs;
	size_t globs_n;
	/* From the workspace to where the search is, stored leaf first. */
	struct rvm_name names[RVM_PATH_DEPTH_MAX];
	struct err *err;
};

/* Is there something of that name? */
static inline bool has(int dir, const char *name)
{
	return !faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW);
}

/* Is a line of the list left out? */
bool deputy_is_lifted(const struct deputies *d, size_t line);
/* @text: below the workspace, or "//" and a whole path. */
int deputy_exclude(struct deputies *d, size_t line, const char *text);

bool deputy_gives_writing(const struct entry *e);
/* Where a row lets it be written, as far up as one does; NULL if none does. */
const struct anchor *deputy_holder(const struct deputies *d, const char *path);
/*
 * A path, and what it leads to.
 * Return: 0; 1 if it cannot be said as a pattern, which is told; -1 on errors.
 */
int deputy_hold(struct deputies *d, const char *path);
/* What a link leads to is obeyed as what has the name itself.  @path: of the link. */
int deputy_hold_target(struct deputies *d, const char *path);

/* Lines about git's folder, for another; @layout: one that is laid out as that. */
int deputy_git_folder(struct deputies *d, const char *folder, bool layout);
bool deputy_git_is_layout(int dir);
/* What the configuration of a repository names: its own, the user's, the system's. */
int deputy_git_configs(struct deputies *d, const struct anchor *top);
/* Repositories of which rows let something be written; @whole: the workspace is seen to. */
int deputy_git_rows(struct deputies *d, bool whole);

#endif
