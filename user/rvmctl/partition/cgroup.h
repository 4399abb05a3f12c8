/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_CGROUP_H
#define RVMCTL_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Of any cgroup: an open directory of the one at @cgroup, absolute or below the root. */
int cgroup_open(const char *cgroup, struct err *err);
/* Does anything run in it, or below? */
bool cgroup_is_populated(int dir);
bool cgroup_is_frozen(int dir);
/* Return: 0; -1 if it cannot be, or if some process is not frozen after @seconds. */
int cgroup_freeze(int dir, bool freeze, int seconds);

/* Cgroups of partitions, below <root>/rvm. */

/**
 * struct cgroup_limits - what a partition may use up
 */
struct cgroup_limits {
	/* Processes and threads; 0 for 4096. */
	uint32_t pids;
	/* Bytes, none of them swapped; 0 for as many as there are. */
	uint64_t memory;
	/* Bytes a second that are read from each disk, and as many written; 0 likewise. */
	uint64_t io;
};

#define CGROUP_PIDS_DEFAULT 4096
/**
 * cgroup_root() - where cgroup2 is mounted
 * @path: filled; free() it
 *
 * Return: 0; -1 with @err.
 */
int cgroup_root(char **path, struct err *err);

/**
 * partition_cgroup_path() - "<root>/rvm/<name>", whether it is there or not
 * @path: filled; free() it
 *
 * The group of a sub-agent is in that of the partition around it: "<root>/rvm/bot/bot.1".
 *
 * Return: 0; -1 with @err.
 */
int partition_cgroup_path(const char *name, char **path, struct err *err);
/* Return: an open directory; -1 with @err. */
int partition_cgroup_open(const char *name, struct err *err);

/* Is the group with this id the one of that name? */
bool cgroup_is_own(const char *name, uint64_t id);

/* The parent's open directory, made if need be. */
int cgroup_make_parent(struct err *err);
/* That of @name, made or found empty; its open directory. */
int cgroup_make(const char *name, bool *made, struct err *err);
int cgroup_limit(int fd, const char *name, const struct cgroup_limits *limits, struct err *err);
/* Kill all in it and wait; a group that is not there, or is another one, is left alone. */
int cgroup_kill(const char *name, uint64_t id, int seconds, struct err *err);
void cgroup_remove(const char *name);

#endif
