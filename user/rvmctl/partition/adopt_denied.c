// SPDX-License-Identifier: GPL-2.0-only
/* What the processes of a container have open and will be denied. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "partition/adopt.h"
#include "partition/adopt_priv.h"
#include "wire/words.h"

/* Of terminals, which the hooks let their own session use. */
#define TERMINALS_FIRST 136
#define TERMINALS_LAST 143

/* Memory that is mapped for writing through a file. */
#define MAP_SHARED_WRITABLE "rw-s"

struct asker {
	struct nlc *nlc;
	uint32_t partition;
	struct out *out;
	/* "/proc" as the host sees it. */
	int proc;
	struct err *err;
};

static int take_allowed(struct nlattr **a, int cmd, void *data, struct err *err)
{
	*(uint32_t *)data = nlc_u32(a[RVM_A_CHECK_ALLOWED]);
	return 0;
}

/* Return: 1 if it is, 0 if not, -1. */
static int is_allowed(struct asker *k, int fd, uint32_t right)
{
	struct nl_msg *msg = nlc_request(k->nlc, RVM_CMD_CHECK, 0);
	uint32_t allowed = 0;

	if (msg &&
	    (nla_put_u32(msg, RVM_A_CHECK_PARTITION, k->partition) ||
	     nla_put_u32(msg, RVM_A_CHECK_CLASS, RVM_CLASS_PATH) ||
	     nla_put_u32(msg, RVM_A_CHECK_RIGHT, right) || nla_put_s32(msg, RVM_A_CHECK_FD, fd)))
		nlc_drop(&msg);
	if (!nlc_call(k->nlc, msg, take_allowed, &allowed, k->err))
		return allowed;
	/* It has no name: the hooks let it be. */
	if (nlc_errno(k->nlc) != EINVAL)
		return -1;
	err_clear(k->err);
	return 1;
}

static bool is_terminal(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISCHR(st.st_mode) && major(st.st_rdev) >= TERMINALS_FIRST &&
	       major(st.st_rdev) <= TERMINALS_LAST;
}

static void print_denied(struct asker *k, pid_t pid, const char *what, uint32_t right,
			 const char *path)
{
	out_row_begin(k->out);
	out_u64(k->out, "pid", pid);
	out_str(k->out, "what", what);
	out_rights(k->out, "right", right);
	out_str(k->out, "path", path);
	out_row_end(k->out);
}

/* @name below the process' directory leads to the file, which is used with @right. */
static int ask(struct asker *k, pid_t pid, int process, const char *name, const char *what,
	       uint32_t right)
{
	auto_close int fd = openat(process, name, O_PATH | O_CLOEXEC);
	char path[4096];
	int allowed;

	if (fd < 0 || is_terminal(fd) || !adopt_read_link(process, name, path, sizeof(path)) ||
	    !adopt_is_named(path))
		return 0;
	allowed = is_allowed(k, fd, right);
	if (!allowed)
		print_denied(k, pid, what, right, path);
	return allowed < 0 ? -1 : 0;
}

static uint32_t right_of(int mode)
{
	switch (mode) {
	case -1:
		return 0;
	case O_RDONLY:
		return RVM_RIGHT_READ;
	case O_WRONLY:
		return RVM_RIGHT_WRITE;
	default:
		return RVM_RIGHT_READ | RVM_RIGHT_WRITE;
	}
}

static int ask_descriptors(struct asker *k, pid_t pid, int process)
{
	int fd = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = 0;
	auto_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	while (!ret && d && (e = readdir(d))) {
		uint32_t right = *e->d_name == '.' ? 0 :
						     right_of(adopt_mode_of(process, e->d_name));
		char name[272], what[280];

		snprintf(name, sizeof(name), "fd/%s", e->d_name);
		snprintf(what, sizeof(what), "descriptor %s", e->d_name);
		if (right)
			ret = ask(k, pid, process, name, what, right);
	}
	return ret;
}

static int ask_maps(struct asker *k, pid_t pid, int process)
{
	int fd = openat(process, "maps", O_RDONLY | O_CLOEXEC), ret = 0;
	auto_file FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	auto_free char *line = NULL;
	size_t size = 0;

	while (!ret && f && getline(&line, &size, f) > 0) {
		char range[40], mode[5], name[64];

		if (sscanf(line, "%39s %4s", range, mode) != 2 ||
		    strcmp(mode, MAP_SHARED_WRITABLE) != 0 || !strchr(line, '/'))
			continue;
		snprintf(name, sizeof(name), "map_files/%s", range);
		ret = ask(k, pid, process, name, "map, kept", RVM_RIGHT_WRITE);
	}
	return ret;
}

static int ask_all(const struct adopt *a, struct asker *k)
{
	for (size_t i = 0; i < a->n; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%d", a->pids[i]);
		auto_close int process = openat(k->proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (process >= 0 &&
		    (ask_descriptors(k, a->pids[i], process) || ask_maps(k, a->pids[i], process)))
			return -1;
	}
	return 0;
}

/* The module judges paths from the root of who asks, so the tool goes there and comes back. */
static int ask_there(const struct adopt *a, struct asker *k)
{
	auto_close int own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	auto_close int cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_close int there = -1;
	char path[40];
	int ret;

	snprintf(path, sizeof(path), "%.*s/ns/mnt", (int)(strlen(a->root) - strlen("/root")),
		 a->root);
	there = open(path, O_RDONLY | O_CLOEXEC);
	if (own < 0 || cwd < 0 || there < 0 || setns(there, CLONE_NEWNS))
		return err_errno(k->err, errno, "%s", path);
	ret = ask_all(a, k);
	if (setns(own, CLONE_NEWNS) || fchdir(cwd))
		return err_errno(k->err, errno, "mounts of the host");
	return ret;
}

int adopt_report_denied(const struct adopt *a, struct nlc *nlc, uint32_t partition, struct out *o,
			struct err *err)
{
	static const struct out_col cols[] = {
		{ "pid", NULL, OUT_COL_RIGHT },
		{ "what", "denied from now on", 0 },
		{ "right", NULL, 0 },
		{ "path", NULL, 0 },
		{},
	};
	auto_close int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct asker k = { .nlc = nlc, .partition = partition, .out = o, .proc = proc, .err = err };
	int ret;

	out_table_begin(o, "denied", cols);
	ret = ask_there(a, &k);
	out_table_end(o);
	return ret;
}
