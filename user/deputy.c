// SPDX-License-Identifier: GPL-2.0-only
/* Files that tools outside of the partition execute or obey. */
#include <argz.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "deputy.h"
#include "gitconfig.h"
#include "lib/index.h"
#include "lib/rights.h"
#include "path.h"

/* Environments and repositories that are protected one by one; links that are followed. */
#define FOUND_MAX 1000
#define LINKS_MAX 4000
/* Folders of links to settings in one another, at home. */
#define HOME_DEPTH 3
/* Paths that are taken from one configuration of git. */
#define NAMED_MAX 256
/* Files that include one another, so deep. */
#define INCLUDES_MAX 10

struct deputies {
	struct plan *plan;
	struct list list;
	/* Lines that are lifted. */
	const char *const *allow;
	size_t n;
	/* Environments, repositories and links so far. */
	unsigned int found;
	unsigned int links;
	/* The list for the workspace, but for lines about a name itself. */
	struct rvm_glob *globs;
	size_t globs_n;
	/* From the workspace to where the search is, stored leaf first. */
	struct rvm_name names[RVM_PATH_DEPTH_MAX];
	struct err *err;
};

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

static bool is_lifted(const struct deputies *d, size_t line)
{
	return is_listed(d->allow, d->n, d->list.lines[line]);
}

/* @text: below the workspace, or "//" and a whole path. */
static int exclude(struct deputies *d, size_t line, const char *text)
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
		if (!is_lifted(d, i) && exclude(d, i, d->list.lines[i]))
			return -1;
	}
	return 0;
}

/*
 * Which rows let what be written.
 */

static bool gives_writing(const struct entry *e)
{
	return !e->exclusion && e->rights & RVM_RIGHT_WRITE && e->scope.class == RVM_CLASS_PATH &&
	       e->scope.anchor && !(e->scope.flags & RVM_SCOPE_FLAG_PROC_OWN);
}

/* What is left of @path below @above; NULL if it is elsewhere. */
static const char *path_below(const char *path, const char *above)
{
	size_t len = strlen(above);

	if (len && above[len - 1] == '/')
		len--;
	if (strncmp(path, above, len) != 0 || (path[len] != '/' && path[len]))
		return NULL;
	return path[len] ? path + len + 1 : path + len;
}

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

		if (gives_writing(e) && covers_all(e, plan->resolver.workspace->path))
			return true;
	}
	return false;
}

/* Also if it is but a part of it. */
static bool is_workspace_written(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct entry *e = &plan->entries[i];

		if (gives_writing(e) &&
		    (path_below(e->scope.anchor->path, plan->resolver.workspace->path) ||
		     covers_all(e, plan->resolver.workspace->path)))
			return true;
	}
	return false;
}

/*
 * git: lines of the list that are about its folder, for other folders.
 */

#define GIT_FOLDER "**/.git/"
#define GIT_REFS "**/refs/."

/* Lines about names that git looks for wherever it is, beside those with its folder. */
static bool is_of_git(const char *line)
{
	static const char *const names[] = { "commondir",   "config.worktree", ".gitattributes",
					     ".gitmodules", ".gitconfig",      ".lfsconfig" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strncmp(line, names[i], strlen(names[i])))
			return true;
	}
	return false;
}

/*
 * Of @line, what stands for it below @folder; @layout: that is laid out as git's folder.
 * @prefix: what makes a bare name one of any depth, which it is only below the workspace.
 */
static const char *git_line(const char *line, bool layout, const char **prefix)
{
	size_t len = strlen(GIT_FOLDER);

	*prefix = is_of_git(line) ? "**/" : "";
	if (**prefix)
		return line;
	if (layout)
		return !strncmp(line, GIT_FOLDER, len) && strcmp(line, GIT_FOLDER ".") ?
			       line + len :
			       NULL;
	return strncmp(line, GIT_FOLDER, len) && strcmp(line, GIT_REFS) ? NULL : line;
}

static int exclude_git(struct deputies *d, const char *folder, bool layout)
{
	auto_free char *escaped = path_escape(folder);

	for (size_t i = 0; i < d->list.n; i++) {
		const char *prefix;
		const char *line = git_line(d->list.lines[i], layout, &prefix);
		auto_free char *text = NULL;

		if (!line || is_lifted(d, i))
			continue;
		if (!escaped || asprintf(&text, "/%s/%s%s", strcmp(escaped, "/") ? escaped : "",
					 prefix, line) < 0) {
			text = NULL;
			return err_errno(d->err, ENOMEM, "deputy.list");
		}
		if (exclude(d, i, text))
			return -1;
	}
	return 0;
}

static bool has(int dir, const char *name)
{
	return !faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW);
}

/* What git takes for a repository whatever its name is. */
static bool is_layout(int dir)
{
	return has(dir, "HEAD") && has(dir, "objects") && has(dir, "refs");
}

/*
 * What the configuration of git names.
 */

struct named {
	struct deputies *d;
	/* The top of the repository, from which git looks. */
	const char *top;
	/* The file that is read: from its folder included files are named. */
	const char *file;
	unsigned int left;
	bool told;
	/* Of files that include one another. */
	unsigned int depth;
};

static int exclude_text(struct named *named, const char *path);

/* @name as it is seen from @dir, whole, without "." and ".."; NULL without memory. */
static char *path_from(const char *dir, const char *name)
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

/* Where a row lets it be written, as far up as one does; NULL if none does. */
static const struct anchor *holder_of(const struct deputies *d, const char *path)
{
	const struct anchor *ws = d->plan->resolver.workspace;
	const struct anchor *best = NULL;

	if (path_below(path, ws->path))
		return ws;
	for (size_t i = 0; i < d->plan->n; i++) {
		const struct entry *e = &d->plan->entries[i];

		if (gives_writing(e) && path_below(path, e->scope.anchor->path) &&
		    (!best || strlen(e->scope.anchor->path) < strlen(best->path)))
			best = e->scope.anchor;
	}
	return best;
}

/* The name. Return: 0; 1 if it cannot be said as a pattern, which is told; -1 on errors. */
static int hold(struct deputies *d, const char *path)
{
	const struct anchor *above = holder_of(d, path);
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
	for (char *link = walk.links_followed; link && !ret;
	     link = argz_next(walk.links_followed, walk.links_len, link))
		ret = hold_link(d, link);
	if (!ret && walk.links_followed && walk.n)
		ret = hold_end(d, &walk.place[walk.n - 1]);
	path_walk_end(&walk);
	return ret;
}

/*
 * What a link leads to is obeyed as what has the name itself.  @path: on which there are
 * links.  Who is confined cannot make those that count: their names are protected.
 */
static int exclude_target(struct deputies *d, const char *path)
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

/* Return: as of hold(). */
static int exclude_path(struct deputies *d, const char *path)
{
	int ret = hold(d, path);

	return ret || !exclude_target(d, path) ? ret : -1;
}

static bool is_file(const struct deputies *d, const char *path)
{
	struct stat st;

	return !fstatat(d->plan->resolver.root->fd, path + 1, &st, AT_SYMLINK_NOFOLLOW) &&
	       (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode));
}

/* What is too much stays writable, and is told. */
static bool is_spent(struct named *named)
{
	if (named->left) {
		named->left--;
		return false;
	}
	if (!named->told)
		warn_line("%s: names more than %d files: what the rest name stays writable",
			  named->file, NAMED_MAX);
	named->told = true;
	return true;
}

/* git looks from the top of the work tree, for included files from the file that names them. */
static char *path_of_word(const struct named *named, const char *word, enum gitconfig_kind kind)
{
	const struct anchor *home = named->d->plan->resolver.home;
	auto_free char *dir = strdup(named->file);

	if (!dir)
		return NULL;
	strrchr(dir, '/')[dir[1] == '/'] = '\0';
	if (!strncmp(word, "~/", 2) && home)
		return path_from(home->path, word + 2);
	return path_from(kind == GITCONFIG_INCLUDED ? dir : named->top, word);
}

static int exclude_named(const char *word, enum gitconfig_kind kind, void *arg)
{
	struct named *named = arg;
	auto_free char *path = NULL;

	if (strspn(word, "./") == strlen(word) || strstr(word, "://"))
		return 0;
	path = path_of_word(named, word, kind);
	if (!path)
		return err_errno(named->d->err, ENOMEM, "%s", word);
	if ((kind == GITCONFIG_WORD && !is_file(named->d, path)) ||
	    (kind != GITCONFIG_INCLUDED && !holder_of(named->d, path)))
		return 0;
	if (is_spent(named))
		return 0;
	if (exclude_path(named->d, path) < 0)
		return -1;
	return kind == GITCONFIG_INCLUDED ? exclude_text(named, path) : 0;
}

/* A link is followed: it has been protected, as what it leads to. */
static char *read_config(struct deputies *d, const char *path)
{
	struct resolver *r = &d->plan->resolver;
	char *text = gitconfig_read(r->root->fd, path + 1);
	const struct anchor *target = text || r->contained ? NULL : resolve_inside(r, path);

	return target ? gitconfig_read(r->root->fd, target->path + 1) : text;
}

static int exclude_text(struct named *named, const char *path)
{
	auto_free char *text = named->depth < INCLUDES_MAX ? read_config(named->d, path) : NULL;
	const char *file = named->file;
	int ret = 0;

	if (!text)
		return 0;
	named->file = path;
	named->depth++;
	ret = gitconfig_paths(text, exclude_named, named);
	named->depth--;
	named->file = file;
	return ret;
}

static int exclude_config(struct deputies *d, const char *top, const char *dir, const char *name)
{
	struct named named = { .d = d, .top = top, .left = NAMED_MAX };
	auto_free char *path = path_from(dir, name);

	return path ? exclude_text(&named, path) : err_errno(d->err, ENOMEM, "%s", name);
}

/* What a file of one line says, as it is seen from @dir; @dir if there is none. */
static char *dir_in(struct deputies *d, const char *dir, const char *name, const char *prefix)
{
	auto_free char *path = path_from(dir, name);
	auto_free char *text = path ? gitconfig_read(d->plan->resolver.root->fd, path + 1) : NULL;

	if (!text || strncmp(text, prefix, strlen(prefix)) != 0)
		return strdup(dir);
	text[strcspn(text, "\r\n")] = '\0';
	return path_from(dir, text + strlen(prefix));
}

/* It need not be called ".git"; in the workspace it is found by its looks. */
static int exclude_named_layout(struct deputies *d, const char *git)
{
	if (path_below(git, d->plan->resolver.workspace->path) || strstr(git, "/.git/") ||
	    !strcmp(path_base(git), ".git") || !holder_of(d, git))
		return 0;
	return exclude_git(d, git, true);
}

/* @git: the folder of git; the configuration may be that of one that it is linked to. */
static int exclude_git_configs(struct deputies *d, const char *top, const char *git)
{
	auto_free char *common = dir_in(d, git, "commondir", "");

	if (!common)
		return err_errno(d->err, ENOMEM, "%s", git);
	return exclude_named_layout(d, common) || exclude_config(d, top, common, "config") ||
			       exclude_config(d, top, common, "config.worktree") ||
			       exclude_config(d, top, git, "config.worktree") ?
		       -1 :
		       0;
}

/* Where ".git" is a file, it says where the folder is. */
static int exclude_own_configs(struct deputies *d, const char *top)
{
	auto_free char *git = dir_in(d, top, ".git", "gitdir: ");

	if (git && !strcmp(git, top)) {
		free(git);
		git = path_from(top, ".git");
	}
	if (!git)
		return err_errno(d->err, ENOMEM, "%s", top);
	return exclude_git_configs(d, top, git);
}

/* Of a repository: its own configuration, the user's, the system's. */
static int exclude_configs(struct deputies *d, const struct anchor *top)
{
	const struct resolver *r = &d->plan->resolver;

	/* In the workspace itself there may be one later. */
	if (top != r->workspace && !has(top->fd, ".git"))
		return 0;
	if (exclude_own_configs(d, top->path))
		return -1;
	if (r->home && (exclude_config(d, top->path, r->home->path, ".gitconfig") ||
			exclude_config(d, top->path, r->home->path, ".config/git/config")))
		return -1;
	return exclude_config(d, top->path, "/etc", "gitconfig");
}

/*
 * Repositories of which rows let something be written.
 */

/* Of every repository that the folder lies in: it may name what is in the folder. */
static int exclude_configs_above(struct deputies *d, const char *folder)
{
	struct resolver *r = &d->plan->resolver;
	auto_free char *at = strdup(folder);
	const struct anchor *top;
	char *slash;

	while (at) {
		top = resolve_below(r, r->root, at + 1);
		if (top && S_ISDIR(top->st.st_mode) && has(top->fd, ".git") &&
		    exclude_configs(d, top))
			return -1;
		slash = strrchr(at, '/');
		if (!at[1] || !slash)
			return 0;
		slash[slash == at] = '\0';
	}
	return err_errno(d->err, ENOMEM, "%s", folder);
}

/* A folder that a row lets be written, at least in part. */
static int exclude_repository(struct deputies *d, const struct anchor *folder)
{
	auto_free char *top = strdup(folder->path);
	char *git = top ? strstr(top, "/.git") : NULL;

	if (!top)
		return err_errno(d->err, ENOMEM, "%s", folder->path);
	/* From where its repository is, if it lies in git's own folder. */
	while (git && git[5] && git[5] != '/')
		git = strstr(git + 1, "/.git");
	if (git)
		git[git == top] = '\0';
	if (exclude_git(d, top, false) || exclude_configs_above(d, top))
		return -1;
	if (!is_layout(folder->fd))
		return 0;
	return exclude_git(d, folder->path, true) ||
			       exclude_git_configs(d, folder->path, folder->path) ?
		       -1 :
		       0;
}

/* A row for one file lets nobody make a repository. */
static bool is_of_one_file(const struct entry *e)
{
	struct rvm_glob glob;
	struct stat st;

	if (rvm_glob_parse(&glob, e->scope.pattern, e->scope.len, NULL) || !glob.literal ||
	    !e->scope.len)
		return false;
	return !fstatat(e->scope.anchor->fd, e->scope.pattern, &st, AT_SYMLINK_NOFOLLOW) &&
	       S_ISREG(st.st_mode);
}

/*
 * Rows of base tables name caches and the like: only those of the table are about
 * repositories.  @whole: the workspace has the whole list already.
 */
static int exclude_rows(struct deputies *d, bool whole)
{
	size_t n = d->plan->n;

	for (size_t i = 0; i < n; i++) {
		/* The array moves when entries are added. */
		const struct entry e = d->plan->entries[i];
		bool done = false;

		/* Shared memory is no place for one, and has names that are linked. */
		if (!gives_writing(&e) || e.badge || !S_ISDIR(e.scope.anchor->st.st_mode) ||
		    path_below(e.scope.anchor->path, "/dev") || is_of_one_file(&e) ||
		    (whole && path_below(e.scope.anchor->path, d->plan->resolver.workspace->path)))
			continue;
		for (size_t k = 0; k < i && !done; k++) {
			const struct entry *before = &d->plan->entries[k];

			done = gives_writing(before) && !before->badge &&
			       before->scope.anchor == e.scope.anchor;
		}
		if (!done && exclude_repository(d, e.scope.anchor))
			return -1;
	}
	return 0;
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
	int ret = exclude_path(d, folder->path);

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
	if (is_layout(folder->fd))
		warn_line("%s: git takes it for a repository, though it is not named .git; "
			  "safe.bareRepository=explicit prevents that",
			  folder->path);
	return exclude_git(d, folder->path, true);
}

static int look_at(struct deputies *d, const struct anchor *folder, const char *name)
{
	bool environment = has(folder->fd, "pyvenv.cfg") && !is_own_line(d, name);
	bool layout = has(folder->fd, "refs");

	if (exclude_configs(d, folder))
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
			return exclude_target(d, path);
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
		if (target && path_below(target->path, ws) && exclude_target(d, at))
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

	if (exclude_list(d) || exclude_configs(d, ws))
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

	if (git < 0 || !is_layout(git) || !is_workspace_written(plan))
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
		ret = exclude_rows(&d, whole);
	list_close(&d.list);
	free(d.globs);
	return ret;
}
