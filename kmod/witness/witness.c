// SPDX-License-Identifier: GPL-2.0-only
/*
 * The witness log: a ring of records.  Their detail lines are on a shelf (witness/shelf.c).
 *
 * A record is made in two phases, because hooks run under spinlocks and with interrupts
 * off.  The appender takes sequence and time and copies the fields under the log's lock.
 * The hasher, one at a time, later gives the records their hashes and signatures in order,
 * and publishes how far it has come.
 */
#include <linux/atomic.h>
#include <linux/irq_work.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/netlink.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>

#include "lib/log/record.h"
#include "lib/log/share.h"
#include "limits.h"
#include "witness/join.h"
#include "witness/listener.h"
#include "witness/map.h"
#include "witness/shelf.h"
#include "witness/witness.h"
#include "witness/witness_priv.h"

/* Records that are not left for the next tick. */
#define HURRY 64

/* Gaps that are told in one hold of the lock. */
#define GAPS 16

/* Longer than anyone waits for the lock. */
#define SLACK_NS ((u64)NSEC_PER_SEC)

static unsigned int ring = RVM_RING_DEFAULT;
module_param(ring, uint, 0444);
MODULE_PARM_DESC(ring, "Records that the witness log keeps, a power of two");

static bool overwrite = true;
module_param(overwrite, bool, 0444);
MODULE_PARM_DESC(overwrite, "Overwrite the oldest records; if not, a full log refuses changes");

unsigned int rvm_witness_seal_seconds = 60;
module_param_named(seal_seconds, rvm_witness_seal_seconds, uint, 0444);
MODULE_PARM_DESC(seal_seconds, "Seconds after which records are sealed at the latest, 0 for never");

struct rvm_witness_log rvm_log = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(rvm_log.lock),
	.line_lock = __RAW_SPIN_LOCK_UNLOCKED(rvm_log.line_lock),
};

DECLARE_WAIT_QUEUE_HEAD(rvm_witness_wait);

static void kick_hasher(struct irq_work *work);

/*
 * Waking a worker takes locks that the appender's caller may hold.  An interrupt for each
 * record would cost more than the record: the next tick will do, until there is a batch.
 */
static struct irq_work kick = IRQ_WORK_INIT_LAZY(kick_hasher);
static struct irq_work hurry = IRQ_WORK_INIT(kick_hasher);

/* What is before it may be overwritten: records, and their lines. */
static u64 first_kept(void)
{
	lockdep_assert_held(&rvm_log.lock);
	return overwrite && !rvm_log.recorded ? rvm_witness_hashed() : rvm_log.acknowledged;
}

/* Records that may not be overwritten now.  With the reserved ones never above the capacity. */
static u64 used(void)
{
	return rvm_log.appended - first_kept();
}

static bool is_old(u64 sequence)
{
	u64 time = rvm_le64_get(rvm_log_record(sequence) + 8);

	return ktime_get_real_ns() > time + RVM_SHARE_AGE_SECONDS * (u64)NSEC_PER_SEC;
}

static void pass_one(void)
{
	rvm_shares_remove(rvm_log.shares, rvm_log_place(rvm_log.floor)->lane);
	rvm_log.floor++;
}

void rvm_log_pass(u64 sequence)
{
	unsigned long flags;
	unsigned int left;
	bool more = true;

	while (more) {
		raw_spin_lock_irqsave(&rvm_log.lock, flags);
		for (left = HURRY; left && rvm_log.floor < sequence; left--)
			pass_one();
		more = rvm_log.floor < sequence;
		raw_spin_unlock_irqrestore(&rvm_log.lock, flags);
		cond_resched();
	}
}

static bool has_room(u32 count, u32 kept)
{
	return used() + max(rvm_log.reserved, kept) + count <= rvm_log.capacity;
}

/* Who replaces its own record has as many as before. */
static __always_inline void count_next(u16 lane)
{
	bool full = rvm_log.appended - rvm_log.floor == rvm_log.capacity;

	if (full && rvm_log_place(rvm_log.floor)->lane == lane) {
		rvm_log.floor++;
		return;
	}
	if (full)
		pass_one();
	rvm_shares_add(rvm_log.shares, lane);
}

/*
 * The time is read before the lock is taken.  Who then waited for it has no earlier time than
 * the record before: only who sets the clock back by more than SLACK_NS makes times go back.
 */
static u64 order_time(u64 time)
{
	if (rvm_log.last_time - time < SLACK_NS)
		return rvm_log.last_time;
	rvm_log.last_time = time;
	return time;
}

/* What nobody knows before the lock is held. */
static __always_inline u64 put_image(u8 raw[RVM_RECORD_BYTES], struct rvm_witness_place place,
				     u64 time)
{
	u64 sequence = rvm_log.appended;

	lockdep_assert_held(&rvm_log.lock);
	count_next(place.lane);
	if (sequence >= rvm_log.capacity)
		rvm_map_pass(sequence + 1 - rvm_log.capacity);
	*rvm_log_place(sequence) = place;
	rvm_le64_put(raw, sequence);
	rvm_le64_put(raw + 8, order_time(time));
	memcpy(rvm_log_record(sequence), raw, RVM_RECORD_BYTES);
	/* Pairs with rvm_witness_appended(). */
	smp_store_release(&rvm_log.appended, sequence + 1);
	return sequence;
}

/* The caller has found or reserved room. */
u64 rvm_log_put(const struct rvm_record *rec, u16 lane)
{
	const struct rvm_witness_place place = { lane, RVM_SHELF_NONE };
	u8 raw[RVM_RECORD_BYTES];

	rvm_record_encode(rec, raw);
	return put_image(raw, place, ktime_get_real_ns());
}

/* A line that was wanted: its number in the order of records, if there is a slot for it. */
static void number_line(u8 raw[RVM_RECORD_BYTES], u16 slot)
{
	lockdep_assert_held(&rvm_log.lock);
	if (slot == RVM_SHELF_NONE) {
		rvm_log.lines_lost++;
		return;
	}
	rvm_log.lines_appended++;
	raw[RVM_RECORD_FLAGS] |= RVM_RECORD_F_DETAIL;
	rvm_le32_put(raw + RVM_RECORD_COUNT, (u32)rvm_log.lines_appended);
}

static void put_seal(void)
{
	/* The hasher knows the rest when it comes to it. */
	struct rvm_record rec = { .kind = RVM_KIND_LOG_SEAL };

	if (!has_room(1, 0))
		return;
	rvm_log_put(&rec, RVM_SHARE_HOST);
	rvm_log.sealed = rvm_log.appended;
}

static void put_gap(u16 lane, u32 actor, u64 lost)
{
	struct rvm_record rec = { .kind = RVM_KIND_LOG_GAP, .actor = actor, .target = lost };

	rvm_le32_put(rec.payload + 4, (u32)(rvm_log.lines_lost - rvm_log.lines_told));
	rvm_log.lines_told = rvm_log.lines_lost;
	rvm_log_put(&rec, lane);
}

/* The host's gap: what nobody could record, and lines. */
static void tell_missed(void)
{
	u64 missed = atomic64_read(&rvm_log.missed);

	if ((missed == rvm_log.missed_told && rvm_log.lines_lost == rvm_log.lines_told) ||
	    !has_room(1, 0))
		return;
	put_gap(RVM_SHARE_HOST, 0, missed - rvm_log.missed_told);
	rvm_log.missed_told = missed;
}

/* Losses are told when half of the ring is free again: in a flood it is not full of gaps. */
static void tell_losses(bool all)
{
	unsigned int left = GAPS;
	u32 actor, lost;
	u16 lane;

	if (used() > rvm_log.capacity / 2)
		return;
	while (left-- && rvm_log.shares->first != RVM_SHARE_NONE && has_room(1, 0)) {
		lost = rvm_shares_tell(rvm_log.shares, ktime_get_ns(), all, &lane, &actor);
		if (lost)
			put_gap(lane, actor, lost);
	}
	tell_missed();
}

/* What the log says about itself comes out of any free room. */
static void put_upkeep(void)
{
	if (rvm_log.appended - rvm_log.sealed >= RVM_SEAL_RECORDS - 1)
		put_seal();
}

u64 rvm_log_claim(bool seal)
{
	unsigned long flags;
	u64 end;

	raw_spin_lock_irqsave(&rvm_log.lock, flags);
	rvm_log.kicked = false;
	rvm_log.hurried = false;
	tell_losses(seal);
	put_upkeep();
	if (seal && rvm_log.appended != rvm_log.sealed)
		put_seal();
	end = rvm_log.appended;
	raw_spin_unlock_irqrestore(&rvm_log.lock, flags);
	return end;
}

static void kick_hasher(struct irq_work *work)
{
	rvm_hasher_queue();
}

void rvm_log_kick(void)
{
	irq_work_queue(&kick);
}

/* Where nothing is replaced. */
static noinline bool is_in_share(u16 lane, u32 kept)
{
	const struct rvm_share_room room = { .free = rvm_log.capacity - used() - kept };

	return rvm_shares_admit(rvm_log.shares, lane, &room);
}

/* The oldest record, which is of another lane. */
static noinline bool may_replace(u16 lane, u16 oldest)
{
	const struct rvm_share_room room = {
		.records = rvm_log.capacity,
		.replaces = true,
		.oldest = oldest,
	};

	return rvm_shares_admit(rvm_log.shares, lane, &room) ||
	       (is_old(rvm_log.floor) &&
		rvm_shares_take_turn(rvm_log.shares, lane, ktime_get_ns()));
}

/* Of what is not promised to changes.  Who replaces its own has as much as before. */
static __always_inline bool is_admitted(u16 lane, u32 count)
{
	u32 kept = max(rvm_log.reserved, rvm_log.capacity / 4);
	u16 oldest;

	if (!has_room(count, kept))
		return false;
	if (!overwrite || rvm_log.recorded)
		return is_in_share(lane, kept);
	if (rvm_log.appended - rvm_log.floor < rvm_log.capacity)
		return true;
	oldest = rvm_log_place(rvm_log.floor)->lane;
	return oldest == lane || may_replace(lane, oldest);
}

static bool take_room(u16 lane, struct rvm_reservation *res)
{
	lockdep_assert_held(&rvm_log.lock);
	if (!res)
		return is_admitted(lane, 1);
	res->count--;
	rvm_log.reserved--;
	return true;
}

/* One that counts others is as many losses. */
static void lose(const struct rvm_event *event)
{
	u32 count = event->kind == RVM_KIND_DENIALS_JOINED ? event->count : 1;

	rvm_log.dropped += count;
	rvm_shares_lose(rvm_log.shares, event->lane, event->actor, count);
}

static void encode(const struct rvm_event *event, u8 raw[RVM_RECORD_BYTES])
{
	const struct rvm_record rec = {
		.kind = event->kind,
		.tier = event->tier,
		.flags = event->flags & ~RVM_RECORD_F_DETAIL,
		.actor = event->actor,
		.target = event->target,
		.capability_hash = event->cap_hash,
		.payload = { event->reason, event->right, event->class, event->op },
	};

	rvm_record_encode(&rec, raw);
	rvm_le32_put(raw + RVM_RECORD_COUNT, event->count);
}

/* Whether the hasher is to be kicked, and whether at once. */
static void note_work(bool recorded, bool *idle, bool *late)
{
	/* After a loss too, to tell of it; in a log that stays full that has to wait. */
	*idle = !rvm_log.kicked && (recorded || (overwrite && !rvm_log.recorded));
	rvm_log.kicked |= *idle;
	*late = rvm_log.kicked && !rvm_log.hurried &&
		rvm_log.appended - rvm_witness_hashed() >= HURRY;
	rvm_log.hurried |= *late;
}

/* Seals have their own use for the place of the key. */
static bool has_line(const struct rvm_event *event)
{
	return event->detail && event->kind != RVM_KIND_LOG_SEAL;
}

/* Return: its sequence, U64_MAX if there is no room for it. */
static __always_inline u64 append_image(const struct rvm_event *event, u8 raw[RVM_RECORD_BYTES],
					u16 slot, struct rvm_reservation *res, u64 time)
{
	const struct rvm_witness_place place = { event->lane, slot };
	u64 sequence;

	lockdep_assert_held(&rvm_log.lock);
	if (!take_room(event->lane, res)) {
		lose(event);
		return U64_MAX;
	}
	if (has_line(event))
		number_line(raw, slot);
	sequence = put_image(raw, place, time);
	if (event->kind == RVM_KIND_PROOF_REJECTED)
		WRITE_ONCE(rvm_log.last_denial, sequence + 1);
	put_upkeep();
	return sequence;
}

/*
 * Makes a record, out of the reservation if there is one.  A line has its slot before the
 * record has its sequence, and its text after.
 */
static u64 append(const struct rvm_event *event, struct rvm_reservation *res)
{
	u16 owner = READ_ONCE(rvm_log.shares->lane[event->lane].top);
	u16 slot = RVM_SHELF_NONE;
	u8 raw[RVM_RECORD_BYTES];
	unsigned long flags;
	bool idle, late;
	u64 sequence, time;

	encode(event, raw);
	local_irq_save(flags);
	if (has_line(event))
		slot = rvm_lines_take(owner);
	time = ktime_get_real_ns();
	raw_spin_lock(&rvm_log.lock);
	sequence = append_image(event, raw, slot, res, time);
	note_work(sequence != U64_MAX, &idle, &late);
	raw_spin_unlock(&rvm_log.lock);
	/* Interrupts stay off, as the hasher waits for the line. */
	if (slot != RVM_SHELF_NONE && sequence != U64_MAX)
		rvm_lines_fill(slot, sequence, event->detail);
	else if (slot != RVM_SHELF_NONE)
		rvm_lines_give(owner, slot);
	local_irq_restore(flags);

	if (late)
		irq_work_queue(&hurry);
	else if (idle)
		irq_work_queue(&kick);
	return sequence;
}

u64 rvm_log_append(const struct rvm_event *event)
{
	return append(event, NULL);
}

static bool take_reservation(struct rvm_reservation *res, u32 count)
{
	lockdep_assert_held(&rvm_log.lock);
	if (!has_room(count, 0))
		return false;
	rvm_log.reserved += count;
	res->count = count;
	return true;
}

int rvm_witness_reserve(struct rvm_reservation *res, unsigned int count)
{
	unsigned long flags;
	bool taken;

	res->count = 0;
	raw_spin_lock_irqsave(&rvm_log.lock, flags);
	taken = take_reservation(res, count);
	raw_spin_unlock_irqrestore(&rvm_log.lock, flags);
	return taken ? 0 : -ENOSPC;
}

/* What a partition asks for comes out of its share, and not out of what is kept. */
int rvm_witness_reserve_for(struct rvm_reservation *res, u16 lane, unsigned int count,
			    struct netlink_ext_ack *extack)
{
	unsigned long flags;
	bool admitted, taken;

	res->count = 0;
	raw_spin_lock_irqsave(&rvm_log.lock, flags);
	admitted = lane == RVM_SHARE_HOST || is_admitted(lane, count);
	taken = admitted && take_reservation(res, count);
	raw_spin_unlock_irqrestore(&rvm_log.lock, flags);
	if (taken)
		return 0;
	if (admitted)
		NL_SET_ERR_MSG(extack, "the witness log is full: no change can be recorded");
	else
		NL_SET_ERR_MSG(extack, "the partition has used up its share of the witness log");
	return -ENOSPC;
}

u64 rvm_witness_commit(struct rvm_reservation *res, const struct rvm_event *event)
{
	if (WARN_ON_ONCE(!res->count))
		return append(event, NULL);
	return append(event, res);
}

void rvm_witness_abort(struct rvm_reservation *res)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&rvm_log.lock, flags);
	rvm_log.reserved -= res->count;
	res->count = 0;
	raw_spin_unlock_irqrestore(&rvm_log.lock, flags);
}

u64 rvm_witness_append(const struct rvm_event *event)
{
	if (in_nmi()) {
		atomic64_inc(&rvm_log.missed);
		return U64_MAX;
	}
	if (event->kind == RVM_KIND_PROOF_REJECTED)
		return rvm_join_append(event);
	return append(event, NULL);
}

int rvm_witness_enter(u16 around, u16 *lane)
{
	u16 gone = rvm_shares_find_gone(rvm_log.shares), taken;
	unsigned long flags;

	raw_spin_lock_irqsave(&rvm_log.lock, flags);
	taken = rvm_shares_take(rvm_log.shares, around, gone);
	raw_spin_unlock_irqrestore(&rvm_log.lock, flags);
	if (taken == RVM_SHARE_NONE)
		return -ENFILE;
	*lane = taken;
	return 0;
}

void rvm_witness_leave(u16 lane)
{
	unsigned long flags;

	/* What was joined counts there. */
	rvm_join_end(lane);
	raw_spin_lock_irqsave(&rvm_log.lock, flags);
	rvm_shares_give(rvm_log.shares, lane);
	raw_spin_unlock_irqrestore(&rvm_log.lock, flags);
}

u64 rvm_witness_appended(void)
{
	/* Pairs with rvm_log_put(). */
	return smp_load_acquire(&rvm_log.appended);
}

u64 rvm_witness_hashed(void)
{
	/* Pairs with publish_records(). */
	return smp_load_acquire(&rvm_log.hashed);
}

u64 rvm_witness_first(void)
{
	u64 appended = READ_ONCE(rvm_log.appended);

	return appended > rvm_log.capacity ? appended - rvm_log.capacity : 0;
}

static int get_record(u64 sequence, u8 raw[RVM_RECORD_BYTES], u16 *slot)
{
	unsigned long flags;
	int err = 0;

	raw_spin_lock_irqsave(&rvm_log.lock, flags);
	if (sequence >= rvm_witness_hashed()) {
		err = -ERANGE;
	} else if (sequence < rvm_witness_first()) {
		err = -ENODATA;
	} else {
		memcpy(raw, rvm_log_record(sequence), RVM_RECORD_BYTES);
		*slot = rvm_log_place(sequence)->slot;
	}
	raw_spin_unlock_irqrestore(&rvm_log.lock, flags);
	return err;
}

int rvm_witness_get_record(u64 sequence, u8 raw[RVM_RECORD_BYTES])
{
	u16 slot;

	return get_record(sequence, raw, &slot);
}

int rvm_witness_get_detail(u64 sequence, char *buf)
{
	u8 raw[RVM_RECORD_BYTES];
	u16 slot;

	if (get_record(sequence, raw, &slot) || slot == RVM_SHELF_NONE)
		return -ENODATA;
	return rvm_lines_copy(slot, sequence, buf);
}

u64 rvm_witness_last_denial(void)
{
	return READ_ONCE(rvm_log.last_denial);
}

int rvm_witness_init(void)
{
	int err = -ENOMEM;

	if (ring < RVM_RING_MIN || ring > RVM_RING_MAX || !is_power_of_2(ring))
		return -EINVAL;
	rvm_log.capacity = ring;
	rvm_log.records = rvm_map_alloc(ring);
	if (!rvm_log.records)
		return -ENOMEM;
	rvm_log.places = __vmalloc_array(ring, sizeof(*rvm_log.places), GFP_KERNEL_ACCOUNT);
	if (!rvm_log.places)
		goto err_free_records;
	err = rvm_lines_init();
	if (err)
		goto err_free_places;
	err = -ENOMEM;
	rvm_log.shares = vmalloc(sizeof(*rvm_log.shares));
	if (!rvm_log.shares)
		goto err_exit_lines;
	rvm_shares_init(rvm_log.shares);
	rvm_join_init();
	err = rvm_hasher_init();
	if (err)
		goto err_free_shares;
	rvm_recorder_init();
	return 0;

err_free_shares:
	vfree(rvm_log.shares);
err_exit_lines:
	rvm_lines_exit();
err_free_places:
	vfree(rvm_log.places);
err_free_records:
	rvm_map_free();
	return err;
}

void rvm_witness_exit(void)
{
	rvm_listener_set(NULL);
	/*
	 * Nobody can append any more: hooks and commands are gone.  So there is
	 * at most one kick of each kind on its way, which queues at most one run,
	 * which queues at most one telling.
	 */
	irq_work_sync(&kick);
	irq_work_sync(&hurry);
	rvm_hasher_exit();
	vfree(rvm_log.shares);
	rvm_lines_exit();
	vfree(rvm_log.places);
	rvm_map_free();
}
