/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_CGROUP_H
#define RVMCTL_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

/* Control groups of partitions, below <root>/rvm. */

/* The parent's open directory, made if need be. */
int cgroup_make_parent(struct err *err);
/* <root>/rvm/<name>, made or found empty; its open directory. */
int cgroup_make(const char *name, bool *made, struct err *err);
int cgroup_limit(int fd, const char *name, uint32_t pids, uint64_t memory, struct err *err);
/* Kill all in it and wait; a group that is not there, or is another one, is left alone. */
int cgroup_kill(const char *name, uint64_t id, int seconds, struct err *err);
void cgroup_remove(const char *name);

#endif
