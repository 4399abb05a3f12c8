/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_AUDIT_H
#define _RVM_AUDIT_H

struct rvm_record;

/**
 * rvm_audit_denial() - tell the kernel's audit of a denial that was recorded
 * @rec: of kind ProofRejected
 * @line: its detail line; NULL if there is none
 *
 * Where audit is off, nothing happens; where it has no room, it counts the message as lost
 * itself.  From the listener, not from the hook: so audit gets what the log admitted, and a flood
 * of denials is no flood of messages.
 *
 * Context: one at a time; never waits.
 */
void rvm_audit_denial(const struct rvm_record *rec, const char *line);

#endif /* _RVM_AUDIT_H */
