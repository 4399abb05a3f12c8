/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* The device /dev/rvm_witness: requests of a recorder. */
#ifndef _UAPI_LINUX_RVM_WITNESS_H
#define _UAPI_LINUX_RVM_WITNESS_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * struct rvm_witness_attach - where a recorder goes on
 *
 * Records before @next are its own, or are lost.  Bytes of @state and @aux are zero if
 * @next is what the recorder asked for.
 */
struct rvm_witness_attach {
	/** @log: In: target of record 0 of the log that it has, 0 for none.  Out: of this one. */
	__u64 log;
	/** @next: In: records of that log that it has.  Out: the first one to record. */
	__u64 next;
	/** @previous_length: In: if that is another log, its records. */
	__u64 previous_length;
	/** @previous: In: and its head, all zero for none.  The record of attaching has both. */
	__u8 previous[32];
	/** @state: Out: SHA-256 state before record @next, eight words, big-endian. */
	__u8 state[32];
	/** @aux: Out: aux of the record before @next. */
	__u8 aux[8];
};

/*
 * The open file becomes the recorder, until it is closed: from record @next on nothing is
 * overwritten that was not acknowledged.  EBUSY if there is a recorder, EINVAL if it says
 * that it has more of this log than there is.
 */
#define RVM_WITNESS_ATTACH _IOWR('R', 1, struct rvm_witness_attach)

/*
 * Records before this sequence are safe.  ENOTCONN if the file is not the recorder, EINVAL
 * if it is before what was acknowledged, or behind what is there.
 */
#define RVM_WITNESS_ACK _IOW('R', 2, __u64)

/** RVM_WITNESS_MAP_MAGIC - magic of struct rvm_witness_map */
#define RVM_WITNESS_MAP_MAGIC 0x774d5652

/**
 * struct rvm_witness_map - first bytes of a memory map of the device, from offset 0
 *
 * Record n is at @ring + n % @capacity * @record_bytes.  A reader
 *
 * 1. loads @hashed, with acquire: records from there on are not final;
 * 2. copies the record;
 * 3. with a barrier that orders loads, loads @first: if the record is before it, the copy
 *    is void, since another record takes its place.
 */
struct rvm_witness_map {
	/** @magic: RVM_WITNESS_MAP_MAGIC. */
	__u32 magic;
	/** @version: 1; another one is read in another way. */
	__u32 version;
	/** @ring: Bytes from here to the place of record 0. */
	__u32 ring;
	/** @record_bytes: Of a record. */
	__u32 record_bytes;
	/** @capacity: Records of the ring. */
	__u64 capacity;
	/** @log: Target of record 0, which tells this log from others. */
	__u64 log;
	/** @first: Records before it are gone, or may be going. */
	__u64 first;
	/** @hashed: Records before it are final. */
	__u64 hashed;
};

#endif /* _UAPI_LINUX_RVM_WITNESS_H */
