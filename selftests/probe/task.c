// SPDX-License-Identifier: GPL-2.0-only
/* Rows about other tasks, commands, cgroups and the module itself. */

#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "lib/common.h"
#include "probe.h"

static pid_t own_child(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	return pid;
}

/* @act on its own child if @ok, else on a process of the host. */
static int towards(bool ok, int (*act)(pid_t))
{
	pid_t pid = ok ? own_child() : outsider;
	int err = act(pid);

	if (ok) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	return err;
}

static int act_signal(pid_t pid)
{
	return result(kill(pid, SIGCONT));
}

static int act_trace(pid_t pid)
{
	int err = result(ptrace(PTRACE_SEIZE, pid, 0, 0));

	if (!err)
		ptrace(PTRACE_DETACH, pid, 0, 0);
	return err;
}

static int act_vm(pid_t pid)
{
	char byte;
	struct iovec to = { &byte, 1 }, from = { (void *)&dir, 1 };
	int err = result(process_vm_readv(pid, &to, 1, &from, 1, 0));

	/* No such address over there: the kernel got past us. */
	return err == EFAULT ? 0 : err;
}

static int act_getfd(pid_t pid)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0), err;

	if (pidfd < 0)
		return errno;
	err = close_result(syscall(SYS_pidfd_getfd, pidfd, 2, 0));
	close(pidfd);
	return err;
}

static int act_environ(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	return close_result(open(path, O_RDONLY));
}

static int act_cmdline(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	return close_result(open(path, O_RDONLY));
}

static int act_limit(pid_t pid)
{
	struct rlimit limit = { 100, 100 };

	return result(prlimit(pid, RLIMIT_NOFILE, &limit, NULL));
}

static int act_nice(pid_t pid)
{
	return result(setpriority(PRIO_PROCESS, pid, 5));
}

static int act_affinity(pid_t pid)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return result(sched_setaffinity(pid, sizeof(set), &set));
}

static int act_look(pid_t pid)
{
	struct stat st;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	return result(stat(path, &st));
}

static int act_compare(pid_t pid)
{
	int err = result(syscall(SYS_kcmp, pid, pid, 2, 0, 0));

	return err == ENOSYS ? NOT_HERE : err;
}

static int act_pages(pid_t pid)
{
	int err = result(syscall(SYS_move_pages, pid, 0, NULL, NULL, NULL, 0));

	return err == ENOSYS ? NOT_HERE : err;
}

static int act_scheduler(pid_t pid)
{
	struct sched_param param = {};

	return result(sched_setscheduler(pid, SCHED_BATCH, &param));
}

static int act_ioprio(pid_t pid)
{
	return result(syscall(SYS_ioprio_set, 1, pid, 2 << 13 | 4));
}

static int act_owner(pid_t pid)
{
	int fds[2], err;

	if (pipe(fds))
		return errno;
	err = result(fcntl(fds[0], F_SETOWN, pid));
	close(fds[0]);
	close(fds[1]);
	return err;
}

#define TOWARDS(name)                           \
	static int do_##name(bool ok)           \
	{                                       \
		return towards(ok, act_##name); \
	}
TOWARDS(signal)
TOWARDS(trace)
TOWARDS(vm)
TOWARDS(getfd)
TOWARDS(environ)
TOWARDS(cmdline)
TOWARDS(limit)
TOWARDS(nice)
TOWARDS(affinity)
TOWARDS(look)
TOWARDS(compare)
TOWARDS(pages)
TOWARDS(scheduler)
TOWARDS(ioprio)
TOWARDS(owner)

/* Reading flags is harmless; setting them needs WRITE, which readonly/ lacks. */
static int ioctl_file(bool ok)
{
	int fd = open(in(true, "readonly/file"), O_RDONLY), value = 0, err;

	if (fd < 0)
		return errno;
	err = result(ioctl(fd, FS_IOC_GETFLAGS, &value));
	if (!ok && !err)
		err = result(ioctl(fd, FS_IOC_SETFLAGS, &value));
	close(fd);
	return err == ENOTTY ? NOT_HERE : err;
}

/* The same command on a file that may be written, and on a device. */
static int ioctl_device(bool ok)
{
	int fd = ok ? open(in(true, "file"), O_RDWR) : open("/dev/null", O_RDWR), value = 0, err;

	if (fd < 0)
		return errno;
	err = ok ? result(ioctl(fd, FS_IOC_GETFLAGS, &value)) : result(ioctl(fd, 0xabcd, &value));
	close(fd);
	/* The device knows no such command: the kernel got past us. */
	return err == ENOTTY ? 0 : err;
}

static int clone_into(bool ok)
{
	struct {
		unsigned long long flags, pidfd, child_tid, parent_tid, exit_signal, stack,
			stack_size, tls, set_tid, set_tid_size, cgroup;
	} args = { .exit_signal = SIGCHLD };
	pid_t pid;

	if (!ok) {
		args.flags = 0x200000000ULL;
		args.cgroup = open("/sys/fs/cgroup", O_PATH | O_DIRECTORY);
	}
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return errno;
	waitpid(pid, NULL, 0);
	return 0;
}

static int leave_group(bool ok)
{
	return close_result(ok ? open(in(true, "file"), O_WRONLY) :
				 open("/sys/fs/cgroup/cgroup.procs", O_WRONLY));
}

/* To be traced by the parent: one of ours, or the process that adopts orphans. */
static int traced_by_parent(bool ok)
{
	int fds[2], err = EIO;

	if (pipe(fds))
		return errno;
	if (fork() == 0) {
		if (ok || fork() == 0) {
			/* Adopted as soon as the process between them is gone. */
			if (!ok)
				wait_until(getppid() == 1);
			err = result(ptrace(PTRACE_TRACEME, 0, 0, 0));
			if (write(fds[1], &err, sizeof(err)) != sizeof(err))
				_exit(2);
		}
		_exit(0);
	}
	wait(NULL);
	if (read(fds[0], &err, sizeof(err)) != sizeof(err))
		err = EIO;
	close(fds[0]);
	close(fds[1]);
	return err;
}

/*
 * What there is so far of GRANT, REVOKE and PROVE from inside: nothing.  What
 * anyone may ask works, what changes or shows more is refused.
 */
static int ask_module(uint8_t cmd)
{
	static struct request r;
	static struct reply reply;
	int nl = nl_open();

	if (nl < 0)
		return errno;
	request_begin(&r, cmd);
	if (cmd == RVM_CMD_TABLE_BEGIN)
		put_u32(&r, RVM_A_TABLE_PARTITION, 1);
	nl_call(nl, &r, &reply);
	close(nl);
	return reply.error;
}

static int change_table(bool ok)
{
	return ask_module(ok ? RVM_CMD_INFO : RVM_CMD_TABLE_BEGIN);
}

static int query_log(bool ok)
{
	return ask_module(ok ? RVM_CMD_INFO : RVM_CMD_WITNESS_GET);
}

static int open_log(bool ok)
{
	return close_result(ok ? open(in(true, "file"), O_RDONLY) :
				 open("/dev/rvm_witness", O_RDONLY));
}

const struct row task_rows[] = {
	{ "Partition", "signal", do_signal, ROOT },
	{ "Partition", "ptrace", do_trace, ROOT },
	{ "Partition", "process_vm_readv", do_vm, ROOT },
	{ "Partition", "pidfd_getfd", do_getfd, ROOT },
	{ "Partition", "/proc/P/environ", do_environ, ROOT },
	{ "Partition", "/proc/P/cmdline", do_cmdline, ROOT },
	{ "Partition", "prlimit", do_limit, ROOT },
	{ "Partition", "setpriority", do_nice, ROOT },
	{ "Partition", "sched_setaffinity", do_affinity, ROOT },
	{ "ioctl", "harmless; known, without WRITE", ioctl_file, ROOT },
	{ "ioctl", "on a file; unknown, on a device", ioctl_device, ROOT },
	{ "cgroup", "clone3 CLONE_INTO_CGROUP", clone_into, ROOT },
	{ "cgroup", "write cgroup.procs", leave_group, NOBODY },
	{ "GRANT, REVOKE", "change a table", change_table, NOBODY },
	{ "PROVE, WitnessLog", "query the log", query_log, LOG },
	{ "PROVE, WitnessLog", "open the log", open_log, LOG },
	{ "Partition", "/proc/P", do_look, ROOT },
	{ "Partition", "kcmp", do_compare, ROOT },
	{ "Partition", "move_pages", do_pages, ROOT },
	{ "Partition", "sched_setscheduler", do_scheduler, ROOT },
	{ "Partition", "ioprio_set", do_ioprio, ROOT },
	{ "Partition", "F_SETOWN", do_owner, ROOT },
	{ "Partition", "PTRACE_TRACEME", traced_by_parent, ROOT },
	{},
};
