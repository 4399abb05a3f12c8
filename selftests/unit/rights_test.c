// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "lib/model/rights.h"
#include "unit.h"
#include "vectors.h"

/* clang-format off */
static const struct {
	u32 right;
	const char *name;
} rights[] = {
	{ 0x01, "READ" },
	{ 0x02, "WRITE" },
	{ 0x04, "GRANT" },
	{ 0x08, "REVOKE" },
	{ 0x10, "EXECUTE" },
	{ 0x20, "PROVE" },
	{ 0x40, "GRANT_ONCE" },
};

/* clang-format on */

static void rights_have_the_bits_and_names_of_rvm(void)
{
	size_t i;

	EXPECT_EQ(ARRAY_SIZE(rights), RVM_RIGHTS_COUNT);
	for (i = 0; i < ARRAY_SIZE(rights); i++) {
		EXPECT_STR(rvm_right_name(rights[i].right), rights[i].name);
		EXPECT_EQ(rvm_right_parse(rights[i].name, strlen(rights[i].name)), rights[i].right);
	}
}

static void what_is_not_one_right_has_no_name(void)
{
	u32 mask;

	for (mask = 0; mask < 512; mask++) {
		bool one = mask && !(mask & (mask - 1)) && mask <= 0x40;

		if (!EXPECT_EQ(rvm_right_name(mask) != NULL, one))
			NOTE("mask 0x%x", mask);
	}
	EXPECT(!rvm_right_name(0x80000000));
}

static void names_are_matched_byte_for_byte(void)
{
	static const char *const wrong[] = { "",	  "read",	"Read",	 "READ ",
					     " READ",	  "REA",	"READS", "GRANT_",
					     "GRANT_ONC", "GRANT-ONCE", "ALL",	 "*" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		char *exact = unit_exact(wrong[i], strlen(wrong[i]));

		if (!EXPECT_EQ(rvm_right_parse(exact, strlen(wrong[i])), -EINVAL))
			NOTE("\"%s\"", wrong[i]);
		free(exact);
	}
	EXPECT_EQ(rvm_right_parse("READ\0", 5), -EINVAL);
	EXPECT_EQ(rvm_right_parse("GRANT_ONCE", 5), RVM_RIGHT_GRANT);
}

static void covering_means_subset(void)
{
	u32 held, wanted;

	for (held = 0; held < 256; held++) {
		EXPECT_EQ(rvm_rights_valid(held), held < 128);
		for (wanted = 0; wanted < 256; wanted++) {
			bool all = true;
			unsigned int bit;

			for (bit = 0; bit < 8; bit++) {
				if (wanted >> bit & 1 && !(held >> bit & 1))
					all = false;
			}
			if (!EXPECT_EQ(rvm_rights_cover(held, wanted), all))
				NOTE("held 0x%x, wanted 0x%x", held, wanted);
		}
	}
	EXPECT(!rvm_rights_valid(0x100));
}

static void tier_follows_the_strongest_right(void)
{
	static const u8 of_one[] = { 1, 2, 3, 3, 2, 3, 1 };
	u32 mask;

	EXPECT_EQ(rvm_rights_tier(0), 1);
	for (mask = 0; mask <= RVM_RIGHTS_ALL; mask++) {
		u8 tier = 1;
		unsigned int bit;

		for (bit = 0; bit < 7; bit++) {
			if (mask >> bit & 1 && of_one[bit] > tier)
				tier = of_one[bit];
		}
		if (!EXPECT_EQ(rvm_rights_tier(mask), tier))
			NOTE("mask 0x%x", mask);
	}
}

static void check_token_hash(const json_t *line)
{
	EXPECT(member_u64(line, "type") <= RVM_TOKEN_TYPE_COHERENCE);
	if (!EXPECT_EQ(rvm_token_hash(member_u64(line, "id"), (u32)member_u64(line, "epoch"),
				      (u8)member_u64(line, "rights")),
		       member_u64(line, "hash")))
		NOTE("id %s", member_str(line, "id"));
}

static void token_hashes_are_those_of_rvm(void)
{
	EXPECT(vectors_each("token_hash.jsonl", check_token_hash) > 0);
	EXPECT_EQ(rvm_token_hash(1, 0, 0x03), 0x03000001);
	EXPECT_EQ(rvm_token_hash(42, 0, 0x23), 0x2300002a);
	EXPECT_EQ(rvm_token_hash(0x100000001, 5, 0x7f), 0x7f000005);
}

static void token_types_have_the_numbers_of_rvm(void)
{
	static const char *const types[] = { "Partition", "Region",    "CommEdge",
					     "Device",	  "Scheduler", "WitnessLog",
					     "Proof",	  "Vcpu",      "Coherence" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		EXPECT_STR(rvm_token_type_name(i), types[i]);
	EXPECT(!rvm_token_type_name(ARRAY_SIZE(types)));
	EXPECT(!rvm_token_type_name(U32_MAX));
	EXPECT_EQ(RVM_TOKEN_TYPE_PARTITION, 0);
	EXPECT_EQ(RVM_TOKEN_TYPE_WITNESS_LOG, 5);
	EXPECT_EQ(RVM_TOKEN_TYPE_COHERENCE, 8);
}

int main(void)
{
	RUN(rights_have_the_bits_and_names_of_rvm);
	RUN(what_is_not_one_right_has_no_name);
	RUN(names_are_matched_byte_for_byte);
	RUN(covering_means_subset);
	RUN(tier_follows_the_strongest_right);
	RUN(token_hashes_are_those_of_rvm);
	RUN(token_types_have_the_numbers_of_rvm);
	return unit_done();
}
