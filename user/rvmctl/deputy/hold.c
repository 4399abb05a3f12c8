// SPDX-License-Identifier: GPL-2.0-only
/* To keep a path from being written, with the links on the way to it. */
#include <argz.h>
#include <errno.h>
#include <linux/limits.h>
#include <string.h>

#include "base/path.h"
#include "deputy/deputy_priv.h"
#include "lib/pattern/glob.h"
#include "table/walk.h"

/* Names that are held, with links on the way. */
#define HOLDS_MAX 8000

char *path_from(const char *dir, const char *name)
{
	auto_free char *whole = *name == '/' ? strdup(name) : path_join(dir, name);
	char *out = whole ? malloc(strlen(whole) + 2) : NULL;
	size_t used = 0, len = 0;

	for (const char *at = whole; out && *at; at += len) {
		at += strspn(at, "/");
		len = strcspn(at, "/");
		if (len == 2 && !strncmp(at, "..", 2)) {
			while (used && out[--used] != '/')
				;
		} else if (len && !(len == 1 && *at == '.')) {
			out[used++] = '/';
			memcpy(out + used, at, len);
			used += len;
		}
	}
	if (!out)
		return NULL;
	if (!used)
		out[used++] = '/';
	out[used] = '\0';
	return out;
}

bool deputy_gives_writing(const struct entry *e)
{
	return !e->exclusion && e->rights & RVM_RIGHT_WRITE && e->scope.class == RVM_CLASS_PATH &&
	       e->scope.anchor && !(e->scope.flags & RVM_SCOPE_FLAG_PROC_OWN);
}

bool deputy_gives_folder(const struct entry *e)
{
	struct rvm_glob glob;
	struct stat st;

	if (!deputy_gives_writing(e) || !S_ISDIR(e->scope.anchor->st.st_mode))
		return false;
	if (!e->scope.len || rvm_glob_parse(&glob, e->scope.pattern, e->scope.len, NULL) ||
	    !glob.literal)
		return true;
	return fstatat(e->scope.anchor->fd, e->scope.pattern, &st, AT_SYMLINK_NOFOLLOW) ||
	       S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode);
}

bool deputy_is_place(const struct entry *e)
{
	return !e->badge && deputy_gives_folder(e) && !path_below(e->scope.anchor->path, "/dev");
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

int deputy_give_up(struct deputies *d, const char *why)
{
	const struct plan *plan = d->plan;
	size_t n = plan->n;

	if (d->gave_up)
		return 0;
	d->gave_up = true;
	warn_line("%s: nothing in the workspace or in other directories of the table is writable",
		  why);
	for (size_t i = 0; i < n; i++) {
		const struct anchor *anchor = plan->entries[i].scope.anchor;

		if (deputy_is_place(&plan->entries[i]) &&
		    plan_exclude_anchor(d->plan, anchor, "**", RVM_RIGHT_WRITE, d->err))
			return -1;
	}
	return plan_exclude_anchor(d->plan, plan->resolver.workspace, "**", RVM_RIGHT_WRITE,
				   d->err);
}

int deputy_exclude_name(struct deputies *d, const struct anchor *above, const char *pattern)
{
	size_t n = d->plan->n;

	if (d->gave_up)
		return 0;
	if (plan_exclude_anchor(d->plan, above, pattern, RVM_RIGHT_WRITE, d->err))
		return -1;
	if (d->plan->n == n || ++d->holds <= HOLDS_MAX)
		return 0;
	return deputy_give_up(d, "tools obey more files than can be listed");
}

/* Nothing can have it. */
static bool is_no_name(const char *path)
{
	for (const char *at = path; *at; at += strcspn(at, "/")) {
		at += strspn(at, "/");
		if (strcspn(at, "/") > NAME_MAX)
			return true;
	}
	return strlen(path) >= PATH_MAX;
}

/* It, or the directory above it that is short enough for a pattern. */
static char *find_pattern(const char *below)
{
	auto_free char *path = strdup(below);
	struct rvm_glob glob;

	for (char *slash = path; slash; *slash = '\0') {
		auto_free char *pattern = path_escape(path);

		if (!pattern || !rvm_glob_parse(&glob, pattern, strlen(pattern), NULL))
			return take_ptr(pattern);
		slash = strrchr(path, '/');
		if (!slash)
			break;
	}
	return path ? strdup("**") : NULL;
}

/* The name alone.  Return: 0; 1 if it is where all of the work is, which is told; -1 on errors. */
static int hold(struct deputies *d, const char *path)
{
	const struct anchor *above = deputy_holder(d, path);
	auto_free char *pattern = NULL;

	if (!above || is_no_name(path))
		return 0;
	if (path_below(d->plan->resolver.workspace->path, path)) {
		warn_line("%s: stays writable although tools obey it, since the workspace is in it",
			  path);
		return 1;
	}
	pattern = find_pattern(path_below(path, above->path));
	if (!pattern)
		return err_errno(d->err, ENOMEM, "%s", path);
	return deputy_exclude_name(d, above, pattern);
}

int deputy_hold_beginning(struct deputies *d, const char *path)
{
	const struct anchor *above = deputy_holder(d, path);
	auto_free char *escaped = above ? path_escape(path_below(path, above->path)) : NULL;
	auto_free char *pattern = NULL;
	struct rvm_glob glob;

	if (!above || is_no_name(path))
		return 0;
	pattern = escaped ? format("%s*", escaped) : NULL;
	if (!pattern)
		return err_errno(d->err, ENOMEM, "%s", path);
	if (rvm_glob_parse(&glob, pattern, strlen(pattern), NULL))
		return hold(d, path) < 0 ? -1 : 0;
	return deputy_exclude_name(d, above, pattern);
}

int deputy_hold_name(struct deputies *d, const char *path)
{
	auto_free char *escaped = path_escape(path);
	auto_free char *resource = NULL;
	struct rule rule = {
		.origin = "built-in",
		.rights = RVM_RIGHT_WRITE,
		.flags = RVM_SCOPE_FLAG_BUILTIN,
	};

	if (!deputy_holder(d, path) || is_no_name(path))
		return 0;
	if (escaped && strlen(escaped) >= RVM_GLOB_BYTES_MAX)
		return hold(d, path) < 0 ? -1 : 0;
	resource = escaped ? format("Edit(/%s/.)", escaped) : NULL;
	if (!resource)
		return err_errno(d->err, ENOMEM, "%s", path);
	rule.resource = resource;
	return plan_exclude(d->plan, &rule, d->err);
}

static int hold_link(struct deputies *d, const char *link)
{
	return hold(d, link) < 0 ? -1 : 0;
}

/* Where a walk ended, also if nothing is there yet; NULL without memory. */
static char *path_of_place(const struct path_place *end)
{
	char *path = path_join(end->dir->path, end->rest);
	char *to = path;

	/* The rest is a pattern. */
	for (const char *at = path; at && *at; at++) {
		if (at >= path + strlen(end->dir->path) && *at == '\\' && at[1])
			at++;
		*to++ = *at;
	}
	if (to)
		*to = '\0';
	return path;
}

static int hold_end(struct deputies *d, const struct path_place *end)
{
	auto_free char *path = path_of_place(end);

	return path ? hold_link(d, path) : err_errno(d->err, ENOMEM, "%s", end->rest);
}

/* Each link on the way is obeyed as well: another one leads elsewhere. */
static int walk_links(struct deputies *d, const char *path, char **real)
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
	if (!ret && !real && walk.links_followed && walk.n)
		ret = hold_end(d, &walk.place[walk.n - 1]);
	if (!ret && real && walk.n)
		*real = path_of_place(&walk.place[walk.n - 1]);
	path_walk_end(&walk);
	return ret;
}

int deputy_hold_way(struct deputies *d, const char *path)
{
	return walk_links(d, path, NULL);
}

char *deputy_real(struct deputies *d, const char *path)
{
	char *real = NULL;

	if (walk_links(d, path, &real)) {
		free(real);
		return NULL;
	}
	return real ? real : path_from("/", path);
}

/* Who is confined cannot make links that count: their names are protected. */
int deputy_hold_target(struct deputies *d, const char *path)
{
	const struct anchor *ws = d->plan->resolver.workspace;
	const struct anchor *target = resolve_inside(&d->plan->resolver, path);

	if (target && !strcmp(target->path, path))
		return 0;
	if (target && path_below(ws->path, target->path)) {
		warn_line("%s: leads to %s, which stays writable", path, target->path);
		return 0;
	}
	if (deputy_hold_way(d, path))
		return -1;
	return target ? deputy_exclude_name(d, target, "") : 0;
}

int deputy_hold(struct deputies *d, const char *path)
{
	int ret = hold(d, path);

	return ret || !deputy_hold_target(d, path) ? ret : -1;
}
