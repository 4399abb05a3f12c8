/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SHARE_H
#define _RVM_SHARE_H

#include <linux/types.h>

/**
 * DOC: shares of the log
 *
 * A flood of one partition must not push out what the log knows of others.  So it is
 * counted how many of the kept records each has.  Who has more than its share
 *
 *  - replaces its own oldest records, if these are the next to go;
 *  - may replace those of others that are RVM_SHARE_AGE_SECONDS old, once a second, and
 *    RVM_SHARE_BURST times at once;
 *  - is not recorded else: what it loses is counted, and told by a record of its own.
 *
 * Where nothing is overwritten, one has at most as many as are still free: so a flood
 * takes half of the room, and leaves the other half to others.
 *
 * The host has no limit.  Partitions whose numbers differ by a multiple of
 * RVM_SHARE_LANES - 1 have one share together.
 */

#define RVM_SHARE_LANES 8192
#define RVM_SHARE_BURST 64
#define RVM_SHARE_AGE_SECONDS 600
#define RVM_SHARE_NONE 0xffff

/**
 * struct rvm_share - what one partition has of the log
 */
struct rvm_share {
	/** @due: Nanoseconds: when all RVM_SHARE_BURST may be used again. */
	u64 due;
	/** @held: Records of it that are kept. */
	u32 held;
	/** @lost: Losses that were not told yet. */
	u32 lost;
	/** @actor: The partition that lost last. */
	u32 actor;
	/** @next: Next one with losses. */
	u16 next;
};

/**
 * struct rvm_shares - the shares of all
 */
struct rvm_shares {
	/** @lane: By partition. */
	struct rvm_share lane[RVM_SHARE_LANES];
	/** @first: Of those with losses, RVM_SHARE_NONE for none. */
	u16 first;
	/** @last: Likewise. */
	u16 last;
};

/**
 * struct rvm_share_room - what there is for a record
 */
struct rvm_share_room {
	/** @now: Nanoseconds that only go up. */
	u64 now;
	/** @free: Records that would not replace others. */
	u32 free;
	/** @limit: Share of each, where records are replaced. */
	u32 limit;
	/** @replaces: Whether the oldest record goes; else nothing does. */
	bool replaces;
	/** @oldest: And whose that is. */
	u32 oldest;
	/** @old: And that it is RVM_SHARE_AGE_SECONDS old. */
	bool old;
};

/** rvm_shares_init() - nobody has anything */
void rvm_shares_init(struct rvm_shares *shares);

/**
 * rvm_shares_admit() - may a partition have a record
 * @shares: the shares
 * @actor: the partition, 0 for the host
 * @room: what there is
 *
 * Context: any, serialised by the caller, as for all of them.
 * Return: whether it may.
 */
bool rvm_shares_admit(struct rvm_shares *shares, u32 actor, const struct rvm_share_room *room);

/** rvm_shares_add() - it has one more */
void rvm_shares_add(struct rvm_shares *shares, u32 actor);

/** rvm_shares_remove() - it has one less */
void rvm_shares_remove(struct rvm_shares *shares, u32 actor);

/** rvm_shares_lose() - one was not recorded */
void rvm_shares_lose(struct rvm_shares *shares, u32 actor);

/**
 * rvm_shares_tell() - the losses that are to be told next
 * @shares: the shares
 * @now: as of struct rvm_share_room
 * @all: however many were told lately
 * @actor: filled: whose they are
 *
 * Those of one partition are told as often as it may replace records of others.
 *
 * Return: how many; 0 if they are not to be told now, or if there are none.
 */
u32 rvm_shares_tell(struct rvm_shares *shares, u64 now, bool all, u32 *actor);

#endif /* _RVM_SHARE_H */
