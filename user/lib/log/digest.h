/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_DIGEST_H
#define RVM_DIGEST_H

/* SHA-256 by libcrypto: as kmod/lib has it, but with the processor's instructions. */

#define OPENSSL_API_COMPAT 10101 /* a state that can be copied */
#include <openssl/sha.h>
#include <string.h>

#include "lib/log/sha256.h"

/* An rvm_sha256_compress_t. */
static inline void digest_compress(u32 state[RVM_SHA256_WORDS], const u8 *data, size_t blocks)
{
	SHA256_CTX ctx;

	_Static_assert(sizeof(ctx.h) == RVM_SHA256_WORDS * sizeof(u32), "SHA256_CTX");
	memcpy(ctx.h, state, sizeof(ctx.h));
	for (; blocks; blocks--, data += RVM_SHA256_BLOCK_BYTES)
		SHA256_Transform(&ctx, data);
	memcpy(state, ctx.h, sizeof(ctx.h));
}

#endif
