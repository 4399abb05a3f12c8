// SPDX-License-Identifier: GPL-2.0-only
/* Detail lines: "key=value key="value in quotes" ...". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "log/detail.h"
#include "lib/pattern/argv.h"
#include "lib/model/text.h"

#define KEY(name)                                    \
	{                                            \
#name, offsetof(struct detail, name) \
	}

static const struct {
	const char *name;
	size_t at;
} keys[] = {
	KEY(addr),    KEY(argv),  KEY(as),     KEY(asked),   KEY(cap),	    KEY(comm),
	KEY(command), KEY(count), KEY(cut),    KEY(expires), KEY(family),   KEY(fs),
	KEY(local),   KEY(mode),  KEY(name),   KEY(object),  KEY(owner),    KEY(partition),
	KEY(path),    KEY(peer),  KEY(pid),    KEY(proto),   KEY(resource), KEY(rule),
	KEY(source),  KEY(token), KEY(turned), KEY(type),    KEY(what),	    KEY(why),
	KEY(within),
};

static char **value_of(struct detail *d, size_t key)
{
	return (char **)((char *)d + keys[key].at);
}

/* The kernel writes control bytes, quotes and backslashes as \xNN. */
static char *unescape(const char *text, size_t len)
{
	char *out = malloc(len + 1);
	size_t n = 0;

	for (size_t i = 0; out && i < len; i++) {
		unsigned int byte;

		if (text[i] == '\\' && i + 3 < len && text[i + 1] == 'x' &&
		    sscanf(text + i + 2, "%2x", &byte) == 1 && byte) {
			out[n++] = byte;
			i += 3;
		} else {
			out[n++] = text[i];
		}
	}
	if (out)
		out[n] = '\0';
	return out;
}

static void free_words(struct detail *d)
{
	for (size_t i = 0; i < d->n_words; i++)
		free(d->words[i]);
	free(d->words);
	d->words = NULL;
	d->n_words = 0;
}

/* A blank between words is a blank; one inside a word is escaped. */
static void parse_words(struct detail *d, const char *text, size_t len)
{
	size_t begin, end;

	d->words = calloc(RVM_ARGV_WORDS_MAX + 1, sizeof(*d->words));
	for (begin = 0; d->words && begin <= len && d->n_words < RVM_ARGV_WORDS_MAX;
	     begin = end + 1) {
		for (end = begin; end < len && text[end] != ' '; end++)
			;
		d->words[d->n_words] = unescape(text + begin, end - begin);
		if (!d->words[d->n_words]) {
			free_words(d);
			return;
		}
		d->n_words++;
	}
}

/* The first value of a key counts. */
static void take(struct detail *d, const char *key, size_t key_len, const char *value, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strlen(keys[i].name) != key_len || memcmp(keys[i].name, key, key_len) ||
		    *value_of(d, i))
			continue;
		*value_of(d, i) = unescape(value, len);
		if (!strcmp(keys[i].name, "argv"))
			parse_words(d, value, len);
	}
}

static void name_protocol(struct detail *d)
{
	const char *name = d->proto ? rvm_protocol_name(strtoul(d->proto, NULL, 10)) : NULL;

	if (!name)
		return;
	free(d->proto);
	d->proto = strdup(name);
}

void detail_parse(struct detail *d, const char *line)
{
	const char *p;

	*d = (struct detail){ .line = line && line[0] ? strdup(line) : NULL };
	for (p = d->line; p && *p;) {
		const char *equals = strchr(p, '=');
		const char *value, *end;

		if (!equals)
			break;
		value = equals + 1;
		if (*value == '"') {
			value++;
			end = strchr(value, '"');
		} else {
			end = strchr(value, ' ');
		}
		if (!end)
			end = value + strlen(value);
		take(d, p, equals - p, value, end - value);
		p = end + (*end == '"');
		p += strspn(p, " ");
	}
	name_protocol(d);
}

void detail_free(struct detail *d)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		free(*value_of(d, i));
	free_words(d);
	free(d->line);
	*d = (struct detail){ 0 };
}
