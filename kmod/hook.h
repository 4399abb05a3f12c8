/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_HOOK_H
#define _RVM_HOOK_H

#include <linux/types.h>

struct netlink_ext_ack;
struct sk_buff;

/** RVM_HOOK_NAME_MAX - bytes of the name of a hook */
#define RVM_HOOK_NAME_MAX 64

/**
 * struct rvm_hook_spec - a link or a program to hold
 */
struct rvm_hook_spec {
	/** @fd: Descriptor of a link, or of a program; of the caller. */
	int fd;
	/** @program: It is a program, to be attached while it is needed. */
	bool program;
	/** @name: The hook it is on. */
	const char *name;
	/** @class: 0 required, 1 required where the kernel has it, 2 message only. */
	u32 class;
};

/**
 * struct rvm_hook_info - what is held for a hook
 */
struct rvm_hook_info {
	/** @name: The hook. */
	char name[RVM_HOOK_NAME_MAX + 1];
	/** @class: As in struct rvm_hook_spec. */
	u32 class;
	/** @need: enum rvm_need: when it is attached. */
	u32 need;
	/** @attached: It is now. */
	bool attached;
};

/**
 * rvm_hook_hold() - take over references on BPF links and programs, all or none
 * @specs: the links and programs
 * @count: how many
 * @bad: on failure, the index of the one that is wrong, or @count
 * @extack: says why not
 *
 * Enforcement ends only by rvm_hook_release(); unmounting bpffs does not.  Programs that are
 * needed already are attached at once.
 *
 * Context: may sleep; in the task that has the descriptors.
 * Return: 0; -EBADF if it is not a descriptor; -EINVAL if it is not a link of an LSM
 * program on that hook, or a program for a hook that is always needed; -EEXIST if one for
 * that hook is held already; -ENFILE for too many; -ENOSPC if the log is full; or what
 * rvm_need_attach() says.
 */
int rvm_hook_hold(const struct rvm_hook_spec *specs, unsigned int count, unsigned int *bad,
		  struct netlink_ext_ack *extack);

/**
 * rvm_hook_release() - let go of all links and programs
 * @extack: says why not
 *
 * Context: may sleep.
 * Return: how many; -EBUSY while a partition other than a pen is registered; -ENOSPC if the log is
 * full.
 */
int rvm_hook_release(struct netlink_ext_ack *extack);

/** rvm_hook_count() - hooks that something is held for */
unsigned int rvm_hook_count(void);

/** rvm_hook_at() - what is held for the @n-th hook; false past the end */
bool rvm_hook_at(unsigned int n, struct rvm_hook_info *info);

/** rvm_hook_exit() - let go of all, for module exit */
void rvm_hook_exit(void);

#endif /* _RVM_HOOK_H */
