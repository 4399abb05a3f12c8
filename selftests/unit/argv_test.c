// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>

#include "grammar/argv_parse.h"
#include "lib/pattern/argv.h"
#include "unit.h"

#define ROUNDS 40000

struct pattern {
	char *words;
	size_t len;
	bool prefix;
};

static int parse(const char *text, struct pattern *p, size_t *at)
{
	char *exact = unit_exact(text, strlen(text));
	char out[RVM_ARGV_BYTES_MAX + 1];
	int err;

	err = rvm_argv_parse_pattern(exact, strlen(text), out, sizeof(out), &p->len, &p->prefix,
				     at);
	p->words = err ? NULL : unit_exact(out, p->len);
	free(exact);
	return err;
}

/* Words separated by "|", for reading. */
static size_t to_words(const char *text, char *out)
{
	size_t len = strlen(text), i;

	for (i = 0; i <= len; i++)
		out[i] = text[i] == '|' ? '\0' : text[i];
	return len ? len + 1 : 0;
}

/* clang-format off */
static const struct pattern_row {
	const char *text;
	const char *words;
	bool prefix;
} patterns[] = {
	{ "ls", "ls", false },
	{ "git diff*", "git|diff", true },
	{ "git diff *", "git|diff", true },
	{ "git diff:*", "git|diff", true },
	{ "git diff :*", "git|diff", true },
	{ "git diff**", "git|diff", true },
	{ "npm run test:*", "npm|run|test", true },
	{ "npm run test:unit", "npm|run|test:unit", false },
	{ "python *", "python", true },
	{ "git*", "git", true },
	{ "rm -rf*", "rm|-rf", true },
	{ "  git \t status  ", "git|status", false },
	{ "./build.sh", "./build.sh", false },
	{ "git log --since=* -n", "git|log|--since=*|-n", false },
	{ "git * main", "git|*|main", false },
	{ "git * main*", "git|*|main", true },
	{ "*", "", true },
	{ ":*", "", true },
	{ "**", "", true },
	{ " * ", "", true },
	{ "\xc3\xa9t\xc3\xa9 x", "\xc3\xa9t\xc3\xa9|x", false },
};

/* clang-format on */

static void each_pattern_gives_its_words(void)
{
	char words[128];
	struct pattern p;
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(patterns); i++) {
		len = to_words(patterns[i].words, words);
		if (!EXPECT_EQ(parse(patterns[i].text, &p, NULL), 0) || !EXPECT_EQ(p.len, len) ||
		    !EXPECT_MEM(p.words, words, len) || !EXPECT_EQ(p.prefix, patterns[i].prefix))
			NOTE("\"%s\"", patterns[i].text);
		free(p.words);
	}
}

static const struct bad_row {
	const char *text;
	int err;
	size_t at;
} bad[] = {
	{ "", -EINVAL, 0 },
	{ " \t ", -EINVAL, 0 },
	{ "git\ndiff", -EINVAL, 3 },
	{ "git\x7f", -EINVAL, 3 },
	{ "g*t status", -EINVAL, 1 },
	{ "* --help", -EINVAL, 0 },
	{ "/usr/bin/ x", -EINVAL, 8 },
	{ "a b*b*b*b*b*b*b*b*b*b", -E2BIG, 19 },
};

static void what_is_wrong_is_said_with_its_place(void)
{
	struct pattern p;
	size_t i, at;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		at = 99;
		if (!EXPECT_EQ(parse(bad[i].text, &p, &at), bad[i].err) ||
		    !EXPECT_EQ(at, bad[i].at))
			NOTE("\"%s\"", bad[i].text);
		free(p.words);
	}
	EXPECT_EQ(rvm_argv_parse_pattern("a\0b", 3, NULL, 0, &p.len, &p.prefix, &at), -EINVAL);
	EXPECT_EQ(at, 1);
}

static void limits_hold_on_both_sides(void)
{
	char text[RVM_ARGV_BYTES_MAX + 2], out[16];
	bool prefix;
	size_t len, at, i;

	memset(text, 'a', sizeof(text));
	EXPECT_EQ(rvm_argv_parse_pattern(text, RVM_ARGV_BYTES_MAX, NULL, 0, &len, &prefix, NULL),
		  0);
	EXPECT_EQ(rvm_argv_parse_pattern(text, RVM_ARGV_BYTES_MAX + 1, NULL, 0, &len, &prefix, &at),
		  -E2BIG);
	/* The room: the word and its NUL. */
	EXPECT_EQ(rvm_argv_parse_pattern(text, 15, out, 16, &len, &prefix, NULL), 0);
	EXPECT_EQ(len, 16);
	EXPECT_EQ(rvm_argv_parse_pattern(text, 16, out, 16, &len, &prefix, NULL), -E2BIG);
	for (i = 1; i < 2 * RVM_ARGV_PATTERN_WORDS_MAX + 2; i += 2)
		text[i] = ' ';
	EXPECT_EQ(rvm_argv_parse_pattern(text, 2 * RVM_ARGV_PATTERN_WORDS_MAX - 1, NULL, 0, &len,
					 &prefix, NULL),
		  0);
	EXPECT_EQ(rvm_argv_parse_pattern(text, 2 * RVM_ARGV_PATTERN_WORDS_MAX + 1, NULL, 0, &len,
					 &prefix, &at),
		  -E2BIG);
	EXPECT_EQ(at, 2 * RVM_ARGV_PATTERN_WORDS_MAX);
	/* A word with a star has a bounded length: matching it costs that length for each byte. */
	memset(text, 'a', sizeof(text));
	text[1] = ' ';
	text[3] = '*';
	EXPECT_EQ(rvm_argv_parse_pattern(text, 2 + RVM_ARGV_GLOB_BYTES_MAX, NULL, 0, &len, &prefix,
					 NULL),
		  0);
	EXPECT_EQ(rvm_argv_parse_pattern(text, 3 + RVM_ARGV_GLOB_BYTES_MAX, NULL, 0, &len, &prefix,
					 NULL),
		  -E2BIG);
}

/* clang-format off */
static const struct row {
	const char *pattern;
	const char *argv;
	bool match;
} rows[] = {
	/* Exact rules: these arguments and no others. */
	{ "ls", "ls", true }, { "ls", "ls|-l", false }, { "ls", "lsof", false },
	{ "git status", "git|status", true }, { "git status", "git", false },
	{ "git status", "git|status|-s", false },
	/* A login shell, where any arguments may follow. */
	{ "bash*", "-bash|-c|x", true }, { "bash", "-bash", false }, { "bash a*", "-bash|a", false },
	{ "bash*", "--bash", false }, { "bash*", "-rbash", false },
	/* Prefix rules: whole words only. */
	{ "git diff*", "git|diff", true }, { "git diff*", "git|diff|--stat", true },
	{ "git diff*", "git|difftool|-x|sh", false }, { "git diff*", "git|push", false },
	{ "git diff*", "git", false }, { "git*", "git|push", true }, { "git*", "gitk", false },
	/* A blank neither splits an argument nor joins two. */
	{ "git diff*", "git|diff --no-index /etc/passwd", false },
	{ "git diff*", "git diff", false }, { "git diff*", "git||diff", false },
	{ "git diff*", "git|diff|--no-index /etc/passwd", true },
	{ "git diff*", "git|diff\n--x", false },
	/* The program is compared by its base name. */
	{ "git status", "/usr/bin/git|status", true }, { "git status", "./x/git|status", true },
	{ "/usr/bin/git status", "git|status", true }, { "./build.sh", "/w/build.sh", true },
	{ "git status", "git/|status", false }, { "git status", "/usr/bin/gitx|status", false },
	{ "git status", "|status", false }, { "git", "GIT", false },
	/* "*" inside a word, or as one. */
	{ "git * main", "git|push|main", true }, { "git * main", "git|main", false },
	{ "git * main", "git|a|b|main", false }, { "x a*c", "x|abc", true }, { "x a*c d", "x|ac|d", true },
	{ "x a*c d", "x|ab|d", false }, { "x *a*b* y", "x|--a--b--|y", true },
	{ "x *a*b* y", "x|--b--a--|y", false }, { "x * y", "x||y", true },
	/* Not a glob otherwise. */
	{ "x [ab]?", "x|[ab]?", true }, { "x [ab]?", "x|ab", false },
	/* Every program. */
	{ "*", "anything|at|all", true }, { "*", "", true },
	{ "x", "", false },
};

/* clang-format on */

static struct rvm_argv argv_of(const char *text, size_t len, bool truncated)
{
	struct rvm_argv argv = { .text = text, .len = len, .truncated = truncated };
	size_t i;

	for (i = 0; i < len; i++)
		argv.words += !text[i];
	return argv;
}

static bool match(const char *pattern, const char *vector, bool truncated)
{
	struct rvm_argv argv;
	struct pattern p;
	char words[128];
	size_t len = to_words(vector, words);
	char *exact = unit_exact(words, len);
	bool matches;

	EXPECT_EQ(parse(pattern, &p, NULL), 0);
	argv = argv_of(exact, len, truncated);
	matches = rvm_argv_match(p.words, p.len, p.prefix, &argv);
	free(p.words);
	free(exact);
	return matches;
}

static void each_vector_matches_as_said(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (!EXPECT_EQ(match(rows[i].pattern, rows[i].argv, false), rows[i].match))
			NOTE("\"%s\" on \"%s\"", rows[i].pattern, rows[i].argv);
}

static void a_cut_vector_matches_prefix_rules_only(void)
{
	EXPECT(match("git diff*", "git|diff|a", true));
	EXPECT(match("git diff*", "git|diff", true));
	EXPECT(!match("git diff a", "git|diff|a", true));
	EXPECT(!match("git diff*", "git", true));
	EXPECT(match("git diff a", "git|diff|a", false));
}

static void where_doubt_must_count_a_cut_vector_matches(void)
{
	static const char push[] = "git\0push";
	static const char words[] = "git\0-C";
	struct rvm_argv argv = argv_of(words, 4, true);

	EXPECT(rvm_argv_match_rest(push, sizeof(push), true, &argv, true));
	EXPECT(!rvm_argv_match_rest(push, sizeof(push), true, &argv, false));
	argv.truncated = false;
	EXPECT(!rvm_argv_match_rest(push, sizeof(push), true, &argv, true));
	/* The part that was read does not match. */
	argv = argv_of(words, sizeof(words), true);
	EXPECT(!rvm_argv_match_rest(push, sizeof(push), true, &argv, true));
	/* Not even argument 0 was read. */
	argv = argv_of(words, 0, true);
	EXPECT(rvm_argv_match_rest(push, sizeof(push), true, &argv, true));
}

/* The vector comes from a process: the last NUL may be missing. */
static void a_missing_nul_is_not_read_over(void)
{
	char *words = unit_exact("git\0diff", 8);
	struct rvm_argv argv = argv_of(words, 8, false);

	EXPECT(rvm_argv_match("git\0diff", 9, false, &argv));
	EXPECT(!rvm_argv_match("git\0diff\0x", 11, false, &argv));
	EXPECT(rvm_argv_match("git", 4, true, &argv));
	argv.len = 2;
	EXPECT(!rvm_argv_match("git", 4, true, &argv));
	free(words);
}

static bool naive_word(const char *p, const char *s)
{
	if (*p == '*')
		return naive_word(p + 1, s) || (*s && naive_word(p, s + 1));
	if (!*p || !*s)
		return *p == *s;
	return *p == *s && naive_word(p + 1, s + 1);
}

static bool naive(const struct pattern *p, const struct rvm_argv *argv)
{
	const char *word = p->words, *arg = argv->text;
	const char *slash;

	if (!p->len)
		return p->prefix;
	if (!argv->len)
		return false;
	slash = strrchr(arg, '/');
	if (arg[0] == '-' && p->prefix && strlen(word) + 1 == p->len &&
	    !strcmp(strrchr(word, '/') ? strrchr(word, '/') + 1 : word,
		    slash ? slash + 1 : arg + 1))
		return true;
	if (strcmp(strrchr(word, '/') ? strrchr(word, '/') + 1 : word, slash ? slash + 1 : arg))
		return false;
	for (;;) {
		word += strlen(word) + 1;
		arg += strlen(arg) + 1;
		if (word == p->words + p->len)
			return p->prefix || (arg == argv->text + argv->len && !argv->truncated);
		if (arg == argv->text + argv->len || !naive_word(word, arg))
			return false;
	}
}

static void random_vectors_match_as_the_naive_matcher_says(void)
{
	static const char *const parts[] = { "a", "b", "a", "*", " ", " ", "/", ":*", "ab", "a " };
	static const char *const args[] = { "a", "b", "a", "|", "|", "/", "ab", "*" };
	unsigned int matched = 0, missed = 0, i, n;
	char text[64], vector[64], words[64];
	struct rvm_argv argv;
	struct pattern p;
	size_t len;

	for (i = 0; i < ROUNDS; i++) {
		for (*text = '\0', n = unit_random() % 9; n--;)
			strcat(text, parts[unit_random() % ARRAY_SIZE(parts)]);
		for (strcpy(vector, "a"), n = unit_random() % 7; n--;)
			strcat(vector, args[unit_random() % ARRAY_SIZE(args)]);
		if (parse(text, &p, NULL))
			continue;
		len = to_words(vector, words);
		argv = argv_of(words, len, unit_random() % 4 == 0);
		if (naive(&p, &argv))
			matched++;
		else
			missed++;
		if (!EXPECT_EQ(rvm_argv_match(p.words, p.len, p.prefix, &argv), naive(&p, &argv)))
			NOTE("\"%s\" on \"%s\"", text, vector);
		free(p.words);
	}
	NOTE("%u matched, %u did not", matched, missed);
	EXPECT(matched > 1000);
	EXPECT(missed > 1000);
}

static void base_names_follow_the_last_slash(void)
{
	size_t len = 8;

	EXPECT_MEM(rvm_base_name("/bin/git", &len), "git", 3);
	EXPECT_EQ(len, 3);
	EXPECT_MEM(rvm_base_name("git", &len), "git", 3);
	EXPECT_EQ(len, 3);
	len = 2;
	rvm_base_name("a/", &len);
	EXPECT_EQ(len, 0);
	rvm_base_name("", &len);
	EXPECT_EQ(len, 0);
}

static void what_is_looked_for_everywhere_costs_more(void)
{
	EXPECT(rvm_argv_steps("git\0log\0", 8) < 64);
	EXPECT(rvm_argv_steps("git\0l*g\0", 8) < 64);
	EXPECT(rvm_argv_steps("git\0*lo*\0", 9) > 2 * RVM_ARGV_BYTES_MAX);
	EXPECT(rvm_argv_steps("git\0*lo*\0*g*\0", 13) < 3 * RVM_ARGV_BYTES_MAX);
}

int main(void)
{
	RUN(each_pattern_gives_its_words);
	RUN(what_is_wrong_is_said_with_its_place);
	RUN(limits_hold_on_both_sides);
	RUN(each_vector_matches_as_said);
	RUN(a_cut_vector_matches_prefix_rules_only);
	RUN(where_doubt_must_count_a_cut_vector_matches);
	RUN(a_missing_nul_is_not_read_over);
	RUN(random_vectors_match_as_the_naive_matcher_says);
	RUN(base_names_follow_the_last_slash);
	RUN(what_is_looked_for_everywhere_costs_more);
	return unit_done();
}
