// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose an entry in /proc is: the name at the top is the pid.
 */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/pid.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/threads.h>

#include "gate/proc.h"
#include "lib/judge/judge.h"
#include "partition/registry.h"

/* -EINVAL if it is not a number, 0 or above; -ERANGE if no process can have it. */
static int parse_pid(const char *name)
{
	unsigned int nr = 0;

	for (; *name >= '0' && *name <= '9'; name++) {
		if (nr > PID_MAX_LIMIT)
			return -ERANGE;
		nr = nr * 10 + (*name - '0');
	}
	return *name || !nr ? -EINVAL : nr;
}

static struct task_struct *find_task(struct super_block *sb, int nr)
{
	return pid_task(find_pid_ns(nr, proc_pid_ns(sb)), PIDTYPE_PID);
}

bool rvm_proc_is_own(struct super_block *sb, const struct rvm_path_view *own)
{
	struct rvm_partition *part;
	struct task_struct *task;
	int nr;

	if (sb->s_magic != PROC_SUPER_MAGIC || own->depth == 0)
		return false;
	nr = parse_pid(own->name[own->depth - 1].text);
	task = nr > 0 ? find_task(sb, nr) : NULL;
	if (!task)
		return false;
	part = rvm_partition_find();
	return part && rvm_partition_of_task(task) == part;
}

bool rvm_proc_is_foreign(const struct rvm_partition *part, const struct dentry *dentry)
{
	const struct dentry *parent = READ_ONCE(dentry->d_parent);
	struct task_struct *task;
	unsigned int i;
	int nr;

	if (dentry->d_sb->s_magic != PROC_SUPER_MAGIC || parent == dentry)
		return false;
	for (i = 0; parent != READ_ONCE(parent->d_parent); i++) {
		if (i == RVM_PATH_DEPTH_MAX)
			return true;
		dentry = parent;
		parent = READ_ONCE(parent->d_parent);
	}
	nr = parse_pid(READ_ONCE(dentry->d_name.name));
	if (nr < 0)
		return nr == -ERANGE;
	task = find_task(dentry->d_sb, nr);
	return !task || !rvm_task_is_within(part, task);
}
