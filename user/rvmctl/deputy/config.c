// SPDX-License-Identifier: GPL-2.0-only
/* What the configuration of git names. */
#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <pwd.h>
#include <string.h>

#include "base/path.h"
#include "deputy/deputy_priv.h"
#include "deputy/gitconfig.h"
#include "table/resolve.h"

/* Files of configuration, and words in them, of all repositories. */
#define FILES_MAX 200000
#define WORDS_MAX (4 << 20)
/* Files that include one another, so deep: for git more is an error. */
#define INCLUDES_MAX 10

struct named {
	struct deputies *d;
	/* The top of the repository, from which git looks, and its own directory. */
	const char *top;
	const char *git;
	/* The file that is read: from its directory included files are named. */
	const char *file;
	/* Of files that include one another. */
	unsigned int depth;
	/* Only where hooks are counts. */
	bool hooks;
	/* Result: another top that it names, or NULL. */
	char *worktree;
};

static int exclude_text(struct named *named, const char *path);

static bool is_file(const struct deputies *d, const char *path)
{
	struct stat st;

	return !fstatat(d->plan->resolver.root->fd, path + 1, &st, AT_SYMLINK_NOFOLLOW) &&
	       (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode));
}

/* "~/a" or "~user/a": where that is; NULL if nobody knows. */
static char *path_at_home(const struct deputies *d, const char *word)
{
	const struct resolver *r = &d->plan->resolver;
	auto_free char *name = strndup(word + 1, strcspn(word + 1, "/"));
	const char *rest = word + 1 + strcspn(word + 1, "/");
	const char *home = r->home ? r->home->path : NULL;
	struct passwd *user;

	if (!name || r->contained)
		return NULL;
	if (*name) {
		user = getpwnam(name);
		home = user ? user->pw_dir : NULL;
	}
	return home && *home == '/' ? path_join(home, *rest ? rest + 1 : rest) : NULL;
}

/* Below where git is installed, as the one in PATH is. */
static char *path_of_git(const struct deputies *d, const char *rest)
{
	const char *path = d->plan->resolver.contained ? NULL : getenv("PATH");
	auto_free char *list = strdup(path ? path : "/usr/bin");
	char *save = NULL;

	for (char *dir = strtok_r(list, ":", &save); dir; dir = strtok_r(NULL, ":", &save)) {
		auto_free char *above = *dir == '/' ? path_from(dir, "..") : NULL;
		auto_free char *git = above ? path_from(dir, "git") : NULL;

		if (git && !access(git, X_OK))
			return path_join(above, rest);
	}
	return path_join("/usr", rest);
}

#define GIT_PREFIX "%(prefix)/"

/*
 * git looks from the top of the work tree, for included files from the file that names
 * them.  Return: the whole path as it is written; NULL if the word is none, or without memory.
 */
static char *path_of_word(const struct named *named, const char *word, enum gitconfig_kind kind)
{
	auto_free char *dir = strdup(named->file);

	if (!dir)
		return NULL;
	*strrchr(dir, '/') = '\0';
	if (*word == '/')
		return strdup(word);
	if (*word == '~')
		return path_at_home(named->d, word);
	if (!strncmp(word, GIT_PREFIX, strlen(GIT_PREFIX)))
		return path_of_git(named->d, word + strlen(GIT_PREFIX));
	if (kind == GITCONFIG_WORKTREE)
		return path_join(named->git, word);
	return path_join(kind == GITCONFIG_INCLUDED ? dir : named->top, word);
}

/* Hooks among the files that the work is about, or git's own, which cannot all be held. */
static int exclude_hooks(struct deputies *d, const char *folder)
{
	static const char *const names[] = { "applypatch-msg",
					     "commit-msg",
					     "fsmonitor-watchman",
					     "p4-changelist",
					     "p4-post-changelist",
					     "p4-pre-submit",
					     "p4-prepare-changelist",
					     "post-applypatch",
					     "post-checkout",
					     "post-commit",
					     "post-index-change",
					     "post-merge",
					     "post-receive",
					     "post-rewrite",
					     "post-update",
					     "pre-applypatch",
					     "pre-auto-gc",
					     "pre-commit",
					     "pre-merge-commit",
					     "pre-push",
					     "pre-rebase",
					     "pre-receive",
					     "prepare-commit-msg",
					     "proc-receive",
					     "push-to-checkout",
					     "reference-transaction",
					     "sendemail-validate",
					     "update" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		auto_free char *path = path_from(folder, names[i]);

		if (!path)
			return err_errno(d->err, ENOMEM, "%s", folder);
		if (deputy_hold(d, path) < 0)
			return -1;
	}
	return 0;
}

/*
 * Where git fetches from and pushes to, it runs hooks and obeys configuration.  In a
 * directory it looks for what is held anyway; anything else may say that it is elsewhere.
 */
static int exclude_remote(struct deputies *d, const char *path)
{
	static const char *const ends[] = { "", ".git" };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		auto_free char *at = NULL;
		const struct anchor *folder;
		int ret;

		at = format("%s%s", path, ends[i]);
		if (!at)
			return err_errno(d->err, ENOMEM, "%s", path);
		if (path_below(d->plan->resolver.workspace->path, at) || !deputy_holder(d, at))
			continue;
		folder = resolve_inside(&d->plan->resolver, at);
		if (folder && S_ISDIR(folder->st.st_mode))
			ret = deputy_hold_way(d, at) || deputy_hold_name(d, at);
		else
			ret = deputy_hold(d, at) < 0;
		if (ret)
			return -1;
	}
	return 0;
}

static int exclude_path(struct named *named, const char *word, const char *path,
			enum gitconfig_kind kind)
{
	struct deputies *d = named->d;

	switch (kind) {
	case GITCONFIG_REMOTE:
		return exclude_remote(d, path);
	case GITCONFIG_REMOTES:
		return word[strlen(word) - 1] == '/' ? deputy_hold(d, path) :
						       deputy_hold_beginning(d, path);
	case GITCONFIG_HOOKS:
		if (path_below(d->plan->resolver.workspace->path, path) ||
		    path_below(named->top, path) || path_below(named->git, path))
			return exclude_hooks(d, path);
		return deputy_hold(d, path);
	case GITCONFIG_WORD:
		return is_file(d, path) ? deputy_hold(d, path) : 0;
	case GITCONFIG_INCLUDED:
		return deputy_hold(d, path) < 0 ? -1 : exclude_text(named, path);
	default:
		/* The top itself is nothing that is run, nor is the directory of git. */
		if (strspn(word, "./") == strlen(word) || !strcmp(path, named->git) ||
		    !deputy_holder(d, path))
			return 0;
		return deputy_hold(d, path);
	}
}

static int exclude_at(struct named *named, const char *word, char *path, enum gitconfig_kind kind)
{
	auto_free char *at = path;

	if (!at)
		return err_errno(named->d->err, ENOMEM, "%s", word);
	if (kind != GITCONFIG_WORKTREE)
		return exclude_path(named, word, at, kind) < 0 ? -1 : 0;
	free(named->worktree);
	named->worktree = take_ptr(at);
	return 0;
}

static int exclude_named(const char *word, enum gitconfig_kind kind, void *arg)
{
	struct named *named = arg;
	struct deputies *d = named->d;
	auto_free char *written = NULL;

	if (++d->words > WORDS_MAX && !d->gave_up)
		return deputy_give_up(d, "git's configuration is too long");
	if (!*word || d->gave_up ||
	    (named->hooks && kind != GITCONFIG_HOOKS && kind != GITCONFIG_INCLUDED))
		return 0;
	written = path_of_word(named, word, kind);
	if (!written)
		return 0;
	/* Behind a link ".." leads elsewhere than it says. */
	if (kind == GITCONFIG_WORKTREE)
		return exclude_at(named, word, deputy_real(d, written), kind);
	if (strstr(written, "/..") && exclude_at(named, word, deputy_real(d, written), kind))
		return -1;
	return exclude_at(named, word, path_from("/", written), kind);
}

/* A link is followed: it has been protected, as what it leads to. */
static char *read_config(struct deputies *d, const char *path)
{
	struct resolver *r = &d->plan->resolver;
	char *text = gitconfig_read(r->root->fd, path + 1);
	const struct anchor *target;

	if (text || errno == EFBIG || d->gave_up)
		return text;
	target = resolve_inside(r, path);
	return target ? gitconfig_read(r->root->fd, target->path + 1) : NULL;
}

static bool is_absence(int errnum)
{
	return errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP || errnum == ESTALE ||
	       errnum == ENXIO || errnum == ENAMETOOLONG;
}

static int exclude_text(struct named *named, const char *path)
{
	struct deputies *d = named->d;
	const char *file = named->file;
	auto_free char *text = NULL;
	int ret;

	if (d->gave_up || named->depth > INCLUDES_MAX)
		return 0;
	errno = ENOENT;
	text = read_config(d, path);
	if (!text && !is_absence(errno)) {
		warn_line("%s: %s", path, strerror(errno));
		return deputy_give_up(d, "git's configuration is unknown");
	}
	if (!text)
		return 0;
	if (++d->files > FILES_MAX)
		return deputy_give_up(d, "git's configuration has too many files");
	named->file = path;
	named->depth++;
	ret = gitconfig_paths(text, exclude_named, named);
	named->depth--;
	named->file = file;
	return ret;
}

static int exclude_config(struct named *named, const char *dir, const char *name)
{
	auto_free char *path = path_from(dir, name);

	return path ? exclude_text(named, path) : err_errno(named->d->err, ENOMEM, "%s", name);
}

/* What a file of one line says, as it is seen from @dir; @dir if there is none. */
static char *dir_in(struct deputies *d, const char *dir, const char *name, const char *prefix)
{
	auto_free char *path = path_from(dir, name);
	auto_free char *text = path ? gitconfig_read(d->plan->resolver.root->fd, path + 1) : NULL;
	auto_free char *whole = NULL;
	const char *said;

	if (!text || strncmp(text, prefix, strlen(prefix)) != 0)
		return strdup(dir);
	text[strcspn(text, "\r\n")] = '\0';
	said = text + strlen(prefix);
	whole = *said == '/' ? strdup(said) : path_join(dir, said);
	return whole ? deputy_real(d, whole) : NULL;
}

/* It need not be called ".git"; in the workspace it is found by its looks. */
static int exclude_named_layout(struct deputies *d, const char *git)
{
	if (path_below(git, d->plan->resolver.workspace->path) || strstr(git, "/.git/") ||
	    !strcmp(path_base(git), ".git") || !deputy_holder(d, git))
		return 0;
	return deputy_git_folder(d, git, true);
}

/* All that git reads, as it is seen from one top; @named->worktree: another one, or NULL. */
static int exclude_seen_from(struct named *named, const char *common)
{
	const struct anchor *home = named->d->plan->resolver.home;

	if (exclude_config(named, common, "config") ||
	    exclude_config(named, common, "config.worktree") ||
	    exclude_config(named, named->git, "config.worktree"))
		return -1;
	if (home && (exclude_config(named, home->path, ".gitconfig") ||
		     exclude_config(named, home->path, ".config/git/config")))
		return -1;
	return exclude_config(named, "/etc", "gitconfig") ||
			       exclude_config(named, "/usr/local/etc", "gitconfig") ?
		       -1 :
		       0;
}

/*
 * @git: the directory of git; the configuration may be that of one that it is linked to, and
 * say that the work tree is elsewhere.  What is run for a push into it is run in @git.
 */
static int exclude_folder_configs(struct deputies *d, const char *top, const char *git)
{
	auto_free char *common = dir_in(d, git, "commondir", "");
	auto_free char *other = NULL;
	struct named named = { .d = d, .top = top, .git = git };
	int ret;

	if (!common)
		return err_errno(d->err, ENOMEM, "%s", git);
	ret = exclude_named_layout(d, common) || exclude_seen_from(&named, common);
	other = take_ptr(named.worktree);
	if (!ret && other && strcmp(other, top) != 0) {
		named.top = other;
		ret = exclude_seen_from(&named, common);
	}
	if (!ret && strcmp(git, top) != 0) {
		named.top = git;
		named.hooks = true;
		ret = exclude_seen_from(&named, common);
	}
	free(named.worktree);
	return ret ? -1 : 0;
}

int deputy_git_folder_configs(struct deputies *d, const char *git)
{
	return exclude_folder_configs(d, git, git);
}

/* Where ".git" is a file, it says where the directory is. */
static int exclude_own_configs(struct deputies *d, const char *top)
{
	auto_free char *git = dir_in(d, top, ".git", "gitdir: ");
	auto_free char *real = NULL;

	if (git && !strcmp(git, top)) {
		free(git);
		git = path_from(top, ".git");
	}
	/* It may be a link. */
	real = git ? deputy_real(d, git) : NULL;
	if (!real)
		return err_errno(d->err, ENOMEM, "%s", top);
	return exclude_folder_configs(d, top, real);
}

int deputy_git_configs(struct deputies *d, const struct anchor *top)
{
	/* In the workspace itself there may be one later. */
	if (top != d->plan->resolver.workspace && !has(top->fd, ".git"))
		return 0;
	return exclude_own_configs(d, top->path);
}

int deputy_git_configs_above(struct deputies *d, const char *folder)
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
