// SPDX-License-Identifier: GPL-2.0-only
/* Who still has a file in memory that was taken back. */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/path.h"
#include "grant/maps.h"
#include "partition/partition.h"
#include "plan/plan.h"
#include "table/describe.h"
#include "witness/check.h"

/* A walk over the processes of a partition. */
struct search {
	struct nlc *nlc;
	uint32_t partition;
	const struct token *const *gone;
	size_t n;
	struct mappers *mappers;
	struct err *err;
};

void mappers_free(struct mappers *mappers)
{
	for (size_t i = 0; i < mappers->n; i++) {
		close(mappers->list[i].pidfd);
		free(mappers->list[i].path);
	}
	free(mappers->list);
	*mappers = (struct mappers){ 0 };
}

size_t mappers_kill(const struct mappers *mappers)
{
	size_t n = 0;

	for (size_t i = 0; i < mappers->n; i++)
		n += !syscall(SYS_pidfd_send_signal, mappers->list[i].pidfd, SIGKILL, NULL, 0);
	return n;
}

/* Was the file one of those that a token gave?  @path: as the kernel says it. */
static bool was_given(const struct search *s, const char *path)
{
	size_t len = strlen(path), tail = strlen(" (deleted)");
	auto_free char *name = len > tail && !strcmp(path + len - tail, " (deleted)") ?
				       strndup(path, len - tail) :
				       strdup(path);

	for (size_t i = 0; name && i < s->n; i++) {
		struct anchor dir;
		struct entry e = { .scope = token_scope(s->gone[i], &dir) };

		if (plan_covers(&e, name))
			return true;
	}
	return false;
}

/* @perms: "rwxp" or "rwxs"; what is written to a private map does not reach the file. */
static uint32_t rights_of(const char *perms)
{
	return (perms[0] == 'r' ? RVM_RIGHT_READ : 0) |
	       (perms[1] == 'w' && perms[3] == 's' ? RVM_RIGHT_WRITE : 0) |
	       (perms[2] == 'x' ? RVM_RIGHT_EXECUTE : 0);
}

static bool is_denied(const struct search *s, int fd, uint32_t rights)
{
	struct err err = { 0 };
	bool allowed = true;

	for (uint32_t right = RVM_RIGHT_READ; allowed && right <= RVM_RIGHT_EXECUTE; right <<= 1) {
		if (rights & right && check_map(s->nlc, s->partition, fd, right, &allowed, &err)) {
			err_clear(&err);
			return false;
		}
	}
	return !allowed;
}

/* The file of a line of /proc/PID/maps that may not be mapped any more, or NULL; free() it. */
static char *denied_file(const struct search *s, uint64_t pid, char *line)
{
	unsigned long long begin, end;
	auto_free char *link = NULL;
	auto_close int fd = -1;
	char perms[5];
	int at = 0;

	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "%llx-%llx %4s %*s %*s %*s %n", &begin, &end, perms, &at) < 3 ||
	    line[at] != '/' || !was_given(s, line + at))
		return NULL;
	/* The file itself, whatever has its name now. */
	link = format("/proc/%" PRIu64 "/map_files/%llx-%llx", pid, begin, end);
	fd = link ? open(link, O_PATH | O_CLOEXEC) : -1;
	return fd >= 0 && is_denied(s, fd, rights_of(perms)) ? strdup(line + at) : NULL;
}

static int add_mapper(struct search *s, uint64_t pid, int *pidfd, char *path)
{
	struct mappers *all = s->mappers;
	struct mapper *more = reallocarray(all->list, all->n + 1, sizeof(*more));
	auto_free char *name = format("/proc/%" PRIu64 "/comm", pid);
	auto_file FILE *f = name ? fopen(name, "re") : NULL;

	if (!more) {
		free(path);
		return err_errno(s->err, ENOMEM, "processes");
	}
	all->list = more;
	more += all->n++;
	*more = (struct mapper){
		.partition = s->partition, .pid = pid, .pidfd = take_fd(pidfd), .path = path
	};
	if (f && fgets(more->comm, sizeof(more->comm), f))
		more->comm[strcspn(more->comm, "\n")] = '\0';
	return 0;
}

/* Who is inside another partition is found twice. */
static bool is_known(const struct mappers *mappers, uint64_t pid)
{
	for (size_t i = 0; i < mappers->n; i++) {
		if (mappers->list[i].pid == pid)
			return true;
	}
	return false;
}

/* The number stays that of the process while its descriptor is open. */
static int look_at(struct search *s, uint64_t pid)
{
	auto_close int pidfd = syscall(SYS_pidfd_open, (pid_t)pid, 0);
	auto_free char *name = format("/proc/%" PRIu64 "/maps", pid);
	auto_file FILE *f = pidfd >= 0 && name && !is_known(s->mappers, pid) ? fopen(name, "re") :
									       NULL;
	auto_free char *line = NULL;
	size_t size = 0;

	while (f && getline(&line, &size, f) > 0) {
		char *path = denied_file(s, pid, line);

		if (path)
			return add_mapper(s, pid, &pidfd, path);
	}
	return 0;
}

static int look_at_all(struct search *s, const char *folder)
{
	auto_free char *name = format("%s/cgroup.procs", folder);
	auto_file FILE *f = name ? fopen(name, "re") : NULL;
	uint64_t pid;

	while (f && fscanf(f, "%" SCNu64, &pid) == 1) {
		if (look_at(s, pid))
			return -1;
	}
	return 0;
}

/* The cgroup of the partition, wherever it lies, and all that are below it. */
static int look_below(struct search *s, const char *root, uint64_t cgroup)
{
	char *const roots[] = { (char *)root, NULL };
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);
	auto_free char *top = NULL;
	FTSENT *e;
	int ret = 0;

	while (tree && !ret && (e = fts_read(tree))) {
		if (e->fts_info != FTS_D)
			continue;
		if (!top && e->fts_statp->st_ino == cgroup)
			top = strdup(e->fts_path);
		if (top && path_is_below(e->fts_path, top))
			ret = look_at_all(s, e->fts_path);
	}
	if (tree)
		fts_close(tree);
	return ret;
}

int mappers_find(struct nlc *nlc, uint32_t partition, const struct token *const *gone, size_t n,
		 struct mappers *mappers, struct err *err)
{
	struct search s = { nlc, partition, gone, n, mappers, err };
	auto_partition struct partition p = { 0 };
	auto_free char *root = NULL;

	if (partition_by_id(nlc, partition, &p, err) || cgroup_root(&root, err))
		return -1;
	return look_below(&s, root, p.cgroup_id);
}
