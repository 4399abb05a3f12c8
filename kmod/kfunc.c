// SPDX-License-Identifier: GPL-2.0-only
/*
 * Offers the module's questions to BPF LSM programs.
 */

#include <linux/module.h>

#include "kfunc.h"

/*
 * Registering for LSM also offers the functions to tracing and perf programs,
 * which may run in NMI, where our locks would deadlock.
 */
int rvm_kfunc_filter(const struct bpf_prog *prog, u32 kfunc_id)
{
	return prog->type == BPF_PROG_TYPE_LSM ? 0 : -EACCES;
}

int rvm_kfunc_register(const struct btf_kfunc_id_set *set)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_LSM, set);
}

int rvm_kfunc_init(void)
{
	static int (*const family[])(void) = {
		rvm_kfunc_file_init, rvm_kfunc_path_init, rvm_kfunc_exec_init,
		rvm_kfunc_net_init,  rvm_kfunc_task_init, rvm_kfunc_sys_init,
	};
	size_t i;
	int err;

	/* Without it registering would do nothing and say nothing. */
	if (!THIS_MODULE->btf_data_size) {
		pr_err("rvm: the module has no BTF: build it with pahole and the kernel's vmlinux\n");
		return -ENOEXEC;
	}
	for (i = 0; i < ARRAY_SIZE(family); i++) {
		err = family[i]();
		if (err)
			return err;
	}
	return 0;
}
