/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_JUDGE_H
#define _RVM_JUDGE_H

#include <linux/rvm.h>
#include <linux/types.h>

#include "lib/judge/climb.h"
#include "lib/judge/index.h"
#include "lib/judge/view.h"
#include "lib/pattern/argv.h"
#include "lib/pattern/environ.h"

/**
 * DOC: the judge
 *
 * One pure function says whether a partition may do something.  It changes
 * nothing and knows neither locks nor time; the caller brings a consistent
 * view and the current time, and records the verdict.
 */

/**
 * struct rvm_path_object - what a PATH question is about
 */
struct rvm_path_object {
	/** @visible: Names up through the mounts. */
	const struct rvm_path_view *visible;
	/** @own: Names up to the root of the object's own file system; NULL if the same. */
	const struct rvm_path_view *own;
	/** @special: A device, fifo or socket: only a scope that names it covers it. */
	bool special;
	/** @symlink: A symbolic link. */
	bool symlink;
	/** @proc_own: The object is a /proc entry of a task of the partition. */
	bool proc_own;
};

/**
 * struct rvm_lineages - programs that a task descends from, as some tables number them
 */
struct rvm_lineages {
	/** @table: Which tables; see struct rvm_partition_view. */
	u64 table;
	/** @set: A bit for each program that one of the table's tokens names as "within". */
	u64 set;
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
	/** @turner: Name of the variable that does, for the record. */
	const char *turner;
	/** @steered: A task inside can change its arguments or what it does with them. */
	bool steered;
	/** @lineages: Of the asking task. */
	struct rvm_lineages lineages;
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
	/**
	 * @own: IP: an address inside the partition's own network namespace, where
	 * nobody else is; it takes no token.
	 */
	bool own;
	/** @path: unix: the peer's file; visible is NULL for an abstract peer. */
	struct rvm_path_object path;
	/** @name: unix: abstract name without the leading NUL. */
	struct rvm_name name;
};

/** RVM_USING_MAX - most tokens for one use that one call uses up */
#define RVM_USING_MAX 4

/**
 * struct rvm_request - a question
 */
struct rvm_request {
	/** @class: What kind of object: PATH, EXEC, NET, TOOL, NAME or SYS. */
	u8 class;
	/** @op: enum rvm_op. */
	u8 op;
	/** @need: Rights that one token must hold together; 0: the partition only has to run. */
	u8 need;
	/** @tier: Tier asked for; the token's own counts if it is higher. */
	u8 tier;
	/** @load: PATH with EXECUTE: the file is mapped, not started. */
	bool load;
	/** @floor: Mode does not relax this one. */
	bool floor;
	/** @using: Tokens for one use that the asking call has used up, for which they hold. */
	u64 using[RVM_USING_MAX];
	/** @process: Identity of the asking one, where there are tokens for one use. */
	const void *process;
	/**
	 * @cleared: What rvm_judge_cleared() returned, while each right is asked alone.
	 */
	u8 cleared;
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
	/** @grants: Tokens beside the table; NULL if none. */
	const struct rvm_index *grants;
	/** @exclusions: NULL if none. */
	const struct rvm_index *exclusions;
	/** @table: By which the lineages of the table are numbered; of no other partition's. */
	u64 table;
	/** @epoch: Current epoch. */
	u32 epoch;
	/** @state: enum rvm_state. */
	u8 state;
	/** @mode: enum rvm_mode. */
	u8 mode;
	/** @flags: enum rvm_partition_flag. */
	u8 flags;
	/** @leaves: Names that its exclusions may be about; NULL without a table. */
	const struct rvm_leaf_set *leaves;
	/** @stop: Of the asking partition, also in the views of those above. */
	struct rvm_stop stop;
};

/**
 * struct rvm_verdict - an answer
 */
struct rvm_verdict {
	/** @allow: What happens: true also where the mode relaxed a denial. */
	bool allow;
	/** @relaxed: Judged as a denial, allowed by the mode. */
	bool relaxed;
	/**
	 * @words: EXEC, allowed: by a token of this partition or one above that limits the
	 * program's arguments.
	 */
	bool words;
	/**
	 * @opens: EXEC, allowed: the lineages that the token opens for the program that
	 * it starts; of the partition's own table.
	 */
	struct rvm_lineages opens;
	/** @single_use: The token is for one use: the answer is for this question only. */
	bool single_use;
	/** @reason: enum rvm_reason. */
	u8 reason;
	/** @tier: Tier at which it was verified. */
	u8 tier;
	/** @missing: Rights that the closest miss lacks. */
	u8 missing;
	/**
	 * @until: Allowed, not relaxed: unix seconds at which the first token that it
	 * rests on expires; S64_MAX for never.
	 */
	s64 until;
	/**
	 * @token: The token that decided, or the closest miss; with reason ABOVE it
	 * belongs to the partition above; NULL for none.
	 */
	const struct rvm_token_core *token;
};

/**
 * rvm_judge() - may the partition do this
 * @part: the partition, consistent during the call
 * @req: the question
 * @now: unix seconds
 *
 * Order: state and fence of the partition and all above; exclusions of the partition and
 * all above, for a symbolic link also those that ask for something below its name; tokens
 * of the table in index order, then those beside it, of which the first sufficient one
 * decides; beside a table one that may be used again comes first.  If there is none, the
 * reason is that of the closest miss: WITHIN, STEERED, ENVIRON, ARGV, RIGHTS, EXPIRED,
 * REVOKED, STALE, TIER, CHAIN, SPECIAL, NO_TOKEN in this order.  What the partition's own
 * tokens allow, the tokens of each partition above must allow too, or the reason is ABOVE.
 *
 * A mode relaxes denials of PATH, EXEC and NET that a token could have averted, but never
 * exclusions, state, @req->floor or what needs naming: special files, unix sockets,
 * loopback and the like, the host's own addresses.
 *
 * Lineages belong to the tables of one partition: where the question's are of others, as
 * they always are for the tables of partitions above, tokens that hold only within a
 * program do not count.
 *
 * A partition that is stopped meanwhile is denied as fenced, without a further search.
 *
 * A token that was revoked or used up is a miss only if it would have done, and else counts
 * as absent; but its program word still binds.  A token for one use counts for its own
 * partition, not for those inside.
 *
 * Context: Any; under whatever keeps the tables.
 * Return: The verdict.
 */
struct rvm_verdict rvm_judge(const struct rvm_partition_view *part, const struct rvm_request *req,
			     s64 now);

/**
 * rvm_judge_cleared() - rights of a question that no exclusion takes away
 * @part: the partition
 * @req: the question, with all rights
 *
 * If no exclusion takes any of them, none need be searched again for each right alone.
 *
 * Return: all of them, or 0.
 */
u8 rvm_judge_cleared(const struct rvm_partition_view *part, const struct rvm_request *req);

/**
 * rvm_judge_live_rights() - rights of a token that is in force
 * @part: the partition
 * @token: that it has
 * @now: unix seconds
 *
 * Return: mask of enum rvm_right; 0 if it is revoked, expired or of an old epoch.
 */
u8 rvm_judge_live_rights(const struct rvm_partition_view *part, const struct rvm_token_core *token,
			 s64 now);

/**
 * rvm_judge_path_rights() - rights that all live tokens together give on a path
 * @part: the partition
 * @path: the object
 * @now: unix seconds
 *
 * For the no-gain rule of rename and link: the new name must not give more.
 *
 * Return: mask of enum rvm_right; EXECUTE counts whether for load or run.
 */
u8 rvm_judge_path_rights(const struct rvm_partition_view *part, const struct rvm_path_object *path,
			 s64 now);

/** rvm_judge_lasting_rights() - likewise, without what tokens for one use give */
u8 rvm_judge_lasting_rights(const struct rvm_partition_view *part,
			    const struct rvm_path_object *path, s64 now);

/**
 * rvm_judge_path_rights_until() - likewise, with what all give
 * @part: the partition
 * @path: the object
 * @now: unix seconds
 * @until: becomes the time at which the first of the tokens expires, if that is earlier; 0
 *         if one is for one use
 *
 * Return: as rvm_judge_path_rights().
 */
u8 rvm_judge_path_rights_until(const struct rvm_partition_view *part,
			       const struct rvm_path_object *path, s64 now, s64 *until);

#endif /* _RVM_JUDGE_H */
