// SPDX-License-Identifier: GPL-2.0-only
/*
 * What comes in with the program that an entry starts: descriptors that were opened
 * outside, where nobody judged them.
 *
 * The task is in the middle of an exec and may sleep.  Whoever shares its descriptors
 * until then came from outside with it.
 */

#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/sched/signal.h>

#include "kfunc/common.h"
#include "partition/recheck.h"

/* Those that are closed by the exec do not come in.  Under the lock of the descriptors. */
static int take_next(const void *data, struct file *file, unsigned int fd)
{
	struct file **taken = (struct file **)data;

	if (test_bit(fd, files_fdtable(current->files)->close_on_exec))
		return 0;
	*taken = get_file(file);
	return fd + 1;
}

/* Also if the task was moved out meanwhile. */
static bool is_covered(struct file *file)
{
	struct rvm_partition *part;
	bool covered;

	rcu_read_lock();
	part = rvm_partition_find();
	covered = !part || rvm_file_is_covered(part, file);
	rcu_read_unlock();
	return covered;
}

static bool all_are_covered(void)
{
	struct file *file = NULL;
	bool covered;
	int next = 0;

	for (;;) {
		next = iterate_fd(current->files, next, take_next, &file);
		if (!next)
			return true;
		covered = is_covered(file);
		fput(file);
		if (!covered || fatal_signal_pending(current))
			return false;
		cond_resched();
	}
}

static int mark_caller(void)
{
	struct rvm_partition *part = rvm_partition_lookup(rvm_caller_id());
	int err;

	if (!part)
		return 0;
	scoped_guard(mutex, &rvm_partitions_lock)
		rvm_recheck_mark(part);
	err = rvm_recheck_settle(NULL);
	rvm_partition_put(part);
	return err;
}

static int refuse(void)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_EXEC, RVM_OP_EXEC, RVM_RIGHT_EXECUTE);
	struct rvm_partition *part;
	int err = 0;

	q.text = "what=descriptors";
	rcu_read_lock();
	part = rvm_partition_find();
	if (part)
		err = rvm_gate_refuse(part, &q, RVM_REASON_CONTEXT);
	rcu_read_unlock();
	return err;
}

int rvm_brought_check(void)
{
	if (all_are_covered() || !mark_caller())
		return 0;
	return refuse();
}
