// SPDX-License-Identifier: GPL-2.0-only
/* What the processes of a container brought along, and what becomes of it. */
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "lib/model/verb.h"
#include "partition/adopt.h"
#include "partition/adopt_priv.h"
#include "wire/words.h"

enum brought {
	PROCESSES,
	TRACERS,
	MEMORY,
	RINGS,
	FILES,
	WRITABLE,
	INTERNET,
	UNIX,
	OTHER_SOCKETS,
	NAMELESS,
	MAPS,
	CODE,
	ROOTS,
	ROOT_USERS,
	POWERS,
	NAMESPACES,
	MOUNTS,
	BROUGHT_MAX,
};

struct item {
	const char *what;
	/* "refused": checked, none is let in; "judged": at each use; "kept": not checked. */
	const char *fate;
	const char *remark;
};

static const struct item items[BROUGHT_MAX] = {
	[PROCESSES] = { "processes", "kept", "their programs were started without tokens" },
	[TRACERS] = { "tracers across the border", "refused", NULL },
	[MEMORY] = { "memory shared across the border", "refused", NULL },
	[RINGS] = { "io_uring rings", "refused", NULL },
	[FILES] = { "open files", "judged", "at each read and write" },
	[WRITABLE] = { "files open for writing", "judged", "at each write" },
	[INTERNET] = { "internet sockets", "judged", "at each message" },
	[UNIX] = { "connected unix sockets", "kept", "the peer was not checked" },
	[OTHER_SOCKETS] = { "other sockets", "kept", NULL },
	[NAMELESS] = { "pipes and files without a name", "kept",
		       "whoever has the descriptor may use it" },
	[MAPS] = { "files mapped for writing", "kept", "until they are unmapped" },
	[CODE] = { "files mapped as code", "kept", "until they are unmapped" },
	[ROOTS] = { "processes with another root directory", "kept",
		    "they see fewer files than the table names" },
	[ROOT_USERS] = { "processes with uid 0 of the host", "kept", "they keep their user" },
	[POWERS] = { "processes with capabilities of root", "judged",
		     "at each use that is not harmless" },
	[NAMESPACES] = { "namespaces of the host", "kept", NULL },
	[MOUNTS] = { "mounts", "kept", "a mount belongs to the directory above it" },
};

struct counts {
	uint64_t n[BROUGHT_MAX];
	/* Names of the namespaces that are the host's. */
	char namespaces[64];
};

bool adopt_read_link(int dir, const char *name, char *text, size_t size)
{
	ssize_t n = readlinkat(dir, name, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* Does a link of /proc name a file that is judged by its place? */
bool adopt_is_named(const char *link)
{
	static const char *const nameless[] = { "/memfd:", "/SYSV", "/dev/zero (deleted)", "/[" };

	for (size_t i = 0; i < ARRAY_SIZE(nameless); i++) {
		if (!strncmp(link, nameless[i], strlen(nameless[i])))
			return false;
	}
	return *link == '/';
}

/* The tool's own copy of a descriptor of @pid. */
static int borrow(pid_t pid, int fd)
{
	auto_close int process = syscall(SYS_pidfd_open, pid, 0);

	return process < 0 ? -1 : syscall(SYS_pidfd_getfd, process, fd, 0);
}

static void count_socket(struct counts *c, pid_t pid, int number)
{
	auto_close int fd = borrow(pid, number);
	struct sockaddr_storage peer;
	int family = AF_UNSPEC;
	socklen_t len = sizeof(family);

	if (fd >= 0)
		getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len);
	len = sizeof(peer);
	if (family == AF_INET || family == AF_INET6)
		c->n[INTERNET]++;
	else if (family == AF_UNIX && !getpeername(fd, (struct sockaddr *)&peer, &len))
		c->n[UNIX]++;
	else
		c->n[OTHER_SOCKETS]++;
}

/* Access mode of a descriptor, or -1. */
int adopt_mode_of(int process, const char *fd)
{
	char path[48], *line = NULL;
	int file, mode = -1;
	size_t size = 0;
	unsigned int flags;

	snprintf(path, sizeof(path), "fdinfo/%s", fd);
	file = openat(process, path, O_RDONLY | O_CLOEXEC);
	auto_file FILE *f = file < 0 ? NULL : fdopen(file, "r");

	while (f && getline(&line, &size, f) > 0) {
		if (sscanf(line, "flags: %o", &flags) == 1)
			mode = flags & O_PATH ? -1 : (int)(flags & O_ACCMODE);
	}
	free(line);
	return mode;
}

static void count_descriptor(struct counts *c, int process, pid_t pid, const char *fd,
			     const char *link)
{
	if (!strncmp(link, "socket:", 7)) {
		count_socket(c, pid, atoi(fd));
	} else if (!adopt_is_named(link)) {
		c->n[NAMELESS]++;
	} else {
		c->n[FILES]++;
		c->n[WRITABLE] += adopt_mode_of(process, fd) > O_RDONLY;
	}
}

static void count_descriptors(struct counts *c, int process, pid_t pid)
{
	int fd = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_dir DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	char link[4096];

	while (d && (e = readdir(d))) {
		if (adopt_read_link(fd, e->d_name, link, sizeof(link)))
			count_descriptor(c, process, pid, e->d_name, link);
	}
}

static void count_maps(struct counts *c, int process)
{
	int fd = openat(process, "maps", O_RDONLY | O_CLOEXEC);
	auto_file FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	auto_free char *line = NULL;
	size_t size = 0;
	char mode[5], *path;

	while (f && getline(&line, &size, f) > 0) {
		path = strchr(line, '/');
		if (!path || !adopt_is_named(path) || sscanf(line, "%*s %4s", mode) != 1)
			continue;
		c->n[MAPS] += mode[1] == 'w' && mode[3] == 's';
		c->n[CODE] += mode[2] == 'x';
	}
}

/* Any that the module does not simply let pass. */
static bool has_powers(uint64_t effective)
{
	for (int cap = 0; cap < 64; cap++) {
		if (effective >> cap & 1 && rvm_verb_capability(cap) != RVM_DEMAND_NOTHING)
			return true;
	}
	return false;
}

static void count_credentials(struct counts *c, int process)
{
	int fd = openat(process, "status", O_RDONLY | O_CLOEXEC);
	auto_file FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	auto_free char *line = NULL;
	size_t size = 0;
	uint64_t effective;
	unsigned int uid;

	while (f && getline(&line, &size, f) > 0) {
		if (sscanf(line, "Uid: %*u %u", &uid) == 1)
			c->n[ROOT_USERS] += !uid;
		if (sscanf(line, "CapEff: %" SCNx64, &effective) == 1)
			c->n[POWERS] += has_powers(effective);
	}
}

static void count_mounts(struct counts *c, int process)
{
	int fd = openat(process, "mountinfo", O_RDONLY | O_CLOEXEC);
	auto_file FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	int byte;

	while (f && (byte = fgetc(f)) != EOF)
		c->n[MOUNTS] += byte == '\n';
}

/* Of the first process; the others may have more of their own. */
static void count_namespaces(struct counts *c, int process)
{
	static const char *const kinds[] = { "net", "ipc", "pid", "uts", "user", "cgroup", "mnt" };
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		char own[64], theirs[64], path[16];

		snprintf(path, sizeof(path), "ns/%s", kinds[i]);
		if (!adopt_read_link(process, path, theirs, sizeof(theirs)))
			continue;
		snprintf(path, sizeof(path), "self/ns/%s", kinds[i]);
		auto_close int proc = open("/proc", O_PATH | O_CLOEXEC);

		if (!adopt_read_link(proc, path, own, sizeof(own)) || strcmp(own, theirs))
			continue;
		c->n[NAMESPACES]++;
		len += snprintf(c->namespaces + len, sizeof(c->namespaces) - len, "%s%s",
				len ? ", " : "", kinds[i]);
	}
}

static bool same_root(int a, int b)
{
	struct stat x, y;

	return !fstatat(a, "root", &x, 0) && !fstatat(b, "root", &y, 0) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

static int open_process(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void count_all(const struct adopt *a, struct counts *c)
{
	auto_close int first = open_process(atoi(a->root + strlen("/proc/")));

	for (size_t i = 0; i < a->n; i++) {
		auto_close int process = open_process(a->pids[i]);

		if (process < 0)
			continue;
		c->n[PROCESSES]++;
		count_descriptors(c, process, a->pids[i]);
		count_maps(c, process);
		count_credentials(c, process);
		c->n[ROOTS] += !same_root(process, first);
	}
	count_mounts(c, first);
	count_namespaces(c, first);
}

void adopt_report(const struct adopt *a, struct out *o)
{
	static const struct out_col cols[] = {
		{ "brought", NULL, 0 },
		{ "count", NULL, OUT_COL_RIGHT },
		{ "fate", NULL, 0 },
		{ "remark", NULL, 0 },
		{},
	};
	struct counts c = { 0 };

	count_all(a, &c);
	out_table_begin(o, "brought", cols);
	for (size_t i = 0; i < BROUGHT_MAX; i++) {
		const char *remark = i == NAMESPACES ? c.namespaces : items[i].remark;

		out_row_begin(o);
		out_str(o, "brought", items[i].what);
		out_u64(o, "count", c.n[i]);
		out_str(o, "fate", items[i].fate);
		out_str(o, "remark", remark ? remark : "");
		out_row_end(o);
	}
	out_table_end(o);
}
