/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SINGLE_H
#define _RVM_SINGLE_H

#include <linux/types.h>

#include "lib/judge/judge.h"

struct rvm_partition;

/**
 * DOC: tokens for one use
 *
 * Such a token is used up by the first question that rests on it.  One system call asks
 * several: to make a file and to open it, or to start a program and what interprets it.  So
 * whoever used it up has it for the rest of the call.
 */

/**
 * rvm_single_note() - which of them the present call has used up
 * @part: of the caller
 * @req: its @using is filled
 *
 * Context: inside rcu_read_lock(); task context; never sleeps.
 */
void rvm_single_note(const struct rvm_partition *part, struct rvm_request *req);

/**
 * rvm_single_use() - use a token up, for the present call
 * @req: that it allows
 * @token: of the verdict
 * @object: inode that it was asked for, or NULL: the process goes on using what it opened
 *
 * Context: as rvm_single_note().
 * Return: false if another call was faster, or there is no memory: then it is gone.
 */
bool rvm_single_use(const struct rvm_request *req, const struct rvm_token_core *token,
		    const void *object);

#endif /* _RVM_SINGLE_H */
