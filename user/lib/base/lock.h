/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_LOCK_H
#define RVMCTL_LOCK_H

#include "base/err.h"

/*
 * What one rvmctl does and no other meanwhile.  Only root can open the files, and no
 * partition whose table was loaded can: see exclude_doors().  Whoever holds one all the
 * same, as a program outside may, is named after a while, and nothing is started.
 */
#define LOCK_NAMES "/run/rvmctl.nest.lock"
#define LOCK_NETWORK "/run/rvmctl.lock"

/**
 * lock_take() - wait for a lock
 * @path: one of the above
 *
 * It is this process's: what it starts does not hold it too.
 *
 * Return: an open descriptor, which holds it until it is closed; -1 with @err.
 */
int lock_take(const char *path, struct err *err);

#endif
