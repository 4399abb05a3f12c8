/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The judge again, without an index and as plain as possible: for each token, at each
 * level, what it lacks; the least decides.
 */
#ifndef RVM_JUDGE_MODEL_H
#define RVM_JUDGE_MODEL_H

#include "lib/judge_draw.h"

static inline bool model_root(const struct rvm_token_core *t)
{
	return t->scope->class == RVM_CLASS_ANY && t->rights == 0x7f;
}

static inline bool model_nowhere(const struct rvm_scope *s)
{
	return s->flags & (RVM_SCOPE_FLAG_UNRESOLVED | RVM_SCOPE_FLAG_LOST);
}

static inline enum rvm_glob_match model_match(const struct rvm_scope *s,
					      const struct rvm_path_object *o,
					      const struct rvm_path_view *v, unsigned int level,
					      bool exclusion)
{
	bool proc = s->flags & RVM_SCOPE_FLAG_PROC_OWN;
	enum rvm_glob_match match;

	if (!v->id[level] || s->anchor != v->id[level] || model_nowhere(s))
		return RVM_GLOB_NONE;
	if (exclusion && v->aliases && level >= v->aliases)
		return RVM_GLOB_EXACT;
	if (proc && (!o->proc_own || level == 0))
		return RVM_GLOB_NONE;
	match = rvm_glob_match(s->glob, v->name, proc ? level - 1 : level,
			       s->flags & RVM_SCOPE_FLAG_NOCASE || (exclusion && v->folds));
	return s->flags & RVM_SCOPE_FLAG_ALONE && match < RVM_GLOB_EXACT &&
			       match != RVM_GLOB_ABOVE ?
		       RVM_GLOB_NONE :
		       match;
}

static inline bool model_excluded_place(const struct rvm_scope *s, const struct rvm_path_object *o)
{
	const struct rvm_path_view *views[2] = { o->visible, o->own };
	unsigned int i, level;

	for (i = 0; i < 2; i++)
		for (level = 0; views[i] && level <= views[i]->depth; level++)
			if (model_match(s, o, views[i], level, true) >= RVM_GLOB_BELOW)
				return true;
	return false;
}

static inline bool model_word_is(const struct rvm_scope *s, const char *text, size_t len)
{
	const char *slash = strrchr(s->text, '/'), *word = slash ? slash + 1 : s->text;
	size_t i;

	for (i = len; i--;)
		if (text[i] == '/') {
			text += i + 1;
			len -= i + 1;
			break;
		}
	return strlen(word) == len && !memcmp(word, text, len);
}

static inline bool model_excludes_exec(const struct rvm_scope *s, const struct rvm_exec_object *e)
{
	const struct rvm_path_view *v = e->path.visible;
	bool named, prefix = s->flags & RVM_SCOPE_FLAG_PREFIX;

	if (s->flags & RVM_SCOPE_FLAG_ANY_PROGRAM)
		return true;
	named = (s->anchor && s->anchor == e->program) ||
		model_word_is(s, e->base.text, e->base.len) ||
		(v->depth && model_word_is(s, v->name[0].text, v->name[0].len)) ||
		(e->argv && e->argv->len && model_word_is(s, e->argv->text, strlen(e->argv->text)));
	if (!named)
		return false;
	if (!e->argv)
		return prefix && s->len == strlen(s->text) + 1;
	return rvm_argv_match_rest(s->text, s->len, prefix, e->argv, true);
}

static inline bool model_is_abstract(const struct rvm_scope *s, const struct rvm_net_object *net)
{
	return s->family && !s->glob && !net->path.visible && s->len == net->name.len &&
	       !memcmp(s->text, net->name.text, s->len);
}

static inline bool model_tool(const struct rvm_scope *s, const struct rvm_name *name)
{
	char rule[64], text[64];
	char *star;

	memcpy(rule, s->text, s->len);
	rule[s->len] = '\0';
	memcpy(text, name->text, name->len);
	text[name->len] = '\0';
	if (!strcmp(rule, text))
		return true;
	star = strchr(rule, '*');
	if (star && !star[1])
		return !strncmp(rule, text, strlen(rule) - 1);
	if (strncmp(rule, "mcp__", 5) || strstr(rule + 5, "__"))
		return false;
	strcat(rule, "__");
	return !strncmp(text, rule, strlen(rule)) && strlen(text) > strlen(rule);
}

static inline bool model_name_fits(const struct rvm_scope *s, const struct rvm_request *req)
{
	if (s->class != req->class)
		return s->class == RVM_CLASS_SELF;
	if (s->class == RVM_CLASS_TOOL)
		return model_tool(s, &req->name);
	return rvm_name_covers(s->text, s->len, req->name.text, req->name.len);
}

static inline bool model_excludes_addr(const struct rvm_addr_range *range,
				       const struct rvm_addr *addr)
{
	struct rvm_addr inner;

	if (rvm_addr_inner(addr, &inner) && rvm_addr_is_within(range, &inner))
		return true;
	return rvm_addr_is_within(range, addr);
}

static inline bool model_excludes(const struct rvm_token_core *x, const struct rvm_request *req)
{
	const struct rvm_scope *s = x->scope;
	u8 file = req->need | (req->need & RVM_RIGHT_EXECUTE ? RVM_RIGHT_READ : 0);

	if (req->class == RVM_CLASS_SYS)
		return false;
	if (s->class == RVM_CLASS_ANY)
		return x->rights & req->need;
	if (s->class == RVM_CLASS_PATH && req->class == RVM_CLASS_PATH)
		return x->rights & file && model_excluded_place(s, &req->path);
	if (s->class == RVM_CLASS_PATH && req->class == RVM_CLASS_EXEC)
		return x->rights & file && model_excluded_place(s, &req->exec.path);
	if (s->class == RVM_CLASS_PATH && req->class == RVM_CLASS_NET && req->net.family)
		return x->rights & file && model_excluded_place(s, &req->net.path);
	if (!(x->rights & req->need))
		return false;
	if (req->class == RVM_CLASS_TOOL || req->class == RVM_CLASS_NAME)
		return model_name_fits(s, req);
	if (s->class != req->class)
		return false;
	if (req->class == RVM_CLASS_EXEC)
		return model_excludes_exec(s, &req->exec);
	if (!req->net.family)
		return !s->family &&
		       (!s->range.protocol || s->range.protocol == req->net.protocol) &&
		       model_excludes_addr(&s->range, &req->net.addr);
	if (!s->family)
		return false;
	return s->glob ? model_excluded_place(s, &req->net.path) : model_is_abstract(s, &req->net);
}

static inline bool model_needs_naming(const struct rvm_request *req)
{
	if (req->class == RVM_CLASS_PATH)
		return req->path.special;
	return req->class == RVM_CLASS_NET &&
	       (req->net.family || req->net.local || rvm_addr_is_special(&req->net.addr));
}

static inline bool model_gone(const struct rvm_token_core *t)
{
	return t->flags & (RVM_TOKEN_FLAG_REVOKED | RVM_TOKEN_FLAG_USED);
}

/* Each step to the root, as P3 wants it. */
static inline bool model_is_sound(const struct rvm_token_core *t)
{
	const struct rvm_token_core *a = t->parent;

	if (t->rights != t->born && t->rights != (t->born & ~RVM_RIGHT_GRANT_ONCE))
		return false;
	if (t->seal != rvm_token_seal(t))
		return false;
	for (; a; t = a, a = a->parent)
		if (t->born & ~a->born || t->depth != a->depth + 1 ||
		    (t->owner == a->owner && t->epoch < a->epoch))
			return false;
	return t->depth == 0;
}

/* What the token lacks if its scope is right. */
static inline u8 model_lacks(const struct rvm_partition_view *part, const struct rvm_token_core *t,
			     const struct rvm_request *req)
{
	const struct rvm_token_core *a;

	if ((t->rights & req->need) != req->need)
		return RVM_REASON_RIGHTS;
	if (model_gone(t))
		return RVM_REASON_REVOKED;
	if (t->flags & RVM_TOKEN_FLAG_EXPIRED || (t->expires_at && t->expires_at <= MODEL_NOW))
		return RVM_REASON_EXPIRED;
	if (t->epoch != part->epoch)
		return RVM_REASON_STALE;
	if (req->tier > t->tier || (t->tier >= 2 && t->depth > RVM_DEPTH_MAX))
		return RVM_REASON_TIER;
	for (a = t->parent; a && t->tier >= 2; a = a->parent) {
		if (a->flags & RVM_TOKEN_FLAG_REVOKED)
			return RVM_REASON_REVOKED;
		if (a->flags & RVM_TOKEN_FLAG_EXPIRED ||
		    (a->expires_at && a->expires_at <= MODEL_NOW))
			return RVM_REASON_EXPIRED;
	}
	if (t->tier == 3 && !model_is_sound(t))
		return RVM_REASON_CHAIN;
	if (req->class == RVM_CLASS_EXEC && t->within &&
	    (req->exec.lineages.table != part->table || !(req->exec.lineages.set & t->within)))
		return RVM_REASON_WITHIN;
	return RVM_REASON_NONE;
}

static inline u8 model_rank(u8 reason)
{
	static const u8 order[] = { RVM_REASON_NONE,	RVM_REASON_WITHIN,  RVM_REASON_STEERED,
				    RVM_REASON_ENVIRON, RVM_REASON_ARGV,    RVM_REASON_RIGHTS,
				    RVM_REASON_EXPIRED, RVM_REASON_REVOKED, RVM_REASON_STALE,
				    RVM_REASON_TIER,	RVM_REASON_CHAIN,   RVM_REASON_SPECIAL,
				    RVM_REASON_NO_TOKEN };
	u8 i = 0;

	while (order[i] != reason)
		i++;
	return i;
}

/* What was taken back is none, but for one that would have done. */
static inline u8 model_absent(const struct rvm_token_core *t, u8 reason)
{
	return model_gone(t) && reason != RVM_REASON_REVOKED ? RVM_REASON_NO_TOKEN : reason;
}

/* At one level of the path. */
static inline u8 model_place(const struct rvm_partition_view *part, const struct rvm_token_core *t,
			     const struct rvm_request *req, const struct rvm_path_object *o,
			     unsigned int level, bool special, bool start)
{
	enum rvm_glob_match match = model_match(t->scope, o, o->visible, level, false);
	bool named = match == RVM_GLOB_EXACT && t->scope->glob->literal;

	if (match != RVM_GLOB_EXACT && match != RVM_GLOB_BELOW)
		return RVM_REASON_NO_TOKEN;
	if (special && (!named || t->scope->flags & RVM_SCOPE_FLAG_UNNAMED))
		return RVM_REASON_SPECIAL;
	if (start && !(t->scope->flags & RVM_SCOPE_FLAG_RUN) &&
	    !(named && !(t->scope->flags & RVM_SCOPE_FLAG_LOAD)))
		return RVM_REASON_RIGHTS;
	return model_lacks(part, t, req);
}

static inline u8 model_places(const struct rvm_partition_view *part, const struct rvm_token_core *t,
			      const struct rvm_request *req, const struct rvm_path_object *o,
			      bool special, bool start)
{
	u8 best = RVM_REASON_NO_TOKEN, reason;
	unsigned int level;

	for (level = 0; o->visible && level <= o->visible->depth; level++) {
		reason = model_absent(t, model_place(part, t, req, o, level, special, start));
		if (model_rank(reason) < model_rank(best))
			best = reason;
	}
	return best;
}

static inline bool model_bound_in(const struct rvm_index *tokens, const struct rvm_exec_object *e)
{
	const struct rvm_path_view *v = e->path.visible;
	u32 i;

	for (i = 0; tokens && i < tokens->count; i++) {
		const struct rvm_scope *s = tokens->core[i]->scope;

		if (s->class != RVM_CLASS_EXEC || s->flags & RVM_SCOPE_FLAG_ANY_PROGRAM)
			continue;
		if (model_word_is(s, e->base.text, e->base.len) ||
		    (v->depth && model_word_is(s, v->name[0].text, v->name[0].len)))
			return true;
	}
	return false;
}

static inline bool model_bound(const struct rvm_partition_view *part,
			       const struct rvm_exec_object *e)
{
	return model_bound_in(part->tokens, e) || model_bound_in(part->grants, e);
}

static inline bool model_is_turned(const struct rvm_scope *s, const struct rvm_exec_object *e)
{
	size_t len = strnlen(s->text, s->len);

	if (e->turned != RVM_ENVIRON_MAKE)
		return e->turned == RVM_ENVIRON_ANY;
	return len >= 4 && !memcmp(s->text + len - 4, "make", 4);
}

static inline u8 model_exec_token(const struct rvm_partition_view *part,
				  const struct rvm_token_core *t, const struct rvm_request *req)
{
	const struct rvm_exec_object *e = &req->exec;
	const struct rvm_scope *s = t->scope;

	if (s->class == RVM_CLASS_PATH)
		return model_bound(part, e) ?
			       RVM_REASON_NO_TOKEN :
			       model_places(part, t, req, &e->path, e->path.special, true);
	if (s->class != RVM_CLASS_EXEC)
		return RVM_REASON_NO_TOKEN;
	if (s->flags & RVM_SCOPE_FLAG_ANY_PROGRAM)
		return model_lacks(part, t, req);
	if (model_nowhere(s) || s->anchor != e->program ||
	    (!model_word_is(s, e->base.text, e->base.len) && (e->argv || e->base.len)))
		return RVM_REASON_NO_TOKEN;
	if (e->argv && !rvm_argv_match(s->text, s->len, s->flags & RVM_SCOPE_FLAG_PREFIX, e->argv))
		return RVM_REASON_ARGV;
	/* Only a pattern of one word that lets any arguments follow cannot be widened. */
	if (s->flags & RVM_SCOPE_FLAG_PREFIX && memchr(s->text, 0, s->len) == s->text + s->len - 1)
		return model_lacks(part, t, req);
	if (e->steered)
		return RVM_REASON_STEERED;
	if (model_is_turned(s, e))
		return RVM_REASON_ENVIRON;
	return model_lacks(part, t, req);
}

static inline u8 model_net_token(const struct rvm_partition_view *part,
				 const struct rvm_token_core *t, const struct rvm_request *req)
{
	const struct rvm_net_object *net = &req->net;
	const struct rvm_scope *s = t->scope;
	bool speaks;

	if (s->class != RVM_CLASS_NET || !!s->family != !!net->family)
		return RVM_REASON_NO_TOKEN;
	if (net->family && s->glob)
		return model_places(part, t, req, &net->path, true, false);
	if (net->family)
		return model_is_abstract(s, net) ? model_lacks(part, t, req) : RVM_REASON_NO_TOKEN;
	if (!(s->flags & RVM_SCOPE_FLAG_UNNAMED && model_needs_naming(req)) &&
	    rvm_addr_covers(&s->range, &net->addr, net->protocol, net->local))
		return model_lacks(part, t, req);
	speaks = s->range.protocol ? s->range.protocol == net->protocol : net->protocol != 1;
	if (model_needs_naming(req) && speaks && rvm_addr_is_within(&s->range, &net->addr))
		return RVM_REASON_SPECIAL;
	return RVM_REASON_NO_TOKEN;
}

static inline u8 model_any_token(const struct rvm_partition_view *part,
				 const struct rvm_token_core *t, const struct rvm_request *req)
{
	if (t->rights == 0x7f)
		return model_lacks(part, t, req);
	if (req->class == RVM_CLASS_EXEC || req->class == RVM_CLASS_SYS)
		return RVM_REASON_NO_TOKEN;
	if (model_needs_naming(req))
		return RVM_REASON_SPECIAL;
	if (req->class == RVM_CLASS_NET && req->net.protocol == 1)
		return RVM_REASON_NO_TOKEN;
	if (req->class == RVM_CLASS_PATH && req->need & RVM_RIGHT_EXECUTE && !req->load)
		return RVM_REASON_RIGHTS;
	return model_lacks(part, t, req);
}

static inline u8 model_scope_reason(const struct rvm_partition_view *part,
				    const struct rvm_token_core *t, const struct rvm_request *req)
{
	if (t->scope->class == RVM_CLASS_ANY)
		return model_any_token(part, t, req);
	switch (req->class) {
	case RVM_CLASS_PATH:
		return t->scope->class == RVM_CLASS_PATH ?
			       model_places(part, t, req, &req->path, req->path.special,
					    req->need & RVM_RIGHT_EXECUTE && !req->load) :
			       RVM_REASON_NO_TOKEN;
	case RVM_CLASS_EXEC:
		return model_exec_token(part, t, req);
	case RVM_CLASS_NET:
		return model_net_token(part, t, req);
	case RVM_CLASS_TOOL:
	case RVM_CLASS_NAME:
		return model_name_fits(t->scope, req) ? model_lacks(part, t, req) :
							RVM_REASON_NO_TOKEN;
	default:
		return RVM_REASON_NO_TOKEN;
	}
}

static inline u8 model_reason(const struct rvm_partition_view *part, const struct rvm_token_core *t,
			      const struct rvm_request *req, bool above)
{
	if (above && t->flags & RVM_TOKEN_FLAG_SINGLE_USE)
		return RVM_REASON_NO_TOKEN;
	return model_absent(t, model_scope_reason(part, t, req));
}

static inline bool model_refused_first(const struct rvm_partition_view *part,
				       const struct rvm_request *req, struct rvm_verdict *v)
{
	const struct rvm_partition_view *p;
	u32 i;

	for (p = part; p && !v->reason; p = p->parent)
		v->reason = p->flags & RVM_PARTITION_FLAG_PEN	 ? RVM_REASON_UNREGISTERED :
			    p->flags & RVM_PARTITION_FLAG_FENCED ? RVM_REASON_FENCED :
			    p->state != RVM_STATE_RUNNING	 ? RVM_REASON_STATE :
								   RVM_REASON_NONE;
	for (p = part; p && !v->reason; p = p->parent)
		for (i = 0; p->exclusions && i < p->exclusions->count && !v->reason; i++)
			if (model_excludes(p->exclusions->core[i], req)) {
				v->reason = RVM_REASON_EXCLUDED;
				v->token = p->exclusions->core[i];
			}
	return v->reason;
}

/* A program and more than its name, or nothing more than that and no end left open. */
static inline bool model_says_words(const struct rvm_scope *s)
{
	if (s->class != RVM_CLASS_EXEC || s->flags & RVM_SCOPE_FLAG_ANY_PROGRAM || !s->len)
		return false;
	return !(s->flags & RVM_SCOPE_FLAG_PREFIX) ||
	       memchr(s->text, 0, s->len) != s->text + s->len - 1;
}

static inline void model_look(const struct rvm_partition_view *part, const struct rvm_index *tokens,
			      const struct rvm_request *req, bool above, struct rvm_verdict *v)
{
	u32 i;

	for (i = 0; tokens && i < tokens->count; i++) {
		const struct rvm_token_core *t = tokens->core[i];
		u8 reason = model_reason(part, t, req, above);
		bool once = t->flags & RVM_TOKEN_FLAG_SINGLE_USE;

		if (model_rank(reason) < model_rank(v->reason) ||
		    (!reason && !v->reason && v->single_use && !once)) {
			v->reason = reason;
			v->token = t;
			v->single_use = !reason && once;
		}
	}
}

/* By the tokens of one partition, with its mode and the modes of those above. */
static inline struct rvm_verdict model_judge_one(const struct rvm_partition_view *part,
						 const struct rvm_request *req, bool above)
{
	struct rvm_verdict v = { .tier = req->tier, .reason = RVM_REASON_NO_TOKEN };
	const struct rvm_partition_view *p;

	if (req->class == RVM_CLASS_NET && req->net.own)
		return (struct rvm_verdict){ .tier = req->tier, .allow = true };
	model_look(part, part->tokens, req, above, &v);
	if (v.reason)
		model_look(part, part->grants, req, above, &v);
	if (v.reason == RVM_REASON_NONE) {
		v.allow = true;
		v.tier = v.token->tier;
		v.words = model_says_words(v.token->scope);
		return v;
	}
	if (req->floor || model_needs_naming(req) || req->class >= RVM_CLASS_TOOL)
		return v;
	for (p = part; p; p = p->parent)
		if (p->mode == RVM_MODE_ENFORCE)
			return v;
	v.allow = true;
	v.relaxed = true;
	return v;
}

static inline struct rvm_verdict model_judge_in(const struct rvm_partition_view *part,
						const struct rvm_request *req, bool above_it)
{
	struct rvm_verdict v = { .tier = req->tier }, above;

	if (model_refused_first(part, req, &v))
		return v;
	v = model_judge_one(part, req, above_it);
	if (v.reason || !part->parent)
		return v;
	above = model_judge_in(part->parent, req, true);
	if (above.reason) {
		above.reason = RVM_REASON_ABOVE;
		return above;
	}
	v.words |= above.words;
	return v;
}

static inline struct rvm_verdict model_judge(const struct rvm_partition_view *part,
					     const struct rvm_request *req)
{
	return model_judge_in(part, req, false);
}

static inline u8 model_rights_in(const struct rvm_partition_view *part,
				 const struct rvm_index *tokens, const struct rvm_path_object *o,
				 bool lasting)
{
	struct rvm_request req = { .class = RVM_CLASS_PATH, .load = true };
	u8 rights = 0;
	u32 i;

	req.path = *o;
	for (i = 0; tokens && i < tokens->count; i++)
		if (model_reason(part, tokens->core[i], &req, lasting) == RVM_REASON_NONE)
			rights |= tokens->core[i]->rights;
	return rights;
}

/* @lasting: Without those for one use, which never count for partitions inside. */
static inline u8 model_some_rights(const struct rvm_partition_view *part,
				   const struct rvm_path_object *o, bool lasting)
{
	u8 rights = model_rights_in(part, part->tokens, o, lasting) |
		    model_rights_in(part, part->grants, o, lasting);

	return part->parent ? rights & model_some_rights(part->parent, o, true) : rights;
}

static inline u8 model_path_rights(const struct rvm_partition_view *part,
				   const struct rvm_path_object *o)
{
	return model_some_rights(part, o, false);
}

static inline bool model_excluded(const struct rvm_partition_view *part,
				  const struct rvm_path_object *o, u8 rights)
{
	u32 i;

	if (rights & RVM_RIGHT_EXECUTE)
		rights |= RVM_RIGHT_READ;
	for (; part; part = part->parent)
		for (i = 0; part->exclusions && i < part->exclusions->count; i++) {
			const struct rvm_token_core *x = part->exclusions->core[i];

			if (!(x->rights & rights))
				continue;
			if (x->scope->class == RVM_CLASS_ANY ||
			    (x->scope->class == RVM_CLASS_PATH &&
			     model_excluded_place(x->scope, o)))
				return true;
		}
	return false;
}

static inline bool model_agrees(const struct rvm_verdict *a, const struct rvm_verdict *b)
{
	return a->allow == b->allow && a->relaxed == b->relaxed && a->reason == b->reason &&
	       a->token == b->token && a->tier == b->tier && a->words == b->words &&
	       a->single_use == b->single_use;
}

#endif
