// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making and changing indices of tokens and exclusions: those with an anchor are found by
 * the anchor, programs by the base name of their program word, because a rule binds that
 * name, and by the anchor too, and the others by class.
 *
 * Each chain can be followed while its first entry is added, or any is removed.  One that
 * was removed keeps the link to what was next.
 */
#include <asm/barrier.h>
#include <linux/bits.h>
#include <linux/string.h>

#include "lib/judge/index.h"
#include "lib/judge/index_priv.h"
#include "lib/judge/view.h"
#include "lib/pattern/argv.h"

/*
 * What is before an entry: another, or a head.  Heads of @bucket are counted from 0, those of
 * @head follow; of @keyed the key tells.
 */
#define IS_HEAD BIT(31)
/* It is in no chain. */
#define IS_OUT (RVM_CHAIN_END - 1)

u32 rvm_index_buckets(u32 count)
{
	u32 buckets = 1;

	while (buckets < count && buckets < BIT(31))
		buckets <<= 1;
	return buckets;
}

/* Most names are to have none that is marked, however many entries there are. */
static u32 part_bits(u32 buckets)
{
	u32 bits = RVM_INDEX_PART_BITS_MIN;

	while (bits / RVM_INDEX_PART_BITS < buckets && bits < BIT(31))
		bits <<= 1;
	return bits;
}

size_t rvm_index_links(enum rvm_index_kind kind, u32 room, u32 buckets)
{
	size_t links = 2 * (size_t)buckets + 3 * (size_t)room + part_bits(buckets) / 32;

	if (kind == RVM_INDEX_GRANTS)
		links += 2 * (size_t)room;
	if (kind == RVM_INDEX_EXCLUSIONS)
		links += buckets + (2 + RVM_SCOPE_PLACES) * (size_t)room;
	return links;
}

static u32 *cut(u32 **links, size_t count)
{
	u32 *first = *links;

	*links += count;
	return first;
}

static void empty_chains(struct rvm_index *index)
{
	u32 i;

	for (i = 0; i <= index->mask; i++) {
		index->bucket[i] = RVM_CHAIN_END;
		index->keyed[i] = RVM_CHAIN_END;
		if (index->group)
			index->placed[i] = RVM_CHAIN_END;
	}
	for (i = 0; i <= RVM_CLASS_SYS; i++)
		index->head[i] = RVM_CHAIN_END;
	index->groups = 0;
	memset(index->parts, 0, (index->parts_mask / 32 + 1) * sizeof(*index->parts));
}

void rvm_index_init(struct rvm_index *index, enum rvm_index_kind kind, u32 room, u32 buckets,
		    u32 *links)
{
	*index = (struct rvm_index){
		.core = index->core,
		.mask = buckets - 1,
		.parts_mask = part_bits(buckets) - 1,
	};
	index->bucket = cut(&links, buckets);
	index->keyed = cut(&links, buckets);
	index->next = cut(&links, room);
	index->keyed_next = cut(&links, room);
	index->key = cut(&links, room);
	index->parts = cut(&links, part_bits(buckets) / 32);
	if (kind == RVM_INDEX_GRANTS) {
		index->prev = cut(&links, room);
		index->keyed_prev = cut(&links, room);
	}
	if (kind == RVM_INDEX_EXCLUSIONS) {
		index->placed = cut(&links, buckets);
		index->group = cut(&links, room);
		index->first = cut(&links, room);
		index->placed_next = cut(&links, RVM_SCOPE_PLACES * (size_t)room);
	}
	empty_chains(index);
}

static u32 hash_word(const char *word, size_t len)
{
	u32 hash = 2166136261u;

	while (len--)
		hash = (hash ^ (u8)*word++) * 16777619u;
	return hash;
}

static u32 head_of_word(const struct rvm_index *index, const struct rvm_scope *scope)
{
	size_t len = strnlen(scope->text, scope->len);
	const char *word = rvm_base_name(scope->text, &len);

	return hash_word(word, len) & index->mask;
}

static bool has_anchor(const struct rvm_scope *scope, const void *anchor)
{
	return anchor && (scope->class == RVM_CLASS_PATH || scope->class == RVM_CLASS_NET);
}

/* By the anchor that it has now: if that is lost, the scope no longer names a file. */
static u32 head_of(const struct rvm_index *index, const struct rvm_scope *scope, const void *anchor)
{
	if (rvm_scope_names_program(scope))
		return head_of_word(index, scope);
	if (has_anchor(scope, anchor))
		return hash_anchor(anchor) & index->mask;
	return index->mask + 1 + scope->class;
}

static u32 *head_at(struct rvm_index *index, u32 number)
{
	return number <= index->mask ? &index->bucket[number] :
				       &index->head[number - index->mask - 1];
}

/* In front, so that an entry is whole before it is found. */
static void put_first(u32 *head, u32 *next, u32 *prev, u32 at, u32 number)
{
	next[at] = *head;
	if (prev) {
		prev[at] = IS_HEAD | number;
		if (*head != RVM_CHAIN_END)
			prev[*head] = at;
	}
	/* All of it is written before; whoever finds it reads what depends on @at. */
	smp_store_release(head, at);
}

static void take_out(u32 *head, u32 *next, u32 *prev, u32 at)
{
	u32 before = prev[at], after = next[at];

	WRITE_ONCE(*(before & IS_HEAD ? head : &next[before]), after);
	if (after != RVM_CHAIN_END)
		prev[after] = before;
	prev[at] = IS_OUT;
}

static bool is_same_place(const struct rvm_place *a, const struct rvm_place *b)
{
	u16 i;

	if (a->depth != b->depth || a->root != b->root)
		return false;
	for (i = 0; i < a->depth; i++)
		if (!rvm_name_is_same(&a->name[i], &b->name[i], false))
			return false;
	return true;
}

static bool is_same_group(const struct rvm_scope *a, const struct rvm_scope *b)
{
	unsigned int i;

	if (a->class != b->class || a->anchor != b->anchor)
		return false;
	for (i = 0; i < RVM_SCOPE_PLACES; i++)
		if (!is_same_place(rvm_scope_place(a, i), rvm_scope_place(b, i)))
			return false;
	return true;
}

static bool has_place(const struct rvm_scope *scope)
{
	unsigned int i;

	for (i = 0; i < RVM_SCOPE_PLACES; i++)
		if (rvm_scope_place(scope, i)->depth)
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
		return rvm_name_hash(&name, RVM_NAME_ALL);
	if (rvm_glob_plain_end(scope->glob, RVM_NAME_END_BYTES, false, &name))
		return rvm_name_hash(&name, RVM_NAME_HEAD);
	if (rvm_glob_plain_end(scope->glob, RVM_NAME_END_BYTES, true, &name))
		return rvm_name_hash(&name, RVM_NAME_TAIL);
	return 0;
}

static void mark(struct rvm_index *index, u32 part)
{
	u32 bit = part & index->parts_mask;

	index->parts[bit / 32] |= BIT(bit % 32);
}

static u32 find_key(struct rvm_index *index, const struct rvm_scope *scope, const void *anchor)
{
	u32 part;

	if (rvm_scope_names_program(scope))
		return key_of(hash_anchor(anchor), PART_FILE);
	part = part_needed(scope);
	if (part)
		mark(index, part);
	return key_of(hash_anchor(anchor), part);
}

static void join_key(struct rvm_index *index, u32 at, const struct rvm_scope *scope,
		     const void *anchor)
{
	u32 key;

	if (index->keyed_prev)
		index->keyed_prev[at] = IS_OUT;
	if (!anchor || (!has_anchor(scope, anchor) && !rvm_scope_names_program(scope)))
		return;
	key = find_key(index, scope, anchor);
	index->key[at] = key;
	put_first(&index->keyed[key & index->mask], index->keyed_next, index->keyed_prev, at, 0);
}

void rvm_index_add(struct rvm_index *index, u32 at)
{
	const struct rvm_scope *scope = index->core[at]->scope;
	/* Once: it may be lost meanwhile. */
	const void *anchor = READ_ONCE(scope->anchor);
	u32 number = head_of(index, scope, anchor);

	put_first(head_at(index, number), index->next, index->prev, at, number);
	join_key(index, at, scope, anchor);
}

void rvm_index_remove(struct rvm_index *index, u32 at)
{
	u32 *head = head_at(index, index->prev[at] & ~IS_HEAD);

	if (index->keyed_prev[at] != IS_OUT)
		take_out(&index->keyed[index->key[at] & index->mask], index->keyed_next,
			 index->keyed_prev, at);
	take_out(head, index->next, index->prev, at);
}

bool rvm_index_has(const struct rvm_index *index, u32 at)
{
	return READ_ONCE(index->prev[at]) != IS_OUT;
}

static void chain_places(struct rvm_index *index)
{
	u32 group, n, *chain;

	for (group = 0; group < index->groups; group++)
		for (n = 0; n < RVM_SCOPE_PLACES; n++) {
			const struct rvm_place *place =
				rvm_scope_place(index->core[index->first[group]]->scope, n);

			if (!place->depth)
				continue;
			chain = &index->placed[key_of_place(place->depth,
							    rvm_name_hash(&place->name[0],
									  RVM_NAME_ALL)) &
					       index->mask];
			index->placed_next[group * RVM_SCOPE_PLACES + n] = *chain;
			*chain = group * RVM_SCOPE_PLACES + n;
		}
}

void rvm_index_build(struct rvm_index *index)
{
	u32 i;

	empty_chains(index);
	/* From the end, so that the indices in each chain rise. */
	for (i = index->count; i--;) {
		rvm_index_add(index, i);
		if (index->group)
			join_group(index, i, index->next[i]);
	}
	chain_places(index);
}

/* What has the anchor's own name is not an ordinary file of its directory either. */
static void add_own_names(struct rvm_leaf_set *set, const struct rvm_scope *scope)
{
	unsigned int i;

	for (i = 0; i < RVM_SCOPE_PLACES; i++)
		if (rvm_scope_place(scope, i)->depth)
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

void rvm_scope_add_told(const struct rvm_scope *scope, struct rvm_leaf_set *set)
{
	u32 n, k;

	if (scope->glob)
		rvm_leaf_set_add_all(set, scope->glob);
	for (n = 0; n < RVM_SCOPE_PLACES; n++)
		for (k = 0; k < rvm_scope_place(scope, n)->depth; k++)
			rvm_leaf_set_add_name(set, &scope->place[n].name[k]);
}

void rvm_index_add_told(const struct rvm_index *index, struct rvm_leaf_set *set)
{
	u32 i;

	for (i = 0; i < index->count; i++)
		rvm_scope_add_told(index->core[i]->scope, set);
}

u32 rvm_index_program(const struct rvm_index *index, const struct rvm_name *name)
{
	return READ_ONCE(index->bucket[hash_word(name->text, name->len) & index->mask]);
}

u32 rvm_index_file(const struct rvm_index *index, const void *program)
{
	return READ_ONCE(index->keyed[key_of(hash_anchor(program), PART_FILE) & index->mask]);
}
