// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables: all tokens and exclusions of a partition, as the judge reads them.
 */

#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "compat.h"
#include "lib/judge/cover.h"
#include "lib/token/derive.h"
#include "limits.h"
#include "table/handles.h"
#include "table/table.h"

static void free_index(struct rvm_index *index, struct rvm_token **entries)
{
	kvfree(index->core);
	/* All links are in one piece. */
	kvfree(index->bucket);
	kvfree(entries);
}

static int make_links(struct rvm_index *index, enum rvm_index_kind kind, u32 room)
{
	u32 buckets = rvm_index_buckets(room);
	u32 *links = kvmalloc_array(rvm_index_links(kind, room, buckets), sizeof(*links),
				    GFP_KERNEL_ACCOUNT);

	if (!links)
		return -ENOMEM;
	rvm_index_init(index, kind, room, buckets, links);
	return 0;
}

/* The tokens stay the batch's until the commit. */
static int build_index(struct rvm_index *index, struct rvm_token ***entries,
		       struct rvm_batch *batch, enum rvm_index_kind kind)
{
	u32 size = max(batch->count, 1u);
	struct rvm_token *token;
	unsigned long i;

	index->core = kvmalloc_array(size, sizeof(*index->core), GFP_KERNEL_ACCOUNT);
	*entries = kvmalloc_array(size, sizeof(**entries), GFP_KERNEL_ACCOUNT);
	if (!index->core || !*entries || make_links(index, kind, size))
		return -ENOMEM;
	index->count = batch->count;
	xa_for_each(&batch->entries, i, token) {
		(*entries)[i] = token;
		index->core[i] = &token->core;
	}
	rvm_index_build(index);
	return 0;
}

void rvm_table_free(struct rvm_table *table)
{
	free_index(&table->tokens, table->token);
	free_index(&table->exclusions, table->exclusion);
	kfree(table->source);
	kfree(table->workspace);
	kfree(table);
}

/* Programs that tokens are within, by the number of their lineage. */
struct lineages {
	/* NULL for one that is no more. */
	const char *name[RVM_LINEAGES_MAX];
	unsigned int count;
};

/* Numbers of names that stay are the same: whoever descends from such a program still does. */
static void continue_lineages(struct lineages *l, const struct rvm_table *old)
{
	u32 i;

	for (i = 0; i < old->tokens.count; i++) {
		const struct rvm_token_core *core = old->tokens.core[i];

		if (core->within)
			l->name[__ffs64(core->within)] = core->within_name;
	}
	l->count = old->lineage_count;
}

/* Of one that is no more the number is not used again: there may be descendants. */
static int number_of(struct lineages *l, const char *name)
{
	unsigned int i;

	for (i = 0; i < l->count; i++)
		if (l->name[i] && !strcmp(l->name[i], name))
			return i;
	if (l->count == RVM_LINEAGES_MAX)
		return -E2BIG;
	l->name[l->count++] = name;
	return i;
}

static int number_within(struct rvm_table *table, struct lineages *l)
{
	u32 i;

	for (i = 0; i < table->tokens.count; i++) {
		struct rvm_token_core *core = &table->token[i]->core;
		int number = core->within_name ? number_of(l, core->within_name) : 0;

		if (number < 0)
			return number;
		if (!core->within_name)
			continue;
		core->within = BIT_ULL(number);
		table->named |= core->within;
	}
	return 0;
}

static u64 lineage_opened(const struct lineages *l, const struct rvm_scope *scope)
{
	unsigned int i;

	for (i = 0; i < l->count; i++) {
		struct rvm_name name = { .text = l->name[i] };

		name.len = name.text ? strlen(name.text) : 0;
		if (rvm_scope_has_word(scope, &name))
			return BIT_ULL(i);
	}
	return 0;
}

/*
 * Each token for a program that others are within opens the lineage of it.  Without numbers
 * left all begin anew: then nobody descends from anything.
 */
static int number_lineages(struct rvm_table *table, const struct rvm_table *old,
			   struct netlink_ext_ack *extack)
{
	struct lineages l = {};
	int err = -E2BIG;
	u32 i;

	if (old) {
		continue_lineages(&l, old);
		table->lineages = old->lineages;
		err = number_within(table, &l);
	}
	if (err) {
		l = (struct lineages){};
		table->lineages = 0;
		table->named = 0;
		err = number_within(table, &l);
	}
	if (err)
		NL_SET_ERR_MSG_FMT(extack, "'within' names more than %u programs",
				   RVM_LINEAGES_MAX);
	table->lineage_count = l.count;
	for (i = 0; l.count && i < table->tokens.count; i++)
		if (rvm_scope_names_program(table->token[i]->core.scope))
			table->token[i]->core.opens =
				lineage_opened(&l, table->token[i]->core.scope);
	return err;
}

static bool expires(const struct rvm_table *table)
{
	u32 i;

	for (i = 0; i < table->tokens.count; i++) {
		const struct rvm_token_core *core = table->tokens.core[i];

		if (core->expires_at && rvm_scope_is_for_open(core->scope))
			return true;
	}
	return false;
}

struct rvm_table *rvm_table_build(struct rvm_batch *tokens, struct rvm_batch *exclusions,
				  const struct rvm_table *old, struct netlink_ext_ack *extack)
{
	struct rvm_table *table = kzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	int err;

	if (!table)
		return ERR_PTR(-ENOMEM);
	err = build_index(&table->tokens, &table->token, tokens, RVM_INDEX_TOKENS);
	if (!err)
		err = build_index(&table->exclusions, &table->exclusion, exclusions,
				  RVM_INDEX_EXCLUSIONS);
	if (!err)
		err = number_lineages(table, old, extack);
	if (err) {
		rvm_table_free(table);
		return ERR_PTR(err);
	}
	rvm_index_leaves(&table->exclusions, &table->leaves);
	rvm_index_add_told(&table->exclusions, &table->told);
	rvm_index_add_told(&table->tokens, &table->told);
	table->expires = expires(table);
	table->steps = tokens->steps + exclusions->steps;
	return table;
}

u32 rvm_table_fresh(const struct rvm_table *table)
{
	u32 i, fresh = 0;

	for (i = 0; i < table->tokens.count; i++)
		fresh += !table->token[i]->table;
	return fresh;
}

static void date_token(struct rvm_token *token, u32 epoch, u64 sequence)
{
	struct rvm_token_core *core = &token->core;

	rvm_handles_add(core);
	core->epoch = epoch;
	rvm_derive_root(core);
	token->birth = sequence;
}

void rvm_table_date(struct rvm_table *table, u32 generation, u32 epoch, u64 sequence)
{
	static u64 last_number;
	u32 i;

	table->generation = generation;
	table->birth = sequence;
	table->number = ++last_number;
	if (!table->lineages)
		table->lineages = table->number;
	for (i = 0; i < table->tokens.count; i++) {
		struct rvm_token *token = table->token[i];

		if (!token->table)
			date_token(token, epoch, sequence);
		token->table = table;
		token->index = i;
	}
	for (i = 0; i < table->exclusions.count; i++)
		table->exclusion[i]->birth = sequence;
}

struct rvm_token *rvm_table_token(const struct rvm_table *table, u64 id)
{
	u32 i;

	for (i = 0; i < table->tokens.count; i++)
		if (table->tokens.core[i]->id == id)
			return table->token[i];
	return NULL;
}

void rvm_table_destroy(struct rvm_table *table)
{
	u32 i;

	if (!table)
		return;
	might_sleep();
	for (i = 0; i < table->tokens.count; i++) {
		if (table->token[i]->table == table)
			rvm_token_destroy(table->token[i]);
		cond_resched();
	}
	for (i = 0; i < table->exclusions.count; i++) {
		rvm_token_destroy(table->exclusion[i]);
		cond_resched();
	}
	rvm_table_free(table);
}
