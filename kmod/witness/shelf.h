/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_WITNESS_SHELF_H
#define _RVM_WITNESS_SHELF_H

#include <linux/types.h>

#include "lib/log/shelf.h"
#include "limits.h"

/**
 * DOC: the detail lines
 *
 * A line's slot is taken before its record is made, under the lines' own lock, which is
 * released before the log's is taken: so the log's is held for the record alone.  The line
 * is
 *
 *  - taken: whoever took the slot has it alone, writes the text, and has interrupts off
 *    until it has filled the slot or given it back;
 *  - filled: the slot has the sequence of the record, and the text is not written to.  It
 *    stays until the record is hashed and, while there is a recorder, acknowledged;
 *  - gone: under the lock another one has taken the slot.
 *
 * The hasher reads the line of a record that is not hashed, and takes no lock.  All others
 * copy it under the lock, in which they see whether it is gone.  Lines are numbered under the
 * log's lock, so in the order of their records, whatever the order of their slots.
 */

/**
 * struct rvm_witness_line - a detail line
 */
struct rvm_witness_line {
	/** @length: Bytes of @text without its NUL. */
	u32 length;
	/** @text: The line. */
	char text[RVM_DETAIL_BYTES];
};

/**
 * rvm_lines_take() - a slot for a line
 * @owner: lane of the outermost partition of whose family it is
 *
 * It does without if the line that would have to go is kept: for the hasher, who has to
 * read it, or for the recorder.
 *
 * Context: interrupts are off until it is filled or given back; not under the log's lock.
 * Return: the slot, or RVM_SHELF_NONE.
 */
u16 rvm_lines_take(u16 owner);

/** rvm_lines_fill() - write the line of a record into its slot; cuts what is too long */
void rvm_lines_fill(u16 slot, u64 sequence, const char *text);

/** rvm_lines_give() - there is no record */
void rvm_lines_give(u16 owner, u16 slot);

/** rvm_lines_await() - line of a record that is not hashed, once it is whole */
const struct rvm_witness_line *rvm_lines_await(u16 slot, u64 sequence);

/**
 * rvm_lines_copy() - copy the line of a record
 * @slot: of its line
 * @sequence: of the record
 * @buf: for RVM_DETAIL_BYTES
 *
 * Return: its length; -ENODATA if it is gone.
 */
int rvm_lines_copy(u16 slot, u64 sequence, char *buf);

/** rvm_lines_init() - an empty shelf */
int rvm_lines_init(void);

/** rvm_lines_exit() - free all lines */
void rvm_lines_exit(void);

#endif /* _RVM_WITNESS_SHELF_H */
