// SPDX-License-Identifier: GPL-2.0-only

#include "form.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line that is read word by word. */
struct reader {
	const char *at;
	char text[8192];
	size_t len;
};

static bool put_byte(struct reader *r, char c)
{
	if (!c || r->len + 1 >= sizeof(r->text))
		return false;
	r->text[r->len++] = c;
	return true;
}

static bool read_escape(struct reader *r)
{
	unsigned int byte;
	char c = *++r->at;
	int n = 0;

	if (c == 'x' && sscanf(r->at + 1, "%2x%n", &byte, &n) == 1 && n == 2) {
		r->at += 2;
		return put_byte(r, (char)byte);
	}
	return put_byte(r, c == 'n' ? '\n' : c == 't' ? '\t' : c);
}

static bool read_quoted(struct reader *r, char quote)
{
	for (r->at++; *r->at && *r->at != quote; r->at++) {
		bool good = quote == '"' && *r->at == '\\' ? read_escape(r) : put_byte(r, *r->at);

		if (!good)
			return false;
	}
	return *r->at == quote;
}

/* 1: a word is in @r->text; 0: the line ends; -1: it is wrong. */
static int next_word(struct reader *r)
{
	while (isspace((unsigned char)*r->at))
		r->at++;
	if (!*r->at)
		return 0;
	for (r->len = 0; *r->at && !isspace((unsigned char)*r->at); r->at++) {
		bool quoted = *r->at == '"' || *r->at == '\'';

		if (!(quoted ? read_quoted(r, *r->at) : put_byte(r, *r->at)))
			return -1;
	}
	r->text[r->len] = '\0';
	return 1;
}

static const char *value_of(const char *word, const char *key)
{
	size_t len = strlen(key);

	return !strncmp(word, key, len) && word[len] == '=' ? word + len + 1 : NULL;
}

static bool set_effect(struct form *f, const char *word)
{
	static const char *const names[] = { "runs", "reads", "changes" };
	const char *says = value_of(word, "says");

	if (says && f->kind == FORM_LEGIT) {
		f->effect = EFFECT_SAYS;
		f->says = strdup(says);
		return true;
	}
	for (int i = 0; i < 3; i++) {
		f->effect = i;
		if (!strcmp(word, names[i]))
			return f->kind != FORM_LEGIT;
	}
	return false;
}

static bool set_via(struct form *f, const char *word)
{
	static const char *const names[] = { "path", "memfd", "descriptor", "proc", "no-words" };

	for (int i = 0; i < 5; i++) {
		f->via = i;
		if (!strcmp(word, names[i]))
			return true;
	}
	return false;
}

static bool add_env(struct form *f, const char *value)
{
	size_t n = 0;

	while (n < FORM_ENV_MAX && f->env[n])
		n++;
	if (n == FORM_ENV_MAX || !strchr(value, '='))
		return false;
	f->env[n] = strdup(value);
	return true;
}

static bool set_text(char **field, const char *value)
{
	*field = strdup(value);
	return *field;
}

static bool set_count(unsigned int *field, const char *value)
{
	*field = strtoul(value, NULL, 10);
	return *field;
}

static bool set_flag(struct form *f, const char *word)
{
	if (!strcmp(word, "quiet"))
		f->quiet = true;
	else if (!strcmp(word, "tty"))
		f->tty = true;
	else if (!strcmp(word, "slow"))
		f->slow = true;
	else
		return false;
	return true;
}

static bool set_option(struct form *f, const char *word)
{
	const char *value = strchr(word, '=');

	if (set_flag(f, word))
		return true;
	if (!value++)
		return false;
	if (value_of(word, "via"))
		return set_via(f, value);
	if (value_of(word, "env"))
		return add_env(f, value);
	if (value_of(word, "file"))
		return set_text(&f->file, value);
	if (value_of(word, "in"))
		return set_text(&f->input, value);
	if (value_of(word, "pad"))
		return set_count(&f->pad, value);
	return value_of(word, "big") && set_count(&f->big, value);
}

/* SET EFFECT [OPTION...] : WORD... */
static bool read_form(struct form *f, struct reader *r)
{
	int field = 0, more;

	for (; (more = next_word(r)) > 0 && strcmp(r->text, ":"); field++) {
		if (!field)
			f->set = strdup(r->text);
		else if (!(field == 1 ? set_effect(f, r->text) : set_option(f, r->text)))
			return false;
	}
	if (more <= 0 || field < 2)
		return false;
	while ((more = next_word(r)) > 0) {
		if (f->count == FORM_WORDS_MAX)
			return false;
		f->words[f->count++] = strdup(r->text);
	}
	return !more && f->count;
}

/* NAME KEY=VALUE... */
static bool read_set(struct form_set *s, struct reader *r)
{
	int more;

	if (next_word(r) <= 0)
		return false;
	s->name = strdup(r->text);
	while ((more = next_word(r)) > 0) {
		static const char *const keys[] = { "table", "spec", "base" };
		char **const fields[] = { &s->table, &s->spec, &s->base };
		int i = 0;

		while (i < 3 && !value_of(r->text, keys[i]))
			i++;
		if (i == 3 || !set_text(fields[i], value_of(r->text, keys[i])))
			return false;
	}
	return !more && s->base && (s->table || s->spec);
}

static bool add_line(struct forms *forms, const char *text, const char *list, unsigned int line)
{
	static const char *const kinds[] = { "bypass", "open", "legit" };
	struct reader *r = calloc(1, sizeof(*r));
	struct form f = { .list = list, .line = line };
	bool good = false;

	r->at = text;
	if (next_word(r) > 0 && !strcmp(r->text, "set")) {
		forms->set = reallocarray(forms->set, forms->sets + 1, sizeof(*forms->set));
		forms->set[forms->sets] = (struct form_set){ 0 };
		good = read_set(&forms->set[forms->sets++], r);
	} else {
		for (int i = 0; i < 3 && !good; i++) {
			f.kind = i;
			good = !strcmp(r->text, kinds[i]) && read_form(&f, r);
		}
		forms->form = reallocarray(forms->form, forms->count + 1, sizeof(f));
		forms->form[forms->count++] = f;
	}
	free(r);
	return good;
}

bool forms_read(struct forms *forms, const char *path)
{
	const char *list = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;
	bool good = true;

	if (!file) {
		printf("# %s: %s\n", path, strerror(errno));
		return false;
	}
	list = strdup(list);
	for (unsigned int line = 1; good && getline(&text, &room, file) > 0; line++) {
		if (text[0] == '#' || text[strspn(text, " \t\n")] == '\0')
			continue;
		good = add_line(forms, text, list, line);
		if (!good)
			printf("# %s:%u: this line is not understood\n", list, line);
	}
	free(text);
	fclose(file);
	return good;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool same_list(char *const *a, char *const *b)
{
	for (; *a && *b; a++, b++)
		if (strcmp(*a, *b))
			return false;
	return !*a && !*b;
}

bool form_is_same(const struct form *a, const struct form *b)
{
	return a->effect == b->effect && a->via == b->via && a->pad == b->pad && a->big == b->big &&
	       a->tty == b->tty && same_text(a->file, b->file) && same_text(a->input, b->input) &&
	       same_text(a->says, b->says) && same_list(a->env, b->env) &&
	       same_list(a->words, b->words);
}

char *form_expand(const char *text, const char *top, const char *root)
{
	const struct {
		const char *name, *base, *rest;
	} names[] = {
		{ "{ws}", top, "/ws" },
		{ "{out}", top, "/out" },
		{ "{bad}", top, "/ws/tools/forbidden" },
		{ "{root}", root, "" },
	};
	char *out = NULL;
	size_t len, i;
	FILE *file = open_memstream(&out, &len);

	while (*text) {
		for (i = 0; i < 4 && strncmp(text, names[i].name, strlen(names[i].name)); i++)
			;
		if (i == 4) {
			fputc(*text++, file);
			continue;
		}
		fprintf(file, "%s%s", names[i].base, names[i].rest);
		text += strlen(names[i].name);
	}
	fclose(file);
	return out;
}
