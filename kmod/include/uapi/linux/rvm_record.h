/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* The witness log: layout of a record, kinds of records, what a payload holds. */
#ifndef _UAPI_LINUX_RVM_RECORD_H
#define _UAPI_LINUX_RVM_RECORD_H

#include <linux/types.h>

/**
 * enum rvm_kind - what a record says happened
 * @RVM_KIND_PARTITION_CREATE: partition made
 * @RVM_KIND_PARTITION_DESTROY: partition ended
 * @RVM_KIND_PARTITION_SUSPEND: partition or agent suspended
 * @RVM_KIND_PARTITION_RESUME: partition or agent resumed
 * @RVM_KIND_PARTITION_SPLIT: partition split in two
 * @RVM_KIND_PARTITION_MERGE: two partitions merged
 * @RVM_KIND_PARTITION_HIBERNATE: partition put to sleep
 * @RVM_KIND_PARTITION_RECONSTRUCT: partition rebuilt from a checkpoint
 * @RVM_KIND_PARTITION_MIGRATE: agent moved to another partition
 * @RVM_KIND_CAPABILITY_GRANT: token granted
 * @RVM_KIND_CAPABILITY_REVOKE: token and its descendants revoked
 * @RVM_KIND_CAPABILITY_DELEGATE: token delegated, one level deeper
 * @RVM_KIND_CAPABILITY_ESCALATE: depth of a token raised
 * @RVM_KIND_CAPABILITY_ATTENUATED: token weakened by a split
 * @RVM_KIND_REGION_CREATE: memory region made
 * @RVM_KIND_REGION_DESTROY: memory region ended
 * @RVM_KIND_REGION_TRANSFER: memory region changed its owner
 * @RVM_KIND_REGION_SHARE: memory region shared
 * @RVM_KIND_REGION_UNSHARE: memory region no longer shared
 * @RVM_KIND_REGION_PROMOTE: memory region moved to a warmer tier
 * @RVM_KIND_REGION_DEMOTE: memory region moved to a colder tier
 * @RVM_KIND_REGION_MAP: memory region mapped
 * @RVM_KIND_REGION_UNMAP: memory region unmapped
 * @RVM_KIND_COMM_EDGE_CREATE: channel made
 * @RVM_KIND_COMM_EDGE_DESTROY: channel ended
 * @RVM_KIND_IPC_SEND: message sent
 * @RVM_KIND_IPC_RECEIVE: message received
 * @RVM_KIND_ZERO_COPY_SHARE: buffer shared without a copy
 * @RVM_KIND_NOTIFICATION_SIGNAL: notification raised
 * @RVM_KIND_DEVICE_LEASE_GRANT: device leased
 * @RVM_KIND_DEVICE_LEASE_REVOKE: device lease taken back
 * @RVM_KIND_DEVICE_LEASE_EXPIRE: device lease ran out
 * @RVM_KIND_DEVICE_LEASE_RENEW: device lease prolonged
 * @RVM_KIND_PROOF_VERIFIED_P1: allowed at tier 1
 * @RVM_KIND_PROOF_VERIFIED_P2: allowed at tier 2
 * @RVM_KIND_PROOF_VERIFIED_P3: allowed at tier 3
 * @RVM_KIND_PROOF_REJECTED: denied
 * @RVM_KIND_PROOF_ESCALATED: judged again at a higher tier
 * @RVM_KIND_SCHEDULER_EPOCH: how often a partition was answered from what is kept
 * @RVM_KIND_SCHEDULER_MODE_SWITCH: scheduler changed its mode
 * @RVM_KIND_TASK_SPAWN: task or agent started
 * @RVM_KIND_TASK_TERMINATE: task or agent ended
 * @RVM_KIND_STRUCTURAL_SPLIT: split ordered by the scheduler
 * @RVM_KIND_STRUCTURAL_MERGE: merge ordered by the scheduler
 * @RVM_KIND_RECOVERY_ENTER: recovery began
 * @RVM_KIND_RECOVERY_EXIT: recovery ended
 * @RVM_KIND_CHECKPOINT_CREATED: checkpoint taken
 * @RVM_KIND_CHECKPOINT_RESTORED: checkpoint restored
 * @RVM_KIND_MINCUT_BUDGET_EXCEEDED: cut search ran out of budget
 * @RVM_KIND_DEGRADED_MODE_ENTERED: degraded mode began
 * @RVM_KIND_DEGRADED_MODE_EXITED: degraded mode ended
 * @RVM_KIND_BOOT_ATTESTATION: first record of a log, or a boot phase
 * @RVM_KIND_BOOT_COMPLETE: last boot phase
 * @RVM_KIND_TEE_ATTESTATION: attested by trusted hardware
 * @RVM_KIND_VECTOR_PUT: vector stored
 * @RVM_KIND_VECTOR_DELETE: vector deleted
 * @RVM_KIND_GRAPH_MUTATION: graph changed
 * @RVM_KIND_COHERENCE_RECOMPUTED: scores computed again
 * @RVM_KIND_VMID_RECLAIM: hardware id taken from a sleeping partition
 * @RVM_KIND_MIGRATION_TIMEOUT: migration missed its deadline
 * @RVM_KIND_LOG_SEAL: digest of the detail lines before; the last record that its key signs
 * @RVM_KIND_LOG_GAP: a counted number of events was not recorded
 * @RVM_KIND_KEY_RATCHET: the first signing key was given out
 * @RVM_KIND_TABLE_COMMIT: a table of tokens was committed
 * @RVM_KIND_MODE_CHANGE: mode of a partition changed
 * @RVM_KIND_HOOK_STATE: hooks were attached, detached or found missing
 * @RVM_KIND_RECORDER: a recorder was attached or detached
 * @RVM_KIND_DENIALS_JOINED: denials like one before, of which there were too many in a second
 *
 * Codes below 0xb0 are RVM's own.  The high nibble is the subsystem.
 */
enum rvm_kind {
	RVM_KIND_PARTITION_CREATE = 0x01,
	RVM_KIND_PARTITION_DESTROY = 0x02,
	RVM_KIND_PARTITION_SUSPEND = 0x03,
	RVM_KIND_PARTITION_RESUME = 0x04,
	RVM_KIND_PARTITION_SPLIT = 0x05,
	RVM_KIND_PARTITION_MERGE = 0x06,
	RVM_KIND_PARTITION_HIBERNATE = 0x07,
	RVM_KIND_PARTITION_RECONSTRUCT = 0x08,
	RVM_KIND_PARTITION_MIGRATE = 0x09,

	RVM_KIND_CAPABILITY_GRANT = 0x10,
	RVM_KIND_CAPABILITY_REVOKE = 0x11,
	RVM_KIND_CAPABILITY_DELEGATE = 0x12,
	RVM_KIND_CAPABILITY_ESCALATE = 0x13,
	RVM_KIND_CAPABILITY_ATTENUATED = 0x14,

	RVM_KIND_REGION_CREATE = 0x20,
	RVM_KIND_REGION_DESTROY = 0x21,
	RVM_KIND_REGION_TRANSFER = 0x22,
	RVM_KIND_REGION_SHARE = 0x23,
	RVM_KIND_REGION_UNSHARE = 0x24,
	RVM_KIND_REGION_PROMOTE = 0x25,
	RVM_KIND_REGION_DEMOTE = 0x26,
	RVM_KIND_REGION_MAP = 0x27,
	RVM_KIND_REGION_UNMAP = 0x28,

	RVM_KIND_COMM_EDGE_CREATE = 0x30,
	RVM_KIND_COMM_EDGE_DESTROY = 0x31,
	RVM_KIND_IPC_SEND = 0x32,
	RVM_KIND_IPC_RECEIVE = 0x33,
	RVM_KIND_ZERO_COPY_SHARE = 0x34,
	RVM_KIND_NOTIFICATION_SIGNAL = 0x35,

	RVM_KIND_DEVICE_LEASE_GRANT = 0x40,
	RVM_KIND_DEVICE_LEASE_REVOKE = 0x41,
	RVM_KIND_DEVICE_LEASE_EXPIRE = 0x42,
	RVM_KIND_DEVICE_LEASE_RENEW = 0x43,

	RVM_KIND_PROOF_VERIFIED_P1 = 0x50,
	RVM_KIND_PROOF_VERIFIED_P2 = 0x51,
	RVM_KIND_PROOF_VERIFIED_P3 = 0x52,
	RVM_KIND_PROOF_REJECTED = 0x53,
	RVM_KIND_PROOF_ESCALATED = 0x54,

	RVM_KIND_SCHEDULER_EPOCH = 0x60,
	RVM_KIND_SCHEDULER_MODE_SWITCH = 0x61,
	RVM_KIND_TASK_SPAWN = 0x62,
	RVM_KIND_TASK_TERMINATE = 0x63,
	RVM_KIND_STRUCTURAL_SPLIT = 0x64,
	RVM_KIND_STRUCTURAL_MERGE = 0x65,

	RVM_KIND_RECOVERY_ENTER = 0x70,
	RVM_KIND_RECOVERY_EXIT = 0x71,
	RVM_KIND_CHECKPOINT_CREATED = 0x72,
	RVM_KIND_CHECKPOINT_RESTORED = 0x73,
	RVM_KIND_MINCUT_BUDGET_EXCEEDED = 0x74,
	RVM_KIND_DEGRADED_MODE_ENTERED = 0x75,
	RVM_KIND_DEGRADED_MODE_EXITED = 0x76,

	RVM_KIND_BOOT_ATTESTATION = 0x80,
	RVM_KIND_BOOT_COMPLETE = 0x81,
	RVM_KIND_TEE_ATTESTATION = 0x82,

	RVM_KIND_VECTOR_PUT = 0x90,
	RVM_KIND_VECTOR_DELETE = 0x91,
	RVM_KIND_GRAPH_MUTATION = 0x92,
	RVM_KIND_COHERENCE_RECOMPUTED = 0x93,

	RVM_KIND_VMID_RECLAIM = 0xa0,
	RVM_KIND_MIGRATION_TIMEOUT = 0xa1,

	RVM_KIND_LOG_SEAL = 0xb0,
	RVM_KIND_LOG_GAP = 0xb1,
	RVM_KIND_KEY_RATCHET = 0xb2,
	RVM_KIND_TABLE_COMMIT = 0xb3,
	RVM_KIND_MODE_CHANGE = 0xb4,
	RVM_KIND_HOOK_STATE = 0xb5,
	RVM_KIND_RECORDER = 0xb6,
	RVM_KIND_DENIALS_JOINED = 0xb7,
};

#define RVM_RECORD_BYTES 64
#define RVM_RECORD_SIGNED_BYTES 52 /* what a signature in aux covers */
#define RVM_RECORD_CHAINED_BYTES 48 /* what the record's own block of the chain covers */

/* Bits of rvm_record.flags. */
#define RVM_RECORD_F_TRUNCATED 0x01 /* judged on a truncated argument vector */
#define RVM_RECORD_F_PERMISSIVE 0x02 /* judged to be denied, allowed by the mode */
#define RVM_RECORD_F_DETAIL 0x04 /* a detail line exists under the payload's key */
#define RVM_RECORD_F_PROVISIONAL 0x08 /* refused to create; if the name exists the open goes on */

/**
 * struct rvm_record - one event of the witness log
 *
 * In files, in the ring and on the wire all integers are little-endian, so the
 * image of a record is this struct only on little-endian machines; elsewhere
 * it has to be decoded first.
 */
struct rvm_record {
	/** @sequence: Number of the record, from 0, without holes. */
	__u64 sequence;
	/** @timestamp_ns: CLOCK_REALTIME. */
	__u64 timestamp_ns;
	/** @kind: One of enum rvm_kind. */
	__u8 kind;
	/** @tier: Proof tier that was reached, 0 if denied. */
	__u8 tier;
	/** @flags: RVM_RECORD_F_*. */
	__u8 flags;
	/** @reserved: Zero. */
	__u8 reserved;
	/** @actor: Partition that acted, 0 for the host. */
	__u32 actor;
	/** @target: What was acted on: an inode number, address, name hash or id. */
	__u64 target;
	/** @capability_hash: Hash of the token that decided, 0 if none did. */
	__u32 capability_hash;
	/** @payload: What else is known; in our records struct rvm_payload, packed. */
	__u8 payload[8];
	/** @prev_hash: Chain before this record, folded. */
	__u32 prev_hash;
	/** @record_hash: Chain after this record, folded. */
	__u32 record_hash;
	/** @aux: Signature over the 52 bytes before it, or zero. */
	__u8 aux[8];
	/** @pad: Zero. */
	__u32 pad;
};

#define RVM_RECORD_AT(field, offset) \
	_Static_assert(__builtin_offsetof(struct rvm_record, field) == (offset), #field)

RVM_RECORD_AT(sequence, 0);
RVM_RECORD_AT(timestamp_ns, 8);
RVM_RECORD_AT(kind, 16);
RVM_RECORD_AT(tier, 17);
RVM_RECORD_AT(flags, 18);
RVM_RECORD_AT(reserved, 19);
RVM_RECORD_AT(actor, 20);
RVM_RECORD_AT(target, 24);
RVM_RECORD_AT(capability_hash, 32);
RVM_RECORD_AT(payload, 36);
RVM_RECORD_AT(prev_hash, 44);
RVM_RECORD_AT(record_hash, 48);
RVM_RECORD_AT(aux, 52);
RVM_RECORD_AT(pad, 60);
_Static_assert(sizeof(struct rvm_record) == RVM_RECORD_BYTES, "rvm_record");

#undef RVM_RECORD_AT

/**
 * struct rvm_payload - what the payload of a judged event holds
 */
struct rvm_payload {
	/** @reason: One of enum rvm_reason, byte 0. */
	__u8 reason;
	/** @right: The rights asked for, byte 1. */
	__u8 right;
	/** @class: One of enum rvm_class, byte 2. */
	__u8 class;
	/** @operation: One of enum rvm_op, byte 3. */
	__u8 operation;
	/** @detail: Key of the detail line, bytes 4 to 7, little-endian. */
	__u32 detail;
};

#endif /* _UAPI_LINUX_RVM_RECORD_H */
