/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_RECHECK_H
#define _RVM_RECHECK_H

#include <linux/types.h>

struct netlink_ext_ack;
struct rvm_partition;

/**
 * DOC: what is open is judged again
 *
 * What a task opened or received was judged then.  As long as nothing was taken away
 * since, reading, writing and receiving need no further question.  A partition from
 * which something may have been taken is *marked*; while one is, the hooks of
 * RVM_NEED_RECHECK are attached.  Documentation/design/decisions.md has the argument.
 */

/**
 * rvm_recheck_mark() - something is about to be taken away
 * @part: from it, and from all inside it
 *
 * Context: under rvm_partitions_lock.
 */
void rvm_recheck_mark(struct rvm_partition *part);

/**
 * rvm_recheck_next() - the number of the mark that will be made next
 *
 * Partitions whose @marked_at is not less were marked after this.
 *
 * Context: any.
 * Return: the number, which is never 0.
 */
u64 rvm_recheck_next(void);

/**
 * rvm_recheck_is_needed() - has each read and write in a partition to be judged
 * @part: the partition
 *
 * Context: inside rcu_read_lock(), or under rvm_partitions_lock.
 * Return: true if so, whether or not the hooks are attached.
 */
bool rvm_recheck_is_needed(const struct rvm_partition *part);

/**
 * rvm_recheck_prepare() - attach what a change will need
 * @part: that is changed, or made
 * @flags: enum rvm_partition_flag that it will have from now on
 * @expires: it will have a table that expires, so it does not matter who is in it now
 * @extack: says why not
 *
 * For changes that can be refused; rvm_recheck_settle() follows them all the same.
 *
 * Context: may sleep; not under rvm_partitions_lock.
 * Return: 0; what rvm_need_attach() says.
 */
int rvm_recheck_prepare(const struct rvm_partition *part, u8 flags, bool expires,
			struct netlink_ext_ack *extack);

/**
 * rvm_recheck_settle() - attach all that is needed now
 * @extack: says that it was not possible
 *
 * After a change, before anybody is told that it was made.
 *
 * Context: may sleep; not under rvm_partitions_lock.
 * Return: 0; -EUNATCH if the hooks could not be attached: the change was made, but what is
 * open is not judged by it.
 */
int rvm_recheck_settle(struct netlink_ext_ack *extack);

/**
 * rvm_recheck_begin() - hooks are attached from now on
 * @extack: says why not
 *
 * What tasks have open by now nobody judged.
 *
 * Context: may sleep.
 * Return: as rvm_recheck_settle().
 */
int rvm_recheck_begin(struct netlink_ext_ack *extack);

/** rvm_recheck_exit() - detach nothing more; may sleep */
void rvm_recheck_exit(void);

#endif /* _RVM_RECHECK_H */
