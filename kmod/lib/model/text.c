// SPDX-License-Identifier: GPL-2.0-only
/* Reasons, operations, classes, states, modes and protocols in words. */
#include <linux/string.h>

#include "lib/model/text.h"

const char *rvm_reason_text(enum rvm_reason reason)
{
	static const char *const text[] = {
		[RVM_REASON_NONE] = "a token allows it",
		[RVM_REASON_OUTSIDE] = "the caller is in no partition",
		[RVM_REASON_OWN] = "the object is the partition's own or harmless",
		[RVM_REASON_ENTRY] = "it is the entry command",
		[RVM_REASON_NO_TOKEN] = "no token covers it",
		[RVM_REASON_RIGHTS] = "the token that covers it lacks the right",
		[RVM_REASON_EXPIRED] = "the token that covers it has expired",
		[RVM_REASON_STALE] = "the token that covers it is from an older epoch",
		[RVM_REASON_TIER] = "the token that covers it does not reach the tier",
		[RVM_REASON_EXCLUDED] = "a deny rule or a built-in exclusion covers it",
		[RVM_REASON_STATE] = "the partition, or one above it, is not running",
		[RVM_REASON_FENCED] = "the partition, or one above it, is fenced",
		[RVM_REASON_UNREGISTERED] = "the task is in no partition of its own",
		[RVM_REASON_FLOOR] = "it is refused in every mode; only the root token covers it",
		[RVM_REASON_ARGV] = "a token names the program, but not with these arguments",
		[RVM_REASON_GAIN] = "the new name would grant more rights than the old one",
		[RVM_REASON_SPECIAL] = "it needs a token that names it",
		[RVM_REASON_DETACHED] = "it cannot be reached from the root of its tree",
		[RVM_REASON_DEPTH] = "the path is too deep, or a name too long",
		[RVM_REASON_CONTEXT] =
			"its place could not be determined: too many mounts, or they kept changing",
		[RVM_REASON_MEMORY] = "there was no memory to judge it",
		[RVM_REASON_ANONYMOUS] =
			"its code is in a file that has no path (a memfd, for example)",
		[RVM_REASON_FAMILY] =
			"this socket family or protocol is not available in a partition",
		[RVM_REASON_REFUSED] = "it is never allowed in a partition",
		[RVM_REASON_ABOVE] = "the partition around this one may not do it either",
		[RVM_REASON_ENVIRON] = "an environment variable could make it run other code",
		[RVM_REASON_WITHIN] = "a token allows it, but only within another program",
		[RVM_REASON_STEERED] = "a tracer or a system call filter can change what it does",
		[RVM_REASON_REVOKED] = "the token that covered it was taken back or used up",
		[RVM_REASON_NONCE] = "the nonce was used before, or the time is not good",
		[RVM_REASON_CHAIN] = "the way from the token to its root is broken",
	};

	return reason < ARRAY_SIZE(text) ? text[reason] : "the reason is unknown";
}

const char *rvm_op_name(enum rvm_op op)
{
	/* clang-format off */
	static const char *const name[] = {
		[RVM_OP_NONE] = "none",
		[RVM_OP_OPEN] = "open",
		[RVM_OP_READ] = "read",
		[RVM_OP_WRITE] = "write",
		[RVM_OP_MAP] = "map",
		[RVM_OP_PROTECT] = "protect",
		[RVM_OP_IOCTL] = "ioctl",
		[RVM_OP_LOCK] = "lock",
		[RVM_OP_RECEIVE] = "receive",
		[RVM_OP_TRUNCATE] = "truncate",
		[RVM_OP_CREATE] = "create",
		[RVM_OP_MKDIR] = "mkdir",
		[RVM_OP_MKNOD] = "mknod",
		[RVM_OP_SYMLINK] = "symlink",
		[RVM_OP_LINK] = "link",
		[RVM_OP_UNLINK] = "unlink",
		[RVM_OP_RMDIR] = "rmdir",
		[RVM_OP_RENAME] = "rename",
		[RVM_OP_CHMOD] = "chmod",
		[RVM_OP_CHOWN] = "chown",
		[RVM_OP_UTIMES] = "utimes",
		[RVM_OP_XATTR] = "xattr",
		[RVM_OP_WATCH] = "watch",
		[RVM_OP_CHROOT] = "chroot",
		[RVM_OP_EXEC] = "exec",
		[RVM_OP_INTERP] = "interp",
		[RVM_OP_SOCKET] = "socket",
		[RVM_OP_CONNECT] = "connect",
		[RVM_OP_SEND] = "send",
		[RVM_OP_BIND] = "bind",
		[RVM_OP_LISTEN] = "listen",
		[RVM_OP_SETSOCKOPT] = "setsockopt",
		[RVM_OP_UNIX_CONNECT] = "unix-connect",
		[RVM_OP_UNIX_SEND] = "unix-send",
		[RVM_OP_SIGNAL] = "signal",
		[RVM_OP_PTRACE] = "ptrace",
		[RVM_OP_PRLIMIT] = "prlimit",
		[RVM_OP_SCHED] = "sched",
		[RVM_OP_CLONE_INTO] = "clone-into",
		[RVM_OP_CAPABLE] = "capable",
		[RVM_OP_MOUNT] = "mount",
		[RVM_OP_USERNS] = "userns",
		[RVM_OP_BPF] = "bpf",
		[RVM_OP_MODULE] = "module",
		[RVM_OP_PERF] = "perf",
		[RVM_OP_SETTIME] = "settime",
		[RVM_OP_SYSLOG] = "syslog",
		[RVM_OP_QUOTA] = "quota",
		[RVM_OP_KEY] = "key",
		[RVM_OP_IPC] = "ipc",
		[RVM_OP_IO_URING] = "io-uring",
		[RVM_OP_ENTER] = "enter",
		[RVM_OP_CHECK] = "check",
		[RVM_OP_PARTITION] = "partition",
		[RVM_OP_TABLE] = "table",
		[RVM_OP_HOOK] = "hook",
		[RVM_OP_WITNESS] = "witness",
		[RVM_OP_GRANT] = "grant",
		[RVM_OP_REVOKE] = "revoke",
		[RVM_OP_PROVE] = "prove",
	};
	/* clang-format on */

	return op < ARRAY_SIZE(name) ? name[op] : "unknown";
}

const char *rvm_class_name(u32 class)
{
	static const char *const name[] = {
		[RVM_CLASS_NONE] = "none", [RVM_CLASS_ANY] = "any",   [RVM_CLASS_SELF] = "self",
		[RVM_CLASS_PATH] = "path", [RVM_CLASS_EXEC] = "exec", [RVM_CLASS_NET] = "net",
		[RVM_CLASS_TOOL] = "tool", [RVM_CLASS_NAME] = "name", [RVM_CLASS_SYS] = "sys",
	};

	return class < ARRAY_SIZE(name) ? name[class] : "unknown";
}

const char *rvm_state_name(u32 state)
{
	static const char *const name[] = {
		[RVM_STATE_CREATED] = "created",       [RVM_STATE_RUNNING] = "running",
		[RVM_STATE_SUSPENDED] = "suspended",   [RVM_STATE_DESTROYED] = "destroyed",
		[RVM_STATE_HIBERNATED] = "hibernated",
	};

	return state < ARRAY_SIZE(name) ? name[state] : "unknown";
}

const char *const rvm_mode_names[] = {
	[RVM_MODE_ENFORCE] = "enforce",
	[RVM_MODE_PERMISSIVE] = "permissive",
	[RVM_MODE_LEARN] = "learn",
	NULL,
};

const char *rvm_mode_name(u32 mode)
{
	return mode < ARRAY_SIZE(rvm_mode_names) - 1 ? rvm_mode_names[mode] : "unknown";
}

const char *rvm_protocol_name(u32 protocol)
{
	/* Protocol numbers of IPv4 and IPv6. */
	switch (protocol) {
	case 6:
		return "tcp";
	case 17:
		return "udp";
	default:
		return NULL;
	}
}

const char *rvm_token_error_text(enum rvm_token_error error)
{
	static const char *const text[] = {
		[RVM_TOKEN_ERROR_NONE] = "no error",
		[RVM_TOKEN_ERROR_INVALID_HANDLE] =
			"InvalidHandle: there is no such token, or it is not yours",
		[RVM_TOKEN_ERROR_STALE_HANDLE] = "StaleHandle: its place has another token now",
		[RVM_TOKEN_ERROR_GRANT_NOT_PERMITTED] =
			"GrantNotPermitted: it has neither GRANT nor GRANT_ONCE",
		[RVM_TOKEN_ERROR_RIGHTS_ESCALATION] =
			"RightsEscalation: more than the token has, or not shown to be less",
		[RVM_TOKEN_ERROR_DELEGATION_DEPTH_EXCEEDED] =
			"DelegationDepthExceeded: it would be deeper than 8",
		[RVM_TOKEN_ERROR_TABLE_FULL] =
			"TableFull: the partition or the host has as many tokens as it may",
		[RVM_TOKEN_ERROR_REVOKED] = "Revoked: it, or one above it, was taken back",
		[RVM_TOKEN_ERROR_STALE_CAPABILITY] =
			"StaleCapability: it is of an older epoch, or has expired",
		[RVM_TOKEN_ERROR_INSUFFICIENT_RIGHTS] =
			"InsufficientRights: the token lacks the right for this",
		[RVM_TOKEN_ERROR_POLICY_VIOLATION] =
			"PolicyViolation: the nonce was used before, or the time is not good",
		[RVM_TOKEN_ERROR_DERIVATION_CHAIN_BROKEN] =
			"DerivationChainBroken: a step on the way to its root is not sound",
	};

	return error < ARRAY_SIZE(text) ? text[error] : "the error is unknown";
}
