/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random tables and questions, and a judge without an index: for each token, at
 * each level, say what it lacks; the least decides.  Who includes this defines
 * draw(), a number below its argument.
 */
#ifndef RVM_JUDGE_MODEL_H
#define RVM_JUDGE_MODEL_H

#include <linux/string.h>
#include <stdlib.h>

#include "lib/claim.h"
#include "lib/judge.h"
#include "lib/rights.h"

static u32 draw(u32 n);

#define MODEL_TOKENS 12
#define MODEL_DEPTH 5
#define MODEL_NOW 1000

struct model_entry {
	struct rvm_token_core core;
	struct rvm_scope scope;
	struct rvm_glob glob;
};

struct model_table {
	struct model_entry entry[MODEL_TOKENS];
	const struct rvm_token_core *core[MODEL_TOKENS];
	u32 bucket[2 * MODEL_TOKENS];
	u32 next[MODEL_TOKENS];
	struct rvm_index index;
};

struct model_world {
	struct model_table tokens[2];
	struct model_table exclusions[2];
	/* [0] is asked, [1] above it. */
	struct rvm_partition_view part[2];
	struct rvm_token_core ancestor[3];
	struct rvm_path_view visible;
	struct rvm_path_view own;
	struct rvm_argv argv;
	struct rvm_request req;
};

/* Identities: nothing but addresses. */
static char model_ids[7];
#define MODEL_PICK(list) ((list)[draw(sizeof(list) / sizeof((list)[0]))])

static const char *const model_globs[] = {
	"", "**", "a", "*", "a/b", "**/b", "a/**", "b/*", "git", ".ENV", "?/a",
};
static const char *const model_names[] = { "a", "b", "git", ".env", "ls", "7" };

struct model_words {
	const char *text;
	u16 len;
};

#define WORDS(s)             \
	{                    \
		s, sizeof(s) \
	}
static const struct model_words model_patterns[] = {
	WORDS("git"), WORDS("git\0push"), WORDS("ls"), WORDS("./git\0a*"), WORDS("ls\0-l"),
};
static const struct model_words model_vectors[] = {
	WORDS("git"), WORDS("git\0push\0x"), WORDS("/bin/git\0push"), WORDS("ls\0-l"),
	WORDS("ls"),  WORDS("git\0ab"),	     WORDS("sh\0-c\0git"),    { "", 0 },
};
static const char *const model_programs[] = { "git", "ls", "sh", "a" };
static const char *const model_tools[] = {
	"mcp__x", "mcp__x__y", "mcp__x__y__z", "mcp__x__*", "Task", "T*", "*", "a/*", "a/b", "a",
};
static const char *const model_ranges[] = {
	"*",	    "10.0.0.0/8:1-9", "10.1.1.1:5", "127.0.0.0/8", "127.0.0.1:5",
	"[::]/0:5", "0.0.0.0/0",      "[::]/64",    "[fe80::]/10",
};
static const char *const model_hosts[] = {
	"10.1.1.1", "10.1.1.2", "127.0.0.1", "[::1]", "[fe80::1]", "9.9.9.9", "[2001::1]",
};
static const u16 model_protocols[] = { 6, 17, 1 };

static inline void model_path_scope(struct model_entry *e, bool exclusion)
{
	static const u32 flags[] = { RVM_SCOPE_FLAG_LOAD,
				     RVM_SCOPE_FLAG_RUN,
				     RVM_SCOPE_FLAG_PROC_OWN,
				     RVM_SCOPE_FLAG_LOST,
				     0,
				     0,
				     0,
				     0 };
	const char *glob = MODEL_PICK(model_globs);

	e->scope.flags = MODEL_PICK(flags);
	if (!draw(6))
		e->scope.flags |= RVM_SCOPE_FLAG_ALONE;
	if (exclusion && draw(2))
		e->scope.flags |= RVM_SCOPE_FLAG_NOCASE;
	e->scope.anchor = draw(12) ? &model_ids[draw(7)] : NULL;
	rvm_glob_parse(&e->glob, glob, strlen(glob), NULL);
	e->scope.glob = &e->glob;
}

static inline void model_exec_scope(struct model_entry *e)
{
	const struct model_words *words = &MODEL_PICK(model_patterns);

	if (!draw(6)) {
		e->scope.flags = RVM_SCOPE_FLAG_ANY_PROGRAM | RVM_SCOPE_FLAG_PREFIX;
		return;
	}
	e->scope.flags = draw(2) ? RVM_SCOPE_FLAG_PREFIX : 0;
	e->scope.anchor = &model_ids[draw(3)];
	if (!draw(6)) {
		e->scope.flags |= RVM_SCOPE_FLAG_UNRESOLVED;
		e->scope.anchor = NULL;
	}
	e->scope.text = words->text;
	e->scope.len = words->len;
}

static inline void model_net_scope(struct model_entry *e)
{
	const char *range = MODEL_PICK(model_ranges);

	if (draw(3)) {
		rvm_addr_parse_range(range, strlen(range), &e->scope.range, NULL);
		e->scope.range.protocol = draw(3) ? 0 : MODEL_PICK(model_protocols);
		return;
	}
	if (draw(3)) {
		model_path_scope(e, false);
		e->scope.flags = draw(6) ? 0 : RVM_SCOPE_FLAG_UNRESOLVED;
	} else {
		e->scope.text = MODEL_PICK(model_names);
		e->scope.len = strlen(e->scope.text);
	}
	e->scope.family = 1;
}

static inline void model_scope(struct model_entry *e, bool exclusion)
{
	memset(&e->scope, 0, sizeof(e->scope));
	/* Everything at once would leave nothing to find. */
	do
		e->scope.class = RVM_CLASS_ANY + draw(RVM_CLASS_NAME);
	while (e->scope.class == RVM_CLASS_ANY && draw(exclusion ? 8 : 3));
	switch (e->scope.class) {
	case RVM_CLASS_PATH:
		model_path_scope(e, exclusion);
		break;
	case RVM_CLASS_EXEC:
		model_exec_scope(e);
		break;
	case RVM_CLASS_NET:
		model_net_scope(e);
		break;
	case RVM_CLASS_TOOL:
	case RVM_CLASS_NAME:
		e->scope.text = MODEL_PICK(model_tools);
		e->scope.len = strlen(e->scope.text);
		break;
	default:
		break;
	}
}

static inline void model_token(struct model_world *w, struct model_entry *e, bool exclusion)
{
	struct rvm_token_core *core = &e->core;

	memset(core, 0, sizeof(*core));
	core->scope = &e->scope;
	core->rights = draw(3) ? 1 << draw(7) | 1 << draw(5) : draw(2) ? RVM_RIGHTS_ALL : 0x13;
	if (exclusion)
		return;
	core->epoch = draw(6) ? 3 : 2;
	core->tier = 1 + draw(3);
	core->flags = draw(8) ? 0 : 1 + draw(2);
	core->expires_at = draw(3) ? 0 : (s64)MODEL_NOW - 1 + draw(3);
	core->depth = draw(12) ? draw(4) : RVM_DEPTH_MAX + 1;
	core->parent = draw(2) ? &w->ancestor[draw(3)] : NULL;
}

static inline void model_table(struct model_world *w, struct model_table *t, bool exclusion)
{
	u32 count = draw(MODEL_TOKENS + 1), i;

	if (exclusion)
		count /= 4;
	for (i = 0; i < count; i++) {
		model_scope(&t->entry[i], exclusion);
		model_token(w, &t->entry[i], exclusion);
		t->core[i] = &t->entry[i].core;
	}
	t->index = (struct rvm_index){
		.count = count,
		/* Few buckets, so that chains mix. */
		.mask = draw(2) ? rvm_index_buckets(count) - 1 : 0,
		.core = t->core,
		.bucket = t->bucket,
		.next = t->next,
	};
	rvm_index_build(&t->index);
}

static inline void model_view(struct rvm_path_view *view)
{
	u16 i;

	view->depth = draw(MODEL_DEPTH + 1);
	for (i = 0; i <= view->depth; i++) {
		view->id[i] = &model_ids[draw(7)];
		if (i == view->depth)
			break;
		view->name[i].text = MODEL_PICK(model_names);
		view->name[i].len = strlen(view->name[i].text);
	}
	if (!draw(4))
		view->id[0] = NULL;
	view->folds = !draw(4);
	view->aliases = draw(6) ? 0 : draw(view->depth + 1);
}

static inline void model_object(struct model_world *w, struct rvm_path_object *path)
{
	model_view(&w->visible);
	model_view(&w->own);
	path->visible = &w->visible;
	path->own = draw(2) ? &w->own : NULL;
	path->special = !draw(5);
	path->proc_own = !draw(3);
}

static inline void model_name(struct rvm_name *name, const char *text)
{
	name->text = text;
	name->len = strlen(text);
}

static inline void model_exec(struct model_world *w, struct rvm_exec_object *exec)
{
	const struct model_words *words = &MODEL_PICK(model_vectors);
	u16 i;

	model_object(w, &exec->path);
	exec->program = &model_ids[draw(3)];
	model_name(&exec->base, MODEL_PICK(model_programs));
	w->argv =
		(struct rvm_argv){ .text = words->text, .len = words->len, .truncated = !draw(5) };
	for (i = 0; i < words->len; i++)
		w->argv.words += !words->text[i];
	exec->argv = draw(5) ? &w->argv : NULL;
	exec->turned = draw(3);
	if (!exec->argv && draw(2))
		exec->base.len = 0;
}

static inline void model_net(struct model_world *w, struct rvm_net_object *net)
{
	const char *host = MODEL_PICK(model_hosts);
	struct rvm_addr_range range;

	net->family = !draw(3);
	net->protocol = MODEL_PICK(model_protocols);
	rvm_addr_parse_range(host, strlen(host), &range, NULL);
	memcpy(net->addr.bytes, range.bytes, 16);
	net->addr.port = draw(12);
	net->local = !draw(4);
	net->own = !draw(8);
	if (!net->family)
		return;
	if (draw(3))
		model_object(w, &net->path);
	else
		model_name(&net->name, MODEL_PICK(model_names));
}

static inline void model_request(struct model_world *w)
{
	struct rvm_request *req = &w->req;

	memset(req, 0, sizeof(*req));
	req->class = RVM_CLASS_PATH + draw(RVM_CLASS_SYS - RVM_CLASS_PATH + 1);
	req->need = 1 << draw(5);
	if (!draw(4))
		req->need |= 1 << draw(7);
	req->tier = 1 + draw(3);
	req->load = draw(2);
	req->floor = !draw(8);
	switch (req->class) {
	case RVM_CLASS_PATH:
		model_object(w, &req->path);
		break;
	case RVM_CLASS_EXEC:
		req->need = RVM_RIGHT_EXECUTE;
		model_exec(w, &req->exec);
		break;
	case RVM_CLASS_NET:
		req->need = draw(2) ? RVM_RIGHT_EXECUTE : RVM_RIGHT_WRITE;
		model_net(w, &req->net);
		break;
	case RVM_CLASS_SYS:
		req->need = RVM_RIGHTS_ALL;
		break;
	default:
		model_name(&req->name, MODEL_PICK(model_tools));
	}
}

static inline void model_part(struct model_world *w, u32 i)
{
	struct rvm_partition_view *part = &w->part[i];

	memset(part, 0, sizeof(*part));
	model_table(w, &w->tokens[i], false);
	model_table(w, &w->exclusions[i], true);
	part->tokens = draw(12) ? &w->tokens[i].index : NULL;
	part->exclusions = draw(3) ? &w->exclusions[i].index : NULL;
	part->epoch = 3;
	part->state = draw(16) ? RVM_STATE_RUNNING : draw(5);
	part->mode = draw(3) ? RVM_MODE_ENFORCE + i * 2 : draw(3);
	part->flags = draw(16) ? 0 : 1 << draw(4);
}

static inline void model_draw(struct model_world *w)
{
	u32 i;

	for (i = 0; i < 3; i++) {
		w->ancestor[i] = (struct rvm_token_core){
			.rights = draw(2) ? RVM_RIGHTS_ALL : 0x13,
			.flags = draw(6) ? 0 : 1 + draw(2),
			.expires_at = draw(3) ? 0 : (s64)MODEL_NOW - 1 + draw(3),
			.depth = 2 - i,
			.parent = i < 2 ? &w->ancestor[i + 1] : NULL,
		};
	}
	model_part(w, 0);
	model_part(w, 1);
	w->part[0].parent = draw(2) ? &w->part[1] : NULL;
	model_request(w);
}

/*
 * The judge again, as plainly as it can be said.
 */

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

static inline bool model_excluded_place(const struct rvm_scope *s, const struct rvm_path_object *o,
					enum rvm_glob_match least)
{
	const struct rvm_path_view *views[2] = { o->visible, o->own };
	unsigned int i, level;

	for (i = 0; i < 2; i++)
		for (level = 0; views[i] && level <= views[i]->depth; level++)
			if (model_match(s, o, views[i], level, true) >= least)
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

static inline bool model_excludes(const struct rvm_token_core *x, const struct rvm_request *req)
{
	const struct rvm_scope *s = x->scope;
	u8 file = req->need | (req->need & RVM_RIGHT_EXECUTE ? RVM_RIGHT_READ : 0);

	if (req->class == RVM_CLASS_SYS)
		return false;
	if (s->class == RVM_CLASS_ANY)
		return x->rights & req->need;
	if (s->class == RVM_CLASS_PATH && req->class == RVM_CLASS_PATH)
		return x->rights & file && model_excluded_place(s, &req->path, RVM_GLOB_BELOW);
	if (s->class == RVM_CLASS_PATH && req->class == RVM_CLASS_EXEC)
		return x->rights & file && model_excluded_place(s, &req->exec.path, RVM_GLOB_BELOW);
	if (s->class == RVM_CLASS_PATH && req->class == RVM_CLASS_NET && req->net.family)
		return x->rights & file && model_excluded_place(s, &req->net.path, RVM_GLOB_BELOW);
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
		       rvm_addr_is_within(&s->range, &req->net.addr);
	if (!s->family)
		return false;
	return s->glob ? model_excluded_place(s, &req->net.path, RVM_GLOB_BELOW) :
			 model_is_abstract(s, &req->net);
}

static inline bool model_needs_naming(const struct rvm_request *req)
{
	if (req->class == RVM_CLASS_PATH)
		return req->path.special;
	return req->class == RVM_CLASS_NET &&
	       (req->net.family || req->net.local || rvm_addr_is_special(&req->net.addr));
}

/* What the token lacks if its scope is right; NO_TOKEN if it is as if it were not there. */
static inline u8 model_lacks(const struct rvm_partition_view *part, const struct rvm_token_core *t,
			     const struct rvm_request *req)
{
	const struct rvm_token_core *a, *child = t;

	if ((t->rights & req->need) != req->need)
		return RVM_REASON_RIGHTS;
	if (t->flags & RVM_TOKEN_F_EXPIRED || (t->expires_at && t->expires_at <= MODEL_NOW))
		return RVM_REASON_EXPIRED;
	if (t->epoch != part->epoch)
		return RVM_REASON_STALE;
	if (req->tier > t->tier || (t->tier >= 2 && t->depth > RVM_DEPTH_MAX))
		return RVM_REASON_TIER;
	for (a = t->parent; a && t->tier >= 2; child = a, a = a->parent) {
		if (a->flags & RVM_TOKEN_F_REVOKED)
			return RVM_REASON_NO_TOKEN;
		if (a->flags & RVM_TOKEN_F_EXPIRED || (a->expires_at && a->expires_at <= MODEL_NOW))
			return RVM_REASON_EXPIRED;
		if (t->tier == 3 && (child->rights & ~a->rights || a->depth >= child->depth))
			return RVM_REASON_TIER;
	}
	return RVM_REASON_NONE;
}

static inline u8 model_rank(u8 reason)
{
	static const u8 order[] = { RVM_REASON_NONE,   RVM_REASON_ENVIRON, RVM_REASON_ARGV,
				    RVM_REASON_RIGHTS, RVM_REASON_EXPIRED, RVM_REASON_STALE,
				    RVM_REASON_TIER,   RVM_REASON_SPECIAL, RVM_REASON_NO_TOKEN };
	u8 i = 0;

	while (order[i] != reason)
		i++;
	return i;
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
	if (special && !named)
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
		reason = model_place(part, t, req, o, level, special, start);
		if (model_rank(reason) < model_rank(best))
			best = reason;
	}
	return best;
}

static inline bool model_bound(const struct rvm_partition_view *part,
			       const struct rvm_exec_object *e)
{
	const struct rvm_path_view *v = e->path.visible;
	u32 i;

	for (i = 0; i < part->tokens->count; i++) {
		const struct rvm_scope *s = part->tokens->core[i]->scope;

		if (s->class != RVM_CLASS_EXEC || s->flags & RVM_SCOPE_FLAG_ANY_PROGRAM)
			continue;
		if (model_word_is(s, e->base.text, e->base.len) ||
		    (v->depth && model_word_is(s, v->name[0].text, v->name[0].len)))
			return true;
	}
	return false;
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
	/* One word and "any follow" is all that no variable can widen. */
	if (model_is_turned(s, e) && !(s->flags & RVM_SCOPE_FLAG_PREFIX &&
				       memchr(s->text, 0, s->len) == s->text + s->len - 1))
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
	if (rvm_addr_covers(&s->range, &net->addr, net->protocol, net->local))
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

static inline u8 model_reason(const struct rvm_partition_view *part, const struct rvm_token_core *t,
			      const struct rvm_request *req)
{
	if (t->flags & RVM_TOKEN_F_REVOKED)
		return RVM_REASON_NO_TOKEN;
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

/* By the tokens of one partition, as its mode and those above it have it. */
static inline struct rvm_verdict model_judge_one(const struct rvm_partition_view *part,
						 const struct rvm_request *req)
{
	struct rvm_verdict v = { .tier = req->tier, .reason = RVM_REASON_NO_TOKEN };
	const struct rvm_partition_view *p;
	u32 i;

	if (req->class == RVM_CLASS_NET && req->net.own)
		return (struct rvm_verdict){ .tier = req->tier, .allow = true };
	for (i = 0; part->tokens && i < part->tokens->count; i++) {
		u8 reason = model_reason(part, part->tokens->core[i], req);

		if (model_rank(reason) < model_rank(v.reason)) {
			v.reason = reason;
			v.token = part->tokens->core[i];
		}
	}
	if (v.reason == RVM_REASON_NONE) {
		v.allow = true;
		v.tier = v.token->tier;
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

static inline struct rvm_verdict model_judge(const struct rvm_partition_view *part,
					     const struct rvm_request *req)
{
	struct rvm_verdict v = { .tier = req->tier }, above;

	if (model_refused_first(part, req, &v))
		return v;
	v = model_judge_one(part, req);
	if (v.reason || !part->parent)
		return v;
	above = model_judge(part->parent, req);
	if (above.reason) {
		above.reason = RVM_REASON_ABOVE;
		return above;
	}
	return v;
}

static inline u8 model_path_rights(const struct rvm_partition_view *part,
				   const struct rvm_path_object *o)
{
	struct rvm_request req = { .class = RVM_CLASS_PATH, .load = true };
	u8 rights = 0;
	u32 i;

	req.path = *o;
	for (i = 0; part->tokens && i < part->tokens->count; i++)
		if (model_reason(part, part->tokens->core[i], &req) == RVM_REASON_NONE)
			rights |= part->tokens->core[i]->rights;
	return part->parent ? rights & model_path_rights(part->parent, o) : rights;
}

static inline bool model_excluded(const struct rvm_partition_view *part,
				  const struct rvm_path_object *o, u8 rights, bool below)
{
	enum rvm_glob_match least = below ? RVM_GLOB_ABOVE : RVM_GLOB_BELOW;
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
			     model_excluded_place(x->scope, o, least)))
				return true;
		}
	return false;
}

static inline bool model_agrees(const struct rvm_verdict *a, const struct rvm_verdict *b)
{
	return a->allow == b->allow && a->relaxed == b->relaxed && a->reason == b->reason &&
	       a->token == b->token && a->tier == b->tier;
}

#endif
