/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_DENIAL_H
#define RVMCTL_DENIAL_H

#include "partition/partition.h"

/**
 * denial_newest() - what was denied last, in words
 * @before: the partition as it was when the command began
 * @count: filled with how often something was denied since
 *
 * Return: NULL if nothing was; free() it.
 */
char *denial_newest(struct nlc *nlc, const struct partition *before, uint64_t *count);

#endif
