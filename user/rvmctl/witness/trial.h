/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_TRIAL_H
#define RVMCTL_TRIAL_H

#include "partition/partition.h"
#include "table/resolve.h"
#include "witness/advice.h"

/* Lines of a table, tried on a refusal before anybody is told to write them. */

/**
 * struct trial - where to try; end with trial_close()
 */
struct trial {
	struct nlc *nlc;
	const struct partition *part;
	struct resolver resolver;
	/* Files of a container are not seen from here: nothing can be tried. */
	bool blind;
};

void trial_open(struct trial *t, struct nlc *nlc, const struct partition *part);
void trial_close(struct trial *t);
#define auto_trial __attribute__((cleanup(trial_close)))

/* Would the row, loaded now, cover what was refused?  @why: if not, the reason or NULL; free() it. */
bool trial_covers(struct trial *t, const struct refusal *r, const char *resource, uint8_t rights,
		  char **why);

/* Is what was refused within a scope?  False for addresses, which are not compared. */
bool trial_scope_covers(const struct scope *s, const struct refusal *r);

/**
 * trial_find() - a row that is loaded and would cover it if it were loaded now
 * @expired: set if it has expired; else what it names is another file than it was at
 *           the load
 *
 * Return: its resource, or NULL; free() it.
 */
char *trial_find(struct trial *t, const struct refusal *r, bool *expired);

/* Does a row that is loaded let servers listen at this port of some address? */
bool trial_listens(struct trial *t, unsigned long port);

/* The exclusion in force that takes the right to a file away: its resource, or NULL; free() it. */
char *trial_exclusion(struct trial *t, const struct refusal *r);

/* May the partition write the program? */
bool trial_may_write(struct trial *t, const struct refusal *r);

/* Does a row that is loaded name the file as a program, with whatever words? */
bool trial_is_program(struct trial *t, const struct refusal *r);

/* Is a row of this resource in force, with these rights? */
bool trial_has(struct trial *t, const char *resource, uint8_t rights);

#endif
