// SPDX-License-Identifier: GPL-2.0-only
/* Scopes within scopes: pairs that people may write. */
#include "contain_world.h"

/* The inner scope is not contained. */
#define REFUSE (~0u)

struct side {
	enum rvm_class class;
	const char *text;
	u32 flags;
};

static void make_side(struct item *item, const struct side *side, u8 rights)
{
	make(item, side->class, side->flags, rights);
	switch (side->class) {
	case RVM_CLASS_PATH:
		EXPECT(set_glob(item, side->text));
		break;
	case RVM_CLASS_EXEC:
		set_words(item, side->text);
		break;
	case RVM_CLASS_NET:
		if (!strncmp(side->text, "unix:", 5))
			set_socket(item, side->text + 5);
		else
			set_range(item, side->text);
		break;
	case RVM_CLASS_TOOL:
	case RVM_CLASS_NAME:
		set_text(item, side->text, strlen(side->text));
		break;
	default:
		break;
	}
}

#define P(text, flags)                      \
	{                                   \
		RVM_CLASS_PATH, text, flags \
	}
#define X(text)                         \
	{                               \
		RVM_CLASS_EXEC, text, 0 \
	}
#define N(text)                        \
	{                              \
		RVM_CLASS_NET, text, 0 \
	}
#define T(text)                         \
	{                               \
		RVM_CLASS_TOOL, text, 0 \
	}
#define NAME(text)                      \
	{                               \
		RVM_CLASS_NAME, text, 0 \
	}
#define STAR                         \
	{                            \
		RVM_CLASS_ANY, "", 0 \
	}
#define SELF                          \
	{                             \
		RVM_CLASS_SELF, "", 0 \
	}

/* @added: the flags that the inner scope gets; REFUSE if it is not contained. */
struct row {
	struct side outer;
	struct side inner;
	u32 added;
};

static void check_rows(const struct row *row, size_t rows, u8 rights)
{
	static struct item outer, inner;

	for (; rows--; row++) {
		u32 added = REFUSE;

		make_side(&outer, &row->outer, rights);
		make_side(&inner, &row->inner, rights);
		if (rvm_scope_narrow(&outer.core, &inner.scope))
			added = inner.scope.flags & ~row->inner.flags & ~PREFIX &
				~RVM_SCOPE_FLAG_ANY_PROGRAM;
		if (!EXPECT_EQ(added, row->added))
			NOTE("\"%s\" in \"%s\"", row->inner.text, row->outer.text);
	}
}

#define CHECK_ROWS(rows, rights) check_rows(rows, ARRAY_SIZE(rows), rights)

static void globs_lie_within_globs(void)
{
	static const struct row rows[] = {
		{ P("**", 0), P("**", 0), 0 },
		{ P("**", 0), P("*.c", 0), 0 },
		{ P("**", 0), P("src/**", 0), 0 },
		{ P("**", 0), P("src/*/x*", 0), 0 },
		{ P("src/**", 0), P("src/*/x*", 0), 0 },
		{ P("src/**", 0), P("src/**/*.c", 0), 0 },
		{ P("src/**", 0), P("lib/**", 0), REFUSE },
		{ P("src/**", 0), P("**", 0), REFUSE },
		{ P("src/**", 0), P("srcs/**", 0), REFUSE },
		{ P("src", 0), P("src/**", 0), 0 },
		{ P("src", 0), P("src/*", 0), 0 },
		{ P("src/*", 0), P("src/**", 0), REFUSE },
		{ P("src/*", 0), P("src/*/**", 0), 0 },
		{ P("x/**", 0), P("x/**/y", 0), 0 },
		{ P("x/**", 0), P("x/**/y*", 0), 0 },
		{ P("x/**/y*", 0), P("x/**", 0), REFUSE },
		{ P("**/y*", 0), P("x/**/y?", 0), 0 },
		{ P("**/y*", 0), P("x/**/y?/z*", 0), 0 },
		{ P("**/y*", 0), P("x/**/z*", 0), REFUSE },
		{ P("**/*", 0), P("src/**", 0), 0 },
		{ P("**/*", 0), P("**", 0), REFUSE },
		{ P("**/a*/**/b*", 0), P("a*/a*/c/b*", 0), 0 },
		{ P("**/a*/**/b*", 0), P("b*/a*", 0), REFUSE },
		{ P("*", 0), P("*.c", 0), 0 },
		{ P("*.c", 0), P("*", 0), REFUSE },
		{ P("a*", 0), P("a*b", 0), 0 },
		{ P("a*", 0), P("a?", 0), 0 },
		{ P("a*b", 0), P("a*", 0), REFUSE },
		{ P("*b", 0), P("a*b", 0), 0 },
		{ P("a*b", 0), P("a*b*b", 0), 0 },
		{ P("*a*", 0), P("*ba*", 0), 0 },
		{ P("*ab*", 0), P("*a*b*", 0), REFUSE },
		{ P("*.*", 0), P("*.tar.?z", 0), 0 },
		{ P("?", 0), P("[ab]", 0), 0 },
		{ P("[ab]", 0), P("?", 0), REFUSE },
		{ P("[a-z]", 0), P("[b-d]", 0), 0 },
		{ P("[b-d]", 0), P("[a-z]", 0), REFUSE },
		{ P("[!a]", 0), P("[b-d]", 0), 0 },
		{ P("[!a]", 0), P("[!ab]", 0), 0 },
		{ P("[!ab]", 0), P("[!a]", 0), REFUSE },
		{ P("[ab]?", 0), P("[ab]c*", 0), REFUSE },
		{ P("?*", 0), P("*", 0), REFUSE },
		{ P("?*", 0), P("??*", 0), 0 },
		{ P("\\**", 0), P("\\*a*", 0), 0 },
		{ P("\\*?", 0), P("*?", 0), REFUSE },
		{ P("[*]?", 0), P("\\*[ab]", 0), 0 },
		{ P("[*]", 0), P("*", 0), REFUSE },
		{ P("[?]", 0), P("?", 0), REFUSE },
		{ P("***", 0), P("*", 0), 0 },
		{ P("*", 0), P("***", 0), 0 },
		{ P("", 0), P("*", 0), 0 },
		{ P("", 0), P("**/x*", 0), 0 },
		{ P("*", 0), P("**", 0), REFUSE },
	};

	CHECK_ROWS(rows, MOST);
}

static void what_lies_below_counts(void)
{
	static const struct row rows[] = {
		{ P("src*", ALONE), P("src*", 0), REFUSE },
		{ P("src*", ALONE), P("src*", ALONE), 0 },
		{ P("src*", 0), P("src*", ALONE), 0 },
		{ P("src*", ALONE), P("src*/x*", ALONE), REFUSE },
		{ P("src*/**", ALONE), P("src*/x*", 0), 0 },
		{ P("src*/**", ALONE), P("src*/x*/**", ALONE), 0 },
		{ P("src*/*", ALONE), P("src*/**", ALONE), REFUSE },
		{ P("**/*", ALONE), P("src*", ALONE), 0 },
	};

	CHECK_ROWS(rows, MOST);
}

/* A pattern without wildcards covers special files, and starts programs, because it names them. */
static void a_name_is_worth_what_the_source_names(void)
{
	static const struct row rows[] = {
		{ P("bin/x", 0), P("bin/x", 0), 0 },
		{ P("bin/x", 0), P("b\\in/x", 0), 0 },
		{ P("bin/**", 0), P("bin/x", 0), UNNAMED | LOAD },
		{ P("bin", 0), P("bin/x", 0), UNNAMED | LOAD },
		{ P("bin/[x]", 0), P("bin/x", 0), UNNAMED | LOAD },
		{ P("bin/x", LOAD), P("bin/x", 0), LOAD },
		{ P("bin/x", UNNAMED), P("bin/x", 0), UNNAMED },
		{ P("bin/x", UNNAMED | LOAD), P("bin/x", 0), UNNAMED | LOAD },
		{ P("bin/**", STARTS), P("bin/x", 0), UNNAMED },
		{ P("bin/**", STARTS), P("bin/x", STARTS), UNNAMED },
		{ P("bin/x", STARTS), P("bin/x", STARTS), 0 },
		{ P("bin/**", STARTS), P("bin/x", LOAD), UNNAMED },
		{ P("bin/**", STARTS), P("bin/x*", STARTS), 0 },
		{ P("bin/**", STARTS), P("bin/x*", 0), 0 },
		{ P("bin/**", 0), P("bin/x*", STARTS), REFUSE },
		{ P("bin/x", 0), P("bin/x", STARTS), REFUSE },
		{ P("bin/**", LOAD), P("bin/x*", STARTS), REFUSE },
		{ P("bin/**", 0), P("bin/x*", LOAD), 0 },
		{ P("bin/**", LOAD), P("bin/x*", 0), 0 },
		{ P("", 0), P("", 0), 0 },
		{ P("**", 0), P("", 0), UNNAMED | LOAD },
	};
	/* Without EXECUTE there is nothing to start. */
	static const struct row data[] = {
		{ P("bin/**", 0), P("bin/x", 0), UNNAMED },
		{ P("bin/x", LOAD), P("bin/x", 0), 0 },
		{ STAR, P("bin/x", 0), UNNAMED },
	};

	CHECK_ROWS(rows, MOST);
	CHECK_ROWS(data, READ | WRITE);
}

static void processes_of_the_partition_are_processes(void)
{
	static const struct row rows[] = {
		{ P("fd/*", OWN), P("fd/*", OWN), 0 },
		{ P("fd/*", OWN), P("*/fd/*", 0), REFUSE },
		{ P("fd/*", OWN), P("fd/*", 0), REFUSE },
		{ P("*/fd/*", 0), P("fd/*", OWN), 0 },
		{ P("**", 0), P("fd/*", OWN), 0 },
		{ P("fd/*", 0), P("*", OWN), REFUSE },
		{ P("[0-9]*/fd/*", 0), P("fd/*", OWN), REFUSE },
		{ P("fd", OWN), P("fd", OWN), 0 },
		{ P("fd", OWN), P("fd/0", OWN), UNNAMED | LOAD },
		{ P("*/fd", 0), P("fd", OWN), UNNAMED | LOAD },
		{ P("", OWN), P("", OWN), 0 },
		{ P("", 0), P("", OWN), UNNAMED | LOAD },
	};

	CHECK_ROWS(rows, MOST);
}

static void programs_keep_the_words_of_the_source(void)
{
	static const struct row rows[] = {
		{ X("git..."), X("git"), 0 },
		{ X("git..."), X("git..."), 0 },
		{ X("git..."), X("git|push..."), 0 },
		{ X("git|push..."), X("git..."), REFUSE },
		{ X("git|push..."), X("git|push"), 0 },
		{ X("git|push"), X("git|push..."), REFUSE },
		{ X("git|push"), X("git|push|x"), REFUSE },
		{ X("git|push..."), X("git|push|x"), 0 },
		{ X("git|push..."), X("git|pull"), REFUSE },
		{ X("git|push..."), X("git|pushx"), REFUSE },
		{ X("git|push*"), X("git|pushx"), 0 },
		{ X("git|push*"), X("git|push*x"), 0 },
		{ X("git|push*"), X("git|*"), REFUSE },
		{ X("git|*"), X("git|*"), 0 },
		{ X("git|*"), X("git"), REFUSE },
		{ X("git|*..."), X("git..."), REFUSE },
		{ X("git|a*b"), X("git|a*b*b"), 0 },
		{ X("git|a*b*b"), X("git|a*b"), REFUSE },
		{ X("git..."), X("./git|push"), 0 },
		{ X("/bin/git..."), X("git|push"), 0 },
		{ X("git..."), X("-git..."), REFUSE },
		{ X("git..."), X("ls"), REFUSE },
		{ X("g*..."), X("git"), REFUSE },
		{ X(""), X("git"), 0 },
		{ X(""), X(""), 0 },
		{ X("git..."), X(""), REFUSE },
		{ X("git..."), P("git", 0), REFUSE },
		{ P("**", STARTS), X("git"), REFUSE },
	};

	CHECK_ROWS(rows, MOST);
}

static void ranges_lie_within_ranges(void)
{
	static const struct row rows[] = {
		{ N("10.0.0.0/8"), N("10.0.0.0/8"), 0 },
		{ N("10.0.0.0/8"), N("10.1.0.0/16"), 0 },
		{ N("10.1.0.0/16"), N("10.0.0.0/8"), REFUSE },
		{ N("10.0.0.0/16"), N("10.0.0.0/8"), REFUSE },
		{ N("10.0.0.0/8"), N("11.0.0.0/16"), REFUSE },
		{ N("10.0.0.0/8:1-9"), N("10.1.0.0/16:2-9"), 0 },
		{ N("10.0.0.0/8:1-9"), N("10.1.0.0/16:2-10"), REFUSE },
		{ N("10.0.0.0/8:2-9"), N("10.1.0.0/16:1-3"), REFUSE },
		{ N("10.0.0.0/8"), N("10.0.0.0/8/tcp"), 0 },
		{ N("10.0.0.0/8/tcp"), N("10.0.0.0/8"), REFUSE },
		{ N("10.0.0.0/8/tcp"), N("10.0.0.0/8/udp"), REFUSE },
		/* Any host may become one of this machine's own addresses. */
		{ N("10.0.0.0/8"), N("10.1.1.1"), UNNAMED },
		{ N("10.1.1.1"), N("10.1.1.1"), 0 },
		{ { RVM_CLASS_NET, "10.1.1.1", UNNAMED }, N("10.1.1.1"), UNNAMED },
		/* What needs naming. */
		{ N("0.0.0.0/0"), N("127.0.0.0/8"), REFUSE },
		{ N("0.0.0.0/0"), N("127.0.0.1"), REFUSE },
		{ N("127.0.0.0/8"), N("127.0.0.1"), 0 },
		{ N("127.0.0.0/8"), N("127.0.0.0/16"), 0 },
		{ N("169.254.0.0/16"), N("169.254.169.254"), 0 },
		{ N("169.0.0.0/8"), N("169.254.169.254"), REFUSE },
		{ N("[::]/0"), N("[::1]"), REFUSE },
		{ N("[::]/0"), N("[fe80::]/10"), REFUSE },
		{ N("*"), N("10.0.0.0/8"), 0 },
		{ N("*"), N("[2001:db8::]/32"), 0 },
		{ N("[::]/64"), N("10.0.0.0/8"), REFUSE },
		{ N("[::]/64"), N("[::]/80"), 0 },
		{ N("[64:ff9b::]/96"), N("[64:ff9b::7f00:0]/104"), REFUSE },
		{ N("[64:ff9b::7f00:0]/104"), N("[64:ff9b::7f00:1]"), 0 },
		{ N("10.0.0.0/8"), N("unix:@a"), REFUSE },
	};

	CHECK_ROWS(rows, MOST);
}

static void sockets_are_named(void)
{
	static const struct row rows[] = {
		{ N("unix:@a"), N("unix:@a"), 0 },
		{ N("unix:@a"), N("unix:@ab"), REFUSE },
		{ N("unix:@a"), N("unix:a"), REFUSE },
		{ N("unix:a"), N("unix:@a"), REFUSE },
		{ N("unix:run/a"), N("unix:run/a"), 0 },
		{ N("unix:run/*"), N("unix:run/a"), UNNAMED },
		{ N("unix:run/*"), N("unix:run/a*"), 0 },
		{ N("unix:run/a"), N("unix:run/b"), REFUSE },
		{ N("unix:run/a"), N("10.0.0.0/8"), REFUSE },
		{ N("*"), N("unix:@a"), REFUSE },
		{ STAR, N("unix:@a"), REFUSE },
		{ STAR, N("unix:run/a"), REFUSE },
	};

	CHECK_ROWS(rows, MOST);
}

static void names_and_tools_begin_alike(void)
{
	static const struct row rows[] = {
		{ T("Task"), T("Task"), 0 },
		{ T("Task"), T("Tas"), REFUSE },
		{ T("T*"), T("Task"), 0 },
		{ T("T*"), T("Ta*"), 0 },
		{ T("Ta*"), T("T*"), REFUSE },
		{ T("*"), T("T*"), 0 },
		{ T("Task"), T("Task*"), REFUSE },
		{ T("*"), T("*"), 0 },
		{ T("mcp__x"), T("mcp__x"), 0 },
		{ T("mcp__x"), T("mcp__x__y"), 0 },
		{ T("mcp__x"), T("mcp__x__y*"), 0 },
		/* Of no length: no such tool, but the server does not cover it. */
		{ T("mcp__x"), T("mcp__x__*"), REFUSE },
		{ T("mcp__x__*"), T("mcp__x"), REFUSE },
		{ T("mcp__x*"), T("mcp__x"), 0 },
		{ T("mcp__x__y"), T("mcp__x"), REFUSE },
		{ T("a"), NAME("a"), REFUSE },
		{ NAME("a"), T("a"), REFUSE },
		{ NAME("a"), NAME("a"), 0 },
		{ NAME("a/*"), NAME("a/b"), 0 },
		{ NAME("a/*"), NAME("a/b/*"), 0 },
		{ NAME("a/*"), NAME("a"), REFUSE },
		{ NAME("a/"), NAME("a/*"), REFUSE },
		{ NAME("a/b/*"), NAME("a/*"), REFUSE },
		{ NAME("*"), NAME("a/*"), 0 },
		{ NAME("a/*"), NAME("*"), REFUSE },
		{ NAME("*"), NAME("partition/x"), 0 },
		{ SELF, SELF, 0 },
		{ SELF, T("*"), 0 },
		{ SELF, NAME("a/*"), 0 },
		{ SELF, NAME("*"), REFUSE },
		{ SELF, NAME("partition/x"), REFUSE },
		{ SELF, P("**", 0), REFUSE },
		{ SELF, STAR, REFUSE },
		{ T("*"), SELF, REFUSE },
		{ NAME("*"), SELF, REFUSE },
	};

	CHECK_ROWS(rows, MOST);
}

static void everything_is_within_everything(void)
{
	static const struct row rows[] = {
		{ STAR, STAR, 0 },
		{ STAR, P("bin/x", 0), 0 },
		{ STAR, P("**", STARTS), 0 },
		{ STAR, X("git..."), 0 },
		{ STAR, X(""), 0 },
		{ STAR, N("127.0.0.1"), 0 },
		{ STAR, N("unix:@a"), 0 },
		{ STAR, NAME("partition/x"), 0 },
		{ STAR, SELF, 0 },
		{ STAR, P("a", LOST), REFUSE },
	};
	/* Without all rights, only what needs no naming. */
	static const struct row most[] = {
		{ STAR, STAR, 0 },
		{ STAR, P("**", 0), 0 },
		{ STAR, P("**", STARTS), REFUSE },
		{ STAR, P("bin/x", 0), UNNAMED | LOAD },
		{ STAR, P("fd/*", OWN), 0 },
		{ STAR, X("git"), REFUSE },
		{ STAR, N("*"), 0 },
		{ STAR, N("10.0.0.0/8"), 0 },
		{ STAR, N("10.1.1.1"), UNNAMED },
		{ STAR, N("127.0.0.1"), REFUSE },
		{ STAR, SELF, 0 },
		{ STAR, T("mcp__x"), 0 },
		{ STAR, NAME("a"), 0 },
		{ STAR, NAME("*"), REFUSE },
		{ STAR, NAME("partition/x"), REFUSE },
		{ P("**", 0), STAR, REFUSE },
		{ N("*"), STAR, REFUSE },
		{ X(""), STAR, REFUSE },
	};

	CHECK_ROWS(rows, ALL);
	CHECK_ROWS(most, MOST);
}

static void what_is_nowhere_is_refused(void)
{
	static const struct row rows[] = {
		{ P("a", GONE), P("a", 0), REFUSE },
		{ P("a", 0), P("a", GONE), REFUSE },
		{ P("a", LOST), P("a", 0), REFUSE },
		{ P("a", 0), P("a", LOST), REFUSE },
		{ P("a", RVM_SCOPE_FLAG_NOCASE), P("a", 0), REFUSE },
		{ P("a", 0), P("a", RVM_SCOPE_FLAG_NOCASE), REFUSE },
		{ P("a", 0), P("a", RVM_SCOPE_FLAG_BUILTIN), REFUSE },
		{ { RVM_CLASS_EXEC, "a", GONE }, X("a"), REFUSE },
		{ X("a"), { RVM_CLASS_EXEC, "a", GONE }, REFUSE },
		{ { RVM_CLASS_NET, "unix:a", GONE }, N("unix:a"), REFUSE },
		{ N("unix:a"), { RVM_CLASS_NET, "unix:a", GONE }, REFUSE },
	};
	static struct item outer, inner;

	CHECK_ROWS(rows, MOST);
	/* Of another anchor, or of one that was lost meanwhile. */
	make_side(&outer, &(struct side)P("**", 0), ALL);
	make_side(&inner, &(struct side)P("a*", 0), ALL);
	EXPECT(rvm_scope_narrow(&outer.core, &inner.scope));
	inner.scope.anchor = &anchors[1];
	EXPECT(!rvm_scope_narrow(&outer.core, &inner.scope));
	inner.scope.anchor = NULL;
	EXPECT(!rvm_scope_narrow(&outer.core, &inner.scope));
	outer.scope.anchor = NULL;
	EXPECT(!rvm_scope_narrow(&outer.core, &inner.scope));
	make_side(&outer, &(struct side)STAR, ALL);
	EXPECT(!rvm_scope_narrow(&outer.core, &inner.scope));
	make_side(&outer, &(struct side)X("git..."), ALL);
	make_side(&inner, &(struct side)X("git"), ALL);
	inner.scope.anchor = &anchors[1];
	EXPECT(!rvm_scope_narrow(&outer.core, &inner.scope));
}

int main(void)
{
	RUN(globs_lie_within_globs);
	RUN(what_lies_below_counts);
	RUN(a_name_is_worth_what_the_source_names);
	RUN(processes_of_the_partition_are_processes);
	RUN(programs_keep_the_words_of_the_source);
	RUN(ranges_lie_within_ranges);
	RUN(sockets_are_named);
	RUN(names_and_tools_begin_alike);
	RUN(everything_is_within_everything);
	RUN(what_is_nowhere_is_refused);
	return unit_done();
}
