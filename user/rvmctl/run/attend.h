/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_ATTEND_H
#define RVMCTL_ATTEND_H

#include <stdint.h>

#include "base/err.h"
#include "run/pty.h"
#include "run/spawn.h"

/*
 * Being there while a command runs.  Who is confined can stop the command at any time,
 * also before it runs its program, and can have it ignore signals: no wait here depends
 * on what it does.
 */

/**
 * struct attend - a command that is attended
 */
struct attend {
	struct spawn *spawn;
	struct pty *pty;
	/** @signals: Receives the signals that are passed on; -1 before attend_begin(). */
	int signals;
	/** @asked: When it was first asked to end, in ms; 0 for never. */
	int64_t asked;
	/** @times: How often since. */
	unsigned int times;
	/** @warned: SIGTERM was one of them. */
	bool warned;
	/** @ended: It ended, with this wait status. */
	bool ended;
	int status;
};

/* Block and receive signals.  Before the command is there, so that none is lost. */
int attend_begin(struct attend *a, struct err *err);

/**
 * attend_start() - let the command exec
 * @errnum: of the exec, if it was the exec that failed; else 0
 *
 * Return: 0 if it runs its program, or is at its end; -1 with @err.
 */
int attend_start(struct attend *a, int *errnum, struct err *err);

/* Until its end.  Return: its exit status, or -1. */
int attend_run(struct attend *a, struct err *err);

void attend_end(struct attend *a);

#endif
