// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding tokens and exclusions: those with an anchor by the anchor, programs by the base
 * name of their program word, because a rule binds that name, and by the anchor too, and
 * the others by class.
 */
#include <linux/bitops.h>
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

/* Eight bytes, the same for both cases of a letter. */
static u64 word_at(const char *text)
{
	u64 word;

	memcpy(&word, text, sizeof(word));
	return word | 0x2020202020202020ULL;
}

/* Names that are the same but for the case of letters have the same. */
static u32 hash_name(const struct rvm_name *name)
{
	const char *text = name->text;
	size_t len = name->len, at;
	u64 hash = len;

	if (len >= 8) {
		for (at = 0; at + 8 < len; at += 8)
			hash = (hash ^ word_at(text + at)) * 0x9e3779b97f4a7c15ULL;
		hash ^= word_at(text + len - 8);
	} else if (len >= 4) {
		hash ^= rvm_leaf_word(text) ^ (u64)rvm_leaf_word(text + len - 4) << 32;
	} else if (len) {
		hash ^= rvm_leaf_few(text, len);
	}
	hash *= 0x9e3779b97f4a7c15ULL;
	return hash >> 32;
}

static u32 hash_end(const char *text)
{
	u32 hash = rvm_leaf_few(text, RVM_NAME_END_BYTES) * 0x9e3779b1U;

	return hash ^ hash >> 15;
}

/* 0 for a name that is too short.  Parts of different kinds never have the same. */
static u32 hash_part(const struct rvm_name *name, enum rvm_name_part part)
{
	const char *text = name->text;
	u32 hash;

	if (part != RVM_NAME_ALL && name->len < RVM_NAME_END_BYTES)
		return 0;
	if (part == RVM_NAME_TAIL)
		text += name->len - RVM_NAME_END_BYTES;
	hash = part == RVM_NAME_ALL ? hash_name(name) : hash_end(text);
	return hash >> 2 | (part + 1) << 30;
}

static bool is_fresh(const u32 *hash, unsigned int i)
{
	unsigned int k;

	for (k = 0; k < i && hash[k] != hash[i]; k++)
		;
	return k == i;
}

static void note_part(struct rvm_path_view *view, enum rvm_name_part part)
{
	u32 *hash = view->part[part].hash;
	u64 fresh = 0, seen = 0, bit;
	unsigned int i;

	for (i = 0; i < view->depth; i++) {
		hash[i] = hash_part(&view->name[i], part);
		bit = BIT_ULL(hash[i] % 64);
		/* Mostly nothing need be compared. */
		if (hash[i] && (!(seen & bit) || is_fresh(hash, i)))
			fresh |= BIT_ULL(i);
		else if (hash[i])
			view->repeats = true;
		seen |= bit;
	}
	view->part[part].fresh = fresh;
}

void rvm_view_note_names(struct rvm_path_view *view)
{
	view->repeats = false;
	note_part(view, RVM_NAME_ALL);
	note_part(view, RVM_NAME_HEAD);
	note_part(view, RVM_NAME_TAIL);
	view->noted = true;
}

void rvm_view_forget_leaf(struct rvm_path_view *view)
{
	unsigned int part;

	view->name[0] = (struct rvm_name){ .text = "" };
	view->id[0] = NULL;
	/* A name further up may be looked up in place of this one. */
	if (!view->noted || view->repeats) {
		rvm_view_note_names(view);
		return;
	}
	for (part = 0; part < RVM_NAME_PARTS; part++) {
		view->part[part].hash[0] = hash_part(&view->name[0], part);
		view->part[part].fresh &= ~1ULL;
	}
}

/* @part: Hash of a name or of a part of one; 0 for patterns that need none. */
static u32 key_of(u32 anchor, u32 part)
{
	return anchor ^ part;
}

/* The names of a place are compared only where its depth and first name are the same. */
static u32 key_of_place(u32 depth, u32 name)
{
	return depth * 0x9e3779b1U ^ name;
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

/* Whatever the pattern matches has a name like this below the anchor. */
static u32 part_needed(const struct rvm_scope *scope)
{
	struct rvm_name name;

	if (!scope->glob)
		return 0;
	if (rvm_glob_plain_segment(scope->glob, &name))
		return hash_part(&name, RVM_NAME_ALL);
	if (rvm_glob_plain_end(scope->glob, RVM_NAME_END_BYTES, false, &name))
		return hash_part(&name, RVM_NAME_HEAD);
	if (rvm_glob_plain_end(scope->glob, RVM_NAME_END_BYTES, true, &name))
		return hash_part(&name, RVM_NAME_TAIL);
	return 0;
}

static bool is_marked(const struct rvm_index *index, u32 part)
{
	return rvm_leaf_is_marked(index->parts, part % RVM_INDEX_PART_BITS);
}

static void join_key(struct rvm_index *index, u32 i)
{
	const struct rvm_scope *scope = index->core[i]->scope;
	u32 *chain, part;

	index->key[i] = 0;
	index->keyed_next[i] = RVM_CHAIN_END;
	if (!scope->anchor || (scope->class != RVM_CLASS_PATH && scope->class != RVM_CLASS_NET))
		return;
	part = part_needed(scope);
	if (part)
		rvm_leaf_mark(index->parts, part % RVM_INDEX_PART_BITS);
	index->key[i] = key_of(hash_anchor(scope->anchor), part);
	chain = &index->keyed[index->key[i] & index->mask];
	index->keyed_next[i] = *chain;
	*chain = i;
}

static void chain_places(struct rvm_index *index)
{
	u32 group, n, *chain;

	for (group = 0; group < index->groups; group++)
		for (n = 0; n < RVM_SCOPE_PLACES; n++) {
			const struct rvm_place *place =
				&index->core[index->first[group]]->scope->place[n];

			if (!place->depth)
				continue;
			chain = &index->placed[key_of_place(place->depth, hash_part(&place->name[0],
										    RVM_NAME_ALL)) &
					       index->mask];
			index->placed_next[group * RVM_SCOPE_PLACES + n] = *chain;
			*chain = group * RVM_SCOPE_PLACES + n;
		}
}

/* By the anchor that it has now: if that is lost, the scope no longer names a file. */
static void chain_file(struct rvm_index *index, u32 i)
{
	const struct rvm_scope *scope = index->core[i]->scope;
	const void *anchor = scope->anchor;
	u32 *chain = &index->file[hash_anchor(anchor) & index->mask];

	index->next_file[i] = RVM_CHAIN_END;
	if (!anchor || !rvm_scope_names_program(scope))
		return;
	index->next_file[i] = *chain;
	*chain = i;
}

void rvm_index_build(struct rvm_index *index)
{
	u32 i, *chain;

	for (i = 0; i <= index->mask; i++) {
		index->bucket[i] = RVM_CHAIN_END;
		index->keyed[i] = RVM_CHAIN_END;
		if (index->group)
			index->placed[i] = RVM_CHAIN_END;
		index->file[i] = RVM_CHAIN_END;
	}
	for (i = 0; i <= RVM_CLASS_SYS; i++)
		index->head[i] = RVM_CHAIN_END;
	index->groups = 0;
	memset(index->parts, 0, sizeof(index->parts));
	/* From the end, so that the indices in each chain rise. */
	for (i = index->count; i--;) {
		const struct rvm_scope *scope = index->core[i]->scope;

		chain = chain_of(index, scope);
		index->next[i] = chain ? *chain : RVM_CHAIN_END;
		if (index->group)
			join_group(index, i, index->next[i]);
		if (chain)
			*chain = i;
		join_key(index, i);
		chain_file(index, i);
	}
	chain_places(index);
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

void rvm_index_add_told(const struct rvm_index *index, struct rvm_leaf_set *set)
{
	u32 i, n, k;

	for (i = 0; i < index->count; i++) {
		const struct rvm_scope *scope = index->core[i]->scope;

		if (scope->glob)
			rvm_leaf_set_add_all(set, scope->glob);
		for (n = 0; n < RVM_SCOPE_PLACES; n++)
			for (k = 0; k < scope->place[n].depth; k++)
				rvm_leaf_set_add_name(set, &scope->place[n].name[k]);
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
static bool is_stood_for(const struct rvm_climb *climb, const struct rvm_scope *scope,
			 unsigned int n)
{
	const struct rvm_place *place = &scope->place[n];
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
			climb->level = climb->view->depth - scope->place[n].depth;
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

	return climb->level + scope->place[n].depth == climb->view->depth &&
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

static const struct rvm_scope *next_of_key(struct rvm_climb *climb, const void *id)
{
	const struct rvm_index *index = climb->index;

	climb->at = climb->inside ? index->keyed_next[climb->at] :
				    index->keyed[climb->key & index->mask];
	climb->inside = true;
	for (; climb->at != RVM_CHAIN_END; climb->at = index->keyed_next[climb->at])
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

		/* Nothing is anchored at most directories. */
		if (!id || index->bucket[anchor & index->mask] == RVM_CHAIN_END)
			continue;
		if (!climb->inside) {
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

u32 rvm_index_file(const struct rvm_index *index, const void *program)
{
	return index->file[hash_anchor(program) & index->mask];
}
