/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_HOOK_H
#define _RVM_HOOK_H

#include <linux/types.h>

struct netlink_ext_ack;
struct sk_buff;

/** RVM_HOOK_NAME_MAX - bytes of the name of a hook */
#define RVM_HOOK_NAME_MAX 64

/**
 * struct rvm_hook_spec - a link to hold
 */
struct rvm_hook_spec {
	/** @fd: Of the caller. */
	int fd;
	/** @name: The hook it is on. */
	const char *name;
	/** @class: 0 required, 1 required where the kernel has it, 2 message only. */
	u32 class;
};

/**
 * rvm_hook_hold() - take over references on BPF links, all or none
 * @specs: the links
 * @count: how many
 * @bad: on failure, the index of the one that is wrong, or @count
 * @extack: says why not
 *
 * Enforcement ends only by rvm_hook_release(); unmounting bpffs does not.
 *
 * Context: may sleep; in the task that has the descriptors.
 * Return: 0; -EBADF if it is not a descriptor; -EINVAL if it is not a link of an LSM
 * program on that hook; -EEXIST if a link on that hook is held already;
 * -ENFILE for too many; -ENOSPC if the log is full.
 */
int rvm_hook_hold(const struct rvm_hook_spec *specs, unsigned int count, unsigned int *bad,
		  struct netlink_ext_ack *extack);

/**
 * rvm_hook_release() - let go of all links
 * @extack: says why not
 *
 * Context: may sleep.
 * Return: how many; -EBUSY while a partition other than a pen is registered; -ENOSPC if the log is
 * full.
 */
int rvm_hook_release(struct netlink_ext_ack *extack);

/** rvm_hook_count() - links held */
unsigned int rvm_hook_count(void);

/** rvm_hook_at() - name and class of the @n-th link; false past the end; name needs 65 bytes */
bool rvm_hook_at(unsigned int n, char *name, u32 *class);

/** rvm_hook_exit() - let go of all, for module exit */
void rvm_hook_exit(void);

#endif /* _RVM_HOOK_H */
