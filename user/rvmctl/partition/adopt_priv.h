/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_ADOPT_PRIV_H
#define RVMCTL_ADOPT_PRIV_H

#include <stdbool.h>
#include <stddef.h>

/* Looking at processes by their directory in /proc. */

/* Return: false, and an empty text, if it is no link that can be read. */
bool adopt_read_link(int dir, const char *name, char *text, size_t size);
/* Does a link of /proc name a file that is judged by its place? */
bool adopt_is_named(const char *link);
/* Access mode of a descriptor, or -1. */
int adopt_mode_of(int process, const char *fd);

#endif
