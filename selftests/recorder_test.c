// SPDX-License-Identifier: GPL-2.0-only
/*
 * A recorder of a log that is small enough to fill: module_test.sh loads the module with
 * ring=1024 and starts this.
 */

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rvm_record.h>
#include <linux/rvm_witness.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/common.h"
#include "lib/log/sha256.h"

#define RING 1024
#define DEVICE "/dev/rvm_witness"

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

static int open_log(void)
{
	return open(DEVICE, O_RDONLY | O_CLOEXEC);
}

static int attach(int fd, struct rvm_witness_attach *attach)
{
	return ioctl(fd, RVM_WITNESS_ATTACH, attach) ? errno : 0;
}

static int acknowledge(int fd, uint64_t sequence)
{
	return ioctl(fd, RVM_WITNESS_ACK, &sequence) ? errno : 0;
}

static bool read_record(int fd, uint64_t sequence, struct rvm_record *record)
{
	return pread(fd, record, sizeof(*record), sequence * sizeof(*record)) == sizeof(*record);
}

static uint64_t get_head(int nl)
{
	request_begin(&r, RVM_CMD_WITNESS_GET);
	nl_call(nl, &r, &reply);
	return reply_u64(&reply, RVM_A_WITNESS_LENGTH);
}

static uint64_t get_first(int nl)
{
	get_head(nl);
	return reply_u64(&reply, RVM_A_WITNESS_FIRST);
}

static int set_mode(struct box *box, uint32_t mode)
{
	return box_set(box, RVM_A_PARTITION_MODE, mode);
}

/* Make changes until one is refused; how many were made. */
static int change(struct box *box, int most)
{
	int done = 0;

	while (done < most && !set_mode(box, done % 2 ? RVM_MODE_PERMISSIVE : RVM_MODE_LEARN))
		done++;
	return done;
}

/* The newest record of a kind from @first on and before @end. */
static bool find(int fd, uint64_t first, uint64_t end, uint8_t kind, struct rvm_record *record)
{
	uint64_t i;

	for (i = end; i-- > first;)
		if (read_record(fd, i, record) && record->kind == kind)
			return true;
	return false;
}

/* Which log it is. */
static uint64_t test_attaching(struct box *box, int fd)
{
	struct rvm_witness_attach mine = {}, other = {}, beyond = { .next = 1 << 20 };
	struct rvm_record record;
	int second = open_log();
	uint64_t length;
	bool found;

	read_record(fd, 0, &record);
	beyond.log = record.target;
	report(attach(fd, &beyond) == EINVAL, "more_than_there_is_is_EINVAL");
	report(acknowledge(fd, 0) == ENOTCONN, "a_reader_acknowledges_nothing");
	report(!attach(fd, &mine) && mine.next == 0, "a_new_recorder_begins_with_record_0");
	report(mine.log == record.target, "it_is_told_which_log");
	report(attach(second, &other) == EBUSY && acknowledge(second, 1) == ENOTCONN,
	       "there_is_one_at_a_time");
	length = get_head(box->nl);
	found = find(fd, 0, get_head(box->nl), RVM_KIND_RECORDER, &record);
	report(found && record.payload[0] == 1 && record.target == 0, "attaching_is_a_record");
	report(acknowledge(fd, length + 1) == EINVAL, "what_is_not_there_is_not_safe");
	report(!acknowledge(fd, length) && acknowledge(fd, length - 1) == EINVAL,
	       "it_only_goes_forwards");
	close(second);
	return mine.log;
}

/* The ring is the recorder's until it has acknowledged. */
static void test_nothing_is_overwritten(struct box *box, int fd)
{
	uint64_t length = get_head(box->nl);
	struct rvm_record record;
	int done;

	acknowledge(fd, length);
	done = change(box, 2 * RING);
	report(done > RING / 2 && done < RING && reply.error == 0,
	       "changes_go_on_while_there_is_room");
	report(read_record(fd, length, &record), "what_was_not_acknowledged_is_there");
	length = get_head(box->nl);
	report(!acknowledge(fd, length), "it_is_acknowledged");
	report(change(box, RING / 2) == RING / 2, "then_changes_go_on");
}

/* The chain goes on from the state that the kernel told. */
static bool continues(int nl, int fd, const struct rvm_witness_attach *from)
{
	uint8_t block[RVM_SHA256_BLOCK_BYTES], digest[RVM_SHA256_DIGEST_BYTES];
	uint64_t i, length = get_head(nl);
	uint32_t state[RVM_SHA256_WORDS];
	struct rvm_sha256 sum;
	uint8_t aux[8], raw[64];
	const void *head;

	for (i = 0; i < RVM_SHA256_WORDS; i++)
		state[i] = be32toh(((const uint32_t *)from->state)[i]);
	rvm_sha256_resume(&sum, state, from->next);
	memcpy(aux, from->aux, sizeof(aux));
	for (i = from->next; i < length; i++) {
		if (pread(fd, raw, sizeof(raw), i * sizeof(raw)) != sizeof(raw))
			return false;
		memset(block, 0, sizeof(block));
		memcpy(block, raw, 48);
		memcpy(block + 48, aux, sizeof(aux));
		memcpy(aux, raw + 52, sizeof(aux));
		rvm_sha256_update(&sum, block, sizeof(block));
	}
	rvm_sha256_final(&sum, digest);
	return reply_get(&reply, RVM_A_WITNESS_HEAD, &head) == sizeof(digest) &&
	       !memcmp(head, digest, sizeof(digest));
}

/* fd was closed: the ring is overwritten again. */
static void test_going_on(struct box *box, const struct rvm_witness_attach *had)
{
	struct rvm_witness_attach same = *had, late = *had, other = { .log = ~had->log, .next = 7 };
	struct rvm_record record;
	int fd = open_log();
	bool found;

	found = find(fd, had->next, get_head(box->nl), RVM_KIND_RECORDER, &record);
	report(found && !record.payload[0] && record.target == had->next, "detaching_is_a_record");
	report(!attach(fd, &same) && same.next == had->next, "who_has_all_goes_on_there");
	close(fd);
	report(change(box, 3 * RING) == 3 * RING, "without_a_recorder_the_oldest_are_overwritten");
	fd = open_log();
	report(!attach(fd, &late) && late.next > had->next && late.next >= get_first(box->nl),
	       "who_comes_late_is_told_where_to_begin");
	report(continues(box->nl, fd, &late), "with_the_state_of_the_chain_there");
	close(fd);
	fd = open_log();
	other.previous_length = 12;
	memset(other.previous, 0xab, sizeof(other.previous));
	report(!attach(fd, &other) && other.log == had->log && other.next > 7,
	       "who_has_another_log_begins_with_the_ring");
	report(continues(box->nl, fd, &other), "with_the_state_there");
	close(fd);
}

/* The newest record of attaching, with its line. */
static void test_lines(int nl)
{
	int fd = open_log();
	struct rvm_record record;
	uint64_t at = get_head(nl);
	const char *line = NULL;
	bool found;

	do {
		found = find(fd, get_first(nl), at, RVM_KIND_RECORDER, &record);
		at = record.sequence;
	} while (found && !record.payload[0]);
	report(found, "each_attaching_is_a_record");
	request_begin(&r, RVM_CMD_WITNESS_GET);
	put_u64(&r, RVM_A_WITNESS_SEQUENCE, at);
	put_u64(&r, RVM_A_WITNESS_LENGTH, at + 1);
	nl_dump(nl, &r, &reply);
	reply_get(&reply, RVM_A_WITNESS_DETAIL, (void *)&line);
	found = reply.messages == 1 && reply_u64(&reply, RVM_A_WITNESS_SEQUENCE) == at && line;
	printf("# %u lines, of record %llu: %s\n", reply.messages,
	       (unsigned long long)reply_u64(&reply, RVM_A_WITNESS_SEQUENCE), line ?: "none");
	found = found && strstr(line, "recorder=attached first=") &&
		strstr(line, " previous=abababab") && strstr(line, " length=12");
	report(found, "lines_are_listed_from_one_to_another");
	request_begin(&r, RVM_CMD_WITNESS_GET);
	report(!nl_dump(nl, &r, &reply) && reply.messages > 100, "or_all_that_are_there");
	close(fd);
}

struct asking {
	uint64_t token;
	uint32_t rights;
	int times;
	/* Each answer. */
	int error;
};

/* What is refused or proved is a record of the partition.  Return: 0 if all were answered so. */
static int ask_inside(void *arg)
{
	const struct asking *a = arg;
	int i, nl = nl_open();

	for (i = 0; i < a->times; i++) {
		request_begin(&r, RVM_CMD_TOKEN_PROVE);
		put_u64(&r, RVM_A_GRANT_ID, a->token);
		put_u32(&r, RVM_A_GRANT_TIER, 1);
		put_u32(&r, RVM_A_GRANT_RIGHTS, a->rights);
		if (nl_call(nl, &r, &reply) != a->error)
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

struct counts {
	unsigned int records;
	uint64_t lost;
};

/* Of one partition, in all that is there from a record on. */
static struct counts count(const struct box *box, int fd, uint64_t from)
{
	uint64_t i, end = get_head(box->nl);
	struct counts c = {};
	struct rvm_record record;

	for (i = from; i < end; i++) {
		if (!read_record(fd, i, &record) || record.actor != box->id)
			continue;
		if (record.kind == RVM_KIND_LOG_GAP)
			c.lost += record.target;
		else
			c.records++;
	}
	return c;
}

#define QUIET 60
#define LOUD 4000

/* One partition is denied without end; the other one's evidence stays, and so do changes. */
static void test_flood(struct box *loud, struct box *quiet, int fd)
{
	struct asking often = { first_token(loud), RVM_RIGHT_WRITE, LOUD, EACCES };
	struct asking some = { first_token(quiet), RVM_RIGHT_WRITE, QUIET, EACCES };
	int ret;

	report(!box_do(quiet, ask_inside, &some), "one_is_denied_some_times");
	report(!box_do(loud, ask_inside, &often), "another_one_without_end");
	report(count(quiet, fd, get_first(quiet->nl)).records == QUIET,
	       "the_evidence_of_the_first_is_there");
	ret = box_do(quiet, ask_inside, &some);
	report(!ret && count(quiet, fd, get_first(quiet->nl)).records == 2 * QUIET,
	       "it_can_have_more");
	report(count(loud, fd, get_first(loud->nl)).records >= RING / 4, "the_flood_has_its_share");
	report(!set_mode(quiet, RVM_MODE_LEARN), "and_the_host_makes_changes");
}

/* The same, while nothing is overwritten. */
static void test_recorded_flood(struct box *loud, struct box *quiet, int fd)
{
	struct asking often = { first_token(loud), RVM_RIGHT_WRITE, LOUD, EACCES };
	struct asking some = { first_token(quiet), RVM_RIGHT_WRITE, QUIET, EACCES };
	struct asking proof = { first_token(loud), RVM_RIGHT_READ, 1, ENOSPC };
	uint64_t begin = get_head(loud->nl);
	struct rvm_witness_attach from = {};
	struct counts c;

	report(!attach(fd, &from) && !acknowledge(fd, get_head(loud->nl)),
	       "now_there_is_a_recorder");
	report(!box_do(loud, ask_inside, &often), "the_flood_goes_on");
	c = count(loud, fd, begin);
	report(c.records < RING / 2, "it_has_half_of_what_is_free");
	report(!box_do(loud, ask_inside, &proof), "what_it_proves_would_be_a_record_too");
	report(!box_do(quiet, ask_inside, &some) && count(quiet, fd, begin).records == QUIET,
	       "the_first_one_has_its_own_room");
	report(!set_mode(quiet, RVM_MODE_PERMISSIVE), "and_the_host_too");
	acknowledge(fd, get_head(loud->nl));
	report(wait_until(count(loud, fd, begin).lost + c.records == LOUD),
	       "records_and_losses_are_all_that_was");
	proof.error = 0;
	report(!box_do(loud, ask_inside, &proof), "then_it_can_prove_again");
}

static int attach_inside(void *fd)
{
	struct rvm_witness_attach from = {};

	return attach(*(int *)fd, &from);
}

int main(int argc, char **argv)
{
	struct rvm_witness_attach had = {};
	int nl = nl_open(), fd = open_log();
	const struct rule rule = { RVM_CLASS_NAME, RVM_RIGHT_READ | RVM_RIGHT_PROVE,
				   .pattern = "x" };
	struct box box, quiet;

	printf("TAP version 13\n1..39\n");
	/* They are equal. */
	if (nl < 0 || fd < 0 || !set_join_after(0) || !box_make(&box, nl, "recorder") ||
	    !box_make(&quiet, nl, "recorder-quiet") || box_load(&box, &rule, 1) ||
	    box_load(&quiet, &rule, 1)) {
		printf("Bail out! cannot set up\n");
		return 1;
	}
	report(box_do(&box, attach_inside, &fd) == EACCES, "inside_nobody_is_the_recorder");
	had.log = test_attaching(&box, fd);
	test_nothing_is_overwritten(&box, fd);
	had.next = get_head(nl);
	report(!acknowledge(fd, had.next), "all_is_acknowledged");
	close(fd);
	test_going_on(&box, &had);
	test_lines(nl);
	fd = open_log();
	test_flood(&box, &quiet, fd);
	test_recorded_flood(&box, &quiet, fd);
	close(fd);
	report(box_remove(&quiet) && box_remove(&box), "the_partitions_are_deleted");
	return failed;
}
