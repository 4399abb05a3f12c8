/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SELFTEST_ESCAPE_H
#define _RVM_SELFTEST_ESCAPE_H

/* Shared by the parts of escape_test. */

#include <errno.h>
#include <stdbool.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/common.h"

#define PORT_ALLOWED 7001
#define PORT_REFUSED 7002
#define PORT_BIND 7003
/* Allowed at ::1 only. */
#define PORT_V6 7004

/* In place of an errno: not offered here, or the preparation of the attack failed. */
#define SKIPPED 200
#define BROKEN 201

/* An attack inside the partition, if @evil, else its twin: 0 or the errno. */
struct row {
	const char *name;
	int (*act)(bool evil);
	/* The kernel itself refuses, and no denial is recorded. */
	bool silent;
};

/* Done by somebody outside, or by both sides together. */
struct host_row {
	const char *name;
	int (*act)(const struct box *box, bool evil);
};

/* Rows of a part; the last one has no name. */
extern const struct row file_rows[], program_rows[], net_rows[], task_rows[], verb_rows[];
extern const struct host_row host_rows[];

/* A process and a segment of the host, and what the host hands over, to @evil last. */
extern pid_t victim;
extern int segment;
extern int given_fd[2];
extern int given_socket[2][2];
/* Where a descriptor for writing arrives. */
extern int given_mail[2];
/* Connected to PORT_REFUSED for @evil, to PORT_ALLOWED for the twin. */
extern int given_tcp[2];
/* An IPv6 datagram socket; -1 if there is none here. */
extern int given_udp6[2];
/* Open for reading and writing: a file to read only for @evil, one of ws/ for the twin. */
extern int given_writable[2];
/* Likewise on overlayfs, and a ring; -1 if there is none here. */
extern int given_layer[2];
extern int given_ring;
/*
 * Sockets with something to read in them: the victim owns that of @evil; the twin's has
 * no owner.
 */
extern int given_owned[2];
/* Doors of the host: a userfaultfd of its memory, a BPF map; -1 if there is none here. */
extern int given_faults, given_table;
/* The master side of a terminal of the host. */
extern int given_master;

/* A socket of the host listens there. */
#define ABSTRACT_NAME "rvm-escape-host"

/* An address of a unix socket: its length. */
size_t unix_name(struct sockaddr_un *address, const char *name, bool abstract);

/* Before the attacks, in setup.c; false if something did not work. */
bool make_files(void);
bool hand_over(void);
void drop_files(void);

/* Handler of SIGURG, for a process that is to die of it. */
void end_process(int signal);

/* Paths in ws/ and out/, as in_dir(). */
const char *ws(const char *name);
/* Made in a directory in which no deny rule has a name: it can be linked. */
const char *plain_file(void);
const char *out(const char *name);

/* 0, or the errno of the call that returned @ret. */
static inline int result(long ret)
{
	return ret < 0 ? errno : 0;
}

/* Likewise for a call that returned a descriptor, which is closed. */
static inline int opened(int fd)
{
	int err = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

/* Read the first byte: 0 or the errno. */
static inline int read_one(int fd)
{
	char c;

	return result(pread(fd, &c, 1, 0));
}

#endif /* _RVM_SELFTEST_ESCAPE_H */
