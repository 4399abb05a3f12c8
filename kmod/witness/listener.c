// SPDX-License-Identifier: GPL-2.0-only
/*
 * The listener, which is told of each record: a function that may sleep, called from a work item
 * of its own, so that the hasher never waits for it.
 */

#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "limits.h"
#include "witness/listener.h"
#include "witness/witness.h"

static struct {
	/* Protects all of this; held while the listener runs, so taken before all others. */
	struct mutex lock;
	rvm_listener call;
	/* Sequence of the next record to tell of. */
	u64 next;
	char text[RVM_DETAIL_BYTES];
} listener = {
	.lock = __MUTEX_INITIALIZER(listener.lock),
};

static void tell_work(struct work_struct *work);

static DECLARE_WORK(tell, tell_work);

static void tell_one(u64 sequence)
{
	u8 raw[RVM_RECORD_BYTES];
	int length;

	lockdep_assert_held(&listener.lock);
	if (rvm_witness_get_record(sequence, raw)) {
		/* Overwritten before it could be told; so are those up to the first. */
		listener.next = max(sequence + 1, rvm_witness_first());
		return;
	}
	length = rvm_witness_get_detail(sequence, listener.text);
	listener.call(raw, length < 0 ? NULL : listener.text);
	listener.next = sequence + 1;
}

static void tell_work(struct work_struct *work)
{
	u64 end = rvm_witness_hashed();

	mutex_lock(&listener.lock);
	while (listener.call && listener.next < end) {
		tell_one(listener.next);
		cond_resched();
	}
	mutex_unlock(&listener.lock);
}

void rvm_listener_set(rvm_listener call)
{
	might_sleep();
	mutex_lock(&listener.lock);
	listener.next = rvm_witness_appended();
	WRITE_ONCE(listener.call, call);
	mutex_unlock(&listener.lock);
}

void rvm_listener_wake(struct workqueue_struct *queue)
{
	if (READ_ONCE(listener.call))
		queue_work(queue, &tell);
}

void rvm_listener_stop(void)
{
	cancel_work_sync(&tell);
}
