/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_FILE_H
#define RVMCTL_FILE_H

#include <stddef.h>
#include <sys/stat.h>

#include "base/err.h"

/*
 * Files by paths that lead through directories of an agent.
 *
 * Root's tool must not end up where an agent's link leads, nor wait for ever
 * at a pipe that stands in place of a file.  For root, links are followed only
 * if root made them where nobody else can replace them; what is opened to be
 * read is looked at first, since opening a device may do something.
 */

/* O_PATH; -1 with @err. */
int file_look(const char *path, struct err *err);

/**
 * file_open() - a regular file, to be read
 * @st: filled
 *
 * The caller's own descriptors may be anything: /dev/stdin, /dev/fd/N.
 *
 * Return: a descriptor; -1 with @err.
 */
int file_open(const char *path, struct stat *st, struct err *err);

/* A regular file to write from its beginning, made if it is not there; or a device. */
int file_create(const char *path, struct err *err);

/**
 * file_read() - all of a file
 * @max: bytes; a longer file is an error
 * @text: filled, with a NUL behind it; free() it
 * @len: filled: bytes of @text
 * @st: filled
 * @real: NULL, or filled with where the file is; free() it
 *
 * Return: 0; -1 with @err.
 */
int file_read(const char *path, size_t max, char **text, size_t *len, struct stat *st, char **real,
	      struct err *err);

/* Write a file: all of it or nothing; a link is not followed and not replaced. */
int file_replace(const char *path, const char *text, size_t len, struct err *err);

/**
 * struct new_file - a file that nobody sees by its name until it is all there
 *
 * For what cannot be had again: everything that can fail is tried before.
 */
struct new_file {
	const char *path;
	/* Behind the last slash of @path. */
	const char *name;
	/* Its directory, and it, by another name that begins with a dot. */
	int dir, fd;
	char tmp[256];
};

/**
 * file_new() - begin a file that must not be there
 * @len: bytes that there has to be room for
 *
 * For the owner only.  file_new_end() it in any case.
 *
 * Return: 0; -1 with @err.
 */
int file_new(struct new_file *file, const char *path, size_t len, struct err *err);
/*
 * Write it, safe against a loss of power, and give it its name.  -1 with @err, which says
 * where it is if only the name could not be given.
 */
int file_new_finish(struct new_file *file, const char *text, size_t len, struct err *err);
/* Without file_new_finish(), nothing is left of it. */
void file_new_end(struct new_file *file);
#define auto_new_file __attribute__((cleanup(file_new_end)))

/* Where an open file is; NULL if that cannot be told.  free() it. */
char *file_path(int fd);

/* O_PATH without following any link and without leaving @dir; "" is @dir itself. */
int open_below(int dir, const char *name);
/*
 * A directory to make something in.  If it is not there it is made and given to @uid and @gid;
 * what somebody else puts there meanwhile is not.
 */
int make_below(int dir, const char *name, mode_t mode, uid_t uid, gid_t gid);

#endif
