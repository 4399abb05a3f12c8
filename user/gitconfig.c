// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "auto.h"
#include "gitconfig.h"

/* Bytes of one value that are looked at. */
#define VALUE_MAX 4096

char *gitconfig_read(int dir, const char *name)
{
	struct open_how how = {
		.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	auto_close int fd = syscall(SYS_openat2, dir, name, &how, sizeof(how));
	auto_free char *text = NULL;
	size_t used = 0;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return NULL;
	text = malloc(GITCONFIG_BYTES_MAX + 1);
	while (text && used < GITCONFIG_BYTES_MAX) {
		n = read(fd, text + used, GITCONFIG_BYTES_MAX - used);
		if (n <= 0)
			break;
		used += n;
	}
	if (text)
		text[used] = '\0';
	return take_ptr(text);
}

/* Where the parser is. */
struct reader {
	const char *at;
	char section[64];
	char key[64];
	char value[VALUE_MAX];
	size_t len;
};

static void skip_line(struct reader *r)
{
	r->at += strcspn(r->at, "\n");
}

/* A word of letters, digits and "-", in lower case. */
static void read_name(struct reader *r, char *name, size_t max)
{
	size_t n = 0;

	for (; isalnum((unsigned char)*r->at) || *r->at == '-'; r->at++) {
		if (n + 1 < max)
			name[n++] = tolower((unsigned char)*r->at);
	}
	name[n] = '\0';
}

/* "[name]", "[name.more]" or "[name "more"]", of which only the name counts. */
static void read_section(struct reader *r)
{
	bool quoted = false;

	r->at++;
	r->at += strspn(r->at, " \t");
	read_name(r, r->section, sizeof(r->section));
	for (; *r->at && *r->at != '\n' && (quoted || *r->at != ']'); r->at++) {
		if (*r->at == '"')
			quoted = !quoted;
		else if (*r->at == '\\' && r->at[1] && r->at[1] != '\n')
			r->at++;
	}
	if (*r->at == ']')
		r->at++;
}

static void put(struct reader *r, char c)
{
	if (r->len + 1 < sizeof(r->value))
		r->value[r->len++] = c;
}

/* Up to the end of the line, quotes and escapes resolved. */
static void read_value(struct reader *r)
{
	bool quoted = false;

	for (; *r->at && *r->at != '\n'; r->at++) {
		if (*r->at == '"') {
			quoted = !quoted;
		} else if (*r->at == '\\' && r->at[1]) {
			/* Also a line that goes on: its end separates words. */
			r->at++;
			put(r, strchr("ntb\n", *r->at) ? ' ' : *r->at);
		} else if (!quoted && strchr("#;", *r->at)) {
			skip_line(r);
			break;
		} else {
			put(r, *r->at);
		}
	}
	while (r->len && isspace((unsigned char)r->value[r->len - 1]))
		r->len--;
	r->value[r->len] = '\0';
}

static bool is_one_of(const char *const *list, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(list[i], text))
			return true;
	}
	return false;
}

/* Of remotes these are commands; and so is a URL of this kind. */
static bool is_harmless(const struct reader *r)
{
	static const char *const sections[] = { "branch",    "user", "author",
						"committer", "url",  "color" };
	static const char *const keys[] = { "uploadpack", "receivepack", "vcs", "proxy" };

	if (!strcmp(r->section, "remote"))
		return !is_one_of(keys, ARRAY_SIZE(keys), r->key) && strncmp(r->value, "ext::", 5);
	return is_one_of(sections, ARRAY_SIZE(sections), r->section);
}

/* These take a path as such, which may have no slash, or blanks in it. */
static bool takes_path(const char *key)
{
	static const char *const keys[] = { "hookspath",   "path",    "attributesfile", "fsmonitor",
					    "templatedir", "program", "template" };

	return is_one_of(keys, ARRAY_SIZE(keys), key);
}

/* The words of one value. */
struct words {
	gitconfig_found found;
	void *arg;
	/* Where "cd" went; and it is the next word that says where. */
	char dir[VALUE_MAX];
	bool goes;
	/* The value is a command, of which the word is not the name. */
	bool plain;
};

/* From the top, and from where the command went: which of them is not known. */
static int report(struct words *w, const char *word, enum gitconfig_kind kind)
{
	int ret = w->found(word, kind, w->arg);
	auto_free char *below = NULL;

	if (ret || !*w->dir || strchr("/~", *word))
		return ret;
	if (asprintf(&below, "%s/%s", w->dir, word) < 0) {
		below = NULL;
		return -1;
	}
	return w->found(below, kind, w->arg);
}

static void go(struct words *w, const char *word)
{
	size_t used = strchr("/~", *word) ? 0 : strlen(w->dir);

	snprintf(w->dir + used, sizeof(w->dir) - used, "%s%s", used ? "/" : "", word);
	w->goes = false;
}

/* Below what a variable holds: the folder of the user, or the top, as far as is known. */
static int report_variable(struct words *w, char *word)
{
	char *slash = strchr(word, '/');

	if (!slash || !slash[1])
		return 0;
	if (strncmp(word, "HOME/", 5) != 0)
		return report(w, slash + 1, GITCONFIG_PATH);
	slash[-1] = '~';
	return report(w, slash - 1, GITCONFIG_PATH);
}

/* @before: what separates it from the word before it. */
static int find_word(struct words *w, char *word, char before)
{
	int ret = 0;

	if (before == '$')
		return report_variable(w, word);
	if (w->goes) {
		go(w, word);
		return 0;
	}
	w->goes = !strcmp(word, "cd") || !strcmp(word, "-C");
	if (strchr(word, '/'))
		ret = report(w, word, GITCONFIG_PATH);
	else if (w->plain && *word != '-')
		ret = report(w, word, GITCONFIG_WORD);
	/* What a command or a variable says stands in front of it: mostly the top. */
	if (!ret && *word == '/' && word[1] && before && strchr(")}\"'`", before))
		ret = report(w, word + 1, GITCONFIG_PATH);
	return ret;
}

/*
 * The first word without a slash is looked up in PATH, those after it may be files that
 * it reads.  An alias is a command only if it begins with "!".
 */
static int find_words(struct reader *r, gitconfig_found found, void *arg)
{
	static const char between[] = " \t\r\n\"'`;|&<>(){}=!$";
	bool command = strcmp(r->section, "alias") != 0 || *r->value == '!';
	struct words w = { .found = found, .arg = arg };
	char before = '\0', after;
	int ret = 0;

	for (char *at = r->value; *at && !ret; at += after ? 1 : 0) {
		size_t len = strcspn(at, between);

		after = at[len];
		at[len] = '\0';
		if (len) {
			ret = find_word(&w, at, before);
			w.plain = command;
		}
		/* Quotes in front of a word separate nothing. */
		if (len || !strchr("\"'`", after))
			before = after;
		at += len;
	}
	return ret;
}

static int find_paths(struct reader *r, gitconfig_found found, void *arg)
{
	bool included = !strncmp(r->section, "include", 7);
	int ret = 0;

	if (takes_path(r->key))
		ret = found(r->value, included ? GITCONFIG_INCLUDED : GITCONFIG_PATH, arg);
	return ret || included ? ret : find_words(r, found, arg);
}

static int read_line(struct reader *r, gitconfig_found found, void *arg)
{
	r->at += strspn(r->at, " \t\r\n");
	if (*r->at == '[') {
		read_section(r);
		return 0;
	}
	if (!isalpha((unsigned char)*r->at)) {
		skip_line(r);
		return 0;
	}
	read_name(r, r->key, sizeof(r->key));
	r->at += strspn(r->at, " \t");
	if (*r->at != '=') {
		skip_line(r);
		return 0;
	}
	r->at++;
	r->at += strspn(r->at, " \t");
	r->len = 0;
	read_value(r);
	return is_harmless(r) ? 0 : find_paths(r, found, arg);
}

int gitconfig_paths(const char *text, gitconfig_found found, void *arg)
{
	auto_free struct reader *r = calloc(1, sizeof(*r));
	int ret = 0;

	if (!r)
		return -1;
	r->at = text;
	while (*r->at && !ret)
		ret = read_line(r, found, arg);
	return ret;
}
