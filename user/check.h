/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_CHECK_H
#define RVMCTL_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "nl.h"

/* May a partition use an open file with this right?  Nothing is done or recorded. */
int check_file(struct nlc *nlc, uint32_t partition, int fd, uint32_t right, bool *allowed,
	       struct err *err);

#endif
