/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_PARTITION_H
#define _RVM_PARTITION_H

#include <linux/atomic.h>
#include <linux/cgroup.h>
#include <linux/jump_label.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/uidgid.h>

#include "lib/judge/judge.h"
#include "limits.h"
#include "partition/own.h"
#include "partition/sum.h"
#include "policy.h"
#include "witness/witness.h"

struct rvm_grants;
struct rvm_nonces;
struct rvm_table;
struct sock;

/**
 * struct rvm_folders - variables of a program that name directories of code
 * @number: a keyed hash of each, with its name; never 0
 * @name: its name, as rvm_environ_folder() has it
 * @count: of them
 */
struct rvm_folders {
	u64 number[RVM_FOLDERS_MAX];
	const char *name[RVM_FOLDERS_MAX];
	unsigned int count;
};

/**
 * struct rvm_partition - a cgroup and what its tasks may do
 *
 * Lock order: rvm_partitions_lock (mutex, all changes of any partition), then of
 * RVM's locks only the ring's.  Hooks read under rcu_read_lock() only.
 */
struct rvm_partition {
	/** @refs: One for the registry while registered, one per holder. */
	refcount_t refs;
	/** @id: Never reused in one load. */
	u32 id;
	/** @sum: Answers from what was kept. */
	struct rvm_sum sum;
	/** @policy: Counts what was taken from this partition; see rvm_policy_number(). */
	atomic64_t policy;
	/**
	 * @additions: Counts what was granted, see rvm_partition_begin_addition(); odd meanwhile.
	 * Written under rvm_partitions_lock.
	 */
	u32 additions;
	/** @name: Unique among registered partitions; set at creation. */
	char name[RVM_NAME_MAX + 1];
	/** @cgrp: Held. */
	struct cgroup *cgrp;
	/** @owner: May enter; set at creation. */
	kuid_t owner;
	/** @parent: Partition around this one, held; NULL at the top; set at creation. */
	struct rvm_partition *parent;
	/** @level: Partitions around this one; below RVM_NEST_MAX; set at creation. */
	unsigned int level;
	/** @inside: Registered ones that have it as @parent; as for @node. */
	struct list_head inside;
	/** @beside: In that list of @parent; only if there is one. */
	struct list_head beside;
	/** @node: In the registry by cgroup; written under rvm_partitions_lock, read under RCU. */
	struct hlist_node node;
	/** @table: Written under rvm_partitions_lock, read under RCU; NULL before a load. */
	struct rvm_table __rcu *table;
	/** @grants: Tokens beside the table; likewise; NULL before the first. */
	struct rvm_grants *grants;
	/** @generation: Tables loaded so far; under rvm_partitions_lock. */
	u32 generation;
	/** @epoch: Written under rvm_partitions_lock with WRITE_ONCE. */
	u32 epoch;
	/** @state: enum rvm_state; likewise. */
	u8 state;
	/** @mode: enum rvm_mode; likewise. */
	u8 mode;
	/** @flags: enum rvm_partition_flag but GONE; likewise. */
	u8 flags;
	/**
	 * @stops: How often it, or one around it, was fenced, put out of Running or given an
	 * epoch; counted behind that, under rvm_partitions_lock.  Questions under way look at it.
	 */
	u32 stops;
	/** @touched: Tokens of it were taken back in this hold of rvm_partitions_lock. */
	bool touched;
	/** @next_touched: Then, another such one. */
	struct rvm_partition *next_touched;
	/** @lane: Where it counts in the shares of the log; set at creation. */
	u16 lane;
	/** @kept: Room for a record of what takes away; under rvm_partitions_lock, likely there. */
	struct rvm_reservation kept;
	/** @nonces: That it has used; under rvm_partitions_lock, NULL before the first. */
	struct rvm_nonces *nonces;
	/** @marked: Something may have been taken from what is open; under rvm_partitions_lock. */
	bool marked;
	/** @marked_at: Number of its last mark, see rvm_recheck_next(); likewise. */
	u64 marked_at;
	/** @denials: Refusals so far. */
	atomic64_t denials;
	/** @execs: Programs started so far. */
	atomic64_t execs;
	/**
	 * @filters: System call filters of its first program, or of the admitted one that had
	 * the least; below 0 before.  More are of somebody inside.
	 */
	atomic_t filters;
	/** @last_denial: Sequence of the newest denial plus one, 0 for none. */
	atomic64_t last_denial;
	/** @own: What it made itself; has a lock of its own. */
	struct rvm_own own;
	/** @ipc_objects: System V objects that it made and that are still there. */
	atomic_t ipc_objects;
	/** @folders: Of the tasks that came in, see rvm_partition_note_folders(). */
	u64 folders[RVM_FOLDERS_NOTED];
	/** @folders_next: How many were noted, and one: the next takes the oldest's place. */
	atomic_t folders_next;
	/** @rcu: Frees it after a grace period. */
	struct rcu_head rcu;
};

/* True while any partition is registered: outsiders then pay nothing but this. */
DECLARE_STATIC_KEY_FALSE(rvm_partitions_exist);

/** rvm_partition_note_filters() - somebody comes in with so many system call filters */
void rvm_partition_note_filters(struct rvm_partition *part, int filters);

/**
 * rvm_partition_note_folders() - somebody comes in with these
 * @part: where to
 * @folders: of the program that is admitted
 */
void rvm_partition_note_folders(struct rvm_partition *part, const struct rvm_folders *folders);

/**
 * rvm_partition_strange_folder() - find one that nobody came in with
 * @part: of a program
 * @folders: of the same
 *
 * Where nobody came in, as in a container, the first caller counts as the one that did.
 *
 * Context: inside rcu_read_lock().
 * Return: its name, or NULL.
 */
const char *rvm_partition_strange_folder(struct rvm_partition *part,
					 const struct rvm_folders *folders);

struct rvm_partition *__rvm_partition_find(void);

/**
 * rvm_partition_find() - find the caller's partition
 *
 * The deepest registered ancestor of its cgroup, by a per-CPU cache.
 * Hooks that run in interrupts come with whatever task was interrupted: nobody
 * is refused for that.
 *
 * Context: inside rcu_read_lock(), where the kernel runs programs that never
 * sleep; any but NMI.
 * Return: valid until rcu_read_unlock(); NULL on the host and in interrupts.
 */
static __always_inline struct rvm_partition *rvm_partition_find(void)
{
	if (!static_branch_unlikely(&rvm_partitions_exist))
		return NULL;
	return __rvm_partition_find();
}

/** rvm_caller_is_inside() - is the calling task in a partition; any context but NMI */
static inline bool rvm_caller_is_inside(void)
{
	bool inside;

	rcu_read_lock();
	inside = rvm_partition_find();
	rcu_read_unlock();
	return inside;
}

/** rvm_caller_id() - of the calling task's partition, 0 for the host; any context but NMI */
u32 rvm_caller_id(void);

/**
 * rvm_partition_lane() - where what a partition asks for counts in the log
 * @id: of the partition, 0 for the host
 *
 * Context: any but NMI.
 * Return: its lane; the host's if it is gone.
 */
u16 rvm_partition_lane(u32 id);

/**
 * rvm_partition_of_cgroup() - the partition that a cgroup belongs to
 * @cgrp: stable for the call
 *
 * Context: inside rcu_read_lock(), any context but NMI.
 * Return: valid until rcu_read_unlock(); NULL on the host.
 */
struct rvm_partition *rvm_partition_of_cgroup(struct cgroup *cgrp);

/**
 * rvm_sock_is_stopped() - was it made in a partition that is suspended or fenced
 * @sk: may be NULL, or no full socket
 *
 * Context: any but NMI.
 * Return: true if nothing may leave by it.
 */
bool rvm_sock_is_stopped(struct sock *sk);

/** rvm_partition_of_task() - likewise for a task; inside rcu_read_lock() */
struct rvm_partition *rvm_partition_of_task(struct task_struct *task);

/**
 * rvm_task_is_within() - is a task in a partition or in one inside it
 * @part: the partition
 * @task: the task
 *
 * Context: inside rcu_read_lock().
 * Return: true if it is.
 */
bool rvm_task_is_within(const struct rvm_partition *part, struct task_struct *task);

/**
 * rvm_partition_views() - what the judge sees, the partition first, then those above
 * @part: inside rcu_read_lock() until the views are no longer used
 * @views: filled and linked
 */
void rvm_partition_views(struct rvm_partition *part, struct rvm_partition_view views[RVM_NEST_MAX]);

/**
 * rvm_partition_is_live() - is it, and is each one above it, Running and not fenced
 * @part: the partition
 *
 * Context: inside rcu_read_lock().
 * Return: true if tasks in it may do what its tokens say.
 */
bool rvm_partition_is_live(const struct rvm_partition *part);

/* Held for any change of a partition; tables are replaced under it too. */
extern struct mutex rvm_partitions_lock;

/**
 * rvm_policy_number() - number of the policy that a partition is judged by
 * @part: the partition
 *
 * The sum of a count for all partitions and one of its own.  Neither ever falls, so the
 * sum is the same only if both are.  Read it before what is judged.
 *
 * Context: any.
 * Return: the number, which is never 0.
 */
static inline u64 rvm_policy_number(const struct rvm_partition *part)
{
	/* What is judged is read after both; pairs with whoever counts them up. */
	return atomic64_read_acquire(&rvm_policy) + atomic64_read_acquire(&part->policy);
}

/** rvm_policy_is() - is this still the number; what is read beside it is not ordered */
static inline bool rvm_policy_is(const struct rvm_partition *part, u64 number)
{
	return number == atomic64_read(&rvm_policy) + atomic64_read(&part->policy);
}

/**
 * rvm_partition_policy_change() - what was decided before counts no more, for one partition
 * @part: from which something was taken; all inside it count too
 *
 * As rvm_policy_change(), but others keep what was decided for them.
 *
 * Context: any; in hooks inside rcu_read_lock().
 */
void rvm_partition_policy_change(struct rvm_partition *part);

/**
 * rvm_partition_begin_addition() - something is about to be granted
 * @part: to it; all inside it count too
 *
 * What was allowed stays allowed.  Only renames compare what two directories give, and
 * must not compare one from before with one from after.  So none is answered by what was
 * kept between this and rvm_partition_end_addition().
 *
 * Context: under rvm_partitions_lock until the end.
 */
void rvm_partition_begin_addition(struct rvm_partition *part);

/** rvm_partition_end_addition() - hooks can see what was granted */
void rvm_partition_end_addition(struct rvm_partition *part);

/** rvm_partition_get() - one more reference */
struct rvm_partition *rvm_partition_get(struct rvm_partition *part);
/** rvm_partition_put() - one less; NULL is fine; never sleeps */
void rvm_partition_put(struct rvm_partition *part);

/** rvm_partition_lookup() - by id, with a reference; NULL if there is none */
struct rvm_partition *rvm_partition_lookup(u32 id);
/** rvm_partition_lookup_name() - by name, with a reference; NULL if there is none */
struct rvm_partition *rvm_partition_lookup_name(const char *name);
/** rvm_partition_is_inside() - is it the one with this id, or inside that */
static inline bool rvm_partition_is_inside(const struct rvm_partition *part, u32 around)
{
	for (; part; part = part->parent)
		if (part->id == around)
			return true;
	return false;
}

/** rvm_partition_next() - the registered one with the least id above @id, with a reference */
struct rvm_partition *rvm_partition_next(u32 id);
/** rvm_partition_count() - how many are registered */
unsigned int rvm_partition_count(void);
/** rvm_partition_count_without_pens() - how many may hold tasks, in whatever state */
unsigned int rvm_partition_count_without_pens(void);
/** rvm_partition_changes() - counts changes of the registry and of tables; never 0 */
unsigned int rvm_partition_changes(void);
/** rvm_partition_note_change() - one more, and another policy; under rvm_partitions_lock */
void rvm_partition_note_change(void);
/** rvm_partition_note_tokens() - one more, of what listings show; under rvm_partitions_lock */
void rvm_partition_note_tokens(void);

/** rvm_partition_init() - make the cache; undone by rvm_partition_exit() */
int rvm_partition_init(void);
/** rvm_partition_exit() - free it; nothing is registered and nobody asks any more */
void rvm_partition_exit(void);

#endif /* _RVM_PARTITION_H */
