// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks: the BPF links that the module keeps alive, and the programs that it attaches
 * itself while they are needed (need.c).
 *
 * The programs pin the module and the module holds links and programs, so neither goes
 * away by itself: letting go is an explicit and recorded step.
 */

#include <linux/bpf.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/string.h>

#include "compat.h"
#include "hook.h"
#include "limits.h"
#include "need.h"
#include "partition/recheck.h"
#include "partition/registry.h"
#include "witness/line.h"
#include "witness/witness.h"

RVM_IMPORT_NS(BPF_INTERNAL);

struct held {
	/* NULL if need.c has it. */
	struct bpf_link *link;
	char name[RVM_HOOK_NAME_MAX + 1];
	u32 class;
};

/* All under the lock; the count is read anywhere. */
static DEFINE_MUTEX(lock);
static struct held held[RVM_LINKS_MAX];
static unsigned int count;

static bool is_for_hook(const struct bpf_prog *prog, const char *name)
{
	static const char prefix[] = "bpf_lsm_";
	const char *target;

	if (prog->type != BPF_PROG_TYPE_LSM)
		return false;
	target = prog->aux->attach_func_name;
	return target && !strncmp(target, prefix, strlen(prefix)) &&
	       !strcmp(target + strlen(prefix), name);
}

static int take_program(const struct rvm_hook_spec *spec, struct netlink_ext_ack *extack)
{
	struct bpf_prog *prog = bpf_prog_get_type_dev(spec->fd, BPF_PROG_TYPE_LSM, false);
	struct file *file;
	bool fits;

	if (IS_ERR(prog)) {
		NL_SET_ERR_MSG(extack, "the descriptor is not an LSM program");
		return PTR_ERR(prog);
	}
	file = fget(spec->fd);
	/* Another thread may have put another file there meanwhile. */
	fits = file && file->private_data == prog && is_for_hook(prog, spec->name) &&
	       rvm_need_of(spec->name) != RVM_NEED_ALWAYS;
	bpf_prog_put(prog);
	if (fits) {
		rvm_need_give(spec->name, file);
		return 0;
	}
	NL_SET_ERR_MSG(extack, "the program is not for a hook that is attached by need");
	if (file)
		fput(file);
	return -EINVAL;
}

static int take_link(const struct rvm_hook_spec *spec, struct bpf_link **link,
		     struct netlink_ext_ack *extack)
{
	struct bpf_link *taken = bpf_link_get_from_fd(spec->fd);

	if (IS_ERR(taken)) {
		NL_SET_ERR_MSG(extack, "the descriptor is not a BPF link");
		return PTR_ERR(taken);
	}
	if (taken->type != BPF_LINK_TYPE_TRACING || !is_for_hook(taken->prog, spec->name)) {
		NL_SET_ERR_MSG(extack, "the link is not to an LSM program on the named hook");
		bpf_link_put(taken);
		return -EINVAL;
	}
	if (rvm_need_of(spec->name) == RVM_NEED_ALWAYS)
		*link = taken;
	else
		rvm_need_give_link(spec->name, taken);
	return 0;
}

static int take(const struct rvm_hook_spec *spec, struct netlink_ext_ack *extack)
{
	struct bpf_link *link = NULL;
	unsigned int i;
	int err;

	lockdep_assert_held(&lock);
	for (i = 0; i < count; i++) {
		if (!strcmp(held[i].name, spec->name)) {
			NL_SET_ERR_MSG(extack, "a link on this hook is already held: detach first");
			return -EEXIST;
		}
	}
	if (count == RVM_LINKS_MAX) {
		NL_SET_ERR_MSG_FMT(extack, "%u links are held, which is the limit", count);
		return -ENFILE;
	}
	err = spec->program ? take_program(spec, extack) : take_link(spec, &link, extack);
	if (err)
		return err;
	held[count].link = link;
	held[count].class = spec->class;
	strscpy(held[count].name, spec->name, sizeof(held[count].name));
	WRITE_ONCE(count, count + 1);
	rvm_need_expect(true);
	return 0;
}

static void drop_links(unsigned int left)
{
	lockdep_assert_held(&lock);
	rvm_need_expect(left);
	while (count > left) {
		struct held *last = &held[count - 1];

		WRITE_ONCE(count, count - 1);
		if (last->link)
			bpf_link_put(last->link);
		else
			rvm_need_take(last->name);
		last->link = NULL;
	}
}

static void record(struct rvm_reservation *res, unsigned int links)
{
	char text[32] = "";
	struct rvm_line line = { .text = text, .size = sizeof(text) };
	struct rvm_event event = {
		.kind = RVM_KIND_HOOK_STATE,
		.op = RVM_OP_HOOK,
		.target = links,
		.detail = text,
	};

	rvm_line_add_number(&line, "links", links);
	rvm_witness_commit(res, &event);
}

int rvm_hook_hold(const struct rvm_hook_spec *specs, unsigned int links, unsigned int *bad,
		  struct netlink_ext_ack *extack)
{
	struct rvm_reservation res;
	unsigned int before, i;
	int err;

	might_sleep();
	guard(mutex)(&lock);
	*bad = links;
	before = count;
	err = rvm_witness_reserve_for(&res, 0, 1, extack);
	if (err)
		return err;
	for (i = 0; i < links; i++) {
		err = take(&specs[i], extack);
		if (err) {
			*bad = i;
			break;
		}
	}
	err = err ?: rvm_recheck_begin(extack);
	if (err) {
		drop_links(before);
		rvm_witness_abort(&res);
		return err;
	}
	record(&res, count);
	return 0;
}

int rvm_hook_release(struct netlink_ext_ack *extack)
{
	struct rvm_reservation res;
	unsigned int links, running;
	int err;

	might_sleep();
	guard(mutex)(&lock);
	running = rvm_partition_count_without_pens();
	if (running > 1)
		NL_SET_ERR_MSG_FMT(extack, "%u partitions would run unenforced: delete them first",
				   running);
	else if (running)
		NL_SET_ERR_MSG(extack, "1 partition would run unenforced: delete it first");
	if (running)
		return -EBUSY;
	err = rvm_witness_reserve_for(&res, 0, 1, extack);
	if (err)
		return err;
	links = count;
	drop_links(0);
	record(&res, 0);
	return links;
}

unsigned int rvm_hook_count(void)
{
	return READ_ONCE(count);
}

bool rvm_hook_at(unsigned int n, struct rvm_hook_info *info)
{
	const struct held *at;

	guard(mutex)(&lock);
	if (n >= count)
		return false;
	at = &held[n];
	strscpy(info->name, at->name, sizeof(info->name));
	info->class = at->class;
	info->need = rvm_need_of(at->name);
	info->attached = at->link || rvm_need_is_attached(at->name);
	return true;
}

void rvm_hook_exit(void)
{
	guard(mutex)(&lock);
	drop_links(0);
}
