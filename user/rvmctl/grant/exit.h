/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_GRANT_EXIT_H
#define RVMCTL_GRANT_EXIT_H

#include "partition/partition.h"
#include "wire/nl.h"

/*
 * Take back what was granted until nobody is left, if so: when a command ends, and before the
 * next one starts.
 */
int grant_end_with_exit(struct nlc *nlc, const struct partition *p, int cgroup, struct err *err);
/* Likewise, at the end, where a failure is only told. */
void grant_warn_with_exit(struct nlc *nlc, const struct partition *p, int cgroup);

/* What ends with the last process is refused where there is none yet.  @flags: RVM_TOKEN_FLAG_x. */
int grant_check_exit(const struct partition *p, uint32_t flags, struct err *err);

#endif
