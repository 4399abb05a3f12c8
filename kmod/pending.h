/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_PENDING_H
#define _RVM_PENDING_H

#include <linux/task_work.h>
#include <linux/types.h>

/**
 * rvm_pending_add() - have something done when the caller's system call returns
 * @work: the caller's; it is @func's from then on
 * @func: ends with rvm_pending_done()
 *
 * It does not begin before the call returns, so what it needs may be taken behind this.
 *
 * Context: in a system call, any but NMI; never sleeps.
 * Return: false for a task that is exiting, or that never returns from a call: then
 * @func is not called.
 */
bool rvm_pending_add(struct callback_head *work, task_work_func_t func);

/**
 * rvm_pending_interrupt() - likewise for another task, which is interrupted
 * @task: not a thread of the kernel; inside rcu_read_lock(), or held
 * @work: kept until @func has been called
 * @func: ends with rvm_pending_done()
 *
 * A wait that a signal would end ends, and the call begins again or returns what it did.
 *
 * Context: any but NMI.
 * Return: false if it is exiting: @func is not called.
 */
bool rvm_pending_interrupt(struct task_struct *task, struct callback_head *work,
			   task_work_func_t func);

/** rvm_pending_done() - the last thing that such a function does */
void rvm_pending_done(void);

/** rvm_pending_exit() - wait until nothing is pending; no hook asks any more; may sleep */
void rvm_pending_exit(void);

#endif /* _RVM_PENDING_H */
