// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a resource string means, without a look at the host.
 */

#include <linux/errno.h>
#include <linux/string.h>

#include "rights.h"
#include "scope.h"

struct parse {
	struct rvm_scope_spec *spec;
	const char *text;
	size_t len;
	size_t *at;
	const char **why;
};

static int fail(const struct parse *p, size_t at, const char *why)
{
	if (p->at)
		*p->at = at;
	if (p->why)
		*p->why = why;
	return -EINVAL;
}

static bool begins(const char *text, size_t len, const char *prefix)
{
	size_t n = strlen(prefix);

	return len >= n && !memcmp(text, prefix, n);
}

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static bool is_word(const char *text, size_t len, const char *word)
{
	size_t i;

	if (strlen(word) != len)
		return false;
	for (i = 0; i < len; i++)
		if (lower(text[i]) != lower(word[i]))
			return false;
	return true;
}

static int check_bytes(const struct parse *p, size_t from, size_t to)
{
	size_t i;

	for (i = from; i < to; i++)
		if ((unsigned char)p->text[i] < 0x20 || p->text[i] == 0x7f)
			return fail(p, i, "control bytes cannot stand in it; write it without");
	return 0;
}

/* No way up: patterns lie below where they start. */
static int check_segments(const struct parse *p, size_t from, size_t to)
{
	size_t i = from, end;

	while (i < to) {
		for (end = i; end < to && p->text[end] != '/'; end++)
			;
		if (end - i == 2 && p->text[i] == '.' && p->text[i + 1] == '.')
			return fail(p, i, "\"..\" leaves the folder that the pattern starts from; "
					  "write the path from the root (//...)");
		i = end + 1;
	}
	return 0;
}

/* A path pattern in [from, to); @bare: "/x" means the root, not the workspace. */
static int parse_path(const struct parse *p, size_t from, size_t to, bool bare)
{
	struct rvm_scope_spec *spec = p->spec;
	const char *text = p->text;
	int err;

	spec->class = RVM_CLASS_PATH;
	spec->base = RVM_SCOPE_BASE_WORKSPACE;
	err = check_bytes(p, from, to);
	if (err)
		return err;
	if (to - from >= 2 && text[from] == '/' && text[from + 1] == '/') {
		spec->base = RVM_SCOPE_BASE_ROOT;
		from += 2;
	} else if (to > from && text[from] == '/') {
		spec->base = bare ? RVM_SCOPE_BASE_ROOT : RVM_SCOPE_BASE_WORKSPACE;
		from++;
	} else if (to - from >= 2 && text[from] == '~' && text[from + 1] == '/') {
		spec->base = RVM_SCOPE_BASE_HOME;
		from += 2;
	} else if (to - from == 1 && text[from] == '~') {
		spec->base = RVM_SCOPE_BASE_HOME;
		from++;
	} else if (to - from >= 2 && text[from] == '.' && text[from + 1] == '/') {
		from += 2;
	} else if (to - from == 1 && text[from] == '.') {
		from++;
	} else {
		spec->anywhere = to > from && !memchr(text + from, '/', to - from);
	}
	while (from < to && text[from] == '/')
		from++;
	while (to > from && text[to - 1] == '/')
		to--;
	err = check_segments(p, from, to);
	if (err)
		return err;
	spec->text = text + from;
	spec->len = to - from;
	if (spec->base == RVM_SCOPE_BASE_ROOT && begins(spec->text, spec->len, "proc/self") &&
	    (spec->len == 9 || spec->text[9] == '/'))
		spec->flags |= RVM_SCOPE_FLAG_PROC_OWN;
	if (spec->len == 1 && spec->text[0] == '*' && spec->anywhere) {
		spec->text = "**";
		spec->len = 2;
		spec->anywhere = false;
	}
	return 0;
}

static int parse_whole(const struct parse *p)
{
	p->spec->class = RVM_CLASS_PATH;
	p->spec->text = "**";
	p->spec->len = 2;
	return 0;
}

static int parse_exec(const struct parse *p, size_t from, size_t to)
{
	p->spec->class = RVM_CLASS_EXEC;
	p->spec->text = p->text + from;
	p->spec->len = to - from;
	while (from < to && (p->text[from] == ' ' || p->text[from] == '\t'))
		from++;
	if (from == to)
		return fail(p, from, "no command; write Bash(program words) or Bash(*)");
	if (to - from == 1 && p->text[from] == '*')
		p->spec->flags |= RVM_SCOPE_FLAG_ANY_PROGRAM;
	if (to - from == 2 && p->text[from] == ':' && p->text[from + 1] == '*')
		p->spec->flags |= RVM_SCOPE_FLAG_ANY_PROGRAM;
	return check_bytes(p, from, to);
}

static int parse_net(const struct parse *p, size_t from, size_t to, u16 protocol)
{
	p->spec->class = RVM_CLASS_NET;
	p->spec->protocol = protocol;
	p->spec->text = p->text + from;
	p->spec->len = to - from;
	if (from == to)
		return fail(p, from, "no address; write HOST:PORT or *:PORT");
	return check_bytes(p, from, to);
}

static int parse_unix(const struct parse *p, size_t from, size_t to)
{
	p->spec->class = RVM_CLASS_NET;
	p->spec->family = 1;
	p->spec->text = p->text + from;
	p->spec->len = to - from;
	if (from == to || (to - from == 1 && p->text[from] == '@'))
		return fail(p, from, "no socket; write unix:PATH or unix:@NAME");
	if (p->text[from] == '@')
		return 0;
	return check_bytes(p, from, to);
}

static int parse_fetch(const struct parse *p, size_t from, size_t to)
{
	int err;

	if (!begins(p->text + from, to - from, "domain:"))
		return fail(p, from, "write WebFetch(domain:NAME) or net:ADDRESS:PORT");
	err = parse_net(p, from + 7, to, 0);
	p->spec->domain = true;
	return err;
}

static int parse_name(const struct parse *p, enum rvm_class class, size_t from)
{
	p->spec->class = class;
	p->spec->text = p->text + from;
	p->spec->len = p->len - from;
	return 0;
}

/* Prefixes that say the class outright. */
static int parse_explicit(const struct parse *p, bool *done)
{
	static const struct {
		const char *prefix;
		u16 protocol;
		u32 flags;
		char kind;
	} known[] = {
		{ "path:", 0, 0, 'p' },	 { "file:", 0, 0, 'p' },
		{ "load:", 0, RVM_SCOPE_FLAG_LOAD, 'p' },
		{ "run:", 0, RVM_SCOPE_FLAG_RUN, 'p' },
		{ "exec:", 0, 0, 'e' },	 { "net:", 0, 0, 'n' },
		{ "tcp:", 6, 0, 'n' },	 { "udp:", 17, 0, 'n' },
		{ "unix:", 0, 0, 'u' },	 { "tool:", 0, 0, 't' },
		{ "name:", 0, 0, 'a' },
	};
	size_t i, n;

	*done = true;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!begins(p->text, p->len, known[i].prefix))
			continue;
		n = strlen(known[i].prefix);
		p->spec->flags = known[i].flags;
		switch (known[i].kind) {
		case 'p':
			return parse_path(p, n, p->len, true);
		case 'e':
			return parse_exec(p, n, p->len);
		case 'n':
			return parse_net(p, n, p->len, known[i].protocol);
		case 'u':
			return parse_unix(p, n, p->len);
		case 't':
			return parse_name(p, RVM_CLASS_TOOL, n);
		default:
			return parse_name(p, RVM_CLASS_NAME, n);
		}
	}
	*done = false;
	return 0;
}

/* Tool words that are about files, with the right a deny rule takes away. */
static u8 file_verb(const char *text, size_t len)
{
	static const char *const reading[] = { "Read", "Glob", "Grep", "LS" };
	static const char *const writing[] = { "Edit", "Write", "MultiEdit", "NotebookEdit" };
	size_t i;

	for (i = 0; i < 4; i++) {
		if (is_word(text, len, reading[i]))
			return RVM_RIGHT_READ;
		if (is_word(text, len, writing[i]))
			return RVM_RIGHT_WRITE;
	}
	return 0;
}

/* "Word" or "Word(...)". */
static int parse_tool_word(const struct parse *p, bool *done)
{
	size_t word = 0, from, to;
	bool brackets;

	while (word < p->len && is_word_byte(p->text[word]))
		word++;
	brackets = word && word + 1 < p->len && p->text[word] == '(' && p->text[p->len - 1] == ')';
	*done = word && (brackets || word == p->len);
	if (!*done)
		return 0;
	from = word + 1;
	to = p->len - 1;
	p->spec->verb = file_verb(p->text, word);
	if (p->spec->verb)
		return brackets ? parse_path(p, from, to, false) : parse_whole(p);
	if (is_word(p->text, word, "Bash")) {
		if (brackets)
			return parse_exec(p, from, to);
		p->spec->flags |= RVM_SCOPE_FLAG_ANY_PROGRAM;
		return parse_name(p, RVM_CLASS_EXEC, word);
	}
	if (is_word(p->text, word, "WebFetch")) {
		if (brackets)
			return parse_fetch(p, from, to);
		p->spec->class = RVM_CLASS_NET;
		p->spec->text = "*:*";
		p->spec->len = 3;
		return 0;
	}
	/* A tool of another name: upper case first, as tools are spelt. */
	if (brackets || (p->text[0] >= 'A' && p->text[0] <= 'Z'))
		return parse_name(p, RVM_CLASS_TOOL, 0);
	*done = false;
	return 0;
}

static bool has_deep(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i++)
		if (text[i] == '*' && text[i + 1] == '*')
			return true;
	return false;
}

static bool is_everything(const struct parse *p, u8 rights)
{
	if (p->len == 1 && p->text[0] == '*')
		return true;
	return p->len == 3 && rights == RVM_RIGHTS_ALL &&
	       (!memcmp(p->text, "*:*", 3) || !memcmp(p->text, "*.*", 3));
}

int rvm_scope_parse(struct rvm_scope_spec *spec, const char *text, size_t len, u8 rights, size_t *at,
		    const char **why)
{
	struct parse p = { .spec = spec, .text = text, .len = len, .at = at, .why = why };
	bool done;
	int err;

	memset(spec, 0, sizeof(*spec));
	if (!text) {
		spec->class = rights == RVM_RIGHTS_ALL ? RVM_CLASS_ANY : RVM_CLASS_SELF;
		return 0;
	}
	if (len > RVM_RESOURCE_BYTES_MAX) {
		fail(&p, RVM_RESOURCE_BYTES_MAX, "longer than 4096 bytes; name less at once");
		return -E2BIG;
	}
	if (is_everything(&p, rights)) {
		spec->class = RVM_CLASS_ANY;
		return 0;
	}
	err = parse_explicit(&p, &done);
	if (done)
		return err;
	if (begins(text, len, "mcp__"))
		return parse_name(&p, RVM_CLASS_TOOL, 0);
	err = parse_tool_word(&p, &done);
	if (done)
		return err;
	if (begins(text, len, "/") || begins(text, len, "./") || begins(text, len, "../") ||
	    begins(text, len, "~/") || has_deep(text, len))
		return parse_path(&p, 0, len, true);
	return parse_name(&p, RVM_CLASS_NAME, 0);
}

const char *rvm_class_name(enum rvm_class class)
{
	static const char *const name[] = { "none", "any", "self", "path", "exec",
					    "net", "tool", "name", "sys" };

	return (unsigned int)class < sizeof(name) / sizeof(name[0]) ? name[class] : "unknown";
}
