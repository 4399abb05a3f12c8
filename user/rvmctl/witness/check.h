/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_CHECK_H
#define RVMCTL_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/nl.h"

struct refusal;

/* May a partition use an open file with this right?  Nothing is done or recorded. */
int check_file(struct nlc *nlc, uint32_t partition, int fd, uint32_t right, bool *allowed,
	       struct err *err);

/* Likewise, may it map the file? */
int check_map(struct nlc *nlc, uint32_t partition, int fd, uint32_t right, bool *allowed,
	      struct err *err);

/* Would what was refused be allowed now?  False as well if that cannot be asked. */
bool check_again(struct nlc *nlc, uint32_t partition, const struct refusal *r);

/* Ask what a refusal is about: its @reason and @token are set.  Return: 0; -1 if it cannot be asked. */
int check_refusal(struct nlc *nlc, uint32_t partition, struct refusal *r);

#endif
