/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_PROC_H
#define _RVM_PROC_H

#include <linux/types.h>

struct dentry;
struct rvm_partition;
struct rvm_path_view;
struct super_block;

/**
 * rvm_proc_is_own() - is it an entry in /proc of a task of the caller's partition
 * @sb: file system of the object
 * @own: its names up to the root of that
 *
 * Context: inside rcu_read_lock().
 * Return: true if it is.
 */
bool rvm_proc_is_own(struct super_block *sb, const struct rvm_path_view *own);

/**
 * rvm_proc_is_foreign() - is it an entry in /proc of a process that is not within a partition
 * @part: the partition
 * @dentry: the entry, or what lies below it
 *
 * Context: inside rcu_read_lock().
 * Return: true also if that cannot be told.
 */
bool rvm_proc_is_foreign(const struct rvm_partition *part, const struct dentry *dentry);

#endif /* _RVM_PROC_H */
