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

/* Number of a program among those that tokens are within; a new one gets the next. */
static int number_of(const char **names, unsigned int *n, const char *name)
{
	unsigned int i;

	for (i = 0; i < *n; i++)
		if (!strcmp(names[i], name))
			return i;
	if (*n == RVM_LINEAGES_MAX)
		return -E2BIG;
	names[(*n)++] = name;
	return i;
}

static u64 lineage_opened(const char **names, unsigned int n, const struct rvm_scope *scope)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct rvm_name name = { .text = names[i], .len = strlen(names[i]) };

		if (rvm_scope_has_word(scope, &name))
			return BIT_ULL(i);
	}
	return 0;
}

/* Each token for a program that others are within opens the lineage of it. */
static int number_lineages(struct rvm_token **tokens, u32 count, struct netlink_ext_ack *extack)
{
	const char *names[RVM_LINEAGES_MAX];
	unsigned int n = 0;
	u32 i;

	for (i = 0; i < count; i++) {
		struct rvm_token_core *core = &tokens[i]->core;
		int number;

		if (!core->within_name)
			continue;
		number = number_of(names, &n, core->within_name);
		if (number < 0) {
			NL_SET_ERR_MSG_FMT(extack, "'within' names more than %u programs",
					   RVM_LINEAGES_MAX);
			return number;
		}
		core->within = BIT_ULL(number);
	}
	for (i = 0; n && i < count; i++)
		if (rvm_scope_names_program(tokens[i]->core.scope))
			tokens[i]->core.opens = lineage_opened(names, n, tokens[i]->core.scope);
	return 0;
}

/* What programs and tools are for is judged when they are used, not while they are open. */
static bool expires(const struct rvm_table *table)
{
	u32 i;

	for (i = 0; i < table->tokens.count; i++) {
		const struct rvm_token_core *core = table->tokens.core[i];

		if (core->expires_at &&
		    (core->scope->class == RVM_CLASS_PATH || core->scope->class == RVM_CLASS_NET ||
		     core->scope->class == RVM_CLASS_ANY))
			return true;
	}
	return false;
}

struct rvm_table *rvm_table_build(struct rvm_batch *tokens, struct rvm_batch *exclusions,
				  struct netlink_ext_ack *extack)
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
		err = number_lineages(table->token, table->tokens.count, extack);
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
