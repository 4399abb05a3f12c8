/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_SHIM_ASM_BARRIER_H
#define RVM_SHIM_ASM_BARRIER_H

/* Tests have one thread. */
#define smp_store_release(p, value) __atomic_store_n(p, value, __ATOMIC_RELEASE)

#endif
