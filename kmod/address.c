// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host's routing says about an address.
 */

#include <linux/in6.h>
#include <linux/string.h>
#include <net/addrconf.h>
#include <net/net_namespace.h>
#include <net/route.h>

#include "address.h"

static bool is_local_in(struct net *net, const struct rvm_addr *addr)
{
	struct in6_addr v6;

	memcpy(&v6, addr->bytes, sizeof(v6));
	if (ipv6_addr_v4mapped(&v6))
		return inet_addr_type(net, v6.s6_addr32[3]) == RTN_LOCAL;
	return ipv6_chk_addr(net, &v6, NULL, 0);
}

bool rvm_address_is_local(struct net *net, const struct rvm_addr *addr)
{
	/* A container reaches the host by the host's addresses, not by its own. */
	return is_local_in(net, addr) || (net != &init_net && is_local_in(&init_net, addr));
}
