/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_DEVICE_H
#define _RVM_DEVICE_H

/**
 * rvm_device_init() - register /dev/rvm_witness
 *
 * Context: may sleep; after rvm_witness_init().
 * Return: 0 or what misc_register() says.
 */
int rvm_device_init(void);

/**
 * rvm_device_exit() - unregister it
 *
 * Context: may sleep.  No file is open: each holds the module.
 */
void rvm_device_exit(void);

#endif /* _RVM_DEVICE_H */
