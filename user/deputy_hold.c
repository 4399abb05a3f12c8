// SPDX-License-Identifier: GPL-2.0-only
/* To keep a path from being written, with the links on the way to it. */
#include <argz.h>
#include <errno.h>
#include <string.h>

#include "deputy_priv.h"
#include "lib/rights.h"
#include "path.h"

/* Links that are followed. */
#define LINKS_MAX 4000

bool deputy_gives_writing(const struct entry *e)
{
	return !e->exclusion && e->rights & RVM_RIGHT_WRITE && e->scope.class == RVM_CLASS_PATH &&
	       e->scope.anchor && !(e->scope.flags & RVM_SCOPE_FLAG_PROC_OWN);
}

const struct anchor *deputy_holder(const struct deputies *d, const char *path)
{
	const struct anchor *ws = d->plan->resolver.workspace;
	const struct anchor *best = NULL;

	if (path_below(path, ws->path))
		return ws;
	for (size_t i = 0; i < d->plan->n; i++) {
		const struct entry *e = &d->plan->entries[i];

		if (deputy_gives_writing(e) && path_below(path, e->scope.anchor->path) &&
		    (!best || strlen(e->scope.anchor->path) < strlen(best->path)))
			best = e->scope.anchor;
	}
	return best;
}

/* The name alone.  Return: 0; 1 if it cannot be said as a pattern, which is told; -1 on errors. */
static int hold(struct deputies *d, const char *path)
{
	const struct anchor *above = deputy_holder(d, path);
	auto_free char *pattern = above ? path_escape(path_below(path, above->path)) : NULL;

	if (!above)
		return 0;
	if (!pattern)
		return err_errno(d->err, ENOMEM, "%s", path);
	if (path_below(d->plan->resolver.workspace->path, path) ||
	    strlen(pattern) >= RVM_GLOB_BYTES_MAX) {
		warn_line("%s: tools obey it, and it stays writable: its path cannot be a pattern",
			  path);
		return 1;
	}
	return plan_exclude_anchor(d->plan, above, pattern, RVM_RIGHT_WRITE, d->err);
}

static int hold_link(struct deputies *d, const char *link)
{
	if (++d->links <= LINKS_MAX)
		return hold(d, link) < 0 ? -1 : 0;
	if (d->links == LINKS_MAX + 1)
		warn_line("%s: too many links: what the rest lead to stays writable", link);
	return 0;
}

/* Where links end, also if nothing is there yet. */
static int hold_end(struct deputies *d, const struct path_place *end)
{
	auto_free char *path = path_join(end->dir->path, end->rest);
	char *to = path;

	if (!path)
		return err_errno(d->err, ENOMEM, "%s", end->rest);
	/* The rest is a pattern. */
	for (const char *at = path; *at; at++) {
		if (at >= path + strlen(end->dir->path) && *at == '\\' && at[1])
			at++;
		*to++ = *at;
	}
	*to = '\0';
	return hold_link(d, path);
}

/* Each link on the way is obeyed as well: another one leads elsewhere. */
static int hold_way(struct deputies *d, const char *path)
{
	struct resolver *r = &d->plan->resolver;
	struct err err = { 0 };
	auto_free char *notes = NULL;
	struct path_walk walk = {
		.resolver = r,
		.base = r->root,
		.links = LINKS_ALL,
		.literal = true,
		.notes = &notes,
	};
	int ret = 0;

	/* What changes meanwhile stops nothing: who is confined may be changing it. */
	if (path_walk(&walk, path + 1, &err))
		err_clear(&err);
	for (char *link = argz_next(walk.links_followed, walk.links_len, NULL); link && !ret;
	     link = argz_next(walk.links_followed, walk.links_len, link))
		ret = hold_link(d, link);
	if (!ret && walk.links_followed && walk.n)
		ret = hold_end(d, &walk.place[walk.n - 1]);
	path_walk_end(&walk);
	return ret;
}

/* Who is confined cannot make links that count: their names are protected. */
int deputy_hold_target(struct deputies *d, const char *path)
{
	const struct anchor *ws = d->plan->resolver.workspace;
	const struct anchor *target = resolve_inside(&d->plan->resolver, path);

	if (target && !strcmp(target->path, path))
		return 0;
	if (target && path_below(ws->path, target->path)) {
		warn_line("%s leads to %s, which stays writable", path, target->path);
		return 0;
	}
	if (hold_way(d, path))
		return -1;
	return d->links > LINKS_MAX ?
		       0 :
		       plan_exclude_anchor(d->plan, target, "", RVM_RIGHT_WRITE, d->err);
}

int deputy_hold(struct deputies *d, const char *path)
{
	int ret = hold(d, path);

	return ret || !deputy_hold_target(d, path) ? ret : -1;
}
