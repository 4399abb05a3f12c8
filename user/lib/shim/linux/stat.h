/* SPDX-License-Identifier: GPL-2.0-only */
/* Types and bits of modes: the C library's, which its <linux/stat.h> leaves out. */
#ifndef RVM_SHIM_LINUX_STAT_H
#define RVM_SHIM_LINUX_STAT_H

#include <sys/stat.h>

#endif
