// SPDX-License-Identifier: GPL-2.0-only
/*
 * Open files: open, read, write, map, ioctl, receive, truncate.
 */

#include "rvm.bpf.h"

char LICENSE[] SEC("license") = "GPL";

SEC("lsm/file_open")
int BPF_PROG(rvm_file_open, struct file *file, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_file_open(file));
}

SEC("lsm/file_permission")
int BPF_PROG(rvm_file_permission, struct file *file, int mask, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_file_permission(file, mask));
}

SEC("lsm/mmap_file")
int BPF_PROG(rvm_mmap_file, struct file *file, unsigned long reqprot, unsigned long prot,
	     unsigned long flags, int ret)
{
	/* Anonymous memory; 7.2 demands the test, because the kfunc takes no NULL. */
	if (ret || !file)
		return ret;
	return clamp(bpf_rvm_file_map(file, prot, flags));
}

SEC("lsm/file_mprotect")
int BPF_PROG(rvm_file_mprotect, struct vm_area_struct *vma, unsigned long reqprot,
	     unsigned long prot, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_file_protect(vma, prot));
}

SEC("lsm/file_ioctl")
int BPF_PROG(rvm_file_ioctl, struct file *file, unsigned int cmd, unsigned long arg, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_file_ioctl(file, cmd));
}

SEC("lsm/file_ioctl_compat")
int BPF_PROG(rvm_file_ioctl_compat, struct file *file, unsigned int cmd, unsigned long arg, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_file_ioctl(file, cmd));
}

SEC("lsm/file_fcntl")
int BPF_PROG(rvm_file_fcntl, struct file *file, unsigned int cmd, unsigned long arg, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_file_fcntl(file, cmd, arg));
}

SEC("lsm/file_receive")
int BPF_PROG(rvm_file_receive, struct file *file, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_file_receive(file));
}

SEC("lsm/file_truncate")
int BPF_PROG(rvm_file_truncate, struct file *file, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_file_truncate(file));
}

SEC("lsm/file_lock")
int BPF_PROG(rvm_file_lock, struct file *file, unsigned int cmd, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_file_lock(file, cmd));
}
