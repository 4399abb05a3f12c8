// SPDX-License-Identifier: GPL-2.0-only
/* Rows of tables, resolved. */
#include <argz.h>
#include <errno.h>
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

int plan_open(struct plan *plan, const char *root, const char *workspace, struct err *err)
{
	*plan = (struct plan){ 0 };
	if (resolver_open(&plan->resolver, root, workspace, err))
		return -1;
	return list_open(&plan->programs, "programs.list", err);
}

static void free_entry(struct entry *e)
{
	free(e->origin);
	free(e->resource);
	free(e->notes);
	free(e->within);
	free(e->links);
	scope_free(&e->scope);
}

void plan_close(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		free_entry(&plan->entries[i]);
	free(plan->entries);
	free(plan->own_links);
	free(plan->coarse);
	list_close(&plan->programs);
	memo_end(&plan->classes);
	resolver_close(&plan->resolver);
	resolver_close(&plan->host);
	*plan = (struct plan){ 0 };
}

size_t plan_count(const struct plan *plan, bool exclusions)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n; i++)
		n += plan->entries[i].exclusion == exclusions;
	return n;
}

int plan_add_entry(struct plan *plan, const struct entry *model, const char *notes,
		   struct scope *scope)
{
	struct entry *more;
	struct entry *e;

	/* Room grows by doubling. */
	if (!(plan->n & (plan->n - 1))) {
		more = reallocarray(plan->entries, plan->n ? 2 * plan->n : 1, sizeof(*more));
		if (!more)
			return -1;
		plan->entries = more;
	}
	e = &plan->entries[plan->n++];
	*e = *model;
	e->scope = *scope;
	*scope = (struct scope){ 0 };
	e->origin = strdup(model->origin);
	e->resource = model->resource ? strdup(model->resource) : NULL;
	e->notes = notes ? strdup(notes) : NULL;
	e->within = model->within ? strdup(model->within) : NULL;
	e->links = NULL;
	e->links_len = 0;
	return e->origin && (!model->within || e->within) &&
			       (!model->links_len ||
				!argz_append(&e->links, &e->links_len, model->links,
					     model->links_len)) &&
			       (!model->resource || e->resource) && (!notes || e->notes) ?
		       0 :
		       -1;
}

void plan_drop_entry(struct plan *plan, size_t i)
{
	struct entry *e = &plan->entries[i];

	free_entry(e);
	plan->n--;
	memmove(e, e + 1, (plan->n - i) * sizeof(*e));
}

static const char *class_of(struct plan *plan, const char *name)
{
	struct found *found = memo_at(&plan->classes, name);

	if (!found)
		return program_class(&plan->programs, name);
	if (!found->known)
		found->value = program_class(&plan->programs, name);
	found->known = true;
	return found->value;
}

static void remark_program(struct plan *plan, const struct scope *scope, struct entry *e,
			   char **notes)
{
	const char *path = scope->anchor ? scope->anchor->path : NULL;

	if (scope->flags & RVM_SCOPE_FLAG_ANY_PROGRAM) {
		e->program = "interpreter";
		if (!e->exclusion)
			note(notes, "any program with any arguments: only the other rows limit "
				    "what it does");
		return;
	}
	e->program = class_of(plan, path_base(scope->pattern));
	if (path && !strcmp(e->program, "fixed"))
		e->program = class_of(plan, path_base(path));
	if (e->exclusion)
		return;
	if (scope->flags & RVM_SCOPE_FLAG_UNRESOLVED) {
		note(notes, "program not found: the row allows nothing");
		return;
	}
	if (!strcmp(e->program, "interpreter"))
		note(notes, "runs code of the agent's choice: its arguments do not limit it, other "
			    "rows do");
	if (!strcmp(e->program, "launcher"))
		note(notes, "makes services of the host work for it: only rows that name their "
			    "sockets cover them");
}

static void remark(const struct scope *scope, struct entry *e, char **notes)
{
	uint8_t plain = RVM_RIGHT_READ | RVM_RIGHT_WRITE | RVM_RIGHT_EXECUTE;

	if (e->exclusion)
		return;
	if (e->expires_at && e->expires_at <= time(NULL))
		note(notes, "has expired already");
	if (scope->class == RVM_CLASS_ANY && e->rights == RVM_RIGHTS_ALL)
		note(notes, "the root token: everything but the built-in exclusions");
	else if (scope->class == RVM_CLASS_ANY)
		note(notes,
		     "opens every file%s and routable address; not devices, loopback, unix sockets "
		     "or processes of other users",
		     e->rights & RVM_RIGHT_EXECUTE ? " (code is mapped, not started)" : "");
	if (scope->class == RVM_CLASS_TOOL || scope->class == RVM_CLASS_NAME)
		note(notes, "advisory: holds only if a mediator outside asks");
	if (scope->class == RVM_CLASS_EXEC && !(e->rights & RVM_RIGHT_EXECUTE))
		note(notes, "starts nothing without EXECUTE");
	if (scope->class == RVM_CLASS_PATH && e->rights & plain && scope->pattern &&
	    !*scope->pattern && scope->anchor && !strcmp(scope->anchor->path, "/"))
		note(notes, "covers the whole file system");
}

int plan_blame(struct err *err, const char *file, size_t row, const char *resource)
{
	return err_wrap(err, "%s: row %zu (%.80s)", file, row, resource ? resource : "no resource");
}

/* Text of a string that may hold NUL, for messages. */
static char *text_of(const char *resource, size_t len)
{
	char *text;

	if (!resource)
		return NULL;
	text = malloc(len + 1);
	if (!text)
		return NULL;
	memcpy(text, resource, len);
	text[len] = '\0';
	for (size_t i = 0; i < len; i++) {
		if (!text[i])
			text[i] = '\x01';
	}
	return text;
}

/* Whoever may run a program of the workspace must not be able to write it. */
static int protect_program(struct plan *plan, const struct anchor *program, struct err *err)
{
	const struct anchor *ws = plan->resolver.workspace;
	auto_free char *name = NULL;

	if (!program || !path_is_below(program->path, ws->path))
		return 0;
	if (plan_exclude_anchor(plan, program, "", RVM_RIGHT_WRITE, err))
		return -1;
	name = path_escape(program->path + strlen(ws->path) + 1);
	if (!name)
		return err_errno(err, ENOMEM, "exclusions");
	return plan_exclude_anchor(plan, ws, name, RVM_RIGHT_WRITE, err);
}

/* Nor make another of it, by a link on the way to it. */
static int protect_links(struct plan *plan, const struct resolved *found, struct err *err)
{
	const struct anchor *ws = plan->resolver.workspace;

	for (char *link = argz_next(found->links, found->links_len, NULL); link;
	     link = argz_next(found->links, found->links_len, link)) {
		auto_free char *name = NULL;

		if (!path_is_below(link, ws->path))
			continue;
		name = path_escape(link + strlen(ws->path) + 1);
		if (!name)
			return err_errno(err, ENOMEM, "exclusions");
		if (plan_exclude_anchor(plan, ws, name, RVM_RIGHT_WRITE, err))
			return -1;
	}
	return 0;
}

static int add_scopes(struct plan *plan, struct entry *model, struct resolved *found,
		      struct err *err)
{
	for (size_t i = 0; i < found->n; i++) {
		struct scope *scope = &found->scope[i];
		auto_free char *more = found->notes ? strdup(found->notes) : NULL;

		if (scope->flags & RVM_SCOPE_FLAG_UNRESOLVED && !model->exclusion && !model->badge)
			plan->unresolved++;
		model->program = NULL;
		if (scope->class == RVM_CLASS_EXEC)
			remark_program(plan, scope, model, &more);
		remark(scope, model, &more);
		if (!model->exclusion && scope->class == RVM_CLASS_EXEC &&
		    protect_program(plan, scope->anchor, err))
			return -1;
		model->links = model->exclusion ? NULL : found->links;
		model->links_len = model->exclusion ? 0 : found->links_len;
		if (plan_add_entry(plan, model, more, scope))
			return err_errno(err, ENOMEM, "%s", model->origin);
	}
	return model->exclusion || !found->n || found->scope[0].class == RVM_CLASS_PATH ?
		       0 :
		       protect_links(plan, found, err);
}

int plan_resolve(struct plan *plan, const struct rvm_scope_spec *spec, struct entry *model,
		 uint32_t flags, struct err *err)
{
	bool home = !model->exclusion && model->rights == RVM_RIGHT_READ;
	struct resolved found;
	int ret = resolve(&plan->resolver, spec, model->exclusion, home, &found, err);

	if (model->exclusion && model->notes)
		note(&found.notes, "%s", model->notes);
	for (size_t i = 0; !ret && i < found.n; i++)
		found.scope[i].flags |= flags;
	if (!ret)
		ret = add_scopes(plan, model, &found, err);
	if (found.refused_link && model->rights & RVM_RIGHT_WRITE && !model->exclusion &&
	    argz_add(&plan->own_links, &plan->own_links_len, found.refused_link))
		ret = err_errno(err, ENOMEM, "%s", model->origin);
	resolved_free(&found);
	return ret;
}

/* True if the row is left out with a warning. */
static bool leave_out(struct plan *plan, struct err *err)
{
	if (plan->strict || err->code == EXIT_UNAVAILABLE)
		return false;
	warn_line("%s: row skipped%s%s", err->text ? err->text : "no memory", err->hint ? "; " : "",
		  err->hint ? err->hint : "");
	err_clear(err);
	plan->left_out++;
	return true;
}

static int check_class(const struct row *row, const struct rvm_scope_spec *spec, struct err *err)
{
	if (!row->within || spec->class == RVM_CLASS_EXEC)
		return 0;
	err_make(err, EXIT_USAGE, "within: only for rows that name a program with arguments");
	return err_hint(err, "use it with rows such as exec:git-remote-https *");
}

/* Base tables may name the partition. */
static int fill_row(const struct plan *plan, uint64_t badge, struct row *row, char **filled)
{
	if (!badge || !plan->name || !row->resource)
		return 0;
	*filled = own_fill(row->resource, &row->len, plan->name);
	row->resource = *filled;
	return *filled ? 0 : -1;
}

int plan_add_table(struct plan *plan, const struct table *table, const char *origin, uint64_t badge,
		   struct err *err)
{
	for (size_t i = 0; i < table->n; i++) {
		struct row copy = table->rows[i], *row = &copy;
		auto_free char *filled = NULL;
		auto_free char *text = NULL;
		struct rvm_scope_spec spec;
		size_t first = plan->n;
		struct entry model = {
			.rights = row->rights,
			.tier = row->tier,
			.expires_at = row->expires_at,
			.badge = badge,
			.origin = (char *)origin,
			.row = i,
			.within = (char *)row->within,
		};

		if (fill_row(plan, badge, row, &filled))
			return err_errno(err, ENOMEM, "%s", origin);
		text = text_of(row->resource, row->len);
		model.resource = text;
		if (!resolve_parse(row->resource, row->len, row->rights, &spec, err) &&
		    !check_class(row, &spec, err) && !plan_resolve(plan, &spec, &model, 0, err)) {
			plan_warn_of_row(plan, &spec, &model, table->doc.path, first);
			continue;
		}
		plan_blame(err, table->doc.path, i, text);
		if (!leave_out(plan, err))
			return -1;
	}
	return 0;
}
