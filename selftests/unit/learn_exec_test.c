// SPDX-License-Identifier: GPL-2.0-only
/* Rows for programs and their arguments, and records of all kinds at once. */
#include "learn_bench.h"

static void commands_are_exact_until_three_differ(void)
{
	struct bench *b = bench_new();

	feed_exec(b, "/usr/bin/git", "git status");
	feed_exec(b, "/usr/bin/git", "git add a");
	feed_exec(b, "/usr/bin/git", "git add b");
	feed_exec(b, "/usr/bin/git", "git log -1");
	feed_exec(b, "/usr/bin/git", "git log -2");
	feed_exec(b, "/usr/bin/git", "git log -3");
	learn_propose(&b->learn);
	if (!EXPECT_EQ(b->learn.n_lines, 4))
		note_lines(b);
	EXPECT(find(b, "exec:/usr/bin/git status"));
	EXPECT(find(b, "exec:/usr/bin/git add a") && find(b, "exec:/usr/bin/git add b"));
	EXPECT(find(b, "exec:/usr/bin/git log *"));
	bench_free(b);
}

/* The program with only a star after it would be any command of it. */
static void a_program_alone_is_never_a_prefix(void)
{
	struct bench *b = bench_new();

	for (char c = 'a'; c < 'k'; c++)
		feed_exec(b, "/usr/bin/git", (char[]){ 'g', 'i', 't', ' ', c, 0 });
	learn_propose(&b->learn);
	EXPECT_EQ(b->learn.n_lines, 10);
	EXPECT(!find(b, "exec:/usr/bin/git *"));
	bench_free(b);
}

static void words_that_a_rule_cannot_say_are_left_out(void)
{
	static const char *const words[] = { "rm *", "rm a\\x20b", "rm ", "rm x\\x0ay" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct bench *b = bench_new();

		feed_exec(b, "/usr/bin/rm", words[i]);
		expect_only(b, NULL, 0);
	}
}

static void a_command_with_a_turning_variable_is_left_out(void)
{
	struct bench *b = bench_new();

	feed(b, RVM_CLASS_EXEC, RVM_OP_EXEC, X, "path=\"/usr/bin/rm\" turned=1 argv=\"rm a\"");
	expect_only(b, NULL, 0);
}

static void a_word_that_varies_is_a_pattern(void)
{
	struct bench *b = bench_new();

	feed_exec(b, "/usr/bin/rm", "rm /tmp/tmp.vkSiowwUom");
	expect_only(b, "exec:/usr/bin/rm /tmp/tmp.* *", X);
	b = bench_new();
	feed_exec(b, "/usr/bin/as", "as -o /tmp/ccAbC123.o");
	expect_only(b, "exec:/usr/bin/as -o /tmp/cc*.o", X);
	b = bench_new();
	feed_exec(b, "/usr/bin/ld", "ld -o=/tmp/cclfe9mE.res x");
	expect_only(b, "exec:/usr/bin/ld -o=/tmp/cc*.res x", X);
	b = bench_new();
	feed_exec(b, "/usr/bin/ld", "ld /home/u/.cache/rvm-x/cclfe9mE.res x");
	expect_only(b, "exec:/usr/bin/ld /home/u/.cache/rvm-x/cc*.res x", X);
	b = bench_new();
	feed_exec(b, "/usr/bin/rm", "rm /tmp/../etc/tmp.vkSiowwUom");
	expect_only(b, "exec:/usr/bin/rm /tmp/../etc/tmp.vkSiowwUom", X);
}

static void a_program_that_is_built_is_named_by_its_place(void)
{
	struct bench *b = bench_new();

	feed_exec(b, WORKSPACE "/prog", "./prog x");
	expect_only(b, "exec:./prog x", X);
	b = bench_new();
	feed_path(b, RVM_OP_WRITE, W, WORKSPACE "/prog");
	feed_exec(b, WORKSPACE "/prog", "./prog x");
	learn_propose(&b->learn);
	EXPECT(find(b, "run:./prog") && find(b, "path:./prog"));
	EXPECT_EQ(b->learn.n_lines, 2);
	bench_free(b);
}

/* The kernel makes an interpreter's arguments: the rule says which script it was for. */
static void an_interpreter_is_named_with_its_script(void)
{
	struct bench *b = bench_new();

	feed_exec(b, WORKSPACE "/s.sh", "./s.sh x");
	feed(b, RVM_CLASS_EXEC, RVM_OP_INTERP, X, "pid=4711 path=\"/usr/bin/env\"");
	learn_propose(&b->learn);
	if (!EXPECT_EQ(b->learn.n_lines, 2) || !EXPECT(find(b, "exec:./s.sh x")) ||
	    !EXPECT(find(b, "exec:/usr/bin/env " WORKSPACE "/s.sh")))
		note_lines(b);
	bench_free(b);
}

/* 100,000 names in one directory, in many, and as words: few lines, none of them wide. */
static void a_flood_of_names_gives_few_lines(void)
{
	struct bench *b = bench_new();
	char text[128];

	for (unsigned int i = 0; i < 100000; i++) {
		snprintf(text, sizeof(text), "/home/u/f%u", i);
		feed_path(b, RVM_OP_OPEN, R | W, text);
		snprintf(text, sizeof(text), WORKSPACE "/d%u/f", i);
		feed_path(b, RVM_OP_CREATE, W, text);
		snprintf(text, sizeof(text), "rm -rf %u", i);
		feed_exec(b, "/usr/bin/rm", text);
	}
	learn_propose(&b->learn);
	EXPECT(b->learn.n_lines <= LEARN_LINES_MAX);
	EXPECT(b->learn.n_left <= LEARN_LEFT_MAX);
	EXPECT(b->learn.nodes <= LEARN_NODES_MAX);
	EXPECT(!find(b, "path:./**") && !find(b, "path://home/u/**"));
	EXPECT_EQ(b->learn.records, 300000);
	bench_free(b);
}

/* Any bytes as a detail line: no crash, and only lines that a table can hold. */
static void random_detail_lines_do_no_harm(void)
{
	static const char *const parts[] = {
		"path=", "\"",	      "/",     WORKSPACE, "argv=",     " ",    "\\x",
		"2f",	 "..",	      "cut=1", "fs=8:1",  "**",	       "pid=", "4711",
		"addr=", "1.2.3.4:5", "as=",   "\xff",	  " (deleted)"
	};
	struct bench *b = bench_new();
	char text[512];

	for (unsigned int i = 0; i < 20000; i++) {
		size_t len = 0;

		for (unsigned int n = unit_random() % 24; n; n--)
			len += snprintf(text + len, sizeof(text) - len, "%s",
					parts[unit_random() % ARRAY_SIZE(parts)]);
		text[len] = '\0';
		feed(b, unit_random() % 8, unit_random() % 60, unit_random() % 8, text);
	}
	learn_propose(&b->learn);
	for (size_t i = 0; i < b->learn.n_lines; i++) {
		const char *resource = b->learn.lines[i].resource;

		if (!EXPECT(!name_fault(resource) && !strstr(resource, "/../")))
			NOTE("%s", resource);
	}
	bench_free(b);
}

int main(void)
{
	RUN(commands_are_exact_until_three_differ);
	RUN(a_program_alone_is_never_a_prefix);
	RUN(words_that_a_rule_cannot_say_are_left_out);
	RUN(a_command_with_a_turning_variable_is_left_out);
	RUN(a_word_that_varies_is_a_pattern);
	RUN(a_program_that_is_built_is_named_by_its_place);
	RUN(an_interpreter_is_named_with_its_script);
	RUN(a_flood_of_names_gives_few_lines);
	RUN(random_detail_lines_do_no_harm);
	return unit_done();
}
