// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a partition made itself: fifos, sockets, terminals.
 */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/timekeeping.h>
#include <linux/tty.h>

#include "compat.h"
#include "decision.h"
#include "own.h"
#include "partition.h"

/* From the hook to the inode that it was asked for, in nanoseconds. */
#define BIRTH_NS (NSEC_PER_SEC / 4)

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

void rvm_own_note_birth(struct rvm_partition *part, const struct path *dir,
			const struct dentry *dentry)
{
	const struct inode *folder = READ_ONCE(dir->dentry->d_inode);
	struct rvm_own *own = &part->own;
	struct timespec64 now;
	unsigned int i;

	/* Elsewhere a number may be another file's later. */
	if (!folder || !rvm_decision_trusts_numbers(folder->i_sb))
		return;
	/* The clock that inodes are stamped by. */
	ktime_get_coarse_real_ts64(&now);
	raw_spin_lock(&own->lock);
	i = own->birth_next++ % RVM_OWN_BIRTHS_MAX;
	own->birth[i].dev = folder->i_sb->s_dev;
	own->birth[i].ino = folder->i_ino;
	own->birth[i].generation = folder->i_generation;
	own->birth[i].name = dentry->d_name.hash_len;
	own->birth[i].time = timespec64_to_ns(&now);
	raw_spin_unlock(&own->lock);
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

/*
 * The folder was locked between hook and birth, so nobody else made that name then.
 * One that was made later by somebody else has another time: what changes the time
 * of ours from inside is judged first, and then it is known by its number.
 */
static bool take_birth(struct rvm_own *own, const struct dentry *dentry, const struct inode *inode)
{
	const struct dentry *parent = READ_ONCE(dentry->d_parent);
	const struct inode *folder = READ_ONCE(parent->d_inode);
	u64 name = READ_ONCE(dentry->d_name.hash_len);
	s64 time = rvm_inode_changed_ns(inode);
	unsigned int i;

	for (i = 0; folder && i < RVM_OWN_BIRTHS_MAX; i++) {
		if (own->birth[i].name != name || own->birth[i].ino != folder->i_ino ||
		    own->birth[i].dev != folder->i_sb->s_dev ||
		    own->birth[i].generation != folder->i_generation || time < own->birth[i].time ||
		    time > own->birth[i].time + BIRTH_NS)
			continue;
		own->birth[i].name = 0;
		return true;
	}
	return false;
}

static void add_node(struct rvm_own *own, const struct inode *inode)
{
	unsigned int i = own->node_next++ % RVM_OWN_NODES_MAX;

	own->node[i].dev = inode->i_sb->s_dev;
	own->node[i].ino = inode->i_ino;
	own->node[i].generation = inode->i_generation;
}

bool rvm_own_has_node(struct rvm_partition *part, const struct dentry *dentry)
{
	const struct inode *inode = READ_ONCE(dentry->d_inode);
	struct rvm_own *own = &part->own;
	bool has;

	if (!inode || !(S_ISFIFO(inode->i_mode) || S_ISSOCK(inode->i_mode)) ||
	    !rvm_decision_trusts_numbers(inode->i_sb))
		return false;
	raw_spin_lock(&own->lock);
	has = has_node(own, inode);
	if (!has && take_birth(own, dentry, inode)) {
		add_node(own, inode);
		has = true;
	}
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
		/* As long as it is held, its address is no other terminal's. */
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
