/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_AUDIT_TEXT_H
#define _RVM_AUDIT_TEXT_H

#include <linux/types.h>

/** RVM_AUDIT_BYTES - room for a line of @len bytes as rvm_audit_text() writes it, with its NUL */
#define RVM_AUDIT_BYTES(len) (2 * (len) + 1)

/**
 * rvm_audit_text() - a detail line in the form of the kernel's audit messages
 * @line: "key=value" pairs; values from outside in quotes, escaped
 * @out: RVM_AUDIT_BYTES() of its length
 *
 * Values in quotes become as the kernel's audit writes what it does not trust: in quotes if they
 * are of printable bytes without blanks and quotes, otherwise as hexadecimal digits.  So none can
 * look like another field or another message.
 */
void rvm_audit_text(const char *line, char *out);

#endif /* _RVM_AUDIT_TEXT_H */
