/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_LINEAGE_H
#define _RVM_LINEAGE_H

#include <linux/sched.h>
#include <linux/types.h>

#include "lib/judge/judge.h"

struct linux_binprm;

/**
 * DOC: lineages
 *
 * Tokens that start a program may hold only within another program: for it and
 * what descends from it.  A task is in the lineages of the programs that it was
 * started as and that its ancestors were, as far as a token of the table in force
 * says "within" one of them.  Only tasks that are in one take memory here.  A new
 * table goes on with those of the one before that it names too.
 */

/**
 * rvm_lineage_of() - the lineages that a task is in
 * @task: held by the caller
 *
 * Context: any but NMI.
 * Return: what rvm_judge() compares with the table; nothing if it is in none.
 */
struct rvm_lineages rvm_lineage_of(const struct task_struct *task);

/**
 * rvm_lineage_executing() - likewise for the caller in the middle of an exec
 * @bprm: the exec, or NULL if that is not known: then any under way
 *
 * Return: with what the exec opens: for the rounds after the first.
 */
struct rvm_lineages rvm_lineage_executing(const struct linux_binprm *bprm);

/**
 * rvm_lineage_open() - an exec was allowed; if it succeeds the caller gains lineages
 * @bprm: the exec
 * @gain: what the token opens, maybe nothing; then what an exec before would have is void
 * @words: a token says with which arguments it runs: then only it and its forks trace it
 *
 * A task that is traced by one without them gains nothing.
 *
 * Context: inside rcu_read_lock(); task context; never sleeps.
 * Return: 0 or -ENOMEM.
 */
int rvm_lineage_open(const struct linux_binprm *bprm, struct rvm_lineages gain, bool words);

/** rvm_lineage_commit() - the exec is past the point where it can fail */
void rvm_lineage_commit(const struct linux_binprm *bprm);

/**
 * rvm_lineage_inherit() - a new task has what its creator, the caller, has
 * @child: nobody else knows it yet
 *
 * Context: task context; never sleeps.
 * Return: 0; -ENOMEM, and then there must be no new task.
 */
int rvm_lineage_inherit(const struct task_struct *child);

/** rvm_lineage_drop() - a task is freed; any context but NMI */
void rvm_lineage_drop(const struct task_struct *task);

/**
 * rvm_lineage_may_trace() - does a tracer have the lineages of what it traces
 *
 * And a program that a token with arguments started is traced only by itself and its forks.
 *
 * @tracer: held by the caller
 * @task: held by the caller
 *
 * Context: inside rcu_read_lock(), any but NMI.
 * Return: true also if they are in different partitions: that is judged elsewhere.
 */
bool rvm_lineage_may_trace(struct task_struct *tracer, struct task_struct *task);

/** rvm_lineage_exit() - forget all; nobody asks any more */
void rvm_lineage_exit(void);

#endif /* _RVM_LINEAGE_H */
