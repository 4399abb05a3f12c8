/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_MOUNTS_H
#define _RVM_MOUNTS_H

#include <linux/path.h>

/** RVM_PLACES_MAX - most places that one object is looked at */
#define RVM_PLACES_MAX 8

/**
 * rvm_mounts_find() - where the caller sees an object that comes without a mount
 * @dentry: the object
 * @places: filled; nothing is held
 *
 * Hooks on attributes are told a dentry only, so what is anchored above the
 * mount point would be missed.
 *
 * Context: inside rcu_read_lock(), which must last as long as @places is used.
 * Return: how many places; -E2BIG if there are too many to look at; -EAGAIN if
 * mounts went away at every try.
 */
int rvm_mounts_find(struct dentry *dentry, struct path places[RVM_PLACES_MAX]);

/** rvm_mounts_init() - find out how this kernel chains the mounts of a file system; may sleep */
int rvm_mounts_init(void);

#endif /* _RVM_MOUNTS_H */
