// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>

#include "grammar/scope_parse.h"
#include "lib/token/scope.h"
#include "lib/model/rights.h"
#include "lib/model/text.h"
#include "unit.h"
#include "vectors.h"

#define ALL RVM_RIGHTS_ALL
#define READ RVM_RIGHT_READ
#define WRITE RVM_RIGHT_WRITE
#define EXECUTE RVM_RIGHT_EXECUTE

#define WORK RVM_SCOPE_BASE_WORKSPACE
#define ROOT RVM_SCOPE_BASE_ROOT
#define HOME RVM_SCOPE_BASE_HOME

#define LOAD RVM_SCOPE_FLAG_LOAD
#define RUN_ RVM_SCOPE_FLAG_RUN
#define PROC RVM_SCOPE_FLAG_PROC_OWN
#define ALONE RVM_SCOPE_FLAG_ALONE
#define PREFIX RVM_SCOPE_FLAG_PREFIX
#define ANY_PROGRAM RVM_SCOPE_FLAG_ANY_PROGRAM

static int parse(const char *text, size_t len, u8 rights, struct rvm_scope_spec *spec, size_t *at,
		 const char **why, char *kept)
{
	char *exact = unit_exact(text, len);
	int err = rvm_scope_parse(spec, exact, len, rights, at, why);

	if (!err && spec->len) {
		memcpy(kept, spec->text, spec->len);
		kept[spec->len] = '\0';
	} else {
		*kept = '\0';
	}
	free(exact);
	return err;
}

/* clang-format off */
static const struct path_row {
	const char *text;
	enum rvm_scope_base base;
	const char *pattern;
	bool anywhere;
	u8 verb;
	u32 flags;
} paths[] = {
	/* Tool words, whose pattern is as in gitignore. */
	{ "Read(./src/**)", WORK, "src/**", false, READ, LOAD },
	{ "Read(src/**)", WORK, "src/**", false, READ, LOAD },
	{ "Read(/src/**)", WORK, "src/**", false, READ, LOAD },
	{ "Read(//etc/hosts)", ROOT, "etc/hosts", false, READ, LOAD },
	{ "Read(~/.ssh/*)", HOME, ".ssh/*", false, READ, LOAD },
	{ "Read(~)", HOME, "", false, READ, LOAD },
	{ "Read(~/)", HOME, "", false, READ, LOAD },
	{ "Read(//)", ROOT, "", false, READ, LOAD },
	{ "Read(.)", WORK, "", false, READ, LOAD },
	{ "Read(./)", WORK, "", false, READ, LOAD },
	{ "Read(/)", WORK, "", false, READ, LOAD },
	{ "Read(.env)", WORK, ".env", true, READ, LOAD },
	{ "Read(./.env)", WORK, ".env", false, READ, LOAD },
	{ "Read(./.env.*)", WORK, ".env.*", false, READ, LOAD },
	{ "Read(*.key)", WORK, "*.key", true, READ, LOAD },
	{ "Read(node_modules/)", WORK, "node_modules", true, READ, LOAD },
	{ "Read(a/b/)", WORK, "a/b", false, READ, LOAD },
	{ "Read(*)", WORK, "**", false, READ, LOAD },
	{ "Read(**)", WORK, "**", false, READ, LOAD },
	{ "Read(./**)", WORK, "**", false, READ, LOAD },
	{ "Read(./~x)", WORK, "~x", false, READ, LOAD },
	{ "Read(a (b))", WORK, "a (b)", true, READ, LOAD },
	{ "Read(x..y)", WORK, "x..y", true, READ, LOAD },
	{ "Read(./with space/**)", WORK, "with space/**", false, READ, LOAD },
	{ "Read(//proc/self/status)", ROOT, "proc/self/status", false, READ, LOAD | PROC },
	{ "Read(//proc/self)", ROOT, "proc/self", false, READ, LOAD | PROC },
	{ "Read(//proc/selfish)", ROOT, "proc/selfish", false, READ, LOAD },
	{ "Read(proc/self/x)", WORK, "proc/self/x", false, READ, LOAD },
	/* A directory without what is below it. */
	{ "LS(//etc/.)", ROOT, "etc", false, READ, LOAD | ALONE },
	{ "LS(//.)", ROOT, "", false, READ, LOAD | ALONE },
	{ "LS(~/.)", HOME, "", false, READ, LOAD | ALONE },
	{ "LS(./.)", WORK, "", false, READ, LOAD | ALONE },
	{ "LS(x/.)", WORK, "x", false, READ, LOAD | ALONE },
	{ "LS(//proc/self/.)", ROOT, "proc/self", false, READ, LOAD | PROC | ALONE },
	{ "/etc/.", ROOT, "etc", false, 0, ALONE }, { "path:./src/*/.", WORK, "src/*", false, 0, ALONE },
	{ "Read(x.)", WORK, "x.", true, READ, LOAD }, { "Read(//x.)", ROOT, "x.", false, READ, LOAD },
	/* Words and case: as the adapter has them. */
	{ "Read", WORK, "**", false, READ, LOAD }, { "READ", WORK, "**", false, READ, LOAD },
	{ "rEaD(x)", WORK, "x", true, READ, LOAD }, { "Write", WORK, "**", false, WRITE, LOAD },
	{ "wRITE(x)", WORK, "x", true, WRITE, LOAD }, { "eDiT(x)", WORK, "x", true, WRITE, LOAD }, { "Edit(*)", WORK, "**", false, WRITE, LOAD },
	{ "multiedit(x)", WORK, "x", true, WRITE, LOAD }, { "Write(./out/**)", WORK, "out/**", false, WRITE, LOAD },
	{ "NotebookEdit(n.ipynb)", WORK, "n.ipynb", true, WRITE, LOAD },
	{ "Glob", WORK, "**", false, READ, LOAD }, { "Grep(/x)", WORK, "x", false, READ, LOAD },
	{ "LS(/x)", WORK, "x", false, READ, LOAD },
	/* Bare paths: a slash in front is the root. */
	{ "/etc/passwd", ROOT, "etc/passwd", false, 0, 0 }, { "//etc/passwd", ROOT, "etc/passwd", false, 0, 0 },
	{ "/", ROOT, "", false, 0, 0 }, { "/*", ROOT, "*", false, 0, 0 }, { "/a/", ROOT, "a", false, 0, 0 },
	{ "./x", WORK, "x", false, 0, 0 }, { "./", WORK, "", false, 0, 0 }, { "~/x", HOME, "x", false, 0, 0 },
	{ "**", WORK, "**", false, 0, 0 }, { "agents/**", WORK, "agents/**", false, 0, 0 },
	{ "**/*.md", WORK, "**/*.md", false, 0, 0 },
	{ "file:/x", ROOT, "x", false, 0, 0 }, { "file:///x/y", ROOT, "x/y", false, 0, 0 },
	{ "file:x", WORK, "x", false, 0, 0 }, { "file:./x", WORK, "x", false, 0, 0 },
	{ "/proc/self", ROOT, "proc/self", false, 0, PROC },
	{ "/proc/self/fd/**", ROOT, "proc/self/fd/**", false, 0, PROC },
	{ "/proc/selfie", ROOT, "proc/selfie", false, 0, 0 }, { "/proc/1", ROOT, "proc/1", false, 0, 0 },
	/* Said openly. */
	{ "path:x", WORK, "x", false, 0, 0 }, { "path:agents/*", WORK, "agents/*", false, 0, 0 },
	{ "path:/x", ROOT, "x", false, 0, 0 }, { "path://x", ROOT, "x", false, 0, 0 },
	{ "path:~/x", HOME, "x", false, 0, 0 }, { "path:.", WORK, "", false, 0, 0 },
	{ "load:/usr/lib/**", ROOT, "usr/lib/**", false, 0, LOAD },
	{ "run:/usr/bin/*", ROOT, "usr/bin/*", false, 0, RUN_ }, { "run:./bin/x", WORK, "bin/x", false, 0, RUN_ },
	{ "path:Read(x)", WORK, "Read(x)", false, 0, 0 },
};

/* clang-format on */

static void each_path_is_read_as_said(void)
{
	char kept[RVM_RESOURCE_BYTES_MAX + 1];
	struct rvm_scope_spec spec;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		const struct path_row *row = &paths[i];
		int err = parse(row->text, strlen(row->text), READ, &spec, NULL, NULL, kept);

		if (!EXPECT_EQ(err, 0) || !EXPECT_EQ(spec.class, RVM_CLASS_PATH) ||
		    !EXPECT_EQ(spec.base, row->base) || !EXPECT_STR(kept, row->pattern) ||
		    !EXPECT_EQ(spec.anywhere, row->anywhere) || !EXPECT_EQ(spec.verb, row->verb) ||
		    !EXPECT_EQ(spec.flags, row->flags))
			NOTE("\"%s\"", row->text);
	}
}

/* clang-format off */
static const struct row {
	const char *text;
	u8 rights;
	enum rvm_class class;
	const char *kept;
	u32 flags;
	u16 family;
	u16 protocol;
	bool domain;
} rows[] = {
	/* Everything. */
	{ "*", ALL, RVM_CLASS_ANY, "*", 0, 0, 0, false }, { "*", READ, RVM_CLASS_ANY, "*", 0, 0, 0, false },
	{ "*:*", ALL, RVM_CLASS_ANY, "*:*", 0, 0, 0, false }, { "*.*", ALL, RVM_CLASS_ANY, "*.*", 0, 0, 0, false },
	{ "*:*", READ, RVM_CLASS_NAME, "*:*", 0, 0, 0, false }, { "*.*", READ, RVM_CLASS_NAME, "*.*", 0, 0, 0, false },
	/* Programs. */
	{ "Bash(git diff*)", EXECUTE, RVM_CLASS_EXEC, "git diff*", PREFIX, 0, 0, false },
	{ "Bash(npm run test:*)", EXECUTE, RVM_CLASS_EXEC, "npm run test:*", PREFIX, 0, 0, false },
	{ "Bash(ls)", EXECUTE, RVM_CLASS_EXEC, "ls", 0, 0, 0, false },
	{ "Bash(*)", EXECUTE, RVM_CLASS_EXEC, "*", PREFIX | ANY_PROGRAM, 0, 0, false },
	{ "Bash", EXECUTE, RVM_CLASS_EXEC, "*", PREFIX | ANY_PROGRAM, 0, 0, false },
	{ "Bash(echo (x))", EXECUTE, RVM_CLASS_EXEC, "echo (x)", 0, 0, 0, false },
	{ "exec:python *", EXECUTE, RVM_CLASS_EXEC, "python *", PREFIX, 0, 0, false },
	{ "Bash(rm -rf /**)", EXECUTE, RVM_CLASS_EXEC, "rm -rf /**", PREFIX, 0, 0, false },
	/* Addresses. */
	{ "WebFetch", EXECUTE, RVM_CLASS_NET, "*:*", 0, 0, 0, false },
	{ "WebFetch(*)", EXECUTE, RVM_CLASS_NET, "*:*", 0, 0, 0, false },
	{ "WebFetch(domain:*)", EXECUTE, RVM_CLASS_NET, "*:*", 0, 0, 0, false },
	{ "WebFetch(domain:example.com)", EXECUTE, RVM_CLASS_NET, "example.com", 0, 0, 0, true },
	{ "WebFetch(domain:*.example.com)", EXECUTE, RVM_CLASS_NET, "*.example.com", 0, 0, 0, true },
	{ "net:1.2.3.4:443", EXECUTE, RVM_CLASS_NET, "1.2.3.4:443", 0, 0, 0, false },
	{ "net:example.com:443", EXECUTE, RVM_CLASS_NET, "example.com:443", 0, 0, 0, false },
	{ "net:*", EXECUTE, RVM_CLASS_NET, "*", 0, 0, 0, false },
	{ "tcp:[::1]:80-90", EXECUTE, RVM_CLASS_NET, "[::1]:80-90", 0, 0, 6, false },
	{ "udp:*:53", EXECUTE, RVM_CLASS_NET, "*:53", 0, 0, 17, false },
	{ "unix:/run/x.sock", EXECUTE, RVM_CLASS_NET, "/run/x.sock", 0, 1, 0, false },
	{ "unix:~/x.sock", EXECUTE, RVM_CLASS_NET, "~/x.sock", 0, 1, 0, false },
	{ "unix:x.sock", EXECUTE, RVM_CLASS_NET, "x.sock", 0, 1, 0, false },
	{ "unix:/proc/self/x", EXECUTE, RVM_CLASS_NET, "/proc/self/x", 0, 1, 0, false },
	{ "unix:@name", EXECUTE, RVM_CLASS_NET, "@name", 0, 1, 0, false },
	/* Tools: a word with a capital, or with brackets. */
	{ "mcp__x__read", EXECUTE, RVM_CLASS_TOOL, "mcp__x__read", 0, 0, 0, false },
	{ "mcp__x__*", EXECUTE, RVM_CLASS_TOOL, "mcp__x__*", 0, 0, 0, false },
	{ "mcp__x__**", EXECUTE, RVM_CLASS_TOOL, "mcp__x__**", 0, 0, 0, false },
	{ "Task", EXECUTE, RVM_CLASS_TOOL, "Task", 0, 0, 0, false },
	{ "TodoWrite", EXECUTE, RVM_CLASS_TOOL, "TodoWrite", 0, 0, 0, false },
	{ "NotebookRead(./a)", EXECUTE, RVM_CLASS_TOOL, "NotebookRead(./a)", 0, 0, 0, false },
	{ "Reader(x)", EXECUTE, RVM_CLASS_TOOL, "Reader(x)", 0, 0, 0, false },
	{ "glob(**)", EXECUTE, RVM_CLASS_TOOL, "glob(**)", 0, 0, 0, false },
	{ "notebookedit(x)", EXECUTE, RVM_CLASS_TOOL, "notebookedit(x)", 0, 0, 0, false },
	{ "grep(x)", EXECUTE, RVM_CLASS_TOOL, "grep(x)", 0, 0, 0, false },
	{ "ls(x)", EXECUTE, RVM_CLASS_TOOL, "ls(x)", 0, 0, 0, false },
	{ "bash(ls)", EXECUTE, RVM_CLASS_TOOL, "bash(ls)", 0, 0, 0, false },
	{ "a(x)", EXECUTE, RVM_CLASS_TOOL, "a(x)", 0, 0, 0, false },
	{ "z(x)", EXECUTE, RVM_CLASS_TOOL, "z(x)", 0, 0, 0, false },
	{ "A", EXECUTE, RVM_CLASS_TOOL, "A", 0, 0, 0, false },
	{ "Z", EXECUTE, RVM_CLASS_TOOL, "Z", 0, 0, 0, false },
	{ "T09(x)", EXECUTE, RVM_CLASS_TOOL, "T09(x)", 0, 0, 0, false },
	{ "tool:x", EXECUTE, RVM_CLASS_TOOL, "x", 0, 0, 0, false },
	{ "tool:Read", EXECUTE, RVM_CLASS_TOOL, "Read", 0, 0, 0, false },
	/* Names: all the rest. */
	{ "", READ, RVM_CLASS_NAME, "", 0, 0, 0, false }, { "ns/x", READ, RVM_CLASS_NAME, "ns/x", 0, 0, 0, false },
	{ "agents/*", READ, RVM_CLASS_NAME, "agents/*", 0, 0, 0, false },
	{ "task", READ, RVM_CLASS_NAME, "task", 0, 0, 0, false },
	{ "Read_file", READ, RVM_CLASS_TOOL, "Read_file", 0, 0, 0, false },
	{ "Read-only", READ, RVM_CLASS_NAME, "Read-only", 0, 0, 0, false },
	{ "Read x", READ, RVM_CLASS_NAME, "Read x", 0, 0, 0, false },
	{ "Read(x) ", READ, RVM_CLASS_NAME, NULL, 0, 0, 0, false },
	{ " Read(x)", READ, RVM_CLASS_NAME, " Read(x)", 0, 0, 0, false },
	{ "\xef\xbc\xb2" "ead", READ, RVM_CLASS_NAME, "\xef\xbc\xb2" "ead", 0, 0, 0, false },
	{ "a\tb\n", READ, RVM_CLASS_NAME, "a\tb\n", 0, 0, 0, false },
	{ ".hidden", READ, RVM_CLASS_NAME, ".hidden", 0, 0, 0, false }, { "~x", READ, RVM_CLASS_NAME, "~x", 0, 0, 0, false },
	{ "https://x/y", READ, RVM_CLASS_NAME, "https://x/y", 0, 0, 0, false },
	{ "name:*", READ, RVM_CLASS_NAME, "*", 0, 0, 0, false }, { "name:/x", READ, RVM_CLASS_NAME, "/x", 0, 0, 0, false },
	{ "Foo(bar", READ, RVM_CLASS_NAME, "Foo(bar", 0, 0, 0, false },
	{ "1(x)", READ, RVM_CLASS_NAME, "1(x)", 0, 0, 0, false },
	{ "glob", READ, RVM_CLASS_NAME, "glob", 0, 0, 0, false },
	{ "ls", READ, RVM_CLASS_NAME, "ls", 0, 0, 0, false },
	{ "foo(bar", READ, RVM_CLASS_NAME, "foo(bar", 0, 0, 0, false },
};

/* clang-format on */

static void each_string_has_its_class(void)
{
	char kept[RVM_RESOURCE_BYTES_MAX + 1];
	struct rvm_scope_spec spec;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		int err = parse(row->text, strlen(row->text), row->rights, &spec, NULL, NULL, kept);

		/* A NULL here: refused, see below. */
		if (!row->kept) {
			EXPECT_EQ(err, -EINVAL);
			continue;
		}
		if (!EXPECT_EQ(err, 0) || !EXPECT_EQ(spec.class, row->class) ||
		    !EXPECT_STR(kept, row->kept) || !EXPECT_EQ(spec.flags, row->flags) ||
		    !EXPECT_EQ(spec.family, row->family) ||
		    !EXPECT_EQ(spec.protocol, row->protocol) ||
		    !EXPECT_EQ(spec.domain, row->domain))
			NOTE("\"%s\"", row->text);
	}
}

static void no_resource_is_the_root_token_or_the_own_partition(void)
{
	struct rvm_scope_spec spec;

	EXPECT_EQ(rvm_scope_parse(&spec, NULL, 0, ALL, NULL, NULL), 0);
	EXPECT_EQ(spec.class, RVM_CLASS_ANY);
	EXPECT_EQ(rvm_scope_parse(&spec, NULL, 0, ALL & ~RVM_RIGHT_PROVE, NULL, NULL), 0);
	EXPECT_EQ(spec.class, RVM_CLASS_SELF);
	EXPECT_EQ(rvm_scope_parse(&spec, NULL, 0, 0, NULL, NULL), 0);
	EXPECT_EQ(spec.class, RVM_CLASS_SELF);
}

#define BYTES(s) s, sizeof(s) - 1

static const struct bad_row {
	const char *text;
	size_t len;
	size_t at;
} bad[] = {
	/* Out of the workspace, or not to be followed. */
	{ BYTES("../x"), 0 },
	{ BYTES("../../etc/passwd"), 0 },
	{ BYTES("Read(..)"), 5 },
	{ BYTES("Read(../x)"), 5 },
	{ BYTES("Read(a/../b)"), 7 },
	{ BYTES("Read(//a/../b)"), 9 },
	{ BYTES("/a/.."), 3 },
	{ BYTES("path:../x"), 5 },
	{ BYTES("~/../x"), 2 },
	{ BYTES("run:a/./b"), 6 },
	{ BYTES("/a/./."), 3 },
	{ BYTES("/a//."), 3 },
	{ BYTES("unix:/a/."), 5 },
	{ BYTES("/a//b"), 3 },
	{ BYTES("///a"), 2 },
	{ BYTES("Read(~root/x)"), 5 },
	/* Nothing there. */
	{ BYTES("Read()"), 5 },
	{ BYTES("Bash()"), 5 },
	{ BYTES("Bash( )"), 5 },
	{ BYTES("path:"), 5 },
	{ BYTES("name:"), 5 },
	{ BYTES("tool:"), 5 },
	{ BYTES("net:"), 4 },
	{ BYTES("unix:"), 5 },
	{ BYTES("unix:@"), 5 },
	{ BYTES("unix:/"), 5 },
	{ BYTES("exec:"), 5 },
	{ BYTES("WebFetch()"), 9 },
	{ BYTES("WebFetch(domain:)"), 9 },
	/* Not closed. */
	{ BYTES("Read("), 5 },
	{ BYTES("Write(x"), 7 },
	{ BYTES("Bash(ls) x"), 10 },
	{ BYTES("WebFetch(x"), 10 },
	/* Not what it says. */
	{ BYTES("WebFetch(https://x)"), 9 },
	{ BYTES("WebFetch(domain:a/b)"), 17 },
	{ BYTES("net:1.2.3.4:99999"), 16 },
	{ BYTES("tcp:::1"), 4 },
	{ BYTES("file://host/x"), 5 },
	{ BYTES("file://"), 5 },
	{ BYTES("file:"), 5 },
	{ BYTES("Bash(g*t x)"), 6 },
	/* Control bytes. */
	{ BYTES("/a\0b"), 2 },
	{ BYTES("/a\nb"), 2 },
	{ BYTES("Read(a\x7f)"), 6 },
	{ BYTES("Bash(\0)"), 5 },
	{ BYTES("Bash(a\nb)"), 6 },
	{ BYTES("net:a\tb"), 5 },
	{ BYTES("unix:@a\0"), 7 },
	{ BYTES("unix:/a\x01"), 7 },
};

static void what_is_wrong_is_said_with_its_place_and_a_sentence(void)
{
	char kept[RVM_RESOURCE_BYTES_MAX + 1];
	struct rvm_scope_spec spec;
	const char *why;
	size_t i, at;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		at = 99;
		why = NULL;
		if (!EXPECT_EQ(parse(bad[i].text, bad[i].len, READ, &spec, &at, &why, kept),
			       -EINVAL) ||
		    !EXPECT_EQ(at, bad[i].at) || !EXPECT(why && strlen(why) > 10))
			NOTE("\"%s\": %zu, %s", bad[i].text, at, why ? why : "");
	}
}

static void a_nul_is_a_byte_of_a_name(void)
{
	char kept[RVM_RESOURCE_BYTES_MAX + 1];
	struct rvm_scope_spec spec;

	EXPECT_EQ(parse(BYTES("Read\0"), READ, &spec, NULL, NULL, kept), 0);
	EXPECT_EQ(spec.class, RVM_CLASS_NAME);
	EXPECT_EQ(spec.len, 5);
	EXPECT_EQ(parse(BYTES("*\0"), ALL, &spec, NULL, NULL, kept), 0);
	EXPECT_EQ(spec.class, RVM_CLASS_NAME);
	EXPECT_EQ(parse(BYTES("mcp__\0"), ALL, &spec, NULL, NULL, kept), 0);
	EXPECT_EQ(spec.class, RVM_CLASS_TOOL);
	EXPECT_EQ(spec.len, 6);
}

static void the_longest_resource_has_4096_bytes(void)
{
	char text[RVM_RESOURCE_BYTES_MAX + 1], kept[RVM_RESOURCE_BYTES_MAX + 1];
	struct rvm_scope_spec spec;
	const char *why;
	size_t at;

	memset(text, 'r', sizeof(text));
	EXPECT_EQ(parse(text, RVM_RESOURCE_BYTES_MAX, READ, &spec, NULL, NULL, kept), 0);
	EXPECT_EQ(spec.len, RVM_RESOURCE_BYTES_MAX);
	EXPECT_EQ(parse(text, RVM_RESOURCE_BYTES_MAX + 1, READ, &spec, &at, &why, kept), -E2BIG);
	EXPECT_EQ(at, RVM_RESOURCE_BYTES_MAX);
}

/* What adapters really emit: each string has a class, or a sentence. */
static unsigned int classes[RVM_CLASS_SYS + 1];

static u8 rights_of(const json_t *token)
{
	const json_t *right;
	u8 rights = 0;
	size_t i;

	json_array_foreach(member(token, "rights"), i, right)
		rights |= rvm_right_parse(json_string_value(right), json_string_length(right));
	return rights;
}

static void check_table(const char *name, const json_t *input, const json_t *table)
{
	char kept[RVM_RESOURCE_BYTES_MAX + 1];
	struct rvm_scope_spec spec;
	const json_t *token;
	size_t i;

	(void)input;
	json_array_foreach(table, i, token) {
		const json_t *resource = json_object_get(token, "resource");
		size_t len = json_string_length(resource), at = SIZE_MAX;
		const char *why = NULL;
		int err;

		if (!json_is_string(resource))
			continue;
		err = parse(json_string_value(resource), len, rights_of(token), &spec, &at, &why,
			    kept);
		if (err ? !EXPECT(why && at <= len) : !EXPECT(spec.class != RVM_CLASS_NONE))
			NOTE("%s: %s", name, json_string_value(resource));
		classes[err ? RVM_CLASS_NONE : spec.class]++;
	}
}

static void what_adapters_emit_has_a_class_or_a_sentence(void)
{
	unsigned int i;

	if (!corpus_each_pair("permissions", ".allow.json", check_table))
		SKIP("no corpus");
	corpus_each_pair("claims", ".claims.json", check_table);
	for (i = 0; i < RVM_CLASS_SYS; i++)
		NOTE("%s: %u", i ? rvm_class_name(i) : "refused", classes[i]);
	EXPECT(classes[RVM_CLASS_ANY] && classes[RVM_CLASS_PATH] && classes[RVM_CLASS_EXEC] &&
	       classes[RVM_CLASS_NET] && classes[RVM_CLASS_TOOL] && classes[RVM_CLASS_NAME]);
}

static void each_class_has_a_name(void)
{
	EXPECT_STR(rvm_class_name(RVM_CLASS_NONE), "none");
	EXPECT_STR(rvm_class_name(RVM_CLASS_EXEC), "exec");
	EXPECT_STR(rvm_class_name(RVM_CLASS_SYS), "sys");
	EXPECT_STR(rvm_class_name(RVM_CLASS_SYS + 1), "unknown");
}

int main(void)
{
	RUN(each_path_is_read_as_said);
	RUN(each_string_has_its_class);
	RUN(no_resource_is_the_root_token_or_the_own_partition);
	RUN(what_is_wrong_is_said_with_its_place_and_a_sentence);
	RUN(a_nul_is_a_byte_of_a_name);
	RUN(the_longest_resource_has_4096_bytes);
	RUN(what_adapters_emit_has_a_class_or_a_sentence);
	RUN(each_class_has_a_name);
	return unit_done();
}
