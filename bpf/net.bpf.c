// SPDX-License-Identifier: GPL-2.0-only
/*
 * Internet sockets, and the creation of sockets of all families.
 */

#include "rvm.bpf.h"

char LICENSE[] SEC("license") = "GPL";

SEC("lsm/socket_create")
int BPF_PROG(rvm_socket_create, int family, int type, int protocol, int kern, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sock_create(family, type, protocol, kern));
}

SEC("lsm/socket_connect")
int BPF_PROG(rvm_socket_connect, struct socket *sock, struct sockaddr *address, int addrlen,
	     int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sock_connect(sock, address, addrlen));
}

SEC("lsm/socket_sendmsg")
int BPF_PROG(rvm_socket_sendmsg, struct socket *sock, struct msghdr *msg, int size, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sock_send(sock, msg));
}

SEC("lsm/socket_bind")
int BPF_PROG(rvm_socket_bind, struct socket *sock, struct sockaddr *address, int addrlen, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sock_bind(sock, address, addrlen));
}

SEC("lsm/socket_listen")
int BPF_PROG(rvm_socket_listen, struct socket *sock, int backlog, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sock_listen(sock));
}

SEC("lsm/socket_setsockopt")
int BPF_PROG(rvm_socket_setsockopt, struct socket *sock, int level, int optname, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sock_option(sock, level, optname));
}

SEC("lsm/socket_recvmsg")
int BPF_PROG(rvm_socket_recvmsg, struct socket *sock, struct msghdr *msg, int size, int flags,
	     int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sock_receive(sock));
}

SEC("lsm/socket_getsockopt")
int BPF_PROG(rvm_socket_getsockopt, struct socket *sock, int level, int optname, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sock_ask_option(sock, level, optname));
}

SEC("lsm/netlink_send")
int BPF_PROG(rvm_netlink_send, struct sock *sk, struct sk_buff *skb, int ret)
{
	if (ret || !knows(struct sk_buff) || !knows(struct sock))
		return ret ? ret : -EACCES;
	return clamp(bpf_rvm_netlink_send(sk, skb));
}

SEC("lsm/sctp_bind_connect")
int BPF_PROG(rvm_sctp_bind_connect, struct sock *sk, int optname, struct sockaddr *address,
	     int addrlen, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_check(RVM_OP_CONNECT));
}

SEC("lsm/tun_dev_create")
int BPF_PROG(rvm_tun_dev_create, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_check(RVM_OP_SOCKET));
}
