// SPDX-License-Identifier: GPL-2.0-only
/*
 * The emergency brake: whatever the tasks inside delay, the host fences them at once.
 */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"

/* A fence takes much less; one that waits for the tasks inside would never end. */
#define FENCE_SECONDS 2
#define BRAKE "/sys/kernel/security/rvm/brake"
#define ATTACKERS 4
#define ATTACKERS_MAX 32
/* Names of 255 bytes above the file that is the hardest to judge. */
#define NAMES 15
#define PATTERNS 36
/* A host socket that packets go to. */
#define PORT 4711

static struct request r;
static struct reply reply;

FIXTURE(brake)
{
	int nl;
	struct counters start;
	struct box box;
	int server;
};

/* A file system whose server never answers, not even its first question. */
static int mount_silent(const char *dir)
{
	char options[96];
	int fd;

	/* The module comes with the first open. */
	fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -1;
	mkdir(dir, 0755);
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other",
		 fd);
	if (!mount("silent", dir, "fuse", 0, options))
		return fd;
	close(fd);
	return -1;
}

FIXTURE_SETUP(brake)
{
	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	ASSERT_TRUE(attach_hooks(self->nl));
	self->start = get_counters(self->nl);
	self->server = mount_silent(in_dir("silent"));
	ASSERT_LE(0, self->server);
	ASSERT_TRUE(box_make(&self->box, self->nl, "brake"));
}

FIXTURE_TEARDOWN(brake)
{
	/* Whoever still waits for it goes on. */
	close(self->server);
	umount2(in_dir("silent"), MNT_DETACH);
	EXPECT_TRUE(box_remove(&self->box));
	EXPECT_TRUE(counters_return(self->nl, &self->start));
}

/* Does the process end in time?  Its exit status, or -1. */
static int ends_in_time(pid_t pid)
{
	int status;

	if (!wait_until(waitpid(pid, &status, WNOHANG) == pid) || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* Inside: ask about a name in a directory of the silent file system. */
static int ask_there(void *arg)
{
	int nl = nl_open(), folder = open(in_dir("silent"), O_PATH);

	if (nl < 0 || folder < 0)
		return 250;
	request_begin(&r, RVM_CMD_CHECK);
	put_u32(&r, RVM_A_CHECK_CLASS, RVM_CLASS_PATH);
	put_u32(&r, RVM_A_CHECK_RIGHT, RVM_RIGHT_READ);
	put_u32(&r, RVM_A_CHECK_FD, folder);
	put_str(&r, RVM_A_CHECK_LEAF, "name");
	return nl_call(nl, &r, &reply) ? 251 : reply_u32(&reply, RVM_A_CHECK_ALLOWED);
}

/* No question waits for a file system, whether it is allowed or denied. */
TEST_F(brake, questions_wait_for_nobody)
{
	const struct rule rule = { RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("silent"), "name" };
	pid_t pid;

	pid = box_start(&self->box, ask_there, NULL);
	EXPECT_EQ(0, ends_in_time(pid));
	ASSERT_EQ(0, box_load(&self->box, &rule, 1));
	pid = box_start(&self->box, ask_there, NULL);
	EXPECT_EQ(1, ends_in_time(pid));
}

static int brake_by(int fd, const char *line)
{
	return write(fd, line, strlen(line)) == strlen(line) ? 0 : errno;
}

static int brake(const char *line)
{
	int fd = open(BRAKE, O_WRONLY | O_CLOEXEC), error;

	if (fd < 0)
		return errno;
	error = brake_by(fd, line);
	close(fd);
	return error;
}

static uint32_t of_box(const struct box *box, int attr)
{
	request_begin(&r, RVM_CMD_PARTITION_GET);
	put_u32(&r, RVM_A_PARTITION_ID, box->id);
	nl_call(box->nl, &r, &reply);
	return reply_u32(&reply, attr);
}

TEST_F(brake, does_what_the_words_say)
{
	uint32_t epoch = of_box(&self->box, RVM_A_PARTITION_EPOCH);
	char long_one[256];

	EXPECT_EQ(0, brake("fence brake\n"));
	EXPECT_EQ(RVM_PARTITION_FLAG_FENCED, of_box(&self->box, RVM_A_PARTITION_FLAGS));
	EXPECT_EQ(RVM_STATE_RUNNING, of_box(&self->box, RVM_A_PARTITION_STATE));
	EXPECT_EQ(0, box_set(&self->box, RVM_A_PARTITION_FLAGS, 0));
	EXPECT_EQ(0, brake("suspend epoch brake"));
	EXPECT_EQ(0, of_box(&self->box, RVM_A_PARTITION_FLAGS));
	EXPECT_EQ(RVM_STATE_SUSPENDED, of_box(&self->box, RVM_A_PARTITION_STATE));
	EXPECT_EQ(epoch + 1, of_box(&self->box, RVM_A_PARTITION_EPOCH));
	EXPECT_EQ(0, brake("fence *"));
	EXPECT_EQ(RVM_PARTITION_FLAG_FENCED, of_box(&self->box, RVM_A_PARTITION_FLAGS));

	EXPECT_EQ(ENOENT, brake("fence nobody"));
	EXPECT_EQ(EINVAL, brake("brake"));
	EXPECT_EQ(EINVAL, brake("run brake"));
	EXPECT_EQ(EINVAL, brake("fence "));
	EXPECT_EQ(EINVAL, brake(""));
	snprintf(long_one, sizeof(long_one), "fence %*s", (int)sizeof(long_one) - 8, "brake");
	EXPECT_EQ(EINVAL, brake(long_one));
}

/* With a descriptor that the host opened. */
static int brake_inside(void *arg)
{
	return brake_by(*(int *)arg, "epoch *");
}

static int brake_as_nobody(void *arg)
{
	return setresuid(65534, 65534, 65534) ? 250 : brake_by(*(int *)arg, "epoch *");
}

TEST_F(brake, is_the_hosts)
{
	uint32_t epoch = of_box(&self->box, RVM_A_PARTITION_EPOCH);
	int fd = open(BRAKE, O_WRONLY);
	pid_t pid;

	ASSERT_LE(0, fd);
	EXPECT_EQ(EACCES, box_do(&self->box, brake_inside, &fd));
	pid = fork();
	if (!pid)
		_exit(brake_as_nobody(&fd));
	EXPECT_EQ(EPERM, wait_for(pid));
	EXPECT_EQ(epoch, of_box(&self->box, RVM_A_PARTITION_EPOCH));
	EXPECT_EQ(0, brake_by(fd, "epoch *"));
	EXPECT_EQ(epoch + 1, of_box(&self->box, RVM_A_PARTITION_EPOCH));
	close(fd);
}

/* What the tasks inside do all the time. */

static void be_refused(void)
{
	try_open("/etc/passwd", O_RDONLY);
}

static void fork_and_wait(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	wait_for(pid);
}

static void rename_forth_and_back(void)
{
	static char name[64];

	snprintf(name, sizeof(name), "%s.%d", in_dir("allowed/file"), getpid());
	rename(in_dir("allowed/file"), name);
	rename(name, in_dir("allowed/file"));
}

static void ask_at_the_silent(void)
{
	ask_there(NULL);
}

static bool go_deep(bool make)
{
	char name[256];

	memset(name, 'a', 255);
	name[255] = '\0';
	if (chdir(in_dir("allowed")))
		return false;
	for (int i = 0; i < NAMES; i++)
		if ((make && mkdir(name, 0755) && errno != EEXIST) || chdir(name))
			return false;
	return !chmod(".", 0755);
}

static void open_the_deep_one(void)
{
	static bool there;

	there = there || go_deep(false);
	try_open("file", O_RDWR | O_CREAT);
}

/* They are let out until the fence comes. */
static int send_packet(void)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	static int fd;

	fd = fd ?: socket(AF_INET, SOCK_DGRAM, 0);
	return sendto(fd, "x", 1, 0, (const struct sockaddr *)&to, sizeof(to)) == 1 ? 0 : errno;
}

static void flood(void)
{
	send_packet();
}

static const struct attack {
	const char *name;
	void (*act)(void);
	/* With the smallest possible share of a CPU. */
	bool throttled;
	/* Their number, if not ATTACKERS. */
	int tasks;
} attacks[] = {
	{ "denials", be_refused },
	{ "forks", fork_and_wait },
	{ "packets", flood },
	{ "renames", rename_forth_and_back },
	{ "requests", ask_at_the_silent },
	{ "requests, a thousandth of a CPU", ask_at_the_silent, true },
	{ "names that are hard to judge", open_the_deep_one },
	{ "names that are hard to judge, of many", open_the_deep_one, .tasks = ATTACKERS_MAX },
};

static int attack(void *arg)
{
	const struct attack *a = arg;

	for (;;)
		a->act();
	return 0;
}

/* What is allowed until the fence comes. */
static int look(void *arg)
{
	return try_open(in_dir("allowed/known"), O_RDONLY) ?: send_packet();
}

static int load_the_worst(struct box *box)
{
	static struct rule rules[PATTERNS + 2];

	rules[0] = (struct rule){ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_WRITE,
				  in_dir("allowed"), "**" };
	for (int i = 1; i <= PATTERNS; i++)
		rules[i] = (struct rule){ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_WRITE, "/",
					  "**/*?aaaaaaab*", .excludes = true };
	rules[PATTERNS + 1] = (struct rule){ RVM_CLASS_NET, RVM_RIGHT_EXECUTE,
					     .address = INADDR_LOOPBACK, .port = PORT };
	return box_load(box, rules, PATTERNS + 2);
}

/* Netlink families come and go, and wait for each request in progress. */
static pid_t register_families(void)
{
	pid_t pid = fork();

	while (!pid)
		if (system("modprobe team && modprobe -r team") == -1)
			_exit(1);
	return pid;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static bool throttle(const struct box *box, bool much)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/cpu.max", box->cgroup);
	return write_file(path, much ? "1000 1000000" : "max 100000");
}

/*
 * Both ways in: the brake has to work whatever happens; netlink requests get through as
 * well if no task inside is kept from finishing its own.
 */
static void try_attack(struct __test_metadata *_metadata, struct box *box, const struct attack *a)
{
	struct timespec pause = { .tv_nsec = 700 * 1000 * 1000 };
	pid_t pids[ATTACKERS_MAX], families;
	int tasks = a->tasks ?: ATTACKERS;
	double before, took;

	for (int i = 0; i < tasks; i++)
		pids[i] = box_start(box, attack, (void *)a);
	nanosleep(&pause, NULL);
	families = register_families();
	if (a->throttled)
		EXPECT_TRUE(throttle(box, true));
	nanosleep(&pause, NULL);
	before = seconds();
	EXPECT_EQ(0, brake("fence brake"));
	took = seconds() - before;
	EXPECT_GT(FENCE_SECONDS * patience(), took);
	TH_LOG("%s: fenced within %.3f s", a->name, took);
	kill(families, SIGKILL);
	waitpid(families, NULL, 0);
	/* This waits until all questions in progress have ended. */
	if (!a->throttled) {
		EXPECT_EQ(0, box_set(box, RVM_A_PARTITION_MODE, RVM_MODE_ENFORCE));
		TH_LOG("%s: all ended within %.3f s", a->name, seconds() - before);
	}
	if (a->throttled)
		EXPECT_TRUE(throttle(box, false));
	EXPECT_EQ(EACCES, box_do(box, look, NULL));
	for (int i = 0; i < tasks; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	EXPECT_EQ(0, box_set(box, RVM_A_PARTITION_FLAGS, 0));
	EXPECT_EQ(0, box_do(box, look, NULL));
}

#define PREEMPT "/sys/kernel/debug/sched/preempt"

/* "none (voluntary) full": when the kernel preempts a task in it, if that can be set. */
static bool read_preempt(char when[16])
{
	FILE *file = fopen(PREEMPT, "r");
	bool found;

	if (!file)
		return false;
	found = fscanf(file, "%*[^(](%15[^)]", when) == 1 || fscanf(file, "(%15[^)]", when) == 1;
	fclose(file);
	return found;
}

static void try_attacks(struct __test_metadata *_metadata, struct box *box)
{
	for (size_t i = 0; i < sizeof(attacks) / sizeof(*attacks); i++)
		try_attack(_metadata, box, &attacks[i]);
}

/*
 * With preemption many tasks can be in the middle of a question when the fence comes,
 * without it one on each CPU.
 */
TEST_F_TIMEOUT(brake, holds_whatever_those_inside_do, 600)
{
	char when[16];

	write_file("/sys/fs/cgroup/cgroup.subtree_control", "+cpu");
	mkdir(in_dir("allowed"), 0755);
	ASSERT_TRUE(write_file(in_dir("allowed/known"), "x"));
	ASSERT_TRUE(write_file(in_dir("allowed/file"), "x"));
	ASSERT_TRUE(go_deep(true));
	ASSERT_EQ(0, chdir("/"));
	ASSERT_EQ(0, load_the_worst(&self->box));
	EXPECT_EQ(0, box_do(&self->box, look, NULL));
	try_attacks(_metadata, &self->box);
	if (!read_preempt(when) || !strcmp(when, "full"))
		return;
	ASSERT_TRUE(write_file(PREEMPT, "full"));
	TH_LOG("with preemption everywhere:");
	try_attacks(_metadata, &self->box);
	ASSERT_TRUE(write_file(PREEMPT, when));
}

TEST_HARNESS_MAIN
