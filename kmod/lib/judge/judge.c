// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one judgement.  Each class of question knows which tokens can be about its object;
 * the other checks of a token are the same for all.
 */
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "lib/judge/cover.h"
#include "lib/judge/exclusion.h"
#include "lib/judge/judge.h"
#include "lib/model/rights.h"
#include "lib/token/prove.h"

static bool is_root_token(const struct rvm_token_core *token)
{
	return rvm_scope_covers_all(token->scope, token->rights);
}

/*
 * Tokens: how a scope meets the object, then what the token itself lacks.
 */

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

static enum rvm_reason check_above(const struct rvm_token_core *token, s64 now)
{
	switch (rvm_prove_p2(token, now)) {
	case RVM_TOKEN_ERROR_NONE:
		break;
	case RVM_TOKEN_ERROR_REVOKED:
		return RVM_REASON_REVOKED;
	case RVM_TOKEN_ERROR_STALE_CAPABILITY:
		return RVM_REASON_EXPIRED;
	default:
		return RVM_REASON_TIER;
	}
	if (token->tier >= 3 && rvm_prove_p3(token, RVM_DEPTH_MAX))
		return RVM_REASON_CHAIN;
	return RVM_REASON_NONE;
}

/* What a token whose scope covers the object lacks. */
static enum rvm_reason check_token(const struct rvm_partition_view *part,
				   const struct rvm_token_core *token, u8 need, u8 tier, s64 now)
{
	if (!rvm_rights_cover(READ_ONCE(token->rights), need))
		return RVM_REASON_RIGHTS;
	switch (rvm_prove_p1(token, 0, part->epoch, now)) {
	case RVM_TOKEN_ERROR_NONE:
		break;
	case RVM_TOKEN_ERROR_REVOKED:
		return RVM_REASON_REVOKED;
	default:
		return rvm_token_is_expired(token, now) ? RVM_REASON_EXPIRED : RVM_REASON_STALE;
	}
	if (tier > token->tier)
		return RVM_REASON_TIER;
	return token->tier >= 2 ? check_above(token, now) : RVM_REASON_NONE;
}

static bool is_in_use(const struct rvm_token_core *token, const struct rvm_request *req)
{
	unsigned int i;

	for (i = 0; req && i < RVM_USING_MAX && req->using[i]; i++)
		if (req->using[i] == token->id)
			return true;
	return false;
}

/* Who opened something by it goes on using that. */
static bool is_open_by(const struct rvm_token_core *token, const struct rvm_request *req)
{
	if (!req || !req->process || req->process != READ_ONCE(token->used_by) ||
	    req->class != RVM_CLASS_PATH || !req->path.visible || !req->path.visible->id[0] ||
	    req->path.visible->id[0] != READ_ONCE(token->used_on))
		return false;
	switch (req->op) {
	case RVM_OP_READ:
	case RVM_OP_WRITE:
	case RVM_OP_MAP:
	case RVM_OP_IOCTL:
	case RVM_OP_LOCK:
		return true;
	default:
		return false;
	}
}

static bool is_gone(const struct rvm_token_core *token, const struct rvm_request *req)
{
	u8 flags = READ_ONCE(token->flags);

	return flags & RVM_TOKEN_FLAG_REVOKED ||
	       (flags & RVM_TOKEN_FLAG_USED && !is_in_use(token, req) && !is_open_by(token, req));
}

static bool is_single_use(const struct rvm_token_core *token)
{
	return token->flags & RVM_TOKEN_FLAG_SINGLE_USE;
}

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
	return is_gone(token, req) && (fit != FIT_FULL || missing);
}

/* Places may be in any order: the least counts, but one that is used up only as the last. */
static void note_best(struct search *s, u32 at)
{
	const struct rvm_token_core *token = s->index->core[at];

	if (s->best && is_single_use(s->best) == is_single_use(token) && at >= s->best_at)
		return;
	if (s->best && !is_single_use(s->best) && is_single_use(token))
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
	    (s->above && is_single_use(token)))
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
	else if (is_gone(token, s->req))
		reason = RVM_REASON_REVOKED;
	else
		reason = check_token(s->part, token, s->req->need, s->req->tier, s->now);
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
		weigh(s, at, is_root_token(index->core[at]) ? FIT_FULL : fit);
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

/* Until when both the token and those above it hold. */
static s64 end_of(const struct rvm_token_core *token)
{
	s64 end = S64_MAX;

	for (; token; token = token->parent)
		if (token->expires_at && token->expires_at < end)
			end = token->expires_at;
	return end;
}

static void search_index(struct search *s, const struct rvm_index *index)
{
	s->index = index;
	if (index && !s->best)
		search_tokens(s);
}

static void judge_tokens(const struct rvm_partition_view *part, const struct rvm_request *req,
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
		v->single_use = is_single_use(s.best);
		v->tier = v->token->tier;
		v->words = rvm_scope_names_program(v->token->scope) &&
			   limits_words(v->token->scope);
		v->opens = (struct rvm_lineages){ part->table, v->token->opens };
		v->until = end_of(v->token);
		return;
	}
	v->reason = s.reason;
	v->missing = s.missing;
	v->token = s.miss;
}

static enum rvm_reason check_state(const struct rvm_partition_view *part)
{
	for (; part; part = part->parent) {
		if (part->flags & RVM_PARTITION_FLAG_PEN)
			return RVM_REASON_UNREGISTERED;
		if (part->flags & RVM_PARTITION_FLAG_FENCED)
			return RVM_REASON_FENCED;
		if (part->state != RVM_STATE_RUNNING)
			return RVM_REASON_STATE;
	}
	return RVM_REASON_NONE;
}

/* A mode relaxes only what a token could have allowed, and nothing that needs naming. */
static bool is_relaxed(const struct rvm_partition_view *part, const struct rvm_request *req)
{
	if (req->floor || rvm_request_needs_naming(req))
		return false;
	if (req->class != RVM_CLASS_PATH && req->class != RVM_CLASS_EXEC &&
	    req->class != RVM_CLASS_NET)
		return false;
	for (; part; part = part->parent)
		if (part->mode != RVM_MODE_PERMISSIVE && part->mode != RVM_MODE_LEARN)
			return false;
	return true;
}

/*
 * A program whose row holds only within itself, such as a helper of git, was started from
 * elsewhere.  The row that is learned from this will open its lineage, so what the
 * program starts is judged now as it will be then.
 */
static struct rvm_lineages learned_lineages(const struct rvm_partition_view *part,
					    const struct rvm_verdict *v)
{
	if (part->mode != RVM_MODE_LEARN || v->reason != RVM_REASON_WITHIN || !v->token)
		return (struct rvm_lineages){};
	return (struct rvm_lineages){ part->table, v->token->opens };
}

/* @above: For a partition inside. */
static struct rvm_verdict judge_one(const struct rvm_partition_view *part,
				    const struct rvm_request *req, s64 now, bool above)
{
	struct rvm_verdict v = { .tier = req->tier, .until = S64_MAX };

	/* Traffic within the partition's own network reaches nobody else. */
	if (req->class == RVM_CLASS_NET && req->net.own) {
		v.allow = true;
		return v;
	}
	judge_tokens(part, req, now, above, &v);
	if (!v.allow && is_relaxed(part, req)) {
		v.allow = true;
		v.relaxed = true;
		v.opens = learned_lineages(part, &v);
	}
	return v;
}

/* Nobody holds more than the partition around it: each one above must allow it too. */
static void judge_above(const struct rvm_partition_view *part, const struct rvm_request *req,
			s64 now, struct rvm_verdict *v)
{
	struct rvm_verdict above;

	for (part = part->parent; part && v->allow; part = part->parent) {
		above = judge_one(part, req, now, true);
		if (v->until < above.until)
			above.until = v->until;
		v->until = above.until;
		v->words |= above.words && !v->relaxed;
		if (v->relaxed || (above.allow && !above.relaxed))
			continue;
		*v = above;
		v->reason = RVM_REASON_ABOVE;
	}
}

/* What is written below the name would end up elsewhere, out of reach of the exclusion. */
static bool leads_away(const struct rvm_partition_view *part, const struct rvm_request *req)
{
	return req->class == RVM_CLASS_PATH && req->op == RVM_OP_SYMLINK &&
	       rvm_exclusion_is_below(part, &req->path);
}

static struct rvm_verdict judge_running(const struct rvm_partition_view *part,
					const struct rvm_request *req, s64 now)
{
	struct rvm_verdict v = { .tier = req->tier, .missing = req->need, .until = S64_MAX };

	v.token = req->need & ~req->cleared ? rvm_exclusion_of(part, req) : NULL;
	if (v.token || leads_away(part, req)) {
		v.reason = RVM_REASON_EXCLUDED;
		return v;
	}
	v = judge_one(part, req, now, false);
	judge_above(part, req, now, &v);
	return v;
}

struct rvm_verdict rvm_judge(const struct rvm_partition_view *part, const struct rvm_request *req,
			     s64 now)
{
	struct rvm_verdict v = { .tier = req->tier, .missing = req->need, .until = S64_MAX };
	struct rvm_verdict found;

	v.reason = check_state(part);
	if (v.reason)
		return v;
	if (!req->need && req->class != RVM_CLASS_NONE) {
		v.allow = true;
		v.reason = RVM_REASON_OWN;
		return v;
	}
	found = judge_running(part, req, now);
	if (!rvm_is_stopped(&part->stop))
		return found;
	v.reason = RVM_REASON_FENCED;
	return v;
}

u8 rvm_judge_cleared(const struct rvm_partition_view *part, const struct rvm_request *req)
{
	/* A stopped partition is denied before any search. */
	return check_state(part) || rvm_exclusion_of(part, req) ? 0 : req->need;
}

u8 rvm_judge_live_rights(const struct rvm_partition_view *part, const struct rvm_token_core *token,
			 s64 now)
{
	return is_gone(token, NULL) || check_token(part, token, 0, 0, now) ?
		       0 :
		       READ_ONCE(token->rights);
}

/* What tokens give on a path, all together. */
struct given {
	const struct rvm_partition_view *part;
	s64 now;
	/* Tokens for one use count. */
	bool once;
	/* When the first of them expires; of one for one use nobody knows. */
	s64 until;
	u8 rights;
};

static void add_token(struct given *g, const struct rvm_token_core *token)
{
	bool once = is_single_use(token);
	s64 end = once ? 0 : end_of(token);
	u8 rights = once && !g->once ? 0 : rvm_judge_live_rights(g->part, token, g->now);

	if (rights && end < g->until)
		g->until = end;
	g->rights |= rights;
}

static void add_index(struct given *g, const struct rvm_index *index,
		      const struct rvm_path_object *path)
{
	struct rvm_climb climb = {
		.stop = g->part->stop,
		.index = index,
		.view = path->visible,
		.match = true,
	};
	const struct rvm_scope *scope;
	u32 at;

	if (!index)
		return;
	while ((scope = rvm_climb_next(&climb)))
		if (scope->class == RVM_CLASS_PATH &&
		    fit_place(scope, path, &climb, path->special, false) == FIT_FULL)
			add_token(g, index->core[climb.at]);
	for (at = index->head[RVM_CLASS_ANY]; at != RVM_CHAIN_END; at = READ_ONCE(index->next[at]))
		if (!path->special || is_root_token(index->core[at]))
			add_token(g, index->core[at]);
}

/* @once: Tokens for one use count, of the partition itself. */
static u8 path_rights(const struct rvm_partition_view *part, const struct rvm_path_object *path,
		      s64 now, bool once, s64 *until)
{
	u8 rights = RVM_RIGHTS_ALL;

	for (; part; part = part->parent, once = false) {
		struct given g = { .part = part, .now = now, .once = once, .until = *until };

		add_index(&g, part->tokens, path);
		add_index(&g, part->grants, path);
		rights &= g.rights;
		*until = g.until;
	}
	return rights;
}

u8 rvm_judge_path_rights_until(const struct rvm_partition_view *part,
			       const struct rvm_path_object *path, s64 now, s64 *until)
{
	return path_rights(part, path, now, true, until);
}

u8 rvm_judge_path_rights(const struct rvm_partition_view *part, const struct rvm_path_object *path,
			 s64 now)
{
	s64 until = S64_MAX;

	return path_rights(part, path, now, true, &until);
}

u8 rvm_judge_lasting_rights(const struct rvm_partition_view *part,
			    const struct rvm_path_object *path, s64 now)
{
	s64 until = S64_MAX;

	return path_rights(part, path, now, false, &until);
}
