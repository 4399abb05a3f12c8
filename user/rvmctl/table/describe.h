/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_DESCRIBE_H
#define RVMCTL_DESCRIBE_H

#include "table/resolve.h"

/* "/usr/bin/git diff ...", "/home/u/ws/docs/[any depth]": for people.  free() it. */
char *scope_describe(const struct scope *scope);

#endif
