// SPDX-License-Identifier: GPL-2.0-only
/* rvmctl grant: a right for a while, beside the table. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "grant/exit.h"
#include "grant/form.h"
#include "grant/guard.h"
#include "grant/remark.h"
#include "grant/request.h"
#include "grant/row.h"
#include "grant/void.h"
#include "lib/model/rights.h"
#include "partition/partition.h"
#include "partition/token.h"
#include "wire/words.h"

/* As many as one string can stand for. */
#define GRANTS_MAX RESOLVE_SCOPES_MAX

struct grants {
	struct granted list[GRANTS_MAX];
	size_t n;
};

/* All or none. */
static void take_back(struct nlc *nlc, const struct grants *grants)
{
	for (size_t i = 0; i < grants->n; i++) {
		const struct token_ref ref = { .id = grants->list[i].id };
		struct err err = { 0 };
		struct taken taken;

		if (request_revoke(nlc, &ref, &taken, &err))
			warn_line("token %" PRIu64 " could not be taken back: %s", ref.id,
				  err.text);
		err_clear(&err);
	}
}

static int check_found(const struct grant_row *row, struct err *err)
{
	for (size_t i = 0; i < row->found.n; i++) {
		if (row->found.scope[i].flags & RVM_SCOPE_FLAG_UNRESOLVED)
			return err_make(err, EXIT_REFUSED, "%s: program not found", row->resource);
	}
	return 0;
}

static int give(struct nlc *nlc, const struct grant_row *row, struct wish *wish,
		struct grants *grants, struct err *err)
{
	for (size_t i = 0; i < row->found.n; i++) {
		wish->scope = &row->found.scope[i];
		if (!request_grant(nlc, wish, &grants->list[grants->n], err)) {
			grants->n++;
			continue;
		}
		take_back(nlc, grants);
		return -1;
	}
	return 0;
}

static void report(struct out *o, const struct partition *p, const struct grant_row *row,
		   const struct wish *wish, const struct grants *grants)
{
	const struct token end = { .expires_at = wish->expires_at, .flags = wish->flags };
	auto_free char *text = token_end_text(&end);
	bool limited = wish->expires_at || wish->flags;

	out_object_begin(o, NULL);
	out_str(o, "partition", p->name);
	out_str(o, "resource", row->resource);
	out_rights(o, "rights", row->rights);
	out_str(o, "end", limited ? text : NULL);
	out_json_u64(o, "expires-at", wish->expires_at);
	out_list_begin(o, "tokens");
	for (size_t i = 0; i < grants->n; i++)
		out_u64(o, NULL, grants->list[i].id);
	out_list_end(o);
	out_u64(o, "sequence", grants->list[grants->n - 1].sequence);
	out_object_end(o);
	if (!limited)
		out_line(o, "it has no end: rvmctl revoke %s '%s' takes it back", p->name,
			 row->resource);
}

/* Who has no table of the host's to give from passes on what there is.  Return: -1 */
static int explain(const struct partition *p, struct err *err)
{
	err_wrap(err, "partition %s", p->name);
	return geteuid() ? err_hint(err, "only root on the host gives rights beside a table; "
					 "inside, rvmctl token grant passes on a token") :
			   -1;
}

static int guard(struct nlc *nlc, const struct partition *p, const struct grant_row *row,
		 const struct args *args, struct err *err)
{
	size_t n = args_count(args, "--allow-deputy");
	auto_free const char **allow = calloc(n + 1, sizeof(*allow));

	if (!allow)
		return err_errno(err, ENOMEM, "--allow-deputy");
	for (size_t i = 0; i < n; i++)
		allow[i] = args_nth(args, "--allow-deputy", i);
	return grant_guard(nlc, p, row, allow, n, err);
}

static int grant(struct ctx *ctx, const struct args *args)
{
	auto_partition struct partition p = { 0 };
	auto_grant_row struct grant_row row = { 0 };
	auto_nlc struct nlc *nlc = NULL;
	struct grants grants = { 0 };
	struct wish wish = { .anchor = true };

	if (wish_read_end(args, &wish, &ctx->err) ||
	    grant_check_form(args_str(args, "ROW"), &ctx->err) || nlc_open(&nlc, &ctx->err) ||
	    partition_find(nlc, args_str(args, "NAME"), &p, &ctx->err) ||
	    grant_check_exit(&p, wish.flags, &ctx->err) ||
	    grant_row_open(&row, &p, args_str(args, "ROW"), args_u64(args, "--rights", 0),
			   &ctx->err) ||
	    check_found(&row, &ctx->err) || guard(nlc, &p, &row, args, &ctx->err))
		return -1;
	if (args_has(args, "--log") && !(row.rights & RVM_RIGHT_READ))
		return err_make(&ctx->err, EXIT_USAGE, "--log: needs READ: use Read(...)");
	wish.partition = p.id;
	wish.rights = row.rights;
	wish.tier = rvm_rights_tier(row.rights);
	if (args_has(args, "--log"))
		wish.type = RVM_TOKEN_TYPE_WITNESS_LOG;
	wish.resource = row.resource;
	grant_remark(nlc, &p, &row, &wish);
	if (give(nlc, &row, &wish, &grants, &ctx->err))
		return explain(&p, &ctx->err);
	if (warn_if_void(nlc, &p, &row)) {
		take_back(nlc, &grants);
		return err_make(
			&ctx->err, EXIT_REFUSED,
			"partition %s: %s: a deny rule covers all of it, so it is not granted",
			p.name, row.resource);
	}
	report(ctx->out, &p, &row, &wish, &grants);
	return 0;
}

static const struct arg grant_args[] = {
	{ "NAME", ARG_NAME, ARG_REQUIRED, NULL, "the partition", NULL },
	{ "ROW", ARG_STRING, ARG_REQUIRED, NULL, "as in tables: 'Edit(src/**)'", NULL },
	{ "--rights", ARG_RIGHTS, 0, "RIGHT,...", "default: those that ROW means", NULL },
	{ "--for", ARG_DURATION, 0, "TIME", "it ends then: 30s, 10m, 1h30m, 1d", NULL },
	{ "--expires", ARG_TIME, 0, "TIME", "it ends at this time: \"2030-01-31 12:00\"", NULL },
	{ "--once", ARG_FLAG, 0, NULL, "good for one open or one start of a program", NULL },
	{ "--until-exit", ARG_FLAG, 0, NULL, "it ends when no process of the partition is left",
	  NULL },
	{ "--log", ARG_FLAG, 0, NULL, "with READ it is also for the witness log, all of it", NULL },
	{ "--allow-deputy", ARG_STRING, ARG_MULTI, "PATTERN",
	  "also files of this line of deputy.list", NULL },
	{},
};

const struct cmd grant_cmds[] = {
	{ NULL, "grant", grant, grant_args,
	  "give a partition a right beside its table, for a while", CMD_READ },
	{},
};
