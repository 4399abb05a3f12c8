/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_ENTRY_H
#define _RVM_ENTRY_H

#include <linux/types.h>

struct linux_binprm;
struct netlink_ext_ack;
struct pid;
struct rvm_partition;

/**
 * rvm_entry_admit() - let the next program of a task start on the caller's authority
 * @part: the task must be in its control group
 * @pid: held by the caller
 * @own_net: its network name space becomes the partition's own, see rvm_network_claim()
 * @extack: says why not, for -EUSERS and -EOPNOTSUPP
 *
 * Context: may sleep.
 * Return: 0; -ESRCH if the task is gone; -EXDEV if it is not in @part's control
 * group; -EBUSY if its network is not its own; -EUSERS or -EOPNOTSUPP for what it brings along, see
 * rvm_adopt_process(); -EEXIST if it is admitted already; -ENFILE for too many;
 * -ENOSPC if the log is full; -ENOMEM.
 */
int rvm_entry_admit(struct rvm_partition *part, struct pid *pid, bool own_net,
		    struct netlink_ext_ack *extack);

/**
 * rvm_entry_adopt() - take in a process as it runs
 * @part: the process must be in its control group, and frozen
 * @pid: of any of its threads; held by the caller
 * @extack: says why not
 *
 * The partition is marked adopted.
 *
 * Context: may sleep.
 * Return: 0; -ESRCH if the task is gone; -EXDEV if it is not in @part's control
 * group; what rvm_adopt_process() and rvm_partition_change() return; -ENOSPC if
 * the log is full.
 */
int rvm_entry_adopt(struct rvm_partition *part, struct pid *pid, struct netlink_ext_ack *extack);

/**
 * rvm_entry_begin() - first handler round of an exec: use up the caller's admission
 * @bprm: the exec
 *
 * Context: the task that execs.
 * Return: true if it was admitted; then later rounds of @bprm are admitted too.
 */
bool rvm_entry_begin(const struct linux_binprm *bprm);

/** rvm_entry_continue() - later round, or the opening of an interpreter: is this exec admitted */
bool rvm_entry_continue(const struct linux_binprm *bprm);

/** rvm_entry_opening() - is the caller inside an admitted exec; for opens that have no bprm */
bool rvm_entry_opening(void);

/** rvm_entry_count() - admissions not used yet */
unsigned int rvm_entry_count(void);

/** rvm_entry_exit() - drop all */
void rvm_entry_exit(void);

#endif /* _RVM_ENTRY_H */
