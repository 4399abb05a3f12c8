/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands of descriptors; beside the C library's, which has the same by the same names. */
#ifndef RVM_SHIM_LINUX_FCNTL_H
#define RVM_SHIM_LINUX_FCNTL_H

#ifdef _FCNTL_H
#define F_LINUX_SPECIFIC_BASE 1024
#else
#include_next <linux/fcntl.h>
#endif

#endif
