/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_NAMING_H
#define _RVM_NAMING_H

#include <linux/types.h>

struct inode;

/**
 * rvm_naming_begin() - the caller's call is about to give a file a name
 * @inode: the file, held by the caller
 * @alone: the file has to have this name only
 *
 * It is known as long as the call lasts.  What i_nlink says behind this counts the names
 * that calls gave which have returned; of others under way none is @alone, nor is there
 * one at all if this is.
 *
 * Context: in a system call, inside rcu_read_lock(); never sleeps.
 * Return: false if that cannot be said: another call is in the way, or there is no memory.
 */
bool rvm_naming_begin(struct inode *inode, bool alone);

#endif /* _RVM_NAMING_H */
