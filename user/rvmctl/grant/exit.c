// SPDX-License-Identifier: GPL-2.0-only
/* The end of what was granted until a partition is left. */
#include <unistd.h>

#include "base/auto.h"
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

void grant_warn_with_exit(struct nlc *nlc, const struct partition *p, int cgroup)
{
	struct err err = { 0 };

	/* The next start does it before anything runs. */
	if (grant_end_with_exit(nlc, p, cgroup, &err))
		warn_line("partition %s: what was granted until exit is not taken back yet: %s",
			  p->name, err.text);
	err_clear(&err);
}

int grant_check_exit(const struct partition *p, uint32_t flags, struct err *err)
{
	auto_close int cgroup = -1;
	struct err other = { 0 };

	if (!(flags & RVM_TOKEN_FLAG_UNTIL_EXIT))
		return 0;
	cgroup = partition_is_container(p) ? -1 : partition_cgroup_open(p->name, &other);
	err_clear(&other);
	if (cgroup < 0 || cgroup_is_populated(cgroup))
		return 0;
	err_make(err, EXIT_REFUSED,
		 "--until-exit: no process is in partition %s, and its first one would end it",
		 p->name);
	return err_hint(err, "start it first, or use --for");
}
