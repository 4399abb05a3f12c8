/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_PARTITION_CHANGE_H
#define _RVM_PARTITION_CHANGE_H

#include <linux/types.h>
#include <linux/uidgid.h>

struct netlink_ext_ack;
struct nlattr;
struct rvm_partition;

/**
 * struct rvm_partition_spec - what a new partition is to be
 */
struct rvm_partition_spec {
	/** @name: Unique; [a-z][a-z0-9-]*, or the name of the one around it, a dot, [a-z0-9-]+. */
	const char *name;
	/** @cgroup_fd: Open directory of a cgroup. */
	int cgroup_fd;
	/** @mode: enum rvm_mode. */
	u8 mode;
	/** @flags: enum rvm_partition_flag but GONE. */
	u8 flags;
	/** @owner: May enter. */
	kuid_t owner;
	/** @name_attr: For the extended ACK. */
	const struct nlattr *name_attr;
	/** @cgroup_attr: Likewise. */
	const struct nlattr *cgroup_attr;
};

/**
 * rvm_partition_create() - register a cgroup
 * @spec: what it is to be
 * @extack: says why not
 *
 * Context: may sleep; in the task that has the descriptor.
 * Return: the partition with a reference for the caller; or ERR_PTR():
 * -EINVAL for a bad name, a threaded group or the root; -EBADF for a
 * descriptor of something else; -ENODEV if the group was removed; -EEXIST for
 * a name or a group that is taken; -EBUSY if a group below is registered, or if
 * tasks run in it and they are not to be adopted or are not frozen; -EUSERS or
 * -EOPNOTSUPP for tasks that cannot be adopted, see rvm_adopt_group(); -ENFILE
 * for too many; -ELOOP for too many inside one another; -ENOSPC if the log is
 * full; -ENOMEM; or what rvm_need_attach() says.
 */
struct rvm_partition *rvm_partition_create(const struct rvm_partition_spec *spec,
					   struct netlink_ext_ack *extack);

/**
 * struct rvm_partition_change - what to change in a partition
 */
struct rvm_partition_change {
	/** @has_state: @state counts. */
	bool has_state;
	/** @has_mode: @mode counts. */
	bool has_mode;
	/** @bump_epoch: Make every older token stale. */
	bool bump_epoch;
	/** @state: enum rvm_state. */
	u8 state;
	/** @mode: enum rvm_mode. */
	u8 mode;
	/** @flags: Bits of @mask to set. */
	u8 flags;
	/**
	 * @mask: FENCED, WITNESS_ALL, HIDE_ATTRIBUTES, RECHECK_ALWAYS and, never taken back,
	 * ADOPTED.
	 */
	u8 mask;
};

/**
 * rvm_partition_change() - change all of it, or nothing
 * @part: the partition
 * @change: what
 * @extack: says why not
 *
 * A change that only takes away is made even if the log is full.  After one
 * that takes away no check uses the old values any more; after a fence, an epoch, or a
 * state in which nothing runs, some may still be under way, and are refused.
 *
 * Context: may sleep.
 * Return: 0; -ENOENT if it was destroyed meanwhile; -EOPNOTSUPP for a pen;
 * -EINVAL for an illegal step of state; -ENOSPC if the log is full; or what
 * rvm_need_attach() says, and nothing was changed; -EUNATCH if it was, but what is open
 * goes on being read and written, so the tasks have to be ended.
 */
int rvm_partition_change(struct rvm_partition *part, const struct rvm_partition_change *change,
			 struct netlink_ext_ack *extack);

/**
 * rvm_partition_change_all() - the same for all of them but pens
 * @change: what
 *
 * Context: may sleep.
 * Return: 0; what was said of the first one that could not be changed; the others are.
 */
int rvm_partition_change_all(const struct rvm_partition_change *change);

/**
 * rvm_partition_destroy() - unregister it and free its table
 * @part: the caller's reference stays
 * @extack: says why not
 *
 * Context: may sleep.
 * Return: 0; -ENOENT if somebody else did; -EBUSY if partitions are inside it,
 * or tasks: they would get out.
 */
int rvm_partition_destroy(struct rvm_partition *part, struct netlink_ext_ack *extack);

/**
 * rvm_partition_keep_room() - keep room for one record of what only takes away
 * @part: registered
 *
 * That is done whether the log has room or not.  Does nothing if there is room kept.
 *
 * Context: rvm_partitions_lock is held.
 */
void rvm_partition_keep_room(struct rvm_partition *part);

/** rvm_partition_destroy_all() - whatever is in them, for module exit; may sleep */
void rvm_partition_destroy_all(void);

#endif /* _RVM_PARTITION_CHANGE_H */
