/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_CONTAIN_H
#define _RVM_CONTAIN_H

#include <linux/types.h>

#include "lib/token/token.h"

struct rvm_scope;

/** RVM_CONTAIN_STEPS_MAX - bytes of globs that are compared at most */
#define RVM_CONTAIN_STEPS_MAX (256 * 1024)

/**
 * rvm_scope_narrow() - make a scope fit into that of a token it is to be derived from
 * @source: the token
 * @inner: complete, but not in use yet; flags may be added to it
 *
 * Whatever @inner covers, now and after any change of the host, @source must cover, and in
 * no weaker sense: a pattern that covers a device or starts a program because it names it
 * does not do so if the source did not name it.  What cannot be shown is refused.  Scopes
 * with an anchor must have the source's, as what lies below another may be moved away, unless
 * the source covers everything.
 *
 * Bounded: by RVM_CONTAIN_STEPS_MAX steps of patterns; beyond, it is refused.
 *
 * Return: false if it is not shown that @inner lies within.
 */
bool rvm_scope_narrow(const struct rvm_token_core *source, struct rvm_scope *inner);

#endif /* _RVM_CONTAIN_H */
