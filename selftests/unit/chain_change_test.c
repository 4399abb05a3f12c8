// SPDX-License-Identifier: GPL-2.0-only
/* Every way to touch a witness log that we could think of, and where it is found. */
#include "chain_log.h"
#include "log/chain_verify.h"

/*
 * Where the change of a byte of record n is found, and as what.  Bytes 52 to
 * 59 are aux: a key sees them at n; without one record n + 1 does.
 */
static enum rvm_chain_error error_at(size_t off, bool key, size_t *later)
{
	*later = 0;
	if (off == 19 || off >= 60)
		return RVM_CHAIN_RESERVED;
	if (off < 8)
		return RVM_CHAIN_SEQUENCE;
	if (off >= 44 && off < 48)
		return RVM_CHAIN_PREV;
	if (off < 52)
		return RVM_CHAIN_RECORD;
	if (key)
		return RVM_CHAIN_MAC;
	*later = 1;
	return RVM_CHAIN_RECORD;
}

static void check_byte(const struct log *log, size_t n, size_t off, u8 change)
{
	enum rvm_chain_error expected, error;
	struct rvm_chain_verifier v = log->before[n];
	size_t later;
	u8 raw[64];

	memcpy(raw, log->raw[n], 64);
	raw[off] ^= change;
	expected = error_at(off, log->signs, &later);
	error = rvm_chain_verify_next(&v, raw);
	if (later) {
		if (!EXPECT_EQ(error, RVM_CHAIN_OK))
			NOTE("record %zu, byte %zu", n, off);
		/* Only the next record shows the aux of the last one. */
		if (n + 1 == RECORDS)
			return;
		error = rvm_chain_verify_next(&v, log->raw[n + 1]);
	} else {
		EXPECT_MEM(&v, &log->before[n], sizeof(v));
	}
	if (!EXPECT_EQ(error, expected))
		NOTE("%s log, record %zu, byte %zu", name_of(log), n, off);
}

static void each_change_of_one_byte_is_found_where_it_was_made(void)
{
	size_t changes = 0;
	size_t k, n, off;

	for (k = 0; k < ARRAY_SIZE(logs); k++) {
		for (n = 0; n < RECORDS; n++) {
			for (off = 0; off < 64; off++, changes++)
				check_byte(logs[k], n, off, (u8)(1 + unit_random() % 255));
		}
	}
	EXPECT_EQ(changes, 2 * 64000);
}

static void each_change_of_one_bit_of_some_records_is_found(void)
{
	static const size_t some[] = { 0, 1, 499, RECORDS - 2, RECORDS - 1 };
	size_t k, i, bit;

	for (k = 0; k < ARRAY_SIZE(logs); k++) {
		for (i = 0; i < ARRAY_SIZE(some); i++) {
			for (bit = 0; bit < 512; bit++)
				check_byte(logs[k], some[i], bit / 8, (u8)(1 << bit % 8));
		}
	}
}

/* From the first record on; returns how many were good. */
static size_t verify_all(const struct log *log, u8 (*raw)[64], size_t n,
			 enum rvm_chain_error *error)
{
	struct rvm_chain_verifier v;
	size_t i;

	rvm_chain_verifier_init(&v, log->signs);
	for (i = 0; i < n; i++) {
		*error = rvm_chain_verify_next(&v, raw[i]);
		if (*error)
			return i;
	}
	*error = rvm_chain_verify_anchor(&v, log->head, RECORDS);
	return n;
}

static void expect_found(const struct log *log, u8 (*raw)[64], size_t n, size_t at,
			 enum rvm_chain_error expected)
{
	enum rvm_chain_error error;

	EXPECT_EQ(verify_all(log, raw, n, &error), at);
	if (!EXPECT_EQ(error, expected))
		NOTE("%s log, %zu records, at %zu", name_of(log), n, at);
}

static u8 copy[RECORDS + 1][64];

static void a_record_removed_is_found_at_the_gap(void)
{
	size_t k, n;

	for (k = 0; k < ARRAY_SIZE(logs); k++) {
		for (n = 0; n + 1 < RECORDS; n += 37) {
			memcpy(copy, logs[k]->raw, sizeof(logs[k]->raw));
			memmove(copy[n], copy[n + 1], 64 * (RECORDS - 1 - n));
			expect_found(logs[k], copy, RECORDS - 1, n, RVM_CHAIN_SEQUENCE);
		}
		/* Removing the last one leaves no gap: that is truncation. */
		expect_found(logs[k], logs[k]->raw, RECORDS - 1, RECORDS - 1, RVM_CHAIN_TRUNCATED);
	}
}

static void a_record_doubled_is_found_at_the_copy(void)
{
	size_t k, n;

	for (k = 0; k < ARRAY_SIZE(logs); k++) {
		for (n = 0; n < RECORDS; n += 37) {
			memcpy(copy, logs[k]->raw, sizeof(logs[k]->raw));
			memmove(copy[n + 1], copy[n], 64 * (RECORDS - n));
			expect_found(logs[k], copy, RECORDS + 1, n + 1, RVM_CHAIN_SEQUENCE);
		}
	}
}

static void records_swapped_are_found_at_the_first(void)
{
	unsigned int round;
	size_t k;

	for (k = 0; k < ARRAY_SIZE(logs); k++) {
		for (round = 0; round < 30; round++) {
			size_t a = (size_t)(unit_random() >> 32) % (RECORDS - 1);
			size_t b = a + 1;

			if (round % 2)
				b += (size_t)(unit_random() >> 32) % (RECORDS - 1 - a);
			memcpy(copy, logs[k]->raw, sizeof(logs[k]->raw));
			memcpy(copy[a], logs[k]->raw[b], 64);
			memcpy(copy[b], logs[k]->raw[a], 64);
			expect_found(logs[k], copy, RECORDS, a, RVM_CHAIN_SEQUENCE);
		}
	}
}

/* A forger that repairs the numbers too is found by the chain itself. */
static void renumbering_does_not_hide_a_removal(void)
{
	size_t k, n, i;

	for (k = 0; k < ARRAY_SIZE(logs); k++) {
		for (n = 0; n + 1 < RECORDS; n += 101) {
			memcpy(copy, logs[k]->raw, sizeof(logs[k]->raw));
			memmove(copy[n], copy[n + 1], 64 * (RECORDS - 1 - n));
			for (i = n; i < RECORDS - 1; i++)
				rvm_le64_put(copy[i], i);
			expect_found(logs[k], copy, RECORDS - 1, n, RVM_CHAIN_PREV);
			/* With the link forged as well, the contents no longer fit. */
			memcpy(copy[n] + 44, logs[k]->raw[n] + 44, 4);
			expect_found(logs[k], copy, RECORDS - 1, n, RVM_CHAIN_RECORD);
		}
	}
}

/* Chain everything again from record @n on, as a forger with the format but no key would. */
static void forge_from(const struct log *log, size_t n)
{
	struct rvm_chain chain = log->before[n].chain;
	size_t i;

	memcpy(copy, log->raw, sizeof(log->raw));
	copy[n][36] ^= 1;
	for (i = n; i < RECORDS; i++) {
		struct rvm_record rec;

		rvm_record_decode(&rec, copy[i]);
		EXPECT_EQ(rvm_chain_append(&chain, &rec, NULL), 0);
		rvm_record_encode(&rec, copy[i]);
	}
}

static void a_log_chained_anew_is_found_by_key_and_by_head(void)
{
	static const size_t from[] = { 0, 1, 500, RECORDS - 1 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(from); i++) {
		forge_from(&keyed, from[i]);
		expect_found(&keyed, copy, RECORDS, from[i], RVM_CHAIN_MAC);
		forge_from(&plain, from[i]);
		expect_found(&plain, copy, RECORDS, RECORDS, RVM_CHAIN_HEAD);
	}
}

static void truncation_at_each_length_is_found_against_the_anchor(void)
{
	size_t k, n;

	for (k = 0; k < ARRAY_SIZE(logs); k++) {
		const struct log *log = logs[k];

		for (n = 0; n < RECORDS; n++) {
			const struct rvm_chain_verifier *v = &log->before[n];
			u8 head[32];

			EXPECT_EQ(rvm_chain_verify_anchor(v, log->head, RECORDS),
				  RVM_CHAIN_TRUNCATED);
			/* Another length cannot be claimed for the same head. */
			EXPECT_EQ(rvm_chain_verify_anchor(v, log->head, n), RVM_CHAIN_HEAD);
			rvm_chain_head(&v->chain, head);
			EXPECT_EQ(rvm_chain_verify_anchor(v, head, n), RVM_CHAIN_OK);
			EXPECT_EQ(rvm_chain_verify_anchor(&log->before[n + 1], head, n),
				  RVM_CHAIN_PASSED);
		}
	}
}

static void each_byte_of_an_anchored_head_counts(void)
{
	size_t i;

	for (i = 0; i < 32; i++) {
		u8 head[32];

		memcpy(head, plain.head, sizeof(head));
		head[i] ^= 0x10;
		EXPECT_EQ(rvm_chain_verify_anchor(&plain.before[RECORDS], head, RECORDS),
			  RVM_CHAIN_HEAD);
	}
}

static void verification_can_begin_at_any_anchor(void)
{
	size_t k, n, i;

	for (k = 0; k < ARRAY_SIZE(logs); k++) {
		const struct log *log = logs[k];

		for (n = 0; n + 1 < RECORDS; n += 111) {
			const struct rvm_chain *at = &log->before[n].chain;
			struct rvm_chain_verifier v;
			u8 aux[8];

			rvm_chain_verifier_anchor(&v, at->state, at->length, at->last_aux,
						  log->signs);
			for (i = n; i < RECORDS; i++)
				EXPECT_EQ(rvm_chain_verify_next(&v, log->raw[i]), RVM_CHAIN_OK);
			EXPECT_EQ(rvm_chain_verify_anchor(&v, log->head, RECORDS), RVM_CHAIN_OK);

			/* A wrong anchor is found at the next record, and so is a wrong place. */
			memcpy(aux, at->last_aux, sizeof(aux));
			aux[7] ^= 1;
			rvm_chain_verifier_anchor(&v, at->state, n, aux, log->signs);
			EXPECT_EQ(rvm_chain_verify_next(&v, log->raw[n]),
				  n ? RVM_CHAIN_RECORD : RVM_CHAIN_OK);
			rvm_chain_verifier_anchor(&v, at->state, n, at->last_aux, log->signs);
			EXPECT_EQ(rvm_chain_verify_next(&v, log->raw[n + 1]), RVM_CHAIN_SEQUENCE);
			if (!n)
				continue;
			rvm_chain_verifier_anchor(&v, log->before[n - 1].chain.state, n,
						  at->last_aux, log->signs);
			EXPECT_EQ(rvm_chain_verify_next(&v, log->raw[n]), RVM_CHAIN_PREV);
		}
	}
}

static void another_key_finds_the_first_record_wrong(void)
{
	struct rvm_chain_verifier v;
	struct rvm_hmac_key other;

	rvm_hmac_key_init(&other, "other", 5);
	rvm_chain_verifier_init(&v, &other);
	EXPECT_EQ(rvm_chain_verify_next(&v, keyed.raw[0]), RVM_CHAIN_MAC);
	/* Without a key a signed log still verifies. */
	rvm_chain_verifier_init(&v, NULL);
	EXPECT_EQ(rvm_chain_verify_next(&v, keyed.raw[0]), RVM_CHAIN_OK);
	EXPECT_EQ(rvm_chain_verify_next(&v, keyed.raw[1]), RVM_CHAIN_OK);
	/* And an unsigned one does not with a key. */
	rvm_chain_verifier_init(&v, &other);
	EXPECT_EQ(rvm_chain_verify_next(&v, plain.raw[0]), RVM_CHAIN_MAC);
}

static void a_log_across_ratchets_verifies_with_the_same_steps_only(void)
{
	struct rvm_chain_verifier v, stays;
	struct rvm_hmac_key writes, reads, first;
	struct rvm_chain chain;
	size_t i;

	rvm_hmac_key_init(&writes, "first", 5);
	reads = writes;
	first = writes;
	rvm_chain_init(&chain, NULL);
	rvm_chain_verifier_init(&v, &reads);
	rvm_chain_verifier_init(&stays, &first);
	for (i = 0; i < 100; i++) {
		struct rvm_record rec;
		u8 raw[64];

		if (i && !(i % 10)) {
			rvm_key_ratchet(&writes);
			rvm_key_ratchet(&reads);
		}
		random_record(&rec, i);
		rvm_chain_append(&chain, &rec, &writes);
		rvm_record_encode(&rec, raw);
		EXPECT_EQ(rvm_chain_verify_next(&v, raw), RVM_CHAIN_OK);
		if (i <= 10)
			EXPECT_EQ(rvm_chain_verify_next(&stays, raw),
				  i < 10 ? RVM_CHAIN_OK : RVM_CHAIN_MAC);
	}
}

static void each_error_has_words_of_its_own(void)
{
	int a, b;

	for (a = RVM_CHAIN_OK; a <= RVM_CHAIN_HEAD; a++) {
		for (b = RVM_CHAIN_OK; b < a; b++)
			EXPECT(strcmp(rvm_chain_reason((enum rvm_chain_error)a),
				      rvm_chain_reason((enum rvm_chain_error)b)));
	}
	EXPECT_STR(rvm_chain_reason((enum rvm_chain_error)99), "unknown error");
}

int main(void)
{
	RUN(logs_of_a_thousand_records_verify);
	RUN(each_change_of_one_byte_is_found_where_it_was_made);
	RUN(each_change_of_one_bit_of_some_records_is_found);
	RUN(a_record_removed_is_found_at_the_gap);
	RUN(a_record_doubled_is_found_at_the_copy);
	RUN(records_swapped_are_found_at_the_first);
	RUN(renumbering_does_not_hide_a_removal);
	RUN(a_log_chained_anew_is_found_by_key_and_by_head);
	RUN(truncation_at_each_length_is_found_against_the_anchor);
	RUN(each_byte_of_an_anchored_head_counts);
	RUN(verification_can_begin_at_any_anchor);
	RUN(another_key_finds_the_first_record_wrong);
	RUN(a_log_across_ratchets_verifies_with_the_same_steps_only);
	RUN(each_error_has_words_of_its_own);
	return unit_done();
}
