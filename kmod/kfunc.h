/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_KFUNC_H
#define _RVM_KFUNC_H

#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/cred.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "gate.h"
#include "partition.h"

/*
 * What BPF programs may ask, one file per family; kfunc.c has the list.  All are
 * laid out alike: find the caller's partition, or allow; build the question; ask
 * the gate.  The host pays for rvm_caller() and nothing else.
 */

/**
 * rvm_caller() - partition of the task that does something, NULL on the host
 *
 * Hooks that run in interrupts come with whatever task was interrupted: nobody
 * is refused for that.
 *
 * Context: inside rcu_read_lock().
 */
static __always_inline struct rvm_partition *rvm_caller(void)
{
	if (!static_branch_unlikely(&rvm_partitions_exist))
		return NULL;
	if (unlikely(!in_task()))
		return NULL;
	return rvm_partition_current();
}

/**
 * RVM_QUESTION() - a question with what every family sets
 */
#define RVM_QUESTION(_class, _op, _need)                                                           \
	{                                                                                          \
		.req = { .class = (_class), .op = (_op), .need = (_need), .tier = 1 }              \
	}

#endif /* _RVM_KFUNC_H */
