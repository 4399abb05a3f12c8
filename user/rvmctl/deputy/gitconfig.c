// SPDX-License-Identifier: GPL-2.0-only
/* What a configuration of git names. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/auto.h"
#include "base/format.h"
#include "deputy/gitconfig.h"

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

	if (fd < 0 || fstat(fd, &st))
		return NULL;
	/* Nobody gets anything from it that is seen here. */
	if (!S_ISREG(st.st_mode)) {
		errno = ENOENT;
		return NULL;
	}
	text = malloc(GITCONFIG_BYTES_MAX + 1);
	while (text && used <= GITCONFIG_BYTES_MAX) {
		n = read(fd, text + used, GITCONFIG_BYTES_MAX + 1 - used);
		if (n < 0)
			return NULL;
		if (!n)
			break;
		used += n;
	}
	if (!text)
		return NULL;
	if (used > GITCONFIG_BYTES_MAX) {
		errno = EFBIG;
		return NULL;
	}
	text[used] = '\0';
	return take_ptr(text);
}

/* Where the parser is. */
struct reader {
	const char *at;
	char section[64];
	char key[64];
	/* Of the section, what stands in quotes; and the value: as long as the text. */
	char *more;
	char *value;
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

/* "[name]", "[name.more]" or "[name "more"]". */
static void read_section(struct reader *r)
{
	bool quoted = false;
	char *more = r->more;

	r->at++;
	r->at += strspn(r->at, " \t");
	read_name(r, r->section, sizeof(r->section));
	for (; *r->at && *r->at != '\n' && (quoted || *r->at != ']'); r->at++) {
		if (*r->at == '"') {
			quoted = !quoted;
			continue;
		}
		if (*r->at == '\\' && r->at[1] && r->at[1] != '\n')
			r->at++;
		if (quoted)
			*more++ = *r->at;
	}
	*more = '\0';
	if (*r->at == ']')
		r->at++;
}

static void put(struct reader *r, char c)
{
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
			r->at += r->at[1] == '\r' && r->at[2] == '\n' ? 2 : 1;
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

/* What is no path and no command, whatever it looks like. */
static bool is_harmless(const struct reader *r)
{
	static const char *const sections[] = { "advice", "author",  "color",  "column", "fsck",
						"i18n",	  "mailmap", "pretty", "safe",	 "user" };
	static const char *const keys[] = {
		/* Names of refs. */
		"defaultbranch",
		"excludedecoration",
		"displayref",
		"hiderefs",
		"initialdecorationset",
		"notesref",
		"prefetchrefs",
		"procreceiverefs",
		"rewriteref",
		/* Regular expressions. */
		"wordregex",
		"funcname",
		"xfuncname",
		/* Patterns of files that are kept elsewhere. */
		"fetchinclude",
		"fetchexclude",
		/* Files with nothing in them that is obeyed. */
		"excludesfile",
		"ignorerevsfile",
		"orderfile",
	};
	static const char *const of_remotes[] = { "fetch", "push", "tagopt" };
	static const char *const of_branches[] = { "remote", "pushremote" };

	if (!strcmp(r->section, "remote"))
		return is_one_of(of_remotes, ARRAY_SIZE(of_remotes), r->key);
	if (!strcmp(r->section, "branch"))
		return !is_one_of(of_branches, ARRAY_SIZE(of_branches), r->key);
	/* How names of branches begin. */
	if (!strcmp(r->section, "gitflow"))
		return strcmp(r->key, "hooks") != 0;
	return is_one_of(sections, ARRAY_SIZE(sections), r->section) ||
	       is_one_of(keys, ARRAY_SIZE(keys), r->key);
}

/* These take a path as such, which may have no slash, or blanks in it. */
static bool takes_path(const char *key)
{
	static const char *const ends[] = { "path",    "file", "dir",	  "fsmonitor",
					    "program", "hook", "template" };
	size_t len = strlen(key);

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t end = strlen(ends[i]);

		if (len >= end && !strcmp(key + len - end, ends[i]))
			return true;
	}
	return false;
}

/* These say where another repository is. */
static bool takes_remote(const struct reader *r)
{
	static const char *const keys[] = { "url", "pushurl", "remote", "pushremote",
					    "pushdefault" };

	if (!strcmp(r->section, "maintenance") || !strcmp(r->section, "scalar") ||
	    !strcmp(r->section, "gui"))
		return !strcmp(r->key, "repo") || !strcmp(r->key, "recentrepo");
	return is_one_of(keys, ARRAY_SIZE(keys), r->key);
}

/* The words of one value. */
struct words {
	gitconfig_found found;
	void *arg;
	/* Where "cd" went, NULL at the top; and it is the next word that says where. */
	char *dir;
	bool goes;
	/* A word without a slash may be a file as well. */
	bool plain;
};

/* From the top, and from where the command went: which of them is not known. */
static int report(struct words *w, const char *word, enum gitconfig_kind kind)
{
	int ret = w->found(word, kind, w->arg);
	auto_free char *below = NULL;

	if (ret || !w->dir || strchr("/~", *word))
		return ret;
	below = format("%s/%s", w->dir, word);
	if (!below)
		return -1;
	return w->found(below, kind, w->arg);
}

static int go(struct words *w, const char *word)
{
	bool below = w->dir && !strchr("/~", *word);
	auto_free char *dir = NULL;

	w->goes = false;
	dir = format("%s%s%s", below ? w->dir : "", below ? "/" : "", word);
	if (!dir)
		return -1;
	free(w->dir);
	w->dir = take_ptr(dir);
	return 0;
}

/* Below what a variable holds: the directory of the user, or the top, as far as is known. */
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

/* What a shell makes of it is any name of the directory. */
static int report_wild(struct words *w, const char *word)
{
	const char *slash = memrchr(word, '/', strcspn(word, "*?["));
	auto_free char *folder = NULL;

	if (!slash || slash == word)
		return 0;
	folder = strndup(word, slash - word);
	if (!folder)
		return -1;
	return report(w, folder, GITCONFIG_PATH);
}

static int report_word(struct words *w, const char *word)
{
	if (word[strcspn(word, "*?[")] && report_wild(w, word))
		return -1;
	if (strchr(word, '/'))
		return report(w, word, GITCONFIG_PATH);
	return w->plain && *word && *word != '-' ? report(w, word, GITCONFIG_WORD) : 0;
}

/* An option may have its file behind it; and of a list each part may be one. */
static int report_parts(struct words *w, const char *word)
{
	const char *part = strstr(word, "://") ? NULL : strchr(word, ':');
	int ret = 0;

	if (word[0] == '-' && isalpha((unsigned char)word[1]))
		ret = report_word(w, word + 2);
	for (; part && !ret; part = strchr(part, ':')) {
		part += strspn(part, ":-+?");
		ret = report_word(w, part);
	}
	return ret;
}

/* @before: what separates it from the word before it. */
static int find_word(struct words *w, char *word, char before)
{
	int ret;

	if (before == '$')
		return report_variable(w, word);
	if (w->goes)
		return go(w, word);
	w->goes = !strcmp(word, "cd") || !strcmp(word, "-C");
	ret = report_word(w, word);
	if (!ret)
		ret = report_parts(w, word);
	/* What a command or a variable says stands in front of it: mostly the top. */
	if (!ret && *word == '/' && word[1] && before && strchr(")}\"'`", before))
		ret = report(w, word + 1, GITCONFIG_PATH);
	return ret;
}

/* An alias that does not begin with "!" has words of git, which are no files. */
static int find_words(const struct reader *r, char *value, gitconfig_found found, void *arg)
{
	static const char between[] = " \t\r\n\"'`;|&<>(){}=!$";
	struct words w = { .found = found, .arg = arg };
	char before = '\0', after;
	int ret = 0;

	w.plain = strcmp(r->section, "alias") != 0 || *value == '!';
	for (char *at = value; *at && !ret; at += after ? 1 : 0) {
		size_t len = strcspn(at, between);

		after = at[len];
		at[len] = '\0';
		if (len)
			ret = find_word(&w, at, before);
		/* Quotes in front of a word separate nothing. */
		if (len || !strchr("\"'`", after))
			before = after;
		at += len;
	}
	free(w.dir);
	return ret;
}

/*
 * "file:///a/b", "a/b", "helper::a/b", "ext::command"; not "host:a/b", "https://host/a".
 * Return: where the path begins; NULL if there is none.
 */
static char *path_of_remote(char *value)
{
	char *colon = strchr(value, ':');
	char *slash = strchr(value, '/');

	if (!strncmp(value, "file://", 7))
		return value + 7;
	if (colon && colon[1] == ':')
		return path_of_remote(colon + 2);
	return !colon || (slash && slash < colon) ? value : NULL;
}

static int find_remote(struct reader *r, char *value, enum gitconfig_kind kind,
		       gitconfig_found found, void *arg)
{
	char *path;

	if (!strncmp(value, "ext::", 5))
		return find_words(r, value + 5, found, arg);
	path = path_of_remote(value);
	/* Names of remotes have no slash. */
	return path && (kind == GITCONFIG_REMOTES || strstr(r->key, "url") || strchr(path, '/')) ?
		       found(path, kind, arg) :
		       0;
}

static int find_paths(struct reader *r, gitconfig_found found, void *arg)
{
	int ret = 0;

	if (is_harmless(r))
		return 0;
	if (!strncmp(r->section, "include", 7))
		return strcmp(r->key, "path") ? 0 : found(r->value, GITCONFIG_INCLUDED, arg);
	if (!strcmp(r->section, "core") && !strcmp(r->key, "worktree"))
		return found(r->value, GITCONFIG_WORKTREE, arg);
	if (!strcmp(r->key, "hookspath"))
		return found(r->value, GITCONFIG_HOOKS, arg);
	/* What is written in place of the beginning of another. */
	if (!strcmp(r->section, "url"))
		return find_remote(r, r->more, GITCONFIG_REMOTES, found, arg);
	if (takes_remote(r))
		return find_remote(r, r->value, GITCONFIG_REMOTE, found, arg);
	if (takes_path(r->key))
		ret = found(r->value, GITCONFIG_PATH, arg);
	return ret ? ret : find_words(r, r->value, found, arg);
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
	return find_paths(r, found, arg);
}

int gitconfig_paths(const char *text, gitconfig_found found, void *arg)
{
	auto_free char *more = calloc(1, strlen(text) + 1);
	auto_free char *value = calloc(1, strlen(text) + 1);
	struct reader r = { .at = text, .more = more, .value = value };
	int ret = 0;

	if (!more || !value)
		return -1;
	/* A mark that the text is UTF-8. */
	if (!strncmp(text, "\xef\xbb\xbf", 3))
		r.at += 3;
	while (*r.at && !ret)
		ret = read_line(&r, found, arg);
	return ret;
}
