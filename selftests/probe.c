// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an agent can try, one line a row of the design's table of operations.
 *
 *   probe limited DIR PID [CGROUP]
 *                    inside a partition whose tokens cover DIR/ws: each row is
 *                    tried on what a token covers (must work) and on what none
 *                    covers (must be refused)
 *   probe root DIR PID [CGROUP]
 *                    inside a partition with the root token: all of it must
 *                    work, but for what nobody may do inside
 *   probe fill DIR   on the host: make what the rows need
 *   probe serve DIR  on the host: listen on what the rows connect to
 *   probe crowd N    on the host: make N empty partitions, delete them when
 *                    the standard input ends
 *   probe objects    how many partitions, tokens, exclusions, anchors, tables,
 *                    entries and hooks the module holds
 *   probe list       the rows, one a line
 *
 * PID is a process of the host.  With CGROUP it goes there first, so that the
 * hooks stand alone: no filter of system calls, no lost capabilities, no name
 * spaces.  Prints KTAP.  A row that cannot be tried here says so as a skip.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/fs.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

#define PORT_ALLOWED 7001
#define PORT_REFUSED 7002
#define PORT_BIND 7003

/* Segment of the host, made by fill. */
#define HOST_KEY 0x52564d00

/* Cannot be tried here; the row is skipped. */
#define NOT_HERE 9999

static const char *dir;
static pid_t outsider;
/* In the name spaces of the host. */
static bool direct;

/* DIR/ws/NAME if @ok, else DIR/out/NAME; four at a time. */
static const char *in(bool ok, const char *name)
{
	static char text[4][256];
	static unsigned int next;
	char *p = text[next++ % 4];

	snprintf(p, sizeof(text[0]), "%s/%s/%s", dir, ok ? "ws" : "out", name);
	return p;
}

static int result(long ret)
{
	return ret < 0 ? errno : 0;
}

static int close_result(int fd)
{
	int err = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

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

	return err == EOPNOTSUPP ? NOT_HERE : err;
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

static int make_link(bool ok)
{
	int err = result(link(in(ok, "file"), in(true, "hard")));

	unlink(in(true, "hard"));
	return err;
}

static int make_link_to(bool ok)
{
	int err = result(link(in(true, "file"), in(ok, "hard")));

	unlink(in(ok, "hard"));
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

static int change_times(bool ok)
{
	struct timespec t[2] = { { 1, 0 }, { 2, 0 } };

	return result(utimensat(AT_FDCWD, in(ok, "file"), t, 0));
}

static int set_xattr(bool ok)
{
	int err = result(setxattr(in(ok, "file"), "user.note", "x", 1, 0));

	return err == EOPNOTSUPP ? NOT_HERE : err;
}

/* One entry each for owner, group and others: what mode 0640 says. */
static int set_acl(bool ok)
{
	static const unsigned char acl[] = {
		2, 0, 0,    0,	  1,	0,    6,  0, 0xff, 0xff, 0xff, 0xff, 4,	   0,
		4, 0, 0xff, 0xff, 0xff, 0xff, 32, 0, 0,	   0,	 0xff, 0xff, 0xff, 0xff,
	};
	int err = result(setxattr(in(ok, "file"), "system.posix_acl_access", acl, sizeof(acl), 0));

	return err == EOPNOTSUPP ? NOT_HERE : err;
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
	close(fd);
	return err;
}

static int map_exec(bool ok)
{
	int fd = open(in(true, ok ? "code" : "file"), O_RDONLY), err;
	void *p;

	if (fd < 0)
		return errno;
	p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	err = p == MAP_FAILED ? errno : 0;
	close(fd);
	return err;
}

static int protect_exec(bool ok)
{
	int fd = open(in(true, ok ? "code" : "file"), O_RDONLY), err;
	void *p;

	if (fd < 0)
		return errno;
	p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	err = p == MAP_FAILED ? errno : result(mprotect(p, 4096, PROT_READ | PROT_EXEC));
	close(fd);
	return err;
}

static int anonymous_file_exec(bool ok)
{
	int fd = memfd_create("code", 0), err;
	void *p;

	if (fd < 0 || ftruncate(fd, 4096))
		return NOT_HERE;
	p = mmap(NULL, 4096, ok ? PROT_READ : PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	err = p == MAP_FAILED ? errno : 0;
	close(fd);
	return err;
}

/* The errno of an exec in a child, 0 if it started. */
static int try_exec(const char *path, char *const argv[])
{
	int fds[2], err = 0, status;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return errno;
	pid = fork();
	if (pid == 0) {
		execv(path, argv);
		err = errno;
		if (write(fds[1], &err, sizeof(err)) != sizeof(err))
			_exit(2);
		_exit(1);
	}
	close(fds[1]);
	if (read(fds[0], &err, sizeof(err)) != sizeof(err))
		err = 0;
	close(fds[0]);
	waitpid(pid, &status, 0);
	return err;
}

static int exec_words(bool ok)
{
	char *argv[] = { "prog", ok ? "go" : "stop", NULL };

	return try_exec(in(true, "prog"), argv);
}

static int exec_program(bool ok)
{
	char *argv[] = { ok ? "prog" : "other", "go", NULL };

	return try_exec(in(true, ok ? "prog" : "other"), argv);
}

static int exec_named(bool ok)
{
	char *argv[] = { ok ? "runner" : "other", "anything", NULL };

	return try_exec(in(true, argv[0]), argv);
}

static int exec_one_word(bool ok)
{
	char *argv[] = { "prog", ok ? "go" : "go on", NULL };

	return try_exec(in(true, "prog"), argv);
}

static int exec_name_zero(bool ok)
{
	char *argv[] = { ok ? "prog" : "other", "go", NULL };

	return try_exec(in(true, "prog"), argv);
}

static int exec_loader(bool ok)
{
	char *direct[] = { "prog", "go", NULL };
	char *through[] = { "ld.so", (char *)in(true, "prog"), "go", NULL };

	return ok ? try_exec(in(true, "prog"), direct) :
		    try_exec("/lib64/ld-linux-x86-64.so.2", through);
}

static int connect_tcp(bool ok)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(ok ? PORT_ALLOWED : PORT_REFUSED),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0), err;

	err = result(connect(fd, (void *)&to, sizeof(to)));
	close(fd);
	/* Nobody listens: the kernel got past us. */
	return err == ECONNREFUSED ? 0 : err;
}

static int connect_mapped(bool ok)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6 };
	int fd = socket(AF_INET6, SOCK_STREAM, 0), err;

	if (fd < 0)
		return errno == EAFNOSUPPORT ? NOT_HERE : errno;
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &to.sin6_addr);
	to.sin6_port = htons(ok ? PORT_ALLOWED : PORT_REFUSED);
	err = result(connect(fd, (void *)&to, sizeof(to)));
	close(fd);
	return err == ECONNREFUSED ? 0 : err;
}

static int send_fast_open(bool ok)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(ok ? PORT_ALLOWED : PORT_REFUSED),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0), err;

	err = result(sendto(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, (void *)&to, sizeof(to)));
	close(fd);
	return err == ECONNREFUSED ? 0 : err == EOPNOTSUPP ? NOT_HERE : err;
}

static int send_udp(bool ok, sa_family_t family)
{
	struct sockaddr_in to = {
		.sin_family = family,
		.sin_port = htons(ok ? PORT_ALLOWED : PORT_REFUSED),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), err;

	err = result(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)));
	close(fd);
	return err;
}

static int send_datagram(bool ok)
{
	return send_udp(ok, AF_INET);
}

static int send_unspec(bool ok)
{
	return send_udp(ok, AF_UNSPEC);
}

static int bind_tcp(bool ok)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons(ok ? PORT_BIND : PORT_BIND + 1),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1, err;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	err = result(bind(fd, (void *)&at, sizeof(at)));
	if (!err && ok)
		err = result(listen(fd, 1));
	close(fd);
	return err;
}

static int listen_unbound(bool ok)
{
	int fd, err;

	if (ok)
		return bind_tcp(true);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	err = result(listen(fd, 1));
	close(fd);
	return err;
}

static int connect_unix(bool ok)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), err;

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", in(ok, "socket"));
	err = result(connect(fd, (void *)&to, sizeof(to)));
	close(fd);
	return err == ECONNREFUSED ? 0 : err;
}

static int connect_abstract(bool ok)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), err;
	socklen_t len;

	len = sprintf(to.sun_path + 1, ok ? "rvm-allowed" : "rvm-refused") + 1 +
	      offsetof(struct sockaddr_un, sun_path);
	err = result(connect(fd, (void *)&to, len));
	close(fd);
	return err;
}

static int make_socket(bool ok)
{
	int fd = ok ? socket(AF_INET, SOCK_STREAM, 0) : socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);

	return close_result(fd);
}

static int make_multipath(bool ok)
{
	int err = close_result(socket(AF_INET, SOCK_STREAM, ok ? IPPROTO_TCP : 262));

	return err == EPROTONOSUPPORT ? NOT_HERE : err;
}

static pid_t own_child(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	return pid;
}

/* @act towards an own child if @ok, towards a process of the host otherwise. */
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
	/* A filter of system calls may hide the call whatever its flags are. */
	if (pid < 0)
		return ok && errno == ENOSYS ? NOT_HERE : errno;
	waitpid(pid, NULL, 0);
	return 0;
}

static int leave_group(bool ok)
{
	return close_result(ok ? open(in(true, "file"), O_WRONLY) :
				 open("/sys/fs/cgroup/cgroup.procs", O_WRONLY));
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

/* Own segments, and those of the host; in a namespace of its own those are not there. */
static int attach_segment(bool ok)
{
	int id = shmget(ok ? IPC_PRIVATE : HOST_KEY, ok ? 4096 : 0, 0600), err;
	void *p;

	/* There a segment does not tell whose it is. */
	if (ok && direct) {
		shmctl(id, IPC_RMID, NULL);
		return NOT_HERE;
	}
	if (id < 0)
		return errno == ENOENT ? EACCES : errno;
	p = shmat(id, NULL, 0);
	err = p == (void *)-1 ? errno : result(shmdt(p));
	if (ok)
		shmctl(id, IPC_RMID, NULL);
	return err;
}

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
	(void)ok;
	return close_result(syscall(SYS_fsopen, "tmpfs", 0));
}

static int do_open_tree(bool ok)
{
	(void)ok;
	return close_result(syscall(SYS_open_tree, AT_FDCWD, "/", 1));
}

static int in_child(int (*act)(void))
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
	/* No magic numbers: the kernel got past the question who asks. */
	return err == EINVAL ? 0 : err;
}

static int do_ring(bool ok)
{
	char params[120] = "";

	if (ok)
		return close_result(epoll_create1(0));
	return close_result(syscall(SYS_io_uring_setup, 1, params));
}

/* Who can do what the second side of a row does. */
enum who {
	ROOT, /* who has the root token */
	SEVEN, /* likewise; there is only this side */
	NOBODY, /* nobody in a partition */
};

struct row {
	const char *design; /* row of the design's table */
	const char *name;
	int (*act)(bool ok);
	enum who who;
};

static const struct row rows[] = {
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
	{ "WRITE PATH", "utimes", change_times, ROOT },
	{ "WRITE PATH", "setxattr", set_xattr, ROOT },
	{ "WRITE PATH", "ACL", set_acl, ROOT },
	{ "WRITE PATH", "map writable", map_write, ROOT },
	{ "EXECUTE load", "map executable", map_exec, ROOT },
	{ "EXECUTE load", "protect executable", protect_exec, ROOT },
	{ "EXECUTE load", "memfd executable", anonymous_file_exec, NOBODY },
	{ "EXECUTE EXEC", "words of the pattern", exec_words, ROOT },
	{ "EXECUTE EXEC", "another program", exec_program, ROOT },
	{ "EXECUTE PATH", "program that run: names", exec_named, ROOT },
	{ "EXECUTE EXEC", "two words in one", exec_one_word, ROOT },
	{ "EXECUTE EXEC", "another word 0", exec_name_zero, ROOT },
	{ "EXECUTE EXEC", "through the loader", exec_loader, ROOT },
	{ "EXECUTE NET", "connect", connect_tcp, ROOT },
	{ "EXECUTE NET", "connect, mapped spelling", connect_mapped, ROOT },
	{ "EXECUTE NET", "TCP fast open", send_fast_open, ROOT },
	{ "EXECUTE NET", "send a datagram", send_datagram, ROOT },
	{ "EXECUTE NET", "send, family 0", send_unspec, ROOT },
	{ "EXECUTE NET", "unix socket by path", connect_unix, ROOT },
	{ "EXECUTE NET", "unix socket, abstract", connect_abstract, ROOT },
	{ "EXECUTE NET", "raw socket", make_socket, ROOT },
	{ "EXECUTE NET", "MPTCP", make_multipath, ROOT },
	{ "WRITE NET", "bind and listen", bind_tcp, ROOT },
	{ "WRITE NET", "listen without bind", listen_unbound, ROOT },
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
	{ "PROVE, WitnessLog", "query the log", query_log, NOBODY },
	{ "PROVE, WitnessLog", "open the log", open_log, NOBODY },
	{ "all seven", "SysV IPC of the host", attach_segment, ROOT },
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
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static unsigned int count;
static bool failed;

static void report(bool good, const struct row *row, const char *side, bool expect, int err)
{
	printf("%s %u %s: %s, %s: %s", good ? "ok" : "not ok", ++count, row->design, row->name,
	       side, expect ? "allowed" : "refused");
	if (!good)
		printf(" # got %s", err ? strerror(err) : "success");
	printf("\n");
	fflush(stdout);
	failed |= !good;
}

static void skip(const struct row *row, const char *side, bool expect)
{
	printf("ok %u %s: %s, %s: %s # SKIP not offered here\n", ++count, row->design, row->name,
	       side, expect ? "allowed" : "refused");
	fflush(stdout);
}

/* @first: which side; @expect: may it? */
static void try_row(const struct row *row, bool first, bool expect)
{
	const char *side = first || row->who == SEVEN ? "covered" : "not covered";
	int err = row->act(first);
	bool refused = err == EACCES || err == EPERM || err == EXDEV ||
		       (err == ENOSYS && prctl(PR_GET_SECCOMP) == 2);

	if (err == NOT_HERE)
		skip(row, side, expect);
	else
		report(expect ? !err : refused, row, side, expect, err);
}

static int run(bool root)
{
	unsigned int i;

	printf("TAP version 13\n");
	for (i = 0; i < ROWS; i++) {
		if (rows[i].who != SEVEN)
			try_row(&rows[i], true, true);
		try_row(&rows[i], rows[i].who == SEVEN, root && rows[i].who != NOBODY);
	}
	printf("1..%u\n", count);
	return failed;
}

static int put_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode), err;

	if (fd < 0)
		return -1;
	err = write(fd, text, strlen(text)) < 0;
	close(fd);
	return err;
}

static int fill_side(bool ok)
{
	char page[8192];

	memset(page, 'x', sizeof(page) - 1);
	page[sizeof(page) - 1] = '\0';
	mkdir(in(ok, ""), 0755);
	return put_file(in(ok, "file"), page, 0644) | put_file(in(ok, "file2"), page, 0644) |
	       put_file(in(ok, "code"), page, 0644) | put_file(in(ok, "victim"), "x", 0644) |
	       put_file(in(ok, "moving"), "x", 0644) | symlink("file", in(ok, "link")) |
	       (ok ? 0 : mkdir(in(ok, "gone"), 0755)) | mkdir(in(ok, "mnt"), 0755) |
	       mkdir(in(ok, "readonly"), 0755) | put_file(in(ok, "readonly/file"), "x", 0644);
}

static bool listen_at(const char *path, const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	socklen_t len = sizeof(at);

	if (path)
		snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	else
		len = offsetof(struct sockaddr_un, sun_path) + 1 +
		      snprintf(at.sun_path + 1, sizeof(at.sun_path) - 1, "%s", name);
	return !bind(fd, (void *)&at, len) && !listen(fd, 100);
}

static int serve(void)
{
	if (!listen_at(in(true, "socket"), NULL) || !listen_at(in(false, "socket"), NULL) ||
	    !listen_at(NULL, "rvm-allowed") || !listen_at(NULL, "rvm-refused"))
		return 1;
	printf("ready\n");
	fflush(stdout);
	pause();
	return 0;
}

static int crowd(int count)
{
	struct box *boxes = calloc(count, sizeof(*boxes));
	int nl = nl_open(), made = 0;
	char name[32], c;

	while (boxes && nl >= 0 && made < count) {
		snprintf(name, sizeof(name), "crowd-%d", made);
		if (!box_make(&boxes[made], nl, name))
			break;
		close(boxes[made].cgroup_fd);
		boxes[made++].cgroup_fd = -1;
	}
	printf("%s\n", made == count ? "ready" : "failed");
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
	for (int i = 0; i < made; i++)
		box_remove(&boxes[i]);
	free(boxes);
	return made != count;
}

static int objects(void)
{
	int nl = nl_open();
	struct counters n;

	if (nl < 0)
		return 3;
	n = get_counters(nl);
	printf("%u %u %u %u %u %u %u\n", n.partitions, n.tokens, n.exclusions, n.anchors, n.tables,
	       n.entries, n.hooks);
	return 0;
}

static bool enter(const char *cgroup)
{
	char path[256];

	direct = true;
	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	return write_file(path, "0");
}

int main(int argc, char **argv)
{
	static const char *const who[] = { "a token", "the root token", "nobody" };

	if (argc == 2 && !strcmp(argv[1], "objects"))
		return objects();
	if (argc < 3 && !(argc == 2 && !strcmp(argv[1], "list")))
		return 2;
	dir = argc > 2 ? argv[2] : "";
	if (argc > 3)
		outsider = atoi(argv[3]);
	signal(SIGPIPE, SIG_IGN);
	if (argc > 4 && !enter(argv[4]))
		return 2;
	if (!strcmp(argv[1], "fill"))
		return fill_side(true) | fill_side(false) |
		       (shmget(HOST_KEY, 4096, IPC_CREAT | 0600) < 0);
	if (!strcmp(argv[1], "list")) {
		for (unsigned int i = 0; i < ROWS; i++)
			printf("%s\t%s\t%s\n", rows[i].design, rows[i].name, who[rows[i].who]);
		return 0;
	}
	if (!strcmp(argv[1], "serve"))
		return serve();
	if (!strcmp(argv[1], "crowd"))
		return crowd(atoi(argv[2]));
	return run(!strcmp(argv[1], "root"));
}
