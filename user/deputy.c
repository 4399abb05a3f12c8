// SPDX-License-Identifier: GPL-2.0-only
/* Files that tools outside of the partition execute or obey. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "deputy.h"
#include "deputy_priv.h"
#include "lib/rights.h"
#include "path.h"

/* Environments and repositories that are protected one by one. */
#define FOUND_MAX 1000
/* Folders of links to settings in one another, at home. */
#define HOME_DEPTH 3

static bool is_listed(const char *const *list, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(list[i], text))
			return true;
	}
	return false;
}

static int check_allowed(const struct deputies *d)
{
	for (size_t i = 0; i < d->n; i++) {
		if (is_listed((const char *const *)d->list.lines, d->list.n, d->allow[i]))
			continue;
		err_make(d->err, EXIT_USAGE, "--allow-deputy: '%s' is no line of deputy.list",
			 d->allow[i]);
		return err_hint(d->err, "write the line as it is there");
	}
	return 0;
}

bool deputy_is_lifted(const struct deputies *d, size_t line)
{
	return is_listed(d->allow, d->n, d->list.lines[line]);
}

int deputy_exclude(struct deputies *d, size_t line, const char *text)
{
	auto_free char *resource = NULL;
	struct rule rule = {
		.origin = "deputy.list",
		.row = line,
		.rights = RVM_RIGHT_WRITE,
	};

	if (asprintf(&resource, "Edit(%s)", text) < 0) {
		resource = NULL;
		return err_errno(d->err, ENOMEM, "deputy.list");
	}
	rule.resource = resource;
	return plan_exclude(d->plan, &rule, d->err);
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

static bool is_workspace_writable(const struct plan *plan)
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
 * What no name tells.
 */

/* Lines of the list about names of their own decide about these. */
static bool is_own_line(const struct deputies *d, const char *name)
{
	auto_free char *line = path_join("**", name);

	return line && is_listed((const char *const *)d->list.lines, d->list.n, line);
}

/* Who is confined made more of them than are listed: then nothing there is to be written. */
static int exclude_all(struct deputies *d)
{
	const struct anchor *ws = d->plan->resolver.workspace;

	warn_line("%s: more than %d environments and repositories: nothing in it is writable",
		  ws->path, FOUND_MAX);
	return plan_exclude_anchor(d->plan, ws, "**", RVM_RIGHT_WRITE, d->err);
}

static int protect_environment(struct deputies *d, const struct anchor *folder)
{
	int ret = deputy_hold(d, folder->path);

	if (!ret)
		warn_line("%s: an environment of python; it is not writable", folder->path);
	return ret < 0 ? -1 : 0;
}

/*
 * What makes a folder one of git's may come later: that nobody else calls a folder "refs",
 * and that nobody may make one, is what there is to go by.
 */
static int protect_layout(struct deputies *d, const struct anchor *folder)
{
	if (deputy_git_is_layout(folder->fd))
		warn_line("%s: git takes it for a repository, though it is not named .git; "
			  "safe.bareRepository=explicit prevents that",
			  folder->path);
	return deputy_git_folder(d, folder->path, true);
}

static int look_at(struct deputies *d, const struct anchor *folder, const char *name)
{
	bool environment = has(folder->fd, "pyvenv.cfg") && !is_own_line(d, name);
	bool layout = has(folder->fd, "refs");

	if (deputy_git_configs(d, folder))
		return -1;
	if (!environment && !layout)
		return 0;
	if (++d->found > FOUND_MAX)
		return d->found == FOUND_MAX + 1 ? exclude_all(d) : 0;
	return environment ? protect_environment(d, folder) : protect_layout(d, folder);
}

static int collect_globs(struct deputies *d)
{
	const struct plan *plan = d->plan;

	d->globs = calloc(plan->n, sizeof(*d->globs));
	if (!d->globs)
		return err_errno(d->err, ENOMEM, "deputy.list");
	for (size_t i = 0; i < plan->n; i++) {
		const struct entry *e = &plan->entries[i];

		if (e->exclusion && e->scope.anchor == plan->resolver.workspace &&
		    !strcmp(e->origin, "deputy.list") && !(e->scope.flags & RVM_SCOPE_FLAG_ALONE) &&
		    !rvm_glob_parse(&d->globs[d->globs_n], e->scope.pattern, e->scope.len, NULL))
			d->globs_n++;
	}
	return 0;
}

/* A link of a name that tools obey. */
static int look_at_link(struct deputies *d, const char *path, unsigned int depth)
{
	const struct rvm_name *names = d->names + RVM_PATH_DEPTH_MAX - depth;

	for (size_t i = 0; i < d->globs_n; i++) {
		if (rvm_glob_match(&d->globs[i], names, depth, false) >= RVM_GLOB_BELOW)
			return deputy_hold_target(d, path);
	}
	return 0;
}

static unsigned char type_of(int dir, const struct dirent *e)
{
	struct stat st;

	if (e->d_type != DT_UNKNOWN)
		return e->d_type;
	return fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) ? DT_UNKNOWN : IFTODT(st.st_mode);
}

static int scan_folder(struct deputies *d, const struct anchor *folder, unsigned int depth,
		       bool git);

/* @git: in the folder of git, where nothing but links counts. */
static int scan_name(struct deputies *d, const struct anchor *folder, const struct dirent *e,
		     unsigned int depth, bool git)
{
	unsigned char type = type_of(folder->fd, e);
	auto_free char *path = NULL;
	auto_close int below = -1;
	struct anchor at = { 0 };

	if ((type != DT_DIR && type != DT_LNK) || !strcmp(e->d_name, "node_modules") ||
	    (git && !strcmp(e->d_name, "objects")))
		return 0;
	path = path_join(folder->path, e->d_name);
	if (!path)
		return err_errno(d->err, ENOMEM, "%s", folder->path);
	d->names[RVM_PATH_DEPTH_MAX - depth] =
		(struct rvm_name){ .text = e->d_name, .len = strlen(e->d_name) };
	if (type == DT_LNK)
		return look_at_link(d, path, depth);
	below = open_below(folder->fd, e->d_name);
	if (below < 0 || fstat(below, &at.st) || !S_ISDIR(at.st.st_mode))
		return 0;
	at.path = path;
	at.fd = below;
	git |= !strcmp(e->d_name, ".git");
	if (!git && look_at(d, &at, e->d_name))
		return -1;
	return scan_folder(d, &at, depth + 1, git);
}

/* All of them: who is confined can put any number of others before the one that counts. */
static int scan_folder(struct deputies *d, const struct anchor *folder, unsigned int depth,
		       bool git)
{
	int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_dir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (fd >= 0 && !dir)
		close(fd);
	/* Deeper nothing is opened: the module refuses it. */
	while (dir && depth <= RVM_PATH_DEPTH_MAX && (e = readdir(dir))) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    scan_name(d, folder, e, depth, git))
			return -1;
	}
	return 0;
}

/* Where settings at home are links into the workspace, as who keeps them in git has them. */
static int scan_home(struct deputies *d, int above, const char *path, unsigned int depth)
{
	const char *ws = d->plan->resolver.workspace->path;
	int fd = openat(above, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_dir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (fd >= 0 && !dir)
		close(fd);
	while (dir && (e = readdir(dir))) {
		auto_free char *at = path_join(path, e->d_name);
		unsigned char type = type_of(fd, e);
		const struct anchor *target;
		auto_close int below = -1;

		if (!at || !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") ||
		    (depth == 1 && e->d_name[0] != '.'))
			continue;
		target = type == DT_LNK ? resolve_inside(&d->plan->resolver, at) : NULL;
		if (target && path_below(target->path, ws) && deputy_hold_target(d, at))
			return -1;
		if (type != DT_DIR || depth == HOME_DEPTH ||
		    (depth == 1 && strcmp(e->d_name, ".config") != 0))
			continue;
		below = open_below(fd, e->d_name);
		if (below >= 0 && scan_home(d, below, at, depth + 1))
			return -1;
	}
	return 0;
}

static int exclude_workspace(struct deputies *d)
{
	const struct resolver *r = &d->plan->resolver;
	const struct anchor *ws = r->workspace;

	if (exclude_list(d) || deputy_git_configs(d, ws))
		return -1;
	if (has(ws->fd, "refs") && protect_layout(d, ws))
		return -1;
	if (collect_globs(d) || scan_folder(d, ws, 1, false))
		return -1;
	return r->home ? scan_home(d, r->home->fd, r->home->path, 1) : 0;
}

/* Opened for making something in it; owned as the folder that it is in. */
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

int exclude_deputies(struct plan *plan, const char *const *allow, size_t n, struct err *err)
{
	struct deputies d = {
		.plan = plan,
		.allow = allow,
		.n = n,
		.err = err,
	};
	bool whole = is_workspace_writable(plan);
	int ret = list_open(&d.list, "deputy.list", err);

	if (!ret)
		ret = check_allowed(&d);
	if (!ret && whole)
		ret = exclude_workspace(&d);
	if (!ret)
		ret = deputy_git_rows(&d, whole);
	list_close(&d.list);
	free(d.globs);
	return ret;
}
