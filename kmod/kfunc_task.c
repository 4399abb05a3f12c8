// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions about other tasks: signals, tracing, scheduling, new tasks.
 */

#include <linux/ptrace.h>
#include <linux/sched.h>
#include <uapi/linux/sched.h>

#include "detail.h"
#include "kfunc.h"
#include "lib/rights.h"

static noinline int check_task(struct rvm_partition *part, struct task_struct *task, enum rvm_op op,
			       bool quiet)
{
	char text[64] = "";
	struct rvm_line line = { .text = text, .size = sizeof(text) };

	if (rvm_task_is_within(part, task))
		return 0;
	rvm_line_add(&line, "peer", task->comm, strnlen(task->comm, TASK_COMM_LEN));
	rvm_line_add_number(&line, "peerpid", task_tgid_nr(task));
	return rvm_gate_floor(part, op, text, quiet);
}

__bpf_kfunc_start_defs();

/* SIGNAL, SCHED, PRLIMIT towards another task. */
__bpf_kfunc int bpf_rvm_task_check(struct task_struct *task, u32 op)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_task(part, task, op, false) : 0;
}

__bpf_kfunc int bpf_rvm_task_trace(struct task_struct *task, u32 mode)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_task(part, task, RVM_OP_PTRACE, mode & PTRACE_MODE_NOAUDIT) : 0;
}

/* A new task must stay in the control group: the target of this flag is not told here. */
__bpf_kfunc int bpf_rvm_task_new(u64 clone_flags)
{
	struct rvm_partition *part = rvm_partition_find();

	if (!part || !(clone_flags & CLONE_INTO_CGROUP))
		return 0;
	return rvm_gate_floor(part, RVM_OP_CLONE_INTO, NULL, false);
}

__bpf_kfunc_end_defs();
