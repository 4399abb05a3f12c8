// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that are refused many times over and recorded once.
 *
 * A task in such a call has a work that the kernel takes away when the call
 * returns.  So it is there in this call only, however soon the next one follows,
 * and no other thread has it.  The work does nothing: that it is there is the mark.
 */

#include <linux/sched.h>
#include <linux/slab.h>

#include "gate/gate.h"
#include "gate/told.h"
#include "pending.h"

struct mark {
	struct callback_head work;
	u8 op;
	u8 what;
};

static void take_away(struct callback_head *work)
{
	kfree(container_of(work, struct mark, work));
	rvm_pending_done();
}

/* Works run in their own task, and whoever else takes one back holds this lock. */
static bool has_mark(enum rvm_op op, u8 what)
{
	const struct callback_head *work;
	const struct mark *mark;
	unsigned long flags;
	bool found = false;

	raw_spin_lock_irqsave(&current->pi_lock, flags);
	for (work = READ_ONCE(current->task_works); work && !found; work = READ_ONCE(work->next)) {
		mark = container_of(work, struct mark, work);
		found = work->func == take_away && mark->op == op && mark->what == what;
	}
	raw_spin_unlock_irqrestore(&current->pi_lock, flags);
	return found;
}

static void put_mark(enum rvm_op op, u8 what)
{
	struct mark *mark;

	mark = kmalloc(sizeof(*mark), GFP_ATOMIC | __GFP_ACCOUNT);
	if (!mark)
		return;
	mark->op = op;
	mark->what = what;
	if (!rvm_pending_add(&mark->work, take_away))
		kfree(mark);
}

int rvm_told_floor(struct rvm_partition *part, enum rvm_op op, u8 what, const char *text)
{
	bool told = has_mark(op, what);
	int err = rvm_gate_floor(part, op, text, told);

	if (err && !told)
		put_mark(op, what);
	return err;
}
