/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_BPF_H
#define _RVM_BPF_H

/*
 * Programs ask the module and obey.  They hold no policy, no identity and no strings.
 * The module always answers: an attached program pins it, and without it no program
 * loads, because the functions below are strong symbols.
 */

#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <linux/rvm.h>

#include "compat.bpf.h"

#define EACCES 13

/*
 * The verifier wants to see that a hook returns 0 or an errno.  The barrier keeps the
 * compiler from testing one copy of the value and returning another.  The return value
 * for outsiders comes first.
 */
static __always_inline int clamp(int ret)
{
	long value = ret;

	if (!ret)
		return 0;
	barrier_var(value);
	if (value < -4095 || value > 0)
		return -EACCES;
	return value;
}

/*
 * A type that is only passed on is described without its members, and libbpf then does
 * not recognise it as the module's.  One use in an object is enough.
 */
#define knows(type) bpf_core_type_exists(type)

extern int bpf_rvm_file_open(struct file *file) __ksym;
extern int bpf_rvm_file_permission(struct file *file, int mask) __ksym;
extern int bpf_rvm_file_map(struct file *file, unsigned long prot, unsigned long flags) __ksym;
extern int bpf_rvm_file_protect(struct vm_area_struct *vma, unsigned long prot) __ksym;
extern int bpf_rvm_file_ioctl(struct file *file, unsigned int cmd) __ksym;
extern int bpf_rvm_file_fcntl(struct file *file, unsigned int cmd, unsigned long arg) __ksym;
extern int bpf_rvm_file_receive(struct file *file) __ksym;
extern int bpf_rvm_file_truncate(struct file *file) __ksym;
extern int bpf_rvm_file_lock(struct file *file, unsigned int cmd) __ksym;

extern int bpf_rvm_path_check(const struct path *path, __u32 op, __u32 arg) __ksym;
extern int bpf_rvm_path_look(const struct path *path) __ksym;
extern int bpf_rvm_path_chown(const struct path *path, __u32 uid, __u32 gid) __ksym;
extern int bpf_rvm_path_name(const struct path *dir, struct dentry *dentry, __u32 op,
			     __u32 arg) __ksym;
extern int bpf_rvm_path_link(struct dentry *old_dentry, const struct path *new_dir,
			     struct dentry *new_dentry) __ksym;
extern int bpf_rvm_path_rename(const struct path *old_dir, struct dentry *old_dentry,
			       const struct path *new_dir, struct dentry *new_dentry,
			       __u32 flags) __ksym;
extern int bpf_rvm_dentry_setattr(struct dentry *dentry, __u32 valid) __ksym;
extern int bpf_rvm_dentry_check(struct dentry *dentry, __u32 op) __ksym;
extern int bpf_rvm_dentry_look(struct dentry *dentry) __ksym;

extern int bpf_rvm_exec_check(struct linux_binprm *bprm) __ksym;
extern int bpf_rvm_exec_done(const struct linux_binprm *bprm) __ksym;

extern int bpf_rvm_sock_create(int family, int type, int protocol, int kern) __ksym;
extern int bpf_rvm_sock_connect(struct socket *sock, struct sockaddr *address, int len) __ksym;
extern int bpf_rvm_sock_send(struct socket *sock, struct msghdr *msg) __ksym;
extern int bpf_rvm_sock_receive(struct socket *sock) __ksym;
extern int bpf_rvm_sock_ask_option(struct socket *sock, int level, int option) __ksym;
extern int bpf_rvm_sock_bind(struct socket *sock, struct sockaddr *address, int len) __ksym;
extern int bpf_rvm_sock_listen(struct socket *sock) __ksym;
extern int bpf_rvm_sock_option(struct socket *sock, int level, int option) __ksym;
extern int bpf_rvm_unix_connect(struct sock *other) __ksym;
extern int bpf_rvm_unix_send(struct socket *other) __ksym;
extern int bpf_rvm_netlink_send(struct sock *sk, struct sk_buff *skb) __ksym;

extern int bpf_rvm_task_check(struct task_struct *task, __u32 op) __ksym;
extern int bpf_rvm_task_trace(struct task_struct *task, __u32 mode) __ksym;
extern int bpf_rvm_task_new(struct task_struct *task, __u64 clone_flags) __ksym;
extern int bpf_rvm_task_gone(const __u64 *task) __ksym;

extern int bpf_rvm_sys_check(__u32 op) __ksym;
extern int bpf_rvm_sys_capable(int cap, unsigned int opts) __ksym;
extern int bpf_rvm_sys_anon_inode(const struct qstr *name) __ksym;
extern int bpf_rvm_sys_ring(void) __ksym;

extern int bpf_rvm_ipc_new(struct kern_ipc_perm *perm) __ksym;
extern int bpf_rvm_ipc_gone(struct kern_ipc_perm *perm) __ksym;
extern int bpf_rvm_ipc_use(struct kern_ipc_perm *perm) __ksym;
extern int bpf_rvm_ipc_queue(struct inode *dir) __ksym;

#endif /* _RVM_BPF_H */
