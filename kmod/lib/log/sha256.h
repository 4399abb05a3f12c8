/* SPDX-License-Identifier: GPL-2.0-only */
/* SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), portable. */
#ifndef RVM_LIB_SHA256_H
#define RVM_LIB_SHA256_H

#include <linux/types.h>

#define RVM_SHA256_DIGEST_BYTES 32
#define RVM_SHA256_BLOCK_BYTES 64
#define RVM_SHA256_WORDS 8

/**
 * struct rvm_sha256 - a hash in progress
 */
struct rvm_sha256 {
	/** @state: The eight words after all whole blocks so far. */
	u32 state[RVM_SHA256_WORDS];
	/** @length: Bytes hashed so far. */
	u64 length;
	/** @buf: The last @length modulo 64 bytes, not hashed yet. */
	u8 buf[RVM_SHA256_BLOCK_BYTES];
};

/**
 * struct rvm_hmac_key - a key as the two states that HMAC starts from
 *
 * As secret as the key itself: end its life with rvm_hmac_key_wipe().
 */
struct rvm_hmac_key {
	/** @inner: State after the block key ^ ipad. */
	u32 inner[RVM_SHA256_WORDS];
	/** @outer: State after the block key ^ opad. */
	u32 outer[RVM_SHA256_WORDS];
};

/**
 * typedef rvm_sha256_compress_t - compression of whole blocks
 * @state: the state, changed in place
 * @data: the blocks
 * @blocks: how many
 *
 * A caller with SHA instructions can pass its own; rvm_sha256_compress() is the portable
 * one.  It must give the same result and must not sleep.
 */
typedef void (*rvm_sha256_compress_t)(u32 state[RVM_SHA256_WORDS], const u8 *data, size_t blocks);

/* The state before the first block. */
extern const u32 rvm_sha256_iv[RVM_SHA256_WORDS];

/**
 * rvm_sha256_compress() - advance a state over whole blocks
 * @state: the state, changed in place
 * @data: @blocks times 64 bytes, of any alignment
 * @blocks: number of blocks
 *
 * Context: Any.
 */
void rvm_sha256_compress(u32 state[RVM_SHA256_WORDS], const u8 *data, size_t blocks);

/**
 * rvm_sha256_init() - begin a hash
 * @ctx: the hash
 *
 * Context: Any.
 */
void rvm_sha256_init(struct rvm_sha256 *ctx);

/**
 * rvm_sha256_resume() - begin a hash from the state after some whole blocks
 * @ctx: the hash
 * @state: the state after those blocks
 * @blocks: how many they were
 *
 * Context: Any.
 */
void rvm_sha256_resume(struct rvm_sha256 *ctx, const u32 state[RVM_SHA256_WORDS], u64 blocks);

/**
 * rvm_sha256_update() - hash more bytes
 * @ctx: the hash
 * @data: the bytes
 * @len: how many
 *
 * Context: Any.
 */
void rvm_sha256_update(struct rvm_sha256 *ctx, const void *data, size_t len);

/**
 * rvm_sha256_final() - end a hash and wipe it
 * @ctx: the hash; zero afterwards
 * @out: filled with the digest
 *
 * Context: Any.
 */
void rvm_sha256_final(struct rvm_sha256 *ctx, u8 out[RVM_SHA256_DIGEST_BYTES]);

/**
 * rvm_sha256() - hash of a buffer
 * @data: the bytes
 * @len: how many
 * @out: filled with the digest
 *
 * Context: Any.
 */
void rvm_sha256(const void *data, size_t len, u8 out[RVM_SHA256_DIGEST_BYTES]);

/**
 * rvm_hmac_key_init() - prepare a key
 * @key: the key
 * @bytes: the secret; of any length, hashed first if longer than a block
 * @len: bytes at @bytes
 *
 * Context: Any.
 */
void rvm_hmac_key_init(struct rvm_hmac_key *key, const void *bytes, size_t len);

/**
 * rvm_hmac_key_wipe() - overwrite a key with zeros
 * @key: the key
 *
 * Context: Any.
 */
void rvm_hmac_key_wipe(struct rvm_hmac_key *key);

/**
 * rvm_hmac() - HMAC-SHA-256 of a buffer
 * @key: the key
 * @data: the bytes
 * @len: how many
 * @out: filled with the whole code; to shorten it take its first bytes
 *
 * Two compressions for up to 55 bytes; no cost for the key itself.
 *
 * Context: Any.
 */
void rvm_hmac(const struct rvm_hmac_key *key, const void *data, size_t len,
	      u8 out[RVM_SHA256_DIGEST_BYTES]);

#endif
