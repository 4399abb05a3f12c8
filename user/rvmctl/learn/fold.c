// SPDX-License-Identifier: GPL-2.0-only
/* Lines for paths: each name, or a pattern where three siblings were used. */
#include <errno.h>
#include <linux/limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "grammar/scope_parse.h"
#include "learn/learn.h"
#include "lib/token/scope.h"

#define FILE_RIGHTS (RVM_RIGHT_READ | RVM_RIGHT_WRITE | RVM_RIGHT_EXECUTE)

#define WHY_DEPUTY "tools outside execute or obey it: see --allow-deputy"

/* A walk through the tree: where it is. */
struct walk {
	struct learn *l;
	/* The pattern from the root, with a slash in front of each name. */
	char pattern[PATH_MAX];
	size_t len;
	/* Names in it. */
	unsigned int depth;
	/* What a line above gives already. */
	uint8_t given;
};

static const char why_folder[] = "a row for this directory would cover everything below it";

/* Is the place below the workspace, the workspace itself, or neither? */
enum place {
	PLACE_OUTSIDE,
	PLACE_ABOVE,
	PLACE_WORKSPACE,
	PLACE_INSIDE,
};

static enum place place_of(const struct learn *l, const char *pattern)
{
	auto_free char *workspace = path_escape(l->workspace);
	size_t len = strlen(pattern), ws = workspace ? strlen(workspace) : 0;

	if (!ws)
		return PLACE_ABOVE;
	if (!strcmp(pattern, workspace))
		return PLACE_WORKSPACE;
	if (!strncmp(pattern, workspace, ws) && pattern[ws] == '/')
		return PLACE_INSIDE;
	return !strncmp(pattern, workspace, len) && (!len || workspace[len] == '/') ? PLACE_ABOVE :
										      PLACE_OUTSIDE;
}

/* Below the workspace as "./x", all else from the root. */
static char *resource_of(const struct learn *l, const char *pattern, uint8_t rights)
{
	const char *word = rights & RVM_RIGHT_EXECUTE ? "load" : "path";
	auto_free char *workspace = path_escape(l->workspace);
	enum place place = place_of(l, pattern);

	if (!workspace)
		return NULL;
	if (place == PLACE_INSIDE || place == PLACE_WORKSPACE)
		return format("%s:.%s", word, pattern + strlen(workspace));
	return format("%s:/%s", word, pattern);
}

/*
 * Files that others execute or obey.
 */

static bool understand(struct deputy *deputy, const char *line)
{
	struct rvm_scope_spec spec;
	auto_free char *resource = NULL;

	resource = format("Edit(%s)", line);
	if (!resource)
		return false;
	if (rvm_scope_parse(&spec, resource, strlen(resource), RVM_RIGHT_WRITE, NULL, NULL) ||
	    path_normalise(spec.text, spec.len, spec.anywhere, &deputy->text))
		return false;
	deputy->alone = spec.flags & RVM_SCOPE_FLAG_ALONE;
	return !rvm_glob_parse(&deputy->glob, deputy->text, strlen(deputy->text), NULL);
}

int learn_open_deputies(struct learn *l, struct err *err)
{
	if (list_open(&l->list, "deputy.list", err))
		return -1;
	l->deputies = calloc(l->list.n + 1, sizeof(*l->deputies));
	if (!l->deputies)
		return err_errno(err, ENOMEM, "deputy.list");
	for (size_t i = 0; i < l->list.n; i++) {
		if (!understand(&l->deputies[i], l->list.lines[i]))
			return err_make(err, EXIT_FAILURE,
					"deputy.list: '%s' is not a valid pattern",
					l->list.lines[i]);
	}
	return 0;
}

void learn_close_deputies(struct learn *l)
{
	for (size_t i = 0; l->deputies && i < l->list.n; i++)
		free(l->deputies[i].text);
	free(l->deputies);
	list_close(&l->list);
}

/* Names of a path below the workspace, leaf first; as many as are judged. */
static unsigned int split(const char *path, struct rvm_name *names, unsigned int max)
{
	unsigned int n = 0;
	size_t end = strlen(path);

	while (end && n < max) {
		size_t begin = end;

		while (begin && path[begin - 1] != '/')
			begin--;
		if (end > begin)
			names[n++] = (struct rvm_name){ .text = path + begin, .len = end - begin };
		end = begin ? begin - 1 : 0;
	}
	return n;
}

/* @path: as it was used, absolute. */
static bool is_deputy(const struct learn *l, const char *path)
{
	struct rvm_name names[RVM_GLOB_SEGMENTS_MAX];
	size_t len = strlen(l->workspace);
	struct rvm_leaf_ends ends;
	unsigned int n;
	bool found = false;

	if (strncmp(path, l->workspace, len) != 0 || path[len] != '/')
		return false;
	n = split(path + len, names, RVM_GLOB_SEGMENTS_MAX);
	ends = rvm_glob_ends(names, n);
	for (size_t i = 0; i < l->list.n && !found; i++) {
		const struct deputy *d = &l->deputies[i];

		found = rvm_glob_may_match(&d->glob, &ends) &&
			rvm_glob_match(&d->glob, names, n, false) >=
				(d->alone ? RVM_GLOB_EXACT : RVM_GLOB_BELOW);
	}
	return found;
}

/* Do the first names of the line end the path of the directory, as ".git" of ".git/hooks" does? */
static bool leads_to_deputy(const char *line, const char *folder)
{
	const char *names = strncmp(line, "**/", 3) ? line : line + 3;
	size_t len = strlen(folder);

	for (const char *slash = strchr(names, '/'); slash; slash = strchr(slash + 1, '/')) {
		size_t n = slash - names;

		/* What is about the directory itself says nothing of what is in it. */
		if (strcmp(slash, "/.") && len > n && folder[len - n - 1] == '/' &&
		    !strncmp(folder + len - n, names, n))
			return true;
	}
	return false;
}

/* One line's file is in the directory now. */
static bool holds_deputy(const char *line, const char *folder)
{
	const char *name = strncmp(line, "**/", 3) ? line : line + 3;
	auto_free char *path = NULL;
	struct stat st;

	if (strpbrk(name, "/*?["))
		return false;
	path = path_join(folder, name);
	return !path || !lstat(path, &st);
}

/* @folder: as it is, absolute. */
static bool has_deputies(const struct learn *l, const char *folder)
{
	for (size_t i = 0; i < l->list.n; i++) {
		if (leads_to_deputy(l->list.lines[i], folder) ||
		    holds_deputy(l->list.lines[i], folder))
			return true;
	}
	return false;
}

/*
 * Patterns.
 */

/* Escapes taken out. */
static char *plain(const char *pattern)
{
	char *out = strdup(pattern), *p = out;

	for (; out && *pattern; pattern++) {
		if (*pattern == '\\' && pattern[1])
			pattern++;
		*p++ = *pattern;
	}
	if (out)
		*p = '\0';
	return out;
}

/* Where software lies, and at least two directories deep there. */
static bool is_software(const struct walk *w)
{
	return w->depth >= 3 &&
	       (!strncmp(w->pattern, "/usr/", 5) || !strncmp(w->pattern, "/opt/", 5));
}

/* Rights for which the directory may have a pattern. */
static uint8_t may_fold(const struct walk *w)
{
	auto_free char *folder = plain(w->pattern);
	enum place place = place_of(w->l, w->pattern);

	if (!folder)
		return 0;
	if (place == PLACE_INSIDE)
		return has_deputies(w->l, folder) ? RVM_RIGHT_READ :
						    RVM_RIGHT_READ | RVM_RIGHT_WRITE;
	if (place == PLACE_OUTSIDE && is_software(w))
		return RVM_RIGHT_READ | RVM_RIGHT_EXECUTE;
	return 0;
}

/* From the last dot on; the whole name if it is not one of many: NULL. */
static const char *ending(const struct node *n)
{
	const char *dot = strrchr(n->name, '.');

	if (!dot || dot == n->name || !dot[1] || strpbrk(dot, "*?[\\") || n->flags & NODE_FOLDER)
		return NULL;
	return dot;
}

/* What siblings that used @right have in common: "*.o", or "**". */
static char *common_pattern(const struct node *dir, uint8_t right)
{
	const char *common = NULL;

	for (const struct node *n = dir->child; n; n = n->next) {
		const char *end = ending(n);

		if (!(n->rights & right))
			continue;
		if (!end || (common && strcmp(common, end) != 0))
			return strdup("**");
		common = end;
	}
	return format("*%s", common ? common : "");
}

static size_t count_used(const struct node *dir, uint8_t right)
{
	size_t n = 0;

	for (const struct node *child = dir->child; child; child = child->next)
		n += !!(child->rights & right);
	return n;
}

/* Propose the pattern.  Return: rights that it gives on the siblings. */
static uint8_t fold(struct walk *w, struct node *dir, uint8_t right)
{
	auto_free char *tail = common_pattern(dir, right);
	auto_free char *pattern = NULL;
	const struct node *example = NULL;
	struct seen seen = { 0 };

	pattern = tail ? format("%s/%s", w->pattern, tail) : NULL;
	if (!pattern) {
		w->l->no_memory = true;
		return 0;
	}
	for (struct node *n = dir->child; n; n = n->next) {
		if (!(n->rights & right))
			continue;
		if (!example || n->seen.first < example->seen.first)
			example = n;
		seen_merge(&seen, &n->seen);
		n->rights &= ~right;
	}
	if (!strcmp(tail, "**"))
		dir->rights &= ~right;
	learn_add(w->l, right, resource_of(w->l, pattern, right), &seen,
		  strdup(example && example->example ? example->example : w->pattern),
		  right & RVM_RIGHT_WRITE ? "several names in one directory; new names that match "
					    "are covered too" :
					    "several names in one directory were used");
	/* What lies deeper is covered too if the whole directory is. */
	return strcmp(tail, "**") ? 0 : right;
}

static uint8_t fold_folder(struct walk *w, struct node *dir)
{
	uint8_t may = may_fold(w) & ~w->given, whole = 0;
	uint8_t both = RVM_RIGHT_READ | RVM_RIGHT_EXECUTE;

	if (dir->flags & NODE_CROWDED)
		return 0;
	/* Code is read to be loaded: one line for both. */
	if ((may & both) == both && count_used(dir, RVM_RIGHT_EXECUTE) >= LEARN_SIBLINGS) {
		whole |= fold(w, dir, both);
		may &= ~both;
	}
	for (uint8_t right = RVM_RIGHT_READ; right <= RVM_RIGHT_WRITE; right <<= 1) {
		if (may & right && count_used(dir, right) >= LEARN_SIBLINGS)
			whole |= fold(w, dir, right);
	}
	return whole;
}

/*
 * Single names.
 */

static void look(struct node *node, const char *path)
{
	struct stat st;

	if (node->flags & NODE_PATTERN || !node->rights || lstat(path, &st))
		return;
	if (S_ISDIR(st.st_mode))
		node->flags |= NODE_FOLDER;
}

static void leave(struct walk *w, const struct node *node, const char *path, const char *why)
{
	learn_leave(w->l, node->example ? node->example : path, why, &node->seen);
}

/* Below a directory of caches: nobody else's files are in one that it made there. */
static bool is_cache(const char *path)
{
	const char *cache = strstr(path, "/.cache/");

	return cache && cache[strlen("/.cache/")];
}

/* A line for a directory covers what is below: only for one that the partition made. */
static const char *name_refusal(const struct walk *w, const struct node *node, const char *path,
				uint8_t rights)
{
	enum place place = place_of(w->l, w->pattern);
	bool folder = node->flags & NODE_FOLDER;

	if (place == PLACE_ABOVE || place == PLACE_WORKSPACE)
		return why_folder;
	if (folder && !(node->flags & NODE_MADE))
		return why_folder;
	if (folder && place != PLACE_INSIDE && !(node->flags & NODE_PATTERN) && !is_cache(path))
		return why_folder;
	if (rights & RVM_RIGHT_WRITE &&
	    (is_deputy(w->l, node->example ? node->example : path) || is_deputy(w->l, path) ||
	     (folder && has_deputies(w->l, path))))
		return WHY_DEPUTY;
	return NULL;
}

/* Its names alone, whatever directory it is: "x/.".  Return: rights that are left. */
static uint8_t propose_listing(struct walk *w, const struct node *dir, const char *path,
			       uint8_t rights)
{
	auto_free char *folder = resource_of(w->l, w->pattern, RVM_RIGHT_READ);
	char *resource;

	if (!(rights & RVM_RIGHT_READ))
		return rights;
	resource = folder ? format("%s/.", folder) : NULL;
	if (!resource) {
		w->l->no_memory = true;
		return rights;
	}
	learn_add(w->l, RVM_RIGHT_READ, resource, &dir->seen, strdup(path),
		  "the names in this directory, not the content of its files");
	return rights & ~RVM_RIGHT_READ;
}

/* Return: rights that what is below has by it. */
static uint8_t propose_name(struct walk *w, struct node *node)
{
	auto_free char *path = plain(w->pattern);
	uint8_t rights = node->rights & FILE_RIGHTS;
	const char *why;

	/* What it made under a name that is another each time, or in its cache, it may read again. */
	if (node->flags & NODE_MADE && rights && path &&
	    (node->flags & NODE_PATTERN || is_cache(path)))
		rights |= node_rights_below(node) & RVM_RIGHT_READ;
	rights &= ~w->given;
	if (!path) {
		w->l->no_memory = true;
		return 0;
	}
	if (!rights)
		return 0;
	why = name_refusal(w, node, path, rights);
	if (why) {
		if (why == why_folder)
			rights = propose_listing(w, node, path[0] ? path : "/", rights);
		if (rights)
			leave(w, node, path[0] ? path : "/", why);
		return 0;
	}
	learn_add(w->l, rights, resource_of(w->l, w->pattern, rights), &node->seen,
		  strdup(node->example ? node->example : path),
		  node->flags & NODE_FOLDER ?
			  "a directory that it made, with everything below" :
		  node->name && node->name[0] == '[' && node->flags & NODE_PATTERN ?
			  "random letters only: files of others have such names too" :
		  node->flags & NODE_PATTERN ? "the name differs each time" :
					       NULL);
	return node->flags & NODE_FOLDER ? rights : 0;
}

/*
 * The walk.
 */

/* A name that was only to be created if it did not exist. */
static void settle(struct walk *w, struct node *node)
{
	enum place place = place_of(w->l, w->pattern);

	if (!(node->flags & NODE_MAYBE) || node->rights & RVM_RIGHT_WRITE)
		return;
	if (place == PLACE_INSIDE || node->flags & NODE_PATTERN)
		node->rights |= RVM_RIGHT_WRITE;
	else
		learn_leave(w->l, w->pattern,
			    "it may only have been opened to be created if missing", &node->seen);
}

/*
 * A pattern hangs on the deepest directory that exists when it is loaded.  One that
 * is removed and made again is another directory, so its name is written with a
 * backslash in front: that keeps it a name, and matches nothing else.
 */
static bool is_made_anew(const struct walk *w, const struct node *node)
{
	enum place place = place_of(w->l, w->pattern);

	return (place == PLACE_WORKSPACE || place == PLACE_INSIDE) && node->flags & NODE_MADE &&
	       !(node->flags & NODE_PATTERN) && node->name[0] != '\\';
}

/* Return: what to give to back(); 0 if the path is too long. */
static size_t enter(struct walk *w, const struct node *node)
{
	const char *mark = is_made_anew(w, node) ? "\\" : "";
	size_t room = sizeof(w->pattern) - w->len;
	int n = snprintf(w->pattern + w->len, room, "/%s%s", mark, node->name);

	if (n < 0 || (size_t)n >= room) {
		w->pattern[w->len] = '\0';
		return 0;
	}
	w->len += n;
	w->depth++;
	return n;
}

static void back(struct walk *w, size_t n)
{
	w->len -= n;
	w->pattern[w->len] = '\0';
	w->depth--;
}

static void look_at_children(struct walk *w, struct node *dir)
{
	for (struct node *n = dir->child; n; n = n->next) {
		auto_free char *path = NULL;
		size_t len = enter(w, n);

		if (!len)
			continue;
		settle(w, n);
		path = plain(w->pattern);
		if (path)
			look(n, path);
		back(w, len);
	}
}

static size_t count_left(const struct node *dir, uint8_t given)
{
	size_t n = 0;

	for (const struct node *child = dir->child; child; child = child->next)
		n += child->rights & ~given || child->child;
	return n;
}

static void sum_below(const struct node *node, struct seen *seen)
{
	seen_merge(seen, &node->seen);
	for (const struct node *n = node->child; n; n = n->next)
		sum_below(n, seen);
}

/* A directory: its pattern, itself, then each name that neither covers. */
static void walk_folder(struct walk *w, struct node *dir)
{
	uint8_t above = w->given;
	struct seen seen = { 0 };

	if (dir->child) {
		look_at_children(w, dir);
		learn_merge(w->l, dir, node_is_temporary(dir));
		w->given |= fold_folder(w, dir);
	}
	w->given |= propose_name(w, dir);
	if (dir->flags & NODE_CROWDED || count_left(dir, w->given) > LEARN_FOLDER_LINES) {
		sum_below(dir, &seen);
		learn_leave(w->l, w->pattern[0] ? w->pattern : "/",
			    "more names below it were used than are proposed", &seen);
		w->given = above;
		return;
	}
	for (struct node *n = dir->child; n; n = n->next) {
		size_t len = enter(w, n);

		if (!len) {
			learn_leave(w->l, w->pattern, "its path is too long", &n->seen);
			continue;
		}
		walk_folder(w, n);
		back(w, len);
	}
	w->given = above;
}

void learn_propose_paths(struct learn *l)
{
	struct walk w = { .l = l };

	walk_folder(&w, &l->paths);
}
