// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs.
 */

#include "rvm.bpf.h"

char LICENSE[] SEC("license") = "GPL";

SEC("lsm.s/bprm_check_security")
int BPF_PROG(rvm_bprm_check_security, struct linux_binprm *bprm, int ret)
{
	if (ret)
		return ret;
	return clamp(bpf_rvm_exec_check(bprm));
}

SEC("lsm/bprm_committed_creds")
int BPF_PROG(rvm_bprm_committed_creds, const struct linux_binprm *bprm)
{
	return bpf_rvm_exec_done(bprm);
}
