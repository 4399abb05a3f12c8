/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_OWN_H
#define _RVM_OWN_H

#include <linux/path.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "limits.h"

struct file;
struct rvm_partition;
struct tty_struct;

/**
 * struct rvm_own - fifos, sockets and terminals that a partition made itself
 *
 * What others made needs a token that names it; of these WRITE or READ by any
 * pattern will do, and terminals need none.  The newest of each kind are known;
 * what is forgotten needs naming, too.
 */
struct rvm_own {
	/** @lock: For all that follows; nothing is taken under it. */
	raw_spinlock_t lock;
	/** @node_next: Which to forget. */
	unsigned int node_next;
	/** @terminal_next: Likewise. */
	unsigned int terminal_next;
	/** @node: Fifos and sockets: what identifies an inode in one boot. */
	struct {
		dev_t dev;
		u32 generation;
		u64 ino;
	} node[RVM_OWN_NODES_MAX];
	/** @terminal: The sides that programs talk to, each with a reference; never followed. */
	struct tty_struct *terminal[RVM_OWN_TERMINALS_MAX];
};

/** rvm_own_init() - nothing yet */
void rvm_own_init(struct rvm_own *own);
/** rvm_own_release() - give the references back; nobody asks any more; any context */
void rvm_own_release(struct rvm_own *own);

/**
 * rvm_own_note_birth() - a fifo or a socket is about to be made
 * @part: whose it will be
 * @dir: held by the caller, with the lock of the directory
 * @dentry: name in it, which nothing has yet
 *
 * When the call returns, what came of it is looked at.
 *
 * Context: inside rcu_read_lock(), in a system call; never sleeps.
 */
void rvm_own_note_birth(struct rvm_partition *part, const struct path *dir, struct dentry *dentry);

/**
 * rvm_own_has_node() - did the partition make this fifo or socket
 * @part: of the caller
 * @dentry: its name
 *
 * Context: as rvm_own_note_birth().
 * Return: true if it is known to.
 */
bool rvm_own_has_node(struct rvm_partition *part, const struct dentry *dentry);

/**
 * rvm_own_note_terminal() - the other side of a master is the partition's
 * @part: of the caller, who may write to the master by a token
 * @file: open master of a pair
 *
 * Context: as rvm_own_note_birth().
 */
void rvm_own_note_terminal(struct rvm_partition *part, const struct file *file);

/** rvm_own_has_terminal() - is it the other side of such a master; as rvm_own_has_node() */
bool rvm_own_has_terminal(struct rvm_partition *part, const struct dentry *dentry);

#endif /* _RVM_OWN_H */
