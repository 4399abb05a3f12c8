// SPDX-License-Identifier: GPL-2.0-only
/* Rights that were given, and do nothing. */
#include <string.h>

#include "base/path.h"
#include "grant/void.h"
#include "lib/model/rights.h"
#include "lib/model/text.h"
#include "lib/pattern/argv.h"
#include "log/refusal.h"
#include "plan/plan.h"
#include "witness/check.h"
#include "witness/trial.h"

/**
 * struct probe - what is tried; strings are its own
 */
struct probe {
	struct refusal r;
	char *path;
	char addr[64];
	char *words[RVM_ARGV_PATTERN_WORDS_MAX + 1];
};

static bool probe_path(struct probe *probe, const struct scope *scope)
{
	struct scope copy = *scope, *s = &copy;

	/* A name at any depth is also one right there. */
	if (s->pattern && !strncmp(s->pattern, "**/", 3))
		s->pattern += 3;
	if (!s->anchor || s->flags & (RVM_SCOPE_FLAG_PROC_OWN | RVM_SCOPE_FLAG_RUN))
		return false;
	probe->path = plan_sample(s);
	probe->r.path = probe->path;
	return probe->path;
}

/* With the words of the pattern as they stand. */
static bool probe_exec(struct probe *probe, const struct scope *s)
{
	size_t n = 0;

	if (!s->anchor)
		return false;
	for (size_t at = 0; at < s->len && n < RVM_ARGV_PATTERN_WORDS_MAX;
	     at += strlen(s->pattern + at) + 1)
		probe->words[n++] = s->pattern + at;
	probe->r.path = s->anchor->path;
	probe->r.words = probe->words;
	probe->r.as = path_base(probe->words[0]);
	probe->r.op = RVM_OP_EXEC;
	return true;
}

static bool probe_net(struct probe *probe, const struct scope *s)
{
	struct rvm_addr addr = { .port = s->range.port_first };

	if (s->family)
		return false;
	memcpy(addr.bytes, s->range.bytes, sizeof(addr.bytes));
	rvm_addr_format(&addr, probe->addr);
	probe->r.addr = probe->addr;
	probe->r.proto = rvm_protocol_name(s->protocol);
	if (!probe->r.proto)
		probe->r.proto = "tcp";
	return true;
}

static bool probe_scope(struct probe *probe, const struct scope *s)
{
	switch (s->class) {
	case RVM_CLASS_PATH:
		return probe_path(probe, s);
	case RVM_CLASS_EXEC:
		return probe_exec(probe, s);
	case RVM_CLASS_NET:
		return probe_net(probe, s);
	default:
		return false;
	}
}

/* Reasons that another token would not change. */
static bool is_void(uint8_t reason)
{
	return reason == RVM_REASON_EXCLUDED || reason == RVM_REASON_ABOVE ||
	       reason == RVM_REASON_STATE || reason == RVM_REASON_FENCED;
}

/* Why another token would not change it, or 0; the first is said. */
static uint8_t try(struct nlc *nlc, const struct partition *p, const struct grant_row *row,
		   struct probe *probe, uint8_t right, bool *said)
{
	auto_trial struct trial trial = { 0 };
	struct refusal *r = &probe->r;
	auto_free char *reason = NULL;
	auto_free char *rule = NULL;

	r->right = right;
	r->asked = right;
	if (check_refusal(nlc, p->id, r) || !is_void(r->reason))
		return 0;
	if (*said)
		return r->reason;
	*said = true;
	r->token = 0;
	trial_open(&trial, nlc, p);
	if (r->reason == RVM_REASON_EXCLUDED)
		rule = trial_exclusion(&trial, r);
	r->rule = rule;
	reason = refusal_reason(r);
	r->rule = NULL;
	warn_line("%s: gives no %s%s%s: %s", row->resource, rvm_right_name(right),
		  r->path ? " of " : "", r->path ? r->path : "", reason ? reason : "");
	return r->reason;
}

bool warn_if_void(struct nlc *nlc, const struct partition *p, const struct grant_row *row)
{
	bool said = false, all = true;

	for (size_t i = 0; i < row->found.n; i++) {
		const struct scope *s = &row->found.scope[i];
		struct probe probe = { .r = { .class = s->class, .partition = p->name } };
		bool probed = probe_scope(&probe, s);

		for (uint8_t right = 1; probed && right <= RVM_RIGHT_EXECUTE; right <<= 1) {
			if (row->rights & right)
				all &= try(nlc, p, row, &probe, right, &said) ==
				       RVM_REASON_EXCLUDED;
		}
		all &= probed;
		free(probe.path);
	}
	return said && all;
}
