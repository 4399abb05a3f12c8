// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scopes within scopes.  Each class compares what the judge would, for any question: so a
 * change of what a scope covers is a change here.
 */
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "lib/pattern/argv.h"
#include "lib/pattern/within.h"
#include "lib/token/contain.h"
#include "lib/token/scope.h"

/* Of exclusions, which are not derived from. */
#define EXCLUSION_FLAGS (RVM_SCOPE_FLAG_NOCASE | RVM_SCOPE_FLAG_BUILTIN)

static bool has_anchor(const struct rvm_scope *scope)
{
	switch (scope->class) {
	case RVM_CLASS_PATH:
		return true;
	case RVM_CLASS_EXEC:
		return !(scope->flags & RVM_SCOPE_FLAG_ANY_PROGRAM);
	case RVM_CLASS_NET:
		return scope->family && scope->glob;
	default:
		return false;
	}
}

/* An anchor may be lost at any time: then the scope covers nothing, and that is no harm. */
static bool is_usable(const struct rvm_scope *scope)
{
	return !rvm_scope_is_nowhere(scope) && !(scope->flags & EXCLUSION_FLAGS) &&
	       (!has_anchor(scope) || READ_ONCE(scope->anchor));
}

static bool have_same_anchor(const struct rvm_scope *a, const struct rvm_scope *b)
{
	const void *anchor = READ_ONCE(a->anchor);

	return anchor && anchor == READ_ONCE(b->anchor);
}

/* Each flag of @flags that @inner has, @outer has. */
static bool has_flags_of(const struct rvm_scope *outer, const struct rvm_scope *inner, u32 flags)
{
	return !(inner->flags & ~outer->flags & flags);
}

/*
 * Places.
 */

/* A pid is a name. */
static struct rvm_glob_reach reach_of(const struct rvm_scope *scope, const struct rvm_scope *outer)
{
	return (struct rvm_glob_reach){
		.glob = scope->glob,
		.below = !(scope->flags & RVM_SCOPE_FLAG_ALONE),
		.after_any = !has_flags_of(outer, scope, RVM_SCOPE_FLAG_PROC_OWN),
	};
}

static bool covers_place(const struct rvm_scope *outer, const struct rvm_scope *inner, u32 *steps)
{
	const struct rvm_glob_reach wide = reach_of(outer, outer), narrow = reach_of(inner, outer);

	return rvm_glob_is_within(&wide, &narrow, steps);
}

/* Both patterns can mean one object only, and that is the same. */
static bool is_same_object(const struct rvm_scope *outer, const struct rvm_scope *inner, u32 *steps)
{
	struct rvm_glob_reach wide = reach_of(outer, outer), narrow = reach_of(inner, outer);

	wide.below = false;
	narrow.below = false;
	return outer->glob->literal && inner->glob->literal &&
	       rvm_glob_is_within(&wide, &narrow, steps);
}

/* Takes from a pattern what it covers or starts because it names it. */
static void weaken(struct rvm_scope *inner, bool names, bool starts)
{
	if (!inner->glob->literal)
		return;
	if (!names)
		inner->flags |= RVM_SCOPE_FLAG_UNNAMED;
	if (!starts && inner->class == RVM_CLASS_PATH)
		inner->flags |= RVM_SCOPE_FLAG_LOAD;
}

/* Of a path, or of a unix socket. */
static bool narrow_place(const struct rvm_token_core *source, struct rvm_scope *inner)
{
	const struct rvm_scope *outer = source->scope;
	u32 steps = RVM_CONTAIN_STEPS_MAX;
	bool same, starts;

	if (!outer->glob || !inner->glob || !have_same_anchor(outer, inner) ||
	    !has_flags_of(outer, inner, RVM_SCOPE_FLAG_RUN) ||
	    !has_flags_of(inner, outer, RVM_SCOPE_FLAG_PROC_OWN) ||
	    !covers_place(outer, inner, &steps))
		return false;
	same = is_same_object(outer, inner, &steps);
	starts = outer->flags & RVM_SCOPE_FLAG_RUN ||
		 (same && !(outer->flags & RVM_SCOPE_FLAG_LOAD)) ||
		 !(source->rights & RVM_RIGHT_EXECUTE);
	weaken(inner, same && !(outer->flags & RVM_SCOPE_FLAG_UNNAMED), starts);
	return true;
}

/*
 * Programs.
 */

/* The inner pattern is matched as if it were a vector: only "*" takes its "*". */
static bool covers_program(const struct rvm_scope *outer, const struct rvm_scope *inner)
{
	const struct rvm_argv words = {
		.text = inner->text,
		.len = inner->len,
		/* What may follow was not read. */
		.truncated = inner->flags & RVM_SCOPE_FLAG_PREFIX,
	};

	if (outer->flags & RVM_SCOPE_FLAG_ANY_PROGRAM)
		return !outer->len;
	return rvm_scope_names_program(inner) && have_same_anchor(outer, inner) &&
	       rvm_argv_match_program(outer->text, outer->len, inner->text,
				      strnlen(inner->text, inner->len)) &&
	       rvm_argv_match_rest(outer->text, outer->len, outer->flags & RVM_SCOPE_FLAG_PREFIX,
				   &words, false);
}

/*
 * Addresses.
 */

/* The host may be given any address: one that is named then covers it. */
static bool narrow_range(const struct rvm_addr_range *outer, struct rvm_scope *inner)
{
	struct rvm_addr host = { .port = inner->range.port_first };

	if (inner->family || !rvm_addr_range_is_within(outer, &inner->range))
		return false;
	memcpy(host.bytes, inner->range.bytes, sizeof(host.bytes));
	if (outer->prefix_len < RVM_ADDR_BITS && inner->range.prefix_len == RVM_ADDR_BITS &&
	    !rvm_addr_is_special(&host))
		inner->flags |= RVM_SCOPE_FLAG_UNNAMED;
	return true;
}

static bool narrow_peer(const struct rvm_token_core *source, struct rvm_scope *inner)
{
	const struct rvm_scope *outer = source->scope;
	const struct rvm_name name = { .text = inner->text, .len = inner->len };

	if (!outer->family) {
		inner->flags |= outer->flags & RVM_SCOPE_FLAG_UNNAMED;
		return narrow_range(&outer->range, inner);
	}
	if (!inner->family)
		return false;
	if (outer->glob)
		return narrow_place(source, inner);
	return !inner->glob && inner->len && rvm_scope_has_text(outer, &name);
}

/*
 * Names.
 */

/* What ends with a star stands for all that begins likewise, or for less. */
static bool covers_name(const struct rvm_scope *outer, const struct rvm_scope *inner)
{
	struct rvm_name name = { .text = inner->text, .len = inner->len };

	if (rvm_scope_has_text(outer, &name))
		return true;
	if (!name.len || name.text[name.len - 1] != '*')
		return rvm_scope_covers_name(outer, &name);
	name.len--;
	return rvm_scope_covers_name(outer, &name) && !rvm_scope_has_text(outer, &name);
}

/* Who may write to a partition's name may give to it: that, "*" does not mean. */
static bool may_mean_partition(const struct rvm_scope *inner)
{
	static const char prefix[] = RVM_PARTITION_NAME;
	const size_t len = sizeof(prefix) - 1;

	return inner->class == RVM_CLASS_NAME &&
	       ((inner->len >= len && !memcmp(inner->text, prefix, len)) ||
		(inner->len == 1 && inner->text[0] == '*'));
}

/* "*" without all rights covers everything that does not need naming. */
static bool narrow_star(const struct rvm_token_core *source, struct rvm_scope *inner)
{
	static const struct rvm_addr_range everywhere = { .port_last = U16_MAX };

	switch (inner->class) {
	case RVM_CLASS_PATH:
		if (inner->flags & RVM_SCOPE_FLAG_RUN)
			return false;
		weaken(inner, false, !(source->rights & RVM_RIGHT_EXECUTE));
		return true;
	case RVM_CLASS_NET:
		return narrow_range(&everywhere, inner);
	case RVM_CLASS_ANY:
	case RVM_CLASS_SELF:
	case RVM_CLASS_TOOL:
		return true;
	case RVM_CLASS_NAME:
		return !may_mean_partition(inner);
	default:
		return false;
	}
}

static bool covers_own(const struct rvm_scope *inner)
{
	switch (inner->class) {
	case RVM_CLASS_SELF:
	case RVM_CLASS_TOOL:
		return true;
	case RVM_CLASS_NAME:
		return !may_mean_partition(inner);
	default:
		return false;
	}
}

static bool narrow_class(const struct rvm_token_core *source, struct rvm_scope *inner)
{
	const struct rvm_scope *outer = source->scope;

	switch (outer->class) {
	case RVM_CLASS_PATH:
		return narrow_place(source, inner);
	case RVM_CLASS_EXEC:
		return covers_program(outer, inner);
	case RVM_CLASS_NET:
		return narrow_peer(source, inner);
	case RVM_CLASS_TOOL:
	case RVM_CLASS_NAME:
		return covers_name(outer, inner);
	default:
		return false;
	}
}

bool rvm_scope_narrow(const struct rvm_token_core *source, struct rvm_scope *inner)
{
	const struct rvm_scope *outer = source->scope;

	if (!is_usable(outer) || !is_usable(inner))
		return false;
	if (rvm_scope_covers_all(outer, source->rights))
		return true;
	if (outer->class == RVM_CLASS_ANY)
		return narrow_star(source, inner);
	if (outer->class == RVM_CLASS_SELF)
		return covers_own(inner);
	return outer->class == inner->class && narrow_class(source, inner);
}
