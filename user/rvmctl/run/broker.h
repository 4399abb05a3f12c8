/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_BROKER_H
#define RVMCTL_BROKER_H

#include "partition/partition.h"
#include "run/spawn.h"

/*
 * An agent can make no cgroup, so it cannot make a partition either.  For one that was
 * started with --may-nest a process outside makes them: the broker.  It adds no authority:
 * what a sub-agent gets is derived from what the agent's partition has, and the kernel
 * checks that; its program takes tokens as any other.
 *
 * The broker listens on a socket with a path.  The kernel lets nobody in another partition
 * connect, as the socket was made by a task in the agent's cgroup, which makes it the
 * partition's own; and the mode of the file, nobody of another user.  Each request is
 * served by a process of its own, so that none can hold up another.
 */

#define BROKER_MAX 64

/**
 * struct broker - one that runs
 */
struct broker {
	/** @pid: Its process; -1 for none. */
	pid_t pid;
	/** @line: It ends when this is closed. */
	int line;
	/** @path: Of its socket; NULL for none. */
	char *path;
};

#define BROKER_INIT ((struct broker){ .pid = -1, .line = -1 })

/**
 * struct broker_how - for whom it works
 */
struct broker_how {
	/** @outer: Partition of the agent. */
	const struct partition *outer;
	/** @agent: How that is started: its sub-agents have its user and its filter. */
	const struct spawn *agent;
	/** @host_net: It stays in the host's network. */
	bool host_net;
	/** @max: At most so many sub-agents at a time. */
	unsigned int max;
};

/* Before the agent starts.  Return: 0, or -1 with @err. */
int broker_start(struct broker *b, const struct broker_how *how, struct err *err);

/* End all sub-agents with it. */
void broker_end(struct broker *b);

#endif
