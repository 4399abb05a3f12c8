/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_REPORT_H
#define RVMCTL_REPORT_H

#include "base/out.h"
#include "load/diff.h"
#include "partition/adopt.h"
#include "plan/plan.h"
#include "plan/send.h"

/**
 * struct summary - what a load did
 */
struct summary {
	const char *partition;
	uint32_t id;
	/* The container that was taken in; nothing runs in it if there is none. */
	const struct adopt *adopt;
	struct nlc *nlc;
	const char *workspace;
	/* Names as --base had them. */
	const char *base;
	size_t deny_rules;
	/* To what is in force, if that is known. */
	struct change *change;
	struct sent sent;
	bool dry;
};

/* What a load would do, row by row. */
void report_plan(struct out *o, const struct plan *plan, const struct summary *s);

/* Return: 0, or -1 if the module could not be asked. */
int report_summary(struct out *o, const struct plan *plan, const struct summary *s,
		   struct err *err);

#endif
