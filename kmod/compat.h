/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_COMPAT_H
#define _RVM_COMPAT_H

/*
 * The one place that knows about kernel versions.  Each entry says what it is
 * for and when it can go.
 */

#include <linux/binfmts.h>
#include <linux/btf.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/poison.h>
#include <linux/version.h>

/* bin2hex() had a header of its own before it left linux/kernel.h. */
#if __has_include(<linux/hex.h>)
#include <linux/hex.h>
#endif

/* A name space of symbols: a word before 6.13, a string since. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define RVM_IMPORT_NS(name) MODULE_IMPORT_NS(name)
#else
#define RVM_IMPORT_NS(name) MODULE_IMPORT_NS(#name)
#endif

/*
 * That arguments come as the hook got them: a flag of a question, and since 7.0
 * so without saying.  In 6.1 the flag means counted references, which no hook
 * hands out; there programs, which only root loads, are trusted to pass on what
 * they were given.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0) || !defined(KF_TRUSTED_ARGS)
#define RVM_KF_TRUSTED 0
#else
#define RVM_KF_TRUSTED KF_TRUSTED_ARGS
#endif

/*
 * The first members of the kernel's private struct mount, unchanged from 6.1 to
 * 7.2.  rvm_path_init() proves them against follow_up() before they are used.
 * Can go when the walk from a mount to its parent is exported.
 */
struct rvm_mount_mirror {
	struct hlist_node mnt_hash;
	struct rvm_mount_mirror *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

/*
 * The mounts of a file system: before 6.18 a ring of links within the mounts, in
 * which one that is taken out is poisoned; since then a chain of pointers, in which
 * one that is taken out still leads on, and new ones come first.  Both are walked
 * inside rcu_read_lock(); rvm_mount_link_find() finds out how far the link is
 * from the start of a mount, and that it is where it is thought to be, for a mount
 * that is held.  All of it can go with the walk from a file system to its mounts.
 */
#define RVM_MOUNT_BYTES_MAX 512

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)

/* NULL at the end; ERR_PTR(-EAGAIN) if the mount before it was taken out. */
static inline struct rvm_mount_mirror *rvm_mount_at(const struct super_block *sb,
						    const struct list_head *link, ptrdiff_t offset)
{
	if (link == LIST_POISON1)
		return ERR_PTR(-EAGAIN);
	if (link == &sb->s_mounts)
		return NULL;
	return (struct rvm_mount_mirror *)((char *)link - offset);
}

static inline struct rvm_mount_mirror *rvm_mount_first(const struct super_block *sb,
						       ptrdiff_t offset)
{
	return rvm_mount_at(sb, READ_ONCE(sb->s_mounts.next), offset);
}

static inline struct rvm_mount_mirror *rvm_mount_next(const struct super_block *sb,
						      struct rvm_mount_mirror *mount,
						      ptrdiff_t offset)
{
	const struct list_head *link = (const struct list_head *)((char *)mount + offset);

	return rvm_mount_at(sb, READ_ONCE(link->next), offset);
}

/* Links of other mounts are at least one whole mount away. */
static inline ptrdiff_t rvm_mount_link_find(struct rvm_mount_mirror *mount)
{
	const struct list_head *head = &mount->mnt.mnt_sb->s_mounts, *link;
	ptrdiff_t best = -1;
	int seen = 0;

	rcu_read_lock();
	for (link = READ_ONCE(head->next); link != head && link != LIST_POISON1 && seen++ < 4096;
	     link = READ_ONCE(link->next)) {
		ptrdiff_t offset = (char *)link - (char *)mount;

		if (offset >= (ptrdiff_t)sizeof(*mount) && offset < RVM_MOUNT_BYTES_MAX &&
		    (best < 0 || offset < best))
			best = offset;
	}
	rcu_read_unlock();
	return best;
}

#else

static inline struct rvm_mount_mirror *rvm_mount_first(const struct super_block *sb,
						       ptrdiff_t offset)
{
	return (struct rvm_mount_mirror *)READ_ONCE(sb->s_mounts);
}

static inline struct rvm_mount_mirror *rvm_mount_next(const struct super_block *sb,
						      struct rvm_mount_mirror *mount,
						      ptrdiff_t offset)
{
	return READ_ONCE(*(struct rvm_mount_mirror **)((char *)mount + offset));
}

/*
 * Behind the pointer to the next mount stands one to the place that points here: for
 * the first mount that place is in the super block.  Its lowest bit is a flag.
 */
static inline ptrdiff_t rvm_mount_link_find(struct rvm_mount_mirror *mount)
{
	struct super_block *sb = mount->mnt.mnt_sb;
	unsigned long head = (unsigned long)&sb->s_mounts;
	ptrdiff_t found = -1, at;
	const char *first;

	rcu_read_lock();
	first = (const char *)READ_ONCE(sb->s_mounts);
	for (at = sizeof(*mount); first && at < RVM_MOUNT_BYTES_MAX; at += sizeof(head)) {
		if ((READ_ONCE(*(const unsigned long *)(first + at)) & ~1UL) == head) {
			found = at - sizeof(head);
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

#endif

/* Does the caller only ask whether it may start a program?  Since 6.14. */
static inline bool rvm_exec_is_question(const struct linux_binprm *bprm)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
	return false;
#else
	return bprm->is_check;
#endif
}

/* The name became a structure in 6.16.  Sleeps; the caller holds nothing. */
static inline struct dentry *rvm_lookup_one(const struct path *dir, const char *name)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
	return lookup_one_unlocked(mnt_idmap(dir->mnt), name, dir->dentry, strlen(name));
#else
	return lookup_one_unlocked(mnt_idmap(dir->mnt), &QSTR(name), dir->dentry);
#endif
}

#endif /* _RVM_COMPAT_H */
