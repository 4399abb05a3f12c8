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

static bool is_harmless(const char *section)
{
	static const char *const sections[] = { "remote", "branch", "user", "author", "committer",
						"url",	  "color",  "gc",   "pack" };

	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		if (!strcmp(section, sections[i]))
			return true;
	}
	return false;
}

/* These take a path as such, which may have no slash, or blanks in it. */
static bool takes_path(const char *key)
{
	static const char *const keys[] = { "hookspath",   "path",    "attributesfile", "fsmonitor",
					    "templatedir", "program", "template" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!strcmp(key, keys[i]))
			return true;
	}
	return false;
}

static int find_words(struct reader *r, gitconfig_found found, void *arg)
{
	static const char between[] = " \t\r\n\"'`;|&<>(){}=!$";
	char *save = NULL;
	int ret = 0;

	if (takes_path(r->key))
		ret = found(r->value, !strncmp(r->section, "include", 7), arg);
	for (char *word = strtok_r(r->value, between, &save); word && !ret;
	     word = strtok_r(NULL, between, &save)) {
		if (strchr(word, '/'))
			ret = found(word, false, arg);
	}
	return ret;
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
	return is_harmless(r->section) ? 0 : find_words(r, found, arg);
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
