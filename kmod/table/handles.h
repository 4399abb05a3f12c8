/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_HANDLES_H
#define _RVM_HANDLES_H

#include <linux/rvm.h>
#include <linux/types.h>

#include "lib/token/token.h"

/**
 * DOC: handles
 *
 * All tokens of all partitions that can be named in requests, by handle.  All calls are
 * under rvm_partitions_lock.
 */

/**
 * rvm_handles_reserve() - make room for more
 * @count: how many
 *
 * Room that was made once stays: sixteen bytes a token.
 *
 * Return: 0; -ENOMEM; -ENFILE if the host has as many tokens as it may.
 */
int rvm_handles_reserve(u32 count);

/** rvm_handles_count() - tokens on the host */
u32 rvm_handles_count(void);

/** rvm_handles_add() - give a token its id and handle; room was reserved under the same lock */
void rvm_handles_add(struct rvm_token_core *core);

/** rvm_handles_remove() - its handle leads nowhere from now on */
void rvm_handles_remove(const struct rvm_token_core *core);

/** rvm_handles_find() - as rvm_slots_find() */
enum rvm_token_error rvm_handles_find(struct rvm_handle handle, struct rvm_token_core **core);

/** rvm_handles_init() - make the table; -ENOMEM */
int rvm_handles_init(void);
/** rvm_handles_exit() - free it; there are no tokens any more */
void rvm_handles_exit(void);

#endif /* _RVM_HANDLES_H */
