/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SHELF_H
#define _RVM_SHELF_H

#include <linux/types.h>

#include "lib/log/share.h"

/**
 * DOC: which lines stay
 *
 * A shelf has slots for lines; each has an owner and, once its record is known, a sequence.
 * When it is full, the owner with the most lines loses the one that took its slot first: so
 * an owner that writes without end replaces its own lines, and those of owners that have
 * fewer stay.  An owner has at most half of the slots for lines that are to be kept.  Owners
 * are lanes of lib/log/share.h: those of the outermost partitions, so that a family is one.
 */

#define RVM_SHELF_SLOTS 8192
#define RVM_SHELF_LANES RVM_SHARE_LANES
#define RVM_SHELF_NONE 0xffff
/* The sequence of what was taken, until the caller writes that of the line. */
#define RVM_SHELF_TAKEN (~0ULL)

/**
 * struct rvm_shelf - where the lines are; the caller has the lines themselves
 */
struct rvm_shelf {
	/** @sequence: Of the line in each slot; the caller writes it, whole, at any time. */
	u64 sequence[RVM_SHELF_SLOTS];
	/** @newer: Next slot of the same lane, or next free one. */
	u16 newer[RVM_SHELF_SLOTS];
	/** @older: Slot before it of the same lane. */
	u16 older[RVM_SHELF_SLOTS];
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
	/** @free: First of those of them that were given back. */
	u16 free;
};

/** rvm_shelf_init() - empty */
void rvm_shelf_init(struct rvm_shelf *shelf);

/**
 * rvm_shelf_take() - a slot for a line
 * @shelf: the shelf
 * @lane: whose line it is, below RVM_SHELF_LANES
 * @keep: lines from this sequence on are kept, as are those that have none yet
 *
 * Context: any, serialised by the caller; a fixed number of steps.
 * Return: the slot, whose previous line is gone; RVM_SHELF_NONE if the line that would
 * have to go is to be kept, or if @lane has half of the slots and all are to be kept.
 */
u16 rvm_shelf_take(struct rvm_shelf *shelf, u16 lane, u64 keep);

/**
 * rvm_shelf_give() - no line came into the slot
 * @shelf: the shelf
 * @lane: whose it is
 * @slot: of rvm_shelf_take()
 *
 * Context: as there.
 */
void rvm_shelf_give(struct rvm_shelf *shelf, u16 lane, u16 slot);

#endif /* _RVM_SHELF_H */
