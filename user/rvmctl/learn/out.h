/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_LEARN_OUT_H
#define RVMCTL_LEARN_OUT_H

#include "learn/learn.h"

/**
 * struct learn_report - what is to be told of a proposal
 */
struct learn_report {
	const char *partition;
	/* Where to write the table; NULL for nowhere. */
	const char *table;
	/* Rows of this one go first; NULL for none. */
	const char *add;
	/* Records that were looked at. */
	uint64_t from;
	uint64_t to;
	bool timed_out;
};

/* Write the table if asked for; print lines with their evidence, and what is left out. */
int learn_print(struct out *o, const struct learn *l, const struct learn_report *report,
		struct err *err);

#endif
