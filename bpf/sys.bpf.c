// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine: operations that only the root token covers.
 */

#include "rvm.bpf.h"

char LICENSE[] SEC("license") = "GPL";

SEC("lsm/capable")
int BPF_PROG(rvm_capable, const struct cred *cred, struct user_namespace *ns, int cap,
	     unsigned int opts, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_capable(cap, opts));
}

SEC("lsm/userns_create")
int BPF_PROG(rvm_userns_create, const struct cred *cred, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_check(RVM_OP_USERNS));
}

SEC("lsm/sb_mount")
int BPF_PROG(rvm_sb_mount, const char *dev, const struct path *path, const char *type,
	     unsigned long flags, void *data, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_check(RVM_OP_MOUNT));
}

SEC("lsm/sb_umount")
int BPF_PROG(rvm_sb_umount, struct vfsmount *mnt, int flags, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_check(RVM_OP_MOUNT));
}

SEC("lsm/sb_remount")
int BPF_PROG(rvm_sb_remount, struct super_block *sb, void *mnt_opts, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_check(RVM_OP_MOUNT));
}

SEC("lsm/sb_pivotroot")
int BPF_PROG(rvm_sb_pivotroot, const struct path *old_path, const struct path *new_path, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_check(RVM_OP_MOUNT));
}

SEC("lsm/sb_kern_mount")
int BPF_PROG(rvm_sb_kern_mount, const struct super_block *sb, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_check(RVM_OP_MOUNT));
}

SEC("lsm/move_mount")
int BPF_PROG(rvm_move_mount, const struct path *from, const struct path *to, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_check(RVM_OP_MOUNT));
}

/* An argument was added in 6.15: read none, not even the result of earlier programs. */
SEC("lsm/bpf")
int BPF_PROG(rvm_bpf)
{
	return clamp(bpf_rvm_sys_check(RVM_OP_BPF));
}

SEC("lsm/kernel_module_request")
int BPF_PROG(rvm_kernel_module_request, char *name, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_check(RVM_OP_MODULE));
}

SEC("lsm/kernel_load_data")
int BPF_PROG(rvm_kernel_load_data, enum kernel_load_data_id id, bool contents, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_check(RVM_OP_MODULE));
}

SEC("lsm/kernel_read_file")
int BPF_PROG(rvm_kernel_read_file, struct file *file, enum kernel_read_file_id id, bool contents,
	     int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_check(RVM_OP_MODULE));
}

/* Its arguments changed within 6.12: read none, not even the result of earlier programs. */
SEC("lsm/perf_event_open")
int BPF_PROG(rvm_perf_event_open)
{
	return clamp(bpf_rvm_sys_check(RVM_OP_PERF));
}

SEC("lsm/settime")
int BPF_PROG(rvm_settime, const struct timespec64 *ts, const struct timezone *tz, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_check(RVM_OP_SETTIME));
}

SEC("lsm/syslog")
int BPF_PROG(rvm_syslog, int type, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_check(RVM_OP_SYSLOG));
}

SEC("lsm/quotactl")
int BPF_PROG(rvm_quotactl, int cmds, int type, int id, const struct super_block *sb, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_check(RVM_OP_QUOTA));
}

SEC("lsm/quota_on")
int BPF_PROG(rvm_quota_on, struct dentry *dentry, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_check(RVM_OP_QUOTA));
}

SEC("lsm/inode_init_security_anon")
int BPF_PROG(rvm_inode_init_security_anon, struct inode *inode, const struct qstr *name,
	     const struct inode *context, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_anon_inode(name));
}

SEC("lsm/uring_allowed")
int BPF_PROG(rvm_uring_allowed, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_ring());
}

SEC("lsm/uring_override_creds")
int BPF_PROG(rvm_uring_override_creds, const struct cred *new, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_ring());
}

SEC("lsm/uring_sqpoll")
int BPF_PROG(rvm_uring_sqpoll, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_ring());
}

SEC("lsm/uring_cmd")
int BPF_PROG(rvm_uring_cmd, struct io_uring_cmd *ioucmd, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_sys_ring());
}
