/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/rvm.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_RVM_H
#define _UAPI_LINUX_RVM_H

#define RVM_FAMILY_NAME		"rvm"
#define RVM_FAMILY_VERSION	1

/**
 * enum rvm_right - What a token allows; bit for bit the rights of RVM.
 */
enum rvm_right {
	RVM_RIGHT_READ = 1,
	RVM_RIGHT_WRITE = 2,
	RVM_RIGHT_GRANT = 4,
	RVM_RIGHT_REVOKE = 8,
	RVM_RIGHT_EXECUTE = 16,
	RVM_RIGHT_PROVE = 32,
	RVM_RIGHT_GRANT_ONCE = 64,
};

/**
 * enum rvm_token_type - What kind of object a token is about; the numbers of
 *   RVM.
 */
enum rvm_token_type {
	RVM_TOKEN_TYPE_PARTITION,
	RVM_TOKEN_TYPE_REGION,
	RVM_TOKEN_TYPE_COMM_EDGE,
	RVM_TOKEN_TYPE_DEVICE,
	RVM_TOKEN_TYPE_SCHEDULER,
	RVM_TOKEN_TYPE_WITNESS_LOG,
	RVM_TOKEN_TYPE_PROOF,
	RVM_TOKEN_TYPE_VCPU,
	RVM_TOKEN_TYPE_COHERENCE,
};

/**
 * enum rvm_class - What a scope names.
 * @RVM_CLASS_NONE: No object; never valid in a token.
 * @RVM_CLASS_ANY: All objects that need no token of their own; with all seven
 *   rights the root token.
 * @RVM_CLASS_SELF: Names, tools and operations of the partition itself.
 * @RVM_CLASS_PATH: File system objects below an anchor.
 * @RVM_CLASS_EXEC: A program and a pattern for its argument vector.
 * @RVM_CLASS_NET: An address, prefix and port range, or a unix socket.
 * @RVM_CLASS_TOOL: The name of a tool, about which a mediator asks.
 * @RVM_CLASS_NAME: A name in the grammar of kernel claims.
 * @RVM_CLASS_SYS: Operations that need all seven rights on everything.
 */
enum rvm_class {
	RVM_CLASS_NONE,
	RVM_CLASS_ANY,
	RVM_CLASS_SELF,
	RVM_CLASS_PATH,
	RVM_CLASS_EXEC,
	RVM_CLASS_NET,
	RVM_CLASS_TOOL,
	RVM_CLASS_NAME,
	RVM_CLASS_SYS,
};

/**
 * enum rvm_scope_flag
 * @RVM_SCOPE_FLAG_LOAD: PATH, EXECUTE maps code from the file but never starts
 *   it as a program.
 * @RVM_SCOPE_FLAG_RUN: PATH, EXECUTE also starts what matches as a program.
 * @RVM_SCOPE_FLAG_PROC_OWN: PATH, the first name below the anchor must be the
 *   pid of a task of the partition.
 * @RVM_SCOPE_FLAG_PREFIX: EXEC, further arguments may follow those of the
 *   pattern.
 * @RVM_SCOPE_FLAG_ANY_PROGRAM: EXEC, no program is named; every program
 *   matches.
 * @RVM_SCOPE_FLAG_UNRESOLVED: The object did not exist at load; the scope
 *   matches nothing.
 * @RVM_SCOPE_FLAG_NOCASE: PATH exclusion, compare names without regard to
 *   case.
 * @RVM_SCOPE_FLAG_LOST: Read only; the anchor is gone. A token matches
 *   nothing, an exclusion only by its names.
 * @RVM_SCOPE_FLAG_BUILTIN: Exclusion, made by the tool for RVM's own files.
 * @RVM_SCOPE_FLAG_ALONE: PATH, only the object that matches, nothing that lies
 *   below it.
 * @RVM_SCOPE_FLAG_UNNAMED: Read only; though it names one object, it covers no
 *   device, fifo, socket or own address of the host: the token that it was
 *   derived from does not name that.
 */
enum rvm_scope_flag {
	RVM_SCOPE_FLAG_LOAD = 1,
	RVM_SCOPE_FLAG_RUN = 2,
	RVM_SCOPE_FLAG_PROC_OWN = 4,
	RVM_SCOPE_FLAG_PREFIX = 8,
	RVM_SCOPE_FLAG_ANY_PROGRAM = 16,
	RVM_SCOPE_FLAG_UNRESOLVED = 32,
	RVM_SCOPE_FLAG_NOCASE = 64,
	RVM_SCOPE_FLAG_LOST = 128,
	RVM_SCOPE_FLAG_BUILTIN = 256,
	RVM_SCOPE_FLAG_ALONE = 512,
	RVM_SCOPE_FLAG_UNNAMED = 1024,
};

/**
 * enum rvm_state - State of a partition, as in RVM.
 */
enum rvm_state {
	RVM_STATE_CREATED,
	RVM_STATE_RUNNING,
	RVM_STATE_SUSPENDED,
	RVM_STATE_DESTROYED,
	RVM_STATE_HIBERNATED,
};

/**
 * enum rvm_mode
 * @RVM_MODE_ENFORCE: What no token covers is denied.
 * @RVM_MODE_PERMISSIVE: As enforce for the floor; else judged, recorded and
 *   allowed.
 * @RVM_MODE_LEARN: As permissive; for rvmctl learn, which makes rows from the
 *   records.
 */
enum rvm_mode {
	RVM_MODE_ENFORCE,
	RVM_MODE_PERMISSIVE,
	RVM_MODE_LEARN,
};

/**
 * enum rvm_partition_flag
 * @RVM_PARTITION_FLAG_FENCED: Everything is denied.
 * @RVM_PARTITION_FLAG_PEN: Holds tasks that are in no partition of their own;
 *   denies everything.
 * @RVM_PARTITION_FLAG_GONE: Read only; the cgroup was removed.
 * @RVM_PARTITION_FLAG_WITNESS_ALL: Record each access, not only denials,
 *   changes and execs.
 * @RVM_PARTITION_FLAG_ADOPTED: Running processes were moved in; what they
 *   brought along was never judged.
 * @RVM_PARTITION_FLAG_HIDE_ATTRIBUTES: Attributes of files, such as size and
 *   times, need READ or WRITE.
 * @RVM_PARTITION_FLAG_RECHECK_ALWAYS: What is open is judged at each read and
 *   write, whether or not something was taken away.
 * @RVM_PARTITION_FLAG_RECHECKED: Read only; what is open is judged at each
 *   read and write, because something may have been taken away.
 */
enum rvm_partition_flag {
	RVM_PARTITION_FLAG_FENCED = 1,
	RVM_PARTITION_FLAG_PEN = 2,
	RVM_PARTITION_FLAG_GONE = 4,
	RVM_PARTITION_FLAG_WITNESS_ALL = 8,
	RVM_PARTITION_FLAG_ADOPTED = 16,
	RVM_PARTITION_FLAG_HIDE_ATTRIBUTES = 32,
	RVM_PARTITION_FLAG_RECHECK_ALWAYS = 64,
	RVM_PARTITION_FLAG_RECHECKED = 128,
};

/**
 * enum rvm_token_flag
 * @RVM_TOKEN_FLAG_REVOKED: Read only; taken back, and never good again.
 * @RVM_TOKEN_FLAG_EXPIRED: Read only; was once seen expired, and stays so.
 * @RVM_TOKEN_FLAG_GRANTED: Read only; beside the table, by token-grant.
 * @RVM_TOKEN_FLAG_SINGLE_USE: Good for one start of a program or for one open.
 * @RVM_TOKEN_FLAG_UNTIL_EXIT: Good until no process of the partition is left.
 * @RVM_TOKEN_FLAG_USED: Read only; single-use, and was used.
 * @RVM_TOKEN_FLAG_GRANT_SPENT: Read only; its GRANT_ONCE was used.
 */
enum rvm_token_flag {
	RVM_TOKEN_FLAG_REVOKED = 1,
	RVM_TOKEN_FLAG_EXPIRED = 2,
	RVM_TOKEN_FLAG_GRANTED = 4,
	RVM_TOKEN_FLAG_SINGLE_USE = 8,
	RVM_TOKEN_FLAG_UNTIL_EXIT = 16,
	RVM_TOKEN_FLAG_USED = 32,
	RVM_TOKEN_FLAG_GRANT_SPENT = 64,
};

/**
 * enum rvm_token_error - Why a request about a token is refused, by the names
 *   of RVM. The message of the extended ACK begins with the name; beside each
 *   is the errno.
 * @RVM_TOKEN_ERROR_INVALID_HANDLE: ENOENT. There is no such token, or it is
 *   not the caller's.
 * @RVM_TOKEN_ERROR_STALE_HANDLE: ESTALE. The slot has another token now.
 * @RVM_TOKEN_ERROR_GRANT_NOT_PERMITTED: EPERM. The token has neither GRANT nor
 *   GRANT_ONCE, or it is not the caller's to give.
 * @RVM_TOKEN_ERROR_RIGHTS_ESCALATION: ERANGE. More rights, scope, time or tier
 *   than the token has.
 * @RVM_TOKEN_ERROR_DELEGATION_DEPTH_EXCEEDED: ELOOP. It would be deeper than
 *   8.
 * @RVM_TOKEN_ERROR_TABLE_FULL: ENFILE. The partition or the host has as many
 *   tokens as it may.
 * @RVM_TOKEN_ERROR_REVOKED: EKEYREVOKED. It, or what it was derived from, was
 *   taken back.
 * @RVM_TOKEN_ERROR_STALE_CAPABILITY: EKEYEXPIRED. It is of an older epoch, or
 *   has expired.
 * @RVM_TOKEN_ERROR_INSUFFICIENT_RIGHTS: EACCES. It lacks a right that was
 *   asked for.
 * @RVM_TOKEN_ERROR_POLICY_VIOLATION: EKEYREJECTED. The nonce or the time of
 *   the request is not good.
 * @RVM_TOKEN_ERROR_DERIVATION_CHAIN_BROKEN: EUCLEAN. A step on the way to its
 *   root is not as it should be.
 */
enum rvm_token_error {
	RVM_TOKEN_ERROR_NONE,
	RVM_TOKEN_ERROR_INVALID_HANDLE,
	RVM_TOKEN_ERROR_STALE_HANDLE,
	RVM_TOKEN_ERROR_GRANT_NOT_PERMITTED,
	RVM_TOKEN_ERROR_RIGHTS_ESCALATION,
	RVM_TOKEN_ERROR_DELEGATION_DEPTH_EXCEEDED,
	RVM_TOKEN_ERROR_TABLE_FULL,
	RVM_TOKEN_ERROR_REVOKED,
	RVM_TOKEN_ERROR_STALE_CAPABILITY,
	RVM_TOKEN_ERROR_INSUFFICIENT_RIGHTS,
	RVM_TOKEN_ERROR_POLICY_VIOLATION,
	RVM_TOKEN_ERROR_DERIVATION_CHAIN_BROKEN,
};

/**
 * enum rvm_need - When a hook is attached.
 * @RVM_NEED_ALWAYS: For good.
 * @RVM_NEED_RECHECK: While something may have been taken away from a
 *   partition.
 * @RVM_NEED_HIDE: While a partition has the flag hide-attributes.
 */
enum rvm_need {
	RVM_NEED_ALWAYS,
	RVM_NEED_RECHECK,
	RVM_NEED_HIDE,
};

/**
 * enum rvm_op - What a process wants to do; the last byte of a record's
 *   payload has it.
 */
enum rvm_op {
	RVM_OP_NONE,
	RVM_OP_OPEN,
	RVM_OP_READ,
	RVM_OP_WRITE,
	RVM_OP_MAP,
	RVM_OP_PROTECT,
	RVM_OP_IOCTL,
	RVM_OP_LOCK,
	RVM_OP_RECEIVE,
	RVM_OP_TRUNCATE,
	RVM_OP_CREATE,
	RVM_OP_MKDIR,
	RVM_OP_MKNOD,
	RVM_OP_SYMLINK,
	RVM_OP_LINK,
	RVM_OP_UNLINK,
	RVM_OP_RMDIR,
	RVM_OP_RENAME,
	RVM_OP_CHMOD,
	RVM_OP_CHOWN,
	RVM_OP_UTIMES,
	RVM_OP_XATTR,
	RVM_OP_WATCH,
	RVM_OP_CHROOT,
	RVM_OP_EXEC,
	RVM_OP_INTERP,
	RVM_OP_SOCKET,
	RVM_OP_CONNECT,
	RVM_OP_SEND,
	RVM_OP_BIND,
	RVM_OP_LISTEN,
	RVM_OP_SETSOCKOPT,
	RVM_OP_UNIX_CONNECT,
	RVM_OP_UNIX_SEND,
	RVM_OP_SIGNAL,
	RVM_OP_PTRACE,
	RVM_OP_PRLIMIT,
	RVM_OP_SCHED,
	RVM_OP_CLONE_INTO,
	RVM_OP_CAPABLE,
	RVM_OP_MOUNT,
	RVM_OP_USERNS,
	RVM_OP_BPF,
	RVM_OP_MODULE,
	RVM_OP_PERF,
	RVM_OP_SETTIME,
	RVM_OP_SYSLOG,
	RVM_OP_QUOTA,
	RVM_OP_KEY,
	RVM_OP_IPC,
	RVM_OP_IO_URING,
	RVM_OP_ENTER,
	RVM_OP_CHECK,
	RVM_OP_PARTITION,
	RVM_OP_TABLE,
	RVM_OP_HOOK,
	RVM_OP_WITNESS,
	RVM_OP_GRANT,
	RVM_OP_REVOKE,
	RVM_OP_PROVE,
};

/**
 * enum rvm_reason - Why a question was answered as it was.
 * @RVM_REASON_NONE: Allowed by a token.
 * @RVM_REASON_OUTSIDE: Allowed, the caller is in no partition.
 * @RVM_REASON_OWN: Allowed, the object is the partition's own or harmless.
 * @RVM_REASON_ENTRY: Allowed by an admission, on the authority of the caller
 *   that asked for it.
 * @RVM_REASON_NO_TOKEN: No token covers the object.
 * @RVM_REASON_RIGHTS: A token covers the object but lacks the right.
 * @RVM_REASON_EXPIRED: The token that would cover it has expired.
 * @RVM_REASON_STALE: The token that would cover it is from an older epoch.
 * @RVM_REASON_TIER: The token that would cover it does not reach the tier
 *   asked for.
 * @RVM_REASON_EXCLUDED: A deny rule or a built-in exclusion covers the object.
 * @RVM_REASON_STATE: The partition is not running.
 * @RVM_REASON_FENCED: The partition or one above it is fenced.
 * @RVM_REASON_UNREGISTERED: The task is below the tool's cgroup but in no
 *   partition.
 * @RVM_REASON_FLOOR: Denied in every mode; only the root token covers it.
 * @RVM_REASON_ARGV: A token names the program, but not with these arguments.
 * @RVM_REASON_GAIN: The new name would grant more rights than the old one.
 * @RVM_REASON_SPECIAL: A device, fifo or socket needs a token that names it.
 * @RVM_REASON_DETACHED: The object cannot be reached from the root of its file
 *   system tree.
 * @RVM_REASON_DEPTH: The path is deeper, or the name longer, than the limits
 *   allow.
 * @RVM_REASON_CONTEXT: Its place could not be determined for too many mounts,
 *   or they kept changing.
 * @RVM_REASON_MEMORY: There was no memory to judge it.
 * @RVM_REASON_ANONYMOUS: Code in a nameless file such as a memfd.
 * @RVM_REASON_FAMILY: No socket family or protocol of this kind in a
 *   partition.
 * @RVM_REASON_REFUSED: Never allowed in a partition.
 * @RVM_REASON_ENVIRON: A token names the program with these arguments, but a
 *   variable of its environment can make it run something else.
 * @RVM_REASON_ABOVE: Tokens of the partition allow it, but none of a partition
 *   above it.
 * @RVM_REASON_WITHIN: The token that would cover it applies only to
 *   descendants of another program.
 * @RVM_REASON_STEERED: A token names the program with these arguments, but the
 *   task that starts it is traced, or has a system call filter of its own,
 *   which could change the arguments.
 * @RVM_REASON_REVOKED: The token that covered it was taken back, or used up.
 * @RVM_REASON_NONCE: The nonce of the request was used before, or its time is
 *   not good.
 * @RVM_REASON_CHAIN: A step on the way from the token to its root is not as it
 *   should be.
 */
enum rvm_reason {
	RVM_REASON_NONE,
	RVM_REASON_OUTSIDE,
	RVM_REASON_OWN,
	RVM_REASON_ENTRY,
	RVM_REASON_NO_TOKEN,
	RVM_REASON_RIGHTS,
	RVM_REASON_EXPIRED,
	RVM_REASON_STALE,
	RVM_REASON_TIER,
	RVM_REASON_EXCLUDED,
	RVM_REASON_STATE,
	RVM_REASON_FENCED,
	RVM_REASON_UNREGISTERED,
	RVM_REASON_FLOOR,
	RVM_REASON_ARGV,
	RVM_REASON_GAIN,
	RVM_REASON_SPECIAL,
	RVM_REASON_DETACHED,
	RVM_REASON_DEPTH,
	RVM_REASON_CONTEXT,
	RVM_REASON_MEMORY,
	RVM_REASON_ANONYMOUS,
	RVM_REASON_FAMILY,
	RVM_REASON_REFUSED,
	RVM_REASON_ENVIRON,
	RVM_REASON_ABOVE,
	RVM_REASON_WITHIN,
	RVM_REASON_STEERED,
	RVM_REASON_REVOKED,
	RVM_REASON_NONCE,
	RVM_REASON_CHAIN,
};

enum {
	RVM_A_INFO_ABI = 1,
	RVM_A_INFO_VERSION,
	RVM_A_INFO_PARTITIONS,
	RVM_A_INFO_TOKENS,
	RVM_A_INFO_EXCLUSIONS,
	RVM_A_INFO_ANCHORS,
	RVM_A_INFO_TABLES,
	RVM_A_INFO_ENTRIES,
	RVM_A_INFO_HOOKS,
	RVM_A_INFO_SELF,

	__RVM_A_INFO_MAX,
	RVM_A_INFO_MAX = (__RVM_A_INFO_MAX - 1)
};

enum {
	RVM_A_PARTITION_ID = 1,
	RVM_A_PARTITION_NAME,
	RVM_A_PARTITION_CGROUP_FD,
	RVM_A_PARTITION_CGROUP_ID,
	RVM_A_PARTITION_STATE,
	RVM_A_PARTITION_MODE,
	RVM_A_PARTITION_FLAGS,
	RVM_A_PARTITION_FLAGS_MASK,
	RVM_A_PARTITION_OWNER_UID,
	RVM_A_PARTITION_EPOCH,
	RVM_A_PARTITION_PARENT,
	RVM_A_PARTITION_TOKENS,
	RVM_A_PARTITION_EXCLUSIONS,
	RVM_A_PARTITION_DENIALS,
	RVM_A_PARTITION_EXECS,
	RVM_A_PARTITION_PID,
	RVM_A_PARTITION_EPOCH_BUMP,
	RVM_A_PARTITION_DIGEST,
	RVM_A_PARTITION_SOURCE,
	RVM_A_PARTITION_WORKSPACE,
	RVM_A_PARTITION_PAD,
	RVM_A_PARTITION_OWN_NET,
	RVM_A_PARTITION_LIVE,
	RVM_A_PARTITION_PROGRAM_FD,
	RVM_A_PARTITION_WORDS,
	RVM_A_PARTITION_JUDGED,

	__RVM_A_PARTITION_MAX,
	RVM_A_PARTITION_MAX = (__RVM_A_PARTITION_MAX - 1)
};

enum {
	RVM_A_SCOPE_CLASS = 1,
	RVM_A_SCOPE_FLAGS,
	RVM_A_SCOPE_RESOURCE,
	RVM_A_SCOPE_FD,
	RVM_A_SCOPE_ANCHOR,
	RVM_A_SCOPE_PATTERN,
	RVM_A_SCOPE_FAMILY,
	RVM_A_SCOPE_PROTOCOL,
	RVM_A_SCOPE_ADDRESS,
	RVM_A_SCOPE_PREFIX_LEN,
	RVM_A_SCOPE_PORT_FIRST,
	RVM_A_SCOPE_PORT_LAST,
	RVM_A_SCOPE_ANCHOR_INO,
	RVM_A_SCOPE_PAD,

	__RVM_A_SCOPE_MAX,
	RVM_A_SCOPE_MAX = (__RVM_A_SCOPE_MAX - 1)
};

enum {
	RVM_A_TOKEN_ID = 1,
	RVM_A_TOKEN_INDEX,
	RVM_A_TOKEN_GENERATION,
	RVM_A_TOKEN_OWNER,
	RVM_A_TOKEN_TYPE,
	RVM_A_TOKEN_RIGHTS,
	RVM_A_TOKEN_TIER,
	RVM_A_TOKEN_SCOPE,
	RVM_A_TOKEN_BADGE,
	RVM_A_TOKEN_EPOCH,
	RVM_A_TOKEN_DEPTH,
	RVM_A_TOKEN_PARENT,
	RVM_A_TOKEN_EXPIRES_AT,
	RVM_A_TOKEN_FLAGS,
	RVM_A_TOKEN_BIRTH,
	RVM_A_TOKEN_PARTITION,
	RVM_A_TOKEN_PAD,
	RVM_A_TOKEN_WITHIN,
	RVM_A_TOKEN_REVOKED,

	__RVM_A_TOKEN_MAX,
	RVM_A_TOKEN_MAX = (__RVM_A_TOKEN_MAX - 1)
};

enum {
	RVM_A_EXCLUSION_INDEX = 1,
	RVM_A_EXCLUSION_RIGHTS,
	RVM_A_EXCLUSION_SCOPE,
	RVM_A_EXCLUSION_PARTITION,

	__RVM_A_EXCLUSION_MAX,
	RVM_A_EXCLUSION_MAX = (__RVM_A_EXCLUSION_MAX - 1)
};

enum {
	RVM_A_TABLE_PARTITION = 1,
	RVM_A_TABLE_TOKEN,
	RVM_A_TABLE_EXCLUSION,
	RVM_A_TABLE_TOKENS,
	RVM_A_TABLE_EXCLUSIONS,
	RVM_A_TABLE_DIGEST,
	RVM_A_TABLE_SOURCE,
	RVM_A_TABLE_WORKSPACE,
	RVM_A_TABLE_SEQUENCE,
	RVM_A_TABLE_TOKEN_ID,
	RVM_A_TABLE_PAD,
	RVM_A_TABLE_FRESH,
	RVM_A_TABLE_KEPT,
	RVM_A_TABLE_REVOKED,

	__RVM_A_TABLE_MAX,
	RVM_A_TABLE_MAX = (__RVM_A_TABLE_MAX - 1)
};

enum {
	RVM_A_GRANT_PARTITION = 1,
	RVM_A_GRANT_ID,
	RVM_A_GRANT_INDEX,
	RVM_A_GRANT_GENERATION,
	RVM_A_GRANT_TOKEN,
	RVM_A_GRANT_RIGHTS,
	RVM_A_GRANT_TIER,
	RVM_A_GRANT_NONCE,
	RVM_A_GRANT_ISSUED,
	RVM_A_GRANT_COUNT,
	RVM_A_GRANT_REASON,
	RVM_A_GRANT_SEQUENCE,
	RVM_A_GRANT_PAD,

	__RVM_A_GRANT_MAX,
	RVM_A_GRANT_MAX = (__RVM_A_GRANT_MAX - 1)
};

enum {
	RVM_A_CHECK_PARTITION = 1,
	RVM_A_CHECK_CLASS,
	RVM_A_CHECK_OP,
	RVM_A_CHECK_RIGHT,
	RVM_A_CHECK_TIER,
	RVM_A_CHECK_FD,
	RVM_A_CHECK_LEAF,
	RVM_A_CHECK_ARGV,
	RVM_A_CHECK_NAME,
	RVM_A_CHECK_FAMILY,
	RVM_A_CHECK_PROTOCOL,
	RVM_A_CHECK_ADDRESS,
	RVM_A_CHECK_PORT,
	RVM_A_CHECK_ALLOWED,
	RVM_A_CHECK_REASON,
	RVM_A_CHECK_TOKEN,
	RVM_A_CHECK_MISSING,
	RVM_A_CHECK_PAD,
	RVM_A_CHECK_WITHIN,
	RVM_A_CHECK_NONCE,
	RVM_A_CHECK_ISSUED,

	__RVM_A_CHECK_MAX,
	RVM_A_CHECK_MAX = (__RVM_A_CHECK_MAX - 1)
};

enum {
	RVM_A_WITNESS_SEQUENCE = 1,
	RVM_A_WITNESS_LENGTH,
	RVM_A_WITNESS_HEAD,
	RVM_A_WITNESS_RECORD,
	RVM_A_WITNESS_DETAIL,
	RVM_A_WITNESS_DETAIL_HEAD,
	RVM_A_WITNESS_DETAIL_LENGTH,
	RVM_A_WITNESS_FIRST,
	RVM_A_WITNESS_LOST,
	RVM_A_WITNESS_CAPACITY,
	RVM_A_WITNESS_LAST_DENIAL,
	RVM_A_WITNESS_PARTITION,
	RVM_A_WITNESS_PAD,
	RVM_A_WITNESS_KEY,
	RVM_A_WITNESS_LOG,

	__RVM_A_WITNESS_MAX,
	RVM_A_WITNESS_MAX = (__RVM_A_WITNESS_MAX - 1)
};

enum {
	RVM_A_LINK_FD = 1,
	RVM_A_LINK_NAME,
	RVM_A_LINK_CLASS,
	RVM_A_LINK_PROGRAM,
	RVM_A_LINK_NEED,
	RVM_A_LINK_ATTACHED,

	__RVM_A_LINK_MAX,
	RVM_A_LINK_MAX = (__RVM_A_LINK_MAX - 1)
};

enum {
	RVM_A_HOOK_LINK = 1,
	RVM_A_HOOK_DETACH,

	__RVM_A_HOOK_MAX,
	RVM_A_HOOK_MAX = (__RVM_A_HOOK_MAX - 1)
};

enum {
	RVM_CMD_INFO = 1,
	RVM_CMD_PARTITION_NEW,
	RVM_CMD_PARTITION_SET,
	RVM_CMD_PARTITION_DEL,
	RVM_CMD_PARTITION_GET,
	RVM_CMD_PARTITION_ENTER,
	RVM_CMD_TABLE_BEGIN,
	RVM_CMD_TABLE_ADD,
	RVM_CMD_TABLE_COMMIT,
	RVM_CMD_TABLE_ABORT,
	RVM_CMD_TOKEN_GET,
	RVM_CMD_EXCLUSION_GET,
	RVM_CMD_CHECK,
	RVM_CMD_TOKEN_GRANT,
	RVM_CMD_TOKEN_REVOKE,
	RVM_CMD_TOKEN_PROVE,
	RVM_CMD_WITNESS_GET,
	RVM_CMD_HOOK_SET,
	RVM_CMD_HOOK_GET,
	RVM_CMD_DENY_EVENT,
	RVM_CMD_PARTITION_EVENT,
	RVM_CMD_GRANT_EVENT,
	RVM_CMD_TABLE_EVENT,
	RVM_CMD_WITNESS_KEY,

	__RVM_CMD_MAX,
	RVM_CMD_MAX = (__RVM_CMD_MAX - 1)
};

#define RVM_MCGRP_DENY		"deny"
#define RVM_MCGRP_PARTITION	"partition"
#define RVM_MCGRP_TOKEN		"token"
#define RVM_MCGRP_WITNESS	"witness"

#endif /* _UAPI_LINUX_RVM_H */
