// SPDX-License-Identifier: GPL-2.0-only
/* rvmctl token tree, token show: what was derived from what. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cmd.h"
#include "partition/partition.h"
#include "partition/token.h"
#include "wire/words.h"

/**
 * struct forest - tokens as trees
 */
struct forest {
	struct tokens tokens;
	/* Each of them, in the order of their parents, then of their ids. */
	const struct token **by_parent;
	struct names names;
	struct out *out;
	/* Only trees with a token of this partition; 0 for all. */
	uint32_t partition;
	/* Also tokens of tables from which nothing was derived. */
	bool all;
	size_t left_out;
};

static void forest_free(struct forest *f)
{
	tokens_free(&f->tokens);
	names_free(&f->names);
	free(f->by_parent);
}
#define auto_forest __attribute__((cleanup(forest_free)))

static int by_parent(const void *a, const void *b)
{
	const struct token *left = *(const struct token *const *)a;
	const struct token *right = *(const struct token *const *)b;

	if (left->parent != right->parent)
		return left->parent < right->parent ? -1 : 1;
	return left->id < right->id ? -1 : left->id > right->id;
}

static int forest_get(struct forest *f, struct nlc *nlc, struct err *err)
{
	f->names.nlc = nlc;
	if (tokens_get(nlc, 0, &f->tokens, err))
		return -1;
	f->by_parent = calloc(f->tokens.n + 1, sizeof(*f->by_parent));
	if (!f->by_parent)
		return err_errno(err, ENOMEM, "tokens");
	memcpy(f->by_parent, f->tokens.by_id, f->tokens.n * sizeof(*f->by_parent));
	qsort(f->by_parent, f->tokens.n, sizeof(*f->by_parent), by_parent);
	return 0;
}

/* Index of the first child in @by_parent, or of what would be behind it. */
static size_t first_child(const struct forest *f, const struct token *t)
{
	size_t low = 0, high = f->tokens.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (f->by_parent[middle]->parent < t->id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The next child, or NULL; @i from first_child(). */
static const struct token *next_child(const struct forest *f, const struct token *t, size_t *i)
{
	const struct token *child = *i < f->tokens.n ? f->by_parent[*i] : NULL;

	++*i;
	return child && child->parent == t->id ? child : NULL;
}

static bool has_partition(const struct forest *f, const struct token *t)
{
	const struct token *child;

	if (t->partition == f->partition)
		return true;
	for (size_t i = first_child(f, t); (child = next_child(f, t, &i));) {
		if (has_partition(f, child))
			return true;
	}
	return false;
}

/* A row of a table that nobody has made anything of. */
static bool is_bare(const struct forest *f, const struct token *t)
{
	size_t i = first_child(f, t);

	return !t->flags && !t->parent && !next_child(f, t, &i);
}

static void draw(struct forest *f, const struct token *t)
{
	auto_free char *end = token_end_text(t);
	const struct token *child;
	char fallback[16];

	out_tree_row_begin(f->out, t->id, t->parent);
	out_u64(f->out, "id", t->id);
	out_json_u64(f->out, "index", t->index);
	out_json_u64(f->out, "generation", t->generation);
	out_str(f->out, "partition", names_get(&f->names, t->partition, fallback));
	out_str(f->out, "end", end);
	token_print_fields(f->out, t);
	out_row_end(f->out);
	for (size_t i = first_child(f, t); (child = next_child(f, t, &i));)
		draw(f, child);
}

static void draw_all(struct forest *f)
{
	static const struct out_col cols[] = {
		{ "id", NULL, OUT_COL_TREE }, { "partition", NULL, 0 },
		{ "rights", NULL, 0 },	      { "end", "ends", 0 },
		{ "flags", "state", 0 },      { "class", NULL, 0 },
		{ "resource", NULL, 0 },      {},
	};

	out_table_begin(f->out, NULL, cols);
	for (size_t i = 0; i < f->tokens.n; i++) {
		const struct token *t = f->tokens.by_id[i];

		/* The parent of one's own may be another's, which does not show. */
		if (tokens_find(&f->tokens, t->parent) || (f->partition && !has_partition(f, t)))
			continue;
		if (!f->all && is_bare(f, t))
			f->left_out++;
		else
			draw(f, t);
	}
	out_table_end(f->out);
}

static int tree(struct ctx *ctx, const struct args *args)
{
	const char *name = args_str(args, "NAME");
	auto_partition struct partition p = { 0 };
	auto_forest struct forest f = { .out = ctx->out, .all = args_has(args, "--all") };
	auto_nlc struct nlc *nlc = NULL;

	if (nlc_open(&nlc, &ctx->err) || (name && partition_find(nlc, name, &p, &ctx->err)) ||
	    forest_get(&f, nlc, &ctx->err))
		return -1;
	f.partition = p.id;
	draw_all(&f);
	if (f.left_out)
		out_line(ctx->out, "and %zu tokens of tables, from which nothing was derived",
			 f.left_out);
	return 0;
}

static int show(struct ctx *ctx, const struct args *args)
{
	auto_names struct names names = { 0 };
	auto_token struct token t = { 0 };
	auto_free char *handle = NULL;
	auto_free char *parent = NULL;
	auto_free char *end = NULL;
	auto_nlc struct nlc *nlc = NULL;
	struct out *o = ctx->out;
	struct token_ref ref;
	char fallback[16];

	if (token_ref_parse(args_str(args, "TOKEN"), &ref, &ctx->err) ||
	    nlc_open(&nlc, &ctx->err) || token_get(nlc, &ref, &t, &ctx->err))
		return -1;
	names.nlc = nlc;
	end = token_end_text(&t);
	handle = format("%u:%u", t.index, t.generation);
	parent = t.parent ? format("%" PRIu64, t.parent) : NULL;
	out_object_begin(o, NULL);
	out_u64(o, "id", t.id);
	out_text_str(o, "handle", handle);
	out_json_u64(o, "index", t.index);
	out_json_u64(o, "generation", t.generation);
	out_str(o, "partition", names_get(&names, t.partition, fallback));
	if (parent)
		out_text_str(o, "parent", parent);
	out_str(o, "end", end);
	token_print_fields(o, &t);
	out_object_end(o);
	return 0;
}

static const struct arg tree_args[] = {
	{ "NAME", ARG_NAME, 0, NULL, "only trees with a token of this partition", NULL },
	{ "--all", ARG_FLAG, 0, NULL, "also tokens from which nothing was derived", NULL },
	{},
};

static const struct arg show_args[] = {
	{ "TOKEN", ARG_STRING, ARG_REQUIRED, NULL, "an id, or INDEX:GENERATION", NULL },
	{},
};

const struct cmd token_tree_cmds[] = {
	{ "token", "tree", tree, tree_args, "show which tokens were derived from which", CMD_READ },
	{ "token", "show", show, show_args, "show a token", CMD_READ },
	{},
};
