/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_PACKET_H
#define _RVM_PACKET_H

struct net;

/**
 * rvm_packet_watch() - look at the packets that leave a network namespace
 * @net: a new one, or each of those that are there when the module is loaded
 *
 * A message is judged by the address that it names.  With a routing header or a
 * source route it goes elsewhere, with other options of IPv4 it has others do
 * what they do not do else, and not every message comes to a hook: of several in
 * one sendmmsg() to the same address only the first.  So no task of a partition
 * sends a packet with such a header or option, however it came to it.  Other
 * headers of IPv6 take a capability, which is judged.  Nor does it send one by
 * another domain of routing (VRF) than its socket's: the message may name an interface.
 *
 * Context: may sleep.
 * Return: 0 or an errno.
 */
int rvm_packet_watch(struct net *net);

/**
 * rvm_packet_leave() - no longer
 * @net: still there; what looks now has ended after a grace period
 */
void rvm_packet_leave(struct net *net);

#endif /* _RVM_PACKET_H */
