// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kinds of objects: what has a name, and what it is if it has none.
 */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mount.h>

#include "compat.h"
#include "walk/object.h"

static enum rvm_object named(const struct dentry *dentry)
{
	const struct inode *inode = READ_ONCE(dentry->d_inode);

	if (!inode || S_ISREG(inode->i_mode) || S_ISLNK(inode->i_mode))
		return RVM_OBJECT_FILE;
	return S_ISDIR(inode->i_mode) ? RVM_OBJECT_FOLDER : RVM_OBJECT_SPECIAL;
}

/* Nobody can mount these: whatever is in them has no name. */
static enum rvm_object nameless(const struct dentry *dentry)
{
	switch (dentry->d_sb->s_magic) {
	case PIPEFS_MAGIC:
		return RVM_OBJECT_PIPE;
	case SOCKFS_MAGIC:
		return RVM_OBJECT_SOCKET;
	case TMPFS_MAGIC:
	case SECRETMEM_MAGIC:
	case RVM_AIO_MAGIC:
		return RVM_OBJECT_MEMORY;
	case RVM_PIDFS_MAGIC:
		return RVM_OBJECT_PROCESS;
	case ANON_INODE_FS_MAGIC:
		return rvm_verb_anonymous(READ_ONCE(dentry->d_name.name));
	default:
		return RVM_OBJECT_DOOR;
	}
}

/* @root: of the mount that it is reached through. */
static enum rvm_object object_of(const struct dentry *dentry, const struct dentry *root)
{
	const struct super_block *sb = dentry->d_sb;

	/* Both have objects with names beside those without, which lie in no directory. */
	if (sb->s_magic == NSFS_MAGIC)
		return dentry == root ? named(dentry) : RVM_OBJECT_SPACE;
	if (sb->s_magic == HUGETLBFS_MAGIC && IS_ROOT(dentry) && dentry != root)
		return RVM_OBJECT_MEMORY;
	return sb->s_flags & SB_NOUSER ? nameless(dentry) : named(dentry);
}

enum rvm_object rvm_object_of(const struct path *path)
{
	return object_of(path->dentry, READ_ONCE(path->mnt->mnt_root));
}

enum rvm_object rvm_object_of_dentry(const struct dentry *dentry)
{
	return object_of(dentry, READ_ONCE(dentry->d_sb->s_root));
}

bool rvm_object_is_code_memory(const struct file *file, bool shared)
{
	const char *name = READ_ONCE(file->f_path.dentry->d_name.name);

	/* Made by mmap() itself: no descriptor leads to them. */
	if (!strcmp(name, "dev/zero") || !strcmp(name, "anon_hugepage"))
		return true;
	return shared && file->f_mode & FMODE_WRITE && str_has_prefix(name, "memfd:");
}

bool rvm_object_is_numbered(const struct super_block *sb)
{
	switch (sb->s_magic) {
	case EXT4_SUPER_MAGIC:
	case F2FS_SUPER_MAGIC:
	case TMPFS_MAGIC:
	case XFS_SUPER_MAGIC:
		return true;
	default:
		return false;
	}
}
