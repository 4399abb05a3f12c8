// SPDX-License-Identifier: GPL-2.0-only
#include "lib/model/claim.h"
#include "unit.h"
#include "vectors.h"

#define MAX_CLAIMS 64
#define NOW 1700000000

static void fill_claim(struct rvm_claim *claim, const json_t *from)
{
	const json_t *capability = member(from, "capability");
	const json_t *resource = json_object_get(from, "resource");

	memset(claim, 0, sizeof(*claim));
	claim->cap_len = json_string_length(capability);
	claim->capability = unit_exact(json_string_value(capability), claim->cap_len);
	claim->expires_at = (s64)json_integer_value(member(from, "expires_at"));
	if (!resource || json_is_null(resource))
		return;
	claim->has_resource = true;
	claim->res_len = json_string_length(resource);
	claim->resource = unit_exact(json_string_value(resource), claim->res_len);
}

static size_t allowed;
static size_t denied;

static void check_case(const json_t *line)
{
	const json_t *list = member(line, "claims");
	const json_t *capability = member(line, "capability");
	const json_t *resource = member(line, "resource");
	size_t n = json_array_size(list);
	struct rvm_claim claims[MAX_CLAIMS];
	enum rvm_claim_verdict verdict;
	size_t rlen = json_string_length(resource);
	size_t len = json_string_length(capability);
	char *cap = unit_exact(json_string_value(capability), len);
	char *res = json_is_null(resource) ? NULL : unit_exact(json_string_value(resource), rlen);
	bool allow = !strcmp(member_str(line, "rust"), "allow");
	size_t which = SIZE_MAX;
	size_t i;

	if (!EXPECT(n <= MAX_CLAIMS))
		return;
	for (i = 0; i < n; i++)
		fill_claim(&claims[i], json_array_get(list, i));

	verdict = rvm_claim_check(claims, n, cap, len, res, rlen,
				  (s64)json_integer_value(member(line, "now")), &which);
	if (!EXPECT_EQ(verdict == RVM_CLAIM_ALLOW, allow) ||
	    !EXPECT_STR(rvm_claim_reason(verdict), member_str(line, "rust_reason")) ||
	    !EXPECT_EQ(which < n, allow))
		NOTE("%s", member_str(line, "note"));
	allowed += allow;
	denied += !allow;

	for (i = 0; i < n; i++) {
		free((void *)claims[i].capability);
		free((void *)claims[i].resource);
	}
	free(cap);
	free(res);
}

static void all_68_verdicts_are_those_of_the_kernel(void)
{
	allowed = 0;
	denied = 0;
	EXPECT_EQ(corpus_each_line("authz/check.jsonl", check_case), 68);
	NOTE("%zu allowed, %zu denied", allowed, denied);
	EXPECT(allowed > 0);
	EXPECT(denied > 0);
}

struct name_row {
	const char *rule;
	const char *name; /* NULL: the request has none */
	bool capability;
	bool resource;
};

/* The separator is "." for one and "/" for the other; each rule is tried with both. */
/* clang-format off */
static const struct name_row names[] = {
	{ "*", "", true, true },
	{ "*", "x", true, true },
	{ "a", "a", true, true },
	{ "a", "A", false, false },
	{ "a", "ab", false, false },
	{ "ab", "a", false, false },
	{ "", "", true, true },
	{ "", "a", false, false },
	{ "a.*", "a.b", true, false },
	{ "a.*", "a.", true, false },
	{ "a.*", "a.b.c", true, false },
	{ "a.*", "a", false, false },
	{ "a.*", "ax", false, false },
	{ "a.*", "a.*", true, true },
	{ "a/*", "a/b", false, true },
	{ "a/*", "a/", false, true },
	{ "a/*", "a/b/../c", false, true },
	{ "a/*", "a", false, false },
	{ "a/*", "ax", false, false },
	{ "a/*", "A/b", false, false },
	{ ".*", ".a", true, false },
	{ ".*", "a", false, false },
	{ "/*", "/a", false, true },
	{ "/*", "a", false, false },
	{ "*.*", "*.a", true, false },
	{ "*.*", "a.a", false, false },
	{ "*/*", "*/a", false, true },
	{ "*/*", "a/a", false, false },
	{ "a*", "ab", false, false },
	{ "*a", "ba", false, false },
	{ "**", "x", false, false },
	{ "a.**", "a.x", false, false },
	{ "a/**", "a/x", false, false },
	{ "a/*/c", "a/b/c", false, false },
};

/* clang-format on */

static void each_rule_of_names_holds(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		size_t rule_len = strlen(names[i].rule);
		size_t len = strlen(names[i].name);
		char *rule = unit_exact(names[i].rule, rule_len);
		char *name = unit_exact(names[i].name, len);

		if (!EXPECT_EQ(rvm_capability_covers(rule, rule_len, name, len),
			       names[i].capability) ||
		    !EXPECT_EQ(rvm_name_covers(rule, rule_len, name, len), names[i].resource))
			NOTE("\"%s\" covers \"%s\"", names[i].rule, names[i].name);
		free(rule);
		free(name);
	}
}

static void a_missing_name_is_covered_by_nothing(void)
{
	EXPECT(!rvm_name_covers("*", 1, NULL, 0));
	EXPECT(!rvm_name_covers("", 0, NULL, 0));
	EXPECT(!rvm_name_covers("a/*", 3, NULL, 0));
}

static void a_nul_is_a_byte_like_others(void)
{
	EXPECT(!rvm_name_covers("a\0b", 3, "a", 1));
	EXPECT(!rvm_name_covers("a", 1, "a\0", 2));
	EXPECT(rvm_name_covers("a\0b", 3, "a\0b", 3));
	EXPECT(!rvm_name_covers("a\0b", 3, "a\0c", 3));
	EXPECT(rvm_name_covers("a\0/*", 4, "a\0/x", 4));
	EXPECT(!rvm_capability_covers("*\0", 2, "x", 1));
}

static struct rvm_claim claim_of(const char *capability, const char *resource, s64 expires_at)
{
	return (struct rvm_claim){
		.capability = capability,
		.cap_len = strlen(capability),
		.resource = resource,
		.res_len = resource ? strlen(resource) : 0,
		.has_resource = resource,
		.expires_at = expires_at,
	};
}

static void the_first_claim_that_fits_is_named(void)
{
	/* clang-format off */
	const struct rvm_claim claims[] = {
		/* Expired from now on. */
		claim_of("a.read", NULL, NOW),
		claim_of("a.write", NULL, NOW + 1),
		claim_of("a.read", "ns/x", NOW + 1),
		claim_of("a.*", NULL, NOW + 1),
		claim_of("*", NULL, NOW + 1),
	};
	/* clang-format on */
	size_t which = 99;

	EXPECT_EQ(rvm_claim_check(claims, 5, "a.read", 6, "ns/x", 4, NOW, &which), RVM_CLAIM_ALLOW);
	EXPECT_EQ(which, 2);
	EXPECT_EQ(rvm_claim_check(claims, 5, "a.read", 6, "ns/y", 4, NOW, &which), RVM_CLAIM_ALLOW);
	EXPECT_EQ(which, 3);
	EXPECT_EQ(rvm_claim_check(claims, 5, "a.read", 6, NULL, 0, NOW - 1, &which),
		  RVM_CLAIM_ALLOW);
	EXPECT_EQ(which, 0);
	EXPECT_EQ(rvm_claim_check(claims, 5, "b", 1, NULL, 0, NOW, NULL), RVM_CLAIM_ALLOW);
	which = 99;
	EXPECT_EQ(rvm_claim_check(claims, 4, "b", 1, NULL, 0, NOW, &which), RVM_CLAIM_NO_MATCH);
	EXPECT_EQ(rvm_claim_check(NULL, 0, "b", 1, NULL, 0, NOW, &which), RVM_CLAIM_NO_CLAIMS);
	EXPECT_EQ(which, 99);
}

static void time_is_signed_and_inclusive(void)
{
	const struct rvm_claim zero = claim_of("*", NULL, 0);
	const struct rvm_claim never = claim_of("*", NULL, S64_MAX);
	const struct rvm_claim past = claim_of("*", NULL, S64_MIN);

	EXPECT_EQ(rvm_claim_check(&zero, 1, "x", 1, NULL, 0, -1, NULL), RVM_CLAIM_ALLOW);
	EXPECT_EQ(rvm_claim_check(&zero, 1, "x", 1, NULL, 0, 0, NULL), RVM_CLAIM_NO_MATCH);
	EXPECT_EQ(rvm_claim_check(&never, 1, "x", 1, NULL, 0, S64_MAX - 1, NULL), RVM_CLAIM_ALLOW);
	EXPECT_EQ(rvm_claim_check(&never, 1, "x", 1, NULL, 0, S64_MAX, NULL), RVM_CLAIM_NO_MATCH);
	EXPECT_EQ(rvm_claim_check(&past, 1, "x", 1, NULL, 0, S64_MIN, NULL), RVM_CLAIM_NO_MATCH);
}

int main(void)
{
	RUN(all_68_verdicts_are_those_of_the_kernel);
	RUN(each_rule_of_names_holds);
	RUN(a_missing_name_is_covered_by_nothing);
	RUN(a_nul_is_a_byte_like_others);
	RUN(the_first_claim_that_fits_is_named);
	RUN(time_is_signed_and_inclusive);
	return unit_done();
}
