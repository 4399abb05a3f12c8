/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_LISTENER_H
#define _RVM_LISTENER_H

#include <linux/types.h>

struct workqueue_struct;

/**
 * typedef rvm_listener - told of each hashed record, in order, from a work item
 * @raw: its 64 bytes
 * @detail: its line, NULL if there is none
 *
 * May sleep; must not call rvm_listener_set().  Records that are overwritten
 * before their turn are skipped.
 */
typedef void (*rvm_listener)(const u8 raw[64], const char *detail);

/**
 * rvm_listener_set() - have a function told of all records from now on
 * @call: takes the place of the one before; NULL for none
 *
 * Waits until the one before has returned; it is not called again.
 *
 * Context: may sleep.
 */
void rvm_listener_set(rvm_listener call);

/**
 * rvm_listener_wake() - more records are hashed
 * @queue: where it is told of them
 *
 * Context: any.
 */
void rvm_listener_wake(struct workqueue_struct *queue);

/**
 * rvm_listener_stop() - wait for a telling that is under way or queued
 *
 * Context: may sleep; no listener is set, and nobody wakes any more.
 */
void rvm_listener_stop(void);

#endif /* _RVM_LISTENER_H */
