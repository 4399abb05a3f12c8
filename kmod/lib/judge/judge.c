// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one judgement: state, exclusions, tokens, mode, and the partitions above.
 */
#include <linux/bits.h>
#include <linux/limits.h>

#include "lib/judge/cover.h"
#include "lib/judge/exclusion.h"
#include "lib/judge/judge.h"
#include "lib/judge/search.h"

static enum rvm_reason check_state(const struct rvm_partition_view *part)
{
	for (; part; part = part->parent) {
		if (part->flags & RVM_PARTITION_FLAG_PEN)
			return RVM_REASON_UNREGISTERED;
		if (part->flags & RVM_PARTITION_FLAG_FENCED)
			return RVM_REASON_FENCED;
		if (part->state != RVM_STATE_RUNNING)
			return RVM_REASON_STATE;
	}
	return RVM_REASON_NONE;
}

/* A mode relaxes only what a token could have allowed, and nothing that needs naming. */
static bool is_relaxed(const struct rvm_partition_view *part, const struct rvm_request *req)
{
	if (req->floor || rvm_request_needs_naming(req))
		return false;
	if (req->class != RVM_CLASS_PATH && req->class != RVM_CLASS_EXEC &&
	    req->class != RVM_CLASS_NET)
		return false;
	for (; part; part = part->parent)
		if (part->mode != RVM_MODE_PERMISSIVE && part->mode != RVM_MODE_LEARN)
			return false;
	return true;
}

/*
 * A program whose row holds only within itself, such as a helper of git, was started from
 * elsewhere.  The row that is learned from this will open its lineage, so what the
 * program starts is judged now as it will be then.
 */
static struct rvm_lineages learned_lineages(const struct rvm_partition_view *part,
					    const struct rvm_verdict *v)
{
	if (part->mode != RVM_MODE_LEARN || v->reason != RVM_REASON_WITHIN || !v->token)
		return (struct rvm_lineages){};
	return (struct rvm_lineages){ part->table, v->token->opens };
}

/* @above: For a partition inside. */
static struct rvm_verdict judge_one(const struct rvm_partition_view *part,
				    const struct rvm_request *req, s64 now, bool above)
{
	struct rvm_verdict v = { .tier = req->tier, .until = S64_MAX };

	/* Traffic within the partition's own network reaches nobody else. */
	if (req->class == RVM_CLASS_NET && req->net.own) {
		v.allow = true;
		return v;
	}
	rvm_search_tokens(part, req, now, above, &v);
	if (!v.allow && is_relaxed(part, req)) {
		v.allow = true;
		v.relaxed = true;
		v.opens = learned_lineages(part, &v);
	}
	return v;
}

/* Nobody holds more than the partition around it: each one above must allow it too. */
static void judge_above(const struct rvm_partition_view *part, const struct rvm_request *req,
			s64 now, struct rvm_verdict *v)
{
	struct rvm_verdict above;

	for (part = part->parent; part && v->allow; part = part->parent) {
		above = judge_one(part, req, now, true);
		if (v->until < above.until)
			above.until = v->until;
		v->until = above.until;
		v->words |= above.words && !v->relaxed;
		if (v->relaxed || (above.allow && !above.relaxed))
			continue;
		*v = above;
		v->reason = RVM_REASON_ABOVE;
	}
}

/* What is written below the name would end up elsewhere, out of reach of the exclusion. */
static bool leads_away(const struct rvm_partition_view *part, const struct rvm_request *req)
{
	return req->class == RVM_CLASS_PATH && req->op == RVM_OP_SYMLINK &&
	       rvm_exclusion_is_below(part, &req->path);
}

static struct rvm_verdict judge_running(const struct rvm_partition_view *part,
					const struct rvm_request *req, s64 now)
{
	struct rvm_verdict v = { .tier = req->tier, .missing = req->need, .until = S64_MAX };

	v.token = req->need & ~req->cleared ? rvm_exclusion_of(part, req) : NULL;
	if (v.token || leads_away(part, req)) {
		v.reason = RVM_REASON_EXCLUDED;
		return v;
	}
	v = judge_one(part, req, now, false);
	judge_above(part, req, now, &v);
	return v;
}

struct rvm_verdict rvm_judge(const struct rvm_partition_view *part, const struct rvm_request *req,
			     s64 now)
{
	struct rvm_verdict v = { .tier = req->tier, .missing = req->need, .until = S64_MAX };
	struct rvm_verdict found;

	v.reason = check_state(part);
	if (v.reason)
		return v;
	if (!req->need && req->class != RVM_CLASS_NONE) {
		v.allow = true;
		v.reason = RVM_REASON_OWN;
		return v;
	}
	found = judge_running(part, req, now);
	if (!rvm_is_stopped(&part->stop))
		return found;
	v.reason = RVM_REASON_FENCED;
	return v;
}

u8 rvm_judge_cleared(const struct rvm_partition_view *part, const struct rvm_request *req)
{
	/* A stopped partition is denied before any search. */
	return check_state(part) || rvm_exclusion_of(part, req) ? 0 : req->need;
}
