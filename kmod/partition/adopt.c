// SPDX-License-Identifier: GPL-2.0-only
/*
 * What processes bring along that no hook would ever see.
 *
 * The lock of the list of tasks is not for modules: tasks are walked under RCU.
 * One that is made meanwhile may be missed, and a relation too; so the task that
 * is asked about is frozen, and in the partition: it makes no task, and the hooks refuse
 * what would tie it to one outside.
 */

#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/netlink.h>
#include <linux/pid.h>
#include <linux/ptrace.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "compat.h"
#include "partition/adopt.h"
#include "partition/registry.h"
#include "walk/object.h"
#include "witness/map.h"

/* The processes that come in. */
struct newcomers {
	struct rvm_partition *part;
	/* Any thread of the only process; NULL for all that are in it. */
	const struct task_struct *only;
	bool running;
	struct netlink_ext_ack *extack;
};

static bool is_new(const struct newcomers *n, struct task_struct *task)
{
	if (n->only)
		return task->signal == n->only->signal;
	return rvm_task_is_within(n->part, task);
}

static bool is_outside(const struct newcomers *n, struct task_struct *task)
{
	return !rvm_task_is_within(n->part, task);
}

static int check_tracer(const struct newcomers *n, struct task_struct *task)
{
	struct task_struct *tracer = ptrace_parent(task);

	if (!tracer)
		return 0;
	if (is_new(n, task) && is_outside(n, tracer)) {
		NL_SET_ERR_MSG_FMT(n->extack, "process %d is traced by %d, which is outside",
				   task_tgid_nr(task), task_tgid_nr(tracer));
		return -EUSERS;
	}
	/* Whoever traces it would choose what it starts. */
	if (n->only && !n->running && is_new(n, task)) {
		NL_SET_ERR_MSG_FMT(n->extack, "process %d is traced by %d", task_tgid_nr(task),
				   task_tgid_nr(tracer));
		return -EUSERS;
	}
	if (is_new(n, tracer) && is_outside(n, task)) {
		NL_SET_ERR_MSG_FMT(n->extack, "process %d traces %d, which is outside",
				   task_tgid_nr(tracer), task_tgid_nr(task));
		return -EUSERS;
	}
	return 0;
}

/* The memory of @task if others than its threads use it; else NULL.  Only compared. */
static const struct mm_struct *shared_memory(struct task_struct *task)
{
	const struct mm_struct *mm;
	struct task_struct *thread;
	int users = 0;

	task_lock(task);
	mm = task->mm;
	if (mm)
		users = atomic_read(&mm->mm_users);
	task_unlock(task);
	if (!mm)
		return NULL;
	for_each_thread(task, thread)
		users -= READ_ONCE(thread->mm) == mm;
	return users > 0 ? mm : NULL;
}

/* Users of memory also come and go for a moment, so look which tasks they are. */
static int check_memory(const struct newcomers *n, struct task_struct *task)
{
	const struct mm_struct *mm = shared_memory(task);
	struct task_struct *process, *other;

	if (!mm)
		return 0;
	for_each_process_thread(process, other) {
		if (READ_ONCE(other->mm) != mm || other->flags & PF_KTHREAD ||
		    !is_outside(n, other))
			continue;
		NL_SET_ERR_MSG_FMT(n->extack, "process %d shares its memory with %d outside",
				   task_tgid_nr(task), task_tgid_nr(other));
		return -EUSERS;
	}
	return 0;
}

static int is_ring(const void *data, struct file *file, unsigned int fd)
{
	return rvm_object_of(&file->f_path) == RVM_OBJECT_RING;
}

static int check_rings(const struct newcomers *n, struct task_struct *task)
{
	bool found;

	task_lock(task);
	found = task->io_uring || (task->files && iterate_fd(task->files, 0, is_ring, NULL));
	task_unlock(task);
	if (!found)
		return 0;
	NL_SET_ERR_MSG_FMT(n->extack, "process %d has an io_uring ring, which nothing judges",
			   task_tgid_nr(task));
	return -EOPNOTSUPP;
}

static int check_maps(const struct newcomers *n, struct task_struct *task)
{
	/* A task that is to start a program loses it then. */
	if (!n->running || !rvm_map_is_in(READ_ONCE(task->mm)))
		return 0;
	NL_SET_ERR_MSG_FMT(n->extack, "process %d has the witness log mapped", task_tgid_nr(task));
	return -EOPNOTSUPP;
}

static int check_frozen(const struct newcomers *n, struct task_struct *task)
{
	if (task->frozen || !n->running)
		return 0;
	NL_SET_ERR_MSG_FMT(n->extack, "process %d is not frozen: freeze its cgroup first",
			   task_tgid_nr(task));
	return -EBUSY;
}

/* Frozen first: what is found then stays. */
static int check_newcomer(const struct newcomers *n, struct task_struct *task)
{
	int err = check_frozen(n, task);

	err = err ?: check_rings(n, task) ?: check_maps(n, task) ?: check_memory(n, task);
	/* A task that is to start a program brings its filters when it does. */
	if (!err && n->running)
		rvm_partition_note_filters(n->part, rvm_filters_of(task));
	return err;
}

static int check_all(const struct newcomers *n)
{
	struct task_struct *process, *task;
	int err = 0;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "tasks go away");
	for_each_process_thread(process, task) {
		/* One that is exiting does nothing more in its own name. */
		if (is_new(n, task) && !(READ_ONCE(task->flags) & PF_EXITING))
			err = check_newcomer(n, task);
		err = err ?: check_tracer(n, task);
		if (err)
			return err;
	}
	return 0;
}

int rvm_adopt_group(struct rvm_partition *part, struct netlink_ext_ack *extack)
{
	const struct newcomers n = { .part = part, .running = true, .extack = extack };
	int err;

	might_sleep();
	rcu_read_lock();
	err = check_all(&n);
	rcu_read_unlock();
	return err;
}

int rvm_adopt_process(struct rvm_partition *part, struct pid *pid, bool running,
		      struct netlink_ext_ack *extack)
{
	struct newcomers n = { .part = part, .running = running, .extack = extack };
	int err;

	might_sleep();
	rcu_read_lock();
	n.only = pid_task(pid, PIDTYPE_PID);
	err = n.only ? check_all(&n) : -ESRCH;
	rcu_read_unlock();
	return err;
}
