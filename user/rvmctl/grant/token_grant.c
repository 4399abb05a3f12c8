// SPDX-License-Identifier: GPL-2.0-only
/* rvmctl token grant: pass a token on, or less of it. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cmd.h"
#include "grant/narrow.h"
#include "grant/request.h"
#include "grant/row.h"
#include "partition/partition.h"
#include "wire/words.h"

/* By name, or by id: inside a partition the names of others are not known. */
static int find_receiver(struct nlc *nlc, const char *text, uint32_t *id, struct err *err)
{
	auto_partition struct partition p = { 0 };
	uint64_t number = strtoull(text, NULL, 10);

	if (text[strspn(text, "0123456789")] == '\0') {
		*id = number;
		return number && number <= UINT32_MAX ?
			       0 :
			       err_make(err, EXIT_USAGE, "--to: '%s' is not a partition", text);
	}
	if (!name_is_partition(text))
		return err_make(err, EXIT_USAGE, "--to: '%s' is not the name of a partition", text);
	if (partition_find(nlc, text, &p, err))
		return nlc_errno(nlc) == EPERM ?
			       err_hint(err, "inside a partition give the number of another one") :
			       -1;
	*id = p.id;
	return 0;
}

/* On the host: whose the source is. */
static int find_owner(struct nlc *nlc, const struct token_ref *ref, uint32_t *id, struct err *err)
{
	auto_token struct token source = { 0 };

	if (token_get(nlc, ref, &source, err))
		return -1;
	*id = source.partition;
	return 0;
}

/* Exactly one scope: what was given of several could not be taken back without REVOKE. */
static int compile(struct nlc *nlc, const struct token_ref *ref, const struct args *args,
		   struct grant_row *row, struct wish *wish, struct err *err)
{
	auto_partition struct partition p = { 0 };
	auto_token struct token source = { 0 };
	uint8_t rights = args_u64(args, "--rights", 0);

	if (token_get(nlc, ref, &source, err) || partition_by_id(nlc, source.partition, &p, err) ||
	    grant_row_open(row, &p, args_str(args, "--scope"), rights, err) ||
	    narrow(&source, &row->found, &wish->anchor, err))
		return -1;
	if (row->found.n != 1)
		return err_make(err, EXIT_REFUSED,
				"%s: it leads to several places, by symbolic links: name one",
				row->resource);
	/* The word means what it can: who has WRITE only passes that on by Edit(). */
	wish->rights = rights ? rights : row->rights & source.rights;
	if (!wish->rights)
		return err_make(err, EXIT_REFUSED, "%s: token %" PRIu64 " has none of these rights",
				row->resource, source.id);
	wish->scope = &row->found.scope[0];
	wish->resource = row->resource;
	return 0;
}

static void report(struct out *o, const struct granted *g, const struct wish *wish)
{
	out_line(o, "token %" PRIu64 " (%u:%u): granted, record %" PRIu64, g->id, g->index,
		 g->generation, g->sequence);
	out_object_begin(o, NULL);
	out_json_u64(o, "id", g->id);
	out_json_u64(o, "index", g->index);
	out_json_u64(o, "generation", g->generation);
	out_json_u64(o, "sequence", g->sequence);
	out_json_u64(o, "expires-at", wish->expires_at);
	out_object_end(o);
}

static int token_grant(struct ctx *ctx, const struct args *args)
{
	const char *to = args_str(args, "--to");
	auto_grant_row struct grant_row row = { 0 };
	auto_nlc struct nlc *nlc = NULL;
	struct token_ref source;
	struct wish wish = {
		.source = &source,
		.rights = args_u64(args, "--rights", 0),
		.tier = args_word(args, "--tier", -1) + 1,
		.has_badge = args_has(args, "--badge"),
		.badge = args_u64(args, "--badge", 0),
	};
	struct granted granted;

	if (token_ref_parse(args_str(args, "SOURCE"), &source, &ctx->err) ||
	    wish_read_end(args, &wish, &ctx->err) || nlc_open(&nlc, &ctx->err) ||
	    (to ? find_receiver(nlc, to, &wish.partition, &ctx->err) :
		  find_owner(nlc, &source, &wish.partition, &ctx->err)) ||
	    (args_has(args, "--scope") && compile(nlc, &source, args, &row, &wish, &ctx->err)))
		return -1;
	if (request_grant(nlc, &wish, &granted, &ctx->err))
		return err_wrap(&ctx->err, "token %s", args_str(args, "SOURCE"));
	report(ctx->out, &granted, &wish);
	return 0;
}

static const struct arg grant_args[] = {
	{ "SOURCE", ARG_STRING, ARG_REQUIRED, NULL, "the token: an id, or INDEX:GENERATION", NULL },
	{ "--to", ARG_STRING, 0, "PARTITION",
	  "who gets it, by name or number; default: whose it is", NULL },
	{ "--scope", ARG_STRING, 0, "ROW", "less than the token covers, such as 'Read(src/**)'",
	  NULL },
	{ "--rights", ARG_RIGHTS, 0, "RIGHT,...", "default: those that ROW means, or all", NULL },
	{ "--for", ARG_DURATION, 0, "TIME", "it ends then: 30s, 10m, 1h30m, 1d", NULL },
	{ "--expires", ARG_TIME, 0, "TIME", "it ends at this time: \"2030-01-31 12:00\"", NULL },
	{ "--once", ARG_FLAG, 0, NULL, "good for one open or one start of a program", NULL },
	{ "--until-exit", ARG_FLAG, 0, NULL, "it ends when no process of the partition is left",
	  NULL },
	{ "--tier", ARG_WORD, 0, "N", "default: as the token", grant_tiers },
	{ "--badge", ARG_U64, 0, "N", "a number for whoever looks at it later", NULL },
	{},
};

const struct cmd token_grant_cmds[] = {
	{ "token", "grant", token_grant, grant_args, "pass a token on, or less of it", CMD_READ },
	{},
};
