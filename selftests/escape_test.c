// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways out that an agent with the powers of root would try, each beside the
 * harmless thing that looks most like it.  Only the hooks stand between: no
 * filter of system calls, no lost capabilities, no name spaces.
 *
 *   ws/  READ and WRITE, but .env and all in secrets/ are excluded
 *   ro/  READ
 *   out/ nothing
 *
 * An attack must fail, leave a denial behind, and change nothing; its twin
 * must work.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/if_packet.h>
#include <linux/io_uring.h>
#include <linux/netlink.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "common.h"

#define PORT_ALLOWED 7001
#define PORT_REFUSED 7002
#define PORT_BIND 7003
#define SKIPPED 200
#define BROKEN 201

/* A process of the host, a segment of the host, and what the host hands over. */
static pid_t victim;
static int segment;
static int given_fd[2];
static int given_socket[2][2];

static const char *ws(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "ws/%s", name);
	return in_dir(path);
}

static const char *out(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "out/%s", name);
	return in_dir(path);
}

static int result(long ret)
{
	return ret < 0 ? errno : 0;
}

static int opened(int fd)
{
	int err = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

static int read_one(int fd)
{
	char c;

	return result(pread(fd, &c, 1, 0));
}

/* From here on: @evil is the attack, else the twin. */

static int reopen_by_descriptor(bool evil)
{
	char path[64];
	int fd = open(evil ? out("file") : ws("a"), O_PATH);

	if (fd < 0)
		return BROKEN;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return opened(open(path, O_RDONLY));
}

static int through_symlink(bool evil)
{
	unlink(ws("link"));
	if (symlink(evil ? out("file") : ws("a"), ws("link")))
		return errno;
	return opened(open(ws("link"), O_RDONLY));
}

static int through_proc_root(bool evil)
{
	char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "/proc/self/root%s", evil ? out("file") : ws("a"));
	return opened(open(path, O_RDONLY));
}

static int through_dots(bool evil)
{
	char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/../%s", in_dir("ws"), evil ? "out/file" : "ws/a");
	return opened(open(path, O_RDONLY));
}

static int from_folder_descriptor(bool evil)
{
	int dir = open(in_dir(evil ? "out" : "ws"), O_PATH | O_DIRECTORY);

	return opened(openat(dir, evil ? "file" : "a", O_RDONLY));
}

static int link_excluded(bool evil)
{
	unlink(ws("hard"));
	return result(link(ws(evil ? ".env" : "a"), ws("hard")));
}

static int link_outside(bool evil)
{
	unlink(ws("hard"));
	return result(link(evil ? out("file") : ws("a"), ws("hard")));
}

/* It can be read: with the new name it could be written as well. */
static int link_read_only(bool evil)
{
	unlink(ws("hard"));
	return result(link(evil ? in_dir("ro/file") : ws("a"), ws("hard")));
}

static int rename_excluded(bool evil)
{
	return result(rename(ws(evil ? ".env" : "b"), ws("renamed")));
}

static int rename_folder(bool evil)
{
	return result(rename(ws(evil ? "secrets" : "plain"), ws("renamed-folder")));
}

static int rename_onto_excluded(bool evil)
{
	close(open(ws("fresh"), O_WRONLY | O_CREAT, 0644));
	return result(rename(ws("fresh"), ws(evil ? ".env" : "landed")));
}

static int exchange(bool evil)
{
	return result(
		renameat2(AT_FDCWD, ws("a"), AT_FDCWD, ws(evil ? ".env" : "c"), RENAME_EXCHANGE));
}

static int nameless_file(bool evil)
{
	int fd = open(evil ? in_dir("out") : in_dir("ws"), O_TMPFILE | O_RDWR, 0600), err;
	char path[64];

	if (fd < 0)
		return errno == EOPNOTSUPP ? SKIPPED : errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	unlink(ws("born"));
	err = result(linkat(AT_FDCWD, path, AT_FDCWD, ws("born"), AT_SYMLINK_FOLLOW));
	close(fd);
	return err;
}

static int truncate_by_open(bool evil)
{
	return opened(open(evil ? in_dir("ro/file") : ws("a"), O_RDONLY | O_TRUNC));
}

static int times_by_descriptor(bool evil)
{
	struct timespec t[2] = { { 1, 0 }, { 1, 0 } };
	int fd = open(evil ? in_dir("ro/file") : ws("a"), O_RDONLY);

	return fd < 0 ? BROKEN : result(futimens(fd, t));
}

static int mode_by_descriptor(bool evil)
{
	int fd = open(evil ? in_dir("ro/file") : ws("a"), O_RDONLY);

	return fd < 0 ? BROKEN : result(fchmod(fd, 0644));
}

static int attribute_by_descriptor(bool evil)
{
	int fd = open(evil ? in_dir("ro/file") : ws("a"), O_RDONLY), err;

	if (fd < 0)
		return BROKEN;
	err = result(fsetxattr(fd, "user.note", "x", 1, 0));
	return err == EOPNOTSUPP ? SKIPPED : err;
}

static int file_capability(bool evil)
{
	static const unsigned char all[20] = { 0, 0, 0, 2, 0xff, 0xff };
	int err = evil ? result(setxattr(ws("prog"), "security.capability", all, sizeof(all), 0)) :
			 result(setxattr(ws("a"), "user.note", "x", 1, 0));

	return err == EOPNOTSUPP ? SKIPPED : err;
}

static int set_id_bit(bool evil)
{
	return result(chmod(ws("a"), evil ? 04755 : 0755));
}

static int born_with_set_id(bool evil)
{
	unlink(ws("suid"));
	return opened(open(ws("suid"), O_WRONLY | O_CREAT | O_EXCL, evil ? 04755 : 0755));
}

static int device_node(bool evil)
{
	unlink(ws("node"));
	return result(mknod(ws("node"), evil ? S_IFBLK | 0600 : S_IFREG | 0600, evil ? 0x700 : 0));
}

static int open_by_handle(bool evil)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} h = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int mount_id, at = open(in_dir("ws"), O_RDONLY | O_DIRECTORY);

	if (!evil)
		return opened(openat(at, "a", O_RDONLY));
	if (name_to_handle_at(AT_FDCWD, out("file"), &h.handle, &mount_id, 0))
		return errno == EOPNOTSUPP ? SKIPPED : errno;
	return opened(open_by_handle_at(at, &h.handle, O_RDONLY));
}

/* Descriptors that the host opened, and left open. */
static int read_given(bool evil)
{
	return read_one(given_fd[evil]);
}

static int map_given(bool evil)
{
	return mmap(NULL, 1, PROT_READ, MAP_PRIVATE, given_fd[evil], 0) == MAP_FAILED ? errno : 0;
}

static int copy_given(bool evil)
{
	int to = open(ws("copy"), O_RDWR | O_CREAT | O_TRUNC, 0644);

	lseek(given_fd[evil], 0, SEEK_SET);
	return result(sendfile(to, given_fd[evil], NULL, 4));
}

static int receive_descriptor(bool evil)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };

	if (recvmsg(given_socket[evil][1], &msg, 0) < 0)
		return errno;
	return CMSG_FIRSTHDR(&msg) ? 0 : EACCES;
}

static int start(const char *path, char *const argv[])
{
	int fds[2], err = 0;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return BROKEN;
	pid = fork();
	if (!pid) {
		execv(path, argv);
		err = errno;
		_exit(write(fds[1], &err, sizeof(err)) != sizeof(err));
	}
	close(fds[1]);
	if (read(fds[0], &err, sizeof(err)) != sizeof(err))
		err = 0;
	waitpid(pid, NULL, 0);
	return err;
}

static int loader_as_program(bool evil)
{
	char *plain[] = { "prog", "go", NULL };
	char *loaded[] = { "ld.so", (char *)ws("prog"), "go", NULL };

	return evil ? start("/lib64/ld-linux-x86-64.so.2", loaded) : start(ws("prog"), plain);
}

static int program_in_memory(bool evil)
{
	char *argv[] = { "prog", "go", NULL }, *envp[] = { NULL };
	int from = open(ws("prog"), O_RDONLY), to = memfd_create("prog", 0);
	struct stat st;

	if (from < 0 || to < 0 || fstat(from, &st) || sendfile(to, from, NULL, st.st_size) < 0)
		return BROKEN;
	if (!evil)
		return read_one(to);
	fexecve(to, argv, envp);
	return errno;
}

static int copied_program(bool evil)
{
	char *argv[] = { "prog", "go", NULL };
	int from = open(ws("prog"), O_RDONLY), to;
	struct stat st;

	if (!evil)
		return start(ws("prog"), argv);
	unlink(ws("prog2"));
	to = open(ws("prog2"), O_WRONLY | O_CREAT, 0755);
	if (from < 0 || to < 0 || fstat(from, &st) || sendfile(to, from, NULL, st.st_size) < 0)
		return BROKEN;
	close(to);
	return start(ws("prog2"), argv);
}

static int another_word_zero(bool evil)
{
	char *argv[] = { evil ? "sh" : "prog", "go", NULL };

	return start(ws("prog"), argv);
}

static int words_in_one(bool evil)
{
	char *argv[] = { "prog", evil ? "go --everything" : "go", NULL };

	return start(ws("prog"), argv);
}

static int more_words(bool evil)
{
	char *argv[] = { "prog", "go", evil ? "--everything" : NULL, NULL };

	return start(ws("prog"), argv);
}

static int many_words(bool evil)
{
	static char *argv[200] = { "prog", "go" };

	for (int i = 2; evil && i < 199; i++)
		argv[i] = "x";
	return start(ws("prog"), argv);
}

static int no_words(bool evil)
{
	char *argv[] = { evil ? NULL : "prog", "go", NULL };

	return start(ws("prog"), argv);
}

static int map_code(bool evil)
{
	int fd = open(ws("a"), O_RDONLY);

	return mmap(NULL, 1, PROT_READ | (evil ? PROT_EXEC : 0), MAP_PRIVATE, fd, 0) == MAP_FAILED ?
		       errno :
		       0;
}

static int reading_implies_execution(bool evil)
{
	int fd = open(ws("a"), O_RDONLY);

	if (evil)
		personality(READ_IMPLIES_EXEC);
	return mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED ? errno : 0;
}

static struct sockaddr_in v4(uint32_t address, uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(address) };
}

static uint16_t port(bool evil)
{
	return evil ? PORT_REFUSED : PORT_ALLOWED;
}

/* Nobody listens: then the kernel got past us. */
static int past(int err)
{
	return err == ECONNREFUSED ? 0 : err;
}

static int fast_open(bool evil)
{
	struct sockaddr_in to = v4(INADDR_LOOPBACK, port(evil));
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return past(
		result(sendto(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, (void *)&to, sizeof(to))));
}

static int family_zero(bool evil)
{
	struct sockaddr_in to = v4(INADDR_LOOPBACK, port(evil));
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	to.sin_family = AF_UNSPEC;
	return result(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)));
}

static int wildcard_address(bool evil)
{
	struct sockaddr_in to = v4(INADDR_ANY, port(evil));
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return past(result(connect(fd, (void *)&to, sizeof(to))));
}

static int connect_v6(const char *address, bool evil)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(port(evil)) };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (fd < 0)
		return errno == EAFNOSUPPORT ? SKIPPED : errno;
	inet_pton(AF_INET6, address, &to.sin6_addr);
	return past(result(connect(fd, (void *)&to, sizeof(to))));
}

static int mapped_address(bool evil)
{
	return connect_v6("::ffff:127.0.0.1", evil);
}

static int mapped_wildcard(bool evil)
{
	return connect_v6("::ffff:0.0.0.0", evil);
}

static int v4_on_v6_socket(bool evil)
{
	struct sockaddr_in to = v4(INADDR_LOOPBACK, port(evil));
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	if (fd < 0)
		return errno == EAFNOSUPPORT ? SKIPPED : errno;
	return past(result(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to))));
}

static int several_messages(bool evil)
{
	struct sockaddr_in to[2] = { v4(INADDR_LOOPBACK, PORT_ALLOWED),
				     v4(INADDR_LOOPBACK, port(evil)) };
	struct iovec iov = { "x", 1 };
	struct mmsghdr m[2] = {};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), sent;

	for (int i = 0; i < 2; i++) {
		m[i].msg_hdr.msg_name = &to[i];
		m[i].msg_hdr.msg_namelen = sizeof(to[i]);
		m[i].msg_hdr.msg_iov = &iov;
		m[i].msg_hdr.msg_iovlen = 1;
	}
	sent = sendmmsg(fd, m, 2, 0);
	/* The first may have found that nobody listens. */
	return sent < 0 ? errno : sent == 2 ? 0 : evil ? EACCES : BROKEN;
}

static int reconnect(bool evil)
{
	struct sockaddr_in first = v4(INADDR_LOOPBACK, PORT_ALLOWED);
	struct sockaddr_in second = v4(INADDR_LOOPBACK, port(evil));
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (connect(fd, (void *)&first, sizeof(first)))
		return BROKEN;
	return result(connect(fd, (void *)&second, sizeof(second)));
}

#define SOCKET_ROW(name, domain, type, protocol)                                                 \
	static int name(bool evil)                                                               \
	{                                                                                        \
		int err = evil ? opened(socket(domain, type, protocol)) :                        \
				 opened(socket(AF_INET, SOCK_STREAM, 0));                        \
                                                                                                 \
		return err == EAFNOSUPPORT || err == EPROTONOSUPPORT || err == ESOCKTNOSUPPORT ? \
			       SKIPPED :                                                         \
			       err;                                                              \
	}
SOCKET_ROW(raw_socket, AF_INET, SOCK_RAW, IPPROTO_ICMP)
SOCKET_ROW(ping_socket, AF_INET, SOCK_DGRAM, IPPROTO_ICMP)
SOCKET_ROW(multipath_socket, AF_INET, SOCK_STREAM, 262)
SOCKET_ROW(packet_socket, AF_PACKET, SOCK_RAW, 0)
SOCKET_ROW(crypto_socket, AF_ALG, SOCK_SEQPACKET, 0)
SOCKET_ROW(vm_socket, AF_VSOCK, SOCK_STREAM, 0)

static int netlink_family(bool evil)
{
	return opened(socket(AF_NETLINK, SOCK_RAW, evil ? NETLINK_USERSOCK : NETLINK_ROUTE));
}

static int socket_diagnosis(bool evil)
{
	return opened(socket(AF_NETLINK, SOCK_RAW, evil ? NETLINK_SOCK_DIAG : NETLINK_ROUTE));
}

static int listen_unbound(bool evil)
{
	struct sockaddr_in at = v4(INADDR_LOOPBACK, PORT_BIND);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (!evil && bind(fd, (void *)&at, sizeof(at)))
		return errno;
	return result(listen(fd, 1));
}

static int source_route(bool evil)
{
	static const unsigned char route[8] = { 0x83, 7, 4, 127, 0, 0, 1, 0 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), tos = 8;

	return evil ? result(setsockopt(fd, SOL_IP, IP_OPTIONS, route, sizeof(route))) :
		      result(setsockopt(fd, SOL_IP, IP_TOS, &tos, sizeof(tos)));
}

static int routing_header(bool evil)
{
	static const unsigned char route[24] = { 0, 2, 4, 0 };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), class = 8;

	if (fd < 0)
		return errno == EAFNOSUPPORT ? SKIPPED : errno;
	return evil ? result(setsockopt(fd, SOL_IPV6, IPV6_RTHDR, route, sizeof(route))) :
		      result(setsockopt(fd, SOL_IPV6, IPV6_TCLASS, &class, sizeof(class)));
}

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

/* @act on the victim, or on an own child. */
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

	/* A socket, of which there is nothing to judge but whose it is. */
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
	/* Of the child nothing here covers the file in /proc. */
	return evil ? act_open_memory(victim) : result(access("/proc/self/mem", F_OK));
}

static int take_descriptor(bool evil)
{
	return on(evil, act_take_descriptor);
}

/* The kernel sends the signal, on the word of who owns the descriptor. */
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

/* Nothing need fail, as long as the victim lives. */
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

/* All that it may signal: its own child, and nobody else. */
static int kill_all(bool evil)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		pause();
		_exit(0);
	}
	if (evil)
		kill(-1, SIGKILL);
	else
		kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (!WIFSIGNALED(status))
		return BROKEN;
	return evil ? EACCES : 0;
}

/* No attack: open asks whether it may create before it looks, and the file is there. */
static int create_what_exists(bool evil)
{
	if (evil)
		return opened(open(out("file"), O_RDONLY | O_CREAT, 0644));
	return opened(open(in_dir("ro/file"), O_RDONLY | O_CREAT, 0644));
}

struct row {
	const char *name;
	int (*act)(bool evil);
	/* The refusal is the module's own and makes no record of a denial. */
	bool silent;
};

static const struct row rows[] = {
	{ "O_PATH descriptor, opened again", reopen_by_descriptor },
	{ "symlink", through_symlink },
	{ "/proc/self/root", through_proc_root },
	{ "dot dot", through_dots },
	{ "descriptor of a folder", from_folder_descriptor },
	{ "hard link to an excluded file", link_excluded },
	{ "hard link to a file outside", link_outside },
	{ "hard link that gives more", link_read_only },
	{ "rename of an excluded file", rename_excluded },
	{ "rename of a folder with excluded files", rename_folder },
	{ "rename onto an excluded name", rename_onto_excluded },
	{ "exchange with an excluded file", exchange },
	{ "O_TMPFILE", nameless_file },
	{ "O_RDONLY|O_TRUNC", truncate_by_open },
	{ "futimens on a read-only descriptor", times_by_descriptor },
	{ "fchmod on a read-only descriptor", mode_by_descriptor },
	{ "fsetxattr on a read-only descriptor", attribute_by_descriptor },
	{ "file capabilities", file_capability },
	{ "set-id bit", set_id_bit },
	{ "file born with a set-id bit", born_with_set_id },
	{ "device node", device_node },
	{ "open_by_handle_at", open_by_handle },
	{ "O_CREAT on what exists", create_what_exists },
	{ "read of an inherited descriptor", read_given },
	{ "map of an inherited descriptor", map_given },
	{ "sendfile from an inherited descriptor", copy_given },
	{ "SCM_RIGHTS", receive_descriptor },
	{ "ld.so as the program", loader_as_program },
	{ "program in a memfd", program_in_memory },
	{ "copy of a program", copied_program },
	{ "another word 0", another_word_zero },
	{ "two words in one", words_in_one },
	{ "one word more", more_words },
	{ "200 words", many_words },
	{ "no words", no_words },
	{ "code from a data file", map_code },
	{ "READ_IMPLIES_EXEC", reading_implies_execution },
	{ "TCP fast open", fast_open },
	{ "datagram of family 0", family_zero },
	{ "0.0.0.0", wildcard_address },
	{ "::ffff:127.0.0.1", mapped_address },
	{ "::ffff:0.0.0.0", mapped_wildcard },
	{ "IPv4 address on an IPv6 socket", v4_on_v6_socket },
	{ "sendmmsg, second message", several_messages },
	{ "second connect", reconnect },
	{ "raw socket", raw_socket },
	{ "ping socket", ping_socket },
	{ "MPTCP", multipath_socket },
	{ "AF_PACKET", packet_socket },
	{ "AF_ALG", crypto_socket },
	{ "AF_VSOCK", vm_socket },
	{ "NETLINK_USERSOCK", netlink_family },
	{ "NETLINK_SOCK_DIAG", socket_diagnosis },
	{ "listen without bind", listen_unbound },
	{ "source route", source_route },
	{ "routing header", routing_header },
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
};

static bool make_files(void)
{
	char copy[2 * PATH_MAX];

	mkdir(in_dir("ws"), 0755);
	mkdir(in_dir("ro"), 0755);
	mkdir(in_dir("out"), 0755);
	mkdir(ws("secrets"), 0755);
	mkdir(ws("plain"), 0755);
	snprintf(copy, sizeof(copy), "cp /proc/%d/exe %s && chmod 0755 %s", getpid(), ws("prog"),
		 ws("prog"));
	return write_file(ws("a"), "text\n") && write_file(ws("b"), "text\n") &&
	       write_file(ws("c"), "text\n") && write_file(ws(".env"), "secret\n") &&
	       write_file(ws("secrets/key"), "secret\n") && write_file(ws("plain/x"), "text\n") &&
	       write_file(in_dir("ro/file"), "text\n") && write_file(out("file"), "secret\n") &&
	       !system(copy);
}

static bool load_rules(struct box *box)
{
	const uint32_t both = RVM_RIGHT_READ | RVM_RIGHT_WRITE;
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, both, in_dir("ws"), "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("ro"), "" },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_EXECUTE, "/usr/lib", "",
		  RVM_SCOPE_FLAG_LOAD },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, "/etc/ld.so.cache", "" },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, ws("prog"), "prog go" },
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address = INADDR_LOOPBACK,
		  .port = PORT_ALLOWED },
		{ RVM_CLASS_NET, RVM_RIGHT_WRITE, .address = INADDR_LOOPBACK, .port = PORT_BIND },
		{ RVM_CLASS_PATH, RIGHTS_ALL, in_dir("ws"), ".env", .excludes = true },
		{ RVM_CLASS_PATH, RIGHTS_ALL, in_dir("ws"), "secrets/**", .excludes = true },
	};

	return !box_load(box, rules, ARRAY_LEN(rules));
}

static pid_t start_victim(void)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static void send_descriptor(int socket, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = {}, byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	sendmsg(socket, &msg, 0);
}

static bool hand_over(void)
{
	segment = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0666);
	given_fd[true] = open(out("file"), O_RDONLY);
	given_fd[false] = open(ws("a"), O_RDONLY);
	for (int evil = 0; evil < 2; evil++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, given_socket[evil]))
			return false;
		send_descriptor(given_socket[evil][0], given_fd[evil]);
	}
	return segment >= 0 && given_fd[0] >= 0 && given_fd[1] >= 0;
}

static bool has_text(const char *path, const char *text)
{
	char buffer[64] = "";
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, buffer, sizeof(buffer) - 1);

	close(fd);
	return n == (ssize_t)strlen(text) && !strcmp(buffer, text);
}

/* What no attack may have touched. */
static const char *check_host(void)
{
	struct stat st;

	if (waitpid(victim, NULL, WNOHANG))
		return "the victim died";
	if (!has_text(ws(".env"), "secret\n") || !has_text(ws("secrets/key"), "secret\n"))
		return "an excluded file was moved or changed";
	if (!has_text(in_dir("ro/file"), "text\n"))
		return "a read-only file was changed";
	if (!has_text(out("file"), "secret\n"))
		return "a file outside was changed";
	if (stat(in_dir("ro/file"), &st) || st.st_mtime < 1000)
		return "the times of a read-only file were changed";
	return NULL;
}

static unsigned int number;
static bool failed;

static void report(bool good, const char *side, const char *name, const char *why)
{
	printf("%s %u %s: %s%s%s\n", good ? "ok" : "not ok", ++number, name, side, why ? " # " : "",
	       why ? why : "");
	fflush(stdout);
	failed |= !good;
}

static int call(void *arg)
{
	const struct row *row = *(const struct row **)arg;

	return row->act(true);
}

static int call_twin(void *arg)
{
	const struct row *row = *(const struct row **)arg;

	return row->act(false);
}

static void try_attack(const struct box *box, const struct row *row)
{
	uint64_t before = box_denials(box);
	int err = box_do(box, call, &row);
	const char *harm = check_host();
	char why[128] = "";
	bool refused = err == EACCES || err == EPERM || err == EXDEV;

	if (err == SKIPPED) {
		report(true, "refused", row->name, "SKIP not offered here");
		return;
	}
	if (!refused)
		snprintf(why, sizeof(why), "got %s",
			 err == 255    ? "no result" :
			 err == BROKEN ? "no attempt" :
			 err	       ? strerror(err) :
					 "success");
	else if (harm)
		snprintf(why, sizeof(why), "%s", harm);
	else if (!row->silent && box_denials(box) == before)
		snprintf(why, sizeof(why), "refused, but no denial was recorded");
	report(!why[0], "refused", row->name, why[0] ? why : NULL);
	if (harm && waitpid(victim, NULL, WNOHANG))
		victim = start_victim();
}

static void try_twin(const struct box *box, const struct row *row)
{
	int err = box_do(box, call_twin, &row);
	char why[128];

	if (err == SKIPPED) {
		report(true, "twin works", row->name, "SKIP not offered here");
		return;
	}
	snprintf(why, sizeof(why), "got %s", err == 255 ? "no result" : strerror(err));
	report(!err, "twin works", row->name, err ? why : NULL);
}

/* In a pen, and in a group below it that nobody registered, nothing is allowed. */
static int open_something(void *arg)
{
	return try_open(arg, O_RDONLY);
}

static void try_pen(int nl)
{
	static struct request r;
	static struct reply reply;
	struct box pen = { .nl = nl }, stray = {}, made = {};
	const struct rule rule = { RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("ws"), "" };
	char path[PATH_MAX];
	int err;

	snprintf(path, sizeof(path), "%s", ws("a"));
	if (!group_make(&pen, "escape-pen") || !group_make(&stray, "escape-pen/stray")) {
		report(false, "is made", "pen", NULL);
		return;
	}
	request_begin(&r, RVM_CMD_PARTITION_NEW);
	put_str(&r, RVM_A_PARTITION_NAME, "escape-pen");
	put_u32(&r, RVM_A_PARTITION_CGROUP_FD, pen.cgroup_fd);
	put_u32(&r, RVM_A_PARTITION_FLAGS, RVM_PARTITION_FLAG_PEN);
	nl_call(nl, &r, &reply);
	pen.id = reply_u32(&reply, RVM_A_PARTITION_ID);
	err = box_do(&stray, open_something, path);
	report(err == EACCES, "refused", "group in a pen that nobody registered",
	       err ? NULL : "got success");
	if (!group_make(&made, "escape-pen/made")) {
		report(false, "is made", "partition in a pen", NULL);
		return;
	}
	request_begin(&r, RVM_CMD_PARTITION_NEW);
	put_str(&r, RVM_A_PARTITION_NAME, "escape-made");
	put_u32(&r, RVM_A_PARTITION_CGROUP_FD, made.cgroup_fd);
	nl_call(nl, &r, &reply);
	made.nl = nl;
	made.id = reply_u32(&reply, RVM_A_PARTITION_ID);
	box_load(&made, &rule, 1);
	err = box_do(&made, open_something, path);
	report(!err, "twin works", "group in a pen that nobody registered",
	       err ? strerror(err) : NULL);
	box_remove(&made);
	group_remove(&stray);
	box_remove(&pen);
}

int main(int argc, char **argv)
{
	struct box box;
	int nl;

	/* As the program that a row starts. */
	if (argc < 1 || !strstr(argv[0], "escape_test"))
		return 0;
	printf("TAP version 13\n");
	nl = nl_open();
	if (nl < 0 || !hooks_attached(nl) || !make_files() || !box_make(&box, nl, "escape") ||
	    !load_rules(&box) || !hand_over()) {
		printf("Bail out! cannot set up: %s\n", strerror(errno));
		return 1;
	}
	printf("1..%zu\n", 2 * ARRAY_LEN(rows) + 3);
	victim = start_victim();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (argc > 1 && !strstr(rows[i].name, argv[1]))
			continue;
		/* First, so that what it needs is still there. */
		try_twin(&box, &rows[i]);
		try_attack(&box, &rows[i]);
	}
	try_pen(nl);
	kill(victim, SIGKILL);
	waitpid(victim, NULL, 0);
	shmctl(segment, IPC_RMID, NULL);
	report(box_remove(&box), "is deleted", "the partition", NULL);
	return failed;
}
