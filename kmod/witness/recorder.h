/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_RECORDER_H
#define _RVM_RECORDER_H

#include <linux/types.h>
#include <uapi/linux/rvm_witness.h>

/**
 * DOC: recorder
 *
 * One open file at a time may be the recorder of the log.  While there is one, records and
 * detail lines that it has not acknowledged are not overwritten: what then finds no room is
 * lost, counted, and told by a LogGap.  Attaching and detaching are records themselves.
 */

/**
 * rvm_recorder_attach() - become the recorder
 * @owner: any address that nobody else uses meanwhile
 * @attach: what the recorder has; filled with where it is to go on
 *
 * Context: may sleep.
 * Return: 0; -EBUSY if there is a recorder; -EINVAL if it claims to have more of this log
 * than there is.
 */
int rvm_recorder_attach(const void *owner, struct rvm_witness_attach *attach);

/**
 * rvm_recorder_acknowledge() - all records before one are safe
 * @owner: likewise
 * @sequence: of the first that is not
 *
 * Context: may sleep.
 * Return: 0; -ENOTCONN if @owner is not the recorder; -EINVAL if it is before what was
 * acknowledged, or behind what is there.
 */
int rvm_recorder_acknowledge(const void *owner, u64 sequence);

/**
 * rvm_recorder_detach() - nobody records any more
 * @owner: likewise; if it is not the recorder, nothing happens
 *
 * Context: may sleep.
 */
void rvm_recorder_detach(const void *owner);

#endif /* _RVM_RECORDER_H */
