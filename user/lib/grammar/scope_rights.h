/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_SCOPE_RIGHTS_H
#define RVM_SCOPE_RIGHTS_H

#include "grammar/scope_parse.h"

/**
 * rvm_scope_rights() - what somebody who writes a resource string means to allow
 * @spec: from rvm_scope_parse()
 *
 * Where a table names the rights of a row, a command line has the string only: who may edit
 * a file reads it first, and who connects wants an answer.
 *
 * Return: enum rvm_right; 0 if the string does not say it.
 */
u8 rvm_scope_rights(const struct rvm_scope_spec *spec);

#endif /* RVM_SCOPE_RIGHTS_H */
