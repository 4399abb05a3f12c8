/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_NETWORK_H
#define RVMCTL_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/nl.h"

/* Has the partition a token that reaches the network?  Without one it gets its own. */
int network_has_token(uint32_t partition, bool *found, struct err *err);

/*
 * Of tasks in the group that are in another network than ours: an open descriptor, or -1.
 * Runs of a partition that go on at the same time reach each other's servers.
 */
int network_find(int cgroup);

#endif
