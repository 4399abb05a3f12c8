// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a place upwards: which entries of an index are anchored on the way.
 */
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/compiler.h>

#include "lib/judge/climb.h"
#include "lib/judge/index_priv.h"

/* Are the names of a place from @skip up the same as those of a view from @level up? */
static bool are_same_names(const struct rvm_place *place, unsigned int skip,
			   const struct rvm_path_view *view, unsigned int level)
{
	const void *root = place->root;
	unsigned int i, count = place->depth - skip;

	if (place->depth < skip || count + level != view->depth || !root ||
	    root != view->id[view->depth])
		return false;
	for (i = 0; i < count; i++)
		/* A name that may be another's spelling may be that of this one. */
		if (level + i + 1 != view->aliases &&
		    !rvm_name_is_same(&place->name[skip + i], &view->name[level + i], view->folds))
			return false;
	return true;
}

/* A place fits at one level only, as all names up to the top are compared. */
static bool is_in_place(const struct rvm_place *place, const struct rvm_path_view *view,
			unsigned int level)
{
	return place->depth && are_same_names(place, 0, view, level);
}

bool rvm_scope_is_in_place(const struct rvm_scope *scope, const struct rvm_path_view *view,
			   unsigned int level)
{
	unsigned int i;

	for (i = 0; i < RVM_SCOPE_PLACES; i++)
		if (is_in_place(rvm_scope_place(scope, i), view, level))
			return true;
	return false;
}

bool rvm_scope_is_at(const struct rvm_scope *scope, const struct rvm_path_view *view,
		     unsigned int level)
{
	const void *anchor = scope->anchor;

	return (anchor && anchor == view->id[level]) || rvm_scope_is_in_place(scope, view, level);
}

/* Skips the level of the anchor itself: its scopes were found there already. */
static bool is_stood_for(const struct rvm_climb *climb, const struct rvm_scope *scope,
			 unsigned int n)
{
	const struct rvm_place *place = rvm_scope_place(scope, n);
	const struct rvm_path_view *view = climb->view;
	unsigned int level = view->depth - place->depth;

	return place->depth && place->depth + climb->from <= view->depth &&
	       is_in_place(place, view, level) && scope->anchor != view->id[level];
}

/* Which of its places, if any, holds something else. */
static unsigned int find_place(const struct rvm_climb *climb, const struct rvm_scope *scope)
{
	unsigned int n;

	for (n = 0; n < RVM_SCOPE_PLACES && !is_stood_for(climb, scope, n); n++)
		;
	return n;
}

static const struct rvm_scope *next_of_group(struct rvm_climb *climb, u32 group)
{
	const struct rvm_index *index = climb->index;

	climb->at = climb->inside ? index->next[climb->at] : index->first[group];
	climb->inside = true;
	for (; climb->at != RVM_CHAIN_END; climb->at = index->next[climb->at])
		if (index->group[climb->at] == group)
			return index->core[climb->at]->scope;
	climb->inside = false;
	return NULL;
}

static const struct rvm_scope *next_by_name(struct rvm_climb *climb)
{
	const struct rvm_index *index = climb->index;

	for (; climb->group < index->groups; climb->group++) {
		const struct rvm_scope *scope = index->core[index->first[climb->group]]->scope;
		unsigned int n = climb->inside ? 0 : find_place(climb, scope);

		if (n == RVM_SCOPE_PLACES)
			continue;
		if (!climb->inside)
			climb->level = climb->view->depth - rvm_scope_place(scope, n)->depth;
		scope = next_of_group(climb, climb->group);
		if (scope)
			return scope;
	}
	return NULL;
}

/* Does place @n of a group hold something else, and none before it? */
static bool is_first_place(const struct rvm_climb *climb, u32 group, unsigned int n)
{
	const struct rvm_index *index = climb->index;
	const struct rvm_scope *scope = index->core[index->first[group]]->scope;

	return climb->level + rvm_scope_place(scope, n)->depth == climb->view->depth &&
	       find_place(climb, scope) == n;
}

/* Likewise, but only of the places whose depth and first name are found on the way. */
static const struct rvm_scope *next_by_place(struct rvm_climb *climb)
{
	const struct rvm_index *index = climb->index;
	const struct rvm_path_view *view = climb->view;

	for (; climb->level < view->depth; climb->level++, climb->started = false) {
		u32 key = key_of_place(view->depth - climb->level,
				       view->part[RVM_NAME_ALL].hash[climb->level]);

		if (!climb->started)
			climb->group = index->placed[key & index->mask];
		climb->started = true;
		for (; climb->group != RVM_CHAIN_END;
		     climb->group = index->placed_next[climb->group]) {
			u32 group = climb->group / RVM_SCOPE_PLACES;
			const struct rvm_scope *scope = NULL;

			if (climb->inside ||
			    is_first_place(climb, group, climb->group % RVM_SCOPE_PLACES))
				scope = next_of_group(climb, group);
			if (scope)
				return scope;
		}
	}
	return NULL;
}

static const struct rvm_scope *next_by_anchor(struct rvm_climb *climb)
{
	const struct rvm_index *index = climb->index;

	for (; climb->level <= climb->view->depth; climb->level++) {
		const void *id = climb->view->id[climb->level];

		climb->at =
			READ_ONCE(*(climb->inside ? &index->next[climb->at] :
						    &index->bucket[hash_anchor(id) & index->mask]));
		climb->inside = true;
		/* An object that does not exist yet has no identity. */
		for (; id && climb->at != RVM_CHAIN_END;
		     climb->at = READ_ONCE(index->next[climb->at])) {
			const struct rvm_scope *scope = index->core[climb->at]->scope;

			if (scope->anchor == id && scope->class != RVM_CLASS_EXEC)
				return scope;
		}
		climb->inside = false;
	}
	return NULL;
}

static const struct rvm_scope *next_of_key(struct rvm_climb *climb, const void *id)
{
	const struct rvm_index *index = climb->index;

	climb->at = READ_ONCE(*(climb->inside ? &index->keyed_next[climb->at] :
						&index->keyed[climb->key & index->mask]));
	climb->inside = true;
	for (; climb->at != RVM_CHAIN_END; climb->at = READ_ONCE(index->keyed_next[climb->at]))
		if (index->key[climb->at] == climb->key &&
		    index->core[climb->at]->scope->anchor == id)
			return index->core[climb->at]->scope;
	climb->inside = false;
	return NULL;
}

/* The first names of a view. */
static u64 names_below(unsigned int level)
{
	return level < 64 ? BIT_ULL(level) - 1 : ~0ULL;
}

static void find_wanted(struct rvm_climb *climb)
{
	const struct rvm_path_view *view = climb->view;
	unsigned int part;

	for (part = 0; part < RVM_NAME_PARTS; part++) {
		const u32 *hash = view->part[part].hash;
		u64 left = view->part[part].fresh, bit;

		climb->wanted[part] = 0;
		for (; left; left ^= bit) {
			bit = left & -left;
			if (is_marked(climb->index, hash[__ffs64(left)]))
				climb->wanted[part] |= bit;
		}
	}
	climb->begun = true;
}

/* The next chain of an anchor: after the one that needs no name, one for each name below it. */
static bool next_chain(struct rvm_climb *climb, u32 anchor)
{
	unsigned int name;

	while (!climb->left) {
		if (!climb->part--)
			return false;
		climb->left = climb->wanted[climb->part] & names_below(climb->level);
	}
	name = __ffs64(climb->left);
	climb->left &= climb->left - 1;
	climb->key = key_of(anchor, climb->view->part[climb->part].hash[name]);
	return true;
}

static const struct rvm_scope *next_of_anchor(struct rvm_climb *climb, const void *id, u32 anchor)
{
	const struct rvm_scope *scope;

	do {
		scope = next_of_key(climb, id);
	} while (!scope && next_chain(climb, anchor));
	return scope;
}

static const struct rvm_scope *next_match(struct rvm_climb *climb)
{
	const struct rvm_path_view *view = climb->view;
	const struct rvm_index *index = climb->index;
	const struct rvm_scope *scope;

	if (!climb->begun)
		find_wanted(climb);
	for (; climb->level <= view->depth; climb->level++) {
		const void *id = view->id[climb->level];
		u32 anchor = hash_anchor(id);

		if (!climb->inside) {
			/* Nothing is anchored at most directories. */
			if (!id || READ_ONCE(index->bucket[anchor & index->mask]) == RVM_CHAIN_END)
				continue;
			climb->part = RVM_NAME_PARTS;
			climb->key = key_of(anchor, 0);
		}
		scope = next_of_anchor(climb, id, anchor);
		if (scope)
			return scope;
	}
	return NULL;
}

const struct rvm_scope *rvm_climb_next(struct rvm_climb *climb)
{
	const struct rvm_scope *scope;
	/* Where a name may be another spelling, none is left out for its name. */
	bool match = climb->match && climb->view && climb->view->noted && !climb->view->aliases;

	if (!climb->index || !climb->view || rvm_is_stopped(&climb->stop))
		return NULL;
	if (!climb->named) {
		if (climb->level < climb->from)
			climb->level = climb->from;
		scope = match ? next_match(climb) : next_by_anchor(climb);
		if (scope)
			return scope;
		climb->named = true;
		climb->level = climb->from;
	}
	if (!climb->index->groups)
		return NULL;
	return match ? next_by_place(climb) : next_by_name(climb);
}

bool rvm_index_names_above(const struct rvm_index *index, const struct rvm_path_view *view,
			   unsigned int least)
{
	u32 n, i;

	for (n = 0; index && view && n < index->groups; n++)
		for (i = 0; i < RVM_SCOPE_PLACES; i++) {
			const struct rvm_place *place =
				rvm_scope_place(index->core[index->first[n]]->scope, i);

			if (place->depth && place->depth >= view->depth + least &&
			    are_same_names(place, place->depth - view->depth, view, 0))
				return true;
		}
	return false;
}

bool rvm_index_names_beside(const struct rvm_index *index, const struct rvm_path_view *view)
{
	u32 n, i;

	for (n = 0; index && view && view->depth && n < index->groups; n++)
		for (i = 0; i < RVM_SCOPE_PLACES; i++) {
			const struct rvm_place *place =
				rvm_scope_place(index->core[index->first[n]]->scope, i);

			if (place->depth && are_same_names(place, 1, view, 1))
				return true;
		}
	return false;
}
