// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transactions: how the table of a partition is replaced as a whole.
 *
 * A transaction collects tokens and exclusions out of sight.  Its commit builds the
 * table, publishes it under rvm_partitions_lock, waits until no check uses the one
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
#include "partition/recheck.h"
#include "partition/registry.h"
#include "partition/transaction.h"
#include "table/table.h"
#include "witness/line.h"
#include "witness/witness.h"

struct rvm_transaction {
	struct rvm_partition *part;
	struct rvm_batch tokens;
	struct rvm_batch exclusions;
	size_t bytes;
	bool failed;
	u8 digest[32];
	char *source;
	char *workspace;
};

static atomic_t transactions;

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

static void drop_batch(struct rvm_batch *batch)
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
	struct rvm_batch *batch = token->exclusion ? &txn->exclusions : &txn->tokens;
	u32 most = token->exclusion ? RVM_TABLE_EXCLUSIONS_MAX : RVM_TABLE_TOKENS_MAX;
	size_t bytes = txn->bytes + rvm_token_bytes(token);
	u64 each = rvm_scope_steps(token->core.scope),
	    steps = txn->tokens.steps + txn->exclusions.steps + each;
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
	token->core.owner = txn->part->id;
	txn->bytes = bytes;
	batch->steps += each;
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

/* Puts @table in force and gives back the one before in its place. */
static int publish(struct rvm_transaction *txn, struct rvm_table **table, u64 *sequence,
		   struct netlink_ext_ack *extack)
{
	struct rvm_partition *part = txn->part;
	struct rvm_reservation res;
	int err;

	guard(mutex)(&rvm_partitions_lock);
	if (part->state == RVM_STATE_DESTROYED) {
		NL_SET_ERR_MSG_FMT(extack, "partition %u was destroyed", part->id);
		return -ENOENT;
	}
	err = rvm_witness_reserve_for(&res, 1, extack);
	if (err)
		return err;
	/* Tokens carry the sequence, so the record comes first; nothing can fail any more. */
	*sequence = record_commit(&res, part, txn, (*table)->source);
	part->generation++;
	rvm_table_date(*table, part->generation, part->epoch, *sequence);
	rvm_recheck_mark(part);
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
		NL_SET_ERR_MSG(extack,
			       "an entry was refused and is missing: abort and begin again");
		return -ECANCELED;
	}
	table = rvm_table_build(&txn->tokens, &txn->exclusions, extack);
	if (IS_ERR(table))
		return PTR_ERR(table);
	memcpy(table->digest, txn->digest, sizeof(table->digest));
	swap(table->source, txn->source);
	swap(table->workspace, txn->workspace);

	*done = (struct rvm_commit){
		.partition = txn->part->id,
		.tokens = txn->tokens.count,
		.exclusions = txn->exclusions.count,
	};
	err = rvm_recheck_prepare(txn->part, 0, table->expires, extack);
	err = err ?: publish(txn, &table, &done->sequence, extack);
	if (err) {
		swap(table->source, txn->source);
		swap(table->workspace, txn->workspace);
		rvm_table_free(table);
		return err;
	}
	free_transaction(txn);
	/* Checks that began before this still use the table before. */
	synchronize_rcu_expedited();
	rvm_table_destroy(table);
	/* Who came in meanwhile may have opened something by that. */
	done->unjudged = rvm_recheck_settle(extack);
	return 0;
}
