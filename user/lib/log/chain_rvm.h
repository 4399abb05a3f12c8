/* SPDX-License-Identifier: GPL-2.0-only */
/* Records, chains and signatures as RVM itself has them. */
#ifndef RVM_CHAIN_RVM_H
#define RVM_CHAIN_RVM_H

#include "log/chain_verify.h"

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

#endif /* RVM_CHAIN_RVM_H */
