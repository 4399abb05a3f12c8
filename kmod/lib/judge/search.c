// SPDX-License-Identifier: GPL-2.0-only
/*
 * The search for a token that is sufficient.  Each class of question knows which tokens can
 * be about its object; how a scope meets the object is its fit.
 */
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "lib/judge/cover.h"
#include "lib/judge/judge.h"
#include "lib/judge/search.h"
#include "lib/judge/token.h"
#include "lib/model/rights.h"

/**
 * enum fit - how the scope of a token meets the object
 * @FIT_NONE: It is about something else.
 * @FIT_SPECIAL: It would cover the object if it named it.
 * @FIT_ARGV: It names the program, but not with these arguments.
 * @FIT_STEERED: It names both, but a task inside can change what becomes of them.
 * @FIT_ENVIRON: It names both, but the environment can change what the arguments do.
 * @FIT_NO_START: It covers the file, but does not let it be started.
 * @FIT_FULL: It covers it.
 */
enum fit {
	FIT_NONE,
	FIT_SPECIAL,
	FIT_ARGV,
	FIT_STEERED,
	FIT_ENVIRON,
	FIT_NO_START,
	FIT_FULL,
};

/* The search for the first sufficient token, and for the closest miss. */
struct search {
	const struct rvm_partition_view *part;
	/* Where they are looked for now: in the table, then beside it. */
	const struct rvm_index *index;
	const struct rvm_request *req;
	s64 now;
	/* For a partition inside. */
	bool above;
	/* The first sufficient one so far, and where it is. */
	const struct rvm_token_core *best;
	u32 best_at;
	/* The closest miss so far, where it is, in which index, and its rank. */
	const struct rvm_token_core *miss;
	const struct rvm_index *miss_index;
	u32 miss_at;
	u8 rank;
	enum rvm_reason reason;
	u8 missing;
};

/* Closest first; a reason that is not listed does not count as a miss. */
static u8 rank_of(enum rvm_reason reason)
{
	static const u8 order[] = { RVM_REASON_WITHIN,	RVM_REASON_STEERED, RVM_REASON_ENVIRON,
				    RVM_REASON_ARGV,	RVM_REASON_RIGHTS,  RVM_REASON_EXPIRED,
				    RVM_REASON_REVOKED, RVM_REASON_STALE,   RVM_REASON_TIER,
				    RVM_REASON_CHAIN,	RVM_REASON_SPECIAL };
	u8 i;

	for (i = 0; i < ARRAY_SIZE(order); i++)
		if (order[i] == reason)
			return i;
	return U8_MAX;
}

static void note_miss(struct search *s, u32 at, enum rvm_reason reason, u8 missing)
{
	u8 rank = rank_of(reason);

	if (rank > s->rank || (rank == s->rank && (s->index != s->miss_index || at >= s->miss_at)))
		return;
	s->miss = s->index->core[at];
	s->miss_index = s->index;
	s->miss_at = at;
	s->rank = rank;
	s->reason = reason;
	s->missing = missing;
}

/* Some tokens start programs only for descendants of another. */
static enum rvm_reason check_lineages(const struct search *s, const struct rvm_token_core *token)
{
	const struct rvm_lineages *has = &s->req->exec.lineages;

	if (!token->within || s->req->class != RVM_CLASS_EXEC)
		return RVM_REASON_NONE;
	return has->table == s->part->table && has->set & token->within ? RVM_REASON_NONE :
									  RVM_REASON_WITHIN;
}

/* It was taken back, and would not have done anyway. */
static bool is_absent(const struct rvm_token_core *token, const struct rvm_request *req,
		      enum fit fit, u8 missing)
{
	return rvm_token_is_gone(token, req) && (fit != FIT_FULL || missing);
}

/* Places may be in any order: the least counts, but one that is used up only as the last. */
static void note_best(struct search *s, u32 at)
{
	const struct rvm_token_core *token = s->index->core[at];

	if (s->best && rvm_token_is_single_use(s->best) == rvm_token_is_single_use(token) &&
	    at >= s->best_at)
		return;
	if (s->best && !rvm_token_is_single_use(s->best) && rvm_token_is_single_use(token))
		return;
	s->best = token;
	s->best_at = at;
}

static void weigh(struct search *s, u32 at, enum fit fit)
{
	const struct rvm_token_core *token = s->index->core[at];
	u8 missing = s->req->need & ~token->rights;
	enum rvm_reason reason;

	if (fit == FIT_NONE || is_absent(token, s->req, fit, missing) ||
	    (s->above && rvm_token_is_single_use(token)))
		return;
	if (fit == FIT_SPECIAL)
		reason = RVM_REASON_SPECIAL;
	else if (fit == FIT_ARGV)
		reason = RVM_REASON_ARGV;
	else if (fit == FIT_STEERED)
		reason = RVM_REASON_STEERED;
	else if (fit == FIT_ENVIRON)
		reason = RVM_REASON_ENVIRON;
	else if (fit == FIT_NO_START)
		reason = RVM_REASON_RIGHTS;
	else if (rvm_token_is_gone(token, s->req))
		reason = RVM_REASON_REVOKED;
	else
		reason = rvm_token_lack(s->part, token, s->req->need, s->req->tier, s->now);
	if (reason == RVM_REASON_NONE)
		reason = check_lineages(s, token);
	if (fit == FIT_NO_START)
		missing |= RVM_RIGHT_EXECUTE;
	if (reason != RVM_REASON_NONE)
		note_miss(s, at, reason, missing);
	else
		note_best(s, at);
}

static bool is_start(const struct rvm_request *req)
{
	if (req->class == RVM_CLASS_EXEC)
		return true;
	return req->class == RVM_CLASS_PATH && req->need & RVM_RIGHT_EXECUTE && !req->load;
}

/* The pattern can mean no other object. */
static bool is_one(const struct rvm_scope *scope, enum rvm_glob_match match)
{
	return match == RVM_GLOB_EXACT && scope->glob->literal;
}

/* The scope names the object itself. */
static bool is_named(const struct rvm_scope *scope, enum rvm_glob_match match)
{
	return is_one(scope, match) && !(scope->flags & RVM_SCOPE_FLAG_UNNAMED);
}

static bool may_start(const struct rvm_scope *scope, enum rvm_glob_match match)
{
	if (scope->flags & RVM_SCOPE_FLAG_RUN)
		return true;
	return is_one(scope, match) && !(scope->flags & RVM_SCOPE_FLAG_LOAD);
}

static enum fit fit_place(const struct rvm_scope *scope, const struct rvm_path_object *path,
			  const struct rvm_climb *climb, bool special, bool start)
{
	enum rvm_glob_match match = rvm_scope_meets(scope, path, climb, false);

	if (match < RVM_GLOB_BELOW)
		return FIT_NONE;
	if (special && !is_named(scope, match))
		return FIT_SPECIAL;
	return start && !may_start(scope, match) ? FIT_NO_START : FIT_FULL;
}

bool rvm_search_gives(const struct rvm_scope *scope, const struct rvm_path_object *path,
		      const struct rvm_climb *climb)
{
	return fit_place(scope, path, climb, path->special, false) == FIT_FULL;
}

static void search_place(struct search *s, const struct rvm_path_object *path, u8 class,
			 bool special)
{
	struct rvm_climb climb = {
		.stop = s->part->stop, .index = s->index, .view = path->visible, .match = true
	};
	const struct rvm_scope *scope;

	while ((scope = rvm_climb_next(&climb)))
		if (scope->class == class)
			weigh(s, climb.at,
			      fit_place(scope, path, &climb, special, is_start(s->req)));
}

/* A program with any arguments may run any code: then variables give nothing more. */
static bool limits_words(const struct rvm_scope *scope)
{
	return !(scope->flags & RVM_SCOPE_FLAG_PREFIX) ||
	       strnlen(scope->text, scope->len) + 1 < scope->len;
}

/* By the name that the rule has for it, whatever name it was called by. */
static bool is_turned(const struct rvm_scope *scope, const struct rvm_exec_object *exec)
{
	size_t len = strnlen(scope->text, scope->len);
	const char *base = rvm_base_name(scope->text, &len);

	return rvm_environ_turns_program(exec->turned, base, len) && limits_words(scope);
}

static enum fit fit_program(const struct rvm_scope *scope, const struct rvm_exec_object *exec)
{
	if (rvm_scope_is_nowhere(scope) || !exec->program || scope->anchor != exec->program)
		return FIT_NONE;
	if (exec->argv && !rvm_argv_match(scope->text, scope->len,
					  scope->flags & RVM_SCOPE_FLAG_PREFIX, exec->argv))
		return FIT_ARGV;
	if (exec->steered && limits_words(scope))
		return FIT_STEERED;
	return is_turned(scope, exec) ? FIT_ENVIRON : FIT_FULL;
}

/* A rule for the name binds it: then no path token starts the program. */
static bool is_bound_in(const struct rvm_index *index, const struct rvm_name *name)
{
	u32 at;

	if (!index)
		return false;
	for (at = rvm_index_program(index, name); at != RVM_CHAIN_END;
	     at = READ_ONCE(index->next[at]))
		if (rvm_scope_has_word(index->core[at]->scope, name))
			return true;
	return false;
}

static bool is_bound(const struct search *s, const struct rvm_name *name)
{
	return is_bound_in(s->part->tokens, name) || is_bound_in(s->part->grants, name);
}

/* Rules of every name for the file; the name itself is judged in the next round. */
static void search_file(struct search *s)
{
	const struct rvm_index *index = s->index;
	u32 at;

	for (at = rvm_index_file(index, s->req->exec.program);
	     at != RVM_CHAIN_END && !rvm_is_stopped(&s->part->stop);
	     at = READ_ONCE(index->keyed_next[at]))
		if (rvm_scope_names_program(index->core[at]->scope))
			weigh(s, at, fit_program(index->core[at]->scope, &s->req->exec));
}

static void search_program(struct search *s)
{
	const struct rvm_exec_object *exec = &s->req->exec;
	const struct rvm_index *index = s->index;
	u32 at;

	if (!exec->argv && !exec->base.len)
		search_file(s);
	for (at = rvm_index_program(index, &exec->base);
	     at != RVM_CHAIN_END && !rvm_is_stopped(&s->part->stop);
	     at = READ_ONCE(index->next[at]))
		if (rvm_scope_has_word(index->core[at]->scope, &exec->base))
			weigh(s, at, fit_program(index->core[at]->scope, exec));
	for (at = index->head[RVM_CLASS_EXEC]; at != RVM_CHAIN_END;
	     at = READ_ONCE(index->next[at])) {
		const struct rvm_scope *scope = index->core[at]->scope;

		if (scope->flags & RVM_SCOPE_FLAG_ANY_PROGRAM && !scope->len)
			weigh(s, at, FIT_FULL);
	}
	if (!is_bound(s, &exec->base) && !is_bound(s, rvm_path_leaf(&exec->path)))
		search_place(s, &exec->path, RVM_CLASS_PATH, exec->path.special);
}

/* Is only the naming missing: would the scope cover the address as a range of one host? */
static bool lacks_naming(const struct rvm_scope *scope, const struct rvm_request *req)
{
	struct rvm_addr_range host = scope->range;

	if (!rvm_request_needs_naming(req) || !rvm_addr_is_within(&scope->range, &req->net.addr))
		return false;
	memcpy(host.bytes, req->net.addr.bytes, sizeof(host.bytes));
	host.prefix_len = 128;
	return rvm_addr_covers(&host, &req->net.addr, req->net.protocol, req->net.local);
}

static enum fit fit_peer(const struct rvm_scope *scope, const struct rvm_request *req)
{
	const struct rvm_net_object *net = &req->net;

	if (net->family)
		return !net->path.visible && rvm_scope_is_abstract(scope, &net->name) ? FIT_FULL :
											FIT_NONE;
	if (scope->family)
		return FIT_NONE;
	if (rvm_addr_covers(&scope->range, &net->addr, net->protocol, net->local) &&
	    !(scope->flags & RVM_SCOPE_FLAG_UNNAMED && rvm_request_needs_naming(req)))
		return FIT_FULL;
	return lacks_naming(scope, req) ? FIT_SPECIAL : FIT_NONE;
}

static void search_peer(struct search *s)
{
	const struct rvm_index *index = s->index;
	u32 at;

	for (at = index->head[RVM_CLASS_NET]; at != RVM_CHAIN_END; at = READ_ONCE(index->next[at]))
		weigh(s, at, fit_peer(index->core[at]->scope, s->req));
	if (s->req->net.family)
		search_place(s, &s->req->net.path, RVM_CLASS_NET, true);
}

static void search_name(struct search *s, u8 class)
{
	const struct rvm_index *index = s->index;
	u32 at;

	for (at = index->head[class]; at != RVM_CHAIN_END; at = READ_ONCE(index->next[at]))
		weigh(s, at,
		      rvm_scope_covers_name(index->core[at]->scope, &s->req->name) ? FIT_FULL :
										     FIT_NONE);
}

/* "*" covers everything that does not need naming. */
static enum fit fit_any(const struct rvm_request *req)
{
	static const struct rvm_addr_range everywhere = { .port_last = U16_MAX };

	switch (req->class) {
	case RVM_CLASS_PATH:
		if (req->path.special)
			return FIT_SPECIAL;
		return is_start(req) ? FIT_NO_START : FIT_FULL;
	case RVM_CLASS_NET:
		if (rvm_request_needs_naming(req))
			return FIT_SPECIAL;
		return rvm_addr_covers(&everywhere, &req->net.addr, req->net.protocol, false) ?
			       FIT_FULL :
			       FIT_NONE;
	case RVM_CLASS_TOOL:
	case RVM_CLASS_NAME:
		return FIT_FULL;
	default:
		return FIT_NONE;
	}
}

static void search_any(struct search *s)
{
	const struct rvm_index *index = s->index;
	enum fit fit = fit_any(s->req);
	u32 at;

	for (at = index->head[RVM_CLASS_ANY]; at != RVM_CHAIN_END; at = READ_ONCE(index->next[at]))
		weigh(s, at, rvm_token_is_root(index->core[at]) ? FIT_FULL : fit);
}

static void search_tokens(struct search *s)
{
	switch (s->req->class) {
	case RVM_CLASS_PATH:
		search_place(s, &s->req->path, RVM_CLASS_PATH, s->req->path.special);
		break;
	case RVM_CLASS_EXEC:
		search_program(s);
		break;
	case RVM_CLASS_NET:
		search_peer(s);
		break;
	case RVM_CLASS_TOOL:
	case RVM_CLASS_NAME:
		search_name(s, s->req->class);
		search_name(s, RVM_CLASS_SELF);
		break;
	case RVM_CLASS_SYS:
		break;
	default:
		return;
	}
	search_any(s);
}

static void search_index(struct search *s, const struct rvm_index *index)
{
	s->index = index;
	if (index && !s->best)
		search_tokens(s);
}

void rvm_search_tokens(const struct rvm_partition_view *part, const struct rvm_request *req,
		       s64 now, bool above, struct rvm_verdict *v)
{
	struct search s = {
		.part = part,
		.req = req,
		.now = now,
		.above = above,
		.rank = U8_MAX,
		.reason = RVM_REASON_NO_TOKEN,
		.missing = req->need,
	};

	search_index(&s, part->tokens);
	search_index(&s, part->grants);
	if (s.best) {
		v->allow = true;
		v->token = s.best;
		v->single_use = rvm_token_is_single_use(s.best);
		v->tier = v->token->tier;
		v->words = rvm_scope_names_program(v->token->scope) &&
			   limits_words(v->token->scope);
		v->opens = (struct rvm_lineages){ part->table, v->token->opens };
		v->until = rvm_token_end(v->token);
		return;
	}
	v->reason = s.reason;
	v->missing = s.missing;
	v->token = s.miss;
}
