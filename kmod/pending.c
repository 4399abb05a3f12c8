// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is done when a system call returns.
 *
 * Nobody inside can hold the module by it: whoever has something pending is in the
 * partition, which is not deleted with tasks in it, and as long as it runs the hooks
 * stay.  Only tasks that root has moved out of it meanwhile are waited for, until the
 * file system lets them go.
 */

#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "pending.h"

static atomic_t pending = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(nothing_pending);

bool rvm_pending_add(struct callback_head *work, task_work_func_t func)
{
	init_task_work(work, func);
	/* A thread of the kernel never returns from a call. */
	if (current->flags & PF_KTHREAD || task_work_add(current, work, TWA_RESUME))
		return false;
	/* It is this task's: nobody has done it yet. */
	atomic_inc(&pending);
	return true;
}

bool rvm_pending_interrupt(struct task_struct *task, struct callback_head *work,
			   task_work_func_t func)
{
	init_task_work(work, func);
	/* First: it may be done before we look again. */
	atomic_inc(&pending);
	if (!task_work_add(task, work, TWA_SIGNAL))
		return true;
	rvm_pending_done();
	return false;
}

void rvm_pending_done(void)
{
	if (atomic_dec_and_test(&pending))
		wake_up(&nothing_pending);
}

void rvm_pending_exit(void)
{
	wait_event(nothing_pending, !atomic_read(&pending));
	/* Until nobody is in the function that counts them. */
	synchronize_rcu_tasks();
}
