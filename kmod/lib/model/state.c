// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/string.h>

#include "lib/model/state.h"

static const u32 successors[] = {
	[RVM_STATE_CREATED] = BIT(RVM_STATE_RUNNING) | BIT(RVM_STATE_DESTROYED),
	[RVM_STATE_RUNNING] = BIT(RVM_STATE_SUSPENDED) | BIT(RVM_STATE_HIBERNATED) |
			      BIT(RVM_STATE_DESTROYED),
	[RVM_STATE_SUSPENDED] = BIT(RVM_STATE_RUNNING) | BIT(RVM_STATE_HIBERNATED) |
				BIT(RVM_STATE_DESTROYED),
	[RVM_STATE_DESTROYED] = 0,
	[RVM_STATE_HIBERNATED] = BIT(RVM_STATE_CREATED) | BIT(RVM_STATE_DESTROYED),
};

bool rvm_state_may(u32 from, u32 to)
{
	if (from >= ARRAY_SIZE(successors) || to >= ARRAY_SIZE(successors))
		return false;
	return successors[from] & BIT(to);
}
