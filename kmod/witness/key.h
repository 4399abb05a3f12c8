/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_WITNESS_KEY_H
#define _RVM_WITNESS_KEY_H

#include <linux/types.h>

#include "lib/log/ratchet.h"

struct netlink_ext_ack;

/*
 * The first key of the log, kept until it is taken or a partition is made: whoever has it
 * can check all signatures, and make them as well.
 */

/**
 * rvm_key_begin() - keep a copy of the first key
 * @bytes: the key; the caller wipes it
 *
 * Context: may sleep; while the log begins.
 */
void rvm_key_begin(const u8 bytes[RVM_KEY_BYTES]);

/** rvm_key_end() - wipe the copy; nobody asks for it any more */
void rvm_key_end(void);

/**
 * rvm_key_close() - a partition is there: nobody gets the first key any more
 *
 * Context: may sleep.
 */
void rvm_key_close(void);

/**
 * typedef rvm_key_give_t - hands the first key to who asked for it
 * @key: the key
 * @log: id of the log
 * @data: of the caller of rvm_key_take()
 *
 * Return: 0; a negative errno if it was not handed over.
 */
typedef int (*rvm_key_give_t)(const u8 key[RVM_KEY_BYTES], u64 log, void *data);

/**
 * rvm_key_take() - hand out the first key, once, and record that
 * @give: hands it over; if that fails, the key is still to be had and nothing is recorded
 * @data: for @give
 * @extack: says why not
 *
 * Context: may sleep.
 * Return: 0; what @give says; -EALREADY if it was taken; -ESTALE if a partition was made
 * before; -ENOSPC if it cannot be recorded.
 */
int rvm_key_take(rvm_key_give_t give, void *data, struct netlink_ext_ack *extack);

#endif /* _RVM_WITNESS_KEY_H */
