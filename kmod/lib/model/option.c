// SPDX-License-Identifier: GPL-2.0-only
/* The socket options that are harmless with every value. */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/limits.h>
#include <linux/netlink.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <linux/types.h>
#include <linux/udp.h>
#include <asm/socket.h>

#include "lib/model/option.h"

#define LEVEL_NETLINK 270

/* Newer than the oldest headers that this is built with. */
#define NEW_SO_PASSPIDFD 76
#define NEW_SO_RCVPRIORITY 82
#define NEW_SO_PASSRIGHTS 83
#define NEW_SCM_TS_OPT_ID 81
#define NEW_IP_LOCAL_PORT_RANGE 51
#define NEW_TCP_RTO_MAX_MS 44
#define NEW_TCP_RTO_MIN_US 45
#define NEW_TCP_DELACK_MAX_US 46

static const u16 socket_options[] = {
	SO_REUSEADDR,
	SO_REUSEPORT,
	SO_BROADCAST,
	SO_SNDBUF,
	SO_RCVBUF,
	SO_KEEPALIVE,
	SO_OOBINLINE,
	SO_PRIORITY,
	SO_LINGER,
	SO_PASSCRED,
	SO_PASSSEC,
	NEW_SO_PASSPIDFD,
	NEW_SO_PASSRIGHTS,
	SO_RCVLOWAT,
	SO_SNDLOWAT,
	SO_RCVTIMEO_OLD,
	SO_RCVTIMEO_NEW,
	SO_SNDTIMEO_OLD,
	SO_SNDTIMEO_NEW,
	SO_TIMESTAMP_OLD,
	SO_TIMESTAMP_NEW,
	SO_TIMESTAMPNS_OLD,
	SO_TIMESTAMPNS_NEW,
	SO_TIMESTAMPING_OLD,
	SO_TIMESTAMPING_NEW,
	SO_RXQ_OVFL,
	SO_PEEK_OFF,
	SO_SELECT_ERR_QUEUE,
	SO_MAX_PACING_RATE,
	SO_INCOMING_CPU,
	SO_CNX_ADVICE,
	SO_ZEROCOPY,
	SO_TXTIME,
	SO_BUF_LOCK,
	SO_TXREHASH,
	NEW_SO_RCVPRIORITY,
	/* Classic BPF programs, which only choose what the socket receives. */
	SO_ATTACH_FILTER,
	SO_DETACH_FILTER,
	SO_LOCK_FILTER,
	SO_ATTACH_REUSEPORT_CBPF,
	SO_DETACH_REUSEPORT_BPF,
};

static const u16 ip_options[] = {
	IP_TOS,
	IP_TTL,
	IP_MINTTL,
	IP_RECVOPTS,
	IP_RECVTTL,
	IP_RECVTOS,
	IP_RECVERR,
	IP_RECVERR_RFC4884,
	IP_RECVFRAGSIZE,
	IP_RECVORIGDSTADDR,
	IP_PKTINFO,
	IP_PASSSEC,
	IP_CHECKSUM,
	IP_MTU_DISCOVER,
	IP_FREEBIND,
	IP_BIND_ADDRESS_NO_PORT,
	NEW_IP_LOCAL_PORT_RANGE,
	/* Sending to multicast groups, not being a member of them. */
	IP_MULTICAST_IF,
	IP_MULTICAST_TTL,
	IP_MULTICAST_LOOP,
	IP_MULTICAST_ALL,
};

static const u16 ipv6_options[] = {
	IPV6_V6ONLY,
	IPV6_UNICAST_HOPS,
	IPV6_MINHOPCOUNT,
	IPV6_TCLASS,
	IPV6_DONTFRAG,
	IPV6_MTU,
	IPV6_MTU_DISCOVER,
	IPV6_AUTOFLOWLABEL,
	IPV6_ADDR_PREFERENCES,
	IPV6_FREEBIND,
	/* The source address. */
	IPV6_PKTINFO,
	/* What the socket is told about received messages. */
	IPV6_2292PKTINFO,
	IPV6_2292HOPLIMIT,
	IPV6_FLOWINFO,
	IPV6_RECVERR,
	IPV6_RECVERR_RFC4884,
	IPV6_RECVPKTINFO,
	IPV6_RECVHOPLIMIT,
	IPV6_RECVHOPOPTS,
	IPV6_RECVRTHDR,
	IPV6_RECVDSTOPTS,
	IPV6_RECVPATHMTU,
	IPV6_RECVTCLASS,
	IPV6_RECVORIGDSTADDR,
	IPV6_RECVFRAGSIZE,
	IPV6_MULTICAST_IF,
	IPV6_MULTICAST_HOPS,
	IPV6_MULTICAST_LOOP,
	IPV6_MULTICAST_ALL,
};

static const u16 tcp_options[] = {
	TCP_NODELAY,
	TCP_MAXSEG,
	TCP_CORK,
	TCP_KEEPIDLE,
	TCP_KEEPINTVL,
	TCP_KEEPCNT,
	TCP_SYNCNT,
	TCP_LINGER2,
	TCP_DEFER_ACCEPT,
	TCP_WINDOW_CLAMP,
	TCP_QUICKACK,
	TCP_CONGESTION,
	TCP_THIN_LINEAR_TIMEOUTS,
	TCP_THIN_DUPACK,
	TCP_USER_TIMEOUT,
	TCP_FASTOPEN,
	TCP_FASTOPEN_CONNECT,
	TCP_FASTOPEN_NO_COOKIE,
	TCP_TIMESTAMP,
	TCP_NOTSENT_LOWAT,
	TCP_SAVE_SYN,
	TCP_INQ,
	TCP_TX_DELAY,
	NEW_TCP_RTO_MAX_MS,
	NEW_TCP_RTO_MIN_US,
	NEW_TCP_DELACK_MAX_US,
};

/* Not UDP_CORK: that sends what was queued, past the hook for messages. */
static const u16 udp_options[] = { UDP_SEGMENT, UDP_GRO };

/* Routing and generic netlink, whose groups anybody may listen to. */
static const u16 netlink_options[] = {
	NETLINK_ADD_MEMBERSHIP, NETLINK_DROP_MEMBERSHIP, NETLINK_PKTINFO, NETLINK_BROADCAST_ERROR,
	NETLINK_NO_ENOBUFS,	NETLINK_CAP_ACK,	 NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK,
};

static const u16 socket_messages[] = {
	SO_TIMESTAMPING_OLD, SO_TIMESTAMPING_NEW, SO_TXTIME, SO_PRIORITY, NEW_SCM_TS_OPT_ID,
};

static const u16 ip_messages[] = { IP_TOS, IP_TTL, IP_PKTINFO };

static const u16 ipv6_messages[] = { IPV6_PKTINFO,	IPV6_2292PKTINFO, IPV6_HOPLIMIT,
				     IPV6_2292HOPLIMIT, IPV6_TCLASS,	  IPV6_DONTFRAG };

static const u16 udp_messages[] = { UDP_SEGMENT };

struct level {
	int level;
	const u16 *list;
	size_t count;
};

#define LEVEL(number, list)                         \
	{                                           \
		(number), (list), ARRAY_SIZE(list), \
	}

static const struct level options[] = {
	LEVEL(SOL_SOCKET, socket_options), LEVEL(IPPROTO_IP, ip_options),
	LEVEL(IPPROTO_IPV6, ipv6_options), LEVEL(IPPROTO_TCP, tcp_options),
	LEVEL(IPPROTO_UDP, udp_options),   LEVEL(LEVEL_NETLINK, netlink_options),
};

static const struct level messages[] = {
	LEVEL(SOL_SOCKET, socket_messages),
	LEVEL(IPPROTO_IP, ip_messages),
	LEVEL(IPPROTO_IPV6, ipv6_messages),
	LEVEL(IPPROTO_UDP, udp_messages),
};

static bool is_listed(const struct level *level, int number)
{
	size_t i;

	for (i = 0; i < level->count; i++)
		if (level->list[i] == number)
			return true;
	return false;
}

bool rvm_option_is_allowed(int level, int option)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++)
		if (options[i].level == level)
			return is_listed(&options[i], option);
	return false;
}

bool rvm_option_goes_along(int level, int type)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(messages); i++)
		if (messages[i].level == level)
			return is_listed(&messages[i], type);
	return false;
}
