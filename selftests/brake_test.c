// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emergency brake: whatever those inside hold up, the host fences them at once.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common.h"
#include "kselftest_harness.h"

/* A fence takes much less; what waits for the confined never ends. */
#define SECONDS 5

static struct request r;
static struct reply reply;

FIXTURE(brake)
{
	int nl;
	struct counters start;
	struct box box;
	int server;
};

/* A file system whose server never answers, not even its first question. */
static int mount_silent(const char *dir)
{
	char options[96];
	int fd;

	/* The module comes with the first open. */
	fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -1;
	mkdir(dir, 0755);
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other",
		 fd);
	if (!mount("silent", dir, "fuse", 0, options))
		return fd;
	close(fd);
	return -1;
}

FIXTURE_SETUP(brake)
{
	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	ASSERT_TRUE(hooks_attached(self->nl));
	self->start = get_counters(self->nl);
	self->server = mount_silent(in_dir("silent"));
	ASSERT_LE(0, self->server);
	ASSERT_TRUE(box_make(&self->box, self->nl, "brake"));
}

FIXTURE_TEARDOWN(brake)
{
	/* Whoever still waits for it goes on. */
	close(self->server);
	umount2(in_dir("silent"), MNT_DETACH);
	EXPECT_TRUE(box_remove(&self->box));
	EXPECT_TRUE(counters_return(self->nl, &self->start));
}

/* Does the process end in time?  Its exit status, or -1. */
static int ends_in_time(pid_t pid)
{
	struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };
	int status;

	for (int i = 0; i < SECONDS * 100; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		nanosleep(&pause, NULL);
	}
	return -1;
}

/* Inside: what would a name be, in a folder of the silent file system? */
static int ask_there(void *arg)
{
	int nl = nl_open(), folder = open(in_dir("silent"), O_PATH);

	if (nl < 0 || folder < 0)
		return 250;
	request_begin(&r, RVM_CMD_CHECK);
	put_u32(&r, RVM_A_CHECK_CLASS, RVM_CLASS_PATH);
	put_u32(&r, RVM_A_CHECK_RIGHT, RVM_RIGHT_READ);
	put_u32(&r, RVM_A_CHECK_FD, folder);
	put_str(&r, RVM_A_CHECK_LEAF, "name");
	return nl_call(nl, &r, &reply) ? 251 : reply_u32(&reply, RVM_A_CHECK_ALLOWED);
}

/* A question waits for no file system: not one that is allowed, nor one that is not. */
TEST_F(brake, questions_wait_for_nobody)
{
	const struct rule rule = { RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("silent"), "name" };
	pid_t pid;

	pid = box_start(&self->box, ask_there, NULL);
	EXPECT_EQ(0, ends_in_time(pid));
	ASSERT_EQ(0, box_load(&self->box, &rule, 1));
	pid = box_start(&self->box, ask_there, NULL);
	EXPECT_EQ(1, ends_in_time(pid));
}

TEST_HARNESS_MAIN
