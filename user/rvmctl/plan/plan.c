// SPDX-License-Identifier: GPL-2.0-only
#include <argz.h>
#include <errno.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

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

static void remark_program(const struct plan *plan, const struct scope *scope, struct entry *e,
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
	e->program = program_class(&plan->programs, path_base(scope->pattern));
	if (path && !strcmp(e->program, "fixed"))
		e->program = program_class(&plan->programs, path_base(path));
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
static void warn_of_row(const struct plan *plan, const struct rvm_scope_spec *spec,
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
			warn_of_row(plan, &spec, &model, table->doc.path, first);
			continue;
		}
		plan_blame(err, table->doc.path, i, text);
		if (!leave_out(plan, err))
			return -1;
	}
	return 0;
}

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

int plan_check_within(struct plan *plan, struct err *err)
{
	for (size_t i = 0; i < plan->n; i++) {
		struct entry *e = &plan->entries[i];

		if (!e->within || plan_starts(plan, e->within))
			continue;
		if (!e->badge)
			warn_line("%s: row %zu (%s): no row starts '%s': the row allows nothing",
				  e->origin, e->row, e->resource, e->within);
		note(&e->notes, "no row starts '%s': the row allows nothing", e->within);
		if (!e->notes)
			return err_errno(err, ENOMEM, "%s", e->origin);
	}
	return 0;
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

const struct entry *plan_denies(const struct plan *plan, uint8_t right, const char *path)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct entry *e = &plan->entries[i];

		if (e->exclusion && e->rights & right && meets(e, path))
			return e;
	}
	return NULL;
}

/* A table that let it be written before let it be made a link. */
static bool is_own_link(const struct plan *plan, const char *path)
{
	for (char *link = argz_next(plan->own_links, plan->own_links_len, NULL); link;
	     link = argz_next(plan->own_links, plan->own_links_len, link)) {
		if (!strcmp(link, path))
			return true;
	}
	return false;
}

/* A link that led to the entry's file and that the partition could make itself; or NULL. */
static const char *own_link(const struct plan *plan, const struct entry *e)
{
	if (e->scope.class != RVM_CLASS_PATH)
		return NULL;
	for (char *link = argz_next(e->links, e->links_len, NULL); link;
	     link = argz_next(e->links, e->links_len, link)) {
		if (plan_grants(plan, RVM_RIGHT_WRITE, link) || is_own_link(plan, link))
			return link;
	}
	return NULL;
}

void plan_check_links(struct plan *plan)
{
	size_t row = SIZE_MAX;
	uint64_t badge = 0;

	for (size_t i = 0; i < plan->n;) {
		struct entry *e = &plan->entries[i];
		const char *link = own_link(plan, e);

		if (!link) {
			i++;
			continue;
		}
		/* A row may have several entries. */
		if (e->row != row || e->badge != badge) {
			warn_line("%s: row %zu (%s): the partition could have made the symbolic "
				  "link %s itself: row skipped; name the target",
				  e->origin, e->row, e->resource, link);
			plan->left_out++;
		}
		row = e->row;
		badge = e->badge;
		free_entry(e);
		plan->n--;
		memmove(e, e + 1, (plan->n - i) * sizeof(*e));
	}
}

/* Of a pattern, the directory that must exist before what it names can be made; or NULL. */
static char *missing_folder(const struct entry *e)
{
	const char *pattern = e->scope.pattern;
	size_t len = strcspn(pattern, "/");
	auto_free char *name = NULL;

	/* The last name, or the one that all below it is named by, is the row's own. */
	if (!pattern[len] || !strcmp(pattern + len, "/**") || strcspn(pattern, "*?[\\") < len)
		return NULL;
	name = strndup(pattern, len);
	return name ? path_join(e->scope.anchor->path, name) : NULL;
}

/* A pattern hangs on the directory that is there: said where the partition may remove it. */
static void note_folder(const struct plan *plan, struct entry *e)
{
	if (e->scope.anchor != plan->resolver.workspace &&
	    path_is_below(e->scope.anchor->path, plan->resolver.workspace->path) &&
	    !strcmp(e->scope.pattern, "**"))
		note(&e->notes, "holds for the directory that is there now; for one that is "
				"removed and made again, write a backslash in front of its name");
}

void plan_check_folders(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		struct entry *e = &plan->entries[i];
		auto_free char *folder = NULL;

		if (e->exclusion || e->scope.class != RVM_CLASS_PATH || !e->scope.anchor ||
		    !(e->rights & RVM_RIGHT_WRITE) || e->scope.flags & RVM_SCOPE_FLAG_PROC_OWN)
			continue;
		note_folder(plan, e);
		folder = missing_folder(e);
		if (!folder || plan_grants(plan, RVM_RIGHT_WRITE, folder))
			continue;
		note(&e->notes, "directory %s is missing, and no row lets it be made", folder);
		if (!e->badge)
			warn_line("%s: row %zu (%.80s): directory %s is missing, and no row lets "
				  "it be made; make it first",
				  e->origin, e->row, e->resource, folder);
	}
}
