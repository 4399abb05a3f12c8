// SPDX-License-Identifier: GPL-2.0-only
/* What is seen once all tables of a plan are in. */
#include <argz.h>
#include <errno.h>
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
		plan_drop_entry(plan, i);
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
