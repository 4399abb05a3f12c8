// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a partition made itself: fifos, sockets, terminals.
 */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/path.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/tty.h>
#include <asm/syscall.h>

#include "partition/own.h"
#include "partition/registry.h"
#include "pending.h"
#include "walk/object.h"

/* A fifo or socket under way: what came of it is seen when the call returns. */
struct birth {
	struct callback_head work;
	/* Both with a reference. */
	struct rvm_partition *part;
	struct path path;
};

void rvm_own_init(struct rvm_own *own)
{
	raw_spin_lock_init(&own->lock);
}

void rvm_own_release(struct rvm_own *own)
{
	unsigned int i;

	for (i = 0; i < RVM_OWN_TERMINALS_MAX; i++)
		tty_kref_put(own->terminal[i]);
}

static bool has_node(const struct rvm_own *own, const struct inode *inode)
{
	unsigned int i;

	for (i = 0; i < RVM_OWN_NODES_MAX; i++)
		if (own->node[i].ino == inode->i_ino && own->node[i].dev == inode->i_sb->s_dev &&
		    own->node[i].generation == inode->i_generation)
			return true;
	return false;
}

static void add_node(struct rvm_own *own, const struct inode *inode)
{
	unsigned int i = own->node_next++ % RVM_OWN_NODES_MAX;

	own->node[i].dev = inode->i_sb->s_dev;
	own->node[i].ino = inode->i_ino;
	own->node[i].generation = inode->i_generation;
}

/*
 * The call succeeded, so this name was new and stood for nothing else meanwhile: while
 * it is held, another object of the same name has another dentry.
 */
static bool was_born(const struct inode *inode)
{
	return inode && (S_ISFIFO(inode->i_mode) || S_ISSOCK(inode->i_mode)) &&
	       !syscall_get_return_value(current, current_pt_regs());
}

static void see_birth(struct callback_head *work)
{
	struct birth *birth = container_of(work, struct birth, work);
	const struct inode *inode = READ_ONCE(birth->path.dentry->d_inode);
	struct rvm_own *own = &birth->part->own;

	if (was_born(inode)) {
		raw_spin_lock(&own->lock);
		add_node(own, inode);
		raw_spin_unlock(&own->lock);
	}
	path_put(&birth->path);
	rvm_partition_put(birth->part);
	kfree(birth);
	rvm_pending_done();
}

void rvm_own_note_birth(struct rvm_partition *part, const struct path *dir, struct dentry *dentry)
{
	struct birth *birth;

	/*
	 * Elsewhere a number may be another file's later.  And a tracer can change what a
	 * call returns, so a task that is traced makes nothing of its own.
	 */
	if (!rvm_object_is_numbered(dentry->d_sb) || d_is_positive(dentry) ||
	    READ_ONCE(current->ptrace))
		return;
	birth = kmalloc(sizeof(*birth), GFP_ATOMIC | __GFP_ACCOUNT);
	if (!birth)
		return;
	birth->part = part;
	birth->path = (struct path){ .mnt = dir->mnt, .dentry = dentry };
	if (!rvm_pending_add(&birth->work, see_birth)) {
		kfree(birth);
		return;
	}
	rvm_partition_get(part);
	path_get(&birth->path);
}

bool rvm_own_has_node(struct rvm_partition *part, const struct dentry *dentry)
{
	const struct inode *inode = READ_ONCE(dentry->d_inode);
	struct rvm_own *own = &part->own;
	bool has;

	if (!inode || !(S_ISFIFO(inode->i_mode) || S_ISSOCK(inode->i_mode)) ||
	    !rvm_object_is_numbered(inode->i_sb))
		return false;
	raw_spin_lock(&own->lock);
	has = has_node(own, inode);
	raw_spin_unlock(&own->lock);
	return has;
}

static bool has_terminal(const struct rvm_own *own, const struct tty_struct *slave)
{
	unsigned int i;

	for (i = 0; i < RVM_OWN_TERMINALS_MAX; i++)
		if (own->terminal[i] == slave)
			return true;
	return false;
}

void rvm_own_note_terminal(struct rvm_partition *part, const struct file *file)
{
	const struct tty_file_private *private = file->private_data;
	struct rvm_own *own = &part->own;
	struct tty_struct *slave, *old = NULL;
	unsigned int i;

	slave = private && private->tty ? READ_ONCE(private->tty->link) : NULL;
	if (!slave)
		return;
	raw_spin_lock(&own->lock);
	if (!has_terminal(own, slave)) {
		i = own->terminal_next++ % RVM_OWN_TERMINALS_MAX;
		old = own->terminal[i];
		/* As long as it is held, no other terminal has its address. */
		own->terminal[i] = tty_kref_get(slave);
	}
	raw_spin_unlock(&own->lock);
	tty_kref_put(old);
}

bool rvm_own_has_terminal(struct rvm_partition *part, const struct dentry *dentry)
{
	const struct tty_struct *slave;
	struct rvm_own *own = &part->own;
	bool has;

	if (dentry->d_sb->s_magic != DEVPTS_SUPER_MAGIC)
		return false;
	/* Which terminal a name there stands for, as long as it is open on one side. */
	slave = READ_ONCE(dentry->d_fsdata);
	if (!slave)
		return false;
	raw_spin_lock(&own->lock);
	has = has_terminal(own, slave);
	raw_spin_unlock(&own->lock);
	return has;
}
