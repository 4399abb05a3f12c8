/* SPDX-License-Identifier: GPL-2.0-only */
/* States of a partition. */
#ifndef RVM_LIB_STATE_H
#define RVM_LIB_STATE_H

#include <linux/types.h>
#include <linux/rvm.h>

/**
 * rvm_state_may() - check a change of state
 * @from: present state, one of RVM_STATE_*
 * @to: state wanted
 *
 * Context: Any.
 * Return: True if the change is legal.  Staying is not a change, a destroyed partition
 * stays so, and a number that is not a state allows no change.
 */
bool rvm_state_may(u32 from, u32 to);

#endif
