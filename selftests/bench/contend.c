// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much two tasks hold each other up that open files at the same time.
 *
 *   contend FILE OTHER
 *
 * One task opens and closes FILE, the other OTHER, each on a CPU of its own.  In turns
 * both do, or only one.  Prints how many opens both made together, in percent of what
 * they made alone: the median of the turns, and the range.  200 is no contention.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TURNS 21
#define TURN_NS 40000000L

struct shared {
	/* Which tasks work: bit 0 and bit 1. */
	atomic_int who;
	struct {
		atomic_long opens;
		/* Each has a line of the cache for itself. */
		char pad[120];
	} task[2];
};

static struct shared *shared;

static int bind_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

static _Noreturn void work(int nr, const char *file)
{
	if (bind_to(nr))
		_exit(1);
	for (;;) {
		int fd;

		if (!(atomic_load(&shared->who) & (1 << nr)))
			continue;
		fd = open(file, O_RDONLY);
		if (fd < 0)
			_exit(1);
		close(fd);
		atomic_fetch_add(&shared->task[nr].opens, 1);
	}
}

static long count(int nr)
{
	return atomic_load(&shared->task[nr].opens);
}

/* Opens of the tasks @who, for one turn. */
static long turn(int who)
{
	const struct timespec time = { .tv_nsec = TURN_NS };
	long before = count(0) + count(1);

	atomic_store(&shared->who, who);
	nanosleep(&time, NULL);
	atomic_store(&shared->who, 0);
	return count(0) + count(1) - before;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int measure(void)
{
	double percent[TURNS];

	turn(3);
	for (int i = 0; i < TURNS; i++) {
		long first = turn(1), both = turn(3), second = turn(2);

		if (!first || !second || waitpid(-1, NULL, WNOHANG))
			return -1;
		percent[i] = 200.0 * both / (first + second);
	}
	qsort(percent, TURNS, sizeof(percent[0]), compare);
	printf("%.0f (%.0f to %.0f)\n", percent[TURNS / 2], percent[0], percent[TURNS - 1]);
	return 0;
}

int main(int argc, char **argv)
{
	pid_t pid[2];
	int err;

	if (argc != 3)
		return 2;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		return 1;
	for (int i = 0; i < 2; i++) {
		pid[i] = fork();
		if (!pid[i])
			work(i, argv[1 + i]);
	}
	err = measure();
	if (err)
		fprintf(stderr, "contend: a task has ended\n");
	for (int i = 0; i < 2; i++)
		if (pid[i] > 0)
			kill(pid[i], SIGKILL);
	return err ? 1 : 0;
}
