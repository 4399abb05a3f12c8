// SPDX-License-Identifier: GPL-2.0-only
/*
 * Terminals: the own one is talked on without a token, but nobody types there for
 * somebody else; another one is a device like any other.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/rvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>

#include "common.h"
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
	ASSERT_TRUE(hooks_attached(self->nl));
	ASSERT_TRUE(box_make(&self->box, self->nl, "terminal"));
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

/* Does @act with the own terminal, which it has since before it came in, and @other. */
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

TEST_HARNESS_MAIN
