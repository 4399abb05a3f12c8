// SPDX-License-Identifier: GPL-2.0-only
/* Files that tools outside the partition execute or obey. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "deputy/deputy.h"
#include "deputy/deputy_priv.h"
#include "table/resolve.h"

/* Names that are looked at in the directories of rows, of all that they have together. */
#define ROW_NAMES_MAX 200000

static int check_allowed(const struct deputies *d)
{
	for (size_t i = 0; i < d->n; i++) {
		if (deputy_is_listed((const char *const *)d->list.lines, d->list.n, d->allow[i]))
			continue;
		err_make(d->err, EXIT_USAGE, "--allow-deputy: '%s' is not a line of deputy.list",
			 d->allow[i]);
		return err_hint(d->err, "copy the line as it is there");
	}
	return 0;
}

static int exclude_list(struct deputies *d)
{
	for (size_t i = 0; i < d->list.n; i++) {
		if (!deputy_is_lifted(d, i) && deputy_exclude(d, i, d->list.lines[i]))
			return -1;
	}
	return 0;
}

/*
 * Which rows let the workspace be written.
 */

/* Names leaf first, a name that nobody has in front: does the row mean every name there? */
static bool covers_all(const struct entry *e, const char *folder)
{
	struct rvm_name names[RVM_GLOB_SEGMENTS_MAX] = { { .text = "\1", .len = 1 } };
	const char *below = path_below(folder, e->scope.anchor->path);
	struct rvm_glob glob;
	unsigned int n = 1;
	size_t end;

	if (!below || e->scope.flags & RVM_SCOPE_FLAG_ALONE ||
	    rvm_glob_parse(&glob, e->scope.pattern, e->scope.len, NULL))
		return false;
	for (end = strlen(below); end && n < ARRAY_SIZE(names);) {
		size_t begin = end;

		while (begin && below[begin - 1] != '/')
			begin--;
		names[n++] = (struct rvm_name){ .text = below + begin, .len = end - begin };
		end = begin ? begin - 1 : 0;
	}
	return rvm_glob_match(&glob, names, n, false) >= RVM_GLOB_BELOW;
}

bool deputy_is_whole(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct entry *e = &plan->entries[i];

		if (deputy_gives_writing(e) && covers_all(e, plan->resolver.workspace->path))
			return true;
	}
	return false;
}

/* Also if it is but a part of it. */
static bool is_workspace_written(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct entry *e = &plan->entries[i];

		if (deputy_gives_writing(e) &&
		    (path_below(e->scope.anchor->path, plan->resolver.workspace->path) ||
		     covers_all(e, plan->resolver.workspace->path)))
			return true;
	}
	return false;
}

/*
 * Where the user's shell looks for programs: whoever may write there says what any command
 * is.
 */
static int exclude_path_folder(struct deputies *d, const char *name)
{
	const char *ws = d->plan->resolver.workspace->path;
	auto_free char *path = path_from(ws, name);
	int ret;

	if (!path)
		return err_errno(d->err, ENOMEM, "PATH");
	if (strspn(name, "./") == strlen(name) && *name != '/') {
		if (d->whole)
			warn_line("PATH has '%s': a command may be looked up in the workspace",
				  name);
		return 0;
	}
	if (!deputy_holder(d, path))
		return 0;
	ret = deputy_hold(d, path);
	if (!ret)
		warn_line("%s: made read-only, since PATH names it", path);
	return ret < 0 ? -1 : 0;
}

static int exclude_path_folders(struct deputies *d)
{
	const char *path = d->plan->resolver.contained ? NULL : getenv("PATH");
	auto_free char *list = strdup(path ? path : "/");
	char *rest = list;

	if (!list)
		return err_errno(d->err, ENOMEM, "PATH");
	for (char *name = strsep(&rest, ":"); name; name = strsep(&rest, ":")) {
		if (exclude_path_folder(d, *name ? name : "."))
			return -1;
	}
	return 0;
}

/*
 * Base tables give caches, in which many tools make what they like.  No repository: the
 * index of another one can name it, and git looks into what is named there.
 */
static int exclude_cache(struct deputies *d, const struct entry *e)
{
	const char *ws = d->plan->resolver.workspace->path, *pattern = e->scope.pattern;
	auto_free char *below = NULL;
	size_t len = e->scope.len;

	/* The list sees to the workspace. */
	if (!e->badge || !deputy_gives_folder(e) ||
	    (d->whole && path_below(e->scope.anchor->path, ws)) || covers_all(e, ws))
		return 0;
	if (len >= 2 && !strcmp(pattern + len - 2, "**"))
		len -= 2;
	below = format("%.*s%s**/.git", (int)len, pattern,
		       len && pattern[len - 1] != '/' ? "/" : "");
	if (!below)
		return err_errno(d->err, ENOMEM, "deputy.list");
	return plan_exclude_anchor(d->plan, e->scope.anchor, below, RVM_RIGHT_WRITE, d->err);
}

static int exclude_caches(struct deputies *d)
{
	size_t n = d->plan->n;

	if (deputy_is_listed(d->allow, d->n, GIT_FOLDER "."))
		return 0;
	for (size_t i = 0; i < n; i++) {
		const struct entry e = d->plan->entries[i];

		if (exclude_cache(d, &e))
			return -1;
	}
	return 0;
}

static int exclude_workspace(struct deputies *d)
{
	const struct anchor *ws = d->plan->resolver.workspace;

	return exclude_list(d) || deputy_git_configs(d, ws) ||
			       deputy_git_configs_above(d, ws->path) || deputy_scan(d, ws) ||
			       deputy_scan_home(d) ?
		       -1 :
		       0;
}

/* Opened for making something in it; owned as the directory that it is in. */
static int make_folder(int above, const char *name)
{
	struct stat st;

	return fstat(above, &st) ? -1 : make_below(above, name, 0755, st.st_uid, st.st_gid);
}

void deputy_prepare(const struct plan *plan)
{
	auto_close int git = open_below(plan->resolver.workspace->fd, ".git");
	auto_close int logs = -1;
	int refs;

	if (git < 0 || !deputy_git_is_layout(git) || !is_workspace_written(plan))
		return;
	logs = make_folder(git, "logs");
	refs = logs < 0 ? -1 : make_folder(logs, "refs");
	if (refs >= 0)
		close(refs);
}

int exclude_deputy_list(struct plan *plan, const char *const *allow, size_t n, struct err *err)
{
	struct deputies d = { .plan = plan, .allow = allow, .n = n, .err = err };
	int ret = list_open(&d.list, "deputy.list", err);

	if (!ret)
		ret = exclude_list(&d);
	list_close(&d.list);
	return ret;
}

int exclude_deputies(struct plan *plan, const char *const *allow, size_t n, struct err *err)
{
	struct deputies d = {
		.plan = plan,
		.allow = allow,
		.n = n,
		.whole = deputy_is_whole(plan),
		.left = ROW_NAMES_MAX,
		.err = err,
	};
	int ret = list_open(&d.list, "deputy.list", err);

	if (!ret)
		ret = check_allowed(&d);
	if (!ret && d.whole)
		ret = exclude_workspace(&d);
	if (!ret)
		ret = exclude_caches(&d);
	if (!ret)
		ret = deputy_git_rows(&d);
	if (!ret)
		ret = exclude_path_folders(&d);
	list_close(&d.list);
	return ret;
}
