/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_SPAWN_H
#define RVMCTL_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * Starting a command in a partition takes three tasks:
 *
 *   rvmctl   talks to the module and to the user's terminal
 *   helper   outside the partition; leads the new session, makes the
 *            namespaces and the keyring, waits for the command
 *   command  made by the helper inside the partition's cgroup, never moved;
 *            from its first instruction on it is judged.  It gives up what it
 *            has, waits until rvmctl had it admitted, and execs.
 */

/**
 * struct spawn - what to start, and how it goes
 */
struct spawn {
	/** @path: Program, absolute. */
	const char *path;
	/** @argv: Its words, ended by NULL. */
	char *const *argv;
	/** @envp: Its environment, ended by NULL. */
	char *const *envp;
	/** @cwd: Directory to start in. */
	const char *cwd;
	/** @cgroup: Open directory of the partition's cgroup. */
	int cgroup;
	/** @uid: Who it runs as. */
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	int n_groups;
	/** @keep_caps: Leave the capability bounding set as it is. */
	bool keep_caps;
	/** @filter: Add the system call filter, see seccomp.h. */
	bool filter;
	/** @private_net: A network namespace of the partition's own. */
	bool private_net;
	/** @net: That of tasks in it, to be joined; -1 to make one.  Closed by spawn_start(). */
	int net;
	/** @stdio: Become 0, 1 and 2; all above 2.  Closed by spawn_start(), like @tty. */
	int stdio[3];
	/** @tty: Becomes the controlling terminal, or -1. */
	int tty;
	/** @background: It begins in the background of it, until it wants to read or set it. */
	bool background;

	/** @helper: Once started. */
	pid_t helper;
	/**
	 * @command: Once started, until its end is known; spawn_signal() sends it signals.
	 * Nobody else gets its number before: the helper keeps it.
	 */
	pid_t command;
	/** @process: It as well, open. */
	int process;
	/** @events: The helper tells how the command does; see spawn_event(). */
	int events;
	/** @go: Closed or written to once; the command waits for it. */
	int go;
	/** @failure: The command tells of what went wrong before its exec. */
	int failure;
};

#define SPAWN_INIT                                \
	((struct spawn){ .cgroup = -1,            \
			 .net = -1,               \
			 .stdio = { -1, -1, -1 }, \
			 .tty = -1,               \
			 .helper = -1,            \
			 .command = -1,           \
			 .process = -1,           \
			 .events = -1,            \
			 .go = -1,                \
			 .failure = -1 })

/* As fork(), but the child is in the cgroup, and judged from its first instruction. */
pid_t spawn_into(int cgroup);

/* Make helper and command; the command waits.  Return: 0, or -1 with @err. */
int spawn_start(struct spawn *s, struct err *err);

/* Let the command exec, without waiting for that.  Return: 0, or -1 with @err. */
int spawn_release(struct spawn *s, struct err *err);

/**
 * spawn_result() - how that went, once @failure of it can be read
 * @errnum: of the exec, if it was the exec that failed; else 0
 *
 * Until then it blocks, and who can stop the command decides for how long.
 *
 * Return: 0 if it runs its program; -1 with @err.
 */
int spawn_result(struct spawn *s, int *errnum, struct err *err);

enum spawn_event_kind {
	/* The helper is gone. */
	SPAWN_LOST,
	/* The command ended; value is its wait status. */
	SPAWN_ENDED,
	/* The command was stopped. */
	SPAWN_STOPPED,
};

/* Next event of @s->events; blocks. */
enum spawn_event_kind spawn_event(struct spawn *s, int *value);

/* To the command; to nobody once it is gone. */
void spawn_signal(const struct spawn *s, int number);
/* To its whole group as well, if it is still in the one that it was started in. */
void spawn_signal_group(const struct spawn *s, int number);

/* Kill what is left, wait for the helper, close. */
void spawn_end(struct spawn *s);

#endif
