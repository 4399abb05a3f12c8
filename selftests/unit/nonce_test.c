// SPDX-License-Identifier: GPL-2.0-only
/* Nonces: nothing twice, nobody locked out. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/token/nonce.h"
#include "unit.h"

#define BEGIN 1000000000000000000ULL

static struct rvm_nonces *nonces;
static u64 now;

static void start(void)
{
	free(nonces);
	nonces = malloc(rvm_nonces_bytes());
	rvm_nonces_init(nonces, unit_random());
	now = BEGIN;
}

static bool use_as_of(u64 nonce, u64 issued)
{
	if (!rvm_nonces_may_use(nonces, nonce, issued, now))
		return false;
	rvm_nonces_use(nonces, nonce, now);
	return true;
}

/* Each request is made now, a moment after the last. */
static bool use(u64 nonce)
{
	now++;
	return use_as_of(nonce, now);
}

static void nothing_is_accepted_twice(void)
{
	start();
	EXPECT(use(5));
	EXPECT(!use(5));
	EXPECT(use(5 + RVM_NONCES));
	EXPECT(!use(5));
	EXPECT(!use(5 + RVM_NONCES));
	EXPECT(use(U64_MAX));
	EXPECT(!use(U64_MAX));
	EXPECT(use(1));
	EXPECT(!use(1));
}

static void zero_is_refused(void)
{
	start();
	EXPECT(!use(0));
	EXPECT(use(1));
	EXPECT(!use(0));
}

static void large_ones_lock_nobody_out(void)
{
	u64 i;

	start();
	for (i = 0; i < 2 * RVM_NONCES; i++)
		EXPECT(use((1ULL << 60) + i));
	for (i = 1; i <= 2 * RVM_NONCES; i++)
		EXPECT(use(i));
}

static void as_many_as_that_are_remembered(void)
{
	u64 i;

	start();
	for (i = 1; i <= RVM_NONCES; i++)
		EXPECT(use(i));
	for (i = 1; i <= RVM_NONCES; i++)
		EXPECT(!use(i));
	/* One more, and the oldest is forgotten; a new request may use its number. */
	EXPECT(use(RVM_NONCES + 1));
	EXPECT(!use(2));
	EXPECT(use(1));
	EXPECT(use(2));
	EXPECT(!use(1));
}

static void what_was_forgotten_is_not_accepted_again(void)
{
	u64 made, i;

	start();
	now += 100;
	made = now;
	EXPECT(use_as_of(7, made));
	for (i = 100; i < 100 + RVM_NONCES; i++)
		EXPECT(use(i));
	/* The same request, and one that is older. */
	EXPECT(!use_as_of(7, made));
	EXPECT(!use_as_of(8, made - 1));
	EXPECT(!use_as_of(8, made));
	EXPECT(use_as_of(8, made + 1));
	EXPECT(use_as_of(7, now));
}

static void a_request_is_good_for_a_while(void)
{
	start();
	EXPECT(use_as_of(1, now - RVM_NONCE_AGE_NS));
	EXPECT(!use_as_of(2, now - RVM_NONCE_AGE_NS - 1));
	EXPECT(!use_as_of(2, 0));
	/* Nobody knows the time before it is. */
	EXPECT(!use_as_of(2, now + 1));
	EXPECT(!use_as_of(2, U64_MAX));
	EXPECT(use_as_of(2, now));
	now = 0;
	EXPECT(!use_as_of(3, 0));
	now = 1;
	EXPECT(!use_as_of(3, U64_MAX));
	EXPECT(use_as_of(3, 1));
}

/* The naive way: a list of all that were accepted. */
static struct {
	u64 nonce, used;
} accepted[200000];

static void random_requests_are_judged_as_by_a_list(void)
{
	u64 nonce, issued, forgotten = 0;
	size_t count = 0, i, k;
	bool fine;

	start();
	for (i = 0; i < ARRAY_SIZE(accepted); i++) {
		now += unit_random() % 3;
		issued = now - unit_random() % 6000;
		/* Often one that was used, or one like it. */
		nonce = unit_random() % 9000;
		if (unit_random() % 4 == 0)
			nonce = nonce << 52 | nonce;
		fine = nonce && issued > forgotten;
		for (k = count; fine && k-- && count - k <= RVM_NONCES;)
			fine = accepted[k].nonce != nonce;
		if (!EXPECT_EQ(use_as_of(nonce, issued), fine))
			NOTE("request %zu, nonce %" PRIu64, i, (uint64_t)nonce);
		if (!fine)
			continue;
		accepted[count].nonce = nonce;
		accepted[count++].used = now;
		if (count > RVM_NONCES)
			forgotten = accepted[count - RVM_NONCES - 1].used;
	}
	EXPECT(count > 2 * RVM_NONCES);
	printf("# %zu of %zu accepted\n", count, i);
}

static int use_many(void)
{
	u64 i, wrong = 0;

	start();
	nonces->number = (1ULL << 32) - 3;
	for (i = 1; i <= 64; i++)
		wrong += !use_as_of(i << 40 | i, ++now);
	for (i = 1; i <= 64; i++)
		wrong += use_as_of(i << 40 | i, now);
	return wrong != 0;
}

/* A count that wrapped would meet that of buckets that were never used, and search without end. */
static void uses_are_counted_beyond_32_bits(void)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(60);
		_exit(use_many());
	}
	waitpid(pid, &status, 0);
	EXPECT_EQ(status, 0);
}

int main(void)
{
	RUN(nothing_is_accepted_twice);
	RUN(zero_is_refused);
	RUN(large_ones_lock_nobody_out);
	RUN(as_many_as_that_are_remembered);
	RUN(what_was_forgotten_is_not_accepted_again);
	RUN(a_request_is_good_for_a_while);
	RUN(uses_are_counted_beyond_32_bits);
	RUN(random_requests_are_judged_as_by_a_list);
	free(nonces);
	return unit_done();
}
