// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hasher: gives records their hashes and signatures in order, and says what the log's
 * head is.  It keeps the state of the chain before each so many records, so that a
 * recorder can begin where the ring begins.
 */
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "lib/log/chain.h"
#include "lib/log/ratchet.h"
#include "lib/log/record.h"
#include "lib/log/sha256.h"
#include "rvm_trace.h"
#include "witness/join.h"
#include "witness/key.h"
#include "witness/listener.h"
#include "witness/map.h"
#include "witness/shelf.h"
#include "witness/witness.h"
#include "witness/witness_priv.h"

/* Records that are hashed before they are published and others may run. */
#define BATCH 64

/* The chain's state is kept before each so many records. */
#define STRIDE 256

static_assert(RVM_RING_MIN >= 2 * STRIDE);

static struct {
	/* Protects all of this; taken before the log's. */
	struct mutex lock;
	struct rvm_chain chain;
	/* Lines since the last seal, and their number. */
	struct rvm_sha256 lines;
	u32 since_seal;
	/* Lines so far. */
	u64 line_count;
	/* Of the next record; each seal is the last one that its key signs. */
	struct rvm_hmac_key key;
	/* By sequence divided by STRIDE, modulo @kept. */
	struct rvm_witness_state *state;
	u32 kept;
} hasher = {
	.lock = __MUTEX_INITIALIZER(hasher.lock),
};

static struct workqueue_struct *queue;

static void hash_work(struct work_struct *work);
static void seal_work(struct work_struct *work);
static void join_work(struct work_struct *work);

static DECLARE_WORK(hash, hash_work);
static DECLARE_DELAYED_WORK(seal, seal_work);
static DECLARE_DELAYED_WORK(join, join_work);

/* The line stays where it is until its record is final. */
static void hash_line(u64 sequence)
{
	const struct rvm_witness_line *line;

	line = rvm_lines_await(rvm_log_place(sequence)->slot, sequence);
	rvm_sha256_update(&hasher.lines, line->text, line->length);
	rvm_sha256_update(&hasher.lines, "\n", 1);
	hasher.since_seal++;
	hasher.line_count++;
}

/* Lines since the seal before: their number, and the digest's first eight bytes. */
static void fill_seal(u8 raw[RVM_RECORD_BYTES])
{
	u8 digest[RVM_SHA256_DIGEST_BYTES];

	rvm_sha256_final(&hasher.lines, digest);
	memcpy(raw + offsetof(struct rvm_record, target), digest, sizeof(u64));
	rvm_le32_put(raw + offsetof(struct rvm_record, payload) + 4, hasher.since_seal);
	rvm_sha256_init(&hasher.lines);
	hasher.since_seal = 0;
}

static void get_state(struct rvm_witness_state *state)
{
	memcpy(state->words, hasher.chain.state, sizeof(state->words));
	memcpy(state->aux, hasher.chain.last_aux, sizeof(state->aux));
}

static void keep_state(u64 sequence)
{
	if (sequence % STRIDE == 0)
		get_state(&hasher.state[sequence / STRIDE % hasher.kept]);
}

/* Lets readers have, and appenders overwrite, what is before @end and its lines. */
static void publish_records(u64 end)
{
	/* Pairs with rvm_witness_hashed(). */
	smp_store_release(&rvm_log.hashed, end);
	rvm_map_publish(end);
	if (wq_has_sleeper(&rvm_witness_wait))
		wake_up_all(&rvm_witness_wait);
}

static noinline void trace_record(const u8 *raw)
{
	struct rvm_record rec;

	rvm_record_decode(&rec, raw);
	trace_rvm_record(&rec);
}

static void hash_batch(u64 end)
{
	u64 sequence;

	for (sequence = rvm_log.hashed; sequence < end; sequence++) {
		u8 *raw = rvm_log_record(sequence);
		bool seal = raw[offsetof(struct rvm_record, kind)] == RVM_KIND_LOG_SEAL;

		keep_state(sequence);
		if (raw[offsetof(struct rvm_record, flags)] & RVM_RECORD_F_DETAIL)
			hash_line(sequence);
		if (seal)
			fill_seal(raw);
		/* Fails only for a sequence that is not due, and these come without holes. */
		WARN_ON_ONCE(rvm_chain_append_image(&hasher.chain, raw, &hasher.key));
		if (seal)
			rvm_key_ratchet(&hasher.key);
		if (trace_rvm_record_enabled())
			trace_record(raw);
	}
	publish_records(end);
}

static void hash_until(u64 end)
{
	lockdep_assert_held(&hasher.lock);
	while (rvm_log.hashed < end) {
		hash_batch(min(end, rvm_log.hashed + BATCH));
		cond_resched();
	}
}

static void hash_some(bool with_seal)
{
	mutex_lock(&hasher.lock);
	hash_until(rvm_log_claim(with_seal));
	/* Losses may be told only now that there is room. */
	hash_until(rvm_log_claim(false));
	mutex_unlock(&hasher.lock);

	rvm_listener_wake(queue);
}

/* Does nothing if one is due already; after a seal there is nothing to seal. */
static void hash_work(struct work_struct *work)
{
	hash_some(false);
	if (rvm_join_is_pending())
		queue_delayed_work(queue, &join, HZ);
	if (rvm_witness_seal_seconds)
		queue_delayed_work(queue, &seal, (unsigned long)rvm_witness_seal_seconds * HZ);
}

static void seal_work(struct work_struct *work)
{
	hash_some(true);
}

static void join_work(struct work_struct *work)
{
	rvm_join_tell(false);
	if (rvm_join_is_pending())
		queue_delayed_work(queue, &join, HZ);
}

void rvm_hasher_queue(void)
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

u64 rvm_hasher_find(u64 sequence, struct rvm_witness_state *state)
{
	might_sleep();
	mutex_lock(&hasher.lock);
	hash_until(rvm_witness_appended());
	sequence = roundup(sequence, STRIDE);
	if (sequence < hasher.chain.length) {
		*state = hasher.state[sequence / STRIDE % hasher.kept];
	} else {
		sequence = hasher.chain.length;
		get_state(state);
	}
	mutex_unlock(&hasher.lock);
	return sequence;
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

	raw_spin_lock_irqsave(&rvm_log.lock, flags);
	head->first = rvm_witness_first();
	head->lost = head->first + rvm_log.dropped + atomic64_read(&rvm_log.missed);
	head->detail_lost = rvm_log.lines_lost;
	raw_spin_unlock_irqrestore(&rvm_log.lock, flags);
	head->capacity = rvm_log.capacity;
}

static int begin_log(void)
{
	struct rvm_record boot = { .kind = RVM_KIND_BOOT_ATTESTATION };
	u8 key[RVM_KEY_BYTES];
	unsigned long flags;
	int err;

	err = get_random_bytes_wait(key, sizeof(key));
	if (err)
		return err;
	get_random_bytes(&boot.target, sizeof(boot.target));
	get_random_bytes(boot.payload, sizeof(boot.payload));

	mutex_lock(&hasher.lock);
	rvm_hmac_key_init(&hasher.key, key, sizeof(key));
	rvm_key_begin(key);
	memzero_explicit(key, sizeof(key));
	rvm_chain_init(&hasher.chain, NULL);
	rvm_sha256_init(&hasher.lines);
	raw_spin_lock_irqsave(&rvm_log.lock, flags);
	rvm_log.id = boot.target;
	rvm_map_name(boot.target);
	rvm_log_put(&boot, RVM_SHARE_HOST);
	raw_spin_unlock_irqrestore(&rvm_log.lock, flags);
	hash_until(rvm_witness_appended());
	mutex_unlock(&hasher.lock);
	return 0;
}

int rvm_hasher_init(void)
{
	int err = -ENOMEM;

	/* One more than there are in the ring: the oldest is never that of the newest. */
	hasher.kept = rvm_log.capacity / STRIDE + 1;
	hasher.state = kvcalloc(hasher.kept, sizeof(*hasher.state), GFP_KERNEL_ACCOUNT);
	if (!hasher.state)
		return -ENOMEM;
	queue = alloc_workqueue("rvm_witness", WQ_UNBOUND | WQ_HIGHPRI, 0);
	if (!queue)
		goto err_free_state;
	err = begin_log();
	if (err)
		goto err_destroy_queue;
	return 0;

err_destroy_queue:
	destroy_workqueue(queue);
err_free_state:
	kvfree(hasher.state);
	return err;
}

void rvm_hasher_exit(void)
{
	cancel_work_sync(&hash);
	cancel_delayed_work_sync(&seal);
	cancel_delayed_work_sync(&join);
	rvm_listener_stop();
	rvm_witness_flush();
	destroy_workqueue(queue);

	rvm_hmac_key_wipe(&hasher.key);
	rvm_key_end();
	memzero_explicit(&hasher.chain, sizeof(hasher.chain));
	kvfree(hasher.state);
}
