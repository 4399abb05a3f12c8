// SPDX-License-Identifier: GPL-2.0-only
/* Names that are others each time: those that belong together become one pattern. */
#include <string.h>

#include "learn/learn.h"

static bool may_merge(const struct node *n)
{
	return n->rights && !n->child && !(n->flags & (NODE_PATTERN | NODE_FOLDER));
}

/* What is absorbed stays in the tree, with nothing to propose. */
static void absorb(struct node *into, struct node *from)
{
	into->rights |= from->rights;
	into->flags |= from->flags & NODE_MAYBE;
	seen_merge(&into->seen, &from->seen);
	from->rights = 0;
	from->flags &= ~NODE_MAYBE;
}

/* No deeper than the longest path has names. */
static void absorb_tree(struct learn *l, struct node *into, struct node *from)
{
	absorb(into, from);
	into->flags |= from->flags;
	for (struct node *n = from->child; n; n = n->next) {
		struct node *twin = node_child(l, into, n->name);

		if (!twin)
			return;
		if (!twin->example && n->example)
			twin->example = strdup(n->example);
		absorb_tree(l, twin, n);
	}
}

static void set_pattern(struct node *n, char *pattern)
{
	free(n->name);
	n->name = pattern;
	n->flags |= NODE_PATTERN;
}

/* Made, and removed or moved away again. */
char *node_short_lived(const struct node *n)
{
	if (!(n->flags & NODE_CREATED) || !(n->flags & NODE_REMOVED) || n->flags & NODE_PATTERN)
		return NULL;
	return name_short_lived(n->name, n->moved ? n->moved->name : NULL);
}

static void merge_short_lived(struct learn *l, struct node *dir, bool temporary)
{
	for (struct node *n = dir->child; n; n = n->next) {
		auto_free char *pattern = node_short_lived(n);

		/* Letters alone are drawn where anybody makes names; elsewhere they are a word. */
		if (!pattern || (pattern[0] == '[' && !temporary))
			continue;
		for (struct node *other = n->next; other; other = other->next) {
			auto_free char *same = node_short_lived(other);

			if (same && !strcmp(same, pattern))
				absorb_tree(l, n, other);
		}
		set_pattern(n, take_ptr(pattern));
	}
}

/* With all siblings behind it that fit the same pattern. */
static void merge_alike(struct node *a)
{
	auto_free char *pattern = NULL;

	for (struct node *b = a->next; b; b = b->next) {
		auto_free char *merged = may_merge(b) ? name_merge(a->name, b->name) : NULL;

		if (!merged || (pattern && strcmp(merged, pattern) != 0))
			continue;
		absorb(a, b);
		if (!pattern)
			pattern = take_ptr(merged);
	}
	if (pattern)
		set_pattern(a, take_ptr(pattern));
}

void learn_merge(struct learn *l, struct node *dir, bool temporary)
{
	merge_short_lived(l, dir, temporary);
	for (struct node *n = dir->child; n; n = n->next) {
		if (may_merge(n))
			merge_alike(n);
	}
}
