// SPDX-License-Identifier: GPL-2.0-only
/* rvmctl token revoke, rvmctl revoke: take tokens back, with all that was derived from them. */
#include <inttypes.h>
#include <string.h>

#include "base/note.h"
#include "cmd.h"
#include "grant/meaning.h"
#include "grant/taking.h"
#include "partition/partition.h"
#include "witness/ended.h"

static int token_revoke(struct ctx *ctx, const struct args *args)
{
	const char *text = args_str(args, "TOKEN");
	bool kill = args_has(args, "--kill");
	auto_token struct token token = { 0 };
	auto_taking struct taking t = { 0 };
	auto_nlc struct nlc *nlc = NULL;
	struct token_ref ref;

	if (token_ref_parse(text, &ref, &ctx->err) || nlc_open(&nlc, &ctx->err))
		return -1;
	taking_begin(&t, nlc);
	if (kill && token_get(nlc, &ref, &token, &ctx->err))
		return err_wrap(&ctx->err, "token %s", text);
	if (token_is_over(&token))
		taking_add_ended(&t, token.id);
	else if (taking_add(&t, &ref, &ctx->err))
		return -1;
	return taking_do(&t, ctx->out, kill, &ctx->err) ? err_wrap(&ctx->err, "token %s", text) : 0;
}

/* "nothing is granted", or what else is, or was. */
static int not_granted(struct taking *t, const struct partition *p, const char *row,
		       const struct token *ended, struct err *err)
{
	auto_free char *story = ended ? token_story(t->nlc, ended) : NULL;
	auto_free char *others = NULL;

	for (size_t i = 0; i < t->tokens.n; i++) {
		const struct token *token = &t->tokens.list[i];

		if (token->partition == p->id && token_is_granted(token) && token->resource)
			note(&others, "'%s' (token %" PRIu64 ")", token->resource, token->id);
	}
	err_make(err, EXIT_REFUSED, "partition %s: %s%s%s is granted beside its table%s%s", p->name,
		 others ? "" :
		 row	? row :
			  "",
		 others || !row ? "" : ": ", others ? "it is not this that" : "nothing",
		 story ? ".  " : "", story ? story : "");
	if (others)
		return err_hint(err, "granted are %s", others);
	return err_hint(err, "rvmctl token list %s shows what it has", p->name);
}

/* All that are meant; with @kill also those that have ended. */
static int find_granted(struct taking *t, const struct partition *p, const char *row, bool kill,
			struct err *err)
{
	auto_meaning struct meaning meaning = { 0 };
	const struct token *ended = NULL;

	if (t->unlisted.code) {
		err_make(err, t->unlisted.code, "partition %s: what is granted cannot be told: %s",
			 p->name, t->unlisted.text);
		return t->unlisted.hint ? err_hint(err, "%s", t->unlisted.hint) : -1;
	}
	meaning_open(&meaning, p, row);
	for (size_t i = 0; i < t->tokens.n; i++) {
		const struct token *token = &t->tokens.list[i];
		const struct token_ref ref = { .id = token->id };

		if (token->partition != p->id || !meaning_has(&meaning, token))
			continue;
		if (token_is_granted(token) && taking_add(t, &ref, err))
			return -1;
		if (token_is_granted(token))
			continue;
		if (!ended || ended->id < token->id)
			ended = token;
		if (kill)
			taking_add_ended(t, token->id);
	}
	return t->n || (kill && ended) ? 0 : not_granted(t, p, row, ended, err);
}

static int not_its_own(struct taking *t, const struct partition *p, const struct token *token,
		       struct err *err)
{
	char fallback[16];

	if (token->partition != p->id)
		err_make(err, EXIT_REFUSED, "token %" PRIu64 ": it is of partition %s, not of %s",
			 token->id, names_get(&t->names, token->partition, fallback), p->name);
	else
		err_make(err, EXIT_REFUSED,
			 "token %" PRIu64 ": it is a row of the table of partition %s, not granted "
			 "beside it",
			 token->id, p->name);
	return err_hint(err, "rvmctl token revoke %" PRIu64 " takes it back nevertheless",
			token->id);
}

static int find_by_ref(struct taking *t, const struct partition *p, const struct token_ref *ref,
		       bool kill, struct err *err)
{
	auto_token struct token token = { 0 };
	auto_free char *story = NULL;

	if (token_get(t->nlc, ref, &token, err))
		return err_wrap(err, "partition %s", p->name);
	if (token.partition != p->id || !(token.flags & RVM_TOKEN_FLAG_GRANTED))
		return not_its_own(t, p, &token, err);
	if (token_is_granted(&token))
		return taking_add(t, ref, err);
	if (kill) {
		taking_add_ended(t, token.id);
		return 0;
	}
	story = token_story(t->nlc, &token);
	return err_make(err, EXIT_REFUSED, "token %" PRIu64 ": it has ended%s%s", token.id,
			story ? ".  " : "", story ? story : "");
}

static int revoke_granted(struct ctx *ctx, const struct args *args)
{
	const char *row = args_str(args, "ROW | TOKEN");
	bool all = args_has(args, "--all"), by_ref = row && token_ref_is(row);
	bool kill = args_has(args, "--kill");
	auto_partition struct partition p = { 0 };
	auto_taking struct taking t = { 0 };
	auto_nlc struct nlc *nlc = NULL;
	struct token_ref ref;

	if (all == !!row) {
		err_make(&ctx->err, EXIT_USAGE, "revoke: name what to take back, or give --all");
		return err_hint(&ctx->err, "see rvmctl revoke --help");
	}
	if ((by_ref && token_ref_parse(row, &ref, &ctx->err)) || nlc_open(&nlc, &ctx->err) ||
	    partition_find(nlc, args_str(args, "NAME"), &p, &ctx->err))
		return -1;
	taking_begin(&t, nlc);
	if (by_ref ? find_by_ref(&t, &p, &ref, kill, &ctx->err) :
		     find_granted(&t, &p, row, kill, &ctx->err))
		return -1;
	return taking_do(&t, ctx->out, kill, &ctx->err);
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
