// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs: what is executed, with which arguments, and what becomes code.
 */

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "escape.h"

static int start(const char *path, char *const argv[])
{
	int fds[2], err = 0, status = 0;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return BROKEN;
	pid = fork();
	if (!pid) {
		execv(path, argv);
		err = errno;
		_exit(write(fds[1], &err, sizeof(err)) != sizeof(err));
	}
	close(fds[1]);
	if (read(fds[0], &err, sizeof(err)) != sizeof(err))
		err = 0;
	waitpid(pid, &status, 0);
	/* If mapping the loader is denied, the kernel ends the program that was to be loaded. */
	return !err && WIFSIGNALED(status) ? EACCES : err;
}

static int loader_as_program(bool evil)
{
	char *plain[] = { "prog", "go", NULL };
	char *loaded[] = { "ld.so", (char *)ws("prog"), "go", NULL };

	return evil ? start("/lib64/ld-linux-x86-64.so.2", loaded) : start(ws("prog"), plain);
}

static int program_in_memory(bool evil)
{
	char *argv[] = { "prog", "go", NULL }, *envp[] = { NULL };
	int from = open(ws("prog"), O_RDONLY), to = memfd_create("prog", 0);
	struct stat st;

	if (from < 0 || to < 0 || fstat(from, &st) || sendfile(to, from, NULL, st.st_size) < 0)
		return BROKEN;
	if (!evil)
		return read_one(to);
	fexecve(to, argv, envp);
	return errno;
}

static int copied_program(bool evil)
{
	char *argv[] = { "prog", "go", NULL };
	int from = open(ws("prog"), O_RDONLY), to;
	struct stat st;

	if (!evil)
		return start(ws("prog"), argv);
	unlink(ws("prog2"));
	to = open(ws("prog2"), O_WRONLY | O_CREAT, 0755);
	if (from < 0 || to < 0 || fstat(from, &st) || sendfile(to, from, NULL, st.st_size) < 0)
		return BROKEN;
	close(to);
	return start(ws("prog2"), argv);
}

static int another_word_zero(bool evil)
{
	char *argv[] = { evil ? "sh" : "prog", "go", NULL };

	return start(ws("prog"), argv);
}

static int words_in_one(bool evil)
{
	char *argv[] = { "prog", evil ? "go --everything" : "go", NULL };

	return start(ws("prog"), argv);
}

static int more_words(bool evil)
{
	char *argv[] = { "prog", "go", evil ? "--everything" : NULL, NULL };

	return start(ws("prog"), argv);
}

static int many_words(bool evil)
{
	static char *argv[200] = { "prog", "go" };

	for (int i = 2; evil && i < 199; i++)
		argv[i] = "x";
	return start(ws("prog"), argv);
}

static int no_words(bool evil)
{
	char *argv[] = { evil ? NULL : "prog", "go", NULL };

	return start(ws("prog"), argv);
}

static int map_code(bool evil)
{
	int fd = open(ws("a"), O_RDONLY);

	return mmap(NULL, 1, PROT_READ | (evil ? PROT_EXEC : 0), MAP_PRIVATE, fd, 0) == MAP_FAILED ?
		       errno :
		       0;
}

static int reading_implies_execution(bool evil)
{
	int fd = open(ws("a"), O_RDONLY);

	if (evil)
		personality(READ_IMPLIES_EXEC);
	return mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED ? errno : 0;
}

/* A program that a token names, changed by the host to ask for a loader in ws/. */
static int another_loader(bool evil)
{
	char *argv[] = { evil ? "patched" : "prog", "go", NULL };

	return start(ws(argv[0]), argv);
}

/* A token names it, but it would run as another user. */
static int set_id_program(bool evil)
{
	char *argv[] = { evil ? "rooted" : "prog", "go", NULL };

	return start(ws(argv[0]), argv);
}

const struct row program_rows[] = {
	{ "ld.so as the program", loader_as_program },
	{ "program in a memfd", program_in_memory },
	{ "copy of a program", copied_program },
	{ "another word 0", another_word_zero },
	{ "two words in one", words_in_one },
	{ "one word more", more_words },
	{ "200 words", many_words },
	{ "no words", no_words },
	{ "code from a data file", map_code },
	{ "READ_IMPLIES_EXEC", reading_implies_execution },
	{ "loader in the workspace", another_loader },
	{ "set-id program", set_id_program },
	{},
};
