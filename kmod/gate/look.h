/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_LOOK_H
#define _RVM_LOOK_H

#include <linux/types.h>

struct dentry;
struct path;
struct rvm_partition;
struct rvm_question;

/**
 * rvm_look_choose_place() - which of the places of an object counts
 * @part: of the caller
 * @q: about the object; its path is set to one place after another
 * @places: where it is
 * @count: of @places; not 0
 *
 * Through which of several mounts an object was reached is not told.  One that
 * forbids it decides, then one that allows it: the caller can go that way too.
 *
 * Context: as rvm_gate_check().
 * Return: an index of @places.
 */
int rvm_look_choose_place(struct rvm_partition *part, struct rvm_question *q,
			  const struct path *places, int count);

/**
 * rvm_look_check() - judge and record a look at attributes
 * @part: of the caller
 * @q: READ of the object
 * @dentry: the object
 *
 * Any right to the content will do.  What programs look at on their way to what they
 * may use needs none.
 *
 * Context: as rvm_gate_check().
 * Return: 0 or -EACCES.
 */
int rvm_look_check(struct rvm_partition *part, struct rvm_question *q, struct dentry *dentry);

/**
 * rvm_look_may_only_copy() - may the caller copy a file, but not link it
 * @part: of the caller
 * @from: WRITE of the old name
 * @to: WRITE of the new name
 *
 * It may be read, and the new name written: with the file under both it could be
 * changed.  Programs that are told so make a copy.
 *
 * Context: as rvm_gate_check().
 * Return: true if it may.
 */
bool rvm_look_may_only_copy(struct rvm_partition *part, struct rvm_question *from,
			    struct rvm_question *to);

#endif /* _RVM_LOOK_H */
