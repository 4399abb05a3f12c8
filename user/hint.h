/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_HINT_H
#define RVMCTL_HINT_H

#include "plan.h"

/**
 * hint_table() - what a table that is about to be loaded lacks for the work it is meant for
 * @base: names of the base tables, as given
 *
 * Only says it: nothing is added.
 */
void hint_table(const struct plan *plan, const char *base);

#endif
