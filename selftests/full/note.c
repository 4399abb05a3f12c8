// SPDX-License-Identifier: GPL-2.0-only
/* What is on record though nothing was changed. */
#include <time.h>

#include "full/full.h"

/* Denials. */
#define LOST 5

static uint64_t of_nothing(void)
{
	return 0;
}

static int act_nothing(const struct row *row)
{
	return 0;
}

static int act_delegate(const struct row *row)
{
	uint32_t rights = 0;

	return box_do(&box, grant_inside, &rights);
}

static int act_escalate(const struct row *row)
{
	uint32_t rights = RVM_RIGHT_WRITE;

	return box_do(&box, grant_inside, &rights) == ERANGE ? 0 : EINVAL;
}

/* A token that is always proved to its root. */
static int act_prove_higher(const struct row *row)
{
	const struct gift gift = { 0, &box, RVM_RIGHT_READ | RVM_RIGHT_PROVE, 3 };

	return ask_grant(box.nl, &gift) ?: ask_proof(box.nl, granted, 1);
}

static int prove_too_much(void *arg)
{
	return ask_proof_of(nl_open(), box_token, 1, RVM_RIGHT_WRITE);
}

static int act_prove_too_much(const struct row *row)
{
	return box_do(&box, prove_too_much, NULL) == EACCES ? 0 : EINVAL;
}

/* From tier 2 on it is a proof; of a token of that tier, or of nothing. */
static int act_check(const struct row *row)
{
	const struct gift gift = { 0, &box, RVM_RIGHT_READ, row->value };
	struct timespec now;

	if (row->value && ask_grant(box.nl, &gift))
		return reply.error;
	clock_gettime(CLOCK_REALTIME, &now);
	request_begin(&r, RVM_CMD_CHECK);
	put_u32(&r, RVM_A_CHECK_PARTITION, box.id);
	put_u32(&r, RVM_A_CHECK_CLASS, RVM_CLASS_NAME);
	put_u32(&r, RVM_A_CHECK_OP, RVM_OP_CHECK);
	put_u32(&r, RVM_A_CHECK_RIGHT, RVM_RIGHT_READ);
	put_u32(&r, RVM_A_CHECK_TIER, row->value ?: 2);
	put_u64(&r, RVM_A_CHECK_NONCE, now.tv_nsec + 1000000);
	put_u64(&r, RVM_A_CHECK_ISSUED, now.tv_sec * 1000000000ULL + now.tv_nsec);
	put_str(&r, RVM_A_CHECK_NAME, row->value ? "z" : "q");
	return nl_call(box.nl, &r, &reply);
}

/* What somebody else has of its tokens goes with the epoch. */
static int act_epoch(const struct row *row)
{
	const struct gift gift = { box_token, &filler, RVM_RIGHT_READ };

	return ask_grant(box.nl, &gift) ?: set(RVM_A_PARTITION_EPOCH_BUMP, 0, 0);
}

/* What is denied without room is counted, and told when half of the log is free. */
static int act_lose(const struct row *row)
{
	int i;

	if (!fill())
		return EINVAL;
	for (i = 0; i < LOST; i++)
		if (act_prove_too_much(row))
			return EINVAL;
	return make_all_room() ? 0 : EINVAL;
}

static uint64_t of_lost(void)
{
	return LOST;
}

/* What is on record though nothing was changed. */
/* clang-format off */
static const struct row notes[] = {
	{ "boot", 0, RVM_KIND_BOOT_ATTESTATION, ANY, false, false, NULL, true, act_nothing },
	{ "recorder", 0, RVM_KIND_RECORDER, RVM_OP_NONE, false, false, of_nothing, true, act_nothing },
	{ "seal", 0, RVM_KIND_LOG_SEAL, RVM_OP_NONE, false, false, NULL, true, act_nothing },
	{ "delegate", RVM_CMD_TOKEN_GRANT, RVM_KIND_CAPABILITY_DELEGATE, RVM_OP_GRANT, true, true, NULL, false, act_delegate },
	{ "escalate", RVM_CMD_TOKEN_GRANT, RVM_KIND_CAPABILITY_ESCALATE, RVM_OP_GRANT, true, true, of_token, false, act_escalate },
	{ "check_at_tier_2", RVM_CMD_CHECK, RVM_KIND_PROOF_VERIFIED_P2, RVM_OP_CHECK, true, true, of_nothing, false, act_check, .value = 2 },
	{ "check_at_tier_3", RVM_CMD_CHECK, RVM_KIND_PROOF_VERIFIED_P3, RVM_OP_CHECK, true, true, of_nothing, false, act_check, .value = 3 },
	{ "prove_higher", RVM_CMD_TOKEN_PROVE, RVM_KIND_PROOF_ESCALATED, RVM_OP_PROVE, false, true, of_granted, false, act_prove_higher },
	{ "prove_too_much", RVM_CMD_TOKEN_PROVE, RVM_KIND_PROOF_REJECTED, RVM_OP_PROVE, true, true, of_token, false, act_prove_too_much },
	{ "check_denied", RVM_CMD_CHECK, RVM_KIND_PROOF_REJECTED, RVM_OP_CHECK, true, false, of_nothing, false, act_check },
	{ "gap", 0, RVM_KIND_LOG_GAP, RVM_OP_NONE, true, false, of_lost, false, act_lose },
	/* Then its first token is stale. */
	{ "epoch_ends_what_others_have", RVM_CMD_PARTITION_SET, RVM_KIND_CAPABILITY_REVOKE, RVM_OP_REVOKE, false, false, of_box, false, act_epoch },
};
/* clang-format on */

/* The first three are there since the module was loaded, or soon. */
void try_notes(void)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(notes); i++) {
		const struct row *row = &notes[i];
		uint64_t from = row->takes_away ? 0 : length();
		int err = row->act(row);

		report(!err && wait_until(is_recorded(row, from)), row->name, "is recorded");
	}
}

unsigned int note_count(void)
{
	return ARRAY_LEN(notes);
}
