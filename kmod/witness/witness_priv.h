/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_WITNESS_PRIV_H
#define _RVM_WITNESS_PRIV_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "lib/log/record.h"
#include "lib/log/share.h"
#include "limits.h"
#include "witness/witness.h"

/* What the files of this directory share. */

/**
 * struct rvm_witness_place - what is known of each record in the ring, beside its image
 */
struct rvm_witness_place {
	/** @lane: Where it counts in the shares. */
	u16 lane;
	/** @slot: Of its line, RVM_SHELF_NONE for none. */
	u16 slot;
};

/**
 * struct rvm_witness_log - the ring; appended to from any context but NMI
 *
 * Records from @hashed up to @appended belong to the hasher, which works on them without
 * @lock: no appender ever overwrites one of them.  All before @hashed are final, and are
 * copied out under @lock.  What a recorder has not acknowledged is not overwritten either.
 */
struct rvm_witness_log {
	/** @lock: Taken last, from hooks under any lock; of the log's two, after @line_lock. */
	raw_spinlock_t lock;
	/** @records: Images, by sequence modulo capacity; set at load. */
	u8 *records;
	/** @places: Likewise; under @lock. */
	struct rvm_witness_place *places;
	/** @id: Random number of record 0; set at load. */
	u64 id;
	/** @shares: How many records from @floor on each partition has; under @lock. */
	struct rvm_shares *shares;
	/** @capacity: Records of the ring; set at load. */
	u32 capacity;
	/** @kicked: A run of the hasher is under way that will see the next record; under @lock. */
	bool kicked;
	/** @hurried: It comes at once, not only with the next tick; under @lock. */
	bool hurried;
	/** @recorded: There is a recorder; under @lock, set under @line_lock too. */
	bool recorded;
	/** @reserved: Records that are promised to changes; under @lock. */
	u32 reserved;
	/** @appended: Records so far; written under @lock. */
	u64 appended;
	/**
	 * @acknowledged: Records that a recorder has made safe; under @lock.  Without
	 * @line_lock it only goes up.
	 */
	u64 acknowledged;
	/** @sealed: Records up to and with the newest seal; under @lock. */
	u64 sealed;
	/** @last_time: Of the newest record; under @lock. */
	u64 last_time;
	/** @floor: The first record that counts in @shares; under @lock. */
	u64 floor;
	/** @dropped: Records for which there was no room; under @lock. */
	u64 dropped;
	/** @missed_told: Of @missed, those that a LogGap tells of; under @lock. */
	u64 missed_told;
	/** @lines_told: Likewise of @lines_lost; under @lock. */
	u64 lines_told;
	/** @lines_appended: Lines so far; under @lock. */
	u64 lines_appended;
	/** @lines_lost: Lines for which there was no room; under @lock. */
	u64 lines_lost;
	/** @last_denial: Sequence of the newest denial plus one; written under @lock. */
	u64 last_denial;
	/** @missed: Events in contexts in which nothing can be recorded. */
	atomic64_t missed;
	/** @hashed: Records that are final; written by the hasher. */
	u64 hashed;
	/** @line_lock: Of the lines (witness/shelf.h). */
	raw_spinlock_t line_lock ____cacheline_aligned_in_smp;
};

extern struct rvm_witness_log rvm_log;

/* Where in an image flags are, and the last four bytes of the payload. */
#define RVM_RECORD_FLAGS 18
#define RVM_RECORD_COUNT 40

/* Seconds after which records are sealed at the latest, 0 for never; set at load. */
extern unsigned int rvm_witness_seal_seconds;

/** rvm_log_record() - where the image of a record is */
static inline u8 *rvm_log_record(u64 sequence)
{
	return rvm_log.records + (sequence & (rvm_log.capacity - 1)) * RVM_RECORD_BYTES;
}

/** rvm_log_place() - what is known of a record; under the log's lock, or while it is not hashed */
static inline struct rvm_witness_place *rvm_log_place(u64 sequence)
{
	return &rvm_log.places[sequence & (rvm_log.capacity - 1)];
}

/** rvm_log_put() - make a record, for which there is room; under the log's lock */
u64 rvm_log_put(const struct rvm_record *rec, u16 lane);

/** rvm_log_append() - rvm_witness_append() of what is not joined to others */
u64 rvm_log_append(const struct rvm_event *event);

/** rvm_log_pass() - records before this one do not count in the shares any more */
void rvm_log_pass(u64 sequence);

/**
 * rvm_log_claim() - records that the hasher is to hash
 * @seal: tell all losses, and end with a seal, if there is any record after the last one
 *
 * Whoever appends from now on kicks the hasher again.
 *
 * Return: their number.
 */
u64 rvm_log_claim(bool seal);

/** rvm_log_kick() - have the hasher run soon; any context */
void rvm_log_kick(void);

/** rvm_hasher_queue() - run it now, from where work may be queued */
void rvm_hasher_queue(void);

/** rvm_hasher_init() - begin the log with its first record; before anyone else can append */
int rvm_hasher_init(void);

/** rvm_hasher_exit() - hash the rest, wipe the key; nobody appends any more */
void rvm_hasher_exit(void);

/**
 * struct rvm_witness_state - the chain before a record, as much of it as the record needs
 */
struct rvm_witness_state {
	/** @words: SHA-256 state. */
	u32 words[8];
	/** @aux: Of the record before, zero if there is none. */
	u8 aux[8];
};

/**
 * rvm_hasher_find() - find a record before which the chain's state is known
 * @sequence: any that is in the ring and stays there
 * @state: filled with the state before the record that is returned
 *
 * Context: may sleep.
 * Return: the first such record from @sequence on.
 */
u64 rvm_hasher_find(u64 sequence, struct rvm_witness_state *state);

/** rvm_recorder_init() - keep room for the record of attaching; after the first record */
void rvm_recorder_init(void);

#endif /* _RVM_WITNESS_PRIV_H */
