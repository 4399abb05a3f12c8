// SPDX-License-Identifier: GPL-2.0-only
/* What a row allows less, or more, than it seems to. */
#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/note.h"
#include "base/path.h"
#include "grammar/scope_parse.h"
#include "lib/model/rights.h"
#include "plan/own.h"
#include "plan/plan_priv.h"
#include "table/lint.h"
#include "table/program.h"
#include "table/resolve.h"

void plan_warn(const char *file, size_t row, const char *resource, char *why)
{
	if (why)
		warn_line("%s: row %zu (%.80s): %s", file, row, resource, why);
	free(why);
}

bool plan_is_unresolved(const struct plan *plan, size_t i)
{
	return i < plan->n && plan->entries[i].scope.flags & RVM_SCOPE_FLAG_UNRESOLVED;
}

/* In no directory of its own choosing: who may put a program there would choose what runs. */
static char *found_elsewhere(const struct plan *plan, const char *word, const char *path)
{
	struct stat st;
	bool open = !stat(path, &st) &&
		    (st.st_mode & 022 || plan_grants(plan, RVM_RIGHT_WRITE, path));

	return format("'%s' is not in a directory that is searched, but there is %s%s: write "
		      "exec:%s *, and rows for what it reads there",
		      word, path, open ? ", writable by others" : "", path);
}

static char *missing_program(const struct plan *plan, const char *word)
{
	const struct anchor *home = plan->resolver.home;
	auto_free char *path = NULL;

	if (!word || strchr(word, '/'))
		return strdup("program not found: the row allows nothing");
	if (!plan->resolver.contained)
		path = program_elsewhere(word, home ? home->path : NULL);
	if (path)
		return found_elsewhere(plan, word, path);
	return format("'%s' not found in /usr/local/sbin, /usr/local/bin, /usr/sbin, /usr/bin, "
		      "/sbin and /bin: the row allows nothing; write exec:/whole/path/of/%s *",
		      word, word);
}

static bool is_matched(const glob_t *found, const char *path)
{
	for (size_t i = 0; i < found->gl_pathc; i++) {
		if (!strcmp(found->gl_pathv[i], path))
			return true;
	}
	return false;
}

/* A program that @path leads to and that has no name among those that were found; or NULL. */
static char *leads_elsewhere(const glob_t *found, const char *path)
{
	auto_free char *real = NULL;
	struct stat st;

	if (lstat(path, &st) || !S_ISLNK(st.st_mode) || stat(path, &st) || !S_ISREG(st.st_mode))
		return NULL;
	real = realpath(path, NULL);
	return real && !is_matched(found, real) ? take_ptr(real) : NULL;
}

/* What starts by a path goes by that of the file: a pattern does not hold for a link to it. */
static char *run_by_links(const struct resolver *r, const struct scope *scope)
{
	auto_free char *dir = scope->anchor ? path_escape(scope->anchor->path) : NULL;
	auto_free char *pattern = NULL;
	char *why = NULL;
	glob_t found;

	if (!dir || r->contained || scope->class != RVM_CLASS_PATH ||
	    !strpbrk(scope->pattern, "*?["))
		return NULL;
	pattern = path_join(dir, scope->pattern);
	if (!pattern || glob(pattern, GLOB_NOSORT, NULL, &found))
		return NULL;
	for (size_t i = 0; i < found.gl_pathc && !why; i++) {
		auto_free char *real = leads_elsewhere(&found, found.gl_pathv[i]);

		if (real)
			why = format("%s is a symbolic link to %s, which this row does not start: "
				     "write a row for the target",
				     found.gl_pathv[i], real);
	}
	globfree(&found);
	return why;
}

/* Rows of base tables are for other hosts as well. */
void plan_warn_of_row(const struct plan *plan, const struct rvm_scope_spec *spec,
		      const struct entry *model, const char *file, size_t first)
{
	char *why = NULL;

	if (model->badge || !model->resource)
		return;
	why = lint_form(model->resource);
	if (!why)
		why = lint_rule(spec, model->resource, false);
	if (!why)
		why = lint_places(&plan->resolver, spec, model->resource);
	if (!why && plan_is_unresolved(plan, first))
		why = missing_program(plan, plan->entries[first].scope.pattern);
	if (!why && first < plan->n && spec->flags & RVM_SCOPE_FLAG_RUN)
		why = run_by_links(&plan->resolver, &plan->entries[first].scope);
	if (!why && model->expires_at && model->expires_at <= time(NULL))
		why = strdup("has expired already: the row allows nothing");
	for (size_t i = first; i < plan->n && !why && !plan->resolver.contained; i++)
		why = lint_program(&plan->entries[i].scope);
	plan_warn(file, model->row, model->resource, why);
}
