// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host admits one exec of one task: this program, with these arguments.  A task that
 * is inside already can neither change that nor get more of it. This program is copied as
 * "tool", which no rule allows, and as "prog", which one does.
 */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"

/* Exit statuses; errno values stay below. */
#define STARTED 200
#define BROKEN 250

static char tool[4096], other[4096], prog[4096], patched[4096], loader[4096];

FIXTURE(entry)
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

/* Memory that this process shares with its children: who asks, and what they tell. */
struct shared {
	pid_t task;
	bool ready, go;
};

static struct shared *shared;

FIXTURE_SETUP(entry)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_EXECUTE, "/usr/lib", "",
		  RVM_SCOPE_FLAG_LOAD },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, "/etc/ld.so.cache", "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("bin"), "" },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, in_dir("bin/prog"), "prog",
		  RVM_SCOPE_FLAG_PREFIX },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, in_dir("bin/patched"), "patched",
		  RVM_SCOPE_FLAG_PREFIX },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, in_dir("bin/loader"), "loader show" },
	};

	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	ASSERT_TRUE(attach_hooks(self->nl));
	self->start = get_counters(self->nl);
	mkdir(in_dir("bin"), 0755);
	strcpy(tool, in_dir("bin/tool"));
	strcpy(other, in_dir("bin/other"));
	strcpy(prog, in_dir("bin/prog"));
	strcpy(patched, in_dir("bin/patched"));
	strcpy(loader, in_dir("bin/loader"));
	ASSERT_TRUE(copy_self(tool));
	ASSERT_TRUE(copy_self(other));
	ASSERT_TRUE(copy_self(prog));
	ASSERT_TRUE(copy_with_loader(prog, patched, loader));
	ASSERT_TRUE(box_make(&self->box, self->nl, "entry"));
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	ASSERT_NE(MAP_FAILED, shared);
}

FIXTURE_TEARDOWN(entry)
{
	munmap(shared, sizeof(*shared));
	EXPECT_TRUE(box_remove(&self->box));
	EXPECT_TRUE(counters_return(self->nl, &self->start));
}

static int start(const char *path, char *const *words)
{
	char *envp[] = { NULL };

	execve(path, words, envp);
	return errno;
}

static bool is_set(const bool *what)
{
	return __atomic_load_n(what, __ATOMIC_SEQ_CST);
}

/* Its exec, once it was admitted; another time after that, if the first one fails. */
struct attempt {
	const char *path;
	char *const *words;
	const char *then;
	char *const *then_words;
};

static int start_when_told(void *arg)
{
	const struct attempt *attempt = arg;
	int ret;

	shared->task = getpid();
	shared->ready = true;
	if (!wait_until(is_set(&shared->go)))
		return BROKEN;
	ret = start(attempt->path, attempt->words);
	return attempt->then ? start(attempt->then, attempt->then_words) : ret;
}

typedef int (*admit_fn)(const struct box *box, pid_t task, const char *path, char *const *words);

static int let_in_and_try(struct box *box, admit_fn let_in, const char *path, char *const *words,
			  const struct attempt *attempt)
{
	pid_t pid;
	int err;

	memset(shared, 0, sizeof(*shared));
	pid = box_start(box, start_when_told, (void *)attempt);
	err = wait_until(is_set(&shared->ready)) ? let_in(box, pid, path, words) : BROKEN;
	shared->go = true;
	return wait_for(pid) ?: err;
}

/* The host admits @path with @words; what becomes of the attempt. */
static int admit_and_try(struct box *box, const char *path, char *const *words,
			 const struct attempt *attempt)
{
	return let_in_and_try(box, box_admit, path, words, attempt);
}

/* The host lets it in, but says nothing in its favour. */
static int try_judged(struct box *box, const char *path, char *const *words)
{
	const struct attempt attempt = { path, words };

	return let_in_and_try(box, box_admit_judged, path, words, &attempt);
}

static char *go[] = { "tool", "go", NULL };
static char *stop[] = { "tool", "stop", NULL };

TEST_F(entry, what_is_admitted_starts)
{
	const struct attempt attempt = { tool, go };

	EXPECT_EQ(STARTED, admit_and_try(&self->box, tool, go, &attempt));
}

static char *prog_go[] = { "prog", "go", NULL };
static char *patched_go[] = { "patched", "go", NULL };

/* Its loader takes a token as well, which an admission would do without. */
TEST_F(entry, what_is_judged_takes_tokens)
{
	const struct attempt attempt = { patched, patched_go };

	EXPECT_EQ(STARTED, try_judged(&self->box, prog, prog_go));
	EXPECT_EQ(EACCES, try_judged(&self->box, tool, go));
	EXPECT_EQ(STARTED, admit_and_try(&self->box, patched, patched_go, &attempt));
	EXPECT_NE(STARTED, try_judged(&self->box, patched, patched_go));
}

/* Nor may an interpreter start that no token names. */
TEST_F(entry, interpreters_of_what_is_judged_take_tokens)
{
	char *words[] = { "script", NULL }, text[4200], script[4096];
	const struct attempt attempt = { script, words };
	struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_EXECUTE, "/usr/lib", "",
		  RVM_SCOPE_FLAG_LOAD },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("bin"), "" },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, in_dir("bin/script"), "script",
		  RVM_SCOPE_FLAG_PREFIX },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, tool, "tool", RVM_SCOPE_FLAG_PREFIX },
	};

	strcpy(script, in_dir("bin/script"));
	snprintf(text, sizeof(text), "#!%s go\n", tool);
	ASSERT_TRUE(write_file(script, text));
	ASSERT_EQ(0, chmod(script, 0755));
	ASSERT_EQ(0, box_load(&self->box, rules, 3));
	EXPECT_EQ(STARTED, admit_and_try(&self->box, script, words, &attempt));
	EXPECT_EQ(EACCES, try_judged(&self->box, script, words));
	ASSERT_EQ(0, box_load(&self->box, rules, 4));
	EXPECT_EQ(STARTED, try_judged(&self->box, script, words));
}

TEST_F(entry, another_program_does_not_start)
{
	const struct attempt attempt = { other, go };

	EXPECT_EQ(EACCES, admit_and_try(&self->box, tool, go, &attempt));
}

TEST_F(entry, other_words_do_not_start)
{
	const struct attempt attempt = { tool, stop };

	EXPECT_EQ(EACCES, admit_and_try(&self->box, tool, go, &attempt));
}

/* Arguments that are too long for any rule are compared as well. */
TEST_F(entry, all_words_count)
{
	char *words[102] = { "tool" }, *others[102] = { "tool" };
	const struct attempt same = { tool, words }, attempt = { tool, others };
	static char word[3000];

	memset(word, 'w', sizeof(word) - 1);
	for (int i = 1; i < 101; i++)
		words[i] = i < 5 ? word : "go";
	memcpy(others, words, sizeof(words));
	others[100] = "no";
	EXPECT_EQ(STARTED, admit_and_try(&self->box, tool, words, &same));
	memset(shared, 0, sizeof(*shared));
	EXPECT_EQ(EACCES, admit_and_try(&self->box, tool, words, &attempt));
}

TEST_F(entry, an_admission_is_used_up_by_whatever_is_tried)
{
	const struct attempt attempt = { other, go, tool, go };

	EXPECT_EQ(EACCES, admit_and_try(&self->box, tool, go, &attempt));
}

/* A child that a task in the box made, not the host. */
static int make_child(bool traced)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		if (traced && ptrace(PTRACE_TRACEME, 0, 0, 0))
			_exit(BROKEN);
		shared->task = getpid();
		shared->ready = true;
		_exit(wait_until(is_set(&shared->go)) ? start(tool, go) : BROKEN);
	}
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
		ptrace(PTRACE_CONT, pid, 0, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : BROKEN;
}

static int make_traced(void *arg)
{
	return make_child(true);
}

static int make_free(void *arg)
{
	return make_child(false);
}

TEST_F(entry, who_is_traced_is_not_admitted)
{
	pid_t pid = box_start(&self->box, make_traced, NULL);

	ASSERT_TRUE(wait_until(is_set(&shared->ready)));
	EXPECT_EQ(EUSERS, box_admit(&self->box, shared->task, tool, go));
	shared->go = true;
	EXPECT_EQ(EACCES, wait_for(pid));
}

static int attach(void *arg)
{
	return ptrace(PTRACE_SEIZE, shared->task, 0, 0) ? errno : 0;
}

/* Whoever may trace it may read its environment as well. */
static int look_on(void *arg)
{
	size_t len;
	void *head;

	return syscall(SYS_get_robust_list, shared->task, &head, &len) ? errno : 0;
}

/* Nor traced from then on; a tracer that detaches before the exec does not count. */
TEST_F(entry, who_is_admitted_is_not_traced)
{
	pid_t pid = box_start(&self->box, make_free, NULL);

	ASSERT_TRUE(wait_until(is_set(&shared->ready)));
	EXPECT_EQ(0, box_do(&self->box, attach, NULL));
	EXPECT_EQ(0, box_do(&self->box, look_on, NULL));
	EXPECT_EQ(0, box_admit(&self->box, shared->task, tool, go));
	EXPECT_NE(0, box_do(&self->box, attach, NULL));
	shared->go = true;
	EXPECT_EQ(STARTED, wait_for(pid));
}

static int just_wait(void *arg)
{
	shared->task = getpid();
	shared->ready = true;
	return wait_until(is_set(&shared->go)) ? 0 : BROKEN;
}

/* A task that was made outside belongs to its maker until it starts a program. */
TEST_F(entry, who_is_on_its_way_in_is_not_traced)
{
	pid_t pid = box_start(&self->box, just_wait, NULL);

	ASSERT_TRUE(wait_until(is_set(&shared->ready)));
	EXPECT_NE(0, box_do(&self->box, attach, NULL));
	EXPECT_NE(0, box_do(&self->box, look_on, NULL));
	shared->go = true;
	EXPECT_EQ(0, wait_for(pid));
}

/* The loader of "patched" may not be loaded; only an admission would allow it. */
TEST_F(entry, another_thread_is_not_admitted)
{
	char *evil[] = { "tool", "thread", patched, NULL },
	     *good[] = { "tool", "thread", prog, NULL };
	const struct attempt attempt = { tool, evil }, twin = { tool, good };

	EXPECT_EQ(STARTED, admit_and_try(&self->box, tool, good, &twin));
	memset(shared, 0, sizeof(*shared));
	EXPECT_NE(STARTED, admit_and_try(&self->box, tool, evil, &attempt));
}

/* As "tool read 100": what the descriptor says. */
static int read_from(const char *fd)
{
	char c;

	return pread(atoi(fd), &c, 1, 0) == 1 ? STARTED : errno;
}

/* What becomes of the tool that inherits the descriptor. */
static int bring(FIXTURE_DATA(entry) * self, const char *path, int flags)
{
	char *words[] = { "tool", "read", "100", NULL };
	const struct attempt attempt = { tool, words };
	int fd = open(path, O_RDONLY), err;

	if (dup3(fd, 100, flags) != 100)
		return BROKEN;
	memset(shared, 0, sizeof(*shared));
	err = admit_and_try(&self->box, tool, words, &attempt);
	close(100);
	close(fd);
	return err;
}

static bool recheck_waits(void)
{
	return !system("rvmctl hook status | grep -q '^file_permission .* waiting '");
}

#define NEED_MSECS "/sys/module/rvm/parameters/need_msecs"

/* What is not covered is judged at each use, for which a hook is attached; nothing else is. */
TEST_F_TIMEOUT(entry, what_it_brings_is_judged, 120)
{
	ASSERT_TRUE(write_file(in_dir("brought"), "text"));
	ASSERT_TRUE(write_file(in_dir("bin/text"), "text"));
	ASSERT_TRUE(write_file(NEED_MSECS, "100"));
	/* The time counts from when it is needed. */
	ASSERT_EQ(0, system("rvmctl partition set entry --recheck-always on && "
			    "rvmctl partition set entry --recheck-always off"));
	EXPECT_TRUE(wait_until(recheck_waits()));
	EXPECT_EQ(STARTED, bring(self, in_dir("bin/text"), 0));
	EXPECT_TRUE(recheck_waits());
	/* The exec closes it. */
	EXPECT_EQ(EBADF, bring(self, in_dir("brought"), O_CLOEXEC));
	EXPECT_TRUE(recheck_waits());
	ASSERT_TRUE(write_file(NEED_MSECS, "60000"));
	EXPECT_EQ(EACCES, bring(self, in_dir("brought"), 0));
	EXPECT_FALSE(recheck_waits());
	EXPECT_EQ(STARTED, bring(self, in_dir("bin/text"), 0));
}

static void *start_from_thread(void *path)
{
	char *words[] = { strrchr(path, '/') + 1, "go", NULL };

	_exit(start(path, words));
}

/* Tells by its name that it was started by itself. */
static void __attribute__((constructor)) report(int argc, char **argv)
{
	const char *slash = argc > 1 ? strrchr(argv[0], '/') : NULL;
	const char *name = slash ? slash + 1 : argc > 1 ? argv[0] : "";
	pthread_t thread;

	if (argc == 3 && !strcmp(name, "tool") && !strcmp(argv[1], "thread")) {
		if (pthread_create(&thread, NULL, start_from_thread, argv[2]))
			_exit(BROKEN);
		for (;;)
			pause();
	}
	if (argc == 3 && !strcmp(name, "tool") && !strcmp(argv[1], "read"))
		_exit(read_from(argv[2]));
	if (!strcmp(name, "tool") || !strcmp(name, "prog") || !strcmp(name, "patched"))
		_exit(STARTED);
}

TEST_HARNESS_MAIN
