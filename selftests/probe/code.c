// SPDX-License-Identifier: GPL-2.0-only
/* Rows about code: maps, programs, arguments. */

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/wait.h>

#include "probe.h"

static int map_exec(bool ok)
{
	int fd = open(in(true, ok ? "code" : "file"), O_RDONLY), err;
	void *p;

	if (fd < 0)
		return errno;
	p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	err = p == MAP_FAILED ? errno : 0;
	close(fd);
	return err;
}

static int protect_exec(bool ok)
{
	int fd = open(in(true, ok ? "code" : "file"), O_RDONLY), err;
	void *p;

	if (fd < 0)
		return errno;
	p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	err = p == MAP_FAILED ? errno : result(mprotect(p, 4096, PROT_READ | PROT_EXEC));
	close(fd);
	return err;
}

static int anonymous_file_exec(bool ok)
{
	int fd = memfd_create("code", 0), err;
	void *p;

	if (fd < 0 || ftruncate(fd, 4096))
		return NOT_HERE;
	p = mmap(NULL, 4096, ok ? PROT_READ : PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	err = p == MAP_FAILED ? errno : 0;
	close(fd);
	return err;
}

/* The errno of an exec in a child, 0 if it started. */
static int try_exec(const char *path, char *const argv[])
{
	int fds[2], err = 0, status;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return errno;
	pid = fork();
	if (pid == 0) {
		execv(path, argv);
		err = errno;
		if (write(fds[1], &err, sizeof(err)) != sizeof(err))
			_exit(2);
		_exit(1);
	}
	close(fds[1]);
	if (read(fds[0], &err, sizeof(err)) != sizeof(err))
		err = 0;
	close(fds[0]);
	waitpid(pid, &status, 0);
	return err;
}

static int exec_words(bool ok)
{
	char *argv[] = { "prog", ok ? "go" : "stop", NULL };

	return try_exec(in(true, "prog"), argv);
}

static int exec_program(bool ok)
{
	char *argv[] = { ok ? "prog" : "other", "go", NULL };

	return try_exec(in(true, ok ? "prog" : "other"), argv);
}

static int exec_named(bool ok)
{
	char *argv[] = { ok ? "runner" : "other", "anything", NULL };

	return try_exec(in(true, argv[0]), argv);
}

static int exec_one_word(bool ok)
{
	char *argv[] = { "prog", ok ? "go" : "go on", NULL };

	return try_exec(in(true, "prog"), argv);
}

static int exec_name_zero(bool ok)
{
	char *argv[] = { ok ? "prog" : "other", "go", NULL };

	return try_exec(in(true, "prog"), argv);
}

static int exec_loader(bool ok)
{
	char *direct[] = { "prog", "go", NULL };
	char *through[] = { "ld.so", (char *)in(true, "prog"), "go", NULL };

	return ok ? try_exec(in(true, "prog"), direct) :
		    try_exec("/lib64/ld-linux-x86-64.so.2", through);
}

/* Both scripts may be started; a token covers the interpreter of one. */
static int exec_script(bool ok)
{
	char *argv[] = { ok ? "script" : "script2", NULL };

	return try_exec(in(true, argv[0]), argv);
}

/* Two copies of one program, both named by a token. */
static int exec_set_id(bool ok)
{
	char *argv[] = { ok ? "runner" : "suid", NULL };

	/* Where the bit has no meaning it is ignored. */
	if (!ok && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return NOT_HERE;
	return try_exec(in(true, argv[0]), argv);
}

/* Memory of its own that the kernel keeps as a file. */
static int segment_exec(bool ok)
{
	int id = shmget(IPC_PRIVATE, 4096, 0700), err;
	void *p;

	if (id < 0)
		return errno;
	p = shmat(id, NULL, ok ? 0 : SHM_EXEC);
	err = p == (void *)-1 ? errno : result(shmdt(p));
	shmctl(id, IPC_RMID, NULL);
	return err;
}

const struct row code_rows[] = {
	{ "EXECUTE load", "map executable", map_exec, ROOT },
	{ "EXECUTE load", "protect executable", protect_exec, ROOT },
	{ "EXECUTE load", "memfd executable", anonymous_file_exec, NOBODY },
	{ "EXECUTE EXEC", "words of the pattern", exec_words, ROOT },
	{ "EXECUTE EXEC", "another program", exec_program, ROOT },
	{ "EXECUTE PATH", "program that run: names", exec_named, ROOT },
	{ "EXECUTE EXEC", "two words in one", exec_one_word, ROOT },
	{ "EXECUTE EXEC", "another word 0", exec_name_zero, ROOT },
	{ "EXECUTE EXEC", "through the loader", exec_loader, ROOT },
	{ "EXECUTE EXEC", "script", exec_script, ROOT },
	{ "EXECUTE EXEC", "set-id program", exec_set_id, NOBODY },
	{ "EXECUTE load", "segment executable", segment_exec, NOBODY },
	{},
};
