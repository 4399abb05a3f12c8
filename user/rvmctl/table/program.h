/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_PROGRAM_H
#define RVMCTL_PROGRAM_H

#include "base/err.h"

/* A command cannot be found, or is there and cannot be executed: as shells say it. */
#define STATUS_CANNOT_RUN 126
#define STATUS_NOT_FOUND 127

/* What a shell says of a wait status: 128 and the signal for a program that was killed. */
int program_status(int wait_status);

/**
 * program_find() - the absolute path of a command
 * @word: as typed; with a slash in it, relative to the current directory
 * @search: PATH; NULL for the usual directories
 * @path: filled; free() it
 *
 * Return: 0; -1 with @err, and errno ENOENT or EACCES.
 */
int program_find(const char *word, const char *search, char **path, struct err *err);

/*
 * How a rule has to call a program: by a path whose last name is the one it was
 * called by (@as, NULL for the file's own), and which leads to the file.  @typed: its
 * argument 0, or NULL.
 *
 * Return: NULL if there is none; free() it.
 */
char *program_word(const char *workspace, const char *path, const char *as, const char *typed);

/**
 * program_elsewhere() - a program that is not in the directories that are searched
 * @home: of who loads; where version managers keep programs is looked at as well, NULL for not
 *
 * Directories of PATH come first, but for those by a relative path.
 *
 * Return: its path, or NULL; free() it.
 */
char *program_elsewhere(const char *word, const char *home);

/* The interpreter that a script names, as it is written there; NULL if none.  free() it. */
char *script_interpreter(const char *path);

/* NULL if a rule can say the word; else a constant that says why not. */
const char *word_fault(const char *word);

#endif
