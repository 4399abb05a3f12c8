/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SHELF_H
#define _RVM_SHELF_H

#include <linux/types.h>

#include "lib/log/share.h"

/**
 * DOC: which lines stay
 *
 * A shelf has slots for lines; each has an owner and a sequence that only goes up.  When
 * it is full, the owner with the most lines loses its oldest: so an owner that writes
 * without end replaces its own lines, and those of owners that have fewer stay.  An owner
 * has at most half of the slots for lines that are to be kept.  Owners are lanes of
 * lib/log/share.h: those of the outermost partitions, so that a family is one owner.
 */

#define RVM_SHELF_SLOTS 8192
#define RVM_SHELF_LANES RVM_SHARE_LANES
#define RVM_SHELF_NONE 0xffff

/**
 * struct rvm_shelf - where the lines are; the caller has the lines themselves
 */
struct rvm_shelf {
	/** @sequence: Of the line in each slot. */
	u64 sequence[RVM_SHELF_SLOTS];
	/** @newer: Next slot of the same lane. */
	u16 newer[RVM_SHELF_SLOTS];
	/** @bucket: First slot of those with the same hash. */
	u16 bucket[RVM_SHELF_SLOTS];
	/** @same: Next slot with the same hash. */
	u16 same[RVM_SHELF_SLOTS];
	/** @oldest: First slot of each lane. */
	u16 oldest[RVM_SHELF_LANES];
	/** @newest: Last slot of each lane. */
	u16 newest[RVM_SHELF_LANES];
	/** @count: Slots of each lane. */
	u16 count[RVM_SHELF_LANES];
	/** @rank: First lane of those with so many slots; only above 0. */
	u16 rank[RVM_SHELF_SLOTS + 1];
	/** @before: Lane before each in its rank. */
	u16 before[RVM_SHELF_LANES];
	/** @after: Lane after each in its rank. */
	u16 after[RVM_SHELF_LANES];
	/** @most: Slots of the fullest lane. */
	u16 most;
	/** @used: Slots that were ever used. */
	u16 used;
};

/** rvm_shelf_init() - empty */
void rvm_shelf_init(struct rvm_shelf *shelf);

/**
 * rvm_shelf_place() - a slot for a line
 * @shelf: the shelf
 * @lane: whose line it is, below RVM_SHELF_LANES
 * @sequence: higher than that of all lines before
 * @keep: lines from this sequence on are kept
 *
 * Context: any, serialised by the caller; as many steps as there are lines in one bucket.
 * Return: the slot, whose previous line is gone; RVM_SHELF_NONE if the line that would
 * have to go is to be kept, or if @lane has half of the slots and all are to be kept.
 */
u16 rvm_shelf_place(struct rvm_shelf *shelf, u16 lane, u64 sequence, u64 keep);

/**
 * rvm_shelf_find() - where a line is
 * @shelf: the shelf
 * @sequence: of the line
 *
 * Context: any, serialised by the caller.
 * Return: its slot, RVM_SHELF_NONE if it is gone or never was.
 */
u16 rvm_shelf_find(const struct rvm_shelf *shelf, u64 sequence);

#endif /* _RVM_SHELF_H */
