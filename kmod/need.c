// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks by need: programs that are held, and attached by the module itself.
 *
 * A worker attaches, because it has the kernel's credentials: it does not matter whether
 * root, an owner, or a task in a partition did what makes a hook needed.
 */

#include <linux/bpf.h>
#include <linux/delay.h>
#include <linux/file.h>
#include <linux/fdtable.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "limits.h"
#include "need.h"

/* The kernel has no header for it: it is declared for light skeletons only. */
int kern_sys_bpf(int cmd, union bpf_attr *attr, unsigned int size);

/* A hook, and what the module holds for it. */
struct slot {
	const char *hook;
	enum rvm_need need;
	/* NULL if its link was given attached. */
	struct file *program;
	/* NULL while it is not attached; written under the lock. */
	struct bpf_link *link;
};

static struct slot slots[] = {
	{ .hook = "file_permission", .need = RVM_NEED_RECHECK },
	{ .hook = "socket_recvmsg", .need = RVM_NEED_RECHECK },
	{ .hook = "socket_getsockopt", .need = RVM_NEED_RECHECK },
	{ .hook = "inode_getattr", .need = RVM_NEED_HIDE },
};

/* Of what is held and attached.  Nothing else is taken under it. */
static DEFINE_MUTEX(lock);
static bool expected;
static struct workqueue_struct *workers;

static struct slot *find_slot(const char *hook)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(slots); i++)
		if (!strcmp(slots[i].hook, hook))
			return &slots[i];
	return NULL;
}

enum rvm_need rvm_need_of(const char *hook)
{
	const struct slot *slot = find_slot(hook);

	return slot ? slot->need : RVM_NEED_ALWAYS;
}

void rvm_need_give(const char *hook, struct file *program)
{
	guard(mutex)(&lock);
	find_slot(hook)->program = program;
}

void rvm_need_give_link(const char *hook, struct bpf_link *link)
{
	guard(mutex)(&lock);
	WRITE_ONCE(find_slot(hook)->link, link);
}

static void drop_link(struct slot *slot)
{
	struct bpf_link *link = slot->link;

	lockdep_assert_held(&lock);
	WRITE_ONCE(slot->link, NULL);
	if (link)
		bpf_link_put(link);
}

void rvm_need_take(const char *hook)
{
	struct slot *slot = find_slot(hook);

	guard(mutex)(&lock);
	drop_link(slot);
	if (slot->program)
		fput(slot->program);
	slot->program = NULL;
}

void rvm_need_expect(bool now)
{
	WRITE_ONCE(expected, now);
}

struct attach {
	struct work_struct work;
	struct slot *slot;
	int err;
};

/* A link that was let go of is taken off by a worker of the kernel: until then it is busy. */
static int open_link(int program)
{
	unsigned long end = jiffies + msecs_to_jiffies(RVM_ATTACH_MSECS);
	union bpf_attr attr = {};
	int fd;

	attr.raw_tracepoint.prog_fd = program;
	for (;;) {
		fd = kern_sys_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
		if (fd != -EBUSY || time_after(jiffies, end))
			return fd;
		usleep_range(500, 1000);
	}
}

/* The kernel knows programs and links by descriptor: the worker has some for a moment. */
static void attach_slot(struct work_struct *work)
{
	struct attach *attach = container_of(work, struct attach, work);
	int program = get_unused_fd_flags(O_CLOEXEC), link;
	struct bpf_link *held;

	attach->err = program;
	if (program < 0)
		return;
	fd_install(program, get_file(attach->slot->program));
	link = open_link(program);
	close_fd(program);
	attach->err = link;
	if (link < 0)
		return;
	held = bpf_link_get_from_fd(link);
	close_fd(link);
	attach->err = PTR_ERR_OR_ZERO(held);
	if (!attach->err)
		WRITE_ONCE(attach->slot->link, held);
}

static int attach_one(struct slot *slot)
{
	struct attach attach = { .slot = slot };

	lockdep_assert_held(&lock);
	if (slot->link)
		return 0;
	if (!slot->program)
		return READ_ONCE(expected) ? -ENOENT : 0;
	INIT_WORK_ONSTACK(&attach.work, attach_slot);
	queue_work(workers, &attach.work);
	flush_work(&attach.work);
	destroy_work_on_stack(&attach.work);
	return attach.err;
}

int rvm_need_attach(enum rvm_need need)
{
	unsigned int i;
	int err = 0;

	might_sleep();
	guard(mutex)(&lock);
	for (i = 0; i < ARRAY_SIZE(slots) && !err; i++)
		if (slots[i].need == need)
			err = attach_one(&slots[i]);
	return err;
}

bool rvm_need_detach(enum rvm_need need)
{
	unsigned int i;

	if (!mutex_trylock(&lock))
		return false;
	for (i = 0; i < ARRAY_SIZE(slots); i++)
		if (slots[i].need == need && slots[i].program)
			drop_link(&slots[i]);
	mutex_unlock(&lock);
	return true;
}

bool rvm_need_is_met(enum rvm_need need)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(slots); i++)
		if (slots[i].need == need && !READ_ONCE(slots[i].link))
			return !READ_ONCE(expected);
	return true;
}

bool rvm_need_is_attached(const char *hook)
{
	const struct slot *slot = find_slot(hook);

	return slot && READ_ONCE(slot->link);
}

int rvm_need_init(void)
{
	workers = alloc_workqueue("rvm", WQ_UNBOUND, 0);
	return workers ? 0 : -ENOMEM;
}

void rvm_need_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(slots); i++)
		rvm_need_take(slots[i].hook);
	destroy_workqueue(workers);
}
