// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes that race with accesses.
 *
 * The host goes through phases, alternately allowed (even) and forbidden (odd), and
 * counts them up before it begins to leave one and after it has entered the next.  A task
 * in the partition reads the count, tries, and reads it again: if it is the same, the
 * whole try was in one phase, and its result must be that of the phase.  Between phases
 * both results are right.
 *
 *   count   0        1        2        3        4
 *           allowed  change   forbidden change  allowed
 */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"

#define CYCLES 40
#define TRIES_PER_PHASE 20

static struct request r;
static struct reply reply;

/* Between host and inside. */
struct shared {
	atomic_uint phase;
	atomic_uint stop;
	/* Tries that were in one phase. */
	atomic_uint allowed;
	atomic_uint forbidden;
	/* Those with the wrong result. */
	atomic_uint leaks;
	atomic_uint refusals;
	atomic_uint last_error;
};

static struct shared *shared;

enum { ALLOWED = 0, FORBIDDEN = 2 };

static void judge(unsigned int phase, int err)
{
	if (phase % 4 == ALLOWED) {
		shared->allowed++;
		if (err) {
			shared->last_error = err;
			shared->refusals++;
		}
	} else if (phase % 4 == FORBIDDEN) {
		shared->forbidden++;
		shared->leaks += !err;
	}
}

/* Inside: try until told to stop. */
static int try_open_all_along(void *arg)
{
	while (!shared->stop) {
		unsigned int before = shared->phase;
		int err = try_open(arg, O_RDONLY);

		if (shared->phase == before)
			judge(before, err);
	}
	return 0;
}

/* The same on a descriptor that stays open. */
static int read_all_along(void *arg)
{
	int fd = *(int *)arg;
	char c;

	while (!shared->stop) {
		unsigned int before = shared->phase;
		int err = pread(fd, &c, 1, 0) < 0 ? errno : 0;

		if (shared->phase == before)
			judge(before, err);
	}
	return 0;
}

static int open_once(void *arg)
{
	return try_open(arg, O_RDONLY);
}

/* Stay in a phase until there were enough tries; false if there are none. */
static bool stay(atomic_uint *tries)
{
	unsigned int begin = *tries;
	time_t end = time(NULL) + 20;

	while (*tries - begin < TRIES_PER_PHASE) {
		if (time(NULL) > end)
			return false;
		sched_yield();
	}
	return true;
}

FIXTURE(race)
{
	int nl;
	struct counters start;
	struct box box;
	char granted[256];
	char excluded[256];
};

FIXTURE_SETUP(race)
{
	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	ASSERT_TRUE(attach_hooks(self->nl));
	self->start = get_counters(self->nl);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	ASSERT_NE(MAP_FAILED, (void *)shared);
	snprintf(self->granted, sizeof(self->granted), "%s", in_dir("granted"));
	snprintf(self->excluded, sizeof(self->excluded), "%s", in_dir("excluded"));
	mkdir(self->granted, 0755);
	mkdir(self->excluded, 0755);
	ASSERT_TRUE(write_file(in_dir("granted/file"), "text"));
	ASSERT_TRUE(box_make(&self->box, self->nl, "race"));
}

FIXTURE_TEARDOWN(race)
{
	EXPECT_TRUE(box_remove(&self->box));
	EXPECT_TRUE(counters_return(self->nl, &self->start));
	munmap(shared, sizeof(*shared));
}

static int load(struct box *box, const char *folder, bool allow)
{
	const struct rule rules[] = {
		{ RVM_CLASS_NAME, RVM_RIGHT_READ, .pattern = "filler" },
		{ RVM_CLASS_PATH, allow ? RVM_RIGHT_READ : RVM_RIGHT_WRITE, folder, "" },
	};

	return box_load(box, rules, ARRAY_LEN(rules));
}

/* Ways to forbid between two phases, and to allow again. */
struct change {
	int (*make)(const struct change *change, bool allow);
	struct box *box;
	/* A table: it covers this directory, or does not. */
	const char *folder;
	/* An attribute of the partition. */
	uint16_t attr;
	uint32_t allow, forbid;
	/* A name: at one place it is covered, at the other it is not. */
	const char *inside, *outside;
};

static int replace_table(const struct change *change, bool allow)
{
	return load(change->box, change->folder, allow);
}

static int set_attribute(const struct change *change, bool allow)
{
	return box_set(change->box, change->attr, allow ? change->allow : change->forbid);
}

static int move(const struct change *change, bool allow)
{
	const char *from = allow ? change->outside : change->inside;

	return rename(from, allow ? change->inside : change->outside) ? errno : 0;
}

static void go_through_phases(struct __test_metadata *_metadata, const struct change *change)
{
	for (int i = 0; i < CYCLES; i++) {
		ASSERT_TRUE(stay(&shared->allowed));
		shared->phase++;
		ASSERT_EQ(0, change->make(change, false));
		shared->phase++;
		ASSERT_TRUE(stay(&shared->forbidden));
		shared->phase++;
		ASSERT_EQ(0, change->make(change, true));
		shared->phase++;
	}
}

#define EXPECT_NO_RACE(pid)                                                           \
	do {                                                                          \
		shared->stop = 1;                                                     \
		EXPECT_EQ(0, wait_for(pid));                                          \
		EXPECT_EQ(0, atomic_load(&shared->leaks));                            \
		EXPECT_EQ(0, atomic_load(&shared->refusals))                          \
		{                                                                     \
			TH_LOG("last: %s", strerror(shared->last_error));             \
		}                                                                     \
		EXPECT_LT(CYCLES, atomic_load(&shared->allowed));                     \
		EXPECT_LT(CYCLES, atomic_load(&shared->forbidden));                   \
		TH_LOG("%u tries while allowed, %u while forbidden", shared->allowed, \
		       shared->forbidden);                                            \
	} while (0)

TEST_F_TIMEOUT(race, tables_are_replaced_at_once, 200)
{
	const struct change change = { replace_table, &self->box, self->granted };
	pid_t pid;

	ASSERT_EQ(0, load(&self->box, self->granted, true));
	pid = box_start(&self->box, try_open_all_along, (void *)in_dir("granted/file"));
	go_through_phases(_metadata, &change);
	EXPECT_NO_RACE(pid);
}

TEST_F_TIMEOUT(race, open_files_lose_their_right_when_the_table_does, 200)
{
	const struct change change = { replace_table, &self->box, self->granted };
	int fd = open(in_dir("granted/file"), O_RDONLY);
	pid_t pid;

	ASSERT_EQ(0, load(&self->box, self->granted, true));
	pid = box_start(&self->box, read_all_along, &fd);
	go_through_phases(_metadata, &change);
	EXPECT_NO_RACE(pid);
}

static void change_about(struct __test_metadata *_metadata, const char *folder,
			 const struct change *change)
{
	pid_t pid;

	ASSERT_EQ(0, load(change->box, folder, true));
	pid = box_start(change->box, try_open_all_along, (void *)in_dir("granted/file"));
	go_through_phases(_metadata, change);
	EXPECT_NO_RACE(pid);
}

TEST_F_TIMEOUT(race, a_fence_holds_when_it_is_set, 200)
{
	const struct change change = {
		set_attribute,
		&self->box,
		.attr = RVM_A_PARTITION_FLAGS,
		.forbid = RVM_PARTITION_FLAG_FENCED,
	};

	change_about(_metadata, self->granted, &change);
}

TEST_F_TIMEOUT(race, a_suspended_partition_does_nothing, 200)
{
	const struct change change = {
		set_attribute,
		&self->box,
		.attr = RVM_A_PARTITION_STATE,
		.allow = RVM_STATE_RUNNING,
		.forbid = RVM_STATE_SUSPENDED,
	};

	change_about(_metadata, self->granted, &change);
}

/* Names and mounts that have nothing to do with it: walks have to be done again. */
static pid_t start_noise(const char *dir)
{
	char a[300], b[300], point[300];
	pid_t pid = fork();

	if (pid)
		return pid;
	snprintf(a, sizeof(a), "%s/noise-a", dir);
	snprintf(b, sizeof(b), "%s/noise-b", dir);
	snprintf(point, sizeof(point), "%s/noise-mount", dir);
	mkdir(a, 0755);
	mkdir(point, 0755);
	for (int i = 0; !shared->stop; i++) {
		if (rename(a, b) || rename(b, a))
			_exit(1);
		if (i % 64)
			continue;
		if (mount("tmpfs", point, "tmpfs", 0, NULL) || umount2(point, MNT_DETACH))
			_exit(2);
	}
	_exit(0);
}

/*
 * The object that moves between granted/ and excluded/: the file itself, or its
 * directory.  It is opened by a descriptor, which follows it.
 */
static void move_about(struct __test_metadata *_metadata, const struct change *change,
		       const char *opened)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, test_dir(), "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, test_dir(), "excluded/**", .excludes = true },
	};
	pid_t pid, second, noise;

	ASSERT_EQ(0, box_load(change->box, rules, ARRAY_LEN(rules)));
	noise = start_noise(test_dir());
	pid = box_start(change->box, try_open_all_along, (void *)opened);
	second = box_start(change->box, try_open_all_along, (void *)opened);
	go_through_phases(_metadata, change);
	EXPECT_NO_RACE(pid);
	EXPECT_EQ(0, wait_for(second));
	EXPECT_EQ(0, wait_for(noise));
}

TEST_F_TIMEOUT(race, a_renamed_file_is_judged_where_it_is, 200)
{
	char inside[300], outside[300], opened[64];
	const struct change change = { move, &self->box, .inside = inside, .outside = outside };
	int fd;

	snprintf(inside, sizeof(inside), "%s/file", self->granted);
	snprintf(outside, sizeof(outside), "%s/file", self->excluded);
	fd = open(inside, O_PATH);
	ASSERT_LE(0, fd);
	/* The object itself, wherever it is. */
	snprintf(opened, sizeof(opened), "/proc/self/fd/%d", fd);
	move_about(_metadata, &change, opened);
}

TEST_F_TIMEOUT(race, a_file_in_a_renamed_folder_is_judged_where_it_is, 200)
{
	char inside[300], outside[300], opened[64];
	const struct change change = { move, &self->box, .inside = inside, .outside = outside };
	int fd;

	snprintf(inside, sizeof(inside), "%s/folder", self->granted);
	snprintf(outside, sizeof(outside), "%s/folder", self->excluded);
	mkdir(inside, 0755);
	mkdir(in_dir("granted/folder/deep"), 0755);
	ASSERT_TRUE(write_file(in_dir("granted/folder/deep/file"), "text"));
	fd = open(in_dir("granted/folder/deep/file"), O_PATH);
	ASSERT_LE(0, fd);
	snprintf(opened, sizeof(opened), "/proc/self/fd/%d", fd);
	move_about(_metadata, &change, opened);
}

/* Other partitions come and go: what is cached about cgroups must not be mixed up. */
TEST_F_TIMEOUT(race, partitions_that_come_and_go_do_not_matter, 200)
{
	struct box other;
	pid_t pid;

	ASSERT_EQ(0, load(&self->box, self->granted, false));
	shared->phase = FORBIDDEN;
	pid = box_start(&self->box, try_open_all_along, (void *)in_dir("granted/file"));
	ASSERT_TRUE(stay(&shared->forbidden));
	for (int i = 0; i < CYCLES; i++) {
		ASSERT_TRUE(box_make(&other, self->nl, "race-other"));
		ASSERT_EQ(0, load(&other, self->granted, true));
		EXPECT_EQ(0, box_do(&other, open_once, (void *)in_dir("granted/file")));
		ASSERT_TRUE(box_remove(&other));
	}
	shared->stop = 1;
	EXPECT_EQ(0, wait_for(pid));
	EXPECT_EQ(0, atomic_load(&shared->leaks));
	EXPECT_LT(CYCLES, atomic_load(&shared->forbidden));
}

/* Tasks that fork all the time: as long as one is inside, the partition stays. */
static int fork_all_along(void *arg)
{
	while (!shared->stop) {
		pid_t pid = fork();

		if (!pid)
			_exit(try_open(arg, O_RDONLY) != EACCES);
		shared->leaks += wait_for(pid) != 0;
		shared->forbidden++;
	}
	return 0;
}

TEST_F_TIMEOUT(race, a_partition_with_tasks_cannot_be_deleted, 200)
{
	pid_t pid;

	pid = box_start(&self->box, fork_all_along, (void *)in_dir("granted/file"));
	ASSERT_TRUE(stay(&shared->forbidden));
	for (int i = 0; i < 1000; i++) {
		request_begin(&r, RVM_CMD_PARTITION_DEL);
		put_u32(&r, RVM_A_PARTITION_ID, self->box.id);
		EXPECT_EQ(EBUSY, nl_call(self->nl, &r, &reply));
	}
	shared->stop = 1;
	EXPECT_EQ(0, wait_for(pid));
	EXPECT_EQ(0, atomic_load(&shared->leaks));
}

/* One task makes tasks without end, another signals their whole group. */
static int signal_newborns(void *arg)
{
	time_t end = time(NULL) + 15;
	pid_t maker, pid;

	if (setpgid(0, 0))
		return errno;
	maker = fork();
	if (!maker) {
		while (time(NULL) < end) {
			pid = fork();
			if (!pid)
				_exit(0);
			waitpid(pid, NULL, 0);
		}
		_exit(0);
	}
	while (time(NULL) < end)
		kill(0, 0);
	return wait_for(maker);
}

TEST_F_TIMEOUT(race, a_task_that_is_being_made_is_none_of_the_host, 200)
{
	uint64_t before = box_denials(&self->box);

	EXPECT_EQ(0, box_do(&self->box, signal_newborns, NULL));
	EXPECT_EQ(before, box_denials(&self->box));
}

#define CALLS 300

static int signal_all(void *arg)
{
	for (int i = 0; i < CALLS; i++)
		kill(-1, SIGURG);
	return 0;
}

/* A process group of the host or, if 0, its own, which it does not share with the host. */
static int signal_group(void *arg)
{
	pid_t group = *(pid_t *)arg;

	if (setpgid(0, 0) || signal(SIGURG, SIG_IGN) == SIG_ERR)
		return EINVAL;
	for (int i = 0; i < CALLS; i++)
		if (!kill(-group, SIGURG) != !group)
			return EINVAL;
	return 0;
}

/* All that root runs; to make them worse takes no capability. */
static int renice_all(void *arg)
{
	for (int i = 0; i < CALLS; i++)
		setpriority(PRIO_USER, 0, *(int *)arg);
	return 0;
}

static int signal_one(void *arg)
{
	return kill(*(pid_t *)arg, 0) ? errno : 0;
}

TEST_F_TIMEOUT(race, what_is_done_to_many_is_recorded_once_for_each_call, 200)
{
	uint64_t before = box_denials(&self->box);
	pid_t host = getpid(), group = getpgrp(), own = 0, other;
	int worse = 19, better = -5;

	EXPECT_EQ(0, box_do(&self->box, signal_all, NULL));
	EXPECT_EQ(before + CALLS, box_denials(&self->box));
	before = box_denials(&self->box);
	EXPECT_EQ(0, box_do(&self->box, signal_group, &group));
	EXPECT_EQ(before + CALLS, box_denials(&self->box));
	EXPECT_EQ(0, box_do(&self->box, signal_group, &own));
	EXPECT_EQ(before + CALLS, box_denials(&self->box));
	before = box_denials(&self->box);
	EXPECT_EQ(0, box_do(&self->box, renice_all, &worse));
	EXPECT_EQ(before + CALLS, box_denials(&self->box));
	/* The capability, and the right for tasks that already have a better value. */
	before = box_denials(&self->box);
	EXPECT_EQ(0, box_do(&self->box, renice_all, &better));
	EXPECT_LE(before + CALLS, box_denials(&self->box));
	EXPECT_GE(before + 2 * CALLS, box_denials(&self->box));
	/* Nor do others that do the same at the same time get more. */
	before = box_denials(&self->box);
	other = box_start(&self->box, signal_all, NULL);
	EXPECT_EQ(0, box_do(&self->box, signal_all, NULL));
	EXPECT_EQ(0, wait_for(other));
	EXPECT_EQ(before + 2 * CALLS, box_denials(&self->box));
	before = box_denials(&self->box);
	EXPECT_EQ(EACCES, box_do(&self->box, signal_one, &host));
	EXPECT_EQ(before + 1, box_denials(&self->box));
}

TEST_HARNESS_MAIN
