// SPDX-License-Identifier: GPL-2.0-only
/* What learning keeps: names and words in trees that end somewhere, and what becomes of them. */
#include <string.h>

#include "base/path.h"
#include "grammar/scope_parse.h"
#include "learn/learn.h"
#include "lib/token/scope.h"
#include "lib/pattern/glob.h"

void seen_add(struct seen *seen, uint64_t sequence)
{
	const struct seen one = { .count = 1, .first = sequence, .last = sequence };

	seen_merge(seen, &one);
}

void seen_merge(struct seen *seen, const struct seen *more)
{
	if (!more->count)
		return;
	if (!seen->count || more->first < seen->first)
		seen->first = more->first;
	if (more->last > seen->last)
		seen->last = more->last;
	seen->count += more->count;
}

static struct node *find_child(struct node *up, const char *name)
{
	for (struct node *n = up->child; n; n = n->next) {
		if (!strcmp(n->name, name))
			return n;
	}
	return NULL;
}

struct node *node_child(struct learn *l, struct node *up, const char *name)
{
	struct node *n = find_child(up, name);

	if (n)
		return n;
	if (l->nodes == LEARN_NODES_MAX || up->children == LEARN_CHILDREN_MAX) {
		up->flags |= NODE_CROWDED;
		return NULL;
	}
	n = calloc(1, sizeof(*n));
	if (n)
		n->name = strdup(name);
	if (!n || !n->name) {
		free(n);
		l->no_memory = true;
		return NULL;
	}
	n->up = up;
	n->next = up->child;
	up->child = n;
	up->children++;
	l->nodes++;
	return n;
}

uint8_t node_rights_below(const struct node *node)
{
	uint8_t rights = 0;

	for (const struct node *n = node->child; n; n = n->next)
		rights |= n->rights | node_rights_below(n);
	return rights;
}

struct node *node_find(struct node *root, const char *path)
{
	auto_free char *copy = path_escape(path);
	struct node *n = copy ? root : NULL;
	char *save = NULL;

	for (char *name = copy ? strtok_r(copy, "/", &save) : NULL; name && n;
	     name = strtok_r(NULL, "/", &save))
		n = find_child(n, name);
	return n;
}

bool node_is_temporary(const struct node *dir)
{
	const struct node *up = dir->up;

	if (!up || strcmp(dir->name, "tmp") != 0)
		return false;
	return !up->up || (!strcmp(up->name, "var") && !up->up->up);
}

/* No deeper than the longest path or command has parts. */
void node_free(struct node *node)
{
	while (node->child) {
		struct node *n = node->child;

		node->child = n->next;
		node_free(n);
		free(n);
	}
	free(node->name);
	free(node->example);
}

void learn_leave(struct learn *l, const char *object, const char *why, const struct seen *seen)
{
	struct left *left;

	for (size_t i = 0; i < l->n_left; i++) {
		left = &l->left[i];
		if (!strcmp(left->object, object) && !strcmp(left->why, why)) {
			seen_merge(&left->seen, seen);
			return;
		}
	}
	if (l->n_left == LEARN_LEFT_MAX) {
		l->more_left += seen->count;
		return;
	}
	left = &l->left[l->n_left];
	*left = (struct left){ .object = strdup(object), .why = why, .seen = *seen };
	if (left->object)
		l->n_left++;
	else
		l->no_memory = true;
}

/* What the loader would not take, or would read as something else, is no proposal. */
static const char *line_fault(const char *resource, uint8_t rights)
{
	struct rvm_scope_spec spec;
	struct rvm_glob glob;

	if (rvm_scope_parse(&spec, resource, strlen(resource), rights, NULL, NULL))
		return "a table cannot name it";
	if (spec.class == RVM_CLASS_PATH && rvm_glob_parse(&glob, spec.text, spec.len, NULL))
		return "its path is too long or too deep for a row";
	if (spec.class == RVM_CLASS_PATH && !spec.len && !(spec.flags & RVM_SCOPE_FLAG_ALONE))
		return "a row for this directory would cover everything below it";
	if (spec.class == RVM_CLASS_EXEC && spec.len >= RVM_GLOB_BYTES_MAX)
		return "the command is too long for a row";
	if (spec.class == RVM_CLASS_PATH || spec.class == RVM_CLASS_EXEC ||
	    spec.class == RVM_CLASS_NET)
		return name_fault(resource);
	return "a table cannot name it";
}

void learn_add(struct learn *l, uint8_t rights, char *resource, const struct seen *seen,
	       char *example, const char *note)
{
	const char *fault = resource ? line_fault(resource, rights) : NULL;

	for (size_t i = 0; resource && i < l->n_lines; i++) {
		struct line *same = &l->lines[i];

		if (same->rights != rights || strcmp(same->resource, resource))
			continue;
		seen_merge(&same->seen, seen);
		free(resource);
		free(example);
		return;
	}
	if (!fault && l->n_lines == LEARN_LINES_MAX)
		fault = "the proposal is full";
	if (!resource || !example) {
		l->no_memory = true;
	} else if (fault) {
		learn_leave(l, example, fault, seen);
	} else {
		l->lines[l->n_lines++] = (struct line){
			.rights = rights,
			.resource = resource,
			.seen = *seen,
			.example = example,
			.note = note,
		};
		return;
	}
	free(resource);
	free(example);
}
