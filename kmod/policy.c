// SPDX-License-Identifier: GPL-2.0-only
/*
 * The number of the policy.  Whoever changes what is judged counts it up; whoever
 * remembers a decision remembers the number with it.
 */

#include "policy.h"

/* 0 is never valid, so what was never filled is not. */
atomic64_t rvm_policy = ATOMIC64_INIT(1);

void rvm_policy_change(void)
{
	/* Fully ordered: the change is seen by whoever reads the new number. */
	atomic64_inc_return(&rvm_policy);
}
