/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_ADOPT_H
#define _RVM_ADOPT_H

struct netlink_ext_ack;
struct pid;
struct rvm_partition;

/*
 * Processes that ran before they came into a partition.  No hook will see what
 * they do through a ring, to a process that they trace, or to memory that they
 * share with one outside; so they have no such thing, or they do not come in.
 * What else they brought along is not looked at here.
 */

/**
 * rvm_adopt_group() - may what runs in a partition stay in it
 * @part: registered already, so that what is found cannot change
 * @extack: says why not
 *
 * Walks all tasks of the host.
 *
 * Context: may sleep.
 * Return: 0; -EBUSY if one is not frozen; -EUSERS if one traces, is traced by,
 * or shares its memory with a process outside; -EOPNOTSUPP if one has an
 * io_uring ring.
 */
int rvm_adopt_group(struct rvm_partition *part, struct netlink_ext_ack *extack);

/**
 * rvm_adopt_process() - likewise of one process that is in its cgroup
 * @part: the partition
 * @pid: of any of its threads; held by the caller
 * @running: it goes on with its program, so it has to be frozen
 * @extack: says why not
 *
 * Context: may sleep.
 * Return: as rvm_adopt_group(); -ESRCH if it is gone.
 */
int rvm_adopt_process(struct rvm_partition *part, struct pid *pid, bool running,
		      struct netlink_ext_ack *extack);

#endif /* _RVM_ADOPT_H */
