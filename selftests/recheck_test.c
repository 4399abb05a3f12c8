// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is open is judged again once something may have been taken away, and not before: a
 * task uses what it has open all along, on another CPU, while the right is taken.  Nothing
 * that begins after the answer may succeed.
 *
 * The hooks for it are attached by need.  Each test begins when they are not.
 * $RVM_TRIES is how often each use has to be denied (300).
 */

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/common.h"
#include "lib/socket.h"
#include "kselftest_harness.h"

#define NEED_MSECS "/sys/module/rvm/parameters/need_msecs"
#define PORT 4711
#define BOUND 4712
#define RECHECK_ALWAYS RVM_PARTITION_FLAG_RECHECK_ALWAYS

static struct request r;
static struct reply reply;

/* How what is open is used. */
enum use { READ, WRITE, SENDFILE, SPLICE, RECEIVED, SEND, RECV, SEND_TO_0, RECV_BOUND, USES };

static const char *const use_names[] = { "read",   "write",	     "sendfile",
					 "splice", "received file",  "send",
					 "recv",   "send to port 0", "recv without a peer" };

/* Shared with the task inside. */
struct shared {
	/* The right was taken, and we were told so. */
	atomic_int taken;
	atomic_int pause;
	atomic_int stop;
	/* What it has open could not be opened. */
	atomic_int broken;
	atomic_long worked[USES], late[USES], denied[USES];
};

static struct shared *shared;

/* What the task inside has from outside. */
static struct {
	int files;
	int socket;
} given;

static const char *path;

FIXTURE(recheck)
{
	int nl;
	struct counters start;
	struct box box;
	int peer;
};

struct opened {
	int file, received, socket, to_0, bound, pipe[2], null;
};

static bool open_all(struct opened *o)
{
	o->file = open(path, O_RDWR);
	o->received = given.files < 0 ? dup(o->file) : receive_fd(given.files);
	o->socket = given.socket < 0 ? connected_to(PORT) : given.socket;
	o->to_0 = connected_to(0);
	o->bound = bound_at(BOUND);
	return o->file >= 0 && o->received >= 0 && o->socket >= 0 && o->to_0 >= 0 &&
	       o->bound >= 0 && !pipe(o->pipe) && send(o->socket, "x", 1, 0) == 1;
}

static bool use(const struct opened *o, enum use how)
{
	loff_t offset = 0;
	char c = 'x';

	switch (how) {
	case READ:
		return pread(o->file, &c, 1, 0) == 1;
	case WRITE:
		return pwrite(o->file, &c, 1, 0) == 1;
	case SENDFILE:
		return sendfile(o->pipe[1], o->file, &offset, 1) == 1 &&
		       read(o->pipe[0], &c, 1) == 1;
	case SPLICE:
		return splice(o->file, &offset, o->pipe[1], NULL, 1, 0) == 1 &&
		       read(o->pipe[0], &c, 1) == 1;
	case RECEIVED:
		return pread(o->received, &c, 1, 0) == 1;
	case SEND:
		return send(o->socket, &c, 1, MSG_DONTWAIT) == 1;
	case RECV:
		return recv(o->socket, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
	case SEND_TO_0:
		/* Nobody is there, which the socket is told. */
		return send(o->to_0, &c, 1, MSG_DONTWAIT) == 1 || errno == ECONNREFUSED;
	default:
		return recv(o->bound, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
	}
}

static void count_use(const struct opened *o, enum use how)
{
	/* Read before the use begins. */
	bool taken = atomic_load(&shared->taken);

	if (!use(o, how))
		shared->denied[how] += taken && errno == EACCES;
	else if (taken)
		shared->late[how]++;
	else
		shared->worked[how]++;
}

/* Inside: uses everything all the time. */
static int use_all_along(void *unused)
{
	struct opened o;

	if (!open_all(&o)) {
		shared->broken = errno ?: -1;
		return 1;
	}
	while (!shared->stop) {
		for (enum use how = 0; how < USES; how++)
			count_use(&o, how);
		/* Each denial is a record. */
		while (shared->pause && !shared->stop)
			usleep(1000);
	}
	return 0;
}

static bool hook_is(const char *hook, const char *state)
{
	char command[128];

	snprintf(command, sizeof(command), "rvmctl hook status | grep -q '^%s  *[a-z ]*  *%s '",
		 hook, state);
	return !system(command);
}

static int set_flags(struct box *box, uint32_t flags, uint32_t mask)
{
	request_begin(&r, RVM_CMD_PARTITION_SET);
	put_u32(&r, RVM_A_PARTITION_ID, box->id);
	put_u32(&r, RVM_A_PARTITION_FLAGS, flags);
	put_u32(&r, RVM_A_PARTITION_FLAGS_MASK, mask);
	return nl_call(box->nl, &r, &reply);
}

FIXTURE_SETUP(recheck)
{
	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	ASSERT_TRUE(write_file(NEED_MSECS, "100"));
	ASSERT_TRUE(attach_hooks(self->nl));
	self->start = get_counters(self->nl);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	ASSERT_NE(MAP_FAILED, shared);
	given.files = -1;
	given.socket = -1;
	path = in_dir("recheck/file");
	mkdir(in_dir("recheck"), 0755);
	ASSERT_TRUE(write_file(path, "text"));
	self->peer = bound_at(PORT);
	ASSERT_LE(0, self->peer);
	ASSERT_TRUE(box_make(&self->box, self->nl, "recheck"));
	/* The time counts from when they are needed. */
	ASSERT_EQ(0, set_flags(&self->box, RECHECK_ALWAYS, RECHECK_ALWAYS));
	ASSERT_EQ(0, set_flags(&self->box, 0, RECHECK_ALWAYS));
	ASSERT_TRUE(wait_until(hook_is("file_permission", "waiting")));
}

FIXTURE_TEARDOWN(recheck)
{
	EXPECT_TRUE(box_remove(&self->box));
	close(self->peer);
	EXPECT_TRUE(wait_until(hook_is("file_permission", "waiting")));
	EXPECT_TRUE(counters_return(self->nl, &self->start));
	EXPECT_TRUE(write_file(NEED_MSECS, "60000"));
}

/* All that is used; without the file only the network, which no mode relaxes here. */
static int load_some(struct box *box, bool file, int64_t expires)
{
	const struct rule rules[] = {
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address = INADDR_LOOPBACK, .port = PORT,
		  .expires = expires },
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address = INADDR_LOOPBACK, .port = 0,
		  .expires = expires },
		{ RVM_CLASS_NET, RVM_RIGHT_WRITE, .address = INADDR_LOOPBACK, .port = BOUND,
		  .expires = expires },
		{ RVM_CLASS_PATH, RVM_RIGHT_READ | RVM_RIGHT_WRITE, in_dir("recheck"), "",
		  .expires = expires },
	};

	return box_load(box, rules, ARRAY_LEN(rules) - !file);
}

static int load_all(struct box *box, int64_t expires)
{
	return load_some(box, true, expires);
}

/* Each use was seen @least times since. */
static bool all_reach(atomic_long *counts, long least)
{
	for (enum use how = 0; how < USES; how++)
		if (counts[how] < least)
			return false;
	return true;
}

static bool one_is_late(void)
{
	for (enum use how = 0; how < USES; how++)
		if (shared->late[how])
			return true;
	return false;
}

/* An answer to the task's socket and a message to the other, so that they have something. */
static bool answer(int peer)
{
	struct sockaddr_in from, bound = loopback(BOUND);
	socklen_t len = sizeof(from);
	char c;

	return recvfrom(peer, &c, 1, 0, (struct sockaddr *)&from, &len) == 1 &&
	       sendto(peer, "y", 1, 0, (struct sockaddr *)&from, len) == 1 &&
	       sendto(peer, "z", 1, 0, (struct sockaddr *)&bound, sizeof(bound)) == 1;
}

static long tries(void)
{
	const char *text = getenv("RVM_TRIES");

	return text ? atol(text) : 300;
}

static void report_uses(void)
{
	for (enum use how = 0; how < USES; how++)
		printf("# %s: %ld before, %ld denied, %ld late\n", use_names[how],
		       (long)shared->worked[how], (long)shared->denied[how],
		       (long)shared->late[how]);
}

/* From when the taking was answered. */
static void expect_none_late(struct __test_metadata *_metadata, pid_t pid)
{
	long least = tries();

	atomic_store(&shared->taken, 1);
	for (long turn = 0; turn < 2 + least / 1000; turn++)
		if (wait_until(all_reach(shared->denied, least) || one_is_late()))
			break;
	shared->pause = 1;
	EXPECT_TRUE(hook_is("file_permission", "attached"));
	shared->stop = 1;
	EXPECT_EQ(0, wait_for(pid));
	report_uses();
	for (enum use how = 0; how < USES; how++) {
		EXPECT_LE(least, atomic_load(&shared->denied[how]));
		EXPECT_EQ(0, atomic_load(&shared->late[how]));
	}
}

/* Everything works, and no hook judges what is open. */
static pid_t start_user(struct __test_metadata *_metadata, FIXTURE_DATA(recheck) * self)
{
	pid_t pid = box_start(&self->box, use_all_along, NULL);

	EXPECT_TRUE(answer(self->peer));
	EXPECT_TRUE(wait_until(all_reach(shared->worked, 20) || shared->broken));
	EXPECT_EQ(0, atomic_load(&shared->broken));
	return pid;
}

static void take(struct __test_metadata *_metadata, FIXTURE_DATA(recheck) * self,
		 int (*taking)(struct box *box))
{
	pid_t pid;

	ASSERT_EQ(0, load_all(&self->box, 0));
	pid = start_user(_metadata, self);
	EXPECT_TRUE(hook_is("file_permission", "waiting"));
	EXPECT_EQ(0, taking(&self->box));
	expect_none_late(_metadata, pid);
}

static int fence(struct box *box)
{
	return box_set(box, RVM_A_PARTITION_FLAGS, RVM_PARTITION_FLAG_FENCED);
}

TEST_F_TIMEOUT(recheck, a_fence_takes, 300)
{
	take(_metadata, self, fence);
}

static int suspend(struct box *box)
{
	return box_set(box, RVM_A_PARTITION_STATE, RVM_STATE_SUSPENDED);
}

TEST_F_TIMEOUT(recheck, a_state_takes, 300)
{
	take(_metadata, self, suspend);
}

static int bump(struct box *box)
{
	return box_set(box, RVM_A_PARTITION_EPOCH_BUMP, 0);
}

TEST_F_TIMEOUT(recheck, an_epoch_takes, 300)
{
	take(_metadata, self, bump);
}

static int load_nothing(struct box *box)
{
	return box_load(box, NULL, 0);
}

TEST_F_TIMEOUT(recheck, a_table_takes, 300)
{
	take(_metadata, self, load_nothing);
}

static int brake(struct box *box)
{
	char line[64];

	snprintf(line, sizeof(line), "fence %s", box->name);
	return write_file("/sys/kernel/security/rvm/brake", line) ? 0 : errno;
}

TEST_F_TIMEOUT(recheck, the_brake_takes, 300)
{
	take(_metadata, self, brake);
}

static int brake_all(struct box *box)
{
	return write_file("/sys/kernel/security/rvm/brake", "suspend *") ? 0 : errno;
}

TEST_F_TIMEOUT(recheck, the_brake_of_all_takes, 300)
{
	take(_metadata, self, brake_all);
}

/* A loopback address needs naming, in every mode; files do not. */
TEST_F_TIMEOUT(recheck, a_mode_takes, 300)
{
	pid_t pid;

	ASSERT_EQ(0, box_set(&self->box, RVM_A_PARTITION_MODE, RVM_MODE_PERMISSIVE));
	ASSERT_EQ(0, load_some(&self->box, false, 0));
	pid = start_user(_metadata, self);
	EXPECT_TRUE(hook_is("file_permission", "waiting"));
	EXPECT_EQ(0, box_set(&self->box, RVM_A_PARTITION_MODE, RVM_MODE_ENFORCE));
	/* The token for the network goes with the next table. */
	EXPECT_EQ(0, box_load(&self->box, NULL, 0));
	expect_none_late(_metadata, pid);
}

/* Nobody does anything at that moment, so the hooks are attached from the load on. */
TEST_F_TIMEOUT(recheck, an_expiry_takes, 300)
{
	int64_t end = time(NULL) + 8;
	pid_t pid;

	ASSERT_EQ(0, load_all(&self->box, end));
	EXPECT_TRUE(hook_is("file_permission", "attached"));
	pid = start_user(_metadata, self);
	while (time(NULL) < end)
		usleep(10000);
	/* An answer about what is open is good for a tick. */
	usleep(20000);
	expect_none_late(_metadata, pid);
}

/* What comes in by a message is judged then, and again from then on. */
TEST_F_TIMEOUT(recheck, what_was_received_is_taken, 300)
{
	int ends[2], file = open(path, O_RDONLY | O_CLOEXEC);
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, ends));
	given.files = ends[1];
	ASSERT_EQ(0, send_fd(ends[0], file));
	ASSERT_EQ(0, load_all(&self->box, 0));
	pid = start_user(_metadata, self);
	EXPECT_TRUE(hook_is("file_permission", "waiting"));
	EXPECT_EQ(0, fence(&self->box));
	expect_none_late(_metadata, pid);
	close(file);
	close(ends[0]);
	close(ends[1]);
}

static int take_one(void *unused)
{
	int fd = receive_fd(given.files);

	return fd < 0 ? EACCES : 0;
}

static int hand_over(FIXTURE_DATA(recheck) * self, int fd)
{
	int ends[2], err;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) || send_fd(ends[0], fd))
		return -1;
	given.files = ends[1];
	err = box_do(&self->box, take_one, NULL);
	close(ends[0]);
	close(ends[1]);
	return err;
}

static int listening_at(uint16_t port)
{
	struct sockaddr_in at = loopback(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 1) ? -1 : fd;
}

/* A connection by its peer; whoever listens accepts what comes, and a datagram socket has it. */
TEST_F(recheck, sockets_are_judged_when_they_are_received)
{
	const struct rule rules[] = {
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address = INADDR_LOOPBACK, .port = PORT },
		{ RVM_CLASS_NET, RVM_RIGHT_WRITE, .address = INADDR_LOOPBACK, .port = PORT + 2 },
	};
	int covered = connected_to(PORT), foreign = connected_to(PORT + 1);
	int listens = listening_at(PORT + 2), other = listening_at(PORT + 3);
	int bound = bound_at(PORT + 2), strange = bound_at(PORT + 3), to_0 = connected_to(0);

	ASSERT_LE(0, foreign);
	ASSERT_LE(0, other);
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	EXPECT_EQ(0, hand_over(self, covered));
	EXPECT_EQ(EACCES, hand_over(self, foreign));
	EXPECT_EQ(0, hand_over(self, listens));
	EXPECT_EQ(EACCES, hand_over(self, other));
	EXPECT_EQ(0, hand_over(self, bound));
	EXPECT_EQ(EACCES, hand_over(self, strange));
	EXPECT_EQ(EACCES, hand_over(self, to_0));
	close(covered);
	close(foreign);
	close(listens);
	close(other);
	close(bound);
	close(strange);
	close(to_0);
}

/* Inside: gets answers to what it sent, by a socket that was neither connected nor bound. */
static int receive_answers(void *unused)
{
	struct sockaddr_in at = loopback(PORT);
	struct opened o = { .bound = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) };

	if (sendto(o.bound, "x", 1, 0, (struct sockaddr *)&at, sizeof(at)) != 1)
		return 1;
	while (!shared->stop)
		count_use(&o, RECV_BOUND);
	return 0;
}

TEST_F(recheck, a_stopped_partition_receives_nothing)
{
	pid_t pid;

	ASSERT_EQ(0, load_all(&self->box, 0));
	pid = box_start(&self->box, receive_answers, NULL);
	EXPECT_TRUE(answer(self->peer));
	EXPECT_TRUE(wait_until(shared->worked[RECV_BOUND] >= 20));
	EXPECT_EQ(0, fence(&self->box));
	atomic_store(&shared->taken, 1);
	EXPECT_TRUE(wait_until(shared->denied[RECV_BOUND] >= 20));
	shared->stop = 1;
	EXPECT_EQ(0, wait_for(pid));
	EXPECT_EQ(0, atomic_load(&shared->late[RECV_BOUND]));
}

/* Inside: sends more than the server takes; then tries to push it by an option. */
static int fill_queue(void *unused)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	struct sockaddr_in at = loopback(PORT);
	static char bytes[4096];
	ssize_t sent;

	if (connect(fd, (struct sockaddr *)&at, sizeof(at)))
		return 1;
	while ((sent = send(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		shared->worked[SEND] += sent;
	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
		return 2;
	shared->pause = 1;
	while (!shared->taken)
		usleep(1000);
	if (!setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) || errno != EACCES)
		return 3;
	shared->pause = 0;
	while (!shared->stop)
		usleep(1000);
	return 0;
}

/* What comes until nothing does for half a second. */
static long take_all(int fd)
{
	struct timeval patience = { .tv_usec = 500000 };
	static char bytes[65536];
	long total = 0;
	ssize_t got;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	while ((got = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		total += got;
	return total;
}

/* What was sent before may be what memory holds by now. */
TEST_F_TIMEOUT(recheck, what_is_queued_stays_while_stopped, 120)
{
	int listens = listening_at(PORT), server;
	long got = 0;
	pid_t pid;

	ASSERT_LE(0, listens);
	ASSERT_EQ(0, load_all(&self->box, 0));
	pid = box_start(&self->box, fill_queue, NULL);
	server = accept(listens, NULL, NULL);
	EXPECT_TRUE(wait_until(shared->pause));
	EXPECT_EQ(0, fence(&self->box));
	atomic_store(&shared->taken, 1);
	EXPECT_TRUE(wait_until(!shared->pause));
	got = take_all(server);
	EXPECT_LT(0, got);
	EXPECT_GT(atomic_load(&shared->worked[SEND]), got);
	EXPECT_EQ(0, take_all(server));
	EXPECT_EQ(0, box_set(&self->box, RVM_A_PARTITION_FLAGS, 0));
	EXPECT_TRUE(wait_until((got += take_all(server)) >= shared->worked[SEND]));
	EXPECT_EQ(atomic_load(&shared->worked[SEND]), got);
	shared->stop = 1;
	EXPECT_EQ(0, wait_for(pid));
	close(server);
	close(listens);
}

/* A cgroup in which tasks run: what they have open nobody judged. */
TEST_F_TIMEOUT(recheck, an_adopted_group_is_judged, 300)
{
	struct box group;
	char freeze[128];
	pid_t pid;

	ASSERT_TRUE(group_make(&group, "recheck-adopted"));
	snprintf(freeze, sizeof(freeze), "%s/cgroup.freeze", group.cgroup);
	pid = box_start(&group, use_all_along, NULL);
	EXPECT_TRUE(answer(self->peer));
	EXPECT_TRUE(wait_until(all_reach(shared->worked, 20)));
	EXPECT_TRUE(write_file(freeze, "1"));
	group.nl = self->nl;
	request_begin(&r, RVM_CMD_PARTITION_NEW);
	put_str(&r, RVM_A_PARTITION_NAME, "recheck-adopted");
	put_u32(&r, RVM_A_PARTITION_CGROUP_FD, group.cgroup_fd);
	put_u32(&r, RVM_A_PARTITION_FLAGS, RVM_PARTITION_FLAG_ADOPTED);
	/* Freezing takes a moment. */
	EXPECT_TRUE(wait_until(nl_call(self->nl, &r, &reply) != EBUSY));
	EXPECT_EQ(0, reply.error);
	group.id = reply_u32(&reply, RVM_A_PARTITION_ID);
	atomic_store(&shared->taken, 1);
	EXPECT_TRUE(write_file(freeze, "0"));
	expect_none_late(_metadata, pid);
	EXPECT_TRUE(box_remove(&group));
}

/* Changes that take nothing cost nobody anything. */
TEST_F(recheck, what_gives_needs_no_hook)
{
	pid_t pid;

	ASSERT_EQ(0, load_all(&self->box, 0));
	ASSERT_EQ(0, fence(&self->box));
	ASSERT_EQ(0, box_set(&self->box, RVM_A_PARTITION_FLAGS, 0));
	EXPECT_TRUE(hook_is("file_permission", "waiting"));
	pid = start_user(_metadata, self);
	EXPECT_EQ(0, box_set(&self->box, RVM_A_PARTITION_MODE, RVM_MODE_PERMISSIVE));
	EXPECT_TRUE(hook_is("file_permission", "waiting"));
	EXPECT_EQ(0, box_set(&self->box, RVM_A_PARTITION_MODE, RVM_MODE_ENFORCE));
	EXPECT_TRUE(hook_is("file_permission", "attached"));
	/* As long as somebody is in it who may have opened something before. */
	usleep(500000);
	EXPECT_TRUE(hook_is("file_permission", "attached"));
	shared->stop = 1;
	EXPECT_EQ(0, wait_for(pid));
	EXPECT_TRUE(wait_until(hook_is("file_permission", "waiting")));
}

/* Its id; 0 if it was refused.  @expires: unix seconds, 0 for never. */
static uint64_t grant(struct box *box, int64_t expires)
{
	int err, folder = open(test_dir(), O_PATH);
	size_t nest, scope;

	request_begin(&r, RVM_CMD_TOKEN_GRANT);
	put_u32(&r, RVM_A_GRANT_PARTITION, box->id);
	nest = nest_begin(&r, RVM_A_GRANT_TOKEN);
	put_u32(&r, RVM_A_TOKEN_RIGHTS, RVM_RIGHT_READ);
	put_s64(&r, RVM_A_TOKEN_EXPIRES_AT, expires);
	scope = nest_begin(&r, RVM_A_TOKEN_SCOPE);
	put_u32(&r, RVM_A_SCOPE_CLASS, RVM_CLASS_PATH);
	put_u32(&r, RVM_A_SCOPE_FD, folder);
	put(&r, RVM_A_SCOPE_PATTERN, "never", strlen("never"));
	nest_end(&r, scope);
	nest_end(&r, nest);
	err = nl_call(box->nl, &r, &reply);
	close(folder);
	return err ? 0 : reply_u64(&reply, RVM_A_GRANT_ID);
}

static int take_back(struct box *box, uint64_t id)
{
	request_begin(&r, RVM_CMD_TOKEN_REVOKE);
	put_u64(&r, RVM_A_GRANT_ID, id);
	return nl_call(box->nl, &r, &reply);
}

/* Also when they are let go of at that moment, because nothing needs them yet. */
TEST_F_TIMEOUT(recheck, a_grant_that_expires_needs_the_hooks, 120)
{
	uint64_t id = grant(&self->box, 0);

	EXPECT_NE(0, id);
	EXPECT_TRUE(hook_is("file_permission", "waiting"));
	EXPECT_EQ(0, take_back(&self->box, id));
	ASSERT_TRUE(write_file(NEED_MSECS, "10"));
	for (int i = 0; i < 4; i++) {
		id = grant(&self->box, time(NULL) + 3600);
		ASSERT_NE(0, id);
		EXPECT_TRUE(hook_is("file_permission", "attached"));
		EXPECT_EQ(0, take_back(&self->box, id));
		usleep(8000 + 2000 * i);
	}
	EXPECT_TRUE(wait_until(hook_is("file_permission", "waiting")));
}

/* A record of each access takes that each is judged. */
TEST_F(recheck, a_full_log_needs_the_hooks)
{
	const uint32_t all = RVM_PARTITION_FLAG_WITNESS_ALL;

	ASSERT_EQ(0, set_flags(&self->box, all, all));
	EXPECT_TRUE(hook_is("file_permission", "attached"));
	ASSERT_EQ(0, set_flags(&self->box, 0, all));
	EXPECT_TRUE(wait_until(hook_is("file_permission", "waiting")));
}

/* Attached and let go of again and again, while tasks go through the hooks. */
TEST_F_TIMEOUT(recheck, hooks_come_and_go_under_load, 600)
{
	const char *text = getenv("RVM_CYCLES");
	int cycles = text ? atoi(text) : 10;
	pid_t pid;

	ASSERT_TRUE(write_file(NEED_MSECS, "10"));
	ASSERT_EQ(0, load_all(&self->box, 0));
	pid = start_user(_metadata, self);
	for (int i = 0; i < cycles; i++) {
		EXPECT_EQ(0, set_flags(&self->box,
				       RVM_PARTITION_FLAG_RECHECK_ALWAYS |
					       RVM_PARTITION_FLAG_HIDE_ATTRIBUTES,
				       RVM_PARTITION_FLAG_RECHECK_ALWAYS |
					       RVM_PARTITION_FLAG_HIDE_ATTRIBUTES));
		EXPECT_EQ(0, set_flags(&self->box, 0,
				       RVM_PARTITION_FLAG_RECHECK_ALWAYS |
					       RVM_PARTITION_FLAG_HIDE_ATTRIBUTES));
	}
	shared->stop = 1;
	EXPECT_EQ(0, wait_for(pid));
	EXPECT_LT(0, atomic_load(&shared->worked[READ]));
}

static int look(void *unused)
{
	struct stat st;

	return stat(in_dir("recheck-other"), &st) ? errno : 0;
}

/* Attributes are hidden while a partition asks for it. */
TEST_F(recheck, attributes_are_hidden_on_demand)
{
	const uint32_t hide = RVM_PARTITION_FLAG_HIDE_ATTRIBUTES;
	struct box other;

	ASSERT_TRUE(write_file(in_dir("recheck-other"), "text"));
	ASSERT_EQ(0, load_all(&self->box, 0));
	EXPECT_EQ(0, box_do(&self->box, look, NULL));
	EXPECT_TRUE(hook_is("inode_getattr", "waiting"));
	ASSERT_EQ(0, set_flags(&self->box, hide, hide));
	EXPECT_TRUE(hook_is("inode_getattr", "attached"));
	EXPECT_EQ(EACCES, box_do(&self->box, look, NULL));
	/* Of this partition only. */
	ASSERT_TRUE(box_make(&other, self->nl, "recheck-beside"));
	EXPECT_EQ(0, box_do(&other, look, NULL));
	EXPECT_TRUE(box_remove(&other));
	ASSERT_EQ(0, set_flags(&self->box, 0, hide));
	EXPECT_EQ(0, box_do(&self->box, look, NULL));
	EXPECT_TRUE(wait_until(hook_is("inode_getattr", "waiting")));
	unlink(in_dir("recheck-other"));
}

TEST_HARNESS_MAIN
