/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_SHIM_LINUX_STRING_H
#define RVM_SHIM_LINUX_STRING_H

#include <string.h>
#include <linux/types.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

/* memset() that the compiler may not remove. */
static inline void memzero_explicit(void *s, size_t count)
{
	memset(s, 0, count);
	__asm__ __volatile__("" : : "r"(s) : "memory");
}

#endif
