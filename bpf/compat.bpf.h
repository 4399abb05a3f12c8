/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_COMPAT_BPF_H
#define _RVM_COMPAT_BPF_H

/*
 * The one place in the programs that knows about kernel versions.  An object is built
 * once and adapts when it is loaded: the kernel's type information says what it has, and
 * the verifier drops the branch that is not taken.  Included by rvm.bpf.h.
 */

/* Types that hooks name and only pass on: not in 6.1, and not before 6.17. */
struct mnt_idmap;
struct file_kattr;

struct mnt_idmap___exists {
	int unused;
};

/* The arguments of the hook inode_setattr. */
struct setattr {
	struct dentry *dentry;
	struct iattr *attr;
	int ret;
};

/*
 * Since 6.3 the mount's id mapping comes first.  The barriers keep the compiler from
 * choosing an offset, which the verifier does not allow in arguments.  Can go with 6.1.
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
