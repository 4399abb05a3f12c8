/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_JUDGE_H
#define _RVM_JUDGE_H

#include <linux/rvm.h>
#include <linux/types.h>

#include "argv.h"
#include "environ.h"
#include "leaf.h"
#include "scope.h"

/**
 * DOC: the judge
 *
 * One pure function says whether a partition may do something.  It changes
 * nothing and knows neither locks nor time; the caller brings a consistent
 * view and the current time, and records the verdict.
 */

/** RVM_DEPTH_MAX - greatest depth of a token; a root has 0 */
#define RVM_DEPTH_MAX 8
/** RVM_PATH_DEPTH_MAX - most names of a path that are judged; deeper is refused */
#define RVM_PATH_DEPTH_MAX 64
/** RVM_CHAIN_END - end of an index chain */
#define RVM_CHAIN_END 0xffffffffu

/**
 * struct rvm_token_core - the part of a token that is judged
 */
struct rvm_token_core {
	/** @id: Unique in one load of the module. */
	u64 id;
	/** @expires_at: Unix seconds, 0 = never. */
	s64 expires_at;
	/** @scope: Never NULL. */
	const struct rvm_scope *scope;
	/** @parent: NULL for a root. */
	const struct rvm_token_core *parent;
	/** @epoch: Epoch of the partition when it was made. */
	u32 epoch;
	/** @rights: enum rvm_right; of an exclusion, the rights that it takes away. */
	u8 rights;
	/** @type: enum rvm_token_type. */
	u8 type;
	/** @tier: 1 to 3. */
	u8 tier;
	/** @depth: 0 for a root. */
	u8 depth;
	/** @flags: RVM_TOKEN_F_x. */
	u8 flags;
};

/** RVM_TOKEN_F_REVOKED - ended; never judged sufficient again */
#define RVM_TOKEN_F_REVOKED 0x01
/** RVM_TOKEN_F_EXPIRED - expiry was seen once; it latches */
#define RVM_TOKEN_F_EXPIRED 0x02

/**
 * struct rvm_index - tokens or exclusions in index order, found by what they name
 *
 * PATH and unix scopes with an anchor are chained by its hash, EXEC scopes by
 * the base name of their program word, which binds files of that name whatever
 * their identity; all others by class.  Each chain is in rising index order.
 */
struct rvm_index {
	/** @count: How many entries. */
	u32 count;
	/** @mask: Buckets minus one; a power of two minus one. */
	u32 mask;
	/** @core: The entries. */
	const struct rvm_token_core **core;
	/** @bucket: Heads of the hashed chains, @mask + 1 of them. */
	u32 *bucket;
	/** @next: Next entry of the same chain, @count of them. */
	u32 *next;
	/** @leaves: Names that patterns of PATH scopes may be about. */
	struct rvm_leaf_set leaves;
	/** @head: Heads of the class chains. */
	u32 head[RVM_CLASS_SYS + 1];
};

/** rvm_index_buckets() - how many buckets suit @count entries: a power of two, at least 1 */
u32 rvm_index_buckets(u32 count);

/**
 * rvm_index_build() - chain the entries
 * @index: count, mask, core, bucket and next are set; the rest is filled here
 */
void rvm_index_build(struct rvm_index *index);

/**
 * struct rvm_path_view - a file system object and what lies above it
 */
struct rvm_path_view {
	/** @name: Names, leaf first. */
	struct rvm_name name[RVM_PATH_DEPTH_MAX];
	/** @id: Identity of the object of the same place; @id[@depth] is the root. */
	const void *id[RVM_PATH_DEPTH_MAX + 1];
	/** @depth: How many names. */
	u16 depth;
};

/**
 * struct rvm_path_object - what a PATH question is about
 */
struct rvm_path_object {
	/** @visible: Up through the mounts. */
	const struct rvm_path_view *visible;
	/** @own: Up to the root of the object's own file system; NULL if the same. */
	const struct rvm_path_view *own;
	/** @special: A device, fifo or socket: only a scope that names it covers it. */
	bool special;
	/** @proc_own: The object is a /proc entry of a task of the partition. */
	bool proc_own;
};

/**
 * struct rvm_exec_object - what an EXEC question is about
 */
struct rvm_exec_object {
	/** @program: Identity of the program file. */
	const void *program;
	/** @base: Base name of the path as typed; empty if that is not known yet. */
	struct rvm_name base;
	/** @argv: The vector; NULL if only the program counts (interpreters). */
	const struct rvm_argv *argv;
	/** @turned: Which programs its environment can make run other code. */
	enum rvm_environ turned;
	/** @path: The program as a file, for exclusions and "run:". */
	struct rvm_path_object path;
};

/**
 * struct rvm_net_object - what a NET question is about
 */
struct rvm_net_object {
	/** @family: 0 for IP, 1 for unix. */
	u16 family;
	/** @protocol: IPPROTO_x. */
	u16 protocol;
	/** @addr: IP: normalised. */
	struct rvm_addr addr;
	/** @local: IP: one of the host's own addresses. */
	bool local;
	/** @path: unix: the peer's file; visible is NULL for an abstract peer. */
	struct rvm_path_object path;
	/** @name: unix: abstract name without the leading NUL. */
	struct rvm_name name;
};

/**
 * struct rvm_request - a question
 */
struct rvm_request {
	/** @class: What kind of object: PATH, EXEC, NET, TOOL, NAME or SYS. */
	u8 class;
	/** @op: enum rvm_op. */
	u8 op;
	/** @need: Rights that must all be held by one token. */
	u8 need;
	/** @tier: Tier asked for; the token's own counts if it is higher. */
	u8 tier;
	/** @load: PATH with EXECUTE: the file is mapped, not started. */
	bool load;
	/** @floor: Mode does not relax this one. */
	bool floor;
	union {
		/** @path: PATH. */
		struct rvm_path_object path;
		/** @exec: EXEC. */
		struct rvm_exec_object exec;
		/** @net: NET. */
		struct rvm_net_object net;
		/** @name: TOOL, NAME. */
		struct rvm_name name;
	};
};

/**
 * struct rvm_partition_view - what the judge sees of a partition
 */
struct rvm_partition_view {
	/** @parent: Partition above, NULL if none. */
	const struct rvm_partition_view *parent;
	/** @tokens: NULL if no table was loaded. */
	const struct rvm_index *tokens;
	/** @exclusions: NULL if none. */
	const struct rvm_index *exclusions;
	/** @epoch: Current epoch. */
	u32 epoch;
	/** @state: enum rvm_state. */
	u8 state;
	/** @mode: enum rvm_mode. */
	u8 mode;
	/** @flags: enum rvm_partition_flag. */
	u8 flags;
};

/**
 * struct rvm_verdict - an answer
 */
struct rvm_verdict {
	/** @allow: What happens: true also where the mode relaxed a refusal. */
	bool allow;
	/** @relaxed: Judged as a refusal, allowed by the mode. */
	bool relaxed;
	/** @reason: enum rvm_reason. */
	u8 reason;
	/** @tier: Tier at which it was verified. */
	u8 tier;
	/** @missing: Rights that the closest miss lacks. */
	u8 missing;
	/** @token: The token that decided, or the closest miss; NULL for none. */
	const struct rvm_token_core *token;
};

/**
 * rvm_judge() - may the partition do this
 * @part: consistent for the time of the call
 * @req: the question
 * @now: unix seconds
 *
 * Order: state and fence of the partition and all above; exclusions of the
 * partition and all above; tokens in index order, the first sufficient one
 * decides.  If none does the reason is that of the closest miss: ARGV, RIGHTS,
 * EXPIRED, STALE, TIER, SPECIAL, NO_TOKEN in this order.
 *
 * A mode relaxes refusals of PATH, EXEC and NET that a token could have averted,
 * but never exclusions, state, @req->floor, nor what needs naming: special files,
 * unix sockets, loopback and the like, the host's own addresses.
 *
 * A revoked token, and at tier 2 or more one with a revoked ancestor, is as if
 * it were not there, except that its program word goes on to bind.
 *
 * Context: Any; under whatever keeps the tables.
 * Return: The verdict.
 */
struct rvm_verdict rvm_judge(const struct rvm_partition_view *part, const struct rvm_request *req,
			     s64 now);

/**
 * rvm_judge_excluded() - is any of @rights of a path, or of something below it, excluded
 * @part: the partition; those above count too
 * @path: the object
 * @rights: which rights; to run or load a file is also to read it
 * @below: also true if an exclusion can match below the object
 *
 * Return: True if any is.
 */
bool rvm_judge_excluded(const struct rvm_partition_view *part, const struct rvm_path_object *path,
			u8 rights, bool below);

/**
 * rvm_judge_path_rights() - rights that live tokens together give on a path
 * @part: the partition
 * @path: the object
 * @now: unix seconds
 *
 * For the no-gain rule of rename and link: the new name must not have more.
 *
 * Return: mask of enum rvm_right; EXECUTE counts whether for load or run.
 */
u8 rvm_judge_path_rights(const struct rvm_partition_view *part, const struct rvm_path_object *path,
			 s64 now);

/** rvm_reason_text() - a sentence part such as "no token covers it" */
const char *rvm_reason_text(enum rvm_reason reason);

/** rvm_op_name() - "open", "map", ... as in the spec */
const char *rvm_op_name(enum rvm_op op);

#endif /* _RVM_JUDGE_H */
