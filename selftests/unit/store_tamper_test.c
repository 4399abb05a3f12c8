// SPDX-License-Identifier: GPL-2.0-only
/*
 * What RVM's own tests do to its logs, done to ours: each edit of witness_tamper.jsonl is
 * found at its record, in a chain and in a directory; a log that only ends sooner is found
 * by an anchor.
 */
#include "chain_log.h"
#include "edited.h"
#include "store_world.h"

#define LENGTH 64
#define FIRST "000001-00000000000000000000"

static struct edited log_, original;
static u8 head[32];
/* How often each edit was made, and how many of them left the log as it was. */
static size_t made, unchanged, ended_sooner, late;
static const char *const ops[] = { "xor",    "set",	  "set_all",   "swap",	   "swap_bytes",
				   "remove", "duplicate", "keep_head", "drop_head" };
static size_t times[ARRAY_SIZE(ops)];

static void edit(const json_t *line)
{
	const json_t *edits = member(line, "edit");
	size_t i, k;

	log_ = original;
	for (i = 0; i < json_array_size(edits); i++) {
		apply_edit(&log_, json_array_get(edits, i));
		for (k = 0; k < ARRAY_SIZE(ops); k++)
			times[k] += !strcmp(ops[k], member_str(json_array_get(edits, i), "op"));
	}
}

/* The first record that is another one; the length of what is left if none is. */
static size_t first_changed(void)
{
	size_t n = log_.n < original.n ? log_.n : original.n, i;

	for (i = 0; i < n; i++)
		if (memcmp(log_.raw[i], original.raw[i], 64))
			return i;
	return n;
}

/* Nothing but its aux, which the next record covers; or the key, if there is one. */
static bool is_only_aux(size_t n)
{
	return !memcmp(log_.raw[n], original.raw[n], 52) &&
	       !memcmp(log_.raw[n] + 60, original.raw[n] + 60, 4);
}

static void expect_at(const struct rvm_hmac_key *key, const json_t *line)
{
	size_t at = first_changed(), i;
	enum rvm_chain_error error = RVM_CHAIN_OK;
	struct rvm_chain_verifier v;

	rvm_chain_verifier_init(&v, key);
	for (i = 0; i < log_.n && !error; i += !error)
		error = rvm_chain_verify_next(&v, log_.raw[i]);
	if (!error)
		error = rvm_chain_verify_anchor(&v, head, LENGTH);
	made++;
	if (at == log_.n && at == original.n) {
		unchanged++;
		EXPECT_EQ(error, RVM_CHAIN_OK);
		return;
	}
	if (at < log_.n && at < original.n && !key && is_only_aux(at)) {
		late++;
		at++;
	}
	ended_sooner += error == RVM_CHAIN_TRUNCATED;
	if (!EXPECT(error) || !EXPECT_EQ(i, at) ||
	    !EXPECT_EQ(error == RVM_CHAIN_TRUNCATED, i == log_.n && log_.n < LENGTH))
		NOTE("case %" PRIu64, member_u64(line, "id"));
}

static void take_log(const struct log *from)
{
	struct rvm_chain chain = from->before[LENGTH].chain;

	memcpy(original.raw, from->raw, LENGTH * 64);
	original.n = LENGTH;
	rvm_chain_head(&chain, head);
}

static void edit_plain(const json_t *line)
{
	edit(line);
	expect_at(NULL, line);
}

static void edit_keyed(const json_t *line)
{
	edit(line);
	expect_at(&keyed.key, line);
}

static void each_edit_is_found_at_its_record(void)
{
	size_t n, k;

	take_log(&plain);
	n = vectors_each("witness_tamper.jsonl", edit_plain);
	EXPECT(late > 0);
	take_log(&keyed);
	EXPECT_EQ(vectors_each("witness_tamper.jsonl", edit_keyed), n);
	EXPECT_EQ(made, 2 * n);
	EXPECT(ended_sooner > 0);
	EXPECT(unchanged < made / 4);
	for (k = 0; k < ARRAY_SIZE(ops); k++)
		if (!EXPECT(times[k]))
			NOTE("no vector has %s", ops[k]);
	NOTE("%zu logs, %zu as they were, %zu ended sooner", made, unchanged, ended_sooner);
}

/* The same in a directory; its last segment is not sealed, so that nothing but the chain counts. */
static void edit_dir(const json_t *line)
{
	struct store_how how = { .anchored = true, .length = original.n };
	auto_verdict struct store_verdict v = { 0 };
	struct err err = { 0 };
	size_t at;

	edit(line);
	at = first_changed();
	if (at == log_.n && at == original.n)
		return;
	memcpy(how.head, head, sizeof(head));
	save_file(FIRST ".records", log_.raw, 64 * log_.n);
	EXPECT_EQ(store_verify(store_dir, &how, &v, &err), 0);
	made++;
	if (at == log_.n) {
		if (!EXPECT(v.reason))
			NOTE("case %" PRIu64 " ended sooner", member_u64(line, "id"));
		return;
	}
	at += at < original.n && is_only_aux(at);
	/* Of the last record's aux only the head tells. */
	if (!EXPECT(v.reason) || !EXPECT(at == original.n || (v.at_record && v.sequence == at)))
		NOTE("case %" PRIu64 ": %s, record %llu instead of %zu", member_u64(line, "id"),
		     v.reason ?: "good", (unsigned long long)v.sequence, at);
}

static void each_edit_is_found_in_a_directory(void)
{
	struct world *w = world_new(77, 0, LENGTH);
	struct store_verdict v;
	uint8_t *data;
	size_t size, n;

	while (world_step(w))
		;
	w->limit = 0;
	new_dir();
	record_all(w, 1 << 20);
	data = load_file(FIRST ".records", &size);
	EXPECT(size >= LENGTH * 64);
	memcpy(original.raw, data, size);
	original.n = size / 64;
	free(data);
	/* The record of attaching comes after. */
	EXPECT(original.n > LENGTH && original.n < EDITED_RECORDS);
	v = verify_dir();
	EXPECT_EQ(v.length, original.n);
	memcpy(head, v.head, sizeof(head));
	store_verdict_free(&v);
	made = 0;
	n = vectors_each("witness_tamper.jsonl", edit_dir);
	EXPECT(made > n / 2);
	save_file(FIRST ".records", original.raw, 64 * original.n);
	expect_good();
	drop_dir();
	world_free(w);
}

int main(void)
{
	RUN(logs_of_a_thousand_records_verify);
	RUN(each_edit_is_found_at_its_record);
	RUN(each_edit_is_found_in_a_directory);
	return unit_done();
}
