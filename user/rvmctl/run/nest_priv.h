/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_NEST_PRIV_H
#define RVMCTL_NEST_PRIV_H

#include "partition/token_list.h"
#include "run/nest.h"

/**
 * struct nest_source - what tokens of a sub-agent are derived from
 */
struct nest_source {
	const struct partition *outer;
	struct tokens tokens;
};

/* Derive the tokens of the inner one. */
int nest_give(struct nlc *nlc, const struct partition *outer, const struct nest *how,
	      const struct partition *inner, struct err *err);

#endif
