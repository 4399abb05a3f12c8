// SPDX-License-Identifier: GPL-2.0-only
/* Rows about files: look, read, write, names, attributes. */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include "probe.h"

static int open_read(bool ok)
{
	return close_result(open(in(ok, "file"), O_RDONLY));
}

static int read_folder(bool ok)
{
	return close_result(open(in(ok, "."), O_RDONLY | O_DIRECTORY));
}

static int read_link(bool ok)
{
	char text[64];

	return result(readlink(in(ok, "link"), text, sizeof(text)));
}

static int map_read(bool ok)
{
	int fd = open(in(ok, "file"), O_RDONLY), err;
	void *p;

	if (fd < 0)
		return errno;
	p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	err = p == MAP_FAILED ? errno : 0;
	close(fd);
	return err;
}

static int watch(bool ok)
{
	int fd = inotify_init1(0), err;

	err = result(inotify_add_watch(fd, in(ok, "."), IN_CREATE));
	close(fd);
	return err;
}

static int open_write(bool ok)
{
	return close_result(open(in(ok, "file"), O_WRONLY));
}

static int open_mode_3(bool ok)
{
	return close_result(open(in(ok, "file"), 3));
}

static int open_truncate(bool ok)
{
	return close_result(open(in(ok, "file2"), O_RDONLY | O_TRUNC));
}

static int create(bool ok)
{
	int err = close_result(open(in(ok, "new"), O_WRONLY | O_CREAT | O_EXCL, 0644));

	unlink(in(ok, "new"));
	return err;
}

static int tmpfile_open(bool ok)
{
	int err = close_result(open(in(ok, "."), O_TMPFILE | O_RDWR, 0600));

	return err == EOPNOTSUPP ? not_here("no such attributes in this file system") : err;
}

static int make_folder(bool ok)
{
	int err = result(mkdir(in(ok, "folder"), 0755));

	rmdir(in(ok, "folder"));
	return err;
}

static int remove_folder(bool ok)
{
	if (ok)
		mkdir(in(ok, "gone"), 0755);
	return result(rmdir(in(ok, "gone")));
}

static int make_symlink(bool ok)
{
	int err = result(symlink("file", in(ok, "symlink")));

	unlink(in(ok, "symlink"));
	return err;
}

/*
 * In a directory where no rule is about a name that does not exist: elsewhere files are
 * copied.  The second one exists when the table is loaded.
 */
static const char *linkable(bool ok)
{
	return ok ? in_pair("file") : in(false, "file");
}

static const char *link_name(bool ok)
{
	const char *name = ok ? in_pair("hard") : in(false, "hard");

	unlink(name);
	return name;
}

static int make_link(bool ok)
{
	return result(link(linkable(ok), link_name(true)));
}

static int make_link_to(bool ok)
{
	int err = result(link(linkable(true), link_name(ok)));

	unlink(in(false, "hard"));
	return err;
}

static int make_node(bool ok)
{
	int err = result(mknod(in(ok, "node"), S_IFREG | 0644, 0));

	unlink(in(ok, "node"));
	return err;
}

static int remove_file(bool ok)
{
	if (ok)
		close_result(open(in(ok, "victim"), O_WRONLY | O_CREAT, 0644));
	return result(unlink(in(ok, "victim")));
}

static int rename_file(bool ok)
{
	int err;

	if (ok)
		close_result(open(in(ok, "moving"), O_WRONLY | O_CREAT, 0644));
	err = result(rename(in(ok, "moving"), in(true, "moved")));
	unlink(in(true, "moved"));
	return err;
}

static int rename_out(bool ok)
{
	int err;

	close_result(open(in(true, "leaving"), O_WRONLY | O_CREAT, 0644));
	err = result(rename(in(true, "leaving"), in(ok, "left")));
	unlink(in(ok, "left"));
	unlink(in(true, "leaving"));
	return err;
}

static int truncate_path(bool ok)
{
	return result(truncate(in(ok, "file2"), 10));
}

static int change_mode(bool ok)
{
	return result(chmod(in(ok, "file"), 0640));
}

static int change_owner(bool ok)
{
	return result(chown(in(ok, "file"), geteuid(), -1));
}

/* The right to write does not allow giving a file to another owner. */
static int give_away(bool ok)
{
	return result(chown(in(true, "file"), ok ? geteuid() : 12345, -1));
}

static int change_times(bool ok)
{
	struct timespec t[2] = { { 1, 0 }, { 2, 0 } };

	return result(utimensat(AT_FDCWD, in(ok, "file"), t, 0));
}

static int set_xattr(bool ok)
{
	int err = result(setxattr(in(ok, "file"), "user.note", "x", 1, 0));

	return err == EOPNOTSUPP ? not_here("no such attributes in this file system") : err;
}

/* One entry each for owner, group and others: what mode 0640 says. */
static int set_acl(bool ok)
{
	static const unsigned char acl[] = {
		2, 0, 0,    0,	  1,	0,    6,  0, 0xff, 0xff, 0xff, 0xff, 4,	   0,
		4, 0, 0xff, 0xff, 0xff, 0xff, 32, 0, 0,	   0,	 0xff, 0xff, 0xff, 0xff,
	};
	int err = result(setxattr(in(ok, "file"), "system.posix_acl_access", acl, sizeof(acl), 0));

	return err == EOPNOTSUPP ? not_here("no such attributes in this file system") : err;
}

/* READ covers both, WRITE only the first. */
static int map_write(bool ok)
{
	int fd = open(in(true, ok ? "file" : "readonly/file"), O_RDWR), err;
	void *p;

	if (fd < 0)
		return errno;
	p = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	err = p == MAP_FAILED ? errno : 0;
	/* Nobody could take a lease on the file any more. */
	if (!err)
		munmap(p, 1);
	close(fd);
	return err;
}

/* Any right on a file is enough, and directories may be looked at everywhere. */
static int look(bool ok)
{
	struct stat st;

	if (ok && stat(in(false, "."), &st))
		return errno;
	return result(stat(in(ok, "file"), &st));
}

static int look_by_descriptor(bool ok)
{
	int fd = open(in(ok, "file"), O_PATH), err;
	struct stat st;

	err = result(fstat(fd, &st));
	close(fd);
	return err;
}

static int look_at_file_system(bool ok)
{
	struct statfs st;

	return result(statfs(in(ok, "file"), &st));
}

/* There is no such attribute: the kernel got past us. */
static int get_xattr(bool ok)
{
	char text[16];
	int err = result(getxattr(in(ok, "file"), "user.none", text, sizeof(text)));

	return err == ENODATA || err == EOPNOTSUPP ? 0 : err;
}

static int list_xattr(bool ok)
{
	char text[256];
	int err = result(listxattr(in(ok, "file"), text, sizeof(text)));

	return err == EOPNOTSUPP ? not_here("no such attributes in this file system") : err;
}

/* file_getattr(2) and file_setattr(2), from 6.17 on: flags and project of a file by its path. */
static int file_flags(bool ok, long nr)
{
	struct {
		uint64_t flags;
		uint32_t extent, extents, project, cow_extent;
	} attr = { 0 };
	int err = result(syscall(nr, AT_FDCWD, in(ok, "file"), &attr, sizeof(attr), 0));

	if (err == ENOSYS)
		return not_here("kernels have this call from 6.17 on");
	return err == EOPNOTSUPP ? not_here("no flags in this file system") : err;
}

static int get_flags(bool ok)
{
	return file_flags(ok, 468);
}

static int set_flags(bool ok)
{
	return file_flags(ok, 469);
}

static int get_acl(bool ok)
{
	char text[256];
	int err = result(getxattr(in(ok, "file"), "system.posix_acl_access", text, sizeof(text)));

	return err == ENODATA	 ? 0 :
	       err == EOPNOTSUPP ? not_here("no such attributes in this file system") :
				   err;
}

static int lock_file(bool ok)
{
	int fd = open(in(true, ok ? "file" : "readonly/file"), O_RDONLY), err;

	err = result(flock(fd, LOCK_EX));
	close(fd);
	return err;
}

static int lease_file(bool ok)
{
	int fd = open(in(true, "file"), O_RDONLY), err;

	(void)ok;
	err = result(fcntl(fd, F_SETLEASE, F_RDLCK));
	close(fd);
	return err;
}

static int remove_xattr(bool ok)
{
	int err;

	if (ok && setxattr(in(ok, "file"), "user.gone", "x", 1, 0))
		return errno == EOPNOTSUPP ? not_here("no such attributes in this file system") :
					     errno;
	err = result(removexattr(in(ok, "file"), "user.gone"));
	return err == ENODATA	 ? 0 :
	       err == EOPNOTSUPP ? not_here("no such attributes in this file system") :
				   err;
}

static int make_fifo(bool ok)
{
	int err = result(mkfifo(in(ok, "fifo"), 0600));

	unlink(in(ok, "fifo"));
	return err;
}

static int bind_path(bool ok)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), err;

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", in(ok, "bound"));
	err = result(bind(fd, (void *)&at, sizeof(at)));
	close(fd);
	unlink(in(ok, "bound"));
	return err;
}

/*
 * The hooks of times and attributes do not get the mount.  A token covers both files,
 * open/ from above its mount, sealed/ from below; what seals the second is anchored
 * above.
 */
static const char *below_mount(bool ok)
{
	return in(true, ok ? "open/mnt/file" : "sealed/mnt/file");
}

static int times_below_mount(bool ok)
{
	struct timespec t[2] = { { 1, 0 }, { 2, 0 } };

	return result(utimensat(AT_FDCWD, below_mount(ok), t, 0));
}

static int xattr_below_mount(bool ok)
{
	int err = result(setxattr(below_mount(ok), "user.note", "x", 1, 0));

	return err == EOPNOTSUPP ? not_here("no such attributes in this file system") : err;
}

static int open_below_mount(bool ok)
{
	return close_result(open(below_mount(ok), O_WRONLY));
}

/* No table names them except by the root token. */
static int open_setting(bool ok)
{
	return close_result(
		open(ok ? in(true, "file") : "/proc/sys/kernel/core_pattern", O_WRONLY));
}

static int open_device(bool ok)
{
	return close_result(open(ok ? "/dev/null" : "/dev/kmsg", O_RDONLY | O_NONBLOCK));
}

static int open_kernel_memory(bool ok)
{
	return close_result(open(ok ? in(true, "file") : "/proc/kcore", O_RDONLY));
}

const struct row path_rows[] = {
	{ "READ PATH", "open for reading", open_read, ROOT },
	{ "READ PATH", "read a folder", read_folder, ROOT },
	{ "READ PATH", "read a link", read_link, ROOT },
	{ "READ PATH", "map readable", map_read, ROOT },
	{ "READ PATH", "inotify", watch, ROOT },
	{ "WRITE PATH", "open for writing", open_write, ROOT },
	{ "WRITE PATH", "open with access mode 3", open_mode_3, ROOT },
	{ "WRITE PATH", "open O_RDONLY|O_TRUNC", open_truncate, ROOT },
	{ "WRITE PATH", "create", create, ROOT },
	{ "WRITE PATH", "O_TMPFILE", tmpfile_open, ROOT },
	{ "WRITE PATH", "mkdir", make_folder, ROOT },
	{ "WRITE PATH", "rmdir", remove_folder, ROOT },
	{ "WRITE PATH", "symlink", make_symlink, ROOT },
	{ "WRITE PATH", "link from", make_link, ROOT },
	{ "WRITE PATH", "link to", make_link_to, ROOT },
	{ "WRITE PATH", "mknod", make_node, ROOT },
	{ "WRITE PATH", "unlink", remove_file, ROOT },
	{ "WRITE PATH", "rename from", rename_file, ROOT },
	{ "WRITE PATH", "rename to", rename_out, ROOT },
	{ "WRITE PATH", "truncate", truncate_path, ROOT },
	{ "WRITE PATH", "chmod", change_mode, ROOT },
	{ "WRITE PATH", "chown", change_owner, ROOT },
	{ "WRITE PATH", "give a file away", give_away, ROOT },
	{ "WRITE PATH", "utimes", change_times, ROOT },
	{ "WRITE PATH", "setxattr", set_xattr, ROOT },
	{ "WRITE PATH", "ACL", set_acl, ROOT },
	{ "WRITE PATH", "map writable", map_write, ROOT },
	{ "READ PATH", "stat", look, ROOT },
	{ "READ PATH", "fstat of an O_PATH descriptor", look_by_descriptor, ROOT },
	{ "READ PATH", "statfs", look_at_file_system, ROOT },
	{ "READ PATH", "getxattr", get_xattr, ROOT },
	{ "READ PATH", "listxattr", list_xattr, ROOT },
	{ "READ PATH", "read an ACL", get_acl, ROOT },
	{ "READ PATH", "file_getattr", get_flags, ROOT },
	{ "WRITE PATH", "file_setattr", set_flags, ROOT },
	{ "READ PATH", "kernel memory in /proc", open_kernel_memory, ROOT },
	{ "READ PATH", "device that is not named", open_device, ROOT },
	{ "WRITE PATH", "write lock", lock_file, ROOT },
	{ "all seven", "lease", lease_file, SEVEN },
	{ "WRITE PATH", "removexattr", remove_xattr, ROOT },
	{ "WRITE PATH", "mkfifo", make_fifo, ROOT },
	{ "WRITE PATH", "bind a unix socket to a path", bind_path, ROOT },
	{ "WRITE PATH", "write below a mount", open_below_mount, ROOT },
	{ "WRITE PATH", "utimes below a mount", times_below_mount, ROOT },
	{ "WRITE PATH", "setxattr below a mount", xattr_below_mount, ROOT },
	{ "WRITE PATH", "setting in /proc/sys", open_setting, ROOT },
	{},
};
