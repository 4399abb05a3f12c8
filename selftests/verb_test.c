// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rights that operations take, by the module's own tables: each command of each
 * table, and some that no table has, on each kind of object.  Then operations that need
 * no right while the partition does not run, and memory as code.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"
#include "lib/model/verb.c"

FIXTURE(verb)
{
	int nl;
	struct box box;
};

static const struct rule rules_of_box[] = {
	{ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_WRITE, "ws", "" },
	{ RVM_CLASS_PATH, RVM_RIGHT_READ, "ro", "" },
	{ RVM_CLASS_PATH, RVM_RIGHT_READ, "/dev", "zero" },
	{ RVM_CLASS_PATH, RVM_RIGHT_READ, "/proc", "**", RVM_SCOPE_FLAG_PROC_OWN },
};

static bool load(struct box *box)
{
	struct rule rules[ARRAY_LEN(rules_of_box)];

	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		rules[i] = rules_of_box[i];
		if (rules[i].anchor[0] != '/')
			rules[i].anchor = in_dir(rules[i].anchor);
	}
	return !box_load(box, rules, ARRAY_LEN(rules));
}

FIXTURE_SETUP(verb)
{
	self->nl = nl_open();
	ASSERT_TRUE(attach_hooks(self->nl));
	mkdir(in_dir("ws"), 0755);
	mkdir(in_dir("ro"), 0755);
	write_file(in_dir("ws/file"), "text");
	write_file(in_dir("ro/file"), "text");
	ASSERT_TRUE(box_make(&self->box, self->nl, "verb"));
	ASSERT_TRUE(load(&self->box));
}

FIXTURE_TEARDOWN(verb)
{
	EXPECT_TRUE(box_remove(&self->box));
	close(self->nl);
}

/* An object inside the box, and the rights that the box has on it. */
struct thing {
	const char *name;
	enum rvm_object kind;
	int fd;
	bool may_read, may_write;
};

/* A child stands for a process that is the partition's own. */
static int own_process(void)
{
	return syscall(SYS_pidfd_open, getpid(), 0);
}

static int listener(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { 1, &allow };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
		       &program);
}

static size_t make_things(struct thing *things)
{
	int pipes[2];
	const struct thing all[] = {
		{ "file", RVM_OBJECT_FILE, open(in_dir("ws/file"), O_RDWR), true, true },
		{ "file to read", RVM_OBJECT_FILE, open(in_dir("ro/file"), O_RDONLY), true },
		{ "folder", RVM_OBJECT_FOLDER, open(in_dir("ws"), O_RDONLY), true, true },
		{ "folder to read", RVM_OBJECT_FOLDER, open(in_dir("ro"), O_RDONLY), true },
		{ "device", RVM_OBJECT_SPECIAL, open("/dev/zero", O_RDONLY), true },
		{ "pipe", RVM_OBJECT_PIPE, pipe(pipes) ? -1 : pipes[0] },
		{ "socket", RVM_OBJECT_SOCKET, socket(AF_INET, SOCK_DGRAM, 0) },
		{ "memory", RVM_OBJECT_MEMORY, memfd_create("own", 0) },
		{ "event", RVM_OBJECT_EVENT, eventfd(0, 0) },
		{ "process", RVM_OBJECT_PROCESS, own_process() },
		{ "name space", RVM_OBJECT_SPACE, open("/proc/self/ns/uts", O_RDONLY) },
		{ "listener", RVM_OBJECT_DOOR, listener() },
	};

	memcpy(things, all, sizeof(all));
	return ARRAY_LEN(all);
}

static bool is_refused(const struct thing *thing, enum rvm_demand demand)
{
	switch (demand) {
	case RVM_DEMAND_NOTHING:
	case RVM_DEMAND_OWNER:
	case RVM_DEMAND_PROCESS:
		return false;
	case RVM_DEMAND_READ:
		return !thing->may_read;
	case RVM_DEMAND_WRITE:
		return !thing->may_write;
	default:
		return true;
	}
}

static int mistakes;

static void expect(const struct thing *thing, const char *call, unsigned int cmd,
		   enum rvm_demand demand, long ret)
{
	bool refused = ret < 0 && errno == EACCES;

	if (refused == is_refused(thing, demand))
		return;
	printf("# %s: %s %#x is %s: %s\n", thing->name, call, cmd, refused ? "refused" : "allowed",
	       ret < 0 ? strerror(errno) : "it worked");
	mistakes++;
}

static char room[8192];

static void try_ioctl(const struct thing *thing, unsigned int cmd)
{
	memset(room, 0, sizeof(room));
	expect(thing, "ioctl", cmd, rvm_verb_ioctl(thing->kind, cmd), ioctl(thing->fd, cmd, room));
}

/* No table has them for any object; the first three type, set the discipline, and hang up. */
static const unsigned int unknown[] = {
	TIOCSTI,       TIOCSETD,    TIOCVHANGUP,
	0xabcd,	       _IO('k', 1), _IOW(0x94, 23, char[4096]),
	FITRIM,	       FIFREEZE,    FS_IOC_SETVERSION,
	_IO(0x94, 15), FIOSETOWN,
};

static int give_commands(void *arg)
{
	struct thing things[16];
	size_t count = make_things(things), i, k;

	for (i = 0; i < count; i++) {
		if (things[i].fd < 0)
			printf("# there is no %s: %s\n", things[i].name, strerror(errno));
		for (k = 0; things[i].fd >= 0 && k < ARRAY_LEN(ioctls); k++)
			try_ioctl(&things[i], ioctls[k].cmd);
		for (k = 0; things[i].fd >= 0 && k < ARRAY_LEN(unknown); k++)
			try_ioctl(&things[i], unknown[k]);
	}
	fflush(stdout);
	return mistakes > 100 ? 100 : mistakes;
}

TEST_F_TIMEOUT(verb, commands_take_what_the_table_says, 120)
{
	EXPECT_EQ(0, box_do(&self->box, give_commands, NULL));
	EXPECT_LT(0, box_denials(&self->box));
}

static int give_terminal_commands(void *arg)
{
	struct thing own = { "terminal", RVM_OBJECT_TERMINAL, .fd = *(int *)arg };

	for (size_t k = 0; k < ARRAY_LEN(ioctls); k++)
		/* Commands that give it away, and a signal to its reader. */
		if (ioctls[k].cmd != TIOCNOTTY && ioctls[k].cmd != TIOCSPGRP)
			try_ioctl(&own, ioctls[k].cmd);
	for (size_t k = 0; k < ARRAY_LEN(unknown); k++)
		try_ioctl(&own, unknown[k]);
	fflush(stdout);
	return mistakes;
}

TEST_F(verb, commands_to_the_own_terminal)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	pid_t pid;

	ASSERT_EQ(0, unlockpt(master));
	pid = fork();
	if (!pid) {
		int fd;

		setsid();
		signal(SIGTTOU, SIG_IGN);
		fd = open(ptsname(master), O_RDWR);
		_exit(fd < 0 ? 254 : box_do(&self->box, give_terminal_commands, &fd));
	}
	EXPECT_EQ(0, wait_for(pid));
	close(master);
}

static int give_fcntl(void *arg)
{
	struct thing thing = { "pipe", RVM_OBJECT_PIPE };
	int pipes[2];

	if (pipe(pipes))
		return 200;
	thing.fd = pipes[0];
	for (size_t i = 0; i < ARRAY_LEN(fcntls); i++)
		expect(&thing, "fcntl", fcntls[i].cmd, fcntls[i].demand,
		       fcntl(thing.fd, fcntls[i].cmd, 0));
	for (int cmd = F_LINUX_SPECIFIC_BASE + 15; cmd < F_LINUX_SPECIFIC_BASE + 32; cmd++)
		expect(&thing, "fcntl", cmd, RVM_DEMAND_ALL, fcntl(thing.fd, cmd, 0));
	thing.fd = open(in_dir("ws/file"), O_RDONLY);
	expect(&thing, "lease", F_RDLCK, RVM_DEMAND_ALL, fcntl(thing.fd, F_SETLEASE, F_RDLCK));
	expect(&thing, "lease", F_UNLCK, RVM_DEMAND_NOTHING, fcntl(thing.fd, F_SETLEASE, F_UNLCK));
	expect(&thing, "owner", 1, RVM_DEMAND_NOTHING, fcntl(thing.fd, F_SETOWN, getpid()));
	expect(&thing, "signal", SIGUSR1, RVM_DEMAND_OWNER, fcntl(thing.fd, F_SETSIG, SIGUSR1));
	fflush(stdout);
	return mistakes;
}

TEST_F(verb, commands_to_descriptors)
{
	EXPECT_EQ(0, box_do(&self->box, give_fcntl, NULL));
}

/*
 * Inside, before the partition stops; what comes after is done by a thread that
 * waits for memory to change, for it may not even read a pipe then.
 */
struct halt {
	int map_error, none_error, protect_error, ioctl_error, fcntl_error, lock_error;
	int ready, go, done;
};

static int errno_of(long ret)
{
	return ret < 0 ? errno : 0;
}

static int act_when_halted(void *arg)
{
	struct halt *halt = arg;
	int fd = open(in_dir("ws/file"), O_RDWR), waiting;
	char *p = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE, fd, 0);
	int pipes[2];

	if (fd < 0 || p == MAP_FAILED || pipe(pipes))
		return 1;
	__atomic_store_n(&halt->ready, 1, __ATOMIC_SEQ_CST);
	if (!wait_until(__atomic_load_n(&halt->go, __ATOMIC_SEQ_CST)))
		return 1;
	halt->map_error = errno_of((long)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0));
	halt->none_error = errno_of((long)mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE, fd, 0));
	halt->protect_error = errno_of(mprotect(p, 4096, PROT_READ));
	halt->ioctl_error = errno_of(ioctl(pipes[0], FIONREAD, &waiting));
	halt->fcntl_error = errno_of(fcntl(pipes[0], F_GETFL));
	halt->lock_error = errno_of(fcntl(fd, F_SETLK, &(struct flock){ .l_type = F_UNLCK }));
	return 0;
}

static struct halt *run_halted(struct box *box, uint16_t attr, uint32_t value)
{
	struct halt *halt =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid = box_start(box, act_when_halted, halt);

	wait_until(__atomic_load_n(&halt->ready, __ATOMIC_SEQ_CST));
	if (attr)
		box_set(box, attr, value);
	__atomic_store_n(&halt->go, 1, __ATOMIC_SEQ_CST);
	wait_for(pid);
	return halt;
}

static void expect_all(struct __test_metadata *_metadata, const struct halt *halt, int error)
{
	EXPECT_EQ(error, halt->map_error);
	EXPECT_EQ(error, halt->none_error);
	EXPECT_EQ(error, halt->protect_error);
	EXPECT_EQ(error, halt->ioctl_error);
	EXPECT_EQ(error, halt->fcntl_error);
	EXPECT_EQ(error, halt->lock_error);
}

TEST_F(verb, what_needs_nothing_needs_a_partition_that_runs)
{
	expect_all(_metadata, run_halted(&self->box, 0, 0), 0);
	expect_all(_metadata, run_halted(&self->box, RVM_A_PARTITION_STATE, RVM_STATE_SUSPENDED),
		   EACCES);
}

TEST_F(verb, what_needs_nothing_needs_a_partition_without_a_fence)
{
	expect_all(_metadata,
		   run_halted(&self->box, RVM_A_PARTITION_FLAGS, RVM_PARTITION_FLAG_FENCED),
		   EACCES);
}

/* As compilers at run time do: one map to write, another to run. */
static int code_in_two_maps(void *arg)
{
	int fd = memfd_create("doublemapper", 0);
	char *p;

	if (fd < 0 || ftruncate(fd, 4096))
		return 200;
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return 201;
	memset(p, 0xc3, 16);
	p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return errno;
	((void (*)(void))p)();
	return 0;
}

static int code_in_shared_memory(void *arg)
{
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? 201 : errno_of(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

/* As loaders do: by a name, to read, for themselves. */
static int load_memory(void *arg)
{
	int fd = memfd_create("library", 0), again;
	char path[64];

	if (fd < 0 || ftruncate(fd, 4096))
		return 200;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY);
	if (again < 0)
		return 201;
	if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, again, 0) != MAP_FAILED ||
	    errno != EACCES)
		return 202;
	return errno_of((long)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, again, 0));
}

static int map_segment(void *arg)
{
	int id = shmget(IPC_PRIVATE, 4096, 0700);
	void *p = shmat(id, NULL, SHM_EXEC);

	shmctl(id, IPC_RMID, NULL);
	return p == (void *)-1 ? errno : 0;
}

TEST_F(verb, shared_memory_is_code_as_other_memory_is)
{
	EXPECT_EQ(0, box_do(&self->box, code_in_two_maps, NULL));
	EXPECT_EQ(0, box_do(&self->box, code_in_shared_memory, NULL));
	EXPECT_EQ(EACCES, box_do(&self->box, load_memory, NULL));
	EXPECT_EQ(EACCES, box_do(&self->box, map_segment, NULL));
}

#define HUGE (2 << 20)

static int huge_pages(void *arg)
{
	char *p = mmap(NULL, HUGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	int fd;

	if (p == MAP_FAILED)
		return errno;
	*p = 1;
	munmap(p, HUGE);
	fd = memfd_create("huge", MFD_HUGETLB);
	if (fd < 0)
		return 201;
	p = mmap(NULL, HUGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return p == MAP_FAILED ? errno : 0;
}

TEST_F(verb, huge_pages_are_memory)
{
	if (!write_file("/proc/sys/vm/nr_hugepages", "4"))
		SKIP(return, "no huge pages here");
	EXPECT_EQ(0, box_do(&self->box, huge_pages, NULL));
	write_file("/proc/sys/vm/nr_hugepages", "0");
}

static int copy_or_link(void *arg)
{
	unlink(in_dir("ws/linked"));
	return errno_of(link(in_dir(arg), in_dir("ws/linked")));
}

TEST_F(verb, who_may_only_copy_is_told_so)
{
	mkdir(in_dir("out"), 0755);
	write_file(in_dir("out/file"), "secret");
	EXPECT_EQ(0, box_do(&self->box, copy_or_link, "ws/file"));
	EXPECT_EQ(EXDEV, box_do(&self->box, copy_or_link, "ro/file"));
	EXPECT_EQ(EACCES, box_do(&self->box, copy_or_link, "out/file"));
}

static int bind_at(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), err;

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	err = errno_of(bind(fd, (void *)&at, sizeof(at)));
	close(fd);
	return err;
}

/* With names that no table can have, because they contain a number. */
static int make_and_use(void *arg)
{
	char fifo[PATH_MAX], socket[PATH_MAX], moved[PATH_MAX];

	snprintf(fifo, sizeof(fifo), "%s.%d", in_dir("ws/fifo"), getpid());
	snprintf(socket, sizeof(socket), "%s.%d", in_dir("ws/socket"), getpid());
	snprintf(moved, sizeof(moved), "%s.%d", in_dir("ws/moved"), getpid());
	if (mkfifo(fifo, 0600) || close(open(fifo, O_RDWR)) || chmod(fifo, 0640) ||
	    rename(fifo, moved) || close(open(moved, O_RDWR)) || unlink(moved))
		return errno;
	if (bind_at(socket))
		return 201;
	return chmod(socket, 0600) || rename(socket, moved) || unlink(moved) ? errno : 0;
}

static int use(void *arg)
{
	int err = errno_of(open(in_dir(arg), O_RDWR | O_NONBLOCK));

	return err ? err : errno_of(unlink(in_dir(arg)));
}

static int connect_at(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), err;

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	err = errno_of(connect(fd, (void *)&at, sizeof(at)));
	close(fd);
	return err;
}

static int listen_at(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	return bind(fd, (void *)&at, sizeof(at)) || listen(fd, 5) ? -1 : fd;
}

static int listen_and_connect(void *arg)
{
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s.%d", in_dir("ws/server"), getpid());
	return listen_at(name) < 0 ? 201 : connect_at(name);
}

static int connect_to(void *arg)
{
	return connect_at(in_dir(arg));
}

static int move(void *arg)
{
	return errno_of(rename(in_dir(arg), in_dir("ws/moved-away")));
}

static int leave(void *arg)
{
	return errno_of(mkfifo(in_dir(arg), 0600));
}

TEST_F(verb, own_fifos_and_sockets_need_no_naming)
{
	EXPECT_EQ(0, box_do(&self->box, make_and_use, NULL));
	ASSERT_EQ(0, mkfifo(in_dir("ws/hosts"), 0600));
	EXPECT_EQ(EACCES, box_do(&self->box, use, "ws/hosts"));
	ASSERT_EQ(0, bind_at(in_dir("ws/hosts-socket")));
	EXPECT_EQ(EACCES, box_do(&self->box, move, "ws/hosts-socket"));
}

/* A tracer can say that a call succeeded. */
static int leave_traced(void *arg)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			_exit(201);
		_exit(leave(arg));
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 202;
}

TEST_F(verb, who_is_traced_makes_nothing_of_its_own)
{
	EXPECT_EQ(0, box_do(&self->box, leave_traced, "ws/traced"));
	EXPECT_EQ(EACCES, box_do(&self->box, use, "ws/traced"));
	EXPECT_EQ(0, box_do(&self->box, leave, "ws/untraced"));
	EXPECT_EQ(0, box_do(&self->box, use, "ws/untraced"));
}

TEST_F(verb, own_sockets_are_connected_to)
{
	int fd = listen_at(in_dir("ws/hosts-server"));

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, box_do(&self->box, listen_and_connect, NULL));
	EXPECT_EQ(EACCES, box_do(&self->box, connect_to, "ws/hosts-server"));
	close(fd);
}

TEST_F(verb, what_is_put_in_their_place_is_not_own)
{
	EXPECT_EQ(0, box_do(&self->box, leave, "ws/left"));
	EXPECT_EQ(0, box_do(&self->box, leave, "ws/left-too"));
	ASSERT_EQ(0, unlink(in_dir("ws/left")));
	ASSERT_EQ(0, mkfifo(in_dir("ws/left"), 0600));
	EXPECT_EQ(EACCES, box_do(&self->box, use, "ws/left"));
	EXPECT_EQ(0, box_do(&self->box, use, "ws/left-too"));
}

/* The kernel makes the name before it sees that the socket has one, and removes it. */
static int bind_again(void *arg)
{
	struct sockaddr_un first = { .sun_family = AF_UNIX }, again = first;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(first.sun_path, sizeof(first.sun_path), "%s", in_dir("ws/first"));
	snprintf(again.sun_path, sizeof(again.sun_path), "%s", in_dir(arg));
	if (bind(fd, (void *)&first, sizeof(first)))
		return 201;
	return errno_of(bind(fd, (void *)&again, sizeof(again)));
}

TEST_F(verb, what_was_not_made_is_not_own)
{
	EXPECT_EQ(EINVAL, box_do(&self->box, bind_again, "ws/never"));
	ASSERT_EQ(0, mkfifo(in_dir("ws/never"), 0600));
	EXPECT_EQ(EACCES, box_do(&self->box, use, "ws/never"));
	ASSERT_EQ(0, unlink(in_dir("ws/never")));
	EXPECT_EQ(0, box_do(&self->box, leave, "ws/never"));
	EXPECT_EQ(0, box_do(&self->box, use, "ws/never"));
}

TEST_HARNESS_MAIN
