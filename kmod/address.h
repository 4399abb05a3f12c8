/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_ADDRESS_H
#define _RVM_ADDRESS_H

#include "lib/addr.h"

struct net;

/**
 * rvm_address_is_local() - is it one of the host's own addresses
 * @net: the namespace that the socket is in
 * @addr: normalised
 *
 * Context: any but NMI; never sleeps.
 * Return: true if it is one of @net's or of the first namespace's: packets to it
 * stay on the host.
 */
bool rvm_address_is_local(struct net *net, const struct rvm_addr *addr);

#endif /* _RVM_ADDRESS_H */
