/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_COMPAT_H
#define _RVM_COMPAT_H

/*
 * The one place that knows about kernel versions, with compat_genl.h.  Each entry
 * says what it is for and when it can go.
 */

#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/fsnotify_backend.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mnt_idmapping.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/pid.h>
#include <linux/poison.h>
#include <linux/version.h>
#include <net/net_namespace.h>
#include <net/netlink.h>

/* bin2hex() has a header of its own, but in 6.1. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/hex.h>
#endif

/* A namespace of symbols: a word before 6.13, a string since. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define RVM_IMPORT_NS(name) MODULE_IMPORT_NS(name)
#else
#define RVM_IMPORT_NS(name) MODULE_IMPORT_NS(#name)
#endif

/*
 * That arguments come as the hook got them: a flag of a question, and since 7.0
 * so without saying.  In 6.1 the flag means counted references, which no hook
 * hands out; there programs, which only root loads, are trusted to pass on what
 * they were given.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0) || !defined(KF_TRUSTED_ARGS)
#define RVM_KF_TRUSTED 0
#else
#define RVM_KF_TRUSTED KF_TRUSTED_ARGS
#endif

/*
 * 6.1 asks nobody which programs may call a function of a module, so there any
 * program of tracing or on a hook may; only root loads them.  In NMI, where they
 * may run, the functions answer before they take a lock.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define RVM_KFUNC_SET(ids, function) \
	((struct btf_kfunc_id_set){ .owner = THIS_MODULE, .set = &(ids) })
#define BTF_KFUNCS_START(name) BTF_SET8_START(name)
#define BTF_KFUNCS_END(name) BTF_SET8_END(name)
#define __bpf_kfunc __used noinline
#define __bpf_kfunc_start_defs() \
	__diag_push();           \
	__diag_ignore_all("-Wmissing-prototypes", "called by programs only")
#define __bpf_kfunc_end_defs() __diag_pop()
#else
#define RVM_KFUNC_SET(ids, function) \
	((struct btf_kfunc_id_set){ .owner = THIS_MODULE, .set = &(ids), .filter = (function) })
#endif

static inline bool rvm_prog_sleeps(const struct bpf_prog *prog)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
	return prog->aux->sleepable;
#else
	return prog->sleepable;
#endif
}

/* The flags of a map have had functions of their own since 6.3. */
static inline void rvm_vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set, vm_flags_t clear)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
#else
	vm_flags_mod(vma, set, clear);
#endif
}

/*
 * The first members of the kernel's private struct mount, unchanged from 6.1 to
 * 7.2.  rvm_path_init() proves them against follow_up() before they are used.
 * Can go when the walk from a mount to its parent is exported.
 */
struct rvm_mount_mirror {
	struct hlist_node mnt_hash;
	struct rvm_mount_mirror *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

/* Of a mount that the kernel shows. */
static inline struct rvm_mount_mirror *rvm_mount_mirror_of(const struct vfsmount *mnt)
{
	return container_of(mnt, struct rvm_mount_mirror, mnt);
}

/*
 * The mounts of a file system: before 6.18 a ring of links within the mounts, in
 * which one that is taken out is poisoned; since then a chain of pointers, in which
 * one that is taken out still leads on, and new ones come first.  Both are walked
 * inside rcu_read_lock(); rvm_mount_link_find() finds out how far the link is
 * from the start of a mount, and that it is where it is thought to be, for a mount
 * that is held.  All of it can go with the walk from a file system to its mounts.
 */
#define RVM_MOUNT_BYTES_MAX 512

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)

/* NULL at the end; ERR_PTR(-EAGAIN) if the mount before it was taken out. */
static inline struct rvm_mount_mirror *rvm_mount_at(const struct super_block *sb,
						    const struct list_head *link, ptrdiff_t offset)
{
	if (link == LIST_POISON1)
		return ERR_PTR(-EAGAIN);
	if (link == &sb->s_mounts)
		return NULL;
	return (struct rvm_mount_mirror *)((char *)link - offset);
}

static inline struct rvm_mount_mirror *rvm_mount_first(const struct super_block *sb,
						       ptrdiff_t offset)
{
	return rvm_mount_at(sb, READ_ONCE(sb->s_mounts.next), offset);
}

static inline struct rvm_mount_mirror *
rvm_mount_next(const struct super_block *sb, struct rvm_mount_mirror *mount, ptrdiff_t offset)
{
	const struct list_head *link = (const struct list_head *)((char *)mount + offset);

	return rvm_mount_at(sb, READ_ONCE(link->next), offset);
}

/* Links of other mounts are at least one whole mount away. */
static inline ptrdiff_t rvm_mount_link_find(struct rvm_mount_mirror *mount)
{
	const struct list_head *head = &mount->mnt.mnt_sb->s_mounts, *link;
	ptrdiff_t best = -1;
	int seen = 0;

	rcu_read_lock();
	for (link = READ_ONCE(head->next);
	     link != head && link != LIST_POISON1 && seen++ < (1 << 24);
	     link = READ_ONCE(link->next)) {
		ptrdiff_t offset = (char *)link - (char *)mount;

		if (offset >= (ptrdiff_t)sizeof(*mount) && offset < RVM_MOUNT_BYTES_MAX &&
		    (best < 0 || offset < best))
			best = offset;
	}
	rcu_read_unlock();
	return best;
}

#else

static inline struct rvm_mount_mirror *rvm_mount_first(const struct super_block *sb,
						       ptrdiff_t offset)
{
	return (struct rvm_mount_mirror *)READ_ONCE(sb->s_mounts);
}

static inline struct rvm_mount_mirror *
rvm_mount_next(const struct super_block *sb, struct rvm_mount_mirror *mount, ptrdiff_t offset)
{
	return READ_ONCE(*(struct rvm_mount_mirror **)((char *)mount + offset));
}

/*
 * Behind the pointer to the next mount stands one to the place that points here: for
 * the first mount that place is in the super block.  Its lowest bit is a flag.
 */
static inline ptrdiff_t rvm_mount_link_find(struct rvm_mount_mirror *mount)
{
	struct super_block *sb = mount->mnt.mnt_sb;
	unsigned long head = (unsigned long)&sb->s_mounts;
	ptrdiff_t found = -1, at;
	const char *first;

	rcu_read_lock();
	first = (const char *)READ_ONCE(sb->s_mounts);
	for (at = sizeof(*mount); first && at < RVM_MOUNT_BYTES_MAX; at += sizeof(head)) {
		if ((READ_ONCE(*(const unsigned long *)(first + at)) & ~1UL) == head) {
			found = at - sizeof(head);
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

#endif

/* Marks hang on the inode's list before 6.10, and on the inode since. */
static inline struct fsnotify_mark *rvm_inode_mark_find(struct inode *inode,
							struct fsnotify_group *group)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
	return fsnotify_find_mark(&inode->i_fsnotify_marks, group);
#else
	return fsnotify_find_mark(inode, FSNOTIFY_OBJ_TYPE_INODE, group);
#endif
}

/*
 * A stacked file system does its work on files of its own.  Since 6.6 they are marked
 * and name the user's path beside their own; before, they have the user's path.
 */
static inline bool rvm_file_is_backing(const struct file *file)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
	return false;
#else
	return file->f_mode & FMODE_BACKING;
#endif
}

static inline const struct path *rvm_file_user_path(struct file *file)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
	return &file->f_path;
#else
	return file_user_path(file);
#endif
}

/*
 * Is the program of an exec itself opened while the task counts as executing?  Before
 * 6.8, and then it looks like an interpreter that is opened.
 */
#define RVM_EXEC_OPENS_EARLY (LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0))

/* One page of a memory that nobody else sees yet; under its lock.  An argument went in 6.5. */
static inline long rvm_get_page(struct mm_struct *mm, unsigned long at, struct page **page)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
	return get_user_pages_remote(mm, at, 1, FOLL_FORCE, page, NULL, NULL);
#else
	return get_user_pages_remote(mm, at, 1, FOLL_FORCE, page, NULL);
#endif
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)

/*
 * Refusals with numbers in them: the message of an extended ACK has to live on, so each
 * place has one of its own.  Two callers at once may get each other's numbers.
 */
#define NL_SET_ERR_MSG_FMT(extack, fmt, args...)                   \
	do {                                                       \
		static char __text[128];                           \
		struct netlink_ext_ack *__ack = (extack);          \
		snprintf(__text, sizeof(__text) - 1, fmt, ##args); \
		if (__ack)                                         \
			__ack->_msg = __text;                      \
	} while (0)
#define NL_SET_ERR_MSG_ATTR_FMT(extack, attr, fmt, args...) \
	do {                                                \
		NL_SET_ERR_MSG_FMT(extack, fmt, ##args);    \
		NL_SET_BAD_ATTR(extack, attr);              \
	} while (0)

#endif

/* Can its directories compare names by Unicode?  Can go when no kernel is built without it. */
static inline bool rvm_has_encoding(const struct super_block *sb)
{
#if IS_ENABLED(CONFIG_UNICODE)
	return sb->s_encoding;
#else
	return false;
#endif
}

/* File systems of the kernel's own that old headers, or no header, have a number for. */
#define RVM_AIO_MAGIC 0xa10a10a
#define RVM_PIDFS_MAGIC 0x50494446

/*
 * Who is sent signals for a file, with a reference, and of which kind: NULL for nobody.
 * Files have a place for it only when it is set since 6.12.
 */
static inline struct pid *rvm_file_owner(struct file *file, enum pid_type *type)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
	struct fown_struct *owner = &file->f_owner;
#else
	struct fown_struct *owner = file_f_owner(file);
#endif
	unsigned long flags;
	struct pid *pid;

	if (!owner)
		return NULL;
	read_lock_irqsave(&owner->lock, flags);
	pid = get_pid(owner->pid);
	*type = owner->pid_type;
	read_unlock_irqrestore(&owner->lock, flags);
	return pid;
}

/* The process that a pidfd stands for; before 6.9 it has no commands that ask. */
static inline struct pid *rvm_file_process(const struct file *file)
{
	const struct inode *inode = file_inode(file);

	return inode->i_sb->s_magic == RVM_PIDFS_MAGIC ? inode->i_private : NULL;
}

/*
 * Is an id of a file system the caller's own, as the mount shows it?  The mount's mapping
 * became a type of its own in 6.3.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define rvm_mount_map(mnt) mnt_user_ns(mnt)
#else
#define rvm_mount_map(mnt) mnt_idmap(mnt)
#endif

static inline bool rvm_mount_is_own_uid(const struct path *path, const struct inode *inode,
					kuid_t uid)
{
	vfsuid_t id = make_vfsuid(rvm_mount_map(path->mnt), i_user_ns(inode), uid);

	return vfsuid_eq_kuid(id, current_fsuid());
}

static inline bool rvm_mount_is_own_gid(const struct path *path, const struct inode *inode,
					kgid_t gid)
{
	return vfsgid_in_group_p(make_vfsgid(rvm_mount_map(path->mnt), i_user_ns(inode), gid));
}

/* Are there other tables of routes than those that are asked without a device? */
static inline bool rvm_net_has_rules(const struct net *net)
{
#ifdef CONFIG_IP_MULTIPLE_TABLES
	return READ_ONCE(net->ipv4.fib_has_custom_rules);
#else
	return false;
#endif
}

/* Filters of system calls that a task has. */
static inline int rvm_filters_of(struct task_struct *task)
{
#ifdef CONFIG_SECCOMP_FILTER
	return atomic_read(&task->seccomp.filter_count);
#else
	return 0;
#endif
}

/* How many refer to a network namespace; the count has another name since 6.18. */
static inline unsigned int rvm_net_users(const struct net *net)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
	return refcount_read(&net->ns.count);
#else
	return ns_ref_read(net);
#endif
}

#endif /* _RVM_COMPAT_H */
