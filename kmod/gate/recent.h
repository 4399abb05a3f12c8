/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_RECENT_H
#define _RVM_RECENT_H

#include <linux/types.h>

#include "lib/pattern/addr.h"

struct file;
struct net;
struct rvm_partition;

/**
 * rvm_recent_has() - was this found allowed in the present tick
 * @part: of the caller
 * @file: open
 * @mask: MAY_READ, MAY_WRITE and the like
 *
 * For reads and writes, which come so often that looking at the file itself
 * would be measurable.  A change of policy or a rename ends it at once.
 *
 * Context: as rvm_decision_allows().
 * Return: true if it is allowed; false says nothing.
 */
bool rvm_recent_has(struct rvm_partition *part, const struct file *file, int mask);

/**
 * rvm_recent_allows() - rvm_decision_allows(), and rvm_recent_has() it from then on
 * @part: of the caller
 * @file: open
 * @mask: MAY_READ, MAY_WRITE and the like
 * @rights: mask of enum rvm_right
 *
 * Context: as rvm_decision_allows().
 * Return: true if it is allowed; false says nothing.
 */
bool rvm_recent_allows(struct rvm_partition *part, const struct file *file, int mask, u8 rights);

/**
 * struct rvm_peer - what a question about an address is asked of
 */
struct rvm_peer {
	/** @net: Network namespace of the socket; only compared. */
	const struct net *net;
	/** @addr: The address. */
	struct rvm_addr addr;
	/** @protocol: IPPROTO_x. */
	u16 protocol;
	/** @need: enum rvm_right. */
	u8 need;
};

/**
 * rvm_recent_has_peer() - was this found allowed in the present tick
 * @part: of the caller
 * @peer: asked of
 *
 * A connection asks the same with each message, and a server with each connection.  A
 * change of policy ends it at once; an expiry, and an address that becomes or is no more
 * the host's own, with the tick.
 *
 * Context: as rvm_decision_allows().
 * Return: true if it is allowed; false says nothing.
 */
bool rvm_recent_has_peer(struct rvm_partition *part, const struct rvm_peer *peer);

/**
 * rvm_recent_note_peer() - from now on rvm_recent_has_peer() it
 * @part: of the caller
 * @peer: found allowed, not relaxed
 * @policy: rvm_policy_number(), read before it was judged
 *
 * Context: as rvm_decision_allows().
 */
void rvm_recent_note_peer(const struct rvm_partition *part, const struct rvm_peer *peer,
			  u64 policy);

/** rvm_recent_init() - make room on each CPU; -ENOMEM */
int rvm_recent_init(void);
/** rvm_recent_exit() - free it; nobody asks any more */
void rvm_recent_exit(void);

#endif /* _RVM_RECENT_H */
