// SPDX-License-Identifier: GPL-2.0-only
/* rvmctl table show: what a partition has in force. */
#include <string.h>

#include "cmd.h"
#include "partition/partition.h"
#include "partition/token.h"
#include "wire/words.h"

/* The one partition there is besides pens, if no name was given. */
struct only {
	char name[RVM_NAME_MAX + 1];
	unsigned int n;
};

static int note_name(struct nlattr **a, int cmd, void *data, struct err *err)
{
	struct only *only = data;

	if (nlc_u32(a[RVM_A_PARTITION_FLAGS]) & RVM_PARTITION_FLAG_PEN)
		return 0;
	only->n++;
	snprintf(only->name, sizeof(only->name), "%s", nlc_str(a[RVM_A_PARTITION_NAME]));
	return 0;
}

static int find_only(struct nlc *nlc, struct only *only, struct err *err)
{
	if (nlc_call(nlc, nlc_request(nlc, RVM_CMD_PARTITION_GET, NLM_F_DUMP), note_name, only,
		     err))
		return -1;
	if (only->n == 1)
		return 0;
	err_make(err, EXIT_USAGE, "table: there are %u partitions", only->n);
	return err_hint(err, "name one of them; see rvmctl partition list");
}

/* Those of the table, then what is beside it. */
static void print_tokens(struct out *o, struct nlc *nlc, const struct tokens *all)
{
	auto_names struct names names = { .nlc = nlc };
	struct tokens table = { .list = calloc(all->n + 1, sizeof(*all->list)) };

	for (size_t i = 0; table.list && i < all->n; i++) {
		if (!(all->list[i].flags & RVM_TOKEN_FLAG_GRANTED))
			table.list[table.n++] = all->list[i];
	}
	tokens_print(o, "tokens", &table);
	tokens_print_granted(o, "granted", all, &names);
	free(table.list);
}

static int show(struct ctx *ctx, const struct args *args)
{
	const char *name = args_str(args, "NAME");
	auto_tokens struct tokens exclusions = { 0 };
	auto_partition struct partition p = { 0 };
	auto_tokens struct tokens tokens = { 0 };
	auto_nlc struct nlc *nlc = NULL;
	struct only only = { 0 };
	struct out *o = ctx->out;

	if (nlc_open(&nlc, &ctx->err) || (!name && find_only(nlc, &only, &ctx->err)) ||
	    partition_find(nlc, name ? name : only.name, &p, &ctx->err) ||
	    tokens_get(nlc, p.id, &tokens, &ctx->err) ||
	    tokens_get_exclusions(nlc, p.id, &exclusions, &ctx->err))
		return -1;
	out_object_begin(o, NULL);
	out_str(o, "partition", p.name);
	out_str(o, "source", p.source);
	out_str(o, "workspace", p.workspace);
	if (p.has_digest)
		out_hex(o, "digest", p.digest, sizeof(p.digest));
	else
		out_null_as(o, "digest", "-");
	print_tokens(o, nlc, &tokens);
	tokens_print_exclusions(o, "exclusions", &exclusions);
	out_object_end(o);
	return 0;
}

static const struct arg name_args[] = {
	{ "NAME", ARG_NAME, 0, NULL, "the partition", NULL },
	{},
};

const struct cmd table_cmds[] = {
	{ "table", "show", show, name_args, "show the table in force", CMD_READ },
	{},
};
