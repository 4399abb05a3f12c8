/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_LIMITS_H
#define _RVM_LIMITS_H

/*
 * What user space can make grow has its maximum here; bounds of the core are in the
 * headers of kmod/lib.
 */

/* Partitions on a host; ids are never reused in one load. */
#define RVM_PARTITIONS_MAX 4096
/* Partitions inside one another. */
#define RVM_NEST_MAX 4
/* Bytes of a partition name. */
#define RVM_NAME_MAX 64

/* Tokens of one partition, in its table and beside it, and of the host. */
#define RVM_TABLE_TOKENS_MAX 65536
#define RVM_HOST_TOKENS_MAX (1024 * 1024)
/* Of these, what partitions may have passed on, so that there is room for the host's. */
#define RVM_TABLE_PASSED_MAX (RVM_TABLE_TOKENS_MAX / 4)
#define RVM_HOST_PASSED_MAX (RVM_HOST_TOKENS_MAX / 2)
/* Tokens that are taken back in one hold of the lock of all partitions. */
#define RVM_REVOKE_BATCH 256
/* Programs of one table that tokens may be within: bits of a set. */
#define RVM_LINEAGES_MAX 64
/* Exclusions of one partition. */
#define RVM_TABLE_EXCLUSIONS_MAX 16384
/*
 * What the patterns of a table, and of the tokens beside it, may cost one question at
 * worst, in compared bytes: the sum of rvm_scope_steps().  A step takes nine instructions
 * at worst.
 */
#define RVM_TABLE_STEPS_MAX (4 * 1024 * 1024)
/* And each of them: a question that is under way when a fence comes ends behind one. */
#define RVM_SCOPE_STEPS_MAX (1024 * 1024)
/* And of one that is kept, with 63 others, to explain denials when it was taken back. */
#define RVM_RETIRED_STEPS_MAX 4096
/* And of what partitions may have passed on, so that a table fits beside it. */
#define RVM_PASSED_STEPS_MAX (RVM_TABLE_STEPS_MAX / 4)
/* Open table transactions on a host, and bytes that one may hold. */
#define RVM_TRANSACTIONS_MAX 64
#define RVM_TRANSACTION_BYTES_MAX (64 * 1024 * 1024)

/* Admitted tasks that have not started their program yet. */
#define RVM_ENTRIES_MAX 256

/* Variables that name directories of code: of one program, and as noted of those that came in. */
#define RVM_FOLDERS_MAX 16
#define RVM_FOLDERS_NOTED 32

/* Decisions that are kept: two to the power of this. */
#define RVM_DECISION_BITS 13
/* Seconds after which a decision is made again. */
#define RVM_DECISION_SECONDS 60

/* Milliseconds that a fence waits at most for questions under way, which it has refused. */
#define RVM_STOP_MSECS 500
/* Milliseconds that a change waits at most until tasks have left the calls they were in. */
#define RVM_CALLS_MSECS 100

/* Bytes of a line that stops partitions: its verb and a name. */
#define RVM_BRAKE_BYTES (RVM_NAME_MAX + 32)

/* System V objects that one partition may have made. */
#define RVM_IPC_OBJECTS_MAX 16384

/* Fifos and sockets, and terminals, that a partition is known to have made. */
#define RVM_OWN_NODES_MAX 128
#define RVM_OWN_TERMINALS_MAX 32

/* Calls that give files names at the same moment, of files that share a place in a hash. */
#define RVM_NAMINGS_MAX 64

/* Milliseconds that hooks stay attached, by default, after they are needed no more. */
#define RVM_NEED_MSECS 60000
/* Milliseconds that attaching waits at most for a link that is being let go of. */
#define RVM_ATTACH_MSECS 10000

/* BPF links that the module can hold. */
#define RVM_LINKS_MAX 128

/* Records of the ring by default, least and most (a power of two). */
#define RVM_RING_DEFAULT 262144
#define RVM_RING_MIN 1024
#define RVM_RING_MAX (16 * 1024 * 1024)
/* Detail lines kept, and bytes of one with its NUL. */
#define RVM_DETAILS_MAX 8192
#define RVM_DETAIL_BYTES 1024
/* Equal denials of a second that are recorded by default; different ones that are counted. */
#define RVM_JOIN_AFTER 8
#define RVM_JOIN_PLACES 256
/* Seconds after which answers from what is kept are summed, by default and at most. */
#define RVM_SUM_SECONDS 1
#define RVM_SUM_SECONDS_MAX 60

#endif /* _RVM_LIMITS_H */
