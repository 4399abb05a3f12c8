// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/nearest.h"
#include "table/lint.h"
#include "table/resolve.h"

/*
 * Commands.
 */

static bool is_one_of(const char *word, size_t len, const char *const *list)
{
	for (; *list; list++) {
		if (strlen(*list) == len && !memcmp(*list, word, len))
			return true;
	}
	return false;
}

/* A shell does these itself; no file is called so, or it does not help to start it. */
static bool is_of_shell(const char *word, size_t len)
{
	static const char *const words[] = {
		"cd",	    "for",    "while",	 "until",  "if",      "case",	 "select",
		"function", "source", ".",	 "export", "unset",   "eval",	 "exec",
		"set",	    "shopt",  "alias",	 "[[",	   "((",      "declare", "local",
		"pushd",    "popd",   "ulimit",	 "umask",  "trap",    "{",	 "time",
		"!",	    "read",   "builtin", "wait",   "command", NULL,
	};

	return is_one_of(word, len, words);
}

/* Behind a command, what only a shell reads. */
static bool is_syntax(const char *word, size_t len)
{
	static const char *const words[] = { "&&", "||", "|",  ";",  "&",    ">",  ">>",
					     "<",  "<<", "|&", "2>", "2>&1", "&>", NULL };

	return is_one_of(word, len, words) || word[len - 1] == ';' || memmem(word, len, "$(", 2) ||
	       memchr(word, '`', len);
}

/* As a shell would take it away, or put something in its place. */
static bool is_quoted(const char *word, size_t len)
{
	return len && (strchr("\"'", word[0]) || strchr("\"'", word[len - 1]) ||
		       memmem(word, len, "=\"", 2) || memmem(word, len, "='", 2) ||
		       (word[0] == '$' && len > 1));
}

static bool is_assignment(const char *word, size_t len)
{
	size_t n = 0;

	while (n < len &&
	       (word[n] == '_' || (word[n] >= 'A' && word[n] <= 'Z') ||
		(word[n] >= 'a' && word[n] <= 'z') || (n && word[n] >= '0' && word[n] <= '9')))
		n++;
	return n && n < len && word[n] == '=';
}

static char *lint_words(const struct rvm_scope_spec *spec)
{
	const char *text = spec->text, *end = text + spec->len;
	bool first = true;

	while (text < end) {
		size_t len = strcspn(text, " \t:");

		if (len > (size_t)(end - text))
			len = end - text;
		if (first && is_assignment(text, len))
			return format("'%.*s' is not a program: variables are not part of a "
				      "command; write the rule for the program after it",
				      (int)len, text);
		if (first && is_of_shell(text, len))
			return format("'%.*s' is a shell keyword, not a program; write rules for "
				      "the programs",
				      (int)len, text);
		if (first && len > 1 && (memchr(text, '?', len) || memchr(text, '[', len)))
			return format("? and [ in '%.*s' are ordinary characters; write a rule for "
				      "each program",
				      (int)len, text);
		if (len && is_syntax(text, len))
			return format("'%.*s' is an ordinary argument: no shell reads the rule; "
				      "write one rule for each program",
				      (int)len, text);
		if (is_quoted(text, len))
			return format("quotes and $ are ordinary characters, as in %.*s: no shell "
				      "reads the rule, and an argument with blanks cannot be "
				      "expressed; end the rule before it with :*",
				      (int)len, text);
		first &= !len;
		text += len + (text + len < end);
	}
	return NULL;
}

/*
 * Paths.
 */

static const char *find_brace(const char *text, size_t len)
{
	const char *open = memchr(text, '{', len);
	const char *close = open ? memchr(open, '}', len - (open - text)) : NULL;

	return close && memchr(open, ',', close - open) ? open : NULL;
}

/* "C:\x": a drive. */
static bool has_drive(const char *text, size_t len)
{
	return len > 2 && ((text[0] | 0x20) >= 'a' && (text[0] | 0x20) <= 'z') && text[1] == ':' &&
	       (text[2] == '\\' || text[2] == '/');
}

/* "%NAME%", as another system writes variables. */
static bool has_percents(const char *text, size_t len)
{
	const char *end = len > 1 && text[0] == '%' ? memchr(text + 1, '%', len - 1) : NULL;

	return end && end > text + 1;
}

/* Ways of others to write several names, or to write one. */
static char *lint_letters(const char *text, size_t len)
{
	if (memmem(text, len, ", ", 2))
		return format("a comma is an ordinary character; write a rule for each name");
	if (memchr(text, '|', len))
		return format("'|' is an ordinary character; write a rule for each name");
	if (len > 1 && strchr("\"'", text[0]) && text[len - 1] == text[0])
		return format("quotes are ordinary characters; write the path without them, also "
			      "if it has blanks");
	if (len && (text[0] == '^' || memmem(text, len, ".*\\", 3) || text[len - 1] == '$'))
		return format("a pattern is not a regular expression: ^, $ and . are ordinary "
			      "characters; write it as in gitignore");
	if (len > 5 && !memcmp(text, "file:", 5))
		return format("within brackets 'file:' is part of the name; write the path alone");
	if (has_drive(text, len))
		return format("there are no drives here, and a backslash escapes the next "
			      "character; write the path with /");
	if (has_percents(text, len))
		return format("variables are not expanded; write the path, or ~ for the home "
			      "directory");
	return NULL;
}

static bool has_pattern(const char *text, size_t len)
{
	return memchr(text, '*', len) || memchr(text, '?', len) || memchr(text, '[', len);
}

static char *lint_path(const struct rvm_scope_spec *spec, bool exclusion)
{
	const char *text = spec->text;
	char *why = lint_letters(text, spec->len);

	if (why)
		return why;
	if (find_brace(text, spec->len) && !exclusion)
		return format("braces are ordinary characters; write a rule for each name");
	if (spec->len && text[0] == '$')
		return format("variables are not expanded; write the path, or ~ for the home "
			      "directory");
	if (spec->len && text[0] == '!')
		return format("'!' is an ordinary character: a rule has no exceptions");
	if (spec->len && (text[0] == ' ' || text[spec->len - 1] == ' '))
		return format("the blank at its end is part of the name");
	if (!exclusion && spec->anywhere && spec->len < 200 && !has_pattern(text, spec->len))
		return format("matches at any depth; write ./%.*s for the one in the workspace",
			      (int)spec->len, text);
	return NULL;
}

static bool names_no_port(const struct rvm_scope_spec *spec)
{
	const char *end = spec->len ? memrchr(spec->text, ']', spec->len) : NULL;
	size_t at = end ? (size_t)(end - spec->text) : 0;

	return spec->len && spec->text[0] != '*' && !memchr(spec->text + at, ':', spec->len - at);
}

/* Sockets: a program would have put something in place of it. */
static char *lint_address(const struct rvm_scope_spec *spec, const char *resource, bool exclusion)
{
	if (!spec->family && !spec->domain && !exclusion && names_no_port(spec))
		return format("no port: this covers all ports; write %s:443, or %s:* to say so",
			      resource, resource);
	if (spec->family && spec->len && spec->text[0] == '$')
		return format("variables are not expanded; write the path, or ~ for the home "
			      "directory");
	return NULL;
}

const char *const lint_rule_words[] = { "Read",		"Edit",	    "Write", "MultiEdit",
					"NotebookEdit", "Glob",	    "Grep",  "LS",
					"Bash",		"WebFetch", NULL };

/* "Read(", "path:", "mcp__": so rules begin; without brackets words stand alone. */
static bool begins_rule(const char *text, bool brackets)
{
	static const char *const words[] = {
		"Read", "Edit", "Write", "MultiEdit", "NotebookEdit", "Glob",  "Grep",
		"LS",	"Bash", "Task",	 "WebFetch",  "WebSearch",    "mcp__", NULL,
	};
	static const char *const heads[] = { "path:", "exec:", "run:", "load:",	  "unix:",
					     "tcp:",  "udp:",  "net:", "domain:", NULL };
	size_t len = strcspn(text, "(,;|& \t");

	for (size_t i = 0; heads[i]; i++) {
		if (!strncmp(text, heads[i], strlen(heads[i])))
			return true;
	}
	for (size_t i = 0; words[i]; i++) {
		size_t n = strlen(words[i]);

		if ((n == len || !strcmp(words[i], "mcp__")) && !strncasecmp(text, words[i], n))
			return !brackets || text[len] == '(';
	}
	return false;
}

char *lint_form(const char *resource)
{
	static const char between[] = ",;|&)";
	bool brackets = strchr(resource, '(');
	size_t blanks = strspn(resource, " \t");
	const char *begin = resource + blanks, *at;

	if (blanks && begins_rule(begin, brackets))
		return format("the blank in front makes it another name: remove it");
	for (const char *end = strpbrk(begin, between); end; end = strpbrk(end + 1, between)) {
		at = end + 1 + strspn(end + 1, " \t");
		if (*at && begins_rule(at, brackets) && begins_rule(begin, brackets))
			return format("byte %zu: one string is one rule: write '%.40s' as a "
				      "string of its own",
				      (size_t)(at - resource), at);
	}
	return NULL;
}

static char *lint_tool(const char *resource, size_t len)
{
	const char *word = nearest(resource, len, lint_rule_words);
	bool other = word && (strlen(word) != len || strncmp(word, resource, len) != 0);

	return format("'%.*s' does not name files, programs or addresses: only a mediator that "
		      "asks by this name obeys it%s%s",
		      (int)len, resource, other ? "; did you mean " : "", other ? word : "");
}

char *lint_rule(const struct rvm_scope_spec *spec, const char *resource, bool exclusion)
{
	switch (spec->class) {
	case RVM_CLASS_EXEC:
		return lint_words(spec);
	case RVM_CLASS_PATH:
		return lint_path(spec, exclusion);
	case RVM_CLASS_NET:
		return lint_address(spec, resource, exclusion);
	case RVM_CLASS_TOOL:
		if (strchr(resource, '(') && strncmp(resource, "mcp__", 5))
			return lint_tool(resource, strcspn(resource, "("));
		return NULL;
	case RVM_CLASS_NAME:
		return exclusion ? format("a bare name denies no file; write Read(%s)", resource) :
				   NULL;
	default:
		return NULL;
	}
}

/* A program whose loader looks for libraries beside it says so in its text. */
static bool looks_beside_itself(const char *path)
{
	static const char origin[] = "$ORIGIN";
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	bool found = false;
	struct stat st;
	char *text;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size < 4)
		return false;
	text = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (text == MAP_FAILED)
		return false;
	found = !memcmp(text, "\177ELF", 4) && (memmem(text, st.st_size, origin, strlen(origin)) ||
						memmem(text, st.st_size, "${ORIGIN}", 9));
	munmap(text, st.st_size);
	return found;
}

/* Where the loader also looks for a program that it was told to trust nothing else for. */
static bool is_system_program(const char *path)
{
	static const char *const folders[] = { "/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/",
					       "/usr/lib/" };

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		if (!strncmp(path, folders[i], strlen(folders[i])))
			return true;
	}
	return false;
}

char *lint_program(const struct scope *scope)
{
	const char *path = scope->anchor ? scope->anchor->path : NULL;

	if (scope->class != RVM_CLASS_EXEC || !path || !scope->pattern ||
	    scope->flags & RVM_SCOPE_FLAG_ANY_PROGRAM)
		return NULL;
	/* One word, and any may follow. */
	if (scope->flags & RVM_SCOPE_FLAG_PREFIX && strlen(scope->pattern) + 1 >= scope->len)
		return NULL;
	if (is_system_program(path) || !looks_beside_itself(path))
		return NULL;
	return format("it looks for libraries beside itself ($ORIGIN), which fails in a row with "
		      "arguments: allow it with any arguments");
}

int lint_row(const char *resource, size_t len, uint8_t rights, char **why, struct err *err)
{
	struct rvm_scope_spec spec;

	*why = NULL;
	if (resolve_parse(resource, len, rights, &spec, err))
		return -1;
	if (resource)
		*why = lint_form(resource);
	if (resource && !*why)
		*why = lint_rule(&spec, resource, false);
	return 0;
}

/* Names up to the first that is a pattern. */
static char *literal_head(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i == len || text[i] == '/')
			n = i;
		else if (strchr("*?[\\{", text[i]))
			break;
	}
	return strndup(text, n);
}

static bool is_there(const struct anchor *dir, const char *name, size_t len)
{
	auto_free char *path = strndup(name, len);
	struct stat st;

	return dir && path && *path && !fstatat(dir->fd, path, &st, AT_SYMLINK_NOFOLLOW);
}

/* "Read(/etc/x)": one slash, as paths are written everywhere else. */
static bool has_one_slash(const struct rvm_scope_spec *spec, const char *resource)
{
	const char *open = strchr(resource, '(');

	return spec->class == RVM_CLASS_PATH && spec->base == RVM_SCOPE_BASE_WORKSPACE && open &&
	       open[1] == '/' && !strncmp(open + 2, spec->text, spec->len);
}

/* A set of letters, where a file is called by these very letters. */
static bool is_spelt(const struct resolver *r, const struct rvm_scope_spec *spec)
{
	const struct anchor *dir = spec->base == RVM_SCOPE_BASE_ROOT ? r->root :
				   spec->base == RVM_SCOPE_BASE_HOME ? r->home :
								       r->workspace;
	size_t len = 0, end = 0;

	if (!memchr(spec->text, '[', spec->len))
		return false;
	/* Names up to the last that has a set, as long as nothing else is a pattern. */
	for (size_t i = 0; i <= spec->len; i++) {
		if (i == spec->len || spec->text[i] == '/') {
			if (memchr(spec->text + end, '[', i - end))
				len = i;
			end = i;
		} else if (strchr("*?\\", spec->text[i])) {
			break;
		}
	}
	return len && is_there(dir, spec->text, len);
}

/* Is it meant from the root, where it is, and not from the workspace, where it is not? */
static char *lint_one_slash(const struct resolver *r, const struct rvm_scope_spec *spec)
{
	auto_free char *head = literal_head(spec->text, spec->len);

	if (!head || !*head || !is_there(r->root, head, strlen(head)) ||
	    is_there(r->workspace, head, strlen(head)))
		return NULL;
	return format("one slash means the workspace, which has no '%s'; write //%s for "
		      "the one of the host",
		      head, head);
}

char *lint_places(const struct resolver *r, const struct rvm_scope_spec *spec, const char *resource)
{
	char *why = NULL;

	if (spec->class != RVM_CLASS_PATH || !spec->len)
		return NULL;
	if (has_one_slash(spec, resource))
		why = lint_one_slash(r, spec);
	if (!why && is_spelt(r, spec))
		why = format("[ ] means one character of a set, but a file has exactly this name; "
			     "write \\[ for the bracket itself");
	return why;
}

/*
 * Other spellings.
 */

struct spellings {
	char **out;
	int n;
	bool failed;
};

static void add(struct spellings *s, char *text)
{
	if (text && s->n < LINT_SPELLINGS_MAX) {
		s->out[s->n++] = text;
		return;
	}
	free(text);
	s->failed = true;
}

/* End of the brace at @open: its "}" , counting those inside; NULL if there is none. */
static const char *brace_end(const char *open)
{
	int level = 0;

	for (const char *p = open; *p; p++) {
		level += *p == '{';
		level -= *p == '}';
		if (!level)
			return p;
	}
	return NULL;
}

/* Each alternative in place of the first brace, and so on for those behind. */
static void spell(struct spellings *s, const char *text)
{
	const char *open = find_brace(text, strlen(text));
	const char *close = open ? brace_end(open) : NULL;

	if (!close) {
		add(s, strdup(text));
		return;
	}
	for (const char *begin = open + 1; !s->failed;) {
		const char *p;
		int level = 0;

		for (p = begin; p < close && (level || *p != ','); p++)
			level += (*p == '{') - (*p == '}');
		auto_free char *one = format("%.*s%.*s%s", (int)(open - text), text,
					     (int)(p - begin), begin, close + 1);

		if (one)
			spell(s, one);
		else
			s->failed = true;
		if (p >= close)
			return;
		begin = p + 1;
	}
}

/*
 * Where stars are glued to the last word of a command, which they extend for a reader: bytes
 * before them, 0 if none are.
 */
static size_t before_glued_star(const struct rvm_scope_spec *spec)
{
	const char *text = spec->text;
	size_t end = spec->len, stars = 0;

	while (end && strchr(" \t", text[end - 1]))
		end--;
	while (end && text[end - 1] == '*') {
		end--;
		stars++;
	}
	if (!stars || !end || strchr(" \t", text[end - 1]) || (stars == 1 && text[end - 1] == ':'))
		return 0;
	return end;
}

/* The word of the program ends here. */
static size_t end_of_name(const struct rvm_scope_spec *spec, size_t end, size_t *begin)
{
	size_t at = 0;

	while (at < end && strchr(" \t", spec->text[at]))
		at++;
	*begin = at;
	while (at < end && !strchr(" \t", spec->text[at]))
		at++;
	return at;
}

/* In the name of the program there is none that could be judged. */
static bool has_glued_star(const struct rvm_scope_spec *spec)
{
	size_t end = before_glued_star(spec), begin;

	return end && end_of_name(spec, end, &begin) < end;
}

char *lint_glued_name(const struct rvm_scope_spec *spec)
{
	size_t end, begin;

	if (spec->class != RVM_CLASS_EXEC || !spec->len)
		return NULL;
	end = before_glued_star(spec);
	if (!end || end_of_name(spec, end, &begin) != end)
		return NULL;
	return strndup(spec->text + begin, end - begin);
}

/* With one more star that means more words, the glued one stays in its word. */
static void spell_star(struct spellings *s, const struct rvm_scope_spec *spec, const char *resource)
{
	size_t end = spec->text + spec->len - resource;

	add(s, format("%.*s *%s", (int)end, resource, resource + end));
}

int lint_spellings(const struct resolver *r, const struct rvm_scope_spec *spec,
		   const char *resource, char *out[LINT_SPELLINGS_MAX])
{
	struct spellings s = { .out = out };

	if (spec->class == RVM_CLASS_EXEC && spec->len && has_glued_star(spec))
		spell_star(&s, spec, resource);
	if (spec->class != RVM_CLASS_PATH || !spec->len)
		return s.n;
	if (find_brace(spec->text, spec->len))
		spell(&s, resource);
	if (is_spelt(r, spec)) {
		/* Stars stay what they are. */
		char *text = malloc(2 * strlen(resource) + 1), *p = text;

		for (const char *from = resource; text && *from; from++) {
			if (*from == '[')
				*p++ = '\\';
			*p++ = *from;
		}
		if (text)
			*p = '\0';
		add(&s, text);
	}
	if (!s.failed)
		return s.n;
	while (s.n)
		free(out[--s.n]);
	return -1;
}
