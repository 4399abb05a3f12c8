// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>

#include "lib/model/claim.h"

/* Exact, "*", or a prefix that ends in @sep before a final "*". */
static bool covers(const char *rule, size_t rule_len, const char *s, size_t len, char sep)
{
	if (rule_len == 1 && rule[0] == '*')
		return true;
	if (rule_len == len && (!len || !memcmp(rule, s, len)))
		return true;
	if (rule_len < 2 || rule[rule_len - 1] != '*' || rule[rule_len - 2] != sep)
		return false;
	rule_len--;
	return len >= rule_len && !memcmp(rule, s, rule_len);
}

bool rvm_capability_covers(const char *rule, size_t rule_len, const char *cap, size_t len)
{
	return covers(rule, rule_len, cap, len, '.');
}

bool rvm_name_covers(const char *rule, size_t rule_len, const char *name, size_t len)
{
	return name && covers(rule, rule_len, name, len, '/');
}

enum rvm_claim_verdict rvm_claim_check(const struct rvm_claim *claims, size_t n, const char *cap,
				       size_t len, const char *res, size_t rlen, s64 now,
				       size_t *which)
{
	size_t i;

	if (!n)
		return RVM_CLAIM_NO_CLAIMS;
	for (i = 0; i < n; i++) {
		const struct rvm_claim *c = &claims[i];

		if (c->expires_at <= now)
			continue;
		if (!rvm_capability_covers(c->capability, c->cap_len, cap, len))
			continue;
		if (c->has_resource && !rvm_name_covers(c->resource, c->res_len, res, rlen))
			continue;
		if (which)
			*which = i;
		return RVM_CLAIM_ALLOW;
	}
	return RVM_CLAIM_NO_MATCH;
}

const char *rvm_claim_reason(enum rvm_claim_verdict verdict)
{
	switch (verdict) {
	case RVM_CLAIM_ALLOW:
		return NULL;
	case RVM_CLAIM_NO_CLAIMS:
		return "no claims provided";
	case RVM_CLAIM_NO_MATCH:
		break;
	}
	return "no matching unexpired claim";
}
