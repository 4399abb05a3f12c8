// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions about other tasks: signals, tracing, scheduling, new tasks.
 */

#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <uapi/linux/sched.h>

#include "gate/told.h"
#include "kfunc/common.h"
#include "lib/model/rights.h"
#include "partition/entry.h"
#include "partition/lineage.h"
#include "witness/line.h"

/* Who it is, for the record. */
static void tell_peer(struct rvm_line *line, struct task_struct *task)
{
	rvm_line_add(line, "peer", task->comm, strnlen(task->comm, TASK_COMM_LEN));
	rvm_line_add_number(line, "peerpid", task_tgid_nr(task));
}

static noinline int check_task(struct rvm_partition *part, struct task_struct *task, enum rvm_op op)
{
	char text[64] = "";
	struct rvm_line line = { .text = text, .size = sizeof(text) };

	if (rvm_task_is_within(part, task))
		return 0;
	tell_peer(&line, task);
	/* It comes here once for each task of a group, or of a person. */
	return rvm_told_floor(part, op, 0, text);
}

/*
 * A process that a task outside made and put in here, and that has not become what it is
 * to be: it still works for that task.  An orphan of the partition is not one.
 */
static bool is_arriving(struct rvm_partition *part, struct task_struct *task)
{
	struct task_struct *parent = rcu_dereference(task->real_parent);

	return READ_ONCE(task->group_leader->flags) & PF_FORKNOEXEC &&
	       !rvm_task_is_within(part, parent) && !is_global_init(parent) &&
	       !parent->signal->is_child_subreaper;
}

/*
 * A tracer can do all that its task may.  Only reading gives no more than that; a
 * task that wants to be traced asks with no mode at all.
 */
static bool may_trace(struct rvm_partition *part, struct task_struct *task, u32 mode)
{
	if (!rvm_task_is_within(part, task))
		return false;
	if (!mode)
		return !rvm_entry_is_pending(current) && rvm_lineage_may_trace(task, current);
	/* What it still has of the one outside, its environment for one, is not to be read. */
	if (is_arriving(part, task))
		return false;
	return !(mode & PTRACE_MODE_ATTACH) ||
	       (!rvm_entry_is_pending(task) && rvm_lineage_may_trace(current, task));
}

static noinline int check_trace(struct rvm_partition *part, struct task_struct *task, u32 mode)
{
	char text[64] = "";
	struct rvm_line line = { .text = text, .size = sizeof(text) };

	if (may_trace(part, task, mode))
		return 0;
	tell_peer(&line, task);
	return rvm_gate_floor(part, RVM_OP_PTRACE, text, mode & PTRACE_MODE_NOAUDIT);
}

static noinline int check_new(struct rvm_partition *part, const struct task_struct *task,
			      u64 clone_flags)
{
	int err = 0;

	if (clone_flags & CLONE_INTO_CGROUP)
		err = rvm_gate_floor(part, RVM_OP_CLONE_INTO, NULL, false);
	return err ?: rvm_lineage_inherit(task);
}

__bpf_kfunc_start_defs();

/* SIGNAL, SCHED, PRLIMIT towards another task. */
__bpf_kfunc int bpf_rvm_task_check(struct task_struct *task, u32 op)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_task(part, task, op) : 0;
}

__bpf_kfunc int bpf_rvm_task_trace(struct task_struct *task, u32 mode)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_trace(part, task, mode) : 0;
}

/* A new task must stay in the cgroup: the target of that flag is not told here. */
__bpf_kfunc int bpf_rvm_task_new(struct task_struct *task, u64 clone_flags)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_new(part, task, clone_flags) : 0;
}

/* A task is freed.  What it was is not to be looked at any more: only its address counts. */
__bpf_kfunc int bpf_rvm_task_gone(const u64 *task)
{
	/* Nothing of ours is freed in NMI, where the lock could not be taken. */
	if (!in_nmi()) {
		rvm_lineage_drop((const struct task_struct *)(unsigned long)*task);
		rvm_entry_drop((const struct task_struct *)(unsigned long)*task);
	}
	return 0;
}

__bpf_kfunc_end_defs();
