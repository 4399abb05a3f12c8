// SPDX-License-Identifier: GPL-2.0-only
/* What no name tells: looking for repositories, environments and links. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "base/path.h"
#include "deputy/deputy_priv.h"
#include "lib/judge/view.h"
#include "lib/pattern/glob.h"
#include "table/resolve.h"

/* Environments and repositories that are protected one by one. */
#define FOUND_MAX 1000
/* Directories in one another at home: of any settings, and below ~/.config. */
#define HOME_DEPTH 3
#define CONFIG_DEPTH 5

struct scan {
	struct deputies *d;
	const struct anchor *top;
	/* It is the workspace, with the whole list; else only what git obeys counts. */
	bool whole;
	/* Lines of the list that hang on @top, but for those about a name itself. */
	struct rvm_glob *globs;
	size_t globs_n;
	/* What rows give below @top. */
	struct rvm_glob *rows;
	size_t rows_n;
	/* From @top to where the search is, stored leaf first. */
	struct rvm_name names[RVM_PATH_DEPTH_MAX];
};

/* Lines of the list about names of their own decide about these. */
static bool is_own_line(const struct deputies *d, const char *name)
{
	auto_free char *line = path_join("**", name);

	for (size_t i = 0; line && i < d->list.n; i++) {
		if (!strcmp(d->list.lines[i], line))
			return true;
	}
	return false;
}

/* Who is confined made more of them than are listed: then nothing there is to be written. */
static int exclude_all(struct scan *s)
{
	warn_line("%s: made read-only, since it has more than %d environments and repositories",
		  s->top->path, FOUND_MAX);
	return plan_exclude_anchor(s->d->plan, s->top, "**", RVM_RIGHT_WRITE, s->d->err);
}

static int protect_environment(struct deputies *d, const struct anchor *folder)
{
	int ret = deputy_hold(d, folder->path);

	if (!ret)
		warn_line("%s: made read-only, since it is a Python environment", folder->path);
	return ret < 0 ? -1 : 0;
}

/*
 * What makes a directory one of git's may come later: that nobody else calls a directory "refs",
 * and that nobody may make one, is what there is to go by.
 */
static int protect_layout(struct scan *s, const struct anchor *folder)
{
	if (deputy_git_is_layout(folder->fd) && s->whole)
		warn_line("%s: git takes it for a repository, although it is not named .git; set "
			  "safe.bareRepository=explicit to prevent that",
			  folder->path);
	return deputy_git_folder(s->d, folder->path, true) ||
			       deputy_git_folder_configs(s->d, folder->path) ?
		       -1 :
		       0;
}

static int look_at(struct scan *s, const struct anchor *folder, const char *name)
{
	struct deputies *d = s->d;
	bool environment = s->whole && has(folder->fd, "pyvenv.cfg") && !is_own_line(d, name);
	bool layout = has(folder->fd, "refs");
	bool repository = has(folder->fd, ".git");

	if (repository && deputy_git_configs(d, folder))
		return -1;
	if (!environment && !layout)
		return 0;
	if (++d->found > FOUND_MAX)
		return d->found == FOUND_MAX + 1 ? exclude_all(s) : 0;
	if (environment && protect_environment(d, folder))
		return -1;
	return layout ? protect_layout(s, folder) : 0;
}

/* Of a repository whose work tree is not there yet, as a submodule has. */
static int look_at_git(struct scan *s, const struct anchor *folder, const char *name)
{
	if (!strcmp(name, ".git") || !deputy_git_is_layout(folder->fd))
		return 0;
	return deputy_git_folder_configs(s->d, folder->path);
}

static bool is_row(const struct entry *e, const struct anchor *top)
{
	return e->scope.anchor == top && deputy_is_place(e);
}

static bool is_line(const struct entry *e, const struct anchor *top)
{
	return e->exclusion && e->scope.anchor == top && !strcmp(e->origin, "deputy.list") &&
	       !(e->scope.flags & RVM_SCOPE_FLAG_ALONE);
}

static int collect_globs(struct scan *s)
{
	const struct plan *plan = s->d->plan;

	s->globs = calloc(plan->n + 1, sizeof(*s->globs));
	s->rows = calloc(plan->n + 1, sizeof(*s->rows));
	if (!s->globs || !s->rows)
		return err_errno(s->d->err, ENOMEM, "deputy.list");
	for (size_t i = 0; i < plan->n; i++) {
		const struct entry *e = &plan->entries[i];

		if (is_line(e, s->top) &&
		    !rvm_glob_parse(&s->globs[s->globs_n], e->scope.pattern, e->scope.len, NULL))
			s->globs_n++;
		if (is_row(e, s->top) &&
		    !rvm_glob_parse(&s->rows[s->rows_n], e->scope.pattern, e->scope.len, NULL))
			s->rows_n++;
	}
	return 0;
}

/* Is there something below it that a row gives? */
static bool is_given(const struct scan *s, unsigned int depth)
{
	const struct rvm_name *names = s->names + RVM_PATH_DEPTH_MAX - depth;

	for (size_t i = 0; i < s->rows_n && !s->whole; i++) {
		if (rvm_glob_match(&s->rows[i], names, depth, false) != RVM_GLOB_NONE)
			return true;
	}
	return s->whole;
}

/* A link of a name that tools obey. */
static int look_at_link(struct scan *s, const char *path, unsigned int depth)
{
	const struct rvm_name *names = s->names + RVM_PATH_DEPTH_MAX - depth;

	for (size_t i = 0; i < s->globs_n; i++) {
		if (rvm_glob_match(&s->globs[i], names, depth, false) >= RVM_GLOB_BELOW)
			return deputy_hold_target(s->d, path);
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

/*
 * What went meanwhile is nobody's.  Of anything else it is not known what it holds: it is
 * not writable.
 */
static int leave_out(struct scan *s, const char *path)
{
	if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ESTALE)
		return 0;
	warn_line("%s: made read-only, since it cannot be searched: %s", path, strerror(errno));
	return deputy_hold(s->d, path) < 0 ? -1 : 0;
}

/* In directories of rows there may be all of a disk: the rest is told by its names alone. */
static int spend(struct scan *s)
{
	struct deputies *d = s->d;

	if (s->whole || d->left == 0)
		return 0;
	if (--d->left)
		return 0;
	warn_line("%s: too many files to search: in the directories of the table outside the "
		  "workspace, config and hooks are not writable, but what git's configuration "
		  "names there may be",
		  s->top->path);
	return 0;
}

static int scan_folder(struct scan *s, const struct anchor *folder, unsigned int depth, bool git);

static int scan_below(struct scan *s, const struct anchor *folder, const struct dirent *e,
		      const char *path, unsigned int depth, bool git)
{
	auto_close int below = open_below(folder->fd, e->d_name);
	struct anchor at = { .path = (char *)path, .fd = below };

	if (below < 0 || fstat(below, &at.st))
		return leave_out(s, path);
	if (!S_ISDIR(at.st.st_mode))
		return 0;
	git |= !strcmp(e->d_name, ".git");
	if (git ? look_at_git(s, &at, e->d_name) : look_at(s, &at, e->d_name))
		return -1;
	return scan_folder(s, &at, depth + 1, git);
}

/* @git: in the directory of git, where nothing but links and other such directories count. */
static int scan_name(struct scan *s, const struct anchor *folder, const struct dirent *e,
		     unsigned int depth, bool git)
{
	unsigned char type = type_of(folder->fd, e);
	auto_free char *path = NULL;

	if ((type != DT_DIR && type != DT_LNK) || !strcmp(e->d_name, "node_modules") ||
	    (git && !strcmp(e->d_name, "objects")))
		return 0;
	path = path_join(folder->path, e->d_name);
	if (!path)
		return err_errno(s->d->err, ENOMEM, "%s", folder->path);
	s->names[RVM_PATH_DEPTH_MAX - depth] =
		(struct rvm_name){ .text = e->d_name, .len = strlen(e->d_name) };
	if (type == DT_LNK)
		return look_at_link(s, path, depth);
	if (!is_given(s, depth) ||
	    (!s->whole && s->d->whole && !strcmp(path, s->d->plan->resolver.workspace->path)))
		return 0;
	return scan_below(s, folder, e, path, depth, git);
}

/* Objects of the kernel, which have no end. */
static bool is_made_up(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && (fs.f_type == PROC_SUPER_MAGIC || fs.f_type == SYSFS_MAGIC);
}

/* All of them: who is confined can put any number of others before the one that counts. */
static int scan_folder(struct scan *s, const struct anchor *folder, unsigned int depth, bool git)
{
	int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	auto_dir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (fd >= 0 && !dir)
		close(fd);
	if (!dir)
		return leave_out(s, folder->path);
	if (is_made_up(fd))
		return 0;
	/* Deeper nothing is opened: the module refuses it. */
	while (depth <= RVM_PATH_DEPTH_MAX && (s->whole || s->d->left) && (e = readdir(dir))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (spend(s) || scan_name(s, folder, e, depth, git))
			return -1;
	}
	return 0;
}

static bool is_in_git(const char *path)
{
	const char *at = strstr(path, "/.git");

	while (at && at[5] && at[5] != '/')
		at = strstr(at + 1, "/.git");
	return at;
}

int deputy_scan(struct deputies *d, const struct anchor *top)
{
	struct scan s = {
		.d = d,
		.top = top,
		.whole = d->whole && top == d->plan->resolver.workspace,
	};
	int ret = 0;

	if (s.whole && has(top->fd, "refs"))
		ret = protect_layout(&s, top);
	if (!ret)
		ret = collect_globs(&s);
	if (!ret)
		ret = scan_folder(&s, top, 1, is_in_git(top->path));
	/* It may have been spent on the directory of another row. */
	if (!ret && !s.whole && !d->left)
		ret = deputy_git_anywhere(d, top->path);
	free(s.globs);
	free(s.rows);
	return ret;
}

/* Where settings at home are links into the workspace, as who keeps them in git has them. */
static int scan_home(struct deputies *d, int above, const char *path, unsigned int depth,
		     unsigned int most)
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
		/* It may be there later. */
		if (type == DT_LNK && !target && deputy_hold_way(d, at))
			return -1;
		if (depth == 1)
			most = strcmp(e->d_name, ".config") ? HOME_DEPTH : CONFIG_DEPTH;
		if (type != DT_DIR || depth == most || !strcmp(at, ws) ||
		    (depth == 1 && !strcmp(e->d_name, ".cache")))
			continue;
		below = open_below(fd, e->d_name);
		if (below >= 0 && scan_home(d, below, at, depth + 1, most))
			return -1;
	}
	return 0;
}

int deputy_scan_home(struct deputies *d)
{
	const struct anchor *home = d->plan->resolver.home;

	return home ? scan_home(d, home->fd, home->path, 1, 1) : 0;
}
