// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands, modes and maps that are not what they look like.
 */

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/nsfs.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "escape.h"

/* The kernel goes by the object's type, not by the one that comes with the bits. */
static int mode_of_a_folder(bool evil)
{
	mkdir(ws("shared"), 0755);
	return result(evil ? chmod(ws("a"), S_IFDIR | 04755) : chmod(ws("shared"), 02775));
}

static int born_nameless(bool evil)
{
	int err = opened(open(in_dir("ws"), O_TMPFILE | O_RDWR, evil ? 06755 : 0755));

	return err == EOPNOTSUPP ? SKIPPED : err;
}

/* mknod(2) takes no type for a regular file. */
static int born_without_type(bool evil)
{
	unlink(ws("typeless"));
	return result(mknod(ws("typeless"), evil ? 04755 : 0755, 0));
}

/* A socket passes its mode on to its name. */
static int born_as_socket(bool evil)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), err;

	if (fd < 0)
		return BROKEN;
	err = result(fchmod(fd, evil ? 04755 : 0755));
	close(fd);
	return err;
}

static int link_set_id(bool evil)
{
	unlink(ws("plain/hard"));
	return result(link(evil ? ws("rooted") : plain_file(), ws("plain/hard")));
}

/* Rewrites the host's program: the kernel clears the bit without an error. */
static int rewrite_set_id(bool evil)
{
	int fd = open(ws(evil ? "keeper" : "a"), O_RDWR), err;
	struct stat st;

	if (fd < 0)
		return BROKEN;
	err = result(pwrite(fd, "x", 1, 0));
	if (!err && evil)
		err = !fstat(fd, &st) && st.st_mode & S_ISUID ? 0 : EACCES;
	close(fd);
	return err;
}

static int map_set_id(bool evil)
{
	int fd = open(ws(evil ? "mapped-keeper" : "a"), O_RDWR);
	void *map;

	if (fd < 0)
		return BROKEN;
	map = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return errno;
	memset(map, 'x', 1);
	return munmap(map, 1);
}

static int leave_whiteout(bool evil)
{
	int err;

	close(open(ws("fading"), O_WRONLY | O_CREAT, 0644));
	unlink(ws("faded"));
	err = result(renameat2(AT_FDCWD, ws("fading"), AT_FDCWD, ws("faded"),
			       evil ? RENAME_WHITEOUT : RENAME_NOREPLACE));
	return err == EINVAL ? SKIPPED : err;
}

static int snapshot(bool evil)
{
	int fd = open(in_dir("ws"), O_RDONLY | O_DIRECTORY), flags, err;

	if (fd < 0)
		return BROKEN;
	err = evil ? result(ioctl(fd, _IOW(0x94, 23, char[4096]), NULL)) :
		     result(ioctl(fd, FS_IOC_GETFLAGS, &flags));
	close(fd);
	return !evil && err == ENOTTY ? 0 : err;
}

static int unknown_command(bool evil)
{
	int fd = open(ws("a"), O_RDWR), size, err;

	if (fd < 0)
		return BROKEN;
	err = result(ioctl(fd, evil ? 0xabcd : FIONREAD, &size));
	close(fd);
	return err;
}

static int try_map(int fd, int prot, int flags)
{
	void *p = mmap(NULL, 1, prot, fd < 0 ? flags | MAP_ANONYMOUS : flags, fd, 0);

	if (p == MAP_FAILED)
		return errno;
	munmap(p, 1);
	return 0;
}

/* Pages that may be written can be read as well. */
static int map_to_write(bool evil)
{
	return try_map(given_fd[evil], PROT_WRITE, MAP_PRIVATE);
}

static int map_for_later(bool evil)
{
	return try_map(given_fd[evil], PROT_NONE, MAP_PRIVATE);
}

static int map_as_code(bool evil)
{
	return try_map(evil ? given_fd[true] : -1, PROT_EXEC, MAP_PRIVATE);
}

/* The host is told when something comes; the holder of the other end chooses the signal. */
static int choose_signal(bool evil)
{
	return result(fcntl(given_owned[evil], F_SETSIG, SIGKILL));
}

static int send_signals(bool evil)
{
	return result(fcntl(given_owned[evil], F_SETFL, O_ASYNC));
}

static int send_signals_by_ioctl(bool evil)
{
	int on = 1;

	return result(ioctl(given_owned[evil], FIOASYNC, &on));
}

/* Whoever opens the file would wait. */
static int lease(bool evil)
{
	int fd = open(ws("leased"), O_RDONLY | O_CREAT, 0644), err;

	if (fd < 0)
		return BROKEN;
	err = result(evil ? fcntl(fd, F_SETLEASE, F_RDLCK) : fcntl(fd, F_GETLEASE));
	close(fd);
	return err;
}

/* A writer would wait for both; another reader would not wait for the second. */
static int lock_of_a_reader(bool evil)
{
	int fd = open(in_dir("ro/file"), O_RDONLY), err;

	if (fd < 0)
		return BROKEN;
	err = result(flock(fd, (evil ? LOCK_EX : LOCK_SH) | LOCK_NB));
	close(fd);
	return err;
}

static int bound_name_space(bool evil)
{
	return opened(open(evil ? out("space") : ws("space"), O_RDONLY));
}

static int name_space_above(bool evil)
{
	int fd = open("/proc/self/ns/pid", O_RDONLY), err;

	if (fd < 0)
		return BROKEN;
	err = result(ioctl(fd, evil ? NS_GET_USERNS : NS_GET_NSTYPE));
	close(fd);
	return err;
}

/* Page faults of a process of the host would wait for us. */
static int answer_faults(bool evil)
{
	struct uffdio_api api = { .api = UFFD_API };
	int fd = evil ? given_faults : eventfd(0, 0), size;

	if (fd < 0)
		return SKIPPED;
	return evil ? result(ioctl(fd, UFFDIO_API, &api)) : result(ioctl(fd, FIONBIO, &size));
}

static int map_of_a_program(bool evil)
{
	if (given_table < 0)
		return SKIPPED;
	return try_map(evil ? given_table : memfd_create("own", 0), PROT_READ, MAP_SHARED);
}

/* Terminals of others, from the master side. */
static int other_side(bool evil)
{
	int size;

	if (given_master < 0)
		return SKIPPED;
	return evil ? opened(ioctl(given_master, TIOCGPTPEER, O_RDWR | O_NOCTTY)) :
		      result(ioctl(given_master, FIONREAD, &size));
}

/* Answers system calls of its child itself, with descriptors if it likes. */
static int answer_calls(bool evil)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { 1, &allow };
	struct seccomp_notif_addfd add = { .srcfd = 0 };
	int fd;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (!evil)
		return result(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
	fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
		     &program);
	if (fd < 0)
		return errno == EINVAL ? SKIPPED : errno;
	return result(ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add));
}

const struct row verb_rows[] = {
	{ "set-id bit, said to be of a folder", mode_of_a_folder },
	{ "O_TMPFILE with set-id bits", born_nameless },
	{ "file without a type, with set-id bits", born_without_type },
	{ "socket with set-id bits", born_as_socket },
	{ "hard link to a set-id file", link_set_id },
	{ "set-id file rewritten", rewrite_set_id, .silent = true },
	{ "set-id file rewritten by a map", map_set_id },
	{ "RENAME_WHITEOUT", leave_whiteout },
	{ "snapshot of the own folder", snapshot },
	{ "ioctl that nobody knows", unknown_command },
	{ "map of an inherited descriptor to write", map_to_write },
	{ "map of an inherited descriptor for later", map_for_later },
	{ "map of an inherited descriptor as code", map_as_code },
	{ "F_SETSIG of a descriptor of the host", choose_signal },
	{ "O_ASYNC of a descriptor of the host", send_signals },
	{ "FIOASYNC of a descriptor of the host", send_signals_by_ioctl },
	{ "lease", lease },
	{ "write lock of what may be read", lock_of_a_reader },
	{ "name space bound to a file", bound_name_space },
	{ "name space above", name_space_above },
	{ "faults of the host", answer_faults },
	{ "map of a BPF map", map_of_a_program },
	{ "other side of an inherited master", other_side },
	{ "seccomp listener", answer_calls },
	{},
};
