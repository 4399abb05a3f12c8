/* SPDX-License-Identifier: GPL-2.0-only */
/* The C library's <errno.h> comes here for the numbers, so this must reach the real file. */
#ifndef RVM_SHIM_LINUX_ERRNO_H
#define RVM_SHIM_LINUX_ERRNO_H

#include_next <linux/errno.h>

#endif
