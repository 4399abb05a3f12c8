// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/file.h"

#define LINKS_MAX 40

char *file_path(int fd)
{
	char link[48], path[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0)
		return NULL;
	path[n] = '\0';
	return strdup(path);
}

int open_below(int dir, const char *name)
{
	struct open_how how = {
		.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH,
	};

	return syscall(SYS_openat2, dir, *name ? name : ".", &how, sizeof(how));
}

/* Is it what was just made: ours, and empty?  By its name somebody may have put another. */
static bool is_new_folder(int fd)
{
	auto_dir DIR *d = fdopendir(dup(fd));
	unsigned int names = 0;
	struct stat st;

	if (!d || fstat(fd, &st) || st.st_uid != geteuid())
		return false;
	while (names < 3 && readdir(d))
		names++;
	return names < 3;
}

int make_below(int dir, const char *name, mode_t mode, uid_t uid, gid_t gid)
{
	bool made = !mkdirat(dir, name, mode);
	auto_close int path = open_below(dir, name);
	auto_close int fd = path < 0 ? -1 : openat(path, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || (made && (!is_new_folder(fd) || fchown(fd, uid, gid))))
		return -1;
	return take_fd(&fd);
}

/* A path under way: the directory it has come to, and what is still to come. */
struct way {
	const char *path;
	int dir;
	char left[2 * PATH_MAX];
	int links;
};

/* Links of other processes lead to files of theirs, whatever their text says. */
static bool is_magic(int dir, const char *name)
{
	struct statfs fs;

	return !fstatfs(dir, &fs) && fs.f_type == PROC_SUPER_MAGIC && strcmp(name, "self") &&
	       strcmp(name, "thread-self") && strcmp(name, "mounts") && strcmp(name, "net");
}

/* Who is not root gains nothing by the tool: it may do what its user may. */
static bool may_follow(int dir, const char *name, const struct stat *link)
{
	struct stat st;

	if (is_magic(dir, name))
		return false;
	if (geteuid())
		return true;
	return !link->st_uid && !fstat(dir, &st) && !st.st_uid &&
	       (!(st.st_mode & 022) || st.st_mode & S_ISVTX);
}

static int follow(struct way *way, int fd, const char *name, const char *left, struct err *err)
{
	char target[PATH_MAX], rest[PATH_MAX];
	ssize_t n = readlinkat(fd, "", target, sizeof(target) - 1);
	struct stat st;

	if (n <= 0 || fstat(fd, &st))
		return err_errno(err, errno, "%s", way->path);
	target[n] = '\0';
	if (!may_follow(way->dir, name, &st)) {
		err_make(err, EXIT_REFUSED, "%s: '%s' is a symbolic link to %s", way->path, name,
			 target);
		return err_hint(err, "root follows only links that root made: write the path "
				     "without it");
	}
	if (++way->links > LINKS_MAX)
		return err_errno(err, ELOOP, "%s", way->path);
	snprintf(rest, sizeof(rest), "%s", left);
	if ((size_t)snprintf(way->left, sizeof(way->left), "%s/%s", target, rest) >=
	    sizeof(way->left))
		return err_errno(err, ENAMETOOLONG, "%s", way->path);
	if (target[0] != '/')
		return 0;
	close(way->dir);
	way->dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return way->dir < 0 ? err_errno(err, errno, "%s", way->path) : 0;
}

/* One name. */
static int step(struct way *way, struct err *err)
{
	size_t len = strcspn(way->left, "/");
	const char *left = way->left + len + strspn(way->left + len, "/");
	auto_free char *name = strndup(way->left, len);
	auto_close int fd = -1;
	struct stat st;

	if (!name)
		return err_errno(err, ENOMEM, "%s", way->path);
	fd = openat(way->dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		return err_errno(err, errno, "%s", way->path);
	if (S_ISLNK(st.st_mode))
		return follow(way, fd, name, left, err);
	memmove(way->left, left, strlen(left) + 1);
	close(way->dir);
	way->dir = take_fd(&fd);
	return 0;
}

int file_look(const char *path, struct err *err)
{
	struct way way = { .path = path, .dir = -1 };

	if (!*path || strlen(path) >= PATH_MAX)
		return err_errno(err, *path ? ENAMETOOLONG : ENOENT, "%s", path);
	snprintf(way.left, sizeof(way.left), "%s", path);
	way.dir = open(*path == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (way.dir < 0)
		return err_errno(err, errno, "%s", path);
	while (way.left[strspn(way.left, "/")]) {
		memmove(way.left, way.left + strspn(way.left, "/"),
			strlen(way.left + strspn(way.left, "/")) + 1);
		if (step(&way, err)) {
			if (way.dir >= 0)
				close(way.dir);
			return -1;
		}
	}
	return way.dir;
}

/* One that the caller has open and names itself; no link is one. */
static bool is_own(const char *path)
{
	return !strcmp(path, "/dev/stdin") || !strncmp(path, "/dev/fd/", strlen("/dev/fd/")) ||
	       !strncmp(path, "/proc/self/fd/", strlen("/proc/self/fd/"));
}

/* To be read, now that it is known what it is. */
static int reopen(int fd, int flags)
{
	char link[48];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return open(link, flags | O_CLOEXEC | O_NOCTTY);
}

int file_open(const char *path, struct stat *st, struct err *err)
{
	auto_close int look = -1;
	int fd;

	look = is_own(path) ? open(path, O_PATH | O_CLOEXEC) : file_look(path, err);
	if (look < 0 || fstat(look, st)) {
		err_errno(err, errno, "%s", path);
		err->code = EXIT_USAGE;
		return err_hint(err, "name a file that can be read");
	}
	if (S_ISDIR(st->st_mode)) {
		err_make(err, EXIT_USAGE, "%s: a directory", path);
		return err_hint(err, "name a file in it");
	}
	if (!S_ISREG(st->st_mode) && !is_own(path)) {
		err_make(err, EXIT_USAGE, "%s: not a regular file", path);
		return err_hint(err, "name a file, or /dev/stdin for piped input");
	}
	fd = reopen(look, O_RDONLY);
	if (fd >= 0)
		return fd;
	err_errno(err, errno, "%s", path);
	err->code = EXIT_USAGE;
	return err_hint(err, "name a file that can be read");
}

static int read_all(int fd, const char *path, size_t max, char **text, size_t *len, struct err *err)
{
	size_t size = 1 << 16, used = 0;
	auto_free char *buf = malloc(size + 1);

	while (buf) {
		ssize_t n = read(fd, buf + used, size - used);
		char *more;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, errno, "%s", path);
		used += n;
		if (used > max) {
			err_make(err, EXIT_USAGE, "%s:1:1: longer than %zu MiB", path, max >> 20);
			return err_hint(err, "split it");
		}
		if (!n) {
			buf[used] = '\0';
			*len = used;
			*text = take_ptr(buf);
			return 0;
		}
		if (used < size)
			continue;
		more = realloc(buf, 2 * size + 1);
		if (!more)
			break;
		size *= 2;
		buf = more;
	}
	return err_errno(err, ENOMEM, "%s", path);
}

int file_read(const char *path, size_t max, char **text, size_t *len, struct stat *st, char **real,
	      struct err *err)
{
	auto_close int fd = file_open(path, st, err);

	if (fd < 0)
		return -1;
	if (real) {
		*real = file_path(fd);
		if (!*real)
			return err_errno(err, errno, "%s", path);
	}
	return read_all(fd, path, max, text, len, err);
}

/* The directory that a new name is for; @name is behind the last slash of @path. */
static int look_for_folder(const char *path, const char **name, struct err *err)
{
	const char *slash = strrchr(path, '/');
	auto_free char *folder = slash ? strndup(path, slash - path + 1) : strdup(".");

	*name = slash ? slash + 1 : path;
	return folder ? file_look(folder, err) : err_errno(err, ENOMEM, "%s", path);
}

static int refuse_kind(const char *path, mode_t mode, struct err *err)
{
	err_make(err, EXIT_REFUSED, "%s: is %s", path,
		 S_ISLNK(mode) ? "a symbolic link" :
		 S_ISREG(mode) ? "a file with other names" :
				 "not a regular file");
	return err_hint(err, "name a new file, or the file itself");
}

/* O_NONBLOCK: nobody may be at the other end of a pipe. */
int file_create(const char *path, struct err *err)
{
	const char *name;
	auto_close int dir = look_for_folder(path, &name, err);
	auto_close int fd = -1;
	struct stat st;

	if (dir < 0)
		return -1;
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		    0600);
	if (fd < 0 && (errno == ELOOP || errno == ENXIO))
		return refuse_kind(path, errno == ELOOP ? S_IFLNK : S_IFIFO, err);
	if (fd < 0 || fstat(fd, &st))
		return err_errno(err, errno, "%s", path);
	if (S_ISCHR(st.st_mode))
		return take_fd(&fd);
	if (!S_ISREG(st.st_mode) || st.st_nlink > 1)
		return refuse_kind(path, st.st_mode, err);
	if (ftruncate(fd, 0))
		return err_errno(err, errno, "%s", path);
	return take_fd(&fd);
}

static int write_fully(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text += n;
		len -= n;
	}
	return 0;
}

int file_replace(const char *path, const char *text, size_t len, struct err *err)
{
	const char *name;
	auto_close int dir = look_for_folder(path, &name, err);
	auto_close int fd = -1;
	uint64_t random;
	struct stat st;
	char tmp[NAME_MAX + 1];

	if (dir < 0)
		return -1;
	if (!fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) && !S_ISREG(st.st_mode))
		return refuse_kind(path, st.st_mode, err);
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return err_errno(err, errno, "%s", path);
	snprintf(tmp, sizeof(tmp), ".%.200s.%016llx", name, (unsigned long long)random);
	fd = openat(dir, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(err, errno, "%s", path);
	if (write_fully(fd, text, len) || fchmod(fd, 0644) || fsync(fd) ||
	    renameat(dir, tmp, dir, name)) {
		err_errno(err, errno, "%s", path);
		unlinkat(dir, tmp, 0);
		return -1;
	}
	return 0;
}
