/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_INSIDE_H
#define RVMCTL_INSIDE_H

#include "cmd.h"
#include "run/nest.h"

/**
 * inside_run() - in a partition: have a sub-agent started, and stay with it until it ends
 * @how: what it gets
 * @command: ended by NULL
 *
 * Return: its exit status; -1 with @err.
 */
int inside_run(const struct nest *how, char *const *command, struct err *err);

#endif
