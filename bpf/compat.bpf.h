/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_COMPAT_BPF_H
#define _RVM_COMPAT_BPF_H

/*
 * The one place of the programs that knows about kernel versions.  An object is
 * built once and adapts when it is loaded: what the kernel has is asked of its
 * type information, and the verifier drops the branch that is not taken.  Included
 * by rvm.bpf.h.
 */

/* Named by hooks, and only handed on: not in 6.1, and not before 6.17. */
struct mnt_idmap;
struct file_kattr;

struct mnt_idmap___exists {
	int unused;
};

/* What the hook inode_setattr gets. */
struct setattr {
	struct dentry *dentry;
	struct iattr *attr;
	int ret;
};

/*
 * Since 6.3 the mount's mapping of ids comes first.  The barriers keep the compiler
 * from choosing an offset, which the verifier does not allow in arguments.  Can go
 * with 6.1.
 */
static __always_inline void read_setattr(unsigned long long *ctx, struct setattr *hook)
{
	if (bpf_core_type_exists(struct mnt_idmap___exists)) {
		hook->dentry = (struct dentry *)ctx[1];
		hook->attr = (struct iattr *)ctx[2];
		hook->ret = ctx[3];
		barrier();
	} else {
		hook->dentry = (struct dentry *)ctx[0];
		hook->attr = (struct iattr *)ctx[1];
		hook->ret = ctx[2];
		barrier();
	}
}

#endif /* _RVM_COMPAT_BPF_H */
