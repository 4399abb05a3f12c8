// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sums: the log says how often a partition was answered from what is kept.
 *
 * The first answer after a sum puts the partition on a list and has the work run in a
 * second; all others only count, each on its CPU.
 */
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "limits.h"
#include "partition/registry.h"
#include "partition/sum.h"
#include "witness/witness.h"

static unsigned int sum_seconds = RVM_SUM_SECONDS;
module_param(sum_seconds, uint, 0444);
MODULE_PARM_DESC(sum_seconds, "Seconds after which answers from what is kept are summed");

/* Taken before the log's. */
static DEFINE_RAW_SPINLOCK(lock);

/* Each holds its partition. */
static LLIST_HEAD(waiting);

static void tell_waiting(struct work_struct *work);
static void queue_telling(struct irq_work *work);

static DECLARE_DELAYED_WORK(telling, tell_waiting);

/* Queueing work takes locks that the one who counts may hold; the next tick will do. */
static struct irq_work kick = IRQ_WORK_INIT_LAZY(queue_telling);

static struct rvm_partition *partition_of(struct rvm_sum *sum)
{
	return container_of(sum, struct rvm_partition, sum);
}

static void queue_telling(struct irq_work *work)
{
	queue_delayed_work(system_unbound_wq, &telling, sum_seconds * HZ);
}

/* Out of line: all others that count need no frame for it. */
noinline bool rvm_sum_begin(struct rvm_sum *sum)
{
	if (atomic_xchg(&sum->waits, 1))
		return true;
	WRITE_ONCE(sum->begun, ktime_get_ns());
	/* If it is being freed, that tells what was counted. */
	if (!refcount_inc_not_zero(&partition_of(sum)->refs))
		return true;
	if (llist_add(&sum->node, &waiting))
		irq_work_queue(&kick);
	return true;
}

static unsigned long count_of(const struct rvm_sum *sum)
{
	unsigned long count = 0;
	int cpu;

	for_each_possible_cpu(cpu) count += READ_ONCE(*per_cpu_ptr(sum->hits, cpu));
	return count;
}

/* What there is no room for is lost as a record; the next one has what it would have said. */
static void tell(struct rvm_sum *sum)
{
	const struct rvm_partition *part = partition_of(sum);
	unsigned long count = count_of(sum);
	struct rvm_event event = {
		.kind = RVM_KIND_SCHEDULER_EPOCH,
		.lane = part->lane,
		.actor = part->id,
		.target = count - sum->told,
	};
	u64 from = sum->from ?: READ_ONCE(sum->begun);

	lockdep_assert_held(&lock);
	event.count = min_t(u64, div_u64(ktime_get_ns() - from, NSEC_PER_MSEC), U32_MAX);
	if (event.target && rvm_witness_append(&event) == U64_MAX) {
		sum->from = from;
		return;
	}
	sum->told = count;
	sum->from = 0;
}

void rvm_sum_tell(struct rvm_sum *sum)
{
	unsigned long flags;

	if (!sum_seconds)
		return;
	raw_spin_lock_irqsave(&lock, flags);
	tell(sum);
	raw_spin_unlock_irqrestore(&lock, flags);
}

/* From here on it may be put on the list of those that wait, which needs @node. */
static void end_waiting(struct rvm_sum *sum)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	sum->from = sum->from ?: READ_ONCE(sum->begun);
	raw_spin_unlock_irqrestore(&lock, flags);
	/* All that was read of it was read before. */
	atomic_set_release(&sum->waits, 0);
}

static struct rvm_sum *take_waiting(void)
{
	struct llist_node *list = llist_del_all(&waiting);
	struct rvm_sum *sum, *next, *taken = NULL;

	llist_for_each_entry_safe(sum, next, list, node) {
		sum->next = taken;
		taken = sum;
		end_waiting(sum);
	}
	return taken;
}

static void tell_waiting(struct work_struct *work)
{
	struct rvm_sum *sum = take_waiting(), *next;

	if (!sum)
		return;
	/* Whoever saw that it was waiting has counted after that. */
	synchronize_rcu();
	for (; sum; sum = next) {
		next = sum->next;
		rvm_sum_tell(sum);
		rvm_partition_put(partition_of(sum));
		cond_resched();
	}
}

/* Without sums it seems to wait all the time, so that nobody begins one. */
int rvm_sum_make(struct rvm_sum *sum)
{
	atomic_set(&sum->waits, !sum_seconds);
	sum->hits = alloc_percpu_gfp(unsigned long, GFP_KERNEL_ACCOUNT);
	return sum->hits ? 0 : -ENOMEM;
}

void rvm_sum_free(struct rvm_sum *sum)
{
	free_percpu(sum->hits);
}

int rvm_sum_init(void)
{
	return sum_seconds <= RVM_SUM_SECONDS_MAX ? 0 : -EINVAL;
}

void rvm_sum_exit(void)
{
	irq_work_sync(&kick);
	cancel_delayed_work_sync(&telling);
	tell_waiting(NULL);
}
