/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_READING_H
#define _RVM_READING_H

#include <linux/types.h>

/**
 * rvm_caller_may_read_log() - may the calling task read the witness log now
 *
 * On the host, yes: what it takes there, such as a capability, was asked when the log was
 * opened.  Inside, if the partition runs, and it and each one above it has a token of type
 * WitnessLog with READ.  Such a token is for all of the log, whatever its scope is.
 *
 * Context: any but NMI; takes time with the number of tokens.
 * Return: true if it may.
 */
bool rvm_caller_may_read_log(void);

#endif /* _RVM_READING_H */
