/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_PROBE_H
#define _RVM_PROBE_H

/*
 * Shared by the parts of probe.  A part has the rows of one theme, and what each row
 * does.
 */

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

#define PORT_ALLOWED 7001
#define PORT_REFUSED 7002
#define PORT_BIND 7003

/* Segment of the host, and of another partition, made by fill and segment. */
#define HOST_KEY 0x52564d00
#define FOREIGN_KEY 0x52564d01

/* Message queue of the host, made by fill. */
#define HOST_QUEUE "/rvm-host"

/* Cannot be tried here; the row is skipped. */
#define NOT_HERE 9999

/* Likewise, and says why. */
int not_here(const char *why);
/* What the last row said, once. */
const char *why_not_here(void);

/* Who can do what the second side of a row does. */
enum who {
	ROOT, /* who has the root token */
	SEVEN, /* likewise; there is only this side */
	NOBODY, /* nobody in a partition */
	LOG, /* who has a token for the log, which nobody here has */
};

struct row {
	const char *design; /* row of the design's table */
	const char *name;
	int (*act)(bool ok);
	enum who who;
};

/* Rows of a part; the last one has no name. */
extern const struct row path_rows[], code_rows[], net_rows[], task_rows[], ipc_rows[], sys_rows[];

extern const char *dir;
extern pid_t outsider;
/* In the namespaces of the host. */
extern bool direct;

/* DIR/ws/NAME if @ok, else DIR/out/NAME; four at a time. */
const char *in(bool ok, const char *name);
/* Of two files beside both, which the limited side may write by name. */
const char *in_pair(const char *name);

/* 0, or the errno of the call that returned @ret. */
static inline int result(long ret)
{
	return ret < 0 ? errno : 0;
}

/* Likewise for a call that returned a descriptor, which is closed. */
static inline int close_result(int fd)
{
	int err = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

/* The value of @act in a child. */
int in_child(int (*act)(void));

/* On the host, before entering: connections that the partition then has. */
void make_connections(void);
/* Likewise a key. */
void make_key(void);

/* What is done on the host: see probe.c. */
int fill(void);
int serve(void);
int crowd(int count);
int objects(void);

#endif /* _RVM_PROBE_H */
