// SPDX-License-Identifier: GPL-2.0-only
/* A plan against the table in force: the module keeps a token whose row is the same. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "load/diff.h"
#include "partition/partition.h"
#include "table/describe.h"
#include "wire/words.h"

/**
 * struct side - an entry or a token, by all that makes it another row
 */
struct side {
	char *key;
	size_t len;
	const struct entry *entry;
	const struct token *token;
};

/* What a key is made of; strings that are missing are empty. */
struct parts {
	bool exclusion;
	uint8_t rights;
	uint8_t tier;
	int64_t expires_at;
	uint64_t badge;
	const char *within;
	uint32_t class;
	uint32_t flags;
	uint32_t family;
	const struct rvm_addr_range *range;
	const char *anchor;
	uint64_t ino;
	const char *pattern;
	size_t len;
};

static void put_range(FILE *f, const struct rvm_addr_range *range)
{
	fprintf(f, "%u %u %u %u ", range->protocol, range->prefix_len, range->port_first,
		range->port_last);
	fwrite(range->bytes, 1, sizeof(range->bytes), f);
}

static int make_key(struct side *side, const struct parts *p)
{
	FILE *f = open_memstream(&side->key, &side->len);

	if (!f)
		return -1;
	fprintf(f, "%d %u %u %" PRIi64 " %" PRIu64 " %s %u %x %u %" PRIu64 " %s ", p->exclusion,
		p->rights, p->tier, p->expires_at, p->badge, p->within ? p->within : "", p->class,
		p->flags, p->family, p->ino, p->anchor ? p->anchor : "");
	if (p->len)
		fwrite(p->pattern, 1, p->len, f);
	if (p->class == RVM_CLASS_NET && !p->family)
		put_range(f, p->range);
	return fclose(f) ? -1 : 0;
}

static int side_of_entry(struct side *side, const struct entry *e)
{
	const struct scope *s = &e->scope;
	struct parts p = {
		.exclusion = e->exclusion,
		.rights = e->rights,
		.tier = e->exclusion ? 0 : e->tier,
		.expires_at = e->exclusion ? 0 : e->expires_at,
		.badge = e->exclusion ? 0 : e->badge,
		.within = e->within,
		.class = s->class,
		.flags = s->flags,
		.family = s->family,
		.range = &s->range,
		.anchor = s->anchor ? s->anchor->path : NULL,
		.ino = s->anchor ? s->anchor->st.st_ino : 0,
		.pattern = s->pattern,
		.len = s->len,
	};

	side->entry = e;
	return make_key(side, &p);
}

static int side_of_token(struct side *side, const struct token *t, bool exclusion)
{
	struct parts p = {
		.exclusion = exclusion,
		.rights = t->rights,
		.tier = t->tier,
		.expires_at = t->expires_at,
		.badge = t->badge,
		.within = t->within,
		.class = t->class,
		/* With one that was lost it is the same as no row. */
		.flags = t->scope_flags,
		.family = t->family,
		.range = &t->range,
		.anchor = t->anchor,
		.ino = t->anchor_ino,
		.pattern = t->pattern,
		.len = t->len,
	};

	/* What was used up stays so, with the token. */
	if (t->flags & RVM_TOKEN_FLAG_GRANT_SPENT)
		p.rights |= RVM_RIGHT_GRANT_ONCE;
	side->token = t;
	return make_key(side, &p);
}

static int by_key(const void *a, const void *b)
{
	const struct side *left = a, *right = b;
	size_t len = left->len < right->len ? left->len : right->len;
	int order = memcmp(left->key, right->key, len);

	return order ? order : (left->len > right->len) - (left->len < right->len);
}

static void free_sides(struct side *sides, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(sides[i].key);
	free(sides);
}

/* A token that the module would keep if its row stays: one that was taken back stays so. */
static bool may_stay(const struct token *t, uint32_t epoch)
{
	return !(t->flags & RVM_TOKEN_FLAG_GRANTED) && t->epoch == epoch;
}

static void keep(struct change *change, const struct token *t)
{
	change->kept++;
	if (t->id && t->flags & RVM_TOKEN_FLAG_REVOKED)
		change->taken[change->n_taken++] = t;
}

/* Exclusions have no ids, and nothing is derived from them. */
static void remove_token(struct change *change, const struct token *t)
{
	change->removed[change->n_removed++] = t;
	if (t->id)
		change->gone[t - change->tokens.list] = true;
}

/* Both in the order of their keys. */
static void merge(struct change *change, struct side *now, size_t n_now, struct side *then,
		  size_t n_then)
{
	size_t i = 0, k = 0;

	qsort(now, n_now, sizeof(*now), by_key);
	qsort(then, n_then, sizeof(*then), by_key);
	while (i < n_now || k < n_then) {
		int order = i == n_now ? 1 : k == n_then ? -1 : by_key(&now[i], &then[k]);

		if (!order) {
			keep(change, now[i++].token);
			k++;
		} else if (order < 0) {
			remove_token(change, now[i++].token);
		} else {
			change->added[change->n_added++] = then[k++].entry;
		}
	}
}

/* Sides of what is in force; @n is set, and those that could not stay are removed at once. */
static int sides_now(struct change *change, const struct partition *p, struct side *sides,
		     size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < change->tokens.n; i++) {
		const struct token *t = &change->tokens.list[i];

		if (t->partition != p->id || t->flags & RVM_TOKEN_FLAG_GRANTED)
			continue;
		if (!may_stay(t, p->epoch))
			remove_token(change, t);
		else if (side_of_token(&sides[(*n)++], t, false))
			return -1;
	}
	for (size_t i = 0; i < change->exclusions.n; i++) {
		if (side_of_token(&sides[(*n)++], &change->exclusions.list[i], true))
			return -1;
	}
	return 0;
}

static int compare(struct change *change, const struct partition *p, const struct plan *plan,
		   struct err *err)
{
	size_t n_now = 0, most = change->tokens.n + change->exclusions.n;
	struct side *now = calloc(most + 1, sizeof(*now));
	struct side *then = calloc(plan->n + 1, sizeof(*then));
	int ret = -1;

	change->removed = calloc(most + 1, sizeof(*change->removed));
	change->added = calloc(plan->n + 1, sizeof(*change->added));
	change->taken = calloc(most + 1, sizeof(*change->taken));
	change->gone = calloc(change->tokens.n + 1, sizeof(*change->gone));
	if (!now || !then || !change->removed || !change->added || !change->gone ||
	    !change->taken || sides_now(change, p, now, &n_now))
		goto out;
	for (size_t i = 0; i < plan->n; i++) {
		if (side_of_entry(&then[i], &plan->entries[i]))
			goto out;
	}
	merge(change, now, n_now, then, plan->n);
	ret = 0;
out:
	free_sides(now, n_now);
	free_sides(then, then ? plan->n : 0);
	return ret ? err_errno(err, ENOMEM, "table") : 0;
}

/* What is derived from tokens that go, in whatever partition. */
static void count_derived(struct change *change)
{
	const struct tokens *tokens = &change->tokens;
	bool *gone = change->gone;

	/* A parent is older than its children, so it was looked at before them. */
	for (size_t i = 0; i < tokens->n; i++) {
		const struct token *t = tokens->by_id[i];
		const struct token *parent = tokens_find(tokens, t->parent);

		if (!parent || !gone[parent - tokens->list])
			continue;
		gone[t - tokens->list] = true;
		change->derived += !(t->flags & RVM_TOKEN_FLAG_REVOKED);
	}
}

int change_find(struct nlc *nlc, const char *partition, const struct plan *plan,
		struct change *change, struct err *err)
{
	auto_partition struct partition p = { 0 };

	if (partition_find(nlc, partition, &p, err) || tokens_get(nlc, 0, &change->tokens, err) ||
	    tokens_get_exclusions(nlc, p.id, &change->exclusions, err) ||
	    compare(change, &p, plan, err))
		return -1;
	count_derived(change);
	change->known = true;
	return 0;
}

void change_free(struct change *change)
{
	free(change->removed);
	free(change->added);
	free(change->taken);
	free(change->gone);
	tokens_free(&change->tokens);
	tokens_free(&change->exclusions);
	*change = (struct change){ 0 };
}

static void print_row(struct out *o, const char *change, bool exclusion, uint8_t rights,
		      uint8_t tier, int64_t expires_at)
{
	out_row_begin(o);
	out_str(o, "change", change);
	out_str(o, "kind", exclusion ? "exclude" : "token");
	out_rights(o, "rights", rights);
	if (exclusion) {
		out_null_as(o, "tier", "-");
		out_null_as(o, "expires-at", "-");
	} else {
		out_fmt(o, "tier", "P%u", tier);
		out_time(o, "expires-at", expires_at);
	}
}

static void print_token(struct out *o, const char *change, const struct token *t)
{
	auto_free char *what = token_describe(t);

	/* Exclusions have no ids. */
	print_row(o, change, !t->id, t->rights, t->tier, t->expires_at);
	if (t->id)
		out_json_u64(o, "id", t->id);
	out_str(o, "class", rvm_class_name(t->class));
	out_str(o, "resource", t->resource);
	out_str(o, "resolved", what);
	out_row_end(o);
}

static void print_added(struct out *o, const struct entry *e)
{
	auto_free char *what = scope_describe(&e->scope);

	print_row(o, "+", e->exclusion, e->rights, e->tier, e->expires_at);
	out_str(o, "class", rvm_class_name(e->scope.class));
	out_str(o, "resource", e->resource);
	out_str(o, "resolved", what);
	out_row_end(o);
}

void change_print(struct out *o, const struct change *change)
{
	static const struct out_col cols[] = {
		{ "change", " ", 0 },
		{ "kind", NULL, 0 },
		{ "rights", NULL, 0 },
		{ "tier", NULL, 0 },
		{ "expires-at", "expires", 0 },
		{ "class", NULL, 0 },
		{ "resource", NULL, 0 },
		{ "resolved", NULL, 0 },
		{},
	};

	out_table_begin(o, "changes", cols);
	for (size_t i = 0; i < change->n_removed; i++)
		print_token(o, "-", change->removed[i]);
	for (size_t i = 0; i < change->n_taken; i++)
		print_token(o, "!", change->taken[i]);
	for (size_t i = 0; i < change->n_added; i++)
		print_added(o, change->added[i]);
	out_table_end(o);
	out_u64(o, "added", change->n_added);
	out_u64(o, "removed", change->n_removed);
	out_u64(o, "kept", change->kept);
	out_u64(o, "derived", change->derived);
	out_u64(o, "taken-back", change->n_taken);
	if (change->n_taken)
		out_line(o, "! rows that were taken back stay so; load --fresh gives them again");
}
