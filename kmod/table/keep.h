/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_KEEP_H
#define _RVM_KEEP_H

#include <linux/types.h>

struct rvm_table;

/**
 * DOC: tokens that stay
 *
 * A row that the next table has again keeps its token: with id, handle, what was derived
 * from it, and what was taken from it.
 */

/**
 * rvm_table_keep() - take the tokens of the table before for rows that are the same
 * @table: built, not published; refers to tokens of @old then, in place of its own
 * @old: in force; NULL for none
 * @epoch: of the partition: tokens of an older one are not kept
 *
 * Context: may sleep; under rvm_revoke_lock.
 * Return: how many were kept; -ENOMEM.
 */
int rvm_table_keep(struct rvm_table *table, const struct rvm_table *old, u32 epoch);

/** rvm_table_is_same() - after rvm_table_keep(): is there no difference at all to the one before */
bool rvm_table_is_same(const struct rvm_table *table, const struct rvm_table *old);

#endif /* _RVM_KEEP_H */
