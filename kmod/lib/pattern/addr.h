/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_ADDR_H
#define _RVM_ADDR_H

#include <linux/types.h>

/**
 * DOC: network addresses
 *
 * All addresses are 16 bytes; IPv4 is mapped (::ffff:a.b.c.d), so all spellings of one
 * destination compare equal.
 */

#define RVM_ADDR_BITS 128
/* Bits before an IPv4 address in its mapped form. */
#define RVM_ADDR_V4_BITS 96

/**
 * struct rvm_addr - a normalised destination or local address
 */
struct rvm_addr {
	/** @bytes: Network byte order, IPv4 as mapped. */
	u8 bytes[16];
	/** @port: Host byte order. */
	u16 port;
};

/**
 * struct rvm_addr_range - what a NET scope covers
 */
struct rvm_addr_range {
	/** @bytes: The prefix. */
	u8 bytes[16];
	/** @prefix_len: Leading bits that count; 0 covers every address that needs no naming. */
	u8 prefix_len;
	/** @protocol: IPPROTO_x, 0 for TCP and UDP. */
	u16 protocol;
	/** @port_first: First port, host byte order. */
	u16 port_first;
	/** @port_last: Last port. */
	u16 port_last;
};

/** rvm_addr_from_v4() - write an IPv4 address (network byte order bytes) as mapped */
void rvm_addr_from_v4(struct rvm_addr *addr, const u8 v4[4], u16 port);

/** rvm_addr_from_v6() - take an IPv6 address as it is */
void rvm_addr_from_v6(struct rvm_addr *addr, const u8 v6[16], u16 port);

/** rvm_addr_is_any() - 0.0.0.0, :: or ::ffff:0.0.0.0; as a destination it means loopback */
bool rvm_addr_is_any(const struct rvm_addr *addr);

/** rvm_addr_set_loopback() - what a wildcard destination means: 127.0.0.1, or ::1 if it was :: */
void rvm_addr_set_loopback(struct rvm_addr *addr);

/**
 * rvm_addr_inner() - the IPv4 address that an IPv6 address holds
 * @addr: normalised
 * @inner: filled if there is one, with the same port
 *
 * NAT64 (64:ff9b::/96), 6to4 (2002::/16), IPv4-compatible (::/96) and translated
 * (::ffff:0:0:0/96) addresses: what is sent to them may arrive at the address inside.
 *
 * Context: Any.
 * Return: True if there is one; not for mapped addresses, which are IPv4.
 */
bool rvm_addr_inner(const struct rvm_addr *addr, struct rvm_addr *inner);

/**
 * rvm_addr_is_special() - loopback, link-local, wildcard, multicast or broadcast
 * @addr: normalised
 *
 * Such addresses are covered only by a range that lies wholly inside the special range
 * itself (127.0.0.0/8, ::1, 169.254.0.0/16, fe80::/10, 224.0.0.0/4, ff00::/8), or that
 * names one host.  Multicast and broadcast are special because the host's own sockets
 * receive it too.  So are the services of cloud providers that hand out credentials, and
 * addresses that hold a special one inside.
 *
 * Context: Any.
 * Return: True if the address needs naming.
 */
bool rvm_addr_is_special(const struct rvm_addr *addr);

/**
 * rvm_addr_covers() - does a range cover an address
 * @range: the range
 * @addr: normalised
 * @protocol: IPPROTO_x of the socket
 * @local: the address is one of the host's own; then, if it is not special,
 *         only a range of one host covers it
 *
 * An IPv6 prefix of 1 to 95 bits does not cover the IPv4 addresses that are mapped into
 * it.
 *
 * Context: Any.
 * Return: True if it does.
 */
bool rvm_addr_covers(const struct rvm_addr_range *range, const struct rvm_addr *addr, u16 protocol,
		     bool local);

/**
 * rvm_addr_is_within() - do the prefix and ports of a range include an address
 * @range: the range
 * @addr: normalised
 *
 * For exclusions: nothing needs naming, and the protocol does not matter.
 *
 * Context: Any.
 * Return: True if they do.
 */
bool rvm_addr_is_within(const struct rvm_addr_range *range, const struct rvm_addr *addr);

/**
 * rvm_addr_range_is_within() - does one range cover whatever another covers
 * @outer: a range
 * @inner: likewise
 *
 * But for the host's own addresses, which only a range of one host covers: @inner may, where
 * @outer does not.
 *
 * Context: Any.
 * Return: True if it does.
 */
bool rvm_addr_range_is_within(const struct rvm_addr_range *outer,
			      const struct rvm_addr_range *inner);

/**
 * rvm_addr_format() - write an address for people
 * @addr: the address
 * @out: at least 64 bytes
 *
 * Return: bytes written without the NUL.
 */
size_t rvm_addr_format(const struct rvm_addr *addr, char *out);

#endif /* _RVM_ADDR_H */
