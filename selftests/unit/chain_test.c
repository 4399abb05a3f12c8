// SPDX-License-Identifier: GPL-2.0-only
/* The parts of the witness log's chain, compared with libcrypto. */
#define OPENSSL_API_COMPAT 10101 /* the states between blocks are to be seen */
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "chain_log.h"
#include "log/chain_rvm.h"
#include "log/chain_verify.h"
#include "vectors.h"

/* Computed with Python's hashlib and hmac. */
static void three_given_records_give_the_known_hashes(void)
{
	static const struct {
		u32 prev_hash;
		u32 record_hash;
		const char *aux;
	} expected[2][3] = {
		{
			{ 0x00000000, 0x3407444a, "0000000000000000" },
			{ 0x3407444a, 0x519bdac3, "0000000000000000" },
			{ 0x519bdac3, 0x8ea3bbba, "0000000000000000" },
		},
		{
			{ 0x00000000, 0x3407444a, "099da09418c67941" },
			{ 0x3407444a, 0xfcdac11c, "234304c294f926c8" },
			{ 0xfcdac11c, 0xbc0a264d, "6f57a46cbf8821b4" },
		},
	};
	static const char *const heads[2] = {
		"1a387d545db1f415fffb21b210102497863711f5c7e813a06afb7f2a4f291ec2",
		"ab6daa66f2e8f493d4119ce59800d66735433f63a334024d70e1fc152cebbec7",
	};
	struct rvm_hmac_key key;
	u8 secret[32];
	size_t k, i;

	rvm_default_key(secret);
	rvm_hmac_key_init(&key, secret, sizeof(secret));
	for (k = 0; k < 2; k++) {
		struct rvm_chain chain;
		u8 bytes[32];
		u8 head[32];

		rvm_chain_init(&chain, NULL);
		for (i = 0; i < 3; i++) {
			struct rvm_record rec = {
				.sequence = i,
				.timestamp_ns = 1000 + i,
				.kind = 1,
				.tier = 1,
				.reserved = 0xaa,
				.actor = 1,
				.target = 100 + i,
				.payload = { 0, 1, 2, 3, 4, 5, 6, 7 },
				.aux = { 0xaa },
				.pad = 0xaa,
			};

			EXPECT_EQ(rvm_chain_append(&chain, &rec, k ? &key : NULL), 0);
			EXPECT_EQ(rec.prev_hash, expected[k][i].prev_hash);
			EXPECT_EQ(rec.record_hash, expected[k][i].record_hash);
			unhex(expected[k][i].aux, bytes, 8);
			EXPECT_MEM(rec.aux, bytes, 8);
			EXPECT_EQ(rec.reserved, 0);
			EXPECT_EQ(rec.pad, 0);
		}
		rvm_chain_head(&chain, head);
		unhex(heads[k], bytes, 32);
		EXPECT_MEM(head, bytes, 32);
	}
}

/* The block of record @i, put together from the exported bytes alone. */
static void block_of(const struct log *log, size_t i, u8 block[64])
{
	memset(block, 0, 64);
	memcpy(block, log->raw[i], 48);
	if (i)
		memcpy(block + 48, log->raw[i - 1] + 52, 8);
}

static u32 fold_ctx(const SHA256_CTX *ctx)
{
	u32 fold = 0;
	size_t i;

	for (i = 0; i < 8; i++)
		fold ^= ctx->h[i];
	return fold;
}

static void head_at_each_length_is_libcryptos_digest_of_the_blocks(void)
{
	size_t k, i;

	for (k = 0; k < ARRAY_SIZE(logs); k++) {
		const struct log *log = logs[k];
		SHA256_CTX ctx;

		SHA256_Init(&ctx);
		for (i = 0; i <= RECORDS; i++) {
			const struct rvm_chain *chain = &log->before[i].chain;
			struct rvm_chain kept = *chain;
			SHA256_CTX end = ctx;
			u8 expected[32];
			u8 block[64];
			u8 head[32];

			SHA256_Final(expected, &end);
			rvm_chain_head(chain, head);
			if (!EXPECT_MEM(head, expected, 32))
				NOTE("%s log, length %zu", name_of(log), i);
			EXPECT_MEM(&kept, chain, sizeof(kept));
			if (i == RECORDS)
				break;
			block_of(log, i, block);
			SHA256_Update(&ctx, block, sizeof(block));
		}
		EXPECT_MEM(log->end.state, ctx.h, sizeof(log->end.state));
	}
}

static void hashes_of_records_are_folds_of_libcryptos_states(void)
{
	size_t k, i;

	for (k = 0; k < ARRAY_SIZE(logs); k++) {
		SHA256_CTX ctx;

		SHA256_Init(&ctx);
		for (i = 0; i < RECORDS; i++) {
			const u8 *raw = logs[k]->raw[i];
			u8 block[64];

			EXPECT_EQ(rvm_le32_get(raw + 44), i ? fold_ctx(&ctx) : 0);
			block_of(logs[k], i, block);
			SHA256_Update(&ctx, block, sizeof(block));
			EXPECT_EQ(rvm_le32_get(raw + 48), fold_ctx(&ctx));
		}
	}
}

static void aux_is_libcryptos_hmac_of_bytes_0_to_51_or_zero(void)
{
	struct rvm_chain chain;
	struct rvm_hmac_key key;
	static const u8 zero[8];
	u8 secret[32];
	size_t i;

	unit_random_fill(secret, sizeof(secret));
	rvm_hmac_key_init(&key, secret, sizeof(secret));
	rvm_chain_init(&chain, NULL);
	for (i = 0; i < RECORDS; i++) {
		struct rvm_record rec;
		u8 expected[32];
		u8 raw[64];

		random_record(&rec, i);
		rvm_chain_append(&chain, &rec, &key);
		rvm_record_encode(&rec, raw);
		HMAC(EVP_sha256(), secret, sizeof(secret), raw, 52, expected, NULL);
		EXPECT_MEM(rec.aux, expected, 8);
		EXPECT(rvm_record_signed(raw, RVM_SIGNER_HMAC, &key));
		EXPECT_MEM(plain.raw[i] + 52, zero, 8);
	}
}

static unsigned int compressed;

static void counting_compress(u32 state[8], const u8 *data, size_t blocks)
{
	compressed += (unsigned int)blocks;
	rvm_sha256_compress(state, data, blocks);
}

static void one_compression_a_record_and_two_a_signature(void)
{
	struct rvm_chain chain;
	struct rvm_record rec;

	rvm_chain_init(&chain, counting_compress);
	compressed = 0;
	random_record(&rec, 0);
	rvm_chain_append(&chain, &rec, NULL);
	EXPECT_EQ(compressed, 1);
	random_record(&rec, 1);
	rvm_chain_append(&chain, &rec, &keyed.key);
	EXPECT_EQ(compressed, 4);
}

static void a_record_with_another_sequence_is_not_appended(void)
{
	struct rvm_chain chain = keyed.end;
	struct rvm_record rec, kept;
	static const u64 wrong[] = { 0, RECORDS - 1, RECORDS + 1, U64_MAX };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		random_record(&rec, wrong[i]);
		kept = rec;
		EXPECT_EQ(rvm_chain_append(&chain, &rec, NULL), -EINVAL);
		EXPECT_MEM(&rec, &kept, sizeof(rec));
		EXPECT_MEM(&chain, &keyed.end, sizeof(chain));
	}
}

static void the_next_key_is_libcryptos_hmac_of_the_label(void)
{
	static const char label[] = "rvm-witness-ratchet";
	struct rvm_hmac_key key, expected;
	u8 secret[32];
	unsigned int i;

	unit_random_fill(secret, sizeof(secret));
	rvm_hmac_key_init(&key, secret, sizeof(secret));
	for (i = 0; i < 100; i++) {
		u8 next[32];

		rvm_key_ratchet(&key);
		HMAC(EVP_sha256(), secret, sizeof(secret), (const u8 *)label, strlen(label), next,
		     NULL);
		memcpy(secret, next, sizeof(secret));
		rvm_hmac_key_init(&expected, secret, sizeof(secret));
		EXPECT_MEM(&key, &expected, sizeof(key));
	}
}

int main(void)
{
	RUN(logs_of_a_thousand_records_verify);
	RUN(three_given_records_give_the_known_hashes);
	RUN(head_at_each_length_is_libcryptos_digest_of_the_blocks);
	RUN(hashes_of_records_are_folds_of_libcryptos_states);
	RUN(aux_is_libcryptos_hmac_of_bytes_0_to_51_or_zero);
	RUN(one_compression_a_record_and_two_a_signature);
	RUN(a_record_with_another_sequence_is_not_appended);
	RUN(the_next_key_is_libcryptos_hmac_of_the_label);
	return unit_done();
}
