/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_SHIM_LINUX_BITOPS_H
#define RVM_SHIM_LINUX_BITOPS_H

#include <linux/bits.h>

static inline unsigned int __ffs64(unsigned long long word)
{
	return __builtin_ctzll(word);
}

#endif
