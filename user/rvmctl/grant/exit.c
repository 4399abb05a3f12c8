// SPDX-License-Identifier: GPL-2.0-only
/* The end of what was granted until a partition is left. */
#include "grant/exit.h"
#include "grant/request.h"
#include "partition/cgroup.h"

static bool ends(const struct token *t)
{
	return t->flags & RVM_TOKEN_FLAG_UNTIL_EXIT && !(t->flags & RVM_TOKEN_FLAG_REVOKED);
}

int grant_end_with_exit(struct nlc *nlc, const struct partition *p, int cgroup, struct err *err)
{
	auto_tokens struct tokens tokens = { 0 };
	struct taken taken;

	if (cgroup_is_populated(cgroup))
		return 0;
	if (tokens_get(nlc, p->id, &tokens, err))
		return -1;
	for (size_t i = 0; i < tokens.n; i++) {
		const struct token_ref ref = { .id = tokens.list[i].id };

		if (ends(&tokens.list[i]) && request_revoke(nlc, &ref, &taken, err))
			return -1;
	}
	return 0;
}
