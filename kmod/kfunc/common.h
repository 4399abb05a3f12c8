/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_KFUNC_H
#define _RVM_KFUNC_H

#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/cred.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "compat.h"
#include "gate/gate.h"
#include "partition/registry.h"

/*
 * What BPF programs may ask, one file per family; list.c has the list.  All are
 * laid out alike: find the caller's partition, or allow; build the question; ask
 * the gate.  The host pays for rvm_partition_find() and nothing else: what comes
 * after stays out of line, so that asking needs no frame for it.
 */

/**
 * RVM_QUESTION() - a question with what every family sets
 * @_class: enum rvm_class of the object
 * @_op: enum rvm_op
 * @_need: rights that are needed
 */
#define RVM_QUESTION(_class, _op, _need) \
	((struct rvm_question){          \
		.req.class = (_class), .req.op = (_op), .req.need = (_need), .req.tier = 1 })

/**
 * rvm_is_hidden_work() - is the kernel at work inside a stacked file system
 *
 * It works there with the powers of the task that mounted it: the layer is not the
 * caller's business, which was judged outside with its own powers.  access(2) borrows
 * powers as well, but none that the caller lacks; a core dump is the caller's.
 *
 * Return: true if the caller is not asked for.
 */
static inline bool rvm_is_hidden_work(void)
{
	return current->cred != current->real_cred && !(current->flags & PF_DUMPCORE);
}

struct kern_ipc_perm;
struct linux_binprm;
struct msghdr;
struct qstr;
struct sk_buff;
struct sockaddr;
struct socket;
struct vm_area_struct;

/**
 * rvm_file_is_covered() - would the partition be let read and write what is open
 * @part: of the caller
 * @file: open; by what its mode allows
 *
 * What is asked when it is used, without a record.
 *
 * Context: inside rcu_read_lock(); task context.
 * Return: true if so.
 */
bool rvm_file_is_covered(struct rvm_partition *part, struct file *file);

/**
 * rvm_sock_check_handed() - may a socket that somebody else made be used
 * @part: of the caller
 * @sock: connected, listening or neither
 * @quiet: make no record
 *
 * A connection by its peer, as when something is received on it; one that listens by
 * where it does.
 *
 * Context: inside rcu_read_lock(); task context.
 * Return: 0 or -EACCES.
 */
int rvm_sock_check_handed(struct rvm_partition *part, const struct socket *sock, bool quiet);

/**
 * rvm_brought_check() - what does the program bring along that an entry starts
 *
 * If a descriptor is not covered, the partition is marked, and the hooks are attached
 * that judge each read and write.
 *
 * Context: may sleep; in an exec that was admitted.
 * Return: 0; -EACCES if they cannot be attached.
 */
int rvm_brought_check(void);

int bpf_rvm_file_open(struct file *file);
int bpf_rvm_file_permission(struct file *file, int mask);
int bpf_rvm_file_map(struct file *file, unsigned long prot, unsigned long flags);
int bpf_rvm_file_protect(struct vm_area_struct *vma, unsigned long prot);
int bpf_rvm_file_ioctl(struct file *file, unsigned int cmd);
int bpf_rvm_file_fcntl(struct file *file, unsigned int cmd, unsigned long arg);
int bpf_rvm_file_receive(struct file *file);
int bpf_rvm_file_truncate(struct file *file);
int bpf_rvm_file_lock(struct file *file, unsigned int cmd);
int bpf_rvm_path_check(const struct path *path, u32 op, u32 arg);
int bpf_rvm_path_look(const struct path *path);
int bpf_rvm_path_chown(const struct path *path, u32 uid, u32 gid);
int bpf_rvm_path_name(const struct path *dir, struct dentry *dentry, u32 op, u32 arg);
int bpf_rvm_path_link(struct dentry *old_dentry, const struct path *new_dir,
		      struct dentry *new_dentry);
int bpf_rvm_path_rename(const struct path *old_dir, struct dentry *old_dentry,
			const struct path *new_dir, struct dentry *new_dentry, u32 flags);
int bpf_rvm_dentry_setattr(struct dentry *dentry, u32 valid);
int bpf_rvm_dentry_check(struct dentry *dentry, u32 op);
int bpf_rvm_dentry_look(struct dentry *dentry);
int bpf_rvm_exec_check(struct linux_binprm *bprm);
int bpf_rvm_exec_done(const struct linux_binprm *bprm);
int bpf_rvm_sock_create(int family, int type, int protocol, int kern);
int bpf_rvm_sock_connect(struct socket *sock, struct sockaddr *address, int len);
int bpf_rvm_sock_send(struct socket *sock, struct msghdr *msg);
int bpf_rvm_sock_receive(struct socket *sock);
int bpf_rvm_sock_ask_option(struct socket *sock, int level, int option);
int bpf_rvm_sock_bind(struct socket *sock, struct sockaddr *address, int len);
int bpf_rvm_sock_listen(struct socket *sock);
int bpf_rvm_sock_option(struct socket *sock, int level, int option);
int bpf_rvm_unix_connect(struct sock *other);
int bpf_rvm_unix_send(struct socket *other);
int bpf_rvm_netlink_send(struct sock *sk, struct sk_buff *skb);
int bpf_rvm_task_check(struct task_struct *task, u32 op);
int bpf_rvm_task_trace(struct task_struct *task, u32 mode);
int bpf_rvm_task_new(struct task_struct *task, u64 clone_flags);
int bpf_rvm_task_gone(const u64 *task);
int bpf_rvm_sys_check(u32 op);
int bpf_rvm_sys_capable(int cap, unsigned int opts);
int bpf_rvm_sys_anon_inode(const struct qstr *name);
int bpf_rvm_sys_ring(void);
int bpf_rvm_ipc_new(struct kern_ipc_perm *perm);
int bpf_rvm_ipc_gone(struct kern_ipc_perm *perm);
int bpf_rvm_ipc_use(struct kern_ipc_perm *perm);
int bpf_rvm_ipc_queue(struct inode *dir);

#endif /* _RVM_KFUNC_H */
