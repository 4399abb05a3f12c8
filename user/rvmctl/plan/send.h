/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_SEND_H
#define RVMCTL_SEND_H

#include "plan/plan.h"
#include "wire/nl.h"

/**
 * struct sending - where a plan is to be in force, and how
 */
struct sending {
	uint32_t partition;
	/* What the plan was made of, for its digest. */
	const struct table *table;
	/* Path of the table, to be shown. */
	const char *source;
	/* Keep no token of the table before. */
	bool fresh;
};

/**
 * struct sent - what became of the table before
 */
struct sent {
	/* Tokens that stay, with what was derived from them. */
	uint32_t kept;
	/* Tokens that went. */
	uint32_t revoked;
};

/**
 * plan_send() - put a plan in force: a transaction in batches
 * @sent: filled
 *
 * Return: 0; -1 with @err, then the table that was in force still is.
 */
int plan_send(const struct plan *plan, struct nlc *nlc, const struct sending *how,
	      struct sent *sent, struct err *err);

#endif
