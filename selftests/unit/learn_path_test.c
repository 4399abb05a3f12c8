// SPDX-License-Identifier: GPL-2.0-only
/* Rows for files and directories, made from denials. */
#include "learn_bench.h"

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
	/* More than the program is known of the arguments: the rule ends open. */
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
		{ "/tmp/zshMzz1E4", "path://tmp/zsh\?\?\?\?\?\?" },
		{ "/tmp/sorttJXWKO", "path://tmp/sort\?\?\?\?\?\?" },
		{ "/tmp/sortedlist", "path://tmp/sortedlist" },
		{ "/tmp/sh-thd.ECynJV", "path://tmp/sh-thd.\?\?\?\?\?\?" },
		{ "/tmp/neverheardOfq7RkX2.log", "path://tmp/neverheardOf\?\?\?\?\?\?.log" },
		{ "/tmp/report2024", "path://tmp/report2024" },
		{ "/tmp/myMainFile.c", "path://tmp/myMainFile.c" },
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
	return unit_done();
}
