/* SPDX-License-Identifier: GPL-2.0-only */
/* Checking a log against the chain that holds it together. */
#ifndef RVM_CHAIN_VERIFY_H
#define RVM_CHAIN_VERIFY_H

#include "lib/log/chain.h"

/**
 * enum rvm_chain_error - what is wrong with a record, or with a log's end
 * @RVM_CHAIN_OK: nothing
 * @RVM_CHAIN_EMPTY: there are no records at all
 * @RVM_CHAIN_RESERVED: reserved or pad is not zero
 * @RVM_CHAIN_SEQUENCE: not the sequence number that is due: records lost, doubled or moved
 * @RVM_CHAIN_PREV: prev_hash does not continue the chain (RVM: ChainBreak)
 * @RVM_CHAIN_RECORD: record_hash does not fit the contents, or the aux of
 *                    the record before was changed (RVM: RecordCorrupted)
 * @RVM_CHAIN_MAC: the signature in aux is not by this key
 * @RVM_CHAIN_KEY: the log is not that of the key
 * @RVM_CHAIN_TRUNCATED: the log ends before the length that was anchored
 * @RVM_CHAIN_PASSED: the log was read beyond the length that was anchored
 * @RVM_CHAIN_HEAD: another head than the one that was anchored
 */
enum rvm_chain_error {
	RVM_CHAIN_OK,
	RVM_CHAIN_EMPTY,
	RVM_CHAIN_RESERVED,
	RVM_CHAIN_SEQUENCE,
	RVM_CHAIN_PREV,
	RVM_CHAIN_RECORD,
	RVM_CHAIN_MAC,
	RVM_CHAIN_KEY,
	RVM_CHAIN_TRUNCATED,
	RVM_CHAIN_PASSED,
	RVM_CHAIN_HEAD,
};

/**
 * rvm_chain_reason() - an error in words
 * @error: the error
 *
 * Context: Any.
 * Return: A short phrase; never NULL.
 */
const char *rvm_chain_reason(enum rvm_chain_error error);

/**
 * struct rvm_chain_verifier - a log being checked, record by record
 */
struct rvm_chain_verifier {
	/** @chain: The log so far, as it must have been when it was written. */
	struct rvm_chain chain;
	/**
	 * @key: What the next record is signed with; NULL to ignore aux.  The caller's,
	 * who may change it between records.
	 */
	const struct rvm_hmac_key *key;
};

/**
 * rvm_chain_verifier_init() - begin to check a log at its first record
 * @v: the verifier
 * @key: what the log is signed with, or NULL to ignore signatures
 *
 * Context: Any.
 */
void rvm_chain_verifier_init(struct rvm_chain_verifier *v, const struct rvm_hmac_key *key);

/**
 * rvm_chain_verifier_anchor() - begin to check a log in its middle
 * @v: the verifier
 * @state: SHA-256 state after the first @length blocks
 * @length: records before the one that comes next
 * @last_aux: aux of the record before, not looked at if @length is 0
 * @key: as for rvm_chain_verifier_init()
 *
 * What came before is believed.
 *
 * Context: Any.
 */
void rvm_chain_verifier_anchor(struct rvm_chain_verifier *v, const u32 state[RVM_SHA256_WORDS],
			       u64 length, const u8 last_aux[8], const struct rvm_hmac_key *key);

/**
 * rvm_chain_compare() - compare what a record says with the chain
 * @raw: image of the record
 * @length: records before it
 * @before: what its prev_hash has to be: rvm_chain_fold() before it
 * @after: what its record_hash has to be
 *
 * Context: Any.
 * Return: RVM_CHAIN_OK, RESERVED, SEQUENCE, PREV or RECORD.
 */
enum rvm_chain_error rvm_chain_compare(const u8 raw[RVM_RECORD_BYTES], u64 length, u32 before,
				       u32 after);

/**
 * rvm_chain_verify_next() - check the next record
 * @v: the verifier; not advanced if the record is wrong
 * @raw: image of the record
 *
 * Every byte is covered but, without a key, the aux of the very last record;
 * the record after it covers that, and is then the one found wrong.
 *
 * Context: Any.
 * Return: RVM_CHAIN_OK, or what is wrong, in this order: RESERVED, SEQUENCE,
 * PREV, RECORD, MAC.
 */
enum rvm_chain_error rvm_chain_verify_next(struct rvm_chain_verifier *v,
					   const u8 raw[RVM_RECORD_BYTES]);

/**
 * rvm_chain_verify_anchor() - compare the log so far with a head kept elsewhere
 * @v: the verifier, after @length records or at the end of the log
 * @head: the head that was anchored
 * @length: the length that was anchored
 *
 * Context: Any.
 * Return: RVM_CHAIN_OK, TRUNCATED, PASSED or HEAD.
 */
enum rvm_chain_error rvm_chain_verify_anchor(const struct rvm_chain_verifier *v,
					     const u8 head[RVM_SHA256_DIGEST_BYTES], u64 length);

#endif /* RVM_CHAIN_VERIFY_H */
