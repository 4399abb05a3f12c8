// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tokens beside tables: what is derived from others, and what the host gives for a while.
 */

#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/xarray.h>

#include "compat.h"
#include "lib/judge/cover.h"
#include "lib/model/rights.h"
#include "lib/token/contain.h"
#include "lib/token/derive.h"
#include "limits.h"
#include "need.h"
#include "partition/deed.h"
#include "partition/grant.h"
#include "partition/recheck.h"
#include "partition/registry_priv.h"
#include "partition/revoke.h"
#include "table/grants.h"
#include "table/handles.h"
#include "table/table.h"
#include "witness/witness.h"

static enum rvm_token_error find_source(u32 caller, struct rvm_handle handle,
					struct rvm_token_core **source)
{
	enum rvm_token_error error = rvm_handles_find(handle, source);

	lockdep_assert_held(&rvm_partitions_lock);
	/* What others have is not told. */
	return error					    ?:
		       caller && (*source)->owner != caller ? RVM_TOKEN_ERROR_INVALID_HANDLE :
							      RVM_TOKEN_ERROR_NONE;
}

enum rvm_token_error rvm_token_source_scope(u32 caller, struct rvm_handle handle,
					    struct rvm_scope_object **scope)
{
	struct rvm_token_core *source;
	enum rvm_token_error error;

	guard(mutex)(&rvm_partitions_lock);
	error = find_source(caller, handle, &source);
	if (!error)
		*scope = rvm_scope_get(rvm_token_of(source)->object);
	return error;
}

struct rvm_token *rvm_partition_token(const struct rvm_partition *part, u64 id)
{
	const struct rvm_table *table = rcu_dereference(part->table);
	struct rvm_token *token = table ? rvm_table_token(table, id) : NULL;
	u32 hint = 0;

	if (token)
		return token;
	token = id ? rvm_grants_next(READ_ONCE(part->grants), id - 1, &hint) : NULL;
	return token && token->core.id == id ? token : NULL;
}

/* What is missing is as in the source. */
static struct rvm_wish wish_of(const struct rvm_grant_request *req,
			       const struct rvm_token_core *source)
{
	const struct rvm_partition *part = xa_load(&rvm_registry, source->owner);
	u8 all = source->rights;

	/* GRANT_ONCE is not passed on by itself. */
	if (!(all & RVM_RIGHT_GRANT))
		all &= ~RVM_RIGHT_GRANT_ONCE;
	return (struct rvm_wish){
		.caller = req->caller,
		.owner = req->target->id,
		.source_epoch = part ? part->epoch : source->epoch,
		.epoch = req->target->epoch,
		.now = ktime_get_real_seconds(),
		.expires_at = req->has_expiry ? req->expires_at : source->expires_at,
		.scope = req->scope ? &req->scope->scope : source->scope,
		.sponsored = !req->caller && rvm_partition_is_inside(req->target, source->owner),
		.badge = req->badge,
		.rights = req->rights ?: all,
		.tier = req->tier ?: source->tier,
		.flags = req->flags,
	};
}

static bool is_narrower(const struct rvm_token_core *source, const struct rvm_wish *wish)
{
	return wish->rights != source->rights || wish->scope != source->scope ||
	       wish->expires_at != source->expires_at || wish->tier != source->tier;
}

static enum rvm_kind kind_of(const struct rvm_token_core *source, const struct rvm_wish *wish)
{
	if (!source)
		return RVM_KIND_CAPABILITY_GRANT;
	return is_narrower(source, wish) ? RVM_KIND_CAPABILITY_ATTENUATED :
					   RVM_KIND_CAPABILITY_DELEGATE;
}

static u64 record(struct rvm_reservation *res, const struct rvm_grant_request *req,
		  const struct rvm_token_core *source, const struct rvm_token *token,
		  enum rvm_kind kind)
{
	struct rvm_deed deed;

	rvm_deed_begin(&deed, kind, RVM_OP_GRANT, req->caller, &token->core);
	rvm_line_add_number(&deed.line, "token", token->core.id);
	if (source)
		rvm_line_add_number(&deed.line, "source", source->id);
	rvm_deed_add_partition(&deed, "to", req->target);
	rvm_deed_add_resource(&deed, token->object);
	if (token->core.expires_at)
		rvm_line_add_number(&deed.line, "expires", token->core.expires_at);
	return rvm_deed_end(&deed, res);
}

/* Somebody wanted to pass on more than may be. */
static void record_refusal(const struct rvm_grant_request *req, const struct rvm_token_core *source)
{
	struct rvm_deed deed;

	rvm_deed_begin(&deed, RVM_KIND_CAPABILITY_ESCALATE, RVM_OP_GRANT, req->caller, source);
	deed.event.tier = 0;
	deed.event.right = req->rights;
	deed.event.reason = RVM_REASON_RIGHTS;
	rvm_line_add_number(&deed.line, "source", source->id);
	rvm_deed_add_partition(&deed, "to", req->target);
	rvm_deed_add_resource(&deed, req->scope);
	rvm_deed_end(&deed, NULL);
}

static enum rvm_token_error check(const struct rvm_grant_request *req,
				  const struct rvm_token_core *source, struct rvm_wish *wish)
{
	enum rvm_token_error error;

	/* Its lineage is another one in the table of the target. */
	if (source->within_name && source->owner != req->target->id)
		return RVM_TOKEN_ERROR_RIGHTS_ESCALATION;
	wish->contained = !req->scope || rvm_scope_narrow(source, &req->scope->scope);
	error = rvm_derive_check(source, wish);
	if (error && error != RVM_TOKEN_ERROR_REVOKED)
		record_refusal(req, source);
	return error;
}

/* A root: the host may give what it likes. */
static void make_root(struct rvm_token_core *core, const struct rvm_wish *wish, u8 type)
{
	core->scope = wish->scope;
	core->expires_at = wish->expires_at;
	core->badge = wish->badge;
	core->owner = wish->owner;
	core->epoch = wish->epoch;
	core->rights = wish->rights;
	core->type = type;
	core->tier = wish->tier;
	core->flags = RVM_TOKEN_FLAG_GRANTED | wish->flags;
	rvm_derive_root(core);
}

static struct rvm_wish root_wish(const struct rvm_grant_request *req)
{
	return (struct rvm_wish){
		.owner = req->target->id,
		.epoch = req->target->epoch,
		.expires_at = req->expires_at,
		.scope = &req->scope->scope,
		.badge = req->badge,
		.rights = req->rights,
		.tier = req->tier ?: 1,
		.flags = req->flags,
	};
}

/* Nothing can fail any more. */
static void publish(const struct rvm_grant_request *req, struct rvm_token_core *source,
		    struct rvm_token *token, const struct rvm_wish *wish,
		    struct rvm_reservation *res, struct rvm_granted *done)
{
	enum rvm_kind kind = kind_of(source, wish);

	rvm_handles_add(&token->core);
	if (source)
		rvm_derive(source, &token->core, wish);
	else
		make_root(&token->core, wish, req->type);
	token->birth = record(res, req, source, token, kind);
	rvm_partition_begin_addition(req->target);
	rvm_grants_add(req->target->grants, token);
	rvm_partition_end_addition(req->target);
	*done = (struct rvm_granted){ token->core.id, token->core.handle, token->birth };
}

/* A helper of a program stays one. */
static int fill(struct rvm_token *token, const struct rvm_grant_request *req,
		const struct rvm_token_core *source)
{
	token->object = req->scope ?: rvm_scope_get(rvm_token_of((void *)source)->object);
	token->core.scope = &token->object->scope;
	if (!source || !source->within_name)
		return 0;
	token->core.within = source->within;
	token->core.within_name = kstrdup(source->within_name, GFP_NOFS | __GFP_ACCOUNT);
	return token->core.within_name ? 0 : -ENOMEM;
}

/* What partitions pass on leaves room for tables, and for what the host gives. */
static int check_quota(const struct rvm_grant_request *req, const struct rvm_token *token,
		       const struct rvm_grants *grants, struct netlink_ext_ack *extack)
{
	u64 steps = rvm_grants_steps(grants) + rvm_scope_steps(token->core.scope);

	if (!req->caller)
		return 0;
	if (grants->count + grants->kept >= RVM_TABLE_PASSED_MAX ||
	    rvm_handles_count() >= RVM_HOST_PASSED_MAX)
		return -ENFILE;
	if (steps <= RVM_PASSED_STEPS_MAX)
		return 0;
	NL_SET_ERR_MSG_FMT(extack, "what is passed on could cost over %u steps: use fewer **",
			   RVM_PASSED_STEPS_MAX);
	return -E2BIG;
}

static int make_room(const struct rvm_grant_request *req, const struct rvm_token *token,
		     enum rvm_token_error *error, struct netlink_ext_ack *extack)
{
	struct rvm_partition *part = req->target;
	struct rvm_grants *grants = part->grants ?: rvm_grants_new();
	const struct rvm_table *table;
	int err;

	table = rcu_dereference_protected(part->table, lockdep_is_held(&rvm_partitions_lock));
	if (!grants)
		return -ENOMEM;
	/* Readers find it complete. */
	smp_store_release(&part->grants, grants);
	err = check_quota(req, token, grants, extack);
	err = err ?: rvm_grants_reserve(grants, table, token, extack) ?: rvm_handles_reserve(1);
	if (err != -ENFILE)
		return err;
	*error = RVM_TOKEN_ERROR_TABLE_FULL;
	return rvm_token_refuse(*error, extack);
}

/* Return: -EAGAIN if hooks have to be attached first. */
static int grant(const struct rvm_grant_request *req, struct rvm_token *token,
		 struct rvm_granted *done, enum rvm_token_error *error,
		 struct netlink_ext_ack *extack)
{
	struct rvm_token_core *source = NULL;
	struct rvm_reservation res = {};
	struct rvm_wish wish;
	int err;

	guard(mutex)(&rvm_partitions_lock);
	if (req->target->state == RVM_STATE_DESTROYED) {
		NL_SET_ERR_MSG_FMT(extack, "partition %u was destroyed", req->target->id);
		return -ENOENT;
	}
	if (req->derived)
		*error = find_source(req->caller, req->source, &source);
	if (*error)
		return rvm_token_refuse(*error, extack);
	wish = source ? wish_of(req, source) : root_wish(req);
	if (source)
		*error = check(req, source, &wish);
	/* That is told last, when there is room. */
	if (*error && *error != RVM_TOKEN_ERROR_REVOKED)
		return rvm_token_refuse(*error, extack);
	/* What expires is judged again while it is open, whoever is in the partition now. */
	if (wish.expires_at && rvm_scope_is_for_open(wish.scope) &&
	    !rvm_need_is_met(RVM_NEED_RECHECK))
		return -EAGAIN;
	err = fill(token, req, source) ?: make_room(req, token, error, extack);
	if (!err && *error)
		err = rvm_token_refuse(*error, extack);
	err = err ?: rvm_witness_reserve_for(&res, rvm_partition_lane(req->caller), 1, extack);
	if (!err)
		publish(req, source, token, &wish, &res, done);
	return err;
}

int rvm_token_grant(const struct rvm_grant_request *req, struct rvm_granted *done,
		    enum rvm_token_error *error, struct netlink_ext_ack *extack)
{
	struct rvm_token *token;
	int err;

	might_sleep();
	token = rvm_token_create(NULL, false, extack);
	if (IS_ERR(token))
		return PTR_ERR(token);
	/* Until they are seen to be needed, hooks may be let go of again. */
	do {
		*error = RVM_TOKEN_ERROR_NONE;
		err = grant(req, token, done, error, extack);
	} while (err == -EAGAIN && !(err = rvm_recheck_prepare(req->target, 0, true, extack)));
	if (!err)
		return 0;
	/* The scope of the request stays the caller's. */
	if (token->object == req->scope)
		token->object = NULL;
	rvm_token_destroy(token);
	return err;
}
