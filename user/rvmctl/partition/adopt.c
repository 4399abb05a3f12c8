// SPDX-License-Identifier: GPL-2.0-only
/* Find and hold the processes of a container. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "partition/adopt.h"
#include "partition/cgroup.h"

#define FREEZE_SECONDS 10
#define DEPTH_MAX 32

static int add_pids(struct adopt *a, int dir)
{
	int fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	auto_file FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	pid_t *more;
	int pid;

	while (f && fscanf(f, "%d", &pid) == 1) {
		more = reallocarray(a->pids, a->n + 1, sizeof(*more));
		if (!more)
			return -1;
		a->pids = more;
		a->pids[a->n++] = pid;
	}
	return 0;
}

/* The group, and those below it. */
static int find_pids(struct adopt *a, int dir, int depth)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	int ret;

	if (!d || depth == DEPTH_MAX)
		return -1;
	ret = add_pids(a, fd);
	while (!ret && (e = readdir(d))) {
		auto_close int below = -1;

		if (e->d_type != DT_DIR || e->d_name[0] == '.')
			continue;
		below = openat(fd, e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		/* One that was removed holds nothing. */
		if (below >= 0)
			ret = find_pids(a, below, depth + 1);
	}
	return ret;
}

/* The number that a process has in its innermost pid namespace. */
static int inner_pid(pid_t pid)
{
	char path[32], *line = NULL, *last;
	auto_file FILE *f = NULL;
	size_t size = 0;
	int inner = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	while (f && getline(&line, &size, f) > 0) {
		if (strncmp(line, "NSpid:", 6))
			continue;
		last = strrchr(line, '\t');
		inner = last ? atoi(last) : 0;
	}
	free(line);
	return inner;
}

static pid_t first_of(const struct adopt *a)
{
	for (size_t i = 0; i < a->n; i++) {
		if (inner_pid(a->pids[i]) == 1)
			return a->pids[i];
	}
	return a->pids[0];
}

static ino_t mounts_of(pid_t pid)
{
	struct stat st = { 0 };
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
	return stat(path, &st) ? 0 : st.st_ino;
}

/* The table is about the first one's tree: for another one it says something else. */
static int check_mounts(const struct adopt *a, pid_t first, struct err *err)
{
	ino_t mounts = mounts_of(first);

	for (size_t i = 0; i < a->n; i++) {
		ino_t own = mounts_of(a->pids[i]);

		/* It ended. */
		if (!own || own == mounts)
			continue;
		err_make(err, EXIT_REFUSED, "process %d: it sees other mounts than process %d",
			 a->pids[i], first);
		return err_hint(err, "end it, or name a cgroup that holds one container");
	}
	return 0;
}

static void hold_signals(struct adopt *a)
{
	static const int held[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(held); i++)
		sigaddset(&set, held[i]);
	sigprocmask(SIG_BLOCK, &set, &a->signals);
}

static int hold(struct adopt *a, const char *cgroup, struct err *err)
{
	if (cgroup_is_frozen(a->cgroup))
		return 0;
	hold_signals(a);
	a->thaw = true;
	if (!cgroup_freeze(a->cgroup, true, FREEZE_SECONDS))
		return 0;
	err_make(err, EXIT_REFUSED, "cgroup %s: not frozen within %d seconds", cgroup,
		 FREEZE_SECONDS);
	return err_hint(err, "find the process in it that waits for a disk or a tracer");
}

int adopt_begin(struct adopt *a, const char *cgroup, bool freeze, struct err *err)
{
	pid_t first;

	a->cgroup = cgroup_open(cgroup, err);
	if (a->cgroup < 0 || (freeze && hold(a, cgroup, err)))
		return -1;
	if (find_pids(a, a->cgroup, 0))
		return err_errno(err, errno, "cgroup %s", cgroup);
	if (!a->n) {
		err_make(err, EXIT_REFUSED, "cgroup %s: no processes in it", cgroup);
		return err_hint(err, "start the container first: paths are resolved as its "
				     "processes see them");
	}
	first = first_of(a);
	snprintf(a->root, sizeof(a->root), "/proc/%d/root", first);
	return check_mounts(a, first, err);
}

void adopt_end(struct adopt *a)
{
	if (a->cgroup < 0)
		return;
	if (a->thaw && cgroup_freeze(a->cgroup, false, 0))
		warn_line("the cgroup stays frozen; write 0 to its cgroup.freeze");
	if (a->thaw)
		sigprocmask(SIG_SETMASK, &a->signals, NULL);
	close(a->cgroup);
	free(a->pids);
	*a = ADOPT_INIT;
}
