// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network namespaces: whose they are, and which addresses are theirs.
 */

#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <net/addrconf.h>
#include <net/ip6_route.h>
#include <net/l3mdev.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/route.h>

#include "compat.h"
#include "partition/network.h"
#include "partition/registry.h"

/* One for each network namespace, freed with it. */
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

bool rvm_network_is_own(const struct rvm_partition *part, const struct net *net)
{
	return READ_ONCE(owner_of(net)->part) == part->id;
}

/* The task's lock keeps its namespaces. */
static int claim(const struct rvm_partition *part, struct task_struct *task)
{
	struct net *net;
	u32 before;

	lockdep_assert_held(&task->alloc_lock);
	if (!task->nsproxy)
		return -ESRCH;
	net = task->nsproxy->net_ns;
	/* A task that the host brings into it later counts as one of its own. */
	if (rvm_network_is_own(part, net))
		return 0;
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

static bool is_ours(unsigned int type)
{
	return type == RTN_LOCAL || type == RTN_BROADCAST;
}

/* A device for routing (VRF) has a table of its own, which its ports are asked in. */
static bool is_v4_of_other_table(struct net *net, __be32 addr)
{
	struct net_device *dev;
	u32 table;

	if (!rvm_net_has_rules(net))
		return false;
	for_each_netdev_rcu(net, dev) {
		table = netif_is_l3_master(dev) ? l3mdev_fib_table_rcu(dev) : 0;
		if (table && is_ours(inet_addr_type_table(net, addr, table)))
			return true;
	}
	return false;
}

/* One that never had an address has no table of its own; asked, it says "broadcast" of all. */
static bool has_addresses(struct net *net)
{
	return inet_addr_type(net, htonl(INADDR_LOOPBACK)) != RTN_BROADCAST;
}

/* What is sent to the broadcast address of a network reaches this machine's sockets too. */
static bool is_local_v4(struct net *net, __be32 addr)
{
	if (!has_addresses(net))
		return false;
	return is_ours(inet_addr_type(net, addr)) || is_v4_of_other_table(net, addr);
}

/* As a router it takes what is sent to the first address of each of its networks. */
static bool is_anycast(struct net *net, const struct in6_addr *addr)
{
	struct rt6_info *route = rt6_lookup(net, addr, NULL, 0, NULL, 0);
	bool is = route && route->rt6i_flags & (RTF_ANYCAST | RTF_LOCAL);

	ip6_rt_put(route);
	return is;
}

static bool is_local_v6(struct net *net, const struct in6_addr *addr)
{
	/* Where it is switched off no namespace has a table of its addresses. */
	if (!ipv6_mod_enabled())
		return false;
	return ipv6_chk_addr(net, addr, NULL, 0) || is_anycast(net, addr);
}

static bool is_local_as_written(struct net *net, const struct rvm_addr *addr)
{
	struct in6_addr v6;

	memcpy(&v6, addr->bytes, sizeof(v6));
	return ipv6_addr_v4mapped(&v6) ? is_local_v4(net, v6.s6_addr32[3]) : is_local_v6(net, &v6);
}

bool rvm_network_is_local(struct net *net, const struct rvm_addr *addr)
{
	struct rvm_addr inner;
	bool is;

	rcu_read_lock();
	is = is_local_as_written(net, addr) ||
	     (rvm_addr_inner(addr, &inner) && is_local_as_written(net, &inner));
	rcu_read_unlock();
	return is;
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
