// SPDX-License-Identifier: GPL-2.0-only
/* SHA-256 by the processor's instructions, by libcrypto, and by the portable code. */
#include "log/digest.h"
#include "log/tree.h"
#include "unit.h"

#define ROUNDS 20000
#define BLOCKS 9

static uint64_t seed = 12;

static uint64_t draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

static void fill(u8 *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bytes[i] = draw() >> 32;
}

static void all_ways_give_the_same_state(void)
{
	u8 data[BLOCKS * RVM_SHA256_BLOCK_BYTES + 7];
	u32 by[3][RVM_SHA256_WORDS];

	for (int i = 0; i < ROUNDS; i++) {
		size_t at = draw() % 8, blocks = draw() % (BLOCKS + 1);

		fill(data, sizeof(data));
		fill((u8 *)by[0], sizeof(by[0]));
		memcpy(by[1], by[0], sizeof(by[0]));
		memcpy(by[2], by[0], sizeof(by[0]));
		digest_compress(by[0], data + at, blocks);
		digest_compress_plain(by[1], data + at, blocks);
		rvm_sha256_compress(by[2], data + at, blocks);
		if (!EXPECT_MEM(by[0], by[2], sizeof(by[0])) ||
		    !EXPECT_MEM(by[1], by[2], sizeof(by[0])))
			return;
	}
}

static void two_streams_are_as_two_times_one(void)
{
	u8 data[2][BLOCKS * RVM_SHA256_BLOCK_BYTES];
	u32 two[2][RVM_SHA256_WORDS], one[2][RVM_SHA256_WORDS];

	for (int i = 0; i < ROUNDS / 4; i++) {
		size_t blocks = draw() % (BLOCKS + 1);

		fill(data[0], sizeof(data));
		fill((u8 *)two, sizeof(two));
		memcpy(one, two, sizeof(one));
		digest_compress_two(two[0], data[0], two[1], data[1], blocks);
		rvm_sha256_compress(one[0], data[0], blocks);
		rvm_sha256_compress(one[1], data[1], blocks);
		if (!EXPECT_MEM(two, one, sizeof(one)))
			return;
	}
}

static u32 fold(const u32 *state)
{
	u32 all = 0;

	for (int i = 0; i < RVM_SHA256_WORDS; i++)
		all ^= state[i];
	return all;
}

/* As kmod/lib/log/chain.h has it. */
static void records_are_hashed_as_chain_and_as_file(void)
{
	u8 raw[BLOCKS][RVM_RECORD_BYTES], block[RVM_SHA256_BLOCK_BYTES], aux[8];
	u32 folds[BLOCKS], chain[RVM_SHA256_WORDS], file[RVM_SHA256_WORDS];
	struct digest_records d;

	for (int i = 0; i < ROUNDS / 4; i++) {
		size_t n = draw() % (BLOCKS + 1);

		fill(raw[0], sizeof(raw));
		fill((u8 *)&d, sizeof(d));
		memcpy(chain, d.chain, sizeof(chain));
		memcpy(file, d.file, sizeof(file));
		memcpy(aux, d.aux, sizeof(aux));
		digest_records(&d, raw[0], n, folds);
		rvm_sha256_compress(file, raw[0], n);
		for (size_t k = 0; k < n; k++) {
			memset(block, 0, sizeof(block));
			memcpy(block, raw[k], 48);
			memcpy(block + 48, aux, sizeof(aux));
			rvm_sha256_compress(chain, block, 1);
			memcpy(aux, raw[k] + 52, sizeof(aux));
			EXPECT_EQ(folds[k], fold(chain));
		}
		if (!EXPECT_MEM(d.chain, chain, sizeof(chain)) ||
		    !EXPECT_MEM(d.file, file, sizeof(file)) || !EXPECT_MEM(d.aux, aux, sizeof(aux)))
			return;
	}
}

static void two_leaves_are_as_two_times_one(void)
{
	struct tree_pair pair;
	uint8_t hash[2][32], want[32];

	for (size_t len = 0; len <= TREE_PAIR_BYTES; len++) {
		tree_pair_init(&pair, len);
		fill(pair.message[0] + 1, len);
		fill(pair.message[1] + 1, len);
		tree_pair_hash(&pair, hash);
		for (int i = 0; i < 2; i++) {
			SHA256(pair.message[i], 1 + len, want);
			if (!EXPECT_MEM(hash[i], want, sizeof(want)))
				return;
		}
	}
}

static void leaves_are_digests(void)
{
	u8 data[1100] = { 0 }, want[32], hash[32];

	fill(data + 1, sizeof(data) - 1);
	for (size_t len = 0; len < sizeof(data); len++) {
		tree_leaf(data + 1, len, hash);
		SHA256(data, len + 1, want);
		if (!EXPECT_MEM(hash, want, sizeof(want)))
			return;
	}
}

int main(void)
{
	RUN(all_ways_give_the_same_state);
	RUN(two_streams_are_as_two_times_one);
	RUN(records_are_hashed_as_chain_and_as_file);
	RUN(leaves_are_digests);
	RUN(two_leaves_are_as_two_times_one);
	return unit_done();
}
