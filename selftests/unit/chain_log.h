/* SPDX-License-Identifier: GPL-2.0-only */
/* A log of random records without signatures, and one with, to read and to touch. */
#ifndef RVM_UNIT_CHAIN_LOG_H
#define RVM_UNIT_CHAIN_LOG_H

#include "lib/log/chain.h"
#include "lib/log/ratchet.h"
#include "log/chain_verify.h"
#include "unit.h"

#define RECORDS 1000

/* A log, and the verifier before each record. */
struct log {
	struct rvm_hmac_key key;
	const struct rvm_hmac_key *signs; /* NULL or &key */
	struct rvm_chain end;
	struct rvm_chain_verifier before[RECORDS + 1];
	u8 raw[RECORDS][64];
	u8 head[32];
};

static struct log plain;
static struct log keyed;
static struct log *const logs[] = { &plain, &keyed };

static inline const char *name_of(const struct log *log)
{
	return log->signs ? "signed" : "unsigned";
}

static inline void random_record(struct rvm_record *rec, u64 sequence)
{
	unit_random_fill(rec, sizeof(*rec));
	rec->sequence = sequence;
}

static inline void write_log(struct log *log)
{
	struct rvm_chain_verifier v;
	size_t i;

	rvm_chain_init(&log->end, NULL);
	rvm_chain_verifier_init(&v, log->signs);
	for (i = 0; i < RECORDS; i++) {
		struct rvm_record rec;

		random_record(&rec, i);
		EXPECT_EQ(rvm_chain_append(&log->end, &rec, log->signs), 0);
		rvm_record_encode(&rec, log->raw[i]);
		log->before[i] = v;
		EXPECT_EQ(rvm_chain_verify_next(&v, log->raw[i]), RVM_CHAIN_OK);
	}
	log->before[RECORDS] = v;
	rvm_chain_head(&log->end, log->head);
}

/* First of the tests: the others read both logs. */
static inline void logs_of_a_thousand_records_verify(void)
{
	u8 secret[32];
	size_t i;

	unit_random_fill(secret, sizeof(secret));
	rvm_hmac_key_init(&keyed.key, secret, sizeof(secret));
	keyed.signs = &keyed.key;
	for (i = 0; i < ARRAY_SIZE(logs); i++) {
		write_log(logs[i]);
		EXPECT_EQ(logs[i]->end.length, RECORDS);
		EXPECT_EQ(rvm_chain_verify_anchor(&logs[i]->before[RECORDS], logs[i]->head,
						  RECORDS),
			  RVM_CHAIN_OK);
	}
}

#endif
