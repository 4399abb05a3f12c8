// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that wait when something is taken away.
 *
 * A task is given a work, which it does before it goes on in its program.  For such a work
 * the kernel ends each wait that a signal would end, and as there is no signal it begins the
 * call again.  While the work is there the task has not left the call, and it is not given
 * another: whoever is stopped gathers none.
 *
 * Tasks are walked under RCU, as in adopt.c.  One that is made meanwhile may be missed: it
 * began each of its calls after the change.
 */

#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "compat.h"
#include "limits.h"
#include "partition/calls.h"
#include "partition/registry.h"
#include "pending.h"

struct interruption {
	struct callback_head work;
	struct interruption *next;
};

/* Of one change. */
struct round {
	/* The first mark that it made. */
	u64 since;
	/* Tasks that were made later are not asked. */
	u64 made_before;
	/* For tasks that have none, and how many. */
	struct interruption *spare;
	unsigned int spares;
	/* Tasks that had none in the last walk. */
	unsigned int wanted;
	/* Tasks in a call that began before, and one of them. */
	unsigned int left;
	pid_t pid;
	char comm[TASK_COMM_LEN];
};

static bool ending;

static void end_call(struct callback_head *work)
{
	kfree(container_of(work, struct interruption, work));
	rvm_pending_done();
}

/* The task takes this lock between taking its works and doing them. */
static bool is_in_call(struct task_struct *task)
{
	const struct callback_head *work;
	unsigned long flags;
	bool found = false;

	raw_spin_lock_irqsave(&task->pi_lock, flags);
	for (work = READ_ONCE(task->task_works); work && !found; work = READ_ONCE(work->next))
		found = work->func == end_call;
	raw_spin_unlock_irqrestore(&task->pi_lock, flags);
	return found;
}

static bool is_meant(const struct round *r, struct task_struct *task)
{
	const struct rvm_partition *part;

	/* The caller's own call ends by itself. */
	if (task == current || READ_ONCE(task->flags) & (PF_KTHREAD | PF_EXITING) ||
	    task->start_time > r->made_before)
		return false;
	for (part = rvm_partition_of_task(task); part; part = part->parent)
		if (READ_ONCE(part->marked_at) >= r->since)
			return true;
	return false;
}

static void put_spare(struct round *r, struct interruption *one)
{
	one->next = r->spare;
	r->spare = one;
	r->spares++;
}

static void take_spare(struct round *r)
{
	r->spare = r->spare->next;
	r->spares--;
}

static void interrupt(struct round *r, struct task_struct *task)
{
	struct interruption *one = r->spare;

	if (is_in_call(task))
		return;
	r->wanted++;
	if (!one)
		return;
	/* It may be freed before we look again. */
	take_spare(r);
	if (!rvm_pending_interrupt(task, &one->work, end_call))
		put_spare(r, one);
}

/* Who is stopped or frozen has ended its wait, and begins again when it goes on. */
static void look(struct round *r, struct task_struct *task)
{
	if (task_is_stopped_or_traced(task) || task->frozen || !is_in_call(task))
		return;
	if (!r->left++) {
		r->pid = task_tgid_nr(task);
		memcpy(r->comm, task->comm, sizeof(r->comm));
		r->comm[sizeof(r->comm) - 1] = '\0';
	}
}

static void walk(struct round *r, void (*act)(struct round *r, struct task_struct *task))
{
	struct task_struct *process, *task;

	rcu_read_lock();
	for_each_process_thread(process, task)
		if (is_meant(r, task))
			act(r, task);
	rcu_read_unlock();
}

/* As many as were wanted, so that who is interrupted twice takes nobody's place. */
static void fill_spare(struct round *r)
{
	while (r->spares < r->wanted)
		put_spare(r,
			  kmalloc(sizeof(struct interruption), GFP_KERNEL_ACCOUNT | __GFP_NOFAIL));
}

static void free_spare(struct round *r)
{
	struct interruption *one;

	while ((one = r->spare)) {
		take_spare(r);
		kfree(one);
	}
}

/* All that were made before the change, however many are made meanwhile. */
static void interrupt_all(struct round *r)
{
	unsigned int had;

	do {
		fill_spare(r);
		had = r->spares;
		r->wanted = 0;
		walk(r, interrupt);
	} while (r->wanted > had);
	free_spare(r);
}

/* Two who take back from each other do not wait for each other: each is interrupted. */
static void wait_for_all(struct round *r)
{
	unsigned long end = jiffies + msecs_to_jiffies(RVM_CALLS_MSECS);
	unsigned int usecs = 50;

	for (walk(r, look); r->left; walk(r, look)) {
		if (time_after(jiffies, end) || signal_pending(current))
			return;
		usleep_range(usecs, 2 * usecs);
		usecs = min(2 * usecs, 10000U);
		r->left = 0;
	}
}

void rvm_calls_interrupt(u64 since, struct netlink_ext_ack *extack)
{
	struct round r = { .since = since, .made_before = ktime_get_ns() };

	might_sleep();
	if (!since || ending)
		return;
	interrupt_all(&r);
	wait_for_all(&r);
	if (!r.left)
		return;
	if (rvm_caller_is_inside())
		NL_SET_ERR_MSG(extack, "somebody may go on with a call that began before");
	else
		NL_SET_ERR_MSG_FMT(extack,
				   "process %d (%s) may go on with a call that began before", r.pid,
				   r.comm);
}

void rvm_calls_exit(void)
{
	ending = true;
}
