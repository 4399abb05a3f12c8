// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking tokens back, with all that was derived from them.
 */

#include <linux/netlink.h>
#include <linux/rcupdate.h>
#include <linux/timekeeping.h>
#include <linux/xarray.h>

#include "compat.h"
#include "lib/judge/judge.h"
#include "lib/model/rights.h"
#include "lib/model/text.h"
#include "lib/token/derive.h"
#include "limits.h"
#include "partition/calls.h"
#include "partition/change.h"
#include "partition/deed.h"
#include "partition/recheck.h"
#include "partition/registry_priv.h"
#include "partition/revoke.h"
#include "table/grants.h"
#include "table/handles.h"
#include "table/table.h"
#include "witness/line.h"
#include "witness/witness.h"

/* Of revocations, from the first leaf to the last. */
DEFINE_MUTEX(rvm_revoke_lock);

static struct rvm_partition *owner_of(const struct rvm_revocation *rev,
				      const struct rvm_token_core *core)
{
	if (rev->gone && rev->gone->id == core->owner)
		return rev->gone;
	return xa_load(&rvm_registry, core->owner);
}

/* Only if anything is taken back; first, as it carries the sequence. */
static u64 note(const struct rvm_partition *part, const char *why)
{
	char text[RVM_NAME_MAX + 96] = "";
	struct rvm_line line = { .text = text, .size = sizeof(text) };
	const struct rvm_event event = {
		.kind = RVM_KIND_CAPABILITY_REVOKE,
		.op = RVM_OP_REVOKE,
		.target = part->id,
		.detail = text,
	};

	rvm_line_add(&line, "partition", part->name, strlen(part->name));
	rvm_line_add(&line, "why", why, strlen(why));
	return rvm_witness_append(&event);
}

/* What was decided for it ends with this hold. */
static void touch(struct rvm_revocation *rev, struct rvm_partition *part)
{
	if (part->touched)
		return;
	part->touched = true;
	part->next_touched = rev->touched;
	rev->touched = part;
}

/* Readers of the log find who did it by the sequence, which is there before the flag. */
static void flag(struct rvm_revocation *rev, struct rvm_token *token)
{
	struct rvm_partition *part = owner_of(rev, &token->core);

	if (rev->why && !rev->sequence)
		rev->sequence = note(rev->of, rev->why);
	WRITE_ONCE(token->revoked, rev->sequence);
	rvm_token_add_flags(&token->core, RVM_TOKEN_FLAG_REVOKED);
	if (!part)
		return;
	touch(rev, part);
	if (!rvm_scope_is_for_open(token->core.scope))
		return;
	rev->since = rev->since ?: rvm_recheck_next();
	rvm_recheck_mark(part);
}

static void bury(struct rvm_revocation *rev, struct rvm_token *token)
{
	token->core.next = rev->dead;
	rev->dead = &token->core;
}

/* It has no children any more.  One of a table stays where it is, to explain denials. */
static void take_back(struct rvm_revocation *rev, struct rvm_token *token)
{
	struct rvm_partition *part = owner_of(rev, &token->core);
	struct rvm_token *other;

	flag(rev, token);
	rvm_derive_detach(&token->core);
	/* What is kept to explain denials outlives it. */
	WRITE_ONCE(token->core.parent, NULL);
	rvm_handles_remove(&token->core);
	rev->count++;
	if (token->table || !part)
		return;
	other = rvm_grants_retire(part->grants, token);
	if (other)
		bury(rev, other);
}

/* What was decided by them counts no more, in their partitions and in those inside. */
static void end_hold(struct rvm_revocation *rev)
{
	struct rvm_partition *part;

	lockdep_assert_held(&rvm_partitions_lock);
	while ((part = rev->touched)) {
		rev->touched = part->next_touched;
		part->touched = false;
		rvm_partition_policy_change(part);
	}
}

/* A leaf of the subtree goes; was it the top? */
static bool take_leaf(struct rvm_revocation *rev, struct rvm_token_core *top)
{
	struct rvm_token_core *leaf = rvm_derive_leaf(top);

	take_back(rev, rvm_token_of(leaf));
	return leaf == top;
}

/* The top is flagged before its first leaf goes, so that nobody derives from what is below it. */
static bool take_leaf_of(struct rvm_revocation *rev, struct rvm_token *top)
{
	bool done;

	if (rev->top != top)
		flag(rev, top);
	rev->top = top;
	done = take_leaf(rev, &top->core);
	if (done)
		rev->top = NULL;
	return done;
}

static bool take_some(struct rvm_revocation *rev, struct rvm_token_core *top)
{
	unsigned int left = RVM_REVOKE_BATCH;
	bool done = false;

	lockdep_assert_held(&rvm_partitions_lock);
	/* First, so that nobody derives from what is below it. */
	flag(rev, rvm_token_of(top));
	while (left-- && !done)
		done = take_leaf(rev, top);
	end_hold(rev);
	return done;
}

static void revoke_rest(struct rvm_revocation *rev, struct rvm_token_core *top, bool done)
{
	while (!done) {
		cond_resched();
		scoped_guard(mutex, &rvm_partitions_lock)
			done = take_some(rev, top);
	}
}

void rvm_revoke_subtree(struct rvm_revocation *rev, struct rvm_token *top)
{
	lockdep_assert_held(&rvm_revoke_lock);
	if (READ_ONCE(top->core.flags) & RVM_TOKEN_FLAG_REVOKED)
		return;
	revoke_rest(rev, &top->core, false);
}

/* Of the tokens of @table from @i on.  Return: the first that is left. */
static u32 revoke_some_of_table(struct rvm_revocation *rev, const struct rvm_table *table, u32 i,
				bool derived)
{
	unsigned int left = RVM_REVOKE_BATCH;

	guard(mutex)(&rvm_partitions_lock);
	for (; left && i < table->tokens.count; left--) {
		struct rvm_token *token = table->token[i];

		/* In the next table, or taken back before. */
		if (token->table != table || (derived && !token->core.child) ||
		    (!derived && token != rev->top && token->core.flags & RVM_TOKEN_FLAG_REVOKED))
			i++;
		else if (derived)
			take_leaf(rev, &token->core);
		else if (take_leaf_of(rev, token))
			i++;
	}
	end_hold(rev);
	return i;
}

static void revoke_of_table(struct rvm_revocation *rev, const struct rvm_table *table, bool derived)
{
	u32 i = 0;

	lockdep_assert_held(&rvm_revoke_lock);
	while (table && i < table->tokens.count) {
		i = revoke_some_of_table(rev, table, i, derived);
		cond_resched();
	}
}

void rvm_revoke_table(struct rvm_revocation *rev, const struct rvm_table *table)
{
	revoke_of_table(rev, table, false);
}

static bool revoke_some_grants(struct rvm_revocation *rev, struct rvm_partition *part)
{
	unsigned int left = RVM_REVOKE_BATCH;
	struct rvm_token *token = NULL;

	guard(mutex)(&rvm_partitions_lock);
	while (left-- && (token = rev->top ?: rvm_grants_first(part->grants)))
		take_leaf_of(rev, token);
	end_hold(rev);
	return !token;
}

void rvm_revoke_grants(struct rvm_revocation *rev, struct rvm_partition *part)
{
	lockdep_assert_held(&rvm_revoke_lock);
	while (!revoke_some_grants(rev, part))
		cond_resched();
}

void rvm_revoke_derived(struct rvm_revocation *rev, struct rvm_partition *part, const char *why)
{
	rev->of = part;
	rev->why = why;
	/* Under rvm_revoke_lock nobody replaces it. */
	revoke_of_table(rev, rcu_dereference_protected(part->table, true), true);
	rvm_revoke_grants(rev, part);
}

int rvm_revoke_finish(struct rvm_revocation *rev, bool hurry, struct netlink_ext_ack *extack)
{
	struct rvm_token_core *core;
	int err;

	might_sleep();
	err = rvm_recheck_settle(extack);
	/* Checks that began before this may still rest on what was taken back. */
	if (hurry)
		synchronize_rcu_expedited();
	else
		synchronize_rcu();
	while ((core = rev->dead)) {
		rev->dead = core->next;
		rvm_token_destroy(rvm_token_of(core));
		cond_resched();
	}
	/* Who came in meanwhile may have opened something by what held before. */
	err = err ?: rvm_recheck_settle(extack);
	rvm_calls_interrupt(rev->since, err ? NULL : extack);
	return err;
}

int rvm_token_refuse(enum rvm_token_error error, struct netlink_ext_ack *extack)
{
	static const int number[] = {
		[RVM_TOKEN_ERROR_INVALID_HANDLE] = ENOENT,
		[RVM_TOKEN_ERROR_STALE_HANDLE] = ESTALE,
		[RVM_TOKEN_ERROR_GRANT_NOT_PERMITTED] = EPERM,
		[RVM_TOKEN_ERROR_RIGHTS_ESCALATION] = ERANGE,
		[RVM_TOKEN_ERROR_DELEGATION_DEPTH_EXCEEDED] = ELOOP,
		[RVM_TOKEN_ERROR_TABLE_FULL] = ENFILE,
		[RVM_TOKEN_ERROR_REVOKED] = EKEYREVOKED,
		[RVM_TOKEN_ERROR_STALE_CAPABILITY] = EKEYEXPIRED,
		[RVM_TOKEN_ERROR_INSUFFICIENT_RIGHTS] = EACCES,
		[RVM_TOKEN_ERROR_POLICY_VIOLATION] = EKEYREJECTED,
		[RVM_TOKEN_ERROR_DERIVATION_CHAIN_BROKEN] = EUCLEAN,
	};

	if (extack)
		extack->_msg = rvm_token_error_text(error);
	return -number[error];
}

/* A token that a caller may not know of is as good as none. */
static enum rvm_token_error find(const struct rvm_revoke_request *req, struct rvm_token_core **core)
{
	enum rvm_token_error error = rvm_handles_find(req->handle, core);
	const struct rvm_partition *part = xa_load(&rvm_registry, req->caller);

	/* The host is none, and may. */
	if (error || rvm_derive_may_revoke(*core, req->caller, part ? part->epoch : 0,
					   ktime_get_real_seconds()))
		return error;
	return (*core)->owner == req->caller ? RVM_TOKEN_ERROR_INSUFFICIENT_RIGHTS :
					       RVM_TOKEN_ERROR_INVALID_HANDLE;
}

static u64 record(struct rvm_reservation *res, const struct rvm_revoke_request *req,
		  const struct rvm_token *token, u32 count)
{
	const struct rvm_partition *part;
	struct rvm_deed deed;

	rvm_deed_begin(&deed, RVM_KIND_CAPABILITY_REVOKE, RVM_OP_REVOKE, req->caller, &token->core);
	rvm_line_add_number(&deed.line, "token", token->core.id);
	rcu_read_lock();
	part = xa_load(&rvm_registry, token->core.owner);
	if (part)
		rvm_deed_add_partition(&deed, "owner", part);
	else
		rvm_line_add_number(&deed.line, "owner", token->core.owner);
	rcu_read_unlock();
	if (count)
		rvm_line_add_number(&deed.line, "count", count);
	rvm_deed_add_resource(&deed, token->object);
	return rvm_deed_end(&deed, res);
}

/*
 * It is taken back even if the log has no room: then the record of the host is the one that
 * its owner has kept.  An agent could use that up, and then its end would not be on record.
 */
static struct rvm_reservation *find_room(const struct rvm_revoke_request *req,
					 const struct rvm_token_core *core,
					 struct rvm_reservation *res)
{
	struct rvm_partition *owner = xa_load(&rvm_registry, core->owner);

	lockdep_assert_held(&rvm_partitions_lock);
	if (owner)
		rvm_partition_keep_room(owner);
	if (!rvm_witness_reserve(res, 1) || !owner || req->caller)
		return res;
	return &owner->kept;
}

/* Found, recorded and flagged under one hold: nothing is derived after the record. */
static enum rvm_token_error begin(const struct rvm_revoke_request *req, struct rvm_revocation *rev,
				  struct rvm_token **top, bool *done)
{
	struct rvm_reservation res = {};
	enum rvm_token_error error;
	struct rvm_token_core *core;

	guard(mutex)(&rvm_partitions_lock);
	error = find(req, &core);
	if (error)
		return error;
	*top = rvm_token_of(core);
	rev->id = core->id;
	rev->sequence = record(find_room(req, core, &res), req, *top, 0);
	*done = take_some(rev, core);
	return RVM_TOKEN_ERROR_NONE;
}

int rvm_token_revoke(const struct rvm_revoke_request *req, struct rvm_revocation *rev,
		     enum rvm_token_error *error, struct netlink_ext_ack *extack)
{
	struct rvm_token *top;
	bool done;

	might_sleep();
	scoped_guard(mutex, &rvm_revoke_lock) {
		*error = begin(req, rev, &top, &done);
		if (*error)
			return rvm_token_refuse(*error, extack);
		revoke_rest(rev, &top->core, done);
		if (rev->count > 1)
			record(NULL, req, top, rev->count);
	}
	return rvm_revoke_finish(rev, !req->caller, extack);
}
