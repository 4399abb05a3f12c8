// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding tokens and exclusions: those with an anchor by it, programs by the base
 * name of their program word, because that is what a rule binds; the others by class.
 */
#include <linux/bits.h>
#include <linux/string.h>

#include "argv.h"
#include "index.h"

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

void rvm_index_build(struct rvm_index *index)
{
	u32 i, *chain;

	for (i = 0; i <= index->mask; i++)
		index->bucket[i] = RVM_CHAIN_END;
	for (i = 0; i <= RVM_CLASS_SYS; i++)
		index->head[i] = RVM_CHAIN_END;
	index->leaves = (struct rvm_leaf_set){};
	/* From the end: each chain rises. */
	for (i = index->count; i--;) {
		const struct rvm_scope *scope = index->core[i]->scope;

		if (scope->class == RVM_CLASS_PATH && scope->glob)
			rvm_leaf_set_add(&index->leaves, scope->glob);
		chain = chain_of(index, scope);
		index->next[i] = chain ? *chain : RVM_CHAIN_END;
		if (chain)
			*chain = i;
	}
}

const struct rvm_scope *rvm_climb_next(struct rvm_climb *climb)
{
	const struct rvm_index *index = climb->index;

	if (!index || !climb->view)
		return NULL;
	for (; climb->level <= climb->view->depth; climb->level++) {
		const void *id = climb->view->id[climb->level];

		climb->at = climb->inside ? index->next[climb->at] :
					    index->bucket[hash_anchor(id) & index->mask];
		climb->inside = true;
		/* What does not exist yet has no identity. */
		for (; id && climb->at != RVM_CHAIN_END; climb->at = index->next[climb->at]) {
			const struct rvm_scope *scope = index->core[climb->at]->scope;

			if (scope->anchor == id && scope->class != RVM_CLASS_EXEC)
				return scope;
		}
		climb->inside = false;
	}
	return NULL;
}

u32 rvm_index_program(const struct rvm_index *index, const struct rvm_name *name)
{
	return index->bucket[hash_word(name->text, name->len) & index->mask];
}
