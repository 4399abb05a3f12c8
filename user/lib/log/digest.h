/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_DIGEST_H
#define RVM_DIGEST_H

/*
 * SHA-256 with the processor's instructions: by libcrypto where bytes are many, by
 * digest_compress() where the state behind each block counts, as in the chain, or where
 * there are only a few blocks, as in trees.
 */

#define OPENSSL_API_COMPAT 10101 /* a state that can be copied */
#include <openssl/sha.h>
#include <stdbool.h>
#include <string.h>

#include "lib/log/sha256.h"

/**
 * digest_compress() - an rvm_sha256_compress_t
 *
 * libcrypto's block function is not for others to call, and what is leads to it by way of
 * a context for each block.
 */
void digest_compress(u32 state[RVM_SHA256_WORDS], const u8 *data, size_t blocks);

/* The same without the processor's instructions: by libcrypto, which may have them. */
void digest_compress_plain(u32 state[RVM_SHA256_WORDS], const u8 *data, size_t blocks);

#endif
