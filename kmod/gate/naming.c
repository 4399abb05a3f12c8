// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that are being given a name.
 *
 * Where something is excluded a file may have one name only.  How many it has changes
 * after the hooks, under a lock that the hooks do not hold, so two calls at the same
 * moment would both find that there is none yet.  So each call first announces the file.
 */

#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "gate/naming.h"
#include "limits.h"
#include "pending.h"

#define BUCKET_BITS 6

struct naming {
	struct callback_head work;
	struct hlist_node node;
	/* Only compared. */
	const struct task_struct *task;
	/* With a reference; NULL if another call was in the way. */
	struct inode *inode;
	bool alone;
};

static struct hlist_head buckets[BIT(BUCKET_BITS)];
/* For all of them; nothing is taken under it. */
static DEFINE_RAW_SPINLOCK(lock);

static void end_naming(struct callback_head *work)
{
	struct naming *naming = container_of(work, struct naming, work);

	if (naming->inode) {
		raw_spin_lock(&lock);
		hlist_del(&naming->node);
		raw_spin_unlock(&lock);
		iput(naming->inode);
	}
	kfree(naming);
	rvm_pending_done();
}

/* A call asks again if a file system sends it back. */
static bool is_in_the_way(const struct naming *naming, const struct inode *inode, bool alone)
{
	return naming->inode == inode && naming->task != current && (naming->alone || alone);
}

/* The caller that would make a bucket too long is refused. */
static bool is_free(const struct hlist_head *bucket, const struct inode *inode, bool alone)
{
	const struct naming *naming;
	unsigned int count = 0;

	hlist_for_each_entry(naming, bucket, node)
		if (++count == RVM_NAMINGS_MAX || is_in_the_way(naming, inode, alone))
			return false;
	return true;
}

static bool add_naming(struct naming *naming, struct inode *inode)
{
	struct hlist_head *bucket = &buckets[hash_ptr(inode, BUCKET_BITS)];
	bool free;

	raw_spin_lock(&lock);
	free = is_free(bucket, inode, naming->alone);
	if (free) {
		ihold(inode);
		naming->inode = inode;
		hlist_add_head(&naming->node, bucket);
	}
	raw_spin_unlock(&lock);
	return free;
}

bool rvm_naming_begin(struct inode *inode, bool alone)
{
	struct naming *naming;

	naming = kmalloc(sizeof(*naming), GFP_ATOMIC | __GFP_ACCOUNT);
	if (!naming)
		return false;
	*naming = (struct naming){ .task = current, .alone = alone };
	if (!rvm_pending_add(&naming->work, end_naming)) {
		kfree(naming);
		return false;
	}
	return add_naming(naming, inode);
}
