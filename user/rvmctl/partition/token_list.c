// SPDX-License-Identifier: GPL-2.0-only
/* Tokens as the module says them, to be looked at and compared. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/duration.h"
#include "base/note.h"
#include "partition/token_list.h"

void token_free(struct token *t)
{
	free(t->within);
	free(t->resource);
	free(t->anchor);
	free(t->pattern);
	*t = (struct token){ 0 };
}

void tokens_free(struct tokens *tokens)
{
	for (size_t i = 0; i < tokens->n; i++)
		token_free(&tokens->list[i]);
	free(tokens->list);
	free(tokens->by_id);
	*tokens = (struct tokens){ 0 };
}

static char *copy_if(struct nlattr *a)
{
	return a ? strdup(nlc_str(a)) : NULL;
}

static void read_range(struct nlattr **a, struct rvm_addr_range *range)
{
	struct nlattr *address = a[RVM_A_SCOPE_ADDRESS];

	range->protocol = nlc_u32(a[RVM_A_SCOPE_PROTOCOL]);
	range->prefix_len = nlc_u32(a[RVM_A_SCOPE_PREFIX_LEN]);
	range->port_first = nlc_u32(a[RVM_A_SCOPE_PORT_FIRST]);
	range->port_last = nlc_u32(a[RVM_A_SCOPE_PORT_LAST]);
	if (address && nla_len(address) == sizeof(range->bytes))
		memcpy(range->bytes, nla_data(address), sizeof(range->bytes));
}

static void read_scope(struct nlattr *nest, struct token *t)
{
	struct nlattr *a[RVM_A_SCOPE_MAX + 1];
	struct nlattr *pattern;

	nlc_nest(a, RVM_A_SCOPE_MAX, nest);
	pattern = a[RVM_A_SCOPE_PATTERN];
	t->class = nlc_u32(a[RVM_A_SCOPE_CLASS]);
	t->scope_flags = nlc_u32(a[RVM_A_SCOPE_FLAGS]);
	t->resource = copy_if(a[RVM_A_SCOPE_RESOURCE]);
	t->anchor = copy_if(a[RVM_A_SCOPE_ANCHOR]);
	t->anchor_ino = nlc_u64(a[RVM_A_SCOPE_ANCHOR_INO]);
	t->family = nlc_u32(a[RVM_A_SCOPE_FAMILY]);
	t->len = pattern ? nla_len(pattern) : 0;
	t->pattern = malloc(t->len + 1);
	if (t->pattern) {
		if (t->len)
			memcpy(t->pattern, nla_data(pattern), t->len);
		t->pattern[t->len] = '\0';
	}
	if (t->class == RVM_CLASS_NET)
		read_range(a, &t->range);
}

static void read_token(struct nlattr *nest, struct token *t)
{
	struct nlattr *a[RVM_A_TOKEN_MAX + 1];

	nlc_nest(a, RVM_A_TOKEN_MAX, nest);
	*t = (struct token){
		.id = nlc_u64(a[RVM_A_TOKEN_ID]),
		.parent = nlc_u64(a[RVM_A_TOKEN_PARENT]),
		.badge = nlc_u64(a[RVM_A_TOKEN_BADGE]),
		.birth = nlc_u64(a[RVM_A_TOKEN_BIRTH]),
		.revoked = nlc_u64(a[RVM_A_TOKEN_REVOKED]),
		.index = nlc_u32(a[RVM_A_TOKEN_INDEX]),
		.generation = nlc_u32(a[RVM_A_TOKEN_GENERATION]),
		.partition = nlc_u32(a[RVM_A_TOKEN_OWNER]),
		.epoch = nlc_u32(a[RVM_A_TOKEN_EPOCH]),
		.depth = nlc_u32(a[RVM_A_TOKEN_DEPTH]),
		.flags = nlc_u32(a[RVM_A_TOKEN_FLAGS]),
		.rights = nlc_u32(a[RVM_A_TOKEN_RIGHTS]),
		.tier = nlc_u32(a[RVM_A_TOKEN_TIER]),
		.expires_at = nlc_s64(a[RVM_A_TOKEN_EXPIRES_AT]),
		.within = copy_if(a[RVM_A_TOKEN_WITHIN]),
	};
	read_scope(a[RVM_A_TOKEN_SCOPE], t);
}

static void read_exclusion(struct nlattr *nest, struct token *t)
{
	struct nlattr *a[RVM_A_EXCLUSION_MAX + 1];

	nlc_nest(a, RVM_A_EXCLUSION_MAX, nest);
	*t = (struct token){
		.index = nlc_u32(a[RVM_A_EXCLUSION_INDEX]),
		.rights = nlc_u32(a[RVM_A_EXCLUSION_RIGHTS]),
		.partition = nlc_u32(a[RVM_A_EXCLUSION_PARTITION]),
	};
	read_scope(a[RVM_A_EXCLUSION_SCOPE], t);
}

static int take(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct nlattr *token = attrs[RVM_A_TABLE_TOKEN];
	struct nlattr *exclusion = attrs[RVM_A_TABLE_EXCLUSION];
	struct tokens *tokens = data;
	struct token *more;

	if (!token && !exclusion)
		return 0;
	/* Room grows by doubling. */
	if (!(tokens->n & (tokens->n - 1))) {
		more = reallocarray(tokens->list, tokens->n ? 2 * tokens->n : 1, sizeof(*more));
		if (!more)
			return err_errno(err, ENOMEM, "tokens");
		tokens->list = more;
	}
	if (token)
		read_token(token, &tokens->list[tokens->n++]);
	else
		read_exclusion(exclusion, &tokens->list[tokens->n++]);
	return 0;
}

/* All, or those of one partition. */
static int dump(struct nlc *nlc, int cmd, uint32_t partition, nlc_fn fn, void *data,
		struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, cmd, NLM_F_DUMP);

	if (msg && partition && nla_put_u32(msg, RVM_A_TABLE_PARTITION, partition))
		nlc_drop(&msg);
	return nlc_call(nlc, msg, fn, data, err);
}

static int by_id(const void *a, const void *b)
{
	const struct token *const *left = a, *const *right = b;

	return (*left)->id < (*right)->id ? -1 : (*left)->id > (*right)->id;
}

int tokens_get(struct nlc *nlc, uint32_t partition, struct tokens *tokens, struct err *err)
{
	*tokens = (struct tokens){ 0 };
	if (dump(nlc, RVM_CMD_TOKEN_GET, partition, take, tokens, err))
		return -1;
	tokens->by_id = calloc(tokens->n + 1, sizeof(*tokens->by_id));
	if (!tokens->by_id)
		return err_errno(err, ENOMEM, "tokens");
	for (size_t i = 0; i < tokens->n; i++)
		tokens->by_id[i] = &tokens->list[i];
	qsort(tokens->by_id, tokens->n, sizeof(*tokens->by_id), by_id);
	return 0;
}

int tokens_get_exclusions(struct nlc *nlc, uint32_t partition, struct tokens *tokens,
			  struct err *err)
{
	*tokens = (struct tokens){ 0 };
	return dump(nlc, RVM_CMD_EXCLUSION_GET, partition, take, tokens, err);
}

const struct token *tokens_find(const struct tokens *tokens, uint64_t id)
{
	const struct token key = { .id = id }, *wanted = &key;
	const struct token **found =
		bsearch(&wanted, tokens->by_id, tokens->n, sizeof(*tokens->by_id), by_id);

	return id && found ? *found : NULL;
}

bool tokens_is_from(const struct tokens *tokens, const struct token *t, uint64_t above)
{
	/* A parent is older than its children, so this ends. */
	for (; t && t->id > above; t = t->parent < t->id ? tokens_find(tokens, t->parent) : NULL)
		;
	return t && t->id == above;
}

static bool read_number(const char **text, uint64_t max, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(*text, &end, 10);
	if (**text < '0' || **text > '9' || errno || *number > max)
		return false;
	*text = end;
	return true;
}

int token_ref_parse(const char *text, struct token_ref *ref, struct err *err)
{
	const char *at = text;
	uint64_t first, second;

	*ref = (struct token_ref){ 0 };
	if (read_number(&at, UINT64_MAX, &first)) {
		ref->id = first;
		if (!*at && first)
			return 0;
		if (*at++ == ':' && first <= UINT32_MAX && read_number(&at, UINT32_MAX, &second) &&
		    !*at && second) {
			*ref = (struct token_ref){ .index = first, .generation = second };
			return 0;
		}
	}
	err_make(err, EXIT_USAGE, "token: '%s' is neither an id nor INDEX:GENERATION", text);
	return err_hint(err, "rvmctl token list prints the ids");
}

bool token_ref_is(const char *text)
{
	return text[strspn(text, "0123456789:")] == '\0';
}

int token_ref_put(struct nl_msg *msg, const struct token_ref *ref)
{
	if (ref->id)
		return nla_put_u64(msg, RVM_A_GRANT_ID, ref->id);
	return nla_put_u32(msg, RVM_A_GRANT_INDEX, ref->index) ||
	       nla_put_u32(msg, RVM_A_GRANT_GENERATION, ref->generation);
}

struct wanted {
	const struct token_ref *ref;
	struct token *token;
	bool found;
};

static int take_wanted(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct wanted *w = data;

	if (!attrs[RVM_A_TABLE_TOKEN])
		return 0;
	read_token(attrs[RVM_A_TABLE_TOKEN], w->token);
	w->found = w->ref->id ? w->token->id == w->ref->id :
				w->token->index == w->ref->index &&
					w->token->generation == w->ref->generation;
	if (!w->found)
		token_free(w->token);
	return w->found;
}

int token_get(struct nlc *nlc, const struct token_ref *ref, struct token *t, struct err *err)
{
	struct wanted w = { .ref = ref, .token = t };
	struct nl_msg *msg;
	int ret;

	*t = (struct token){ 0 };
	/* The module finds them by id only. */
	if (!ref->id) {
		ret = dump(nlc, RVM_CMD_TOKEN_GET, 0, take_wanted, &w, err);
	} else {
		msg = nlc_request(nlc, RVM_CMD_TOKEN_GET, 0);
		if (msg && nla_put_u64(msg, RVM_A_TABLE_TOKEN_ID, ref->id))
			nlc_drop(&msg);
		ret = nlc_call(nlc, msg, take_wanted, &w, err);
	}
	if (ret || w.found)
		return ret;
	return err_make(err, EXIT_REFUSED,
			"token: there is none of this handle, or it is not yours");
}

bool token_is_over(const struct token *t)
{
	return t->flags & (RVM_TOKEN_FLAG_REVOKED | RVM_TOKEN_FLAG_USED | RVM_TOKEN_FLAG_EXPIRED) ||
	       (t->expires_at && t->expires_at <= time(NULL));
}

bool token_is_granted(const struct token *t)
{
	return t->flags & RVM_TOKEN_FLAG_GRANTED && !token_is_over(t);
}

char *token_end_text(const struct token *t)
{
	int64_t left = t->expires_at - time(NULL);
	auto_free char *time_left = left > 0 ? duration_text_up(left) : NULL;
	char *text = NULL;

	if (t->flags & RVM_TOKEN_FLAG_REVOKED)
		return strdup("revoked");
	if (t->flags & RVM_TOKEN_FLAG_USED)
		return strdup("used");
	if (t->flags & RVM_TOKEN_FLAG_EXPIRED || (t->expires_at && left <= 0))
		return strdup("expired");
	if (time_left)
		note(&text, "%s left", time_left);
	if (t->flags & RVM_TOKEN_FLAG_SINGLE_USE)
		note(&text, "once");
	if (t->flags & RVM_TOKEN_FLAG_UNTIL_EXIT)
		note(&text, "until exit");
	return text ? text : strdup("-");
}
