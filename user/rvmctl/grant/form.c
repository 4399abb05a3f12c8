// SPDX-License-Identifier: GPL-2.0-only
/* Rows that are typed, and read as something else. */
#include <string.h>

#include "base/nearest.h"
#include "grant/form.h"
#include "lib/token/scope.h"
#include "table/lint.h"
#include "table/resolve.h"

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* "Edit src", "Edit (src)", "Eidt(src)": the word with what follows in brackets. */
static char *as_rule(const char *resource)
{
	size_t len = strcspn(resource, "( "), rest;
	const char *word = resource[len] ? nearest(resource, len, lint_rule_words) : NULL;
	const char *inside = resource + len + strspn(resource + len, "( ");

	if (!word)
		return NULL;
	rest = strlen(inside);
	rest -= rest && inside[rest - 1] == ')';
	return format("%s(%.*s)", word, (int)rest, inside);
}

/* What a bare word was probably meant as. */
static char *meant(const char *resource)
{
	char *rule = as_rule(resource);

	if (rule)
		return rule;
	if (strchr(resource, ' '))
		return format("Bash(%s)", resource);
	return format("Read(%s%s)", strchr("./~", *resource) ? "" : "./", resource);
}

static int refuse_name(const char *resource, struct err *err)
{
	auto_free char *rule = meant(resource);

	err_make(err, EXIT_USAGE, "%.80s: a bare name gives no file and no program", resource);
	return err_hint(err, "write '%s', or 'name:%s' for the name", rule ? rule : "Read(FILE)",
			resource);
}

static int refuse_word(const char *resource, struct err *err)
{
	auto_free char *rule = as_rule(resource);

	if (!rule || !strcmp(rule, resource))
		return 0;
	err_make(err, EXIT_USAGE, "%.80s: no such rule for files or programs", resource);
	return err_hint(err, "write '%s', or 'tool:%s' for a tool of that name", rule, resource);
}

int grant_check_form(const char *resource, struct err *err)
{
	struct rvm_scope_spec spec;
	struct err none = { 0 };

	if (!*resource)
		return err_make(err, EXIT_USAGE, "ROW: empty");
	if (resource[strcspn(resource, "( ")] == ' ' && refuse_word(resource, err))
		return -1;
	/* What cannot be read is refused where it is looked for. */
	if (resolve_parse(resource, strlen(resource), 0, &spec, &none)) {
		err_clear(&none);
		return 0;
	}
	if (spec.class == RVM_CLASS_NAME && !begins(resource, "name:") &&
	    !begins(resource, RVM_PARTITION_NAME))
		return refuse_name(resource, err);
	if (spec.class == RVM_CLASS_TOOL && strchr(resource, '(') && !begins(resource, "mcp__") &&
	    !begins(resource, "tool:"))
		return refuse_word(resource, err);
	return 0;
}
