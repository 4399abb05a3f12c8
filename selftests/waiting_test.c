// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that wait when a right is taken back: what they would do then they do not do any
 * more, and what stays allowed goes on as if nothing had been.
 *
 * Threads inside wait in a call each.  Then the right is taken, and only after the answer
 * is there something for them to wake up for.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common.h"
#include "lib/socket.h"
#include "kselftest_harness.h"

#define PORT 4721
#define BEFORE "before"
#define AFTER "after"
#define BOTH ((ssize_t)strlen(BEFORE AFTER))

static struct request r;
static struct reply reply;

/* What waits.  The kept ones are allowed all along. */
enum call { SPLICE, RECV, KEPT_SPLICE, KEPT_READ, KEPT_POLL, CALLS };

struct shared {
	atomic_int waiting, broken;
	atomic_int done[CALLS];
	ssize_t got[CALLS];
	int error[CALLS];
	/* Of the second receive. */
	ssize_t again;
	int again_error;
};

static struct shared *shared;
/* Of each call but RECV; both ends are there on both sides. */
static int pipes[CALLS][2];
static int stream = -1;

FIXTURE(waiting)
{
	int nl;
	struct counters start;
	struct box box;
	int listens, peer;
	pid_t pid;
};

static ssize_t splice_to(enum call call, const char *file)
{
	int fd = open(in_dir(file), O_WRONLY);

	if (fd < 0) {
		shared->broken = errno;
		return -1;
	}
	shared->waiting++;
	return splice(pipes[call][0], NULL, fd, NULL, 4096, 0);
}

static ssize_t receive_both(void)
{
	char bytes[64];

	shared->waiting++;
	return recv(stream, bytes, BOTH, MSG_WAITALL);
}

static ssize_t read_pipe(void)
{
	char bytes[64];

	shared->waiting++;
	return read(pipes[KEPT_READ][0], bytes, sizeof(bytes));
}

static ssize_t poll_pipe(void)
{
	struct pollfd wanted = { .fd = pipes[KEPT_POLL][0], .events = POLLIN };

	shared->waiting++;
	return poll(&wanted, 1, -1);
}

static ssize_t do_call(enum call call)
{
	switch (call) {
	case SPLICE:
		return splice_to(SPLICE, "waiting/taken");
	case RECV:
		return receive_both();
	case KEPT_SPLICE:
		return splice_to(KEPT_SPLICE, "waiting/kept");
	case KEPT_READ:
		return read_pipe();
	default:
		return poll_pipe();
	}
}

static void *wait_in_call(void *arg)
{
	enum call call = (enum call)(uintptr_t)arg;
	char bytes[64];

	shared->got[call] = do_call(call);
	shared->error[call] = errno;
	if (call == RECV) {
		shared->again = recv(stream, bytes, sizeof(bytes), MSG_DONTWAIT);
		shared->again_error = errno;
	}
	atomic_store(&shared->done[call], 1);
	return NULL;
}

static int wait_inside(void *unused)
{
	struct sockaddr_in at = loopback(PORT);
	pthread_t thread;

	stream = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(stream, (struct sockaddr *)&at, sizeof(at))) {
		shared->broken = errno;
		return 1;
	}
	for (uintptr_t call = 0; call < CALLS; call++)
		if (pthread_create(&thread, NULL, wait_in_call, (void *)call))
			return 1;
	pause();
	return 0;
}

static int listening(void)
{
	struct sockaddr_in at = loopback(PORT);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 1) ? -1 : fd;
}

#define KEPT                                                               \
	{                                                                  \
		RVM_CLASS_PATH, RVM_RIGHT_WRITE, in_dir("waiting"), "kept" \
	}
#define TAKEN                                                               \
	{                                                                   \
		RVM_CLASS_PATH, RVM_RIGHT_WRITE, in_dir("waiting"), "taken" \
	}
#define NETWORK                                                                            \
	{                                                                                  \
		RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address = INADDR_LOOPBACK, .port = PORT \
	}

FIXTURE_SETUP(waiting)
{
	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	ASSERT_TRUE(attach_hooks(self->nl));
	self->start = get_counters(self->nl);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	ASSERT_NE(MAP_FAILED, shared);
	for (enum call call = 0; call < CALLS; call++)
		ASSERT_EQ(0, pipe(pipes[call]));
	mkdir(in_dir("waiting"), 0755);
	ASSERT_TRUE(write_file(in_dir("waiting/taken"), ""));
	ASSERT_TRUE(write_file(in_dir("waiting/kept"), ""));
	self->listens = listening();
	ASSERT_LE(0, self->listens);
	ASSERT_TRUE(box_make(&self->box, self->nl, "waiting"));
}

FIXTURE_TEARDOWN(waiting)
{
	if (self->pid > 0) {
		kill(self->pid, SIGKILL);
		wait_for(self->pid);
		close(self->peer);
	}
	EXPECT_TRUE(box_remove(&self->box));
	close(self->listens);
	EXPECT_TRUE(counters_return(self->nl, &self->start));
}

/* Until all wait; the receive has got the first part. */
static void start(struct __test_metadata *_metadata, FIXTURE_DATA(waiting) * self)
{
	self->pid = box_start(&self->box, wait_inside, NULL);
	self->peer = accept(self->listens, NULL, NULL);
	ASSERT_LE(0, self->peer);
	ASSERT_EQ(strlen(BEFORE), send(self->peer, BEFORE, strlen(BEFORE), 0));
	EXPECT_TRUE(wait_until(shared->waiting == CALLS || shared->broken));
	EXPECT_EQ(0, atomic_load(&shared->broken));
	usleep(300000 * patience());
}

/* Something for each to wake up for. */
static void give(struct __test_metadata *_metadata, FIXTURE_DATA(waiting) * self)
{
	for (enum call call = 0; call < CALLS; call++)
		if (call != RECV)
			EXPECT_EQ(strlen(AFTER), write(pipes[call][1], AFTER, strlen(AFTER)));
	EXPECT_EQ(strlen(AFTER), send(self->peer, AFTER, strlen(AFTER), 0));
}

static off_t size_of(const char *file)
{
	struct stat st;

	return stat(in_dir(file), &st) ? -1 : st.st_size;
}

static void expect_splice_ended(struct __test_metadata *_metadata)
{
	EXPECT_TRUE(wait_until(shared->done[SPLICE]));
	EXPECT_EQ(-1, shared->got[SPLICE]);
	EXPECT_EQ(EACCES, shared->error[SPLICE]);
	EXPECT_EQ(0, size_of("waiting/taken"));
}

/* It says what it had, and gets no more. */
static void expect_receive_ended(struct __test_metadata *_metadata)
{
	EXPECT_TRUE(wait_until(shared->done[RECV]));
	EXPECT_EQ(strlen(BEFORE), shared->got[RECV]);
	EXPECT_EQ(-1, shared->again);
	EXPECT_EQ(EACCES, shared->again_error);
}

static void expect_kept_go_on(struct __test_metadata *_metadata)
{
	for (enum call call = KEPT_SPLICE; call < CALLS; call++) {
		EXPECT_TRUE(wait_until(shared->done[call]));
		EXPECT_EQ(call == KEPT_POLL ? 1 : strlen(AFTER), shared->got[call])
		TH_LOG("call %d: errno %d", call, shared->error[call]);
	}
	EXPECT_EQ(strlen(AFTER), size_of("waiting/kept"));
}

static int load(struct box *box, bool network)
{
	const struct rule rules[] = { KEPT, TAKEN, NETWORK };

	return box_load(box, rules, ARRAY_LEN(rules) - !network);
}

TEST_F(waiting, calls_go_on_when_nothing_is_taken)
{
	ASSERT_EQ(0, load(&self->box, true));
	start(_metadata, self);
	give(_metadata, self);
	expect_kept_go_on(_metadata);
	EXPECT_TRUE(wait_until(shared->done[SPLICE] && shared->done[RECV]));
	EXPECT_EQ(strlen(AFTER), shared->got[SPLICE]);
	EXPECT_EQ(strlen(AFTER), size_of("waiting/taken"));
	EXPECT_EQ(BOTH, shared->got[RECV]);
}

TEST_F(waiting, a_table_ends_what_it_takes)
{
	const struct rule rules[] = { KEPT };

	ASSERT_EQ(0, load(&self->box, true));
	start(_metadata, self);
	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	give(_metadata, self);
	expect_splice_ended(_metadata);
	expect_receive_ended(_metadata);
	expect_kept_go_on(_metadata);
}

/* Beside the table, so that it can be taken back alone. */
static uint64_t grant_taken(FIXTURE_DATA(waiting) * self)
{
	int dir = open(in_dir("waiting"), O_PATH | O_CLOEXEC);
	size_t token, scope;

	request_begin(&r, RVM_CMD_TOKEN_GRANT);
	put_u32(&r, RVM_A_GRANT_PARTITION, self->box.id);
	token = nest_begin(&r, RVM_A_GRANT_TOKEN);
	put_u32(&r, RVM_A_TOKEN_RIGHTS, RVM_RIGHT_WRITE);
	scope = nest_begin(&r, RVM_A_TOKEN_SCOPE);
	put_u32(&r, RVM_A_SCOPE_CLASS, RVM_CLASS_PATH);
	put_u32(&r, RVM_A_SCOPE_FD, dir);
	put(&r, RVM_A_SCOPE_PATTERN, "taken", strlen("taken"));
	nest_end(&r, scope);
	nest_end(&r, token);
	nl_call(self->nl, &r, &reply);
	close(dir);
	return reply.error ? 0 : reply_u64(&reply, RVM_A_GRANT_ID);
}

/* Who has got a part is told so, and goes on by asking for the rest. */
TEST_F(waiting, a_revocation_ends_what_it_takes)
{
	const struct rule rules[] = { KEPT, NETWORK };
	uint64_t id;

	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	id = grant_taken(self);
	ASSERT_NE(0, id);
	start(_metadata, self);
	request_begin(&r, RVM_CMD_TOKEN_REVOKE);
	put_u64(&r, RVM_A_GRANT_ID, id);
	ASSERT_EQ(0, nl_call(self->nl, &r, &reply));
	give(_metadata, self);
	expect_splice_ended(_metadata);
	expect_kept_go_on(_metadata);
	EXPECT_TRUE(wait_until(shared->done[RECV]));
	EXPECT_EQ(strlen(BEFORE), shared->got[RECV]);
	EXPECT_NE(EACCES, shared->again < 0 ? shared->again_error : 0);
}

static void expect_all_end(struct __test_metadata *_metadata, FIXTURE_DATA(waiting) * self,
			   uint16_t attr, uint32_t value)
{
	ASSERT_EQ(0, load(&self->box, true));
	start(_metadata, self);
	ASSERT_EQ(0, box_set(&self->box, attr, value));
	give(_metadata, self);
	expect_splice_ended(_metadata);
	expect_receive_ended(_metadata);
}

TEST_F(waiting, a_fence_ends_all)
{
	expect_all_end(_metadata, self, RVM_A_PARTITION_FLAGS, RVM_PARTITION_FLAG_FENCED);
}

TEST_F(waiting, a_state_ends_all)
{
	expect_all_end(_metadata, self, RVM_A_PARTITION_STATE, RVM_STATE_SUSPENDED);
}

TEST_F(waiting, an_epoch_ends_all)
{
	expect_all_end(_metadata, self, RVM_A_PARTITION_EPOCH_BUMP, 0);
}

TEST_HARNESS_MAIN
