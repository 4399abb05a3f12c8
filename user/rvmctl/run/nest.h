/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_NEST_H
#define RVMCTL_NEST_H

#include "partition/partition.h"
#include "run/spawn.h"

/*
 * A partition inside another one, for a sub-agent.  It has no table but for what is taken
 * away; its tokens are derived from the outer one's, and go with them.
 *
 * Its name is that of the outer one, a dot, and what it is called there.  No other partition
 * may have a dot in its name, so whoever asks for a sub-agent cannot choose a name that the
 * host gave to something, or will.
 */

/**
 * struct nest - what a sub-agent gets
 */
struct nest {
	/** @name: Behind the outer one's name and a dot; NULL for a number. */
	const char *name;
	/** @grants: As "Read(FILE)" or "READ,GRANT:FILE", ended by NULL. */
	char *const *grants;
	/** @all_but: All but what these say; an empty list is none at all. */
	char *const *all_but;
	/** @asker: Who is inside and asks for it, with what user; NULL if the host does. */
	const struct spawn *asker;
};

/**
 * nest_make() - make it, without tokens
 * @inner: filled; end with nest_end() and partition_free()
 *
 * Return: 0, or -1 with @err.
 */
int nest_make(struct nlc *nlc, const struct partition *outer, const struct nest *how,
	      struct partition *inner, struct err *err);

/* Give it what it gets.  Return: 0, or -1 with @err; then it has some of it. */
int nest_fill(struct nlc *nlc, const struct partition *outer, const struct nest *how,
	      const struct partition *inner, struct err *err);

/* End what runs in it, and delete it.  Return: 0, or -1 with @err. */
int nest_end(struct nlc *nlc, const struct partition *inner, struct err *err);

#endif
