// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which hooks are needed: those that judge again what is open, while something may have
 * been taken away, and those that hide attributes, while a partition asks for it.
 *
 * They are attached before anybody is told of the change that needs them.  Letting go has
 * time: a worker looks from time to time.  It looks and lets go under rvm_partitions_lock,
 * under which marks are made, so that no mark is made in between.
 */

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/netlink.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "limits.h"
#include "need.h"
#include "partition/recheck.h"
#include "partition/registry_priv.h"
#include "table/grants.h"
#include "table/table.h"

/* Counts from when hooks are needed the next time. */
static unsigned int need_msecs = RVM_NEED_MSECS;
module_param(need_msecs, uint, 0600);
MODULE_PARM_DESC(need_msecs, "milliseconds that hooks stay attached when they are needed no more");

static void let_go(struct work_struct *work);
static DECLARE_DELAYED_WORK(later, let_go);

/* Made so far; written under rvm_partitions_lock. */
static u64 marks;

void rvm_recheck_mark(struct rvm_partition *part)
{
	lockdep_assert_held(&rvm_partitions_lock);
	WRITE_ONCE(part->marked, true);
	WRITE_ONCE(marks, marks + 1);
	WRITE_ONCE(part->marked_at, marks);
}

u64 rvm_recheck_next(void)
{
	return READ_ONCE(marks) + 1;
}

/* Each read and write is judged, or recorded. */
#define NEEDING (RVM_PARTITION_FLAG_RECHECK_ALWAYS | RVM_PARTITION_FLAG_WITNESS_ALL)

/* A right may end while nobody looks: then it does not matter who is in it now. */
static bool expires(const struct rvm_partition *part)
{
	const struct rvm_table *table =
		rcu_dereference_check(part->table, lockdep_is_held(&rvm_partitions_lock));

	return (table && table->expires) || rvm_grants_expire(READ_ONCE(part->grants));
}

bool rvm_recheck_is_needed(const struct rvm_partition *part)
{
	return READ_ONCE(part->flags) & NEEDING || expires(part) ||
	       (READ_ONCE(part->marked) && cgroup_is_populated(part->cgrp));
}

/* Bit for each enum rvm_need. */
static unsigned int find_needs(void)
{
	unsigned int needs = 0;
	struct rvm_partition *part;
	unsigned long id;

	lockdep_assert_held(&rvm_partitions_lock);
	xa_for_each(&rvm_registry, id, part) {
		if (rvm_recheck_is_needed(part))
			needs |= BIT(RVM_NEED_RECHECK);
		if (part->flags & RVM_PARTITION_FLAG_HIDE_ATTRIBUTES)
			needs |= BIT(RVM_NEED_HIDE);
	}
	return needs;
}

/*
 * Nobody has open what was opened before.  Who comes in after this look sees the change
 * for which the mark was made: it was visible before.
 */
static void unmark_empty(void)
{
	struct rvm_partition *part;
	unsigned long id;

	lockdep_assert_held(&rvm_partitions_lock);
	/* The look comes after the change. */
	smp_mb();
	xa_for_each(&rvm_registry, id, part)
		if (part->marked && !cgroup_is_populated(part->cgrp))
			WRITE_ONCE(part->marked, false);
}

static void look_again(void)
{
	cancel_delayed_work(&later);
	schedule_delayed_work(&later, msecs_to_jiffies(max(READ_ONCE(need_msecs), 10U)));
}

static void let_go(struct work_struct *work)
{
	unsigned int needs;
	bool done = true;

	guard(mutex)(&rvm_partitions_lock);
	unmark_empty();
	needs = find_needs();
	if (!(needs & BIT(RVM_NEED_RECHECK)))
		done &= rvm_need_detach(RVM_NEED_RECHECK);
	if (!(needs & BIT(RVM_NEED_HIDE)))
		done &= rvm_need_detach(RVM_NEED_HIDE);
	if (needs || !done)
		look_again();
}

static int attach(unsigned int needs, struct netlink_ext_ack *extack)
{
	int err = 0;

	might_sleep();
	if (needs & BIT(RVM_NEED_RECHECK))
		err = rvm_need_attach(RVM_NEED_RECHECK);
	if (err)
		NL_SET_ERR_MSG(extack, "hooks that judge again what is open cannot be attached");
	if (needs & BIT(RVM_NEED_HIDE) && !err) {
		err = rvm_need_attach(RVM_NEED_HIDE);
		if (err)
			NL_SET_ERR_MSG(extack, "the hook that hides attributes cannot be attached");
	}
	if (needs)
		look_again();
	return err;
}

int rvm_recheck_prepare(const struct rvm_partition *part, u8 flags, bool expiring,
			struct netlink_ext_ack *extack)
{
	unsigned int needs = 0;

	if (expiring || flags & NEEDING || cgroup_is_populated(part->cgrp))
		needs |= BIT(RVM_NEED_RECHECK);
	if (flags & RVM_PARTITION_FLAG_HIDE_ATTRIBUTES)
		needs |= BIT(RVM_NEED_HIDE);
	return attach(needs, extack);
}

int rvm_recheck_settle(struct netlink_ext_ack *extack)
{
	unsigned int needs;

	scoped_guard(mutex, &rvm_partitions_lock) {
		unmark_empty();
		needs = find_needs();
	}
	return attach(needs, extack) ? -EUNATCH : 0;
}

int rvm_recheck_begin(struct netlink_ext_ack *extack)
{
	struct rvm_partition *part;
	unsigned long id;

	scoped_guard(mutex, &rvm_partitions_lock)
		xa_for_each(&rvm_registry, id, part)
			if (cgroup_is_populated(part->cgrp))
				rvm_recheck_mark(part);
	return rvm_recheck_settle(extack);
}

void rvm_recheck_exit(void)
{
	cancel_delayed_work_sync(&later);
}
