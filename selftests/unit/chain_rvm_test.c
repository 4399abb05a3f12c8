// SPDX-License-Identifier: GPL-2.0-only
/* RVM's own format against logs that RVM wrote and against what it found in altered ones. */
#include "lib/log/chain.h"
#include "edited.h"
#include "log/chain_rvm.h"
#include "unit.h"
#include "vectors.h"

#define MAX_CHAINS 64
#define MAX_RECORDS 1024

struct vector_chain {
	char name[40];
	enum rvm_signer signer;
	struct rvm_hmac_key key;
	size_t n;
	size_t have;
	struct rvm_chain_rvm end;
	u8 (*raw)[64];
};

static struct vector_chain chains[MAX_CHAINS];
static size_t chain_count;

static struct vector_chain *chain_named(const char *name)
{
	size_t i;

	for (i = 0; i < chain_count; i++) {
		if (!strcmp(chains[i].name, name))
			return &chains[i];
	}
	return NULL;
}

static enum rvm_signer signer_named(const char *mode)
{
	if (!strcmp(mode, "hmac"))
		return RVM_SIGNER_HMAC;
	if (!strcmp(mode, "strict"))
		return RVM_SIGNER_STRICT;
	EXPECT_STR(mode, "unsigned");
	return RVM_SIGNER_NONE;
}

static void begin_chain(const json_t *line)
{
	struct vector_chain *chain = &chains[chain_count];
	u8 key[32];

	if (!EXPECT(chain_count < MAX_CHAINS))
		return;
	memset(chain, 0, sizeof(*chain));
	snprintf(chain->name, sizeof(chain->name), "%s", member_str(line, "chain"));
	chain->signer = signer_named(member_str(line, "mode"));
	if (chain->signer == RVM_SIGNER_HMAC) {
		member_hex(line, "key", key, sizeof(key));
		rvm_hmac_key_init(&chain->key, key, sizeof(key));
	}
	chain->n = member_u64(line, "n");
	EXPECT(chain->n <= MAX_RECORDS);
	chain->raw = calloc(chain->n, 64);
	chain_count++;
}

static void append_record(const json_t *line)
{
	struct vector_chain *chain = chain_named(member_str(line, "chain"));
	struct rvm_record rec = { .reserved = 0xaa, .pad = 0xaaaaaaaa };
	u8 expected[64];

	if (!EXPECT(chain) || !EXPECT(chain->have < chain->n))
		return;
	rec.timestamp_ns = member_u64(line, "ts");
	rec.kind = (u8)member_u64(line, "kind");
	rec.tier = (u8)member_u64(line, "tier");
	rec.flags = (u8)member_u64(line, "flags");
	rec.actor = (u32)member_u64(line, "actor");
	rec.target = member_u64(line, "target");
	rec.capability_hash = (u32)member_u64(line, "cap_hash");
	member_hex(line, "payload", rec.payload, 8);
	member_hex(line, "aux", rec.aux, 8);
	rec.sequence = member_u64(line, "in_seq");
	rec.prev_hash = (u32)member_u64(line, "in_prev");
	rec.record_hash = (u32)member_u64(line, "in_rh");

	rvm_chain_rvm_append(&chain->end, &rec, chain->signer, &chain->key);
	rvm_record_encode(&rec, chain->raw[chain->have]);
	member_hex(line, "raw", expected, 64);
	EXPECT_EQ(rec.sequence, member_u64(line, "seq"));
	if (!EXPECT_MEM(chain->raw[chain->have], expected, 64))
		NOTE("%s, record %zu", chain->name, chain->have);
	chain->have++;
}

/* First of the tests: the others use the logs that this one writes. */
static void appended_records_are_those_that_rvm_wrote(void)
{
	size_t records;
	size_t i;

	EXPECT(vectors_each("witness_chains.jsonl", begin_chain) > 0);
	records = vectors_each("witness_records.jsonl", append_record);
	EXPECT(records > chain_count);
	for (i = 0; i < chain_count; i++)
		EXPECT_EQ(chains[i].have, chains[i].n);
	NOTE("%zu chains, %zu records", chain_count, records);
}

/* Compare with a member, such as "verify". */
static void expect_verdict(const json_t *line, const char *name, const u8 *raw, size_t n)
{
	const json_t *verdict = member(line, name);
	enum rvm_chain_error error;
	size_t bad = SIZE_MAX;

	error = rvm_chain_rvm_verify(raw, n, &bad);
	if (json_object_get(verdict, "ok")) {
		EXPECT_EQ(error, RVM_CHAIN_OK);
		EXPECT_EQ(n, member_u64(verdict, "ok"));
		return;
	}
	switch (error) {
	case RVM_CHAIN_EMPTY:
		EXPECT_STR("EmptyLog", member_str(verdict, "err"));
		return;
	case RVM_CHAIN_PREV:
		EXPECT_STR("ChainBreak", member_str(verdict, "err"));
		break;
	case RVM_CHAIN_RECORD:
		EXPECT_STR("RecordCorrupted", member_str(verdict, "err"));
		break;
	default:
		EXPECT_STR(rvm_chain_reason(error), member_str(verdict, "err"));
		return;
	}
	if (EXPECT(bad < n))
		EXPECT_EQ(rvm_le64_get(raw + 64 * bad), member_u64(verdict, "seq"));
}

/* Returns whether any signature is bad. */
static bool expect_signatures(const json_t *line, const struct vector_chain *chain, const u8 *raw,
			      size_t n)
{
	const json_t *list = member(line, "sig_bad");
	size_t bad = 0;
	size_t i;

	EXPECT_EQ(json_is_null(list), chain->signer == RVM_SIGNER_NONE);
	for (i = 0; i < n; i++) {
		if (rvm_record_signed(raw + 64 * i, chain->signer, &chain->key))
			continue;
		EXPECT_EQ(json_integer_value(json_array_get(list, bad)), i);
		bad++;
	}
	EXPECT_EQ(bad, json_array_size(list));
	return bad > 0;
}

static void check_chain(const json_t *line)
{
	const struct vector_chain *chain = chain_named(member_str(line, "chain"));

	if (!EXPECT(chain))
		return;
	EXPECT_EQ(chain->end.length, member_u64(line, "total_emitted"));
	expect_verdict(line, "verify", chain->raw[0], chain->n);
	expect_signatures(line, chain, chain->raw[0], chain->n);
}

static void untouched_logs_verify_with_their_signatures(void)
{
	EXPECT(vectors_each("witness_chains.jsonl", check_chain) > 0);
}

static size_t detected_count;
static size_t missed_count;

static void check_tampered(const json_t *line)
{
	const struct vector_chain *chain = chain_named(member_str(line, "chain"));
	static struct edited log;
	unsigned int bad_before = unit.bad;
	enum rvm_chain_error error;
	const json_t *edits = member(line, "edit");
	bool signature;
	size_t i;

	if (!EXPECT(chain))
		return;
	memcpy(log.raw, chain->raw, 64 * chain->n);
	log.n = chain->n;
	for (i = 0; i < json_array_size(edits); i++)
		apply_edit(&log, json_array_get(edits, i));

	EXPECT_EQ(log.n, member_u64(line, "n"));
	expect_verdict(line, "verify", log.raw[0], log.n);
	signature = expect_signatures(line, chain, log.raw[0], log.n);
	error = rvm_chain_rvm_verify(log.raw[0], log.n, NULL);
	EXPECT_EQ(error != RVM_CHAIN_OK, member_bool(line, "chain_detects"));
	EXPECT_EQ(error != RVM_CHAIN_OK || signature, member_bool(line, "detected"));
	if (unit.bad != bad_before)
		NOTE("case %" PRIu64, member_u64(line, "id"));
	detected_count += member_bool(line, "detected");
	missed_count += !member_bool(line, "detected");
}

static void altered_logs_are_judged_as_rvm_judges_them(void)
{
	detected_count = 0;
	missed_count = 0;
	EXPECT(vectors_each("witness_tamper.jsonl", check_tampered) > 0);
	NOTE("%zu detected, %zu not, as in RVM", detected_count, missed_count);
	EXPECT(detected_count > 0);
	EXPECT(missed_count > 0);
}

static size_t whole_rings, cut_rings;

/* Record n is in slot n modulo the size, as in ours; what comes after a gap is no chain. */
static void check_ring(const json_t *line)
{
	size_t size = member_u64(line, "ring"), appended = member_u64(line, "appended");
	const json_t *get = member(line, "get"), *seqs = member(line, "snapshot_seqs");
	size_t n = json_array_size(seqs), len = appended < size ? appended : size, i;
	static u8 raw[MAX_RECORDS][64];
	struct rvm_chain_rvm chain = { 0 };
	size_t first = appended - n;

	EXPECT_EQ(member_u64(line, "len"), len);
	EXPECT_EQ(member_u64(line, "total_emitted"), appended);
	EXPECT_EQ(member_bool(line, "is_empty"), !appended);
	for (i = 0; i < json_array_size(get); i++) {
		const json_t *slot = json_array_get(get, i);

		/* A slot that was never used has a record of zeros there, if any was used. */
		if (EXPECT_EQ(json_is_null(slot), !appended || i >= size) && !json_is_null(slot))
			EXPECT_EQ(json_integer_value(slot),
				  i < len ? i + (appended - 1 - i) / size * size : 0);
	}
	if (!EXPECT(appended <= MAX_RECORDS))
		return;
	for (i = 0; i < appended; i++) {
		struct rvm_record rec = { 0 };

		rvm_chain_rvm_append(&chain, &rec, RVM_SIGNER_NONE, NULL);
		rvm_record_encode(&rec, raw[i]);
	}
	for (i = 0; i < n; i++)
		EXPECT_EQ(json_integer_value(json_array_get(seqs, i)), first + i);
	if (json_object_get(member(line, "verify_snapshot"), "ok"))
		whole_rings++;
	else
		cut_rings++;
	expect_verdict(line, "verify_snapshot", raw[first], n);
}

static void overwritten_rings_are_judged_as_rvm_judges_them(void)
{
	EXPECT(vectors_each("witness_ring.jsonl", check_ring) > 0);
	NOTE("%zu rings are whole, %zu are not, as in RVM", whole_rings, cut_rings);
	EXPECT(whole_rings > 0 && cut_rings > 0);
}

static size_t hash_kinds[5];

static void check_hash(const json_t *line)
{
	const char *fn = member_str(line, "fn");
	u8 data[4096];
	u8 digest[32];
	size_t n;

	if (!strcmp(fn, "chain_hash")) {
		u64 out = rvm_chain_hash(member_u64(line, "prev"), member_u64(line, "seq"));

		EXPECT_EQ(out, member_u64(line, "out"));
		EXPECT_EQ(rvm_fold32(out), member_u64(line, "fold32"));
		hash_kinds[0]++;
		return;
	}
	if (!strcmp(fn, "record_to_digest")) {
		u8 expected[32];

		member_hex(line, "raw", data, 64);
		member_hex(line, "out", expected, 32);
		rvm_record_digest(data, digest);
		EXPECT_MEM(digest, expected, 32);
		hash_kinds[1]++;
		return;
	}
	n = unhex(member_str(line, "data"), data, sizeof(data));
	if (!strcmp(fn, "record_hash")) {
		EXPECT_EQ(rvm_record_hash(data, n), member_u64(line, "out"));
		hash_kinds[2]++;
	} else if (!strcmp(fn, "fnv1a_64")) {
		EXPECT_EQ(rvm_fnv1a_64(data, n), member_u64(line, "out"));
		hash_kinds[3]++;
	} else {
		EXPECT_STR(fn, "fnv1a_32");
		EXPECT_EQ(rvm_fnv1a_32(data, n), member_u64(line, "out"));
		hash_kinds[4]++;
	}
}

static void hashes_are_those_of_rvm(void)
{
	size_t i;

	memset(hash_kinds, 0, sizeof(hash_kinds));
	EXPECT(vectors_each("witness_hash.jsonl", check_hash) > 0);
	for (i = 0; i < ARRAY_SIZE(hash_kinds); i++)
		EXPECT(hash_kinds[i] > 0);
	EXPECT_EQ(rvm_fnv1a_64("", 0), 0xcbf29ce484222325);
	EXPECT_EQ(rvm_fnv1a_64("a", 1), 0xaf63dc4c8601ec8c);
	EXPECT_EQ(rvm_fnv1a_64("foobar", 6), 0x85944171f73967e8);
}

static void default_key_and_both_signatures_of_one_record_are_known(void)
{
	static const char digest_hex[] =
		"0d921fee86cd9a06450b02bb23057fd96bebda1aa8c32aee8d2596dc42e401bf";
	struct rvm_record rec = {
		.timestamp_ns = 1000, .kind = 1, .tier = 1, .actor = 1, .target = 100
	};
	struct rvm_chain_rvm chain = {};
	struct rvm_hmac_key key;
	u8 secret[32], expected[32], digest[32];
	u8 raw[64];

	rvm_default_key(secret);
	unhex("2283731feb4b505ad0acf4a54944da4602e5f20ae7820c72aa82486c8e3c1d34", expected, 32);
	EXPECT_MEM(secret, expected, 32);
	rvm_hmac_key_init(&key, secret, sizeof(secret));

	rvm_chain_rvm_append(&chain, &rec, RVM_SIGNER_HMAC, &key);
	unhex("461b2c4ff6b3cbe6", expected, 8);
	EXPECT_MEM(rec.aux, expected, 8);
	rvm_record_encode(&rec, raw);
	rvm_record_digest(raw, digest);
	unhex(digest_hex, expected, 32);
	EXPECT_MEM(digest, expected, 32);

	chain = (struct rvm_chain_rvm){};
	rvm_chain_rvm_append(&chain, &rec, RVM_SIGNER_STRICT, NULL);
	unhex("cb51d6237d5bce8b", expected, 8);
	EXPECT_MEM(rec.aux, expected, 8);
}

static void a_signature_takes_byte_19_as_zero_and_leaves_out_aux_and_pad(void)
{
	static const enum rvm_signer signers[] = { RVM_SIGNER_HMAC, RVM_SIGNER_STRICT };
	struct rvm_hmac_key key;
	size_t i;

	rvm_hmac_key_init(&key, "key", 3);
	for (i = 0; i < ARRAY_SIZE(signers); i++) {
		unsigned int off;
		u8 raw[64];

		unit_random_fill(raw, sizeof(raw));
		rvm_record_sign(raw, signers[i], &key, raw + 52);
		for (off = 0; off < 64; off++) {
			bool covered = off < 60 && off != 19;

			raw[off] ^= 0x80;
			if (!EXPECT_EQ(rvm_record_signed(raw, signers[i], &key), !covered))
				NOTE("byte %u", off);
			raw[off] ^= 0x80;
		}
	}
}

static void an_unsigned_record_keeps_its_aux_and_any_aux_is_good(void)
{
	struct rvm_record rec = { .aux = { 1, 2, 3, 4, 5, 6, 7, 8 } };
	struct rvm_chain_rvm chain = {};
	static const u8 zero[8];
	u8 raw[64];
	u8 aux[8];

	rvm_chain_rvm_append(&chain, &rec, RVM_SIGNER_NONE, NULL);
	EXPECT_EQ(rec.aux[0], 1);
	EXPECT_EQ(rec.aux[7], 8);
	rvm_record_encode(&rec, raw);
	EXPECT(rvm_record_signed(raw, RVM_SIGNER_NONE, NULL));
	rvm_record_sign(raw, RVM_SIGNER_NONE, NULL, aux);
	EXPECT_MEM(aux, zero, 8);
}

int main(void)
{
	size_t i;

	RUN(appended_records_are_those_that_rvm_wrote);
	RUN(untouched_logs_verify_with_their_signatures);
	RUN(altered_logs_are_judged_as_rvm_judges_them);
	RUN(overwritten_rings_are_judged_as_rvm_judges_them);
	RUN(hashes_are_those_of_rvm);
	RUN(default_key_and_both_signatures_of_one_record_are_known);
	RUN(a_signature_takes_byte_19_as_zero_and_leaves_out_aux_and_pad);
	RUN(an_unsigned_record_keeps_its_aux_and_any_aux_is_good);
	for (i = 0; i < chain_count; i++)
		free(chains[i].raw);
	return unit_done();
}
