// SPDX-License-Identifier: GPL-2.0-only
/* The compression of SHA-256 (FIPS 180-4), block by block. */
#include "log/digest.h"

void digest_compress_plain(u32 state[RVM_SHA256_WORDS], const u8 *data, size_t blocks)
{
	SHA256_CTX ctx;

	_Static_assert(sizeof(ctx.h) == RVM_SHA256_WORDS * sizeof(u32), "SHA256_CTX");
	memcpy(ctx.h, state, sizeof(ctx.h));
	for (; blocks; blocks--, data += RVM_SHA256_BLOCK_BYTES)
		SHA256_Transform(&ctx, data);
	memcpy(state, ctx.h, sizeof(ctx.h));
}

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>

/* clang-format off */
static const u32 constants[64] __attribute__((aligned(16))) = {
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

/* The instructions keep the words as ABEF and CDGH, the first one highest. */
__attribute__((target("sha,sse4.1"))) static void compress_sha(u32 state[RVM_SHA256_WORDS],
							       const u8 *data, size_t blocks)
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bULL, 0x0405060700010203ULL);
	__m128i dcba = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xb1);
	__m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1b);
	__m128i abef = _mm_alignr_epi8(dcba, hgfe, 8);
	__m128i cdgh = _mm_blend_epi16(hgfe, dcba, 0xf0);

	for (; blocks; blocks--, data += RVM_SHA256_BLOCK_BYTES) {
		const __m128i *words = (const __m128i *)data;
		__m128i abef_before = abef, cdgh_before = cdgh, w[4];

		for (int i = 0; i < 4; i++)
			w[i] = _mm_shuffle_epi8(_mm_loadu_si128(words + i), swap);
#pragma GCC unroll 16
		for (int i = 0; i < 16; i++) {
			__m128i sum = _mm_add_epi32(w[i % 4],
						    _mm_load_si128((const __m128i *)constants + i));

			cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
			abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
			if (i >= 12)
				continue;
			/* The four words 16 rounds on, in place of these. */
			sum = _mm_sha256msg1_epu32(w[i % 4], w[(i + 1) % 4]);
			sum = _mm_add_epi32(sum,
					    _mm_alignr_epi8(w[(i + 3) % 4], w[(i + 2) % 4], 4));
			w[i % 4] = _mm_sha256msg2_epu32(sum, w[(i + 3) % 4]);
		}
		abef = _mm_add_epi32(abef, abef_before);
		cdgh = _mm_add_epi32(cdgh, cdgh_before);
	}
	dcba = _mm_shuffle_epi32(abef, 0x1b);
	hgfe = _mm_shuffle_epi32(cdgh, 0xb1);
	_mm_storeu_si128((__m128i *)state, _mm_blend_epi16(dcba, hgfe, 0xf0));
	_mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(hgfe, dcba, 8));
}

static bool has_instructions(void)
{
	unsigned int a, b, c, d;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSE4_1))
		return false;
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & bit_SHA;
}

void digest_compress(u32 state[RVM_SHA256_WORDS], const u8 *data, size_t blocks)
{
	/* Two threads that ask at once get the same answer. */
	static _Atomic int known;

	if (!known)
		known = has_instructions() ? 1 : -1;
	if (known > 0)
		compress_sha(state, data, blocks);
	else
		digest_compress_plain(state, data, blocks);
}
#else
void digest_compress(u32 state[RVM_SHA256_WORDS], const u8 *data, size_t blocks)
{
	digest_compress_plain(state, data, blocks);
}
#endif
