// SPDX-License-Identifier: GPL-2.0-only
/*
 * Partitions: which cgroups are registered, and which one a task is in.
 *
 * A task is in the deepest registered ancestor of its cgroup.  Hooks ask
 * that for every task of the host, so the answer for a cgroup is cached on each
 * CPU.  Ids of cgroups are not reused and the ancestors of a cgroup never
 * change, so an answer holds until a partition is made or destroyed: both count
 * up `generation`.
 *
 * Lifetime of a cached pointer.  An entry is used only if its generation is the
 * present one.  Destroying a partition takes it out of the registry, then
 * counts up, then waits for a grace period, then drops the registry's
 * reference.  A reader that sees the new generation throws the entry away.  One
 * that saw the old one did so in a read section that began before the grace
 * period, which therefore does not end before that section.  The filler reads
 * the generation before it looks up: if a change comes between, what it stores
 * is marked with the old number and is never used.
 */

#include <linux/hashtable.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include <net/sock.h>

#include "partition/registry_priv.h"
#include "policy.h"
#include "table/grants.h"
#include "table/table.h"
#include "witness/witness.h"

#define CACHE_ENTRIES 16

struct cached {
	u64 cgroup;
	u64 generation;
	struct rvm_partition *part;
} __aligned(32);

struct cache {
	struct cached entry[CACHE_ENTRIES];
};

static struct cache __percpu *cache;

/* Counts changes of the registry; 0 is never valid, so empty entries are not. */
static u64 generation = 1;

/* Of all changes; what hooks read is read under RCU. */
DEFINE_MUTEX(rvm_partitions_lock);

/* By id and by cgroup; written under rvm_partitions_lock, read under RCU. */
DEFINE_XARRAY(rvm_registry);
static DEFINE_HASHTABLE(by_cgroup, 10);

/* All under rvm_partitions_lock; counts are read anywhere. */
static u32 last_id;
static unsigned int registered;
static unsigned int changes = 1;

DEFINE_STATIC_KEY_FALSE(rvm_partitions_exist);

struct rvm_partition *rvm_registry_find(const struct cgroup *cgrp)
{
	u64 id = cgroup_id(cgrp);
	struct rvm_partition *part;

	hash_for_each_possible_rcu(by_cgroup, part, node, id, lockdep_is_held(&rvm_partitions_lock))
		if (part->cgrp == cgrp)
			return part;
	return NULL;
}

/* Upwards: the first one found is the deepest.  The root is never registered. */
static struct rvm_partition *find_around(struct cgroup *cgrp)
{
	struct rvm_partition *part;
	int level;

	for (level = cgrp->level; level > 0; level--) {
		part = rvm_registry_find(cgroup_ancestor(cgrp, level));
		if (part)
			return part;
	}
	return NULL;
}

/* Ids of cgroups are counted up: neighbours get neighbouring entries. */
static struct cached *entry_of(u64 id)
{
	return &this_cpu_ptr(cache)->entry[id % CACHE_ENTRIES];
}

/* Out of line: whoever finds an entry needs no frame for it. */
static noinline struct rvm_partition *fill_entry(struct cgroup *cgrp)
{
	/* Pairs with the release in count_up(): see the change or store the old number. */
	u64 now = smp_load_acquire(&generation);
	struct rvm_partition *part = find_around(cgrp);
	struct cached *entry;
	u64 id = cgroup_id(cgrp);

	preempt_disable();
	entry = entry_of(id);
	entry->cgroup = id;
	entry->part = part;
	entry->generation = now;
	preempt_enable();
	return part;
}

void rvm_partition_note_filters(struct rvm_partition *part, int filters)
{
	int least = atomic_read(&part->filters);

	while ((least < 0 || filters < least) &&
	       !atomic_try_cmpxchg(&part->filters, &least, filters))
		;
}

static bool is_noted(const struct rvm_partition *part, u64 folder)
{
	unsigned int i;

	for (i = 0; i < RVM_FOLDERS_NOTED; i++)
		if (READ_ONCE(part->folders[i]) == folder)
			return true;
	return false;
}

void rvm_partition_note_folders(struct rvm_partition *part, const struct rvm_folders *folders)
{
	unsigned int i, next;

	atomic_cmpxchg(&part->folders_next, 0, 1);
	for (i = 0; i < folders->count; i++) {
		if (is_noted(part, folders->number[i]))
			continue;
		next = (unsigned int)atomic_fetch_inc(&part->folders_next) % RVM_FOLDERS_NOTED;
		WRITE_ONCE(part->folders[next], folders->number[i]);
	}
}

/* For a partition that nobody came into yet, the ones around it count. */
const char *rvm_partition_strange_folder(struct rvm_partition *part,
					 const struct rvm_folders *folders)
{
	struct rvm_partition *by = part;
	unsigned int i;

	while (by && !atomic_read(&by->folders_next))
		by = by->parent;
	if (!by) {
		rvm_partition_note_folders(part, folders);
		by = part;
	}
	for (i = 0; i < folders->count; i++)
		if (!is_noted(by, folders->number[i]))
			return folders->name[i];
	return NULL;
}

/*
 * With preemption off nobody else uses the entry.  Every hook of every task comes
 * here, so this function calls others last or not at all and needs no stack.
 */
struct rvm_partition *__rvm_partition_find(void)
{
	struct rvm_partition *part;
	struct cached *entry;
	u64 id;

	if (unlikely(!in_task()))
		return NULL;
	preempt_disable();
	id = cgroup_id(task_dfl_cgroup(current));
	entry = entry_of(id);
	if (unlikely(entry->cgroup != id || entry->generation != READ_ONCE(generation))) {
		preempt_enable();
		return fill_entry(task_dfl_cgroup(current));
	}
	part = entry->part;
	preempt_enable();
	return part;
}

u32 rvm_caller_id(void)
{
	struct rvm_partition *part;
	u32 id;

	rcu_read_lock();
	part = rvm_partition_find();
	id = part ? part->id : 0;
	rcu_read_unlock();
	return id;
}

u16 rvm_partition_lane(u32 id)
{
	struct rvm_partition *part;
	u16 lane;

	rcu_read_lock();
	part = xa_load(&rvm_registry, id);
	lane = part ? part->lane : 0;
	rcu_read_unlock();
	return lane;
}

struct rvm_partition *rvm_partition_of_cgroup(struct cgroup *cgrp)
{
	if (!static_branch_unlikely(&rvm_partitions_exist))
		return NULL;
	return find_around(cgrp);
}

/*
 * A task that is being made can be seen before it is in its cgroup, and is
 * in the root until then.  It will be where its maker is: that of a thread is in
 * its process, that of a process is its parent, unless it was made for another.
 */
static struct task_struct *maker_of(struct task_struct *task)
{
	if (!(READ_ONCE(task->flags) & PF_FORKNOEXEC) || !list_empty(&task->cg_list))
		return NULL;
	return thread_group_leader(task) ? rcu_dereference(task->real_parent) : task->group_leader;
}

struct rvm_partition *rvm_partition_of_task(struct task_struct *task)
{
	struct cgroup *cgrp = task_dfl_cgroup(task);

	/* It may have come into its group meanwhile: then it is looked at again. */
	if (!cgrp->level)
		cgrp = task_dfl_cgroup(maker_of(task) ?: task);
	return rvm_partition_of_cgroup(cgrp);
}

bool rvm_task_is_within(const struct rvm_partition *part, struct task_struct *task)
{
	struct rvm_partition *of = rvm_partition_of_task(task);

	for (; of; of = of->parent)
		if (of == part)
			return true;
	return false;
}

void rvm_partition_views(struct rvm_partition *part, struct rvm_partition_view views[RVM_NEST_MAX])
{
	/* Before state and flags: what is stopped from here on is seen by one or the other. */
	struct rvm_stop stop = { &part->stops, smp_load_acquire(&part->stops) };
	unsigned int i;

	for (i = 0; i < RVM_NEST_MAX && part; i++, part = part->parent) {
		struct rvm_table *table = rcu_dereference(part->table);

		views[i] = (struct rvm_partition_view){
			.parent = part->parent ? &views[i + 1] : NULL,
			.tokens = table ? &table->tokens : NULL,
			.grants = rvm_grants_index(READ_ONCE(part->grants)),
			.exclusions = table ? &table->exclusions : NULL,
			.leaves = table ? &table->leaves : NULL,
			.table = table ? table->lineages : 0,
			.epoch = READ_ONCE(part->epoch),
			.state = READ_ONCE(part->state),
			.mode = READ_ONCE(part->mode),
			.flags = READ_ONCE(part->flags),
			.stop = stop,
		};
	}
}

bool rvm_partition_is_live(const struct rvm_partition *part)
{
	for (; part; part = part->parent)
		if (READ_ONCE(part->state) != RVM_STATE_RUNNING ||
		    READ_ONCE(part->flags) & RVM_PARTITION_FLAG_FENCED)
			return false;
	return true;
}

struct rvm_partition *rvm_partition_get(struct rvm_partition *part)
{
	refcount_inc(&part->refs);
	return part;
}

static void free_partition(struct rcu_head *rcu)
{
	struct rvm_partition *part = container_of(rcu, struct rvm_partition, rcu);

	rvm_own_release(&part->own);
	/* Whoever counted after it was destroyed. */
	rvm_sum_tell(&part->sum);
	rvm_sum_free(&part->sum);
	rvm_witness_leave(part->lane);
	kvfree(part->nonces);
	cgroup_put(part->cgrp);
	kfree(part);
}

/*
 * The reference on the one above goes before the grace period: a reader that
 * reaches it from here reads since before then, and it waits for a grace period itself.
 */
void rvm_partition_put(struct rvm_partition *part)
{
	while (part && refcount_dec_and_test(&part->refs)) {
		struct rvm_partition *parent = part->parent;

		call_rcu(&part->rcu, free_partition);
		part = parent;
	}
}

struct rvm_partition *rvm_partition_lookup(u32 id)
{
	struct rvm_partition *part;

	rcu_read_lock();
	part = xa_load(&rvm_registry, id);
	if (part && !refcount_inc_not_zero(&part->refs))
		part = NULL;
	rcu_read_unlock();
	return part;
}

struct rvm_partition *rvm_partition_lookup_name(const char *name)
{
	struct rvm_partition *part;
	unsigned long id;

	rcu_read_lock();
	xa_for_each(&rvm_registry, id, part)
		if (!strcmp(part->name, name) && refcount_inc_not_zero(&part->refs))
			break;
	rcu_read_unlock();
	return part;
}

struct rvm_partition *rvm_partition_next(u32 id)
{
	struct rvm_partition *part;
	unsigned long index = id;

	rcu_read_lock();
	do {
		part = xa_find_after(&rvm_registry, &index, UINT_MAX, XA_PRESENT);
	} while (part && !refcount_inc_not_zero(&part->refs));
	rcu_read_unlock();
	return part;
}

unsigned int rvm_partition_count(void)
{
	return READ_ONCE(registered);
}

unsigned int rvm_partition_count_without_pens(void)
{
	struct rvm_partition *part;
	unsigned int running = 0;
	unsigned long id;

	rcu_read_lock();
	xa_for_each(&rvm_registry, id, part)
		running += !(READ_ONCE(part->flags) & RVM_PARTITION_FLAG_PEN);
	rcu_read_unlock();
	return running;
}

unsigned int rvm_partition_changes(void)
{
	return READ_ONCE(changes);
}

/* Packets of all the host ask this first. */
static bool any_is_stopped __read_mostly;

static bool is_stopped(const struct rvm_partition *part)
{
	return !(READ_ONCE(part->flags) & RVM_PARTITION_FLAG_PEN) && !rvm_partition_is_live(part);
}

static void look_for_stopped(void)
{
	struct rvm_partition *part;
	bool found = false;
	unsigned long id;

	xa_for_each(&rvm_registry, id, part)
		found |= is_stopped(part);
	WRITE_ONCE(any_is_stopped, found);
}

bool rvm_sock_is_stopped(struct sock *sk)
{
	struct rvm_partition *part;
	bool stopped;

	if (likely(!READ_ONCE(any_is_stopped)) || !sk || !sk_fullsock(sk))
		return false;
	rcu_read_lock();
	part = rvm_partition_of_cgroup(sock_cgroup_ptr(&sk->sk_cgrp_data));
	stopped = part && is_stopped(part);
	rcu_read_unlock();
	return stopped;
}

void rvm_partition_note_tokens(void)
{
	lockdep_assert_held(&rvm_partitions_lock);
	WRITE_ONCE(changes, changes + 1 ?: 1);
}

void rvm_partition_note_change(void)
{
	rvm_partition_note_tokens();
	look_for_stopped();
	rvm_policy_change();
}

/* After @at comes what is inside it, then what is beside it; NULL after the last in @top. */
static struct rvm_partition *next_within(struct rvm_partition *at, const struct rvm_partition *top)
{
	struct rvm_partition *next =
		list_first_or_null_rcu(&at->inside, struct rvm_partition, beside);

	for (; !next && at != top; at = at->parent)
		next = list_next_or_null_rcu(&at->parent->inside, &at->beside, struct rvm_partition,
					     beside);
	return next;
}

/* One that is made meanwhile is seen, or counts up the number of all afterwards. */
void rvm_partition_policy_change(struct rvm_partition *part)
{
	struct rvm_partition *at;

	rcu_read_lock();
	for (at = part; at; at = next_within(at, part))
		/* Fully ordered, as in rvm_policy_change(). */
		atomic64_inc_return(&at->policy);
	rcu_read_unlock();
}

static void count_additions(struct rvm_partition *part)
{
	struct rvm_partition *at;

	lockdep_assert_held(&rvm_partitions_lock);
	for (at = part; at; at = next_within(at, part))
		WRITE_ONCE(at->additions, at->additions + 1);
}

void rvm_partition_begin_addition(struct rvm_partition *part)
{
	count_additions(part);
	/* Whoever sees what is granted sees that this was counted. */
	smp_wmb();
}

void rvm_partition_end_addition(struct rvm_partition *part)
{
	/* Whoever sees that this was counted sees what was granted. */
	smp_wmb();
	count_additions(part);
}

/* After the registry was changed: answers from before it count no more. */
static void count_up(void)
{
	lockdep_assert_held(&rvm_partitions_lock);
	/* Pairs with the acquire in fill_entry(). */
	smp_store_release(&generation, generation + 1);
	rvm_partition_note_change();
}

int rvm_registry_add(struct rvm_partition *part)
{
	int err;

	lockdep_assert_held(&rvm_partitions_lock);
	part->id = last_id + 1;
	INIT_LIST_HEAD(&part->inside);
	/* Under this lock nothing waits for a file system: a fence needs it. */
	err = xa_insert(&rvm_registry, part->id, part, GFP_NOFS | __GFP_ACCOUNT);
	if (err)
		return err;
	last_id = part->id;
	if (part->parent) {
		rvm_partition_get(part->parent);
		list_add_rcu(&part->beside, &part->parent->inside);
	}
	hash_add_rcu(by_cgroup, &part->node, cgroup_id(part->cgrp));
	WRITE_ONCE(registered, registered + 1);
	count_up();
	static_branch_inc(&rvm_partitions_exist);
	return 0;
}

struct rvm_table *rvm_registry_del(struct rvm_partition *part)
{
	struct rvm_table *table;

	lockdep_assert_held(&rvm_partitions_lock);
	WRITE_ONCE(part->state, RVM_STATE_DESTROYED);
	hash_del_rcu(&part->node);
	if (part->parent)
		list_del_rcu(&part->beside);
	xa_erase(&rvm_registry, part->id);
	WRITE_ONCE(registered, registered - 1);
	count_up();
	table = rcu_replace_pointer(part->table, NULL, lockdep_is_held(&rvm_partitions_lock));
	static_branch_dec(&rvm_partitions_exist);
	return table;
}

int rvm_partition_init(void)
{
	cache = alloc_percpu(struct cache);
	return cache ? 0 : -ENOMEM;
}

void rvm_partition_exit(void)
{
	/* All callbacks are queued: none of them queues another. */
	rcu_barrier();
	free_percpu(cache);
}
