// SPDX-License-Identifier: GPL-2.0-only
/*
 * Equal denials, joined: the log says how often, and the ring has room for others.
 */
#include <linux/atomic.h>
#include <linux/moduleparam.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "limits.h"
#include "witness/join.h"
#include "witness/witness_priv.h"

static unsigned int join_after = RVM_JOIN_AFTER;
module_param(join_after, uint, 0644);
MODULE_PARM_DESC(join_after, "Equal denials of a second that are recorded, 0 for all");

/* Of one denial. */
struct place {
	/* Taken before the log's. */
	raw_spinlock_t lock;
	/* Of this second: how many were recorded, how many only counted. */
	u32 recorded;
	u32 joined;
	/* Nanoseconds: when the second began. */
	u64 begun;
	u64 key;
	/* Of the newest record. */
	u64 newest;
	/* Without its line. */
	struct rvm_event event;
};

static struct place places[RVM_JOIN_PLACES];
static siphash_key_t secret;

/* Places with something to tell. */
static atomic_t pending;

/* Nobody outside can find two that have the same. */
static u64 key_of(const struct rvm_event *event)
{
	const u64 words[] = {
		event->target,
		(u64)event->actor << 32 | event->cap_hash,
		(u64)event->reason << 32 | event->right << 24 | event->class << 16 |
			event->op << 8 | event->flags,
		event->detail ? siphash(event->detail, strlen(event->detail), &secret) : 0,
	};

	return siphash(words, sizeof(words), &secret);
}

static void tell(struct place *place)
{
	struct rvm_event event = place->event;

	lockdep_assert_held(&place->lock);
	if (!place->joined)
		return;
	event.kind = RVM_KIND_DENIALS_JOINED;
	event.count = place->joined;
	event.cap_hash = (u32)place->newest;
	place->joined = 0;
	place->recorded = 0;
	atomic_dec(&pending);
	rvm_log_append(&event);
}

static void begin(struct place *place, const struct rvm_event *event, u64 key, u64 now)
{
	tell(place);
	place->key = key;
	place->begun = now;
	place->recorded = 0;
	place->event = *event;
	place->event.detail = NULL;
}

/* What was lost is told as such: there is nothing that it could be joined to. */
static u64 append(struct place *place, const struct rvm_event *event)
{
	u64 sequence = rvm_log_append(event);

	if (sequence == U64_MAX)
		return sequence;
	place->recorded++;
	place->newest = sequence;
	return sequence;
}

/* Return: whether it is the first that is only counted. */
static bool join(struct place *place)
{
	if (place->joined++)
		return false;
	atomic_inc(&pending);
	return true;
}

u64 rvm_join_append(const struct rvm_event *event)
{
	unsigned int after = READ_ONCE(join_after);
	u64 key = key_of(event), now, sequence;
	struct place *place = &places[key % RVM_JOIN_PLACES];
	unsigned long flags;
	bool first = false;

	if (!after || !event->actor)
		return rvm_log_append(event);
	raw_spin_lock_irqsave(&place->lock, flags);
	now = ktime_get_ns();
	if (place->key != key || now - place->begun >= NSEC_PER_SEC)
		begin(place, event, key, now);
	if (place->recorded < after) {
		sequence = append(place, event);
	} else {
		first = join(place);
		sequence = place->newest;
	}
	raw_spin_unlock_irqrestore(&place->lock, flags);
	if (first)
		rvm_log_kick();
	return sequence;
}

bool rvm_join_is_pending(void)
{
	return atomic_read(&pending);
}

void rvm_join_tell(bool all)
{
	struct place *place;
	unsigned long flags;

	for (place = places; place < places + RVM_JOIN_PLACES; place++) {
		raw_spin_lock_irqsave(&place->lock, flags);
		if (all || ktime_get_ns() - place->begun >= NSEC_PER_SEC)
			tell(place);
		raw_spin_unlock_irqrestore(&place->lock, flags);
		cond_resched();
	}
}

void rvm_join_end(u16 lane)
{
	struct place *place;
	unsigned long flags;

	if (!rvm_join_is_pending())
		return;
	for (place = places; place < places + RVM_JOIN_PLACES; place++) {
		raw_spin_lock_irqsave(&place->lock, flags);
		if (place->event.lane == lane)
			tell(place);
		raw_spin_unlock_irqrestore(&place->lock, flags);
	}
}

void rvm_join_init(void)
{
	struct place *place;

	get_random_bytes(&secret, sizeof(secret));
	for (place = places; place < places + RVM_JOIN_PLACES; place++)
		raw_spin_lock_init(&place->lock);
}
