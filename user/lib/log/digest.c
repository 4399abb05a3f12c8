// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compressions of SHA-256 (FIPS 180-4), with the processor's instructions.
 *
 * Libraries hash whole messages.  A chain needs the state after each block, and records are
 * hashed in several ways: so two streams are advanced side by side.  Each round waits for
 * the one before it, so that two streams take little longer than one.
 */
#include "log/digest.h"

#ifdef __x86_64__

#include <cpuid.h>
#include <immintrin.h>

#define SHA_CODE __attribute__((target("sha,sse4.1")))
#define STEPS 16

/* By four rounds. */
static const u32 constants[4 * STEPS] __attribute__((aligned(16))) = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

/* One stream.  The instructions want the words of the state as (f e b a) and (h g d c). */
struct stream {
	__m128i feba, hgdc;
	__m128i words[4];
};

SHA_CODE static inline void load(struct stream *s, const u32 state[RVM_SHA256_WORDS])
{
	__m128i dcba = _mm_loadu_si128((const __m128i *)state);
	__m128i hgfe = _mm_loadu_si128((const __m128i *)(state + 4));
	__m128i abcd = _mm_shuffle_epi32(dcba, 0x1b), efgh = _mm_shuffle_epi32(hgfe, 0x1b);

	s->feba = _mm_unpackhi_epi64(efgh, abcd);
	s->hgdc = _mm_unpacklo_epi64(efgh, abcd);
}

SHA_CODE static inline void store(const struct stream *s, u32 state[RVM_SHA256_WORDS])
{
	__m128i abcd = _mm_unpackhi_epi64(s->hgdc, s->feba);
	__m128i efgh = _mm_unpacklo_epi64(s->hgdc, s->feba);

	_mm_storeu_si128((__m128i *)state, _mm_shuffle_epi32(abcd, 0x1b));
	_mm_storeu_si128((__m128i *)(state + 4), _mm_shuffle_epi32(efgh, 0x1b));
}

SHA_CODE static inline __m128i swap(__m128i raw)
{
	return _mm_shuffle_epi8(raw, _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

SHA_CODE static inline void take_words(struct stream *s, const u8 *block)
{
	for (unsigned int i = 0; i < 4; i++)
		s->words[i] = swap(_mm_loadu_si128((const __m128i *)(block + 16 * i)));
}

/* The four words of the schedule that the fourth step after @step takes. */
SHA_CODE static inline void expand(struct stream *s, unsigned int step)
{
	__m128i *first = &s->words[step % 4];
	__m128i last = s->words[(step + 3) % 4];
	__m128i nine = _mm_alignr_epi8(last, s->words[(step + 2) % 4], 4);
	__m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(*first, s->words[(step + 1) % 4]), nine);

	*first = _mm_sha256msg2_epu32(sum, last);
}

SHA_CODE static inline void step_four(struct stream *s, unsigned int step)
{
	__m128i k = _mm_load_si128((const __m128i *)(constants + 4 * step));
	__m128i sum = _mm_add_epi32(s->words[step % 4], k);

	s->hgdc = _mm_sha256rnds2_epu32(s->hgdc, s->feba, sum);
	s->feba = _mm_sha256rnds2_epu32(s->feba, s->hgdc, _mm_shuffle_epi32(sum, 0x0e));
	if (step < STEPS - 4)
		expand(s, step);
}

SHA_CODE static inline void add(struct stream *s, const struct stream *before)
{
	s->feba = _mm_add_epi32(s->feba, before->feba);
	s->hgdc = _mm_add_epi32(s->hgdc, before->hgdc);
}

SHA_CODE static void compress_one(u32 *state, const u8 *data, size_t blocks)
{
	struct stream s;

	load(&s, state);
	for (; blocks; blocks--, data += RVM_SHA256_BLOCK_BYTES) {
		struct stream before = s;

		take_words(&s, data);
#pragma GCC unroll 16
		for (unsigned int step = 0; step < STEPS; step++)
			step_four(&s, step);
		add(&s, &before);
	}
	store(&s, state);
}

SHA_CODE static inline void step_both(struct stream *l, struct stream *r)
{
	struct stream before_l = *l, before_r = *r;

#pragma GCC unroll 16
	for (unsigned int step = 0; step < STEPS; step++) {
		step_four(l, step);
		step_four(r, step);
	}
	add(l, &before_l);
	add(r, &before_r);
}

SHA_CODE static void compress_both(u32 *left, const u8 *left_data, u32 *right, const u8 *right_data,
				   size_t blocks)
{
	struct stream l, r;

	load(&l, left);
	load(&r, right);
	for (; blocks; blocks--) {
		take_words(&l, left_data);
		take_words(&r, right_data);
		step_both(&l, &r);
		left_data += RVM_SHA256_BLOCK_BYTES;
		right_data += RVM_SHA256_BLOCK_BYTES;
	}
	store(&l, left);
	store(&r, right);
}

/* All eight words. */
SHA_CODE static inline u32 fold(const struct stream *s)
{
	__m128i x = _mm_xor_si128(s->feba, s->hgdc);

	x = _mm_xor_si128(x, _mm_shuffle_epi32(x, 0x4e));
	x = _mm_xor_si128(x, _mm_shuffle_epi32(x, 0xb1));
	return _mm_cvtsi128_si32(x);
}

SHA_CODE static void follow_records(struct digest_records *d, const u8 *raw, size_t n, u32 *folds)
{
	__m128i aux = swap(_mm_loadl_epi64((const __m128i *)d->aux));
	struct stream chain, file;

	load(&chain, d->chain);
	load(&file, d->file);
	for (size_t i = 0; i < n; i++, raw += RVM_RECORD_BYTES) {
		take_words(&file, raw);
		memcpy(chain.words, file.words, 3 * sizeof(*chain.words));
		chain.words[3] = aux;
		/* Its aux is words 1 and 2 of the last four. */
		aux = _mm_shuffle_epi32(_mm_slli_si128(_mm_srli_si128(file.words[3], 4), 8), 0x4e);
		step_both(&chain, &file);
		folds[i] = fold(&chain);
	}
	store(&chain, d->chain);
	store(&file, d->file);
}

static bool look_for_sha(void)
{
	unsigned int a, b, c, d;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSE4_1) || !(c & bit_SSSE3))
		return false;
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & bit_SHA;
}

static bool has_sha(void)
{
	/* Two threads that ask at once get the same answer. */
	static _Atomic int known;

	if (!known)
		known = look_for_sha() ? 1 : -1;
	return known > 0;
}

#else

#define has_sha() false
#define compress_one(...) ((void)0)
#define compress_both(...) ((void)0)
#define follow_records(...) ((void)0)

#endif

void digest_compress_plain(u32 state[RVM_SHA256_WORDS], const u8 *data, size_t blocks)
{
	SHA256_CTX ctx;

	_Static_assert(sizeof(ctx.h) == RVM_SHA256_WORDS * sizeof(u32), "SHA256_CTX");
	memcpy(ctx.h, state, sizeof(ctx.h));
	for (; blocks; blocks--, data += RVM_SHA256_BLOCK_BYTES)
		SHA256_Transform(&ctx, data);
	memcpy(state, ctx.h, sizeof(ctx.h));
}

void digest_compress(u32 state[RVM_SHA256_WORDS], const u8 *data, size_t blocks)
{
	if (has_sha())
		compress_one(state, data, blocks);
	else
		digest_compress_plain(state, data, blocks);
}

void digest_compress_two(u32 *left, const u8 *left_data, u32 *right, const u8 *right_data,
			 size_t blocks)
{
	if (has_sha()) {
		compress_both(left, left_data, right, right_data, blocks);
		return;
	}
	digest_compress_plain(left, left_data, blocks);
	digest_compress_plain(right, right_data, blocks);
}

static u32 fold_words(const u32 state[RVM_SHA256_WORDS])
{
	u32 all = 0;

	for (unsigned int i = 0; i < RVM_SHA256_WORDS; i++)
		all ^= state[i];
	return all;
}

static void follow_slowly(struct digest_records *d, const u8 *raw, size_t n, u32 *folds)
{
	u8 block[RVM_SHA256_BLOCK_BYTES] = { 0 };

	digest_compress_plain(d->file, raw, n);
	for (size_t i = 0; i < n; i++, raw += RVM_RECORD_BYTES) {
		const u8 *aux = i ? raw - RVM_RECORD_BYTES + RVM_RECORD_SIGNED_BYTES : d->aux;

		memcpy(block, raw, RVM_RECORD_CHAINED_BYTES);
		memcpy(block + RVM_RECORD_CHAINED_BYTES, aux, sizeof(d->aux));
		digest_compress_plain(d->chain, block, 1);
		folds[i] = fold_words(d->chain);
	}
}

void digest_records(struct digest_records *d, const u8 *raw, size_t n, u32 *folds)
{
	if (!n)
		return;
	if (has_sha())
		follow_records(d, raw, n, folds);
	else
		follow_slowly(d, raw, n, folds);
	memcpy(d->aux, raw + (n - 1) * RVM_RECORD_BYTES + RVM_RECORD_SIGNED_BYTES, sizeof(d->aux));
}
