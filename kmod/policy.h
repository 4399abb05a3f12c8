/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_POLICY_H
#define _RVM_POLICY_H

#include <linux/atomic.h>
#include <linux/types.h>

/*
 * Counts policies: what is judged by in any partition.  Written by policy.c only, read by
 * rvm_policy_number().
 */
extern atomic64_t rvm_policy;

/**
 * rvm_policy_change() - what was decided before counts no more, in all partitions
 *
 * After a change of what is judged, once hooks can see it, and before anybody
 * is told that it was made.  For one partition there is rvm_partition_policy_change().
 *
 * Context: any.
 */
void rvm_policy_change(void);

#endif /* _RVM_POLICY_H */
