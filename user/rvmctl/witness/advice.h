/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_ADVICE_H
#define RVMCTL_ADVICE_H

#include <stdint.h>

#include "log/refusal.h"

/* What would have to change for a refusal to be none. */

/**
 * struct advice - what would have to change; end with advice_free()
 */
struct advice {
	/** @text: One or two sentences; NULL if there is nothing to say. */
	char *text;
	/** @grant: The line of a table that would grant it; NULL if none would. */
	char *grant;
	/** @command: The command that would grant it for a while; likewise. */
	char *command;
};

struct trial;

/* Lines are tried before they are offered. */
void refusal_advise(const struct refusal *r, struct trial *trial, struct advice *advice);
void advice_free(struct advice *advice);
#define auto_advice __attribute__((cleanup(advice_free)))

#endif
