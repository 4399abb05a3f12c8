// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a file system to its mounts, without the lock of their list.
 *
 * The kernel adds to the list and takes from it under a lock that modules do
 * not have.  A mount is complete when it is added, and freed a grace period
 * after it was taken out; taking out poisons its link, so a reader who stood on
 * it notices and begins again.
 */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/poison.h>

#include "compat.h"
#include "mounts.h"
#include "path.h"

/* Mounts of one file system that are looked at: each name space copies them. */
#define MOUNTS_MAX 4096
#define TRIES_MAX 4

/* No mount is as large as this. */
#define MOUNT_BYTES_MAX 512

/* From the start of a mount to its link; found at load. */
static ptrdiff_t link_offset;

static struct rvm_mount_mirror *to_mount(const struct list_head *link)
{
	return (struct rvm_mount_mirror *)((char *)link - link_offset);
}

static const struct list_head *next_link(const struct list_head *link)
{
	const struct list_head *next = READ_ONCE(link->next);

	return next == LIST_POISON1 ? NULL : next;
}

static bool is_below(const struct dentry *dentry, const struct dentry *root)
{
	unsigned int i;

	for (i = 0; i <= RVM_PATH_DEPTH_MAX; i++) {
		if (dentry == root)
			return true;
		if (dentry == READ_ONCE(dentry->d_parent))
			return false;
		dentry = READ_ONCE(dentry->d_parent);
	}
	/* Deeper than what is judged: let the walk say so. */
	return true;
}

static int find_places(struct dentry *dentry, struct path places[RVM_PLACES_MAX])
{
	const struct list_head *head = &dentry->d_sb->s_mounts;
	const struct list_head *link = next_link(head);
	int count = 0, seen;

	for (seen = 0; link != head; seen++) {
		struct path place = { .dentry = dentry };

		if (!link)
			return -EAGAIN;
		if (seen == MOUNTS_MAX)
			return -E2BIG;
		place.mnt = &to_mount(link)->mnt;
		link = next_link(link);
		if (!is_below(dentry, READ_ONCE(place.mnt->mnt_root)) ||
		    !rvm_path_is_attached(&place))
			continue;
		if (count == RVM_PLACES_MAX)
			return -E2BIG;
		places[count++] = place;
	}
	return count;
}

int rvm_mounts_find(struct dentry *dentry, struct path places[RVM_PLACES_MAX])
{
	int count = -EAGAIN, i;

	for (i = 0; i < TRIES_MAX && count == -EAGAIN; i++)
		count = find_places(dentry, places);
	return count;
}

/*
 * The link of a mount lies behind the members that the mirror has.  Those of
 * other mounts are at least one whole mount away.
 */
static ptrdiff_t find_link(const struct path *path)
{
	const struct list_head *head = &path->mnt->mnt_sb->s_mounts, *link;
	const char *mount = (const char *)container_of(path->mnt, struct rvm_mount_mirror, mnt);
	ptrdiff_t best = MOUNT_BYTES_MAX;
	int seen = 0;

	rcu_read_lock();
	for (link = next_link(head); link && link != head && seen < MOUNTS_MAX; seen++) {
		ptrdiff_t offset = (const char *)link - mount;

		if (offset >= (ptrdiff_t)sizeof(struct rvm_mount_mirror) && offset < best)
			best = offset;
		link = next_link(link);
	}
	rcu_read_unlock();
	return best;
}

int rvm_mounts_init(void)
{
	struct path path;
	int err;

	err = kern_path("/proc/self/mounts", LOOKUP_FOLLOW, &path);
	if (err)
		return err;
	link_offset = find_link(&path);
	path_put(&path);
	if (link_offset < MOUNT_BYTES_MAX)
		return 0;
	pr_err("rvm: this kernel does not chain the mounts of a file system as expected\n");
	return -EINVAL;
}
