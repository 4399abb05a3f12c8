// SPDX-License-Identifier: GPL-2.0-only
/*
 * The least that a BPF program on a hook can cost: what others are measured
 * against.
 */

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("lsm/file_open")
int BPF_PROG(empty_file_open, struct file *file, int ret)
{
	return ret;
}
