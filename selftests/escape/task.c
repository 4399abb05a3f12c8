// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes, memory, and the host.
 */

#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "escape.h"

static int clone_elsewhere(bool evil)
{
	struct {
		unsigned long long flags, pidfd, child_tid, parent_tid, exit_signal, stack,
			stack_size, tls, set_tid, set_tid_size, cgroup;
	} args = { .exit_signal = SIGCHLD };
	pid_t pid;

	if (evil) {
		args.flags = 0x200000000ULL; /* CLONE_INTO_CGROUP */
		args.cgroup = open("/sys/fs/cgroup", O_PATH | O_DIRECTORY);
	}
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (!pid)
		_exit(0);
	if (pid < 0)
		return errno;
	waitpid(pid, NULL, 0);
	return 0;
}

static int move_elsewhere(bool evil)
{
	int fd = open(evil ? "/sys/fs/cgroup/cgroup.procs" : ws("a"), O_WRONLY);

	return fd < 0 ? errno : result(write(fd, "0", 1));
}

static int ring(bool evil)
{
	struct io_uring_params params = {};
	int err;

	if (!evil)
		return opened(epoll_create1(0));
	err = opened(syscall(SYS_io_uring_setup, 1, &params));
	return err == ENOSYS ? SKIPPED : err;
}

static int page_faults(bool evil)
{
	return evil ? opened(syscall(SYS_userfaultfd, UFFD_USER_MODE_ONLY)) :
		      opened(epoll_create1(0));
}

/* @act on the victim, or on a child of its own. */
static int on(bool evil, int (*act)(pid_t))
{
	pid_t pid = victim;
	int err;

	if (!evil) {
		pid = fork();
		if (!pid) {
			pause();
			_exit(0);
		}
	}
	err = act(pid);
	if (!evil) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return err;
}

static int act_kill(pid_t pid)
{
	return result(kill(pid, SIGKILL));
}

static int act_queue(pid_t pid)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0);

	return result(syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0));
}

static int act_trace(pid_t pid)
{
	return result(ptrace(PTRACE_ATTACH, pid, 0, 0));
}

static int act_write_memory(pid_t pid)
{
	char byte = 0;
	struct iovec from = { &byte, 1 }, to = { (void *)&victim, 1 };

	return result(process_vm_writev(pid, &from, 1, &to, 1, 0));
}

static int act_open_memory(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	return opened(open(path, O_RDWR));
}

static int act_take_descriptor(pid_t pid)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0);

	/* A socket: the only question about it is whose it is. */
	return opened(syscall(SYS_pidfd_getfd, pidfd, given_socket[0][0], 0));
}

static int kill_host(bool evil)
{
	return on(evil, act_kill);
}

static int kill_by_descriptor(bool evil)
{
	return on(evil, act_queue);
}

static int trace_host(bool evil)
{
	return on(evil, act_trace);
}

static int write_memory(bool evil)
{
	return on(evil, act_write_memory);
}

static int open_memory(bool evil)
{
	/* No token covers the child's file in /proc. */
	return evil ? act_open_memory(victim) : result(access("/proc/self/mem", F_OK));
}

static int take_descriptor(bool evil)
{
	return on(evil, act_take_descriptor);
}

/* The kernel sends the signal, in the name of the descriptor's owner. */
static int act_own(pid_t pid)
{
	int pair[2], err;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return BROKEN;
	err = result(fcntl(pair[0], F_SETOWN, pid));
	if (!err)
		err = result(fcntl(pair[0], F_SETSIG, SIGKILL));
	if (!err)
		err = result(fcntl(pair[0], F_SETFL, O_ASYNC));
	if (!err)
		err = result(write(pair[1], "x", 1));
	return err;
}

/* The call need not fail as long as the victim lives. */
static int kill_as_owner(bool evil)
{
	int err = on(evil, act_own);

	return evil && !err ? EACCES : err;
}

static int set_owner_by_ioctl(bool evil)
{
	int pair[2], pid = evil ? victim : 0, off = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return BROKEN;
	return evil ? result(ioctl(pair[0], 0x8901 /* FIOSETOWN */, &pid)) :
		      result(ioctl(pair[0], 0x5421 /* FIONBIO */, &off));
}

static int shared_memory(bool evil)
{
	void *p;

	if (!evil) {
		p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		return p == MAP_FAILED ? errno : 0;
	}
	p = shmat(segment, NULL, 0);
	return p == (void *)-1 ? errno : 0;
}

static int turn_clock_back(bool evil)
{
	struct timex t = { .modes = evil ? ADJ_SETOFFSET : 0, .time.tv_sec = -1000 };

	return result(adjtimex(&t));
}

static int read_log(bool evil)
{
	return opened(open(evil ? "/dev/rvm_witness" : ws("a"), O_RDONLY));
}

static int unmount_programs(bool evil)
{
	struct statfs st;

	return evil ? result(umount2("/sys/fs/bpf", MNT_DETACH)) :
		      result(statfs("/sys/fs/bpf", &st));
}

static int unload_module(bool evil)
{
	return evil ? result(syscall(SYS_delete_module, "rvm", O_NONBLOCK)) :
		      result(access("/sys/module/rvm", F_OK));
}

static int change_root(bool evil)
{
	return result(evil ? chroot(in_dir("out")) : chdir(in_dir("ws")));
}

static int new_mount(bool evil)
{
	if (evil && unshare(CLONE_NEWNS))
		return errno;
	return evil ? result(mount(in_dir("out"), in_dir("ws"), NULL, MS_BIND, NULL)) :
		      opened(open(in_dir("ws"), O_RDONLY | O_DIRECTORY));
}

static int user_namespace(bool evil)
{
	return evil ? result(unshare(CLONE_NEWUSER)) : result(unshare(CLONE_FILES));
}

/*
 * All that it may signal: only its own child.  This signal ends only processes that are
 * prepared for it: the child and the victim.
 */
static int kill_all(bool evil)
{
	pid_t pid;
	int status;

	signal(SIGURG, end_process);
	pid = fork();
	if (!pid) {
		for (;;)
			pause();
	}
	if (evil)
		kill(-1, SIGURG);
	else
		kill(pid, SIGURG);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return BROKEN;
	return evil ? EACCES : 0;
}

static int polled_ring(bool evil)
{
	struct io_uring_params params = { .flags = IORING_SETUP_SQPOLL };
	int err;

	if (!evil)
		return opened(epoll_create1(0));
	err = opened(syscall(SYS_io_uring_setup, 1, &params));
	return err == ENOSYS ? SKIPPED : err;
}

/* A ring that the host made works for the host. */
static int map_given_ring(bool evil)
{
	int fd = evil ? given_ring : memfd_create("x", 0);

	if (fd < 0)
		return SKIPPED;
	if (!evil && ftruncate(fd, 4096))
		return BROKEN;
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED ? errno :
											   0;
}

/* Once more, as a new descriptor that nobody has allowed. */
static int take_given_ring(bool evil)
{
	int fd = evil ? given_ring : memfd_create("x", 0);
	int pidfd = syscall(SYS_pidfd_open, getpid(), 0);

	return fd < 0 ? SKIPPED : opened(syscall(SYS_pidfd_getfd, pidfd, fd, 0));
}

/* Signals to the whole group of the victim, in the name of the owner. */
static int own_by_group(bool evil)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return BROKEN;
	return result(fcntl(pair[0], F_SETOWN, evil ? -getpgid(victim) : getpid()));
}

/* The process is named behind a pointer, where it may change. */
static int own_by_pointer(bool evil)
{
	struct f_owner_ex owner = { .type = F_OWNER_PID, .pid = victim };
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return BROKEN;
	return evil ? result(fcntl(pair[0], F_SETOWN_EX, &owner)) :
		      result(fcntl(pair[0], F_GETOWN_EX, &owner));
}

/* The number may be somebody's later. */
static int own_by_nobody(bool evil)
{
	pid_t pid = fork();
	int pair[2], err;

	if (!pid) {
		for (;;)
			pause();
	}
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return BROKEN;
	if (evil) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	err = result(fcntl(pair[0], F_SETOWN, pid));
	if (!evil) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return evil && err == ESRCH ? EACCES : err;
}

static int new_group(bool evil)
{
	return result(evil ? mkdir("/sys/fs/cgroup/test-escape/out", 0755) :
			     mkdir(in_dir("ws/group"), 0755));
}

static int own_environment(bool evil)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/environ", evil ? victim : getpid());
	return opened(open(path, O_RDONLY));
}

static int own_command_line(bool evil)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/cmdline", evil ? victim : getpid());
	return opened(open(path, O_RDONLY));
}

const struct row task_rows[] = {
	{ "clone3 into another control group", clone_elsewhere },
	{ "cgroup.procs", move_elsewhere },
	{ "io_uring", ring },
	{ "userfaultfd", page_faults },
	{ "kill of a host process", kill_host },
	{ "pidfd_send_signal", kill_by_descriptor },
	{ "ptrace of a host process", trace_host },
	{ "process_vm_writev", write_memory },
	{ "/proc/P/mem", open_memory },
	{ "pidfd_getfd", take_descriptor },
	{ "F_SETOWN and SIGIO", kill_as_owner },
	{ "FIOSETOWN", set_owner_by_ioctl },
	{ "SysV segment of the host", shared_memory },
	{ "adjtimex back in time", turn_clock_back },
	{ "witness device", read_log },
	{ "umount of bpffs", unmount_programs },
	{ "unload of the module", unload_module },
	{ "chroot", change_root },
	{ "bind mount", new_mount },
	{ "user namespace", user_namespace },
	{ "kill(-1)", kill_all },
	{ "io_uring with a thread of the kernel", polled_ring },
	{ "map of an inherited ring", map_given_ring },
	{ "pidfd_getfd of an inherited ring", take_given_ring },
	{ "F_SETOWN of a process group", own_by_group },
	{ "F_SETOWN_EX", own_by_pointer },
	{ "F_SETOWN of nobody", own_by_nobody, .silent = true },
	{ "control group of its own", new_group },
	{ "/proc/P/environ", own_environment },
	{ "/proc/P/cmdline", own_command_line },
	{},
};
