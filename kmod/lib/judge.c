// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one judgement.  Each class of question knows which tokens can be about
 * its object; what a token lacks besides is the same for all.
 */
#include <linux/bits.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "claim.h"
#include "judge.h"
#include "rights.h"

#define FAMILY_UNIX 1
/* Scopes that match nothing. */
#define NOWHERE (RVM_SCOPE_FLAG_UNRESOLVED | RVM_SCOPE_FLAG_LOST)

/*
 * The index: scopes with an anchor are found by it, programs by the base name
 * of their program word, because that is what a rule binds; the others by class.
 */

u32 rvm_index_buckets(u32 count)
{
	u32 buckets = 1;

	while (buckets < count && buckets < BIT(31))
		buckets <<= 1;
	return buckets;
}

static u32 hash_anchor(const void *anchor)
{
	return ((u64)(unsigned long)anchor * 0x9e3779b97f4a7c15ULL) >> 32;
}

static u32 hash_word(const char *word, size_t len)
{
	u32 hash = 2166136261u;

	while (len--)
		hash = (hash ^ (u8)*word++) * 16777619u;
	return hash;
}

static bool names_program(const struct rvm_scope *scope)
{
	return scope->class == RVM_CLASS_EXEC && scope->len &&
	       !(scope->flags & RVM_SCOPE_FLAG_ANY_PROGRAM);
}

static u32 *chain_of(struct rvm_index *index, const struct rvm_scope *scope)
{
	const void *anchor = scope->anchor;
	const char *word;
	size_t len;

	if (names_program(scope)) {
		len = strnlen(scope->text, scope->len);
		word = rvm_base_name(scope->text, &len);
		return &index->bucket[hash_word(word, len) & index->mask];
	}
	if (anchor && (scope->class == RVM_CLASS_PATH || scope->class == RVM_CLASS_NET))
		return &index->bucket[hash_anchor(anchor) & index->mask];
	return scope->class <= RVM_CLASS_SYS ? &index->head[scope->class] : NULL;
}

void rvm_index_build(struct rvm_index *index)
{
	u32 i, *chain;

	for (i = 0; i <= index->mask; i++)
		index->bucket[i] = RVM_CHAIN_END;
	for (i = 0; i <= RVM_CLASS_SYS; i++)
		index->head[i] = RVM_CHAIN_END;
	index->leaves = (struct rvm_leaf_set){};
	/* From the end: each chain rises. */
	for (i = index->count; i--;) {
		const struct rvm_scope *scope = index->core[i]->scope;

		if (scope->class == RVM_CLASS_PATH && scope->glob)
			rvm_leaf_set_add(&index->leaves, scope->glob);
		chain = chain_of(index, scope);
		index->next[i] = chain ? *chain : RVM_CHAIN_END;
		if (chain)
			*chain = i;
	}
}

/* Entries anchored at a place or above it, from the place upwards. */
struct climb {
	const struct rvm_index *index;
	const struct rvm_path_view *view;
	/* Where the last entry is anchored, and its index. */
	unsigned int level;
	u32 at;
	bool inside;
};

static const struct rvm_scope *climb_next(struct climb *climb)
{
	const struct rvm_index *index = climb->index;

	if (!index || !climb->view)
		return NULL;
	for (; climb->level <= climb->view->depth; climb->level++) {
		const void *id = climb->view->id[climb->level];

		climb->at = climb->inside ? index->next[climb->at] :
					    index->bucket[hash_anchor(id) & index->mask];
		climb->inside = true;
		/* What does not exist yet has no identity. */
		for (; id && climb->at != RVM_CHAIN_END; climb->at = index->next[climb->at]) {
			const struct rvm_scope *scope = index->core[climb->at]->scope;

			if (scope->anchor == id && scope->class != RVM_CLASS_EXEC)
				return scope;
		}
		climb->inside = false;
	}
	return NULL;
}

static enum rvm_glob_match match_place(const struct rvm_scope *scope,
				       const struct rvm_path_object *path,
				       const struct climb *climb)
{
	unsigned int depth = climb->level;

	if (scope->flags & NOWHERE || !scope->glob)
		return RVM_GLOB_NONE;
	if (scope->flags & RVM_SCOPE_FLAG_PROC_OWN) {
		/* The name below the anchor is the pid; the caller looked at it. */
		if (!path->proc_own || !depth)
			return RVM_GLOB_NONE;
		depth--;
	}
	return rvm_glob_match(scope->glob, climb->view->name, depth,
			      scope->flags & RVM_SCOPE_FLAG_NOCASE);
}

static bool is_root_token(const struct rvm_token_core *token)
{
	return token->scope->class == RVM_CLASS_ANY && token->rights == RVM_RIGHTS_ALL;
}

static bool is_same(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && (!a_len || !memcmp(a, b, a_len));
}

static bool has_word(const struct rvm_scope *scope, const struct rvm_name *name)
{
	return name->len && names_program(scope) &&
	       rvm_argv_match_program(scope->text, scope->len, name->text, name->len);
}

/* Exact; "x*" is what begins with x; "mcp__server" is each tool of the server. */
static bool covers_tool(const struct rvm_scope *scope, const struct rvm_name *name)
{
	size_t len = scope->len, i;

	if (is_same(scope->text, len, name->text, name->len))
		return true;
	if (len && scope->text[len - 1] == '*')
		return name->len >= len - 1 && !memcmp(scope->text, name->text, len - 1);
	if (len <= 5 || memcmp(scope->text, "mcp__", 5))
		return false;
	for (i = 5; i + 1 < len; i++)
		if (scope->text[i] == '_' && scope->text[i + 1] == '_')
			return false;
	return name->len > len + 2 && !memcmp(scope->text, name->text, len) &&
	       name->text[len] == '_' && name->text[len + 1] == '_';
}

static bool covers_name(const struct rvm_scope *scope, const struct rvm_request *req)
{
	if (scope->class == RVM_CLASS_SELF)
		return true;
	if (scope->class == RVM_CLASS_TOOL)
		return covers_tool(scope, &req->name);
	return rvm_name_covers(scope->text, scope->len, req->name.text, req->name.len);
}

static bool is_abstract(const struct rvm_scope *scope, const struct rvm_name *name)
{
	return scope->family == FAMILY_UNIX && !scope->glob && !(scope->flags & NOWHERE) &&
	       scope->len && is_same(scope->text, scope->len, name->text, name->len);
}

/* Objects that "*" and wide patterns never cover, and that no mode relaxes. */
static bool needs_naming(const struct rvm_request *req)
{
	if (req->class == RVM_CLASS_PATH)
		return req->path.special;
	if (req->class != RVM_CLASS_NET)
		return false;
	return req->net.family || req->net.local || rvm_addr_is_special(&req->net.addr);
}

/*
 * Exclusions: the first in index order of those that take any of the rights.
 */

static void find_lowest(u32 at, u32 *lowest)
{
	if (at < *lowest)
		*lowest = at;
}

static void exclude_place(const struct rvm_index *index, const struct rvm_path_object *path,
			  const struct rvm_path_view *view, u8 class, u8 rights,
			  enum rvm_glob_match least, u32 *lowest)
{
	struct climb climb = { .index = index, .view = view };
	const struct rvm_scope *scope;

	while ((scope = climb_next(&climb)))
		if (scope->class == class && index->core[climb.at]->rights & rights &&
		    match_place(scope, path, &climb) >= least)
			find_lowest(climb.at, lowest);
}

/* By the names that one sees and by those of the file system itself. */
static void exclude_object(const struct rvm_index *index, const struct rvm_path_object *path,
			   u8 class, u8 rights, enum rvm_glob_match least, u32 *lowest)
{
	exclude_place(index, path, path->visible, class, rights, least, lowest);
	exclude_place(index, path, path->own, class, rights, least, lowest);
}

static void exclude_class(const struct rvm_index *index, u8 class, u8 rights, u32 *lowest)
{
	u32 at;

	for (at = index->head[class]; at != RVM_CHAIN_END; at = index->next[at])
		if (index->core[at]->rights & rights) {
			find_lowest(at, lowest);
			return;
		}
}

static const struct rvm_name *file_name(const struct rvm_path_object *path)
{
	static const struct rvm_name none;

	return path->visible && path->visible->depth ? &path->visible->name[0] : &none;
}

/* A program goes by the name as typed, by its file's, by its first word, and by identity. */
static bool is_program(const struct rvm_scope *scope, const struct rvm_exec_object *exec)
{
	struct rvm_name first = {};

	if (exec->argv && exec->argv->len) {
		first.text = exec->argv->text;
		first.len = strnlen(first.text, exec->argv->len);
	}
	return (exec->program && scope->anchor == exec->program) || has_word(scope, &exec->base) ||
	       has_word(scope, file_name(&exec->path)) || has_word(scope, &first);
}

static bool excludes_program(const struct rvm_scope *scope, const struct rvm_exec_object *exec)
{
	bool prefix = scope->flags & RVM_SCOPE_FLAG_PREFIX;

	if (scope->flags & RVM_SCOPE_FLAG_ANY_PROGRAM)
		return true;
	if (!names_program(scope) || !is_program(scope, exec))
		return false;
	/* An interpreter's words are the kernel's: only a rule without words can mean it. */
	if (!exec->argv)
		return prefix && strnlen(scope->text, scope->len) + 1 >= scope->len;
	return rvm_argv_match_rest(scope->text, scope->len, prefix, exec->argv, true);
}

/* All of them: by identity an exclusion binds under other names too.  Execs are rare. */
static void exclude_program(const struct rvm_index *index, const struct rvm_request *req,
			    u32 *lowest)
{
	u32 at;

	for (at = 0; at < index->count; at++) {
		const struct rvm_token_core *core = index->core[at];

		if (core->scope->class == RVM_CLASS_EXEC && core->rights & req->need &&
		    excludes_program(core->scope, &req->exec)) {
			find_lowest(at, lowest);
			return;
		}
	}
}

static bool excludes_peer(const struct rvm_scope *scope, const struct rvm_net_object *net)
{
	if (net->family)
		return !net->path.visible && is_abstract(scope, &net->name);
	return !scope->family &&
	       (!scope->range.protocol || scope->range.protocol == net->protocol) &&
	       rvm_addr_is_within(&scope->range, &net->addr);
}

static void exclude_peer(const struct rvm_index *index, const struct rvm_request *req, u32 *lowest)
{
	u32 at;

	for (at = index->head[RVM_CLASS_NET]; at != RVM_CHAIN_END; at = index->next[at])
		if (index->core[at]->rights & req->need &&
		    excludes_peer(index->core[at]->scope, &req->net))
			find_lowest(at, lowest);
	exclude_object(index, &req->net.path, RVM_CLASS_NET, req->need, RVM_GLOB_BELOW, lowest);
}

static void exclude_name(const struct rvm_index *index, const struct rvm_request *req, u32 *lowest)
{
	u32 at;

	for (at = index->head[req->class]; at != RVM_CHAIN_END; at = index->next[at])
		if (index->core[at]->rights & req->need && covers_name(index->core[at]->scope, req))
			find_lowest(at, lowest);
	exclude_class(index, RVM_CLASS_SELF, req->need, lowest);
}

/* Running or loading a file reveals it, as talking to a socket uses it. */
static u8 rights_on_file(u8 need)
{
	return need & RVM_RIGHT_EXECUTE ? need | RVM_RIGHT_READ : need;
}

static u32 find_exclusion(const struct rvm_index *index, const struct rvm_request *req)
{
	u8 rights = rights_on_file(req->need);
	u32 lowest = RVM_CHAIN_END;

	switch (req->class) {
	case RVM_CLASS_PATH:
		exclude_object(index, &req->path, RVM_CLASS_PATH, rights, RVM_GLOB_BELOW, &lowest);
		break;
	case RVM_CLASS_EXEC:
		exclude_object(index, &req->exec.path, RVM_CLASS_PATH, rights, RVM_GLOB_BELOW,
			       &lowest);
		exclude_program(index, req, &lowest);
		break;
	case RVM_CLASS_NET:
		if (req->net.family)
			exclude_object(index, &req->net.path, RVM_CLASS_PATH, rights,
				       RVM_GLOB_BELOW, &lowest);
		exclude_peer(index, req, &lowest);
		break;
	case RVM_CLASS_TOOL:
	case RVM_CLASS_NAME:
		exclude_name(index, req, &lowest);
		break;
	default:
		return lowest;
	}
	exclude_class(index, RVM_CLASS_ANY, req->need, &lowest);
	return lowest;
}

static const struct rvm_token_core *excluded_by(const struct rvm_partition_view *part,
						const struct rvm_request *req)
{
	for (; part; part = part->parent) {
		u32 at = part->exclusions ? find_exclusion(part->exclusions, req) : RVM_CHAIN_END;

		if (at != RVM_CHAIN_END)
			return part->exclusions->core[at];
	}
	return NULL;
}

bool rvm_judge_excluded(const struct rvm_partition_view *part, const struct rvm_path_object *path,
			u8 rights, bool below)
{
	enum rvm_glob_match least = below ? RVM_GLOB_ABOVE : RVM_GLOB_BELOW;
	u32 lowest = RVM_CHAIN_END;

	rights = rights_on_file(rights);
	for (; part; part = part->parent) {
		if (!part->exclusions)
			continue;
		exclude_object(part->exclusions, path, RVM_CLASS_PATH, rights, least, &lowest);
		exclude_class(part->exclusions, RVM_CLASS_ANY, rights, &lowest);
	}
	return lowest != RVM_CHAIN_END;
}

/*
 * Tokens: how a scope meets the object, then what the token itself lacks.
 */

/**
 * enum fit - how the scope of a token meets the object
 * @FIT_NONE: It is about something else.
 * @FIT_SPECIAL: It would, if it named the object.
 * @FIT_ARGV: It names the program, but not with these words.
 * @FIT_ENVIRON: It does, but the environment can make other words of them.
 * @FIT_NO_START: It covers the file, but does not let it be started.
 * @FIT_FULL: It covers it.
 */
enum fit {
	FIT_NONE,
	FIT_SPECIAL,
	FIT_ARGV,
	FIT_ENVIRON,
	FIT_NO_START,
	FIT_FULL,
};

static bool is_expired(const struct rvm_token_core *token, s64 now)
{
	return token->flags & RVM_TOKEN_F_EXPIRED ||
	       (token->expires_at && token->expires_at <= now);
}

/* P2 looks at each ancestor, P3 also at what each passed on. */
static enum rvm_reason check_ancestors(const struct rvm_token_core *token, s64 now)
{
	const struct rvm_token_core *above;
	unsigned int steps = 0;
	bool deep = token->tier >= 3;

	if (token->depth > RVM_DEPTH_MAX)
		return RVM_REASON_TIER;
	for (; (above = token->parent); token = above) {
		if (above->flags & RVM_TOKEN_F_REVOKED)
			return RVM_REASON_NO_TOKEN;
		if (is_expired(above, now))
			return RVM_REASON_EXPIRED;
		if (steps++ == RVM_DEPTH_MAX)
			return RVM_REASON_TIER;
		if (deep && (!rvm_rights_cover(above->rights, token->rights) ||
			     above->depth >= token->depth))
			return RVM_REASON_TIER;
	}
	return RVM_REASON_NONE;
}

/* What a token whose scope covers the object lacks. */
static enum rvm_reason check_token(const struct rvm_partition_view *part,
				   const struct rvm_token_core *token, u8 need, u8 tier, s64 now)
{
	if (!rvm_rights_cover(token->rights, need))
		return RVM_REASON_RIGHTS;
	if (is_expired(token, now))
		return RVM_REASON_EXPIRED;
	if (token->epoch != part->epoch)
		return RVM_REASON_STALE;
	if (tier > token->tier)
		return RVM_REASON_TIER;
	return token->tier >= 2 ? check_ancestors(token, now) : RVM_REASON_NONE;
}

/* The search for the first sufficient token, and for the closest miss. */
struct search {
	const struct rvm_partition_view *part;
	const struct rvm_request *req;
	s64 now;
	/* Index of the first sufficient one so far. */
	u32 best;
	/* Index and rank of the closest miss so far. */
	u32 miss;
	u8 rank;
	enum rvm_reason reason;
	u8 missing;
};

/* Closest first; what is not listed is no miss but nothing. */
static u8 rank_of(enum rvm_reason reason)
{
	static const u8 order[] = { RVM_REASON_ENVIRON, RVM_REASON_ARGV,  RVM_REASON_RIGHTS,
				    RVM_REASON_EXPIRED, RVM_REASON_STALE, RVM_REASON_TIER,
				    RVM_REASON_SPECIAL };
	u8 i;

	for (i = 0; i < ARRAY_SIZE(order); i++)
		if (order[i] == reason)
			return i;
	return U8_MAX;
}

static void note_miss(struct search *s, u32 at, enum rvm_reason reason, u8 missing)
{
	u8 rank = rank_of(reason);

	if (rank > s->rank || (rank == s->rank && at >= s->miss))
		return;
	s->miss = at;
	s->rank = rank;
	s->reason = reason;
	s->missing = missing;
}

static void weigh(struct search *s, u32 at, enum fit fit)
{
	const struct rvm_token_core *token = s->part->tokens->core[at];
	u8 missing = s->req->need & ~token->rights;
	enum rvm_reason reason;

	if (fit == FIT_NONE || token->flags & RVM_TOKEN_F_REVOKED)
		return;
	if (fit == FIT_SPECIAL)
		reason = RVM_REASON_SPECIAL;
	else if (fit == FIT_ARGV)
		reason = RVM_REASON_ARGV;
	else if (fit == FIT_ENVIRON)
		reason = RVM_REASON_ENVIRON;
	else if (fit == FIT_NO_START)
		reason = RVM_REASON_RIGHTS;
	else
		reason = check_token(s->part, token, s->req->need, s->req->tier, s->now);
	if (fit == FIT_NO_START)
		missing |= RVM_RIGHT_EXECUTE;
	if (reason != RVM_REASON_NONE && reason != RVM_REASON_NO_TOKEN)
		note_miss(s, at, reason, missing);
	else if (reason == RVM_REASON_NONE && at < s->best)
		s->best = at;
}

static bool is_start(const struct rvm_request *req)
{
	if (req->class == RVM_CLASS_EXEC)
		return true;
	return req->class == RVM_CLASS_PATH && req->need & RVM_RIGHT_EXECUTE && !req->load;
}

/* The scope names the object itself. */
static bool is_named(const struct rvm_scope *scope, enum rvm_glob_match match)
{
	return match == RVM_GLOB_EXACT && scope->glob->literal;
}

static bool may_start(const struct rvm_scope *scope, enum rvm_glob_match match)
{
	if (scope->flags & RVM_SCOPE_FLAG_RUN)
		return true;
	return is_named(scope, match) && !(scope->flags & RVM_SCOPE_FLAG_LOAD);
}

static enum fit fit_place(const struct rvm_scope *scope, const struct rvm_path_object *path,
			  const struct climb *climb, bool special, bool start)
{
	enum rvm_glob_match match = match_place(scope, path, climb);

	if (match < RVM_GLOB_BELOW)
		return FIT_NONE;
	if (special && !is_named(scope, match))
		return FIT_SPECIAL;
	return start && !may_start(scope, match) ? FIT_NO_START : FIT_FULL;
}

static void search_place(struct search *s, const struct rvm_path_object *path, u8 class,
			 bool special)
{
	struct climb climb = { .index = s->part->tokens, .view = path->visible };
	const struct rvm_scope *scope;

	while ((scope = climb_next(&climb)))
		if (scope->class == class)
			weigh(s, climb.at,
			      fit_place(scope, path, &climb, special, is_start(s->req)));
}

/* With any words a program may run any code: then variables give nothing more. */
static bool limits_words(const struct rvm_scope *scope)
{
	return !(scope->flags & RVM_SCOPE_FLAG_PREFIX) ||
	       strnlen(scope->text, scope->len) + 1 < scope->len;
}

/* By the name that the rule has for it, whatever it is called by. */
static bool is_turned(const struct rvm_scope *scope, const struct rvm_exec_object *exec)
{
	size_t len = strnlen(scope->text, scope->len);
	const char *base = rvm_base_name(scope->text, &len);

	return rvm_environ_turns_program(exec->turned, base, len) && limits_words(scope);
}

static enum fit fit_program(const struct rvm_scope *scope, const struct rvm_exec_object *exec)
{
	if (scope->flags & NOWHERE || !exec->program || scope->anchor != exec->program)
		return FIT_NONE;
	if (exec->argv && !rvm_argv_match(scope->text, scope->len,
					  scope->flags & RVM_SCOPE_FLAG_PREFIX, exec->argv))
		return FIT_ARGV;
	return is_turned(scope, exec) ? FIT_ENVIRON : FIT_FULL;
}

static u32 program_chain(const struct rvm_index *index, const struct rvm_name *name)
{
	return index->bucket[hash_word(name->text, name->len) & index->mask];
}

/* A rule for the name binds: then no path token starts the program, whoever it came from. */
static bool is_bound(const struct rvm_index *index, const struct rvm_name *name)
{
	u32 at;

	for (at = program_chain(index, name); at != RVM_CHAIN_END; at = index->next[at])
		if (has_word(index->core[at]->scope, name))
			return true;
	return false;
}

/* By whatever name a rule has it; the name is judged in the round to come. */
static void search_file(struct search *s)
{
	const struct rvm_index *index = s->part->tokens;
	u32 at;

	for (at = 0; at < index->count; at++)
		if (names_program(index->core[at]->scope))
			weigh(s, at, fit_program(index->core[at]->scope, &s->req->exec));
}

static void search_program(struct search *s)
{
	const struct rvm_exec_object *exec = &s->req->exec;
	const struct rvm_index *index = s->part->tokens;
	u32 at;

	if (!exec->argv && !exec->base.len)
		search_file(s);
	for (at = program_chain(index, &exec->base); at != RVM_CHAIN_END; at = index->next[at])
		if (has_word(index->core[at]->scope, &exec->base))
			weigh(s, at, fit_program(index->core[at]->scope, exec));
	for (at = index->head[RVM_CLASS_EXEC]; at != RVM_CHAIN_END; at = index->next[at]) {
		const struct rvm_scope *scope = index->core[at]->scope;

		if (scope->flags & RVM_SCOPE_FLAG_ANY_PROGRAM && !scope->len)
			weigh(s, at, FIT_FULL);
	}
	if (!is_bound(index, &exec->base) && !is_bound(index, file_name(&exec->path)))
		search_place(s, &exec->path, RVM_CLASS_PATH, exec->path.special);
}

/* An address that was only not named: as a range of one host it would do. */
static bool lacks_naming(const struct rvm_scope *scope, const struct rvm_request *req)
{
	struct rvm_addr_range host = scope->range;

	if (!needs_naming(req) || !rvm_addr_is_within(&scope->range, &req->net.addr))
		return false;
	memcpy(host.bytes, req->net.addr.bytes, sizeof(host.bytes));
	host.prefix_len = 128;
	return rvm_addr_covers(&host, &req->net.addr, req->net.protocol, req->net.local);
}

static enum fit fit_peer(const struct rvm_scope *scope, const struct rvm_request *req)
{
	const struct rvm_net_object *net = &req->net;

	if (net->family)
		return !net->path.visible && is_abstract(scope, &net->name) ? FIT_FULL : FIT_NONE;
	if (scope->family)
		return FIT_NONE;
	if (rvm_addr_covers(&scope->range, &net->addr, net->protocol, net->local))
		return FIT_FULL;
	return lacks_naming(scope, req) ? FIT_SPECIAL : FIT_NONE;
}

static void search_peer(struct search *s)
{
	const struct rvm_index *index = s->part->tokens;
	u32 at;

	for (at = index->head[RVM_CLASS_NET]; at != RVM_CHAIN_END; at = index->next[at])
		weigh(s, at, fit_peer(index->core[at]->scope, s->req));
	if (s->req->net.family)
		search_place(s, &s->req->net.path, RVM_CLASS_NET, true);
}

static void search_name(struct search *s, u8 class)
{
	const struct rvm_index *index = s->part->tokens;
	u32 at;

	for (at = index->head[class]; at != RVM_CHAIN_END; at = index->next[at])
		weigh(s, at, covers_name(index->core[at]->scope, s->req) ? FIT_FULL : FIT_NONE);
}

/* "*": everything that does not need naming. */
static enum fit fit_any(const struct rvm_request *req)
{
	static const struct rvm_addr_range everywhere = { .port_last = U16_MAX };

	switch (req->class) {
	case RVM_CLASS_PATH:
		if (req->path.special)
			return FIT_SPECIAL;
		return is_start(req) ? FIT_NO_START : FIT_FULL;
	case RVM_CLASS_NET:
		if (needs_naming(req))
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
	const struct rvm_index *index = s->part->tokens;
	enum fit fit = fit_any(s->req);
	u32 at;

	for (at = index->head[RVM_CLASS_ANY]; at != RVM_CHAIN_END; at = index->next[at])
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

static void judge_tokens(const struct rvm_partition_view *part, const struct rvm_request *req,
			 s64 now, struct rvm_verdict *v)
{
	struct search s = {
		.part = part,
		.req = req,
		.now = now,
		.best = RVM_CHAIN_END,
		.miss = RVM_CHAIN_END,
		.rank = U8_MAX,
		.reason = RVM_REASON_NO_TOKEN,
		.missing = req->need,
	};

	if (part->tokens)
		search_tokens(&s);
	if (s.best != RVM_CHAIN_END) {
		v->allow = true;
		v->token = part->tokens->core[s.best];
		v->tier = v->token->tier;
		return;
	}
	v->reason = s.reason;
	v->missing = s.missing;
	if (s.miss != RVM_CHAIN_END)
		v->token = part->tokens->core[s.miss];
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

/* Only what a token could have allowed, and nothing that needs naming. */
static bool is_relaxed(const struct rvm_partition_view *part, const struct rvm_request *req)
{
	if (req->floor || needs_naming(req))
		return false;
	if (req->class != RVM_CLASS_PATH && req->class != RVM_CLASS_EXEC &&
	    req->class != RVM_CLASS_NET)
		return false;
	for (; part; part = part->parent)
		if (part->mode != RVM_MODE_PERMISSIVE && part->mode != RVM_MODE_LEARN)
			return false;
	return true;
}

struct rvm_verdict rvm_judge(const struct rvm_partition_view *part, const struct rvm_request *req,
			     s64 now)
{
	struct rvm_verdict v = { .tier = req->tier, .missing = req->need };

	v.reason = check_state(part);
	if (v.reason)
		return v;
	v.token = excluded_by(part, req);
	if (v.token) {
		v.reason = RVM_REASON_EXCLUDED;
		return v;
	}
	v.missing = 0;
	judge_tokens(part, req, now, &v);
	if (!v.allow && is_relaxed(part, req)) {
		v.allow = true;
		v.relaxed = true;
	}
	return v;
}

static u8 live_rights(const struct rvm_partition_view *part, u32 at, s64 now)
{
	const struct rvm_token_core *token = part->tokens->core[at];

	if (token->flags & RVM_TOKEN_F_REVOKED || check_token(part, token, 0, 0, now))
		return 0;
	return token->rights;
}

u8 rvm_judge_path_rights(const struct rvm_partition_view *part, const struct rvm_path_object *path,
			 s64 now)
{
	struct climb climb = { .index = part->tokens, .view = path->visible };
	const struct rvm_scope *scope;
	u8 rights = 0;
	u32 at;

	if (!part->tokens)
		return 0;
	while ((scope = climb_next(&climb)))
		if (scope->class == RVM_CLASS_PATH &&
		    fit_place(scope, path, &climb, path->special, false) == FIT_FULL)
			rights |= live_rights(part, climb.at, now);
	for (at = part->tokens->head[RVM_CLASS_ANY]; at != RVM_CHAIN_END;
	     at = part->tokens->next[at])
		if (!path->special || is_root_token(part->tokens->core[at]))
			rights |= live_rights(part, at, now);
	return rights;
}

const char *rvm_reason_text(enum rvm_reason reason)
{
	static const char *const text[] = {
		[RVM_REASON_NONE] = "a token allows it",
		[RVM_REASON_OUTSIDE] = "the caller is in no partition",
		[RVM_REASON_OWN] = "the object is the partition's own or harmless",
		[RVM_REASON_ENTRY] = "it is the entry command",
		[RVM_REASON_NO_TOKEN] = "no token covers it",
		[RVM_REASON_RIGHTS] = "the token that covers it lacks the right",
		[RVM_REASON_EXPIRED] = "the token that covers it has expired",
		[RVM_REASON_STALE] = "the token that covers it is from an older epoch",
		[RVM_REASON_TIER] = "the token that covers it does not reach the tier",
		[RVM_REASON_EXCLUDED] = "a deny rule or a built-in exclusion covers it",
		[RVM_REASON_STATE] = "the partition, or one above it, is not running",
		[RVM_REASON_FENCED] = "the partition, or one above it, is fenced",
		[RVM_REASON_UNREGISTERED] = "the task is in no partition of its own",
		[RVM_REASON_FLOOR] = "it is refused in every mode; only the root token covers it",
		[RVM_REASON_ARGV] = "a token names the program, but not with these words",
		[RVM_REASON_GAIN] = "the new name would give more than the old one",
		[RVM_REASON_SPECIAL] = "it needs a token that names it",
		[RVM_REASON_DETACHED] = "it cannot be reached from the root of its tree",
		[RVM_REASON_DEPTH] = "the path is too deep, or a name too long",
		[RVM_REASON_CONTEXT] = "it was asked where the caller cannot be known",
		[RVM_REASON_MEMORY] = "there was no memory to judge it",
		[RVM_REASON_ANONYMOUS] = "its code is in a file without a name",
		[RVM_REASON_FAMILY] = "no such socket family or protocol in a partition",
		[RVM_REASON_REFUSED] = "it is never allowed in a partition",
		[RVM_REASON_ENVIRON] = "a variable of its environment can make it run other code",
	};

	return reason < ARRAY_SIZE(text) ? text[reason] : "the reason is unknown";
}

const char *rvm_op_name(enum rvm_op op)
{
	/* clang-format off */
	static const char *const name[] = {
		[RVM_OP_NONE] = "none",
		[RVM_OP_OPEN] = "open",
		[RVM_OP_READ] = "read",
		[RVM_OP_WRITE] = "write",
		[RVM_OP_MAP] = "map",
		[RVM_OP_PROTECT] = "protect",
		[RVM_OP_IOCTL] = "ioctl",
		[RVM_OP_LOCK] = "lock",
		[RVM_OP_RECEIVE] = "receive",
		[RVM_OP_TRUNCATE] = "truncate",
		[RVM_OP_CREATE] = "create",
		[RVM_OP_MKDIR] = "mkdir",
		[RVM_OP_MKNOD] = "mknod",
		[RVM_OP_SYMLINK] = "symlink",
		[RVM_OP_LINK] = "link",
		[RVM_OP_UNLINK] = "unlink",
		[RVM_OP_RMDIR] = "rmdir",
		[RVM_OP_RENAME] = "rename",
		[RVM_OP_CHMOD] = "chmod",
		[RVM_OP_CHOWN] = "chown",
		[RVM_OP_UTIMES] = "utimes",
		[RVM_OP_XATTR] = "xattr",
		[RVM_OP_WATCH] = "watch",
		[RVM_OP_CHROOT] = "chroot",
		[RVM_OP_EXEC] = "exec",
		[RVM_OP_INTERP] = "interp",
		[RVM_OP_SOCKET] = "socket",
		[RVM_OP_CONNECT] = "connect",
		[RVM_OP_SEND] = "send",
		[RVM_OP_BIND] = "bind",
		[RVM_OP_LISTEN] = "listen",
		[RVM_OP_SETSOCKOPT] = "setsockopt",
		[RVM_OP_UNIX_CONNECT] = "unix-connect",
		[RVM_OP_UNIX_SEND] = "unix-send",
		[RVM_OP_SIGNAL] = "signal",
		[RVM_OP_PTRACE] = "ptrace",
		[RVM_OP_PRLIMIT] = "prlimit",
		[RVM_OP_SCHED] = "sched",
		[RVM_OP_CLONE_INTO] = "clone-into",
		[RVM_OP_CAPABLE] = "capable",
		[RVM_OP_MOUNT] = "mount",
		[RVM_OP_USERNS] = "userns",
		[RVM_OP_BPF] = "bpf",
		[RVM_OP_MODULE] = "module",
		[RVM_OP_PERF] = "perf",
		[RVM_OP_SETTIME] = "settime",
		[RVM_OP_SYSLOG] = "syslog",
		[RVM_OP_QUOTA] = "quota",
		[RVM_OP_KEY] = "key",
		[RVM_OP_IPC] = "ipc",
		[RVM_OP_IO_URING] = "io-uring",
		[RVM_OP_ENTER] = "enter",
		[RVM_OP_CHECK] = "check",
		[RVM_OP_PARTITION] = "partition",
		[RVM_OP_TABLE] = "table",
		[RVM_OP_HOOK] = "hook",
		[RVM_OP_WITNESS] = "witness",
	};
	/* clang-format on */

	return op < ARRAY_SIZE(name) ? name[op] : "unknown";
}
