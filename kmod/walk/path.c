// SPDX-License-Identifier: GPL-2.0-only
/*
 * From an object to the root: names and inodes, without sleeping or locking.
 *
 * Several hooks may never sleep and some are called under spinlocks, so there
 * is one walk for all of them.  Dentries and mounts are freed after an RCU
 * grace period; the names of a dentry may change while they are read, but both
 * the inline and the external form keep a terminating NUL, and what was read
 * is thrown away if rename_lock moved meanwhile.  What is read is copied, so
 * that nothing is held, and nothing goes on unchanged, for the judge's sake.
 */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/init_task.h>
#include <linux/magic.h>
#include <linux/namei.h>
#include <linux/percpu.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "compat.h"
#include "walk/path.h"

/* For each CPU: rename and link judge two places at once. */
#define WALKS 2
/* One that was allocated because those are taken. */
#define WALK_SPARE 2UL

/*
 * Whoever runs on a CPU takes one of its walks; with preemption on, it may take it
 * along to another, and whoever comes next finds them taken.
 */
static struct rvm_walk __percpu *walks;

struct rvm_walk *rvm_walk_borrow(void)
{
	struct rvm_walk *walk = raw_cpu_ptr(walks);
	unsigned int i;

	for (i = 0; i < WALKS; i++, walk++)
		if (!test_and_set_bit_lock(0, &walk->lent))
			break;
	if (i == WALKS) {
		walk = kmalloc(sizeof(*walk), GFP_ATOMIC | __GFP_NOWARN);
		if (!walk)
			return NULL;
		walk->lent = WALK_SPARE;
	}
	walk->mount_count = 0;
	return walk;
}

void rvm_walk_return(struct rvm_walk *walk)
{
	if (!walk)
		return;
	if (walk->lent == WALK_SPARE)
		kfree(walk);
	else
		clear_bit_unlock(0, &walk->lent);
}

void rvm_walk_begin(struct rvm_walk_section *section)
{
	section->tries = 0;
	section->locked = false;
	section->unsettled = false;
	section->seq = read_seqbegin(&rename_lock);
}

/* Did a mount that was crossed move or go away since? */
static bool mounts_changed(const struct rvm_walk *walk)
{
	unsigned int i;

	for (i = 0; i < walk->mount_count; i++) {
		struct rvm_mount_mirror *mount = walk->mounts[i].mount;

		if (READ_ONCE(mount->mnt_parent) != walk->mounts[i].parent ||
		    READ_ONCE(mount->mnt_mountpoint) != walk->mounts[i].mountpoint)
			return true;
	}
	return false;
}

bool rvm_walk_holds(const struct rvm_walk_section *section, const struct rvm_walk *walk)
{
	return !section->locked && !read_seqretry(&rename_lock, section->seq) &&
	       !mounts_changed(walk);
}

bool rvm_walk_retry(struct rvm_walk_section *section, const struct rvm_walk *walk,
		    const struct rvm_walk *other)
{
	bool again = !section->locked && read_seqretry(&rename_lock, section->seq);

	again |= mounts_changed(walk);
	if (other)
		again |= mounts_changed(other);

	/* A mount storm must not hold a CPU forever. */
	if (again && ++section->tries < 8) {
		if (section->locked)
			return true;
		if (section->tries < 3) {
			section->seq = read_seqbegin(&rename_lock);
		} else {
			read_seqlock_excl(&rename_lock);
			__release(&rename_lock); /* for sparse: taken here, let go below */
			section->locked = true;
		}
		return true;
	}
	section->unsettled = again;
	if (section->locked) {
		__acquire(&rename_lock);
		read_sequnlock_excl(&rename_lock);
	}
	return false;
}

static void set_id(struct rvm_path_view *view, struct dentry *dentry)
{
	view->id[view->depth] = READ_ONCE(dentry->d_inode);
}

static void clear_view(struct rvm_path_view *view)
{
	view->depth = 0;
	view->folds = false;
	view->aliases = 0;
	view->noted = false;
}

/* How a file system compares names if not byte by byte. */
enum folding {
	FOLDING_NONE,
	/* Without regard to the case of ASCII letters. */
	FOLDING_CASE,
	/* By Unicode: Kelvin signs are letters, too. */
	FOLDING_UNICODE,
	/* By its own rules, maybe with short names, streams, dots at the end. */
	FOLDING_OTHER,
};

/*
 * XFS that was made to ignore case (version=ci) has another lookup, and tells nobody.  What
 * was found holds as long as these operations are there.
 */
static noinline bool xfs_folds(const struct inode *dir)
{
	static const struct inode_operations *plain, *folding;
	const struct inode_operations *operations = dir->i_op;
	char name[32];
	size_t len;

	if (operations == READ_ONCE(plain))
		return false;
	if (operations == READ_ONCE(folding))
		return true;
	snprintf(name, sizeof(name), "%ps", operations->lookup);
	len = str_has_prefix(name, "xfs_vn_lookup");
	/* The name of a module may follow. */
	if (len && (!name[len] || name[len] == ' ')) {
		WRITE_ONCE(plain, operations);
		return false;
	}
	WRITE_ONCE(folding, operations);
	return true;
}

static enum folding folding_untold(const struct dentry *dir)
{
	const struct inode *inode = READ_ONCE(dir->d_inode);

	if (likely(dir->d_sb->s_magic != XFS_SUPER_MAGIC) || !inode || !xfs_folds(inode))
		return FOLDING_NONE;
	return FOLDING_CASE;
}

static enum folding folding_in(const struct dentry *dir)
{
	const struct inode *inode = READ_ONCE(dir->d_inode);

	/* Its switches come and go by namespaces: that is what it compares. */
	if (dir->d_sb->s_magic == PROC_SUPER_MAGIC)
		return FOLDING_NONE;
	if (!rvm_has_encoding(dir->d_sb))
		return FOLDING_OTHER;
	return inode && IS_CASEFOLDED(inode) ? FOLDING_UNICODE : FOLDING_NONE;
}

/* Some kernels note it with a name only when that is looked up. */
static bool compares(const struct dentry *dentry)
{
	return READ_ONCE(dentry->d_flags) & DCACHE_OP_COMPARE || rvm_has_encoding(dentry->d_sb);
}

static enum folding folding_of(const struct dentry *dentry)
{
	const struct dentry *dir = READ_ONCE(dentry->d_parent);

	if (likely(!compares(dentry)))
		return folding_untold(dir);
	return folding_in(dir);
}

static noinline bool may_be_alias(const struct rvm_name *name, enum folding folding)
{
	unsigned int i;

	for (i = 0; i < name->len; i++) {
		u8 c = name->text[i];

		if (c >= 0x80)
			return true;
		if (folding == FOLDING_OTHER && (c == '~' || c == ':'))
			return true;
	}
	return folding == FOLDING_OTHER && name->len &&
	       (name->text[name->len - 1] == '.' || name->text[name->len - 1] == ' ');
}

/* Copied: nobody changes it then while it is judged. */
static bool add_text(struct rvm_walk *walk, struct rvm_path_view *view, const char *text,
		     enum folding folding)
{
	char *copy = walk->text + walk->used;
	size_t room = sizeof(walk->text) - walk->used;
	struct rvm_name *name;
	ssize_t len;

	if (view->depth == RVM_PATH_DEPTH_MAX || !room)
		return false;
	len = strscpy(copy, text, min_t(size_t, room, NAME_MAX + 1));
	if (len < 0)
		return false;
	walk->used += len + 1;
	name = &view->name[view->depth++];
	name->text = copy;
	name->len = len;
	if (unlikely(folding != FOLDING_NONE)) {
		view->folds = true;
		if (folding != FOLDING_CASE && !view->aliases && may_be_alias(name, folding))
			view->aliases = view->depth;
	}
	return true;
}

static bool add_name(struct rvm_walk *walk, struct rvm_path_view *view, struct dentry *dentry)
{
	return add_text(walk, view, READ_ONCE(dentry->d_name.name), folding_of(dentry));
}

/* What is not there yet: no identity, and the directory's way to compare. */
static bool begin_view(struct rvm_walk *walk, const struct dentry *dir, const struct rvm_name *leaf)
{
	walk->used = 0;
	clear_view(&walk->visible);
	if (!leaf)
		return true;
	walk->visible.id[0] = NULL;
	return add_text(walk, &walk->visible, leaf->text,
			compares(dir) ? folding_in(dir) : folding_untold(dir));
}

/* Up the object's own file system, from @dentry to its root. */
static enum rvm_reason climb_own(struct rvm_walk *walk, struct rvm_path_view *view,
				 struct dentry *dentry)
{
	for (;;) {
		struct dentry *parent = READ_ONCE(dentry->d_parent);

		set_id(view, dentry);
		if (parent == dentry)
			return RVM_REASON_NONE;
		if (!add_name(walk, view, dentry))
			return RVM_REASON_DEPTH;
		dentry = parent;
	}
}

/* Below the first mount that is crossed, both chains are the same. */
static void fork_view(struct rvm_walk *walk)
{
	const struct rvm_path_view *from = &walk->visible;
	struct rvm_path_view *to = &walk->own;

	memcpy(to->name, from->name, from->depth * sizeof(*from->name));
	memcpy(to->id, from->id, from->depth * sizeof(*from->id));
	to->depth = from->depth;
	to->folds = from->folds;
	to->aliases = from->aliases;
	to->noted = false;
}

/* The mount at the very top of the tree that @root lies in. */
static struct rvm_mount_mirror *top_mount(const struct path *root)
{
	struct rvm_mount_mirror *mount = rvm_mount_mirror_of(READ_ONCE(root->mnt));
	unsigned int i;

	for (i = 0; i < RVM_PATH_DEPTH_MAX; i++) {
		struct rvm_mount_mirror *parent = READ_ONCE(mount->mnt_parent);

		if (parent == mount)
			break;
		mount = parent;
	}
	return mount;
}

static bool is_tree_top(struct rvm_mount_mirror *mount)
{
	const struct fs_struct *fs = current->fs;

	if (fs && mount == top_mount(&fs->root))
		return true;
	return mount == top_mount(&init_task.fs->root);
}

bool rvm_path_is_attached(const struct path *path)
{
	return is_tree_top(top_mount(path));
}

/*
 * Up through the mounts.  At the root of a mount the name is that of the
 * mountpoint, the identity stays that of what is mounted there: it is the one
 * that an open of the path would give.
 */
static enum rvm_reason climb_visible(struct rvm_walk *walk, struct dentry *dentry,
				     struct rvm_mount_mirror *mount, bool two_chains)
{
	struct rvm_path_view *view = &walk->visible;

	walk->mount_count = 0;
	for (;;) {
		set_id(view, dentry);
		while (dentry == READ_ONCE(mount->mnt.mnt_root)) {
			struct rvm_mount_mirror *parent = READ_ONCE(mount->mnt_parent);
			struct dentry *mountpoint = READ_ONCE(mount->mnt_mountpoint);

			if (two_chains && !walk->mount_count)
				fork_view(walk);
			if (parent == mount)
				return is_tree_top(mount) ? RVM_REASON_NONE : RVM_REASON_DETACHED;
			if (walk->mount_count == RVM_MOUNTS_MAX)
				return RVM_REASON_DEPTH;
			walk->mounts[walk->mount_count].mount = mount;
			walk->mounts[walk->mount_count].parent = parent;
			walk->mounts[walk->mount_count].mountpoint = mountpoint;
			walk->mount_count++;
			dentry = mountpoint;
			mount = parent;
		}
		if (dentry == READ_ONCE(dentry->d_parent))
			return RVM_REASON_DETACHED;
		if (!add_name(walk, view, dentry))
			return RVM_REASON_DEPTH;
		dentry = READ_ONCE(dentry->d_parent);
	}
}

/* A device, fifo or socket, which takes a token that names it. */
static bool is_special(const struct inode *inode)
{
	umode_t type = inode ? inode->i_mode & S_IFMT : 0;

	return type == S_IFCHR || type == S_IFBLK || type == S_IFIFO || type == S_IFSOCK;
}

static void note_names(struct rvm_walk *walk, bool two_chains)
{
	rvm_view_note_names(&walk->visible);
	if (two_chains)
		rvm_view_note_names(&walk->own);
}

static void describe(struct rvm_walk *walk, struct dentry *dentry, bool two_chains)
{
	const struct inode *inode = READ_ONCE(dentry->d_inode);
	struct rvm_path_object *object = &walk->object;

	note_names(walk, two_chains);
	object->visible = &walk->visible;
	object->own = two_chains ? &walk->own : NULL;
	object->special = is_special(inode);
	object->symlink = inode && S_ISLNK(inode->i_mode);
	object->proc_own = false;
}

/* Both chains from @dentry on, which a name that is not there yet lies in. */
static enum rvm_reason climb(struct rvm_walk *walk, struct vfsmount *mnt, struct dentry *dentry,
			     const struct rvm_name *leaf)
{
	struct dentry *root = READ_ONCE(mnt->mnt_root);
	enum rvm_reason reason;
	bool two_chains;

	/* Where a whole file system is mounted, its own chain is the lower end of the other. */
	two_chains = !IS_ROOT(root) || dentry->d_sb->s_magic == PROC_SUPER_MAGIC;
	if (!begin_view(walk, dentry, leaf))
		return RVM_REASON_DEPTH;
	reason = climb_visible(walk, dentry, rvm_mount_mirror_of(mnt), two_chains);
	if (!reason && two_chains)
		reason = climb_own(walk, &walk->own, root);
	if (!reason)
		describe(walk, dentry, two_chains);
	return reason;
}

enum rvm_reason rvm_walk_fill(struct rvm_walk *walk, const struct path *path, struct dentry *leaf)
{
	return climb(walk, path->mnt, leaf ? leaf : path->dentry, NULL);
}

enum rvm_reason rvm_walk_fill_name(struct rvm_walk *walk, const struct path *path,
				   const struct rvm_name *leaf)
{
	return climb(walk, path->mnt, path->dentry, leaf);
}

void rvm_walk_forget_leaf(struct rvm_walk *walk)
{
	walk->leaf.name = walk->visible.name[0];
	walk->leaf.id = walk->visible.id[0];
	rvm_view_forget_leaf(&walk->visible);
	if (walk->object.own)
		rvm_view_forget_leaf(&walk->own);
}

static void recall_leaf(const struct rvm_walk *walk, struct rvm_path_view *view)
{
	view->name[0] = walk->leaf.name;
	view->id[0] = walk->leaf.id;
	rvm_view_note_names(view);
}

void rvm_walk_recall_leaf(struct rvm_walk *walk)
{
	recall_leaf(walk, &walk->visible);
	if (walk->object.own)
		recall_leaf(walk, &walk->own);
}

enum rvm_reason rvm_walk_fill_dentry(struct rvm_walk *walk, struct dentry *dentry)
{
	enum rvm_reason reason;

	walk->mount_count = 0;
	begin_view(walk, dentry, NULL);
	reason = climb_own(walk, &walk->visible, dentry);
	if (reason)
		return reason;
	describe(walk, dentry, false);
	return RVM_REASON_NONE;
}

/* Walk up from the root of /proc once with the mirror and once with the kernel's own function. */
static int prove_mirror(void)
{
	struct rvm_mount_mirror *mount;
	struct path path;
	bool same;
	int err;

	err = kern_path("/proc/self/mounts", LOOKUP_FOLLOW, &path);
	if (err) {
		pr_err("rvm: /proc is not mounted: cannot prove the layout of struct mount\n");
		return err;
	}
	mount = rvm_mount_mirror_of(path.mnt);
	if (!follow_up(&path)) {
		path_put(&path);
		return -EINVAL;
	}
	same = &mount->mnt_parent->mnt == path.mnt && mount->mnt_mountpoint == path.dentry;
	path_put(&path);
	if (same)
		return 0;
	pr_err("rvm: struct mount of this kernel is not the one this module was built for\n");
	return -EINVAL;
}

int rvm_path_init(void)
{
	int err;

	err = prove_mirror();
	if (err)
		return err;
	walks = __alloc_percpu(WALKS * sizeof(struct rvm_walk), __alignof__(struct rvm_walk));
	return walks ? 0 : -ENOMEM;
}

void rvm_path_exit(void)
{
	free_percpu(walks);
}
