// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions about objects of System V IPC and message queues.
 *
 * The kernel's objects do not tell who made them, so it is written down here:
 * for each object that was made in a partition, which one.  What is left of a
 * partition that is gone belongs only to those around it.
 *
 * Each partition has a share of its own, and the memory is accounted to the
 * cgroup, so none can use up what another needs.
 */

#include <linux/hashtable.h>
#include <linux/init_task.h>
#include <linux/ipc.h>
#include <linux/ipc_namespace.h>
#include <linux/nsproxy.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "kfunc/common.h"
#include "kfunc/ipc.h"
#include "lib/model/rights.h"

/* Of the file system of message queues; the kernel keeps it to itself. */
#define MQUEUE_MAGIC 0x19800202

struct owned {
	struct hlist_node node;
	/* Only compared. */
	const struct kern_ipc_perm *perm;
	/* Who made it; held, so that its count stays. */
	struct rvm_partition *maker;
};

/* Objects end in softirq. */
static DEFINE_SPINLOCK(lock);
static DEFINE_HASHTABLE(objects, 10);
/* All of them. */
static unsigned int count;

static struct owned *find_owned(const struct kern_ipc_perm *perm)
{
	struct owned *owned;

	lockdep_assert_held(&lock);
	hash_for_each_possible(objects, owned, node, (unsigned long)perm)
		if (owned->perm == perm)
			return owned;
	return NULL;
}

static void free_owned(struct owned *owned)
{
	if (!owned)
		return;
	atomic_dec(&owned->maker->ipc_objects);
	rvm_partition_put(owned->maker);
	kfree(owned);
}

/* With one of the places of @part, if there is one left. */
static struct owned *new_owned(struct rvm_partition *part, const struct kern_ipc_perm *perm)
{
	struct owned *owned;

	if (atomic_inc_return(&part->ipc_objects) > RVM_IPC_OBJECTS_MAX) {
		atomic_dec(&part->ipc_objects);
		return ERR_PTR(-ENOSPC);
	}
	owned = kzalloc(sizeof(*owned), GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);
	if (!owned) {
		atomic_dec(&part->ipc_objects);
		return ERR_PTR(-ENOMEM);
	}
	owned->perm = perm;
	owned->maker = rvm_partition_get(part);
	return owned;
}

/* Takes it off the list; free_owned() it. */
static struct owned *forget(const struct kern_ipc_perm *perm)
{
	struct owned *owned = find_owned(perm);

	if (owned) {
		hash_del(&owned->node);
		WRITE_ONCE(count, count - 1);
	}
	return owned;
}

static noinline int add_owned(struct rvm_partition *part, const struct kern_ipc_perm *perm)
{
	struct owned *fresh = new_owned(part, perm);
	struct owned *old;
	unsigned long flags;

	if (IS_ERR(fresh))
		return PTR_ERR(fresh);
	spin_lock_irqsave(&lock, flags);
	/* One that ended while no hook was attached. */
	old = forget(perm);
	hash_add(objects, &fresh->node, (unsigned long)perm);
	WRITE_ONCE(count, count + 1);
	spin_unlock_irqrestore(&lock, flags);
	free_owned(old);
	return 0;
}

static noinline void del_owned(const struct kern_ipc_perm *perm)
{
	struct owned *owned;
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	owned = forget(perm);
	spin_unlock_irqrestore(&lock, flags);
	free_owned(owned);
}

enum whose { NOBODYS, OWN, FOREIGN };

static enum whose whose_is(const struct rvm_partition *part, const struct kern_ipc_perm *perm)
{
	const struct rvm_partition *around;
	enum whose whose = NOBODYS;
	struct owned *owned;
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	owned = find_owned(perm);
	if (owned) {
		whose = FOREIGN;
		for (around = owned->maker; around; around = around->parent)
			if (around == part)
				whose = OWN;
	}
	spin_unlock_irqrestore(&lock, flags);
	return whose;
}

static bool is_host_namespace(void)
{
	return !current->nsproxy || current->nsproxy->ipc_ns == init_task.nsproxy->ipc_ns;
}

/* If its maker is not known: in a namespace of its own it is the partition's. */
static noinline int check_use(struct rvm_partition *part, const struct kern_ipc_perm *perm)
{
	enum whose whose = whose_is(part, perm);

	if (whose == OWN || (whose == NOBODYS && !is_host_namespace()))
		return 0;
	return rvm_gate_floor(part, RVM_OP_IPC, whose == FOREIGN ? "object=foreign" : "object=host",
			      false);
}

static noinline int check_queue(struct rvm_partition *part, const struct inode *dir)
{
	if (dir->i_sb->s_magic != MQUEUE_MAGIC || dir->i_sb->s_fs_info != init_task.nsproxy->ipc_ns)
		return 0;
	return rvm_gate_floor(part, RVM_OP_IPC, "object=mqueue", false);
}

void rvm_ipc_exit(void)
{
	struct hlist_node *next;
	struct owned *owned;
	unsigned int i;

	hash_for_each_safe(objects, i, next, owned, node)
		free_owned(owned);
}

__bpf_kfunc_start_defs();

/* A segment, a queue or a set of semaphores is made. */
__bpf_kfunc int bpf_rvm_ipc_new(struct kern_ipc_perm *perm)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? add_owned(part, perm) : 0;
}

/* It is freed, by any task and in any context. */
__bpf_kfunc int bpf_rvm_ipc_gone(struct kern_ipc_perm *perm)
{
	/* Nothing is freed in NMI; a program that calls from there is not one of ours. */
	if (READ_ONCE(count) && !in_nmi())
		del_owned(perm);
	return 0;
}

/* It is used or changed; NULL where only the limits are asked for. */
__bpf_kfunc int bpf_rvm_ipc_use(struct kern_ipc_perm *perm)
{
	struct rvm_partition *part = rvm_partition_find();

	return part && perm ? check_use(part, perm) : 0;
}

/* A name appears or goes in a directory: only message queues have no other hook. */
__bpf_kfunc int bpf_rvm_ipc_queue(struct inode *dir)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_queue(part, dir) : 0;
}

__bpf_kfunc_end_defs();
