// SPDX-License-Identifier: GPL-2.0-only
/* Names that are others each time: those that belong together become one pattern. */
#include <string.h>

#include "learn.h"

static bool may_merge(const struct node *n)
{
	return n->rights && !n->child && !(n->flags & (NODE_PATTERN | NODE_FOLDER));
}

/* What is absorbed stays in the tree, with nothing to propose. */
static void absorb(struct node *into, struct node *from)
{
	into->rights |= from->rights;
	seen_merge(&into->seen, &from->seen);
	from->rights = 0;
}

static void set_pattern(struct node *n, char *pattern)
{
	free(n->name);
	n->name = pattern;
	n->flags |= NODE_PATTERN;
}

/* One that was made and removed again, by a program that calls all of them so. */
static void merge_short_lived(struct learn *l, struct node *dir)
{
	const char *pattern = name_short_lived();
	struct node *first = NULL;

	for (struct node *n = dir->child; n; n = n->next) {
		char *copy;

		if (!may_merge(n) || !(n->flags & NODE_CREATED) || !(n->flags & NODE_REMOVED) ||
		    !name_is_short_lived(n->name))
			continue;
		if (first) {
			absorb(first, n);
			continue;
		}
		copy = strdup(pattern);
		if (!copy) {
			l->no_memory = true;
			return;
		}
		set_pattern(n, copy);
		first = n;
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
	if (temporary)
		merge_short_lived(l, dir);
	for (struct node *n = dir->child; n; n = n->next) {
		if (may_merge(n))
			merge_alike(n);
	}
}
