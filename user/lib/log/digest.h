/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_DIGEST_H
#define RVM_DIGEST_H

/* SHA-256 as kmod/lib has it, but with the processor's instructions. */

#define OPENSSL_API_COMPAT 10101 /* a state that can be copied */
#include <openssl/sha.h>
#include <stdbool.h>
#include <string.h>

#include "lib/log/record.h"
#include "lib/log/sha256.h"

/* An rvm_sha256_compress_t. */
void digest_compress(u32 state[RVM_SHA256_WORDS], const u8 *data, size_t blocks);

/* The same without the processor's instructions: by libcrypto, which may have them. */
void digest_compress_plain(u32 state[RVM_SHA256_WORDS], const u8 *data, size_t blocks);

/**
 * digest_compress_two() - advance two states, each over blocks of its own
 * @left: a state of RVM_SHA256_WORDS, changed in place
 * @left_data: @blocks of RVM_SHA256_BLOCK_BYTES
 * @right: another state
 * @right_data: likewise
 *
 * With SHA instructions it takes little longer than one of them alone.
 */
void digest_compress_two(u32 *left, const u8 *left_data, u32 *right, const u8 *right_data,
			 size_t blocks);

/**
 * struct digest_records - where the hashing of records stands
 */
struct digest_records {
	/** @chain: State of the chain, as in lib/log/chain.h. */
	u32 chain[RVM_SHA256_WORDS];
	/** @aux: Of the last record. */
	u8 aux[8];
	/** @file: State of the records as a file. */
	u32 file[RVM_SHA256_WORDS];
};

/**
 * digest_records() - hash records, whatever they say
 * @d: goes on behind them
 * @raw: @n of them
 * @folds: filled for each: fold of the chain's state behind it, what its record_hash has to be
 */
void digest_records(struct digest_records *d, const u8 *raw, size_t n, u32 *folds);

#endif
