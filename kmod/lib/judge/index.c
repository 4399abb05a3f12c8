// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding tokens and exclusions: those with an anchor by the anchor, programs by the base
 * name of their program word, because a rule binds that name, and the others by class.
 */
#include <linux/bits.h>
#include <linux/string.h>

#include "lib/judge/index.h"
#include "lib/pattern/argv.h"

u32 rvm_index_buckets(u32 count)
{
	u32 buckets = 1;

	while (buckets < count && buckets < BIT(31))
		buckets <<= 1;
	return buckets;
}

static u32 hash_anchor(const void *anchor)
{
	return ((u64)(unsigned long)anchor * 0x9e3779b97f4a7c15ULL) >> 32;
}

static u32 hash_word(const char *word, size_t len)
{
	u32 hash = 2166136261u;

	while (len--)
		hash = (hash ^ (u8)*word++) * 16777619u;
	return hash;
}

static u32 *chain_of(struct rvm_index *index, const struct rvm_scope *scope)
{
	const void *anchor = scope->anchor;
	const char *word;
	size_t len;

	if (rvm_scope_names_program(scope)) {
		len = strnlen(scope->text, scope->len);
		word = rvm_base_name(scope->text, &len);
		return &index->bucket[hash_word(word, len) & index->mask];
	}
	if (anchor && (scope->class == RVM_CLASS_PATH || scope->class == RVM_CLASS_NET))
		return &index->bucket[hash_anchor(anchor) & index->mask];
	return scope->class <= RVM_CLASS_SYS ? &index->head[scope->class] : NULL;
}

static u8 lower(u8 c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static bool is_same_name(const struct rvm_name *a, const struct rvm_name *b, bool nocase)
{
	u16 i;

	if (a->len != b->len)
		return false;
	for (i = 0; i < a->len; i++)
		if (a->text[i] != b->text[i] && (!nocase || lower(a->text[i]) != lower(b->text[i])))
			return false;
	return true;
}

static bool is_same_place(const struct rvm_place *a, const struct rvm_place *b)
{
	u16 i;

	if (a->depth != b->depth || a->root != b->root)
		return false;
	for (i = 0; i < a->depth; i++)
		if (!is_same_name(&a->name[i], &b->name[i], false))
			return false;
	return true;
}

static bool is_same_group(const struct rvm_scope *a, const struct rvm_scope *b)
{
	unsigned int i;

	if (a->class != b->class || a->anchor != b->anchor)
		return false;
	for (i = 0; i < RVM_SCOPE_PLACES; i++)
		if (!is_same_place(&a->place[i], &b->place[i]))
			return false;
	return true;
}

static bool has_place(const struct rvm_scope *scope)
{
	unsigned int i;

	for (i = 0; i < RVM_SCOPE_PLACES; i++)
		if (scope->place[i].depth)
			return scope->class == RVM_CLASS_PATH || scope->class == RVM_CLASS_NET;
	return false;
}

/*
 * Many exclusions have one of a few anchors: each place is compared once for all of them.
 * Entries are added from the last to the first and @chain holds those that follow, so the
 * last one added to a group is its first.
 */
static void join_group(struct rvm_index *index, u32 i, u32 chain)
{
	const struct rvm_scope *scope = index->core[i]->scope;
	u32 at;

	index->group[i] = RVM_CHAIN_END;
	if (!has_place(scope))
		return;
	for (at = chain; at != RVM_CHAIN_END; at = index->next[at])
		if (index->group[at] != RVM_CHAIN_END &&
		    is_same_group(index->core[at]->scope, scope))
			break;
	index->group[i] = at != RVM_CHAIN_END ? index->group[at] : index->groups++;
	index->first[index->group[i]] = i;
}

void rvm_index_build(struct rvm_index *index)
{
	u32 i, *chain;

	for (i = 0; i <= index->mask; i++)
		index->bucket[i] = RVM_CHAIN_END;
	for (i = 0; i <= RVM_CLASS_SYS; i++)
		index->head[i] = RVM_CHAIN_END;
	index->groups = 0;
	/* From the end, so that the indices in each chain rise. */
	for (i = index->count; i--;) {
		const struct rvm_scope *scope = index->core[i]->scope;

		chain = chain_of(index, scope);
		index->next[i] = chain ? *chain : RVM_CHAIN_END;
		if (index->group)
			join_group(index, i, index->next[i]);
		if (chain)
			*chain = i;
	}
}

/* What has the anchor's own name is not an ordinary file of its directory either. */
static void add_own_names(struct rvm_leaf_set *set, const struct rvm_scope *scope)
{
	unsigned int i;

	for (i = 0; i < RVM_SCOPE_PLACES; i++)
		if (scope->place[i].depth)
			rvm_leaf_set_add_name(set, &scope->place[i].name[0]);
}

void rvm_index_leaves(const struct rvm_index *index, struct rvm_leaf_set *set)
{
	u32 i;

	*set = (struct rvm_leaf_set){};
	for (i = 0; i < index->count; i++) {
		const struct rvm_scope *scope = index->core[i]->scope;

		if (scope->class == RVM_CLASS_PATH && scope->glob)
			rvm_leaf_set_add(set, scope->glob);
		add_own_names(set, scope);
	}
}

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
		    !is_same_name(&place->name[skip + i], &view->name[level + i], view->folds))
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
		if (is_in_place(&scope->place[i], view, level))
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
static bool find_place(struct rvm_climb *climb, const struct rvm_scope *scope)
{
	const struct rvm_path_view *view = climb->view;
	unsigned int i;

	for (i = 0; i < RVM_SCOPE_PLACES; i++) {
		const struct rvm_place *place = &scope->place[i];

		if (!place->depth || place->depth + climb->from > view->depth)
			continue;
		climb->level = view->depth - place->depth;
		if (is_in_place(place, view, climb->level) &&
		    scope->anchor != view->id[climb->level])
			return true;
	}
	return false;
}

static const struct rvm_scope *next_by_name(struct rvm_climb *climb)
{
	const struct rvm_index *index = climb->index;

	for (; climb->group < index->groups; climb->group++) {
		if (climb->inside)
			climb->at = index->next[climb->at];
		else if (find_place(climb, index->core[index->first[climb->group]]->scope))
			climb->at = index->first[climb->group];
		else
			continue;
		climb->inside = true;
		for (; climb->at != RVM_CHAIN_END; climb->at = index->next[climb->at])
			if (index->group[climb->at] == climb->group)
				return index->core[climb->at]->scope;
		climb->inside = false;
	}
	return NULL;
}

static const struct rvm_scope *next_by_anchor(struct rvm_climb *climb)
{
	const struct rvm_index *index = climb->index;

	for (; climb->level <= climb->view->depth; climb->level++) {
		const void *id = climb->view->id[climb->level];

		climb->at = climb->inside ? index->next[climb->at] :
					    index->bucket[hash_anchor(id) & index->mask];
		climb->inside = true;
		/* An object that does not exist yet has no identity. */
		for (; id && climb->at != RVM_CHAIN_END; climb->at = index->next[climb->at]) {
			const struct rvm_scope *scope = index->core[climb->at]->scope;

			if (scope->anchor == id && scope->class != RVM_CLASS_EXEC)
				return scope;
		}
		climb->inside = false;
	}
	return NULL;
}

const struct rvm_scope *rvm_climb_next(struct rvm_climb *climb)
{
	const struct rvm_scope *scope;

	if (!climb->index || !climb->view || rvm_is_stopped(&climb->stop))
		return NULL;
	if (!climb->named) {
		if (climb->level < climb->from)
			climb->level = climb->from;
		scope = next_by_anchor(climb);
		if (scope)
			return scope;
		climb->named = true;
	}
	return next_by_name(climb);
}

bool rvm_index_names_above(const struct rvm_index *index, const struct rvm_path_view *view,
			   unsigned int least)
{
	u32 n, i;

	for (n = 0; index && view && n < index->groups; n++)
		for (i = 0; i < RVM_SCOPE_PLACES; i++) {
			const struct rvm_place *place =
				&index->core[index->first[n]]->scope->place[i];

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
				&index->core[index->first[n]]->scope->place[i];

			if (place->depth && are_same_names(place, 1, view, 1))
				return true;
		}
	return false;
}

u32 rvm_index_program(const struct rvm_index *index, const struct rvm_name *name)
{
	return index->bucket[hash_word(name->text, name->len) & index->mask];
}
