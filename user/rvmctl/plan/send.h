/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_SEND_H
#define RVMCTL_SEND_H

#include "plan/plan.h"
#include "wire/nl.h"

/**
 * plan_send() - put a plan in force: a transaction in batches
 * @table: it was made of, for its digest
 * @source: path of the table, to be shown
 *
 * Return: 0; -1 with @err, then the table that was in force still is.
 */
int plan_send(const struct plan *plan, struct nlc *nlc, uint32_t partition,
	      const struct table *table, const char *source, struct err *err);

#endif
