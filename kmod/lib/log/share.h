/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SHARE_H
#define _RVM_SHARE_H

#include <linux/types.h>

/**
 * DOC: shares of the log
 *
 * A flood of one partition must not push out what the log knows of others.  So it is
 * counted how many of the kept records each has.  A partition that is in no other and those
 * inside it are a family, and have one share: who starts many has no more than who starts none.
 * A family has half of the room, and each in it half of what the others of it leave.  Who has
 * more than that
 *
 *  - replaces its own oldest records, if these are the next to go, and those of its family
 *    if it has less than the mean of the family;
 *  - may replace those of others that are RVM_SHARE_AGE_SECONDS old, once a second, and
 *    RVM_SHARE_BURST times at once;
 *  - is not recorded else: what it loses is counted, and told by a record of its own.
 *
 * So one alone has a quarter.  Where nothing is overwritten, the room is what it has and what
 * is free.  The host has no limit.
 *
 * Each counts in a lane, which it is given when it is made, and which is free again when it
 * has ended and the last of its records has gone.  A family has at most RVM_SHARE_INSIDE lanes
 * beside that of its outermost, in which all others of it count.  If no lane is free, one
 * that is in no other takes over that of one that has ended, with its records: the one
 * with the fewest.
 */

#define RVM_SHARE_LANES 8192
#define RVM_SHARE_INSIDE 64
#define RVM_SHARE_BURST 64
#define RVM_SHARE_AGE_SECONDS 600
#define RVM_SHARE_HOST 0
#define RVM_SHARE_NONE 0xffff

/**
 * struct rvm_share - what one lane has of the log
 */
struct rvm_share {
	/** @due: Nanoseconds: when all RVM_SHARE_BURST may be used again; of @top. */
	u64 due;
	/** @held: Records of it that are kept. */
	u32 held;
	/** @all: And of those inside; of @top. */
	u32 all;
	/** @lost: Losses that were not told yet. */
	u32 lost;
	/** @actor: The partition that lost last. */
	u32 actor;
	/** @next: Next one with losses, or next free one. */
	u16 next;
	/** @top: Lane of the outermost of its family, which may be itself. */
	u16 top;
	/** @users: Partitions that count in it. */
	u16 users;
	/** @inside: Other lanes whose @top it is. */
	u16 inside;
};

/**
 * struct rvm_shares - the shares of all
 */
struct rvm_shares {
	/** @lane: All of them; RVM_SHARE_HOST is the host's. */
	struct rvm_share lane[RVM_SHARE_LANES];
	/** @first: Of those with losses, RVM_SHARE_NONE for none. */
	u16 first;
	/** @last: Likewise. */
	u16 last;
	/** @free: The first free one, RVM_SHARE_NONE for none. */
	u16 free;
};

/**
 * struct rvm_share_room - what there is for a record
 */
struct rvm_share_room {
	/** @records: Where records are replaced: all that are kept. */
	u32 records;
	/** @free: Where none is: those that there is room for. */
	u32 free;
	/** @replaces: Whether the oldest record goes. */
	bool replaces;
	/** @oldest: And in which lane it counts. */
	u16 oldest;
};

/** rvm_shares_init() - nobody has anything */
void rvm_shares_init(struct rvm_shares *shares);

/**
 * rvm_shares_take() - a lane for a new partition
 * @shares: the shares
 * @around: lane of the one around it, RVM_SHARE_HOST for none
 * @gone: lane that may be taken over if none is free, of rvm_shares_find_gone()
 *
 * Context: any, serialised by the caller, as for all of them.
 * Return: the lane, RVM_SHARE_NONE if there is none.
 */
u16 rvm_shares_take(struct rvm_shares *shares, u16 around, u16 gone);

/**
 * rvm_shares_find_gone() - the lane of one that has ended, with the fewest records
 * @shares: the shares
 *
 * Takes RVM_SHARE_LANES steps.  The caller need not serialise with what counts records.
 *
 * Return: RVM_SHARE_NONE if there is none, or if a lane is free.
 */
u16 rvm_shares_find_gone(const struct rvm_shares *shares);

/** rvm_shares_give() - a partition that was given this lane has ended */
void rvm_shares_give(struct rvm_shares *shares, u16 lane);

/**
 * rvm_shares_admit() - is there room in a share
 * @shares: the shares
 * @lane: whose
 * @room: what there is
 *
 * Return: whether a record may be made; if not, rvm_shares_take_turn() may let it.
 */
bool rvm_shares_admit(const struct rvm_shares *shares, u16 lane, const struct rvm_share_room *room);

/**
 * rvm_shares_take_turn() - may a record of others be replaced that is old
 * @shares: the shares
 * @lane: by whom
 * @now: nanoseconds that only go up
 *
 * Return: whether; then it counts.
 */
bool rvm_shares_take_turn(struct rvm_shares *shares, u16 lane, u64 now);

/** rvm_shares_add() - it has one more */
static inline void rvm_shares_add(struct rvm_shares *shares, u16 lane)
{
	struct rvm_share *share = &shares->lane[lane];

	share->held++;
	shares->lane[share->top].all++;
}

/** rvm_shares_remove() - it has one less */
void rvm_shares_remove(struct rvm_shares *shares, u16 lane);

/** rvm_shares_lose() - so many of @actor were not recorded */
void rvm_shares_lose(struct rvm_shares *shares, u16 lane, u32 actor, u32 count);

/**
 * rvm_shares_tell() - the losses that are to be told next
 * @shares: the shares
 * @now: nanoseconds that only go up
 * @all: however many were told lately
 * @lane: filled: whose they are
 * @actor: filled: likewise
 *
 * Those of one family are told as often as it may replace records of others.
 *
 * Return: how many; 0 if they are not to be told now, or if there are none.
 */
u32 rvm_shares_tell(struct rvm_shares *shares, u64 now, bool all, u16 *lane, u32 *actor);

#endif /* _RVM_SHARE_H */
