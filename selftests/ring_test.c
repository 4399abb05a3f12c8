// SPDX-License-Identifier: GPL-2.0-only
/*
 * A witness log that is small enough to fill: module_test.sh loads the module
 * with ring=1024 and starts this.
 *
 *   ring_test overwrite   the oldest records are overwritten
 *   ring_test keep        a full log refuses changes (module: overwrite=0)
 *   ring_test leave       says "ready" with a transaction open, and stays
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/common.h"

#define RING 1024

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

static int set_mode(const struct box *box, uint32_t mode)
{
	request_begin(&r, RVM_CMD_PARTITION_SET);
	put_u32(&r, RVM_A_PARTITION_ID, box->id);
	put_u32(&r, RVM_A_PARTITION_MODE, mode);
	return nl_call(box->nl, &r, &reply);
}

static int set_fence(const struct box *box, uint32_t fence)
{
	request_begin(&r, RVM_CMD_PARTITION_SET);
	put_u32(&r, RVM_A_PARTITION_ID, box->id);
	put_u32(&r, RVM_A_PARTITION_FLAGS, fence);
	put_u32(&r, RVM_A_PARTITION_FLAGS_MASK, RVM_PARTITION_FLAG_FENCED);
	return nl_call(box->nl, &r, &reply);
}

static int wait_inside(void *arg)
{
	pause();
	return 0;
}

static int ask_to_enter(const struct box *box, pid_t pid)
{
	char *words[] = { "true", NULL };
	int err, program;

	request_begin(&r, RVM_CMD_PARTITION_ENTER);
	put_u32(&r, RVM_A_PARTITION_ID, box->id);
	put_u32(&r, RVM_A_PARTITION_PID, pid);
	program = put_program(&r, "/bin/true", words);
	err = nl_call(box->nl, &r, &reply);
	close(program);
	return err;
}

/* Adopts a process; it may not have reached the cgroup yet. */
static int enter(const struct box *box)
{
	pid_t pid = box_start(box, wait_inside, NULL);
	int err;

	wait_until((err = ask_to_enter(box, pid)) != EXDEV);
	kill(pid, SIGKILL);
	wait_for(pid);
	return err;
}

/* Make changes until one is refused; how many were made. */
static int change_until_refused(const struct box *box, int most)
{
	int done = 0;

	while (done < most && !set_mode(box, done % 2 ? RVM_MODE_PERMISSIVE : RVM_MODE_LEARN))
		done++;
	return done;
}

static int get_record(int nl, uint64_t sequence)
{
	request_begin(&r, RVM_CMD_WITNESS_GET);
	put_u64(&r, RVM_A_WITNESS_SEQUENCE, sequence);
	return nl_call(nl, &r, &reply);
}

static void test_overwrite(struct box *box)
{
	report(change_until_refused(box, RING + 100) == RING + 100, "changes_go_on");
	report(get_record(box->nl, RING + 50) == 0, "a_recent_record_is_there");
	report(reply_u64(&reply, RVM_A_WITNESS_FIRST) > 0, "the_first_one_is_not");
	report(get_record(box->nl, 0) == ENODATA && reply.text[0], "overwritten_is_ENODATA");
}

static uint64_t log_length(int nl)
{
	request_begin(&r, RVM_CMD_WITNESS_GET);
	nl_call(nl, &r, &reply);
	return reply_u64(&reply, RVM_A_WITNESS_LENGTH);
}

static void test_keep(struct box *box)
{
	uint64_t length;
	const struct rule rule = { RVM_CLASS_SELF, RVM_RIGHT_READ };
	struct box other;
	int done = change_until_refused(box, 2 * RING);

	report(done > RING / 2 && done < RING, "changes_go_on_while_there_is_room");
	report(reply.error == ENOSPC && reply.text[0], "then_they_are_ENOSPC");
	request_begin(&r, RVM_CMD_PARTITION_GET);
	put_u32(&r, RVM_A_PARTITION_ID, box->id);
	nl_call(box->nl, &r, &reply);
	report(reply_u32(&reply, RVM_A_PARTITION_MODE) ==
		       (done % 2 ? RVM_MODE_LEARN : RVM_MODE_PERMISSIVE),
	       "a_refused_change_is_not_made");
	report(box_load(box, &rule, 1) == ENOSPC, "no_table_is_committed");
	report(!get_counters(box->nl).tokens, "nothing_of_it_is_left");
	report(!box_make(&other, box->nl, "ring-other"), "no_partition_is_made");
	report(enter(box) == ENOSPC && reply.text[0], "nobody_comes_in");
	length = log_length(box->nl);
	report(!set_fence(box, RVM_PARTITION_FLAG_FENCED), "what_takes_away_still_works");
	report(log_length(box->nl) == length + 1, "and_is_on_record");
	report(set_fence(box, 0) == ENOSPC, "what_gives_back_does_not");
	report(get_record(box->nl, 0) == 0, "the_first_record_is_there");
}

static int leave(int nl)
{
	struct box box;

	if (nl < 0 || !box_make(&box, nl, "ring"))
		return 1;
	request_begin(&r, RVM_CMD_TABLE_BEGIN);
	put_u32(&r, RVM_A_TABLE_PARTITION, box.id);
	if (nl_call(nl, &r, &reply) || !box_remove(&box))
		return 1;
	printf("ready\n");
	fflush(stdout);
	pause();
	return 0;
}

int main(int argc, char **argv)
{
	bool keep = argc > 1 && !strcmp(argv[1], "keep");
	int nl = nl_open();
	struct box box;

	if (argc > 1 && !strcmp(argv[1], "leave"))
		return leave(nl);
	printf("TAP version 13\n1..%d\n", keep ? 12 : 5);
	if (nl < 0 || !box_make(&box, nl, "ring")) {
		printf("Bail out! cannot set up\n");
		return 1;
	}
	(keep ? test_keep : test_overwrite)(&box);
	report(box_remove(&box), "the_partition_is_deleted");
	return failed;
}
