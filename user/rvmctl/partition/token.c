// SPDX-License-Identifier: GPL-2.0-only
/* Tokens and exclusions as the module has them. */
#include <inttypes.h>
#include <string.h>

#include "cmd.h"
#include "partition/partition.h"
#include "partition/token.h"
#include "wire/words.h"

/* Words of a command are apart by NUL on the wire. */
static void print_pattern(struct out *o, const struct token *t)
{
	size_t n = t->pattern ? t->len : 0;
	auto_free char *text = n ? malloc(n) : NULL;

	if (text)
		memcpy(text, t->pattern, n);
	if (text && t->class == RVM_CLASS_EXEC) {
		n -= !text[n - 1];
		for (size_t i = 0; i < n; i++)
			text[i] = text[i] ? text[i] : ' ';
	}
	out_strn(o, "pattern", text ? text : "", text ? n : 0);
}

static void print_scope(struct out *o, const struct token *t)
{
	out_str(o, "class", rvm_class_name(t->class));
	out_scope_flags(o, "scope-flags", t->scope_flags);
	out_str(o, "resource", t->resource);
	out_str(o, "anchor", t->anchor);
	print_pattern(o, t);
}

void token_print_fields(struct out *o, const struct token *t)
{
	out_rights(o, "rights", t->rights);
	out_fmt(o, "tier", "P%u", t->tier);
	out_time(o, "expires-at", t->expires_at);
	out_u64(o, "badge", t->badge);
	out_u64(o, "epoch", t->epoch);
	out_u64(o, "depth", t->depth);
	out_json_u64(o, "parent", t->parent);
	out_token_flags(o, "flags", t->flags);
	out_u64(o, "birth", t->birth);
	if (t->revoked)
		out_u64(o, "revoked", t->revoked);
	if (t->within)
		out_str(o, "within", t->within);
	else
		out_null_as(o, "within", "-");
	print_scope(o, t);
}

static void print_token(struct out *o, const struct token *t)
{
	out_tree_row_begin(o, t->id, t->parent);
	out_u64(o, "id", t->id);
	out_u64(o, "index", t->index);
	out_json_u64(o, "generation", t->generation);
	out_u64(o, "partition", t->partition);
	token_print_fields(o, t);
	out_row_end(o);
}

static void print_exclusion(struct out *o, const struct token *t)
{
	out_row_begin(o);
	out_u64(o, "index", t->index);
	out_u64(o, "partition", t->partition);
	out_rights(o, "rights", t->rights);
	print_scope(o, t);
	out_row_end(o);
}

static size_t count_lost(const struct tokens *tokens)
{
	size_t n = 0;

	for (size_t i = 0; i < tokens->n; i++)
		n += !!(tokens->list[i].scope_flags & RVM_SCOPE_FLAG_LOST);
	return n;
}

int token_count_lost(struct nlc *nlc, uint32_t partition, const struct tokens *tokens,
		     struct token_lost *lost, struct err *err)
{
	auto_tokens struct tokens exclusions = { 0 };

	*lost = (struct token_lost){ .tokens = count_lost(tokens) };
	if (tokens_get_exclusions(nlc, partition, &exclusions, err))
		return -1;
	lost->exclusions = count_lost(&exclusions);
	return 0;
}

void tokens_print(struct out *o, const char *key, const struct tokens *tokens)
{
	static const struct out_col cols[] = {
		{ "id", NULL, OUT_COL_TREE },
		{ "partition", NULL, OUT_COL_RIGHT },
		{ "rights", NULL, 0 },
		{ "tier", NULL, 0 },
		{ "expires-at", "expires", 0 },
		{ "flags", "state", 0 },
		{ "badge", NULL, OUT_COL_RIGHT },
		{ "within", NULL, 0 },
		{ "class", NULL, 0 },
		{ "scope-flags", "flags", 0 },
		{ "resource", NULL, 0 },
		{ "anchor", NULL, 0 },
		{ "pattern", NULL, 0 },
		{},
	};

	out_table_begin(o, key, cols);
	for (size_t i = 0; i < tokens->n; i++)
		print_token(o, &tokens->list[i]);
	out_table_end(o);
}

void tokens_print_exclusions(struct out *o, const char *key, const struct tokens *exclusions)
{
	static const struct out_col cols[] = {
		{ "index", "#", OUT_COL_RIGHT },
		{ "rights", NULL, 0 },
		{ "class", NULL, 0 },
		{ "scope-flags", "flags", 0 },
		{ "resource", NULL, 0 },
		{ "anchor", NULL, 0 },
		{ "pattern", NULL, 0 },
		{},
	};

	out_table_begin(o, key, cols);
	for (size_t i = 0; i < exclusions->n; i++)
		print_exclusion(o, &exclusions->list[i]);
	out_table_end(o);
}

void tokens_granted_begin(struct out *o, const char *key)
{
	static const struct out_col cols[] = {
		{ "id", NULL, OUT_COL_RIGHT },
		{ "partition", NULL, 0 },
		{ "rights", NULL, 0 },
		{ "resource", NULL, 0 },
		{ "end", "ends", 0 },
		{ "from", NULL, 0 },
		{},
	};

	out_table_begin(o, key, cols);
}

void token_print_granted(struct out *o, const struct token *t, struct names *names)
{
	auto_free char *end = token_end_text(t);
	char fallback[16];

	if (!token_is_granted(t))
		return;
	out_row_begin(o);
	out_u64(o, "id", t->id);
	out_str(o, "partition", names_get(names, t->partition, fallback));
	out_rights(o, "rights", t->rights);
	out_str(o, "resource", t->resource);
	out_str(o, "end", end);
	out_json_u64(o, "expires-at", t->expires_at);
	if (t->parent)
		out_fmt(o, "from", "token %" PRIu64, t->parent);
	else
		out_str(o, "from", "host");
	out_row_end(o);
}

void tokens_print_granted(struct out *o, const char *key, const struct tokens *tokens,
			  struct names *names)
{
	tokens_granted_begin(o, key);
	for (size_t i = 0; i < tokens->n; i++)
		token_print_granted(o, &tokens->list[i], names);
	out_table_end(o);
}

static int list(struct ctx *ctx, const struct args *args)
{
	const char *name = args_str(args, "NAME");
	auto_partition struct partition p = { 0 };
	auto_tokens struct tokens tokens = { 0 };
	auto_nlc struct nlc *nlc = NULL;

	if (nlc_open(&nlc, &ctx->err) || (name && partition_find(nlc, name, &p, &ctx->err)) ||
	    tokens_get(nlc, p.id, &tokens, &ctx->err))
		return -1;
	tokens_print(ctx->out, NULL, &tokens);
	return 0;
}

static int exclusions(struct ctx *ctx, const struct args *args)
{
	const char *name = args_str(args, "NAME");
	auto_partition struct partition p = { 0 };
	auto_tokens struct tokens all = { 0 };
	auto_nlc struct nlc *nlc = NULL;

	if (nlc_open(&nlc, &ctx->err) || (name && partition_find(nlc, name, &p, &ctx->err)) ||
	    tokens_get_exclusions(nlc, p.id, &all, &ctx->err))
		return -1;
	tokens_print_exclusions(ctx->out, NULL, &all);
	return 0;
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
