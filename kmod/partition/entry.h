/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_ENTRY_H
#define _RVM_ENTRY_H

#include <linux/types.h>

#include "lib/log/sha256.h"

struct file;
struct linux_binprm;
struct netlink_ext_ack;
struct pid;
struct rvm_partition;
struct task_struct;

/**
 * struct rvm_admission - the one program that may start
 *
 * Or that may be tried to start, if it is judged: then the task has come in with what it
 * brings along, and nothing more.
 */
struct rvm_admission {
	/** @program: It, open; held by whoever has this. */
	struct file *program;
	/** @words: SHA-256 of its arguments, each with its NUL. */
	u8 words[RVM_SHA256_DIGEST_BYTES];
	/** @judged: It takes tokens as any other program, and so do its interpreter and loader. */
	bool judged;
};

/**
 * enum rvm_entry - what an exec is to the partition
 * @RVM_ENTRY_NONE: One like any other.
 * @RVM_ENTRY_JUDGED: One by which the task comes in, but not on anybody's authority.
 * @RVM_ENTRY_ADMITTED: One that starts on the authority of whoever admitted it.
 */
enum rvm_entry {
	RVM_ENTRY_NONE,
	RVM_ENTRY_JUDGED,
	RVM_ENTRY_ADMITTED,
};

/**
 * rvm_entry_admit() - let the next program of a task start on the caller's authority
 * @part: the task must be in its cgroup
 * @pid: held by the caller
 * @what: which program, with which arguments; copied, its file is held
 * @own_net: its network namespace becomes the partition's own, see rvm_network_claim()
 * @extack: says why not, for -EUSERS, -EOPNOTSUPP and -ENOSPC
 *
 * Context: may sleep.
 * Return: 0; -ESRCH if the task is gone; -EXDEV if it is not in @part's cgroup;
 * -EBUSY if its network is not its own; -EUSERS or -EOPNOTSUPP for what it
 * brings along, or if anybody traces it, see rvm_adopt_process(); -EEXIST if it is
 * admitted already; -ENFILE for too many; -ENOSPC if the log is full; -ENOMEM.
 */
int rvm_entry_admit(struct rvm_partition *part, struct pid *pid, const struct rvm_admission *what,
		    bool own_net, struct netlink_ext_ack *extack);

/**
 * rvm_entry_adopt() - take in a process as it runs
 * @part: the process must be in its cgroup, and frozen
 * @pid: of any of its threads; held by the caller
 * @extack: says why not
 *
 * The partition is marked adopted.
 *
 * Context: may sleep.
 * Return: 0; -ESRCH if the task is gone; -EXDEV if it is not in @part's cgroup;
 * what rvm_adopt_process() and rvm_partition_change() return; -ENOSPC if
 * the log is full.
 */
int rvm_entry_adopt(struct rvm_partition *part, struct pid *pid, struct netlink_ext_ack *extack);

/** rvm_entry_awaits() - is the caller admitted, so that rvm_entry_begin() wants its arguments */
bool rvm_entry_awaits(void);

/**
 * rvm_entry_begin() - first handler round of an exec: use up the caller's admission
 * @bprm: the exec
 * @words: SHA-256 of its arguments; only looked at if rvm_entry_awaits()
 *
 * An admission for another program or other arguments is used up too, and so is that of a task
 * that is traced: then the exec is one like any other.
 *
 * Context: the task that execs.
 * Return: what the exec is; if it was admitted, later rounds of @bprm are admitted too.
 */
enum rvm_entry rvm_entry_begin(const struct linux_binprm *bprm,
			       const u8 words[RVM_SHA256_DIGEST_BYTES]);

/** rvm_entry_is_admitted() - a later round, or an interpreter: is this exec admitted */
bool rvm_entry_is_admitted(const struct linux_binprm *bprm);

/** rvm_entry_is_active() - does the caller come in with this exec, admitted or judged */
bool rvm_entry_is_active(const struct linux_binprm *bprm);

/** rvm_entry_is_opening() - is the caller inside an admitted exec; for opens that have no bprm */
bool rvm_entry_is_opening(void);

/**
 * rvm_entry_is_pending() - is a task, or one that shares its memory, admitted and not started
 * @task: held by the caller
 *
 * A task that traces it or writes to its memory would choose what is started.
 *
 * Context: inside rcu_read_lock(), any but NMI.
 * Return: true from the admission to the end of the exec.
 */
bool rvm_entry_is_pending(const struct task_struct *task);

/** rvm_entry_drop() - a task is freed, only its address counts; any context but NMI */
void rvm_entry_drop(const struct task_struct *task);

/** rvm_entry_count() - admissions not used yet */
unsigned int rvm_entry_count(void);

/** rvm_entry_exit() - drop all */
void rvm_entry_exit(void);

#endif /* _RVM_ENTRY_H */
