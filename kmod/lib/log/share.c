// SPDX-License-Identifier: GPL-2.0-only
/* How much of the log each partition may have. */
#include <linux/string.h>

#include "lib/log/share.h"

#define SECOND_NS 1000000000ULL

void rvm_shares_init(struct rvm_shares *shares)
{
	unsigned int lane;

	memset(shares, 0, sizeof(*shares));
	shares->first = RVM_SHARE_NONE;
	shares->free = RVM_SHARE_NONE;
	for (lane = RVM_SHARE_LANES - 1; lane; lane--) {
		shares->lane[lane].next = shares->free;
		shares->free = (u16)lane;
	}
	shares->lane[RVM_SHARE_HOST].users = 1;
}

static bool is_empty(const struct rvm_share *share)
{
	return !share->users && !share->held && !share->lost && !share->inside;
}

static void put_free(struct rvm_shares *shares, u16 lane)
{
	shares->lane[lane].next = shares->free;
	shares->free = lane;
}

/* After one of its records, losses or partitions is gone. */
static void let_go(struct rvm_shares *shares, u16 lane)
{
	u16 top = shares->lane[lane].top;

	if (!is_empty(&shares->lane[lane]))
		return;
	put_free(shares, lane);
	if (top == lane)
		return;
	shares->lane[top].inside--;
	if (is_empty(&shares->lane[top]))
		put_free(shares, top);
}

static u16 take_free(struct rvm_shares *shares)
{
	u16 lane = shares->free;

	if (lane != RVM_SHARE_NONE)
		shares->free = shares->lane[lane].next;
	return lane;
}

/* The others of its family have what it has no longer. */
static void leave_family(struct rvm_shares *shares, u16 lane)
{
	struct rvm_share *share = &shares->lane[lane];
	u16 top = share->top;

	if (top == lane)
		return;
	shares->lane[top].all -= share->held;
	shares->lane[top].inside--;
	if (is_empty(&shares->lane[top]))
		put_free(shares, top);
}

static u16 take_inside(struct rvm_shares *shares, u16 top)
{
	struct rvm_share *outer = &shares->lane[top];
	u16 lane = outer->inside < RVM_SHARE_INSIDE ? take_free(shares) : RVM_SHARE_NONE;

	if (lane == RVM_SHARE_NONE) {
		outer->users++;
		return top;
	}
	outer->inside++;
	shares->lane[lane] = (struct rvm_share){ .top = top, .users = 1 };
	return lane;
}

static bool is_gone(const struct rvm_share *share)
{
	return !share->users && !share->inside;
}

u16 rvm_shares_take(struct rvm_shares *shares, u16 around, u16 gone)
{
	u16 lane;

	if (around != RVM_SHARE_HOST)
		return take_inside(shares, shares->lane[around].top);
	lane = take_free(shares);
	if (lane != RVM_SHARE_NONE) {
		shares->lane[lane] = (struct rvm_share){ .top = lane, .users = 1 };
		return lane;
	}
	if (gone == RVM_SHARE_NONE || !is_gone(&shares->lane[gone]))
		return RVM_SHARE_NONE;
	leave_family(shares, gone);
	shares->lane[gone].top = gone;
	shares->lane[gone].all = shares->lane[gone].held;
	shares->lane[gone].users = 1;
	return gone;
}

u16 rvm_shares_find_gone(const struct rvm_shares *shares)
{
	u16 lane, found = RVM_SHARE_NONE;
	u32 least = ~0U;

	if (shares->free != RVM_SHARE_NONE)
		return RVM_SHARE_NONE;
	for (lane = 1; lane < RVM_SHARE_LANES; lane++) {
		const struct rvm_share *share = &shares->lane[lane];
		/* Losses are better told first. */
		u32 has = share->lost ? ~0U - 1 : share->held;

		if (is_gone(share) && has < least) {
			least = has;
			found = lane;
		}
	}
	return found;
}

void rvm_shares_give(struct rvm_shares *shares, u16 lane)
{
	shares->lane[lane].users--;
	let_go(shares, lane);
}

/* What the others of its family leave of the family's half. */
static bool has_part(const struct rvm_share *share, u32 all, u32 half)
{
	return all < half && share->held < half - all;
}

bool rvm_shares_admit(const struct rvm_shares *shares, u16 lane, const struct rvm_share_room *room)
{
	const struct rvm_share *share = &shares->lane[lane];
	const struct rvm_share *top = &shares->lane[share->top];

	if (lane == RVM_SHARE_HOST)
		return true;
	if (!room->replaces)
		return has_part(share, top->all, (top->all + room->free) / 2);
	if (has_part(share, top->all, room->records / 2) || room->oldest == lane)
		return true;
	return shares->lane[room->oldest].top == share->top &&
	       share->held < top->all / (top->inside + 1);
}

bool rvm_shares_take_turn(struct rvm_shares *shares, u16 lane, u64 now)
{
	struct rvm_share *top = &shares->lane[shares->lane[lane].top];
	u64 due = top->due > now ? top->due : now;

	if (due - now > (RVM_SHARE_BURST - 1) * SECOND_NS)
		return false;
	top->due = due + SECOND_NS;
	return true;
}

void rvm_shares_remove(struct rvm_shares *shares, u16 lane)
{
	struct rvm_share *share = &shares->lane[lane];

	share->held--;
	shares->lane[share->top].all--;
	if (!share->users)
		let_go(shares, lane);
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

void rvm_shares_lose(struct rvm_shares *shares, u16 lane, u32 actor, u32 count)
{
	struct rvm_share *share = &shares->lane[lane];

	if (!count)
		return;
	share->actor = actor;
	if (!share->lost)
		put_last(shares, lane);
	share->lost = count < ~0U - share->lost ? share->lost + count : ~0U;
}

u32 rvm_shares_tell(struct rvm_shares *shares, u64 now, bool all, u16 *lane, u32 *actor)
{
	struct rvm_share *share;
	u32 lost;

	*lane = shares->first;
	if (*lane == RVM_SHARE_NONE)
		return 0;
	share = &shares->lane[*lane];
	shares->first = share->next;
	if (!all && !rvm_shares_take_turn(shares, *lane, now)) {
		put_last(shares, *lane);
		return 0;
	}
	lost = share->lost;
	share->lost = 0;
	*actor = share->actor;
	return lost;
}
