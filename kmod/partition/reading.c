// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may read the log inside a partition: by a token of type WitnessLog only, which is
 * looked for at each read, so that a descriptor is worth nothing when the token is gone.
 */

#include <linux/rcupdate.h>
#include <linux/timekeeping.h>

#include "lib/judge/judge.h"
#include "lib/judge/token.h"
#include "partition/reading.h"
#include "partition/registry.h"
#include "table/grants.h"
#include "table/table.h"

static bool is_for_log(const struct rvm_partition_view *view, const struct rvm_token_core *token,
		       s64 now)
{
	return token->type == RVM_TOKEN_TYPE_WITNESS_LOG && !rvm_token_is_single_use(token) &&
	       !rvm_token_is_gone(token, NULL) &&
	       !rvm_token_lack(view, token, RVM_RIGHT_READ, token->tier, now);
}

static bool is_granted(const struct rvm_partition *part, const struct rvm_partition_view *view,
		       s64 now)
{
	const struct rvm_grants *grants = READ_ONCE(part->grants);
	const struct rvm_token *token;
	u64 id = 0;
	u32 hint = 0;

	while ((token = rvm_grants_next(grants, id, &hint))) {
		if (is_for_log(view, &token->core, now))
			return true;
		id = token->core.id;
	}
	return false;
}

static bool is_in_table(const struct rvm_partition_view *view, s64 now)
{
	u32 i;

	for (i = 0; view->tokens && i < view->tokens->count; i++)
		if (is_for_log(view, view->tokens->core[i], now))
			return true;
	return false;
}

/* A partition has nothing that those around it do not have. */
static bool may_read(struct rvm_partition *part)
{
	struct rvm_partition_view views[RVM_NEST_MAX];
	const struct rvm_partition_view *view = &views[0];
	s64 now = ktime_get_real_seconds();

	if (!rvm_partition_is_live(part))
		return false;
	rvm_partition_views(part, views);
	for (; part; part = part->parent, view++)
		if (!is_in_table(view, now) && !is_granted(part, view, now))
			return false;
	return !rvm_is_stopped(&views[0].stop);
}

bool rvm_caller_may_read_log(void)
{
	struct rvm_partition *part;
	bool may;

	rcu_read_lock();
	part = rvm_partition_find();
	may = !part || may_read(part);
	rcu_read_unlock();
	return may;
}
