/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_TEXT_H
#define _RVM_TEXT_H

#include <linux/rvm.h>

/** rvm_reason_text() - a sentence part such as "no token covers it" */
const char *rvm_reason_text(enum rvm_reason reason);

/** rvm_op_name() - "open", "map", ... as in the spec */
const char *rvm_op_name(enum rvm_op op);

#endif /* _RVM_TEXT_H */
