// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network name spaces: whose they are, and which addresses are theirs.
 */

#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <net/addrconf.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/route.h>

#include "compat.h"
#include "network.h"
#include "partition.h"

/* One for each network name space, freed with it. */
struct owner {
	/* Id of a partition, which is never used again; 0 for nobody. */
	u32 part;
};

static unsigned int owner_id;

static struct pernet_operations operations = {
	.id = &owner_id,
	.size = sizeof(struct owner),
};

static struct owner *owner_of(const struct net *net)
{
	return net_generic(net, owner_id);
}

/* The task's lock keeps its name spaces. */
static int claim(const struct rvm_partition *part, struct task_struct *task)
{
	struct net *net;
	u32 before;

	lockdep_assert_held(&task->alloc_lock);
	if (!task->nsproxy)
		return -ESRCH;
	net = task->nsproxy->net_ns;
	if (net_eq(net, &init_net) || rvm_net_users(net) != 1)
		return -EBUSY;
	before = cmpxchg(&owner_of(net)->part, 0, part->id);
	return !before || before == part->id ? 0 : -EBUSY;
}

int rvm_network_claim(const struct rvm_partition *part, struct pid *pid)
{
	struct task_struct *task = get_pid_task(pid, PIDTYPE_PID);
	int err = -EXDEV;

	if (!task)
		return -ESRCH;
	rcu_read_lock();
	if (rvm_partition_of_task(task) == part) {
		task_lock(task);
		err = claim(part, task);
		task_unlock(task);
	}
	rcu_read_unlock();
	put_task_struct(task);
	return err;
}

bool rvm_network_is_own(const struct rvm_partition *part, const struct net *net)
{
	return READ_ONCE(owner_of(net)->part) == part->id;
}

bool rvm_network_is_local(struct net *net, const struct rvm_addr *addr)
{
	struct in6_addr v6;

	memcpy(&v6, addr->bytes, sizeof(v6));
	if (ipv6_addr_v4mapped(&v6))
		return inet_addr_type(net, v6.s6_addr32[3]) == RTN_LOCAL;
	/* Where it is switched off no name space has a table of its addresses. */
	return ipv6_mod_enabled() && ipv6_chk_addr(net, &v6, NULL, 0);
}

bool rvm_network_is_host(struct net *net, const struct rvm_addr *addr)
{
	return rvm_network_is_local(net, addr) ||
	       (!net_eq(net, &init_net) && rvm_network_is_local(&init_net, addr));
}

int rvm_network_init(void)
{
	return register_pernet_subsys(&operations);
}

void rvm_network_exit(void)
{
	unregister_pernet_subsys(&operations);
}
