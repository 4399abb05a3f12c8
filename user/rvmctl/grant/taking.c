// SPDX-License-Identifier: GPL-2.0-only
/* Tokens that are taken back, and what is told of it. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "grant/taking.h"
#include "plan/plan.h"
#include "table/describe.h"
#include "wire/words.h"

void taking_begin(struct taking *t, struct nlc *nlc)
{
	t->nlc = nlc;
	t->names.nlc = nlc;
	if (tokens_get(nlc, 0, &t->tokens, &t->unlisted))
		tokens_free(&t->tokens);
	t->went = calloc(t->tokens.n + 1, sizeof(*t->went));
	if (!t->went) {
		tokens_free(&t->tokens);
		err_errno(&t->unlisted, ENOMEM, "tokens");
	}
}

void taking_end(struct taking *t)
{
	tokens_free(&t->tokens);
	err_clear(&t->unlisted);
	names_free(&t->names);
	mappers_free(&t->mappers);
	free(t->went);
	free(t->ref);
}

int taking_add(struct taking *t, const struct token_ref *ref, struct err *err)
{
	struct token_ref *more = reallocarray(t->ref, t->n + 1, sizeof(*more));

	if (!more)
		return err_errno(err, ENOMEM, "tokens");
	t->ref = more;
	t->ref[t->n++] = *ref;
	return 0;
}

void taking_add_ended(struct taking *t, uint64_t id)
{
	for (size_t i = 0; i < t->tokens.n; i++) {
		if (tokens_is_from(&t->tokens, &t->tokens.list[i], id))
			t->went[i] = WENT_BEFORE;
	}
}

/* Of @ref in the list, or NULL. */
static const struct token *token_of(const struct taking *t, const struct token_ref *ref)
{
	if (ref->id)
		return t->tokens.n ? tokens_find(&t->tokens, ref->id) : NULL;
	for (size_t i = 0; i < t->tokens.n; i++) {
		if (t->tokens.list[i].index == ref->index &&
		    t->tokens.list[i].generation == ref->generation)
			return &t->tokens.list[i];
	}
	return NULL;
}

static void mark(struct taking *t, const struct token *top)
{
	for (size_t i = 0; top && i < t->tokens.n; i++) {
		const struct token *token = &t->tokens.list[i];

		if (!(token->flags & RVM_TOKEN_FLAG_REVOKED) &&
		    tokens_is_from(&t->tokens, token, top->id))
			t->went[i] = WENT_NOW;
	}
}

static int take_one(struct taking *t, const struct token_ref *ref, struct err *err)
{
	const struct token *token = token_of(t, ref);
	struct taken taken;

	/* With what it was derived from. */
	if (token && t->went[token - t->tokens.list] == WENT_NOW)
		return 0;
	if (request_revoke(t->nlc, ref, &taken, err))
		return -1;
	t->count += taken.count;
	t->sequence = taken.sequence;
	mark(t, token);
	return 0;
}

static int take_all(struct taking *t, struct err *err)
{
	struct err other = { 0 };
	int ret = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (!take_one(t, &t->ref[i], ret ? &other : err))
			continue;
		ret = -1;
		err_clear(&other);
	}
	return ret;
}

/* Tokens of a partition that went and gave files. */
static size_t files_of(const struct taking *t, uint32_t partition, const struct token **out)
{
	size_t n = 0;

	for (size_t i = 0; i < t->tokens.n; i++) {
		const struct token *token = &t->tokens.list[i];

		if (t->went[i] && token->partition == partition &&
		    (token->class == RVM_CLASS_PATH || token->class == RVM_CLASS_ANY))
			out[n++] = token;
	}
	return n;
}

/* Tokens come partition by partition.  True for the first of each that something went of. */
static bool is_first(const struct taking *t, size_t i)
{
	if (!t->went[i])
		return false;
	for (size_t k = i; k-- > 0 && t->tokens.list[k].partition == t->tokens.list[i].partition;) {
		if (t->went[k])
			return false;
	}
	return true;
}

static void look_for_mappers(struct taking *t, bool kill)
{
	const struct token **went = calloc(t->tokens.n + 1, sizeof(*went));
	struct err err = { 0 };

	for (size_t i = 0; went && i < t->tokens.n; i++) {
		uint32_t partition = t->tokens.list[i].partition;
		size_t n;

		if (!is_first(t, i))
			continue;
		n = files_of(t, partition, went);
		if (n && mappers_find(t->nlc, partition, went, n, &t->mappers, &err)) {
			warn_line("processes that map what was taken back: %s", err.text);
			err_clear(&err);
		}
	}
	free(went);
	if (kill)
		t->killed = mappers_kill(&t->mappers);
}

static int take_self(struct nlattr **a, int cmd, void *data, struct err *err)
{
	*(uint32_t *)data = nlc_u32(a[RVM_A_INFO_SELF]);
	return 0;
}

static bool is_inside(struct nlc *nlc)
{
	struct err err = { 0 };
	uint32_t self = 0;

	nlc_call(nlc, nlc_request(nlc, RVM_CMD_INFO, 0), take_self, &self, &err);
	err_clear(&err);
	return self;
}

static void print_taken(struct out *o, struct taking *t)
{
	static const struct out_col cols[] = {
		{ "id", NULL, OUT_COL_RIGHT },
		{ "partition", NULL, 0 },
		{ "rights", NULL, 0 },
		{ "resource", NULL, 0 },
		{},
	};

	out_table_begin(o, "taken", cols);
	for (size_t i = 0; i < t->n; i++) {
		const struct token *token = token_of(t, &t->ref[i]);
		char fallback[16];

		if (!token)
			continue;
		out_row_begin(o);
		out_u64(o, "id", token->id);
		out_str(o, "partition", names_get(&t->names, token->partition, fallback));
		out_rights(o, "rights", token->rights);
		out_str(o, "resource", token->resource);
		out_row_end(o);
	}
	out_table_end(o);
}

static void print_partitions(struct out *o, struct taking *t)
{
	out_list_begin(o, "partitions");
	for (size_t i = 0; i < t->tokens.n; i++) {
		uint32_t id = t->tokens.list[i].partition;
		char fallback[16];
		size_t n = 0;

		if (!is_first(t, i))
			continue;
		for (size_t k = i; k < t->tokens.n && t->tokens.list[k].partition == id; k++)
			n += t->went[k] == WENT_NOW;
		if (n)
			out_fmt(o, NULL, "%s: %zu", names_get(&t->names, id, fallback), n);
	}
	out_list_end(o);
}

static void print_mappers(struct out *o, struct taking *t)
{
	static const struct out_col cols[] = {
		{ "pid", NULL, OUT_COL_RIGHT },
		{ "command", NULL, 0 },
		{ "partition", NULL, 0 },
		{ "path", NULL, 0 },
		{},
	};

	out_table_begin(o, "mapped", cols);
	for (size_t i = 0; i < t->mappers.n; i++) {
		const struct mapper *m = &t->mappers.list[i];
		char fallback[16];

		out_row_begin(o);
		out_u64(o, "pid", m->pid);
		out_str(o, "command", m->comm);
		out_str(o, "partition", names_get(&t->names, m->partition, fallback));
		out_str(o, "path", m->path);
		out_row_end(o);
	}
	out_table_end(o);
}

static void report(struct out *o, struct taking *t, bool kill)
{
	out_object_begin(o, NULL);
	out_u64(o, "count", t->count);
	out_u64(o, "sequence", t->sequence);
	print_taken(o, t);
	print_partitions(o, t);
	print_mappers(o, t);
	if (kill)
		out_u64(o, "killed", t->killed);
	out_object_end(o);
	if (t->mappers.n && !kill)
		out_line(o, "what is mapped stays so until these processes end; the same command "
			    "with --kill ends them");
}

/* Is some of what @token gave given by the other one? */
static bool gives(const struct token *other, const struct token *token)
{
	struct anchor dir, other_dir;
	struct scope s = token_scope(token, &dir);
	struct entry e = { .scope = token_scope(other, &other_dir) };
	auto_free char *path = NULL;
	auto_free char *what = NULL;
	auto_free char *mine = NULL;

	if (!(other->rights & token->rights))
		return false;
	if (other->class == RVM_CLASS_ANY || other->class != token->class)
		return other->class == RVM_CLASS_ANY;
	/* A name at any depth is also one right there. */
	if (s.class == RVM_CLASS_PATH && s.pattern && !strncmp(s.pattern, "**/", 3))
		s.pattern += 3;
	if (s.class == RVM_CLASS_PATH && s.anchor)
		path = plan_sample(&s);
	if (path)
		return other->anchor && plan_covers(&e, path);
	what = token_describe(other);
	mine = token_describe(token);
	return what && mine && !strcmp(what, mine);
}

/* What the table gives is known; what was granted twice is easily forgotten. */
static void warn_of_others(const struct taking *t)
{
	for (size_t i = 0; i < t->tokens.n; i++) {
		const struct token *other = &t->tokens.list[i];
		bool told = t->went[i] || !token_is_granted(other);

		for (size_t k = 0; !told && k < t->n; k++) {
			const struct token *token = token_of(t, &t->ref[k]);

			told = token && token->partition == other->partition && gives(other, token);
			if (told)
				warn_line("token %" PRIu64
					  " (%s) still gives some of token %" PRIu64 " (%s)",
					  other->id, other->resource ? other->resource : "?",
					  token->id, token->resource ? token->resource : "?");
		}
	}
}

int taking_do(struct taking *t, struct out *o, bool kill, struct err *err)
{
	bool inside = is_inside(t->nlc);
	int ret;

	if (kill && inside)
		return err_make(err, EXIT_REFUSED, "--kill: only on the host");
	ret = take_all(t, err);
	if (ret && !t->count)
		return -1;
	if (!inside)
		look_for_mappers(t, kill);
	report(o, t, kill);
	warn_of_others(t);
	return ret;
}
