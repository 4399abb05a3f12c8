// SPDX-License-Identifier: GPL-2.0-only
/*
 * A token may hold only within a program, for its descendants.  This program is copied as
 * "outer" and "helper", and its arguments say what to do; the helper may be started
 * within outer.
 *
 *   task --exec--> outer --exec--> helper                   started
 *   task --exec--> outer --fork--> child --exec--> helper   started
 *   task --fork--> child --exec--> outer
 *     \--exec--> helper                                     denied: not a descendant
 *   task --exec--> helper                                   denied
 */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"

/* Exit statuses; errno values stay below. */
#define HELPED 200
#define BROKEN 250

static char outer[4096], helper[4096], script[4096], broken[4096];

FIXTURE(lineage)
{
	int nl;
	struct counters start;
	struct box box;
};

static bool copy_self(const char *to)
{
	char command[2 * 4096];

	snprintf(command, sizeof(command), "cp /proc/%d/exe %s && chmod 0755 %s", getpid(), to, to);
	return !system(command);
}

FIXTURE_SETUP(lineage)
{
	char text[sizeof(outer) + 32];

	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	ASSERT_TRUE(attach_hooks(self->nl));
	self->start = get_counters(self->nl);
	mkdir(in_dir("bin"), 0755);
	strcpy(outer, in_dir("bin/outer"));
	strcpy(helper, in_dir("bin/helper"));
	strcpy(script, in_dir("bin/script"));
	strcpy(broken, in_dir("bin/broken"));
	ASSERT_TRUE(copy_self(outer));
	ASSERT_TRUE(copy_self(helper));
	snprintf(text, sizeof(text), "#!%s interpret\n", helper);
	ASSERT_TRUE(write_file(script, text));
	ASSERT_EQ(0, chmod(script, 0755));
	/* A program by its name, not by its content. */
	ASSERT_TRUE(write_file(broken, "nothing that starts\n"));
	ASSERT_EQ(0, chmod(broken, 0755));
	ASSERT_TRUE(box_make(&self->box, self->nl, "lineage"));
}

FIXTURE_TEARDOWN(lineage)
{
	EXPECT_TRUE(box_remove(&self->box));
	EXPECT_TRUE(counters_return(self->nl, &self->start));
}

/* The helper within @within, or everywhere; @more: with one more row. */
static int load_rows(struct box *box, const char *within, bool more)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_EXECUTE, "/usr/lib", "",
		  RVM_SCOPE_FLAG_LOAD },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, "/etc/ld.so.cache", "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("bin"), "" },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, outer, "outer", RVM_SCOPE_FLAG_PREFIX },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, script, "script", RVM_SCOPE_FLAG_PREFIX },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, broken, "broken", RVM_SCOPE_FLAG_PREFIX },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, helper, "helper", RVM_SCOPE_FLAG_PREFIX,
		  .within = within },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, broken, "more", RVM_SCOPE_FLAG_PREFIX,
		  .within = "more" },
	};

	return box_load(box, rules, ARRAY_LEN(rules) - !more);
}

static int load(struct box *box, const char *within)
{
	return load_rows(box, within, false);
}

/* Replace this process: the new program's exit status, or the errno. */
static int start(const char *path, const char *what)
{
	char *argv[] = { strrchr(path, '/') + 1, (char *)what, NULL };
	char *envp[] = { NULL };

	execve(path, argv, envp);
	return errno;
}

static int start_child(const char *path, const char *what)
{
	pid_t pid = fork();

	if (!pid)
		_exit(start(path, what));
	return wait_for(pid);
}

static int start_helper(void *arg)
{
	return start(helper, "go");
}

static int start_outer(void *arg)
{
	return start(outer, arg);
}

TEST_F(lineage, a_helper_is_started_within_its_program)
{
	ASSERT_EQ(0, load(&self->box, "outer"));
	EXPECT_EQ(HELPED, box_do(&self->box, start_outer, "exec"));
}

TEST_F(lineage, a_helper_is_started_by_nobody_else)
{
	ASSERT_EQ(0, load(&self->box, "outer"));
	EXPECT_EQ(EACCES, box_do(&self->box, start_helper, NULL));
	ASSERT_EQ(0, load(&self->box, NULL));
	EXPECT_EQ(HELPED, box_do(&self->box, start_helper, NULL));
}

TEST_F(lineage, children_and_grandchildren_have_the_helper)
{
	ASSERT_EQ(0, load(&self->box, "outer"));
	EXPECT_EQ(HELPED, box_do(&self->box, start_outer, "child"));
	EXPECT_EQ(HELPED, box_do(&self->box, start_outer, "grandchild"));
}

/* A process that starts it in a child does not have its lineage. */
static int start_beside(void *arg)
{
	if (start_child(outer, "end"))
		return BROKEN;
	return start(helper, "go");
}

TEST_F(lineage, the_parent_of_a_program_has_no_helper)
{
	ASSERT_EQ(0, load(&self->box, "outer"));
	EXPECT_EQ(EACCES, box_do(&self->box, start_beside, NULL));
	ASSERT_EQ(0, load(&self->box, NULL));
	EXPECT_EQ(HELPED, box_do(&self->box, start_beside, NULL));
}

static int start_broken(void *arg)
{
	if (start(broken, "go") != ENOEXEC)
		return BROKEN;
	return start(helper, "go");
}

TEST_F(lineage, an_exec_that_fails_gives_nothing)
{
	ASSERT_EQ(0, load(&self->box, "broken"));
	EXPECT_EQ(EACCES, box_do(&self->box, start_broken, NULL));
	ASSERT_EQ(0, load(&self->box, NULL));
	EXPECT_EQ(HELPED, box_do(&self->box, start_broken, NULL));
}

/*
 * Arguments that do not fit: the kernel gives up before it asks, and what follows does
 * not belong to the lineage.
 */
static int start_too_long(void *arg)
{
	static char word[3 << 17];
	char *argv[] = { "outer", word, NULL };

	memset(word, 'w', sizeof(word) - 1);
	if (!execv(outer, argv) || errno != E2BIG)
		return BROKEN;
	return start(helper, "go");
}

TEST_F(lineage, an_exec_that_is_too_long_gives_nothing)
{
	ASSERT_EQ(0, load(&self->box, "outer"));
	EXPECT_EQ(EACCES, box_do(&self->box, start_too_long, NULL));
	ASSERT_EQ(0, load(&self->box, NULL));
	EXPECT_EQ(HELPED, box_do(&self->box, start_too_long, NULL));
}

static int start_script(void *arg)
{
	return start(script, "go");
}

TEST_F(lineage, an_interpreter_is_a_helper_of_its_script)
{
	ASSERT_EQ(0, load(&self->box, "script"));
	EXPECT_EQ(HELPED, box_do(&self->box, start_script, NULL));
	EXPECT_EQ(EACCES, box_do(&self->box, start_helper, NULL));
	ASSERT_EQ(0, load(&self->box, "outer"));
	EXPECT_EQ(EACCES, box_do(&self->box, start_script, NULL));
}

static int said[2];

static int say_and_start(void *what)
{
	dup2(said[1], 1);
	return start(outer, what);
}

/* Start it in the box, until it says that it is there. */
static pid_t start_until_there(const struct box *box, const char *what)
{
	pid_t pid;
	char c;

	if (pipe(said))
		return -1;
	pid = box_start(box, say_and_start, (void *)what);
	close(said[1]);
	if (read(said[0], &c, 1) != 1)
		pid = -1;
	close(said[0]);
	return pid;
}

TEST_F(lineage, a_new_table_begins_anew)
{
	pid_t pid;

	ASSERT_EQ(0, load(&self->box, "outer"));
	pid = start_until_there(&self->box, "wait");
	ASSERT_LT(0, pid);
	ASSERT_EQ(0, load(&self->box, "outer"));
	kill(pid, SIGUSR1);
	EXPECT_EQ(HELPED, wait_for(pid));
	pid = start_until_there(&self->box, "wait");
	ASSERT_LT(0, pid);
	ASSERT_EQ(0, load(&self->box, "script"));
	ASSERT_EQ(0, load(&self->box, "outer"));
	kill(pid, SIGUSR1);
	EXPECT_EQ(EACCES, wait_for(pid));
}

TEST_F(lineage, a_table_that_names_it_again_keeps_it)
{
	pid_t pid;

	ASSERT_EQ(0, load(&self->box, "outer"));
	pid = start_until_there(&self->box, "wait");
	ASSERT_LT(0, pid);
	ASSERT_EQ(0, load_rows(&self->box, "outer", true));
	kill(pid, SIGUSR1);
	EXPECT_EQ(HELPED, wait_for(pid));
}

/* A tracer with fewer rights: it tries to attach, read and write. */
static char target[8];

static pid_t start_target(int *ready)
{
	int fds[2];
	pid_t pid;
	char c;

	if (pipe(fds))
		return -1;
	pid = fork();
	if (!pid) {
		dup2(fds[1], 1);
		_exit(start(outer, "stay"));
	}
	close(fds[1]);
	if (read(fds[0], &c, 1) != 1)
		return -1;
	*ready = fds[0];
	return pid;
}

static int try_trace(void *arg)
{
	struct iovec own = { target, 1 }, other = { target, 1 };
	const char *how = arg;
	int ready, ret = 0;
	pid_t pid = start_target(&ready);
	int pidfd;

	if (pid < 0)
		return BROKEN;
	if (!strcmp(how, "attach") && ptrace(PTRACE_SEIZE, pid, 0, 0))
		ret = errno;
	/* Without the right to look it is refused before it is known whether there is memory. */
	if (!strcmp(how, "write") && process_vm_writev(pid, &own, 1, &other, 1, 0) < 0)
		ret = errno == EFAULT ? 0 : errno;
	if (!strcmp(how, "descriptor")) {
		pidfd = syscall(SYS_pidfd_open, pid, 0);
		if (syscall(SYS_pidfd_getfd, pidfd, 1, 0) < 0)
			ret = errno;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return ret;
}

static int try_trace_within(void *arg)
{
	return start(outer, arg);
}

TEST_F(lineage, who_has_less_does_not_trace_it)
{
	ASSERT_EQ(0, load(&self->box, "outer"));
	EXPECT_NE(0, box_do(&self->box, try_trace, "attach"));
	EXPECT_NE(0, box_do(&self->box, try_trace, "write"));
	EXPECT_NE(0, box_do(&self->box, try_trace, "descriptor"));
}

TEST_F(lineage, who_has_as_much_traces_it)
{
	ASSERT_EQ(0, load(&self->box, "outer"));
	EXPECT_EQ(0, box_do(&self->box, try_trace_within, "attach"));
	EXPECT_EQ(0, box_do(&self->box, try_trace_within, "write"));
	EXPECT_EQ(0, box_do(&self->box, try_trace_within, "descriptor"));
	ASSERT_EQ(0, load(&self->box, NULL));
	EXPECT_EQ(0, box_do(&self->box, try_trace, "attach"));
	EXPECT_EQ(0, box_do(&self->box, try_trace, "write"));
	EXPECT_EQ(0, box_do(&self->box, try_trace, "descriptor"));
}

/* Traced from before its exec: its tracer would have the lineage. */
static int start_traced(void *arg)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0))
			_exit(BROKEN);
		_exit(start(outer, "exec"));
	}
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
		ptrace(PTRACE_CONT, pid, 0, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : BROKEN;
}

TEST_F(lineage, who_is_traced_gains_nothing)
{
	ASSERT_EQ(0, load(&self->box, "outer"));
	EXPECT_EQ(EACCES, box_do(&self->box, start_traced, NULL));
	ASSERT_EQ(0, load(&self->box, NULL));
	EXPECT_EQ(HELPED, box_do(&self->box, start_traced, NULL));
}

static int attach_to(void *arg)
{
	return ptrace(PTRACE_SEIZE, *(pid_t *)arg, 0, 0) ? errno : 0;
}

/* A tracer in a partition around it may do more than it anyway. */
TEST_F(lineage, the_partition_around_it_traces_it)
{
	struct box inner;
	pid_t pid;

	ASSERT_TRUE(group_make(&inner, "lineage/inner"));
	ASSERT_TRUE(box_register(&inner, self->nl, "lineage-inner"));
	EXPECT_EQ(0, load(&self->box, NULL));
	EXPECT_EQ(0, load(&inner, "outer"));
	pid = start_until_there(&inner, "stay");
	ASSERT_LT(0, pid);
	EXPECT_EQ(0, box_do(&self->box, attach_to, &pid));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	EXPECT_TRUE(box_remove(&inner));
}

/* Each table knows its own lineages: one of the inner partition's is not one of the outer's. */
TEST_F(lineage, a_partition_inside_has_lineages_of_its_own)
{
	struct box inner;

	ASSERT_TRUE(group_make(&inner, "lineage/inner"));
	ASSERT_TRUE(box_register(&inner, self->nl, "lineage-inner"));
	EXPECT_EQ(0, load(&self->box, NULL));
	EXPECT_EQ(0, load(&inner, "outer"));
	EXPECT_EQ(HELPED, box_do(&inner, start_outer, "exec"));
	EXPECT_EQ(EACCES, box_do(&inner, start_helper, NULL));
	EXPECT_EQ(0, load(&self->box, "outer"));
	EXPECT_EQ(EACCES, box_do(&inner, start_outer, "exec"));
	EXPECT_EQ(HELPED, box_do(&self->box, start_outer, "exec"));
	EXPECT_TRUE(box_remove(&inner));
}

static int load_one(struct box *box, uint32_t class, const char *within)
{
	const struct rule rule = {
		class,	 RVM_RIGHT_EXECUTE, class == RVM_CLASS_EXEC ? outer : "/",
		"outer", .within = within,
	};

	return box_load(box, &rule, 1);
}

TEST_F(lineage, what_is_malformed_is_refused)
{
	EXPECT_EQ(0, load_one(&self->box, RVM_CLASS_EXEC, "outer"));
	EXPECT_EQ(0, load_one(&self->box, RVM_CLASS_PATH, NULL));
	EXPECT_EQ(EINVAL, load_one(&self->box, RVM_CLASS_PATH, "outer"));
	EXPECT_EQ(EINVAL, load_one(&self->box, RVM_CLASS_EXEC, ""));
	EXPECT_EQ(EINVAL, load_one(&self->box, RVM_CLASS_EXEC, "bin/outer"));
}

/* @n rules, the first of them within as many programs. */
static int load_within(struct box *box, unsigned int n, unsigned int programs)
{
	static struct rule rules[65];
	static char names[65][8];

	for (unsigned int i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]), "p%u", i % programs);
		rules[i] = (struct rule){ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, outer, "outer",
					  .within = names[i] };
	}
	return box_load(box, rules, n);
}

static int load_many(struct box *box, unsigned int n)
{
	return load_within(box, n, n);
}

TEST_F(lineage, a_table_has_64_programs_at_most)
{
	EXPECT_EQ(0, load_many(&self->box, 64));
	EXPECT_EQ(E2BIG, load_many(&self->box, 65));
	EXPECT_EQ(0, load_within(&self->box, 65, 64));
}

static int act_as_outer(const char *what)
{
	sigset_t set;
	int got;

	if (!strcmp(what, "exec"))
		return start(helper, "go");
	if (!strcmp(what, "child"))
		return start_child(helper, "go");
	if (!strcmp(what, "grandchild"))
		return start_child(outer, "child");
	if (!strcmp(what, "wait")) {
		sigemptyset(&set);
		sigaddset(&set, SIGUSR1);
		sigprocmask(SIG_BLOCK, &set, NULL);
		if (write(1, "!", 1) == 1)
			sigwait(&set, &got);
		return start(helper, "go");
	}
	if (!strcmp(what, "stay")) {
		if (write(1, "!", 1) == 1)
			pause();
		return BROKEN;
	}
	if (!strcmp(what, "attach") || !strcmp(what, "write") || !strcmp(what, "descriptor"))
		return try_trace((void *)what);
	return strcmp(what, "end") ? BROKEN : 0;
}

/* Tells by its name that it was started by itself. */
static void __attribute__((constructor)) report(int argc, char **argv)
{
	const char *slash = argc > 1 ? strrchr(argv[0], '/') : NULL;
	const char *name = slash ? slash + 1 : argc > 1 ? argv[0] : "";

	if (!strcmp(name, "helper"))
		_exit(HELPED);
	if (strcmp(name, "outer"))
		return;
	snprintf(outer, sizeof(outer), "%s", (const char *)getauxval(AT_EXECFN));
	snprintf(helper, sizeof(helper), "%s", outer);
	strcpy(strrchr(helper, '/') + 1, "helper");
	_exit(act_as_outer(argv[1]));
}

TEST_HARNESS_MAIN
