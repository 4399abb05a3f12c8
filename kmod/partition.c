// SPDX-License-Identifier: GPL-2.0-only
/*
 * Partitions: which control groups are registered, and which one a task is in.
 *
 * A task is in the deepest registered ancestor of its control group.  Hooks ask
 * that for every task of the host, so the answer for a group is cached on each
 * CPU.  Ids of control groups are not reused and the ancestors of a group never
 * change, so an answer holds until a partition is made or destroyed: both count
 * up `generation`.
 *
 * Lifetime of a cached pointer.  An entry is used only if its generation is the
 * present one.  Destroying a partition takes it out of the registry, then
 * counts up, then waits for a grace period, then drops the registry's
 * reference.  Who reads the new generation throws the entry away.  Who read the
 * old one did so in a read section that began before the grace period, which
 * therefore does not end before that section.  The filler reads the generation
 * before it looks up: if a change comes between, what it stores is marked with
 * the old number and is never used.
 */

#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/netlink.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include <net/netlink.h>

#include "detail.h"
#include "lib/rights.h"
#include "lib/state.h"
#include "partition.h"
#include "table.h"
#include "witness.h"

#define CACHE_BITS 4

struct cached {
	u64 cgroup;
	u64 generation;
	struct rvm_partition *part;
};

struct cache {
	struct cached entry[1 << CACHE_BITS];
};

static struct cache __percpu *cache;

/* Counts changes of the registry; 0 is never valid, so empty entries are not. */
static u64 generation = 1;

/* Of all changes; what hooks read is read under RCU. */
DEFINE_MUTEX(rvm_partitions_lock);

/* By id and by control group; written under rvm_partitions_lock, read under RCU. */
static DEFINE_XARRAY(partitions);
static DEFINE_HASHTABLE(by_cgroup, 10);

/* All under rvm_partitions_lock; counts are read anywhere. */
static u32 last_id;
static unsigned int registered;
static unsigned int changes = 1;

DEFINE_STATIC_KEY_FALSE(rvm_partitions_exist);

static struct rvm_partition *find_cgroup(const struct cgroup *cgrp)
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
		part = find_cgroup(cgroup_ancestor(cgrp, level));
		if (part)
			return part;
	}
	return NULL;
}

static noinline struct rvm_partition *fill_entry(struct cgroup *cgrp)
{
	/* Pairs with the release in count_up(): see the change or store the old number. */
	u64 now = smp_load_acquire(&generation);
	struct rvm_partition *part = find_around(cgrp);
	struct cached *entry;
	u64 id = cgroup_id(cgrp);

	preempt_disable();
	entry = &this_cpu_ptr(cache)->entry[hash_64(id, CACHE_BITS)];
	entry->cgroup = id;
	entry->part = part;
	entry->generation = now;
	preempt_enable();
	return part;
}

struct rvm_partition *rvm_partition_current(void)
{
	struct rvm_partition *part;
	struct cached *entry;
	struct cgroup *cgrp;
	u64 id;

	if (!static_branch_unlikely(&rvm_partitions_exist))
		return NULL;

	cgrp = task_dfl_cgroup(current);
	id = cgroup_id(cgrp);
	preempt_disable();
	entry = &this_cpu_ptr(cache)->entry[hash_64(id, CACHE_BITS)];
	if (likely(entry->cgroup == id && entry->generation == READ_ONCE(generation))) {
		part = entry->part;
		preempt_enable();
		return part;
	}
	preempt_enable();
	return fill_entry(cgrp);
}

struct rvm_partition *rvm_partition_of_cgroup(struct cgroup *cgrp)
{
	if (!static_branch_unlikely(&rvm_partitions_exist))
		return NULL;
	return find_around(cgrp);
}

struct rvm_partition *rvm_partition_of_task(struct task_struct *task)
{
	return rvm_partition_of_cgroup(task_dfl_cgroup(task));
}

void rvm_partition_views(struct rvm_partition *part, struct rvm_partition_view views[RVM_NEST_MAX])
{
	unsigned int i;

	for (i = 0; i < RVM_NEST_MAX && part; i++, part = part->parent) {
		struct rvm_table *table = rcu_dereference(part->table);

		views[i] = (struct rvm_partition_view){
			.parent = part->parent ? &views[i + 1] : NULL,
			.tokens = table ? &table->tokens : NULL,
			.exclusions = table ? &table->exclusions : NULL,
			.epoch = READ_ONCE(part->epoch),
			.state = READ_ONCE(part->state),
			.mode = READ_ONCE(part->mode),
			.flags = READ_ONCE(part->flags),
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

	cgroup_put(part->cgrp);
	kfree(part);
}

/*
 * The reference on the one above goes before the grace period: who reaches it
 * from here reads since before then, and it waits for a grace period itself.
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
	part = xa_load(&partitions, id);
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
	xa_for_each(&partitions, id, part)
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
		part = xa_find_after(&partitions, &index, UINT_MAX, XA_PRESENT);
	} while (part && !refcount_inc_not_zero(&part->refs));
	rcu_read_unlock();
	return part;
}

unsigned int rvm_partition_count(void)
{
	return READ_ONCE(registered);
}

unsigned int rvm_partition_running(void)
{
	struct rvm_partition *part;
	unsigned int running = 0;
	unsigned long id;

	rcu_read_lock();
	xa_for_each(&partitions, id, part)
		running += READ_ONCE(part->state) == RVM_STATE_RUNNING;
	rcu_read_unlock();
	return running;
}

unsigned int rvm_partition_changes(void)
{
	return READ_ONCE(changes);
}

void rvm_partition_note_change(void)
{
	lockdep_assert_held(&rvm_partitions_lock);
	WRITE_ONCE(changes, changes + 1 ?: 1);
}

/* After the registry was changed: answers from before it count no more. */
static void count_up(void)
{
	lockdep_assert_held(&rvm_partitions_lock);
	/* Pairs with the acquire in fill_entry(). */
	smp_store_release(&generation, generation + 1);
	rvm_partition_note_change();
}

static const char *const mode_names[] = {
	[RVM_MODE_ENFORCE] = "enforce",
	[RVM_MODE_PERMISSIVE] = "permissive",
	[RVM_MODE_LEARN] = "learn",
};

/* Out of the reservation; without one the change still happens and may be lost to the log. */
static void record(struct rvm_reservation *res, const struct rvm_partition *part,
		   enum rvm_kind kind)
{
	char text[2 * RVM_NAME_MAX + 160] = "";
	struct rvm_line line = { .text = text, .size = sizeof(text) };
	const char *state = rvm_state_name(part->state), *mode = mode_names[part->mode];
	struct rvm_event event = {
		.kind = kind,
		.op = RVM_OP_PARTITION,
		.target = part->id,
		.detail = text,
	};

	rvm_line_add(&line, "partition", part->name, strlen(part->name));
	rvm_line_add(&line, "state", state, strlen(state));
	rvm_line_add(&line, "mode", mode, strlen(mode));
	rvm_line_add_number(&line, "flags", part->flags);
	rvm_line_add_number(&line, "epoch", part->epoch);
	if (res->count)
		rvm_witness_commit(res, &event);
	else
		rvm_witness_append(&event);
}

static bool is_name(const char *name)
{
	size_t i;

	if (name[0] < 'a' || name[0] > 'z')
		return false;
	for (i = 1; name[i]; i++)
		if (!(name[i] >= 'a' && name[i] <= 'z') && !(name[i] >= '0' && name[i] <= '9') &&
		    name[i] != '-')
			return false;
	return i <= RVM_NAME_MAX;
}

static struct cgroup *take_cgroup(const struct rvm_partition_spec *spec,
				  struct netlink_ext_ack *extack)
{
	struct cgroup *cgrp = cgroup_get_from_fd(spec->cgroup_fd);
	int err;

	if (IS_ERR(cgrp)) {
		NL_SET_ERR_MSG_ATTR(extack, spec->cgroup_attr,
				    "no open directory of a version 2 control group");
		return ERR_PTR(-EBADF);
	}
	if (!cgroup_parent(cgrp)) {
		NL_SET_ERR_MSG_ATTR(extack, spec->cgroup_attr,
				    "the root control group is the host: make one below it");
		err = -EINVAL;
	} else if (cgrp->dom_cgrp != cgrp) {
		NL_SET_ERR_MSG_ATTR(extack, spec->cgroup_attr,
				    "a threaded control group splits processes: use its domain");
		err = -EINVAL;
	} else if (!(cgrp->self.flags & CSS_ONLINE)) {
		NL_SET_ERR_MSG_ATTR(extack, spec->cgroup_attr,
				    "the control group was removed: make it anew");
		err = -ENODEV;
	} else {
		return cgrp;
	}
	cgroup_put(cgrp);
	return ERR_PTR(err);
}

/* The deepest one around that is no pen: pens only hold what nobody has taken. */
static struct rvm_partition *find_parent(struct cgroup *cgrp)
{
	struct rvm_partition *part;

	lockdep_assert_held(&rvm_partitions_lock);
	for (cgrp = cgroup_parent(cgrp); cgrp; cgrp = cgroup_parent(cgrp)) {
		part = find_cgroup(cgrp);
		if (part && !(part->flags & RVM_PARTITION_FLAG_PEN))
			return part;
	}
	return NULL;
}

static int check_place(const struct rvm_partition *new, const struct rvm_partition_spec *spec,
		       struct netlink_ext_ack *extack)
{
	struct rvm_partition *part;
	unsigned long id;

	lockdep_assert_held(&rvm_partitions_lock);
	if (registered >= RVM_PARTITIONS_MAX) {
		NL_SET_ERR_MSG_FMT(extack,
				   "there are %u partitions, which is the limit: delete one",
				   registered);
		return -ENFILE;
	}
	if (new->level >= RVM_NEST_MAX) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, spec->cgroup_attr,
					"more than %u partitions inside one another", RVM_NEST_MAX);
		return -ELOOP;
	}
	xa_for_each(&partitions, id, part) {
		if (!strcmp(part->name, new->name)) {
			NL_SET_ERR_MSG_ATTR_FMT(extack, spec->name_attr,
						"partition %u has this name: take another",
						part->id);
			return -EEXIST;
		}
		if (part->cgrp == new->cgrp) {
			NL_SET_ERR_MSG_ATTR_FMT(extack, spec->cgroup_attr,
						"the control group is partition %u already",
						part->id);
			return -EEXIST;
		}
		/* Parents are fixed at creation, so a partition cannot come around others. */
		if (!(new->flags &RVM_PARTITION_FLAG_PEN) &&
		    cgroup_is_descendant(part->cgrp, new->cgrp)) {
			NL_SET_ERR_MSG_ATTR_FMT(extack, spec->cgroup_attr,
						"partition %u is inside it: delete that one first",
						part->id);
			return -EBUSY;
		}
	}
	return 0;
}

/* Under the lock, with everything checked but what can only be found out by trying. */
static int register_partition(struct rvm_partition *part, struct rvm_reservation *res)
{
	int err;

	lockdep_assert_held(&rvm_partitions_lock);
	part->id = last_id + 1;
	err = xa_insert(&partitions, part->id, part, GFP_KERNEL_ACCOUNT);
	if (err)
		return err;
	last_id = part->id;
	if (part->parent)
		rvm_partition_get(part->parent);
	hash_add_rcu(by_cgroup, &part->node, cgroup_id(part->cgrp));
	WRITE_ONCE(registered, registered + 1);
	count_up();
	static_branch_inc(&rvm_partitions_exist);
	record(res, part, RVM_KIND_PARTITION_CREATE);
	return 0;
}

static int add_partition(struct rvm_partition *part, const struct rvm_partition_spec *spec,
			 struct netlink_ext_ack *extack)
{
	struct rvm_reservation res = {};
	int err;

	guard(mutex)(&rvm_partitions_lock);
	part->parent = find_parent(part->cgrp);
	part->level = part->parent ? part->parent->level + 1 : 0;
	err = check_place(part, spec, extack);
	if (!err && rvm_witness_reserve(&res, 1)) {
		NL_SET_ERR_MSG(extack, "the witness log is full: nothing changes unrecorded");
		err = -ENOSPC;
	}
	if (!err)
		err = register_partition(part, &res);
	rvm_witness_abort(&res);
	return err;
}

struct rvm_partition *rvm_partition_create(const struct rvm_partition_spec *spec,
					   struct netlink_ext_ack *extack)
{
	struct rvm_partition *part;
	struct cgroup *cgrp;
	int err;

	might_sleep();
	if (!is_name(spec->name)) {
		NL_SET_ERR_MSG_ATTR(extack, spec->name_attr,
				    "a name is a-z, then a-z, 0-9 and hyphens, 64 bytes at most");
		return ERR_PTR(-EINVAL);
	}
	cgrp = take_cgroup(spec, extack);
	if (IS_ERR(cgrp))
		return ERR_CAST(cgrp);
	part = kzalloc(sizeof(*part), GFP_KERNEL_ACCOUNT);
	if (!part) {
		cgroup_put(cgrp);
		return ERR_PTR(-ENOMEM);
	}
	/* One for the registry, one for the caller. */
	refcount_set(&part->refs, 2);
	strscpy(part->name, spec->name, sizeof(part->name));
	part->cgrp = cgrp;
	part->owner = spec->owner;
	part->mode = spec->mode;
	part->flags = spec->flags;
	part->state = spec->flags & RVM_PARTITION_FLAG_PEN ? RVM_STATE_CREATED : RVM_STATE_RUNNING;

	err = add_partition(part, spec, extack);
	if (!err)
		return part;
	cgroup_put(cgrp);
	kfree(part);
	return ERR_PTR(err);
}

static bool takes_away_only(const struct rvm_partition_change *change)
{
	if (change->has_state && change->state == RVM_STATE_RUNNING)
		return false;
	if (change->has_mode && change->mode != RVM_MODE_ENFORCE)
		return false;
	return !(change->mask & ~change->flags) && !(change->mask & RVM_PARTITION_FLAG_WITNESS_ALL);
}

static int check_change(const struct rvm_partition *part, const struct rvm_partition_change *change,
			struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&rvm_partitions_lock);
	if (part->state == RVM_STATE_DESTROYED) {
		NL_SET_ERR_MSG_FMT(extack, "partition %u was destroyed", part->id);
		return -ENOENT;
	}
	if (part->flags & RVM_PARTITION_FLAG_PEN) {
		NL_SET_ERR_MSG_FMT(extack, "partition %u is a pen: it can only be deleted",
				   part->id);
		return -EOPNOTSUPP;
	}
	if (change->has_state && change->state == RVM_STATE_DESTROYED) {
		NL_SET_ERR_MSG(extack, "this state is reached by partition-del");
		return -EINVAL;
	}
	if (change->has_state && !rvm_state_may(part->state, change->state)) {
		NL_SET_ERR_MSG_FMT(extack, "partition %u cannot go from %s to %s", part->id,
				   rvm_state_name(part->state), rvm_state_name(change->state));
		return -EINVAL;
	}
	return 0;
}

static enum rvm_kind kind_of_state(u8 state)
{
	switch (state) {
	case RVM_STATE_SUSPENDED:
		return RVM_KIND_PARTITION_SUSPEND;
	case RVM_STATE_HIBERNATED:
		return RVM_KIND_PARTITION_HIBERNATE;
	default:
		return RVM_KIND_PARTITION_RESUME;
	}
}

static void apply_change(struct rvm_partition *part, const struct rvm_partition_change *change)
{
	lockdep_assert_held(&rvm_partitions_lock);
	if (change->has_state)
		WRITE_ONCE(part->state, change->state);
	if (change->has_mode)
		WRITE_ONCE(part->mode, change->mode);
	WRITE_ONCE(part->flags, (part->flags & ~change->mask) | (change->flags & change->mask));
	if (change->bump_epoch)
		WRITE_ONCE(part->epoch, part->epoch + 1);
	rvm_partition_note_change();
}

int rvm_partition_change(struct rvm_partition *part, const struct rvm_partition_change *change,
			 struct netlink_ext_ack *extack)
{
	bool other = change->has_mode || change->mask || change->bump_epoch;
	struct rvm_reservation res = {};
	int err;

	might_sleep();
	scoped_guard(mutex, &rvm_partitions_lock) {
		err = check_change(part, change, extack);
		if (err)
			return err;
		if (rvm_witness_reserve(&res, change->has_state + other) &&
		    !takes_away_only(change)) {
			NL_SET_ERR_MSG(extack,
				       "the witness log is full: nothing changes unrecorded");
			return -ENOSPC;
		}
		apply_change(part, change);
		if (change->has_state)
			record(&res, part, kind_of_state(change->state));
		if (other)
			record(&res, part, RVM_KIND_MODE_CHANGE);
	}
	/* Checks that began before this still used the old values. */
	synchronize_rcu_expedited();
	return 0;
}

static int check_destroy(const struct rvm_partition *part, struct netlink_ext_ack *extack)
{
	struct rvm_partition *other;
	unsigned long id;

	lockdep_assert_held(&rvm_partitions_lock);
	if (part->state == RVM_STATE_DESTROYED) {
		NL_SET_ERR_MSG_FMT(extack, "partition %u was destroyed", part->id);
		return -ENOENT;
	}
	xa_for_each(&partitions, id, other) {
		if (other->parent == part) {
			NL_SET_ERR_MSG_FMT(extack, "partition %u is inside it: delete that first",
					   other->id);
			return -EBUSY;
		}
	}
	if (cgroup_is_populated(part->cgrp)) {
		NL_SET_ERR_MSG(extack,
			       "tasks are in it and would get out: end them by cgroup.kill first");
		return -EBUSY;
	}
	return 0;
}

/* Take it out of sight; its reference and its table are left to the caller. */
static struct rvm_table *unregister_partition(struct rvm_partition *part)
{
	struct rvm_table *table;

	lockdep_assert_held(&rvm_partitions_lock);
	WRITE_ONCE(part->state, RVM_STATE_DESTROYED);
	hash_del_rcu(&part->node);
	xa_erase(&partitions, part->id);
	WRITE_ONCE(registered, registered - 1);
	count_up();
	table = rcu_replace_pointer(part->table, NULL, lockdep_is_held(&rvm_partitions_lock));
	static_branch_dec(&rvm_partitions_exist);
	return table;
}

int rvm_partition_destroy(struct rvm_partition *part, struct netlink_ext_ack *extack)
{
	struct rvm_reservation res = {};
	struct rvm_table *table;
	int err;

	might_sleep();
	scoped_guard(mutex, &rvm_partitions_lock) {
		err = check_destroy(part, extack);
		if (err)
			return err;
		/* If there is no room it happens all the same. */
		rvm_witness_reserve(&res, 1);
		table = unregister_partition(part);
		record(&res, part, RVM_KIND_PARTITION_DESTROY);
	}
	/* Now nobody has the table, and nobody has the partition without a reference. */
	synchronize_rcu_expedited();
	rvm_table_destroy(table);
	rvm_partition_put(part);
	return 0;
}

int rvm_partition_init(void)
{
	cache = alloc_percpu(struct cache);
	return cache ? 0 : -ENOMEM;
}

void rvm_partition_exit(void)
{
	struct rvm_partition *part;
	struct rvm_table *table;
	unsigned long id;

	xa_for_each(&partitions, id, part) {
		struct rvm_reservation res = {};

		scoped_guard(mutex, &rvm_partitions_lock) {
			table = unregister_partition(part);
			record(&res, part, RVM_KIND_PARTITION_DESTROY);
		}
		synchronize_rcu_expedited();
		rvm_table_destroy(table);
		rvm_partition_put(part);
	}
	/* All callbacks are queued: none of them queues another. */
	rcu_barrier();
	free_percpu(cache);
}
