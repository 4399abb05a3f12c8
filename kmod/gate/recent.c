// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this CPU allowed in the present tick: the shortest way for reads and writes, and
 * for messages.
 */

#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/string.h>

#include "gate/decision.h"
#include "gate/recent.h"
#include "partition/registry.h"
#include "partition/sum.h"
#include "walk/path.h"

/*
 * Reads and writes of an open file that this CPU found allowed, each good for the
 * rest of the tick, and only while neither policy nor names change.
 */
struct recent {
	const struct file *file;
	const struct dentry *dentry;
	u64 policy;
	unsigned long tick;
	unsigned int names;
	u32 part;
	int mask;
} __aligned(64);

#define RECENT 32

static struct recent __percpu *recent;

/* Addresses, likewise. */
struct recent_peer {
	struct rvm_peer peer;
	u64 policy;
	unsigned long tick;
	u32 part;
} __aligned(64);

#define RECENT_PEERS 16

static struct recent_peer __percpu *peers;

/* Files come from 256-byte slots or thereabouts. */
static __always_inline struct recent *recent_of(const struct file *file)
{
	return this_cpu_ptr(recent) + ((unsigned long)file / 256) % RECENT;
}

bool rvm_recent_has(struct rvm_partition *part, const struct file *file, int mask)
{
	unsigned long tick = READ_ONCE(jiffies);
	struct recent *r;
	bool is;

	preempt_disable();
	r = recent_of(file);
	is = r->file == file && r->mask == mask && r->part == part->id &&
	     r->dentry == file->f_path.dentry && r->tick == tick &&
	     rvm_policy_is(part, r->policy) && r->names == rvm_walk_names();
	preempt_enable();
	return is && rvm_sum_count(&part->sum);
}

bool rvm_recent_allows(struct rvm_partition *part, const struct file *file, int mask, u8 rights)
{
	/* Numbers and time from before the file is looked at. */
	struct recent new = {
		.file = file,
		.dentry = file->f_path.dentry,
		.policy = rvm_policy_number(part),
		.tick = READ_ONCE(jiffies),
		.names = rvm_walk_names(),
		.part = part->id,
		.mask = mask,
	};

	if (!rvm_decision_allows(part, &file->f_path, rights, false))
		return false;
	preempt_disable();
	*recent_of(file) = new;
	preempt_enable();
	return true;
}

/* The last bytes of an address differ most, and the ports of one server least. */
static struct recent_peer *recent_peer_of(const struct rvm_peer *peer)
{
	u32 key = peer->addr.bytes[15] ^ peer->addr.port << 8 ^ peer->need << 24;

	return this_cpu_ptr(peers) + hash_32(key, ilog2(RECENT_PEERS));
}

static bool is_same_peer(const struct rvm_peer *a, const struct rvm_peer *b)
{
	return a->net == b->net && a->protocol == b->protocol && a->need == b->need &&
	       !memcmp(&a->addr, &b->addr, sizeof(a->addr));
}

bool rvm_recent_has_peer(struct rvm_partition *part, const struct rvm_peer *peer)
{
	unsigned long tick = READ_ONCE(jiffies);
	struct recent_peer *r;
	bool is;

	preempt_disable();
	r = recent_peer_of(peer);
	is = r->tick == tick && r->part == part->id && is_same_peer(&r->peer, peer) &&
	     rvm_policy_is(part, r->policy);
	preempt_enable();
	return is && rvm_sum_count(&part->sum);
}

void rvm_recent_note_peer(const struct rvm_partition *part, const struct rvm_peer *peer, u64 policy)
{
	const struct recent_peer new = {
		.peer = *peer,
		.policy = policy,
		.tick = READ_ONCE(jiffies),
		.part = part->id,
	};

	preempt_disable();
	*recent_peer_of(peer) = new;
	preempt_enable();
}

int rvm_recent_init(void)
{
	recent = __alloc_percpu(RECENT * sizeof(*recent), __alignof__(*recent));
	peers = __alloc_percpu(RECENT_PEERS * sizeof(*peers), __alignof__(*peers));
	if (recent && peers)
		return 0;
	rvm_recent_exit();
	return -ENOMEM;
}

void rvm_recent_exit(void)
{
	free_percpu(peers);
	free_percpu(recent);
}
