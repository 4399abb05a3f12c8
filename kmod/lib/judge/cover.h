/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_COVER_H
#define _RVM_COVER_H

#include "lib/judge/judge.h"

/**
 * rvm_scope_meets() - how the names below a scope's anchor meet its pattern
 * @scope: of PATH, or of a unix socket
 * @path: the object
 * @climb: where the scope was found on the way up from it
 * @nocase: compare without regard to case, as the scope's own flag says
 *
 * Return: as rvm_glob_match().
 */
enum rvm_glob_match rvm_scope_meets(const struct rvm_scope *scope,
				    const struct rvm_path_object *path,
				    const struct rvm_climb *climb, bool nocase);

/** rvm_scope_has_word() - does an EXEC scope name the program of this name */
bool rvm_scope_has_word(const struct rvm_scope *scope, const struct rvm_name *name);

/** rvm_scope_is_abstract() - does a NET scope mean the abstract socket of this name */
bool rvm_scope_is_abstract(const struct rvm_scope *scope, const struct rvm_name *name);

/**
 * rvm_scope_steps() - the most that it can cost to compare a scope
 * @scope: of any class
 *
 * Return: an upper bound, in compared bytes, whatever is asked about.
 */
u64 rvm_scope_steps(const struct rvm_scope *scope);

/** rvm_request_needs_naming() - does only a scope that names the object cover it, in every mode */
bool rvm_request_needs_naming(const struct rvm_request *req);

/** rvm_path_leaf() - name of the object itself, empty if it has none */
const struct rvm_name *rvm_path_leaf(const struct rvm_path_object *path);

#endif /* _RVM_COVER_H */
