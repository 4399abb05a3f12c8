// SPDX-License-Identifier: GPL-2.0-only
/* What rvmctl learn makes of records: lines in, lines out, without a module. */
#include "lib/judge/judge.h"
#include "lib/model/rights.h"
#include "learn/learn.h"
#include "unit.h"

#define WORKSPACE "/nowhere/ws"
#define R RVM_RIGHT_READ
#define W RVM_RIGHT_WRITE
#define X RVM_RIGHT_EXECUTE

/* Eight random letters, as Python makes them. */
#define RANDOM4 "[a-z0-9_][a-z0-9_][a-z0-9_][a-z0-9_]"
#define RANDOM8 RANDOM4 RANDOM4

/* A learner and the sequence of its next record. */
struct bench {
	struct learn learn;
	uint64_t sequence;
};

static struct bench *bench_new(void)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct err err = { 0 };

	if (!b || learn_open(&b->learn, WORKSPACE, &err))
		abort();
	b->sequence = 100;
	return b;
}

static void bench_free(struct bench *b)
{
	EXPECT(!b->learn.no_memory);
	learn_close(&b->learn);
	free(b);
}

/* A refusal that the mode relaxed, with this detail line. */
static void feed(struct bench *b, uint8_t class, uint8_t op, uint8_t right, const char *detail)
{
	struct event event = {
		.rec = {
			.sequence = b->sequence++,
			.kind = RVM_KIND_PROOF_REJECTED,
			.flags = RVM_RECORD_F_DETAIL | RVM_RECORD_F_PERMISSIVE,
		},
		.payload = {
			.reason = RVM_REASON_NO_TOKEN,
			.right = right,
			.class = class,
			.operation = op,
		},
	};

	detail_parse(&event.detail, detail);
	learn_event(&b->learn, &event);
	detail_free(&event.detail);
}

static void feed_path(struct bench *b, uint8_t op, uint8_t right, const char *path)
{
	char detail[4200];

	snprintf(detail, sizeof(detail), "op=open pid=4711 path=\"%s\"", path);
	feed(b, RVM_CLASS_PATH, op, right, detail);
}

static void feed_exec(struct bench *b, const char *path, const char *argv)
{
	char detail[4200];

	snprintf(detail, sizeof(detail), "op=exec pid=4711 path=\"%s\" argv=\"%s\"", path, argv);
	feed(b, RVM_CLASS_EXEC, RVM_OP_EXEC, X, detail);
}

static const struct line *find(const struct bench *b, const char *resource)
{
	for (size_t i = 0; i < b->learn.n_lines; i++) {
		if (!strcmp(b->learn.lines[i].resource, resource))
			return &b->learn.lines[i];
	}
	return NULL;
}

static void note_lines(const struct bench *b)
{
	for (size_t i = 0; i < b->learn.n_lines; i++)
		NOTE("line %s", b->learn.lines[i].resource);
	for (size_t i = 0; i < b->learn.n_left && i < 5; i++)
		NOTE("left %s: %s", b->learn.left[i].object, b->learn.left[i].why);
}

/* Exactly one line, this one; NULL for none. */
static void expect_only(struct bench *b, const char *resource, uint8_t rights)
{
	const struct line *line;

	learn_propose(&b->learn);
	line = resource ? find(b, resource) : NULL;
	if (!EXPECT_EQ(b->learn.n_lines, resource ? 1 : 0) || (resource && !EXPECT(line)))
		note_lines(b);
	else if (line)
		EXPECT_EQ(line->rights, rights);
	if (!resource)
		EXPECT(b->learn.n_left);
	bench_free(b);
}

static void one_file_is_one_line_with_its_evidence(void)
{
	struct bench *b = bench_new();
	const struct line *line;

	feed_path(b, RVM_OP_OPEN, R, WORKSPACE "/a");
	feed_path(b, RVM_OP_WRITE, W, WORKSPACE "/a");
	feed_path(b, RVM_OP_WRITE, W, WORKSPACE "/a");
	learn_propose(&b->learn);
	EXPECT_EQ(b->learn.n_lines, 1);
	line = find(b, "path:./a");
	if (EXPECT(line)) {
		EXPECT_EQ(line->rights, R | W);
		EXPECT_EQ(line->seen.count, 3);
		EXPECT_EQ(line->seen.first, 100);
		EXPECT_EQ(line->seen.last, 102);
		EXPECT_STR(line->example, WORKSPACE "/a");
	}
	bench_free(b);
}

static void two_siblings_stay_names_and_three_are_a_pattern(void)
{
	struct bench *b = bench_new();

	feed_path(b, RVM_OP_OPEN, R, WORKSPACE "/two/a");
	feed_path(b, RVM_OP_OPEN, R, WORKSPACE "/two/b");
	feed_path(b, RVM_OP_OPEN, R, WORKSPACE "/three/a");
	feed_path(b, RVM_OP_OPEN, R, WORKSPACE "/three/b");
	feed_path(b, RVM_OP_OPEN, R, WORKSPACE "/three/c");
	feed_path(b, RVM_OP_OPEN, R, WORKSPACE "/objects/x.o");
	feed_path(b, RVM_OP_OPEN, R, WORKSPACE "/objects/y.o");
	feed_path(b, RVM_OP_OPEN, R, WORKSPACE "/objects/z.o");
	learn_propose(&b->learn);
	EXPECT_EQ(b->learn.n_lines, 4);
	EXPECT(find(b, "path:./two/a") && find(b, "path:./two/b"));
	EXPECT(find(b, "path:./three/**"));
	EXPECT(find(b, "path:./objects/*.o"));
	bench_free(b);
}

/* Reads of three siblings do not make the directory writable. */
static void a_pattern_gives_only_what_three_siblings_used(void)
{
	struct bench *b = bench_new();
	const struct line *line;

	feed_path(b, RVM_OP_OPEN, R, WORKSPACE "/d/a");
	feed_path(b, RVM_OP_OPEN, R, WORKSPACE "/d/b");
	feed_path(b, RVM_OP_OPEN, R | W, WORKSPACE "/d/c");
	learn_propose(&b->learn);
	line = find(b, "path:./d/**");
	EXPECT(line && line->rights == R);
	line = find(b, "path:./d/c");
	EXPECT(line && line->rights == W);
	bench_free(b);
}

static void no_pattern_at_roots_or_in_etc_home_and_tmp(void)
{
	static const char *const folders[] = { "",	"/etc", "/etc/x/y", "/home",	"/home/u/d",
					       "/root", "/tmp", "/usr",	    "/usr/lib", "/nowhere" };
	char path[64];

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		struct bench *b = bench_new();

		for (char c = 'a'; c < 'g'; c++) {
			snprintf(path, sizeof(path), "%s/%c", folders[i], c);
			feed_path(b, RVM_OP_OPEN, R | W, path);
		}
		learn_propose(&b->learn);
		for (size_t j = 0; j < b->learn.n_lines; j++) {
			if (!EXPECT(!strchr(b->learn.lines[j].resource, '*')))
				NOTE("%s", b->learn.lines[j].resource);
		}
		EXPECT(b->learn.n_lines);
		bench_free(b);
	}
}

static void the_workspace_and_what_is_above_is_no_line(void)
{
	static const char *const paths[] = { "/", "/nowhere", WORKSPACE };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct bench *b = bench_new();

		feed_path(b, RVM_OP_MKDIR, W, paths[i]);
		feed_path(b, RVM_OP_RMDIR, W, paths[i]);
		expect_only(b, NULL, 0);
	}
}

static void files_that_others_obey_are_not_writable(void)
{
	static const char *const names[] = { "Makefile", ".git/hooks/pre-commit", ".git/config",
					     "sub/.vscode/tasks.json", "package.json" };
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct bench *b = bench_new();

		snprintf(path, sizeof(path), WORKSPACE "/%s", names[i]);
		feed_path(b, RVM_OP_WRITE, W, path);
		expect_only(b, NULL, 0);
		b = bench_new();
		feed_path(b, RVM_OP_OPEN, R, path);
		snprintf(path, sizeof(path), "path:./%s", names[i]);
		expect_only(b, path, R);
	}
}

static void special_bytes_of_a_name_are_no_pattern(void)
{
	struct bench *b = bench_new();

	feed_path(b, RVM_OP_OPEN, R, WORKSPACE "/**");
	expect_only(b, "path:./\\*\\*", R);
	b = bench_new();
	feed_path(b, RVM_OP_OPEN, R, WORKSPACE "/[a-z]?\\x5c");
	expect_only(b, "path:./\\[a-z]\\?\\\\", R);
	b = bench_new();
	feed_path(b, RVM_OP_OPEN, R, WORKSPACE "/\\x22,\\x20path=");
	expect_only(b, "path:./\", path=", R);
}

static void control_bytes_and_broken_text_are_left_out(void)
{
	static const char *const names[] = { "a\\x0ab", "\\x1b[31m", "\\xff\\xfe", "\\x7f" };
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct bench *b = bench_new();

		snprintf(path, sizeof(path), WORKSPACE "/%s", names[i]);
		feed_path(b, RVM_OP_OPEN, R, path);
		expect_only(b, NULL, 0);
	}
}

static void a_line_that_is_cut_is_left_out(void)
{
	struct bench *b = bench_new();

	feed(b, RVM_CLASS_PATH, RVM_OP_OPEN, R, "path=\"" WORKSPACE "/abc\" cut=1");
	expect_only(b, NULL, 0);
	b = bench_new();
	feed(b, RVM_CLASS_EXEC, RVM_OP_EXEC, X, "path=\"/usr/bin/rm\" argv=\"rm\" cut=1");
	expect_only(b, NULL, 0);
	/* What is known of the words is more than the program: the rule ends open. */
	b = bench_new();
	feed(b, RVM_CLASS_EXEC, RVM_OP_EXEC, X, "path=\"/usr/bin/rm\" argv=\"rm a\" cut=1");
	expect_only(b, "exec:/usr/bin/rm a *", X);
}

static void names_that_vary_become_narrow_patterns(void)
{
	static const struct {
		const char *path;
		const char *resource;
	} rows[] = {
		{ "/tmp/ccAbC123.o", "path://tmp/cc\?\?\?\?\?\?.o" },
		{ "/tmp/tmp.vkSiowwUom", "path://tmp/tmp.\?\?\?\?\?\?\?\?\?\?" },
		{ "/tmp/plain", "path://tmp/plain" },
		{ "/tmp/database", "path://tmp/database" },
		{ WORKSPACE "/lock-4711", "path:./lock-[0-9]*" },
		{ WORKSPACE "/report-2024", "path:./report-2024" },
		{ "/proc/4711/maps", "path://proc/self/maps" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bench *b = bench_new();

		feed_path(b, RVM_OP_OPEN, R, rows[i].path);
		expect_only(b, rows[i].resource, R);
	}
}

static void a_probe_file_is_known_by_what_is_done_to_it(void)
{
	struct bench *b = bench_new();

	feed_path(b, RVM_OP_CREATE, W, "/tmp/abcdefgh");
	feed_path(b, RVM_OP_UNLINK, W, "/tmp/abcdefgh");
	feed_path(b, RVM_OP_CREATE, W, "/tmp/q_3defgh");
	feed_path(b, RVM_OP_UNLINK, W, "/tmp/q_3defgh");
	expect_only(b, "path://tmp/" RANDOM8, W);
	b = bench_new();
	feed_path(b, RVM_OP_MKDIR, W, "/tmp/pip-target-abcdefgh");
	feed_path(b, RVM_OP_CREATE, W, "/tmp/pip-target-abcdefgh/x");
	feed_path(b, RVM_OP_READ, R, "/tmp/pip-target-abcdefgh/x");
	feed_path(b, RVM_OP_RMDIR, W, "/tmp/pip-target-abcdefgh");
	feed_path(b, RVM_OP_MKDIR, W, "/tmp/pip-target-ijklmnop");
	feed_path(b, RVM_OP_CREATE, W, "/tmp/pip-target-ijklmnop/y");
	feed_path(b, RVM_OP_RMDIR, W, "/tmp/pip-target-ijklmnop");
	expect_only(b, "path://tmp/pip-target-" RANDOM8, R | W);
	/* Made and kept: the name may be somebody's choice. */
	b = bench_new();
	feed_path(b, RVM_OP_CREATE, W, "/tmp/abcdefgh");
	expect_only(b, "path://tmp/abcdefgh", W);
}

static void processes_of_others_and_switches_are_left_out(void)
{
	struct bench *b = bench_new();

	feed_path(b, RVM_OP_OPEN, R, "/proc/1/environ");
	feed_path(b, RVM_OP_OPEN, W, "/proc/sys/kernel/core_pattern");
	feed_path(b, RVM_OP_OPEN, W, "/proc/4711/mem");
	feed_path(b, RVM_OP_OPEN, W, "/sys/fs/cgroup/rvm/x/cgroup.procs");
	expect_only(b, NULL, 0);
}

/* Whatever is in it, and wherever it is; writing to it is another thing. */
static void a_folder_that_is_listed_is_a_line_without_what_it_holds(void)
{
	static const struct {
		const char *path, *resource;
	} rows[] = {
		{ "/", "path://." },
		{ "/etc", "path://etc/." },
		{ "/usr/share", "path://usr/share/." },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bench *b = bench_new();

		feed_path(b, RVM_OP_OPEN, R, rows[i].path);
		expect_only(b, rows[i].resource, R);
		b = bench_new();
		feed_path(b, RVM_OP_OPEN, W, rows[i].path);
		expect_only(b, NULL, 0);
	}
}

static void a_folder_that_is_made_anew_stays_a_name(void)
{
	struct bench *b = bench_new();

	feed_path(b, RVM_OP_MKDIR, W, WORKSPACE "/out");
	feed_path(b, RVM_OP_CREATE, W, WORKSPACE "/out/a");
	feed_path(b, RVM_OP_CREATE, W, WORKSPACE "/out/b");
	feed_path(b, RVM_OP_CREATE, W, WORKSPACE "/out/c");
	expect_only(b, "path:./\\out/**", W);
}

static void what_was_refused_for_good_is_left_out(void)
{
	static const uint8_t reasons[] = { RVM_REASON_EXCLUDED, RVM_REASON_SPECIAL,
					   RVM_REASON_EXPIRED, RVM_REASON_STALE, RVM_REASON_TIER };

	for (size_t i = 0; i < 2 * ARRAY_SIZE(reasons); i++) {
		struct bench *b = bench_new();
		struct event event = {
			.rec = { .kind = RVM_KIND_PROOF_REJECTED,
				 .flags = i % 2 ? RVM_RECORD_F_PERMISSIVE : 0 },
			.payload = { .reason = reasons[i / 2],
				     .right = R,
				     .class = RVM_CLASS_PATH,
				     .operation = RVM_OP_OPEN },
		};

		detail_parse(&event.detail, "path=\"" WORKSPACE "/a\"");
		learn_event(&b->learn, &event);
		detail_free(&event.detail);
		expect_only(b, NULL, 0);
	}
}

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

/* The program alone in front of a star would be any command of it. */
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

/* The kernel makes an interpreter's words: the rule says which script it was for. */
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
	RUN(one_file_is_one_line_with_its_evidence);
	RUN(two_siblings_stay_names_and_three_are_a_pattern);
	RUN(a_pattern_gives_only_what_three_siblings_used);
	RUN(no_pattern_at_roots_or_in_etc_home_and_tmp);
	RUN(the_workspace_and_what_is_above_is_no_line);
	RUN(files_that_others_obey_are_not_writable);
	RUN(special_bytes_of_a_name_are_no_pattern);
	RUN(control_bytes_and_broken_text_are_left_out);
	RUN(a_line_that_is_cut_is_left_out);
	RUN(names_that_vary_become_narrow_patterns);
	RUN(a_probe_file_is_known_by_what_is_done_to_it);
	RUN(processes_of_others_and_switches_are_left_out);
	RUN(a_folder_that_is_listed_is_a_line_without_what_it_holds);
	RUN(a_folder_that_is_made_anew_stays_a_name);
	RUN(what_was_refused_for_good_is_left_out);
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
