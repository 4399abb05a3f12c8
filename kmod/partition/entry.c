// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entries: tasks whose next program starts on the authority of whoever admitted them.
 *
 * The caller is in the middle of an exec and may not sleep.  An entry is
 * waiting until its task begins an exec, then active for that exec, and over
 * when the exec ended; nobody tells when that is, so entries that are over are
 * swept when the next comes.
 *
 * An entry is a task's, not a number's: an exec of another thread takes over the
 * number of the first one, not its entry.
 */

#include <linux/binfmts.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "limits.h"
#include "partition/adopt.h"
#include "partition/change.h"
#include "partition/entry.h"
#include "partition/network.h"
#include "partition/registry.h"
#include "witness/line.h"
#include "witness/witness.h"

struct entry {
	struct list_head node;
	/* Only compared; see rvm_entry_drop(). */
	const struct task_struct *task;
	/* Under which it was admitted; held. */
	struct pid *pid;
	/* Id of the partition. */
	u32 part;
	/* Its file is held while waiting, and NULL from then on. */
	struct rvm_admission what;
	/* The exec, only compared; NULL while waiting. */
	const struct linux_binprm *bprm;
};

/* Under the lock.  Outside of it `total` is only compared with 0. */
static DEFINE_SPINLOCK(lock);
static LIST_HEAD(entries);
static unsigned int total;

static void drop_entry(struct entry *entry, struct list_head *dead)
{
	lockdep_assert_held(&lock);
	list_move(&entry->node, dead);
	WRITE_ONCE(total, total - 1);
}

static void free_entries(struct list_head *dead)
{
	struct entry *entry, *next;

	list_for_each_entry_safe(entry, next, dead, node) {
		if (entry->what.program)
			fput(entry->what.program);
		put_pid(entry->pid);
		kfree(entry);
	}
}

static struct entry *find_entry(const struct task_struct *task)
{
	struct entry *entry;

	lockdep_assert_held(&lock);
	list_for_each_entry(entry, &entries, node)
		if (entry->task == task)
			return entry;
	return NULL;
}

/* Its task is gone or went elsewhere, or its exec ended. */
static bool is_over(const struct entry *entry)
{
	struct task_struct *task = pid_task(entry->pid, PIDTYPE_PID);
	struct rvm_partition *part;

	if (!task || task != entry->task || READ_ONCE(task->exit_state))
		return true;
	/* Set by the task before it made the entry active, and cleared at the end of the exec. */
	if (entry->bprm)
		return !task->in_execve;
	part = rvm_partition_of_task(task);
	return !part || part->id != entry->part;
}

static void sweep(struct list_head *dead)
{
	struct entry *entry, *next;

	lockdep_assert_held(&lock);
	list_for_each_entry_safe(entry, next, &entries, node)
		if (is_over(entry))
			drop_entry(entry, dead);
}

static int check_task(const struct rvm_partition *part, struct pid *pid)
{
	struct task_struct *task = pid_task(pid, PIDTYPE_PID);

	if (!task || READ_ONCE(task->exit_state))
		return -ESRCH;
	return rvm_partition_of_task(task) == part ? 0 : -EXDEV;
}

static int find_task(const struct rvm_partition *part, struct pid *pid)
{
	int err;

	rcu_read_lock();
	err = check_task(part, pid);
	rcu_read_unlock();
	return err;
}

static int add_entry(struct entry *new, struct rvm_partition *part, struct list_head *dead)
{
	int err;

	lockdep_assert_held(&lock);
	sweep(dead);
	err = check_task(part, new->pid);
	if (err)
		return err;
	new->task = pid_task(new->pid, PIDTYPE_PID);
	if (find_entry(new->task))
		return -EEXIST;
	if (total >= RVM_ENTRIES_MAX)
		return -ENFILE;
	list_add(&new->node, &entries);
	WRITE_ONCE(total, total + 1);
	return 0;
}

static void record(struct rvm_reservation *res, const struct rvm_partition *part, struct pid *pid,
		   bool own_net)
{
	char text[2 * RVM_NAME_MAX] = "";
	struct rvm_line line = { .text = text, .size = sizeof(text) };
	struct rvm_event event = {
		.kind = RVM_KIND_TASK_SPAWN,
		.op = RVM_OP_ENTER,
		.target = part->id,
		.detail = text,
	};

	rvm_line_add(&line, "partition", part->name, strlen(part->name));
	rvm_line_add_number(&line, "pid", pid_nr(pid));
	if (own_net)
		rvm_line_add(&line, "network", "own", 3);
	rvm_witness_commit(res, &event);
}

static int admit(struct entry *new, struct rvm_partition *part)
{
	unsigned long flags;
	LIST_HEAD(dead);
	int err;

	rcu_read_lock();
	spin_lock_irqsave(&lock, flags);
	err = add_entry(new, part, &dead);
	spin_unlock_irqrestore(&lock, flags);
	rcu_read_unlock();
	free_entries(&dead);
	return err;
}

int rvm_entry_admit(struct rvm_partition *part, struct pid *pid, const struct rvm_admission *what,
		    bool own_net, struct netlink_ext_ack *extack)
{
	struct rvm_reservation res;
	struct entry *new;
	int err;

	might_sleep();
	err = find_task(part, pid) ?: rvm_adopt_process(part, pid, false, extack);
	if (err)
		return err;
	new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new)
		return -ENOMEM;
	new->pid = get_pid(pid);
	new->part = part->id;
	new->what = *what;
	get_file(new->what.program);

	err = rvm_witness_reserve_for(&res, 0, 1, extack);
	if (!err && own_net)
		err = rvm_network_claim(part, pid);
	if (!err)
		err = admit(new, part);
	if (!err) {
		record(&res, part, pid, own_net);
		return 0;
	}
	rvm_witness_abort(&res);
	fput(new->what.program);
	put_pid(new->pid);
	kfree(new);
	return err;
}

int rvm_entry_adopt(struct rvm_partition *part, struct pid *pid, struct netlink_ext_ack *extack)
{
	const struct rvm_partition_change adopted = {
		.flags = RVM_PARTITION_FLAG_ADOPTED,
		.mask = RVM_PARTITION_FLAG_ADOPTED,
	};
	struct rvm_reservation res;
	int err;

	might_sleep();
	err = find_task(part, pid) ?: rvm_adopt_process(part, pid, true, extack);
	if (!err)
		err = rvm_witness_reserve_for(&res, 0, 1, extack);
	if (err)
		return err;
	err = rvm_partition_change(part, &adopted, extack);
	if (err)
		rvm_witness_abort(&res);
	else
		record(&res, part, pid, false);
	return err;
}

bool rvm_entry_awaits(void)
{
	struct entry *entry;
	unsigned long flags;
	bool awaits;

	if (likely(!READ_ONCE(total)))
		return false;
	spin_lock_irqsave(&lock, flags);
	entry = find_entry(current);
	awaits = entry && !entry->bprm;
	spin_unlock_irqrestore(&lock, flags);
	return awaits;
}

/* What was admitted, of a task that nobody steers, in a partition that is not held. */
static bool is_expected(const struct entry *entry, const struct linux_binprm *bprm, const u8 *words)
{
	struct rvm_partition *part = rvm_partition_find();

	return !entry->bprm && part && part->id == entry->part && rvm_partition_is_live(part) &&
	       !current->ptrace && file_inode(bprm->file) == file_inode(entry->what.program) &&
	       !memcmp(words, entry->what.words, sizeof(entry->what.words));
}

/* It is good for one exec. */
enum rvm_entry rvm_entry_begin(const struct linux_binprm *bprm,
			       const u8 words[RVM_SHA256_DIGEST_BYTES])
{
	enum rvm_entry is = RVM_ENTRY_NONE;
	struct file *program = NULL;
	struct entry *entry;
	unsigned long flags;
	LIST_HEAD(dead);

	if (likely(!READ_ONCE(total)))
		return is;

	rcu_read_lock();
	spin_lock_irqsave(&lock, flags);
	entry = find_entry(current);
	if (entry && is_expected(entry, bprm, words)) {
		entry->bprm = bprm;
		swap(program, entry->what.program);
		is = entry->what.judged ? RVM_ENTRY_JUDGED : RVM_ENTRY_ADMITTED;
	} else if (entry) {
		drop_entry(entry, &dead);
	}
	spin_unlock_irqrestore(&lock, flags);
	rcu_read_unlock();
	if (program)
		fput(program);
	free_entries(&dead);
	return is;
}

/* Is the caller's entry active, for @bprm if that is known?  @judged: then, too. */
static bool is_active(const struct linux_binprm *bprm, bool judged)
{
	struct entry *entry;
	unsigned long flags;
	bool active;

	if (likely(!READ_ONCE(total)))
		return false;
	spin_lock_irqsave(&lock, flags);
	entry = find_entry(current);
	active = entry && entry->bprm && (!bprm || entry->bprm == bprm) &&
		 (judged || !entry->what.judged);
	spin_unlock_irqrestore(&lock, flags);
	return active;
}

bool rvm_entry_is_admitted(const struct linux_binprm *bprm)
{
	return is_active(bprm, false);
}

bool rvm_entry_is_active(const struct linux_binprm *bprm)
{
	return is_active(bprm, true);
}

bool rvm_entry_is_opening(void)
{
	return current->in_execve && is_active(NULL, false);
}

bool rvm_entry_is_pending(const struct task_struct *task)
{
	const struct mm_struct *mm = READ_ONCE(task->mm);
	const struct task_struct *admitted;
	struct entry *entry;
	unsigned long flags;
	bool pending = false;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "tasks go away");
	if (likely(!READ_ONCE(total)))
		return false;
	spin_lock_irqsave(&lock, flags);
	list_for_each_entry(entry, &entries, node) {
		admitted = pid_task(entry->pid, PIDTYPE_PID);
		if (!is_over(entry) && (admitted == task || (mm && READ_ONCE(admitted->mm) == mm)))
			pending = true;
	}
	spin_unlock_irqrestore(&lock, flags);
	return pending;
}

void rvm_entry_drop(const struct task_struct *task)
{
	struct entry *entry;
	unsigned long flags;
	LIST_HEAD(dead);

	if (likely(!READ_ONCE(total)))
		return;
	spin_lock_irqsave(&lock, flags);
	entry = find_entry(task);
	if (entry)
		drop_entry(entry, &dead);
	spin_unlock_irqrestore(&lock, flags);
	free_entries(&dead);
}

unsigned int rvm_entry_count(void)
{
	unsigned int waiting = 0;
	struct entry *entry;
	unsigned long flags;
	LIST_HEAD(dead);

	rcu_read_lock();
	spin_lock_irqsave(&lock, flags);
	sweep(&dead);
	list_for_each_entry(entry, &entries, node)
		waiting += !entry->bprm;
	spin_unlock_irqrestore(&lock, flags);
	rcu_read_unlock();
	free_entries(&dead);
	return waiting;
}

void rvm_entry_exit(void)
{
	LIST_HEAD(dead);

	spin_lock_irq(&lock);
	list_splice_init(&entries, &dead);
	WRITE_ONCE(total, 0);
	spin_unlock_irq(&lock);
	free_entries(&dead);
}
