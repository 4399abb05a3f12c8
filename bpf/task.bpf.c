// SPDX-License-Identifier: GPL-2.0-only
/*
 * Other tasks: signals, tracing, scheduling, and new ones.
 */

#include "rvm.bpf.h"

char LICENSE[] SEC("license") = "GPL";

SEC("lsm/task_kill")
int BPF_PROG(rvm_task_kill, struct task_struct *task, struct kernel_siginfo *info, int sig,
	     const struct cred *cred, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_task_check(task, RVM_OP_SIGNAL));
}

SEC("lsm/ptrace_access_check")
int BPF_PROG(rvm_ptrace_access_check, struct task_struct *child, unsigned int mode, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_task_trace(child, mode));
}

SEC("lsm/ptrace_traceme")
int BPF_PROG(rvm_ptrace_traceme, struct task_struct *parent, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_task_trace(parent, 0));
}

SEC("lsm/task_setnice")
int BPF_PROG(rvm_task_setnice, struct task_struct *task, int nice, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_task_check(task, RVM_OP_SCHED));
}

SEC("lsm/task_setioprio")
int BPF_PROG(rvm_task_setioprio, struct task_struct *task, int ioprio, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_task_check(task, RVM_OP_SCHED));
}

SEC("lsm/task_setscheduler")
int BPF_PROG(rvm_task_setscheduler, struct task_struct *task, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_task_check(task, RVM_OP_SCHED));
}

SEC("lsm/task_movememory")
int BPF_PROG(rvm_task_movememory, struct task_struct *task, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_task_check(task, RVM_OP_SCHED));
}

SEC("lsm/task_setrlimit")
int BPF_PROG(rvm_task_setrlimit, struct task_struct *task, unsigned int resource,
	     struct rlimit *limit, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_task_check(task, RVM_OP_PRLIMIT));
}

SEC("lsm/task_alloc")
int BPF_PROG(rvm_task_alloc, struct task_struct *task, unsigned long clone_flags, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_task_new(task, clone_flags));
}

/* The task cannot be passed on any more, but its address can. */
SEC("lsm/task_free")
int BPF_PROG(rvm_task_free, struct task_struct *task)
{
	struct task_struct *address = task;

	return bpf_rvm_task_gone((const __u64 *)&address);
}
