// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions about sockets.
 *
 * The socket's family decides what an address means, not the address: a UDP
 * socket of IPv4 takes AF_UNSPEC as IPv4.  Each message is judged, because TCP
 * fast open never connects.
 */

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/socket.h>
#include <linux/tcp.h>
#include <linux/un.h>
#include <net/af_unix.h>
#include <net/genetlink.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/netlink.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "compat_genl.h"
#include "gate/recent.h"
#include "kfunc/common.h"
#include "lib/model/option.h"
#include "lib/model/rights.h"
#include "netlink/gen.h"
#include "partition/network.h"
#include "policy.h"
#include "witness/line.h"

#define TEXT_BYTES 160

static_assert(RVM_FAMILY_UNIX == AF_UNIX);

static bool is_ip(const struct sock *sk)
{
	return sk->sk_family == AF_INET || sk->sk_family == AF_INET6;
}

static void take_local(struct rvm_addr *addr, const struct sock *sk);

static struct rvm_peer peer_of(const struct sock *sk, const struct rvm_addr *addr, u8 need)
{
	return (struct rvm_peer){
		.net = sock_net(sk),
		.addr = *addr,
		.protocol = sk->sk_protocol,
		.need = need,
	};
}

static noinline int judge_addr(struct rvm_partition *part, const struct sock *sk,
			       const struct rvm_addr *addr, enum rvm_op op, u8 need, bool quiet)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_NET, op, need);
	struct rvm_peer peer = peer_of(sk, addr, need);
	char text[TEXT_BYTES] = "", address[64];
	struct rvm_line line = { .text = text, .size = sizeof(text) };
	u64 policy = rvm_policy_number(part);
	struct rvm_addr local;
	int err;

	rvm_line_add(&line, "addr", address, rvm_addr_format(addr, address));
	/* Of a connection that is about to be refused: the peer may have come to us. */
	if (!quiet && sk->sk_protocol == IPPROTO_TCP &&
	    (op == RVM_OP_SEND || op == RVM_OP_RECEIVE)) {
		take_local(&local, sk);
		rvm_line_add(&line, "local", address, rvm_addr_format(&local, address));
	}
	rvm_line_add_number(&line, "proto", sk->sk_protocol);
	q.text = text;
	q.quiet = quiet;
	q.target = addr->port;
	q.req.net.protocol = sk->sk_protocol;
	q.req.net.addr = *addr;
	q.req.net.local = rvm_network_is_host(sock_net(sk), addr);
	q.req.net.own = rvm_network_is_own(part, sock_net(sk)) &&
			(rvm_network_is_local(sock_net(sk), addr) || rvm_addr_is_any(addr));
	err = rvm_gate_check(part, &q);
	if (!err && !q.relaxed && !q.single_use &&
	    !(READ_ONCE(part->flags) & RVM_PARTITION_FLAG_WITNESS_ALL))
		rvm_recent_note_peer(part, &peer, policy);
	return err;
}

static int check_one_addr(struct rvm_partition *part, const struct sock *sk,
			  const struct rvm_addr *addr, enum rvm_op op, u8 need, bool quiet)
{
	struct rvm_peer peer = peer_of(sk, addr, need);

	if (rvm_recent_has_peer(part, &peer))
		return 0;
	return judge_addr(part, sk, addr, op, need, quiet);
}

/*
 * A message to the unspecified address goes to this machine: on an IPv6 socket to ::1
 * or to 127.0.0.1, depending on the socket's own address by then.
 */
static int check_addr(struct rvm_partition *part, const struct sock *sk, struct rvm_addr *addr,
		      enum rvm_op op, u8 need, bool quiet)
{
	static const u8 loopback[] = { 127, 0, 0, 1 };
	int err;

	if (need != RVM_RIGHT_EXECUTE || !rvm_addr_is_any(addr))
		return check_one_addr(part, sk, addr, op, need, quiet);
	rvm_addr_set_loopback(addr);
	err = check_one_addr(part, sk, addr, op, need, quiet);
	if (err || sk->sk_family != AF_INET6)
		return err;
	rvm_addr_from_v4(addr, loopback, addr->port);
	return check_one_addr(part, sk, addr, op, need, quiet);
}

static void take_v4(struct rvm_addr *addr, __be32 v4, __be16 port)
{
	rvm_addr_from_v4(addr, (const u8 *)&v4, ntohs(port));
}

static void take_v6(struct rvm_addr *addr, const struct in6_addr *v6, __be16 port)
{
	rvm_addr_from_v6(addr, v6->s6_addr, ntohs(port));
}

/* False if the kernel will not take the address either. */
static bool take_sockaddr(struct rvm_addr *addr, const struct sock *sk,
			  const struct sockaddr *address, int len)
{
	const struct sockaddr_in *in = (const void *)address;
	const struct sockaddr_in6 *in6 = (const void *)address;

	if (sk->sk_family == AF_INET ||
	    (len >= sizeof(sa_family_t) && address->sa_family == AF_INET)) {
		if (len < (int)sizeof(*in))
			return false;
		take_v4(addr, in->sin_addr.s_addr, in->sin_port);
		return true;
	}
	if (len < SIN6_LEN_RFC2133)
		return false;
	take_v6(addr, &in6->sin6_addr, in6->sin6_port);
	return true;
}

static void take_peer(struct rvm_addr *addr, const struct sock *sk)
{
	if (sk->sk_family == AF_INET6)
		take_v6(addr, &sk->sk_v6_daddr, sk->sk_dport);
	else
		take_v4(addr, sk->sk_daddr, sk->sk_dport);
}

static void take_local(struct rvm_addr *addr, const struct sock *sk)
{
	if (sk->sk_family == AF_INET6)
		take_v6(addr, &sk->sk_v6_rcv_saddr, htons(sk->sk_num));
	else
		take_v4(addr, sk->sk_rcv_saddr, htons(sk->sk_num));
}

static int refuse_address(struct rvm_partition *part, enum rvm_op op)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_NET, op, RVM_RIGHT_EXECUTE);

	q.text = "addr=\"(malformed)\"";
	return rvm_gate_refuse(part, &q, RVM_REASON_FAMILY);
}

static noinline int check_create(struct rvm_partition *part, int family, int type, int protocol)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_SYS, RVM_OP_SOCKET, RVM_RIGHTS_ALL);
	char text[TEXT_BYTES] = "";
	struct rvm_line line = { .text = text, .size = sizeof(text) };

	type &= SOCK_TYPE_MASK;
	switch (family) {
	case AF_UNIX:
		return 0;
	case AF_INET:
	case AF_INET6:
		if (type == SOCK_STREAM && (!protocol || protocol == IPPROTO_TCP))
			return 0;
		if (type == SOCK_DGRAM && (!protocol || protocol == IPPROTO_UDP))
			return 0;
		break;
	case AF_NETLINK:
		if (protocol == NETLINK_ROUTE || protocol == NETLINK_GENERIC)
			return 0;
		break;
	}
	rvm_line_add_number(&line, "family", family);
	rvm_line_add_number(&line, "type", type);
	rvm_line_add_number(&line, "proto", protocol);
	q.text = text;
	q.req.floor = true;
	return rvm_gate_check(part, &q);
}

static noinline int check_connect(struct rvm_partition *part, const struct sock *sk,
				  const struct sockaddr *address, int len)
{
	struct rvm_addr addr;

	/* Unix sockets are judged by the peer that is found; netlink by its messages. */
	if (!is_ip(sk))
		return 0;
	/* Takes a connection apart, whatever the family. */
	if (len >= (int)sizeof(sa_family_t) && address->sa_family == AF_UNSPEC)
		return 0;
	if (!take_sockaddr(&addr, sk, address, len))
		return refuse_address(part, RVM_OP_CONNECT);
	return check_addr(part, sk, &addr, RVM_OP_CONNECT, RVM_RIGHT_EXECUTE, false);
}

static bool was_allowed(struct rvm_partition *part, const struct sock *sk,
			const struct rvm_addr *addr, u8 need)
{
	struct rvm_peer peer = peer_of(sk, addr, need);

	return rvm_recent_has_peer(part, &peer);
}

/* Port 0 is one, too. */
static bool has_peer(const struct sock *sk)
{
	struct rvm_addr peer;

	take_peer(&peer, sk);
	return peer.port || !rvm_addr_is_any(&peer);
}

/*
 * A message without an address goes to the peer, and what is received comes
 * from it.  A token to connect there covers it, and so does one to listen here:
 * then the peer came to us.
 */
static int check_peer(struct rvm_partition *part, const struct sock *sk, enum rvm_op op, bool quiet)
{
	struct rvm_addr peer, local;

	if (!has_peer(sk))
		return 0;
	take_peer(&peer, sk);
	take_local(&local, sk);
	if (was_allowed(part, sk, &local, RVM_RIGHT_WRITE) ||
	    !check_addr(part, sk, &peer, op, RVM_RIGHT_EXECUTE, true))
		return 0;
	if (!check_addr(part, sk, &local, op, RVM_RIGHT_WRITE, true))
		return 0;
	return check_addr(part, sk, &peer, op, RVM_RIGHT_EXECUTE, quiet);
}

/*
 * Without a peer it is the answer to what was sent, or comes to where it was bound.  A
 * port that the kernel chose was asked for as 0.
 */
static int check_source(struct rvm_partition *part, const struct sock *sk, bool quiet)
{
	struct rvm_addr local;

	if (has_peer(sk))
		return check_peer(part, sk, RVM_OP_RECEIVE, quiet);
	/* Nothing comes before it has a peer. */
	if (sk->sk_type == SOCK_STREAM)
		return 0;
	if (!(sk->sk_userlocks & (SOCK_BINDADDR_LOCK | SOCK_BINDPORT_LOCK)))
		return rvm_gate_pass(part, RVM_OP_RECEIVE);
	take_local(&local, sk);
	if (!(sk->sk_userlocks & SOCK_BINDPORT_LOCK))
		local.port = 0;
	return check_addr(part, sk, &local, RVM_OP_RECEIVE, RVM_RIGHT_WRITE, quiet);
}

static int refuse_option(struct rvm_partition *part, enum rvm_op op, int level, int option)
{
	char text[TEXT_BYTES] = "";
	struct rvm_line line = { .text = text, .size = sizeof(text) };

	rvm_line_add_number(&line, "level", (u32)level);
	rvm_line_add_number(&line, "option", (u32)option);
	return rvm_gate_floor(part, op, text, false);
}

/* What goes with a message; the kernel has copied it. */
static int check_control(struct rvm_partition *part, struct msghdr *msg)
{
	struct cmsghdr *c;

	if (!msg->msg_controllen)
		return 0;
	for_each_cmsghdr(c, msg) {
		if (!CMSG_OK(msg, c))
			return rvm_gate_floor(part, RVM_OP_SEND, "option=unread", false);
		if (!rvm_option_goes_along(c->cmsg_level, c->cmsg_type))
			return refuse_option(part, RVM_OP_SEND, c->cmsg_level, c->cmsg_type);
	}
	return 0;
}

static noinline int check_send(struct rvm_partition *part, const struct sock *sk,
			       struct msghdr *msg)
{
	struct rvm_addr addr;
	bool connected;
	int err;

	/* The kernel's own sockets are not the caller's doing. */
	if (!is_ip(sk) || sk->sk_kern_sock)
		return 0;
	err = check_control(part, msg);
	if (err)
		return err;
	/* A connection sends to its peer, whatever address the message names. */
	connected = sk->sk_protocol == IPPROTO_TCP && sk->sk_state != TCP_CLOSE;
	if (connected || !msg->msg_name || !msg->msg_namelen) {
		err = check_peer(part, sk, RVM_OP_SEND, false);
		if (err || !msg->msg_name || !msg->msg_namelen)
			return err;
	}
	/* On IPv6 this means the connected peer, on IPv4 it is an address. */
	if (sk->sk_family == AF_INET6 && msg->msg_namelen >= (int)sizeof(sa_family_t) &&
	    ((const struct sockaddr *)msg->msg_name)->sa_family == AF_UNSPEC)
		return check_peer(part, sk, RVM_OP_SEND, false);
	if (!take_sockaddr(&addr, sk, msg->msg_name, msg->msg_namelen))
		return refuse_address(part, RVM_OP_SEND);
	return check_addr(part, sk, &addr, RVM_OP_SEND, RVM_RIGHT_EXECUTE, false);
}

static noinline int check_receive(struct rvm_partition *part, const struct sock *sk)
{
	if (!is_ip(sk) || sk->sk_kern_sock)
		return 0;
	return check_source(part, sk, false);
}

int rvm_sock_check_handed(struct rvm_partition *part, const struct socket *sock, bool quiet)
{
	const struct sock *sk = sock->sk;
	struct rvm_addr local;

	if (!sk || !is_ip(sk) || sk->sk_kern_sock)
		return 0;
	/* The number is the same for all protocols that listen. */
	if (READ_ONCE(sk->sk_state) != TCP_LISTEN)
		return check_source(part, sk, quiet);
	take_local(&local, sk);
	return check_addr(part, sk, &local, RVM_OP_LISTEN, RVM_RIGHT_WRITE, quiet);
}

/* Questions of routing, and those about the module itself. */
static bool is_harmless_message(const struct sock *sk, const struct nlmsghdr *message)
{
	/* What the kernel's own replies are: nothing is done for them. */
	if (message->nlmsg_type < NLMSG_MIN_TYPE)
		return true;
	if (sk->sk_protocol == NETLINK_GENERIC)
		return message->nlmsg_type == GENL_ID_CTRL ||
		       message->nlmsg_type == rvm_genl(&rvm_nl_family)->id;
	/* Types come in fours: new, del, get, set. */
	return sk->sk_protocol == NETLINK_ROUTE && (message->nlmsg_type & 3) == 2;
}

static noinline int check_netlink(struct rvm_partition *part, const struct sock *sk,
				  const struct sk_buff *skb)
{
	const struct nlmsghdr *message = (const void *)skb->data;
	int left = skb_headlen(skb);
	char text[TEXT_BYTES] = "";
	struct rvm_line line = { .text = text, .size = sizeof(text) };

	if (skb_is_nonlinear(skb))
		return rvm_gate_floor(part, RVM_OP_SEND, "message=unread", false);
	for (; nlmsg_ok(message, left); message = nlmsg_next(message, &left)) {
		if (is_harmless_message(sk, message))
			continue;
		rvm_line_add_number(&line, "netlink", sk->sk_protocol);
		rvm_line_add_number(&line, "message", message->nlmsg_type);
		return rvm_gate_floor(part, RVM_OP_SEND, text, false);
	}
	return 0;
}

/*
 * A path is made by mknod.  A name without one is the network's: in the host's
 * own it is what a client of the host may ask for, so it has to be named.  One
 * that the kernel chooses is nobody's.
 */
static int check_bind_unix(struct rvm_partition *part, const struct sock *sk,
			   const struct sockaddr *address, int len)
{
	const size_t head = offsetof(struct sockaddr_un, sun_path);
	const struct sockaddr_un *un = (const void *)address;
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_NET, RVM_OP_BIND, RVM_RIGHT_WRITE);
	char text[TEXT_BYTES] = "";
	struct rvm_line line = { .text = text, .size = sizeof(text) };

	if (!net_eq(sock_net(sk), &init_net) || len <= (int)head || un->sun_path[0])
		return 0;
	q.req.net.family = RVM_FAMILY_UNIX;
	q.req.net.name.text = un->sun_path + 1;
	q.req.net.name.len = min_t(size_t, len, sizeof(*un)) - head - 1;
	rvm_line_add(&line, "abstract", q.req.net.name.text, q.req.net.name.len);
	q.text = text;
	return rvm_gate_check(part, &q);
}

static noinline int check_bind(struct rvm_partition *part, const struct sock *sk,
			       const struct sockaddr *address, int len)
{
	struct rvm_addr addr;

	if (sk->sk_family == AF_UNIX)
		return check_bind_unix(part, sk, address, len);
	if (!is_ip(sk))
		return 0;
	if (!take_sockaddr(&addr, sk, address, len))
		return refuse_address(part, RVM_OP_BIND);
	return check_addr(part, sk, &addr, RVM_OP_BIND, RVM_RIGHT_WRITE, false);
}

static noinline int check_listen(struct rvm_partition *part, const struct sock *sk)
{
	struct rvm_addr addr;

	if (!is_ip(sk))
		return 0;
	take_local(&addr, sk);
	return check_addr(part, sk, &addr, RVM_OP_LISTEN, RVM_RIGHT_WRITE, false);
}

/*
 * The peer of a unix socket: one of our own, or what a token names.  The hook
 * is called with the peer's state lock held, so its path and name stay.
 */
static noinline int check_unix(struct rvm_partition *part, struct sock *other, enum rvm_op op)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_NET, op, RVM_RIGHT_EXECUTE);
	const struct unix_address *addr = unix_sk(other)->addr;
	char text[TEXT_BYTES] = "";
	struct rvm_line line = { .text = text, .size = sizeof(text) };
	struct path path = unix_sk(other)->path;

	if (rvm_partition_of_cgroup(sock_cgroup_ptr(&other->sk_cgrp_data)) == part)
		return 0;
	q.req.net.family = RVM_FAMILY_UNIX;
	if (path.dentry) {
		q.path = &path;
	} else if (addr && addr->len > (int)sizeof(sa_family_t)) {
		q.req.net.name.text = addr->name->sun_path + 1;
		q.req.net.name.len = addr->len - sizeof(sa_family_t) - 1;
		rvm_line_add(&line, "abstract", q.req.net.name.text, q.req.net.name.len);
		q.text = text;
	}
	return rvm_gate_check(part, &q);
}

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_rvm_sock_create(int family, int type, int protocol, int kern)
{
	struct rvm_partition *part = rvm_partition_find();

	/* The kernel's own sockets are not the caller's doing. */
	return part && !kern ? check_create(part, family, type, protocol) : 0;
}

__bpf_kfunc int bpf_rvm_sock_connect(struct socket *sock, struct sockaddr *address, int len)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_connect(part, sock->sk, address, len) : 0;
}

__bpf_kfunc int bpf_rvm_sock_send(struct socket *sock, struct msghdr *msg)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_send(part, sock->sk, msg) : 0;
}

__bpf_kfunc int bpf_rvm_sock_receive(struct socket *sock)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_receive(part, sock->sk) : 0;
}

/* Asking for an option; one of them receives. */
__bpf_kfunc int bpf_rvm_sock_ask_option(struct socket *sock, int level, int option)
{
	struct rvm_partition *part = rvm_partition_find();

	if (!part || level != SOL_TCP || option != TCP_ZEROCOPY_RECEIVE)
		return 0;
	return check_receive(part, sock->sk);
}

/* What a netlink socket asks of the kernel. */
__bpf_kfunc int bpf_rvm_netlink_send(struct sock *sk, struct sk_buff *skb)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_netlink(part, sk, skb) : 0;
}

__bpf_kfunc int bpf_rvm_sock_bind(struct socket *sock, struct sockaddr *address, int len)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_bind(part, sock->sk, address, len) : 0;
}

__bpf_kfunc int bpf_rvm_sock_listen(struct socket *sock)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_listen(part, sock->sk) : 0;
}

__bpf_kfunc int bpf_rvm_sock_option(struct socket *sock, int level, int option)
{
	struct rvm_partition *part = rvm_partition_find();

	if (!part)
		return 0;
	/* What is queued may be sent by one. */
	if (rvm_option_is_allowed(level, option))
		return rvm_gate_pass(part, RVM_OP_SETSOCKOPT);
	return refuse_option(part, RVM_OP_SETSOCKOPT, level, option);
}

__bpf_kfunc int bpf_rvm_unix_connect(struct sock *other)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_unix(part, other, RVM_OP_UNIX_CONNECT) : 0;
}

__bpf_kfunc int bpf_rvm_unix_send(struct socket *other)
{
	struct rvm_partition *part = rvm_partition_find();

	if (!part)
		return 0;
	/* A peer that is closing has no socket any more. */
	return other && other->sk ? check_unix(part, other->sk, RVM_OP_UNIX_SEND) : -ECONNREFUSED;
}

__bpf_kfunc_end_defs();
