/* SPDX-License-Identifier: GPL-2.0-only */
/* The names of the kernel's <linux/types.h> that kmod/lib uses, on top of the C library's. */
#ifndef RVM_SHIM_LINUX_TYPES_H
#define RVM_SHIM_LINUX_TYPES_H

#include_next <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;

#ifndef fallthrough
#define fallthrough __attribute__((__fallthrough__))
#endif

#endif
