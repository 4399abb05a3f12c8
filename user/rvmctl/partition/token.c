// SPDX-License-Identifier: GPL-2.0-only
/* Tokens and exclusions as the module has them. */
#include <string.h>

#include "cmd.h"
#include "lib/pattern/glob.h"
#include "partition/partition.h"
#include "partition/token.h"
#include "wire/words.h"

/* Words of a command are apart by NUL on the wire. */
static void print_pattern(struct out *o, const struct nlattr *a, uint32_t class)
{
	char text[RVM_GLOB_BYTES_MAX + 1];
	size_t n = a ? nla_len(a) : 0;

	if (n >= sizeof(text))
		n = sizeof(text) - 1;
	if (n)
		memcpy(text, nla_data(a), n);
	if (class == RVM_CLASS_EXEC) {
		n -= n && !text[n - 1];
		for (size_t i = 0; i < n; i++)
			text[i] = text[i] ? text[i] : ' ';
	}
	out_strn(o, "pattern", text, n);
}

void print_scope(struct out *o, struct nlattr *nest)
{
	struct nlattr *a[RVM_A_SCOPE_MAX + 1];
	uint32_t class;

	nlc_nest(a, RVM_A_SCOPE_MAX, nest);
	class = nlc_u32(a[RVM_A_SCOPE_CLASS]);
	out_str(o, "class", rvm_class_name(class));
	out_scope_flags(o, "scope-flags", nlc_u32(a[RVM_A_SCOPE_FLAGS]));
	out_str(o, "resource", a[RVM_A_SCOPE_RESOURCE] ? nlc_str(a[RVM_A_SCOPE_RESOURCE]) : NULL);
	out_str(o, "anchor", a[RVM_A_SCOPE_ANCHOR] ? nlc_str(a[RVM_A_SCOPE_ANCHOR]) : NULL);
	print_pattern(o, a[RVM_A_SCOPE_PATTERN], class);
}

static void print_token(struct out *o, struct nlattr *nest)
{
	struct nlattr *a[RVM_A_TOKEN_MAX + 1];

	nlc_nest(a, RVM_A_TOKEN_MAX, nest);
	out_tree_row_begin(o, nlc_u64(a[RVM_A_TOKEN_ID]), nlc_u64(a[RVM_A_TOKEN_PARENT]));
	out_u64(o, "id", nlc_u64(a[RVM_A_TOKEN_ID]));
	out_u64(o, "index", nlc_u32(a[RVM_A_TOKEN_INDEX]));
	out_json_u64(o, "generation", nlc_u32(a[RVM_A_TOKEN_GENERATION]));
	out_u64(o, "partition",
		nlc_u32(a[RVM_A_TOKEN_PARTITION]) ? nlc_u32(a[RVM_A_TOKEN_PARTITION]) :
						    nlc_u32(a[RVM_A_TOKEN_OWNER]));
	out_rights(o, "rights", nlc_u32(a[RVM_A_TOKEN_RIGHTS]));
	out_fmt(o, "tier", "P%u", nlc_u32(a[RVM_A_TOKEN_TIER]));
	out_time(o, "expires-at", nlc_s64(a[RVM_A_TOKEN_EXPIRES_AT]));
	out_u64(o, "badge", nlc_u64(a[RVM_A_TOKEN_BADGE]));
	out_u64(o, "epoch", nlc_u32(a[RVM_A_TOKEN_EPOCH]));
	out_u64(o, "depth", nlc_u32(a[RVM_A_TOKEN_DEPTH]));
	out_u64(o, "birth", nlc_u64(a[RVM_A_TOKEN_BIRTH]));
	if (a[RVM_A_TOKEN_WITHIN])
		out_str(o, "within", nlc_str(a[RVM_A_TOKEN_WITHIN]));
	else
		out_null_as(o, "within", "-");
	print_scope(o, a[RVM_A_TOKEN_SCOPE]);
	out_row_end(o);
}

int token_print(struct nlattr **a, int cmd, void *data, struct err *err)
{
	if (a[RVM_A_TABLE_TOKEN])
		print_token(data, a[RVM_A_TABLE_TOKEN]);
	return 0;
}

int token_print_exclusion(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct nlattr *a[RVM_A_EXCLUSION_MAX + 1];
	struct out *o = data;

	if (!attrs[RVM_A_TABLE_EXCLUSION])
		return 0;
	nlc_nest(a, RVM_A_EXCLUSION_MAX, attrs[RVM_A_TABLE_EXCLUSION]);
	out_row_begin(o);
	out_u64(o, "index", nlc_u32(a[RVM_A_EXCLUSION_INDEX]));
	out_u64(o, "partition", nlc_u32(a[RVM_A_EXCLUSION_PARTITION]));
	out_rights(o, "rights", nlc_u32(a[RVM_A_EXCLUSION_RIGHTS]));
	print_scope(o, a[RVM_A_EXCLUSION_SCOPE]);
	out_row_end(o);
	return 0;
}

/* All, or those of one partition. */
int token_dump(struct nlc *nlc, int cmd, uint32_t partition, nlc_fn fn, void *data, struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, cmd, NLM_F_DUMP);

	if (msg && partition && nla_put_u32(msg, RVM_A_TABLE_PARTITION, partition))
		nlc_drop(&msg);
	return nlc_call(nlc, msg, fn, data, err);
}

static bool is_lost(struct nlattr *scope)
{
	struct nlattr *a[RVM_A_SCOPE_MAX + 1];

	if (!scope)
		return false;
	nlc_nest(a, RVM_A_SCOPE_MAX, scope);
	return nlc_u32(a[RVM_A_SCOPE_FLAGS]) & RVM_SCOPE_FLAG_LOST;
}

static int count_lost(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct nlattr *token[RVM_A_TOKEN_MAX + 1], *exclusion[RVM_A_EXCLUSION_MAX + 1];
	struct token_lost *lost = data;

	if (attrs[RVM_A_TABLE_TOKEN]) {
		nlc_nest(token, RVM_A_TOKEN_MAX, attrs[RVM_A_TABLE_TOKEN]);
		lost->tokens += is_lost(token[RVM_A_TOKEN_SCOPE]);
	}
	if (attrs[RVM_A_TABLE_EXCLUSION]) {
		nlc_nest(exclusion, RVM_A_EXCLUSION_MAX, attrs[RVM_A_TABLE_EXCLUSION]);
		lost->exclusions += is_lost(exclusion[RVM_A_EXCLUSION_SCOPE]);
	}
	return 0;
}

int token_count_lost(struct nlc *nlc, uint32_t partition, struct token_lost *lost, struct err *err)
{
	*lost = (struct token_lost){ 0 };
	return token_dump(nlc, RVM_CMD_TOKEN_GET, partition, count_lost, lost, err) ||
			       token_dump(nlc, RVM_CMD_EXCLUSION_GET, partition, count_lost, lost,
					  err) ?
		       -1 :
		       0;
}

const struct out_col token_cols[] = {
	{ "id", NULL, OUT_COL_TREE },
	{ "partition", NULL, OUT_COL_RIGHT },
	{ "rights", NULL, 0 },
	{ "tier", NULL, 0 },
	{ "expires-at", "expires", 0 },
	{ "badge", NULL, OUT_COL_RIGHT },
	{ "within", NULL, 0 },
	{ "class", NULL, 0 },
	{ "scope-flags", "flags", 0 },
	{ "resource", NULL, 0 },
	{ "anchor", NULL, 0 },
	{ "pattern", NULL, 0 },
	{},
};

const struct out_col exclusion_cols[] = {
	{ "index", "#", OUT_COL_RIGHT },
	{ "rights", NULL, 0 },
	{ "class", NULL, 0 },
	{ "scope-flags", "flags", 0 },
	{ "resource", NULL, 0 },
	{ "anchor", NULL, 0 },
	{ "pattern", NULL, 0 },
	{},
};

static int show(struct ctx *ctx, const struct args *args, int cmd, const struct out_col *cols,
		nlc_fn print)
{
	const char *name = args_str(args, "NAME");
	auto_partition struct partition p = { 0 };
	auto_nlc struct nlc *nlc = NULL;
	int ret;

	if (nlc_open(&nlc, &ctx->err) || (name && partition_find(nlc, name, &p, &ctx->err)))
		return -1;
	out_table_begin(ctx->out, NULL, cols);
	ret = token_dump(nlc, cmd, p.id, print, ctx->out, &ctx->err);
	out_table_end(ctx->out);
	return ret;
}

static int list(struct ctx *ctx, const struct args *args)
{
	return show(ctx, args, RVM_CMD_TOKEN_GET, token_cols, token_print);
}

static int exclusions(struct ctx *ctx, const struct args *args)
{
	return show(ctx, args, RVM_CMD_EXCLUSION_GET, exclusion_cols, token_print_exclusion);
}

static const struct arg name_args[] = {
	{ "NAME", ARG_NAME, 0, NULL, "the partition", NULL },
	{},
};

const struct cmd token_cmds[] = {
	{ "token", "list", list, name_args, "list the tokens", CMD_READ },
	{ "token", "exclusions", exclusions, name_args, "show what no token can allow", CMD_READ },
	{},
};
