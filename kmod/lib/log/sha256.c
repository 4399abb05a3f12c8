// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>

#include "lib/log/sha256.h"

/* clang-format off */
const u32 rvm_sha256_iv[RVM_SHA256_WORDS] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

/* clang-format on */

/* clang-format off */
static const u32 round_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
	0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
	0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
	0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
	0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* clang-format on */

static inline u32 ror(u32 x, unsigned int n)
{
	return x >> n | x << (32 - n);
}

static inline u32 be32_get(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

static inline void be32_put(u8 *p, u32 value)
{
	p[0] = (u8)(value >> 24);
	p[1] = (u8)(value >> 16);
	p[2] = (u8)(value >> 8);
	p[3] = (u8)value;
}

static inline void be64_put(u8 *p, u64 value)
{
	be32_put(p, (u32)(value >> 32));
	be32_put(p + 4, (u32)value);
}

static inline u32 sum0(u32 x)
{
	return ror(x, 2) ^ ror(x, 13) ^ ror(x, 22);
}

static inline u32 sum1(u32 x)
{
	return ror(x, 6) ^ ror(x, 11) ^ ror(x, 25);
}

static inline u32 choose(u32 x, u32 y, u32 z)
{
	return z ^ (x & (y ^ z));
}

static inline u32 majority(u32 x, u32 y, u32 z)
{
	return (x & y) | (z & (x | y));
}

/* One round; the caller renames the eight words instead of moving them. */
#define ROUND(a, b, c, d, e, f, g, h, i)                                             \
	do {                                                                         \
		u32 t = (h) + sum1(e) + choose(e, f, g) + round_constants[i] + w[i]; \
		(d) += t;                                                            \
		(h) = t + sum0(a) + majority(a, b, c);                               \
	} while (0)

static void expand(u32 w[64], const u8 *block)
{
	unsigned int i;

	for (i = 0; i < 16; i++)
		w[i] = be32_get(block + 4 * i);
	for (; i < 64; i++) {
		u32 s0 = ror(w[i - 15], 7) ^ ror(w[i - 15], 18) ^ (w[i - 15] >> 3);
		u32 s1 = ror(w[i - 2], 17) ^ ror(w[i - 2], 19) ^ (w[i - 2] >> 10);

		w[i] = w[i - 16] + s0 + w[i - 7] + s1;
	}
}

static void compress_block(u32 state[RVM_SHA256_WORDS], const u32 w[64])
{
	u32 a = state[0], b = state[1], c = state[2], d = state[3];
	u32 e = state[4], f = state[5], g = state[6], h = state[7];
	unsigned int i;

	for (i = 0; i < 64; i += 8) {
		ROUND(a, b, c, d, e, f, g, h, i);
		ROUND(h, a, b, c, d, e, f, g, i + 1);
		ROUND(g, h, a, b, c, d, e, f, i + 2);
		ROUND(f, g, h, a, b, c, d, e, i + 3);
		ROUND(e, f, g, h, a, b, c, d, i + 4);
		ROUND(d, e, f, g, h, a, b, c, i + 5);
		ROUND(c, d, e, f, g, h, a, b, i + 6);
		ROUND(b, c, d, e, f, g, h, a, i + 7);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void rvm_sha256_compress(u32 state[RVM_SHA256_WORDS], const u8 *data, size_t blocks)
{
	u32 w[64];

	for (; blocks; blocks--, data += RVM_SHA256_BLOCK_BYTES) {
		expand(w, data);
		compress_block(state, w);
	}
	memzero_explicit(w, sizeof(w));
}

void rvm_sha256_init(struct rvm_sha256 *ctx)
{
	rvm_sha256_resume(ctx, rvm_sha256_iv, 0);
}

void rvm_sha256_resume(struct rvm_sha256 *ctx, const u32 state[RVM_SHA256_WORDS], u64 blocks)
{
	memcpy(ctx->state, state, sizeof(ctx->state));
	ctx->length = blocks * RVM_SHA256_BLOCK_BYTES;
}

void rvm_sha256_update(struct rvm_sha256 *ctx, const void *data, size_t len)
{
	size_t held = ctx->length % RVM_SHA256_BLOCK_BYTES;
	size_t room = RVM_SHA256_BLOCK_BYTES - held;
	const u8 *p = data;

	if (!len)
		return;
	ctx->length += len;
	if (held && len >= room) {
		memcpy(ctx->buf + held, p, room);
		rvm_sha256_compress(ctx->state, ctx->buf, 1);
		p += room;
		len -= room;
		held = 0;
	}
	if (len >= RVM_SHA256_BLOCK_BYTES) {
		size_t blocks = len / RVM_SHA256_BLOCK_BYTES;

		rvm_sha256_compress(ctx->state, p, blocks);
		p += blocks * RVM_SHA256_BLOCK_BYTES;
		len %= RVM_SHA256_BLOCK_BYTES;
	}
	memcpy(ctx->buf + held, p, len);
}

void rvm_sha256_final(struct rvm_sha256 *ctx, u8 out[RVM_SHA256_DIGEST_BYTES])
{
	size_t held = ctx->length % RVM_SHA256_BLOCK_BYTES;
	unsigned int i;

	ctx->buf[held++] = 0x80;
	if (held > RVM_SHA256_BLOCK_BYTES - 8) {
		memset(ctx->buf + held, 0, RVM_SHA256_BLOCK_BYTES - held);
		rvm_sha256_compress(ctx->state, ctx->buf, 1);
		held = 0;
	}
	memset(ctx->buf + held, 0, RVM_SHA256_BLOCK_BYTES - 8 - held);
	be64_put(ctx->buf + RVM_SHA256_BLOCK_BYTES - 8, ctx->length * 8);
	rvm_sha256_compress(ctx->state, ctx->buf, 1);
	for (i = 0; i < RVM_SHA256_WORDS; i++)
		be32_put(out + 4 * i, ctx->state[i]);
	memzero_explicit(ctx, sizeof(*ctx));
}

void rvm_sha256(const void *data, size_t len, u8 out[RVM_SHA256_DIGEST_BYTES])
{
	struct rvm_sha256 ctx;

	rvm_sha256_init(&ctx);
	rvm_sha256_update(&ctx, data, len);
	rvm_sha256_final(&ctx, out);
}

static void absorb_key(u32 state[RVM_SHA256_WORDS], u8 block[RVM_SHA256_BLOCK_BYTES], u8 mask)
{
	unsigned int i;

	for (i = 0; i < RVM_SHA256_BLOCK_BYTES; i++)
		block[i] ^= mask;
	memcpy(state, rvm_sha256_iv, sizeof(rvm_sha256_iv));
	rvm_sha256_compress(state, block, 1);
}

void rvm_hmac_key_init(struct rvm_hmac_key *key, const void *bytes, size_t len)
{
	u8 block[RVM_SHA256_BLOCK_BYTES] = {};

	if (len > sizeof(block))
		rvm_sha256(bytes, len, block);
	else if (len)
		memcpy(block, bytes, len);
	absorb_key(key->inner, block, 0x36);
	absorb_key(key->outer, block, 0x36 ^ 0x5c);
	memzero_explicit(block, sizeof(block));
}

void rvm_hmac_key_wipe(struct rvm_hmac_key *key)
{
	memzero_explicit(key, sizeof(*key));
}

void rvm_hmac(const struct rvm_hmac_key *key, const void *data, size_t len,
	      u8 out[RVM_SHA256_DIGEST_BYTES])
{
	struct rvm_sha256 ctx;

	rvm_sha256_resume(&ctx, key->inner, 1);
	rvm_sha256_update(&ctx, data, len);
	rvm_sha256_final(&ctx, out);
	rvm_sha256_resume(&ctx, key->outer, 1);
	rvm_sha256_update(&ctx, out, RVM_SHA256_DIGEST_BYTES);
	rvm_sha256_final(&ctx, out);
}
