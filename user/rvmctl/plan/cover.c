// SPDX-License-Identifier: GPL-2.0-only
/* What the entries of a plan are about. */
#include <glob.h>
#include <string.h>
#include <sys/stat.h>

#include "base/note.h"
#include "base/path.h"
#include "grammar/scope_parse.h"
#include "lib/model/rights.h"
#include "plan/own.h"
#include "plan/plan_priv.h"
#include "table/lint.h"
#include "table/program.h"
#include "table/resolve.h"

bool plan_starts(const struct plan *plan, const char *program)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct scope *s = &plan->entries[i].scope;

		if (!plan->entries[i].exclusion && s->class == RVM_CLASS_EXEC && s->pattern &&
		    s->len && !(s->flags & RVM_SCOPE_FLAG_ANY_PROGRAM) &&
		    !strcmp(path_base(s->pattern), program))
			return true;
	}
	return false;
}

static bool meets(const struct entry *e, const char *path)
{
	struct rvm_name names[RVM_GLOB_SEGMENTS_MAX];
	const struct anchor *dir = e->scope.anchor;
	unsigned int n = 0;
	struct rvm_glob glob;
	size_t end;

	if (e->scope.class == RVM_CLASS_ANY)
		return true;
	/* Entries of the own process are not those that the anchor has for all. */
	if (e->scope.flags & RVM_SCOPE_FLAG_PROC_OWN)
		return false;
	if (e->scope.class != RVM_CLASS_PATH || !dir || !path_is_below(path, dir->path) ||
	    rvm_glob_parse(&glob, e->scope.pattern, e->scope.len, NULL))
		return false;
	/* Leaf first. */
	path += strlen(dir->path);
	for (end = strlen(path); end && n < RVM_GLOB_SEGMENTS_MAX;) {
		size_t begin = end;

		while (begin && path[begin - 1] != '/')
			begin--;
		if (end > begin)
			names[n++] = (struct rvm_name){ path + begin, end - begin };
		end = begin ? begin - 1 : 0;
	}
	return rvm_glob_match(&glob, names, n, false) >=
	       (e->scope.flags & RVM_SCOPE_FLAG_ALONE ? RVM_GLOB_EXACT : RVM_GLOB_BELOW);
}

bool plan_covers(const struct entry *e, const char *path)
{
	return !e->exclusion && meets(e, path);
}

bool plan_grants(const struct plan *plan, uint8_t right, const char *path)
{
	for (size_t i = 0; i < plan->n; i++) {
		if (plan->entries[i].rights & right && plan_covers(&plan->entries[i], path))
			return true;
	}
	return false;
}

bool plan_takes(const struct entry *e, uint8_t right, const char *path)
{
	return e->exclusion && e->rights & right && meets(e, path);
}

const struct entry *plan_denies(const struct plan *plan, uint8_t right, const char *path)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct entry *e = &plan->entries[i];

		if (plan_takes(e, right, path))
			return e;
	}
	return NULL;
}

char *plan_sample(const struct scope *s)
{
	const char *pattern = s->pattern;
	size_t len = strlen(pattern);
	bool below = len >= 2 && !strcmp(pattern + len - 2, "**") &&
		     (len == 2 || pattern[len - 3] == '/');
	auto_free char *name = strndup(pattern, below ? len - 2 : len);
	auto_free char *path = NULL;
	char *to = name;

	if (!name)
		return NULL;
	for (const char *from = name; *from; from++) {
		if (strchr("*?[", *from))
			return NULL;
		if (*from == '\\' && from[1])
			from++;
		*to++ = *from;
	}
	*to = '\0';
	path = path_join(s->anchor->path, name);
	return path ? path_join(path, below ? "x" : "") : NULL;
}
