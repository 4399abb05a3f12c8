/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_CALLS_H
#define _RVM_CALLS_H

#include <linux/types.h>

struct netlink_ext_ack;

/**
 * DOC: calls that wait
 *
 * Hooks judge a call when it begins.  A call that waits for a pipe or for a peer when a right
 * is taken back would go on by it.  So after a change that takes away the tasks that it is
 * about are interrupted, as by being stopped and continued: a call that has done nothing yet
 * begins again, and is judged; one that has done a part of its work returns that.
 */

/**
 * rvm_calls_interrupt() - let calls that wait begin again
 * @since: what rvm_recheck_next() said before the change; 0 for none
 * @extack: on success says if a call goes on; NULL if nobody would read it
 *
 * In all partitions that were marked since, and in those inside them.  Not the caller's own
 * call.  It waits until the tasks have left their calls, RVM_CALLS_MSECS at most: a call
 * that cannot be interrupted goes on, until it ends or waits for what can be.
 *
 * Context: may sleep; without locks, when questions see the change.
 */
void rvm_calls_interrupt(u64 since, struct netlink_ext_ack *extack);

/** rvm_calls_exit() - interrupt nobody any more; before rvm_pending_exit() */
void rvm_calls_exit(void);

#endif /* _RVM_CALLS_H */
