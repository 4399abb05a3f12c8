/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_SERVE_H
#define RVMCTL_SERVE_H

#include "run/broker.h"

/**
 * struct serve - one request, and the process that serves it
 */
struct serve {
	const struct broker_how *how;
	/** @client: Connection. */
	int client;
	/** @pid: Who connected, and @process: an open descriptor of it. */
	pid_t pid;
	int process;
	/** @line: To the broker, which is told the name of the partition; closed if it ends. */
	int line;
};

/* Until the sub-agent ends. */
void serve(const struct serve *s);

/* Tell the client why there is no sub-agent. */
void serve_refuse(int client, struct err *err);

#endif
