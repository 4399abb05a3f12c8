/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_ADOPT_H
#define RVMCTL_ADOPT_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/out.h"
#include "wire/nl.h"

/*
 * Processes that another runtime made, in a cgroup of its own: a
 * container.  It is frozen while it is looked at and gets its table, so nothing
 * happens in it meanwhile.
 */

/**
 * struct adopt - a container that is being taken in; end with adopt_end()
 */
struct adopt {
	/* Open directory of its cgroup; -1 if there is none. */
	int cgroup;
	/* It was not frozen before. */
	bool thaw;
	pid_t *pids;
	size_t n;
	/* "/proc/PID/root" of its first process. */
	char root[32];
	sigset_t signals;
};

#define ADOPT_INIT ((struct adopt){ .cgroup = -1 })

/**
 * adopt_begin() - find the processes of a cgroup
 * @cgroup: absolute, or below the root of cgroups
 * @freeze: hold them until adopt_end(); signals that would end the tool wait
 *
 * Return: 0; -1 if it is none, runs nothing, does not freeze, or its processes
 * see different mounts.
 */
int adopt_begin(struct adopt *a, const char *cgroup, bool freeze, struct err *err);
void adopt_end(struct adopt *a);

/* What they brought along: a table "brought" in the object that is open. */
void adopt_report(const struct adopt *a, struct out *o);

/* Open files that the partition will not let them use: a table "denied" likewise. */
int adopt_report_denied(const struct adopt *a, struct nlc *nlc, uint32_t partition, struct out *o,
			struct err *err);

#endif
