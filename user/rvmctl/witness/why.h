/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_WHY_H
#define RVMCTL_WHY_H

#include "log/event.h"
#include "witness/advice.h"

/* Where doctor has its files, one of which it has denied; behind it six letters. */
#define DOCTOR_FOLDER "/tmp/rvm-doctor-"

/* A denial in one or two sentences: free() them; and what they advise: advice_free() it. */
char *why_text(struct nlc *nlc, const struct event *event, struct advice *advice);

/**
 * why_last() - the newest denial that matters
 * @partition: id, or 0 for any
 * @event: filled
 *
 * A look at a program that was refused before matters less than that; and what was
 * only to be created if it was missing, and was there, does not matter.  Nor does
 * what doctor had denied.
 *
 * Return: 1 if there is one, 0 if not, -1.
 */
int why_last(struct nlc *nlc, struct names *names, uint32_t partition, struct event *event,
	     struct err *err);

#endif
