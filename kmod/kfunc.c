// SPDX-License-Identifier: GPL-2.0-only
/*
 * Offers the module's questions to BPF LSM programs.
 */

#include <linux/module.h>

#include "kfunc.h"

/* A module may register one set for a kind of program: all families in one. */
BTF_KFUNCS_START(rvm_kfunc_ids)
BTF_ID_FLAGS(func, bpf_rvm_file_open, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_file_permission, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_file_map, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_file_protect, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_file_ioctl, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_file_fcntl, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_file_receive, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_file_truncate, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_file_lock, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_path_check, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_path_look, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_path_chown, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_path_name, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_path_link, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_path_rename, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_dentry_setattr, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_dentry_check, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_dentry_look, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_exec_check, KF_TRUSTED_ARGS | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_rvm_sock_create)
BTF_ID_FLAGS(func, bpf_rvm_sock_connect, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_sock_send, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_sock_receive, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_sock_ask_option, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_sock_bind, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_sock_listen, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_sock_option, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_unix_connect, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_unix_send, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_netlink_send, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_task_check, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_task_trace, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_task_new)
BTF_ID_FLAGS(func, bpf_rvm_sys_check)
BTF_ID_FLAGS(func, bpf_rvm_sys_capable)
BTF_ID_FLAGS(func, bpf_rvm_sys_anon_inode, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_sys_ring)
BTF_ID_FLAGS(func, bpf_rvm_ipc_new, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_ipc_gone, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_ipc_use, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_rvm_ipc_queue, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(rvm_kfunc_ids)

/*
 * Registering for LSM also offers the functions to tracing and perf programs,
 * which may run in NMI, where our locks would deadlock.  A program that may
 * sleep does not run in a read section, on which rvm_partition_find() relies:
 * only those for exec may.  The filter is asked for this module's functions only.
 */
static int refuse_other_programs(const struct bpf_prog *prog, u32 id)
{
	static const char exec[] = "bpf_lsm_bprm_";
	const char *hook = prog->aux->attach_func_name;

	if (prog->type != BPF_PROG_TYPE_LSM || !hook)
		return -EACCES;
	return prog->sleepable && strncmp(hook, exec, strlen(exec)) ? -EACCES : 0;
}

static const struct btf_kfunc_id_set rvm_kfunc_set = {
	.owner = THIS_MODULE,
	.set = &rvm_kfunc_ids,
	.filter = refuse_other_programs,
};

int rvm_kfunc_init(void)
{
	/* Without it registering would do nothing and say nothing. */
	if (!THIS_MODULE->btf_data_size) {
		pr_err("rvm: the module has no BTF: build it with pahole and the kernel's vmlinux\n");
		return -ENOEXEC;
	}
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_LSM, &rvm_kfunc_set);
}
