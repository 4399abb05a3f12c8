// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which rows of a table are the same as in the one before.
 */

#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "table/keep.h"
#include "table/table.h"

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool is_same_place(const struct rvm_place *a, const struct rvm_place *b)
{
	u16 i;

	if (a->depth != b->depth || a->root != b->root)
		return false;
	for (i = 0; i < a->depth; i++)
		if (a->name[i].len != b->name[i].len ||
		    memcmp(a->name[i].text, b->name[i].text, a->name[i].len))
			return false;
	return true;
}

/* Two that are both nowhere are not the same: one may have been found since. */
static bool is_same_scope(const struct rvm_scope_object *a, const struct rvm_scope_object *b)
{
	const struct rvm_scope *x = &a->scope, *y = &b->scope;
	unsigned int i;

	if (x->class != y->class || x->family != y->family || x->flags != y->flags ||
	    x->len != y->len || a->anchor != b->anchor ||
	    (a->anchor && rvm_anchor_is_lost(a->anchor)) || memcmp(x->text, y->text, x->len) ||
	    memcmp(&x->range, &y->range, sizeof(x->range)) ||
	    !is_same_text(a->resource, b->resource) ||
	    !is_same_text(a->anchor_path, b->anchor_path))
		return false;
	for (i = 0; i < RVM_SCOPE_PLACES; i++)
		if (!is_same_place(rvm_scope_place(x, i), rvm_scope_place(y, i)))
			return false;
	return true;
}

/* It was seen expired, and then the clock was set back: a row that is loaded now holds. */
static bool is_over_early(const struct rvm_token_core *core)
{
	return READ_ONCE(core->flags) & RVM_TOKEN_FLAG_EXPIRED &&
	       core->expires_at > ktime_get_real_seconds();
}

/* A GRANT_ONCE that was used belongs to the row all the same. */
static bool is_same_token(const struct rvm_token *old, const struct rvm_token *new)
{
	const struct rvm_token_core *x = &old->core, *y = &new->core;

	return !is_over_early(x) && x->born == y->rights && x->type == y->type &&
	       x->tier == y->tier && x->expires_at == y->expires_at && x->badge == y->badge &&
	       x->within == y->within && x->opens == y->opens &&
	       is_same_text(x->within_name, y->within_name) &&
	       is_same_scope(old->object, new->object);
}

static u32 hash_token(const struct rvm_token *token, u8 rights)
{
	const struct rvm_scope *scope = &token->object->scope;
	u32 hash = jhash(scope->text, scope->len, scope->class);

	hash = jhash_2words(hash, rights, (u32)token->core.badge);
	return jhash(&scope->range, sizeof(scope->range), hash);
}

/* The tokens of a table by their hash, each to be taken once. */
struct finder {
	u32 mask;
	u32 *head;
	u32 *next;
};

static void free_finder(struct finder *f)
{
	kvfree(f->head);
	kvfree(f->next);
}

static int fill_finder(struct finder *f, const struct rvm_table *old, u32 epoch)
{
	u32 i, *chain;

	f->mask = old->tokens.mask;
	f->head = kvmalloc_array(f->mask + 1, sizeof(u32), GFP_KERNEL_ACCOUNT);
	f->next = kvmalloc_array(old->tokens.count + 1, sizeof(u32), GFP_KERNEL_ACCOUNT);
	if (!f->head || !f->next)
		return -ENOMEM;
	for (i = 0; i <= f->mask; i++)
		f->head[i] = RVM_CHAIN_END;
	/* From the end: of rows that stand twice the first is found first. */
	for (i = old->tokens.count; i--;) {
		if (old->token[i]->core.epoch != epoch)
			continue;
		chain = &f->head[hash_token(old->token[i], old->token[i]->core.born) & f->mask];
		f->next[i] = *chain;
		*chain = i;
	}
	return 0;
}

static struct rvm_token *take(struct finder *f, const struct rvm_table *old,
			      const struct rvm_token *token)
{
	u32 *at = &f->head[hash_token(token, token->core.rights) & f->mask];

	for (; *at != RVM_CHAIN_END; at = &f->next[*at]) {
		struct rvm_token *found = old->token[*at];

		if (!is_same_token(found, token))
			continue;
		*at = f->next[*at];
		return found;
	}
	return NULL;
}

int rvm_table_keep(struct rvm_table *table, const struct rvm_table *old, u32 epoch)
{
	struct finder finder = {};
	int kept = 0, err;
	u32 i;

	if (!old)
		return 0;
	err = fill_finder(&finder, old, epoch);
	for (i = 0; !err && i < table->tokens.count; i++) {
		struct rvm_token *token = take(&finder, old, table->token[i]);

		cond_resched();
		if (!token)
			continue;
		table->token[i] = token;
		/* Its scope is equal, so that it is found where the other would be. */
		table->tokens.core[i] = &token->core;
		kept++;
	}
	free_finder(&finder);
	return err ?: kept;
}

static bool has_same_exclusions(const struct rvm_table *a, const struct rvm_table *b)
{
	u32 i;

	if (a->exclusions.count != b->exclusions.count)
		return false;
	for (i = 0; i < a->exclusions.count; i++)
		if (a->exclusion[i]->core.rights != b->exclusion[i]->core.rights ||
		    !is_same_scope(a->exclusion[i]->object, b->exclusion[i]->object))
			return false;
	return true;
}

bool rvm_table_is_same(const struct rvm_table *table, const struct rvm_table *old)
{
	u32 i;

	if (!old || table->tokens.count != old->tokens.count ||
	    memcmp(table->digest, old->digest, sizeof(table->digest)) ||
	    !is_same_text(table->source, old->source) ||
	    !is_same_text(table->workspace, old->workspace))
		return false;
	for (i = 0; i < table->tokens.count; i++)
		if (table->token[i] != old->token[i])
			return false;
	return has_same_exclusions(table, old);
}
