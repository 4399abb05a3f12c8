// SPDX-License-Identifier: GPL-2.0-only
/*
 * Offers the module's questions to BPF LSM programs.
 */

#include <linux/module.h>

#include "kfunc/common.h"
#include "kfunc/list.h"

/* A module may register one set for a kind of program: all families in one. */
BTF_KFUNCS_START(rvm_kfunc_ids)
BTF_ID_FLAGS(func, bpf_rvm_file_open, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_file_permission, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_file_map, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_file_protect, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_file_ioctl, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_file_fcntl, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_file_receive, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_file_truncate, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_file_lock, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_path_check, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_path_look, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_path_chown, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_path_name, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_path_link, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_path_rename, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_dentry_setattr, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_dentry_check, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_dentry_look, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_exec_check, RVM_KF_TRUSTED | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_rvm_exec_done, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_sock_create)
BTF_ID_FLAGS(func, bpf_rvm_sock_connect, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_sock_send, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_sock_receive, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_sock_ask_option, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_sock_bind, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_sock_listen, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_sock_option, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_unix_connect, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_unix_send, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_netlink_send, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_task_check, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_task_trace, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_task_new, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_task_gone)
BTF_ID_FLAGS(func, bpf_rvm_sys_check)
BTF_ID_FLAGS(func, bpf_rvm_sys_capable)
BTF_ID_FLAGS(func, bpf_rvm_sys_anon_inode, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_sys_ring)
BTF_ID_FLAGS(func, bpf_rvm_ipc_new, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_ipc_gone, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_ipc_use, RVM_KF_TRUSTED)
BTF_ID_FLAGS(func, bpf_rvm_ipc_queue, RVM_KF_TRUSTED)
BTF_KFUNCS_END(rvm_kfunc_ids)

/*
 * Registering for LSM also offers the functions to tracing and perf programs,
 * which may run in NMI, where our locks would deadlock.  A program that may
 * sleep does not run in a read section, on which rvm_partition_find() relies:
 * only those for exec may.  The filter is asked for this module's functions only.
 */
static int __maybe_unused refuse_other_programs(const struct bpf_prog *prog, u32 id)
{
	static const char exec[] = "bpf_lsm_bprm_";
	const char *hook = prog->aux->attach_func_name;

	if (prog->type != BPF_PROG_TYPE_LSM || !hook)
		return -EACCES;
	return rvm_prog_sleeps(prog) && strncmp(hook, exec, strlen(exec)) ? -EACCES : 0;
}

static const struct btf_kfunc_id_set rvm_kfunc_set =
	RVM_KFUNC_SET(rvm_kfunc_ids, refuse_other_programs);

int rvm_kfunc_init(void)
{
	/* Without it registering would do nothing and say nothing. */
	if (!THIS_MODULE->btf_data_size) {
		pr_err("rvm: the module has no BTF: build it with pahole and the kernel's vmlinux\n");
		return -ENOEXEC;
	}
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_LSM, &rvm_kfunc_set);
}
