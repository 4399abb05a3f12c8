// SPDX-License-Identifier: GPL-2.0-only
/* Rows about the machine: what only the root token covers. */

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>

#include "probe.h"

/* From here on: rows that need all seven rights; @ok is the root token's turn. */

static int do_mount(bool ok)
{
	int err = result(mount("tmpfs", in(true, "mnt"), "tmpfs", 0, NULL));

	(void)ok;
	if (!err)
		umount(in(true, "mnt"));
	return err;
}

static int do_fsopen(bool ok)
{
	int fd = syscall(SYS_fsopen, "tmpfs", 0), err;

	(void)ok;
	if (fd < 0)
		return errno;
	err = result(syscall(SYS_fsconfig, fd, 6, NULL, NULL, 0));
	if (!err)
		err = close_result(syscall(SYS_fsmount, fd, 0, 0));
	close(fd);
	return err;
}

static int do_open_tree(bool ok)
{
	(void)ok;
	return close_result(syscall(SYS_open_tree, AT_FDCWD, "/", 1));
}

int in_child(int (*act)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(act() & 0xff);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

static int act_userns(void)
{
	return result(unshare(CLONE_NEWUSER));
}

static int do_userns(bool ok)
{
	(void)ok;
	return in_child(act_userns);
}

static int act_chroot(void)
{
	return result(chroot(in(true, ".")));
}

static int do_chroot(bool ok)
{
	(void)ok;
	return in_child(act_chroot);
}

static int do_bpf(bool ok)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1
	};

	(void)ok;
	return close_result(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}

static int do_module(bool ok)
{
	int err = result(syscall(SYS_init_module, "x", 1, ""));

	(void)ok;
	return err == ENOEXEC ? 0 : err;
}

static int do_kexec(bool ok)
{
	(void)ok;
	return result(syscall(SYS_kexec_load, 0, 0, NULL, 0));
}

static int do_perf(bool ok)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE,
					.size = sizeof(attr),
					.config = PERF_COUNT_SW_CPU_CLOCK };
	/*
	 * Of a CPU, not of a task: that would make the kernel patch its scheduler,
	 * which emulators of several CPUs do not survive each time.
	 */
	int err = close_result(syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0));

	(void)ok;
	return err == ENOENT ? NOT_HERE : err;
}

static int do_settime(bool ok)
{
	struct timespec t;

	(void)ok;
	clock_gettime(CLOCK_REALTIME, &t);
	return result(clock_settime(CLOCK_REALTIME, &t));
}

static int do_syslog(bool ok)
{
	char text[16];

	(void)ok;
	return result(klogctl(3, text, sizeof(text)));
}

static int do_hostname(bool ok)
{
	char name[64];

	(void)ok;
	gethostname(name, sizeof(name));
	return result(sethostname(name, strlen(name)));
}

static int do_swap(bool ok)
{
	int err = result(syscall(SYS_swapoff, in(true, "file")));

	(void)ok;
	return err == EINVAL ? 0 : err;
}

static int do_key(bool ok)
{
	int err = result(syscall(SYS_add_key, "user", "rvm", "x", 1, KEY_SPEC_PROCESS_KEYRING));

	(void)ok;
	return err;
}

static int do_device(bool ok)
{
	int err = result(mknod(in(true, "device"), S_IFCHR | 0600, 0x103));

	(void)ok;
	unlink(in(true, "device"));
	return err;
}

static int do_set_id(bool ok)
{
	int err = result(chmod(in(true, "prog"), 04755));

	(void)ok;
	if (!err)
		chmod(in(true, "prog"), 0755);
	return err;
}

static int do_namespace_file(bool ok)
{
	int fd = open("/proc/self/ns/uts", O_RDONLY), err;

	(void)ok;
	if (fd < 0)
		return errno;
	err = result(setns(fd, CLONE_NEWUTS));
	close(fd);
	return err;
}

static int do_reboot(bool ok)
{
	int err = result(syscall(SYS_reboot, 0, 0, 0, NULL));

	(void)ok;
	/* The magic numbers are missing: the kernel got past the check of the caller. */
	return err == EINVAL ? 0 : err;
}

static int do_ring(bool ok)
{
	char params[120] = "";

	if (ok)
		return close_result(epoll_create1(0));
	return close_result(syscall(SYS_io_uring_setup, 1, params));
}

/* A copy of the root mount, put elsewhere with other attributes. */
static int do_move_mount(bool ok)
{
	struct {
		uint64_t set, clear, propagation, userns;
	} attr = { .set = 1 };
	int fd = syscall(SYS_open_tree, AT_FDCWD, "/", 1), err;

	(void)ok;
	if (fd < 0)
		return errno;
	err = result(syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr, sizeof(attr)));
	if (!err)
		err = result(syscall(SYS_move_mount, fd, "", AT_FDCWD, in(true, "mnt"), 4));
	if (!err)
		umount2(in(true, "mnt"), MNT_DETACH);
	close(fd);
	return err;
}

/* Changes nothing: the kernel refuses the arguments at the latest. */
static int do_pivot(bool ok)
{
	int err = result(syscall(SYS_pivot_root, in(true, "."), in(true, ".")));

	(void)ok;
	return err == EINVAL ? 0 : err;
}

static int act_mount_space(void)
{
	return result(unshare(CLONE_NEWNS));
}

static int do_mount_space(bool ok)
{
	(void)ok;
	return in_child(act_mount_space);
}

static int do_delete_module(bool ok)
{
	int err = result(syscall(SYS_delete_module, "rvm_none", O_NONBLOCK));

	(void)ok;
	return err == ENOENT ? 0 : err;
}

static int do_account(bool ok)
{
	(void)ok;
	return result(syscall(SYS_acct, NULL));
}

static int do_quota(bool ok)
{
	int err = result(syscall(SYS_quotactl, 0x800001 << 8, NULL, 0, NULL));

	(void)ok;
	return err == ENOSYS ? NOT_HERE : err;
}

static int do_adjust(bool ok)
{
	struct timex change = { .modes = ADJ_SETOFFSET };

	(void)ok;
	return adjtimex(&change) < 0 ? errno : 0;
}

static int do_watch_all(bool ok)
{
	int fd = syscall(SYS_fanotify_init, 0x200, O_RDONLY), err;

	(void)ok;
	if (fd < 0)
		return errno == ENOSYS ? NOT_HERE : errno;
	/* FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_OPEN */
	err = result(syscall(SYS_fanotify_mark, fd, 0x101, 0x20ULL, AT_FDCWD, in(true, ".")));
	close(fd);
	return err;
}

/* Made on the host and still in the process's own keyring; else the session's keyring. */
static int key = KEY_SPEC_SESSION_KEYRING;

void make_key(void)
{
	key = syscall(SYS_add_key, "user", "rvm-host", "x", 1, KEY_SPEC_PROCESS_KEYRING);
}

static int do_key_use(bool ok)
{
	char text[64];

	(void)ok;
	return result(syscall(SYS_keyctl, KEYCTL_DESCRIBE, key, text, sizeof(text)));
}

static int do_ports(bool ok)
{
	int err = result(syscall(SYS_iopl, 3));

	(void)ok;
	if (!err)
		syscall(SYS_iopl, 0);
	return err;
}

static int do_file_capability(bool ok)
{
	static const unsigned int none[] = { 0x02000000, 0, 0, 0, 0 };
	int err = result(setxattr(in(true, "file"), "security.capability", none, sizeof(none), 0));

	(void)ok;
	if (!err)
		removexattr(in(true, "file"), "security.capability");
	return err == EOPNOTSUPP ? NOT_HERE : err;
}

const struct row sys_rows[] = {
	{ "all seven", "mount", do_mount, SEVEN },
	{ "all seven", "fsopen", do_fsopen, SEVEN },
	{ "all seven", "open_tree(CLONE)", do_open_tree, SEVEN },
	{ "all seven", "user namespace", do_userns, SEVEN },
	{ "all seven", "chroot", do_chroot, SEVEN },
	{ "all seven", "bpf", do_bpf, SEVEN },
	{ "all seven", "init_module", do_module, SEVEN },
	{ "all seven", "kexec_load", do_kexec, SEVEN },
	{ "all seven", "perf_event_open", do_perf, SEVEN },
	{ "all seven", "clock_settime", do_settime, SEVEN },
	{ "all seven", "syslog", do_syslog, SEVEN },
	{ "all seven", "add_key", do_key, SEVEN },
	{ "all seven", "device node", do_device, SEVEN },
	{ "all seven", "set-id bit", do_set_id, SEVEN },
	{ "all seven", "reboot", do_reboot, SEVEN },
	{ "capability", "sethostname", do_hostname, SEVEN },
	{ "capability", "swapoff", do_swap, SEVEN },
	{ "capability", "setns", do_namespace_file, SEVEN },
	{ "io_uring", "io_uring_setup", do_ring, NOBODY },
	{ "all seven", "mount_setattr and move_mount", do_move_mount, SEVEN },
	{ "all seven", "pivot_root", do_pivot, SEVEN },
	{ "all seven", "mount name space", do_mount_space, SEVEN },
	{ "all seven", "delete_module", do_delete_module, SEVEN },
	{ "all seven", "acct", do_account, SEVEN },
	{ "all seven", "quotactl", do_quota, SEVEN },
	{ "all seven", "adjtimex", do_adjust, SEVEN },
	{ "all seven", "fanotify of a file system", do_watch_all, SEVEN },
	{ "all seven", "keyctl", do_key_use, SEVEN },
	{ "all seven", "iopl", do_ports, SEVEN },
	{ "all seven", "file capabilities", do_file_capability, SEVEN },
	{},
};
