/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_MAKE_H
#define RVMCTL_MAKE_H

#include "cmd.h"
#include "partition/adopt.h"
#include "plan/plan.h"

#define BASE_DEFAULT "minimal,workspace-ro"

/**
 * struct load - a load under way
 */
struct load {
	struct table table;
	struct plan plan;
	struct adopt adopt;
	/* Of the table file, without links; NULL of one that was piped in. */
	char *path;
	char *folder;
	char *name;
	const char *base;
	size_t deny_rules;
};

#define LOAD_INIT                   \
	{                           \
		.adopt = ADOPT_INIT \
	}

/**
 * load_make() - all that can be refused is refused here
 * @load: LOAD_INIT; load_end() it in any case
 * @args: of load
 * @dry: nothing is going to change: do not freeze what is adopted
 *
 * Return: 0; -1 with @err.
 */
int load_make(struct load *load, const struct args *args, bool dry, struct err *err);
void load_end(struct load *load);
#define auto_load __attribute__((cleanup(load_end)))

/* What is on record as the table's place. */
const char *load_source(const struct load *load);

/*
 * What says what other partitions may do is not the agent's, wherever it lies; and
 * what says it of this one should be nobody else's.
 */
int load_look_at_others(struct load *load, struct nlc *nlc, const char *spec, struct err *err);

#endif
