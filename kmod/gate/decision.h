/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_DECISION_H
#define _RVM_DECISION_H

#include <linux/bits.h>
#include <linux/path.h>
#include <linux/rvm.h>
#include <linux/types.h>

#include "limits.h"

struct rvm_leaf_set;
struct rvm_partition;
struct rvm_mount_mirror;
struct rvm_walk;
struct rvm_walk_section;

/** RVM_DECISION_MOUNTS - most mounts that are crossed on the way to an object that is kept */
#define RVM_DECISION_MOUNTS 4

/** RVM_DECISION_FOLDER_RIGHTS - what can be kept for all that lies in a directory */
#define RVM_DECISION_FOLDER_RIGHTS (RVM_RIGHT_READ | RVM_RIGHT_WRITE)

/** RVM_DECISION_FOLDER - it is about what lies in the directory, not about the directory itself */
#define RVM_DECISION_FOLDER BIT_ULL(32)

/**
 * struct rvm_identity - what a name is known by, whatever its memory is used for later
 *
 * Addresses are used again for other files: without the numbers they say nothing.
 * All of it is read by one function and compared by one.
 */
struct rvm_identity {
	/** @dentry: The name of the file, or of the directory. */
	const struct dentry *dentry;
	/** @inode: What the name stands for. */
	const struct inode *inode;
	/** @ino: Its number. */
	unsigned long ino;
	/** @parent: Of a file: the name of its directory; NULL for a directory, as all below. */
	const struct dentry *parent;
	/** @parent_ino: Of a file: number of the directory. */
	unsigned long parent_ino;
	/** @name: Of a file: hash and length of the name. */
	u64 name;
	/** @generation: Of the inode: with @ino it identifies the file on its file system. */
	u32 generation;
	/** @parent_generation: Of a file: generation of the directory. */
	u32 parent_generation;
};

/**
 * struct rvm_decision - rights that a partition was found to have on a file, or
 * on everything ordinary in a directory
 *
 * Documentation/design/decisions.md says why an old one never allows what the
 * judge would refuse.  Pointers are compared, never followed.
 */
struct rvm_decision {
	/** @part: Id of the partition; with RVM_DECISION_FOLDER if it is about a directory. */
	u64 part;
	/** @rights: Rights that were allowed; second those of a file that is mapped. */
	u8 rights[2];
	/** @crossings: Mounts crossed. */
	u8 crossings;
	/** @moves: Of a directory: rvm_judge_moves(); 0 if it is not known. */
	u16 moves;
	/** @identity: Of the file, or of the directory. */
	struct rvm_identity identity;
	/** @policy: rvm_policy_number(), read before judging. */
	u64 policy;
	/** @names: Count of rename_lock under which the names were read; always even. */
	unsigned int names;
	/** @additions: Of the partition, read before judging; only renames need it. */
	u32 additions;
	/** @settled: @names once @chain is known, if nothing expires; else no number of names. */
	u64 settled;
	/**
	 * @leaves: Of a directory: names that exclusions of the partition and of those around it
	 * may be about; only compared.
	 */
	const struct rvm_leaf_set *leaves[RVM_NEST_MAX];
	/** @kept: When it was judged, in jiffies. */
	unsigned long kept;
	/** @from: When it was judged, unix seconds. */
	s64 from;
	/** @until: When the first token on which it rests expires; S64_MAX for never. */
	s64 until;
	/** @root: Root mount of the task that asked; one of the mounts. */
	const struct vfsmount *root;
	/** @top: Mount where the walk ended. */
	const struct rvm_mount_mirror *top;
	/** @chain: Fingerprint of all names above, for when @names is old; 0 if not computed. */
	u64 chain;
	/** @mount: Mounts crossed, the file's own first. */
	struct {
		const struct rvm_mount_mirror *mount;
		const struct dentry *root;
		const struct dentry *mountpoint;
	} mount[RVM_DECISION_MOUNTS];
};

/**
 * rvm_decision_allows_in() - was all in its directory found allowed, and does that still hold
 * @part: of the caller
 * @path: held by the caller
 * @rights: mask of enum rvm_right
 *
 * Context: as rvm_decision_allows(), which asks this first.
 * Return: true if it is allowed; false says nothing.
 */
bool rvm_decision_allows_in(struct rvm_partition *part, const struct path *path, u8 rights);

/**
 * rvm_decision_allows_name() - likewise for a name that appears or goes
 * @part: of the caller
 * @path: the name, with the mount of its directory; a plain file or a directory, if it is
 *        there, or becomes one
 * @rights: mask of enum rvm_right
 *
 * Return: as rvm_decision_allows_in().
 */
bool rvm_decision_allows_name(struct rvm_partition *part, const struct path *path, u8 rights);

/**
 * rvm_decision_allows_move() - likewise for a plain file or directory that gets another name
 * @part: of the caller
 * @from: its name, with the mount of its directory
 * @to: the new one; what has it now, if anything, goes
 *
 * Return: true if both names are allowed and the new one is not told from the old one.
 */
bool rvm_decision_allows_move(struct rvm_partition *part, const struct path *from,
			      const struct path *to);

/** rvm_decision_allows_one() - likewise, was the file itself */
bool rvm_decision_allows_one(struct rvm_partition *part, const struct path *path, u8 rights,
			     bool load);

/**
 * rvm_decision_allows() - was this found allowed, and does that still hold
 * @part: of the caller
 * @path: held by the caller
 * @rights: mask of enum rvm_right
 * @load: the file is mapped
 *
 * Context: inside rcu_read_lock(); task context; never sleeps.
 * Return: true if it is allowed; false says nothing.
 */
static inline bool rvm_decision_allows(struct rvm_partition *part, const struct path *path,
				       u8 rights, bool load)
{
	return (!load && rvm_decision_allows_in(part, path, rights)) ||
	       rvm_decision_allows_one(part, path, rights, load);
}

/**
 * rvm_decision_describe() - note what an object is known by
 * @decision: what a file is known by is filled, from @crossings on
 * @path: the object
 * @walk: as rvm_walk_fill() left it for @path
 * @section: it lies in; what is noted counts only if rvm_walk_retry() does not ask again
 *
 * Context: as rvm_walk_fill().
 * Return: false if nothing about the object can be kept.
 */
bool rvm_decision_describe(struct rvm_decision *decision, const struct path *path,
			   const struct rvm_walk *walk, const struct rvm_walk_section *section);

/**
 * rvm_decision_describe_folder() - note what the directory of an object is known by
 * @decision: as for rvm_decision_describe(); @leaves is the caller's
 * @path: the object
 * @walk: as rvm_walk_fill() left it for @path
 * @section: as for rvm_decision_describe()
 *
 * Return: false if the object is not like all others in the directory may be, or
 * nothing about the directory can be kept.
 */
bool rvm_decision_describe_folder(struct rvm_decision *decision, const struct path *path,
				  const struct rvm_walk *walk,
				  const struct rvm_walk_section *section);

/**
 * rvm_decision_keep() - from now on rvm_decision_allows() may say so
 * @decision: as it was described; what was kept before is added to it
 * @mnt: of the object
 *
 * Context: inside rcu_read_lock(); task context; never sleeps.
 */
void rvm_decision_keep(struct rvm_decision *decision, struct vfsmount *mnt);

/** rvm_decision_init() - make the table; -ENOMEM */
int rvm_decision_init(void);
/** rvm_decision_exit() - free it; nobody asks any more */
void rvm_decision_exit(void);

#endif /* _RVM_DECISION_H */
