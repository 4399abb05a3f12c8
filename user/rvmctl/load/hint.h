/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_HINT_H
#define RVMCTL_HINT_H

#include "plan/plan.h"

/**
 * hint_table() - what a table that is about to be loaded lacks for the work it is meant for
 * @base: names of the base tables, as given
 *
 * Only says it: nothing is added.
 */
void hint_table(const struct plan *plan, const char *base);

/* Sockets of which a row of the table gives more than it seems to. */
void hint_sockets(const struct plan *plan);

/* Rows for servers that do not hear of the own addresses. */
void hint_servers(const struct plan *plan);

/* Rows of the table about something that an exclusion takes away. */
void hint_denied(const struct plan *plan);

#endif
