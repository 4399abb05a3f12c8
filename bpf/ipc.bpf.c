// SPDX-License-Identifier: GPL-2.0-only
/*
 * Communication on the same machine: unix sockets, System V objects, message queues,
 * keys.
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
	if (ret || !knows(struct kern_ipc_perm))
		return ret ? ret : -EACCES;
	return clamp(bpf_rvm_ipc_use(ipcp));
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

SEC("lsm/shm_alloc_security")
int BPF_PROG(rvm_shm_alloc_security, struct kern_ipc_perm *perm, int ret)
{
	if (ret || !knows(struct kern_ipc_perm))
		return ret ? ret : -EACCES;
	return clamp(bpf_rvm_ipc_new(perm));
}

SEC("lsm/shm_free_security")
int BPF_PROG(rvm_shm_free_security, struct kern_ipc_perm *perm)
{
	if (!knows(struct kern_ipc_perm))
		return 0;
	return bpf_rvm_ipc_gone(perm);
}

SEC("lsm/shm_shmctl")
int BPF_PROG(rvm_shm_shmctl, struct kern_ipc_perm *perm, int cmd, int ret)
{
	if (ret || !knows(struct kern_ipc_perm))
		return ret ? ret : -EACCES;
	return clamp(bpf_rvm_ipc_use(perm));
}

SEC("lsm/msg_queue_alloc_security")
int BPF_PROG(rvm_msg_queue_alloc_security, struct kern_ipc_perm *perm, int ret)
{
	if (ret || !knows(struct kern_ipc_perm))
		return ret ? ret : -EACCES;
	return clamp(bpf_rvm_ipc_new(perm));
}

SEC("lsm/msg_queue_free_security")
int BPF_PROG(rvm_msg_queue_free_security, struct kern_ipc_perm *perm)
{
	if (!knows(struct kern_ipc_perm))
		return 0;
	return bpf_rvm_ipc_gone(perm);
}

SEC("lsm/msg_queue_msgctl")
int BPF_PROG(rvm_msg_queue_msgctl, struct kern_ipc_perm *perm, int cmd, int ret)
{
	if (ret || !knows(struct kern_ipc_perm))
		return ret ? ret : -EACCES;
	return clamp(bpf_rvm_ipc_use(perm));
}

SEC("lsm/sem_alloc_security")
int BPF_PROG(rvm_sem_alloc_security, struct kern_ipc_perm *perm, int ret)
{
	if (ret || !knows(struct kern_ipc_perm))
		return ret ? ret : -EACCES;
	return clamp(bpf_rvm_ipc_new(perm));
}

SEC("lsm/sem_free_security")
int BPF_PROG(rvm_sem_free_security, struct kern_ipc_perm *perm)
{
	if (!knows(struct kern_ipc_perm))
		return 0;
	return bpf_rvm_ipc_gone(perm);
}

SEC("lsm/sem_semctl")
int BPF_PROG(rvm_sem_semctl, struct kern_ipc_perm *perm, int cmd, int ret)
{
	if (ret || !knows(struct kern_ipc_perm))
		return ret ? ret : -EACCES;
	return clamp(bpf_rvm_ipc_use(perm));
}

SEC("lsm/inode_create")
int BPF_PROG(rvm_inode_create, struct inode *dir, struct dentry *dentry, umode_t mode, int ret)
{
	if (ret || !knows(struct inode))
		return ret ? ret : -EACCES;
	return clamp(bpf_rvm_ipc_queue(dir));
}

SEC("lsm/inode_unlink")
int BPF_PROG(rvm_inode_unlink, struct inode *dir, struct dentry *dentry, int ret)
{
	if (ret || !knows(struct inode))
		return ret ? ret : -EACCES;
	return clamp(bpf_rvm_ipc_queue(dir));
}
