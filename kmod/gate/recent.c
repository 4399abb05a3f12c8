// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this CPU allowed in the present tick: the shortest way for reads and writes.
 */

#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/percpu.h>

#include "gate/decision.h"
#include "gate/recent.h"
#include "partition/registry.h"
#include "policy.h"
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

/* Files come from 256-byte slots or thereabouts. */
static __always_inline struct recent *recent_of(const struct file *file)
{
	return this_cpu_ptr(recent) + ((unsigned long)file / 256) % RECENT;
}

bool rvm_recent_has(const struct rvm_partition *part, const struct file *file, int mask)
{
	unsigned long tick = READ_ONCE(jiffies);
	struct recent *r;
	bool is;

	preempt_disable();
	r = recent_of(file);
	is = r->file == file && r->mask == mask && r->part == part->id &&
	     r->dentry == file->f_path.dentry && r->tick == tick && rvm_policy_is(r->policy) &&
	     r->names == rvm_walk_names();
	preempt_enable();
	return is;
}

bool rvm_recent_allows(const struct rvm_partition *part, const struct file *file, int mask,
		       u8 rights)
{
	/* Numbers and time from before the file is looked at. */
	struct recent new = {
		.file = file,
		.dentry = file->f_path.dentry,
		.policy = rvm_policy_number(),
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

int rvm_recent_init(void)
{
	recent = __alloc_percpu(RECENT * sizeof(*recent), __alignof__(*recent));
	return recent ? 0 : -ENOMEM;
}

void rvm_recent_exit(void)
{
	free_percpu(recent);
}
