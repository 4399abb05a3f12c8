// SPDX-License-Identifier: GPL-2.0-only
/* Each change that can be asked for. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "full/full.h"

uint64_t of_box(void)
{
	return box.id;
}

static uint64_t of_other(void)
{
	return other.id;
}

uint64_t of_token(void)
{
	return box_token;
}

uint64_t of_granted(void)
{
	return granted;
}

uint64_t of_hooks(void)
{
	return get_counters(filler.nl).hooks;
}

int set(uint16_t attr, uint32_t value, uint32_t mask)
{
	request_begin(&r, RVM_CMD_PARTITION_SET);
	put_u32(&r, RVM_A_PARTITION_ID, box.id);
	if (attr == RVM_A_PARTITION_EPOCH_BUMP)
		put_flag(&r, attr);
	else
		put_u32(&r, attr, value);
	if (mask)
		put_u32(&r, RVM_A_PARTITION_FLAGS_MASK, mask);
	return nl_call(box.nl, &r, &reply);
}

static int act_set(const struct row *row)
{
	return set(row->attr, row->value, row->mask);
}

/* State, mode, flags that can be set, and epoch. */
static uint64_t look_partition(void)
{
	request_begin(&r, RVM_CMD_PARTITION_GET);
	put_u32(&r, RVM_A_PARTITION_ID, box.id);
	nl_call(box.nl, &r, &reply);
	return reply_u32(&reply, RVM_A_PARTITION_STATE) |
	       reply_u32(&reply, RVM_A_PARTITION_MODE) << 4 |
	       (reply_u32(&reply, RVM_A_PARTITION_FLAGS) & ~RVM_PARTITION_FLAG_RECHECKED) << 8 |
	       (uint64_t)reply_u32(&reply, RVM_A_PARTITION_EPOCH) << 32;
}

static uint64_t look_tokens(void)
{
	return get_counters(filler.nl).tokens;
}

static uint64_t look_partitions(void)
{
	return get_counters(filler.nl).partitions;
}

static uint64_t look_entries(void)
{
	return get_counters(filler.nl).entries;
}

static int act_new(const struct row *row)
{
	request_begin(&r, RVM_CMD_PARTITION_NEW);
	put_str(&r, RVM_A_PARTITION_NAME, "full-other");
	put_u32(&r, RVM_A_PARTITION_CGROUP_FD, other.cgroup_fd);
	if (nl_call(box.nl, &r, &reply))
		return reply.error;
	other.id = reply_u32(&reply, RVM_A_PARTITION_ID);
	return 0;
}

/* Of one without tasks. */
static int act_del(const struct row *row)
{
	request_begin(&r, RVM_CMD_PARTITION_DEL);
	put_u32(&r, RVM_A_PARTITION_ID, box.id);
	return nl_call(box.nl, &r, &reply);
}

static int wait_inside(void *arg)
{
	pause();
	return 0;
}

static int ask_to_enter(bool live)
{
	char *words[] = { "true", NULL };
	int err, program = -1;

	request_begin(&r, RVM_CMD_PARTITION_ENTER);
	put_u32(&r, RVM_A_PARTITION_ID, box.id);
	put_u32(&r, RVM_A_PARTITION_PID, task);
	if (live)
		put_flag(&r, RVM_A_PARTITION_LIVE);
	else
		program = put_program(&r, "/bin/true", words);
	err = nl_call(box.nl, &r, &reply);
	close(program);
	return err;
}

static bool is_inside(void)
{
	char path[160], line[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/cgroup.procs", box.cgroup);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	return atoi(line) == task;
}

static int start_task(void)
{
	task = box_start(&box, wait_inside, NULL);
	return wait_until(is_inside()) ? 0 : ESRCH;
}

static int start_frozen(void)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/cgroup.freeze", box.cgroup);
	return start_task() ?: write_file(path, "1") ? 0 : EIO;
}

static int act_enter(const struct row *row)
{
	return ask_to_enter(false);
}

/* It may not be frozen yet. */
static int act_enter_live(const struct row *row)
{
	int err;

	wait_until((err = ask_to_enter(true)) != EBUSY);
	return err;
}

const struct rule rules[] = {
	{ RVM_CLASS_NAME, RVM_RIGHT_READ | RVM_RIGHT_PROVE | RVM_RIGHT_GRANT, .pattern = "x" },
	{ RVM_CLASS_NAME, RVM_RIGHT_READ, .pattern = "y" },
};

static int act_load(const struct row *row)
{
	return box_load(&box, rules, ARRAY_LEN(rules));
}

/* Of the table of @of. */
uint64_t first_token(const struct box *of)
{
	static struct reply one;
	const void *nest;

	request_begin(&r, RVM_CMD_TOKEN_GET);
	put_u32(&r, RVM_A_TABLE_PARTITION, of->id);
	if (nl_dump(of->nl, &r, &reply))
		return 0;
	one.len = reply_get(&reply, RVM_A_TABLE_TOKEN, &nest);
	memcpy(one.data, nest, one.len);
	return reply_u64(&one, RVM_A_TOKEN_ID);
}

int ask_grant(int nl, const struct gift *gift)
{
	size_t nest, scope;

	request_begin(&r, RVM_CMD_TOKEN_GRANT);
	put_u32(&r, RVM_A_GRANT_PARTITION, gift->target->id);
	if (gift->source)
		put_u64(&r, RVM_A_GRANT_ID, gift->source);
	nest = nest_begin(&r, RVM_A_GRANT_TOKEN);
	if (gift->rights)
		put_u32(&r, RVM_A_TOKEN_RIGHTS, gift->rights);
	if (gift->tier)
		put_u32(&r, RVM_A_TOKEN_TIER, gift->tier);
	if (!gift->source) {
		scope = nest_begin(&r, RVM_A_TOKEN_SCOPE);
		put_u32(&r, RVM_A_SCOPE_CLASS, RVM_CLASS_NAME);
		put(&r, RVM_A_SCOPE_PATTERN, "z", 1);
		nest_end(&r, scope);
	}
	nest_end(&r, nest);
	if (!nl_call(nl, &r, &reply))
		granted = reply_u64(&reply, RVM_A_GRANT_ID);
	return reply.error;
}

static int act_grant(const struct row *row)
{
	const struct gift gift = { .target = &box, .rights = RVM_RIGHT_READ };

	return ask_grant(box.nl, &gift);
}

/* Of the token of the box, to itself. */
int grant_inside(void *rights)
{
	const struct gift gift = { box_token, &box, *(uint32_t *)rights };

	return ask_grant(nl_open(), &gift);
}

static int act_grant_inside(const struct row *row)
{
	uint32_t rights = RVM_RIGHT_READ;

	return box_do(&box, grant_inside, &rights);
}

/* Of the token of the box; one of a table stays there to explain denials. */
static uint64_t look_token(void)
{
	static struct reply one;
	const void *nest;

	request_begin(&r, RVM_CMD_TOKEN_GET);
	put_u64(&r, RVM_A_TABLE_TOKEN_ID, box_token);
	if (nl_call(box.nl, &r, &reply))
		return UINT64_MAX;
	one.len = reply_get(&reply, RVM_A_TABLE_TOKEN, &nest);
	memcpy(one.data, nest, one.len);
	return reply_u32(&one, RVM_A_TOKEN_FLAGS);
}

static int act_revoke(const struct row *row)
{
	request_begin(&r, RVM_CMD_TOKEN_REVOKE);
	put_u64(&r, RVM_A_GRANT_ID, box_token);
	return nl_call(box.nl, &r, &reply);
}

static int act_prove(const struct row *row)
{
	return ask_proof(box.nl, box_token, row->value);
}

static int prove_inside(void *row)
{
	return ask_proof(nl_open(), box_token, ((const struct row *)row)->value);
}

static int act_prove_inside(const struct row *row)
{
	return box_do(&box, prove_inside, (void *)row);
}

/* Nothing but the record, and a nonce that is used up. */
static uint64_t look_length(void)
{
	return length();
}

#define STATE(from, to) \
	act_set, look_partition, RVM_A_PARTITION_STATE, RVM_STATE_##from, RVM_STATE_##to
#define MODE(from, to) act_set, look_partition, RVM_A_PARTITION_MODE, RVM_MODE_##from, RVM_MODE_##to
#define FLAG_ON(flag)                                                                 \
	act_set, look_partition, RVM_A_PARTITION_FLAGS, 0, RVM_PARTITION_FLAG_##flag, \
		RVM_PARTITION_FLAG_##flag
#define FLAG_OFF(flag)                                                                \
	act_set, look_partition, RVM_A_PARTITION_FLAGS, RVM_PARTITION_FLAG_##flag, 0, \
		RVM_PARTITION_FLAG_##flag

/* clang-format off */
const struct row rows[] = {
	{ "new", RVM_CMD_PARTITION_NEW, RVM_KIND_PARTITION_CREATE, RVM_OP_PARTITION, false, false, of_other, false, act_new, look_partitions },
	{ "suspend", RVM_CMD_PARTITION_SET, RVM_KIND_PARTITION_SUSPEND, RVM_OP_PARTITION, false, false, of_box, true, STATE(RUNNING, SUSPENDED) },
	{ "resume", RVM_CMD_PARTITION_SET, RVM_KIND_PARTITION_RESUME, RVM_OP_PARTITION, false, false, of_box, false, STATE(SUSPENDED, RUNNING) },
	{ "hibernate", RVM_CMD_PARTITION_SET, RVM_KIND_PARTITION_HIBERNATE, RVM_OP_PARTITION, false, false, of_box, true, STATE(RUNNING, HIBERNATED) },
	{ "permissive", RVM_CMD_PARTITION_SET, RVM_KIND_MODE_CHANGE, RVM_OP_PARTITION, false, false, of_box, false, MODE(ENFORCE, PERMISSIVE) },
	{ "learn", RVM_CMD_PARTITION_SET, RVM_KIND_MODE_CHANGE, RVM_OP_PARTITION, false, false, of_box, false, MODE(ENFORCE, LEARN) },
	{ "enforce", RVM_CMD_PARTITION_SET, RVM_KIND_MODE_CHANGE, RVM_OP_PARTITION, false, false, of_box, true, MODE(PERMISSIVE, ENFORCE) },
	{ "fence", RVM_CMD_PARTITION_SET, RVM_KIND_MODE_CHANGE, RVM_OP_PARTITION, false, false, of_box, true, FLAG_ON(FENCED) },
	{ "unfence", RVM_CMD_PARTITION_SET, RVM_KIND_MODE_CHANGE, RVM_OP_PARTITION, false, false, of_box, false, FLAG_OFF(FENCED) },
	{ "witness_all", RVM_CMD_PARTITION_SET, RVM_KIND_MODE_CHANGE, RVM_OP_PARTITION, false, false, of_box, false, FLAG_ON(WITNESS_ALL) },
	{ "witness_less", RVM_CMD_PARTITION_SET, RVM_KIND_MODE_CHANGE, RVM_OP_PARTITION, false, false, of_box, false, FLAG_OFF(WITNESS_ALL) },
	{ "hide_attributes", RVM_CMD_PARTITION_SET, RVM_KIND_MODE_CHANGE, RVM_OP_PARTITION, false, false, of_box, true, FLAG_ON(HIDE_ATTRIBUTES) },
	{ "show_attributes", RVM_CMD_PARTITION_SET, RVM_KIND_MODE_CHANGE, RVM_OP_PARTITION, false, false, of_box, false, FLAG_OFF(HIDE_ATTRIBUTES) },
	{ "recheck_always", RVM_CMD_PARTITION_SET, RVM_KIND_MODE_CHANGE, RVM_OP_PARTITION, false, false, of_box, true, FLAG_ON(RECHECK_ALWAYS) },
	{ "recheck_by_need", RVM_CMD_PARTITION_SET, RVM_KIND_MODE_CHANGE, RVM_OP_PARTITION, false, false, of_box, false, FLAG_OFF(RECHECK_ALWAYS) },
	{ "raise_the_epoch", RVM_CMD_PARTITION_SET, RVM_KIND_MODE_CHANGE, RVM_OP_PARTITION, false, false, of_box, true, act_set, look_partition, RVM_A_PARTITION_EPOCH_BUMP },
	{ "delete", RVM_CMD_PARTITION_DEL, RVM_KIND_PARTITION_DESTROY, RVM_OP_PARTITION, false, false, of_box, true, act_del, look_partitions },
	{ "enter", RVM_CMD_PARTITION_ENTER, RVM_KIND_TASK_SPAWN, RVM_OP_ENTER, false, false, of_box, false, act_enter, look_entries, .prepare = start_task },
	{ "enter_live", RVM_CMD_PARTITION_ENTER, RVM_KIND_TASK_SPAWN, RVM_OP_ENTER, false, false, of_box, false, act_enter_live, look_partition, .prepare = start_frozen },
	{ "load", RVM_CMD_TABLE_COMMIT, RVM_KIND_TABLE_COMMIT, RVM_OP_TABLE, false, false, of_box, false, act_load, look_tokens },
	{ "grant", RVM_CMD_TOKEN_GRANT, RVM_KIND_CAPABILITY_GRANT, RVM_OP_GRANT, false, true, of_granted, false, act_grant, look_tokens },
	{ "grant_from_inside", RVM_CMD_TOKEN_GRANT, RVM_KIND_CAPABILITY_ATTENUATED, RVM_OP_GRANT, true, true, NULL, false, act_grant_inside, look_tokens },
	{ "revoke", RVM_CMD_TOKEN_REVOKE, RVM_KIND_CAPABILITY_REVOKE, RVM_OP_REVOKE, false, true, of_token, true, act_revoke, look_token },
	{ "prove", RVM_CMD_TOKEN_PROVE, RVM_KIND_PROOF_VERIFIED_P1, RVM_OP_PROVE, false, true, of_token, false, act_prove, look_length, .value = 1 },
	{ "prove_with_a_nonce", RVM_CMD_TOKEN_PROVE, RVM_KIND_PROOF_VERIFIED_P2, RVM_OP_PROVE, false, true, of_token, false, act_prove, look_length, .value = 2 },
	{ "prove_to_the_root", RVM_CMD_TOKEN_PROVE, RVM_KIND_PROOF_VERIFIED_P3, RVM_OP_PROVE, false, true, of_token, false, act_prove, look_length, .value = 3 },
	{ "prove_from_inside", RVM_CMD_TOKEN_PROVE, RVM_KIND_PROOF_VERIFIED_P1, RVM_OP_PROVE, true, true, of_token, false, act_prove_inside, look_length, .value = 1 },
};
/* clang-format on */

const size_t row_count = ARRAY_LEN(rows);

/* As every partition begins. */
static bool is_before(const struct row *row)
{
	return row->attr == RVM_A_PARTITION_STATE && row->before == RVM_STATE_RUNNING;
}

bool row_begin(const struct row *row)
{
	task = 0;
	if (!make_room() || !make_room() || !box_make(&box, filler.nl, "full"))
		return false;
	if (row->act != act_load && box_load(&box, rules, 1))
		return false;
	box_token = first_token(&box);
	if (row->act == act_new && !group_make(&other, "full-other"))
		return false;
	if (row->attr && row->before && !is_before(row) && set(row->attr, row->before, row->mask))
		return false;
	return !row->prepare || !row->prepare();
}

bool row_end(const struct row *row)
{
	char path[160];
	bool gone = row->act == act_del;

	make_room();
	if (row->act == act_new && other.id && !box_remove(&other))
		return false;
	snprintf(path, sizeof(path), "%s/cgroup.freeze", box.cgroup);
	if (task > 0) {
		write_file(path, "0");
		kill(task, SIGKILL);
		wait_for(task);
	}
	if (gone)
		group_remove(&box);
	return gone || box_remove(&box);
}
