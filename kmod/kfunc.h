/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_KFUNC_H
#define _RVM_KFUNC_H

#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/cred.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "gate.h"
#include "partition.h"

/*
 * What BPF programs may ask, one file per family; kfunc.c has the list.  All are
 * laid out alike: find the caller's partition, or allow; build the question; ask
 * the gate.  The host pays for rvm_partition_enter() and nothing else.
 */

/**
 * RVM_QUESTION() - a question with what every family sets
 */
#define RVM_QUESTION(_class, _op, _need)                                                           \
	{                                                                                          \
		.req = { .class = (_class), .op = (_op), .need = (_need), .tier = 1 }              \
	}

#endif /* _RVM_KFUNC_H */
