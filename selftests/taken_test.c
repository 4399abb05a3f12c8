// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a token was taken back, nothing that it allowed succeeds any more, on no CPU.
 *
 *   giver   its table covers a directory and a port, with GRANT
 *     a token derived from that, in the same partition, which is taken back
 *       one derived from this, in
 *   user    whose table covers another directory and another port
 *
 * On each CPU there is a task of the user for each way to use it.  It tries all the time,
 * and each time does the same with what its own table covers, which has to succeed.  In
 * each round everything is given anew, used, and taken back, in turns by the host and from
 * inside the giver.  A try counts as one after the answer if that was there when it began.
 *
 * $RVM_TRIES is how many tries there are after the answers, of all rounds and ways (20,000),
 * and $RVM_ROUNDS how many rounds (10).
 */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "lib/common.h"
#include "lib/socket.h"
#include "lib/token.h"
#include "kselftest_harness.h"

#define CPUS_MAX 8
/* So often each way is seen to work in each round. */
#define USES 20

enum { FILES, NETWORK, SOURCES };
enum { GIVEN, TAKING, TAKEN, STATES };
enum way { OPEN, READ, CONNECT, SEND, WAYS };

static const char *const way_names[WAYS] = { "open", "read", "connect", "send" };
static const int source_of[WAYS] = { FILES, FILES, NETWORK, NETWORK };

/* What a way is used on: of the token that is taken back, or of the table of the user. */
static const struct place {
	const char *file;
	uint16_t port;
} taken = { "taken/given/file", 4721 }, kept = { "taken/kept/file", 4722 };

struct count {
	atomic_long worked[STATES], refused[STATES];
	/* Of what is kept; and errors, but refusals of what is taken. */
	atomic_long kept, broken;
	/* Of the round for which it has opened what it uses. */
	atomic_long tries[STATES];
	atomic_uint round;
};

struct shared {
	/* The round times STATES, and the state. */
	atomic_uint state[SOURCES];
	atomic_int stop;
	struct count count[CPUS_MAX][WAYS];
};

static struct shared *shared;

static unsigned int cpus;

/* What a task has open. */
struct opened {
	char path[256];
	struct sockaddr_in to;
	int fd;
};

struct task {
	enum way way;
	unsigned int cpu;
};

static bool open_place(enum way way, const struct place *place, struct opened *o)
{
	snprintf(o->path, sizeof(o->path), "%s", in_dir(place->file));
	o->to = loopback(place->port);
	if (o->fd > 0)
		close(o->fd);
	o->fd = way == READ ? open(o->path, O_RDONLY) : connected_to(place->port);
	return way == OPEN || o->fd >= 0;
}

/* 0 or the errno. */
static int use(enum way way, const struct opened *o)
{
	char c = 'x';

	switch (way) {
	case OPEN:
		return try_open(o->path, O_RDONLY);
	case READ:
		return pread(o->fd, &c, 1, 0) == 1 ? 0 : errno;
	case CONNECT:
		return connect(o->fd, (const struct sockaddr *)&o->to, sizeof(o->to)) ? errno : 0;
	default:
		return send(o->fd, &c, 1, MSG_DONTWAIT) == 1 ? 0 : errno;
	}
}

/* Between two states both results are right. */
static void note(struct count *count, unsigned int before, unsigned int after, int err)
{
	unsigned int state = before == after ? before % STATES : TAKING;

	if (!err)
		count->worked[state]++;
	else if (err == EACCES)
		count->refused[state]++;
	else
		count->broken++;
	count->tries[state]++;
}

static void begin_round(struct count *count, unsigned int round)
{
	for (int state = 0; state < STATES; state++)
		count->tries[state] = 0;
	count->round = round;
}

/* Inside: try until told to stop. */
static int use_all_along(void *arg)
{
	const struct task *task = arg;
	struct count *count = &shared->count[task->cpu][task->way];
	atomic_uint *state = &shared->state[source_of[task->way]];
	struct opened mine = {}, theirs = {};
	int err;

	if (!open_place(task->way, &kept, &mine))
		return 1;
	while (!shared->stop) {
		unsigned int before = *state;

		if (before / STATES == count->round && before) {
			err = use(task->way, &theirs);
			note(count, before, *state, err);
		} else if (before && open_place(task->way, &taken, &theirs)) {
			begin_round(count, before / STATES);
		}
		if (use(task->way, &mine))
			count->broken++;
		else
			count->kept++;
	}
	return 0;
}

static struct count *count_of(unsigned int nr)
{
	return &shared->count[nr / WAYS][nr % WAYS];
}

/* So often each task tried in this state. */
static bool all_tried(unsigned int round, int state, long least)
{
	for (unsigned int nr = 0; nr < cpus * WAYS; nr++)
		if (count_of(nr)->round != round || count_of(nr)->tries[state] < least)
			return false;
	return true;
}

FIXTURE(taken)
{
	int nl, port[2];
	struct counters start;
	struct box giver, user;
	struct handle source[SOURCES];
};

static int load_giver(struct box *box)
{
	const uint32_t passed_on = RVM_RIGHT_GRANT | RVM_RIGHT_REVOKE;
	const struct rule rules[] = {
		[FILES] = { RVM_CLASS_PATH, RVM_RIGHT_READ | passed_on, in_dir("taken/given"),
			    "**" },
		[NETWORK] = { RVM_CLASS_NET, RVM_RIGHT_EXECUTE | passed_on,
			      .address = INADDR_LOOPBACK, .port = taken.port },
	};

	return box_load(box, rules, ARRAY_LEN(rules));
}

static int load_user(struct box *box)
{
	const struct rule rules[] = {
		{ RVM_CLASS_PATH, RVM_RIGHT_READ, in_dir("taken/kept"), "**" },
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address = INADDR_LOOPBACK, .port = kept.port },
	};

	return box_load(box, rules, ARRAY_LEN(rules));
}

FIXTURE_SETUP(taken)
{
	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	ASSERT_TRUE(attach_hooks(self->nl));
	self->start = get_counters(self->nl);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	ASSERT_NE(MAP_FAILED, (void *)shared);
	mkdir(in_dir("taken"), 0755);
	mkdir(in_dir("taken/given"), 0755);
	mkdir(in_dir("taken/kept"), 0755);
	ASSERT_TRUE(write_file(in_dir(taken.file), "text"));
	ASSERT_TRUE(write_file(in_dir(kept.file), "text"));
	self->port[0] = bound_at(taken.port);
	self->port[1] = bound_at(kept.port);
	ASSERT_LE(0, self->port[0]);
	ASSERT_LE(0, self->port[1]);
	ASSERT_TRUE(box_make(&self->giver, self->nl, "taken-giver"));
	ASSERT_TRUE(box_make(&self->user, self->nl, "taken-user"));
	ASSERT_EQ(0, load_giver(&self->giver));
	ASSERT_EQ(0, load_user(&self->user));
	for (unsigned int i = 0; i < SOURCES; i++)
		ASSERT_TRUE(token_find(&self->giver, i, &self->source[i]));
}

FIXTURE_TEARDOWN(taken)
{
	EXPECT_TRUE(box_remove(&self->user));
	EXPECT_TRUE(box_remove(&self->giver));
	EXPECT_TRUE(counters_return(self->nl, &self->start));
	close(self->port[0]);
	close(self->port[1]);
	munmap(shared, sizeof(*shared));
}

static void start_tasks(const struct box *box, pid_t *pid)
{
	for (unsigned int nr = 0; nr < cpus * WAYS; nr++) {
		struct task task = { nr % WAYS, nr / WAYS };
		cpu_set_t set;

		pid[nr] = box_start(box, use_all_along, &task);
		CPU_ZERO(&set);
		CPU_SET(task.cpu, &set);
		sched_setaffinity(pid[nr], sizeof(set), &set);
	}
}

static int revoke_inside(void *token)
{
	int nl = nl_open();
	uint32_t count;

	return nl < 0 ? 250 : token_revoke(nl, token, &count);
}

/* Return: of each source the token that is to be taken back. */
static void give(struct __test_metadata *_metadata, FIXTURE_DATA(taken) * self, unsigned int round,
		 struct handle *middle)
{
	struct handle end;

	for (int i = 0; i < SOURCES; i++) {
		struct gift gift = { self->source[i], self->giver.id };

		/* From before it is given both results are right. */
		atomic_store(&shared->state[i], round * STATES + TAKING);
		ASSERT_EQ(0, token_grant(self->nl, &gift, &middle[i]));
		gift = (struct gift){ middle[i], self->user.id };
		ASSERT_EQ(0, token_grant(self->nl, &gift, &end));
		atomic_store(&shared->state[i], round * STATES + GIVEN);
	}
}

static void take(struct __test_metadata *_metadata, FIXTURE_DATA(taken) * self, unsigned int round,
		 struct handle *middle)
{
	uint32_t count = 2;

	for (int i = 0; i < SOURCES; i++) {
		atomic_store(&shared->state[i], round * STATES + TAKING);
		EXPECT_EQ(0, round % 2 ? token_revoke(self->nl, &middle[i], &count) :
					 box_do(&self->giver, revoke_inside, &middle[i]));
		EXPECT_EQ(2, count);
		atomic_store(&shared->state[i], round * STATES + TAKEN);
	}
}

static void report(struct __test_metadata *_metadata, enum way way, long uses, long least)
{
	long worked[STATES] = {}, refused[STATES] = {}, allowed = 0, broken = 0;

	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		struct count *count = &shared->count[cpu][way];

		for (int state = 0; state < STATES; state++) {
			worked[state] += count->worked[state];
			refused[state] += count->refused[state];
		}
		allowed += count->kept;
		broken += count->broken;
	}
	printf("# %s: worked %ld before, %ld of %ld meanwhile, %ld of %ld after; what is kept %ld of %ld\n",
	       way_names[way], worked[GIVEN], worked[TAKING], worked[TAKING] + refused[TAKING],
	       worked[TAKEN], worked[TAKEN] + refused[TAKEN], allowed, allowed + broken);
	EXPECT_LE(uses, worked[GIVEN]);
	EXPECT_EQ(0, refused[GIVEN]);
	EXPECT_EQ(0, worked[TAKEN]);
	EXPECT_LE(least, refused[TAKEN]);
	EXPECT_LT(0, allowed);
	EXPECT_EQ(0, broken);
}

static long wanted(const char *variable, long usual)
{
	const char *text = getenv(variable);

	return text ? atol(text) : usual;
}

TEST_F_TIMEOUT(taken, nothing_works_behind_the_answer, 850)
{
	struct handle middle[SOURCES];
	pid_t pid[CPUS_MAX * WAYS];
	bool good = true;
	long each, rounds = wanted("RVM_ROUNDS", 10);

	cpus = get_nprocs() < CPUS_MAX ? get_nprocs() : CPUS_MAX;
	each = (wanted("RVM_TRIES", 20000) - 1) / (rounds * cpus * WAYS) + 1;
	start_tasks(&self->user, pid);
	for (unsigned int round = 1; good && round <= rounds; round++) {
		give(_metadata, self, round, middle);
		good = wait_until(all_tried(round, GIVEN, USES));
		take(_metadata, self, round, middle);
		good = good && wait_until(all_tried(round, TAKEN, each));
	}
	EXPECT_TRUE(good);
	shared->stop = 1;
	for (unsigned int nr = 0; nr < cpus * WAYS; nr++)
		EXPECT_EQ(0, wait_for(pid[nr]));
	for (enum way way = 0; way < WAYS; way++)
		report(_metadata, way, USES * cpus * rounds, each * cpus * rounds);
}

TEST_HARNESS_MAIN
