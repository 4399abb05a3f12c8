/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_POLICY_H
#define _RVM_POLICY_H

#include <linux/atomic.h>
#include <linux/types.h>

/* Counts policies: all that is judged by, of all partitions.  Written by policy.c only. */
extern atomic64_t rvm_policy;

/**
 * rvm_policy_number() - number of the present policy
 *
 * Read it before what is judged.
 *
 * Context: any.
 * Return: the number, which is never 0.
 */
static inline u64 rvm_policy_number(void)
{
	/* What is judged is read after it; pairs with rvm_policy_change(). */
	return atomic64_read_acquire(&rvm_policy);
}

/** rvm_policy_is() - is this still the number; what is read beside it is not ordered */
static inline bool rvm_policy_is(u64 number)
{
	return number == atomic64_read(&rvm_policy);
}

/**
 * rvm_policy_change() - what was decided before counts no more
 *
 * After a change of what is judged, once hooks can see it, and before anybody
 * is told that it was made.
 *
 * Context: any.
 */
void rvm_policy_change(void);

#endif /* _RVM_POLICY_H */
