// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a task pays that is in one partition while another one gets tokens and loses them.
 *
 *   neighbour OPERATION WHERE EACH
 *
 * The task does EACH of OPERATION in turns with this process, which grants a token to the
 * other partition and takes it back; first it does nothing, for comparison.  Only what the
 * task does is counted: prints the median of the turns, of one operation, without and with.
 *
 *   open      a file that it opened before, and close it
 *   read      a byte of a file that is open
 *
 *   beside    the partitions are neighbours
 *   below     the other one is inside that of the task
 *   around    it is around that
 *   outside   the task is in no partition
 *
 * In the other one there is a task too, for which hooks are needed that judge again what
 * is open.
 */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/common.h"
#include "lib/token.h"

#define TURNS 201
#define FOLDER "/tmp/neighbour"
#define FILE_NAME FOLDER "/file"

enum { OURS, THEIRS };

/* Between this process and the task. */
static int ask[2], answer[2];

static int nl;
static struct box boxes[2];
static struct handle source;

struct work {
	bool read;
	int each;
};

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static bool do_one(const struct work *work, int fd)
{
	char c;

	return work->read ? pread(fd, &c, 1, 0) == 1 : !try_open(FILE_NAME, O_RDONLY);
}

static int do_when_asked(void *arg)
{
	const struct work *work = arg;
	int fd = open(FILE_NAME, O_RDONLY);
	long long begin, took;
	char c;

	close(ask[1]);
	close(answer[0]);
	while (read(ask[0], &c, 1) == 1) {
		begin = now_ns();
		for (int i = 0; i < work->each; i++)
			if (!do_one(work, fd))
				return 1;
		took = now_ns() - begin;
		if (write(answer[1], &took, sizeof(took)) != sizeof(took))
			break;
	}
	return 0;
}

static int stay(void *unused)
{
	return pause();
}

static bool make_box(struct box *box, const char *group, const char *name)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, FOLDER, "**" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_GRANT, FOLDER, "**" },
	};

	return group_make(box, group) && box_register(box, nl, name) && !box_load(box, rules, 2);
}

static bool make_boxes(const char *where)
{
	bool below = !strcmp(where, "below"), around = !strcmp(where, "around");

	if (around)
		return make_box(&boxes[THEIRS], "theirs", "theirs") &&
		       make_box(&boxes[OURS], "theirs/ours", "ours");
	return make_box(&boxes[OURS], "ours", "ours") &&
	       make_box(&boxes[THEIRS], below ? "ours/theirs" : "theirs", "theirs");
}

static void remove_boxes(const char *where)
{
	int first = strcmp(where, "around") ? THEIRS : OURS;

	box_remove(&boxes[first]);
	box_remove(&boxes[!first]);
}

static bool grant_and_revoke(void)
{
	struct gift gift = { source, boxes[THEIRS].id, RVM_RIGHT_READ };
	struct handle given;
	uint32_t count;

	return !token_grant(nl, &gift, &given) && !token_revoke(nl, &given, &count);
}

static int compare(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

/* -1 if something failed. */
static double measure(bool (*change)(void), int each)
{
	long long took[TURNS];
	char c = 0;

	for (int i = 0; i < TURNS; i++)
		if ((change && !change()) || write(ask[1], &c, 1) != 1 ||
		    read(answer[0], &took[i], sizeof(took[i])) != sizeof(took[i]))
			return -1;
	qsort(took, TURNS, sizeof(took[0]), compare);
	return (double)took[TURNS / 2] / each;
}

static pid_t start(const char *where, struct work *work)
{
	pid_t pid;

	if (strcmp(where, "outside"))
		return box_start(&boxes[OURS], do_when_asked, work);
	pid = fork();
	if (!pid)
		_exit(do_when_asked(work));
	return pid;
}

static bool compare_both(const char *where, struct work *work)
{
	pid_t pid[2] = { start(where, work), box_start(&boxes[THEIRS], stay, NULL) };
	double alone, with;

	close(ask[0]);
	close(answer[1]);
	/* What was not opened yet is. */
	measure(NULL, work->each);
	alone = measure(NULL, work->each);
	with = measure(grant_and_revoke, work->each);
	kill(pid[0], SIGKILL);
	kill(pid[1], SIGKILL);
	wait_for(pid[0]);
	wait_for(pid[1]);
	printf("%.0f %.0f %+.1f\n", alone, with, 100 * (with - alone) / alone);
	return alone > 0 && with > 0;
}

int main(int argc, char **argv)
{
	struct work work;
	bool good;

	if (argc != 4)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	work = (struct work){ !strcmp(argv[1], "read"), atoi(argv[3]) };
	mkdir(FOLDER, 0755);
	nl = nl_open();
	good = nl >= 0 && write_file(FILE_NAME, "text") && !pipe(ask) && !pipe(answer) &&
	       make_boxes(argv[2]) && token_find(&boxes[THEIRS], 1, &source) &&
	       compare_both(argv[2], &work);
	remove_boxes(argv[2]);
	return good ? 0 : 1;
}
