/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_TOLD_H
#define _RVM_TOLD_H

#include "lib/judge/judge.h"

struct rvm_partition;

/**
 * rvm_told_floor() - rvm_gate_floor() for calls that ask once for each of many objects
 * @part: of the caller
 * @op: the operation
 * @what: what sets it apart from others of that operation; 0 if nothing does
 * @text: for the record
 *
 * Refusals that follow in the same system call are not recorded again.  Without
 * memory they are, so that nothing goes without a record.
 *
 * Context: as rvm_gate_check(); with tasklist_lock held or not.
 * Return: as rvm_gate_floor().
 */
int rvm_told_floor(struct rvm_partition *part, enum rvm_op op, u8 what, const char *text);

#endif /* _RVM_TOLD_H */
