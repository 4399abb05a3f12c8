// SPDX-License-Identifier: GPL-2.0-only
/* What git obeys: its folders, what its configuration names, repositories elsewhere. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "deputy_priv.h"
#include "gitconfig.h"
#include "lib/rights.h"
#include "path.h"

/* Paths that are taken from one configuration of git. */
#define NAMED_MAX 256
/* Files that include one another, so deep. */
#define INCLUDES_MAX 10

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

int deputy_git_folder(struct deputies *d, const char *folder, bool layout)
{
	auto_free char *escaped = path_escape(folder);

	for (size_t i = 0; i < d->list.n; i++) {
		const char *prefix;
		const char *line = git_line(d->list.lines[i], layout, &prefix);
		auto_free char *text = NULL;

		if (!line || deputy_is_lifted(d, i))
			continue;
		if (!escaped || asprintf(&text, "/%s/%s%s", strcmp(escaped, "/") ? escaped : "",
					 prefix, line) < 0) {
			text = NULL;
			return err_errno(d->err, ENOMEM, "deputy.list");
		}
		if (deputy_exclude(d, i, text))
			return -1;
	}
	return 0;
}

/* What git takes for a repository whatever its name is. */
bool deputy_git_is_layout(int dir)
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
	*strrchr(dir, '/') = '\0';
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
	    (kind != GITCONFIG_INCLUDED && !deputy_holder(named->d, path)))
		return 0;
	if (is_spent(named))
		return 0;
	if (deputy_hold(named->d, path) < 0)
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
	    !strcmp(path_base(git), ".git") || !deputy_holder(d, git))
		return 0;
	return deputy_git_folder(d, git, true);
}

/* @git: the folder of git; the configuration may be that of one that it is linked to. */
static int exclude_folder_configs(struct deputies *d, const char *top, const char *git)
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
	return exclude_folder_configs(d, top, git);
}

/* Of a repository: its own configuration, the user's, the system's. */
int deputy_git_configs(struct deputies *d, const struct anchor *top)
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
		    deputy_git_configs(d, top))
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
	if (deputy_git_folder(d, top, false) || exclude_configs_above(d, top))
		return -1;
	if (!deputy_git_is_layout(folder->fd))
		return 0;
	return deputy_git_folder(d, folder->path, true) ||
			       exclude_folder_configs(d, folder->path, folder->path) ?
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
int deputy_git_rows(struct deputies *d, bool whole)
{
	size_t n = d->plan->n;

	for (size_t i = 0; i < n; i++) {
		/* The array moves when entries are added. */
		const struct entry e = d->plan->entries[i];
		bool done = false;

		/* Shared memory is no place for one, and has names that are linked. */
		if (!deputy_gives_writing(&e) || e.badge || !S_ISDIR(e.scope.anchor->st.st_mode) ||
		    path_below(e.scope.anchor->path, "/dev") || is_of_one_file(&e) ||
		    (whole && path_below(e.scope.anchor->path, d->plan->resolver.workspace->path)))
			continue;
		for (size_t k = 0; k < i && !done; k++) {
			const struct entry *before = &d->plan->entries[k];

			done = deputy_gives_writing(before) && !before->badge &&
			       before->scope.anchor == e.scope.anchor;
		}
		if (!done && exclude_repository(d, e.scope.anchor))
			return -1;
	}
	return 0;
}
