/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_DEPUTY_H
#define RVMCTL_DEPUTY_H

#include "plan/plan.h"

/**
 * exclude_deputies() - files that tools outside execute or obey, where the plan lets them be written
 * @plan: all its tables are in
 * @allow: lines of deputy.list to leave out
 * @n: how many
 *
 * In a workspace that may be written as a whole: the list, what the configuration of
 * its repository names, environments of python, directories laid out as a repository.  In
 * any other directory that rows of the table let be written: what git obeys.
 */
int exclude_deputies(struct plan *plan, const char *const *allow, size_t n, struct err *err);

/* Do its rows let the workspace be written as a whole? */
bool deputy_is_whole(const struct plan *plan);

/* All lines of the list but those in @allow, for the workspace, whatever is written there. */
int exclude_deputy_list(struct plan *plan, const char *const *allow, size_t n, struct err *err);

/**
 * deputy_prepare() - make what git would make in its own directory and may not inside
 * @plan: about to be put in force
 *
 * Only .git/logs/refs, if the workspace is a repository that nobody committed to.
 */
void deputy_prepare(const struct plan *plan);

#endif
