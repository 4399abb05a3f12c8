// SPDX-License-Identifier: GPL-2.0-only
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "lib/log/sha256.h"
#include "unit.h"
#include "vectors.h"

#define LONGEST 4096

struct answer {
	const char *text;
	const char *digest;
};

/* FIPS 180-2 appendix B, and the examples that go with FIPS 180-4. */
/* clang-format off */
static const struct answer answers[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
	  "mnopqrstnopqrstu",
	  "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
};

/* clang-format on */

static void expect_digest(const u8 *digest, const char *hex)
{
	u8 expected[32];

	EXPECT_EQ(unhex(hex, expected, sizeof(expected)), 32);
	EXPECT_MEM(digest, expected, 32);
}

static void known_digests_of_the_standard_come_out(void)
{
	struct rvm_sha256 ctx;
	char thousand[1000];
	u8 digest[32];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		rvm_sha256(answers[i].text, strlen(answers[i].text), digest);
		expect_digest(digest, answers[i].digest);
	}
	memset(thousand, 'a', sizeof(thousand));
	rvm_sha256_init(&ctx);
	for (i = 0; i < 1000; i++)
		rvm_sha256_update(&ctx, thousand, sizeof(thousand));
	rvm_sha256_final(&ctx, digest);
	expect_digest(digest, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* clang-format off */
/* RFC 4231; data and keys in hex, a trailing count repeats the one byte. */
static const struct {
	const char *key;
	unsigned int key_times;
	const char *data;
	unsigned int data_times;
	const char *code;
	size_t shown;
} hmacs[] = {
	{ "0b", 20, "4869205468657265", 1,
	  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7", 32 },
	{ "4a656665", 1, "7768617420646f2079612077616e7420666f72206e6f7468696e673f", 1,
	  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", 32 },
	{ "aa", 20, "dd", 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
	  32 },
	{ "0102030405060708090a0b0c0d0e0f10111213141516171819", 1, "cd", 50,
	  "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b", 32 },
	{ "0c", 20, "546573742057697468205472756e636174696f6e", 1,
	  "a3b6167473100ee06e0c796c2955552b", 16 },
	{ "aa", 131,
	  "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368"
	  "204b6579204669727374",
	  1, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54", 32 },
	{ "aa", 131,
	  "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a"
	  "65206b657920616e642061206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865"
	  "206b6579206e6565647320746f20626520686173686564206265666f7265206265696e672075736564206279"
	  "2074686520484d414320616c676f726974686d2e",
	  1, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2", 32 },
};

/* clang-format on */

static size_t repeat(const char *hex, unsigned int times, u8 *out, size_t room)
{
	size_t one = unhex(hex, out, room);
	size_t n = one;

	while (--times) {
		memcpy(out + n, out, one);
		n += one;
	}
	return n;
}

static void known_codes_of_rfc_4231_come_out(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hmacs); i++) {
		struct rvm_hmac_key key;
		u8 expected[32];
		u8 bytes[256];
		u8 code[32];
		size_t n;

		n = repeat(hmacs[i].key, hmacs[i].key_times, bytes, sizeof(bytes));
		rvm_hmac_key_init(&key, bytes, n);
		n = repeat(hmacs[i].data, hmacs[i].data_times, bytes, sizeof(bytes));
		rvm_hmac(&key, bytes, n, code);
		EXPECT_EQ(unhex(hmacs[i].code, expected, sizeof(expected)), hmacs[i].shown);
		if (!EXPECT_MEM(code, expected, hmacs[i].shown))
			NOTE("test case %zu", i + 1);
	}
}

static void check_against_libcrypto(size_t len)
{
	u8 *data = malloc(len ? len : 1);
	u8 expected[32];
	u8 digest[32];

	unit_random_fill(data, len);
	SHA256(data, len, expected);
	rvm_sha256(data, len, digest);
	if (!EXPECT_MEM(digest, expected, 32))
		NOTE("%zu bytes", len);
	free(data);
}

static void digests_of_all_short_and_many_long_inputs_equal_libcryptos(void)
{
	size_t i;

	for (i = 0; i <= 1024; i++)
		check_against_libcrypto(i);
	for (i = 0; i < 2000; i++)
		check_against_libcrypto((size_t)(unit_random() >> 32) % 65536);
}

static void codes_under_keys_of_all_lengths_equal_libcryptos(void)
{
	size_t key_len;

	for (key_len = 0; key_len <= 200; key_len++) {
		unsigned int round;

		for (round = 0; round < 20; round++) {
			size_t len = (size_t)(unit_random() >> 32) % 300;
			struct rvm_hmac_key key;
			u8 expected[32];
			u8 bytes[200];
			u8 data[300];
			u8 code[32];

			unit_random_fill(bytes, key_len);
			unit_random_fill(data, len);
			rvm_hmac_key_init(&key, key_len ? bytes : NULL, key_len);
			rvm_hmac(&key, data, len, code);
			HMAC(EVP_sha256(), bytes, (int)key_len, data, len, expected, NULL);
			if (!EXPECT_MEM(code, expected, 32))
				NOTE("key of %zu bytes, data of %zu", key_len, len);
		}
	}
}

static void cutting_the_input_anywhere_makes_no_difference(void)
{
	unsigned int round;

	for (round = 0; round < 3000; round++) {
		size_t len = (size_t)(unit_random() >> 32) % LONGEST;
		struct rvm_sha256 ctx;
		u8 data[LONGEST];
		u8 expected[32];
		u8 digest[32];
		size_t done = 0;

		unit_random_fill(data, len);
		SHA256(data, len, expected);
		rvm_sha256_init(&ctx);
		while (done < len) {
			size_t most = round % 2 ? 200 : 70;
			size_t part = (size_t)(unit_random() >> 32) % most;

			if (part > len - done)
				part = len - done;
			rvm_sha256_update(&ctx, data + done, part);
			done += part;
		}
		rvm_sha256_update(&ctx, NULL, 0);
		rvm_sha256_final(&ctx, digest);
		if (!EXPECT_MEM(digest, expected, 32))
			NOTE("%zu bytes", len);
	}
}

static void a_hash_can_go_on_from_the_state_after_whole_blocks(void)
{
	u8 data[LONGEST];
	size_t blocks;

	unit_random_fill(data, sizeof(data));
	for (blocks = 0; blocks <= LONGEST / 64; blocks++) {
		u32 state[8];
		struct rvm_sha256 ctx;
		u8 expected[32];
		u8 digest[32];

		memcpy(state, rvm_sha256_iv, sizeof(state));
		rvm_sha256_compress(state, data, blocks / 2);
		rvm_sha256_compress(state, data + 64 * (blocks / 2), blocks - blocks / 2);
		rvm_sha256_resume(&ctx, state, blocks);
		rvm_sha256_update(&ctx, data + 64 * blocks, sizeof(data) - 64 * blocks);
		rvm_sha256_final(&ctx, digest);
		SHA256(data, sizeof(data), expected);
		EXPECT_MEM(digest, expected, 32);
	}
}

static void inputs_at_odd_addresses_are_read_right(void)
{
	u8 data[64 * 3 + 16];
	size_t shift;

	unit_random_fill(data, sizeof(data));
	for (shift = 0; shift < 16; shift++) {
		u8 expected[32];
		u8 digest[32];

		SHA256(data + shift, 64 * 3, expected);
		rvm_sha256(data + shift, 64 * 3, digest);
		EXPECT_MEM(digest, expected, 32);
	}
}

static void nothing_is_read_or_written_beyond_the_buffers(void)
{
	size_t len;

	for (len = 0; len < 200; len++) {
		u8 *data = malloc(len ? len : 1);
		u8 *digest = malloc(32);
		struct rvm_hmac_key *key = malloc(sizeof(*key));

		unit_random_fill(data, len);
		rvm_sha256(data, len, digest);
		rvm_hmac_key_init(key, data, len);
		rvm_hmac(key, data, len, digest);
		free(data);
		free(digest);
		free(key);
	}
}

static void ended_hashes_and_wiped_keys_are_zero(void)
{
	static const u8 zero[sizeof(struct rvm_sha256)];
	struct rvm_sha256 ctx;
	struct rvm_hmac_key key;
	u8 digest[32];

	rvm_sha256_init(&ctx);
	rvm_sha256_update(&ctx, "secret", 6);
	rvm_sha256_final(&ctx, digest);
	EXPECT_MEM(&ctx, zero, sizeof(ctx));
	rvm_hmac_key_init(&key, "secret", 6);
	EXPECT(memcmp(&key, zero, sizeof(key)));
	rvm_hmac_key_wipe(&key);
	EXPECT_MEM(&key, zero, sizeof(key));
}

int main(void)
{
	RUN(known_digests_of_the_standard_come_out);
	RUN(known_codes_of_rfc_4231_come_out);
	RUN(digests_of_all_short_and_many_long_inputs_equal_libcryptos);
	RUN(codes_under_keys_of_all_lengths_equal_libcryptos);
	RUN(cutting_the_input_anywhere_makes_no_difference);
	RUN(a_hash_can_go_on_from_the_state_after_whole_blocks);
	RUN(inputs_at_odd_addresses_are_read_right);
	RUN(nothing_is_read_or_written_beyond_the_buffers);
	RUN(ended_hashes_and_wiped_keys_are_zero);
	return unit_done();
}
