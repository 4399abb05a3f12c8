// SPDX-License-Identifier: GPL-2.0-only
/* What load says. */
#include <string.h>

#include "base/path.h"
#include "lib/model/rights.h"
#include "load/report.h"
#include "table/describe.h"
#include "table/resolve.h"
#include "table/walk.h"
#include "wire/words.h"

static void print_entry(struct out *o, const struct entry *e)
{
	auto_free char *what = scope_describe(&e->scope);

	out_row_begin(o);
	out_str(o, "kind", e->exclusion ? "exclude" : "token");
	out_str(o, "origin", path_base(e->origin));
	out_u64(o, "row", e->row);
	out_rights(o, "rights", e->rights);
	if (e->exclusion) {
		out_null_as(o, "tier", "-");
		out_null_as(o, "expires-at", "-");
	} else {
		out_fmt(o, "tier", "P%u", e->tier);
		out_time(o, "expires-at", e->expires_at);
	}
	out_str(o, "class", rvm_class_name(e->scope.class));
	out_scope_flags(o, "flags", e->scope.flags);
	out_str(o, "resource", e->resource);
	out_str(o, "resolved", what);
	if (e->program)
		out_str(o, "program", e->program);
	else
		out_null_as(o, "program", "-");
	if (e->within)
		out_str(o, "within", e->within);
	else
		out_null_as(o, "within", "-");
	out_json_str(o, "notes", e->notes);
	out_row_end(o);
}

/* A row can have several entries: what is said of all of them is said once. */
static bool is_told(const struct plan *plan, size_t i)
{
	const struct entry *e = &plan->entries[i], *before = i ? e - 1 : NULL;

	return before && before->row == e->row && before->badge == e->badge &&
	       before->exclusion == e->exclusion && before->notes &&
	       !strcmp(before->notes, e->notes);
}

/* By file and by name it is the same for a reader. */
static bool is_same(const struct entry *a, const struct entry *b)
{
	auto_free char *left = NULL;
	auto_free char *right = NULL;

	if (!a->exclusion || !b->exclusion || a->row != b->row || a->rights != b->rights ||
	    a->scope.class != b->scope.class || a->scope.flags != b->scope.flags ||
	    strcmp(a->origin, b->origin) || strcmp(a->resource, b->resource))
		return false;
	left = scope_describe(&a->scope);
	right = scope_describe(&b->scope);
	return left && right && !strcmp(left, right);
}

/* What stands for one thing was added together. */
static bool is_listed(const struct plan *plan, size_t i)
{
	for (size_t back = 1; back <= 3 && back <= i; back++) {
		if (is_same(&plan->entries[i], &plan->entries[i - back]))
			return true;
	}
	return false;
}

void report_plan(struct out *o, const struct plan *plan, const struct summary *s)
{
	static const struct out_col cols[] = {
		{ "kind", NULL, 0 },	 { "origin", NULL, 0 },	  { "row", NULL, OUT_COL_RIGHT },
		{ "rights", NULL, 0 },	 { "tier", NULL, 0 },	  { "expires-at", "expires", 0 },
		{ "class", NULL, 0 },	 { "program", NULL, 0 },  { "within", NULL, 0 },
		{ "resource", NULL, 0 }, { "resolved", NULL, 0 }, {},
	};

	out_object_begin(o, NULL);
	out_str(o, "partition", s->partition);
	out_str(o, "workspace", plan->resolver.workspace->path);
	out_table_begin(o, "rows", cols);
	for (size_t i = 0; i < plan->n; i++) {
		if (!is_listed(plan, i))
			print_entry(o, &plan->entries[i]);
	}
	out_table_end(o);
	if (s->adopt->n)
		adopt_report(s->adopt, o);
	if (s->change->known)
		change_print(o, s->change);
	for (size_t i = 0; i < plan->n; i++) {
		const struct entry *e = &plan->entries[i];

		if (e->notes && !is_told(plan, i))
			out_line(o, "%s row %zu (%s): %s", path_base(e->origin), e->row,
				 e->resource ? e->resource : "no resource", e->notes);
	}
	out_object_end(o);
}

static size_t count(const struct plan *plan, bool (*wanted)(const struct entry *e))
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n; i++)
		n += wanted(&plan->entries[i]);
	return n;
}

static bool from_table(const struct entry *e)
{
	return !e->exclusion && !e->badge;
}

static bool from_base(const struct entry *e)
{
	return !e->exclusion && e->badge;
}

static bool is_root(const struct entry *e)
{
	return !e->exclusion && e->scope.class == RVM_CLASS_ANY && e->rights == RVM_RIGHTS_ALL;
}

static bool is_star(const struct entry *e)
{
	return !e->exclusion && e->scope.class == RVM_CLASS_ANY && e->rights != RVM_RIGHTS_ALL;
}

static bool is_interpreter(const struct entry *e)
{
	return !e->exclusion && e->program && !strcmp(e->program, "interpreter");
}

static bool is_launcher(const struct entry *e)
{
	return !e->exclusion && e->program && !strcmp(e->program, "launcher");
}

static bool is_builtin(const struct entry *e)
{
	return e->exclusion && e->scope.flags & RVM_SCOPE_FLAG_BUILTIN;
}

static void warn_count(const char *what, size_t n, const char *text)
{
	if (n)
		warn_line("%s: %zu; %s", what, n, text);
}

/* Rows that somebody took back by their tokens: loading them again changes nothing. */
static size_t count_taken(const struct summary *s)
{
	auto_tokens struct tokens tokens = { 0 };
	struct err err = { 0 };
	size_t n = 0;

	tokens_get(s->nlc, s->id, &tokens, &err);
	for (size_t i = 0; !err.code && i < tokens.n; i++)
		n += (tokens.list[i].flags & (RVM_TOKEN_FLAG_REVOKED | RVM_TOKEN_FLAG_GRANTED)) ==
		     RVM_TOKEN_FLAG_REVOKED;
	err_clear(&err);
	return n;
}

int report_summary(struct out *o, const struct plan *plan, const struct summary *s, struct err *err)
{
	size_t exclusions = plan_count(plan, true), builtin = count(plan, is_builtin), taken;
	int ret = 0;

	warn_count("root tokens", count(plan, is_root),
		   "they allow all but the built-in exclusions; --refuse-root refuses them");
	warn_count("rows for everything ('*')", count(plan, is_star),
		   "they open every file; see --dry-run");
	warn_count("rows that start an interpreter", count(plan, is_interpreter),
		   "their arguments do not limit the code it runs");
	warn_count("rows that start a launcher", count(plan, is_launcher),
		   "it can have work done outside if a row covers its socket");
	if (s->dry)
		return 0;
	taken = count_taken(s);
	warn_count("rows that stay taken back", taken, "load --fresh gives them again");
	out_object_begin(o, NULL);
	out_str(o, "partition", s->partition);
	out_str(o, "workspace", s->workspace);
	out_u64(o, "table-tokens", count(plan, from_table));
	out_u64(o, "base-tokens", count(plan, from_base));
	out_str(o, "base", s->base);
	out_u64(o, "deny-rules", s->deny_rules);
	out_u64(o, "exclusions", exclusions);
	out_u64(o, "builtin", builtin);
	out_u64(o, "unresolved", plan->unresolved);
	out_u64(o, "left-out", plan->left_out);
	out_u64(o, "kept", s->sent.kept - (taken < s->sent.kept ? taken : s->sent.kept));
	out_u64(o, "taken-back", taken);
	out_u64(o, "revoked", s->sent.revoked);
	if (s->adopt->n) {
		adopt_report(s->adopt, o);
		ret = adopt_report_denied(s->adopt, s->nlc, s->id, o, err);
	}
	out_object_end(o);
	return ret;
}
