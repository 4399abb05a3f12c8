/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_RELAY_H
#define RVMCTL_RELAY_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/**
 * struct relay - bytes under way from one descriptor to another
 *
 * Both are its own.  Those that lead to the user do not block, where that can be had
 * without a change to what others have open: whoever waits in there hears no signal.
 */
struct relay {
	/** @from: -1 when it is done. */
	int from;
	int to;
	/** @user: Which of the user's descriptors it serves: 0, 1 or 2. */
	int user;
	/** @from_socket: Read by recv(), which need not block. */
	bool from_socket;
	bool to_socket;
	/** @terminal: One end is a terminal. */
	bool terminal;
	/** @paused: Nothing is read for now. */
	bool paused;
	/** @left: Bytes that may still be read. */
	size_t left;
	/** @taken: Bytes that were read. */
	size_t taken;
	/** @have: Bytes in @buf. */
	size_t have;
	/** @at: Of these, written. */
	size_t at;
	char buf[16384];
};

#define RELAYS_MAX 4
/* Descriptors that are watched besides. */
#define RELAYS_MORE 5

/**
 * struct relays - all of a command
 */
struct relays {
	size_t n;
	struct relay relay[RELAYS_MAX];
	/** @errnum: Why one of them failed first, or 0. */
	int errnum;
	/** @failed: Its @user. */
	int failed;
};

/* A descriptor above 2 for what @fd is; it does not block, if that can be had.  Or -1. */
int relay_open_user(int fd);

/* The relay takes both descriptors. */
struct relay *relay_add(struct relays *rs, int from, int to, int user);

/* No more will come through. */
void relay_end(struct relay *r);

/* Move what can be moved until one of @more has an event.  Return: 0, or -1 with errno. */
int relays_pump(struct relays *rs, struct pollfd *more, size_t n_more);

/* Nobody writes any more: from now on only what was written until now is passed on. */
void relays_finish(struct relays *rs);

/*
 * Pass that on, however long readers take.
 *
 * Return: true if it is done; false if @more had an event before.
 */
bool relays_drain(struct relays *rs, struct pollfd *more);

/* Return: 0, or -1 with @err if something could not be read or written. */
int relays_check(const struct relays *rs, struct err *err);

#endif
