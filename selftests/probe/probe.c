// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an agent can try, one line a row of the design's table of operations.
 *
 *   probe limited DIR PID [CGROUP]
 *                    inside a partition whose tokens cover DIR/ws: each row is
 *                    tried on what a token covers (must work) and on what none
 *                    covers (must be refused)
 *   probe root DIR PID [CGROUP]
 *                    inside a partition with the root token: all of it must
 *                    work, except what nobody may do inside
 *   probe segment DIR PID CGROUP
 *                    inside a partition: make a segment and leave it behind
 *   probe fill DIR   on the host: make what the rows need
 *   probe serve DIR  on the host: listen on what the rows connect to
 *   probe crowd N    on the host: make N empty partitions, delete them when
 *                    the standard input ends
 *   probe objects    how many partitions, tokens, exclusions, anchors, tables,
 *                    entries and hooks the module holds
 *   probe list       the rows, one a line
 *
 * PID is a process of the host.  With CGROUP it goes there first, so that the
 * hooks stand alone: no lost capabilities, no namespaces.
 *  Prints KTAP.  A row that cannot be tried here says so as a skip.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "lib/common.h"
#include "probe.h"

static const struct row *const parts[] = { path_rows, code_rows, net_rows,
					   task_rows, ipc_rows,	 sys_rows };

static unsigned int count;
static bool failed;

static void report(bool good, const struct row *row, const char *side, bool expect, int err)
{
	printf("%s %u %s: %s, %s: %s", good ? "ok" : "not ok", ++count, row->design, row->name,
	       side, expect ? "allowed" : "refused");
	if (!good)
		printf(" # got %s", err ? strerror(err) : "success");
	printf("\n");
	fflush(stdout);
	failed |= !good;
}

static void skip(const struct row *row, const char *side, bool expect)
{
	printf("ok %u %s: %s, %s: %s # SKIP %s\n", ++count, row->design, row->name, side,
	       expect ? "allowed" : "refused", why_not_here());
	fflush(stdout);
}

/* @first: which side; @expect: may it? */
static void try_row(const struct row *row, bool first, bool expect)
{
	const char *side = first || row->who == SEVEN ? "covered" : "not covered";
	int err = row->act(first);
	bool refused = err == EACCES || err == EPERM || err == EXDEV;

	if (err == NOT_HERE)
		skip(row, side, expect);
	else
		report(expect ? !err : refused, row, side, expect, err);
}

static int run(bool root)
{
	const struct row *row;

	printf("TAP version 13\n");
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		for (row = parts[i]; row->name; row++) {
			if (row->who != SEVEN)
				try_row(row, true, true);
			try_row(row, row->who == SEVEN,
				root && row->who != NOBODY && row->who != LOG);
		}
	}
	printf("1..%u\n", count);
	return failed;
}

static int list(void)
{
	static const char *const who[] = { "a token", "the root token", "nobody" };

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		for (const struct row *row = parts[i]; row->name; row++)
			printf("%s\t%s\t%s\n", row->design, row->name, who[row->who]);
	return 0;
}

static bool enter(const char *cgroup)
{
	char path[256];

	direct = true;
	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	return write_file(path, "0");
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "objects"))
		return objects();
	if (argc == 2 && !strcmp(argv[1], "list"))
		return list();
	if (argc < 3)
		return 2;
	dir = argv[2];
	if (argc > 3)
		outsider = atoi(argv[3]);
	signal(SIGPIPE, SIG_IGN);
	if (!strcmp(argv[1], "fill"))
		return fill();
	if (!strcmp(argv[1], "serve"))
		return serve();
	if (!strcmp(argv[1], "crowd"))
		return crowd(atoi(argv[2]));
	if (argc > 4) {
		make_connections();
		make_key();
		if (!enter(argv[4]))
			return 2;
	}
	if (!strcmp(argv[1], "segment"))
		return shmget(FOREIGN_KEY, 4096, IPC_CREAT | 0600) < 0;
	return run(!strcmp(argv[1], "root"));
}
