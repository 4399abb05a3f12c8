/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random partitions, tables and questions.  The includer defines draw(), which returns a
 * number below its argument.
 */
#ifndef RVM_JUDGE_DRAW_H
#define RVM_JUDGE_DRAW_H

#include <linux/string.h>
#include <stdlib.h>

#include "grammar/addr_parse.h"
#include "lib/model/claim.h"
#include "lib/judge/judge.h"
#include "lib/model/rights.h"
#include "lib/token/prove.h"

static u32 draw(u32 n);

#define MODEL_TOKENS 12
#define MODEL_DEPTH 5
#define MODEL_NOW 1000

struct model_entry {
	struct rvm_token_core core;
	struct rvm_scope scope;
	struct rvm_glob glob;
	/* For @scope.place. */
	struct rvm_place place[RVM_SCOPE_PLACES];
};

struct model_table {
	struct model_entry entry[MODEL_TOKENS];
	const struct rvm_token_core *core[MODEL_TOKENS];
	/* Enough for any kind. */
	u32 links[12 * MODEL_TOKENS + RVM_INDEX_PART_BITS_MIN / 32];
	struct rvm_index index;
};

struct model_world {
	struct model_table tokens[2];
	struct model_table grants[2];
	struct model_table exclusions[2];
	/* [0] is the asking partition, [1] the one above. */
	struct rvm_partition_view part[2];
	struct rvm_token_core ancestor[3];
	struct rvm_path_view visible;
	struct rvm_path_view own;
	struct rvm_argv argv;
	struct rvm_request req;
};

/* Identities: only their addresses are used. */
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

#define WORDS(s) ((struct model_words){ s, sizeof(s) })

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
	"10.1.1.1", "10.1.1.2",	     "127.0.0.1",	   "[::1]",	      "[fe80::1]",
	"9.9.9.9",  "[2001:db8::1]", "[64:ff9b::a01:101]", "[2002:7f00:1::]",
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
	if (!exclusion && !draw(6))
		e->scope.flags |= RVM_SCOPE_FLAG_UNNAMED;
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
		e->scope.flags = draw(6) ? 0 : RVM_SCOPE_FLAG_UNNAMED;
		return;
	}
	if (draw(3)) {
		model_path_scope(e, false);
		e->scope.flags &= RVM_SCOPE_FLAG_UNNAMED;
		e->scope.flags |= draw(6) ? 0 : RVM_SCOPE_FLAG_UNRESOLVED;
	} else {
		e->scope.text = MODEL_PICK(model_names);
		e->scope.len = strlen(e->scope.text);
	}
	e->scope.family = 1;
}

static inline void model_scope(struct model_entry *e, bool exclusion)
{
	memset(&e->scope, 0, sizeof(e->scope));
	/* With everything at once there would be nothing left to find. */
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
	core->parent = draw(2) ? &w->ancestor[draw(3)] : NULL;
	core->depth = core->parent ? core->parent->depth + 1 : 0;
	if (!draw(8))
		core->depth = draw(3) ? draw(4) : RVM_DEPTH_MAX + 1;
	core->born = core->rights;
	if (!draw(16))
		core->born |= 1 << draw(7);
	core->seal = rvm_token_seal(core) + !draw(16);
	if (e->scope.class == RVM_CLASS_EXEC && !draw(3))
		core->within = 1 << draw(2);
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
	/* Few buckets, so that chains mix. */
	rvm_index_init(&t->index, RVM_INDEX_TOKENS, MODEL_TOKENS,
		       draw(2) ? rvm_index_buckets(count) : 1, t->links);
	t->index.core = t->core;
	t->index.count = count;
	rvm_index_build(&t->index);
}

/* In any order, some of them after others went. */
static inline void model_grants(struct model_world *w, struct model_table *t)
{
	u32 count, i;

	model_table(w, t, false);
	count = t->index.count;
	rvm_index_init(&t->index, RVM_INDEX_GRANTS, MODEL_TOKENS,
		       draw(2) ? rvm_index_buckets(count) : 1, t->links);
	t->index.core = t->core;
	t->index.count = count;
	for (i = 0; i < count; i++) {
		if (!draw(4))
			t->entry[i].core.flags |= RVM_TOKEN_FLAG_SINGLE_USE;
		if (!draw(8))
			t->entry[i].core.flags |= RVM_TOKEN_FLAG_USED;
		rvm_index_add(&t->index, i);
	}
	for (i = 0; i < count; i++)
		if (!draw(3)) {
			rvm_index_remove(&t->index, i);
			rvm_index_add(&t->index, i);
		}
	/* Those at the end may be gone for good. */
	while (t->index.count && !draw(4))
		rvm_index_remove(&t->index, --t->index.count);
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
	view->noted = false;
	if (draw(8))
		rvm_view_note_names(view);
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
	exec->steered = !draw(4);
	exec->lineages = (struct rvm_lineages){ draw(2), draw(4) };
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
	model_grants(w, &w->grants[i]);
	part->tokens = draw(12) ? &w->tokens[i].index : NULL;
	part->grants = draw(3) ? NULL : &w->grants[i].index;
	part->exclusions = draw(3) ? &w->exclusions[i].index : NULL;
	part->epoch = 3;
	part->state = draw(16) ? RVM_STATE_RUNNING : draw(5);
	part->mode = draw(3) ? RVM_MODE_ENFORCE + i * 2 : draw(3);
	part->flags = draw(16) ? 0 : 1 << draw(4);
}

static inline void model_draw(struct model_world *w)
{
	u32 i;

	rvm_seal_init(0x9e3779b97f4a7c15ULL);
	for (i = 0; i < 3; i++) {
		w->ancestor[i] = (struct rvm_token_core){
			.born = draw(2) ? RVM_RIGHTS_ALL : 0x13,
			.flags = draw(6) ? 0 : 1 + draw(2),
			.expires_at = draw(3) ? 0 : (s64)MODEL_NOW - 1 + draw(3),
			.depth = 2 - i,
			.parent = i < 2 ? &w->ancestor[i + 1] : NULL,
			.owner = draw(4),
			.epoch = draw(4),
		};
	}
	model_part(w, 0);
	model_part(w, 1);
	w->part[0].parent = draw(2) ? &w->part[1] : NULL;
	model_request(w);
}

#endif /* RVM_JUDGE_DRAW_H */
