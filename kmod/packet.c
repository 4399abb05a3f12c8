// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets on their way out.
 */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/skbuff.h>
#include <net/ipv6.h>

#include "detail.h"
#include "gate.h"
#include "lib/rights.h"
#include "packet.h"
#include "partition.h"

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

/* What is sent again later is nobody's doing, and has no options of a message. */
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

static unsigned int check_v4(void *unused, struct sk_buff *skb, const struct nf_hook_state *state)
{
	bool has_options = ip_hdr(skb)->ihl > sizeof(struct iphdr) / 4;

	return has_options ? refuse_inside("packet=options") : NF_ACCEPT;
}

static unsigned int check_v6(void *unused, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return has_routing_header(skb) ? refuse_inside("packet=routing") : NF_ACCEPT;
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

int rvm_packet_watch(struct net *net)
{
	return nf_register_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

void rvm_packet_leave(struct net *net)
{
	nf_unregister_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}
