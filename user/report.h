/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_REPORT_H
#define RVMCTL_REPORT_H

#include "out.h"
#include "plan.h"

/* What a load would do, row by row. */
void report_plan(struct out *o, const struct plan *plan, const char *partition);

/**
 * struct summary - what a load did
 */
struct summary {
	const char *partition;
	const char *workspace;
	/* Names as --base had them. */
	const char *base;
	size_t deny_rules;
	bool dry;
};

void report_summary(struct out *o, const struct plan *plan, const struct summary *s);

#endif
