/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_ENVIRON_H
#define _RVM_ENVIRON_H

#include <linux/types.h>

/**
 * RVM_ENVIRON_NAME_BYTES - bytes of a variable that have to be seen
 *
 * Longer than each name that matters, its "=" included.
 */
#define RVM_ENVIRON_NAME_BYTES 32

/**
 * rvm_environ_turns() - can this variable turn the program that receives it
 * @text: "NAME=VALUE", or its first RVM_ENVIRON_NAME_BYTES bytes
 * @len: bytes in @text
 *
 * A variable turns a program if it has an interpreter run code, or take further
 * words, that its words do not name.  What only names a program to start
 * (PAGER, GIT_SSH_COMMAND) does not count: that start is judged itself.
 *
 * Context: Any.
 * Return: True if it can.
 */
bool rvm_environ_turns(const char *text, size_t len);

#endif /* _RVM_ENVIRON_H */
