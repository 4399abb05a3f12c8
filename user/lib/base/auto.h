/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_AUTO_H
#define RVMCTL_AUTO_H

/* Owned things clean themselves up at the end of their scope. */

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define auto_free __attribute__((cleanup(auto_free_)))
#define auto_close __attribute__((cleanup(auto_close_)))
#define auto_file __attribute__((cleanup(auto_file_)))
#define auto_dir __attribute__((cleanup(auto_dir_)))
#define auto_json __attribute__((cleanup(auto_json_)))

static inline void auto_free_(void *p)
{
	free(*(void **)p);
}

static inline void auto_close_(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void auto_file_(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void auto_dir_(DIR **d)
{
	if (*d)
		closedir(*d);
}

static inline void auto_json_(json_t **j)
{
	json_decref(*j);
}

/* Hand an owned thing on: the caller of take has it, the variable no longer. */
#define take_ptr(p)                   \
	({                            \
		__auto_type _t = (p); \
		(p) = NULL;           \
		_t;                   \
	})

static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif
#define PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

#endif
