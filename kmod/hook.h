/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_HOOK_H
#define _RVM_HOOK_H

#include <linux/types.h>

struct netlink_ext_ack;
struct sk_buff;

/**
 * rvm_hook_hold() - take over a reference on a BPF link
 * @fd: of the caller
 * @name: the hook it is on
 * @class: 0 required, 1 required where the kernel has it, 2 message only
 *
 * Enforcement ends only by rvm_hook_release(); unmounting bpffs does not.
 *
 * Return: 0; -EBADF or -EINVAL if it is no link; -ENFILE for too many;
 * -EEXIST if a link on that hook is held already.
 */
int rvm_hook_hold(int fd, const char *name, u32 class);

/**
 * rvm_hook_release() - let go of all links
 *
 * Return: how many; -EBUSY while a partition is Running.
 */
int rvm_hook_release(void);

/** rvm_hook_count() - links held */
unsigned int rvm_hook_count(void);

/** rvm_hook_at() - name and class of the @n-th link; false past the end; name needs 65 bytes */
bool rvm_hook_at(unsigned int n, char *name, u32 *class);

/** rvm_hook_exit() - let go of all, for module exit */
void rvm_hook_exit(void);

#endif /* _RVM_HOOK_H */
