// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long others wait for a confined task: with the worst tables that load accepts, at
 * the greatest depth of partitions, for the longest path that is judged, measured in two
 * ways.
 *
 * What one question costs is counted; and how long a real-time task waits on the same
 * CPU, which is the longest time that the task inside cannot be preempted, plus the time
 * to wake a task.  In a guest that counts instructions (bench/wait.sh) a nanosecond is
 * one.
 */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"

#define NEST 4
/* Names of 255 bytes above the file; with those above them nearly what is judged. */
#define NAMES 15
/* They nearly use up what the patterns of a table may cost. */
#define PATTERNS 36
/* Not a multiple of any tick. */
#define PERIOD_NS (1370 * 1000)
#define WATCH_NS (1000LL * 1000 * 1000)
/* Where the kernel does not preempt itself, it is a whole question. */
#define LIMIT_NS 5000000000LL
/* Instructions, where it does. */
#define LIMIT_PREEMPTED 100000

#define ROUNDS 5

/* What is tried again and again, from the deep directory, each time with other names. */
static void open_new(unsigned int i)
{
	char name[32];

	snprintf(name, sizeof(name), "file.%u", i % 1000);
	try_open(name, O_RDWR);
}

static void swap_folders(unsigned int i)
{
	syscall(SYS_renameat2, AT_FDCWD, "one", AT_FDCWD, "two", 2 /* RENAME_EXCHANGE */);
}

/* A record each time. */
static void be_refused(unsigned int i)
{
	try_open(in_dir("refused"), O_RDONLY);
}

static const struct act {
	const char *name;
	void (*act)(unsigned int i);
} acts[] = {
	{ "opens", open_new },
	{ "exchanges of folders", swap_folders },
	{ "denials", be_refused },
};

static bool enter_each(const char *start, bool make)
{
	char name[256];

	memset(name, 'a', 255);
	name[255] = '\0';
	if (chdir(start))
		return false;
	for (int i = 0; i < NAMES; i++)
		if ((make && mkdir(name, 0755) && errno != EEXIST) || chdir(name))
			return false;
	return true;
}

/* Through a mount of a part of a file system, where both chains of names are judged. */
static bool go_deep(void)
{
	char name[32];

	mkdir(in_dir("deep"), 0755);
	mkdir(in_dir("seen"), 0755);
	if (mount(in_dir("deep"), in_dir("seen"), NULL, MS_BIND, NULL) ||
	    !enter_each(in_dir("seen"), true))
		return false;
	mkdir("one", 0755);
	mkdir("two", 0755);
	if (!write_file(in_dir("refused"), ""))
		return false;
	for (unsigned int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "file.%u", i);
		if (!write_file(name, ""))
			return false;
	}
	return true;
}

static bool stay_on_one_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return !sched_setaffinity(0, sizeof(set), &set);
}

static long long ns(const struct timespec *t)
{
	return t->tv_sec * 1000000000LL + t->tv_nsec;
}

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return ns(&now);
}

/* The least that an act takes; shared with the process that counts it. */
static long long *least;

static int count(void *arg)
{
	const struct act *act = arg;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		long long before = now_ns(), took;

		act->act(i);
		took = now_ns() - before;
		*least = !i || took < *least ? took : *least;
	}
	return 0;
}

static int go_on_and_on(void *arg)
{
	const struct act *act = arg;

	for (unsigned int i = ROUNDS;; i++)
		act->act(i);
	return 0;
}

static long long longest_wait(void)
{
	long long longest = 0, next = now_ns(), end = next + WATCH_NS, late;

	while (next < end) {
		struct timespec until;

		next += PERIOD_NS;
		until = (struct timespec){ next / 1000000000, next % 1000000000 };
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
		late = now_ns() - next;
		longest = late > longest ? late : longest;
		/* What was missed meanwhile does not count again. */
		if (late > PERIOD_NS)
			next += late;
	}
	return longest;
}

/* While the act goes on, in the box or outside. */
static long long wait_for_act(const struct box *box, const struct act *act)
{
	struct sched_param most = { .sched_priority = 50 }, none = {};
	long long longest;
	pid_t pid;

	pid = box ? box_start(box, go_on_and_on, (void *)act) : fork();
	if (!pid)
		_exit(go_on_and_on((void *)act));
	if (sched_setscheduler(0, SCHED_FIFO, &most))
		return -1;
	longest = longest_wait();
	sched_setscheduler(0, SCHED_OTHER, &none);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return longest;
}

FIXTURE(wait)
{
	int nl;
	struct box boxes[NEST];
	int there;
};

FIXTURE_SETUP(wait)
{
	self->nl = nl_open();
	self->there = 0;
	ASSERT_LE(0, self->nl);
	least = mmap(NULL, sizeof(*least), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	ASSERT_NE(MAP_FAILED, least);
	ASSERT_TRUE(go_deep());
	ASSERT_TRUE(stay_on_one_cpu());
}

FIXTURE_TEARDOWN(wait)
{
	EXPECT_EQ(0, chdir("/"));
	while (self->there--)
		EXPECT_TRUE(box_remove(&self->boxes[self->there]));
	umount2(in_dir("seen"), MNT_DETACH);
}

static int load_the_worst(struct box *box)
{
	static struct rule rules[PATTERNS + 1];

	rules[0] = (struct rule){ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_WRITE, in_dir("seen"),
				  "**" };
	for (int i = 1; i <= PATTERNS; i++)
		rules[i] = (struct rule){
			RVM_CLASS_PATH,	  RVM_RIGHT_READ | RVM_RIGHT_WRITE, "/",
			"**/*?aaaaaaab*", .flags = RVM_SCOPE_FLAG_NOCASE,   .excludes = true
		};
	return box_load(box, rules, PATTERNS + 1);
}

static bool make_boxes(struct box *boxes, int *there, int nl)
{
	char group[16] = "wait", name[16] = "wait";

	for (; *there < NEST; ++*there) {
		struct box *box = &boxes[*there];

		if (!group_make(box, group) || !box_register(box, nl, name) || load_the_worst(box))
			return false;
		strcat(group, "/n");
		strcat(name, "-n");
	}
	return true;
}

/* Does what is tried inside end as it should? */
static int try_all(void *arg)
{
	int error = try_open("file.0", O_RDWR);

	if (!error && syscall(SYS_renameat2, AT_FDCWD, "one", AT_FDCWD, "two", 2))
		error = errno;
	return error;
}

TEST_F_TIMEOUT(wait, is_bounded, 600)
{
	bool counted = getenv("RVM_COUNTED");
	const struct box *inside = &self->boxes[NEST - 1];
	long long outside[ARRAY_LEN(acts)], plain[ARRAY_LEN(acts)], waited;

	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		count((void *)&acts[i]);
		plain[i] = *least;
		outside[i] = counted ? wait_for_act(NULL, &acts[i]) : 0;
	}
	ASSERT_TRUE(attach_hooks(self->nl));
	ASSERT_TRUE(make_boxes(self->boxes, &self->there, self->nl));
	EXPECT_EQ(0, box_do(inside, try_all, NULL));
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		ASSERT_EQ(0, box_do(inside, count, (void *)&acts[i]));
		waited = wait_for_act(inside, &acts[i]);
		TH_LOG("%s: one costs %lld outside, %lld inside; longest wait %lld, %lld",
		       acts[i].name, plain[i], *least, outside[i], waited);
		EXPECT_GT(LIMIT_NS * patience(), waited);
		if (counted && !strcmp(getenv("RVM_COUNTED"), "preempted"))
			EXPECT_GT(outside[i] + LIMIT_PREEMPTED, waited);
	}
}

TEST_HARNESS_MAIN
