/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_BRAKE_H
#define _RVM_BRAKE_H

/** rvm_brake_init() - make the file that stops partitions; 0 or what securityfs says */
int rvm_brake_init(void);
/** rvm_brake_exit() - take it away */
void rvm_brake_exit(void);

#endif /* _RVM_BRAKE_H */
