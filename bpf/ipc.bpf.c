// SPDX-License-Identifier: GPL-2.0-only
/*
 * Talk on the same machine: unix sockets, SysV objects, keys.
 */

#include "rvm.bpf.h"

char LICENSE[] SEC("license") = "GPL";

SEC("lsm/unix_stream_connect")
int BPF_PROG(rvm_unix_stream_connect, struct sock *sock, struct sock *other, struct sock *newsk,
	     int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_unix_connect(other));
}

SEC("lsm/unix_may_send")
int BPF_PROG(rvm_unix_may_send, struct socket *sock, struct socket *other, int ret)
{
	if (ret || !knows(struct socket))
		return ret ? ret : -EACCES;
	return clamp(bpf_rvm_unix_send(other));
}

SEC("lsm/ipc_permission")
int BPF_PROG(rvm_ipc_permission, struct kern_ipc_perm *ipcp, short flag, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_ipc());
}

SEC("lsm/key_alloc")
int BPF_PROG(rvm_key_alloc, struct key *key, const struct cred *cred, unsigned long flags, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_check(RVM_OP_KEY));
}

SEC("lsm/key_permission")
int BPF_PROG(rvm_key_permission, key_ref_t key_ref, const struct cred *cred, unsigned int need,
	     int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_check(RVM_OP_KEY));
}
