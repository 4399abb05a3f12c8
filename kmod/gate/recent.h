/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_RECENT_H
#define _RVM_RECENT_H

#include <linux/types.h>

struct file;
struct rvm_partition;

/**
 * rvm_recent_has() - was this found allowed in the present tick
 * @part: of the caller
 * @file: open
 * @mask: MAY_READ, MAY_WRITE and the like
 *
 * For reads and writes, which come so often that looking at the file itself
 * would be measurable.  A change of policy or a rename ends it at once.
 *
 * Context: as rvm_decision_allows().
 * Return: true if it is allowed; false says nothing.
 */
bool rvm_recent_has(const struct rvm_partition *part, const struct file *file, int mask);

/**
 * rvm_recent_allows() - rvm_decision_allows(), and rvm_recent_has() it from then on
 * @part: of the caller
 * @file: open
 * @mask: MAY_READ, MAY_WRITE and the like
 * @rights: mask of enum rvm_right
 *
 * Context: as rvm_decision_allows().
 * Return: true if it is allowed; false says nothing.
 */
bool rvm_recent_allows(const struct rvm_partition *part, const struct file *file, int mask,
		       u8 rights);

/** rvm_recent_init() - make room on each CPU; -ENOMEM */
int rvm_recent_init(void);
/** rvm_recent_exit() - free it; nobody asks any more */
void rvm_recent_exit(void);

#endif /* _RVM_RECENT_H */
