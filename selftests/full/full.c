// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each change that can be asked for, while the log is full: what cannot be recorded is
 * refused and not made, and with room it is made; what only takes away is made in any case,
 * and recorded out of room that was kept.  module_test.sh loads the module with ring=1024
 * and overwrite=0 and starts this.
 *
 * Room is made by a recorder that says of some more records that they are safe.
 */

#include <fcntl.h>
#include <linux/rvm_witness.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "full/full.h"

/* Operations that change nothing, or nothing that is in force. */
static const uint8_t others[] = {
	RVM_CMD_INFO,
	RVM_CMD_PARTITION_GET,
	/* In force, and recorded, when it is committed. */
	RVM_CMD_TABLE_BEGIN,
	RVM_CMD_TABLE_ADD,
	RVM_CMD_TABLE_ABORT,
	RVM_CMD_TOKEN_GET,
	RVM_CMD_EXCLUSION_GET,
	/* A verdict; one that cannot be recorded is counted. */
	RVM_CMD_CHECK,
	RVM_CMD_WITNESS_GET,
	RVM_CMD_HOOK_GET,
	RVM_CMD_DENY_EVENT,
	RVM_CMD_PARTITION_EVENT,
	RVM_CMD_GRANT_EVENT,
	RVM_CMD_TABLE_EVENT,
	/* Below: it wants that there is no partition. */
	RVM_CMD_HOOK_SET,
	/* Only before there is a partition, and without one nothing fills the log. */
	RVM_CMD_WITNESS_KEY,
};

static bool is_known(uint8_t cmd)
{
	size_t i;

	for (i = 0; i < row_count; i++)
		if (rows[i].cmd == cmd)
			return true;
	return memchr(others, cmd, sizeof(others));
}

/* The numbers are made from the specification: what is new there has to be here. */
static void test_all_are_here(void)
{
	uint32_t flag, state, mode;
	bool all = true;
	uint8_t cmd;
	size_t i;

	for (cmd = 1; cmd <= RVM_CMD_MAX; cmd++) {
		if (!is_known(cmd))
			printf("# operation %u has no row\n", cmd);
		all &= is_known(cmd);
	}
	report(all, "every_operation_is_here", "");
	/* What partition-set takes is in a row, or refused whatever the log has. */
	all = true;
	for (flag = 1; flag <= RVM_PARTITION_FLAG_RECHECKED; flag <<= 1) {
		bool is_row = false;

		for (i = 0; i < row_count; i++)
			is_row |= rows[i].mask == flag;
		if (!is_row && set(RVM_A_PARTITION_FLAGS, flag, flag) != EINVAL) {
			printf("# flag %u has no row\n", flag);
			all = false;
		}
	}
	for (state = 0; state <= RVM_STATE_HIBERNATED + 1; state++) {
		bool is_row = false;

		for (i = 0; i < row_count; i++)
			is_row |= rows[i].attr == RVM_A_PARTITION_STATE && rows[i].value == state;
		all &= is_row || set(RVM_A_PARTITION_STATE, state, 0);
	}
	for (mode = 0; mode <= RVM_MODE_LEARN + 1; mode++) {
		bool is_row = false;

		for (i = 0; i < row_count; i++)
			is_row |= rows[i].attr == RVM_A_PARTITION_MODE && rows[i].value == mode;
		all &= is_row || set(RVM_A_PARTITION_MODE, mode, 0);
	}
	report(all, "everything_that_can_be_set_is_here", "");
}

/* With room it is made and recorded. */
static void try_with_room(const struct row *row)
{
	uint64_t from = length(), before = row->look();
	bool made = !row->act(row) && row->look() != before;

	report(made && is_recorded(row, from), row->name, "with room it is made and recorded");
}

static void try_refused(const struct row *row)
{
	uint64_t before = row->look();
	int err = row->act(row);

	report(err == ENOSPC && row->look() == before, row->name, "is refused, nothing changes");
	if (row->inside)
		make_all_room();
	else
		make_room();
	try_with_room(row);
}

static void try_taking_away(const struct row *row)
{
	uint64_t from = length(), before = row->look();
	bool made = !row->act(row) && row->look() != before;

	report(made && is_recorded(row, from), row->name, "is made and recorded without room");
	if (!row_end(row) || !row_begin(row))
		printf("# cannot begin %s again\n", row->name);
	try_with_room(row);
}

static void try_row(const struct row *row)
{
	if (!row_begin(row) || !fill()) {
		report(false, row->name, "cannot be prepared");
		return;
	}
	(row->takes_away ? try_taking_away : try_refused)(row);
	if (!row_end(row))
		report(false, row->name, "cannot be ended");
}

static int run_hook(const struct row *row)
{
	static const char *const words[] = { "detach", "attach" };
	char command[128];
	int status;

	/* What the errno was is in its words. */
	snprintf(command, sizeof(command), "rvmctl hook %s 2>&1 | grep -q 'log is full'",
		 words[row->value]);
	status = system(command);
	return status ? 0 : ENOSPC;
}

static const struct row hook_rows[] = {
	{ "attach_hooks", RVM_CMD_HOOK_SET, RVM_KIND_HOOK_STATE, RVM_OP_HOOK, false, false,
	  of_hooks, false, run_hook, of_hooks, .value = 1 },
	{ "detach_hooks", RVM_CMD_HOOK_SET, RVM_KIND_HOOK_STATE, RVM_OP_HOOK, false, false,
	  of_hooks, false, run_hook, of_hooks },
};

static bool make_filler(void)
{
	if (!box_make(&filler, filler.nl, "full-filler") || box_load(&filler, rules, 1))
		return false;
	filler_token = first_token(&filler);
	return true;
}

/* Hooks go only when there is no partition: the one that fills goes by the room it kept. */
static void try_hooks(void)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(hook_rows); i++) {
		if (!fill() || !box_remove(&filler)) {
			report(false, hook_rows[i].name, "cannot be prepared");
			return;
		}
		try_refused(&hook_rows[i]);
		make_room();
		make_room();
		make_filler();
	}
}

int main(void)
{
	struct rvm_witness_attach from = {};
	size_t i;

	printf("TAP version 13\n1..%zu\n",
	       3 + 2 * (row_count + ARRAY_LEN(hook_rows)) + note_count());
	filler.nl = nl_open();
	recorder = open("/dev/rvm_witness", O_RDONLY | O_CLOEXEC);
	if (filler.nl < 0 || recorder < 0 || ioctl(recorder, RVM_WITNESS_ATTACH, &from) ||
	    !make_filler() || !box_make(&box, filler.nl, "full")) {
		printf("Bail out! cannot set up\n");
		return 1;
	}
	safe = from.next;
	other.nl = filler.nl;
	test_all_are_here();
	if (box_load(&box, rules, 1))
		return 1;
	box_token = first_token(&box);
	try_notes();
	box_remove(&box);
	fill();
	for (i = 0; i < row_count; i++)
		try_row(&rows[i]);
	try_hooks();
	report(box_remove(&filler), "the_partition_is_deleted", "");
	return has_failed();
}
