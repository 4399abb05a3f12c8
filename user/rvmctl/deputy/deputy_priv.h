/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_DEPUTY_PRIV_H
#define RVMCTL_DEPUTY_PRIV_H

#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "plan/plan.h"
#include "table/base.h"

/* Lines of the list that begin so are about what lies in it; with "." about itself. */
#define GIT_FOLDER "**/.git/"

struct deputies {
	struct plan *plan;
	struct list list;
	/* Lines that are lifted. */
	const char *const *allow;
	size_t n;
	/* The workspace may be written as a whole. */
	bool whole;
	/* Environments and repositories, names that are held, so far. */
	unsigned int found;
	unsigned int holds;
	/* Files of configuration that were read, and words in them. */
	unsigned int files;
	unsigned int words;
	/* Names that are looked at in directories of rows. */
	unsigned int left;
	/* Nothing is writable. */
	bool gave_up;
	struct err *err;
};

/* Is there something of that name? */
static inline bool has(int dir, const char *name)
{
	return !faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW);
}

bool deputy_is_listed(const char *const *list, size_t n, const char *text);
/* Is a line of the list left out? */
bool deputy_is_lifted(const struct deputies *d, size_t line);
/* @text: below the workspace, or "//" and a whole path. */
int deputy_exclude(struct deputies *d, size_t line, const char *text);

bool deputy_gives_writing(const struct entry *e);
/* Is there a directory in it, or may one be made?  A row for one file lets nobody do that. */
bool deputy_gives_folder(const struct entry *e);
/*
 * Is it about a directory that may hold repositories?  Rows of base tables name caches and
 * the like, and shared memory has names that are linked.
 */
bool deputy_is_place(const struct entry *e);
/* Where a row lets it be written, as far up as one does; NULL if none does. */
const struct anchor *deputy_holder(const struct deputies *d, const char *path);
/*
 * A path, and what it leads to.
 * Return: 0; 1 if the workspace is in it, which is told; -1 on errors.
 */
int deputy_hold(struct deputies *d, const char *path);
/* What a link leads to is obeyed as what has the name itself.  @path: of the link. */
int deputy_hold_target(struct deputies *d, const char *path);
/* Links on the way to it and its name, not what lies below it. */
int deputy_hold_way(struct deputies *d, const char *path);
int deputy_hold_name(struct deputies *d, const char *path);
/* Where it is, links followed, which are held; NULL on errors.  free() it. */
char *deputy_real(struct deputies *d, const char *path);
/* All whose path begins so. */
int deputy_hold_beginning(struct deputies *d, const char *path);
int deputy_exclude_name(struct deputies *d, const struct anchor *above, const char *pattern);
/* What may be obeyed is not known, for @why: nothing is writable, which is told. */
int deputy_give_up(struct deputies *d, const char *why);

/* @name as it is seen from @dir, whole, without "." and ".."; NULL without memory.  free() it. */
char *path_from(const char *dir, const char *name);

/* Lines about git's directory, for another; @layout: one that is laid out as that. */
int deputy_git_folder(struct deputies *d, const char *folder, bool layout);
/* Such lines for all directories below: nobody knows which of them are. */
int deputy_git_anywhere(struct deputies *d, const char *folder);
bool deputy_git_is_layout(int dir);
/* What the configuration of a repository names: its own, the user's, the system's. */
int deputy_git_configs(struct deputies *d, const struct anchor *top);
/* Likewise of every repository that the directory lies in: it may name what is in the directory. */
int deputy_git_configs_above(struct deputies *d, const char *folder);
/* Of a directory of git, in whatever directory its work tree is. */
int deputy_git_folder_configs(struct deputies *d, const char *git);

/* Look through the workspace, or the directory of a row; and for links at home. */
int deputy_scan(struct deputies *d, const struct anchor *top);
int deputy_scan_home(struct deputies *d);

/* Repositories of which rows let something be written. */
int deputy_git_rows(struct deputies *d);

#endif
