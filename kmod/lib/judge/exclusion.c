// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exclusions: of those that take any of the rights, the first in index order decides.
 */
#include <linux/string.h>

#include "lib/judge/cover.h"
#include "lib/judge/exclusion.h"

static void find_lowest(u32 at, u32 *lowest)
{
	if (at < *lowest)
		*lowest = at;
}

/*
 * Names are compared as their directory does, but not where one may be another spelling
 * of a file's name.  There are many exclusions, most of them about one name: comparing
 * @ends, which holds the ends of all names, rules out nearly all of them.
 */
static enum rvm_glob_match meet(const struct rvm_scope *scope, const struct rvm_path_object *path,
				const struct rvm_climb *climb, const struct rvm_leaf_ends *ends)
{
	const struct rvm_path_view *view = climb->view;

	if (view->aliases && climb->level >= view->aliases && scope->glob &&
	    !rvm_scope_is_nowhere(scope))
		return RVM_GLOB_EXACT;
	if (scope->glob && !rvm_glob_may_match(scope->glob, ends))
		return RVM_GLOB_NONE;
	return rvm_scope_meets(scope, path, climb, view->folds);
}

static void exclude_place(const struct rvm_partition_view *part, const struct rvm_path_object *path,
			  const struct rvm_path_view *view, u8 class, u8 rights, u32 *lowest)
{
	const struct rvm_index *index = part->exclusions;
	struct rvm_climb climb = {
		.stop = part->stop,
		.index = index,
		.view = view,
		.match = true,
	};
	struct rvm_leaf_ends ends = {};
	const struct rvm_scope *scope;

	if (view)
		ends = rvm_glob_ends(view->name, view->depth);
	while ((scope = rvm_climb_next(&climb)))
		if (scope->class == class && index->core[climb.at]->rights & rights &&
		    meet(scope, path, &climb, &ends) >= RVM_GLOB_BELOW)
			find_lowest(climb.at, lowest);
}

/* By the visible names and by those in the file system itself. */
static void exclude_object(const struct rvm_partition_view *part,
			   const struct rvm_path_object *path, u8 class, u8 rights, u32 *lowest)
{
	exclude_place(part, path, path->visible, class, rights, lowest);
	exclude_place(part, path, path->own, class, rights, lowest);
}

static void exclude_class(const struct rvm_index *index, u8 class, u8 rights, u32 *lowest)
{
	u32 at;

	for (at = index->head[class]; at != RVM_CHAIN_END; at = index->next[at])
		if (index->core[at]->rights & rights) {
			find_lowest(at, lowest);
			return;
		}
}

static struct rvm_name first_word(const struct rvm_exec_object *exec)
{
	struct rvm_name first = {};

	if (exec->argv && exec->argv->len) {
		first.text = exec->argv->text;
		first.len = strnlen(first.text, exec->argv->len);
	}
	return first;
}

/* A program is known by the name as typed, its file's name, its argument 0 and its identity. */
static bool is_program(const struct rvm_scope *scope, const struct rvm_exec_object *exec)
{
	struct rvm_name first = first_word(exec);

	return (exec->program && scope->anchor == exec->program) ||
	       rvm_scope_has_word(scope, &exec->base) ||
	       rvm_scope_has_word(scope, rvm_path_leaf(&exec->path)) ||
	       rvm_scope_has_word(scope, &first);
}

static bool excludes_program(const struct rvm_scope *scope, const struct rvm_exec_object *exec)
{
	bool prefix = scope->flags & RVM_SCOPE_FLAG_PREFIX;

	if (scope->flags & RVM_SCOPE_FLAG_ANY_PROGRAM)
		return true;
	if (!rvm_scope_names_program(scope) || !is_program(scope, exec))
		return false;
	/*
	 * The kernel makes an interpreter's arguments: only a rule without any can mean
	 * it.
	 */
	if (!exec->argv)
		return prefix && strnlen(scope->text, scope->len) + 1 >= scope->len;
	return rvm_argv_match_rest(scope->text, scope->len, prefix, exec->argv, true);
}

/* Follows a chain that begins at @at, by the links of that kind of chain. */
static void exclude_chain(const struct rvm_partition_view *part, const struct rvm_request *req,
			  u32 at, const u32 *next, u32 *lowest)
{
	/* Its indices rise. */
	for (; at < *lowest && !rvm_is_stopped(&part->stop); at = next[at]) {
		const struct rvm_token_core *core = part->exclusions->core[at];

		if (core->scope->class == RVM_CLASS_EXEC && core->rights & req->need &&
		    excludes_program(core->scope, &req->exec))
			find_lowest(at, lowest);
	}
}

static void exclude_word(const struct rvm_partition_view *part, const struct rvm_request *req,
			 const struct rvm_name *name, u32 *lowest)
{
	const struct rvm_index *index = part->exclusions;
	size_t len = name->len;
	struct rvm_name base;

	base.text = rvm_base_name(name->text, &len);
	base.len = len;
	exclude_chain(part, req, rvm_index_program(index, &base), index->next, lowest);
}

/* By all that is_program() knows it by; rules for any program are in the chain of the class. */
static void exclude_program(const struct rvm_partition_view *part, const struct rvm_request *req,
			    u32 *lowest)
{
	const struct rvm_index *index = part->exclusions;
	const struct rvm_exec_object *exec = &req->exec;
	struct rvm_name first = first_word(exec);

	exclude_chain(part, req, rvm_index_file(index, exec->program), index->keyed_next, lowest);
	exclude_word(part, req, &exec->base, lowest);
	exclude_word(part, req, rvm_path_leaf(&exec->path), lowest);
	exclude_word(part, req, &first, lowest);
	exclude_chain(part, req, index->head[RVM_CLASS_EXEC], index->next, lowest);
}

/* The address as it is written, or the one that it holds. */
static bool is_excluded(const struct rvm_addr_range *range, const struct rvm_addr *addr)
{
	struct rvm_addr inner;

	return rvm_addr_is_within(range, addr) ||
	       (rvm_addr_inner(addr, &inner) && rvm_addr_is_within(range, &inner));
}

static bool excludes_peer(const struct rvm_scope *scope, const struct rvm_net_object *net)
{
	if (net->family)
		return !net->path.visible && rvm_scope_is_abstract(scope, &net->name);
	return !scope->family &&
	       (!scope->range.protocol || scope->range.protocol == net->protocol) &&
	       is_excluded(&scope->range, &net->addr);
}

static void exclude_peer(const struct rvm_partition_view *part, const struct rvm_request *req,
			 u32 *lowest)
{
	const struct rvm_index *index = part->exclusions;
	u32 at;

	for (at = index->head[RVM_CLASS_NET]; at != RVM_CHAIN_END; at = index->next[at])
		if (index->core[at]->rights & req->need &&
		    excludes_peer(index->core[at]->scope, &req->net))
			find_lowest(at, lowest);
	exclude_object(part, &req->net.path, RVM_CLASS_NET, req->need, lowest);
}

static void exclude_name(const struct rvm_index *index, const struct rvm_request *req, u32 *lowest)
{
	u32 at;

	for (at = index->head[req->class]; at != RVM_CHAIN_END; at = index->next[at])
		if (index->core[at]->rights & req->need &&
		    rvm_scope_covers_name(index->core[at]->scope, &req->name))
			find_lowest(at, lowest);
	exclude_class(index, RVM_CLASS_SELF, req->need, lowest);
}

/* Running or loading a file reveals it, and talking to a socket uses it. */
static u8 rights_on_file(u8 need)
{
	return need & RVM_RIGHT_EXECUTE ? need | RVM_RIGHT_READ : need;
}

static u32 find_exclusion(const struct rvm_partition_view *part, const struct rvm_request *req)
{
	const struct rvm_index *index = part->exclusions;
	u8 rights = rights_on_file(req->need);
	u32 lowest = RVM_CHAIN_END;

	switch (req->class) {
	case RVM_CLASS_PATH:
		exclude_object(part, &req->path, RVM_CLASS_PATH, rights, &lowest);
		break;
	case RVM_CLASS_EXEC:
		exclude_object(part, &req->exec.path, RVM_CLASS_PATH, rights, &lowest);
		exclude_program(part, req, &lowest);
		break;
	case RVM_CLASS_NET:
		if (req->net.family)
			exclude_object(part, &req->net.path, RVM_CLASS_PATH, rights, &lowest);
		exclude_peer(part, req, &lowest);
		break;
	case RVM_CLASS_TOOL:
	case RVM_CLASS_NAME:
		exclude_name(index, req, &lowest);
		break;
	default:
		return lowest;
	}
	exclude_class(index, RVM_CLASS_ANY, req->need, &lowest);
	return lowest;
}

typedef bool (*glob_test)(const struct rvm_glob *glob, const struct rvm_name *names,
			  unsigned int depth, bool nocase);

/* Asks each pattern about a name below its anchor that need not match it. */
static bool any_glob(const struct rvm_partition_view *part, const struct rvm_path_view *view,
		     glob_test test)
{
	struct rvm_climb climb = {
		.stop = part->stop, .index = part->exclusions, .view = view, .from = 1
	};
	const struct rvm_scope *scope;

	while ((scope = rvm_climb_next(&climb)))
		if (scope->class == RVM_CLASS_PATH && scope->glob && !rvm_scope_is_nowhere(scope) &&
		    !(scope->flags & RVM_SCOPE_FLAG_PROC_OWN) &&
		    test(scope->glob, view->name, climb.level,
			 view->folds || scope->flags & RVM_SCOPE_FLAG_NOCASE))
			return true;
	return false;
}

static bool is_below(const struct rvm_partition_view *part, const struct rvm_path_view *view)
{
	return rvm_index_names_above(part->exclusions, view, 0) ||
	       any_glob(part, view, rvm_glob_leads_on);
}

static bool is_beside(const struct rvm_partition_view *part, const struct rvm_path_view *view)
{
	/* Often the first pattern could. */
	return any_glob(part, view, rvm_glob_may_match_beside) ||
	       rvm_index_names_beside(part->exclusions, view);
}

bool rvm_exclusion_is_below(const struct rvm_partition_view *part,
			    const struct rvm_path_object *path)
{
	for (; part; part = part->parent)
		if (is_below(part, path->visible) || is_below(part, path->own))
			return true;
	return false;
}

bool rvm_exclusion_is_beside(const struct rvm_partition_view *part,
			     const struct rvm_path_object *path)
{
	for (; part; part = part->parent)
		if (is_beside(part, path->visible) || is_beside(part, path->own))
			return true;
	return false;
}

const struct rvm_token_core *rvm_exclusion_of(const struct rvm_partition_view *part,
					      const struct rvm_request *req)
{
	for (; part; part = part->parent) {
		u32 at = part->exclusions ? find_exclusion(part, req) : RVM_CHAIN_END;

		if (at != RVM_CHAIN_END)
			return part->exclusions->core[at];
	}
	return NULL;
}

bool rvm_exclusion_touches(const struct rvm_partition_view *part,
			   const struct rvm_path_object *path, u8 rights)
{
	u32 lowest = RVM_CHAIN_END;

	rights = rights_on_file(rights);
	for (; part; part = part->parent) {
		if (!part->exclusions)
			continue;
		exclude_object(part, path, RVM_CLASS_PATH, rights, &lowest);
		exclude_class(part->exclusions, RVM_CLASS_ANY, rights, &lowest);
	}
	return lowest != RVM_CHAIN_END;
}
