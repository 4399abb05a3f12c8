// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a scope meets the object of a question, for tokens and exclusions alike.
 */
#include <linux/string.h>

#include "lib/judge/cover.h"

enum rvm_glob_match rvm_scope_meets(const struct rvm_scope *scope,
				    const struct rvm_path_object *path,
				    const struct rvm_climb *climb, bool nocase)
{
	unsigned int depth = climb->level;
	enum rvm_glob_match match;

	if (rvm_scope_is_nowhere(scope) || !scope->glob)
		return RVM_GLOB_NONE;
	if (scope->flags & RVM_SCOPE_FLAG_PROC_OWN) {
		/* The name below the anchor is the pid; the caller looked at it. */
		if (!path->proc_own || !depth)
			return RVM_GLOB_NONE;
		depth--;
	}
	match = rvm_glob_match(scope->glob, climb->view->name, depth,
			       nocase || scope->flags & RVM_SCOPE_FLAG_NOCASE);
	if (match == RVM_GLOB_BELOW && scope->flags & RVM_SCOPE_FLAG_ALONE)
		return RVM_GLOB_NONE;
	return match;
}

bool rvm_scope_has_word(const struct rvm_scope *scope, const struct rvm_name *name)
{
	return name->len && rvm_scope_names_program(scope) &&
	       rvm_argv_match_program(scope->text, scope->len, name->text, name->len);
}

bool rvm_scope_is_abstract(const struct rvm_scope *scope, const struct rvm_name *name)
{
	return scope->family == RVM_FAMILY_UNIX && !scope->glob && !rvm_scope_is_nowhere(scope) &&
	       scope->len && rvm_scope_has_text(scope, name);
}

bool rvm_request_needs_naming(const struct rvm_request *req)
{
	if (req->class == RVM_CLASS_PATH)
		return req->path.special;
	if (req->class != RVM_CLASS_NET)
		return false;
	return req->net.family || req->net.local || rvm_addr_is_special(&req->net.addr);
}

const struct rvm_name *rvm_path_leaf(const struct rvm_path_object *path)
{
	static const struct rvm_name none;

	return path->visible && path->visible->depth ? &path->visible->name[0] : &none;
}

/* Of the places that are compared, all except one differ in some name. */
static u64 place_steps(const struct rvm_scope *scope)
{
	u64 steps = 0;
	unsigned int i;

	for (i = 0; i < RVM_SCOPE_PLACES; i++)
		if (rvm_scope_place(scope, i)->depth)
			steps += RVM_GLOB_STEPS + scope->place[i].name[0].len;
	return steps;
}

u64 rvm_scope_steps(const struct rvm_scope *scope)
{
	if (scope->glob)
		return rvm_glob_steps(scope->glob, RVM_PATH_DEPTH_MAX, RVM_PATH_BYTES_MAX) +
		       place_steps(scope);
	if (scope->class == RVM_CLASS_EXEC)
		return RVM_GLOB_STEPS + rvm_argv_steps(scope->text, scope->len);
	return RVM_GLOB_STEPS + scope->len;
}
