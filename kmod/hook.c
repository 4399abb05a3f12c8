// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks: the BPF links that the module keeps alive.
 *
 * The programs on them pin the module and the module holds the links, so
 * neither goes away by itself: letting go is an explicit and recorded step.
 */

#include <linux/bpf.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/string.h>

#include "compat.h"
#include "hook.h"
#include "limits.h"
#include "partition/registry.h"
#include "witness/line.h"
#include "witness/witness.h"

RVM_IMPORT_NS(BPF_INTERNAL);

struct held {
	struct bpf_link *link;
	char name[RVM_HOOK_NAME_MAX + 1];
	u32 class;
};

/* All under the lock; the count is read anywhere. */
static DEFINE_MUTEX(lock);
static struct held held[RVM_LINKS_MAX];
static unsigned int count;

static bool is_on_hook(const struct bpf_link *link, const char *name)
{
	static const char prefix[] = "bpf_lsm_";
	const struct bpf_prog *prog = link->prog;
	const char *target;

	if (link->type != BPF_LINK_TYPE_TRACING || prog->type != BPF_PROG_TYPE_LSM)
		return false;
	target = prog->aux->attach_func_name;
	return target && !strncmp(target, prefix, strlen(prefix)) &&
	       !strcmp(target + strlen(prefix), name);
}

static int take_link(const struct rvm_hook_spec *spec, struct netlink_ext_ack *extack)
{
	struct bpf_link *link;
	unsigned int i;

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
	link = bpf_link_get_from_fd(spec->fd);
	if (IS_ERR(link)) {
		NL_SET_ERR_MSG(extack, "the descriptor is not a BPF link");
		return PTR_ERR(link);
	}
	if (!is_on_hook(link, spec->name)) {
		NL_SET_ERR_MSG(extack, "the link is not to an LSM program on the named hook");
		bpf_link_put(link);
		return -EINVAL;
	}
	held[count].link = link;
	held[count].class = spec->class;
	strscpy(held[count].name, spec->name, sizeof(held[count].name));
	WRITE_ONCE(count, count + 1);
	return 0;
}

static void drop_links(unsigned int left)
{
	lockdep_assert_held(&lock);
	while (count > left) {
		WRITE_ONCE(count, count - 1);
		bpf_link_put(held[count].link);
		held[count].link = NULL;
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
	err = rvm_witness_reserve_for(&res, 1, extack);
	if (err)
		return err;
	for (i = 0; i < links; i++) {
		err = take_link(&specs[i], extack);
		if (err) {
			*bad = i;
			drop_links(before);
			rvm_witness_abort(&res);
			return err;
		}
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
	if (running) {
		NL_SET_ERR_MSG_FMT(extack, "%u partitions would run unenforced: delete them first",
				   running);
		return -EBUSY;
	}
	err = rvm_witness_reserve_for(&res, 1, extack);
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

bool rvm_hook_at(unsigned int n, char *name, u32 *class)
{
	guard(mutex)(&lock);
	if (n >= count)
		return false;
	strscpy(name, held[n].name, RVM_HOOK_NAME_MAX + 1);
	*class = held[n].class;
	return true;
}

void rvm_hook_exit(void)
{
	guard(mutex)(&lock);
	drop_links(0);
}
