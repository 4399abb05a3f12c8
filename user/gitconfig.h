/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_GITCONFIG_H
#define RVMCTL_GITCONFIG_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What a configuration of git names: hooks, included files, filters, commands.
 * The file may be anybody's.  It is read, never handed to git.
 */

/* Of a longer file the rest is not looked at. */
#define GITCONFIG_BYTES_MAX (256u << 10)

/**
 * gitconfig_read() - the text of a plain file, without following any link
 * @dir: where @name begins
 *
 * Return: the text, which ends with NUL, to be freed; NULL if there is no such file.
 */
char *gitconfig_read(int dir, const char *name);

enum gitconfig_kind {
	/* Seen from the top of the work tree. */
	GITCONFIG_PATH,
	/* Likewise, but it may as well be no file: it has no slash. */
	GITCONFIG_WORD,
	/* Read as configuration as well; seen from the file that names it. */
	GITCONFIG_INCLUDED,
};

typedef int (*gitconfig_found)(const char *word, enum gitconfig_kind kind, void *arg);

/**
 * gitconfig_paths() - call for every value that may be a path, and every word of it
 * @text: of the configuration
 * @found: called with the word; other than 0 ends the search
 * @arg: for @found
 *
 * Left out are sections whose values are never run or read as files: branches, names
 * of users, remotes but for their commands.
 *
 * Return: 0, or what @found returned.
 */
int gitconfig_paths(const char *text, gitconfig_found found, void *arg);

#endif
