/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_LINKS_H
#define RVMCTL_LINKS_H

#include "plan/plan.h"

/*
 * Excluded names whose file has other names, or is somewhere else: exclude the file as well.
 * @again: say only what is new.
 */
int exclude_links(struct plan *plan, bool again, struct err *err);

#endif
