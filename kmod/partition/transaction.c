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
#include "partition/revoke.h"
#include "partition/transaction.h"
#include "table/grants.h"
#include "table/handles.h"
#include "table/keep.h"
#include "table/table.h"
#include "witness/line.h"
#include "witness/witness.h"

struct rvm_transaction {
	struct rvm_partition *part;
	struct rvm_batch tokens;
	struct rvm_batch exclusions;
	size_t bytes;
	bool failed;
	bool fresh;
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

void rvm_transaction_keep_none(struct rvm_transaction *txn)
{
	txn->fresh = true;
}

static u64 record_commit(struct rvm_reservation *res, const struct rvm_partition *part,
			 const struct rvm_transaction *txn, const char *source, u32 kept)
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
	rvm_line_add_number(&line, "generation", part->generation);
	rvm_line_add_number(&line, "kept", kept);
	bin2hex(hex, txn->digest, sizeof(txn->digest));
	rvm_line_add(&line, "sha256", hex, 2 * sizeof(txn->digest));
	if (source)
		rvm_line_add(&line, "source", source, strlen(source));
	return rvm_witness_commit(res, &event);
}

/* A commit on its way. */
struct commit {
	struct rvm_transaction *txn;
	/* To be put in force. */
	struct rvm_table *table;
	/* In force before; under rvm_revoke_lock it stays so. */
	struct rvm_table *old;
	struct rvm_commit *done;
};

static int check_target(const struct rvm_partition *part, struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&rvm_partitions_lock);
	if (part->state != RVM_STATE_DESTROYED)
		return 0;
	NL_SET_ERR_MSG_FMT(extack, "partition %u was destroyed", part->id);
	return -ENOENT;
}

static int make_room(const struct commit *c, struct netlink_ext_ack *extack)
{
	const struct rvm_partition *part = c->txn->part;

	if (c->table->tokens.count + rvm_grants_count(part->grants) > RVM_TABLE_TOKENS_MAX) {
		NL_SET_ERR_MSG_FMT(extack, "with what is granted beside the table over %u tokens",
				   RVM_TABLE_TOKENS_MAX);
		return -E2BIG;
	}
	if (c->table->steps + rvm_grants_steps(part->grants) > RVM_TABLE_STEPS_MAX) {
		NL_SET_ERR_MSG_FMT(extack,
				   "with what is granted beside it a question costs over %u steps",
				   RVM_TABLE_STEPS_MAX);
		return -E2BIG;
	}
	return rvm_handles_reserve(rvm_table_fresh(c->table));
}

static int publish(struct commit *c, struct netlink_ext_ack *extack)
{
	struct rvm_partition *part = c->txn->part;
	struct rvm_table *table = c->table;
	struct rvm_reservation res;
	int err;

	guard(mutex)(&rvm_partitions_lock);
	err = check_target(part, extack) ?: make_room(c, extack);
	err = err ?: rvm_witness_reserve_for(&res, 0, 1, extack);
	if (err)
		return err;
	/* Tokens carry the sequence, so the record comes first; nothing can fail any more. */
	part->generation++;
	c->done->sequence = record_commit(&res, part, c->txn, table->source, c->done->kept);
	rvm_table_date(table, part->generation, part->epoch, c->done->sequence);
	rvm_recheck_mark(part);
	rcu_assign_pointer(part->table, table);
	rvm_partition_note_change();
	return 0;
}

/* It was loaded again as it is: nothing changes, but the log says so. */
static int confirm(struct commit *c, struct netlink_ext_ack *extack)
{
	struct rvm_reservation res;
	int err;

	guard(mutex)(&rvm_partitions_lock);
	err = check_target(c->txn->part, extack) ?: rvm_witness_reserve_for(&res, 0, 1, extack);
	if (!err)
		c->done->sequence =
			record_commit(&res, c->txn->part, c->txn, c->table->source, c->done->kept);
	return err;
}

static void swap_names(struct commit *c)
{
	swap(c->table->source, c->txn->source);
	swap(c->table->workspace, c->txn->workspace);
}

static int build(struct commit *c, struct netlink_ext_ack *extack)
{
	struct rvm_transaction *txn = c->txn;
	int kept = 0;

	c->old = rcu_dereference_protected(txn->part->table, lockdep_is_held(&rvm_revoke_lock));
	c->table =
		rvm_table_build(&txn->tokens, &txn->exclusions, txn->fresh ? NULL : c->old, extack);
	if (IS_ERR(c->table))
		return PTR_ERR(c->table);
	memcpy(c->table->digest, txn->digest, sizeof(c->table->digest));
	swap_names(c);
	if (!txn->fresh)
		kept = rvm_table_keep(c->table, c->old, READ_ONCE(txn->part->epoch));
	if (kept < 0)
		return kept;
	c->done->kept = kept;
	return 0;
}

/* What rows that stayed the same had made for them, and what is in no table now. */
static void drop_spare(struct commit *c)
{
	struct rvm_token *token;
	unsigned long i;

	xa_for_each(&c->txn->tokens.entries, i, token) {
		if (token->table != c->table)
			rvm_token_destroy(token);
		cond_resched();
	}
}

static int replace(struct commit *c, struct rvm_revocation *rev, struct netlink_ext_ack *extack)
{
	int err;

	err = rvm_recheck_prepare(c->txn->part, 0, c->table->expires, extack);
	/* Without a table before nothing was allowed; one after it may exclude more. */
	rev->since = c->old ? rvm_recheck_next() : 0;
	err = err ?: publish(c, extack);
	if (err)
		return err;
	rev->sequence = c->done->sequence;
	if (c->old)
		rvm_revoke_table(rev, c->old);
	c->done->revoked = rev->count;
	return 0;
}

static void undo(struct commit *c)
{
	if (IS_ERR(c->table))
		return;
	swap_names(c);
	rvm_table_free(c->table);
}

int rvm_transaction_commit(struct rvm_transaction *txn, struct rvm_commit *done,
			   struct netlink_ext_ack *extack)
{
	struct commit c = { .txn = txn, .done = done };
	struct rvm_revocation rev = {};
	bool same = false;
	int err;

	might_sleep();
	if (txn->failed) {
		NL_SET_ERR_MSG(extack,
			       "an entry was refused and is missing: abort and begin again");
		return -ECANCELED;
	}
	*done = (struct rvm_commit){
		.partition = txn->part->id,
		.tokens = txn->tokens.count,
		.exclusions = txn->exclusions.count,
	};
	scoped_guard(mutex, &rvm_revoke_lock) {
		err = build(&c, extack);
		same = !err && rvm_table_is_same(c.table, c.old);
		if (same)
			err = confirm(&c, extack);
		else
			err = err ?: replace(&c, &rev, extack);
		if (err || same)
			undo(&c);
		if (err)
			return err;
	}
	if (same) {
		rvm_transaction_abort(txn);
		return 0;
	}
	drop_spare(&c);
	free_transaction(txn);
	/* Checks that began before this still use the table before. */
	done->unjudged = rvm_revoke_finish(&rev, true, extack);
	rvm_table_destroy(c.old);
	return 0;
}
