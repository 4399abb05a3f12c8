// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/path.h"
#include "partition/cgroup.h"
#include "partition/partition.h"

/* Undo the octal escapes of mountinfo. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; to++) {
		if (s[0] == '\\' && s[1] && s[2] && s[3]) {
			*to = (s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0');
			s += 4;
		} else {
			*to = *s++;
		}
	}
	*to = '\0';
}

/* The mount point of a line, if it is the whole of a cgroup2. */
static char *mount_of(char *line)
{
	char *type = strstr(line, " - cgroup2 ");
	char *save = NULL, *field = NULL, *root = NULL;

	if (!type)
		return NULL;
	*type = '\0';
	for (int i = 0; i < 5; i++) {
		field = strtok_r(i ? NULL : line, " ", &save);
		if (i == 3)
			root = field;
	}
	if (!field || !root || strcmp(root, "/"))
		return NULL;
	unescape(field);
	return strdup(field);
}

int cgroup_root(char **path, struct err *err)
{
	auto_file FILE *f = fopen("/proc/self/mountinfo", "re");
	auto_free char *line = NULL;
	size_t size = 0;

	*path = NULL;
	while (f && !*path && getline(&line, &size, f) > 0)
		*path = mount_of(line);
	if (*path)
		return 0;
	err_make(err, EXIT_UNAVAILABLE, "cgroups: version 2 is not mounted");
	return err_hint(err, "mount -t cgroup2 none /sys/fs/cgroup");
}

int partition_cgroup_path(const char *name, char **path, struct err *err)
{
	auto_free char *root = NULL;
	size_t end = 0;

	if (cgroup_root(&root, err))
		return -1;
	*path = format("%s/rvm", root);
	/* Up to each dot it is the name of a partition around it, see nest.h. */
	while (*path && name[end]) {
		auto_free char *outer = *path;

		end += name[end] == '.';
		end += strcspn(name + end, ".");
		*path = format("%s/%.*s", outer, (int)end, name);
	}
	return *path ? 0 : err_errno(err, ENOMEM, "cgroup");
}

static int open_group(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 ? err_errno(err, errno, "cgroup %s", path) : fd;
}

int partition_cgroup_open(const char *name, struct err *err)
{
	auto_free char *path = NULL;

	if (partition_cgroup_path(name, &path, err))
		return -1;
	return open_group(path, err);
}

int cgroup_open(const char *cgroup, struct err *err)
{
	auto_free char *root = NULL;
	auto_free char *path = NULL;
	int fd;

	if (cgroup_root(&root, err))
		return -1;
	path = *cgroup == '/' ? strdup(cgroup) : path_join(root, cgroup);
	fd = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (fd >= 0)
		return fd;
	err_errno(err, errno, "cgroup %s", cgroup);
	return err_hint(err, "name its directory, as below %s", root);
}

static int write_to(int dir, const char *name, const char *text)
{
	auto_close int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? -1 : 0;
}

/*
 * Let groups below have limits; which of them the kernel offers is its matter.  Without the
 * one for CPUs each session of a partition would count as much as one of the host's, and it
 * can make any number.
 */
static void offer_limits(int dir)
{
	write_to(dir, "cgroup.subtree_control", "+cpu");
	write_to(dir, "cgroup.subtree_control", "+pids");
	write_to(dir, "cgroup.subtree_control", "+memory");
	write_to(dir, "cgroup.subtree_control", "+io");
}

int cgroup_make_parent(struct err *err)
{
	auto_free char *root = NULL;
	auto_free char *path = NULL;
	auto_close int top = -1;
	int fd;

	if (cgroup_root(&root, err) || partition_cgroup_path("", &path, err))
		return -1;
	top = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (top >= 0)
		offer_limits(top);
	if (mkdir(path, 0755) && errno != EEXIST) {
		err_errno(err, errno, "cgroup %s", path);
		return err_hint(err, "run it as root");
	}
	fd = partition_cgroup_open("", err);
	if (fd >= 0)
		offer_limits(fd);
	return fd;
}

static bool has_event(int dir, const char *event)
{
	auto_close int fd = openat(dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
	char text[256];
	ssize_t n = fd < 0 ? -1 : pread(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return strstr(text, event) != NULL;
}

bool cgroup_is_populated(int dir)
{
	return has_event(dir, "populated 1");
}

bool cgroup_is_frozen(int dir)
{
	return has_event(dir, "frozen 1");
}

int cgroup_make(const char *name, bool *made, struct err *err)
{
	auto_free char *path = NULL;
	auto_close int fd = -1;

	if (partition_cgroup_path(name, &path, err))
		return -1;
	*made = !mkdir(path, 0755);
	if (!*made && errno != EEXIST)
		return err_errno(err, errno, "cgroup %s", path);
	fd = open_group(path, err);
	if (fd < 0)
		return -1;
	if (cgroup_is_populated(fd)) {
		err_make(err, EXIT_REFUSED, "cgroup %s: processes run in it", path);
		return err_hint(err, "end them first: they were never judged");
	}
	return take_fd(&fd);
}

/* What is swapped out is not in memory.max: a kernel with swap could take any amount. */
static int limit_memory(int fd, const char *name, uint64_t bytes, struct err *err)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)bytes);
	if (write_to(fd, "memory.max", text) ||
	    (write_to(fd, "memory.swap.max", "0") && errno != ENOENT)) {
		err_errno(err, errno, "partition %s: memory.max", name);
		return err_hint(err, "leave out --memory-max, or enable the memory controller");
	}
	return 0;
}

/* "8:0" of a disk; NULL if it has none. */
static char *read_number(int block, const char *disk)
{
	auto_free char *path = NULL;
	auto_close int fd = -1;
	char text[32];
	ssize_t n;

	path = format("%s/dev", disk);
	if (!path)
		return NULL;
	fd = openat(block, path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return NULL;
	text[n] = '\0';
	return strndup(text, strcspn(text, "\n"));
}

/* There is no limit for all disks at once; one that is not there yet has none. */
static int limit_io(int fd, const char *name, uint64_t bytes, struct err *err)
{
	auto_dir DIR *block = opendir("/sys/block");
	struct dirent *disk;

	if (faccessat(fd, "io.max", W_OK, 0)) {
		err_errno(err, errno, "partition %s: io.max", name);
		return err_hint(err, "leave out --io-max, or enable the io controller");
	}
	while (block && (disk = readdir(block))) {
		auto_free char *number = NULL;
		auto_free char *line = NULL;

		if (disk->d_name[0] == '.')
			continue;
		number = read_number(dirfd(block), disk->d_name);
		line = number ? format("%s rbps=%llu wbps=%llu", number, (unsigned long long)bytes,
				       (unsigned long long)bytes) :
				NULL;
		if (!line)
			continue;
		/* One without a queue, or that went meanwhile, moves no bytes. */
		if (write_to(fd, "io.max", line) && errno != ENODEV && errno != EOPNOTSUPP)
			return err_errno(err, errno, "partition %s: io.max of %s", name,
					 disk->d_name);
	}
	return 0;
}

int cgroup_limit(int fd, const char *name, const struct cgroup_limits *limits, struct err *err)
{
	char text[24];

	snprintf(text, sizeof(text), "%u", limits->pids ? limits->pids : CGROUP_PIDS_DEFAULT);
	if (write_to(fd, "pids.max", text))
		warn_line("partition %s: pids.max could not be set: %s", name, strerror(errno));
	if (limits->memory && limit_memory(fd, name, limits->memory, err))
		return -1;
	return limits->io ? limit_io(fd, name, limits->io, err) : 0;
}

static int wait_for_event(int dir, const char *event, int seconds)
{
	auto_close int fd = openat(dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
	struct pollfd p = { .fd = fd, .events = POLLPRI };
	time_t end = time(NULL) + seconds;

	while (!has_event(dir, event)) {
		if (time(NULL) > end)
			return -1;
		poll(&p, 1, 200);
	}
	return 0;
}

int cgroup_freeze(int dir, bool freeze, int seconds)
{
	if (write_to(dir, "cgroup.freeze", freeze ? "1" : "0"))
		return -1;
	return freeze ? wait_for_event(dir, "frozen 1", seconds) : 0;
}

bool cgroup_is_own(const char *name, uint64_t id)
{
	struct err ignored = { 0 };
	auto_close int fd = partition_cgroup_open(name, &ignored);
	struct stat st;

	err_clear(&ignored);
	/* The id of a cgroup is its inode. */
	return fd >= 0 && !fstat(fd, &st) && st.st_ino == id;
}

int cgroup_kill(const char *name, uint64_t id, int seconds, struct err *err)
{
	auto_close int fd = -1;

	if (!cgroup_is_own(name, id)) {
		err_make(err, EXIT_REFUSED, "its cgroup was not made by rvmctl");
		return err_hint(err, "end its processes with the program that made it, and remove "
				     "that cgroup");
	}
	fd = partition_cgroup_open(name, err);
	if (fd < 0)
		return -1;
	if (write_to(fd, "cgroup.kill", "1"))
		return err_errno(err, errno, "cgroup.kill");
	if (wait_for_event(fd, "populated 0", seconds)) {
		err_make(err, EXIT_REFUSED, "its processes have not ended after %d seconds",
			 seconds);
		return err_hint(err, "find out what holds them, then try again");
	}
	return 0;
}

void cgroup_remove(const char *name)
{
	struct err ignored = { 0 };
	auto_free char *path = NULL;

	if (!partition_cgroup_path(name, &path, &ignored) && rmdir(path) && errno != ENOENT)
		warn_line("cgroup %s: %s", path, strerror(errno));
	err_clear(&ignored);
}
