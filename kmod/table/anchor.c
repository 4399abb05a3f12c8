// SPDX-License-Identifier: GPL-2.0-only
/*
 * Anchors: inodes held by marks, so that their addresses identify them.
 *
 * Why an address that the judge compares is never that of another inode.  The
 * mark holds the inode.  It is given up by the last user, who has taken the
 * address out of all its places before, or by the kernel: at the end of the
 * last name of a deleted file, or at unmount.  The kernel then calls
 * freeing_mark() first and drops the inode afterwards (fsnotify_destroy_marks()
 * detaches the connector, which has the reference, when all marks were
 * destroyed), so all places are NULL before the inode is dropped, let alone
 * freed, and an address can only be used again after that.  A reader that has
 * the old value in hand is inside a read section that began before; the inode
 * is freed a grace period after it was dropped.
 */

#include <linux/fs.h>
#include <linux/llist.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "policy.h"
#include "table/anchor.h"

static struct fsnotify_group *group;

/* Finding and making, and the end of the last user. */
static DEFINE_MUTEX(anchors_lock);
static unsigned int anchors;

/*
 * Letting go of an inode may wait for its file system; those who destroy tables
 * hold locks that others need, so a worker does it.
 */
static LLIST_HEAD(idle);
static void let_go(struct work_struct *work);
static DECLARE_WORK(release, let_go);

static struct rvm_anchor *to_anchor(struct fsnotify_mark *mark)
{
	return container_of(mark, struct rvm_anchor, mark);
}

static int ignore_event(struct fsnotify_mark *mark, u32 mask, struct inode *inode,
			struct inode *dir, const struct qstr *file_name, u32 cookie)
{
	return 0;
}

static void lose_anchor(struct fsnotify_mark *mark, struct fsnotify_group *of)
{
	struct rvm_anchor *anchor = to_anchor(mark);
	struct rvm_anchor_link *link;

	guard(mutex)(&anchor->lock);
	WRITE_ONCE(anchor->lost, true);
	list_for_each_entry(link, &anchor->links, node)
		WRITE_ONCE(*link->slot, NULL);
	rvm_policy_change();
}

static void free_anchor(struct fsnotify_mark *mark)
{
	kfree(to_anchor(mark));
}

static const struct fsnotify_ops ops = {
	.handle_inode_event = ignore_event,
	.freeing_mark = lose_anchor,
	.free_mark = free_anchor,
};

static struct rvm_anchor *find_anchor(struct inode *inode)
{
	struct fsnotify_mark *mark;
	struct rvm_anchor *anchor;

	lockdep_assert_held(&anchors_lock);
	mark = rvm_inode_mark_find(inode, group);
	if (!mark)
		return NULL;
	/* Under the lock a mark that is found has users. */
	anchor = to_anchor(mark);
	refcount_inc(&anchor->users);
	fsnotify_put_mark(mark);
	return anchor;
}

static struct rvm_anchor *make_anchor(struct inode *inode)
{
	struct rvm_anchor *anchor;
	int err;

	lockdep_assert_held(&anchors_lock);
	anchor = kzalloc(sizeof(*anchor), GFP_KERNEL_ACCOUNT);
	if (!anchor)
		return ERR_PTR(-ENOMEM);
	anchor->inode = inode;
	anchor->ino = inode->i_ino;
	refcount_set(&anchor->users, 1);
	mutex_init(&anchor->lock);
	INIT_LIST_HEAD(&anchor->links);
	fsnotify_init_mark(&anchor->mark, group);
	err = fsnotify_add_inode_mark(&anchor->mark, inode, 0);
	if (err) {
		fsnotify_put_mark(&anchor->mark);
		return ERR_PTR(err);
	}
	WRITE_ONCE(anchors, anchors + 1);
	return anchor;
}

struct rvm_anchor *rvm_anchor_get(struct inode *inode)
{
	struct rvm_anchor *anchor;

	might_sleep();
	guard(mutex)(&anchors_lock);
	anchor = find_anchor(inode);
	return anchor ? anchor : make_anchor(inode);
}

struct rvm_anchor *rvm_anchor_share(struct rvm_anchor *anchor)
{
	refcount_inc(&anchor->users);
	return anchor;
}

void rvm_anchor_put(struct rvm_anchor *anchor)
{
	might_sleep();
	if (!anchor || !refcount_dec_and_mutex_lock(&anchor->users, &anchors_lock))
		return;
	WARN_ON_ONCE(!list_empty(&anchor->links));
	WRITE_ONCE(anchors, anchors - 1);
	/* Off the inode while the lock is held: nobody finds it without users. */
	fsnotify_destroy_mark(&anchor->mark, group);
	mutex_unlock(&anchors_lock);
	if (llist_add(&anchor->idle, &idle))
		queue_work(system_unbound_wq, &release);
}

static void let_go(struct work_struct *work)
{
	struct llist_node *node = llist_del_all(&idle);

	while (node) {
		struct rvm_anchor *anchor = llist_entry(node, struct rvm_anchor, idle);

		/* It is freed by what follows. */
		node = node->next;
		fsnotify_put_mark(&anchor->mark);
		cond_resched();
	}
}

void rvm_anchor_bind(struct rvm_anchor *anchor, struct rvm_anchor_link *link, const void **slot)
{
	link->slot = slot;
	guard(mutex)(&anchor->lock);
	list_add(&link->node, &anchor->links);
	WRITE_ONCE(*slot, anchor->lost ? NULL : anchor->inode);
}

void rvm_anchor_unbind(struct rvm_anchor *anchor, struct rvm_anchor_link *link)
{
	guard(mutex)(&anchor->lock);
	list_del(&link->node);
}

bool rvm_anchor_is_lost(const struct rvm_anchor *anchor)
{
	return READ_ONCE(anchor->lost);
}

unsigned int rvm_anchor_count(void)
{
	return READ_ONCE(anchors);
}

int rvm_anchor_init(void)
{
	group = fsnotify_alloc_group(&ops, 0);
	return PTR_ERR_OR_ZERO(group);
}

void rvm_anchor_exit(void)
{
	flush_work(&release);
	fsnotify_wait_marks_destroyed();
	fsnotify_put_group(group);
}
