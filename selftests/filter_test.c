// SPDX-License-Identifier: GPL-2.0-only
/*
 * System calls that `rvmctl run --filter` refuses, and those of other architectures: what
 * judges them where there is no filter.
 *
 *   filter_test          in a partition without a filter, each is tried as root, as an
 *                        ordinary user and by its number for 32-bit programs, and as root
 *                        outside, where it is not denied
 *   filter_test numbers  make each call, with arguments that do nothing; print its name
 *                        and errno
 *   filter_test 32       does one call of 32 bits work?
 */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/net.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"

#define BROKEN 250
#define NOBODY 65534

/* Arguments that 32-bit calls can point to: memory at a low address. */
#define LOW 0x10000000L
#define LOW_BYTES 0x10000
#define ZEROS (LOW)
#define TYPE (LOW + 0x1000)
#define NAME (LOW + 0x1100)
#define COVERED (LOW + 0x2000)
#define OTHER (LOW + 0x3000)
#define HANDLE (LOW + 0x4000)
#define LISTENER (LOW + 0x5000)
#define SCRATCH (LOW + 0x6000)

/* The arguments of a call that are not known before. */
#define DEVICE (-1000)
#define KEY (-1001)

#define NO_CALL (-1)
/* Of a segment that the host has. */
#define HOST_KEY 0x52564d02

enum judged {
	/* By a hook, if root asks; the kernel itself refuses it to an ordinary user. */
	FOR_ROOT,
	/* The same, without a record: programs try it, and do without. */
	QUIETLY,
	/* By a hook, whoever asks. */
	FOR_ALL,
	/* Not at all: what it does is harmless.  The row says why. */
	NOT,
};

static const struct call {
	const char *name;
	long number, number32;
	long args[5];
	enum judged judged;
	/* The kernel may have no such call, or not for this file system. */
	bool may_lack;
} calls[] = {
	{ "io_uring_setup", SYS_io_uring_setup, 425, { 1, ZEROS }, FOR_ALL },
	/* Nobody gets a ring, so there is none. */
	{ "io_uring_enter", SYS_io_uring_enter, 426, { -1 }, NOT },
	{ "io_uring_register", SYS_io_uring_register, 427, { -1 }, NOT },
	/* What it may start is judged, in all ways to start a task. */
	{ "clone3", SYS_clone3, 435, {}, NOT },
	{ "add_key", SYS_add_key, 286, { TYPE, NAME, NAME, 1, KEY_SPEC_THREAD_KEYRING }, FOR_ALL },
	{ "request_key", SYS_request_key, 287, { TYPE, NAME, NAME, 0 }, FOR_ALL },
	{ "keyctl new session", SYS_keyctl, 288, { KEYCTL_JOIN_SESSION_KEYRING }, FOR_ALL },
	{ "keyctl own keyring",
	  SYS_keyctl,
	  288,
	  { KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 1 },
	  FOR_ALL },
	{ "keyctl describe", SYS_keyctl, 288, { KEYCTL_DESCRIBE, KEY, SCRATCH, 64 }, FOR_ALL },
	/* It says that there is no such key. */
	{ "keyctl read", SYS_keyctl, 288, { KEYCTL_READ, KEY, SCRATCH, 64 }, FOR_ALL },
	{ "keyctl timeout", SYS_keyctl, 288, { KEYCTL_SET_TIMEOUT, KEY, 1000 }, FOR_ALL },
	/* What the kernel can do. */
	{ "keyctl capabilities", SYS_keyctl, 288, { KEYCTL_CAPABILITIES, SCRATCH, 8 }, NOT },
	{ "userfaultfd", SYS_userfaultfd, 374, { 1 }, FOR_ALL },
	{ "open_by_handle_at", SYS_open_by_handle_at, 342, { AT_FDCWD, HANDLE }, QUIETLY },
	{ "kexec_load", SYS_kexec_load, 283, { 0 }, FOR_ROOT },
	{ "kexec_file_load", SYS_kexec_file_load, NO_CALL, { -1, -1 }, FOR_ROOT, true },
	{ "init_module", SYS_init_module, 128, { NAME, 1, ZEROS }, FOR_ROOT },
	{ "finit_module", SYS_finit_module, 350, { -1, ZEROS }, FOR_ROOT },
	{ "delete_module", SYS_delete_module, 129, { NAME, O_NONBLOCK }, FOR_ROOT },
	{ "swapon", SYS_swapon, 87, { COVERED }, FOR_ROOT },
	{ "swapoff", SYS_swapoff, 115, { COVERED }, FOR_ROOT },
	{ "reboot", SYS_reboot, 88, { 0 }, FOR_ROOT },
	{ "acct", SYS_acct, 51, { 0 }, FOR_ROOT },
	/* Q_SYNC takes no capability. */
	{ "quotactl", SYS_quotactl, 131, { 0x800001 << 8 }, FOR_ALL, true },
	/* Without a file; then it is the same function. */
	{ "quotactl_fd", SYS_quotactl_fd, 443, { -1, 0x800001 << 8 }, NOT },
	{ "quotactl set", SYS_quotactl, 131, { 0x800008 << 8, OTHER }, NOT },
	{ "vhangup", SYS_vhangup, 111, {}, FOR_ROOT },
	{ "lookup_dcookie", 212, 253, { 0, 0, SCRATCH, 8 }, FOR_ROOT, true },
	{ "nfsservctl", 180, 169, {}, NOT },
	{ "uselib", SYS_uselib, 86, { OTHER }, FOR_ALL, true },
	/* How full a file system is, as statfs() of a directory. */
	{ "ustat", SYS_ustat, 62, { DEVICE, SCRATCH }, NOT },
	/* Kinds of file systems, as in /proc/filesystems. */
	{ "sysfs", SYS_sysfs, 135, { 3 }, NOT },
	{ "iopl", SYS_iopl, 110, { 3 }, FOR_ROOT },
	{ "ioperm", SYS_ioperm, 101, { 0x80, 1, 1 }, FOR_ROOT },
	/* Segments of the caller's own addresses. */
	{ "modify_ldt", SYS_modify_ldt, 123, { 0, SCRATCH, 8 }, NOT },
	/* No memory: the caller's own maps, each judged when it was made and again here. */
	{ "remap_file_pages", SYS_remap_file_pages, 257, { 0 }, NOT },
	/* What it makes executable is judged when it is mapped. */
	{ "personality", SYS_personality, 136, { READ_IMPLIES_EXEC }, NOT },
	/* All that is done with the listener is judged. */
	{ "seccomp listener",
	  SYS_seccomp,
	  354,
	  { 1, SECCOMP_FILTER_FLAG_NEW_LISTENER, LISTENER },
	  NOT },
};

FIXTURE(filter)
{
	int nl;
	struct box box;
};

static long device, key;
static pid_t host;

static bool make_low(void)
{
	char *low = mmap((void *)LOW, LOW_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (low != (void *)LOW)
		return false;
	strcpy((char *)TYPE, "user");
	strcpy((char *)NAME, "rvm-none");
	return true;
}

/* A filter that allows all; 32-bit programs have a smaller pointer in it. */
static void put_filter(bool wide)
{
	static const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);

	memcpy((void *)SCRATCH, &allow, sizeof(allow));
	memset((void *)LISTENER, 0, 16);
	*(unsigned short *)LISTENER = 1;
	*(unsigned int *)(LISTENER + (wide ? 8 : 4)) = SCRATCH;
}

static bool put_names(const char *covered, const char *other)
{
	struct file_handle *handle = (void *)HANDLE;
	struct stat st;
	int mount;

	strcpy((char *)COVERED, covered);
	strcpy((char *)OTHER, other);
	handle->handle_bytes = 128;
	if (stat(other, &st))
		return false;
	device = st.st_dev;
	/* Not all file systems have handles. */
	return !name_to_handle_at(AT_FDCWD, other, handle, &mount, 0) || errno == EOPNOTSUPP;
}

#ifdef __x86_64__
/* By the numbers and the entry of 32-bit programs. */
static long call_32(long number, const long *args)
{
	long ret;

	asm volatile("int $0x80"
		     : "=a"(ret)
		     : "a"(number), "b"(args[0]), "c"(args[1]), "d"(args[2]), "S"(args[3]),
		       "D"(args[4])
		     : "r8", "r9", "r10", "r11", "memory");
	if ((int)ret > -4096 && (int)ret < 0) {
		errno = -(int)ret;
		return -1;
	}
	return (unsigned int)ret;
}
#endif

static long call(bool wide, const struct call *c)
{
	long args[5];

	for (int i = 0; i < 5; i++)
		args[i] = c->args[i] == DEVICE ? device : c->args[i] == KEY ? key : c->args[i];
	put_filter(wide);
	if (!wide)
		return call_32(c->number32, args);
	return syscall(c->number, args[0], args[1], args[2], args[3], args[4]);
}

/* How a call is tried. */
struct attempt {
	const struct call *call;
	bool wide, as_user;
};

/* Its errno; 0 if it succeeds. */
static int attempt(void *arg)
{
	const struct attempt *a = arg;

	/* It has no terminal that could be hung up. */
	setsid();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (a->as_user && (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
			   setresuid(NOBODY, NOBODY, NOBODY)))
		return BROKEN;
	return call(a->wide, a->call) < 0 ? errno : 0;
}

static int outside(const struct attempt *a)
{
	pid_t pid = fork();

	if (!pid)
		_exit(attempt((void *)a));
	return wait_for(pid);
}

static bool is_denial(int err)
{
	return err == EACCES || err == EPERM;
}

/* Does the kernel have calls of 32 bits?  It kills who makes one if not. */
static bool has_32(void)
{
	const struct call getpid_32 = { .number32 = 20 };
	const struct attempt a = { &getpid_32 };

	return outside(&a) == 0;
}

FIXTURE_SETUP(filter)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_WRITE, in_dir("ws"), "**" },
	};

	self->nl = nl_open();
	ASSERT_TRUE(attach_hooks(self->nl));
	mkdir(in_dir("ws"), 0777);
	mkdir(in_dir("other"), 0755);
	chmod(test_dir(), 0755);
	ASSERT_TRUE(write_file(in_dir("ws/file"), "text"));
	ASSERT_TRUE(write_file(in_dir("other/file"), "text"));
	ASSERT_TRUE(make_low());
	ASSERT_TRUE(put_names(in_dir("ws/file"), in_dir("other/file")));
	/* Of the host, in a keyring that those inside still have. */
	ASSERT_LT(0, syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL));
	key = syscall(SYS_add_key, "user", "rvm-host", "x", 1, KEY_SPEC_SESSION_KEYRING);
	ASSERT_LT(0, key);
	ASSERT_TRUE(box_make(&self->box, self->nl, "filter"));
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
}

FIXTURE_TEARDOWN(filter)
{
	EXPECT_TRUE(box_remove(&self->box));
	munmap((void *)LOW, LOW_BYTES);
	close(self->nl);
}

/* A denial stands beside the same call outside. */
static bool is_judged(const struct box *box, const struct attempt *a)
{
	uint64_t before = box_denials(box);
	int inside = box_do(box, attempt, (void *)a), out = outside(a);
	bool recorded = box_denials(box) > before, recorded_here;
	const struct call *c = a->call;

	if (c->may_lack && (inside == ENOSYS || inside == out))
		return !recorded || inside != out;
	if (c->judged == NOT)
		return inside == out && !recorded;
	recorded_here = c->judged == FOR_ALL || (c->judged == FOR_ROOT && !a->as_user);
	/* Outside an ordinary user is denied too what takes a capability. */
	if (is_denial(out) && !(a->as_user && c->judged != FOR_ALL))
		return false;
	return (is_denial(inside) || inside == ENOKEY) && recorded == recorded_here;
}

static void expect_judged(struct __test_metadata *_metadata, const struct box *box, bool wide,
			  bool as_user)
{
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		const struct attempt a = { &calls[i], wide, as_user };

		if (!wide && a.call->number32 == NO_CALL)
			continue;
		EXPECT_TRUE(is_judged(box, &a))
		{
			TH_LOG("%s: inside %d, outside %d", a.call->name,
			       box_do(box, attempt, (void *)&a), outside(&a));
		}
	}
}

TEST_F(filter, calls_of_root_are_judged)
{
	expect_judged(_metadata, &self->box, true, false);
}

TEST_F(filter, calls_of_users_are_judged)
{
	expect_judged(_metadata, &self->box, true, true);
}

TEST_F(filter, calls_of_32_bits_are_judged)
{
	if (!has_32())
		SKIP(return, "this kernel has no calls of 32 bits");
	expect_judged(_metadata, &self->box, false, false);
	expect_judged(_metadata, &self->box, false, true);
}

/* Calls of 32 bits that have an entry of their own: on what is covered, and on what is not. */

static long call_5(long number, long a, long b, long c, long d, long e)
{
	const long args[5] = { a, b, c, d, e };

	return call_32(number, args);
}
#define CALL(number, a, b, c, d) call_5(number, (long)(a), (long)(b), (long)(c), (long)(d), 0)

static int closed(long fd)
{
	int err = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

static int result(long ret)
{
	return ret < 0 ? errno : 0;
}

static long name_of(bool good)
{
	return good ? COVERED : OTHER;
}

static int do_open(bool good)
{
	return closed(CALL(5, name_of(good), O_RDWR, 0, 0));
}

static int do_openat(bool good)
{
	return closed(CALL(295, AT_FDCWD, name_of(good), O_RDONLY, 0));
}

static int do_creat(bool good)
{
	return closed(CALL(8, name_of(good), 0644, 0, 0));
}

static int do_truncate(bool good)
{
	return result(CALL(92, name_of(good), 4, 0, 0));
}

static int do_chmod(bool good)
{
	return result(CALL(15, name_of(good), 0755, 0, 0));
}

static int do_rename(bool good)
{
	return result(CALL(38, name_of(good), name_of(good), 0, 0));
}

static int do_mkdir(bool good)
{
	strcpy((char *)SCRATCH, (char *)name_of(good));
	strcat((char *)SCRATCH, ".new");
	return result(CALL(39, SCRATCH, 0755, 0, 0)) ?: result(CALL(40, SCRATCH, 0, 0, 0));
}

static int do_utimes(bool good)
{
	return result(CALL(271, name_of(good), 0, 0, 0));
}

/* FIONREAD, and a command that nobody knows. */
static int do_ioctl(bool good)
{
	int fd = open((char *)COVERED, O_RDWR), err;

	err = result(CALL(54, fd, good ? 0x541b : 0xabcd, SCRATCH, 0));
	close(fd);
	return err;
}

static int do_fcntl(bool good)
{
	int fd = open((char *)COVERED, O_RDONLY), err;

	err = result(CALL(221, fd, good ? F_GETFL : F_SETLEASE, F_RDLCK, 0));
	close(fd);
	return err;
}

static int do_mmap(bool good)
{
	int fd = open((char *)COVERED, O_RDONLY), err;
	unsigned int *args = (void *)SCRATCH;

	args[0] = 0;
	args[5] = 0;
	args[1] = 4096;
	args[2] = good ? PROT_READ : PROT_READ | PROT_EXEC;
	args[3] = MAP_PRIVATE;
	args[4] = fd;
	err = result(CALL(90, SCRATCH, 0, 0, 0));
	close(fd);
	return err;
}

/* socketcall(): sockets and addresses come by an array. */
static long socket_call(long which, long a, long b, long c)
{
	unsigned int *args = (void *)SCRATCH;

	args[0] = a;
	args[1] = b;
	args[2] = c;
	return CALL(102, which, SCRATCH, 0, 0);
}

static int do_connect(bool good)
{
	struct sockaddr_in *to = (void *)(SCRATCH + 256);
	int fd = socket_call(SYS_SOCKET, AF_INET, SOCK_DGRAM, 0), err;

	memset(to, 0, sizeof(*to));
	to->sin_family = AF_INET;
	to->sin_port = htons(good ? 9 : 10);
	to->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	err = fd < 0 ? errno : result(socket_call(SYS_CONNECT, fd, (long)to, sizeof(*to)));
	close(fd);
	return err;
}

/* ipc(): the own segment, and that of the host. */
static int do_segment(bool good)
{
	long id = CALL(117, 23, good ? IPC_PRIVATE : HOST_KEY, 4096, 0600 | (good ? IPC_CREAT : 0));
	int err;

	if (id < 0)
		return errno;
	/* IPC_STAT, of the newer layout. */
	err = result(call_5(117, 24, id, IPC_STAT | 0x100, 0, SCRATCH));
	if (good)
		shmctl(id, IPC_RMID, NULL);
	return err;
}

static int do_clone(bool good)
{
	unsigned long long *args = (void *)SCRATCH;
	long pid;

	memset(args, 0, 88);
	args[4] = SIGCHLD;
	if (!good) {
		args[0] = 0x200000000ULL;
		args[10] = open("/sys/fs/cgroup", O_PATH | O_DIRECTORY);
	}
	pid = CALL(435, SCRATCH, 88, 0, 0);
	if (!pid)
		_exit(0);
	if (pid < 0)
		return errno;
	return wait_for(pid);
}

/* No program: the kernel says so when the hook has allowed it. */
static int do_exec(bool good)
{
	unsigned int *argv = (void *)(SCRATCH + 256), *envp = (void *)(SCRATCH + 512);
	int err;

	strcpy((char *)SCRATCH, "file");
	strcpy((char *)SCRATCH + 16, good ? "go" : "stop");
	argv[0] = SCRATCH;
	argv[1] = SCRATCH + 16;
	argv[2] = 0;
	envp[0] = 0;
	err = result(CALL(11, COVERED, argv, envp, 0));
	return err == ENOEXEC ? 0 : err;
}

static int do_kill(bool good)
{
	return result(CALL(37, good ? getpid() : host, 0, 0, 0));
}

static int do_trace(bool good)
{
	pid_t pid = good ? fork() : host;
	int err;

	if (!pid)
		for (;;)
			pause();
	/* PTRACE_SEIZE */
	err = result(CALL(26, 0x4206, pid, 0, 0));
	if (good) {
		kill(pid, SIGKILL);
		wait_for(pid);
	}
	return err;
}

static int do_mount(bool good)
{
	return result(good ? CALL(33, COVERED, R_OK, 0, 0) : CALL(21, TYPE, OTHER, TYPE, 0));
}

static const struct pair {
	const char *name;
	int (*act)(bool good);
} pairs[] = {
	/* First: the file is as it was made.  Of another, the kernel asks for a module. */
	{ "execve", do_exec },	      { "open", do_open },	   { "openat", do_openat },
	{ "creat", do_creat },	      { "truncate", do_truncate }, { "chmod", do_chmod },
	{ "rename", do_rename },      { "mkdir", do_mkdir },	   { "utimes", do_utimes },
	{ "ioctl", do_ioctl },	      { "fcntl64", do_fcntl },	   { "mmap", do_mmap },
	{ "socketcall", do_connect }, { "ipc", do_segment },	   { "clone3", do_clone },
	{ "kill", do_kill },	      { "ptrace", do_trace },	   { "mount", do_mount },
};

static int good_one(void *arg)
{
	return ((const struct pair *)arg)->act(true);
}

static int bad_one(void *arg)
{
	return ((const struct pair *)arg)->act(false);
}

TEST_F(filter, entries_of_32_bits_are_judged)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_WRITE, in_dir("ws"), "**" },
		{ RVM_CLASS_EXEC, RVM_RIGHT_EXECUTE, in_dir("ws/file"), "file go" },
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address = INADDR_LOOPBACK, .port = 9 },
	};
	int segment;

	if (!has_32())
		SKIP(return, "this kernel has no calls of 32 bits");
	host = getpid();
	segment = shmget(HOST_KEY, 4096, IPC_CREAT | 0600);
	ASSERT_LE(0, segment);
	chmod(in_dir("ws/file"), 0755);
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		uint64_t before = box_denials(&self->box);

		EXPECT_EQ(0, box_do(&self->box, good_one, (void *)&pairs[i]))
		{
			TH_LOG("%s, covered", pairs[i].name);
		}
		EXPECT_EQ(before, box_denials(&self->box))
		{
			TH_LOG("%s, record", pairs[i].name);
		}
		EXPECT_TRUE(is_denial(box_do(&self->box, bad_one, (void *)&pairs[i])))
		{
			TH_LOG("%s, not covered", pairs[i].name);
		}
		EXPECT_LT(before, box_denials(&self->box))
		{
			TH_LOG("%s, record", pairs[i].name);
		}
	}
	shmctl(segment, IPC_RMID, NULL);
}

/* Debian's kernels have the x32 calls, switched off; others may not. */
static int open_by_x32(void *arg)
{
	long fd = syscall(0x40000000 + SYS_open, arg, O_RDONLY);

	return fd < 0 ? errno : 0;
}

TEST_F(filter, calls_of_x32_are_judged)
{
	int bad = box_do(&self->box, open_by_x32, (void *)OTHER);

	if (bad == ENOSYS)
		SKIP(return, "this kernel has no calls of x32");
	EXPECT_EQ(EACCES, bad);
	EXPECT_EQ(0, box_do(&self->box, open_by_x32, (void *)COVERED));
}

/* A map is made once more by it: before its token is gone, and after. */
static int remap(void *arg)
{
	int *steps = arg, fd = open((char *)COVERED, O_RDWR);
	void *map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	char c = 0;

	if (map == MAP_FAILED)
		return BROKEN;
	if (syscall(SYS_remap_file_pages, map, 4096, 0, 0, 0))
		return BROKEN + 1;
	if (write(steps[1], &c, 1) != 1 || read(steps[2], &c, 1) != 1)
		return BROKEN + 2;
	return result(syscall(SYS_remap_file_pages, map, 4096, 0, 0, 0));
}

TEST_F(filter, maps_that_are_made_again_are_judged)
{
	const struct rule other = { RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("other"), "none" };
	int steps[4];
	pid_t pid;
	char c;

	ASSERT_EQ(0, pipe(steps));
	ASSERT_EQ(0, pipe(steps + 2));
	pid = box_start(&self->box, remap, steps);
	EXPECT_EQ(1, read(steps[0], &c, 1));
	EXPECT_EQ(0, box_load(&self->box, &other, 1));
	EXPECT_EQ(1, write(steps[3], &c, 1));
	EXPECT_EQ(EACCES, wait_for(pid));
	for (int i = 0; i < 4; i++)
		close(steps[i]);
}

/* What each call says here, beginning with whether there is a filter. */
static int print_numbers(void)
{
	if (!make_low())
		return 1;
	printf("filter %d\n", prctl(PR_GET_SECCOMP));
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		const struct attempt a = { &calls[i], true };

		printf("%s %d\n", calls[i].name, outside(&a));
		fflush(stdout);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "numbers"))
		return print_numbers();
	if (argc == 2 && !strcmp(argv[1], "32"))
		return has_32() ? 0 : 1;
	return test_harness_run(argc, argv);
}
