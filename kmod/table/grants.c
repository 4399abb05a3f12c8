// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants: tokens beside a table, which come and go one at a time.
 *
 * Nothing is used again within a body.  A new one is made when it is full: of what is
 * still there, with half as much room again.  So each token is moved a few times at most
 * on average, however often tokens come and go, and a search that began in the old body
 * ends there.
 */

#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "compat.h"
#include "lib/judge/cover.h"
#include "lib/pattern/argv.h"
#include "limits.h"
#include "table/grants.h"
#include "table/table.h"
#include "table/token.h"

/* Room of the first body, and what each one has at least for what is to come. */
#define ROOM_LEAST 64

struct rvm_grants_body {
	struct rcu_head rcu;
	/* Entries that the index has room for. */
	u32 room;
	/* All before it were taken back. */
	u32 first;
	struct rvm_index index;
	struct rvm_leaf_set told;
	/* @room of them; the links of the index follow. */
	const struct rvm_token_core *core[];
};

static struct rvm_grants_body *body_of(const struct rvm_grants *grants)
{
	/* Who changes it holds the lock of all partitions, who reads it is in a read section. */
	return grants ? rcu_dereference_raw(grants->body) : NULL;
}

static struct rvm_token *token_at(const struct rvm_grants_body *body, u32 at)
{
	return container_of(body->core[at], struct rvm_token, core);
}

/* Under the lock of all partitions nothing waits for a file system: a fence needs it. */
static struct rvm_grants_body *make_body(u32 room)
{
	u32 buckets = rvm_index_buckets(room / 2 + 1);
	size_t links = rvm_index_links(RVM_INDEX_GRANTS, room, buckets);
	struct rvm_grants_body *body;

	body = kvzalloc(struct_size(body, core, room) + links * sizeof(u32),
			GFP_NOFS | __GFP_ACCOUNT);
	if (!body)
		return NULL;
	body->room = room;
	body->index.core = body->core;
	rvm_index_init(&body->index, RVM_INDEX_GRANTS, room, buckets, (u32 *)&body->core[room]);
	return body;
}

struct rvm_grants *rvm_grants_new(void)
{
	struct rvm_grants *grants = kzalloc(sizeof(*grants), GFP_NOFS | __GFP_ACCOUNT);
	struct rvm_grants_body *body = make_body(ROOM_LEAST);

	if (!grants || !body) {
		kfree(grants);
		kvfree(body);
		return NULL;
	}
	RCU_INIT_POINTER(grants->body, body);
	return grants;
}

void rvm_grants_destroy(struct rvm_grants *grants)
{
	struct rvm_grants_body *body = body_of(grants);
	u32 at;

	if (!grants)
		return;
	might_sleep();
	for (at = 0; at < body->index.count; at++) {
		if (rvm_index_has(&body->index, at))
			rvm_token_destroy(token_at(body, at));
		cond_resched();
	}
	kvfree(body);
	kfree(grants);
}

static void append(struct rvm_grants_body *body, const struct rvm_token_core *core)
{
	u32 at = body->index.count;

	rvm_scope_add_told(core->scope, &body->told);
	body->core[at] = core;
	container_of(core, struct rvm_token, core)->index = at;
	rvm_index_add(&body->index, at);
	/* Listings read what is before it. */
	smp_store_release(&body->index.count, at + 1);
}

static u32 room_for(u32 count)
{
	return min(count + count / 2 + ROOM_LEAST, RVM_TABLE_TOKENS_MAX * 9U / 8);
}

static int replace_body(struct rvm_grants *grants)
{
	struct rvm_grants_body *old = body_of(grants), *new;
	u32 at, count = grants->count + grants->kept + RVM_GRANTS_RETIRED;

	new = make_body(room_for(count));
	if (!new)
		return -ENOMEM;
	for (at = 0; at < old->index.count; at++)
		if (rvm_index_has(&old->index, at))
			append(new, old->core[at]);
	rcu_assign_pointer(grants->body, new);
	kvfree_rcu(old, rcu);
	return 0;
}

static int check_limits(const struct rvm_grants *grants, const struct rvm_table *table,
			const struct rvm_token *token, struct netlink_ext_ack *extack)
{
	u32 tokens = grants->count + grants->kept + (table ? table->tokens.count : 0);
	u64 each = rvm_scope_steps(token->core.scope);
	u64 steps = grants->steps + each + (table ? table->steps : 0);

	if (tokens >= RVM_TABLE_TOKENS_MAX) {
		NL_SET_ERR_MSG_FMT(extack,
				   "TABLE_FULL: the partition has %u tokens, which is the limit",
				   tokens);
		return -ENFILE;
	}
	if (each > RVM_SCOPE_STEPS_MAX || steps > RVM_TABLE_STEPS_MAX) {
		NL_SET_ERR_MSG_FMT(extack, "a question could cost over %u steps: use fewer **",
				   RVM_TABLE_STEPS_MAX);
		return -E2BIG;
	}
	return 0;
}

int rvm_grants_reserve(struct rvm_grants *grants, const struct rvm_table *table,
		       const struct rvm_token *token, struct netlink_ext_ack *extack)
{
	struct rvm_grants_body *body = body_of(grants);
	int err = check_limits(grants, table, token, extack);

	if (err)
		return err;
	/*
	 * What was noted of those that are gone only makes renames dearer.  Whoever compares
	 * names by the policy that these were part of finds it changed.
	 */
	if (!grants->count)
		body->told = (struct rvm_leaf_set){};
	return body->index.count < body->room ? 0 : replace_body(grants);
}

static bool expires(const struct rvm_token *token)
{
	return token->core.expires_at && rvm_scope_is_for_open(token->core.scope);
}

void rvm_grants_add(struct rvm_grants *grants, struct rvm_token *token)
{
	grants->count++;
	if (token->core.flags & RVM_TOKEN_FLAG_SINGLE_USE)
		WRITE_ONCE(grants->single, grants->single + 1);
	grants->expiring += expires(token);
	grants->steps += rvm_scope_steps(token->core.scope);
	append(body_of(grants), &token->core);
}

/*
 * A program that a token named is started by such tokens only, even when it was taken back:
 * or taking it back would let any other token that covers the file start it.
 */
static bool binds_alone(const struct rvm_index *index, const struct rvm_token *token)
{
	const struct rvm_scope *scope = token->core.scope;
	size_t len = strnlen(scope->text, scope->len);
	struct rvm_name word = { .text = rvm_base_name(scope->text, &len) };
	u32 at;

	word.len = len;
	if (!rvm_scope_names_program(scope))
		return false;
	for (at = rvm_index_program(index, &word); at != RVM_CHAIN_END; at = index->next[at])
		if (index->core[at] != &token->core &&
		    rvm_scope_has_word(index->core[at]->scope, &word))
			return false;
	return true;
}

/* Out of the index, unless it has to stay: then for ever. */
static struct rvm_token *leave(struct rvm_grants *grants, struct rvm_token *token)
{
	struct rvm_grants_body *body = body_of(grants);

	if (binds_alone(&body->index, token)) {
		grants->kept++;
		grants->steps += rvm_scope_steps(token->core.scope);
		return NULL;
	}
	rvm_index_remove(&body->index, token->index);
	return token;
}

struct rvm_token *rvm_grants_retire(struct rvm_grants *grants, struct rvm_token *token)
{
	u64 steps = rvm_scope_steps(token->core.scope);
	struct rvm_token **oldest = &grants->retired[grants->oldest];

	grants->count--;
	grants->expiring -= expires(token);
	grants->steps -= steps;
	if (steps <= RVM_RETIRED_STEPS_MAX) {
		swap(token, *oldest);
		grants->oldest = (grants->oldest + 1) % RVM_GRANTS_RETIRED;
	}
	return token ? leave(grants, token) : NULL;
}

static bool is_live(const struct rvm_grants_body *body, u32 at)
{
	return rvm_index_has(&body->index, at) &&
	       !(READ_ONCE(body->core[at]->flags) & RVM_TOKEN_FLAG_REVOKED);
}

struct rvm_token *rvm_grants_first(struct rvm_grants *grants)
{
	struct rvm_grants_body *body = body_of(grants);

	while (body && body->first < body->index.count && !is_live(body, body->first))
		body->first++;
	return body && body->first < body->index.count ? token_at(body, body->first) : NULL;
}

u32 rvm_grants_count(const struct rvm_grants *grants)
{
	return grants ? READ_ONCE(grants->count) : 0;
}

u64 rvm_grants_steps(const struct rvm_grants *grants)
{
	return grants ? grants->steps : 0;
}

bool rvm_grants_expire(const struct rvm_grants *grants)
{
	return grants && READ_ONCE(grants->expiring);
}

const struct rvm_index *rvm_grants_index(const struct rvm_grants *grants)
{
	const struct rvm_grants_body *body = body_of(grants);

	return body ? &body->index : NULL;
}

const struct rvm_leaf_set *rvm_grants_told(const struct rvm_grants *grants)
{
	const struct rvm_grants_body *body = body_of(grants);

	return body ? &body->told : NULL;
}

/* Tokens are in the order of their ids, but others may have gone, and the rest moved up. */
static u32 first_behind(const struct rvm_grants_body *body, u32 count, u64 id, u32 at)
{
	at = min(at, count);
	while (at && !(rvm_index_has(&body->index, at - 1) && body->core[at - 1]->id <= id))
		at--;
	return at;
}

struct rvm_token *rvm_grants_next(const struct rvm_grants *grants, u64 id, u32 *hint)
{
	const struct rvm_grants_body *body = body_of(grants);
	/* Pairs with the release in append(). */
	u32 at, count = body ? smp_load_acquire(&body->index.count) : 0;

	for (at = first_behind(body, count, id, *hint); at < count; at++) {
		if (!rvm_index_has(&body->index, at) || body->core[at]->id <= id)
			continue;
		*hint = at + 1;
		return token_at(body, at);
	}
	return NULL;
}
