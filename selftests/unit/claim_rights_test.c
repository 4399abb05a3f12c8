// SPDX-License-Identifier: GPL-2.0-only
#include "grammar/claim_rights.h"
#include "lib/model/rights.h"
#include "unit.h"
#include "vectors.h"

#define R RVM_RIGHT_READ
#define W RVM_RIGHT_WRITE
#define G RVM_RIGHT_GRANT
#define V RVM_RIGHT_REVOKE
#define X RVM_RIGHT_EXECUTE
#define P RVM_RIGHT_PROVE
#define ONCE RVM_RIGHT_GRANT_ONCE
#define ALL RVM_RIGHTS_ALL

typedef void (*derive_t)(const char *s, size_t len, u8 *rights, u8 *tier);

/* Derive rights from memory that ends with the string. */
static void derive_exact(derive_t derive, const char *s, size_t len, u8 *rights, u8 *tier)
{
	char *exact = unit_exact(s, len);

	*rights = 0xff;
	*tier = 0xff;
	derive(exact, len, rights, tier);
	free(exact);
}

static void check_row(derive_t derive, const char *file, const json_t *text, const json_t *row)
{
	const json_t *names = member(row, "rights");
	u8 rights, tier;
	char tier_name[4] = "P?";
	size_t i, k = 0;

	derive_exact(derive, json_string_value(text), json_string_length(text), &rights, &tier);
	tier_name[1] = (char)('0' + tier);
	EXPECT_STR(tier_name, member_str(row, "proof_tier"));
	/* The names in the order of the bits are the list itself. */
	for (i = 0; i < RVM_RIGHTS_COUNT; i++) {
		if (!(rights & BIT(i)))
			continue;
		EXPECT_STR(rvm_right_name(BIT(i)), json_string_value(json_array_get(names, k)));
		k++;
	}
	if (!EXPECT_EQ(k, json_array_size(names)))
		NOTE("%s: \"%s\"", file, json_string_value(text));
}

static size_t rows;

static void check_claims(const char *file, const json_t *claims, const json_t *table)
{
	size_t i;

	EXPECT_EQ(json_array_size(claims), json_array_size(table));
	for (i = 0; i < json_array_size(claims); i++, rows++)
		check_row(rvm_derive_capability, file,
			  member(json_array_get(claims, i), "capability"),
			  json_array_get(table, i));
}

static void check_permissions(const char *file, const json_t *allow, const json_t *table)
{
	size_t i;

	EXPECT_EQ(json_array_size(allow), json_array_size(table));
	for (i = 0; i < json_array_size(allow); i++, rows++)
		check_row(rvm_derive_permission, file, json_array_get(allow, i),
			  json_array_get(table, i));
}

static void capabilities_of_the_corpus_give_the_rights_of_its_tables(void)
{
	rows = 0;
	EXPECT_EQ(corpus_each_pair("claims", ".claims.json", check_claims), 49);
	NOTE("%zu capabilities", rows);
	EXPECT(rows > 49);
}

static void permissions_of_the_corpus_give_the_rights_of_its_tables(void)
{
	rows = 0;
	EXPECT_EQ(corpus_each_pair("permissions", ".allow.json", check_permissions), 19);
	NOTE("%zu patterns", rows);
	EXPECT(rows > 19);
}

struct row {
	const char *text;
	size_t len;
	u8 rights;
};

/* clang-format off */
#define ROW(s, r) { s, sizeof(s) - 1, r }
/* clang-format on */

/* The rules and traps, one a row; tool.invoke.* comes before .prove and after .revoke. */
/* clang-format off */
static const struct row capabilities[] = {
	ROW("*", ALL),
	ROW("*.*", ALL),
	ROW("memory.read", R),
	ROW("memory.write", W),
	ROW("memory.grant", G),
	ROW("memory.revoke", V),
	ROW("memory.execute", X),
	ROW("memory.prove", P),
	ROW("memory.grant_once", ONCE),
	ROW("memory.*", R | W | X),
	ROW("memory", R),
	ROW("", R),
	ROW(".", R),
	ROW("tool.invoke.x.read", R),
	ROW("tool.invoke.x.write", W),
	ROW("tool.invoke.x.grant", G),
	ROW("tool.invoke.x.revoke", V),
	ROW("tool.invoke.x.execute", X),
	ROW("tool.invoke.x.prove", X),
	ROW("tool.invoke.x.grant_once", X),
	ROW("tool.invoke.x.*", X),
	ROW("tool.invoke.*", X),
	ROW("tool.invoke", X),
	ROW("tool.invoker.x", X),
	ROW("tool.invoke_all", X),
	ROW("tool.invok", R),
	ROW("a.tool.invoke", R),
	ROW("Tool.invoke.x", R),
	ROW("memory.READ", R),
	ROW("x.Grant", R),
	ROW("x.Write", R),
	ROW("write", R),
	ROW(".write", W),
	ROW("grant_once", R),
	ROW(".grant_once", ONCE),
	ROW("*.read", R),
	ROW("*.grant", G),
	ROW("*.*.*", R | W | X),
	ROW(".*", R | W | X),
	ROW("memory.*.*", R | W | X),
	ROW("**", R),
	ROW("* ", R),
	ROW(" *", R),
	ROW("*foo", R),
	ROW("*:*", R),
	ROW("memory*", R),
	ROW("memory.**", R),
	ROW("memory.write ", R),
	ROW("memory.write\n", R),
	ROW(" memory.write", W),
	ROW("memory\0.write", W),
	ROW("memory.write\0", R),
	ROW("\0.grant", G),
	ROW("*\0", R),
	ROW("\0*", R),
	ROW("memory\xef\xbc\x8ewrite", R),
};

/* clang-format on */

/* clang-format off */
static const struct row permissions[] = {
	ROW("*", ALL),
	ROW("*:*", ALL),
	ROW("*.*", ALL),
	ROW("Read", R),
	ROW("read(x)", R),
	ROW("READ", R),
	ROW("rEaD:*", R),
	ROW("Read-only", R),
	ROW("Read x", R),
	ROW("Read,Write", R),
	ROW("Read*", R),
	ROW("Read\xc3\xa9", R),
	ROW("Read\0", R),
	ROW("Read\0x", R),
	ROW("Read\n", R),
	ROW("Read@", R),
	ROW("Read[", R),
	ROW("Read`", R),
	ROW("Read{", R),
	ROW("Read/", R),
	ROW("Reader(x)", X),
	ROW("ReadFile", X),
	ROW("Read_file", X),
	ROW("Read1", X),
	ROW("Read0", X),
	ROW("Read9", X),
	ROW("ReadA", X),
	ROW("ReadZ", X),
	ROW("Reada", X),
	ROW("Readz", X),
	ROW(" Read(x)", X),
	ROW("(Read)", X),
	ROW("NotebookRead", X),
	ROW("Rea", X),
	ROW("R", X),
	ROW("Write(*)", R | W),
	ROW("write", R | W),
	ROW("EDIT(x)", R | W),
	ROW("MultiEdit", R | W),
	ROW("mULTIeDIT:x", R | W),
	ROW("Edit|Write", R | W),
	ROW("Write\xf0\x9f\x94\xa5", R | W),
	ROW("WriteFile", X),
	ROW("Editor", X),
	ROW("Edits", X),
	ROW("MultiEdit2", X),
	ROW("Multi", X),
	ROW("NotebookEdit", X),
	ROW("TodoWrite", X),
	ROW("Glob", X),
	ROW("Grep", X),
	ROW("LS", X),
	ROW("WebFetch", X),
	ROW("Task", X),
	ROW("Bash(cat:*)", X),
	ROW("mcp__x__read", X),
	ROW("memory.read", X),
	ROW("*.read", X),
	ROW("**", X),
	ROW("*:* ", X),
	ROW("", X),
	ROW("\0Read", X),
	ROW("Wr\xc4\xb1te", X), /* dotless i */
	ROW("Ed\xc4\xb1t", X),
	ROW("\xe2\x84\xaa", X), /* Kelvin sign */
	ROW("Rea\x64", R),
	ROW("Re\x01" "d", X), /* not a letter, although 0x01 | 0x60 is one */
	ROW("[DIT", X),
};

/* clang-format on */

static void check_table(derive_t derive, const struct row *table, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		u8 rights, tier;

		derive_exact(derive, table[i].text, table[i].len, &rights, &tier);
		if (!EXPECT_EQ(rights, table[i].rights) ||
		    !EXPECT_EQ(tier, rvm_rights_tier(table[i].rights)))
			NOTE("\"%s\", %zu bytes", table[i].text, table[i].len);
	}
}

static void each_rule_and_trap_for_capabilities_holds(void)
{
	check_table(rvm_derive_capability, capabilities, ARRAY_SIZE(capabilities));
}

static void each_rule_and_trap_for_permissions_holds(void)
{
	check_table(rvm_derive_permission, permissions, ARRAY_SIZE(permissions));
}

/* A caller that passes a prefix of a longer buffer gets the prefix judged. */
static void nothing_is_read_beyond_the_length(void)
{
	static const char capability[] = "tool.invoke.memory.grant_once";
	static const char permission[] = "MultiEdit(x)";
	size_t len;

	for (len = 0; len < sizeof(capability); len++) {
		u8 inside, exact, tier;

		rvm_derive_capability(capability, len, &inside, &tier);
		derive_exact(rvm_derive_capability, capability, len, &exact, &tier);
		EXPECT_EQ(inside, exact);
		if (len == strlen("tool.invoke.memory.grant"))
			EXPECT_EQ(exact, G);
		else
			EXPECT_EQ(exact, len >= strlen("tool.invoke") ? X : R);
	}
	for (len = 0; len < sizeof(permission); len++) {
		u8 inside, exact, tier;

		rvm_derive_permission(permission, len, &inside, &tier);
		derive_exact(rvm_derive_permission, permission, len, &exact, &tier);
		EXPECT_EQ(inside, exact);
		EXPECT_EQ(exact, len >= strlen("MultiEdit") ? R | W : X);
	}
}

/* The rules of the adapter once more, in another shape: last byte first. */
static bool ends(const char *s, size_t len, const char *word)
{
	size_t n = strlen(word);

	while (n && len) {
		if (s[--len] != word[--n])
			return false;
	}
	return !n;
}

static u8 model_capability(const char *s, size_t len)
{
	/* NULL stands for the one rule that looks at the beginning. */
	static const struct {
		const char *end;
		u8 rights;
	} ends_of[] = {
		{ ".read", R },	  { ".write", W },	   { ".grant", G },
		{ ".revoke", V }, { ".execute", X },	   { NULL, X },
		{ ".prove", P },  { ".grant_once", ONCE }, { ".*", R | W | X },
	};
	size_t i;

	if ((len == 1 && s[0] == '*') || (len == 3 && s[0] == '*' && s[1] == '.' && s[2] == '*'))
		return ALL;
	for (i = 0; i < ARRAY_SIZE(ends_of); i++) {
		if (ends_of[i].end ? ends(s, len, ends_of[i].end) :
				     len >= 11 && ends(s, 11, "tool.invoke"))
			return ends_of[i].rights;
	}
	return R;
}

static void random_names_from_telling_pieces_agree_with_a_model(void)
{
	static const char *const pieces[] = {
		"*",	 ".",	   "tool",    "invoke", "read", "write", "grant",
		"_once", "revoke", "execute", "prove",	"x",	"R",	 "tool.invoke",
	};
	unsigned int round;

	for (round = 0; round < 200000; round++) {
		char text[128];
		size_t len = 0;
		unsigned int n = (unsigned int)(unit_random() >> 32) % 6;
		u8 rights, tier;

		while (n--) {
			const char *piece = pieces[(unit_random() >> 32) % ARRAY_SIZE(pieces)];

			memcpy(text + len, piece, strlen(piece));
			len += strlen(piece);
		}
		derive_exact(rvm_derive_capability, text, len, &rights, &tier);
		if (!EXPECT_EQ(rights, model_capability(text, len)))
			NOTE("\"%.*s\"", (int)len, text);
	}
}

int main(void)
{
	RUN(capabilities_of_the_corpus_give_the_rights_of_its_tables);
	RUN(permissions_of_the_corpus_give_the_rights_of_its_tables);
	RUN(each_rule_and_trap_for_capabilities_holds);
	RUN(each_rule_and_trap_for_permissions_holds);
	RUN(nothing_is_read_beyond_the_length);
	RUN(random_names_from_telling_pieces_agree_with_a_model);
	return unit_done();
}
