/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_ANCHOR_H
#define _RVM_ANCHOR_H

#include <linux/fsnotify_backend.h>
#include <linux/refcount.h>
#include <linux/types.h>

/**
 * struct rvm_anchor - an inode that scopes hang on, held by a mark of our own group
 *
 * The mark pins the inode in memory but does not make its file system busy.
 * When the file system goes away the mark is detached and @lost is set: the
 * scopes then match nothing.  One anchor serves all scopes on the inode.
 */
struct rvm_anchor {
	/** @mark: Holds the inode; embedded, so it is the lifetime of the anchor. */
	struct fsnotify_mark mark;
	/** @inode: Identity, only compared; valid as a pointer while not @lost. */
	struct inode *inode;
	/** @users: Scopes that refer to it. */
	refcount_t users;
	/** @lost: The inode left the cache; set once. */
	bool lost;
};

/**
 * rvm_anchor_get() - the anchor of an inode, made if there is none
 * @inode: held by the caller
 *
 * Context: may sleep.
 * Return: an anchor with one more user; ERR_PTR(-ENOMEM), or what fsnotify says.
 */
struct rvm_anchor *rvm_anchor_get(struct inode *inode);

/**
 * rvm_anchor_put() - one user less; the last one detaches the mark
 * @anchor: may be NULL
 *
 * Context: may sleep.
 */
void rvm_anchor_put(struct rvm_anchor *anchor);

/** rvm_anchor_count() - anchors that exist, for info and leak tests */
unsigned int rvm_anchor_count(void);

/** rvm_anchor_init() - make the mark group; undone by rvm_anchor_exit() */
int rvm_anchor_init(void);
/** rvm_anchor_exit() - all anchors must be gone; waits for their end */
void rvm_anchor_exit(void);

#endif /* _RVM_ANCHOR_H */
