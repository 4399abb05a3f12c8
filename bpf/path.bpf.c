// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names: create, remove, rename, link, attributes.
 */

#include "rvm.bpf.h"

char LICENSE[] SEC("license") = "GPL";

SEC("lsm/path_mknod")
int BPF_PROG(rvm_path_mknod, const struct path *dir, struct dentry *dentry, umode_t mode,
	     unsigned int dev, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_path_name(dir, dentry, RVM_OP_MKNOD, mode));
}

SEC("lsm/path_mkdir")
int BPF_PROG(rvm_path_mkdir, const struct path *dir, struct dentry *dentry, umode_t mode, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_path_name(dir, dentry, RVM_OP_MKDIR, mode));
}

SEC("lsm/path_symlink")
int BPF_PROG(rvm_path_symlink, const struct path *dir, struct dentry *dentry, const char *old_name,
	     int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_path_name(dir, dentry, RVM_OP_SYMLINK, 0));
}

SEC("lsm/path_unlink")
int BPF_PROG(rvm_path_unlink, const struct path *dir, struct dentry *dentry, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_path_name(dir, dentry, RVM_OP_UNLINK, 0));
}

SEC("lsm/path_rmdir")
int BPF_PROG(rvm_path_rmdir, const struct path *dir, struct dentry *dentry, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_path_name(dir, dentry, RVM_OP_RMDIR, 0));
}

SEC("lsm/path_link")
int BPF_PROG(rvm_path_link, struct dentry *old_dentry, const struct path *new_dir,
	     struct dentry *new_dentry, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_path_link(old_dentry, new_dir, new_dentry));
}

SEC("lsm/path_rename")
int BPF_PROG(rvm_path_rename, const struct path *old_dir, struct dentry *old_dentry,
	     const struct path *new_dir, struct dentry *new_dentry, unsigned int flags, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_path_rename(old_dir, old_dentry, new_dir, new_dentry, flags));
}

SEC("lsm/path_truncate")
int BPF_PROG(rvm_path_truncate, const struct path *path, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_path_check(path, RVM_OP_TRUNCATE, 0));
}

SEC("lsm/path_chmod")
int BPF_PROG(rvm_path_chmod, const struct path *path, umode_t mode, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_path_check(path, RVM_OP_CHMOD, mode));
}

SEC("lsm/path_notify")
int BPF_PROG(rvm_path_notify, const struct path *path, __u64 mask, unsigned int obj_type, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_path_check(path, RVM_OP_WATCH, obj_type));
}

SEC("lsm/path_chroot")
int BPF_PROG(rvm_path_chroot, const struct path *path, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_path_check(path, RVM_OP_CHROOT, 0));
}

SEC("lsm/inode_setattr")
int rvm_inode_setattr(unsigned long long *ctx)
{
	struct setattr hook;

	read_setattr(ctx, &hook);
	if (hook.ret)
		return hook.ret;
	return clamp(bpf_rvm_dentry_setattr(hook.dentry, hook.attr->ia_valid));
}

SEC("lsm/inode_readlink")
int BPF_PROG(rvm_inode_readlink, struct dentry *dentry, int ret)
{
	if (ret || !knows(struct dentry))
		return ret ? ret : -EACCES;
	return clamp(bpf_rvm_dentry_check(dentry, RVM_OP_READ));
}

/* Every stat on the host comes here: outsiders pay for the test whether they are inside. */
SEC("lsm/inode_getattr")
int BPF_PROG(rvm_inode_getattr, const struct path *path, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_path_look(path));
}

/* Flags and project id, set by path or by the ioctl on an open file. */
SEC("lsm/inode_file_getattr")
int BPF_PROG(rvm_inode_file_getattr, struct dentry *dentry, struct file_kattr *attr, int ret)
{
	if (ret || !knows(struct dentry))
		return ret ? ret : -EACCES;
	return clamp(bpf_rvm_dentry_look(dentry));
}

SEC("lsm/inode_file_setattr")
int BPF_PROG(rvm_inode_file_setattr, struct dentry *dentry, struct file_kattr *attr, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_dentry_check(dentry, RVM_OP_XATTR));
}

SEC("lsm/inode_getxattr")
int BPF_PROG(rvm_inode_getxattr, struct dentry *dentry, const char *name, int ret)
{
	if (ret || !knows(struct dentry))
		return ret ? ret : -EACCES;
	return clamp(bpf_rvm_dentry_look(dentry));
}

SEC("lsm/inode_listxattr")
int BPF_PROG(rvm_inode_listxattr, struct dentry *dentry, int ret)
{
	if (ret || !knows(struct dentry))
		return ret ? ret : -EACCES;
	return clamp(bpf_rvm_dentry_look(dentry));
}

SEC("lsm/inode_get_acl")
int BPF_PROG(rvm_inode_get_acl, struct mnt_idmap *idmap, struct dentry *dentry,
	     const char *acl_name, int ret)
{
	if (ret || !knows(struct dentry))
		return ret ? ret : -EACCES;
	return clamp(bpf_rvm_dentry_look(dentry));
}

SEC("lsm/sb_statfs")
int BPF_PROG(rvm_sb_statfs, struct dentry *dentry, int ret)
{
	if (ret || !knows(struct dentry))
		return ret ? ret : -EACCES;
	return clamp(bpf_rvm_dentry_look(dentry));
}

SEC("lsm/inode_setxattr")
int BPF_PROG(rvm_inode_setxattr, struct mnt_idmap *idmap, struct dentry *dentry, const char *name,
	     const void *value, size_t size, int flags, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_dentry_check(dentry, RVM_OP_XATTR));
}

SEC("lsm/inode_removexattr")
int BPF_PROG(rvm_inode_removexattr, struct mnt_idmap *idmap, struct dentry *dentry,
	     const char *name, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_dentry_check(dentry, RVM_OP_XATTR));
}

SEC("lsm/inode_set_acl")
int BPF_PROG(rvm_inode_set_acl, struct mnt_idmap *idmap, struct dentry *dentry,
	     const char *acl_name, struct posix_acl *kacl, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_dentry_check(dentry, RVM_OP_XATTR));
}

SEC("lsm/inode_remove_acl")
int BPF_PROG(rvm_inode_remove_acl, struct mnt_idmap *idmap, struct dentry *dentry,
	     const char *acl_name, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_dentry_check(dentry, RVM_OP_XATTR));
}

/* Ids come by value as one-member structures, each in its own slot. */
SEC("lsm/path_chown")
int rvm_path_chown(unsigned long long *ctx)
{
	const struct path *path = (const struct path *)ctx[0];
	__u32 uid = ctx[1];
	__u32 gid = ctx[2];
	int ret = ctx[3];

	if (ret)
		return ret;
	return clamp(bpf_rvm_path_chown(path, uid, gid));
}
