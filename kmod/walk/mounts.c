// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a file system to its mounts, without the lock of their list.
 *
 * The kernel adds to the list and takes from it under a lock that modules do
 * not have.  A mount is complete when it is added, and freed a grace period
 * after it was taken out.  A reader who stood on one that is taken out is either
 * led on to those behind it, or told so and begins again.
 */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/namei.h>

#include "compat.h"
#include "walk/mounts.h"
#include "walk/path.h"

/*
 * Anybody may make mounts of a file system, in a namespace of his own: how many there
 * are says nothing about the caller, whose own are few.  Others only cost time, a look at
 * each; there is an end to that only so that a list which is broken has one.
 */
#define MOUNTS_MAX BIT(24)
#define TRIES_MAX 16

/* From the start of a mount to its link; found at load. */
static ptrdiff_t link_offset;

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
	struct super_block *sb = dentry->d_sb;
	struct rvm_mount_mirror *mount;
	unsigned int seen = 0;
	int count = 0;

	for (mount = rvm_mount_first(sb, link_offset); mount;
	     mount = rvm_mount_next(sb, mount, link_offset)) {
		struct path place = { .dentry = dentry };

		if (IS_ERR(mount))
			return PTR_ERR(mount);
		if (seen++ == MOUNTS_MAX)
			return -E2BIG;
		place.mnt = &mount->mnt;
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

int rvm_mounts_init(void)
{
	struct path path;
	int err;

	err = kern_path("/proc/self/mounts", LOOKUP_FOLLOW, &path);
	if (err)
		return err;
	link_offset = rvm_mount_link_find(rvm_mount_mirror_of(path.mnt));
	path_put(&path);
	if (link_offset > 0)
		return 0;
	pr_err("rvm: this kernel does not chain the mounts of a file system as expected\n");
	return -EINVAL;
}
