// SPDX-License-Identifier: GPL-2.0-only
/* Paths: taking them in, name by name. */
#include <string.h>

#include "base/path.h"
#include "learn/learn.h"
#include "lib/judge/judge.h"

#define DELETED " (deleted)"

static void leave(struct learn *l, const struct event *event, const char *path, const char *why)
{
	struct seen seen = { 0 };

	seen_add(&seen, event->rec.sequence);
	learn_leave(l, path, why, &seen);
}

/* Octal escapes of /proc/self/mountinfo. */
static void decode(char *text)
{
	char *out = text;

	for (char *p = text; *p; p++) {
		unsigned int byte;

		if (*p == '\\' && sscanf(p + 1, "%3o", &byte) == 1 && strlen(p) >= 4) {
			*out++ = byte;
			p += 3;
		} else {
			*out++ = *p;
		}
	}
	*out = '\0';
}

/* A path that starts at the root of file system @device, as one of this namespace. */
static char *find_mounted(const char *device, const char *path)
{
	auto_file FILE *f = fopen("/proc/self/mountinfo", "re");
	auto_free char *line = NULL;
	size_t size = 0;

	while (f && getline(&line, &size, f) > 0) {
		auto_free char *dev = NULL;
		auto_free char *root = NULL;
		auto_free char *place = NULL;
		size_t len;

		if (sscanf(line, "%*s %*s %ms %ms %ms", &dev, &root, &place) != 3 ||
		    strcmp(dev, device))
			continue;
		decode(root);
		decode(place);
		len = strlen(root) == 1 ? 0 : strlen(root);
		if (strncmp(path, root, len) || (path[len] && path[len] != '/'))
			continue;
		return path_join(place, path + len + (path[len] == '/'));
	}
	return NULL;
}

/* The path, absolute and with mounts; NULL if it cannot be known (told). */
static char *get_path(struct learn *l, const struct event *event)
{
	const char *path = event->detail.path;
	char *found;

	if (!path || path[0] != '/' || event->detail.cut) {
		leave(l, event, path ? path : "?", "the log does not have the whole path");
		return NULL;
	}
	if (!event->detail.fs)
		return strdup(path);
	found = find_mounted(event->detail.fs, path);
	if (!found)
		leave(l, event, path, "its file system is not mounted anywhere visible");
	return found;
}

/* A file that was removed while it was open is judged by the name it had. */
static bool strip_deleted(char *path)
{
	size_t len = strlen(path), tail = strlen(DELETED);

	if (len <= tail || strcmp(path + len - tail, DELETED) != 0)
		return false;
	path[len - tail] = '\0';
	return true;
}

/* Other processes are not proposed; the entry of the own one is, as such. */
static const char *check_process(char **path, const char *pid)
{
	const char *at = *path + strlen("/proc/");
	size_t n = strspn(at, "0123456789");
	char *own;

	if (!n || (at[n] && at[n] != '/'))
		return NULL;
	if (!pid || strlen(pid) != n || strncmp(at, pid, n) != 0)
		return "it belongs to another process";
	own = format("/proc/self%s", at + n);
	if (!own)
		return "out of memory";
	free(*path);
	*path = own;
	return NULL;
}

/* The system's switches are not proposed. */
static const char *check_system(char **path, const char *pid, uint8_t rights)
{
	bool proc = strncmp(*path, "/proc/", 6) == 0;

	if (!proc && strncmp(*path, "/sys/", 5) != 0)
		return NULL;
	if (rights & ~RVM_RIGHT_READ)
		return "it changes settings of the system";
	return proc ? check_process(path, pid) : NULL;
}

static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return !strncmp(path, dir, len) && (path[len] == '/' || !path[len]);
}

static bool is_hex(const char *name, size_t n)
{
	return strlen(name) == n && strspn(name, "0123456789abcdef") == n;
}

/* Objects of git are called by what is in them: "objects/ab/cdef...". */
static char *object_pattern(const struct node *dir, const char *name)
{
	static const char folder[] = "[0-9a-f][0-9a-f]";
	char *out;

	if (!strcmp(dir->name ? dir->name : "", "objects") && is_hex(name, 2))
		return strdup(folder);
	if (!dir->name || strcmp(dir->name, folder) || (!is_hex(name, 38) && !is_hex(name, 62)))
		return NULL;
	out = strdup(name);
	if (out)
		memset(out, '?', strlen(out));
	return out;
}

static struct node *put_name(struct learn *l, struct node *up, const char *name, bool may_vary,
			     const char *pid)
{
	auto_free char *pattern = NULL;
	struct node *node;

	if (may_vary && name[0] == '#' && name[1] &&
	    strspn(name + 1, "0123456789") == strlen(name + 1))
		pattern = strdup("#[0-9]*");
	else if (may_vary)
		pattern = object_pattern(up, name);
	if (may_vary && !pattern)
		pattern = name_temporary(name, pid, node_is_temporary(up));
	if (pattern) {
		node = node_child(l, up, pattern);
		if (node)
			node->flags |= NODE_PATTERN;
		return node;
	}
	pattern = path_escape(name);
	l->no_memory |= !pattern;
	return pattern ? node_child(l, up, pattern) : NULL;
}

/*
 * Names on the way to the workspace do not vary, whatever they look like.  If
 * there are too many somewhere, the path is cut there.
 */
static struct node *put_path(struct learn *l, char *path, const char *pid)
{
	auto_free char *copy = strdup(path);
	struct node *node = &l->paths;
	char *save = NULL;

	if (!copy) {
		l->no_memory = true;
		return NULL;
	}
	for (char *name = strtok_r(copy, "/", &save); name && node;
	     name = strtok_r(NULL, "/", &save)) {
		auto_free char *prefix = strndup(path, name - copy + strlen(name));

		node->flags |= node->up ? NODE_FOLDER : 0;
		node = put_name(l, node, name, prefix && !is_below(l->workspace, prefix), pid);
		if (!node)
			path[name - copy] = '\0';
	}
	return node;
}

/* The two ends of a rename come one after the other. */
static void note_rename(struct learn *l, const struct event *event, struct node *node)
{
	bool second = l->renamed && l->renamed_at + 1 == event->rec.sequence;

	if (event->payload.operation != RVM_OP_RENAME)
		return;
	if (!second) {
		l->renamed = node;
		l->renamed_at = event->rec.sequence;
		return;
	}
	if (l->renamed != node) {
		l->renamed->flags |= NODE_REMOVED;
		l->renamed->moved = node->up == l->renamed->up ? node : NULL;
	}
	if (!l->pairs)
		l->pairs = calloc(LEARN_PAIRS_MAX, sizeof(*l->pairs));
	l->no_memory |= !l->pairs;
	if (l->pairs && l->n_pairs < LEARN_PAIRS_MAX && l->renamed != node)
		l->pairs[l->n_pairs++] = (struct pair){ .from = l->renamed, .to = node };
	l->renamed = NULL;
}

/* A directory that it removes, it or who is before it in a run makes again. */
static unsigned int flags_of(uint8_t operation)
{
	switch (operation) {
	case RVM_OP_MKDIR:
		return NODE_FOLDER | NODE_MADE | NODE_CREATED;
	case RVM_OP_RMDIR:
		return NODE_FOLDER | NODE_MADE | NODE_REMOVED;
	case RVM_OP_CREATE:
		return NODE_CREATED;
	case RVM_OP_UNLINK:
		return NODE_REMOVED;
	default:
		return 0;
	}
}

static void mark(struct learn *l, const struct event *event, struct node *node, const char *path)
{
	uint8_t right = event->payload.right;

	if (event->payload.reason == RVM_REASON_GAIN)
		right = RVM_RIGHT_READ | RVM_RIGHT_WRITE;
	if (event->rec.flags & RVM_RECORD_F_PROVISIONAL)
		node->flags |= NODE_MAYBE;
	else
		node->rights |= right;
	node->flags |= flags_of(event->payload.operation);
	if (!node->example)
		node->example = strdup(path);
	l->no_memory |= !node->example;
	seen_add(&node->seen, event->rec.sequence);
	note_rename(l, event, node);
}

void learn_path(struct learn *l, const struct event *event)
{
	auto_free char *path = get_path(l, event);
	const char *pid = event->detail.pid;
	struct node *node;
	const char *why;
	bool deleted;

	if (!path)
		return;
	deleted = strip_deleted(path);
	why = check_system(&path, pid, event->payload.right);
	if (!why)
		why = name_fault(path);
	if (why) {
		leave(l, event, path, why);
		return;
	}
	node = put_path(l, path, pid);
	if (node == &l->paths && event->payload.operation != RVM_OP_OPEN)
		leave(l, event, path, "a row for this directory would cover everything below it");
	/* Or it is a file that is called so: what is proposed must have been used by its name. */
	else if (node && deleted && !node->example && path_base(path)[0] != '#')
		leave(l, event, path, "it was removed while it was open");
	else if (node)
		mark(l, event, node, path);
	else
		leave(l, event, path, "more names below it were used than are kept");
}

/* What is moved may not gain: the old name needs the rights of the new one. */
void learn_join_renamed(struct learn *l)
{
	/* A name may be moved on: from the end, so that rights travel back. */
	for (size_t i = l->n_pairs; i--;)
		l->pairs[i].from->rights |= l->pairs[i].to->rights;
}
