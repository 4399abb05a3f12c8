/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_PATH_H
#define _RVM_PATH_H

#include <linux/dcache.h>
#include <linux/path.h>
#include <linux/seqlock.h>

#include "lib/judge/judge.h"

/** RVM_MOUNTS_MAX - most mounts that a walk crosses */
#define RVM_MOUNTS_MAX 16

struct rvm_mount_mirror;

/**
 * struct rvm_walk - both chains of a file system object, with their storage
 *
 * 8 KiB: too large for the kernel stack under a hook.
 */
struct rvm_walk {
	/** @visible: Up through the mounts to the root of the mount tree. */
	struct rvm_path_view visible;
	/** @own: Up to the root of the object's own file system. */
	struct rvm_path_view own;
	/** @object: Points to the two. */
	struct rvm_path_object object;
	/** @mounts: Mounts crossed, with the place each was found at. */
	struct {
		struct rvm_mount_mirror *mount;
		struct rvm_mount_mirror *parent;
		struct dentry *mountpoint;
	} mounts[RVM_MOUNTS_MAX];
	/** @mount_count: How many. */
	unsigned int mount_count;
	/** @used: Bytes of @text. */
	unsigned int used;
	/** @text: The names of both chains, each with a NUL; what they share is there once. */
	char text[RVM_PATH_BYTES_MAX];
	/** @leaf: What rvm_walk_forget_leaf() left out. */
	struct {
		struct rvm_name name;
		const void *id;
	} leaf;
	/** @lent: Whether it is in use, or the spare; for path.c only. */
	unsigned long lent;
};

/**
 * struct rvm_walk_section - a stretch of time in which no name changes unnoticed
 */
struct rvm_walk_section {
	/** @seq: Of rename_lock. */
	unsigned int seq;
	/** @tries: Retries so far. */
	unsigned int tries;
	/** @locked: rename_lock is, or was at the end, held. */
	bool locked;
	/** @unsettled: Mounts moved at every try: what was found must not be believed. */
	bool unsettled;
};

/**
 * rvm_walk_borrow() - storage for a walk
 *
 * Context: any but interrupts, where hooks never walk; never sleeps.
 * Return: to be given back by rvm_walk_return(); NULL without memory: refuse.
 */
struct rvm_walk *rvm_walk_borrow(void);
/** rvm_walk_return() - undo rvm_walk_borrow(); NULL is fine */
void rvm_walk_return(struct rvm_walk *walk);

/**
 * rvm_walk_names() - counts renames of the whole machine; odd while one is under way
 *
 * For callers that remember names without a section.
 *
 * Return: the number; names are read after it.
 */
static inline unsigned int rvm_walk_names(void)
{
	/* Names are read after it. */
	return smp_load_acquire(&rename_lock.seqcount.seqcount.sequence);
}

/** rvm_walk_begin() - before the first rvm_walk_fill() of a try */
void rvm_walk_begin(struct rvm_walk_section *section);

/**
 * rvm_walk_retry() - after all walks were filled, before they are judged
 * @section: from rvm_walk_begin()
 * @walk: was filled
 * @other: another one that has to be true at the same moment, or NULL
 *
 * Return: true if a rename or a mount came between: fill again.  After three
 * tries renames are held off while walks are filled, so the loop ends.
 */
bool rvm_walk_retry(struct rvm_walk_section *section, const struct rvm_walk *walk,
		    const struct rvm_walk *other);

/**
 * rvm_walk_holds() - no name and no mount that was crossed has changed since
 * @section: ended by rvm_walk_retry()
 * @walk: was filled in it
 *
 * Return: true if so; false also if renames were held off: then it is not known.
 */
bool rvm_walk_holds(const struct rvm_walk_section *section, const struct rvm_walk *walk);

/**
 * rvm_walk_fill() - collect the names and inodes above an object
 * @walk: filled
 * @path: the object, or the directory that @leaf lies in
 * @leaf: a dentry below @path (it may be negative), or NULL
 *
 * It does not know whose the object is: a fifo is special even if the caller made it.
 *
 * Context: inside rcu_read_lock(), which must last as long as @walk is used: then
 * an address in it is of no other inode.
 * Return: RVM_REASON_NONE, or why it must be refused: DETACHED or DEPTH,
 * which is also for names of more than 255 bytes.
 */
enum rvm_reason rvm_walk_fill(struct rvm_walk *walk, const struct path *path, struct dentry *leaf);

/**
 * rvm_walk_fill_name() - likewise for something new, by name alone
 * @walk: filled
 * @path: the directory
 * @leaf: one name, with a NUL behind it; nothing is looked up
 *
 * Return: as rvm_walk_fill().
 */
enum rvm_reason rvm_walk_fill_name(struct rvm_walk *walk, const struct path *path,
				   const struct rvm_name *leaf);

/**
 * rvm_walk_forget_leaf() - any object of the same directory in place of this one
 * @walk: from rvm_walk_fill(), of an object that is not the root of a mount
 *
 * The empty name is matched only by what matches every name.
 */
void rvm_walk_forget_leaf(struct rvm_walk *walk);
/** rvm_walk_recall_leaf() - undo rvm_walk_forget_leaf() */
void rvm_walk_recall_leaf(struct rvm_walk *walk);

/**
 * rvm_walk_fill_dentry() - likewise where no mount is at hand
 * @walk: filled
 * @dentry: the object
 *
 * The chain of the object's own file system then serves for grants too; what
 * is anchored across a mount does not cover the object.
 *
 * Return: as rvm_walk_fill().
 */
enum rvm_reason rvm_walk_fill_dentry(struct rvm_walk *walk, struct dentry *dentry);

/** rvm_path_is_attached() - is the mount part of the caller's or the first mount tree; under RCU */
bool rvm_path_is_attached(const struct path *path);

/** rvm_path_init() - prove that the mirror of struct mount is right on this kernel */
int rvm_path_init(void);
/** rvm_path_exit() - free what rvm_path_init() made */
void rvm_path_exit(void);

#endif /* _RVM_PATH_H */
