// SPDX-License-Identifier: GPL-2.0-only
/* What a resource string means; the longest rule first. */
#include <linux/errno.h>
#include <linux/string.h>

#include "grammar/addr_parse.h"
#include "grammar/argv_parse.h"
#include "grammar/scope_parse.h"
#include "lib/token/scope.h"
#include "lib/model/rights.h"
#include "lib/pattern/argv.h"

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17

/* A string that is being parsed, and where to say what is wrong with it. */
struct source {
	const char *text;
	size_t len;
	size_t *at;
	const char **why;
};

static int fail(const struct source *src, const char *where, const char *why)
{
	if (src->at)
		*src->at = where - src->text;
	if (src->why)
		*src->why = why;
	return -EINVAL;
}

static bool equals(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(text, word, len);
}

static bool starts_with(const char *text, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && !memcmp(text, word, n);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What may stand in a tool word; the same bytes as in the adapter's own test. */
static bool is_word_byte(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static int check_bytes(const struct source *src, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((u8)text[i] < 0x20 || text[i] == 0x7f)
			return fail(src, text + i, "a control character is not allowed: remove it");
	return 0;
}

static void set_text(struct rvm_scope_spec *spec, enum rvm_class class, const char *text,
		     size_t len)
{
	spec->class = class;
	spec->text = text;
	spec->len = len;
}

/* Every name of a path pattern: not empty, not "." or "..". */
static int check_names(const struct source *src, const char *text, size_t len)
{
	size_t begin, end;

	for (begin = 0; len && begin <= len; begin = end + 1) {
		const char *name = text + begin;
		size_t n;

		for (end = begin; end < len && text[end] != '/'; end++)
			;
		n = end - begin;
		if (!n)
			return fail(src, name, "an empty name: write one slash between names");
		if (equals(name, n, ".."))
			return fail(src, name,
				    "\"..\" is not followed: write the path it leads to");
		if (equals(name, n, "."))
			return fail(src, name, "\".\" inside of a path: leave it out");
	}
	return 0;
}

static bool is_own_proc(const char *text, size_t len)
{
	return starts_with(text, len, "proc/self") && (len == 9 || text[9] == '/');
}

/* What is left when the base was taken off the front. */
static int finish_path(struct rvm_scope_spec *spec, const struct source *src, const char *text,
		       size_t len)
{
	int err;

	err = check_bytes(src, text, len);
	if (err)
		return err;
	/* "x/" means the directory x; a glob that matches a directory covers what is below. */
	if (len && text[len - 1] == '/') {
		len--;
	} else if (equals(text, len, ".") || (len > 1 && !memcmp(text + len - 2, "/.", 2))) {
		/* But not "x/.". */
		spec->flags |= RVM_SCOPE_FLAG_ALONE;
		len -= len > 1 ? 2 : 1;
	}
	err = check_names(src, text, len);
	if (err)
		return err;
	if (spec->base == RVM_SCOPE_BASE_ROOT && is_own_proc(text, len))
		spec->flags |= RVM_SCOPE_FLAG_PROC_OWN;
	set_text(spec, RVM_CLASS_PATH, text, len);
	return 0;
}

/* "//x", "~/x", "./x", "x", and "/x", which @slash says the base of. */
static int parse_path(struct rvm_scope_spec *spec, const struct source *src, const char *text,
		      size_t len, enum rvm_scope_base slash)
{
	size_t skip = 0;

	if (!len)
		return fail(src, text, "the path is missing: write \".\" for the workspace");
	spec->base = RVM_SCOPE_BASE_WORKSPACE;
	if (starts_with(text, len, "//")) {
		spec->base = RVM_SCOPE_BASE_ROOT;
		skip = 2;
	} else if (text[0] == '/') {
		spec->base = slash;
		skip = 1;
	} else if (equals(text, len, "~") || starts_with(text, len, "~/")) {
		spec->base = RVM_SCOPE_BASE_HOME;
		skip = len > 1 ? 2 : 1;
	} else if (text[0] == '~') {
		return fail(src, text,
			    "write the path of that home with //, or ./~name for a file");
	} else if (equals(text, len, ".") || starts_with(text, len, "./")) {
		skip = len > 1 ? 2 : 1;
	} else if (equals(text, len, "..") || starts_with(text, len, "../")) {
		return fail(src, text, "this leaves the workspace: write an absolute path");
	}
	return finish_path(spec, src, text + skip, len - skip);
}

static int cover_workspace(struct rvm_scope_spec *spec)
{
	spec->base = RVM_SCOPE_BASE_WORKSPACE;
	set_text(spec, RVM_CLASS_PATH, "**", 2);
	return 0;
}

/* What is in the brackets of "Read(...)". */
static int parse_pattern(struct rvm_scope_spec *spec, const struct source *src, const char *text,
			 size_t len)
{
	int err;

	if (!len)
		return fail(src, text, "empty brackets: write the bare word for the workspace");
	if (equals(text, len, "*") || equals(text, len, "**"))
		return cover_workspace(spec);
	err = parse_path(spec, src, text, len, RVM_SCOPE_BASE_WORKSPACE);
	if (err)
		return err;
	/* As in gitignore, a slash at the end alone does not tie it to one directory. */
	spec->anywhere = spec->base == RVM_SCOPE_BASE_WORKSPACE && spec->len &&
			 !memchr(text, '/', len - 1);
	return 0;
}

static int parse_words(struct rvm_scope_spec *spec, const struct source *src, const char *text,
		       size_t len)
{
	size_t at = 0, words_len;
	bool prefix;
	int err;

	err = rvm_argv_parse_pattern(text, len, NULL, 0, &words_len, &prefix, &at);
	if (err == -E2BIG)
		return fail(src, text + at, "too long, or too many arguments or stars: shorten it");
	if (err)
		return fail(
			src, text + at,
			"name the program, without *, then its arguments; no control characters");
	if (prefix)
		spec->flags |= RVM_SCOPE_FLAG_PREFIX;
	if (!words_len)
		spec->flags |= RVM_SCOPE_FLAG_ANY_PROGRAM;
	set_text(spec, RVM_CLASS_EXEC, text, len);
	return 0;
}

static int parse_any_address(struct rvm_scope_spec *spec)
{
	set_text(spec, RVM_CLASS_NET, "*:*", 3);
	return 0;
}

static int parse_address(struct rvm_scope_spec *spec, const struct source *src, const char *text,
			 size_t len, u16 protocol)
{
	struct rvm_addr_range range;
	size_t at = 0;
	int err;

	err = check_bytes(src, text, len);
	if (err)
		return err;
	if (rvm_addr_parse_range(text, len, &range, &at) == -EINVAL)
		return fail(src, text + at, "write HOST:PORT, such as 10.0.0.0/8:80-90 or [::1]:*");
	spec->protocol = protocol;
	set_text(spec, RVM_CLASS_NET, text, len);
	return 0;
}

static int parse_unix(struct rvm_scope_spec *spec, const struct source *src, const char *text,
		      size_t len)
{
	int err;

	spec->family = RVM_FAMILY_UNIX;
	if (len && text[0] == '@') {
		err = check_bytes(src, text, len);
		if (err)
			return err;
		if (len == 1)
			return fail(src, text, "the name behind \"@\" is missing");
	} else {
		err = parse_path(spec, src, text, len, RVM_SCOPE_BASE_ROOT);
		if (err)
			return err;
		if (!spec->len || spec->flags & RVM_SCOPE_FLAG_ALONE)
			return fail(src, text, "this is a directory: name the socket");
		/* Such as /proc/self/fd/3: a socket is not a task's entry. */
		spec->flags = 0;
	}
	set_text(spec, RVM_CLASS_NET, text, len);
	return 0;
}

static int parse_fetch(struct rvm_scope_spec *spec, const struct source *src, const char *text,
		       size_t len)
{
	size_t i;

	if (equals(text, len, "*") || equals(text, len, "domain:*"))
		return parse_any_address(spec);
	if (!starts_with(text, len, "domain:") || len == 7)
		return fail(src, text, "write WebFetch(domain:NAME)");
	for (i = 7; i < len; i++)
		if (!is_word_byte(text[i]) && (u8)text[i] < 0x80 && text[i] != '.' &&
		    text[i] != '-' && text[i] != '*')
			return fail(src, text + i,
				    "this is not a domain name: leave out scheme, port and path");
	spec->domain = true;
	set_text(spec, RVM_CLASS_NET, text + 7, len - 7);
	return 0;
}

/* Tool words whose bracket holds a path pattern. */
static const struct tool {
	const char *word;
	u8 verb;
	/* The adapter folds these. */
	bool nocase;
} tools[] = {
	{ "Read", RVM_RIGHT_READ, true },	    { "Write", RVM_RIGHT_WRITE, true },
	{ "Edit", RVM_RIGHT_WRITE, true },	    { "MultiEdit", RVM_RIGHT_WRITE, true },
	{ "NotebookEdit", RVM_RIGHT_WRITE, false }, { "Glob", RVM_RIGHT_READ, false },
	{ "Grep", RVM_RIGHT_READ, false },	    { "LS", RVM_RIGHT_READ, false },
};

static bool is_tool(const struct tool *tool, const char *word, size_t len)
{
	size_t i;

	if (!tool->nocase)
		return equals(word, len, tool->word);
	if (strlen(tool->word) != len)
		return false;
	for (i = 0; i < len; i++)
		if (lower(word[i]) != lower(tool->word[i]))
			return false;
	return true;
}

static const struct tool *find_tool(const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tools); i++)
		if (is_tool(&tools[i], word, len))
			return &tools[i];
	return NULL;
}

/* A string that begins with a word: the word, and what is in its brackets. */
struct call {
	size_t word_len;
	bool bare;
	/* A bracket was opened; NULL if it is not closed at the very end. */
	bool open;
	const char *inner;
	size_t inner_len;
};

static bool split_call(const struct source *src, struct call *call)
{
	size_t n = 0;

	memset(call, 0, sizeof(*call));
	if (!src->len || !is_letter(src->text[0]))
		return false;
	while (n < src->len && is_word_byte(src->text[n]))
		n++;
	call->word_len = n;
	call->bare = n == src->len;
	call->open = !call->bare && src->text[n] == '(';
	if (call->open && src->text[src->len - 1] == ')') {
		call->inner = src->text + n + 1;
		call->inner_len = src->len - n - 2;
	}
	return call->bare || call->open;
}

static int parse_tool(struct rvm_scope_spec *spec, const struct source *src,
		      const struct call *call, const struct tool *tool)
{
	spec->verb = tool->verb;
	/* Who edits or looks for a file does not start it, whatever rights came along. */
	spec->flags = RVM_SCOPE_FLAG_LOAD;
	if (call->bare)
		return cover_workspace(spec);
	return parse_pattern(spec, src, call->inner, call->inner_len);
}

/* -ENOENT if the string is not a tool word with or without brackets. */
static int parse_call(struct rvm_scope_spec *spec, const struct source *src)
{
	bool shell, fetch, known;
	const struct tool *tool;
	struct call call;

	if (!split_call(src, &call))
		return -ENOENT;
	tool = find_tool(src->text, call.word_len);
	shell = equals(src->text, call.word_len, "Bash");
	fetch = equals(src->text, call.word_len, "WebFetch");
	known = tool || shell || fetch;
	if (known && call.open && !call.inner)
		return fail(src, src->text + src->len,
			    "the bracket is not closed: write \")\" at the end");
	if (tool)
		return parse_tool(spec, src, &call, tool);
	if (shell)
		return call.bare ? parse_words(spec, src, "*", 1) :
				   parse_words(spec, src, call.inner, call.inner_len);
	if (fetch)
		return call.bare ? parse_any_address(spec) :
				   parse_fetch(spec, src, call.inner, call.inner_len);
	/* Words of claims are in lower case: those are names. */
	if (!call.inner && (!call.bare || src->text[0] < 'A' || src->text[0] > 'Z'))
		return -ENOENT;
	set_text(spec, RVM_CLASS_TOOL, src->text, src->len);
	return 0;
}

/* file:PATH, file:///PATH */
static int parse_file(struct rvm_scope_spec *spec, const struct source *src, const char *text,
		      size_t len)
{
	if (starts_with(text, len, "//")) {
		if (len < 3 || text[2] != '/')
			return fail(src, text,
				    "files of other hosts cannot be named: write file:///PATH");
		text += 2;
		len -= 2;
	}
	return parse_path(spec, src, text, len, RVM_SCOPE_BASE_ROOT);
}

enum prefix {
	PREFIX_PATH,
	PREFIX_LOAD,
	PREFIX_RUN,
	PREFIX_FILE,
	PREFIX_EXEC,
	PREFIX_NET,
	PREFIX_TCP,
	PREFIX_UDP,
	PREFIX_UNIX,
	PREFIX_TOOL,
	PREFIX_NAME,
	PREFIXES,
};

static const char *const prefixes[PREFIXES] = {
	[PREFIX_PATH] = "path:", [PREFIX_LOAD] = "load:", [PREFIX_RUN] = "run:",
	[PREFIX_FILE] = "file:", [PREFIX_EXEC] = "exec:", [PREFIX_NET] = "net:",
	[PREFIX_TCP] = "tcp:",	 [PREFIX_UDP] = "udp:",	  [PREFIX_UNIX] = "unix:",
	[PREFIX_TOOL] = "tool:", [PREFIX_NAME] = "name:",
};

static enum prefix find_prefix(const struct source *src)
{
	unsigned int i;

	for (i = 0; i < PREFIXES; i++)
		if (starts_with(src->text, src->len, prefixes[i]))
			break;
	return i;
}

static int parse_prefixed(struct rvm_scope_spec *spec, const struct source *src, enum prefix prefix)
{
	const char *text = src->text + strlen(prefixes[prefix]);
	size_t len = src->len - strlen(prefixes[prefix]);

	switch (prefix) {
	case PREFIX_LOAD:
		spec->flags = RVM_SCOPE_FLAG_LOAD;
		return parse_path(spec, src, text, len, RVM_SCOPE_BASE_ROOT);
	case PREFIX_RUN:
		spec->flags = RVM_SCOPE_FLAG_RUN;
		return parse_path(spec, src, text, len, RVM_SCOPE_BASE_ROOT);
	case PREFIX_FILE:
		return parse_file(spec, src, text, len);
	case PREFIX_EXEC:
		return parse_words(spec, src, text, len);
	case PREFIX_NET:
		return parse_address(spec, src, text, len, 0);
	case PREFIX_TCP:
		return parse_address(spec, src, text, len, PROTOCOL_TCP);
	case PREFIX_UDP:
		return parse_address(spec, src, text, len, PROTOCOL_UDP);
	case PREFIX_UNIX:
		return parse_unix(spec, src, text, len);
	case PREFIX_TOOL:
	case PREFIX_NAME:
		if (!len)
			return fail(src, text, "the name is missing");
		set_text(spec, prefix == PREFIX_TOOL ? RVM_CLASS_TOOL : RVM_CLASS_NAME, text, len);
		return 0;
	default:
		return parse_path(spec, src, text, len, RVM_SCOPE_BASE_ROOT);
	}
}

static bool is_path(const struct source *src)
{
	static const char *const starts[] = { "/", "./", "../", "~/" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(starts); i++)
		if (starts_with(src->text, src->len, starts[i]))
			return true;
	for (i = 0; i + 1 < src->len; i++)
		if (src->text[i] == '*' && src->text[i + 1] == '*')
			return true;
	return false;
}

static bool is_everything(const struct source *src, u8 rights)
{
	if (equals(src->text, src->len, "*"))
		return true;
	return rights == RVM_RIGHTS_ALL &&
	       (equals(src->text, src->len, "*:*") || equals(src->text, src->len, "*.*"));
}

static int parse(struct rvm_scope_spec *spec, const struct source *src, u8 rights)
{
	enum prefix prefix = find_prefix(src);
	int err;

	if (prefix != PREFIXES)
		return parse_prefixed(spec, src, prefix);
	if (is_everything(src, rights)) {
		set_text(spec, RVM_CLASS_ANY, src->text, src->len);
		return 0;
	}
	if (starts_with(src->text, src->len, "mcp__")) {
		set_text(spec, RVM_CLASS_TOOL, src->text, src->len);
		return 0;
	}
	err = parse_call(spec, src);
	if (err != -ENOENT)
		return err;
	if (is_path(src))
		return parse_path(spec, src, src->text, src->len, RVM_SCOPE_BASE_ROOT);
	set_text(spec, RVM_CLASS_NAME, src->text, src->len);
	return 0;
}

int rvm_scope_parse(struct rvm_scope_spec *spec, const char *text, size_t len, u8 rights,
		    size_t *at, const char **why)
{
	const struct source src = { .text = text, .len = len, .at = at, .why = why };

	memset(spec, 0, sizeof(*spec));
	if (!text) {
		spec->class = rights == RVM_RIGHTS_ALL ? RVM_CLASS_ANY : RVM_CLASS_SELF;
		return 0;
	}
	if (len > RVM_RESOURCE_BYTES_MAX) {
		fail(&src, text + RVM_RESOURCE_BYTES_MAX, "a resource has 4096 bytes at most");
		return -E2BIG;
	}
	return parse(spec, &src, rights);
}
