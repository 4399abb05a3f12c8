// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tokens of a sub-agent, each derived from one of the outer partition's.  Which one is only
 * looked for here: whether it covers what is asked for is the module's to say.
 */
#include <errno.h>
#include <string.h>

#include "base/path.h"
#include "grant/narrow.h"
#include "grant/request.h"
#include "grant/row.h"
#include "lib/model/rights.h"
#include "run/nest.h"
#include "run/nest_priv.h"

/* Tokens that are passed on as they are. */
#define PASSED_MAX 4096
/* How often the module is asked in vain for one scope. */
#define TRIES_MAX 64

/* What a token lets do by itself; who is to pass it on gets it as --grant READ,GRANT:RESOURCE. */
#define PLAIN (RVM_RIGHT_READ | RVM_RIGHT_WRITE | RVM_RIGHT_EXECUTE)

/*
 * Within a program only the outer one's own processes are, and nothing comes of what is good
 * for one use.
 */
static bool is_of_use(const struct token *t)
{
	return !token_is_over(t) && !t->within && t->rights & PLAIN &&
	       !(t->flags & RVM_TOKEN_FLAG_SINGLE_USE) &&
	       !(t->scope_flags & (RVM_SCOPE_FLAG_UNRESOLVED | RVM_SCOPE_FLAG_LOST));
}

/* Programs and libraries: but a workspace is what is given in parts. */
static bool is_base(const struct token *t, const char *workspace)
{
	return t->badge && !(workspace && t->anchor && path_is_below(t->anchor, workspace));
}

static int pass_on(struct nlc *nlc, const struct token *t, const struct partition *inner,
		   struct err *err)
{
	const struct token_ref source = { .id = t->id };
	const struct wish wish = {
		.source = &source,
		.partition = inner->id,
		.rights = t->rights & PLAIN,
		.has_badge = true,
		.badge = t->badge,
	};
	struct granted granted;

	if (!request_grant(nlc, &wish, &granted, err))
		return 0;
	return err_wrap(err, "token %llu", (unsigned long long)t->id);
}

/* All of them, or those of base tables only. */
static int pass_tokens(struct nlc *nlc, const struct nest_source *from, bool all,
		       const struct partition *inner, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < from->tokens.n; i++) {
		const struct token *t = &from->tokens.list[i];

		if (!is_of_use(t) || !(all || is_base(t, from->outer->workspace)))
			continue;
		if (n++ == PASSED_MAX)
			return err_make(err, EXIT_REFUSED,
					"partition %s: more than %d tokens to pass on",
					from->outer->name, PASSED_MAX);
		if (pass_on(nlc, t, inner, err))
			return -1;
	}
	return 0;
}

/**
 * struct want - a scope, and the rights on it that are still missing
 */
struct want {
	const struct scope *scope;
	const char *resource;
	uint8_t rights;
	unsigned int tries;
};

/* Tokens that do not cover it are not counted: a base table alone has more than may be tried. */
static void try_token(struct nlc *nlc, const struct token *t, struct want *want,
		      const struct partition *inner)
{
	const struct token_ref source = { .id = t->id };
	struct resolved one = { .n = 1, .scope = { *want->scope } };
	struct wish wish = {
		.source = &source,
		.partition = inner->id,
		.rights = want->rights & t->rights,
		.scope = &one.scope[0],
		.resource = want->resource,
	};
	const char *pattern = want->scope->pattern;
	struct granted granted;
	struct err why = { 0 };

	one.scope[0].pattern =
		pattern ? memcpy(malloc(want->scope->len + 1), pattern, want->scope->len + 1) :
			  NULL;
	if (!narrow(t, &one, &wish.anchor, &why) && narrow_fits(t, &one.scope[0])) {
		if (!request_grant(nlc, &wish, &granted, &why))
			want->rights &= ~wish.rights;
		else
			want->tries++;
	}
	free(one.scope[0].pattern);
	err_clear(&why);
}

/* First those that have all of it. */
static void look_for(struct nlc *nlc, const struct nest_source *from, struct want *want, bool all,
		     const struct partition *inner)
{
	for (size_t i = 0; i < from->tokens.n && want->rights && want->tries < TRIES_MAX; i++) {
		const struct token *t = &from->tokens.list[i];

		if (!is_of_use(t) || !(t->rights & want->rights) ||
		    (all && want->rights & ~t->rights) ||
		    (t->class != want->scope->class && t->class != RVM_CLASS_ANY))
			continue;
		try_token(nlc, t, want, inner);
	}
}

/* What there is beyond what the asker may see is not told. */
static int not_covered(const struct nest_source *from, const struct want *want, struct err *err)
{
	uint8_t first = want->rights & -want->rights;

	err_make(err, EXIT_REFUSED,
		 "--grant: '%s': partition %s has no token that covers it with %s", want->resource,
		 from->outer->name, rvm_right_name(first));
	return err_hint(err, "rvmctl token list shows what it has");
}

/* "READ,GRANT:" in front of a resource, whose own words are in small letters; 0 if not there. */
static uint8_t front_rights(const char **text)
{
	size_t len = strspn(*text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_,");
	const char *at = *text, *end = at + len;
	uint8_t rights = 0;

	if (*end != ':')
		return 0;
	while (at < end) {
		size_t word = strcspn(at, ",:");
		uint32_t bit = 1;

		while (bit <= RVM_RIGHT_GRANT_ONCE && (strlen(rvm_right_name(bit)) != word ||
						       strncmp(rvm_right_name(bit), at, word) != 0))
			bit <<= 1;
		if (bit > RVM_RIGHT_GRANT_ONCE)
			return 0;
		rights |= bit;
		at += word + 1;
	}
	*text = end + 1;
	return rights;
}

static int grant(struct nlc *nlc, const struct nest_source *from, const char *resource,
		 const struct partition *inner, struct err *err)
{
	auto_grant_row struct grant_row row = { 0 };
	uint8_t rights = front_rights(&resource);
	struct rvm_scope_spec spec;
	struct err why = { 0 };

	if (resolve_parse(resource, strlen(resource), rights, &spec, err))
		return err_wrap(err, "--grant: '%s'", resource);
	if (grant_row_open(&row, from->outer, resource, rights, &why)) {
		err_clear(&why);
		return err_make(err, EXIT_USAGE, "--grant: '%s' names nothing that can be given",
				resource);
	}
	for (size_t i = 0; i < row.found.n; i++) {
		struct want want = {
			.scope = &row.found.scope[i],
			.resource = resource,
			.rights = row.rights,
		};

		look_for(nlc, from, &want, true, inner);
		look_for(nlc, from, &want, false, inner);
		if (want.rights)
			return not_covered(from, &want, err);
	}
	return 0;
}

int nest_give(struct nlc *nlc, const struct partition *outer, const struct nest *how,
	      const struct partition *inner, struct err *err)
{
	struct nest_source from = { .outer = outer };
	int ret = tokens_get(nlc, outer->id, &from.tokens, err);

	if (!ret)
		ret = pass_tokens(nlc, &from, how->all_but[0], inner, err);
	for (size_t i = 0; !ret && how->grants[i]; i++)
		ret = grant(nlc, &from, how->grants[i], inner, err);
	tokens_free(&from.tokens);
	return ret;
}
