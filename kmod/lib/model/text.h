/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_TEXT_H
#define _RVM_TEXT_H

#include <linux/types.h>
#include <linux/rvm.h>

/** rvm_reason_text() - a sentence part such as "no token covers it" */
const char *rvm_reason_text(enum rvm_reason reason);

/** rvm_op_name() - "open", "map", ... as in the spec */
const char *rvm_op_name(enum rvm_op op);

/** rvm_class_name() - "path", "exec", ...; "unknown" for any other number */
const char *rvm_class_name(u32 class);

/** rvm_state_name() - "created", "running", ...; "unknown" for any other number */
const char *rvm_state_name(u32 state);

/** rvm_mode_name() - "enforce", "learn", ...; "unknown" for any other number */
const char *rvm_mode_name(u32 mode);

/** rvm_protocol_name() - "tcp" or "udp"; NULL for a protocol that tables cannot name */
const char *rvm_protocol_name(u32 protocol);

/** rvm_token_error_text() - RVM's name of an error, and what it means */
const char *rvm_token_error_text(enum rvm_token_error error);

/* Names by number, ended by NULL. */
extern const char *const rvm_mode_names[];

#endif /* _RVM_TEXT_H */
