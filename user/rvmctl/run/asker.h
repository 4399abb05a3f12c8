/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_ASKER_H
#define RVMCTL_ASKER_H

#include "run/spawn.h"

/*
 * Looking at files for somebody else: what that one could not look at is not there.  Files
 * are looked for as the asker's user and groups and with no capability over files, while
 * the module goes on to see root of the host.  For the whole process.
 */

/* Return: 0; -1 with @err, then it is as before. */
int asker_become(const struct spawn *asker, struct err *err);

/* Be root again; ends the process if that fails. */
void asker_leave(void);

#endif
