/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_SHIM_LINUX_ATOMIC_H
#define RVM_SHIM_LINUX_ATOMIC_H

#define try_cmpxchg(p, old, new) \
	__atomic_compare_exchange_n(p, old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)

#endif
