/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_ANCHOR_H
#define _RVM_ANCHOR_H

#include <linux/fsnotify_backend.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/types.h>

/**
 * struct rvm_anchor_link - where the identity of an anchor is kept for the judge
 */
struct rvm_anchor_link {
	/** @node: In @links of the anchor. */
	struct list_head node;
	/** @slot: Set to the inode while bound, to NULL when the anchor is lost. */
	const void **slot;
};

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
	/** @ino: Number of the inode, for people. */
	u64 ino;
	/** @users: Scopes that refer to it. */
	refcount_t users;
	/** @lock: Of @links and @lost; nothing is allocated under it. */
	struct mutex lock;
	/** @links: Places that hold the identity. */
	struct list_head links;
	/** @idle: Among those without users that a worker ends. */
	struct llist_node idle;
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

/** rvm_anchor_share() - one more user of one that has users */
struct rvm_anchor *rvm_anchor_share(struct rvm_anchor *anchor);

/**
 * rvm_anchor_put() - one user less; the last one detaches the mark
 * @anchor: may be NULL
 *
 * The inode goes later: that may wait for a file system.
 *
 * Context: may sleep.
 */
void rvm_anchor_put(struct rvm_anchor *anchor);

/**
 * rvm_anchor_bind() - keep the identity in a place until it is lost
 * @anchor: with a user that stays until rvm_anchor_unbind()
 * @link: unused until then
 * @slot: set now; set to NULL before the inode can be freed
 *
 * Context: may sleep.
 */
void rvm_anchor_bind(struct rvm_anchor *anchor, struct rvm_anchor_link *link, const void **slot);

/**
 * rvm_anchor_unbind() - undo rvm_anchor_bind(); the place is not touched any more
 * @anchor: as it was bound
 * @link: likewise
 *
 * Context: may sleep.
 */
void rvm_anchor_unbind(struct rvm_anchor *anchor, struct rvm_anchor_link *link);

/** rvm_anchor_is_lost() - a hint for people; the judge looks at the place */
bool rvm_anchor_is_lost(const struct rvm_anchor *anchor);

/** rvm_anchor_count() - anchors that exist, for info and leak tests */
unsigned int rvm_anchor_count(void);

/** rvm_anchor_init() - make the mark group; undone by rvm_anchor_exit() */
int rvm_anchor_init(void);
/** rvm_anchor_exit() - all anchors must be gone; waits for their end */
void rvm_anchor_exit(void);

#endif /* _RVM_ANCHOR_H */
