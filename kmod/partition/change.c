// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making, changing and destroying partitions: judge, reserve, change, record.
 */

#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/netlink.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include <net/netlink.h>

#include "compat.h"
#include "lib/model/state.h"
#include "lib/model/text.h"
#include "partition/adopt.h"
#include "partition/calls.h"
#include "partition/change.h"
#include "partition/recheck.h"
#include "partition/registry_priv.h"
#include "partition/revoke.h"
#include "table/grants.h"
#include "table/table.h"
#include "witness/key.h"
#include "witness/line.h"
#include "witness/witness.h"

void rvm_partition_keep_room(struct rvm_partition *part)
{
	lockdep_assert_held(&rvm_partitions_lock);
	if (!part->kept.count)
		rvm_witness_reserve(&part->kept, 1);
}

/* Out of the reservation, or of what is kept; if both are used up it may be lost. */
static u64 record(struct rvm_reservation *res, struct rvm_partition *part, enum rvm_kind kind)
{
	char text[2 * RVM_NAME_MAX + 160] = "";
	struct rvm_line line = { .text = text, .size = sizeof(text) };
	const char *state = rvm_state_name(part->state), *mode = rvm_mode_name(part->mode);
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
	if (!res->count)
		res = &part->kept;
	return res->count ? rvm_witness_commit(res, &event) : rvm_witness_append(&event);
}

static bool is_name(const char *name)
{
	size_t i;

	if (name[0] < 'a' || name[0] > 'z')
		return false;
	for (i = 1; name[i]; i++) {
		/* Something stands behind each dot. */
		if (name[i] == '.' && name[i - 1] != '.' && name[i + 1])
			continue;
		if (!(name[i] >= 'a' && name[i] <= 'z') && !(name[i] >= '0' && name[i] <= '9') &&
		    name[i] != '-')
			return false;
	}
	return i <= RVM_NAME_MAX;
}

/*
 * Up to its last dot it is the name of the partition around it.  So whatever names are made
 * for sub-agents, none is one that somebody else was given or will be.
 */
static int check_outer_name(const struct rvm_partition *fresh,
			    const struct rvm_partition_spec *spec, struct netlink_ext_ack *extack)
{
	const char *dot = strrchr(fresh->name, '.');
	const struct rvm_partition *outer = fresh->parent;

	if (!dot || (outer && strlen(outer->name) == dot - fresh->name &&
		     str_has_prefix(fresh->name, outer->name)))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, spec->name_attr,
			    "only the name of the partition around it may stand before a dot");
	return -EINVAL;
}

static struct cgroup *take_cgroup(const struct rvm_partition_spec *spec,
				  struct netlink_ext_ack *extack)
{
	struct cgroup *cgrp = cgroup_get_from_fd(spec->cgroup_fd);
	int err = -EINVAL;

	if (PTR_ERR_OR_ZERO(cgrp) == -ENOENT) {
		NL_SET_ERR_MSG_ATTR(extack, spec->cgroup_attr,
				    "the cgroup was removed: create it again");
		return ERR_PTR(-ENODEV);
	}
	if (IS_ERR(cgrp)) {
		NL_SET_ERR_MSG_ATTR(extack, spec->cgroup_attr, "not an open cgroup v2 directory");
		return ERR_PTR(-EBADF);
	}
	if (!cgroup_parent(cgrp))
		NL_SET_ERR_MSG_ATTR(extack, spec->cgroup_attr,
				    "the root cgroup is the host: create one below it");
	else if (cgrp->dom_cgrp != cgrp)
		NL_SET_ERR_MSG_ATTR(extack, spec->cgroup_attr,
				    "a threaded cgroup splits processes: use its domain");
	else
		err = 0;
	if (!err)
		return cgrp;
	cgroup_put(cgrp);
	return ERR_PTR(err);
}

/* The deepest one around that is not a pen: pens only hold what no other partition has. */
static struct rvm_partition *find_parent(struct cgroup *cgrp)
{
	struct rvm_partition *part;

	lockdep_assert_held(&rvm_partitions_lock);
	for (cgrp = cgroup_parent(cgrp); cgrp; cgrp = cgroup_parent(cgrp)) {
		part = rvm_registry_find(cgrp);
		if (part && !(part->flags & RVM_PARTITION_FLAG_PEN))
			return part;
	}
	return NULL;
}

static bool has_tasks(const struct rvm_partition *part)
{
	return !(part->flags & RVM_PARTITION_FLAG_PEN) && cgroup_is_populated(part->cgrp);
}

/* Tasks that already run are adopted only if the caller asks for it, and while frozen. */
static int check_tasks(const struct rvm_partition *fresh, const struct rvm_partition_spec *spec,
		       struct netlink_ext_ack *extack)
{
	if (!has_tasks(fresh))
		return 0;
	if (!(fresh->flags & RVM_PARTITION_FLAG_ADOPTED))
		NL_SET_ERR_MSG_ATTR(extack, spec->cgroup_attr,
				    "the cgroup has running tasks: adopt or end them first");
	else if (!test_bit(CGRP_FROZEN, &fresh->cgrp->flags))
		NL_SET_ERR_MSG_ATTR(extack, spec->cgroup_attr,
				    "tasks must be frozen to be adopted: write 1 to cgroup.freeze");
	else
		return 0;
	return -EBUSY;
}

static int check_place(const struct rvm_partition *fresh, const struct rvm_partition_spec *spec,
		       struct netlink_ext_ack *extack)
{
	bool pen = fresh->flags & RVM_PARTITION_FLAG_PEN;
	struct rvm_partition *part;
	unsigned long id;

	lockdep_assert_held(&rvm_partitions_lock);
	if (rvm_partition_count() >= RVM_PARTITIONS_MAX) {
		NL_SET_ERR_MSG_FMT(extack,
				   "there are %u partitions, which is the limit: delete one",
				   rvm_partition_count());
		return -ENFILE;
	}
	if (fresh->level >= RVM_NEST_MAX) {
		NL_SET_ERR_MSG_ATTR_FMT(extack, spec->cgroup_attr,
					"more than %u partitions inside one another", RVM_NEST_MAX);
		return -ELOOP;
	}
	xa_for_each(&rvm_registry, id, part) {
		if (!strcmp(part->name, fresh->name)) {
			NL_SET_ERR_MSG_ATTR_FMT(extack, spec->name_attr,
						"partition %u has this name: take another",
						part->id);
			return -EEXIST;
		}
		if (part->cgrp == fresh->cgrp) {
			NL_SET_ERR_MSG_ATTR_FMT(extack, spec->cgroup_attr,
						"the cgroup is already partition %u", part->id);
			return -EEXIST;
		}
		/* Parents are fixed at creation, so a partition cannot come around others. */
		if (!pen && cgroup_is_descendant(part->cgrp, fresh->cgrp)) {
			NL_SET_ERR_MSG_ATTR_FMT(extack, spec->cgroup_attr,
						"it contains partition %u: delete that first",
						part->id);
			return -EBUSY;
		}
	}
	return check_tasks(fresh, spec, extack);
}

/*
 * Under the lock, with everything checked except what can only be found out by
 * trying.  Its tasks are inspected after they have begun to be judged: then what is
 * found stays as it is.
 */
static int register_partition(struct rvm_partition *part, struct rvm_reservation *res,
			      struct netlink_ext_ack *extack)
{
	int err;

	/* What its tasks have open nobody judged. */
	if (cgroup_is_populated(part->cgrp))
		rvm_recheck_mark(part);
	err = rvm_registry_add(part);
	if (err)
		return err;
	err = has_tasks(part) ? rvm_adopt_group(part, extack) : 0;
	if (err) {
		rvm_registry_del(part);
		return err;
	}
	rvm_key_close();
	record(res, part, RVM_KIND_PARTITION_CREATE);
	rvm_partition_keep_room(part);
	return 0;
}

static int take_lane(struct rvm_partition *part, struct netlink_ext_ack *extack)
{
	int err = rvm_witness_enter(part->parent ? part->parent->lane : 0, &part->lane);

	if (err)
		NL_SET_ERR_MSG(extack, "no share of the witness log is free: try again later");
	return err;
}

static int add_partition(struct rvm_partition *part, const struct rvm_partition_spec *spec,
			 struct netlink_ext_ack *extack)
{
	struct rvm_reservation res = {};
	int err;

	guard(mutex)(&rvm_partitions_lock);
	part->parent = find_parent(part->cgrp);
	part->level = part->parent ? part->parent->level + 1 : 0;
	err = check_outer_name(part, spec, extack);
	err = err ?: check_place(part, spec, extack);
	err = err ?: rvm_witness_reserve_for(&res, 0, 1, extack);
	err = err ?: take_lane(part, extack);
	if (!err)
		err = register_partition(part, &res, extack);
	rvm_witness_abort(&res);
	return err;
}

/* What it needs was attached before it was made, so that this fails only by a race. */
static int settle_created(struct rvm_partition *part, struct netlink_ext_ack *extack)
{
	int err = rvm_recheck_settle(extack);

	if (!err)
		return 0;
	guard(mutex)(&rvm_partitions_lock);
	rvm_registry_del(part);
	rvm_witness_abort(&part->kept);
	return err;
}

static struct rvm_partition *alloc_partition(void)
{
	struct rvm_partition *part = kzalloc(sizeof(*part), GFP_KERNEL_ACCOUNT);

	if (part && rvm_sum_make(&part->sum)) {
		kfree(part);
		return NULL;
	}
	return part;
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
				    "use a-z, then a-z, 0-9, hyphens and dots, 64 bytes at most");
		return ERR_PTR(-EINVAL);
	}
	cgrp = take_cgroup(spec, extack);
	if (IS_ERR(cgrp))
		return ERR_CAST(cgrp);
	part = alloc_partition();
	if (!part) {
		cgroup_put(cgrp);
		return ERR_PTR(-ENOMEM);
	}
	rvm_own_init(&part->own);
	/* One for the registry, one for the caller. */
	refcount_set(&part->refs, 2);
	strscpy(part->name, spec->name, sizeof(part->name));
	part->cgrp = cgrp;
	part->owner = spec->owner;
	atomic_set(&part->filters, -1);
	part->mode = spec->mode;
	part->flags = spec->flags;
	part->state = spec->flags & RVM_PARTITION_FLAG_PEN ? RVM_STATE_CREATED : RVM_STATE_RUNNING;

	err = rvm_recheck_prepare(part, part->flags, false, extack);
	err = err ?: add_partition(part, spec, extack);
	if (!err)
		err = settle_created(part, extack);
	if (!err)
		return part;
	if (part->state == RVM_STATE_DESTROYED) {
		/* It could be found for a moment. */
		synchronize_rcu_expedited();
		rvm_partition_put(part);
		rvm_partition_put(part);
		return ERR_PTR(err);
	}
	if (part->lane)
		rvm_witness_leave(part->lane);
	cgroup_put(cgrp);
	rvm_sum_free(&part->sum);
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
		NL_SET_ERR_MSG(extack, "a partition is destroyed by partition-del only");
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

/* What the brake does.  With a new epoch no token of the table is good any more. */
static bool stops(const struct rvm_partition_change *change)
{
	return change->bump_epoch || (change->has_state && change->state != RVM_STATE_RUNNING) ||
	       change->flags & change->mask & RVM_PARTITION_FLAG_FENCED;
}

/* Could what was allowed to be opened before be denied now? */
static bool takes_away(const struct rvm_partition_change *change)
{
	const u8 set = change->flags & change->mask;

	return stops(change) || (change->has_mode && change->mode == RVM_MODE_ENFORCE) ||
	       set & RVM_PARTITION_FLAG_ADOPTED;
}

static bool needs_hooks(const struct rvm_partition_change *change)
{
	return takes_away(change) || change->flags & change->mask;
}

/* Questions under way end soon. */
static void note_stop(struct rvm_partition *part)
{
	lockdep_assert_held(&rvm_partitions_lock);
	/* Behind what it was stopped by, which rvm_partition_views() reads after it. */
	smp_store_release(&part->stops, part->stops + 1);
}

static void note_stop_inside(const struct rvm_partition *part)
{
	struct rvm_partition *other;
	const struct rvm_partition *above;
	unsigned long id;

	guard(mutex)(&rvm_partitions_lock);
	xa_for_each(&rvm_registry, id, other) {
		for (above = other->parent; above && above != part; above = above->parent)
			;
		if (above)
			note_stop(other);
	}
}

/*
 * Checks that began before this still use the old values.  In a partition that was
 * stopped they are refused, however late they end, so we wait for them only so long:
 * a kernel that preempts itself may leave many of them half done without a CPU.
 */
static void wait_for_checks(bool stopped)
{
	unsigned long end = jiffies + msecs_to_jiffies(RVM_STOP_MSECS), cookie;

	if (!stopped) {
		synchronize_rcu_expedited();
		return;
	}
	cookie = start_poll_synchronize_rcu_expedited();
	while (!poll_state_synchronize_rcu(cookie) && time_before(jiffies, end))
		usleep_range(500, 1000);
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
	if (stops(change))
		note_stop(part);
	rvm_partition_note_change();
}

static int change_one(struct rvm_partition *part, const struct rvm_partition_change *change,
		      struct netlink_ext_ack *extack)
{
	bool other = change->has_mode || change->mask || change->bump_epoch;
	bool must = !takes_away_only(change);
	struct rvm_reservation res = {};
	int err;

	guard(mutex)(&rvm_partitions_lock);
	err = check_change(part, change, extack);
	if (err)
		return err;
	rvm_partition_keep_room(part);
	err = rvm_witness_reserve_for(&res, 0, change->has_state + other, must ? extack : NULL);
	if (err && must)
		return err;
	if (takes_away(change))
		rvm_recheck_mark(part);
	apply_change(part, change);
	if (change->has_state)
		record(&res, part, kind_of_state(change->state));
	if (other)
		record(&res, part, RVM_KIND_MODE_CHANGE);
	return 0;
}

/*
 * A stop is made first, and whatever hooks it needs come then.  Any other change waits
 * for them, and is refused if they cannot be attached.
 */
static int prepare_change(const struct rvm_partition *part,
			  const struct rvm_partition_change *change, struct netlink_ext_ack *extack)
{
	if (stops(change) || !needs_hooks(change))
		return 0;
	return rvm_recheck_prepare(part, change->flags & change->mask, false, extack);
}

/* An epoch reaches what others have of its tokens, too. */
static void revoke_derived(struct rvm_partition *part, const struct rvm_partition_change *change)
{
	struct rvm_revocation rev = {};

	if (!change->bump_epoch)
		return;
	scoped_guard(mutex, &rvm_revoke_lock)
		rvm_revoke_derived(&rev, part, "epoch");
	rvm_revoke_finish(&rev, true, NULL);
}

int rvm_partition_change(struct rvm_partition *part, const struct rvm_partition_change *change,
			 struct netlink_ext_ack *extack)
{
	u64 since = takes_away(change) ? rvm_recheck_next() : 0;
	int err;

	might_sleep();
	err = prepare_change(part, change, extack);
	err = err ?: change_one(part, change, extack);
	if (err)
		return err;
	if (stops(change))
		note_stop_inside(part);
	if (needs_hooks(change))
		err = rvm_recheck_settle(extack);
	wait_for_checks(stops(change));
	revoke_derived(part, change);
	/* Who came in meanwhile may have opened something by what held before. */
	if (needs_hooks(change) && !err)
		err = rvm_recheck_settle(extack);
	rvm_calls_interrupt(since, err ? NULL : extack);
	return err;
}

int rvm_partition_change_all(const struct rvm_partition_change *change)
{
	u64 since = rvm_recheck_next();
	struct rvm_partition *part;
	int err, first = 0;
	u32 last = 0;

	might_sleep();
	while ((part = rvm_partition_next(last))) {
		last = part->id;
		err = change_one(part, change, NULL);
		/* Nothing runs in a pen, and one that has gone is stopped. */
		if (err != -EOPNOTSUPP && err != -ENOENT)
			first = first ?: err;
		rvm_partition_put(part);
	}
	err = rvm_recheck_settle(NULL);
	wait_for_checks(stops(change));
	/* All are stopped: now there is time to take apart what is stale. */
	for (last = 0; change->bump_epoch && (part = rvm_partition_next(last));) {
		last = part->id;
		revoke_derived(part, change);
		rvm_partition_put(part);
	}
	rvm_calls_interrupt(since, NULL);
	return first ?: err;
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
	xa_for_each(&rvm_registry, id, other) {
		if (other->parent == part) {
			NL_SET_ERR_MSG_FMT(extack, "it contains partition %u: delete that first",
					   other->id);
			return -EBUSY;
		}
	}
	if (cgroup_is_populated(part->cgrp)) {
		NL_SET_ERR_MSG(extack,
			       "its tasks would become unconfined: end them by cgroup.kill");
		return -EBUSY;
	}
	return 0;
}

/* What others have of its tokens goes with them. */
static void end_tokens(struct rvm_partition *part, struct rvm_table *table, u64 sequence)
{
	struct rvm_revocation rev = { .sequence = sequence, .gone = part };
	struct rvm_grants *grants;

	lockdep_assert_held(&rvm_revoke_lock);
	if (table)
		rvm_revoke_table(&rev, table);
	rvm_revoke_grants(&rev, part);
	/* Whoever has a reference may list it still. */
	grants = part->grants;
	WRITE_ONCE(part->grants, NULL);
	/* Now nobody has the table, and nobody has the partition without a reference. */
	rvm_revoke_finish(&rev, true, NULL);
	rvm_table_destroy(table);
	rvm_grants_destroy(grants);
}

int rvm_partition_destroy(struct rvm_partition *part, struct netlink_ext_ack *extack)
{
	struct rvm_table *table;
	u64 sequence;
	int err;

	might_sleep();
	scoped_guard(mutex, &rvm_revoke_lock) {
		scoped_guard(mutex, &rvm_partitions_lock) {
			err = check_destroy(part, extack);
			if (err)
				return err;
			/* It is destroyed even if the log has no room for the record. */
			rvm_partition_keep_room(part);
			table = rvm_registry_del(part);
			rvm_sum_tell(&part->sum);
			sequence = record(&part->kept, part, RVM_KIND_PARTITION_DESTROY);
		}
		end_tokens(part, table, sequence);
	}
	rvm_partition_put(part);
	return 0;
}

void rvm_partition_destroy_all(void)
{
	struct rvm_partition *part;
	struct rvm_table *table;
	unsigned long id;
	u64 sequence;

	xa_for_each(&rvm_registry, id, part) {
		guard(mutex)(&rvm_revoke_lock);
		scoped_guard(mutex, &rvm_partitions_lock) {
			table = rvm_registry_del(part);
			rvm_sum_tell(&part->sum);
			sequence = record(&part->kept, part, RVM_KIND_PARTITION_DESTROY);
		}
		end_tokens(part, table, sequence);
		rvm_partition_put(part);
	}
}
