// SPDX-License-Identifier: GPL-2.0-only
/*
 * A CPU remembers for a tick which addresses it found allowed: each answer is that of
 * its own question, and ends in time.
 */

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/common.h"
#include "lib/socket.h"
#include "kselftest_harness.h"

#define PORT 4721

/* Shared with the tasks inside. */
struct shared {
	atomic_int stop;
	atomic_long worked;
};

static struct shared *shared;

FIXTURE(peer)
{
	int nl;
	struct counters start;
	struct box box;
};

FIXTURE_SETUP(peer)
{
	self->nl = nl_open();
	ASSERT_LE(0, self->nl);
	ASSERT_TRUE(attach_hooks(self->nl));
	self->start = get_counters(self->nl);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	ASSERT_NE(MAP_FAILED, shared);
	ASSERT_TRUE(box_make(&self->box, self->nl, "peer"));
}

FIXTURE_TEARDOWN(peer)
{
	EXPECT_TRUE(box_remove(&self->box));
	EXPECT_TRUE(counters_return(self->nl, &self->start));
	munmap(shared, sizeof(*shared));
}

static int try_connect(uint16_t port)
{
	struct sockaddr_in at = loopback(port);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = connect(fd, (struct sockaddr *)&at, sizeof(at)) ? errno : 0;

	close(fd);
	return err;
}

static int try_bind(uint16_t port)
{
	int fd = bound_at(port);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* In one tick, most of the time: 0 if each answer is that of its own question. */
static int ask_about_addresses(void *unused)
{
	for (int i = 0; i < 100; i++) {
		if (try_connect(PORT) || try_bind(PORT + 2))
			return 1;
		if (try_connect(PORT + 2) != EACCES || try_bind(PORT + 3) != EACCES ||
		    try_connect(PORT + 1) != EACCES)
			return 2;
	}
	return 0;
}

/* What a CPU remembers is seen by whoever runs there in the same tick. */
static void share_a_cpu(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static int connect_all_along(void *unused)
{
	share_a_cpu();
	while (!shared->stop) {
		shared->worked += !try_connect(PORT);
		sched_yield();
	}
	return 0;
}

static int connect_in_vain(void *unused)
{
	share_a_cpu();
	for (int i = 0; i < 500; i++) {
		if (try_connect(PORT) != EACCES)
			return 1;
		sched_yield();
	}
	return 0;
}

/* What was just allowed is that address, for that right, in that partition. */
TEST_F(peer, answers_are_kept_apart)
{
	const struct rule rules[] = {
		{ RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address = INADDR_LOOPBACK, .port = PORT },
		{ RVM_CLASS_NET, RVM_RIGHT_WRITE, .address = INADDR_LOOPBACK, .port = PORT + 2 },
	};
	struct box other;
	pid_t pid;

	ASSERT_EQ(0, box_load(&self->box, rules, ARRAY_LEN(rules)));
	EXPECT_EQ(0, box_do(&self->box, ask_about_addresses, NULL));
	ASSERT_TRUE(box_make(&other, self->nl, "peer-beside"));
	ASSERT_EQ(0, box_load(&other, &rules[1], 1));
	pid = box_start(&self->box, connect_all_along, NULL);
	EXPECT_EQ(0, box_do(&other, connect_in_vain, NULL));
	shared->stop = 1;
	EXPECT_EQ(0, wait_for(pid));
	EXPECT_LT(0, atomic_load(&shared->worked));
	EXPECT_TRUE(box_remove(&other));
}

static int connect_past_the_end(void *end)
{
	time_t last = *(time_t *)end - 1;

	while (time(NULL) < last)
		if (try_connect(PORT))
			return 1;
	while (time(NULL) <= last)
		usleep(10000);
	usleep(20000);
	return try_connect(PORT);
}

/* While nothing else is judged that would notice. */
TEST_F(peer, an_address_expires_by_itself)
{
	time_t end = time(NULL) + 3;
	const struct rule rule = { RVM_CLASS_NET, RVM_RIGHT_EXECUTE, .address = INADDR_LOOPBACK,
				   .port = PORT, .expires = end };

	ASSERT_EQ(0, box_load(&self->box, &rule, 1));
	EXPECT_EQ(EACCES, box_do(&self->box, connect_past_the_end, &end));
}

TEST_HARNESS_MAIN
