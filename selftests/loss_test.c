// SPDX-License-Identifier: GPL-2.0-only
/*
 * A partition is denied without end, with no recorder, a slow one, and one that has stopped:
 * whatever is not a record is counted, and what others did is there.  module_test.sh loads
 * the module with ring=1024 and starts this.
 *
 *   loss_test alone      one is denied, each time otherwise, and all is recorded
 *
 *   RVM_LOSS_SECONDS=N   each flood lasts so long; else it is of some thousands of denials
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/rvm_record.h>
#include <linux/rvm_witness.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "lib/common.h"

#define RING 1024
/* Denials of one process: half of them equal, which makes at most so many records. */
#define BATCH 200
#define BATCHES 15
/* Of the quiet one, one batch after the other. */
#define QUIET 5

enum recording { NONE, SLOW, STOPPED };

static struct request r;
static struct reply reply;
static unsigned int number;
static bool failed;

static void report(bool good, const char *name)
{
	printf("%s %u %s\n", good ? "ok" : "not ok", ++number, name);
	if (!good)
		printf("# errno %d: %s\n", reply.error, reply.text);
	failed |= !good;
}

static uint64_t get_head(int nl)
{
	request_begin(&r, RVM_CMD_WITNESS_GET);
	nl_call(nl, &r, &reply);
	return reply_u64(&reply, RVM_A_WITNESS_LENGTH);
}

static int set_fence(const struct box *box, uint32_t fence)
{
	request_begin(&r, RVM_CMD_PARTITION_SET);
	put_u32(&r, RVM_A_PARTITION_ID, box->id);
	put_u32(&r, RVM_A_PARTITION_FLAGS, fence);
	put_u32(&r, RVM_A_PARTITION_FLAGS_MASK, RVM_PARTITION_FLAG_FENCED);
	return nl_call(box->nl, &r, &reply);
}

/* What is denied. */
struct asking {
	uint64_t token;
	/* Of the first that is like no other, which has a number of its own. */
	uint64_t nonce;
	int different;
	int equal;
};

static int ask(int nl, uint64_t token, uint64_t nonce)
{
	request_begin(&r, RVM_CMD_TOKEN_PROVE);
	put_u64(&r, RVM_A_GRANT_ID, token);
	put_u32(&r, RVM_A_GRANT_TIER, 2);
	put_u64(&r, RVM_A_GRANT_NONCE, nonce);
	put_u32(&r, RVM_A_GRANT_RIGHTS, RVM_RIGHT_WRITE);
	return nl_call(nl, &r, &reply);
}

static int ask_inside(void *arg)
{
	const struct asking *a = arg;
	int i, nl = nl_open();

	for (i = 0; i < a->different || i < a->equal; i++) {
		if (i < a->different && ask(nl, a->token, a->nonce + i) != EACCES)
			return 1;
		if (i < a->equal && ask(nl, a->token, 1) != EACCES)
			return 1;
	}
	return 0;
}

static uint64_t first_token(const struct box *box)
{
	struct reply one = { .len = 0 };
	const void *nest;

	request_begin(&r, RVM_CMD_TOKEN_GET);
	put_u32(&r, RVM_A_TABLE_PARTITION, box->id);
	if (nl_dump(box->nl, &r, &reply))
		return 0;
	one.len = reply_get(&reply, RVM_A_TABLE_TOKEN, &nest);
	memcpy(one.data, nest, one.len);
	return reply_u64(&one, RVM_A_TOKEN_ID);
}

/* What the log says of a partition. */
struct account {
	uint32_t id;
	uint64_t records, joined, lost;
	/* What it joined is like a record of it. */
	uint64_t strange;
};

static uint32_t count_of(const struct rvm_record *record)
{
	uint32_t count;

	memcpy(&count, record->payload + 4, sizeof(count));
	return count;
}

static void account_for(struct account *a, int fd, const struct rvm_record *record)
{
	struct rvm_record like;
	uint64_t at;

	if (record->actor != a->id)
		return;
	if (record->kind == RVM_KIND_PROOF_REJECTED)
		a->records++;
	if (record->kind == RVM_KIND_LOG_GAP)
		a->lost += record->target;
	if (record->kind != RVM_KIND_DENIALS_JOINED)
		return;
	a->joined += count_of(record);
	at = record->sequence - (uint32_t)(record->sequence - record->capability_hash);
	if (pread(fd, &like, sizeof(like), at * sizeof(like)) == sizeof(like))
		a->strange += like.actor != a->id || like.target != record->target ||
			      like.kind != RVM_KIND_PROOF_REJECTED ||
			      memcmp(like.payload, record->payload, 4);
}

/* What a flood was, and what was found of it. */
struct flood {
	enum recording recording;
	struct box *loud, *quiet;
	int fd;
	/* The next record that was not looked at. */
	uint64_t next;
	struct account of_loud, of_quiet;
	/* How many there were. */
	uint64_t loud_events, quiet_events;
	uint64_t nonce;
	/* Records that were gone before they could be read, and changes that were refused. */
	unsigned int missed, refused;
};

static void look(struct flood *f)
{
	uint64_t end = get_head(f->loud->nl);
	struct rvm_record record;

	for (; f->next < end; f->next++) {
		if (pread(f->fd, &record, sizeof(record), f->next * sizeof(record)) !=
		    sizeof(record)) {
			f->missed++;
			continue;
		}
		account_for(&f->of_loud, f->fd, &record);
		account_for(&f->of_quiet, f->fd, &record);
	}
}

static int acknowledge(int fd, uint64_t sequence)
{
	return ioctl(fd, RVM_WITNESS_ACK, &sequence) ? errno : 0;
}

static bool deny(struct box *box, struct flood *f, int different, int equal)
{
	struct asking a = { first_token(box), f->nonce, different, equal };

	f->nonce += different;
	return !box_do(box, ask_inside, &a);
}

static bool go_on(struct flood *f, int i, time_t end)
{
	bool good = deny(f->loud, f, BATCH / 2, BATCH / 2) && deny(f->quiet, f, QUIET, 0);

	f->loud_events += BATCH;
	f->quiet_events += QUIET;
	if (f->recording != STOPPED || i < 20)
		f->refused += !!box_set(f->quiet, RVM_A_PARTITION_MODE,
					i % 2 ? RVM_MODE_PERMISSIVE : RVM_MODE_LEARN);
	look(f);
	if (f->recording == SLOW && i % 4 == 3)
		acknowledge(f->fd, f->next - RING / 8);
	return good && (end ? time(NULL) < end : i + 1 < BATCHES);
}

static bool run(struct flood *f)
{
	const char *seconds = getenv("RVM_LOSS_SECONDS");
	time_t end = seconds ? time(NULL) + atoi(seconds) : 0;
	int i = 0;

	while (go_on(f, i, end))
		i++;
	return f->loud_events > BATCH;
}

static bool adds_up(struct flood *f)
{
	look(f);
	if (f->recording != NONE)
		acknowledge(f->fd, f->next);
	return f->of_loud.records + f->of_loud.joined + f->of_loud.lost == f->loud_events;
}

static const char *const words[] = { "no", "a slow", "a stopped" };

static void test_flood(struct box *loud, struct box *quiet, enum recording recording)
{
	struct flood f = {
		.recording = recording,
		.loud = loud,
		.quiet = quiet,
		.fd = open("/dev/rvm_witness", O_RDONLY | O_CLOEXEC),
		.of_loud = { .id = loud->id },
		.of_quiet = { .id = quiet->id },
		.nonce = 1000,
	};
	struct rvm_witness_attach from = {};
	bool good;

	printf("# %s recorder\n", words[recording]);
	f.next = get_head(loud->nl);
	if (recording != NONE)
		report(!ioctl(f.fd, RVM_WITNESS_ATTACH, &from) && !acknowledge(f.fd, f.next),
		       "it_is_attached");
	report(run(&f), "one_is_denied_without_end");
	report(!f.refused, "the_host_changes_what_it_likes");
	report(!set_fence(loud, RVM_PARTITION_FLAG_FENCED) && !set_fence(loud, 0),
	       "and_takes_away_and_gives_back");
	good = wait_until(adds_up(&f));
	printf("# %llu denied: %llu records, %llu joined, %llu lost\n",
	       (unsigned long long)f.loud_events, (unsigned long long)f.of_loud.records,
	       (unsigned long long)f.of_loud.joined, (unsigned long long)f.of_loud.lost);
	report(good, "records_and_what_is_counted_are_all_that_was");
	/* Of what has no room, nothing may be recorded that others could be joined to. */
	report((f.of_loud.joined || recording != NONE) && !f.of_loud.strange,
	       "what_was_joined_is_like_a_record");
	report(!f.missed && f.of_quiet.records == f.quiet_events && !f.of_quiet.lost,
	       "the_other_one_has_each_of_its_own");
	close(f.fd);
}

/* Each is a record: what it costs can be measured (bench/append.sh). */
static int deny_alone(struct box *box)
{
	struct flood f = { .nonce = 1000 };

	return !deny(box, &f, 4 * RING, 0) || !box_remove(box);
}

int main(int argc, char **argv)
{
	const struct rule rule = { RVM_CLASS_NAME, RVM_RIGHT_READ | RVM_RIGHT_PROVE,
				   .pattern = "x" };
	struct box loud, quiet;
	int nl = nl_open();

	if (argc > 1 && !strcmp(argv[1], "alone"))
		return nl < 0 || !box_make(&loud, nl, "loud") || box_load(&loud, &rule, 1) ||
		       deny_alone(&loud);
	printf("TAP version 13\n1..21\n");
	if (nl < 0 || !box_make(&loud, nl, "loud") || !box_make(&quiet, nl, "quiet") ||
	    box_load(&loud, &rule, 1) || box_load(&quiet, &rule, 1)) {
		printf("Bail out! cannot set up\n");
		return 1;
	}
	test_flood(&loud, &quiet, NONE);
	test_flood(&loud, &quiet, SLOW);
	test_flood(&loud, &quiet, STOPPED);
	report(box_remove(&quiet) && box_remove(&loud), "the_partitions_are_deleted");
	return failed;
}
