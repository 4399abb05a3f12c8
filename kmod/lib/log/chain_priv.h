/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_LIB_CHAIN_PRIV_H
#define _RVM_LIB_CHAIN_PRIV_H

#include "lib/log/chain.h"

/**
 * rvm_chain_fold() - the prev_hash of the next record
 * @chain: chain so far
 *
 * Return: the record_hash of the last record, 0 for none.
 */
u32 rvm_chain_fold(const struct rvm_chain *chain);

/**
 * rvm_chain_advance() - add the block of a record
 * @chain: chain so far
 * @raw: the record; its prev_hash is in place
 */
void rvm_chain_advance(struct rvm_chain *chain, const u8 raw[RVM_RECORD_BYTES]);

/**
 * rvm_chain_sign() - the signature of a record
 * @compress: of SHA-256
 * @key: to sign with
 * @raw: the record; its hashes are in place
 * @aux: filled
 */
void rvm_chain_sign(rvm_sha256_compress_t compress, const struct rvm_hmac_key *key,
		    const u8 raw[RVM_RECORD_BYTES], u8 aux[8]);

#endif
