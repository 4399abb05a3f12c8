/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVMCTL_REQUEST_H
#define RVMCTL_REQUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <termios.h>

#include "base/err.h"

/*
 * What goes between a `rvmctl run --inside`, in a partition, and the rvmctl outside that
 * starts sub-agents for it.  Each is one packet.  Who asks is not trusted: sizes and counts
 * are bounded, and what is said is only ever done with the rights of a sub-agent.
 */

/* Variable that names the socket. */
#define REQUEST_VARIABLE "RVM_NEST"
/* Bytes of a request, and strings in it: grants, arguments and variables together. */
#define REQUEST_BYTES_MAX (128 * 1024)
#define REQUEST_STRINGS_MAX 4096
#define REQUEST_GRANTS_MAX 256

/**
 * struct request - a sub-agent that is asked for; end with request_free()
 */
struct request {
	/** @name: Behind the name of the outer partition; NULL for a number. */
	const char *name;
	/** @cwd: Directory to start in. */
	const char *cwd;
	/** @path: Program. */
	const char *path;
	/** @grants: What it gets, each as "Read(FILE)"; ended by NULL, as are the following. */
	char *const *grants;
	/** @all_but: It gets all but that, likewise. */
	char *const *all_but;
	char *const *argv;
	char *const *envp;
	/** @terminals: Which of 0, 1 and 2 are to be its terminal: a bit each. */
	uint32_t terminals;
	/** @termios: Of that terminal. */
	struct termios termios;
	struct winsize size;
	/** @program: Open. */
	int program;
	/** @stdio: Pipes, /dev/null, or @tty. */
	int stdio[3];
	/** @tty: One end of a pair of sockets: what is typed and written; or -1. */
	int tty;

	/* Owns the strings. */
	char *text;
	char **strings;
};

#define REQUEST_INIT ((struct request){ .program = -1, .stdio = { -1, -1, -1 }, .tty = -1 })

void request_free(struct request *r);

/* Its descriptors stay open.  Return: 0, or -1 with @err. */
int request_send(int to, const struct request *r, struct err *err);

/**
 * request_take() - receive one
 * @r: filled; request_free() it in any case
 * @pid: who must have sent it
 *
 * Return: 0, or -1 with @err.
 */
int request_take(int from, struct request *r, pid_t pid, struct err *err);

/* What is said while the sub-agent runs. */
enum notice_kind {
	/* To the one who asked: it runs; it could not be started, with a text; it ended. */
	NOTICE_STARTED = 1,
	NOTICE_FAILED,
	NOTICE_ENDED,
	/* From there: a signal for it; its terminal has another size. */
	NOTICE_SIGNAL,
	NOTICE_SIZE,
};

/**
 * struct notice - one of these
 */
struct notice {
	uint32_t kind;
	/** @value: Signal, exit status. */
	int32_t value;
	struct winsize size;
	char text[1024];
};

/* Never blocks.  Return: false if the other end does not take it. */
bool notice_send(int to, const struct notice *n);
/* Return: false if the other end is closed, or sends something else. */
bool notice_take(int from, struct notice *n);

#endif
