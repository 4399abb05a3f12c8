// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions about names: create, remove, rename, link, attributes.
 */

#include <linux/dcache.h>
#include <linux/fs.h>

#include "gate/decision.h"
#include "gate/look.h"
#include "kfunc/common.h"
#include "lib/model/rights.h"
#include "lib/model/verb.h"
#include "walk/mounts.h"
#include "walk/object.h"
#include "walk/path.h"
#include "witness/witness.h"

/* Attributes are also asked of the layers of a stacked file system, in its own name. */
static __always_inline struct rvm_partition *find_caller(void)
{
	struct rvm_partition *part = rvm_partition_find();

	return part && !rvm_is_hidden_work() ? part : NULL;
}

/* Names of layers are out of everybody's sight: those that can be seen are the caller's. */
static __always_inline struct rvm_partition *find_caller_at(const struct path *path)
{
	struct rvm_partition *part = rvm_partition_find();

	if (!part || (rvm_is_hidden_work() && !rvm_path_is_attached(path)))
		return NULL;
	return part;
}

static noinline int check_path(struct rvm_partition *part, const struct path *path, enum rvm_op op,
			       u8 need)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_PATH, op, need);

	q.path = path;
	return rvm_gate_check(part, &q);
}

static bool is_nameless(const struct dentry *dentry)
{
	return rvm_object_is_nameless(rvm_object_of_dentry(dentry));
}

static noinline int check_dentry(struct rvm_partition *part, struct dentry *dentry, enum rvm_op op,
				 u8 need)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_PATH, op, need);
	struct path places[RVM_PLACES_MAX];
	int count;

	if (is_nameless(dentry))
		return 0;
	count = rvm_mounts_find(dentry, places);
	if (count <= 0) {
		q.dentry = dentry;
		return rvm_gate_refuse(part, &q, count ? RVM_REASON_CONTEXT : RVM_REASON_DETACHED);
	}
	q.path = &places[rvm_look_choose_place(part, &q, places, count)];
	return rvm_gate_check(part, &q);
}

static noinline int judge_look(struct rvm_partition *part, const struct path *path)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_PATH, RVM_OP_READ, RVM_RIGHT_READ);

	if (rvm_object_is_nameless(rvm_object_of(path)))
		return 0;
	q.path = path;
	q.text = "what=stat";
	return rvm_look_check(part, &q, path->dentry);
}

static bool hides_attributes(const struct rvm_partition *part)
{
	for (; part; part = part->parent)
		if (READ_ONCE(part->flags) & RVM_PARTITION_FLAG_HIDE_ATTRIBUTES)
			return true;
	return false;
}

/* Programs look more often than they do anything else: no question is made if it was answered. */
static noinline int look_at_path(struct rvm_partition *part, const struct path *path)
{
	return rvm_decision_allows(part, path, RVM_RIGHT_READ, false) ? 0 : judge_look(part, path);
}

static noinline int look_at_dentry(struct rvm_partition *part, struct dentry *dentry)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_PATH, RVM_OP_READ, RVM_RIGHT_READ);
	struct path places[RVM_PLACES_MAX];
	int count;

	if (is_nameless(dentry))
		return 0;
	q.text = "what=attributes";
	count = rvm_mounts_find(dentry, places);
	if (count < 0) {
		q.dentry = dentry;
		return rvm_gate_refuse(part, &q, RVM_REASON_CONTEXT);
	}
	/* A layer of a stacked file system has no place of its own. */
	if (count)
		q.path = &places[rvm_look_choose_place(part, &q, places, count)];
	else
		q.dentry = dentry;
	return rvm_look_check(part, &q, dentry);
}

/*
 * proc, sysfs and their like: whoever opens with O_CREAT, the file system makes no file
 * there.  Objects of bpffs come otherwise, and with a name that was looked up.
 */
static bool is_barren(const struct path *dir)
{
	const struct inode_operations *op = d_inode(dir->dentry)->i_op;

	return !op->create && !op->mknod && !op->atomic_open;
}

/*
 * A new object.  The mode of a device node or with set-id bits needs the root
 * token.  open(O_CREAT) asks before it has looked the name up, and goes on
 * without creating if the name exists: such a refusal is marked provisional.
 */
static int check_mknod(struct rvm_partition *part, const struct path *dir, struct dentry *dentry,
		       umode_t mode, bool plain)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_PATH, RVM_OP_CREATE, RVM_RIGHT_WRITE);
	bool node = S_ISCHR(mode) || S_ISBLK(mode);
	int err;

	if (rvm_verb_mode(mode) != RVM_DEMAND_WRITE)
		return rvm_gate_floor_at(part, node ? RVM_OP_MKNOD : RVM_OP_CREATE,
					 node ? "object=device" : "mode=set-id", dir, dentry);
	/* ">/dev/stderr" asks for a name in /proc, and opens what is there. */
	if (d_in_lookup(dentry) && is_barren(dir))
		return 0;
	if (S_ISFIFO(mode) || S_ISSOCK(mode))
		q.req.op = RVM_OP_MKNOD;
	if (d_in_lookup(dentry))
		q.flags = RVM_RECORD_F_PROVISIONAL;
	q.path = dir;
	q.dentry = dentry;
	q.plain = plain;
	err = rvm_gate_check(part, &q);
	if (!err && q.req.op == RVM_OP_MKNOD)
		rvm_own_note_birth(part, dir, dentry);
	return err;
}

static noinline int check_name(struct rvm_partition *part, const struct path *dir,
			       struct dentry *dentry, enum rvm_op op, u32 mode, bool plain)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_PATH, op, RVM_RIGHT_WRITE);

	if (op == RVM_OP_MKNOD)
		return check_mknod(part, dir, dentry, mode, plain);
	q.path = dir;
	q.dentry = dentry;
	q.plain = plain;
	return rvm_gate_check(part, &q);
}

/*
 * Is it like any other in its directory: no device, fifo or socket, no set-id bits, no
 * symbolic link?  What goes is looked at where it is compared.
 */
static __always_inline bool is_plain(u32 op, u32 mode)
{
	if (op == RVM_OP_MKNOD)
		return (!(mode & S_IFMT) || S_ISREG(mode)) && !(mode & (S_ISUID | S_ISGID));
	return op == RVM_OP_MKDIR || op == RVM_OP_UNLINK || op == RVM_OP_RMDIR;
}

static bool is_folder(const struct dentry *dentry)
{
	return d_is_dir(dentry);
}

/* Does what is there need all seven rights to have these bits?  Its type is not the caller's. */
static bool is_bold_mode(const struct dentry *dentry, umode_t bits)
{
	umode_t type = is_folder(dentry) ? S_IFDIR : S_IFREG;

	return rvm_verb_mode(type | (bits & S_IALLUGO)) != RVM_DEMAND_WRITE;
}

static bool is_bold(const struct dentry *dentry)
{
	const struct inode *inode = READ_ONCE(dentry->d_inode);

	return inode && is_bold_mode(dentry, READ_ONCE(inode->i_mode));
}

static noinline int check_rename(struct rvm_partition *part, const struct path *old_dir,
				 struct dentry *old, const struct path *new_dir, struct dentry *new)
{
	struct rvm_question from = RVM_QUESTION(RVM_CLASS_PATH, RVM_OP_RENAME, RVM_RIGHT_WRITE);
	struct rvm_question to = RVM_QUESTION(RVM_CLASS_PATH, RVM_OP_RENAME, RVM_RIGHT_WRITE);

	from.path = old_dir;
	from.dentry = old;
	from.plain = d_is_reg(old) || is_folder(old);
	to.path = new_dir;
	to.dentry = new;
	to.plain = from.plain;
	return rvm_gate_move(part, &from, &to, is_folder(old));
}

/* As for other names, no question is made if it was answered for the directories. */
static int rename_to(struct rvm_partition *part, const struct path *old_dir, struct dentry *old,
		     const struct path *new_dir, struct dentry *new)
{
	const struct path from = { .mnt = old_dir->mnt, .dentry = old };
	const struct path to = { .mnt = new_dir->mnt, .dentry = new };

	if (rvm_decision_allows_move(part, &from, &to))
		return 0;
	return check_rename(part, old_dir, old, new_dir, new);
}

static noinline int check_link(struct rvm_partition *part, struct dentry *old,
			       const struct path *new_dir, struct dentry *new)
{
	struct rvm_question from = RVM_QUESTION(RVM_CLASS_PATH, RVM_OP_LINK, RVM_RIGHT_WRITE);
	struct rvm_question to = RVM_QUESTION(RVM_CLASS_PATH, RVM_OP_LINK, RVM_RIGHT_WRITE);
	/* A link cannot cross mounts, so this is the path of the old name. */
	struct path path = { .mnt = new_dir->mnt, .dentry = old };

	/* Whoever changes the file under its old name would leave this one as it is. */
	if (is_bold(old))
		return rvm_gate_floor_at(part, RVM_OP_LINK, "mode=set-id", &path, NULL);
	from.path = &path;
	to.path = new_dir;
	to.dentry = new;
	if (rvm_look_may_only_copy(part, &from, &to))
		return rvm_gate_refuse(part, &from, RVM_REASON_GAIN) ? -EXDEV : 0;
	return rvm_gate_move(part, &from, &to, false);
}

static noinline int check_setattr(struct rvm_partition *part, struct dentry *dentry,
				  unsigned int valid)
{
	/* Mode, owner and size have hooks with a path; here only the times count. */
	if (!(valid & (ATTR_ATIME | ATTR_MTIME)) ||
	    valid & (ATTR_MODE | ATTR_UID | ATTR_GID | ATTR_SIZE))
		return 0;
	return check_dentry(part, dentry, RVM_OP_UTIMES, RVM_RIGHT_WRITE);
}

/* Mode, owner or size of what is there; the size also by a descriptor, in old kernels. */
static noinline int check_change(struct rvm_partition *part, const struct path *path,
				 enum rvm_op op)
{
	enum rvm_object object = rvm_object_of(path);

	if (!rvm_object_is_nameless(object))
		return check_path(part, path, op, RVM_RIGHT_WRITE);
	if (rvm_verb_change(object) == RVM_DEMAND_NOTHING)
		return rvm_gate_pass(part, op);
	return rvm_gate_floor(part, op, "object=anonymous", false);
}

static noinline int check_chown(struct rvm_partition *part, const struct path *path, kuid_t uid,
				kgid_t gid)
{
	const struct inode *inode = READ_ONCE(path->dentry->d_inode);

	/* Ids are those of the file system: on its mount they may be somebody else's. */
	if (!inode || (uid_valid(uid) && !rvm_mount_is_own_uid(path, inode, uid)) ||
	    (gid_valid(gid) && !rvm_mount_is_own_gid(path, inode, gid)))
		return rvm_gate_floor_at(part, RVM_OP_CHOWN, "owner=other", path, NULL);
	return check_change(part, path, RVM_OP_CHOWN);
}

static noinline int check_path_op(struct rvm_partition *part, const struct path *path,
				  enum rvm_op op, u32 arg)
{
	switch (op) {
	case RVM_OP_TRUNCATE:
		return check_change(part, path, op);
	case RVM_OP_CHMOD:
		if (is_bold_mode(path->dentry, arg))
			return rvm_gate_floor_at(part, op, "mode=set-id", path, NULL);
		return check_change(part, path, op);
	case RVM_OP_WATCH:
		/* Of a mount or a file system: it tells of everything there. */
		if (arg)
			return rvm_gate_floor_at(part, op, "object=mount", path, NULL);
		return check_path(part, path, op, RVM_RIGHT_READ);
	default:
		return rvm_gate_floor(part, op, NULL, false);
	}
}

__bpf_kfunc_start_defs();

/* Something is done to an object: TRUNCATE, CHMOD (arg: mode), WATCH (arg: of what), CHROOT. */
__bpf_kfunc int bpf_rvm_path_check(const struct path *path, u32 op, u32 arg)
{
	struct rvm_partition *part = find_caller_at(path);

	return part ? check_path_op(part, path, op, arg) : 0;
}

/* stat(2) and its like; the hook is attached while a partition hides them. */
__bpf_kfunc int bpf_rvm_path_look(const struct path *path)
{
	struct rvm_partition *part = find_caller_at(path);

	return part && hides_attributes(part) ? look_at_path(part, path) : 0;
}

__bpf_kfunc int bpf_rvm_path_chown(const struct path *path, u32 uid, u32 gid)
{
	struct rvm_partition *part = find_caller_at(path);

	return part ? check_chown(part, path, KUIDT_INIT(uid), KGIDT_INIT(gid)) : 0;
}

/* A name appears or goes: MKNOD (arg is the mode), MKDIR, SYMLINK, UNLINK, RMDIR. */
__bpf_kfunc int bpf_rvm_path_name(const struct path *dir, struct dentry *dentry, u32 op, u32 arg)
{
	const struct path name = { .mnt = dir->mnt, .dentry = dentry };
	struct rvm_partition *part = find_caller_at(dir);

	if (!part)
		return 0;
	/* No question is made if it was answered for the directory. */
	if (is_plain(op, arg) && rvm_decision_allows_name(part, &name, RVM_RIGHT_WRITE))
		return 0;
	return check_name(part, dir, dentry, op, arg, is_plain(op, arg));
}

__bpf_kfunc int bpf_rvm_path_link(struct dentry *old_dentry, const struct path *new_dir,
				  struct dentry *new_dentry)
{
	struct rvm_partition *part = find_caller_at(new_dir);

	return part ? check_link(part, old_dentry, new_dir, new_dentry) : 0;
}

__bpf_kfunc int bpf_rvm_path_rename(const struct path *old_dir, struct dentry *old_dentry,
				    const struct path *new_dir, struct dentry *new_dentry,
				    u32 flags)
{
	struct rvm_partition *part = find_caller_at(old_dir);
	int err;

	if (!part)
		return 0;
	if (rvm_verb_rename(flags) != RVM_DEMAND_WRITE)
		return rvm_gate_floor(part, RVM_OP_MKNOD, "object=device", false);
	err = rename_to(part, old_dir, old_dentry, new_dir, new_dentry);
	if (err || !(flags & RENAME_EXCHANGE))
		return err;
	return rename_to(part, new_dir, new_dentry, old_dir, old_dentry);
}

__bpf_kfunc int bpf_rvm_dentry_setattr(struct dentry *dentry, u32 valid)
{
	struct rvm_partition *part = find_caller();

	return part ? check_setattr(part, dentry, valid) : 0;
}

/*
 * No mount is told: READ the text of a link; XATTR, also ACLs (those of the
 * system pass capable() too).
 */
__bpf_kfunc int bpf_rvm_dentry_check(struct dentry *dentry, u32 op)
{
	struct rvm_partition *part = find_caller();

	if (!part)
		return 0;
	return check_dentry(part, dentry, op, op == RVM_OP_READ ? RVM_RIGHT_READ : RVM_RIGHT_WRITE);
}

/* Extended attributes, access lists, the numbers of a file system. */
__bpf_kfunc int bpf_rvm_dentry_look(struct dentry *dentry)
{
	struct rvm_partition *part = find_caller();

	return part ? look_at_dentry(part, dentry) : 0;
}

__bpf_kfunc_end_defs();
