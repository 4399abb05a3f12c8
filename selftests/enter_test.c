// SPDX-License-Identifier: GPL-2.0-only
/*
 * `rvmctl enter` puts a running process into a partition, with nothing that leads out of
 * it; or the process stays where it was.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/io_uring.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"

#define GROUP "/sys/fs/cgroup/rvm/taken"

static struct request r;
static struct reply reply;

/* What the process found, round by round. */
struct seen {
	int rounds;
	/* 0 or an errno, for a file that the table covers and for one that it does not. */
	int own, other;
	/* The process could not make its preparations. */
	int error;
};

/* A process of the host that is to come in, and the partition. */
struct outsider {
	int nl;
	uint32_t id;
	pid_t pid, victim;
	struct seen *seen;
	char own[PATH_MAX], other[PATH_MAX];
};

FIXTURE(enter)
{
	struct outsider o;
};

static int run(const char *format, const char *a, const char *b)
{
	char command[4 * PATH_MAX];
	int status;

	snprintf(command, sizeof(command), format, a, b);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static pid_t start_victim(void)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static void look(struct outsider *self)
{
	for (;;) {
		self->seen->own = try_open(self->own, O_WRONLY);
		self->seen->other = try_open(self->other, O_WRONLY);
		__atomic_add_fetch(&self->seen->rounds, 1, __ATOMIC_SEQ_CST);
		usleep(1000);
	}
}

/* A process of the host that does @first and then looks at both files. */
static bool start(struct outsider *self, int (*first)(struct outsider *self))
{
	self->pid = fork();
	if (!self->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		self->seen->error = first ? first(self) : 0;
		look(self);
	}
	return self->pid > 0;
}

/* Two rounds from now on: the second one began after this was called. */
static bool looks(const struct seen *seen)
{
	int from = __atomic_load_n(&seen->rounds, __ATOMIC_SEQ_CST);

	return wait_until(__atomic_load_n(&seen->rounds, __ATOMIC_SEQ_CST) >= from + 2);
}

static bool is_in(pid_t pid, const char *group)
{
	char path[64], line[256] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	fd = open(path, O_RDONLY);
	if (read(fd, line, sizeof(line) - 1) < 0)
		line[0] = '\0';
	close(fd);
	return !strcmp(line, group);
}

/* The tool said why, and the process goes on unchanged where it was. */
static bool stays_out(struct outsider *self, const char *why)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", self->pid);
	return !run("rvmctl enter taken %s 2>&1 | grep -q '%s'", pid, why) &&
	       is_in(self->pid, "0::/\n") && looks(self->seen) && !self->seen->other;
}

static bool comes_in(struct outsider *self)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", self->pid);
	return !run("rvmctl enter taken %s >%s", pid, in_dir("said")) &&
	       is_in(self->pid, "0::/rvm/taken\n") && looks(self->seen) && !self->seen->own &&
	       self->seen->other == EACCES;
}

FIXTURE_SETUP(enter)
{
	static const char table[] =
		"[{ \"resource\": \"path:./**\", \"rights\": [\"READ\", \"WRITE\"],"
		" \"expires_at\": 0 }]";

	self->o.nl = nl_open();
	ASSERT_LE(0, self->o.nl);
	ASSERT_TRUE(attach_hooks(self->o.nl));
	self->o.seen = mmap(NULL, sizeof(*self->o.seen), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->o.seen);
	mkdir(in_dir("enter"), 0755);
	mkdir(in_dir("enter/table"), 0755);
	mkdir(in_dir("enter/ws"), 0755);
	snprintf(self->o.own, sizeof(self->o.own), "%s", in_dir("enter/ws/own"));
	snprintf(self->o.other, sizeof(self->o.other), "%s", in_dir("enter/other"));
	ASSERT_TRUE(write_file(self->o.own, "text"));
	ASSERT_TRUE(write_file(self->o.other, "text"));
	ASSERT_TRUE(write_file(in_dir("enter/table/table.json"), table));
	ASSERT_EQ(0, run("rvmctl load %s --partition taken --workspace %s >/dev/null",
			 in_dir("enter/table/table.json"), in_dir("enter/ws")));
	request_begin(&r, RVM_CMD_PARTITION_GET);
	put_str(&r, RVM_A_PARTITION_NAME, "taken");
	ASSERT_EQ(0, nl_call(self->o.nl, &r, &reply));
	self->o.id = reply_u32(&reply, RVM_A_PARTITION_ID);
	self->o.victim = start_victim();
}

FIXTURE_TEARDOWN(enter)
{
	/* Both, wherever they are; the one that may trace the other first. */
	if (self->o.pid > 0) {
		kill(self->o.pid, SIGKILL);
		waitpid(self->o.pid, NULL, __WALL);
	}
	kill(self->o.victim, SIGKILL);
	waitpid(self->o.victim, NULL, __WALL);
	EXPECT_EQ(0, run("rvmctl partition del taken >/dev/null%s%s", "", ""));
}

TEST_F(enter, it_is_judged_from_then_on)
{
	EXPECT_TRUE(start(&self->o, NULL));
	EXPECT_TRUE(looks(self->o.seen));
	EXPECT_EQ(0, self->o.seen->other);
	EXPECT_TRUE(comes_in(&self->o));
	EXPECT_EQ(0, run("grep -q 'connected unix sockets' %s%s", in_dir("said"), ""));
	EXPECT_EQ(0, run("rvmctl partition list | grep -q '^taken .* adopted[, ]'%s%s", "", ""));
}

/* A partition that the tool made and nothing entered is not an adopted one. */
TEST_F(enter, a_partition_is_not_marked_for_nothing)
{
	EXPECT_EQ(1, run("rvmctl partition list | grep -q '^taken .* adopted[, ]'%s%s", "", ""));
	EXPECT_EQ(0, run("rvmctl partition list | grep -q '^taken '%s%s", "", ""));
}

TEST_F(enter, one_that_is_traced_from_outside_stays_out)
{
	EXPECT_TRUE(start(&self->o, NULL));
	EXPECT_EQ(0, ptrace(PTRACE_SEIZE, self->o.pid, 0, 0));
	EXPECT_TRUE(stays_out(&self->o, "is traced by"));
	ptrace(PTRACE_INTERRUPT, self->o.pid, 0, 0);
	waitpid(self->o.pid, NULL, __WALL);
	EXPECT_EQ(0, ptrace(PTRACE_DETACH, self->o.pid, 0, 0));
	EXPECT_TRUE(comes_in(&self->o));
}

static int trace_victim(struct outsider *self)
{
	return ptrace(PTRACE_SEIZE, self->victim, 0, 0) ? errno : 0;
}

TEST_F(enter, one_that_traces_the_host_stays_out)
{
	EXPECT_TRUE(start(&self->o, trace_victim));
	EXPECT_TRUE(looks(self->o.seen));
	EXPECT_EQ(0, self->o.seen->error);
	EXPECT_TRUE(stays_out(&self->o, "traces"));
}

static int hold_ring(struct outsider *self)
{
	struct io_uring_params params = {};

	return syscall(SYS_io_uring_setup, 1, &params) < 0 ? errno : 0;
}

static void ask_for(const struct outsider *self, bool live)
{
	char *words[] = { "true", NULL };

	request_begin(&r, RVM_CMD_PARTITION_ENTER);
	put_u32(&r, RVM_A_PARTITION_ID, self->id);
	put_u32(&r, RVM_A_PARTITION_PID, self->pid);
	if (live)
		put(&r, RVM_A_PARTITION_LIVE, NULL, 0);
	else
		put_program(&r, "/bin/true", words);
}

static int ask(const struct outsider *self, bool live)
{
	ask_for(self, live);
	return nl_call(self->nl, &r, &reply);
}

static bool move_in(const struct outsider *self)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", self->pid);
	return write_file(GROUP "/cgroup.procs", pid);
}

TEST_F(enter, one_with_a_ring_stays_out)
{
	EXPECT_TRUE(start(&self->o, hold_ring));
	EXPECT_TRUE(looks(self->o.seen));
	EXPECT_EQ(0, self->o.seen->error);
	EXPECT_TRUE(stays_out(&self->o, "io_uring"));
	EXPECT_TRUE(move_in(&self->o));
	EXPECT_EQ(EOPNOTSUPP, ask(&self->o, false));
}

/* The module demands the order in which the tool works. */
TEST_F(enter, the_module_looks_at_it_as_well)
{
	EXPECT_TRUE(start(&self->o, NULL));
	EXPECT_EQ(EXDEV, ask(&self->o, true));
	/* A process that goes on keeps its network. */
	ask_for(&self->o, true);
	put(&r, RVM_A_PARTITION_OWN_NET, NULL, 0);
	EXPECT_EQ(EINVAL, nl_call(self->o.nl, &r, &reply));
	EXPECT_TRUE(move_in(&self->o));
	EXPECT_EQ(EBUSY, ask(&self->o, true));
	EXPECT_EQ(0, ptrace(PTRACE_SEIZE, self->o.pid, 0, 0));
	/* Nor does its next program start. */
	EXPECT_EQ(EUSERS, ask(&self->o, false));
	ptrace(PTRACE_INTERRUPT, self->o.pid, 0, 0);
	waitpid(self->o.pid, NULL, __WALL);
	EXPECT_EQ(0, ptrace(PTRACE_DETACH, self->o.pid, 0, 0));
	EXPECT_EQ(0, ask(&self->o, false));
}

TEST_HARNESS_MAIN
