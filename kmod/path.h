/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_PATH_H
#define _RVM_PATH_H

#include <linux/path.h>

#include "lib/judge.h"

/**
 * struct rvm_walk - both chains of a file system object, with their storage
 *
 * Too large for a kernel stack that hooks share; rvm_walk_get() lends one.
 */
struct rvm_walk {
	/** @visible: Up through the mounts to the root of the mount tree. */
	struct rvm_path_view visible;
	/** @own: Up to the root of the object's own file system. */
	struct rvm_path_view own;
	/** @object: Points to the two. */
	struct rvm_path_object object;
};

/**
 * rvm_walk_fill() - collect the names and inodes above an object
 * @walk: filled; names point into dentries
 * @path: the object, or the folder that @leaf lies in
 * @leaf: a dentry below @path (it may be negative), or NULL
 *
 * Context: inside rcu_read_lock(), which must last as long as @walk is used.
 * The caller takes rvm_walk_begin() before and checks rvm_walk_retry() after use.
 *
 * Return: 0, or the reason for a refusal: DETACHED or DEPTH.
 */
enum rvm_reason rvm_walk_fill(struct rvm_walk *walk, const struct path *path, struct dentry *leaf);

/**
 * rvm_walk_fill_dentry() - likewise with no mount at hand: the file system's own chain is both
 */
enum rvm_reason rvm_walk_fill_dentry(struct rvm_walk *walk, struct dentry *dentry);

/** rvm_path_init() - prove that the mirror of struct mount is right on this kernel */
int rvm_path_init(void);

#endif /* _RVM_PATH_H */
