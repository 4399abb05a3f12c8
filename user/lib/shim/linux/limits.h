/* SPDX-License-Identifier: GPL-2.0-only */
/* The C library's <limits.h> comes here too; the kernel's own adds the limits of its types. */
#ifndef RVM_SHIM_LINUX_LIMITS_H
#define RVM_SHIM_LINUX_LIMITS_H

#include_next <linux/limits.h>

#define U8_MAX 0xffU
#define U16_MAX 0xffffU
#define U32_MAX 0xffffffffU
#define U64_MAX 0xffffffffffffffffULL
#define S8_MAX 0x7f
#define S16_MAX 0x7fff
#define S32_MAX 0x7fffffff
#define S32_MIN (-S32_MAX - 1)
#define S64_MAX 0x7fffffffffffffffLL
#define S64_MIN (-S64_MAX - 1)

#endif
