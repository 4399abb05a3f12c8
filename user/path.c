// SPDX-License-Identifier: GPL-2.0-only
/* Walking to the deepest folder of a pattern that exists. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "path.h"

#define LINKS_MAX 16

char *path_join(const char *dir, const char *name)
{
	size_t len = strlen(dir);
	char *path;

	if (!*name)
		return strdup(dir);
	if (asprintf(&path, "%s%s%s", dir, len && dir[len - 1] == '/' ? "" : "/", name) < 0)
		return NULL;
	return path;
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *path_escape(const char *path)
{
	char *out = malloc(2 * strlen(path) + 1), *p = out;

	if (!out)
		return NULL;
	for (; *path; path++) {
		if (strchr("\\*?[", *path))
			*p++ = '\\';
		*p++ = *path;
	}
	*p = '\0';
	return out;
}

int path_normalise(const char *text, size_t len, bool anywhere, char **out)
{
	size_t used = 0;
	char *p = malloc(len + 4);

	*out = p;
	if (!p)
		return -1;
	if (anywhere) {
		memcpy(p, "**/", 3);
		used = 3;
	}
	for (size_t i = 0, end; i < len; i = end + 1) {
		for (end = i; end < len && text[end] != '/'; end++)
			;
		if (end == i || (end - i == 1 && text[i] == '.'))
			continue;
		if (used && p[used - 1] != '/')
			p[used++] = '/';
		memcpy(p + used, text + i, end - i);
		used += end - i;
	}
	p[used] = '\0';
	return 0;
}

/* A step of the walk: what is still to come, and where it is now. */
struct state {
	struct path_walk *walk;
	/* Below the base, without links. */
	char at[PATH_MAX];
	char pending[2 * PATH_MAX];
	int links;
};

static bool is_plain(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (strchr("*?[\\", name[i]))
			return false;
	}
	return true;
}

static void go_up(struct state *s)
{
	char *slash = strrchr(s->at, '/');

	*(slash ? slash : s->at) = '\0';
}

/* Root made the link, and nobody else can make another in its place. */
static bool is_trusted(const struct state *s, int dir, const struct stat *link)
{
	/* Of a container it may be root of its user name space. */
	uid_t root = s->walk->resolver->root->st.st_uid;
	struct stat st;
	auto_close int fd = open_below(dir, s->at);

	return s->walk->trusted && link->st_uid == root && fd >= 0 && !fstat(fd, &st) &&
	       st.st_uid == root && !(st.st_mode & 022);
}

static int refuse_link(struct state *s, const char *name, const char *target, struct err *err)
{
	auto_free char *below = path_join(s->at, name);
	auto_free char *path =
		path_join(s->walk->base->path, below ? below + (*below == '/') : name);

	err_make(err, EXIT_REFUSED, "%s is a symbolic link to %s", path ? path : name, target);
	return err_hint(err, "name the target itself, or take the link away");
}

enum step { STEP_ON, STEP_END, STEP_FAIL };

/* The link @name (open as @fd): put its target in front of what is pending. */
static enum step follow(struct state *s, int fd, const struct stat *st, const char *name,
			const char *left, struct err *err)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(fd, "", target, sizeof(target) - 1);
	auto_free char *more = NULL;

	if (n <= 0) {
		err_errno(err, errno, "%s", name);
		return STEP_FAIL;
	}
	target[n] = '\0';
	if (!is_trusted(s, s->walk->base->fd, st)) {
		if (s->walk->keep_links) {
			note(s->walk->notes, "%s is a symbolic link to %s, which is not followed",
			     name, target);
			return STEP_END;
		}
		refuse_link(s, name, target, err);
		return STEP_FAIL;
	}
	if (++s->links > LINKS_MAX) {
		err_errno(err, ELOOP, "%s", name);
		return STEP_FAIL;
	}
	note(s->walk->notes, "%s%s%s%s is a link to %s", s->walk->base->path, s->at,
	     *s->at ? "/" : "", name, target);
	more = path_join(target, left);
	if (!more || strlen(more) >= sizeof(s->pending)) {
		err_errno(err, ENAMETOOLONG, "%s", name);
		return STEP_FAIL;
	}
	if (target[0] == '/')
		s->at[0] = '\0';
	memcpy(s->pending, more, strlen(more) + 1);
	return STEP_ON;
}

/* One name.  A link at the very end stays a name; its target is walked apart. */
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
		memmove(s->pending, left, strlen(left) + 1);
		return *s->pending ? STEP_ON : STEP_END;
	}
	if (!is_plain(name, len))
		return STEP_END;
	path = *s->at ? path_join(s->at, name) : strdup(name);
	if (!path || strlen(path) >= sizeof(s->at))
		return STEP_END;
	fd = open_below(s->walk->base->fd, path);
	if (fd < 0 || fstat(fd, &st))
		return STEP_END;
	if (S_ISLNK(st.st_mode)) {
		if (*left || s->links || !s->walk->trusted)
			return follow(s, fd, &st, name, left, err);
		return STEP_END;
	}
	if (!S_ISDIR(st.st_mode)) {
		if (!*left)
			s->walk->file = resolve_below(s->walk->resolver, s->walk->base, path);
		return STEP_END;
	}
	memcpy(s->at, path, strlen(path) + 1);
	memmove(s->pending, left, strlen(left) + 1);
	return *s->pending ? STEP_ON : STEP_END;
}

static int run(struct state *s, struct err *err)
{
	enum step next = *s->pending ? STEP_ON : STEP_END;

	while (next == STEP_ON)
		next = step(s, err);
	return next == STEP_FAIL ? -1 : 0;
}

/* The pattern's last name is a link of root's: where does it lead? */
static void walk_target(struct state *s)
{
	struct path_walk *walk = s->walk;
	struct err ignored = { 0 };
	struct stat st;
	auto_free char *path = *s->at ? path_join(s->at, s->pending) : strdup(s->pending);
	auto_close int fd = -1;

	if (!walk->trusted || strchr(s->pending, '/') ||
	    !is_plain(s->pending, strlen(s->pending)) || !*s->pending || !path)
		return;
	fd = open_below(walk->base->fd, path);
	if (fd < 0 || fstat(fd, &st) || !S_ISLNK(st.st_mode))
		return;
	if (follow(s, fd, &st, path_base(path), "", &ignored) == STEP_ON && !run(s, &ignored) &&
	    is_plain(s->pending, strlen(s->pending))) {
		walk->target_dir = resolve_below(walk->resolver, walk->base, s->at);
		walk->target = walk->target_dir ? strdup(s->pending) : NULL;
		if (!walk->target)
			walk->target_dir = NULL;
	}
	err_clear(&ignored);
}

int path_walk(struct path_walk *walk, const char *pattern, struct err *err)
{
	auto_free struct state *s = calloc(1, sizeof(*s));

	if (!s)
		return err_errno(err, ENOMEM, "pattern");
	s->walk = walk;
	if (strlen(pattern) >= PATH_MAX)
		return err_make(err, EXIT_USAGE, "the pattern is longer than a path can be");
	memcpy(s->pending, pattern, strlen(pattern) + 1);
	if (run(s, err))
		return -1;
	walk->dir = resolve_below(walk->resolver, walk->base, s->at);
	if (!walk->dir)
		return err_errno(err, errno, "%s below %s", s->at, walk->base->path);
	walk->rest = strdup(s->pending);
	if (!walk->rest)
		return err_errno(err, ENOMEM, "pattern");
	walk_target(s);
	return 0;
}

void path_walk_end(struct path_walk *walk)
{
	free(walk->rest);
	free(walk->target);
	walk->rest = NULL;
	walk->target = NULL;
}
