/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_GRANT_REMARK_H
#define RVMCTL_GRANT_REMARK_H

#include "grant/request.h"
#include "grant/row.h"

/*
 * Say of a row that is about to be given what it allows less, or more, than it seems to:
 * what load says of rows, and what only counts in processes that run already.
 */
void grant_remark(struct nlc *nlc, const struct partition *p, const struct grant_row *row,
		  const struct wish *wish);

#endif
