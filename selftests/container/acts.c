// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an agent in a container tries, by the paths that it sees; with each goes the
 * allowed thing that looks most like it.
 */

#include <fcntl.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "container.h"

#define STORM_ROUNDS 1000

static int write_to(const char *path)
{
	int fd = open(path, O_WRONLY), err;

	if (fd < 0)
		return errno;
	err = result(write(fd, "more\n", 5));
	close(fd);
	return err;
}

/* Layers. */

int write_layer(bool evil)
{
	return write_to(evil ? "/ro/file" : "/job/copied");
}

int read_layer(bool evil)
{
	return try_open(evil ? "/etc/shadow" : "/ro/file", O_RDONLY);
}

int read_secret(bool evil)
{
	return try_open(evil ? "/job/secret" : "/job/file", O_RDONLY);
}

int make_file(bool evil)
{
	return try_open(evil ? "/ro/new" : "/job/new", O_WRONLY | O_CREAT);
}

int rename_out(bool evil)
{
	if (!evil && try_open("/job/sub/moved", O_WRONLY | O_CREAT))
		return BROKEN;
	return result(
		rename(evil ? "/job/file" : "/job/sub/moved", evil ? "/ro/moved" : "/job/moved"));
}

int rename_in(bool evil)
{
	if (!evil && try_open("/job/sub/back", O_WRONLY | O_CREAT))
		return BROKEN;
	return result(rename(evil ? "/ro/other" : "/job/sub/back", "/job/back"));
}

int link_out(bool evil)
{
	int err;

	if (!evil && try_open("/job/sub/two", O_WRONLY | O_CREAT))
		return BROKEN;
	err = result(link(evil ? "/ro/other" : "/job/sub/two", evil ? "/job/linked" : "/job/two"));
	/* Where rules are about names, no file gets a second name, and programs copy instead. */
	return !evil && err == EXDEV ? 0 : err;
}

/* A name that the host moved in the upper layer, see the test. */
int write_moved(bool evil)
{
	return write_to(evil ? "/ro/own" : "/job/own");
}

static int run_as(char *name, const char *path, bool evil)
{
	char *argv[] = { name, evil ? "stop" : "go", NULL }, *envp[] = { NULL };
	pid_t pid = fork();

	if (!pid) {
		execve(path, argv, envp);
		_exit(errno);
	}
	return wait_for(pid);
}

int run_program(bool evil)
{
	return run_as("prog", "/bin/prog", evil);
}

/* It has two names in the lower layer. */
int run_second(bool evil)
{
	return run_as("second", "/bin/second", evil);
}

int do_nothing(bool evil)
{
	return 0;
}

/* Volumes. */

int write_volume(bool evil)
{
	return write_to(evil ? "/vol/out/file" : "/vol/in/file");
}

int write_upper(bool evil)
{
	return try_open(evil ? "/upper/job/own" : "/job/own", O_RDWR);
}

/* Again and again, while the host renames and mounts: the answer stays the same. */
int in_a_storm(bool evil)
{
	int err = 0;

	for (int i = 0; i < STORM_ROUNDS; i++) {
		err = try_open(evil ? "/vol/out/file" : "/vol/in/file", O_RDWR);
		if (err == (evil ? 0 : EACCES))
			return err;
		err = try_open(evil ? "/ro/file" : "/job/sub/file", O_RDWR);
		if (err == (evil ? 0 : EACCES))
			return err;
	}
	return err;
}

/* The host, by whatever leads there. */

int root_of_first(bool evil)
{
	return result(chdir(evil ? "/proc/1/root" : "/proc/self/root")) ?:
		       try_open(evil ? "etc/shadow" : "job/file", O_RDONLY);
}

int host_folder(bool evil)
{
	int own = open("/", O_PATH | O_DIRECTORY);
	int err =
		opened(openat(evil ? given.root : own, evil ? "etc/passwd" : "job/file", O_RDONLY));

	close(own);
	return err;
}

int host_file(bool evil)
{
	int own = open("/job/file", O_RDWR);
	int err = result(pwrite(evil ? given.file : own, "x", 1, 0));

	close(own);
	return err;
}

int setting(bool evil)
{
	return try_open(evil ? "/proc/sys/kernel/panic" : "/proc/sys/kernel/ostype",
			evil ? O_WRONLY : O_RDONLY);
}

/* A program of the host that the kernel starts. */
int core_pattern(bool evil)
{
	return try_open(evil ? "/proc/sys/kernel/core_pattern" : "/proc/sys/kernel/osrelease",
			evil ? O_WRONLY : O_RDONLY);
}

/* Another one. */
int helper(bool evil)
{
	return try_open(evil ? "/proc/sys/kernel/modprobe" : "/proc/sys/kernel/ngroups_max",
			evil ? O_WRONLY : O_RDONLY);
}

int trigger(bool evil)
{
	return try_open(evil ? "/proc/sysrq-trigger" : "/proc/meminfo", evil ? O_WRONLY : O_RDONLY);
}

int new_module(bool evil)
{
	int fd;

	if (!evil)
		return try_open("/proc/version", O_RDONLY);
	fd = open("/job/file", O_RDONLY);
	return result(syscall(SYS_finit_module, fd, "", 0));
}

/* Mounts and roots. */

int make_mount(bool evil)
{
	mkdir("/job/place", 0755);
	if (!evil)
		return try_open("/job/place/file", O_WRONLY | O_CREAT);
	return result(mount("/vol/out", "/job/place", NULL, MS_BIND, NULL));
}

int drop_mount(bool evil)
{
	return evil ? result(umount2("/vol", MNT_DETACH)) : try_open("/vol/in/file", O_RDONLY);
}

int swap_root(bool evil)
{
	return evil ? result(syscall(SYS_pivot_root, "/vol", "/vol/in")) : result(chdir("/vol"));
}

int change_root(bool evil)
{
	return evil ? result(chroot("/vol")) : result(chdir("/vol/in"));
}

int host_mounts(bool evil)
{
	struct stat st;

	return result(evil ? setns(given.mounts, CLONE_NEWNS) : fstat(given.mounts, &st));
}

int new_user(bool evil)
{
	return result(unshare(evil ? CLONE_NEWUSER : CLONE_FILES));
}

int new_mounts(bool evil)
{
	return result(unshare(evil ? CLONE_NEWNS : CLONE_FS));
}

int by_handle(bool evil)
{
	struct {
		struct file_handle head;
		unsigned char bytes[MAX_HANDLE_SZ];
	} handle = { .head.handle_bytes = MAX_HANDLE_SZ };
	int mount_id, folder;

	/* Of a volume: that file system is the host's. */
	if (name_to_handle_at(AT_FDCWD, "/vol/out/file", &handle.head, &mount_id, 0))
		return BROKEN;
	if (!evil)
		return try_open("/vol/in/file", O_RDONLY);
	folder = open("/vol/in", O_RDONLY | O_DIRECTORY);
	return folder < 0 ? BROKEN : opened(open_by_handle_at(folder, &handle.head, O_RDWR));
}

int make_disk(bool evil)
{
	return result(evil ? mknod("/job/disk", S_IFBLK | 0600, makedev(254, 0)) :
			     mknod("/job/plain", S_IFREG | 0600, 0));
}

/* Cgroups. */

int join_group(bool evil)
{
	return try_open(evil ? "/sys/fs/cgroup/cgroup.procs" : "/proc/self/cgroup",
			evil ? O_WRONLY : O_RDONLY);
}

int join_host_group(bool evil)
{
	int own = open("/job/file", O_WRONLY);
	int err = result(write(evil ? given.procs : own, "0", 1));

	close(own);
	return err;
}

int make_group(bool evil)
{
	return result(mkdir(evil ? "/sys/fs/cgroup/below" : "/job/below", 0755));
}

/* Processes. */

static pid_t start_child(void)
{
	pid_t pid = fork();

	if (!pid) {
		pause();
		_exit(0);
	}
	return pid;
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int end_process(bool evil)
{
	pid_t own = start_child();
	int fd = syscall(SYS_pidfd_open, own, 0);
	int err = result(
		syscall(SYS_pidfd_send_signal, evil ? given.victim_fd : fd, SIGTERM, NULL, 0));

	close(fd);
	end_child(own);
	return err;
}

int take_descriptor(bool evil)
{
	pid_t own = start_child();
	int fd = syscall(SYS_pidfd_open, own, 0);
	int err = opened(syscall(SYS_pidfd_getfd, evil ? given.victim_fd : fd, given.mounts, 0));

	close(fd);
	end_child(own);
	return err;
}

/* Only where the numbers of host processes are known. */
int trace(bool evil)
{
	pid_t own = start_child();
	int err = result(ptrace(PTRACE_SEIZE, evil ? given.victim : own, 0, 0));

	end_child(own);
	return err;
}

int host_processes(bool evil)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/environ", evil ? given.victim : getpid());
	return try_open(path, O_RDONLY);
}

/* Sockets. */

static int connect_to(const char *name, bool abstract)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), err;

	snprintf(at.sun_path + abstract, sizeof(at.sun_path) - abstract, "%s", name);
	err = result(connect(fd, (void *)&at,
			     offsetof(struct sockaddr_un, sun_path) + abstract + strlen(name)));
	close(fd);
	return err;
}

/* An address of the host, or one that does not exist, for which the kernel has no route. */
int connect_host(bool evil)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons(7100),
				  .sin_addr.s_addr = htonl(evil ? HOST_ADDRESS : OTHER_ADDRESS) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int err = result(connect(fd, (void *)&at, sizeof(at)));

	close(fd);
	return !evil && err == ENETUNREACH ? 0 : err;
}

int hold_socket(bool evil)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "/run/docker" };

	return result(connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&at, sizeof(at)));
}

int connect_deputy(bool evil)
{
	return connect_to(evil ? "/run/docker" : "/run/allowed", false);
}

int connect_abstract(bool evil)
{
	/* A name that the kernel chooses: other names in the host's network need naming. */
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(at);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (bind(fd, (void *)&at, sizeof(at.sun_family)) || listen(fd, 1) ||
	    getsockname(fd, (void *)&at, &len))
		return BROKEN;
	if (evil)
		return connect_to("rvm-container-host", true);
	return result(connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&at, len));
}

/* What a process has or does before it is adopted; see container_leave(). */

int trace_host(bool evil)
{
	return result(ptrace(PTRACE_SEIZE, given.victim, 0, 0));
}

int hold_ring(bool evil)
{
	struct io_uring_params params = {};

	return result(syscall(SYS_io_uring_setup, 1, &params));
}

static int wait_for_ever(void *unused)
{
	return pause();
}

int share_memory(bool evil)
{
	static char stack[65536] __attribute__((aligned(16)));

	return result(clone(wait_for_ever, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL));
}

int hide_mounts(bool evil)
{
	return result(unshare(CLONE_NEWNS));
}

/* The host put a link in the place of a directory of the volume. */
int moved_folder(bool evil)
{
	return try_open(evil ? "/vol/in/file" : "/vol/kept/file", O_RDONLY);
}
