// SPDX-License-Identifier: GPL-2.0-only
/*
 * The witness log: a ring of chained records and a shelf of detail lines.
 *
 * A record is made in two phases, because hooks run under spinlocks and with
 * interrupts off.  The appender takes sequence and time and copies the fields
 * under witness.lock.  The hasher, one at a time, later gives the records their
 * hashes and signatures in order, and publishes how far it has come.
 *
 * Records from witness.hashed up to witness.appended belong to the hasher, which works
 * on them without witness.lock: no appender ever overwrites one of them.  All
 * before witness.hashed are final, and are copied out under witness.lock.
 */
#include <linux/atomic.h>
#include <linux/irq_work.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/preempt.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "lib/log/chain.h"
#include "lib/log/record.h"
#include "lib/log/sha256.h"
#include "lib/log/shelf.h"
#include "limits.h"
#include "witness/listener.h"
#include "witness/witness.h"

/* Records that are hashed before they are published and others may run. */
#define BATCH 64

static_assert(RVM_DETAILS_MAX == RVM_SHELF_SLOTS);

static unsigned int ring = RVM_RING_DEFAULT;
module_param(ring, uint, 0444);
MODULE_PARM_DESC(ring, "Records that the witness log keeps, a power of two");

static bool overwrite = true;
module_param(overwrite, bool, 0444);
MODULE_PARM_DESC(overwrite, "Overwrite the oldest records; if not, a full log refuses changes");

/**
 * struct line - a detail line
 */
struct line {
	/** @length: Bytes of @text without its NUL. */
	u32 length;
	/** @text: The line. */
	char text[RVM_DETAIL_BYTES];
};

/* Appended to from any context but NMI. */
static struct {
	/* Taken last, from hooks under any lock. */
	raw_spinlock_t lock;
	/* Images, by sequence modulo capacity; set at load. */
	u8 *records;
	/* By slots of the shelf; set at load. */
	struct line *lines;
	/* Which record's line is where; under lock. */
	struct rvm_shelf *shelf;
	/* Records of the ring; set at load. */
	u32 capacity;
	/* A run of the hasher is under way that will see the next record; under lock. */
	bool kicked;
	/* It comes at once, not only with the next tick; under lock. */
	bool hurried;
	/* Records that are promised to changes; under lock. */
	u32 reserved;
	/* Records so far; written under lock. */
	u64 appended;
	/* Records up to and with the newest seal; under lock. */
	u64 sealed;
	/* Losses that a LogGap tells of; under lock. */
	u64 gap;
	/* Lines so far, and lines for which there was no room; under lock. */
	u64 lines_appended;
	u64 lines_lost;
	/* Sequence of the newest denial plus one; written under lock. */
	u64 last_denial;
	/* Records for which there was no room. */
	atomic64_t dropped;
	/* Records that are final; written by the hasher. */
	u64 hashed;
} witness = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(witness.lock),
};

static struct {
	/* Protects all of this; taken before witness.lock. */
	struct mutex lock;
	struct rvm_chain chain;
	struct rvm_sha256 lines;
	/* Lines that are in it. */
	u64 line_count;
	struct rvm_hmac_key key;
} hasher = {
	.lock = __MUTEX_INITIALIZER(hasher.lock),
};

DECLARE_WAIT_QUEUE_HEAD(rvm_witness_wait);

static struct workqueue_struct *queue;

static void hash_work(struct work_struct *work);
static void kick_hasher(struct irq_work *work);

static DECLARE_WORK(hash, hash_work);
/*
 * Waking a worker takes locks that the appender's caller may hold.  An interrupt for each
 * record would cost more than the record: the next tick will do, until there is a batch.
 */
static struct irq_work kick = IRQ_WORK_INIT_LAZY(kick_hasher);
static struct irq_work hurry = IRQ_WORK_INIT(kick_hasher);

static u8 *record_at(u64 sequence)
{
	return witness.records + (sequence & (witness.capacity - 1)) * RVM_RECORD_BYTES;
}

/* Records that may not be overwritten now.  With the reserved ones never above the capacity. */
static u32 used(void)
{
	lockdep_assert_held(&witness.lock);
	return witness.appended - (overwrite ? rvm_witness_hashed() : 0);
}

static bool has_room(u32 count, u32 kept)
{
	u32 taken = used() + max(witness.reserved, kept);

	return taken <= witness.capacity && count <= witness.capacity - taken;
}

/* The caller has found or reserved room. */
static u64 put_record(struct rvm_record *rec)
{
	u64 sequence = witness.appended;

	lockdep_assert_held(&witness.lock);
	rec->sequence = sequence;
	rec->timestamp_ns = ktime_get_real_ns();
	rvm_record_encode(rec, record_at(sequence));
	if (rec->kind == RVM_KIND_PROOF_REJECTED)
		WRITE_ONCE(witness.last_denial, sequence + 1);
	/* Pairs with rvm_witness_appended(). */
	smp_store_release(&witness.appended, sequence + 1);
	return sequence;
}

/*
 * Gives the next record its line.  It does without if the one that would have to
 * go is not hashed: the hasher has read what is overwritten here.
 */
static void put_line(struct rvm_record *rec, const char *text, u32 length)
{
	u16 slot =
		rvm_shelf_place(witness.shelf, rec->actor, witness.appended, rvm_witness_hashed());
	struct line *line;

	lockdep_assert_held(&witness.lock);
	if (slot == RVM_SHELF_NONE) {
		witness.lines_lost++;
		return;
	}
	line = &witness.lines[slot];
	line->length = length;
	memcpy(line->text, text, length);
	line->text[length] = '\0';
	witness.lines_appended++;
	rec->flags |= RVM_RECORD_F_DETAIL;
	rvm_le32_put(rec->payload + 4, (u32)witness.lines_appended);
}

static const struct line *find_line(u64 sequence)
{
	u16 slot = rvm_shelf_find(witness.shelf, sequence);

	lockdep_assert_held(&witness.lock);
	return slot == RVM_SHELF_NONE ? NULL : &witness.lines[slot];
}

/*
 * What the log says about itself comes out of any free room.  Losses are told
 * when half of the ring is free again, so that in a flood it is not full of gaps.
 */
static void put_upkeep(void)
{
	u64 dropped = atomic64_read(&witness.dropped);

	if (dropped != witness.gap && used() <= witness.capacity / 2 && has_room(1, 0)) {
		struct rvm_record rec = { .kind = RVM_KIND_LOG_GAP };

		rec.target = dropped - witness.gap;
		put_record(&rec);
		witness.gap = dropped;
	}
	if (witness.appended - witness.sealed >= RVM_SEAL_RECORDS - 1 && has_room(1, 0)) {
		/* The hasher knows the rest when it comes to it. */
		struct rvm_record rec = { .kind = RVM_KIND_LOG_SEAL };

		put_record(&rec);
		witness.sealed = witness.appended;
	}
}

static bool take_room(struct rvm_reservation *res)
{
	lockdep_assert_held(&witness.lock);
	if (!res)
		return has_room(1, witness.capacity / 4);
	res->count--;
	witness.reserved--;
	return true;
}

/* Makes a record, out of the reservation if there is one. */
static u64 append(const struct rvm_event *event, struct rvm_reservation *res)
{
	struct rvm_record rec = {
		.kind = event->kind,
		.tier = event->tier,
		.flags = event->flags & ~RVM_RECORD_F_DETAIL,
		.actor = event->actor,
		.target = event->target,
		.capability_hash = event->cap_hash,
		.payload = { event->reason, event->right, event->class, event->op },
	};
	u32 length = event->detail ? strnlen(event->detail, RVM_DETAIL_BYTES - 1) : 0;
	u64 sequence = U64_MAX;
	unsigned long flags;
	bool idle, late;

	raw_spin_lock_irqsave(&witness.lock, flags);
	if (!take_room(res)) {
		atomic64_inc(&witness.dropped);
	} else {
		/* Seals have their own use for the place of the key. */
		if (event->detail && event->kind != RVM_KIND_LOG_SEAL)
			put_line(&rec, event->detail, length);
		sequence = put_record(&rec);
		put_upkeep();
	}
	/* After a loss too, to tell of it; in a log that stays full that has to wait. */
	idle = !witness.kicked && (sequence != U64_MAX || overwrite);
	witness.kicked |= idle;
	late = witness.kicked && !witness.hurried &&
	       witness.appended - rvm_witness_hashed() >= BATCH;
	witness.hurried |= late;
	raw_spin_unlock_irqrestore(&witness.lock, flags);

	if (late)
		irq_work_queue(&hurry);
	else if (idle)
		irq_work_queue(&kick);
	return sequence;
}

int rvm_witness_reserve(struct rvm_reservation *res, unsigned int count)
{
	unsigned long flags;
	int err = -ENOSPC;

	res->count = 0;
	raw_spin_lock_irqsave(&witness.lock, flags);
	if (has_room(count, 0)) {
		witness.reserved += count;
		res->count = count;
		err = 0;
	}
	raw_spin_unlock_irqrestore(&witness.lock, flags);
	return err;
}

int rvm_witness_reserve_for(struct rvm_reservation *res, unsigned int count,
			    struct netlink_ext_ack *extack)
{
	int err = rvm_witness_reserve(res, count);

	if (err)
		NL_SET_ERR_MSG(extack, "the witness log is full: no change can be recorded");
	return err;
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

	raw_spin_lock_irqsave(&witness.lock, flags);
	witness.reserved -= res->count;
	res->count = 0;
	raw_spin_unlock_irqrestore(&witness.lock, flags);
}

u64 rvm_witness_append(const struct rvm_event *event)
{
	if (in_nmi()) {
		atomic64_inc(&witness.dropped);
		return U64_MAX;
	}
	return append(event, NULL);
}

/* The line stays where it is until its record is final. */
static void hash_line(u64 sequence)
{
	const struct line *line;
	unsigned long flags;

	raw_spin_lock_irqsave(&witness.lock, flags);
	line = find_line(sequence);
	raw_spin_unlock_irqrestore(&witness.lock, flags);
	if (WARN_ON_ONCE(!line))
		return;
	rvm_sha256_update(&hasher.lines, line->text, line->length);
	rvm_sha256_update(&hasher.lines, "\n", 1);
	hasher.line_count++;
}

/* Lines of the records before the seal: their number and the digest's first eight bytes. */
static void fill_seal(struct rvm_record *rec)
{
	struct rvm_sha256 copy = hasher.lines;
	u8 digest[RVM_SHA256_DIGEST_BYTES];

	rvm_sha256_final(&copy, digest);
	rec->target = rvm_le64_get(digest);
	rvm_le32_put(rec->payload + 4, (u32)hasher.line_count);
}

/* Lets readers have, and appenders overwrite, what is before @end and its lines. */
static void publish_records(u64 end)
{
	/* Pairs with rvm_witness_hashed(). */
	smp_store_release(&witness.hashed, end);
	if (wq_has_sleeper(&rvm_witness_wait))
		wake_up_all(&rvm_witness_wait);
}

static void hash_batch(u64 end)
{
	u64 sequence;

	for (sequence = witness.hashed; sequence < end; sequence++) {
		struct rvm_record rec;
		u8 *raw = record_at(sequence);

		rvm_record_decode(&rec, raw);
		if (rec.flags & RVM_RECORD_F_DETAIL)
			hash_line(sequence);
		if (rec.kind == RVM_KIND_LOG_SEAL)
			fill_seal(&rec);
		/* Fails only for a sequence that is not due, and these come without holes. */
		WARN_ON_ONCE(rvm_chain_append(&hasher.chain, &rec, &hasher.key));
		rvm_record_encode(&rec, raw);
	}
	publish_records(end);
}

static void hash_until(u64 end)
{
	lockdep_assert_held(&hasher.lock);
	while (witness.hashed < end) {
		hash_batch(min(end, witness.hashed + BATCH));
		cond_resched();
	}
}

u64 rvm_witness_appended(void)
{
	/* Pairs with put_record(). */
	return smp_load_acquire(&witness.appended);
}

/* Whoever appends from now on has to kick the hasher again. */
static u64 claim_appended(void)
{
	unsigned long flags;
	u64 end;

	raw_spin_lock_irqsave(&witness.lock, flags);
	witness.kicked = false;
	witness.hurried = false;
	put_upkeep();
	end = witness.appended;
	raw_spin_unlock_irqrestore(&witness.lock, flags);
	return end;
}

static void hash_work(struct work_struct *work)
{
	mutex_lock(&hasher.lock);
	hash_until(claim_appended());
	/* Losses may be told only now that there is room. */
	hash_until(claim_appended());
	mutex_unlock(&hasher.lock);

	rvm_listener_wake(queue);
}

static void kick_hasher(struct irq_work *work)
{
	queue_work(queue, &hash);
}

void rvm_witness_flush(void)
{
	might_sleep();
	mutex_lock(&hasher.lock);
	hash_until(rvm_witness_appended());
	mutex_unlock(&hasher.lock);
}

u64 rvm_witness_hashed(void)
{
	/* Pairs with publish_records(). */
	return smp_load_acquire(&witness.hashed);
}

u64 rvm_witness_first(void)
{
	u64 appended = READ_ONCE(witness.appended);

	return appended > witness.capacity ? appended - witness.capacity : 0;
}

void rvm_witness_get_head(struct rvm_witness_head *head)
{
	struct rvm_sha256 lines;
	unsigned long flags;

	might_sleep();
	memset(head, 0, sizeof(*head));
	mutex_lock(&hasher.lock);
	hash_until(rvm_witness_appended());
	head->length = hasher.chain.length;
	rvm_chain_head(&hasher.chain, head->digest);
	head->detail_length = hasher.line_count;
	lines = hasher.lines;
	mutex_unlock(&hasher.lock);
	rvm_sha256_final(&lines, head->detail_digest);

	raw_spin_lock_irqsave(&witness.lock, flags);
	head->first = rvm_witness_first();
	head->lost = head->first + atomic64_read(&witness.dropped);
	head->detail_lost = witness.lines_lost;
	raw_spin_unlock_irqrestore(&witness.lock, flags);
	head->capacity = witness.capacity;
}

int rvm_witness_get_record(u64 sequence, u8 raw[RVM_RECORD_BYTES])
{
	unsigned long flags;
	int err = 0;

	raw_spin_lock_irqsave(&witness.lock, flags);
	if (sequence >= rvm_witness_hashed())
		err = -ERANGE;
	else if (sequence < rvm_witness_first())
		err = -ENODATA;
	else
		memcpy(raw, record_at(sequence), RVM_RECORD_BYTES);
	raw_spin_unlock_irqrestore(&witness.lock, flags);
	return err;
}

int rvm_witness_get_detail(u64 sequence, char *buf)
{
	u8 raw[RVM_RECORD_BYTES];
	const struct line *line;
	unsigned long flags;
	int length = -ENODATA;

	if (rvm_witness_get_record(sequence, raw))
		return -ENODATA;
	raw_spin_lock_irqsave(&witness.lock, flags);
	line = find_line(sequence);
	if (line) {
		length = line->length;
		memcpy(buf, line->text, length + 1);
	}
	raw_spin_unlock_irqrestore(&witness.lock, flags);
	return length;
}

u64 rvm_witness_last_denial(void)
{
	return READ_ONCE(witness.last_denial);
}

/* Before anyone else can append. */
static int begin_log(void)
{
	struct rvm_record boot = { .kind = RVM_KIND_BOOT_ATTESTATION };
	u8 key[RVM_SHA256_DIGEST_BYTES];
	unsigned long flags;
	int err;

	err = get_random_bytes_wait(key, sizeof(key));
	if (err)
		return err;
	get_random_bytes(&boot.target, sizeof(boot.target));
	get_random_bytes(boot.payload, sizeof(boot.payload));

	mutex_lock(&hasher.lock);
	rvm_hmac_key_init(&hasher.key, key, sizeof(key));
	memzero_explicit(key, sizeof(key));
	rvm_chain_init(&hasher.chain, NULL);
	rvm_sha256_init(&hasher.lines);
	raw_spin_lock_irqsave(&witness.lock, flags);
	put_record(&boot);
	raw_spin_unlock_irqrestore(&witness.lock, flags);
	hash_until(rvm_witness_appended());
	mutex_unlock(&hasher.lock);
	return 0;
}

int rvm_witness_init(void)
{
	int err = -ENOMEM;

	if (ring < RVM_RING_MIN || ring > RVM_RING_MAX || !is_power_of_2(ring))
		return -EINVAL;
	witness.capacity = ring;
	witness.records = vmalloc_user((size_t)ring * RVM_RECORD_BYTES);
	if (!witness.records)
		return -ENOMEM;
	witness.lines = __vmalloc_array(RVM_DETAILS_MAX, sizeof(*witness.lines),
					GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!witness.lines)
		goto err_free_records;
	witness.shelf = vmalloc(sizeof(*witness.shelf));
	if (!witness.shelf)
		goto err_free_lines;
	rvm_shelf_init(witness.shelf);
	queue = alloc_workqueue("rvm_witness", WQ_UNBOUND | WQ_HIGHPRI, 0);
	if (!queue)
		goto err_free_shelf;
	err = begin_log();
	if (err)
		goto err_destroy_queue;
	return 0;

err_destroy_queue:
	destroy_workqueue(queue);
err_free_shelf:
	vfree(witness.shelf);
err_free_lines:
	vfree(witness.lines);
err_free_records:
	vfree(witness.records);
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
	cancel_work_sync(&hash);
	rvm_listener_stop();
	rvm_witness_flush();
	destroy_workqueue(queue);

	rvm_hmac_key_wipe(&hasher.key);
	memzero_explicit(&hasher.chain, sizeof(hasher.chain));
	vfree(witness.shelf);
	vfree(witness.lines);
	vfree(witness.records);
}
