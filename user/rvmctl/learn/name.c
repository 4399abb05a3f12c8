// SPDX-License-Identifier: GPL-2.0-only
/* Names: as patterns that match nothing else, and those that are new each time. */
#include <ctype.h>
#include <string.h>

#include "base/path.h"
#include "learn/learn.h"

#define RANDOM_MIN 6
/* What a name begins with, so that its pattern is not about files of others. */
#define HEAD_MIN 3
/* More digits than counters and dates of people have. */
#define NUMBER_MIN 10

static bool is_utf8(const char *text)
{
	json_t *value = json_string(text);

	json_decref(value);
	return value;
}

const char *name_fault(const char *name)
{
	for (const char *p = name; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return "its name has control characters";
	}
	return is_utf8(name) ? NULL : "its name is not UTF-8, so that a table cannot have it";
}

static bool is_alnum(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static size_t count_alnum(const char *text)
{
	size_t n = 0;

	while (is_alnum(text[n]))
		n++;
	return n;
}

/* @head, @wild instead of @n bytes, and the rest, escaped. */
static char *replace(const char *name, size_t head, size_t n, const char *wild)
{
	auto_free char *before = strndup(name, head);
	auto_free char *front = before ? path_escape(before) : NULL;
	auto_free char *back = path_escape(name + head + n);

	return front && back ? format("%s%s%s", front, wild, back) : NULL;
}

static char *replace_each(const char *name, size_t head, size_t n)
{
	char wild[65];

	if (n >= sizeof(wild))
		return NULL;
	memset(wild, '?', n);
	wild[n] = '\0';
	return replace(name, head, n, wild);
}

/* Digits and letters in turn, or upper case amid lower: nobody types that. */
static bool looks_random(const char *text, size_t n)
{
	bool digit = false, letter_after = false, upper = false, lower = false;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = text[i];

		letter_after |= digit && isalpha(c);
		digit |= isdigit(c);
		upper |= isupper(c);
		lower |= islower(c);
	}
	return letter_after || (digit && upper && lower);
}

/* Letters of both cases or digits among them: drawn, not typed; nearly all that mkstemp makes. */
static bool looks_drawn(const char *text, size_t n)
{
	bool other = false, lower = false, upper = false;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = text[i];

		other |= !isalpha(c);
		upper |= isupper(c);
		/* One at the beginning is that of a word. */
		lower |= islower(c);
	}
	return other || (upper && lower &&
			 !(isupper((unsigned char)text[0]) && n > 1 &&
			   strspn(text + 1, "abcdefghijklmnopqrstuvwxyz") == n - 1));
}

/* Names that well-known tools make with mkstemp and its like. */
static char *known_template(const char *name, bool temporary)
{
	static const struct {
		const char *head;
		size_t n;
		/* What comes behind: an end, or an end or a dot. */
		bool dot;
		bool anywhere;
		/* Words of people begin so too: the letters have to look drawn. */
		bool word;
	} templates[] = {
		{ "cc", 6, true, false, false }, /* gcc */
		{ "tmp.", 10, false, false, false }, /* mktemp */
		{ "tmp", 8, true, false, false }, /* Python */
		{ "rustc", 6, false, false, false },
		{ "zsh", 6, false, false, true }, /* here-documents */
		{ "sh-thd.", 6, false, false, false }, /* those of bash */
		{ "sort", 6, false, false, true },
		{ "tmp_obj_", 6, false, true, false }, /* git */
		{ "tmp_pack_", 6, false, true, false },
		{ "tmp_idx_", 6, false, true, false },
		{ "sed", 6, false, true, true }, /* sed -i, beside the file */
	};

	for (size_t i = 0; i < ARRAY_SIZE(templates); i++) {
		size_t head = strlen(templates[i].head);
		const char *rest = name + head;

		if (strncmp(name, templates[i].head, head) ||
		    (!temporary && !templates[i].anywhere) || count_alnum(rest) != templates[i].n ||
		    (templates[i].word && !looks_drawn(rest, templates[i].n)))
			continue;
		if (!rest[templates[i].n] || (templates[i].dot && rest[templates[i].n] == '.'))
			return replace_each(name, head, templates[i].n);
	}
	return NULL;
}

/* Directories that are counted, or numbered at random, by their tool. */
static char *known_number(const char *name)
{
	static const char *const heads[] = { "go-build", "pytest-", "go-link-" };

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
		size_t head = strlen(heads[i]), n;

		if (strncmp(name, heads[i], head))
			continue;
		n = strspn(name + head, "0123456789");
		if (n && !name[head + n])
			return replace(name, head, n, "[0-9]*");
	}
	return NULL;
}

/* The number of the process itself, or one that is no counter. */
static char *numbered(const char *name, const char *pid)
{
	for (size_t at = 0, n; name[at]; at += n ? n : 1) {
		n = strspn(name + at, "0123456789");
		if (!n || at + strlen(name + at + n) < 2)
			continue;
		if (n >= NUMBER_MIN ||
		    (pid && strlen(pid) >= 3 && strlen(pid) == n && !strncmp(name + at, pid, n)))
			return replace(name, at, n, "[0-9]*");
	}
	return NULL;
}

/* "name-XXXXXX", as mkdtemp makes them of a template of the caller's. */
static char *tail_template(const char *name)
{
	size_t len = strlen(name);

	if (len < RANDOM_MIN + 2 || !strchr("-._", name[len - RANDOM_MIN - 1]) ||
	    count_alnum(name + len - RANDOM_MIN) != RANDOM_MIN ||
	    !looks_random(name + len - RANDOM_MIN, RANDOM_MIN))
		return NULL;
	return replace_each(name, len - RANDOM_MIN, RANDOM_MIN);
}

/* Case that changes twice is drawn; once, as in "myMain", it may be typed. */
static bool changes_case(const char *text, size_t n)
{
	unsigned int changes = 0;

	for (size_t i = 1; i < n; i++)
		changes += !isupper((unsigned char)text[i - 1]) != !isupper((unsigned char)text[i]);
	return changes >= 3;
}

/*
 * "nameXXXXXX", with an ending or without, by a program that is not known.  Only in
 * directories for such names, and only if it is plain that nobody typed it.
 */
static char *glued_template(const char *name)
{
	for (size_t end = strlen(name); end >= HEAD_MIN + RANDOM_MIN; end--) {
		const char *part = name + end - RANDOM_MIN;

		if ((name[end] && name[end] != '.') || count_alnum(part) != RANDOM_MIN ||
		    memchr(part, '_', RANDOM_MIN))
			continue;
		if (looks_random(part, RANDOM_MIN) && changes_case(part, RANDOM_MIN))
			return replace_each(name, part - name, RANDOM_MIN);
	}
	return NULL;
}

#define SHORT_LIVED 8
#define SHORT_LIVED_SET "abcdefghijklmnopqrstuvwxyz0123456789_"

/* Python ends names so. */
static bool ends_short_lived(const char *name)
{
	size_t len = strlen(name);
	const char *tail = name + len - SHORT_LIVED;

	return len >= SHORT_LIVED && strspn(tail, SHORT_LIVED_SET) == SHORT_LIVED &&
	       (tail == name || strchr("-._", tail[-1]));
}

/* "settings.json.Ab12Cd", moved to "settings.json" when it was written. */
static bool begins_with(const char *name, const char *target)
{
	return target && !strncmp(name, target, strlen(target)) && name[strlen(target)];
}

/* A template of the caller's, with an ending or without: random letters of mkstemp. */
static char *mkstemp_part(const char *name, const char *target)
{
	size_t len = strlen(name);

	for (size_t end = len; end > RANDOM_MIN; end--) {
		const char *part = name + end - RANDOM_MIN;

		/* At the end of a name or of a part of it. */
		if ((end < len && name[end] != '.') || count_alnum(part) != RANDOM_MIN)
			continue;
		if ((looks_drawn(part, RANDOM_MIN) && part - name >= HEAD_MIN) ||
		    (begins_with(name, target) && strchr("-._", part[-1])))
			return replace_each(name, part - name, RANDOM_MIN);
	}
	return NULL;
}

char *name_short_lived(const char *name, const char *target)
{
	char tail[SHORT_LIVED * sizeof("[a-z0-9_]")] = "";
	auto_free char *head = NULL;

	if (!ends_short_lived(name))
		return mkstemp_part(name, target);
	for (unsigned int i = 0; i < SHORT_LIVED; i++)
		strcat(tail, "[a-z0-9_]");
	head = strndup(name, strlen(name) - SHORT_LIVED);
	return head ? format("%s%s", head, tail) : NULL;
}

bool name_is_temporary_folder(const char *path, size_t len)
{
	auto_free char *folder = strndup(path, len);
	const char *base = folder ? path_base(folder) : "";
	const char *cache = folder ? strstr(folder, "/.cache/rvm-") : NULL;

	return folder && (!strcmp(folder, "/tmp") || !strcmp(folder, "/var/tmp") ||
			  (cache && cache + strlen("/.cache/") == base));
}

char *name_temporary(const char *name, const char *pid, bool temporary)
{
	char *pattern = known_template(name, temporary);

	if (!pattern)
		pattern = known_number(name);
	if (!pattern)
		pattern = numbered(name, pid);
	/* An underscore in such a name separates nothing. */
	if (!pattern && temporary && !ends_short_lived(name))
		pattern = tail_template(name);
	if (!pattern && temporary)
		pattern = glued_template(name);
	return pattern;
}

/*
 * Both have the same beginning and end, and between them as many letters and
 * digits that differ in most places.  One of them has to look random: names
 * that people make differ too.
 */
char *name_merge(const char *a, const char *b)
{
	size_t len = strlen(a), head = 0, tail = 0, differ = 0, n;

	if (strlen(b) != len)
		return NULL;
	while (head < len && a[head] == b[head])
		head++;
	while (tail < len - head && a[len - 1 - tail] == b[len - 1 - tail])
		tail++;
	/* Random parts may have letters in common at their ends: widen to whole runs. */
	while (head && is_alnum(a[head - 1]))
		head--;
	while (tail && is_alnum(a[len - tail]))
		tail--;
	n = len - head - tail;
	if (n < RANDOM_MIN || head + tail < 2)
		return NULL;
	for (size_t i = head; i < head + n; i++) {
		if (!is_alnum(a[i]) || !is_alnum(b[i]))
			return NULL;
		differ += a[i] != b[i];
	}
	if (2 * differ < n || !(looks_random(a + head, n) || looks_random(b + head, n)))
		return NULL;
	return replace_each(a, head, n);
}
