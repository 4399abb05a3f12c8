/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_SHIM_LINUX_BITS_H
#define RVM_SHIM_LINUX_BITS_H

#include <assert.h>

/* The kernel's comes with its <linux/bits.h>, and its message may be left out. */
#undef static_assert
#define static_assert(expr, ...) RVM_SHIM_STATIC_ASSERT(expr, ##__VA_ARGS__, #expr)
#define RVM_SHIM_STATIC_ASSERT(expr, msg, ...) _Static_assert(expr, msg)

#ifndef BITS_PER_LONG
#define BITS_PER_LONG (__SIZEOF_LONG__ * 8)
#endif
#ifndef BIT
#define BIT(nr) (1UL << (nr))
#endif
#ifndef BIT_ULL
#define BIT_ULL(nr) (1ULL << (nr))
#endif
#ifndef GENMASK
#define GENMASK(h, l) ((~0UL << (l)) & (~0UL >> (BITS_PER_LONG - 1 - (h))))
#endif
#ifndef GENMASK_ULL
#define GENMASK_ULL(h, l) ((~0ULL << (l)) & (~0ULL >> (63 - (h))))
#endif

#endif
