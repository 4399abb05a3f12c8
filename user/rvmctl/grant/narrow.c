// SPDX-License-Identifier: GPL-2.0-only
/* Scopes that lie within a token, as the module wants them. */
#include <errno.h>
#include <string.h>

#include "base/path.h"
#include "grant/narrow.h"
#include "lib/model/text.h"
#include "lib/token/contain.h"
#include "lib/token/scope.h"

/* Bytes of @pattern that stand for the name at its front and no other, 0 if they do not. */
static size_t spells(const char *pattern, const char *name, size_t len)
{
	const char *at = pattern;

	for (size_t i = 0; i < len; i++, at++) {
		if (*at == '\\')
			at++;
		else if (*at && strchr("*?[", *at))
			return 0;
		if (*at != name[i])
			return 0;
	}
	return *at == '/' || !*at ? at - pattern : 0;
}

/* The pattern behind the names of @below, which it has to spell out. */
static char *behind(const char *pattern, const char *below)
{
	while (*below) {
		size_t len = strcspn(below, "/"), used = spells(pattern, below, len);

		if (!used)
			return NULL;
		pattern += used + (pattern[used] == '/');
		below += len + (below[len] == '/');
	}
	return strdup(pattern);
}

char *pattern_below(const char *dir, const char *pattern, const char *anchor)
{
	const char *below = path_below(dir, anchor);
	auto_free char *front = below ? path_escape(below) : NULL;

	if (front)
		return *front && *pattern ? format("%s/%s", front, pattern) :
					    strdup(*front ? front : pattern);
	below = path_below(anchor, dir);
	return below ? behind(pattern, below) : NULL;
}

static int other_class(const struct token *source, uint32_t class, struct err *err)
{
	return err_make(err, EXIT_USAGE, "token %llu: it is of class %s, and the scope of class %s",
			(unsigned long long)source->id, rvm_class_name(source->class),
			rvm_class_name(class));
}

static int elsewhere(const struct token *source, const struct scope *s, struct err *err)
{
	auto_free char *path = path_join(s->anchor->path, s->pattern);

	err_make(err, EXIT_REFUSED, "%s: does not lie below %s, where token %llu holds",
		 path ? path : "the scope", source->anchor, (unsigned long long)source->id);
	return err_hint(err, "rvmctl token show %llu prints what it covers",
			(unsigned long long)source->id);
}

static int move_pattern(const struct token *source, struct scope *s, struct err *err)
{
	char *pattern;

	if (!source->anchor)
		return err_make(err, EXIT_REFUSED, "token %llu: what it named is not there",
				(unsigned long long)source->id);
	if (!s->anchor)
		return err_make(err, EXIT_REFUSED, "the scope: what it names is not there");
	pattern = pattern_below(s->anchor->path, s->pattern, source->anchor);
	if (!pattern)
		return elsewhere(source, s, err);
	free(s->pattern);
	s->pattern = pattern;
	s->len = strlen(pattern);
	return 0;
}

/* Only the very program; its words stay as they are. */
static int check_program(const struct token *source, const struct scope *s, struct err *err)
{
	if (source->anchor && s->anchor && !strcmp(source->anchor, s->anchor->path))
		return 0;
	return err_make(err, EXIT_REFUSED, "%s: token %llu is for %s",
			s->anchor ? s->anchor->path : "(not found)", (unsigned long long)source->id,
			source->anchor ? source->anchor : "a program that is not there");
}

static int fit(const struct token *source, struct scope *s, struct err *err)
{
	switch (s->class) {
	case RVM_CLASS_PATH:
		return move_pattern(source, s, err);
	case RVM_CLASS_EXEC:
		return source->scope_flags & RVM_SCOPE_FLAG_ANY_PROGRAM ?
			       0 :
			       check_program(source, s, err);
	case RVM_CLASS_NET:
		if (!source->family != !s->family)
			return err_make(err, EXIT_REFUSED,
					"token %llu: addresses and unix sockets do not mix",
					(unsigned long long)source->id);
		return s->family && source->anchor ? move_pattern(source, s, err) : 0;
	default:
		return 0;
	}
}

/* What it covers has no place in which a scope could lie, or many. */
static bool is_anywhere(const struct token *source)
{
	return source->class == RVM_CLASS_ANY || source->class == RVM_CLASS_SELF;
}

int narrow(const struct token *source, struct resolved *found, bool *anchor, struct err *err)
{
	*anchor = is_anywhere(source) || source->scope_flags & RVM_SCOPE_FLAG_ANY_PROGRAM;
	for (size_t i = 0; i < found->n; i++) {
		struct scope *s = &found->scope[i];

		if (is_anywhere(source))
			continue;
		if (s->class != source->class)
			return other_class(source, s->class, err);
		if (fit(source, s, err))
			return -1;
	}
	return 0;
}

/* Of both sides it is the same object once narrow() has moved the pattern, or none. */
static bool core_scope(const struct scope *s, bool anchor, struct rvm_glob *glob,
		       struct rvm_scope *core)
{
	*core = (struct rvm_scope){
		.class = s->class,
		.family = s->family,
		.flags = s->flags,
		.anchor = anchor ? core : NULL,
		.text = s->pattern,
		.len = s->len,
	};
	if (s->class != RVM_CLASS_PATH)
		return true;
	core->glob = glob;
	return !rvm_glob_parse(glob, s->pattern ? s->pattern : "", s->len, NULL);
}

bool narrow_fits(const struct token *source, const struct scope *s)
{
	const struct scope as_listed = {
		.class = source->class,
		.flags = source->scope_flags,
		.pattern = source->pattern,
		.len = source->len,
	};
	struct rvm_glob wide, thin;
	struct rvm_scope outer, inner;
	const struct rvm_token_core core = { .rights = source->rights, .scope = &outer };

	if (s->class != RVM_CLASS_PATH && s->class != RVM_CLASS_EXEC)
		return true;
	if (!core_scope(&as_listed, source->anchor, &wide, &outer) ||
	    !core_scope(s, s->anchor, &thin, &inner))
		return false;
	if (inner.anchor && outer.anchor)
		inner.anchor = outer.anchor;
	return rvm_scope_narrow(&core, &inner);
}
