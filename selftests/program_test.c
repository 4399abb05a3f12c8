// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that is started by a rule with arguments runs in secure mode: its loader and
 * C library drop variables that would steer them.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"

#define BROKEN 250

/* What a program that is started says of itself, as its exit status. */
#define SECURE 1
#define STEERED 2

FIXTURE(program)
{
	int nl;
	struct counters start;
	struct box box;
	char path[4096];
	char script[4096];
};

static bool copy_self(const char *to)
{
	char command[2 * 4096];

	snprintf(command, sizeof(command), "cp /proc/%d/exe %s && chmod 0755 %s", getpid(), to, to);
	return !system(command);
}

FIXTURE_SETUP(program)
{
	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	ASSERT_TRUE(attach_hooks(self->nl));
	self->start = get_counters(self->nl);
	mkdir(in_dir("bin"), 0755);
	strcpy(self->path, in_dir("bin/report"));
	strcpy(self->script, in_dir("bin/script"));
	ASSERT_TRUE(copy_self(self->path));
	ASSERT_TRUE(write_file(self->script, "#!"));
	ASSERT_TRUE(box_make(&self->box, self->nl, "program"));
}

FIXTURE_TEARDOWN(program)
{
	EXPECT_TRUE(box_remove(&self->box));
	EXPECT_TRUE(counters_return(self->nl, &self->start));
}

/* With a variable that the C library drops if it is told to. */
static int start(void *arg)
{
	char *argv[] = { strrchr(arg, '/') + 1, "go", NULL };
	char *envp[] = { "TMPDIR=/nowhere", NULL };

	execve(arg, argv, envp);
	return BROKEN;
}

static int start_or_errno(void *arg)
{
	return start(arg) == BROKEN ? errno : BROKEN;
}

/* With its own arguments, and these variables. */
static int start_with(void *arg)
{
	char **envp = arg, *argv[] = { "report", "go", NULL };

	execve(in_dir("bin/report"), argv, envp);
	return errno;
}

/*
 * Likewise, with the first variable and another of such lengths that each once crosses
 * the end of a page.
 */
static int start_across_pages(void *arg)
{
	char fill[4200], **variables = arg, *envp[] = { variables[0], fill, NULL };

	for (size_t len = 3900; len < 4100; len++) {
		pid_t pid = fork();

		memset(fill, 'x', len);
		fill[len] = 0;
		if (!pid)
			_exit(start_with(envp));
		if (wait_for(pid) != SECURE)
			return BROKEN;
	}
	return SECURE;
}

static int load(struct box *box, const struct rule *rule)
{
	const struct rule rules[] = {
		*rule,
		{ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_EXECUTE, "/usr/lib", "",
		  RVM_SCOPE_FLAG_LOAD },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, "/etc/ld.so.cache", "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("bin"), "" },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, in_dir("bin/report"), "report",
		  RVM_SCOPE_FLAG_PREFIX },
	};

	return box_load(box, rules, ARRAY_LEN(rules));
}

TEST_F(program, started_by_its_words_it_is_secure)
{
	const struct rule rule = { RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, self->path, "report go" };

	ASSERT_EQ(0, load(&self->box, &rule));
	EXPECT_EQ(SECURE, box_do(&self->box, start, self->path));
}

TEST_F(program, started_with_any_words_it_is_as_ever)
{
	const struct rule rule = { RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, self->path, "report",
				   RVM_SCOPE_FLAG_PREFIX };

	ASSERT_EQ(0, load(&self->box, &rule));
	EXPECT_EQ(STEERED, box_do(&self->box, start, self->path));
}

/* What is learned from it is a rule with arguments: it behaves now as it will then. */
TEST_F(program, what_is_learned_from_is_secure)
{
	const struct rule any = { RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, self->path, "report",
				  RVM_SCOPE_FLAG_PREFIX };
	const struct rule none = { RVM_CLASS_PATH, RVM_RIGHT_READ, "/etc/ld.so.cache", "" };

	ASSERT_EQ(0, box_load(&self->box, &none, 1));
	ASSERT_EQ(0, box_set(&self->box, RVM_A_PARTITION_MODE, RVM_MODE_PERMISSIVE));
	EXPECT_EQ(STEERED, box_do(&self->box, start, self->path));
	ASSERT_EQ(0, box_set(&self->box, RVM_A_PARTITION_MODE, RVM_MODE_LEARN));
	EXPECT_EQ(SECURE, box_do(&self->box, start, self->path));
	ASSERT_EQ(0, load(&self->box, &any));
	EXPECT_EQ(STEERED, box_do(&self->box, start, self->path));
}

/* The arguments are the script's: its interpreter is in secure mode too. */
TEST_F(program, a_script_by_its_words_is_secure)
{
	const struct rule rule = { RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, self->script, "script go" };
	const struct rule free = { RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, self->script, "script",
				   RVM_SCOPE_FLAG_PREFIX };
	char text[sizeof(self->path) + 16];

	snprintf(text, sizeof(text), "#!%s\n", self->path);
	ASSERT_TRUE(write_file(self->script, text));
	ASSERT_EQ(0, chmod(self->script, 0755));
	ASSERT_EQ(0, load(&self->box, &rule));
	EXPECT_EQ(SECURE, box_do(&self->box, start, self->script));
	ASSERT_EQ(0, load(&self->box, &free));
	EXPECT_EQ(STEERED, box_do(&self->box, start, self->script));
}

static uint64_t started(const struct box *box)
{
	static struct request r;
	static struct reply reply;

	request_begin(&r, RVM_CMD_PARTITION_GET);
	put_u32(&r, RVM_A_PARTITION_ID, box->id);
	nl_call(box->nl, &r, &reply);
	return reply_u64(&reply, RVM_A_PARTITION_EXECS);
}

/* It may start, but the kernel cannot execute it. */
TEST_F(program, a_file_that_is_no_program_has_not_started)
{
	const struct rule rule = { RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, self->script, "script",
				   RVM_SCOPE_FLAG_PREFIX };
	uint64_t before = started(&self->box);

	ASSERT_EQ(0, chmod(self->script, 0755));
	ASSERT_EQ(0, load(&self->box, &rule));
	EXPECT_EQ(BROKEN, box_do(&self->box, start, self->script));
	EXPECT_EQ(0, box_denials(&self->box));
	EXPECT_EQ(before, started(&self->box));
	EXPECT_EQ(STEERED, box_do(&self->box, start, self->path));
	EXPECT_EQ(before + 1, started(&self->box));
}

/*
 * A script that may run gives its interpreter no arguments that no rule of the
 * interpreter allows.
 */
TEST_F(program, an_interpreter_has_words_of_its_own)
{
	struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_EXECUTE, "/usr/lib", "",
		  RVM_SCOPE_FLAG_LOAD },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, "/etc/ld.so.cache", "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_EXECUTE, in_dir("bin/script"), "",
		  RVM_SCOPE_FLAG_RUN },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, self->path, "report go" },
	};
	char text[sizeof(self->path) + 16];

	snprintf(text, sizeof(text), "#!%s\n", self->path);
	ASSERT_TRUE(write_file(self->script, text));
	ASSERT_EQ(0, chmod(self->script, 0755));
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	EXPECT_EQ(SECURE, box_do(&self->box, start, self->path));
	EXPECT_EQ(EACCES, box_do(&self->box, start_or_errno, self->script));
	rules[3].flags = RVM_SCOPE_FLAG_PREFIX;
	rules[3].pattern = "report";
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	EXPECT_EQ(STEERED, box_do(&self->box, start, self->script));
}

/*
 * Rules with arguments hold with the directories that the partition was entered with:
 * interpreters take code from there.
 */
TEST_F_TIMEOUT(program, words_are_not_for_another_home, 200)
{
	struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_EXECUTE, "/usr/lib", "",
		  RVM_SCOPE_FLAG_LOAD },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, "/etc/ld.so.cache", "" },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, self->path, "report go" },
	};
	char *own[] = { "HOME=/home/of/the/agent", "XDG_DATA_HOME=/of/the/agent", NULL };
	char *other[] = { "HOME=/elsewhere", NULL }, *none[] = { "X=y", NULL };
	char *longer[] = { "HOME=/home/of/the/agent/", NULL }, *empty[] = { "HOME=", NULL };
	char *both[] = { own[0], other[0], NULL }, *twice[] = { own[0], own[0], NULL };
	char *swapped[] = { "HOME=/of/the/agent", NULL }, *data[] = { own[0], own[1], NULL };
	char *config[] = { own[0], "XDG_CONFIG_HOME=/elsewhere", NULL };
	char *behind[] = { "PYTHONPATH=/x", own[0], NULL };
	char *many[18] = {};
	char text[300] = "HOME=", *too_long[] = { text, NULL };

	memset(text + 5, '/', sizeof(text) - 6);
	/* One more than are known. */
	for (int i = 0; i < 17; i++)
		many[i] = own[0];
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	EXPECT_EQ(SECURE, box_do(&self->box, start_with, own));
	EXPECT_EQ(EACCES, box_do(&self->box, start_with, other));
	EXPECT_EQ(EACCES, box_do(&self->box, start_with, longer));
	EXPECT_EQ(EACCES, box_do(&self->box, start_with, empty));
	EXPECT_EQ(EACCES, box_do(&self->box, start_with, both));
	EXPECT_EQ(EACCES, box_do(&self->box, start_with, swapped));
	EXPECT_EQ(EACCES, box_do(&self->box, start_with, config));
	EXPECT_EQ(EACCES, box_do(&self->box, start_with, behind));
	EXPECT_EQ(EACCES, box_do(&self->box, start_with, many));
	EXPECT_EQ(EACCES, box_do(&self->box, start_with, too_long));
	EXPECT_EQ(SECURE, box_do(&self->box, start_with, twice));
	EXPECT_EQ(SECURE, box_do(&self->box, start_with, data));
	EXPECT_EQ(SECURE, box_do(&self->box, start_with, none));
	EXPECT_EQ(SECURE, box_do(&self->box, start_across_pages, own));
	rules[2].flags = RVM_SCOPE_FLAG_PREFIX;
	rules[2].pattern = "report";
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	EXPECT_EQ(BROKEN, box_do(&self->box, start_with, other));
}

/* In a child that its parent traces: the result. */
static int start_traced(void *arg)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid)
		_exit(ptrace(PTRACE_TRACEME, 0, 0, 0) ? BROKEN : start_or_errno(arg));
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
		ptrace(PTRACE_CONT, pid, 0, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : BROKEN;
}

/* With a filter of its own, which allows all. */
static int start_filtered(void *arg)
{
	struct sock_filter code = { BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW };
	struct sock_fprog filter = { 1, &code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		return BROKEN;
	return start_or_errno(arg);
}

TEST_F(program, words_are_not_for_who_is_steered)
{
	const struct rule rule = { RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, self->script, "script go" };
	const struct rule free = { RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, self->script, "script",
				   RVM_SCOPE_FLAG_PREFIX };
	char text[sizeof(self->path) + 16];

	snprintf(text, sizeof(text), "#!%s\n", self->path);
	ASSERT_TRUE(write_file(self->script, text));
	ASSERT_EQ(0, chmod(self->script, 0755));
	ASSERT_EQ(0, load(&self->box, &rule));
	EXPECT_EQ(SECURE, box_do(&self->box, start, self->script));
	EXPECT_EQ(EACCES, box_do(&self->box, start_traced, self->script));
	EXPECT_EQ(EACCES, box_do(&self->box, start_filtered, self->script));
	ASSERT_EQ(0, load(&self->box, &free));
	EXPECT_EQ(STEERED, box_do(&self->box, start_traced, self->script));
	EXPECT_EQ(STEERED, box_do(&self->box, start_filtered, self->script));
}

/* Attach to the program that a child has become. */
static int attach_to_child(void *arg)
{
	char *argv[] = { "report", "stay", NULL };
	char *envp[] = { NULL };
	int fds[2], ret;
	pid_t pid;
	char c;

	if (pipe(fds))
		return BROKEN;
	pid = fork();
	if (!pid) {
		dup2(fds[1], 1);
		execve(arg, argv, envp);
		_exit(BROKEN);
	}
	close(fds[1]);
	if (read(fds[0], &c, 1) != 1)
		return BROKEN;
	ret = ptrace(PTRACE_SEIZE, pid, 0, 0) ? errno : 0;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return ret;
}

TEST_F(program, nobody_attaches_to_what_runs_by_its_words)
{
	struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_EXECUTE, "/usr/lib", "",
		  RVM_SCOPE_FLAG_LOAD },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, "/etc/ld.so.cache", "" },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, self->path, "report stay" },
	};

	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	EXPECT_EQ(EACCES, box_do(&self->box, attach_to_child, self->path));
	rules[2].flags = RVM_SCOPE_FLAG_PREFIX;
	rules[2].pattern = "report";
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	EXPECT_EQ(0, box_do(&self->box, attach_to_child, self->path));
}

TEST_F(program, started_outside_it_is_as_ever)
{
	pid_t pid = fork();

	if (!pid)
		_exit(start(self->path));
	EXPECT_EQ(STEERED, wait_for(pid));
}

/* Tells by its name that it was started by itself. */
static void __attribute__((constructor)) report(int argc, char **argv)
{
	if (argc < 2 || (strcmp(argv[0], "report") && !strstr(argv[0], "/bin/report")))
		return;
	if (!strcmp(argv[1], "stay")) {
		if (write(1, "!", 1) == 1)
			pause();
		_exit(BROKEN);
	}
	if (getauxval(AT_SECURE))
		_exit(getenv("TMPDIR") ? BROKEN : SECURE);
	_exit(getenv("TMPDIR") ? STEERED : BROKEN);
}

TEST_HARNESS_MAIN
