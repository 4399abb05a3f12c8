// SPDX-License-Identifier: GPL-2.0-only
/*
 * Explicit proofs: a token is verified at a tier, with a nonce, and that is recorded.
 */

#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/timekeeping.h>
#include <linux/xarray.h>

#include "compat.h"
#include "lib/model/rights.h"
#include "lib/token/nonce.h"
#include "lib/token/prove.h"
#include "partition/deed.h"
#include "partition/prove.h"
#include "partition/registry_priv.h"
#include "partition/revoke.h"
#include "table/handles.h"

/* Most partitions never need one. */
static int make_nonces(struct rvm_partition *part)
{
	lockdep_assert_held(&rvm_partitions_lock);
	if (part->nonces)
		return 0;
	part->nonces = kvzalloc(rvm_nonces_bytes(), GFP_NOFS | __GFP_ACCOUNT);
	if (!part->nonces)
		return -ENOMEM;
	rvm_nonces_init(part->nonces, get_random_u64());
	return 0;
}

int rvm_nonce_spend(struct rvm_partition *part, u64 nonce, u64 issued)
{
	u64 now = ktime_get_real_ns();

	guard(mutex)(&rvm_partitions_lock);
	if (make_nonces(part))
		return -ENOMEM;
	if (!rvm_nonces_may_use(part->nonces, nonce, issued, now))
		return -EKEYREJECTED;
	rvm_nonces_use(part->nonces, nonce, now);
	return 0;
}

static enum rvm_reason reason_of(enum rvm_token_error error)
{
	switch (error) {
	case RVM_TOKEN_ERROR_NONE:
		return RVM_REASON_NONE;
	case RVM_TOKEN_ERROR_REVOKED:
		return RVM_REASON_REVOKED;
	case RVM_TOKEN_ERROR_STALE_CAPABILITY:
		return RVM_REASON_STALE;
	case RVM_TOKEN_ERROR_INSUFFICIENT_RIGHTS:
		return RVM_REASON_RIGHTS;
	case RVM_TOKEN_ERROR_POLICY_VIOLATION:
		return RVM_REASON_NONCE;
	case RVM_TOKEN_ERROR_DERIVATION_CHAIN_BROKEN:
		return RVM_REASON_CHAIN;
	default:
		return RVM_REASON_NO_TOKEN;
	}
}

static u64 record(struct rvm_reservation *res, const struct rvm_proof_request *req,
		  const struct rvm_token_core *core, enum rvm_kind kind, u8 tier,
		  enum rvm_token_error error)
{
	struct rvm_deed deed;

	rvm_deed_begin(&deed, kind, RVM_OP_PROVE, req->caller, core);
	deed.event.tier = tier;
	deed.event.right = req->need | RVM_RIGHT_PROVE;
	deed.event.reason = reason_of(error);
	rvm_line_add_number(&deed.line, "token", core->id);
	rvm_line_add_number(&deed.line, "partition", core->owner);
	rvm_line_add_number(&deed.line, "asked", req->tier);
	if (tier >= 2)
		rvm_line_add_number(&deed.line, "nonce", req->nonce);
	return rvm_deed_end(&deed, res);
}

static bool is_fresh(const struct rvm_partition *part, const struct rvm_proof_request *req, u64 now)
{
	return rvm_nonces_may_use(part->nonces, req->nonce, req->issued, now);
}

static enum rvm_token_error verify(const struct rvm_proof_request *req, struct rvm_partition *part,
				   const struct rvm_token_core *core, u8 tier)
{
	u64 now = ktime_get_real_ns();
	s64 seconds = ktime_get_real_seconds();
	enum rvm_token_error error;

	error = rvm_prove_p1(core, req->need | RVM_RIGHT_PROVE, part->epoch, seconds);
	if (error || tier < 2)
		return error;
	error = rvm_prove_p2(core, seconds);
	if (!error && !is_fresh(part, req, now))
		error = RVM_TOKEN_ERROR_POLICY_VIOLATION;
	if (!error && tier >= 3)
		error = rvm_prove_p3(core, RVM_DEPTH_MAX);
	return error;
}

/*
 * What is verified is on record, if there is room reserved for that.  A nonce is used up only
 * by what succeeds.
 */
static enum rvm_token_error prove(const struct rvm_proof_request *req,
				  const struct rvm_token_core *core, struct rvm_partition *part,
				  struct rvm_reservation *res, struct rvm_proof *proof)
{
	u8 tier = max(req->tier, core->tier);
	enum rvm_token_error error = verify(req, part, core, tier);

	proof->tier = tier;
	if (error) {
		record(NULL, req, core, RVM_KIND_PROOF_REJECTED, tier, error);
		return error;
	}
	if (!res->count)
		return RVM_TOKEN_ERROR_NONE;
	if (tier >= 2)
		rvm_nonces_use(part->nonces, req->nonce, ktime_get_real_ns());
	if (tier > req->tier)
		record(res, req, core, RVM_KIND_PROOF_ESCALATED, tier, error);
	proof->sequence =
		record(res, req, core, RVM_KIND_PROOF_VERIFIED_P1 + tier - 1, tier, error);
	return error;
}

int rvm_token_prove(const struct rvm_proof_request *req, struct rvm_proof *proof,
		    struct netlink_ext_ack *extack)
{
	struct rvm_reservation res = {};
	struct rvm_token_core *core;
	enum rvm_token_error error;
	struct rvm_partition *part;
	int err;

	guard(mutex)(&rvm_partitions_lock);
	error = rvm_handles_find(req->handle, &core);
	/* What others have is not told. */
	if (!error && req->caller && core->owner != req->caller)
		error = RVM_TOKEN_ERROR_INVALID_HANDLE;
	if (error)
		return rvm_token_refuse(error, extack);
	part = xa_load(&rvm_registry, core->owner);
	if (!part)
		return rvm_token_refuse(RVM_TOKEN_ERROR_INVALID_HANDLE, extack);
	if (make_nonces(part))
		return -ENOMEM;
	err = rvm_witness_reserve_for(&res, rvm_partition_lane(req->caller), 2, extack);
	error = prove(req, core, part, &res, proof);
	rvm_witness_abort(&res);
	return error ? rvm_token_refuse(error, extack) : err;
}
