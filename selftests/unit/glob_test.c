// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>

#include "unit.h"

/* Built in here, to count what is compared. */
static u64 compared;
#define RVM_GLOB_COMPARES(bytes) (compared += (bytes))
#include "lib/pattern/glob.c"

#define DEPTH 70
#define ROUNDS 60000

/* Split "a/b/c" into names, leaf first; "" has none. */
static unsigned int split(char *path, struct rvm_name *names)
{
	unsigned int n = 0, i;
	char *begin = path;
	struct rvm_name top;

	for (; *path; path++) {
		if (path[1] && path[1] != '/')
			continue;
		names[n++] = (struct rvm_name){ .text = begin, .len = path + 1 - begin };
		if (path[1])
			path++;
		begin = path + 1;
	}
	for (i = 0; i < n / 2; i++) {
		top = names[i];
		names[i] = names[n - 1 - i];
		names[n - 1 - i] = top;
	}
	return n;
}

static enum rvm_glob_match match_case(const char *text, const char *path, bool nocase)
{
	char *exact = unit_exact(text, strlen(text));
	struct rvm_name names[DEPTH];
	enum rvm_glob_match match;
	struct rvm_glob glob;
	char copy[4096];

	strcpy(copy, path);
	if (!EXPECT_EQ(rvm_glob_parse(&glob, exact, strlen(text), NULL), 0))
		NOTE("glob \"%s\"", text);
	match = rvm_glob_match(&glob, names, split(copy, names), nocase);
	free(exact);
	return match;
}

static enum rvm_glob_match match(const char *text, const char *path)
{
	return match_case(text, path, false);
}

#define NONE RVM_GLOB_NONE
#define ABOVE RVM_GLOB_ABOVE
#define BELOW RVM_GLOB_BELOW
#define EXACT RVM_GLOB_EXACT

/* clang-format off */
static const struct row {
	const char *glob;
	const char *path;
	enum rvm_glob_match match;
} rows[] = {
	/* The anchor itself. */
	{ "", "", EXACT }, { "", "a", BELOW }, { "", "a/b", BELOW },
	{ "**", "", EXACT }, { "**", "a", EXACT }, { "**", "a/b/c", EXACT },
	/* Names. */
	{ "a", "", ABOVE }, { "a", "a", EXACT }, { "a", "b", NONE }, { "a", "a/b", BELOW },
	{ "a", "ab", NONE }, { "ab", "a", NONE }, { "a/b", "a", ABOVE }, { "a/b", "a/b", EXACT },
	{ "a/b", "a/c", NONE }, { "a/b", "b/b", NONE }, { "a/b", "a/b/c/d", BELOW },
	/* Any number of names. */
	{ "**/a", "a", EXACT }, { "**/a", "b/c/a", EXACT }, { "**/a", "b/c", ABOVE },
	{ "**/a", "b/a/c", BELOW }, { "**/a", "", ABOVE }, { "a/**", "a", EXACT },
	{ "a/**", "a/b/c", EXACT }, { "a/**", "b", NONE }, { "a/**/b", "a/b", EXACT },
	{ "a/**/b", "a/x/y/b", EXACT }, { "a/**/b", "a/x/y", ABOVE }, { "a/**/b", "b", NONE },
	{ "**/**/a", "a", EXACT }, { "**/**", "", EXACT }, { "**/a/**/b", "x/a/b", EXACT },
	{ "**/a/b/**/c", "a/a/b/c", EXACT }, { "**/a/b", "a/a/b", EXACT },
	/* Within a name. */
	{ "*", "a", EXACT }, { "*", "a/b", BELOW }, { "*", "", ABOVE }, { "*.c", "a.c", EXACT },
	{ "*.c", ".c", EXACT }, { "*.c", "a.cc", NONE }, { "a*", "a", EXACT }, { "a*b*c", "axbyc", EXACT },
	{ "a*b*c", "axcyb", NONE }, { "*ab", "aab", EXACT }, { "?", "a", EXACT }, { "?", "ab", NONE },
	{ "a?c", "abc", EXACT }, { "***", "a", EXACT }, { "a**b", "axb", EXACT }, { "*/b", "a/b", EXACT },
	{ "*/b", "a/x/b", NONE },
	/* Sets. */
	{ "[ab]", "a", EXACT }, { "[ab]", "c", NONE }, { "[a-c]", "b", EXACT }, { "[a-c]", "d", NONE },
	{ "[!a-c]", "d", EXACT }, { "[!a-c]", "b", NONE }, { "[^a]", "b", EXACT }, { "[^a]", "a", NONE },
	{ "[]]", "]", EXACT }, { "[!]]", "]", NONE }, { "[!]]", "a", EXACT }, { "[a-]", "-", EXACT },
	{ "[a-]", "b", NONE }, { "[*]", "*", EXACT }, { "[*]", "a", NONE }, { "[\\]", "\\", EXACT },
	{ "[a]b", "ab", EXACT }, { "*[0-9]", "a1", EXACT }, { "*[0-9]", "1a", NONE },
	{ "[\x80-\xff]", "\xe9", EXACT }, { "[\x80-\xff]", "e", NONE },
	{ "[[a]", "[", EXACT }, { "[[a]", "b", NONE }, { "[:a]", ":", EXACT }, { "[a:[]", "[", EXACT },
	/* As they are. */
	{ "\\*", "*", EXACT }, { "\\*", "a", NONE }, { "\\[a]", "[a]", EXACT }, { "\\a", "a", EXACT },
	{ "a\\?", "a?", EXACT }, { "a\\?", "ab", NONE }, { "\\\\", "\\", EXACT },
	/* Not hidden from "*": a rule for all is for all. */
	{ "*", ".env", EXACT }, { ".env", "aenv", NONE }, { ".env.*", ".env.local", EXACT },
	{ ".env.*", ".env", NONE },
};

/* clang-format on */

static void each_row_matches_as_said(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (!EXPECT_EQ(match(rows[i].glob, rows[i].path), rows[i].match))
			NOTE("\"%s\" on \"%s\"", rows[i].glob, rows[i].path);
}

static void case_counts_unless_told_otherwise(void)
{
	EXPECT_EQ(match_case(".env", ".ENV", false), NONE);
	EXPECT_EQ(match_case(".env", ".ENV", true), EXACT);
	EXPECT_EQ(match_case(".ENV", ".env", true), EXACT);
	EXPECT_EQ(match_case("[a-c]", "B", false), NONE);
	EXPECT_EQ(match_case("[a-c]", "B", true), EXACT);
	EXPECT_EQ(match_case("[!a-c]", "B", false), EXACT);
	EXPECT_EQ(match_case("[!a-c]", "B", true), NONE);
	EXPECT_EQ(match_case("\\A", "a", true), EXACT);
	EXPECT_EQ(match_case("@", "`", true), NONE);
	/* The first and the last letter, and the bytes beside them. */
	EXPECT_EQ(match_case("azAZ", "AZaz", true), EXACT);
	EXPECT_EQ(match_case("[a][z][A][Z]", "AZaz", true), EXACT);
	EXPECT_EQ(match_case("[@]", "`", true), NONE);
	EXPECT_EQ(match_case("[`]", "@", true), NONE);
	EXPECT_EQ(match_case("[{]", "[", true), NONE);
	EXPECT_EQ(match_case("[[]", "{", true), NONE);
}

static const struct bad_row {
	const char *text;
	size_t len;
	int err;
	size_t at;
} bad[] = {
	{ "/", 1, -EINVAL, 0 },
	{ "a/", 2, -EINVAL, 2 },
	{ "/a", 2, -EINVAL, 0 },
	{ "a//b", 4, -EINVAL, 2 },
	{ ".", 1, -EINVAL, 0 },
	{ "a/..", 4, -EINVAL, 2 },
	{ "../a", 4, -EINVAL, 0 },
	{ "a/./b", 5, -EINVAL, 2 },
	{ "a\0b", 3, -EINVAL, 1 },
	{ "[a", 2, -EINVAL, 0 },
	{ "[]", 2, -EINVAL, 0 },
	{ "[!]", 3, -EINVAL, 0 },
	{ "x[a/b]", 6, -EINVAL, 1 },
	{ "\\", 1, -EINVAL, 0 },
	{ "a\\/b", 4, -EINVAL, 1 },
	{ "[a][", 4, -EINVAL, 3 },
	{ "[[:alpha:]]", 11, -EINVAL, 0 },
	{ "[\0]", 3, -EINVAL, 0 },
	{ "\\\0", 2, -EINVAL, 0 },
	{ "*a*a*a*a*a*a*a*a*", 17, -E2BIG, 16 },
};

static void what_is_wrong_is_said_with_its_place(void)
{
	struct rvm_glob glob;
	size_t i, at;
	char *exact;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		exact = unit_exact(bad[i].text, bad[i].len);
		at = 99;
		if (!EXPECT_EQ(rvm_glob_parse(&glob, exact, bad[i].len, &at), bad[i].err) ||
		    !EXPECT_EQ(at, bad[i].at))
			NOTE("\"%s\"", bad[i].text);
		EXPECT_EQ(rvm_glob_parse(&glob, exact, bad[i].len, NULL), bad[i].err);
		free(exact);
	}
}

static void limits_hold_on_both_sides(void)
{
	char text[RVM_GLOB_BYTES_MAX + 2];
	struct rvm_glob glob;
	size_t i, at;

	memset(text, 'a', sizeof(text));
	EXPECT_EQ(rvm_glob_parse(&glob, text, RVM_GLOB_BYTES_MAX, NULL), 0);
	EXPECT_EQ(rvm_glob_parse(&glob, text, RVM_GLOB_BYTES_MAX + 1, &at), -E2BIG);
	for (i = 1; i < sizeof(text); i += 2)
		text[i] = '/';
	EXPECT_EQ(rvm_glob_parse(&glob, text, 2 * RVM_GLOB_SEGMENTS_MAX - 1, NULL), 0);
	EXPECT_EQ(glob.segments, RVM_GLOB_SEGMENTS_MAX);
	EXPECT_EQ(rvm_glob_parse(&glob, text, 2 * RVM_GLOB_SEGMENTS_MAX + 1, &at), -E2BIG);
	EXPECT_EQ(at, 2 * RVM_GLOB_SEGMENTS_MAX);
	EXPECT_EQ(rvm_glob_parse(&glob, "*a*a*a*a*a*a*a*", 15, NULL), 0);
	/* Sets and single bytes are not stars. */
	EXPECT_EQ(rvm_glob_parse(&glob, "[a][a][a][a][a][a][a][a][a]?????????", 36, NULL), 0);
}

static bool is_literal(const char *text)
{
	struct rvm_glob glob;

	EXPECT_EQ(rvm_glob_parse(&glob, text, strlen(text), NULL), 0);
	return glob.literal;
}

static void literal_means_without_wildcards(void)
{
	EXPECT(is_literal(""));
	EXPECT(is_literal("a/b.c"));
	EXPECT(is_literal("a\\*b"));
	EXPECT(!is_literal("a/*"));
	EXPECT(!is_literal("a?/b"));
	EXPECT(!is_literal("a/[b]"));
	EXPECT(!is_literal("**"));
	EXPECT(!is_literal("a\\\\*"));
}

/* The deepest state that fits a u64. */
static void sixty_deep_segments_are_one_state_set(void)
{
	char text[3 * RVM_GLOB_SEGMENTS_MAX], path[2 * DEPTH] = "a";
	size_t i;

	for (i = 0; i < RVM_GLOB_SEGMENTS_MAX; i++)
		memcpy(text + 3 * i, "**/", 3);
	text[sizeof(text) - 1] = '\0';
	EXPECT_EQ(match(text, "a/b"), EXACT);
	for (i = 0; i < RVM_GLOB_SEGMENTS_MAX; i++)
		memcpy(text + 2 * i, "a/", 2);
	text[2 * RVM_GLOB_SEGMENTS_MAX - 1] = '\0';
	for (i = 1; i < RVM_GLOB_SEGMENTS_MAX; i++)
		strcat(path, "/a");
	EXPECT_EQ(match(text, path), EXACT);
	strcat(path, "/a");
	EXPECT_EQ(match(text, path), BELOW);
	path[2 * RVM_GLOB_SEGMENTS_MAX - 3] = '\0';
	EXPECT_EQ(match(text, path), ABOVE);
}

/*
 * The model: try everything, top down, on strings.
 */

static bool naive_set(const char *p, size_t n, u8 c, bool *holds)
{
	size_t i = 1;
	bool inverted = p[1] == '!' || p[1] == '^';

	*holds = false;
	for (i += inverted; i + 1 < n; i++) {
		if (i + 3 < n && p[i + 1] == '-') {
			*holds |= c >= (u8)p[i] && c <= (u8)p[i + 2];
			i += 2;
		} else {
			*holds |= c == (u8)p[i];
		}
	}
	*holds ^= inverted;
	return true;
}

static bool naive_name(const char *p, size_t n, const char *s, size_t len)
{
	size_t i, end;
	bool holds;

	if (!n)
		return !len;
	if (p[0] == '*') {
		for (i = 0; i <= len; i++)
			if (naive_name(p + 1, n - 1, s + i, len - i))
				return true;
		return false;
	}
	if (!len)
		return false;
	if (p[0] == '?')
		return naive_name(p + 1, n - 1, s + 1, len - 1);
	if (p[0] == '\\')
		return p[1] == s[0] && naive_name(p + 2, n - 2, s + 1, len - 1);
	if (p[0] == '[') {
		end = p[1] == '!' || p[1] == '^' ? 3 : 2;
		while (p[end] != ']')
			end++;
		naive_set(p, end + 1, s[0], &holds);
		return holds && naive_name(p + end + 1, n - end - 1, s + 1, len - 1);
	}
	return p[0] == s[0] && naive_name(p + 1, n - 1, s + 1, len - 1);
}

/* Segments n.. on names depth.. down to @end. */
static bool naive_path(const struct rvm_glob *g, unsigned int n, const struct rvm_name *names,
		       unsigned int depth, unsigned int end)
{
	const char *seg = g->text + g->start[n];
	size_t len;

	if (n == g->segments)
		return depth == end;
	len = (n + 1 < g->segments ? g->start[n + 1] - 1u : g->len) - g->start[n];
	if (len == 2 && !memcmp(seg, "**", 2))
		return naive_path(g, n + 1, names, depth, end) ||
		       (depth > end && naive_path(g, n, names, depth - 1, end));
	return depth > end && naive_name(seg, len, names[depth - 1].text, names[depth - 1].len) &&
	       naive_path(g, n + 1, names, depth - 1, end);
}

/* Can the names be the beginning of a match? */
static bool naive_above(const struct rvm_glob *g, unsigned int n, const struct rvm_name *names,
			unsigned int depth)
{
	const char *seg = g->text + g->start[n];
	size_t len;

	if (!depth)
		return true;
	if (n == g->segments)
		return false;
	len = (n + 1 < g->segments ? g->start[n + 1] - 1u : g->len) - g->start[n];
	if (len == 2 && !memcmp(seg, "**", 2))
		return true;
	return naive_name(seg, len, names[depth - 1].text, names[depth - 1].len) &&
	       naive_above(g, n + 1, names, depth - 1);
}

static enum rvm_glob_match naive(const struct rvm_glob *g, const struct rvm_name *names,
				 unsigned int depth)
{
	unsigned int end;

	if (naive_path(g, 0, names, depth, 0))
		return EXACT;
	for (end = 1; end <= depth; end++)
		if (naive_path(g, 0, names, depth, end))
			return BELOW;
	/* A "**" at the end can be skipped, but then the path itself would match. */
	return naive_above(g, 0, names, depth) ? ABOVE : NONE;
}

static size_t random_text(char *out, const char *const *pieces, size_t n, unsigned int most)
{
	unsigned int count = unit_random() % (most + 1);

	for (*out = '\0'; count--;)
		strcat(out, pieces[unit_random() % n]);
	return strlen(out);
}

static void random_globs_match_as_the_naive_matcher_says(void)
{
	static const char *const parts[] = { "a",    "b",    "*",   "**", "/", "/**/",	"?",
					     "[ab]", "[!a]", "\\*", "/",  "c", "[a-b]", "/**" };
	static const char *const names[] = { "a", "b", "c", "ab", "*", "/", "/", "a/b" };
	unsigned int seen[4] = {}, parsed = 0, i, depth;
	struct rvm_name name[DEPTH];
	struct rvm_glob glob;
	char text[128], path[128];
	size_t len;
	char *exact;

	for (i = 0; i < ROUNDS; i++) {
		enum rvm_glob_match got, wanted;

		len = random_text(text, parts, ARRAY_SIZE(parts), 8);
		random_text(path, names, ARRAY_SIZE(names), 8);
		if (path[0] == '/' || strstr(path, "//") ||
		    (*path && path[strlen(path) - 1] == '/'))
			continue;
		exact = unit_exact(text, len);
		if (!rvm_glob_parse(&glob, exact, len, NULL)) {
			depth = split(path, name);
			got = rvm_glob_match(&glob, name, depth, false);
			wanted = naive(&glob, name, depth);
			seen[wanted]++;
			parsed++;
			if (!EXPECT_EQ(got, wanted))
				NOTE("\"%s\", %u names", text, depth);
		}
		free(exact);
	}
	NOTE("%u globs: none %u, above %u, below %u, exact %u", parsed, seen[0], seen[1], seen[2],
	     seen[3]);
	for (i = 0; i < 4; i++)
		EXPECT(seen[i] > 100);
}

/* Bytes past the length belong to another name. */
static void nothing_is_read_behind_a_name(void)
{
	char *text = unit_exact("abc", 3);
	struct rvm_name name = { .text = text, .len = 3 };

	EXPECT(rvm_glob_match_name("a*", 2, &name, false));
	EXPECT(rvm_glob_match_name("abc", 3, &name, false));
	EXPECT(!rvm_glob_match_name("abcd", 4, &name, false));
	EXPECT(!rvm_glob_match_name("abc?", 4, &name, false));
	EXPECT(!rvm_glob_match_name("*abcd", 5, &name, false));
	EXPECT(!rvm_glob_match_name("[", 1, &name, false));
	EXPECT(!rvm_glob_match_name("ab\\", 3, &name, false));
	name.len = 0;
	EXPECT(rvm_glob_match_name("*", 1, &name, false));
	EXPECT(!rvm_glob_match_name("a", 1, &name, false));
	free(text);
}

static u64 steps_of(const char *text)
{
	struct rvm_glob glob;

	EXPECT_EQ(rvm_glob_parse(&glob, text, strlen(text), NULL), 0);
	return rvm_glob_steps(&glob, 64, 4096);
}

static void what_is_looked_for_everywhere_costs_more(void)
{
	EXPECT(steps_of("") <= steps_of("a"));
	EXPECT(steps_of("a") < steps_of("a/b"));
	EXPECT(steps_of("a*b") < 2 * steps_of("a"));
	/* At each name, then at each byte as well. */
	EXPECT(steps_of("**/a") > 64 * RVM_GLOB_STEPS);
	EXPECT(steps_of("a/**") < 64);
	EXPECT(steps_of("**/a*b") < 4096);
	EXPECT(steps_of("**/*a") < 4096);
	EXPECT(steps_of("**/*a*") > 4096);
	/* A plain piece is compared twice, all others once for each of their bytes. */
	EXPECT(steps_of("**/*abc*") > 2 * 4096);
	EXPECT(steps_of("**/*abcdefghijklmnop*") < 4 * 4096);
	EXPECT(steps_of("**/*a?c*") > 9 * 4096);
	EXPECT(steps_of("**/*[abc]*") > steps_of("**/*abc*"));
	/* The longest of them; each is searched for after the one before. */
	EXPECT(steps_of("**/*abc*def*") < 4 * 4096);
	EXPECT(steps_of("**/*a*/*b*") > 2 * 4096);
	EXPECT(steps_of("*abc*") < 3 * 255);
}

/* On the longest names that an agent may choose. */
static void no_match_takes_more_than_its_steps(void)
{
	static const char *const parts[] = { "**/", "*", "a", "aaaaaaaa", "b", "?", "[ab]", "/" };
	char name[256], text[256];
	struct rvm_name names[64];
	struct rvm_glob glob;
	unsigned int i, n;

	memset(name, 'a', sizeof(name));
	for (i = 0; i < 64; i++)
		names[i] = (struct rvm_name){ .text = name, .len = i < 15 ? 255 : 1 };
	for (i = 0; i < 2000; i++) {
		strcpy(text, i ? "**/*" : "**/*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab");
		for (n = i ? unit_random() % 12 : 0; n--;)
			strcat(text, parts[unit_random() % ARRAY_SIZE(parts)]);
		if (rvm_glob_parse(&glob, text, strlen(text), NULL))
			continue;
		compared = 0;
		rvm_glob_match(&glob, names, 64, i & 1);
		if (!EXPECT(compared <= rvm_glob_steps(&glob, 64, 4096)))
			NOTE("\"%s\"", text);
	}
}

int main(void)
{
	RUN(each_row_matches_as_said);
	RUN(case_counts_unless_told_otherwise);
	RUN(what_is_wrong_is_said_with_its_place);
	RUN(limits_hold_on_both_sides);
	RUN(literal_means_without_wildcards);
	RUN(sixty_deep_segments_are_one_state_set);
	RUN(random_globs_match_as_the_naive_matcher_says);
	RUN(nothing_is_read_behind_a_name);
	RUN(what_is_looked_for_everywhere_costs_more);
	RUN(no_match_takes_more_than_its_steps);
	return unit_done();
}
