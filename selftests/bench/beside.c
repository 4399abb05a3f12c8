// SPDX-License-Identifier: GPL-2.0-only

#include "beside.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "/tmp/beside"
/* Not a multiple of any tick; more than twice of what an open takes. */
#define PERIOD_NS 47000

/* Between the task and who started it. */
struct samples {
	atomic_bool ready, stop, failed;
	unsigned int count;
	long long call[2 * BESIDE_FILES], wait[2 * BESIDE_FILES];
};

static struct samples *samples;

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static const char *name_of(unsigned int set, unsigned int nr, const char *file)
{
	static char name[64];

	snprintf(name, sizeof(name), FOLDER "/set%u-%u/%s", set, nr, file);
	return name;
}

bool make_files_beside(void)
{
	mkdir(FOLDER, 0755);
	for (unsigned int set = 0; set < BESIDE_SETS; set++)
		for (unsigned int nr = 0; nr < BESIDE_FILES; nr++) {
			mkdir(name_of(set, nr, ""), 0755);
			if (!write_file(name_of(set, nr, "file"), "text"))
				return false;
		}
	return true;
}

bool load_table_beside(struct box *box)
{
	const struct rule rule = { RVM_CLASS_PATH, RVM_RIGHT_READ, FOLDER, "**" };

	return !box_load(box, &rule, 1);
}

/* Warm at even numbers, cold at odd ones: the first file is warm. */
static void take_sample(unsigned int set, unsigned int nr, long long due)
{
	const char *name = name_of(set, nr % 2 ? nr / 2 + 1 : 0, "file");
	long long begin = now_ns(), end;

	if (try_open(name, O_RDONLY))
		samples->failed = true;
	end = now_ns();
	samples->call[nr] = end - begin;
	samples->wait[nr] = end - due;
}

static int open_in_periods(void *arg)
{
	unsigned int set = *(unsigned int *)arg;
	long long due = now_ns();

	if (open_often((void *)name_of(set, 0, "file")))
		samples->failed = true;
	samples->ready = true;
	while (!samples->stop && samples->count < 2 * (BESIDE_FILES - 1)) {
		struct timespec until;

		/* What was missed is made up for: each is late. */
		due += PERIOD_NS;
		until = (struct timespec){ due / 1000000000, due % 1000000000 };
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
		take_sample(set, samples->count++, due);
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

/* Every second of @from, beginning with the one of this kind. */
static struct spread spread_of(const long long *from, unsigned int kind, unsigned int *count)
{
	static long long some[BESIDE_FILES];
	unsigned int n = 0;

	for (unsigned int i = kind; i < samples->count; i += OPEN_KINDS)
		some[n++] = from[i];
	*count = n;
	if (!n)
		return (struct spread){ 0 };
	qsort(some, n, sizeof(some[0]), compare);
	return (struct spread){ some[n / 2], some[n - 1 - n / 1000], some[n - 1] };
}

static bool run_beside(pid_t pid, bool (*work)(void))
{
	struct sched_param most = { .sched_priority = 50 };
	bool good;

	if (!wait_until(samples->ready) || sched_setscheduler(pid, SCHED_FIFO, &most))
		return false;
	good = work();
	samples->stop = true;
	return good;
}

bool watch_beside(const struct box *box, unsigned int set, bool (*work)(void),
		  struct beside *result)
{
	bool good;
	pid_t pid;

	samples = mmap(NULL, sizeof(*samples), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (samples == MAP_FAILED)
		return false;
	pid = box_start(box, open_in_periods, &set);
	good = run_beside(pid, work);
	if (!good)
		kill(pid, SIGKILL);
	good = !wait_for(pid) && good && !samples->failed;
	for (unsigned int kind = 0; kind < OPEN_KINDS; kind++) {
		result->call[kind] = spread_of(samples->call, kind, &result->count[kind]);
		result->wait[kind] = spread_of(samples->wait, kind, &result->count[kind]);
	}
	munmap(samples, sizeof(*samples));
	return good;
}
