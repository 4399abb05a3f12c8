/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_GITCONFIG_H
#define RVMCTL_GITCONFIG_H

/*
 * What a configuration of git names: hooks, included files, filters, commands.
 * The file may be anybody's.  It is read, never handed to git.
 */

/* A longer file is not read. */
#define GITCONFIG_BYTES_MAX (4u << 20)

/**
 * gitconfig_read() - the text of a plain file, without following any link
 * @dir: where @name begins
 *
 * Return: the text, which ends with NUL, to be freed; NULL with errno if there is no such
 * file, EFBIG if it is longer than is read.
 */
char *gitconfig_read(int dir, const char *name);

enum gitconfig_kind {
	/* Seen from the top of the work tree. */
	GITCONFIG_PATH,
	/* Likewise, but it may as well be no file: it has no slash. */
	GITCONFIG_WORD,
	/* Likewise, of a directory: but seen from where hooks are run. */
	GITCONFIG_HOOKS,
	/* Read as configuration as well; seen from the file that names it. */
	GITCONFIG_INCLUDED,
	/* The top of the work tree, seen from the directory of git. */
	GITCONFIG_WORKTREE,
	/* Where git fetches from and pushes to, if it is a directory here. */
	GITCONFIG_REMOTE,
	/* What such places begin with. */
	GITCONFIG_REMOTES,
};

typedef int (*gitconfig_found)(const char *word, enum gitconfig_kind kind, void *arg);

/**
 * gitconfig_paths() - call for every value that may be a path, and every word of it
 * @text: of the configuration
 * @found: called with the word; other than 0 ends the search
 * @arg: for @found
 *
 * Every key counts, also one that nobody knows, but for those whose values are never run
 * or read as files: names of people, branches and refs, colours, regular expressions.
 *
 * Return: 0, or what @found returned.
 */
int gitconfig_paths(const char *text, gitconfig_found found, void *arg);

#endif
