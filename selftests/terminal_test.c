// SPDX-License-Identifier: GPL-2.0-only
/*
 * Terminals: a task uses its own without a token, but nobody types there for somebody
 * else; another one is a device like any other.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/rvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

#include "lib/common.h"
#include "kselftest_harness.h"

FIXTURE(terminal)
{
	int nl;
	int master, other_master;
	int other;
	struct box box;
};

static int open_master(void)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	return fd < 0 || grantpt(fd) || unlockpt(fd) ? -1 : fd;
}

FIXTURE_SETUP(terminal)
{
	self->nl = nl_open();
	ASSERT_TRUE(attach_hooks(self->nl));
	/* Terminals that were opened before are judged as well. */
	ASSERT_TRUE(
		box_make_with(&self->box, self->nl, "terminal", RVM_PARTITION_FLAG_RECHECK_ALWAYS));
	self->master = open_master();
	self->other_master = open_master();
	ASSERT_LE(0, self->master);
	ASSERT_LE(0, self->other_master);
	self->other = open(ptsname(self->other_master), O_RDWR | O_NOCTTY);
	ASSERT_LE(0, self->other);
}

FIXTURE_TEARDOWN(terminal)
{
	close(self->other);
	close(self->other_master);
	close(self->master);
	EXPECT_TRUE(box_remove(&self->box));
	close(self->nl);
}

/* Does @act with its own terminal, which it has from before it came in, and with @other. */
static int with_terminal(const struct box *box, int master, int other, int (*act)(int, int))
{
	char path[128];
	pid_t pid = fork();
	int fd;

	if (pid)
		return wait_for(pid);
	setsid();
	fd = open(ptsname(master), O_RDWR);
	snprintf(path, sizeof(path), "%s/cgroup.procs", box->cgroup);
	if (fd < 0 || ioctl(fd, TIOCGSID, &(pid_t){ 0 }) || !write_file(path, "0"))
		_exit(254);
	_exit(act(fd, other));
}

static int errno_of(long ret)
{
	return ret < 0 ? errno : 0;
}

static int write_own(int own, int other)
{
	return errno_of(write(own, "x", 1));
}

static int write_other(int own, int other)
{
	return errno_of(write(other, "x", 1));
}

static int resize_own(int own, int other)
{
	struct winsize size = { .ws_row = 10, .ws_col = 10 };

	return errno_of(ioctl(own, TIOCSWINSZ, &size));
}

static int resize_other(int own, int other)
{
	struct winsize size = { .ws_row = 10, .ws_col = 10 };

	return errno_of(ioctl(other, TIOCSWINSZ, &size));
}

static int type_own(int own, int other)
{
	return errno_of(ioctl(own, TIOCSTI, "x"));
}

static int type_other(int own, int other)
{
	return errno_of(ioctl(other, TIOCSTI, "x"));
}

static int change_line(int own, int other)
{
	int discipline = 0;

	return errno_of(ioctl(own, TIOCSETD, &discipline));
}

TEST_F(terminal, the_own_is_talked_on)
{
	EXPECT_EQ(0, with_terminal(&self->box, self->master, self->other, write_own));
	EXPECT_EQ(EACCES, with_terminal(&self->box, self->master, self->other, write_other));
}

/* Names of terminals, from before the partition: inside the links in /proc cannot be read. */
static char own_name[64], other_name[64], namesake[128];

/* As /dev/stdout leads there. */
static int open_own(int own, int other)
{
	char link[64];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", own);
	return try_open(own_name, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY) ?:
		       try_open(link, O_RDWR | O_CREAT | O_NOCTTY);
}

static int open_other(int own, int other)
{
	return try_open(other_name, O_WRONLY | O_NOCTTY);
}

static int open_namesake(int own, int other)
{
	return try_open(namesake, O_RDWR | O_NOCTTY);
}

TEST_F(terminal, the_own_is_opened_by_name)
{
	const uint64_t before = box_denials(&self->box);

	snprintf(own_name, sizeof(own_name), "%s", ptsname(self->master));
	snprintf(other_name, sizeof(other_name), "%s", ptsname(self->other_master));
	EXPECT_EQ(0, with_terminal(&self->box, self->master, self->other, open_own));
	/* Nor is a name in /proc asked for. */
	EXPECT_EQ(before, box_denials(&self->box));
	EXPECT_EQ(EACCES, with_terminal(&self->box, self->master, self->other, open_other));
}

/* Another instance gives its terminals the same numbers. */
TEST_F(terminal, a_namesake_of_another_instance_is_not_opened)
{
	int masters[16], numbers[2] = { -1, -1 }, unlock = 0;
	char ptmx[128];

	ASSERT_EQ(0, ioctl(self->master, TIOCGPTN, &numbers[0]));
	ASSERT_GT(ARRAY_LEN(masters), numbers[0]);
	mkdir(in_dir("pts"), 0755);
	ASSERT_EQ(0, mount("devpts", in_dir("pts"), "devpts", 0, "ptmxmode=0666,mode=0666"));
	snprintf(ptmx, sizeof(ptmx), "%s/ptmx", in_dir("pts"));
	/* Numbers count from 0. */
	for (int i = 0; i <= numbers[0]; i++) {
		masters[i] = open(ptmx, O_RDWR | O_NOCTTY);
		EXPECT_EQ(0, ioctl(masters[i], TIOCSPTLCK, &unlock));
		EXPECT_EQ(0, ioctl(masters[i], TIOCGPTN, &numbers[1]));
	}
	EXPECT_EQ(numbers[0], numbers[1]);
	snprintf(namesake, sizeof(namesake), "%s/%d", in_dir("pts"), numbers[0]);
	EXPECT_EQ(EACCES, with_terminal(&self->box, self->master, self->other, open_namesake));
	for (int i = 0; i <= numbers[0]; i++)
		close(masters[i]);
	umount(in_dir("pts"));
}

TEST_F(terminal, the_own_is_set_up)
{
	EXPECT_EQ(0, with_terminal(&self->box, self->master, self->other, resize_own));
	EXPECT_EQ(EACCES, with_terminal(&self->box, self->master, self->other, resize_other));
}

TEST_F(terminal, nobody_types_for_others)
{
	EXPECT_EQ(EACCES, with_terminal(&self->box, self->master, self->other, type_own));
	EXPECT_EQ(EACCES, with_terminal(&self->box, self->master, self->other, type_other));
	EXPECT_EQ(EACCES, with_terminal(&self->box, self->master, self->other, change_line));
}

static bool load_master(struct box *box)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_WRITE, "/dev", "ptmx" },
	};

	return !box_load(box, rules, ARRAY_LEN(rules));
}

/* As expect, script, tmux and the like do. */
static int make_terminal(void *arg)
{
	struct winsize size = { .ws_row = 10, .ws_col = 10 };
	int master = open_master(), slave;
	char text[8];

	if (master < 0)
		return errno;
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	if (slave < 0)
		return errno;
	setsid();
	if (ioctl(slave, TIOCSCTTY, 0) || ioctl(master, TIOCSWINSZ, &size) ||
	    write(slave, "hello", 5) != 5 || read(master, text, 5) != 5)
		return errno;
	close(slave);
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	return errno_of(slave) ?: errno_of(ioctl(slave, TIOCSTI, "x")) == EACCES ? 0 : 250;
}

static int open_terminal(void *arg)
{
	return try_open(arg, O_RDWR | O_NOCTTY);
}

TEST_F(terminal, a_row_for_the_master_gives_own_ones)
{
	EXPECT_EQ(EACCES, box_do(&self->box, make_terminal, NULL));
	ASSERT_TRUE(load_master(&self->box));
	EXPECT_EQ(0, box_do(&self->box, make_terminal, NULL));
	EXPECT_EQ(EACCES, box_do(&self->box, open_terminal, ptsname(self->other_master)));
}

/* Where the host's terminal gets the number that its own had. */
struct number {
	char name[64];
	int left, taken;
};

static int lose_terminal(void *arg)
{
	struct number *number = arg;
	int master = open_master(), err;

	if (master < 0)
		return 201;
	snprintf(number->name, sizeof(number->name), "%s", ptsname(master));
	err = try_open(number->name, O_RDWR | O_NOCTTY);
	close(master);
	__atomic_store_n(&number->left, 1, __ATOMIC_SEQ_CST);
	if (!wait_until(__atomic_load_n(&number->taken, __ATOMIC_SEQ_CST)))
		return 203;
	return err ? 202 : try_open(number->name, O_RDWR | O_NOCTTY);
}

TEST_F(terminal, a_number_is_not_kept_for_the_next_terminal)
{
	struct number *number =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;
	int master;

	ASSERT_TRUE(load_master(&self->box));
	pid = box_start(&self->box, lose_terminal, number);
	ASSERT_TRUE(wait_until(__atomic_load_n(&number->left, __ATOMIC_SEQ_CST)));
	master = open_master();
	EXPECT_STREQ(number->name, ptsname(master));
	__atomic_store_n(&number->taken, 1, __ATOMIC_SEQ_CST);
	EXPECT_EQ(EACCES, wait_for(pid));
	close(master);
}

TEST_HARNESS_MAIN
