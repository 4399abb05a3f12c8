// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network: other spellings of addresses, and sockets of other families than IP.
 */

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "escape.h"

static struct sockaddr_in v4(uint32_t address, uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(address) };
}

static uint16_t port(bool evil)
{
	return evil ? PORT_REFUSED : PORT_ALLOWED;
}

/* Nobody listens: then the kernel got past us. */
static int past(int err)
{
	return err == ECONNREFUSED ? 0 : err;
}

static int fast_open(bool evil)
{
	struct sockaddr_in to = v4(INADDR_LOOPBACK, port(evil));
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return past(
		result(sendto(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, (void *)&to, sizeof(to))));
}

static int family_zero(bool evil)
{
	struct sockaddr_in to = v4(INADDR_LOOPBACK, port(evil));
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	to.sin_family = AF_UNSPEC;
	return result(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)));
}

/* On IPv6 this is not an address: the packet goes to the peer, which the host chose. */
static int family_zero_v6(bool evil)
{
	struct sockaddr_in6 to = { .sin6_family = AF_UNSPEC };

	if (given_udp6[evil] < 0)
		return SKIPPED;
	return past(result(sendto(given_udp6[evil], "x", 1, 0, (void *)&to, sizeof(to))));
}

static int wildcard_address(bool evil)
{
	struct sockaddr_in to = v4(INADDR_ANY, port(evil));
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return past(result(connect(fd, (void *)&to, sizeof(to))));
}

static int connect_v6(const char *address, bool evil)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(port(evil)) };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (fd < 0)
		return errno == EAFNOSUPPORT ? SKIPPED : errno;
	inet_pton(AF_INET6, address, &to.sin6_addr);
	return past(result(connect(fd, (void *)&to, sizeof(to))));
}

static int mapped_address(bool evil)
{
	return connect_v6("::ffff:127.0.0.1", evil);
}

static int mapped_wildcard(bool evil)
{
	return connect_v6("::ffff:0.0.0.0", evil);
}

static int wildcard_v6(bool evil)
{
	/* This means ::1, which the token does not name. */
	return connect_v6(evil ? "::" : "::ffff:127.0.0.1", evil);
}

/* An IPv6 socket that has a mapped address reaches the wildcard address by IPv4. */
static int wildcard_from_mapped(bool evil)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(PORT_ALLOWED) };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	if (fd < 0)
		return errno == EAFNOSUPPORT ? SKIPPED : errno;
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &to.sin6_addr);
	if (evil && connect(fd, (void *)&to, sizeof(to)))
		return BROKEN;
	to.sin6_port = htons(PORT_V6);
	inet_pton(AF_INET6, evil ? "::" : "::1", &to.sin6_addr);
	return past(result(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to))));
}

static int v4_on_v6_socket(bool evil)
{
	struct sockaddr_in to = v4(INADDR_LOOPBACK, port(evil));
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	if (fd < 0)
		return errno == EAFNOSUPPORT ? SKIPPED : errno;
	return past(result(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to))));
}

static int several_messages(bool evil)
{
	struct sockaddr_in to[2] = { v4(INADDR_LOOPBACK, PORT_ALLOWED),
				     v4(INADDR_LOOPBACK, port(evil)) };
	struct iovec iov = { "x", 1 };
	struct mmsghdr m[2] = {};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), sent;

	for (int i = 0; i < 2; i++) {
		m[i].msg_hdr.msg_name = &to[i];
		m[i].msg_hdr.msg_namelen = sizeof(to[i]);
		m[i].msg_hdr.msg_iov = &iov;
		m[i].msg_hdr.msg_iovlen = 1;
	}
	sent = sendmmsg(fd, m, 2, 0);
	/* The first attempt may have found that nobody listens. */
	return sent < 0 ? errno : sent == 2 ? 0 : evil ? EACCES : BROKEN;
}

static int reconnect(bool evil)
{
	struct sockaddr_in first = v4(INADDR_LOOPBACK, PORT_ALLOWED);
	struct sockaddr_in second = v4(INADDR_LOOPBACK, port(evil));
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (connect(fd, (void *)&first, sizeof(first)))
		return BROKEN;
	return result(connect(fd, (void *)&second, sizeof(second)));
}

#define SOCKET_ROW(name, domain, type, protocol)                                                 \
	static int name(bool evil)                                                               \
	{                                                                                        \
		int err = evil ? opened(socket(domain, type, protocol)) :                        \
				 opened(socket(AF_INET, SOCK_STREAM, 0));                        \
                                                                                                 \
		return err == EAFNOSUPPORT || err == EPROTONOSUPPORT || err == ESOCKTNOSUPPORT ? \
			       SKIPPED :                                                         \
			       err;                                                              \
	}
SOCKET_ROW(raw_socket, AF_INET, SOCK_RAW, IPPROTO_ICMP)
SOCKET_ROW(ping_socket, AF_INET, SOCK_DGRAM, IPPROTO_ICMP)
SOCKET_ROW(multipath_socket, AF_INET, SOCK_STREAM, 262)
SOCKET_ROW(packet_socket, AF_PACKET, SOCK_RAW, 0)
SOCKET_ROW(crypto_socket, AF_ALG, SOCK_SEQPACKET, 0)
SOCKET_ROW(vm_socket, AF_VSOCK, SOCK_STREAM, 0)

static int netlink_family(bool evil)
{
	return opened(socket(AF_NETLINK, SOCK_RAW, evil ? NETLINK_USERSOCK : NETLINK_ROUTE));
}

static int socket_diagnosis(bool evil)
{
	return opened(socket(AF_NETLINK, SOCK_RAW, evil ? NETLINK_SOCK_DIAG : NETLINK_ROUTE));
}

static int listen_unbound(bool evil)
{
	struct sockaddr_in at = v4(INADDR_LOOPBACK, PORT_BIND);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (!evil && bind(fd, (void *)&at, sizeof(at)))
		return errno;
	return result(listen(fd, 1));
}

static int source_route(bool evil)
{
	static const unsigned char route[8] = { 0x83, 7, 4, 127, 0, 0, 1, 0 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), tos = 8;

	return evil ? result(setsockopt(fd, SOL_IP, IP_OPTIONS, route, sizeof(route))) :
		      result(setsockopt(fd, SOL_IP, IP_TOS, &tos, sizeof(tos)));
}

static int routing_header(bool evil)
{
	static const unsigned char route[24] = { 0, 2, 4, 0 };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), class = 8;

	if (fd < 0)
		return errno == EAFNOSUPPORT ? SKIPPED : errno;
	return evil ? result(setsockopt(fd, SOL_IPV6, IPV6_RTHDR, route, sizeof(route))) :
		      result(setsockopt(fd, SOL_IPV6, IPV6_TCLASS, &class, sizeof(class)));
}

/*
 * Connections that the host made and left open, one to a port that no token names.  A
 * message goes to the peer, whatever address it names.
 */
static int address_on_connection(bool evil)
{
	struct sockaddr_in to = v4(INADDR_LOOPBACK, PORT_ALLOWED);

	return result(sendto(given_tcp[evil], "x", 1, MSG_NOSIGNAL, (void *)&to, sizeof(to)));
}

static int fast_open_on_connection(bool evil)
{
	struct sockaddr_in to = v4(INADDR_LOOPBACK, PORT_ALLOWED);
	int err = result(sendto(given_tcp[evil], "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, (void *)&to,
				sizeof(to)));

	/* The kernel reports that later. */
	return err == EISCONN ? 0 : err;
}

static int send_with(int fd, void *to, socklen_t to_len, int level, int type, const void *data,
		     size_t len)
{
	char control[CMSG_SPACE(64)] = {};
	struct iovec iov = { "x", 1 };
	struct msghdr msg = { .msg_name = to,
			      .msg_namelen = to_len,
			      .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = CMSG_SPACE(len) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	if (fd < 0)
		return errno == EAFNOSUPPORT ? SKIPPED : errno;
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
	return past(result(sendmsg(fd, &msg, 0)));
}

static struct sockaddr_in6 mapped(uint16_t port)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	inet_pton(AF_INET6, "::ffff:127.0.0.1", &to.sin6_addr);
	return to;
}

/* A flow label may carry a routing header, which every packet of the flow then has. */
static int flow_label(bool evil)
{
	struct {
		/* struct in6_flowlabel_req, which libc does not know. */
		struct in6_addr to;
		uint32_t label;
		uint8_t action, share;
		uint16_t flags, expires, linger;
		uint32_t pad;
		/* Options, each with a struct cmsghdr in front. */
		size_t len;
		int level, type;
		uint8_t type_2[8];
		struct in6_addr over;
	} request = {
		.to = IN6ADDR_LOOPBACK_INIT,
		.share = 1, /* IPV6_FL_S_EXCL */
		.flags = 1, /* IPV6_FL_F_CREATE */
		.len = CMSG_LEN(24),
		.level = SOL_IPV6,
		.type = IPV6_RTHDR,
		.type_2 = { 0, 2, 2, 1 },
		.over = IN6ADDR_LOOPBACK_INIT,
	};
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), class = 8, err;

	if (fd < 0)
		return errno == EAFNOSUPPORT ? SKIPPED : errno;
	if (!evil)
		return result(setsockopt(fd, SOL_IPV6, IPV6_TCLASS, &class, sizeof(class)));
	err = result(
		setsockopt(fd, SOL_IPV6, 32 /* IPV6_FLOWLABEL_MGR */, &request, sizeof(request)));
	return err == ENOPROTOOPT ? SKIPPED : err;
}

static int routing_header_message(bool evil)
{
	static const unsigned char route[24] = { 0, 2, 4, 0 };
	struct sockaddr_in6 to = mapped(PORT_ALLOWED);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), class = 8;

	if (evil)
		return send_with(fd, &to, sizeof(to), SOL_IPV6, IPV6_RTHDR, route, sizeof(route));
	return send_with(fd, &to, sizeof(to), SOL_IPV6, IPV6_TCLASS, &class, sizeof(class));
}

static int source_route_message(bool evil)
{
	/* "No operation" and "end": the kernel needs no capability for these. */
	static const unsigned char options[4] = { 1, 1, 1, 0 };
	struct sockaddr_in to = v4(INADDR_LOOPBACK, PORT_ALLOWED);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), tos = 8;

	if (evil)
		return send_with(fd, &to, sizeof(to), SOL_IP, IP_RETOPTS, options, sizeof(options));
	return send_with(fd, &to, sizeof(to), SOL_IP, IP_TOS, &tos, sizeof(tos));
}

/*
 * Only the first of several messages to one address comes to the hook of messages.
 * Returns how many of three were sent when the second carries this.
 */
static int send_second_with(int fd, void *to, socklen_t to_len, int level, int type,
			    const void *data, size_t len)
{
	char control[CMSG_SPACE(64)] = {};
	struct iovec iov = { "x", 1 };
	struct mmsghdr m[3] = {};
	struct cmsghdr *c;

	for (int i = 0; i < 3; i++)
		m[i].msg_hdr = (struct msghdr){
			.msg_name = to, .msg_namelen = to_len, .msg_iov = &iov, .msg_iovlen = 1
		};
	m[1].msg_hdr.msg_control = control;
	m[1].msg_hdr.msg_controllen = CMSG_SPACE(len);
	c = CMSG_FIRSTHDR(&m[1].msg_hdr);
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
	return sendmmsg(fd, m, 3, 0);
}

static int sent_all(int sent, bool evil)
{
	return sent < 0 ? errno : sent == 3 ? 0 : evil ? EACCES : BROKEN;
}

static int routing_header_later(bool evil)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(PORT_V6) };
	struct {
		uint8_t type_2[8];
		struct in6_addr over;
	} route = { { 0, 2, 2, 1 }, IN6ADDR_LOOPBACK_INIT };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), class = 8, sent;

	if (fd < 0)
		return errno == EAFNOSUPPORT ? SKIPPED : errno;
	inet_pton(AF_INET6, "::1", &to.sin6_addr);
	sent = evil ? send_second_with(fd, &to, sizeof(to), SOL_IPV6, IPV6_RTHDR, &route,
				       sizeof(route)) :
		      send_second_with(fd, &to, sizeof(to), SOL_IPV6, IPV6_TCLASS, &class,
				       sizeof(class));
	return sent_all(sent, evil);
}

static int options_later(bool evil)
{
	/* Asks routers to record their addresses. */
	static const unsigned char record[8] = { 7, 7, 4 };
	struct sockaddr_in to = v4(INADDR_LOOPBACK, PORT_ALLOWED);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), tos = 8, sent;

	sent = evil ? send_second_with(fd, &to, sizeof(to), SOL_IP, IP_RETOPTS, record,
				       sizeof(record)) :
		      send_second_with(fd, &to, sizeof(to), SOL_IP, IP_TOS, &tos, sizeof(tos));
	return sent_all(sent, evil);
}

/* Packets to a group of the caller's choice, and to all routers. */
static int group_joined(bool evil)
{
	struct ip_mreqn group = { .imr_multiaddr.s_addr = htonl(0xef010203),
				  .imr_address.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), hops = 1;

	return evil ? result(setsockopt(fd, SOL_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group))) :
		      result(setsockopt(fd, SOL_IP, IP_MULTICAST_TTL, &hops, sizeof(hops)));
}

static int bound_to_interface(bool evil)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), one = 1;

	return evil ? result(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3)) :
		      result(setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof(one)));
}

/* A protocol on top, whose sockets no hook knows. */
static int protocol_on_top(bool evil)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	return evil ? result(setsockopt(fd, IPPROTO_TCP, 31 /* TCP_ULP */, "smc", 3)) :
		      result(setsockopt(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &one, sizeof(one)));
}

/* Sends what messages queued, whatever has been taken away since. */
static int cork(bool evil)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), one = 1;

	return evil ? result(setsockopt(fd, IPPROTO_UDP, 1 /* UDP_CORK */, &one, sizeof(one))) :
		      result(setsockopt(fd, IPPROTO_UDP, 104 /* UDP_GRO */, &one, sizeof(one)));
}

/* An unknown option is not allowed. */
static int unknown_option(bool evil)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), one = 1;

	return evil ? result(setsockopt(fd, 0x4242, 1, &one, sizeof(one))) :
		      result(setsockopt(fd, SOL_IP, IP_PKTINFO, &one, sizeof(one)));
}

static int unknown_message(bool evil)
{
	struct sockaddr_in to = v4(INADDR_LOOPBACK, PORT_ALLOWED);
	int fd = socket(AF_INET, SOCK_DGRAM, 0), tos = 8;

	/* SO_MARK chooses another table of routes. */
	return evil ? send_with(fd, &to, sizeof(to), SOL_SOCKET, SO_MARK, &tos, sizeof(tos)) :
		      send_with(fd, &to, sizeof(to), SOL_IP, IP_TOS, &tos, sizeof(tos));
}

/* Becomes an IPv4 socket while a message is judged. */
static int change_family(bool evil)
{
	struct sockaddr_in6 to = mapped(PORT_ALLOWED);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), family = AF_INET, class = 8;

	if (fd < 0)
		return errno == EAFNOSUPPORT ? SKIPPED : errno;
	if (connect(fd, (void *)&to, sizeof(to)))
		return BROKEN;
	return evil ? result(setsockopt(fd, SOL_IPV6, IPV6_ADDRFORM, &family, sizeof(family))) :
		      result(setsockopt(fd, SOL_IPV6, IPV6_TCLASS, &class, sizeof(class)));
}

static int process_events(bool evil)
{
	return opened(socket(AF_NETLINK, SOCK_DGRAM, evil ? NETLINK_CONNECTOR : NETLINK_ROUTE));
}

static int connect_to_name(const char *name, bool abstract)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	size_t len = unix_name(&to, name, abstract);

	return result(connect(fd, (void *)&to, len));
}

/* The twins use the socket in ws/ that a token names. */
static int abstract_socket(bool evil)
{
	return evil ? connect_to_name(ABSTRACT_NAME, true) :
		      connect_to_name(ws("allowed-socket"), false);
}

/* A name that clients of the host use; no client knows a name that the kernel chooses. */
static int abstract_name_taken(bool evil)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	size_t len = unix_name(&at, "rvm-name-of-the-host", true);

	return result(bind(fd, (void *)&at, evil ? len : sizeof(at.sun_family)));
}

static int socket_by_symlink(bool evil)
{
	unlink(ws("socket-link"));
	if (symlink(evil ? out("socket") : ws("allowed-socket"), ws("socket-link")))
		return BROKEN;
	return connect_to_name(ws("socket-link"), false);
}

static int socket_renamed(bool evil)
{
	if (evil && rename(ws("host-socket"), ws("allowed-socket")))
		return errno;
	return connect_to_name(ws("allowed-socket"), false);
}

const struct row net_rows[] = {
	{ "TCP fast open", fast_open },
	{ "datagram of family 0", family_zero },
	{ "datagram of family 0 to a given peer", family_zero_v6 },
	{ "0.0.0.0", wildcard_address },
	{ "::ffff:127.0.0.1", mapped_address },
	{ "::ffff:0.0.0.0", mapped_wildcard },
	{ "::", wildcard_v6 },
	{ ":: from a mapped address", wildcard_from_mapped },
	{ "IPv4 address on an IPv6 socket", v4_on_v6_socket },
	{ "sendmmsg, second message", several_messages },
	{ "second connect", reconnect },
	{ "raw socket", raw_socket },
	{ "ping socket", ping_socket },
	{ "MPTCP", multipath_socket },
	{ "AF_PACKET", packet_socket },
	{ "AF_ALG", crypto_socket },
	{ "AF_VSOCK", vm_socket },
	{ "NETLINK_USERSOCK", netlink_family },
	{ "NETLINK_SOCK_DIAG", socket_diagnosis },
	{ "listen without bind", listen_unbound },
	{ "source route", source_route },
	{ "routing header", routing_header },
	{ "address on a connected socket", address_on_connection },
	{ "fast open on a connected socket", fast_open_on_connection },
	{ "routing header by a flow label", flow_label },
	{ "routing header in a message", routing_header_message },
	{ "routing header in a later message", routing_header_later },
	{ "options in a message", source_route_message },
	{ "options in a later message", options_later },
	{ "mark in a message", unknown_message },
	{ "multicast group", group_joined },
	{ "bound to an interface", bound_to_interface },
	{ "protocol on top of TCP", protocol_on_top },
	{ "option of no level", unknown_option },
	{ "IPV6_ADDRFORM", change_family },
	{ "UDP_CORK", cork },
	{ "NETLINK_CONNECTOR", process_events },
	{ "abstract socket of the host", abstract_socket },
	{ "abstract name of the host taken", abstract_name_taken },
	{ "socket of the host by a symlink", socket_by_symlink },
	{ "socket of the host renamed to an allowed name", socket_renamed },
	{},
};
