// SPDX-License-Identifier: GPL-2.0-only
/* What is in a directory of segments, and how its files are opened. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "log/list.h"

static const char *const endings[PARTS] = {
	[PART_RECORDS] = ".records",	 [PART_LINES] = ".lines", [PART_INDEX] = ".index",
	[PART_OPEN] = ".open",		 [PART_SEAL] = ".seal",	  [PART_CUT] = ".cut",
	[PART_CUT_LINES] = ".cut-lines",
};

void part_name(const struct segment_name *name, enum segment_part part, char text[48])
{
	segment_name_text(name, text);
	strcat(text, endings[part]);
}

void part_new_name(const struct segment_name *name, char text[48])
{
	text[0] = '.';
	segment_name_text(name, text + 1);
	strcat(text, ".new");
}

static int part_of(const char *ending)
{
	for (int part = 0; part < PARTS; part++) {
		if (!strcmp(ending, endings[part]))
			return part;
	}
	return -1;
}

static int add_part(struct list *list, const struct segment_name *name, int part)
{
	struct segment_files *more;

	/* Files of a segment are mostly found one after the other. */
	if (list->n && !segment_name_compare(&list->entry[list->n - 1].name, name)) {
		list->entry[list->n - 1].parts |= HAS(part);
		return 0;
	}
	if (list->n == list->size) {
		list->size = list->size ? 2 * list->size : 64;
		more = realloc(list->entry, list->size * sizeof(*more));
		if (!more)
			return -1;
		list->entry = more;
	}
	list->entry[list->n++] = (struct segment_files){ .name = *name, .parts = HAS(part) };
	return 0;
}

static bool is_unfinished(const char *name)
{
	struct segment_name segment;
	const char *rest;

	return name[0] == '.' && segment_name_parse(&segment, name + 1, &rest) &&
	       !strcmp(rest, ".new");
}

/* Besides segments: the lock, and what a file system of its own comes with. */
static bool is_known(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..") || !strcmp(name, "lock") ||
	       !strcmp(name, "lost+found");
}

static int add_name(struct list *list, const char *name)
{
	struct segment_name segment;
	const char *rest;
	int part = segment_name_parse(&segment, name, &rest) ? part_of(rest) : -1;

	if (part >= 0)
		return add_part(list, &segment, part);
	if (is_unfinished(name))
		list->unfinished++;
	else if (!is_known(name) && !list->stranger)
		list->stranger = strdup(name);
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct segment_files *x = a, *y = b;

	return segment_name_compare(&x->name, &y->name);
}

static void sort(struct list *list)
{
	size_t n = 0;

	if (list->n)
		qsort(list->entry, list->n, sizeof(*list->entry), compare);
	for (size_t i = 0; i < list->n; i++) {
		if (n && !compare(&list->entry[n - 1], &list->entry[i]))
			list->entry[n - 1].parts |= list->entry[i].parts;
		else
			list->entry[n++] = list->entry[i];
	}
	list->n = n;
}

int list_read(int dir, const char *path, struct list *list, struct err *err)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *found;

	*list = (struct list){ 0 };
	if (!d) {
		err_errno(err, errno, "%s", path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	errno = 0;
	while ((found = readdir(d))) {
		if (add_name(list, found->d_name))
			return err_errno(err, ENOMEM, "%s", path);
		errno = 0;
	}
	if (errno)
		return err_errno(err, errno, "%s", path);
	sort(list);
	return 0;
}

void list_free(struct list *list)
{
	free(list->entry);
	free(list->stranger);
	*list = (struct list){ 0 };
}

static int refuse(struct err *err, int errnum, const char *path, const char *name, const char *why)
{
	err_make(err, EXIT_REFUSED, "%s/%s: %s", path, name, why);
	return -errnum;
}

int part_open(int dir, const struct segment_name *name, enum segment_part part, int flags,
	      enum part_trust trust, const char *path, struct err *err)
{
	auto_close int fd = -1;
	struct stat st;
	char text[48];
	int errnum;

	part_name(name, part, text);
	fd = openat(dir, text, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
	if (fd < 0 && errno == ELOOP)
		return refuse(err, ELOOP, path, text, "a symbolic link");
	if (fd < 0 || fstat(fd, &st)) {
		errnum = errno;
		err_errno(err, errnum, "%s/%s", path, text);
		return -errnum;
	}
	if (!S_ISREG(st.st_mode))
		return refuse(err, EINVAL, path, text, "not a regular file");
	if (trust == PART_OWN && st.st_uid != geteuid())
		return refuse(err, EPERM, path, text, "belongs to somebody else");
	if (trust == PART_OWN && (st.st_mode & 077 || st.st_nlink != 1))
		return refuse(err, EPERM, path, text,
			      st.st_mode & 077 ? "is open to others: its mode has to be 0600" :
						 "has another name");
	return take_fd(&fd);
}

int part_text(int dir, const struct segment_name *name, enum segment_part part,
	      enum part_trust trust, const char *path, char text[SEAL_TEXT_MAX], struct err *err)
{
	int fd = part_open(dir, name, part, O_RDONLY, trust, path, err);
	auto_close int owned = fd;
	char file[48];
	ssize_t n;

	if (fd < 0)
		return fd;
	part_name(name, part, file);
	n = pread(fd, text, SEAL_TEXT_MAX, 0);
	if (n < 0) {
		n = -errno;
		err_errno(err, -n, "%s/%s", path, file);
	} else if (n == SEAL_TEXT_MAX) {
		return refuse(err, EINVAL, path, file, "too long");
	}
	(void)owned;
	return n;
}
