/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SUM_H
#define _RVM_SUM_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/llist.h>
#include <linux/percpu.h>
#include <linux/types.h>

/**
 * struct rvm_sum - how often a partition was answered from what is kept
 *
 * These answers have no record each: a record tells how many there were, a second after
 * the first.  While there are none, nothing is to be done and no record is made.
 */
struct rvm_sum {
	/** @hits: So far, of each CPU; its sum wraps. */
	unsigned long __percpu *hits;
	/** @waits: A sum is due that will have what is counted from here on. */
	atomic_t waits;
	/** @node: Then, in the list of those. */
	struct llist_node node;
	/** @begun: When that began, in nanoseconds. */
	u64 begun;
	/** @next: Of those that are being summed; for the work that does so. */
	struct rvm_sum *next;
	/** @told: Of @hits, those that a record tells of; under the lock of all sums. */
	unsigned long told;
	/** @from: When those began that are told next, 0 if not known; likewise. */
	u64 from;
};

/** rvm_sum_begin() - rvm_sum_count() the first one; true */
bool rvm_sum_begin(struct rvm_sum *sum);

/**
 * rvm_sum_count() - one more answer from what is kept
 * @sum: of the partition that was answered
 *
 * Context: inside rcu_read_lock(); any but NMI.
 * Return: true, so that it can be part of an answer.
 */
static __always_inline bool rvm_sum_count(struct rvm_sum *sum)
{
	this_cpu_inc(*sum->hits);
	if (unlikely(!atomic_read(&sum->waits)))
		return rvm_sum_begin(sum);
	return true;
}

/**
 * rvm_sum_tell() - record what was counted and not told yet, if anything
 * @sum: of a partition that is about to be gone, or is
 *
 * Context: any but NMI.
 */
void rvm_sum_tell(struct rvm_sum *sum);

/** rvm_sum_make() - of a new partition; -ENOMEM */
int rvm_sum_make(struct rvm_sum *sum);
/** rvm_sum_free() - nobody counts there any more */
void rvm_sum_free(struct rvm_sum *sum);

/** rvm_sum_init() - look at what the module was told; -EINVAL */
int rvm_sum_init(void);
/** rvm_sum_exit() - let go of what waits; nothing is registered and nobody counts any more */
void rvm_sum_exit(void);

#endif /* _RVM_SUM_H */
