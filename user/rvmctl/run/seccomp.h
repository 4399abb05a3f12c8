/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_SECCOMP_H
#define RVMCTL_SECCOMP_H

/*
 * A second wall for system calls that have no use in a partition.  Never the only one:
 * there is none unless it is asked for, and hooks judge what it refuses.
 */

/* Put the filter on the calling task, which has no_new_privs.  Return: 0, or an errno. */
int seccomp_install(void);

#endif
