// SPDX-License-Identifier: GPL-2.0-only
/* How much of the log each partition may have. */
#include <linux/string.h>

#include "lib/log/share.h"

#define SECOND_NS 1000000000ULL

static u16 lane_of(u32 actor)
{
	return actor ? 1 + actor % (RVM_SHARE_LANES - 1) : 0;
}

void rvm_shares_init(struct rvm_shares *shares)
{
	memset(shares, 0, sizeof(*shares));
	shares->first = RVM_SHARE_NONE;
}

static bool take_turn(struct rvm_share *share, u64 now)
{
	u64 due = share->due > now ? share->due : now;

	if (due - now > (RVM_SHARE_BURST - 1) * SECOND_NS)
		return false;
	share->due = due + SECOND_NS;
	return true;
}

bool rvm_shares_admit(struct rvm_shares *shares, u32 actor, const struct rvm_share_room *room)
{
	struct rvm_share *share = &shares->lane[lane_of(actor)];

	if (!actor)
		return true;
	if (!room->replaces)
		return share->held < room->free;
	return share->held < room->limit || lane_of(room->oldest) == lane_of(actor) ||
	       (room->old && take_turn(share, room->now));
}

void rvm_shares_add(struct rvm_shares *shares, u32 actor)
{
	shares->lane[lane_of(actor)].held++;
}

void rvm_shares_remove(struct rvm_shares *shares, u32 actor)
{
	struct rvm_share *share = &shares->lane[lane_of(actor)];

	if (share->held)
		share->held--;
}

static void put_last(struct rvm_shares *shares, u16 lane)
{
	shares->lane[lane].next = RVM_SHARE_NONE;
	if (shares->first == RVM_SHARE_NONE)
		shares->first = lane;
	else
		shares->lane[shares->last].next = lane;
	shares->last = lane;
}

void rvm_shares_lose(struct rvm_shares *shares, u32 actor)
{
	u16 lane = lane_of(actor);
	struct rvm_share *share = &shares->lane[lane];

	share->actor = actor;
	if (!share->lost)
		put_last(shares, lane);
	share->lost += share->lost < ~0U;
}

u32 rvm_shares_tell(struct rvm_shares *shares, u64 now, bool all, u32 *actor)
{
	u16 lane = shares->first;
	struct rvm_share *share;
	u32 lost;

	if (lane == RVM_SHARE_NONE)
		return 0;
	share = &shares->lane[lane];
	shares->first = share->next;
	if (!all && !take_turn(share, now)) {
		put_last(shares, lane);
		return 0;
	}
	lost = share->lost;
	share->lost = 0;
	*actor = share->actor;
	return lost;
}
