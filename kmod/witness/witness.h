/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_WITNESS_H
#define _RVM_WITNESS_H

#include <linux/types.h>
#include <linux/wait.h>
#include <uapi/linux/rvm_record.h>

struct netlink_ext_ack;

/*
 * A LogSeal record comes at least each so many records, and a minute after the first of
 * them.  Its target has the first eight bytes of the SHA-256 of the detail lines since the
 * seal before, and the payload's detail is the number of these lines.
 */
#define RVM_SEAL_RECORDS 4096

/**
 * struct rvm_event - what a record is to say; the log adds sequence, time and hashes
 */
struct rvm_event {
	/** @kind: enum rvm_kind. */
	u8 kind;
	/** @tier: Tier of the verification, 0 for none. */
	u8 tier;
	/** @flags: RVM_RECORD_F_x; the log adds DETAIL. */
	u8 flags;
	/** @reason: enum rvm_reason, first byte of the payload. */
	u8 reason;
	/** @right: enum rvm_right, second byte. */
	u8 right;
	/** @class: enum rvm_class, third byte. */
	u8 class;
	/** @op: enum rvm_op, fourth byte. */
	u8 op;
	/** @lane: Where it counts: @lane of the partition that acted, 0 for the host. */
	u16 lane;
	/** @actor: Partition id, 0 for the host. */
	u32 actor;
	/** @target: Object: inode number, address, partition or name hash. */
	u64 target;
	/** @cap_hash: rvm_token_hash() of the token, 0 for none. */
	u32 cap_hash;
	/** @count: Last four bytes of the payload, if there is no @detail. */
	u32 count;
	/**
	 * @detail: One line for people, NUL-terminated and already escaped, or
	 * NULL.  Cut at RVM_DETAIL_BYTES; copied before the call returns.
	 */
	const char *detail;
};

/**
 * rvm_witness_enter() - a partition is made that will have records
 * @around: @lane of the partition around it, 0 for none
 * @lane: filled: where it counts (lib/log/share.h)
 *
 * Context: one at a time, and not too often.
 * Return: 0, -ENFILE if there is no place.
 */
int rvm_witness_enter(u16 around, u16 *lane);

/**
 * rvm_witness_leave() - it is gone, and makes no records any more
 * @lane: of rvm_witness_enter()
 *
 * Context: any but NMI.
 */
void rvm_witness_leave(u16 lane);

/**
 * struct rvm_reservation - room for records of a change that has not happened yet
 *
 * On the caller's stack.  Each one that was filled has to be used up or aborted.
 */
struct rvm_reservation {
	/** @count: Records still reserved. */
	unsigned int count;
};

/**
 * rvm_witness_reserve() - make sure that a change can be recorded
 * @res: filled, with nothing reserved on failure
 * @count: records the change will make
 *
 * A quarter of the ring is kept for reservations: other records cannot take
 * all the room.
 *
 * Context: any but NMI; never sleeps.
 * Return: 0; -ENOSPC if the log may not overwrite and is full, or if the
 * hasher is behind by a whole ring.
 */
int rvm_witness_reserve(struct rvm_reservation *res, unsigned int count);

/**
 * rvm_witness_reserve_for() - rvm_witness_reserve() for a request
 * @res: likewise
 * @lane: of the partition that asks, which has to have a share left; 0 for the host
 * @count: likewise
 * @extack: says why not; may be NULL
 *
 * Return: likewise.
 */
int rvm_witness_reserve_for(struct rvm_reservation *res, u16 lane, unsigned int count,
			    struct netlink_ext_ack *extack);

/**
 * rvm_witness_commit() - record a change that has happened, out of its reservation
 * @res: reservation with at least one record left
 * @event: what happened
 *
 * Context: any but NMI; never sleeps.
 * Return: its sequence.
 */
u64 rvm_witness_commit(struct rvm_reservation *res, const struct rvm_event *event);

/**
 * rvm_witness_abort() - give back what is left of a reservation
 * @res: reservation; may be used up or empty
 *
 * Context: any but NMI; never sleeps.
 */
void rvm_witness_abort(struct rvm_reservation *res);

/**
 * rvm_witness_append() - record something that needed no reservation
 * @event: what happened
 *
 * Three quarters of the ring are for these, and each partition has a share (lib/log/share.h).
 * Equal denials may be joined (witness/join.h); then it is the newest one that was recorded.
 * What is lost is counted, and told by a LogGap of that partition with the count in target,
 * when half of the ring is free again.  Lost detail lines are counted there too, in the
 * payload's detail.
 *
 * Context: any but NMI, where all is lost; never sleeps.
 * Return: its sequence, U64_MAX if there was no room (counted as lost).
 */
u64 rvm_witness_append(const struct rvm_event *event);

/**
 * rvm_witness_flush() - hash all that was appended before the call
 *
 * Context: may sleep.
 */
void rvm_witness_flush(void);

/**
 * struct rvm_witness_head - where the log stands
 */
struct rvm_witness_head {
	/** @length: Records since load. */
	u64 length;
	/** @first: First sequence still in the ring. */
	u64 first;
	/** @lost: Records overwritten or dropped unread; without @first, those dropped. */
	u64 lost;
	/** @digest: SHA-256 of the blocks of the first @length records. */
	u8 digest[32];
	/** @detail_length: Detail lines since load. */
	u64 detail_length;
	/** @detail_lost: Detail lines dropped, though their records were made. */
	u64 detail_lost;
	/** @detail_digest: SHA-256 of the detail lines since the last seal, with newlines. */
	u8 detail_digest[32];
	/** @capacity: Records of the ring. */
	u32 capacity;
};

/**
 * rvm_witness_get_head() - flush, then say where the log stands
 * @head: filled
 *
 * Context: may sleep.
 */
void rvm_witness_get_head(struct rvm_witness_head *head);

/**
 * rvm_witness_get_record() - copy one record that is hashed
 * @sequence: which
 * @raw: its 64 bytes
 *
 * Context: any but NMI; never sleeps.
 * Return: 0; -ENODATA if it was overwritten; -ERANGE if it is not there yet.
 */
int rvm_witness_get_record(u64 sequence, u8 raw[64]);

/**
 * rvm_witness_get_detail() - copy the detail line of a record
 * @sequence: which record
 * @buf: at least RVM_DETAIL_BYTES
 *
 * Context: any but NMI; never sleeps.
 * Return: its bytes without NUL; -ENODATA if it is gone or never was.
 */
int rvm_witness_get_detail(u64 sequence, char *buf);

/**
 * rvm_witness_last_denial() - the newest record of kind ProofRejected
 *
 * Context: any.
 * Return: its sequence plus one, 0 for none.
 */
u64 rvm_witness_last_denial(void);

/* Woken when more records are hashed; for poll. */
extern wait_queue_head_t rvm_witness_wait;

/**
 * rvm_witness_appended() - records that were made, hashed or not
 *
 * Context: any.
 * Return: their number, which is the sequence of the next one.
 */
u64 rvm_witness_appended(void);

/**
 * rvm_witness_hashed() - records that are hashed and can be read
 *
 * Context: any.
 * Return: their number, which is the sequence of the next one.
 */
u64 rvm_witness_hashed(void);

/**
 * rvm_witness_first() - first sequence still in the ring
 *
 * Context: any.
 * Return: the sequence; it may be overwritten at any time.
 */
u64 rvm_witness_first(void);

/**
 * rvm_witness_init() - make the ring and write record 0 (BootAttestation)
 *
 * Context: may sleep; before all other functions here.
 * Return: 0; -EINVAL if the ring's size is not a power of two or out of bounds;
 * -ENOMEM; -ERESTARTSYS if a signal came while waiting for randomness.
 */
int rvm_witness_init(void);

/**
 * rvm_witness_exit() - hash the rest, wipe the key, free all
 *
 * Context: may sleep; nobody appends or reads any more.
 */
void rvm_witness_exit(void);

#endif /* _RVM_WITNESS_H */
