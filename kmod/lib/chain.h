/* SPDX-License-Identifier: GPL-2.0-only */
/* The chain that holds the witness log together, ours and RVM's. */
#ifndef RVM_LIB_CHAIN_H
#define RVM_LIB_CHAIN_H

#include <linux/types.h>
#include "record.h"
#include "sha256.h"

/*
 * Ours: one SHA-256 stream, one 64-byte block a record.  Block n is bytes 0 to
 * 47 of record n, the aux of record n - 1 (zero for n = 0) and 8 zero bytes.
 * prev_hash is the fold of the state before the block (0 for n = 0),
 * record_hash that of the state after it; a fold XORs the eight words.
 * The head is the finished SHA-256 of all blocks so far.
 */

/**
 * struct rvm_chain - end of a log, as much of it as the next record needs
 *
 * Not locked; appending is for one caller at a time.
 */
struct rvm_chain {
	/** @state: SHA-256 state after the last block. */
	u32 state[RVM_SHA256_WORDS];
	/** @length: Records so far, which is the sequence of the next one. */
	u64 length;
	/** @last_aux: aux of the last record, zero if there is none. */
	u8 last_aux[8];
	/** @compress: Set at init, never NULL. */
	rvm_sha256_compress_t compress;
};

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
 * rvm_chain_init() - begin an empty chain
 * @chain: the chain
 * @compress: how to compress blocks; NULL for rvm_sha256_compress()
 *
 * Context: Any.
 */
void rvm_chain_init(struct rvm_chain *chain, rvm_sha256_compress_t compress);

/**
 * rvm_chain_append() - give a record its place in the chain
 * @chain: the chain, advanced by one
 * @rec: the record; prev_hash, record_hash, aux, reserved and pad are filled in
 * @key: what to sign with; NULL leaves aux zero
 *
 * One compression, and two more for the signature.
 *
 * Context: Any, as far as @chain's compress allows.
 * Return: 0, or -EINVAL if the record's sequence is not the chain's length;
 * nothing is changed then.
 */
int rvm_chain_append(struct rvm_chain *chain, struct rvm_record *rec,
		     const struct rvm_hmac_key *key);

/**
 * rvm_chain_head() - SHA-256 of all blocks so far
 * @chain: the chain, not changed
 * @out: filled with the digest
 *
 * The aux of the last record is not part of it: it goes into the next block.
 *
 * Context: Any.
 */
void rvm_chain_head(const struct rvm_chain *chain, u8 out[RVM_SHA256_DIGEST_BYTES]);

/**
 * rvm_chain_ratchet() - replace a key by its successor
 * @key: K before, HMAC(K, "rvm-witness-ratchet") afterwards; K is gone
 *
 * Context: Any.
 */
void rvm_chain_ratchet(struct rvm_hmac_key *key);

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

/*
 * RVM's own: c(0) = 0, c(i+1) = X(SHA-256(c(i), i)), both as 8 little-endian
 * bytes, X the XOR of the digest's four little-endian words.  It covers the
 * sequence numbers only; contents are covered by signatures, if there are any.
 */

/**
 * enum rvm_signer - how RVM fills aux
 * @RVM_SIGNER_NONE: left as the caller set it
 * @RVM_SIGNER_HMAC: first 8 bytes of HMAC-SHA-256 of bytes 0 to 51
 * @RVM_SIGNER_STRICT: FNV-1a-64 of bytes 0 to 51, little-endian; has no key
 */
enum rvm_signer {
	RVM_SIGNER_NONE,
	RVM_SIGNER_HMAC,
	RVM_SIGNER_STRICT,
};

/**
 * struct rvm_chain_rvm - end of a log in RVM's format; all zero to begin with
 */
struct rvm_chain_rvm {
	/** @value: c(length). */
	u64 value;
	/** @length: Records so far. */
	u64 length;
};

/**
 * rvm_chain_rvm_append() - give a record its place in a log of RVM's format
 * @chain: the chain, advanced by one
 * @rec: the record; sequence, prev_hash, record_hash, reserved, pad and, if
 *       signed, aux are filled in
 * @signer: how to fill aux
 * @key: for RVM_SIGNER_HMAC, else not looked at
 *
 * Context: Any.
 */
void rvm_chain_rvm_append(struct rvm_chain_rvm *chain, struct rvm_record *rec,
			  enum rvm_signer signer, const struct rvm_hmac_key *key);

/**
 * rvm_chain_rvm_verify_next() - check the next record as RVM's verifier does
 * @chain: the log so far; not advanced if the record is wrong
 * @raw: image of the record
 *
 * Context: Any.
 * Return: RVM_CHAIN_OK, PREV (ChainBreak) or RECORD (RecordCorrupted).
 */
enum rvm_chain_error rvm_chain_rvm_verify_next(struct rvm_chain_rvm *chain,
					       const u8 raw[RVM_RECORD_BYTES]);

/**
 * rvm_chain_rvm_verify() - check a whole log as RVM's verifier does
 * @raw: @n images, one after the other
 * @n: number of records
 * @bad: filled with the index of the record that is wrong; may be NULL; not
 *       touched if there is none
 *
 * Context: Any; linear in @n.
 * Return: RVM_CHAIN_OK, EMPTY, PREV or RECORD.
 */
enum rvm_chain_error rvm_chain_rvm_verify(const u8 *raw, size_t n, size_t *bad);

/**
 * rvm_record_sign() - the signature that RVM puts into aux
 * @raw: image of the record; byte 19 is taken as zero, aux and pad are not looked at
 * @signer: how to sign
 * @key: for RVM_SIGNER_HMAC, else not looked at
 * @aux: filled with the signature; zero for RVM_SIGNER_NONE
 *
 * Context: Any.
 */
void rvm_record_sign(const u8 raw[RVM_RECORD_BYTES], enum rvm_signer signer,
		     const struct rvm_hmac_key *key, u8 aux[8]);

/**
 * rvm_record_signed() - check the signature in a record's aux
 * @raw: image of the record
 * @signer: how it should be signed
 * @key: for RVM_SIGNER_HMAC, else not looked at
 *
 * Takes the same time whether and wherever the bytes differ.
 *
 * Context: Any.
 * Return: True if the signature is right, or if @signer is RVM_SIGNER_NONE.
 */
bool rvm_record_signed(const u8 raw[RVM_RECORD_BYTES], enum rvm_signer signer,
		       const struct rvm_hmac_key *key);

/**
 * rvm_record_digest() - RVM's record_to_digest
 * @raw: image of the record
 * @out: filled with the SHA-256 of bytes 0 to 51
 *
 * Context: Any.
 */
void rvm_record_digest(const u8 raw[RVM_RECORD_BYTES], u8 out[RVM_SHA256_DIGEST_BYTES]);

/**
 * rvm_default_key() - the key that RVM signs with if it is given none
 * @out: filled with SHA-256("rvm-witness-default-key-v1"), which is no secret
 *
 * Context: Any.
 */
void rvm_default_key(u8 out[RVM_SHA256_DIGEST_BYTES]);

/**
 * rvm_chain_hash() - one step of RVM's chain
 * @value: c(i)
 * @sequence: i
 *
 * Context: Any.
 * Return: c(i+1).
 */
u64 rvm_chain_hash(u64 value, u64 sequence);

/**
 * rvm_record_hash() - RVM's 64-bit hash of some bytes
 * @data: the bytes
 * @len: how many
 *
 * Context: Any.
 * Return: XOR of the four little-endian words of their SHA-256.
 */
u64 rvm_record_hash(const void *data, size_t len);

/**
 * rvm_fnv1a_64() - FNV-1a of 64 bits
 * @data: the bytes
 * @len: how many
 *
 * Context: Any.
 * Return: The hash.
 */
u64 rvm_fnv1a_64(const void *data, size_t len);

/**
 * rvm_fnv1a_32() - low half of rvm_fnv1a_64(), as RVM has it
 * @data: the bytes
 * @len: how many
 *
 * Not the FNV-1a of 32 bits that others know.
 *
 * Context: Any.
 * Return: The hash.
 */
static inline u32 rvm_fnv1a_32(const void *data, size_t len)
{
	return (u32)rvm_fnv1a_64(data, len);
}

/**
 * rvm_fold32() - fold 64 bits to 32
 * @value: the 64 bits
 *
 * Context: Any.
 * Return: XOR of both halves.
 */
static inline u32 rvm_fold32(u64 value)
{
	return (u32)(value >> 32) ^ (u32)value;
}

#endif
