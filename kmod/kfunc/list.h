/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_KFUNC_LIST_H
#define _RVM_KFUNC_LIST_H

/** rvm_kfunc_init() - check the module's BTF and register what BPF programs may ask */
int rvm_kfunc_init(void);

#endif /* _RVM_KFUNC_LIST_H */
