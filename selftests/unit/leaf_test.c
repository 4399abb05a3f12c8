// SPDX-License-Identifier: GPL-2.0-only
/*
 * The base of decisions about directories: a glob treats a name that is not in its set
 * like the empty name.
 */
#include "lib/pattern/glob.h"
#include "lib/pattern/leaf.h"
#include "unit.h"

#define ROUNDS 400000
#define DEPTH_MAX 4

static unsigned int next(unsigned int below)
{
	static u64 state = 88172645463325252ull;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 20) % below;
}

static void build_segment(char *seg)
{
	static const char *const parts[] = { "a",    "b", "B",	 ".",	"*", "?", "[ab]",
					     "[!a]", "b", "\\*", "\\a", "a", "c" };
	unsigned int n = 1 + next(next(2) ? 3 : 7);

	if (!next(4)) {
		strcpy(seg, "**");
		return;
	}
	do {
		*seg = '\0';
		for (unsigned int i = 0; i < n; i++)
			strcat(seg, parts[next(sizeof(parts) / sizeof(parts[0]))]);
	} while (!strcmp(seg, ".") || !strcmp(seg, ".."));
}

static void build_glob(char *text)
{
	unsigned int n = next(4);
	char seg[64];

	*text = '\0';
	for (unsigned int i = 0; i < n; i++) {
		build_segment(seg);
		if (i)
			strcat(text, "/");
		strcat(text, seg);
	}
}

static void build_name(char *text)
{
	static const char bytes[] = "abAB.*c";
	unsigned int n = 1 + next(next(2) ? 3 : 7);

	for (unsigned int i = 0; i < n; i++)
		text[i] = bytes[next(sizeof(bytes) - 1)];
	text[n] = '\0';
}

static bool covers(const struct rvm_glob *glob, const struct rvm_name *names, unsigned int depth,
		   bool nocase)
{
	return rvm_glob_match(glob, names, depth, nocase) >= RVM_GLOB_BELOW;
}

/* Counted, so that neither half of the claim holds only because it has no cases. */
static void names_outside_the_set_are_alike(void)
{
	static unsigned int alike, told, covered, skipped;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		char text[256], leaf[DEPTH_MAX][8];
		struct rvm_name names[DEPTH_MAX], any[DEPTH_MAX];
		unsigned int depth = 1 + next(DEPTH_MAX);
		struct rvm_leaf_set set = {};
		struct rvm_leaf_ends ends;
		struct rvm_glob glob;
		bool nocase = next(2);

		build_glob(text);
		if (rvm_glob_parse(&glob, text, strlen(text), NULL))
			continue;
		rvm_leaf_set_add(&set, &glob);
		for (unsigned int i = 0; i < depth; i++) {
			build_name(leaf[i]);
			names[i] = (struct rvm_name){ .text = leaf[i], .len = strlen(leaf[i]) };
			any[i] = names[i];
		}
		any[0] = (struct rvm_name){ .text = "" };
		ends = rvm_glob_ends(names, depth);
		if (covers(&glob, names, depth, nocase) &&
		    !EXPECT(rvm_glob_may_match(&glob, &ends)))
			NOTE("%s matches %s", text, leaf[0]);
		skipped += !rvm_glob_may_match(&glob, &ends);
		ends = rvm_glob_ends(any, depth);
		if (covers(&glob, any, depth, nocase))
			EXPECT(rvm_glob_may_match(&glob, &ends));
		if (covers(&glob, any, depth, nocase)) {
			covered++;
			if (!EXPECT(covers(&glob, names, depth, nocase)))
				NOTE("%s covers all, but not %s", text, leaf[0]);
		} else if (covers(&glob, names, depth, nocase)) {
			told++;
			if (!EXPECT(rvm_leaf_set_has(&set, leaf[0], names[0].len)))
				NOTE("%s tells %s from others", text, leaf[0]);
		} else if (!rvm_leaf_set_has(&set, leaf[0], names[0].len)) {
			alike++;
		}
	}
	EXPECT(covered > ROUNDS / 100);
	EXPECT(told > ROUNDS / 200);
	EXPECT(alike > ROUNDS / 100);
	EXPECT(skipped > ROUNDS / 100);
}

/* At any level: what a glob asks for below is the same. */
static void names_outside_of_the_whole_set_are_alike_above_too(void)
{
	static unsigned int alike, told;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		char text[256], leaf[DEPTH_MAX][8], other[8];
		struct rvm_name names[DEPTH_MAX], renamed[DEPTH_MAX];
		unsigned int depth = 1 + next(DEPTH_MAX), level = next(depth);
		struct rvm_leaf_set set = {};
		struct rvm_glob glob;
		bool nocase = next(2), same;

		build_glob(text);
		if (rvm_glob_parse(&glob, text, strlen(text), NULL))
			continue;
		rvm_leaf_set_add_all(&set, &glob);
		for (unsigned int i = 0; i < depth; i++) {
			build_name(leaf[i]);
			names[i] = (struct rvm_name){ .text = leaf[i], .len = strlen(leaf[i]) };
			renamed[i] = names[i];
		}
		build_name(other);
		renamed[level] = (struct rvm_name){ .text = other, .len = strlen(other) };
		same = rvm_glob_rest(&glob, names, depth, nocase) ==
		       rvm_glob_rest(&glob, renamed, depth, nocase);
		if (rvm_leaf_set_has(&set, leaf[level], names[level].len) ||
		    rvm_leaf_set_has(&set, other, renamed[level].len)) {
			told += !same;
			continue;
		}
		alike++;
		if (!EXPECT(same))
			NOTE("%s tells %s from %s", text, leaf[level], other);
	}
	EXPECT(alike > ROUNDS / 100);
	EXPECT(told > ROUNDS / 200);
}

static bool in_set_of(const char *text, const char *leaf)
{
	struct rvm_leaf_set set = {};
	struct rvm_glob glob;

	EXPECT_EQ(rvm_glob_parse(&glob, text, strlen(text), NULL), 0);
	rvm_leaf_set_add(&set, &glob);
	return rvm_leaf_set_has(&set, leaf, strlen(leaf));
}

static void ordinary_names_are_outside(void)
{
	EXPECT(in_set_of("**/.env", ".env"));
	EXPECT(!in_set_of("**/.env", "main.c"));
	EXPECT(!in_set_of("**/.env", ".gitignore"));
	EXPECT(in_set_of("**/*.pem", "key.pem"));
	EXPECT(in_set_of("**/*.PEM", "key.pem"));
	EXPECT(!in_set_of("**/*.pem", "main.c"));
	EXPECT(in_set_of(".git/hooks/**", "hooks"));
	EXPECT(!in_set_of(".git/hooks/**", "config"));
	EXPECT(!in_set_of("**", "any"));
	EXPECT(!in_set_of("", "any"));
	EXPECT(!in_set_of("src/*", "any"));
}

/* Or one glob that begins with a wildcard would make most names costly. */
static void ends_of_different_globs_do_not_mix(void)
{
	static const char *const texts[] = { "*.code-workspace", "CMakeLists.txt", "nvim*" };
	struct rvm_leaf_set set = {};
	struct rvm_glob glob;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		EXPECT_EQ(rvm_glob_parse(&glob, texts[i], strlen(texts[i]), NULL), 0);
		rvm_leaf_set_add(&set, &glob);
	}
	EXPECT(!rvm_leaf_set_has(&set, "file.txt", 8));
	EXPECT(!rvm_leaf_set_has(&set, "README", 6));
	EXPECT(rvm_leaf_set_has(&set, "my.code-workspace", 17));
	EXPECT(rvm_leaf_set_has(&set, "CMakeLists.txt", 14));
	EXPECT(rvm_leaf_set_has(&set, "nvimrc", 6));
}

/*
 * The tool's list has hundreds of names: a file that none of them means must not cost
 * more for it.
 */
static void ordinary_names_are_outside_of_long_lists(void)
{
	struct rvm_leaf_set set = {};
	struct rvm_glob globs[600];
	char text[600][16], name[16];
	unsigned int in = 0;

	for (unsigned int i = 0; i < 600; i++) {
		snprintf(text[i], sizeof(text[i]), "**/name%u.x", i);
		EXPECT_EQ(rvm_glob_parse(&globs[i], text[i], strlen(text[i]), NULL), 0);
		rvm_leaf_set_add(&set, &globs[i]);
		EXPECT(rvm_leaf_set_has(&set, text[i] + 3, strlen(text[i]) - 3));
	}
	for (unsigned int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "nail%u.y", i);
		in += rvm_leaf_set_has(&set, name, strlen(name));
	}
	EXPECT(in < 50);
}

int main(void)
{
	RUN(names_outside_the_set_are_alike);
	RUN(names_outside_of_the_whole_set_are_alike_above_too);
	RUN(ordinary_names_are_outside);
	RUN(ends_of_different_globs_do_not_mix);
	RUN(ordinary_names_are_outside_of_long_lists);
	return unit_done();
}
