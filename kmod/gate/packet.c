// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets on their way out.
 *
 * A message is judged by the address that it names.  With a routing header or a
 * source route it goes elsewhere, and other options of IPv4 make routers do what they
 * do not do otherwise.  And not every message comes to a hook: of several in one
 * sendmmsg() to the same address only the first does.  So no task of a partition
 * sends a packet with such a header or option, however it came to it.  Other
 * headers of IPv6 take a capability, which is judged.  Nor does it send one by
 * another domain of routing (VRF) than its socket's: the message may name an interface.
 *
 * What was sent before a partition was stopped may still be queued, and be what memory
 * holds by then: so nothing leaves by its sockets while it is.  The kernel sends again
 * when it goes on.
 */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/skbuff.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/net_namespace.h>
#include <net/route.h>
#include <net/sock.h>

#include "gate/gate.h"
#include "gate/packet.h"
#include "lib/model/rights.h"
#include "partition/registry.h"
#include "witness/line.h"

static bool is_plain(u8 next)
{
	return next == NEXTHDR_TCP || next == NEXTHDR_UDP || next == NEXTHDR_ICMP;
}

static bool has_routing_header(const struct sk_buff *skb)
{
	unsigned int offset = 0;

	if (is_plain(ipv6_hdr(skb)->nexthdr))
		return false;
	return ipv6_find_hdr(skb, &offset, NEXTHDR_ROUTING, NULL, NULL) == NEXTHDR_ROUTING;
}

/* A packet that is sent again later is no caller's doing, and has no options of a message. */
static noinline unsigned int refuse_inside(const char *what)
{
	struct rvm_partition *part;
	int err = 0;

	rcu_read_lock();
	part = rvm_partition_find();
	if (part)
		err = rvm_gate_floor(part, RVM_OP_SEND, what, false);
	rcu_read_unlock();
	return err ? NF_DROP_ERR(-EACCES) : NF_ACCEPT;
}

/* Where the routes of the socket lead to, whatever the message says. */
static struct dst_entry *route_v4(struct net *net, const struct sk_buff *skb, int bound)
{
	struct flowi4 flow = { .daddr = ip_hdr(skb)->daddr, .flowi4_oif = bound };
	struct rtable *route = ip_route_output_key(net, &flow);

	return IS_ERR(route) ? NULL : &route->dst;
}

static struct dst_entry *route_v6(struct net *net, const struct sk_buff *skb, int bound)
{
	struct rt6_info *route = rt6_lookup(net, &ipv6_hdr(skb)->daddr, NULL, bound, NULL, 0);

	return route ? &route->dst : NULL;
}

/*
 * Does it leave by another domain of routing (VRF) than the one of its socket?  A message
 * may name an interface, and in another domain the same address is another machine.  That
 * routes lead from one into the other is the host's affair.  Packets without a socket
 * are the kernel's own.
 */
static noinline bool is_led_away(const struct sk_buff *skb, const struct nf_hook_state *state,
				 struct dst_entry *(*find)(struct net *net,
							   const struct sk_buff *skb, int bound))
{
	int domain = l3mdev_master_ifindex_rcu(state->out), bound;
	struct dst_entry *usual;
	bool away;

	if (!state->sk || !sk_fullsock(state->sk) || !rvm_partition_find())
		return false;
	bound = READ_ONCE(state->sk->sk_bound_dev_if);
	if (l3mdev_master_ifindex_by_index(state->net, bound) == domain)
		return false;
	usual = find(state->net, skb, bound);
	away = !usual || l3mdev_master_ifindex_rcu(usual->dev) != domain;
	dst_release(usual);
	return away;
}

static bool is_in_domain(const struct net_device *dev)
{
	return netif_is_l3_master(dev) || netif_is_l3_slave(dev);
}

static unsigned int check_v4(void *unused, struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (rvm_sock_is_stopped(state->sk))
		return NF_DROP_ERR(-EACCES);
	if (ip_hdr(skb)->ihl > sizeof(struct iphdr) / 4)
		return refuse_inside("packet=options");
	if (is_in_domain(state->out) && is_led_away(skb, state, route_v4))
		return refuse_inside("packet=interface");
	return NF_ACCEPT;
}

static unsigned int check_v6(void *unused, struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (rvm_sock_is_stopped(state->sk))
		return NF_DROP_ERR(-EACCES);
	if (has_routing_header(skb))
		return refuse_inside("packet=routing");
	if (is_in_domain(state->out) && is_led_away(skb, state, route_v6))
		return refuse_inside("packet=interface");
	return NF_ACCEPT;
}

static const struct nf_hook_ops hooks[] = {
	{
		.hook = check_v4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP_PRI_FIRST,
	},
	{
		.hook = check_v6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP6_PRI_FIRST,
	},
};

static int watch(struct net *net)
{
	return nf_register_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

/* What looks at packets has ended when the namespace is taken apart. */
static void leave(struct net *net)
{
	nf_unregister_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

static struct pernet_operations operations = {
	.init = watch,
	.pre_exit = leave,
};

int rvm_packet_init(void)
{
	return register_pernet_subsys(&operations);
}

void rvm_packet_exit(void)
{
	unregister_pernet_subsys(&operations);
}
