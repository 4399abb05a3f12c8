// SPDX-License-Identifier: GPL-2.0-only
/* Walking to the deepest directory of a pattern that exists. */
#include <argz.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <string.h>

#include "base/file.h"
#include "base/note.h"
#include "base/path.h"
#include "table/walk.h"

/* As many as the kernel follows. */
#define LINKS_MAX 40

/* A walk under way: where it is, and what is still to come. */
struct state {
	struct path_walk *walk;
	/* @at is below it, without links. */
	const struct anchor *base;
	char at[PATH_MAX];
	char pending[2 * PATH_MAX];
	/* Of @pending, bytes at its front that are a link's: no pattern, whatever they hold. */
	size_t raw;
	int links;
};

static bool is_plain(const struct state *s, const char *name, size_t len)
{
	for (size_t i = 0; i < len && !s->raw; i++) {
		if (strchr("*?[\\", name[i]))
			return false;
	}
	return true;
}

static void go_up(struct state *s)
{
	const struct anchor *root = s->walk->resolver->root;
	char *slash;

	if (!*s->at && s->base != root) {
		snprintf(s->at, sizeof(s->at), "%s", s->base->path + 1);
		s->base = root;
	}
	slash = strrchr(s->at, '/');
	*(slash ? slash : s->at) = '\0';
}

/* Nobody else than @uid made the link or can make another in its place. */
static bool is_of(const struct state *s, const struct stat *link, uid_t uid)
{
	struct stat st;
	auto_close int fd = open_below(s->base->fd, s->at);

	return link->st_uid == uid && fd >= 0 && !fstat(fd, &st) && st.st_uid == uid &&
	       !(st.st_mode & 022);
}

static bool may_follow(const struct state *s, const struct stat *link)
{
	const struct resolver *r = s->walk->resolver;

	if (r->no_links)
		return false;
	switch (s->walk->links) {
	case LINKS_ALL:
		return true;
	case LINKS_HOME:
		return r->home && is_of(s, link, r->home->st.st_uid);
	case LINKS_ROOT:
		/* Of a container it may be root of its user namespace. */
		return is_of(s, link, r->root->st.st_uid);
	case LINKS_NONE:
		break;
	}
	return false;
}

/* What is still to come, as a pattern below @above; NULL without memory. */
static char *pattern_left(const struct state *s, const char *above)
{
	auto_free char *front = NULL;
	auto_free char *raw = NULL;
	auto_free char *head = NULL;
	auto_free char *whole = NULL;
	char *out;

	if (!s->raw && !*above)
		return strdup(s->pending);
	front = strndup(s->pending, s->raw);
	raw = front ? path_escape(front) : NULL;
	head = path_escape(above);
	whole = raw && head ? format("%s/%s%s", head, raw, s->pending + s->raw) : NULL;
	if (!whole)
		return NULL;
	return path_normalise(whole, strlen(whole), false, &out) ? NULL : out;
}

/* Where it is now, and what is still to come. */
static int add_place(struct state *s, struct err *err)
{
	struct path_walk *walk = s->walk;
	const struct anchor *dir = resolve_below(walk->resolver, s->base, s->at);
	struct path_place *place = &walk->place[walk->n];

	/* A directory that was there a moment ago is told by its names. */
	place->dir = dir ? dir : s->base;
	place->rest = pattern_left(s, dir ? "" : s->at);
	if (!place->rest)
		return err_errno(err, ENOMEM, "pattern");
	walk->n++;
	return 0;
}

static void drop_name(struct state *s, const char *left)
{
	size_t used = left - s->pending;

	s->raw -= s->raw < used ? s->raw : used;
	memmove(s->pending, left, strlen(left) + 1);
}

/* Put a link's target in its place; false if that is too long. */
static bool put_target(struct state *s, const char *target, const char *left)
{
	size_t used = left - s->pending, len = strlen(target);
	size_t raw = len + (s->raw > used ? 1 + s->raw - used : 0);
	auto_free char *more = NULL;

	more = format("%s%s%s", target, *left ? "/" : "", left);
	if (!more)
		return false;
	if (strlen(more) >= sizeof(s->pending))
		return false;
	memcpy(s->pending, more, strlen(more) + 1);
	s->raw = raw;
	if (target[0] == '/') {
		s->base = s->walk->resolver->root;
		s->at[0] = '\0';
	}
	return true;
}

static int refuse_link(struct state *s, const char *name, const char *target, struct err *err)
{
	auto_free char *below = path_join(s->at, name);
	auto_free char *path = path_join(s->base->path, below ? below + (*below == '/') : name);

	err_make(err, EXIT_REFUSED, "%s is a symbolic link to %s", path ? path : name, target);
	s->walk->refused = take_ptr(path);
	return err_hint(err, "name the target itself, or remove the link");
}

/* Who could have made it may make another. */
static int keep_link(struct state *s, const char *name, struct err *err)
{
	struct path_walk *walk = s->walk;
	auto_free char *dir = path_join(s->base->path, s->at);
	auto_free char *path = dir ? path_join(dir, name) : NULL;

	if (!path || argz_add(&walk->links_followed, &walk->links_len, path))
		return err_errno(err, ENOMEM, "%s", name);
	return 0;
}

/* Bytes of whole names at the front that are no pattern and lead downwards, with a slash behind. */
static size_t plain_folders(const struct state *s)
{
	size_t folders = 0;

	for (size_t at = 0, len; !s->raw; at += len + 1) {
		const char *name = s->pending + at;

		len = strcspn(name, "/");
		if (!name[len] || name[0] == '.' || !is_plain(s, name, len))
			break;
		folders = at + len + 1;
	}
	return folders;
}

/* Where an earlier walk ended: on the way there no link was followed. */
static int skip_known(struct state *s, struct err *err)
{
	size_t len = plain_folders(s), head = strlen(s->base->path);
	auto_free char *path = NULL;

	if (!len)
		return 0;
	path = path_join(s->base->path, s->pending);
	if (!path)
		return err_errno(err, ENOMEM, "pattern");
	/* Of the root the path ends with the slash itself. */
	head += path[head] == '/';
	for (; len; len--) {
		const struct anchor *known;

		if (s->pending[len - 1] != '/')
			continue;
		path[head + len - 1] = '\0';
		known = resolve_known(s->walk->resolver, path);
		if (!known || !S_ISDIR(known->st.st_mode))
			continue;
		s->base = known;
		drop_name(s, s->pending + len);
		return 0;
	}
	return 0;
}

enum step { STEP_ON, STEP_END, STEP_FAIL };

/*
 * The link @name (open as @fd): put its target in front of what is pending.  Its
 * name is a place too: of an exclusion, for what may come to stand there; of a
 * grant, if it is all that is named.
 */
static enum step follow(struct state *s, int fd, const struct stat *st, const char *name,
			const char *left, struct err *err)
{
	bool all = s->walk->links == LINKS_ALL;
	char target[PATH_MAX];
	ssize_t n = readlinkat(fd, "", target, sizeof(target) - 1);

	if (n <= 0) {
		err_errno(err, errno, "%s", name);
		return STEP_FAIL;
	}
	target[n] = '\0';
	if (!may_follow(s, st)) {
		refuse_link(s, name, target, err);
		return STEP_FAIL;
	}
	if (++s->links > LINKS_MAX && all)
		return STEP_END;
	if (s->links > LINKS_MAX) {
		err_errno(err, ELOOP, "%s", name);
		return STEP_FAIL;
	}
	if (keep_link(s, name, err))
		return STEP_FAIL;
	if ((all || !*left) && s->walk->n < PATH_PLACES_MAX - 1 && add_place(s, err))
		return STEP_FAIL;
	note(s->walk->notes, "%s%s%s%s%s is a link to %s", s->base->path,
	     s->base->path[1] ? "/" : "", s->at, *s->at ? "/" : "", name, target);
	if (put_target(s, target, left))
		return STEP_ON;
	if (all)
		return STEP_END;
	err_errno(err, ENAMETOOLONG, "%s", name);
	return STEP_FAIL;
}

/* By a look at a name of the directory itself: is it told by its name, there or not? */
static bool is_end(const struct state *s, const char *name)
{
	struct stat st;

	if (fstatat(s->base->fd, name, &st, AT_SYMLINK_NOFOLLOW))
		return true;
	return s->walk->links != LINKS_ALL && !S_ISDIR(st.st_mode) && !S_ISLNK(st.st_mode);
}

static enum step step(struct state *s, struct err *err)
{
	size_t len = strcspn(s->pending, "/");
	const char *left = s->pending + len + (s->pending[len] == '/');
	auto_free char *name = strndup(s->pending, len);
	auto_free char *path = NULL;
	auto_close int fd = -1;
	struct stat st;

	if (!name) {
		err_errno(err, ENOMEM, "pattern");
		return STEP_FAIL;
	}
	if (!len || !strcmp(name, ".") || !strcmp(name, "..")) {
		if (len == 2)
			go_up(s);
		drop_name(s, left);
		return *s->pending ? STEP_ON : STEP_END;
	}
	if (!is_plain(s, name, len))
		return STEP_END;
	path = *s->at ? path_join(s->at, name) : strdup(name);
	if (!path || strlen(path) >= sizeof(s->at))
		return STEP_END;
	if (!*s->at && is_end(s, path))
		return STEP_END;
	fd = open_below(s->base->fd, path);
	if (fd < 0 || fstat(fd, &st))
		return STEP_END;
	if (S_ISLNK(st.st_mode))
		return follow(s, fd, &st, name, left, err);
	if (!S_ISDIR(st.st_mode)) {
		if (!*left && s->walk->links == LINKS_ALL)
			s->walk->file = resolve_below(s->walk->resolver, s->base, path);
		return STEP_END;
	}
	memcpy(s->at, path, strlen(path) + 1);
	drop_name(s, left);
	return *s->pending ? STEP_ON : STEP_END;
}

int path_walk(struct path_walk *walk, const char *pattern, struct err *err)
{
	auto_free struct state *s = malloc(sizeof(*s));
	size_t len = strlen(pattern);
	enum step next;

	if (!s)
		return err_errno(err, ENOMEM, "pattern");
	if (len >= PATH_MAX)
		return err_make(err, EXIT_USAGE, "pattern longer than a path");
	s->walk = walk;
	s->base = walk->base;
	s->at[0] = '\0';
	memcpy(s->pending, pattern, len + 1);
	s->raw = walk->literal ? len : 0;
	s->links = 0;
	if (skip_known(s, err))
		return -1;
	for (next = *pattern ? STEP_ON : STEP_END; next == STEP_ON;)
		next = step(s, err);
	return next == STEP_FAIL ? -1 : add_place(s, err);
}

void path_walk_end(struct path_walk *walk)
{
	for (size_t i = 0; i < walk->n; i++)
		free(walk->place[i].rest);
	walk->n = 0;
	free(walk->refused);
	walk->refused = NULL;
	free(walk->links_followed);
	walk->links_followed = NULL;
}
