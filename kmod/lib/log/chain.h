/* SPDX-License-Identifier: GPL-2.0-only */
/* The chain that holds the witness log together. */
#ifndef RVM_LIB_CHAIN_H
#define RVM_LIB_CHAIN_H

#include <linux/types.h>
#include "lib/log/record.h"
#include "lib/log/sha256.h"

/*
 * One SHA-256 stream, one 64-byte block a record.  Block n is bytes 0 to
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
 * rvm_chain_append_image() - rvm_chain_append() for the image of a record
 * @chain: likewise
 * @raw: the image; the same fields are filled in
 * @key: likewise
 *
 * Context: likewise.
 * Return: likewise.
 */
int rvm_chain_append_image(struct rvm_chain *chain, u8 raw[RVM_RECORD_BYTES],
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

#endif
