// SPDX-License-Identifier: GPL-2.0-only
/* rvmctl token revoke, rvmctl revoke: take tokens back, with all that was derived from them. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cmd.h"
#include "grant/maps.h"
#include "grant/request.h"
#include "partition/partition.h"
#include "partition/token.h"

/**
 * struct taking - tokens that are taken back
 */
struct taking {
	struct nlc *nlc;
	/* What there was before; nothing if that could not be told. */
	struct tokens tokens;
	/* Of these, by their places, which went. */
	bool *gone;
	/* What was asked for. */
	struct token_ref *ref;
	size_t n;
	struct names names;
	struct mappers mappers;
	size_t killed;
	/* Of all of them; and the record of the last. */
	uint64_t count;
	uint64_t sequence;
};

static void taking_end(struct taking *t)
{
	tokens_free(&t->tokens);
	names_free(&t->names);
	mappers_free(&t->mappers);
	free(t->gone);
	free(t->ref);
}
#define auto_taking __attribute__((cleanup(taking_end)))

/* To take back is what matters: without a list less can be told. */
static void list_tokens(struct taking *t)
{
	struct err err = { 0 };

	t->names.nlc = t->nlc;
	if (tokens_get(t->nlc, 0, &t->tokens, &err))
		tokens_free(&t->tokens);
	err_clear(&err);
	t->gone = calloc(t->tokens.n + 1, sizeof(*t->gone));
	if (!t->gone)
		tokens_free(&t->tokens);
}

static int add_ref(struct taking *t, const struct token_ref *ref, struct err *err)
{
	struct token_ref *more = reallocarray(t->ref, t->n + 1, sizeof(*more));

	if (!more)
		return err_errno(err, ENOMEM, "tokens");
	t->ref = more;
	t->ref[t->n++] = *ref;
	return 0;
}

static uint64_t id_of(const struct taking *t, const struct token_ref *ref)
{
	for (size_t i = 0; i < t->tokens.n && !ref->id; i++) {
		if (t->tokens.list[i].index == ref->index &&
		    t->tokens.list[i].generation == ref->generation)
			return t->tokens.list[i].id;
	}
	return ref->id;
}

static void mark_gone(struct taking *t, uint64_t top)
{
	for (size_t i = 0; top && i < t->tokens.n; i++) {
		const struct token *token = &t->tokens.list[i];

		if (!(token->flags & RVM_TOKEN_FLAG_REVOKED) &&
		    tokens_is_from(&t->tokens, token, top))
			t->gone[i] = true;
	}
}

static int take_all(struct taking *t, struct err *err)
{
	struct taken taken;

	for (size_t i = 0; i < t->n; i++) {
		if (request_revoke(t->nlc, &t->ref[i], &taken, err))
			return -1;
		t->count += taken.count;
		t->sequence = taken.sequence;
		mark_gone(t, id_of(t, &t->ref[i]));
	}
	return 0;
}

/* Tokens of a partition that went and gave files. */
static size_t gone_of(const struct taking *t, uint32_t partition, const struct token **out)
{
	size_t n = 0;

	for (size_t i = 0; i < t->tokens.n; i++) {
		const struct token *token = &t->tokens.list[i];

		if (t->gone[i] && token->partition == partition &&
		    (token->class == RVM_CLASS_PATH || token->class == RVM_CLASS_ANY))
			out[n++] = token;
	}
	return n;
}

/* Tokens come partition by partition.  True for the first of each that something went of. */
static bool is_first(const struct taking *t, size_t i)
{
	if (!t->gone[i])
		return false;
	for (size_t k = i; k-- > 0 && t->tokens.list[k].partition == t->tokens.list[i].partition;) {
		if (t->gone[k])
			return false;
	}
	return true;
}

/* On the host only, where processes of partitions can be looked at. */
static void look_for_mappers(struct taking *t, bool kill)
{
	const struct token **gone = calloc(t->tokens.n + 1, sizeof(*gone));
	struct err err = { 0 };

	for (size_t i = 0; gone && i < t->tokens.n; i++) {
		uint32_t partition = t->tokens.list[i].partition;
		size_t n;

		if (!is_first(t, i))
			continue;
		n = gone_of(t, partition, gone);
		if (n && mappers_find(t->nlc, partition, gone, n, &t->mappers, &err)) {
			warn_line("processes that map what was taken back: %s", err.text);
			err_clear(&err);
		}
	}
	free(gone);
	if (kill)
		t->killed = mappers_kill(&t->mappers);
}

static int take_self(struct nlattr **a, int cmd, void *data, struct err *err)
{
	*(uint32_t *)data = nlc_u32(a[RVM_A_INFO_SELF]);
	return 0;
}

static bool is_inside(struct nlc *nlc)
{
	struct err err = { 0 };
	uint32_t self = 0;

	nlc_call(nlc, nlc_request(nlc, RVM_CMD_INFO, 0), take_self, &self, &err);
	err_clear(&err);
	return self;
}

static void print_partitions(struct out *o, struct taking *t)
{
	out_list_begin(o, "partitions");
	for (size_t i = 0; i < t->tokens.n; i++) {
		uint32_t id = t->tokens.list[i].partition;
		char fallback[16];
		size_t n = 0;

		if (!is_first(t, i))
			continue;
		for (size_t k = i; k < t->tokens.n && t->tokens.list[k].partition == id; k++)
			n += t->gone[k];
		out_fmt(o, NULL, "%s: %zu", names_get(&t->names, id, fallback), n);
	}
	out_list_end(o);
}

static void print_mappers(struct out *o, struct taking *t)
{
	static const struct out_col cols[] = {
		{ "pid", NULL, OUT_COL_RIGHT },
		{ "command", NULL, 0 },
		{ "partition", NULL, 0 },
		{ "path", NULL, 0 },
		{},
	};

	out_table_begin(o, "mapped", cols);
	for (size_t i = 0; i < t->mappers.n; i++) {
		const struct mapper *m = &t->mappers.list[i];
		char fallback[16];

		out_row_begin(o);
		out_u64(o, "pid", m->pid);
		out_str(o, "command", m->comm);
		out_str(o, "partition", names_get(&t->names, m->partition, fallback));
		out_str(o, "path", m->path);
		out_row_end(o);
	}
	out_table_end(o);
}

static void report(struct out *o, struct taking *t, bool kill)
{
	out_object_begin(o, NULL);
	out_u64(o, "count", t->count);
	out_u64(o, "sequence", t->sequence);
	print_partitions(o, t);
	print_mappers(o, t);
	if (kill)
		out_u64(o, "killed", t->killed);
	out_object_end(o);
	if (t->mappers.n && !kill)
		out_line(o, "what is mapped stays so until these processes end; --kill ends them");
}

static int take_back(struct ctx *ctx, struct taking *t, bool kill)
{
	bool inside = is_inside(t->nlc);

	if (kill && inside)
		return err_make(&ctx->err, EXIT_REFUSED, "--kill: only on the host");
	if (take_all(t, &ctx->err))
		return -1;
	if (!inside)
		look_for_mappers(t, kill);
	report(ctx->out, t, kill);
	return 0;
}

static int token_revoke(struct ctx *ctx, const struct args *args)
{
	const char *text = args_str(args, "TOKEN");
	auto_taking struct taking t = { 0 };
	auto_nlc struct nlc *nlc = NULL;
	struct token_ref ref;

	if (token_ref_parse(text, &ref, &ctx->err) || nlc_open(&nlc, &ctx->err))
		return -1;
	t.nlc = nlc;
	list_tokens(&t);
	if (add_ref(&t, &ref, &ctx->err) || take_back(ctx, &t, args_has(args, "--kill")))
		return err_wrap(&ctx->err, "token %s", text);
	return 0;
}

/* Of what was granted beside the table by the host. */
static bool is_meant(const struct token *token, uint32_t partition, const char *row)
{
	return token->partition == partition && token_is_granted(token) && !token->parent &&
	       (!row || (token->resource && !strcmp(token->resource, row)));
}

static int find_granted(struct taking *t, const struct partition *p, const char *row,
			struct err *err)
{
	for (size_t i = 0; i < t->tokens.n; i++) {
		const struct token_ref ref = { .id = t->tokens.list[i].id };

		if (is_meant(&t->tokens.list[i], p->id, row) && add_ref(t, &ref, err))
			return -1;
	}
	if (t->n)
		return 0;
	err_make(err, EXIT_REFUSED, "partition %s: %s%snothing is granted beside its table",
		 p->name, row ? row : "", row ? ": " : "");
	return err_hint(err,
			row ? "write it as it was granted: rvmctl partition show %s lists it" :
			      "rvmctl token list %s shows what it has",
			p->name);
}

static int revoke_granted(struct ctx *ctx, const struct args *args)
{
	const char *row = args_str(args, "ROW | TOKEN");
	auto_partition struct partition p = { 0 };
	auto_taking struct taking t = { 0 };
	bool all = args_has(args, "--all"), by_id = row && token_ref_is(row);
	auto_nlc struct nlc *nlc = NULL;
	struct token_ref ref;

	if (all == !!row) {
		err_make(&ctx->err, EXIT_USAGE, "revoke: name what to take back, or give --all");
		return err_hint(&ctx->err, "see rvmctl revoke --help");
	}
	if ((by_id && token_ref_parse(row, &ref, &ctx->err)) || nlc_open(&nlc, &ctx->err) ||
	    partition_find(nlc, args_str(args, "NAME"), &p, &ctx->err))
		return -1;
	t.nlc = nlc;
	list_tokens(&t);
	if (by_id ? add_ref(&t, &ref, &ctx->err) : find_granted(&t, &p, row, &ctx->err))
		return -1;
	return take_back(ctx, &t, args_has(args, "--kill"));
}

static const struct arg token_args[] = {
	{ "TOKEN", ARG_STRING, ARG_REQUIRED, NULL, "an id, or INDEX:GENERATION", NULL },
	{ "--kill", ARG_FLAG, 0, NULL, "end processes that still have its files mapped", NULL },
	{},
};

static const struct arg revoke_args[] = {
	{ "NAME", ARG_NAME, ARG_REQUIRED, NULL, "the partition", NULL },
	{ "ROW | TOKEN", ARG_STRING, 0, NULL, "as it was granted; or an id, or INDEX:GENERATION",
	  NULL },
	{ "--all", ARG_FLAG, 0, NULL, "all that was granted beside the table", NULL },
	{ "--kill", ARG_FLAG, 0, NULL, "end processes that still have its files mapped", NULL },
	{},
};

const struct cmd token_revoke_cmds[] = {
	{ "token", "revoke", token_revoke, token_args,
	  "take a token back, with all that was derived from it", CMD_READ },
	{},
};

const struct cmd revoke_cmds[] = {
	{ NULL, "revoke", revoke_granted, revoke_args, "take back what was granted beside a table",
	  CMD_READ },
	{},
};
