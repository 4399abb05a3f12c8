/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_KFUNC_IPC_H
#define _RVM_KFUNC_IPC_H

/** rvm_ipc_exit() - forget whose System V objects are; nobody asks any more */
void rvm_ipc_exit(void);

#endif /* _RVM_KFUNC_IPC_H */
