// SPDX-License-Identifier: GPL-2.0-only
/*
 * One socket with several users: requests at the same time, and a dump that is
 * read on in another partition.
 */

#include <errno.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/common.h"
#include "kselftest_harness.h"

#define BATCH 4096
#define ROUNDS 300
#define ANSWERS_MAX 64

static const struct rule rule = { .class = RVM_CLASS_SELF, .rights = RVM_RIGHT_READ };

static struct request r;
static struct reply reply;

FIXTURE(shared)
{
	int nl;
	struct counters start;
	struct box box;
};

FIXTURE_SETUP(shared)
{
	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	self->start = get_counters(self->nl);
	ASSERT_TRUE(box_make(&self->box, self->nl, "shared"));
}

FIXTURE_TEARDOWN(shared)
{
	EXPECT_TRUE(box_remove(&self->box));
	EXPECT_TRUE(counters_return(self->nl, &self->start));
}

static int begin(int nl, uint32_t part)
{
	request_begin(&r, RVM_CMD_TABLE_BEGIN);
	put_u32(&r, RVM_A_TABLE_PARTITION, part);
	return nl_call(nl, &r, &reply);
}

/* The kernel works in the sending thread: others come in between. */
struct adder {
	int nl;
	struct request request;
	atomic_bool started, done;
};

static void *add_many(void *arg)
{
	struct adder *adder = arg;

	adder->started = true;
	nl_send(adder->nl, &adder->request);
	adder->done = true;
	return NULL;
}

/* Was the command refused with EBUSY while many tokens were being added? */
static bool is_refused_meanwhile(int nl, uint8_t cmd)
{
	static struct adder adder;
	bool busy = false;
	pthread_t thread;
	int sent = 1;

	adder.nl = nl;
	adder.started = false;
	adder.done = false;
	request_begin(&adder.request, RVM_CMD_TABLE_ADD);
	for (int i = 0; i < BATCH; i++)
		put_rule(&adder.request, &rule);
	if (pthread_create(&thread, NULL, add_many, &adder))
		return false;
	/* An abort that comes before it leaves nothing to add to. */
	while (!adder.started)
		sched_yield();
	/* The socket holds only so many answers. */
	while (!adder.done && sent < ANSWERS_MAX) {
		request_begin(&r, cmd);
		if (cmd == RVM_CMD_TABLE_ADD)
			put_rule(&r, &rule);
		sent += nl_send(nl, &r);
	}
	pthread_join(thread, NULL);
	request_begin(&r, cmd);
	while (sent--)
		busy |= nl_receive(nl, &r, &reply) == EBUSY;
	return busy;
}

TEST_F_TIMEOUT(shared, requests_at_the_same_time_are_kept_apart, 240)
{
	static const uint8_t cmds[] = { RVM_CMD_TABLE_ADD, RVM_CMD_TABLE_COMMIT,
					RVM_CMD_TABLE_ABORT };

	for (size_t i = 0; i < ARRAY_LEN(cmds); i++) {
		bool busy = false;

		for (int round = 0; !busy && round < ROUNDS; round++) {
			/* A commit or an abort that came too late has ended it. */
			begin(self->nl, self->box.id);
			busy = is_refused_meanwhile(self->nl, cmds[i]);
		}
		EXPECT_TRUE(busy)
		{
			TH_LOG("command %d was never refused", cmds[i]);
		}
	}
	/* Nothing of it remains. */
	begin(self->nl, self->box.id);
	request_begin(&r, RVM_CMD_TABLE_ABORT);
	EXPECT_EQ(0, nl_call(self->nl, &r, &reply));
	EXPECT_EQ(0, box_load(&self->box, &rule, 1));
}

/* The end of a dump that somebody began: its error. */
static int read_on(void *arg)
{
	request_begin(&r, RVM_CMD_TOKEN_GET);
	return nl_receive(*(int *)arg, &r, &reply);
}

TEST_F(shared, a_dump_is_for_who_began_it)
{
	uint64_t count = BATCH;

	EXPECT_EQ(0, begin(self->nl, self->box.id));
	request_begin(&r, RVM_CMD_TABLE_ADD);
	while (count--)
		put_rule(&r, &rule);
	ASSERT_EQ(0, nl_call(self->nl, &r, &reply));
	request_begin(&r, RVM_CMD_TABLE_COMMIT);
	ASSERT_EQ(0, nl_call(self->nl, &r, &reply));

	for (int inside = 0; inside < 2; inside++) {
		request_begin(&r, RVM_CMD_TOKEN_GET);
		put_u32(&r, RVM_A_TABLE_PARTITION, self->box.id);
		nl_want_dump(&r);
		ASSERT_EQ(1, nl_send(self->nl, &r));
		EXPECT_EQ(inside ? EACCES : 0,
			  inside ? box_do(&self->box, read_on, &self->nl) : read_on(&self->nl));
	}
}

TEST_HARNESS_MAIN
