/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_COMPAT_H
#define _RVM_COMPAT_H

/*
 * The one place that knows about kernel versions.  Each entry says what it is
 * for and when it can go.
 */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/version.h>
#include <net/net_namespace.h>

/*
 * The first members of the kernel's private struct mount, unchanged from 6.1 to
 * 6.12.  rvm_path_init() proves them against follow_up() before they are used.
 * Can go when the walk from a mount to its parent is exported.
 */
struct rvm_mount_mirror {
	struct hlist_node mnt_hash;
	struct rvm_mount_mirror *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

/* Can its folders compare names by Unicode?  Can go when no kernel is built without it. */
static inline bool rvm_has_encoding(const struct super_block *sb)
{
#if IS_ENABLED(CONFIG_UNICODE)
	return sb->s_encoding;
#else
	return false;
#endif
}

/* How many refer to a network name space; the count has another name after 6.17. */
static inline unsigned int rvm_net_users(const struct net *net)
{
	return refcount_read(&net->ns.count);
}

#endif /* _RVM_COMPAT_H */
