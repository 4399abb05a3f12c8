// SPDX-License-Identifier: GPL-2.0-only
/* Files that tools outside obey, and a row beside the table that would let them be written. */
#include <errno.h>
#include <fts.h>
#include <string.h>

#include "base/path.h"
#include "deputy/deputy.h"
#include "grant/guard.h"
#include "grant/narrow.h"

/* Names that are looked at for repositories below a row. */
#define NAMES_MAX 200000

/**
 * struct guard - the row as if it stood in a table, and what is excluded then
 */
struct guard {
	const struct grant_row *row;
	/* First the row, then what a load would exclude, then from @first_line on the whole list. */
	struct plan plan;
	size_t rows;
	size_t first_line;
	/* What is excluded now, as a plan; its anchors have no more than a path. */
	struct tokens tokens;
	struct plan force;
	struct anchor *anchors;
	struct err *err;
};

static void guard_end(struct guard *g)
{
	plan_close(&g->plan);
	tokens_free(&g->tokens);
	free(g->force.entries);
	free(g->anchors);
}
#define auto_guard __attribute__((cleanup(guard_end)))

static int find_force(struct guard *g, struct nlc *nlc, uint32_t partition)
{
	size_t n;

	if (tokens_get_exclusions(nlc, partition, &g->tokens, g->err))
		return -1;
	n = g->tokens.n;
	g->force.entries = calloc(n + 1, sizeof(*g->force.entries));
	g->anchors = calloc(n + 1, sizeof(*g->anchors));
	if (!g->force.entries || !g->anchors)
		return err_errno(g->err, ENOMEM, "exclusions");
	for (size_t i = 0; i < n; i++) {
		const struct token *t = &g->tokens.list[i];

		g->anchors[i].path = t->anchor;
		g->force.entries[i] = (struct entry){
			.exclusion = true,
			.rights = t->rights,
			.scope = { .class = t->class,
				   .flags = t->scope_flags,
				   .anchor = t->anchor ? &g->anchors[i] : NULL,
				   .pattern = t->pattern,
				   .len = t->len },
		};
	}
	g->force.n = n;
	return 0;
}

static bool takes_writing(const struct entry *e)
{
	return e->exclusion && e->rights & RVM_RIGHT_WRITE && e->scope.class == RVM_CLASS_PATH &&
	       e->scope.anchor && e->scope.pattern;
}

/* Is all that @s is about excluded by it? */
static bool has_all_of(const struct entry *e, const struct scope *s)
{
	const struct scope *x = &e->scope;
	const struct token outer = {
		.class = x->class,
		.rights = RVM_RIGHT_WRITE,
		.scope_flags = x->flags & RVM_SCOPE_FLAG_ALONE,
		.anchor = x->anchor->path,
		.pattern = x->pattern,
		.len = x->len,
	};
	auto_free char *pattern = pattern_below(s->anchor->path, s->pattern, x->anchor->path);
	struct scope inner = *s;

	if (!pattern)
		return false;
	inner.flags &= RVM_SCOPE_FLAG_ALONE;
	inner.pattern = pattern;
	inner.len = strlen(pattern);
	return narrow_fits(&outer, &inner);
}

/* Of entries from @first on, one that has all of a row's scope. */
static const struct entry *find_around(const struct plan *plan, size_t first, const struct scope *s)
{
	for (size_t i = first; i < plan->n; i++) {
		const struct entry *e = &plan->entries[i];

		if (takes_writing(e) && has_all_of(e, s))
			return e;
	}
	return NULL;
}

static bool is_in_force(const struct guard *g, const struct entry *e)
{
	for (size_t i = 0; i < g->force.n; i++) {
		const struct entry *now = &g->force.entries[i];

		if (takes_writing(now) && !strcmp(now->scope.anchor->path, e->scope.anchor->path) &&
		    !strcmp(now->scope.pattern, e->scope.pattern))
			return true;
	}
	return false;
}

static bool gives(const struct guard *g, const char *path)
{
	for (size_t i = 0; i < g->rows; i++) {
		if (plan_covers(&g->plan.entries[i], path))
			return true;
	}
	return false;
}

/* Return: -1 */
static int refuse(struct guard *g, const struct entry *e, const char *what)
{
	auto_list struct list list = { 0 };
	struct err none = { 0 };

	err_make(g->err, EXIT_REFUSED,
		 "%s: tools outside the partition execute or obey %s, and nothing would protect it",
		 g->row->resource, what);
	if (strcmp(e->origin, "deputy.list") != 0 || list_open(&list, "deputy.list", &none) ||
	    e->row >= list.n)
		err_hint(g->err, "give another part of the workspace, or load a table with this "
				 "row, which excludes such files");
	else
		err_hint(g->err, "--allow-deputy '%s' allows it; a table with this row excludes it",
			 list.lines[e->row]);
	err_clear(&none);
	return -1;
}

/* A row about nothing else. */
static int check_named(struct guard *g)
{
	for (size_t i = 0; i < g->rows; i++) {
		const struct scope *s = &g->plan.entries[i].scope;
		const struct entry *e = find_around(&g->plan, g->rows, s);

		if (e && !find_around(&g->force, 0, s))
			return refuse(g, e, "it");
	}
	return 0;
}

/* What lies in the row by its name, there or not. */
static int check_inside(struct guard *g)
{
	for (size_t i = g->rows; i < g->first_line; i++) {
		const struct entry *e = &g->plan.entries[i];
		struct rvm_glob glob;
		auto_free char *path = NULL;

		if (!takes_writing(e) ||
		    rvm_glob_parse(&glob, e->scope.pattern, e->scope.len, NULL) || !glob.literal)
			continue;
		path = plan_sample(&e->scope);
		if (path && gives(g, path) && !plan_denies(&g->force, RVM_RIGHT_WRITE, path))
			return refuse(g, e, path);
	}
	return 0;
}

/* All of the workspace: each line of the list counts. */
static int check_whole(struct guard *g)
{
	for (size_t i = g->rows; i < g->first_line; i++) {
		const struct entry *e = &g->plan.entries[i];
		auto_free char *what = NULL;

		if (!takes_writing(e) || is_in_force(g, e))
			continue;
		what = format("files in it, such as %s", e->scope.pattern);
		err_make(g->err, EXIT_REFUSED,
			 "%s: tools outside the partition execute or obey %s, and nothing would "
			 "protect them",
			 g->row->resource, what ? what : "files in it");
		return err_hint(g->err, "give a part of the workspace, or load a table with this "
					"row, which excludes them");
	}
	return 0;
}

static int check_path(struct guard *g, const char *path)
{
	const struct entry *e = gives(g, path) ? plan_denies(&g->plan, RVM_RIGHT_WRITE, path) :
						 NULL;

	return e && !plan_denies(&g->force, RVM_RIGHT_WRITE, path) ? refuse(g, e, path) : 0;
}

static int check_repository(struct guard *g, const char *git)
{
	static const char *const names[] = { "config", "hooks/x", "info/attributes" };
	int ret = 0;

	for (size_t i = 0; !ret && i < ARRAY_SIZE(names); i++) {
		auto_free char *path = path_join(git, names[i]);

		ret = path ? check_path(g, path) : err_errno(g->err, ENOMEM, "%s", git);
	}
	return ret;
}

/* What cannot be looked through could hide one.  Return: -1 */
static int refuse_unseen(struct guard *g, const char *path, const char *why)
{
	err_make(g->err, EXIT_REFUSED, "%s: whether a repository lies in %s cannot be told: %s",
		 g->row->resource, path, why);
	return err_hint(g->err, "give a part of it, or load a table with this row");
}

/* Of a worktree or a submodule .git is a file, which leads to the repository. */
static int look_at(struct guard *g, FTS *walk, FTSENT *at)
{
	bool git = !strcmp(at->fts_name, ".git");

	switch (at->fts_info) {
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		/* What is gone again hides nothing. */
		return at->fts_errno == ENOENT ?
			       0 :
			       refuse_unseen(g, at->fts_path, strerror(at->fts_errno));
	case FTS_D:
		if (git || !strcmp(at->fts_name, "node_modules"))
			fts_set(walk, at, FTS_SKIP);
		return git ? check_repository(g, at->fts_path) : 0;
	case FTS_DP:
		return 0;
	default:
		return git ? check_path(g, at->fts_path) : 0;
	}
}

/* Repositories that are there, at any depth below what the row hangs on. */
static int check_below(struct guard *g, const char *top)
{
	char *const roots[] = { (char *)top, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	int left = NAMES_MAX, ret = 0;
	FTSENT *at;

	if (!walk)
		return refuse_unseen(g, top, strerror(errno));
	while (!ret && (at = fts_read(walk)))
		ret = left-- ? look_at(g, walk, at) : refuse_unseen(g, top, "too many names");
	fts_close(walk);
	return ret;
}

/* A row in a directory of git, there or not. */
static int check_within(struct guard *g, const struct scope *s)
{
	auto_free char *path = s->anchor ? plan_sample(s) : NULL;
	char *git = path ? strstr(path, "/.git/") : NULL;

	if (!git)
		return 0;
	git[strlen("/.git")] = '\0';
	return check_repository(g, path);
}

static int check_repositories(struct guard *g)
{
	for (size_t i = 0; i < g->rows; i++) {
		const struct scope *s = &g->plan.entries[i].scope;
		const struct anchor *top = s->anchor;

		if (check_within(g, s))
			return -1;
		if (top && S_ISDIR(top->st.st_mode) && check_below(g, top->path))
			return -1;
	}
	return 0;
}

static int make_plan(struct guard *g, const char *workspace, const char *const *allow, size_t n)
{
	struct row row = {
		.rights = g->row->rights,
		.tier = 1,
		.resource = g->row->resource,
		.len = strlen(g->row->resource),
	};
	const struct table table = { .doc.path = "grant", .rows = &row, .n = 1 };

	if (plan_open(&g->plan, NULL, workspace, g->err))
		return -1;
	g->plan.strict = true;
	if (plan_add_table(&g->plan, &table, "grant", 0, g->err))
		return -1;
	g->rows = g->plan.n;
	if (exclude_deputies(&g->plan, allow, n, g->err))
		return -1;
	g->first_line = g->plan.n;
	return exclude_deputy_list(&g->plan, allow, n, g->err);
}

static bool gives_writing(const struct grant_row *row)
{
	return row->rights & RVM_RIGHT_WRITE && row->found.n &&
	       row->found.scope[0].class == RVM_CLASS_PATH;
}

int grant_guard(struct nlc *nlc, const struct partition *p, const struct grant_row *row,
		const char *const *allow, size_t n, struct err *err)
{
	auto_guard struct guard g = { .row = row, .err = err };
	int ret;

	/* Without a table it starts nothing. */
	if (!gives_writing(row) || !p->workspace)
		return 0;
	/* What they say is of exclusions, which are not made here. */
	warn_mute(true);
	ret = make_plan(&g, p->workspace, allow, n);
	warn_mute(false);
	if (ret || find_force(&g, nlc, p->id))
		return -1;
	if (deputy_is_whole(&g.plan))
		return check_whole(&g);
	return check_named(&g) || check_inside(&g) || check_repositories(&g) ? -1 : 0;
}
