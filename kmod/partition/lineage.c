// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which programs a task descends from.
 *
 * A task is known by its address: it keeps it when an exec gives it another pid,
 * and task_free tells when it is over.  An exec that was allowed only notes what
 * it opens; the task has it from the point on where the old program is gone.
 */

#include <linux/binfmts.h>
#include <linux/hashtable.h>
#include <linux/ptrace.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "partition/lineage.h"
#include "partition/registry.h"
#include "table/table.h"

struct member {
	struct hlist_node node;
	/* Only compared. */
	const struct task_struct *task;
	struct rvm_lineages has;
	/*
	 * A number for the exec that a token with arguments allowed, unique to that exec;
	 * 0 for none.  Tasks that were forked since have the same.
	 */
	u64 words;
	/* What it has if this exec succeeds. */
	struct rvm_lineages will;
	u64 will_words;
	/* Only compared; NULL for none. */
	const struct linux_binprm *bprm;
};

/* Tasks are freed in softirq.  Outside of the lock `count` is only compared with 0. */
static DEFINE_SPINLOCK(lock);
static DEFINE_HASHTABLE(members, 10);
static unsigned int count;
/* Of the last exec that a token with arguments allowed. */
static atomic64_t last_words = ATOMIC64_INIT(0);

static struct member *find_member(const struct task_struct *task)
{
	struct member *member;

	lockdep_assert_held(&lock);
	hash_for_each_possible(members, member, node, (unsigned long)task)
		if (member->task == task)
			return member;
	return NULL;
}

static struct member *new_member(const struct task_struct *task)
{
	struct member *member;

	member = kzalloc(sizeof(*member), GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);
	if (member)
		member->task = task;
	return member;
}

static void add_member(struct member *member)
{
	lockdep_assert_held(&lock);
	hash_add(members, &member->node, (unsigned long)member->task);
	WRITE_ONCE(count, count + 1);
}

static struct rvm_lineages read_member(const struct task_struct *task, bool executing,
				       const struct linux_binprm *bprm)
{
	struct rvm_lineages has = {};
	struct member *member;
	unsigned long flags;

	if (likely(!READ_ONCE(count)))
		return has;
	spin_lock_irqsave(&lock, flags);
	member = find_member(task);
	if (member) {
		executing = executing && member->bprm && (!bprm || member->bprm == bprm);
		has = executing ? member->will : member->has;
	}
	spin_unlock_irqrestore(&lock, flags);
	return has;
}

struct rvm_lineages rvm_lineage_of(const struct task_struct *task)
{
	return read_member(task, false, NULL);
}

struct rvm_lineages rvm_lineage_executing(const struct linux_binprm *bprm)
{
	return read_member(current, true, bprm);
}

/* Those of @has that still count, and of @gain. */
static struct rvm_lineages join(struct rvm_lineages has, struct rvm_lineages gain)
{
	if (has.table == gain.table)
		gain.set |= has.set;
	return gain;
}

static bool has_all(struct rvm_lineages has, struct rvm_lineages want)
{
	return !want.set || (has.table == want.table && !(want.set & ~has.set));
}

/* A tracer of the same partition must not get at what it could not start. */
static bool tracer_has(struct rvm_lineages want)
{
	struct task_struct *tracer = ptrace_parent(current);

	return !tracer || rvm_partition_of_task(tracer) != rvm_partition_find() ||
	       has_all(rvm_lineage_of(tracer), want);
}

int rvm_lineage_open(const struct linux_binprm *bprm, struct rvm_lineages gain, bool words)
{
	struct rvm_lineages has = rvm_lineage_of(current), will = join(has, gain);
	struct member *fresh = NULL, *member;
	unsigned long flags;
	bool gains = gain.set && tracer_has(will);

	if (!gains && !words && likely(!READ_ONCE(count)))
		return 0;
	if (!gains)
		will = has;
	gains |= words;
	if (gains) {
		fresh = new_member(current);
		if (!fresh)
			return -ENOMEM;
	}
	spin_lock_irqsave(&lock, flags);
	member = find_member(current);
	if (!member && gains) {
		member = fresh;
		fresh = NULL;
		add_member(member);
	}
	if (member) {
		/* Also where it gains nothing: it is no longer the program that it was. */
		member->bprm = bprm;
		member->will = will;
		member->will_words = words ? atomic64_inc_return(&last_words) : 0;
	}
	spin_unlock_irqrestore(&lock, flags);
	kfree(fresh);
	return 0;
}

void rvm_lineage_commit(const struct linux_binprm *bprm)
{
	struct member *member;
	unsigned long flags;

	if (likely(!READ_ONCE(count)))
		return;
	spin_lock_irqsave(&lock, flags);
	member = find_member(current);
	if (member && member->bprm == bprm) {
		member->has = member->will;
		member->words = member->will_words;
		member->bprm = NULL;
	}
	spin_unlock_irqrestore(&lock, flags);
}

static u64 words_of(const struct task_struct *task)
{
	struct member *member;
	unsigned long flags;
	u64 words = 0;

	if (likely(!READ_ONCE(count)))
		return 0;
	spin_lock_irqsave(&lock, flags);
	member = find_member(task);
	if (member)
		words = member->words;
	spin_unlock_irqrestore(&lock, flags);
	return words;
}

int rvm_lineage_inherit(const struct task_struct *child)
{
	struct rvm_lineages has = rvm_lineage_of(current);
	u64 words = words_of(current);
	struct member *member;
	unsigned long flags;

	/* Also the end of one at the same address that nobody told of. */
	rvm_lineage_drop(child);
	if (!has.set && !words)
		return 0;
	member = new_member(child);
	if (!member)
		return -ENOMEM;
	member->has = has;
	member->words = words;
	spin_lock_irqsave(&lock, flags);
	add_member(member);
	spin_unlock_irqrestore(&lock, flags);
	return 0;
}

void rvm_lineage_drop(const struct task_struct *task)
{
	struct member *member;
	unsigned long flags;

	if (likely(!READ_ONCE(count)))
		return;
	spin_lock_irqsave(&lock, flags);
	member = find_member(task);
	if (member) {
		hash_del(&member->node);
		WRITE_ONCE(count, count - 1);
	}
	spin_unlock_irqrestore(&lock, flags);
	kfree(member);
}

/* What a task of @part has by the table in force. */
static struct rvm_lineages in_force(const struct rvm_partition *part,
				    const struct task_struct *task)
{
	struct rvm_lineages has = rvm_lineage_of(task);
	const struct rvm_table *table = rcu_dereference(part->table);

	has.set &= table && table->lineages == has.table ? table->named : 0;
	return has;
}

bool rvm_lineage_may_trace(struct task_struct *tracer, struct task_struct *task)
{
	const struct rvm_partition *part = rvm_partition_of_task(task);

	u64 words = words_of(task);

	if (!part || part != rvm_partition_of_task(tracer))
		return true;
	/* A tracer would choose what a program does whose arguments were judged. */
	if (words && words != words_of(tracer))
		return false;
	return has_all(rvm_lineage_of(tracer), in_force(part, task));
}

void rvm_lineage_exit(void)
{
	struct hlist_node *next;
	struct member *member;
	unsigned int i;

	hash_for_each_safe(members, i, next, member, node)
		kfree(member);
}
