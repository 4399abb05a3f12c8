// SPDX-License-Identifier: GPL-2.0-only
/*
 * The judge.
 */

#include <linux/errno.h>
#include <linux/string.h>

#include "claim.h"
#include "judge.h"
#include "rights.h"

/* The closest miss so far, better reasons first. */
static const u8 closeness[] = {
	[RVM_REASON_NO_TOKEN] = 1, [RVM_REASON_SPECIAL] = 2, [RVM_REASON_TIER] = 3,
	[RVM_REASON_STALE] = 4,	   [RVM_REASON_EXPIRED] = 5, [RVM_REASON_RIGHTS] = 6,
	[RVM_REASON_ARGV] = 7,
};

static u32 hash_anchor(const void *anchor)
{
	u64 x = (unsigned long)anchor;

	x *= 0x9e3779b97f4a7c15ULL;
	return x >> 32;
}

u32 rvm_index_buckets(u32 count)
{
	u32 n = 1;

	while (n < count && n < 0x10000)
		n <<= 1;
	return n;
}

static bool by_anchor(const struct rvm_scope *scope)
{
	return scope->class == RVM_CLASS_PATH || scope->class == RVM_CLASS_NET ||
	       scope->class == RVM_CLASS_EXEC ? scope->anchor != NULL : false;
}

void rvm_index_build(struct rvm_index *index)
{
	u32 i;

	for (i = 0; i <= index->mask; i++)
		index->bucket[i] = RVM_CHAIN_END;
	for (i = 0; i <= RVM_CLASS_SYS; i++)
		index->head[i] = RVM_CHAIN_END;
	/* From the back, so that each chain rises. */
	for (i = index->count; i--;) {
		const struct rvm_scope *scope = index->core[i]->scope;
		u32 *head = by_anchor(scope) ?
				    &index->bucket[hash_anchor(scope->anchor) & index->mask] :
				    &index->head[scope->class];

		index->next[i] = *head;
		*head = i;
	}
}

/* How a path scope meets a path at one of its levels. */
static enum rvm_glob_match match_at(const struct rvm_scope *scope,
				    const struct rvm_path_object *path,
				    const struct rvm_path_view *view, unsigned int level)
{
	bool nocase = scope->flags & RVM_SCOPE_FLAG_NOCASE;

	if (!scope->glob)
		return RVM_GLOB_NONE;
	if (scope->flags & RVM_SCOPE_FLAG_PROC_OWN) {
		if (!path->proc_own || !level)
			return RVM_GLOB_NONE;
		level--;
	}
	return rvm_glob_match(scope->glob, view->name, level, nocase);
}

static bool covers_path(const struct rvm_scope *scope, const struct rvm_path_object *path,
			const struct rvm_path_view *view, unsigned int level)
{
	enum rvm_glob_match match = match_at(scope, path, view, level);

	if (path->special)
		return match == RVM_GLOB_EXACT && scope->glob->literal;
	return match == RVM_GLOB_EXACT || match == RVM_GLOB_BELOW;
}

/* EXECUTE: may what the scope covers be started, not only mapped? */
static bool starts(const struct rvm_scope *scope, const struct rvm_path_object *path,
		   const struct rvm_path_view *view, unsigned int level)
{
	if (scope->flags & RVM_SCOPE_FLAG_RUN)
		return true;
	if (scope->flags & RVM_SCOPE_FLAG_LOAD)
		return false;
	return scope->glob->literal &&
	       match_at(scope, path, view, level) == RVM_GLOB_EXACT;
}

struct search {
	const struct rvm_partition_view *part;
	const struct rvm_request *req;
	s64 now;
	u32 best;
	struct rvm_verdict miss;
};

static void note_miss(struct search *s, const struct rvm_token_core *token, enum rvm_reason reason,
		      u8 missing)
{
	if (closeness[reason] <= closeness[s->miss.reason])
		return;
	s->miss.reason = reason;
	s->miss.missing = missing;
	s->miss.token = token;
}

static bool is_expired(const struct rvm_token_core *token, s64 now)
{
	return token->flags & RVM_TOKEN_F_EXPIRED ||
	       (token->expires_at && token->expires_at <= now);
}

/* P2: depth within the limit, nothing above ended. */
static bool holds_at_p2(const struct rvm_token_core *token, s64 now)
{
	unsigned int steps;

	if (token->depth > RVM_DEPTH_MAX)
		return false;
	for (steps = 0; token && steps <= RVM_DEPTH_MAX; steps++, token = token->parent)
		if (is_expired(token, now) || token->flags & RVM_TOKEN_F_REVOKED)
			return false;
	return !token;
}

/* Of a token that covers the object: is it good for the request? */
static bool is_sufficient(struct search *s, const struct rvm_token_core *token)
{
	u8 missing = s->req->need & ~token->rights;

	if (token->flags & RVM_TOKEN_F_REVOKED)
		return false;
	if (missing) {
		note_miss(s, token, RVM_REASON_RIGHTS, missing);
		return false;
	}
	if (is_expired(token, s->now)) {
		note_miss(s, token, RVM_REASON_EXPIRED, 0);
		return false;
	}
	if (token->epoch != s->part->epoch) {
		note_miss(s, token, RVM_REASON_STALE, 0);
		return false;
	}
	if (s->req->tier > token->tier) {
		note_miss(s, token, RVM_REASON_TIER, 0);
		return false;
	}
	if (token->tier >= 2 && !holds_at_p2(token, s->now)) {
		note_miss(s, token, RVM_REASON_EXPIRED, 0);
		return false;
	}
	return true;
}

/* Take the token if it is sufficient and before the best so far. */
static void consider(struct search *s, u32 i)
{
	if (i < s->best && is_sufficient(s, s->part->tokens->core[i]))
		s->best = i;
}

static const struct rvm_path_object *path_of(const struct rvm_request *req)
{
	switch (req->class) {
	case RVM_CLASS_PATH:
		return &req->path;
	case RVM_CLASS_EXEC:
		return req->exec.path.visible ? &req->exec.path : NULL;
	case RVM_CLASS_NET:
		return req->net.path.visible ? &req->net.path : NULL;
	default:
		return NULL;
	}
}

/* Does a PATH or unix scope, anchored at this level, answer the request? */
static bool answers(const struct search *s, const struct rvm_scope *scope,
		    const struct rvm_path_object *path, unsigned int level)
{
	const struct rvm_request *req = s->req;

	if (req->class == RVM_CLASS_NET) {
		enum rvm_glob_match match;

		if (scope->class != RVM_CLASS_NET)
			return false;
		match = match_at(scope, path, path->visible, level);
		return match == RVM_GLOB_EXACT || match == RVM_GLOB_BELOW;
	}
	if (scope->class != RVM_CLASS_PATH || !covers_path(scope, path, path->visible, level))
		return false;
	if (req->class == RVM_CLASS_PATH && (!(req->need & RVM_RIGHT_EXECUTE) || req->load))
		return true;
	return starts(scope, path, path->visible, level);
}

static void search_path(struct search *s, const struct rvm_path_object *path)
{
	const struct rvm_index *index = s->part->tokens;
	const struct rvm_path_view *view = path->visible;
	unsigned int level;
	u32 i;

	for (level = 0; level <= view->depth; level++) {
		const void *id = view->id[level];

		if (!id)
			continue;
		for (i = index->bucket[hash_anchor(id) & index->mask]; i != RVM_CHAIN_END;
		     i = index->next[i]) {
			const struct rvm_scope *scope = index->core[i]->scope;

			if (scope->anchor == id && answers(s, scope, path, level))
				consider(s, i);
		}
	}
}

static bool names_program(const struct rvm_scope *scope, const struct rvm_exec_object *exec)
{
	size_t len = strnlen(scope->text, scope->len);
	const char *word = rvm_base_name(scope->text, &len);

	return len == exec->base.len && !memcmp(word, exec->base.text, len);
}

static bool matches_words(const struct rvm_scope *scope, const struct rvm_exec_object *exec)
{
	return !exec->argv || rvm_argv_match(scope->text, scope->len,
					     scope->flags & RVM_SCOPE_FLAG_PREFIX, exec->argv);
}

/* Returns whether any argv rule names the program: then only such rules may start it. */
static bool search_exec(struct search *s, const struct rvm_exec_object *exec)
{
	const struct rvm_index *index = s->part->tokens;
	bool named = false;
	u32 i;

	for (i = index->bucket[hash_anchor(exec->program) & index->mask]; i != RVM_CHAIN_END;
	     i = index->next[i]) {
		const struct rvm_scope *scope = index->core[i]->scope;

		if (scope->class != RVM_CLASS_EXEC || scope->anchor != exec->program ||
		    !names_program(scope, exec))
			continue;
		named = true;
		if (matches_words(scope, exec))
			consider(s, i);
		else
			note_miss(s, index->core[i], RVM_REASON_ARGV, 0);
	}
	for (i = index->head[RVM_CLASS_EXEC]; i != RVM_CHAIN_END; i = index->next[i])
		if (index->core[i]->scope->flags & RVM_SCOPE_FLAG_ANY_PROGRAM)
			consider(s, i);
	return named;
}

static bool covers_abstract(const struct rvm_scope *scope, const struct rvm_net_object *net)
{
	return scope->family == net->family && !scope->anchor && scope->len == net->name.len &&
	       scope->len && !memcmp(scope->text, net->name.text, scope->len);
}

static void search_net(struct search *s, const struct rvm_net_object *net)
{
	const struct rvm_index *index = s->part->tokens;
	u32 i;

	for (i = index->head[RVM_CLASS_NET]; i != RVM_CHAIN_END; i = index->next[i]) {
		const struct rvm_scope *scope = index->core[i]->scope;

		if (scope->flags & (RVM_SCOPE_FLAG_UNRESOLVED | RVM_SCOPE_FLAG_LOST))
			continue;
		if (net->family ? covers_abstract(scope, net) :
				  !scope->family && rvm_addr_covers(&scope->range, &net->addr,
								    net->protocol, net->local))
			consider(s, i);
	}
}

/* Exact, a trailing "*" as a prefix, or the server alone for all its tools. */
static bool covers_tool(const struct rvm_scope *scope, const struct rvm_name *name)
{
	size_t len = scope->len;

	if (len && scope->text[len - 1] == '*')
		return name->len >= len - 1 && !memcmp(scope->text, name->text, len - 1);
	if (name->len < len || memcmp(scope->text, name->text, len))
		return false;
	if (name->len == len)
		return true;
	return len > 5 && !memcmp(scope->text, "mcp__", 5) && name->len > len + 2 &&
	       name->text[len] == '_' && name->text[len + 1] == '_';
}

static void search_name(struct search *s, const struct rvm_name *name, bool tool)
{
	const struct rvm_index *index = s->part->tokens;
	u32 i;

	for (i = index->head[tool ? RVM_CLASS_TOOL : RVM_CLASS_NAME]; i != RVM_CHAIN_END;
	     i = index->next[i]) {
		const struct rvm_scope *scope = index->core[i]->scope;

		if (tool ? covers_tool(scope, name) :
			   rvm_name_covers(scope->text, scope->len, name->text, name->len))
			consider(s, i);
	}
	for (i = index->head[RVM_CLASS_SELF]; i != RVM_CHAIN_END; i = index->next[i])
		consider(s, i);
}

/* What a token for everything covers without being the root token. */
static bool any_covers(const struct rvm_request *req)
{
	switch (req->class) {
	case RVM_CLASS_PATH:
		return !req->path.special && (!(req->need & RVM_RIGHT_EXECUTE) || req->load);
	case RVM_CLASS_NET:
		return !req->net.family && !req->net.local &&
		       !rvm_addr_is_special(&req->net.addr) &&
		       (req->net.protocol == 6 || req->net.protocol == 17);
	case RVM_CLASS_TOOL:
	case RVM_CLASS_NAME:
		return true;
	default:
		return false;
	}
}

static void search_any(struct search *s)
{
	const struct rvm_index *index = s->part->tokens;
	u32 i;

	for (i = index->head[RVM_CLASS_ANY]; i != RVM_CHAIN_END; i = index->next[i])
		if (index->core[i]->rights == RVM_RIGHTS_ALL || any_covers(s->req))
			consider(s, i);
		else if (s->req->class == RVM_CLASS_PATH && s->req->path.special)
			note_miss(s, index->core[i], RVM_REASON_SPECIAL, 0);
}

static void search_tokens(struct search *s)
{
	const struct rvm_request *req = s->req;
	const struct rvm_path_object *path = path_of(req);
	bool named = false;

	switch (req->class) {
	case RVM_CLASS_EXEC:
		named = search_exec(s, &req->exec);
		break;
	case RVM_CLASS_NET:
		search_net(s, &req->net);
		break;
	case RVM_CLASS_TOOL:
	case RVM_CLASS_NAME:
		search_name(s, &req->name, req->class == RVM_CLASS_TOOL);
		break;
	default:
		break;
	}
	if (path && !named)
		search_path(s, path);
	search_any(s);
}

/* One exclusion, at one level of one chain. */
static bool excludes_at(const struct rvm_scope *scope, const struct rvm_path_object *path,
			const struct rvm_path_view *view, unsigned int level, bool below)
{
	switch (match_at(scope, path, view, level)) {
	case RVM_GLOB_EXACT:
	case RVM_GLOB_BELOW:
		return true;
	case RVM_GLOB_ABOVE:
		return below;
	default:
		return false;
	}
}

static const struct rvm_token_core *find_excluded_view(const struct rvm_index *index,
						       const struct rvm_path_object *path,
						       const struct rvm_path_view *view, u8 rights,
						       bool below)
{
	unsigned int level;
	u32 i;

	for (level = 0; level <= view->depth; level++) {
		const void *id = view->id[level];

		if (!id)
			continue;
		for (i = index->bucket[hash_anchor(id) & index->mask]; i != RVM_CHAIN_END;
		     i = index->next[i]) {
			const struct rvm_token_core *core = index->core[i];

			if (core->scope->anchor == id && core->rights & rights &&
			    core->scope->class != RVM_CLASS_EXEC &&
			    excludes_at(core->scope, path, view, level, below))
				return core;
		}
	}
	return NULL;
}

static const struct rvm_token_core *find_excluded_path(const struct rvm_index *index,
						       const struct rvm_path_object *path,
						       u8 rights, bool below)
{
	const struct rvm_token_core *core;

	core = find_excluded_view(index, path, path->visible, rights, below);
	if (!core && path->own)
		core = find_excluded_view(index, path, path->own, rights, below);
	return core;
}

/* Program rules bind by name too: every file that is called so. */
static bool excludes_exec(const struct rvm_token_core *core, const struct rvm_exec_object *exec)
{
	const struct rvm_scope *scope = core->scope;

	if (!(core->rights & RVM_RIGHT_EXECUTE) || !exec->argv)
		return false;
	if (scope->flags & RVM_SCOPE_FLAG_ANY_PROGRAM)
		return true;
	if (scope->anchor != exec->program && !names_program(scope, exec))
		return false;
	return matches_words(scope, exec);
}

static const struct rvm_token_core *find_excluded_exec(const struct rvm_index *index,
						       const struct rvm_exec_object *exec)
{
	u32 i;

	/* Few, and any of them may bind by name: all are looked at. */
	for (i = 0; i < index->count; i++)
		if (index->core[i]->scope->class == RVM_CLASS_EXEC &&
		    excludes_exec(index->core[i], exec))
			return index->core[i];
	return NULL;
}

static const struct rvm_token_core *find_excluded_other(const struct rvm_index *index,
							const struct rvm_request *req)
{
	const struct rvm_token_core *core;
	u32 i;

	for (i = index->head[req->class]; i != RVM_CHAIN_END; i = index->next[i]) {
		core = index->core[i];
		if (!(core->rights & req->need))
			continue;
		if (req->class == RVM_CLASS_TOOL ? covers_tool(core->scope, &req->name) :
		    req->class == RVM_CLASS_NAME ?
		    rvm_name_covers(core->scope->text, core->scope->len, req->name.text,
				    req->name.len) :
		    req->net.family ? covers_abstract(core->scope, &req->net) :
		    !core->scope->family &&
			    (!core->scope->range.prefix_len ||
			     rvm_addr_covers(&core->scope->range, &req->net.addr,
					     req->net.protocol, req->net.local)))
			return core;
	}
	return NULL;
}

static const struct rvm_token_core *find_excluded(const struct rvm_index *index,
						  const struct rvm_request *req)
{
	const struct rvm_path_object *path = path_of(req);
	const struct rvm_token_core *core;
	u8 rights = req->need;

	if (!index)
		return NULL;
	/* What may not be read may not be started or talked to either. */
	if (req->class != RVM_CLASS_PATH)
		rights |= RVM_RIGHT_READ;
	if (path) {
		core = find_excluded_path(index, path, rights, false);
		if (core)
			return core;
	}
	if (req->class == RVM_CLASS_EXEC)
		return find_excluded_exec(index, &req->exec);
	if (req->class == RVM_CLASS_NET || req->class == RVM_CLASS_TOOL ||
	    req->class == RVM_CLASS_NAME)
		return find_excluded_other(index, req);
	return NULL;
}

/* State and fence of the partition and all above; NONE if all run. */
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

static bool is_enforcing(const struct rvm_partition_view *part)
{
	for (; part; part = part->parent)
		if (part->mode == RVM_MODE_ENFORCE)
			return true;
	return false;
}

/* Modes relax PATH, EXEC and NET; never the floor or what needs naming as a device does. */
static bool may_relax(const struct rvm_partition_view *part, const struct rvm_request *req,
		      enum rvm_reason reason)
{
	if (req->floor || reason == RVM_REASON_SPECIAL)
		return false;
	if (req->class != RVM_CLASS_PATH && req->class != RVM_CLASS_EXEC &&
	    req->class != RVM_CLASS_NET)
		return false;
	if (req->class == RVM_CLASS_PATH && req->path.special)
		return false;
	if (req->class == RVM_CLASS_NET &&
	    (req->net.family || req->net.local || rvm_addr_is_special(&req->net.addr)))
		return false;
	return !is_enforcing(part);
}

static struct rvm_verdict refuse(const struct rvm_request *req, enum rvm_reason reason,
				 const struct rvm_token_core *token)
{
	struct rvm_verdict v = {
		.reason = reason, .tier = req->tier, .missing = req->need, .token = token
	};

	return v;
}

static struct rvm_verdict allow(const struct rvm_request *req, const struct rvm_token_core *token)
{
	struct rvm_verdict v = {
		.allow = true,
		.tier = token->tier > req->tier ? token->tier : req->tier,
		.token = token,
	};

	return v;
}

struct rvm_verdict rvm_judge(const struct rvm_partition_view *part, const struct rvm_request *req,
			     s64 now)
{
	struct search s = { .part = part, .req = req, .now = now, .best = RVM_CHAIN_END };
	const struct rvm_partition_view *p;
	const struct rvm_token_core *core;
	enum rvm_reason reason = check_state(part);
	const struct rvm_path_object *path = path_of(req);

	if (reason)
		return refuse(req, reason, NULL);
	for (p = part; p; p = p->parent) {
		core = find_excluded(p->exclusions, req);
		if (core)
			return refuse(req, RVM_REASON_EXCLUDED, core);
	}

	s.miss = refuse(req, RVM_REASON_NO_TOKEN, NULL);
	if (path && path->special)
		s.miss.reason = RVM_REASON_SPECIAL;
	if (part->tokens)
		search_tokens(&s);
	if (s.best != RVM_CHAIN_END)
		return allow(req, part->tokens->core[s.best]);
	if (may_relax(part, req, s.miss.reason)) {
		s.miss.allow = true;
		s.miss.relaxed = true;
	}
	return s.miss;
}

bool rvm_judge_excluded(const struct rvm_partition_view *part, const struct rvm_path_object *path,
			u8 rights, bool below)
{
	for (; part; part = part->parent)
		if (part->exclusions && find_excluded_path(part->exclusions, path, rights, below))
			return true;
	return false;
}

u8 rvm_judge_path_rights(const struct rvm_partition_view *part, const struct rvm_path_object *path,
			 s64 now)
{
	static const u8 rights[] = { RVM_RIGHT_READ, RVM_RIGHT_WRITE, RVM_RIGHT_EXECUTE };
	struct rvm_request req = {
		.class = RVM_CLASS_PATH, .tier = 1, .load = true, .path = *path
	};
	u8 held = 0;
	size_t i;

	for (i = 0; i < sizeof(rights); i++) {
		struct search s = { .part = part, .req = &req, .now = now, .best = RVM_CHAIN_END };

		req.need = rights[i];
		if (part->tokens)
			search_tokens(&s);
		if (s.best != RVM_CHAIN_END)
			held |= rights[i];
	}
	return held;
}

const char *rvm_reason_text(enum rvm_reason reason)
{
	static const char *const text[] = {
		[RVM_REASON_NONE] = "a token covers it",
		[RVM_REASON_OUTSIDE] = "the caller is in no partition",
		[RVM_REASON_OWN] = "it is the partition's own",
		[RVM_REASON_ENTRY] = "whoever started it answers for it",
		[RVM_REASON_NO_TOKEN] = "no token covers it",
		[RVM_REASON_RIGHTS] = "the token that covers it lacks the right",
		[RVM_REASON_EXPIRED] = "the token that covers it has expired",
		[RVM_REASON_STALE] = "the token that covers it is from an older epoch",
		[RVM_REASON_TIER] = "the token that covers it does not reach the tier asked for",
		[RVM_REASON_EXCLUDED] = "a deny rule covers it",
		[RVM_REASON_STATE] = "the partition is not running",
		[RVM_REASON_FENCED] = "the partition is fenced",
		[RVM_REASON_UNREGISTERED] = "the task is in no registered partition",
		[RVM_REASON_FLOOR] = "only the root token covers it, in every mode",
		[RVM_REASON_ARGV] = "a token names the program, but not with these words",
		[RVM_REASON_GAIN] = "the new name would give more than the old one",
		[RVM_REASON_SPECIAL] = "a device, fifo or socket needs a token that names it",
		[RVM_REASON_DETACHED] = "it cannot be reached from the root of the file system",
		[RVM_REASON_DEPTH] = "its path is too deep to be judged",
		[RVM_REASON_CONTEXT] = "the caller cannot be known",
		[RVM_REASON_MEMORY] = "there was no memory to judge it",
		[RVM_REASON_ANONYMOUS] = "code in a nameless file is not allowed",
		[RVM_REASON_FAMILY] = "no such address or protocol is allowed in a partition",
		[RVM_REASON_REFUSED] = "it is never allowed in a partition",
	};

	if ((unsigned int)reason >= sizeof(text) / sizeof(text[0]) || !text[reason])
		return "unknown reason";
	return text[reason];
}

const char *rvm_op_name(enum rvm_op op)
{
	static const char *const text[] = {
		"none", "open", "read", "write", "map", "protect", "ioctl", "lock", "receive",
		"truncate", "create", "mkdir", "mknod", "symlink", "link", "unlink", "rmdir",
		"rename", "chmod", "chown", "utimes", "xattr", "watch", "chroot", "exec", "interp",
		"socket", "connect", "send", "bind", "listen", "setsockopt", "unix-connect",
		"unix-send", "signal", "ptrace", "prlimit", "sched", "clone-into", "capable",
		"mount", "userns", "bpf", "module", "perf", "settime", "syslog", "quota", "key",
		"ipc", "io-uring", "enter", "check", "partition", "table", "hook", "witness",
	};

	return (unsigned int)op < sizeof(text) / sizeof(text[0]) ? text[op] : "unknown";
}
