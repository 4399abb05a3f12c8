// SPDX-License-Identifier: GPL-2.0-only
/*
 * The recorder: whoever copies the log to where it stays.  While there is one, nothing
 * that it has not acknowledged is overwritten.
 */
#include <linux/errno.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#include "compat.h"
#include "lib/log/sha256.h"
#include "witness/line.h"
#include "witness/recorder.h"
#include "witness/witness_priv.h"

static struct {
	/* Of attaching and detaching; taken before the hasher's and the log's. */
	struct mutex lock;
	/* Whose; NULL for none. */
	const void *owner;
	/* For the record of the next attaching: the recorder of a full log makes room. */
	struct rvm_reservation kept;
} recorder = {
	.lock = __MUTEX_INITIALIZER(recorder.lock),
};

/*
 * A log that nobody records has room, unless it refuses what would overwrite: then who was
 * attached and acknowledged nothing has used up what was kept, and the next one may be lost
 * to the log.  It is let in all the same: nobody else makes room.
 */
static void keep_room(void)
{
	lockdep_assert_held(&recorder.lock);
	if (!recorder.kept.count)
		rvm_witness_reserve(&recorder.kept, 1);
}

/* What was promised to changes has to fit behind it. */
static u64 first_recordable(void)
{
	u64 end = rvm_log.appended + rvm_log.reserved;

	lockdep_assert_held(&rvm_log.lock);
	return end > rvm_log.capacity ? end - rvm_log.capacity : 0;
}

/* From now on nothing is overwritten from *@next on.  Return: it is what the caller asked for. */
static bool begin(u64 *next, bool own)
{
	unsigned long flags;
	u64 first;

	/* Lines that go now go before anybody is told that none does. */
	raw_spin_lock_irqsave(&rvm_log.line_lock, flags);
	raw_spin_lock(&rvm_log.lock);
	first = first_recordable();
	own = own && *next >= first;
	if (!own)
		*next = first;
	WRITE_ONCE(rvm_log.acknowledged, *next);
	WRITE_ONCE(rvm_log.recorded, true);
	raw_spin_unlock(&rvm_log.lock);
	raw_spin_unlock_irqrestore(&rvm_log.line_lock, flags);
	return own;
}

static void set_acknowledged(u64 sequence)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&rvm_log.lock, flags);
	WRITE_ONCE(rvm_log.acknowledged, sequence);
	raw_spin_unlock_irqrestore(&rvm_log.lock, flags);
}

static void add_digest(struct rvm_line *line, const char *key, const u8 *digest)
{
	char text[16 + 2 * RVM_SHA256_DIGEST_BYTES];

	snprintf(text, sizeof(text), " %s=%*phN", key, RVM_SHA256_DIGEST_BYTES, digest);
	rvm_line_add_text(line, text);
}

/* What recording begins with, or ends before. */
static void record(u64 sequence, const struct rvm_witness_attach *attach, bool known)
{
	static const char *const words[] = { "recorder=detached", "recorder=attached" };
	char text[RVM_DETAIL_BYTES] = "";
	struct rvm_line line = { .text = text, .size = sizeof(text) };
	const struct rvm_event event = {
		.kind = RVM_KIND_RECORDER,
		.reason = !!attach,
		.target = sequence,
		.detail = text,
	};

	rvm_line_add_text(&line, words[!!attach]);
	rvm_line_add_number(&line, "first", sequence);
	if (attach && !known && memchr_inv(attach->previous, 0, sizeof(attach->previous))) {
		add_digest(&line, "previous", attach->previous);
		rvm_line_add_number(&line, "length", attach->previous_length);
	}
	if (attach && recorder.kept.count)
		rvm_witness_commit(&recorder.kept, &event);
	else
		rvm_witness_append(&event);
}

/* As in a digest. */
static void put_words(const u32 *words, u8 *out)
{
	unsigned int i;

	for (i = 0; i < RVM_SHA256_WORDS; i++) {
		__be32 word = cpu_to_be32(words[i]);

		memcpy(out + sizeof(word) * i, &word, sizeof(word));
	}
}

int rvm_recorder_attach(const void *owner, struct rvm_witness_attach *attach)
{
	struct rvm_witness_state state = {};
	u64 next = attach->next;
	bool own = attach->log == rvm_log.id;

	might_sleep();
	guard(mutex)(&recorder.lock);
	if (recorder.owner)
		return -EBUSY;
	if (own && next > rvm_witness_hashed())
		return -EINVAL;
	recorder.owner = owner;
	keep_room();
	if (!begin(&next, own)) {
		next = rvm_hasher_find(next, &state);
		set_acknowledged(next);
	}
	rvm_log_pass(next);
	record(next, attach, own);
	attach->log = rvm_log.id;
	attach->next = next;
	put_words(state.words, attach->state);
	memcpy(attach->aux, state.aux, sizeof(attach->aux));
	return 0;
}

int rvm_recorder_acknowledge(const void *owner, u64 sequence)
{
	unsigned long flags;
	bool valid;

	might_sleep();
	guard(mutex)(&recorder.lock);
	if (recorder.owner != owner)
		return -ENOTCONN;
	raw_spin_lock_irqsave(&rvm_log.lock, flags);
	valid = sequence >= rvm_log.acknowledged && sequence <= rvm_witness_hashed();
	if (valid)
		WRITE_ONCE(rvm_log.acknowledged, sequence);
	raw_spin_unlock_irqrestore(&rvm_log.lock, flags);
	if (!valid)
		return -EINVAL;
	rvm_log_pass(sequence);
	keep_room();
	/* What was lost meanwhile is told when there is room. */
	rvm_log_kick();
	return 0;
}

void rvm_recorder_detach(const void *owner)
{
	unsigned long flags;
	u64 sequence;

	might_sleep();
	guard(mutex)(&recorder.lock);
	if (recorder.owner != owner)
		return;
	recorder.owner = NULL;
	raw_spin_lock_irqsave(&rvm_log.lock, flags);
	WRITE_ONCE(rvm_log.recorded, false);
	sequence = rvm_log.acknowledged;
	raw_spin_unlock_irqrestore(&rvm_log.lock, flags);
	record(sequence, NULL, false);
}

void rvm_recorder_init(void)
{
	guard(mutex)(&recorder.lock);
	keep_room();
}
