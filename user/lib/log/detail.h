/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_DETAIL_H
#define RVMCTL_DETAIL_H

#include <stddef.h>

/**
 * struct detail - the line beside a record, taken apart
 *
 * Values are as they were before the kernel escaped them; NULL for a key that is
 * missing.  All strings are the struct's, which ends with detail_free().
 */
struct detail {
	/** @line: As it is in the log; NULL if there is none, or none any more. */
	char *line;
	/** @words: argv, one by one, ended by NULL; NULL if it is missing. */
	char **words;
	/** @n_words: How many. */
	size_t n_words;
	/** @proto: "tcp", "udp", or the number of another one. */
	char *proto;
	char *addr, *argv, *as, *asked, *cap, *comm, *command, *count, *cut, *expires, *family, *fs;
	char *local, *mode, *name, *object, *owner, *partition, *path, *peer, *pid, *resource;
	char *rule, *source, *token, *turned;
	char *type, *what, *why, *within;
};

/* Without memory some values are missing.  @line is copied; may be NULL. */
void detail_parse(struct detail *d, const char *line);
void detail_free(struct detail *d);

#endif
