/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_ADMIT_H
#define RVMCTL_ADMIT_H

#include "partition/partition.h"
#include "run/spawn.h"

/**
 * struct admission - what may start where
 */
struct admission {
	/** @part: The partition. */
	const struct partition *part;
	/** @program: It, open. */
	int program;
	/** @judged: Only if tokens of the partition let it. */
	bool judged;
};

/* As spawn_start(), and then have the program admitted with its words. */
int admit_started(struct nlc *nlc, struct spawn *s, const struct admission *how, struct err *err);

#endif
