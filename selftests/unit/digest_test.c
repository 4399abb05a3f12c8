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
	RUN(leaves_are_digests);
	return unit_done();
}
