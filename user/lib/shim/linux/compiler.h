/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_SHIM_LINUX_COMPILER_H
#define RVM_SHIM_LINUX_COMPILER_H

/* Has __always_inline. */
#include <sys/cdefs.h>

#ifndef unlikely
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif
#ifndef OPTIMIZER_HIDE_VAR
#define OPTIMIZER_HIDE_VAR(var) __asm__("" : "=r"(var) : "0"(var))
#endif
#ifndef READ_ONCE
#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#endif
#ifndef WRITE_ONCE
#define WRITE_ONCE(x, value) __atomic_store_n(&(x), value, __ATOMIC_RELAXED)
#endif

#endif
