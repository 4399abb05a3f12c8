/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_NETWORK_H
#define _RVM_NETWORK_H

#include "lib/pattern/addr.h"

struct net;
struct pid;
struct rvm_partition;

/**
 * rvm_network_claim() - a task's network namespace is its partition's own from now on
 * @part: the task must be in its cgroup
 * @pid: held by the caller
 *
 * Only a namespace that nobody else can be in: not the host's first one, and
 * none that a second set of namespaces, a descriptor or a mount refers to.  The
 * claim lasts as long as the namespace.
 *
 * Context: any but NMI.
 * Return: 0, also if it is @part's already; -ESRCH if the task is gone; -EXDEV
 * if it is not in @part's cgroup; -EBUSY if the network is not its own.
 */
int rvm_network_claim(const struct rvm_partition *part, struct pid *pid);

/**
 * rvm_network_is_own() - was the namespace claimed for the partition
 * @part: the partition
 * @net: held by the caller
 *
 * Context: any.
 * Return: true if so.
 */
bool rvm_network_is_own(const struct rvm_partition *part, const struct net *net);

/**
 * rvm_network_is_local() - is it one of the namespace's own addresses
 * @net: the namespace that the socket is in
 * @addr: normalised
 *
 * Broadcast of its networks, anycast addresses that it takes and IPv6 addresses
 * that hold one of its own are among them, and those of tables of VRF devices.
 *
 * Context: any but NMI; never sleeps.
 * Return: true if packets to it come there, alone or too.
 */
bool rvm_network_is_local(struct net *net, const struct rvm_addr *addr);

/**
 * rvm_network_is_host() - likewise, or one of the host's
 * @net: the namespace that the socket is in
 * @addr: normalised
 *
 * Context: any but NMI; never sleeps.
 * Return: true if packets to it stay on the host, also where a container reaches
 * it by a network of its own.
 */
bool rvm_network_is_host(struct net *net, const struct rvm_addr *addr);

/** rvm_network_init() - give every network namespace room for its owner; -ENOMEM */
int rvm_network_init(void);

/** rvm_network_exit() - take it back; nobody asks any more */
void rvm_network_exit(void);

#endif /* _RVM_NETWORK_H */
