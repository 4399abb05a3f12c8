// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables: all tokens and exclusions of a partition, replaced as a whole.
 *
 * A transaction collects them out of sight.  Its commit builds the table,
 * publishes it under rvm_partitions_lock, waits until no check uses the one
 * before, and destroys that.
 */

#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "compat.h"
#include "lib/judge/cover.h"
#include "limits.h"
#include "line.h"
#include "partition.h"
#include "table.h"
#include "witness.h"

/* Entries of one kind, in the order in which they came. */
struct batch {
	struct xarray entries;
	u32 count;
};

struct rvm_transaction {
	struct rvm_partition *part;
	struct batch tokens;
	struct batch exclusions;
	size_t bytes;
	u64 steps;
	bool failed;
	u8 digest[32];
	char *source;
	char *workspace;
};

static atomic_t transactions;

/* Next id of a token; 0 is none. */
static u64 next_id = 1;

struct rvm_transaction *rvm_transaction_new(struct rvm_partition *part,
					    struct netlink_ext_ack *extack)
{
	struct rvm_transaction *txn;

	if (!atomic_add_unless(&transactions, 1, RVM_TRANSACTIONS_MAX)) {
		NL_SET_ERR_MSG_FMT(extack, "%u transactions are open, which is the limit",
				   RVM_TRANSACTIONS_MAX);
		return ERR_PTR(-EMFILE);
	}
	txn = kzalloc(sizeof(*txn), GFP_KERNEL_ACCOUNT);
	if (!txn) {
		atomic_dec(&transactions);
		return ERR_PTR(-ENOMEM);
	}
	txn->part = rvm_partition_get(part);
	xa_init(&txn->tokens.entries);
	xa_init(&txn->exclusions.entries);
	return txn;
}

static void free_transaction(struct rvm_transaction *txn)
{
	xa_destroy(&txn->tokens.entries);
	xa_destroy(&txn->exclusions.entries);
	kfree(txn->source);
	kfree(txn->workspace);
	rvm_partition_put(txn->part);
	kfree(txn);
	atomic_dec(&transactions);
}

static void drop_batch(struct batch *batch)
{
	struct rvm_token *token;
	unsigned long i;

	xa_for_each(&batch->entries, i, token) {
		rvm_token_destroy(token);
		cond_resched();
	}
}

void rvm_transaction_abort(struct rvm_transaction *txn)
{
	if (!txn)
		return;
	might_sleep();
	drop_batch(&txn->tokens);
	drop_batch(&txn->exclusions);
	free_transaction(txn);
}

unsigned int rvm_transaction_count(void)
{
	return atomic_read(&transactions);
}

int rvm_transaction_describe(struct rvm_transaction *txn, const u8 *digest, const char *source,
			     const char *workspace)
{
	if (digest)
		memcpy(txn->digest, digest, sizeof(txn->digest));
	if (source) {
		txn->source = kstrdup(source, GFP_KERNEL_ACCOUNT);
		if (!txn->source)
			return -ENOMEM;
	}
	if (workspace) {
		txn->workspace = kstrdup(workspace, GFP_KERNEL_ACCOUNT);
		if (!txn->workspace)
			return -ENOMEM;
	}
	return 0;
}

int rvm_transaction_add(struct rvm_transaction *txn, struct rvm_token *token,
			struct netlink_ext_ack *extack)
{
	struct batch *batch = token->exclusion ? &txn->exclusions : &txn->tokens;
	u32 most = token->exclusion ? RVM_TABLE_EXCLUSIONS_MAX : RVM_TABLE_TOKENS_MAX;
	size_t bytes = txn->bytes + rvm_token_bytes(token);
	u64 each = rvm_scope_steps(token->core.scope), steps = txn->steps + each;
	int err;

	if (batch->count >= most) {
		NL_SET_ERR_MSG_FMT(extack, "the table has %u %s, which is the limit", most,
				   token->exclusion ? "exclusions" : "tokens");
		return -E2BIG;
	}
	if (bytes > RVM_TRANSACTION_BYTES_MAX) {
		NL_SET_ERR_MSG_FMT(extack, "the table takes more than %u bytes",
				   RVM_TRANSACTION_BYTES_MAX);
		return -E2BIG;
	}
	if (each > RVM_SCOPE_STEPS_MAX) {
		NL_SET_ERR_MSG_FMT(extack, "a pattern could cost over %u steps: use fewer *",
				   RVM_SCOPE_STEPS_MAX);
		return -E2BIG;
	}
	if (steps > RVM_TABLE_STEPS_MAX) {
		NL_SET_ERR_MSG_FMT(extack, "a question could cost over %u steps: use fewer **",
				   RVM_TABLE_STEPS_MAX);
		return -E2BIG;
	}
	err = xa_err(xa_store(&batch->entries, batch->count, token, GFP_KERNEL_ACCOUNT));
	if (err)
		return err;
	token->index = batch->count++;
	token->owner = txn->part->id;
	txn->bytes = bytes;
	txn->steps = steps;
	return 0;
}

void rvm_transaction_fail(struct rvm_transaction *txn)
{
	txn->failed = true;
}

u32 rvm_transaction_tokens(const struct rvm_transaction *txn)
{
	return txn->tokens.count;
}

u32 rvm_transaction_exclusions(const struct rvm_transaction *txn)
{
	return txn->exclusions.count;
}

static void free_index(struct rvm_index *index, struct rvm_token **entries)
{
	kvfree(index->core);
	kvfree(index->bucket);
	kvfree(index->next);
	kvfree(index->group);
	kvfree(index->first);
	kvfree(entries);
}

/* The tokens stay the batch's until the commit. */
static int build_index(struct rvm_index *index, struct rvm_token ***entries, struct batch *batch,
		       bool exclusions)
{
	u32 size = max(batch->count, 1u);
	struct rvm_token *token;
	unsigned long i;

	index->count = batch->count;
	index->mask = rvm_index_buckets(batch->count) - 1;
	index->core = kvmalloc_array(size, sizeof(*index->core), GFP_KERNEL_ACCOUNT);
	index->bucket = kvmalloc_array(index->mask + 1, sizeof(*index->bucket), GFP_KERNEL_ACCOUNT);
	index->next = kvmalloc_array(size, sizeof(*index->next), GFP_KERNEL_ACCOUNT);
	*entries = kvmalloc_array(size, sizeof(**entries), GFP_KERNEL_ACCOUNT);
	if (!index->core || !index->bucket || !index->next || !*entries)
		return -ENOMEM;
	if (exclusions) {
		index->group = kvmalloc_array(size, sizeof(*index->group), GFP_KERNEL_ACCOUNT);
		index->first = kvmalloc_array(size, sizeof(*index->first), GFP_KERNEL_ACCOUNT);
		if (!index->group || !index->first)
			return -ENOMEM;
	}
	xa_for_each(&batch->entries, i, token) {
		(*entries)[i] = token;
		index->core[i] = &token->core;
	}
	rvm_index_build(index);
	return 0;
}

static void free_table(struct rvm_table *table)
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
			NL_SET_ERR_MSG_FMT(extack, "tokens are within more than %u programs",
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

static struct rvm_table *build_table(struct rvm_transaction *txn, struct netlink_ext_ack *extack)
{
	struct rvm_table *table = kzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	int err;

	if (!table)
		return ERR_PTR(-ENOMEM);
	err = build_index(&table->tokens, &table->token, &txn->tokens, false);
	if (!err)
		err = build_index(&table->exclusions, &table->exclusion, &txn->exclusions, true);
	if (!err)
		err = number_lineages(table->token, table->tokens.count, extack);
	if (err) {
		free_table(table);
		return ERR_PTR(err);
	}
	rvm_index_leaves(&table->exclusions, &table->leaves);
	memcpy(table->digest, txn->digest, sizeof(table->digest));
	return table;
}

static u64 record_commit(struct rvm_reservation *res, const struct rvm_partition *part,
			 const struct rvm_transaction *txn, const char *source)
{
	char text[RVM_DETAIL_BYTES] = "", hex[65];
	struct rvm_line line = { .text = text, .size = sizeof(text) };
	struct rvm_event event = {
		.kind = RVM_KIND_TABLE_COMMIT,
		.op = RVM_OP_TABLE,
		.target = part->id,
		.detail = text,
	};

	rvm_line_add(&line, "partition", part->name, strlen(part->name));
	rvm_line_add_number(&line, "tokens", txn->tokens.count);
	rvm_line_add_number(&line, "exclusions", txn->exclusions.count);
	rvm_line_add_number(&line, "generation", part->generation + 1);
	bin2hex(hex, txn->digest, sizeof(txn->digest));
	rvm_line_add(&line, "sha256", hex, 2 * sizeof(txn->digest));
	if (source)
		rvm_line_add(&line, "source", source, strlen(source));
	return rvm_witness_commit(res, &event);
}

/* What only the moment of the commit can tell. */
static void date_table(struct rvm_table *table, const struct rvm_partition *part, u64 sequence)
{
	u32 i;

	lockdep_assert_held(&rvm_partitions_lock);
	table->generation = part->generation;
	table->birth = sequence;
	table->first_id = next_id;
	for (i = 0; i < table->tokens.count; i++) {
		struct rvm_token *token = table->token[i];

		token->core.id = next_id++;
		token->core.epoch = part->epoch;
		token->birth = sequence;
	}
	for (i = 0; i < table->exclusions.count; i++)
		table->exclusion[i]->birth = sequence;
}

/* Puts @table in force and gives back the one before in its place. */
static int publish(struct rvm_transaction *txn, struct rvm_table **table, u64 *sequence,
		   struct netlink_ext_ack *extack)
{
	struct rvm_partition *part = txn->part;
	struct rvm_reservation res;

	guard(mutex)(&rvm_partitions_lock);
	if (part->state == RVM_STATE_DESTROYED) {
		NL_SET_ERR_MSG_FMT(extack, "partition %u was destroyed", part->id);
		return -ENOENT;
	}
	if (rvm_witness_reserve(&res, 1)) {
		NL_SET_ERR_MSG(extack, "the witness log is full: nothing changes unrecorded");
		return -ENOSPC;
	}
	/* Tokens carry the sequence, so the record comes first; nothing can fail any more. */
	*sequence = record_commit(&res, part, txn, (*table)->source);
	part->generation++;
	date_table(*table, part, *sequence);
	*table = rcu_replace_pointer(part->table, *table, lockdep_is_held(&rvm_partitions_lock));
	rvm_partition_note_change();
	return 0;
}

int rvm_transaction_commit(struct rvm_transaction *txn, struct rvm_commit *done,
			   struct netlink_ext_ack *extack)
{
	struct rvm_table *table;
	int err;

	might_sleep();
	if (txn->failed) {
		NL_SET_ERR_MSG(extack, "an entry was refused and is missing: abort and begin anew");
		return -ECANCELED;
	}
	table = build_table(txn, extack);
	if (IS_ERR(table))
		return PTR_ERR(table);
	swap(table->source, txn->source);
	swap(table->workspace, txn->workspace);

	*done = (struct rvm_commit){
		.partition = txn->part->id,
		.tokens = txn->tokens.count,
		.exclusions = txn->exclusions.count,
	};
	err = publish(txn, &table, &done->sequence, extack);
	if (err) {
		swap(table->source, txn->source);
		swap(table->workspace, txn->workspace);
		free_table(table);
		return err;
	}
	free_transaction(txn);
	/* Checks that began before this still use the table before. */
	synchronize_rcu_expedited();
	rvm_table_destroy(table);
	return 0;
}

struct rvm_token *rvm_table_token(const struct rvm_table *table, u64 id)
{
	if (id < table->first_id || id - table->first_id >= table->tokens.count)
		return NULL;
	return table->token[id - table->first_id];
}

void rvm_table_destroy(struct rvm_table *table)
{
	u32 i;

	if (!table)
		return;
	might_sleep();
	for (i = 0; i < table->tokens.count; i++) {
		rvm_token_destroy(table->token[i]);
		cond_resched();
	}
	for (i = 0; i < table->exclusions.count; i++) {
		rvm_token_destroy(table->exclusion[i]);
		cond_resched();
	}
	free_table(table);
}
