// SPDX-License-Identifier: GPL-2.0-only
#include <linux/limits.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/model/rights.h"
#include "lib/token/derive.h"
#include "lib/token/prove.h"
#include "lib/token/scope.h"
#include "manager.h"
#include "vectors.h"

static const struct {
	const char *name, *reason;
} classes[] = {
	[HOST] = { "host", "the host owns all tokens" },
	[STALE_SOURCE] = { "stale-source", "a token of an older epoch is not passed on" },
	[ONCE_KEPT] = { "grant-once", "a GRANT_ONCE that permits a grant is not handed on by it" },
	[DEPTH_LIMIT] = { "depth-limit", "the greatest depth is 8 and cannot be set" },
	[OTHER_EPOCH] = { "other-epoch", "epochs are each partition's own: two are not compared" },
	[CONTEXT] = { "context", "bounds, times and depth of the caller's choice prove nothing" },
	[REPLAY] = { "nonce-replay", "a nonce that is remembered is not accepted again" },
	[LOCKOUT] = { "nonce-lockout", "a large nonce does not shut out smaller ones" },
	[UNTRACKED] = { "untracked", "that tokens can be taken back cannot be switched off" },
	[BROKEN_NODE] = { "broken-node", "RVM answers from a node that its tree has lost" },
	[UNBOUND] = { "unbound", "a proof is about a token, and takes the right PROVE" },
	[CALLER_PROOF] = { "caller-proof", "a commitment or chain that the caller brings is none" },
	[CALLER_TYPE] = { "caller-type", "a token is for an object, not for a type" },
};

static const char *const error_names[] = {
	[RVM_TOKEN_ERROR_NONE] = "ok",
	[RVM_TOKEN_ERROR_INVALID_HANDLE] = "InvalidHandle",
	[RVM_TOKEN_ERROR_STALE_HANDLE] = "StaleHandle",
	[RVM_TOKEN_ERROR_GRANT_NOT_PERMITTED] = "GrantNotPermitted",
	[RVM_TOKEN_ERROR_RIGHTS_ESCALATION] = "RightsEscalation",
	[RVM_TOKEN_ERROR_DELEGATION_DEPTH_EXCEEDED] = "DelegationDepthExceeded",
	[RVM_TOKEN_ERROR_TABLE_FULL] = "TableFull",
	[RVM_TOKEN_ERROR_REVOKED] = "Revoked",
	[RVM_TOKEN_ERROR_STALE_CAPABILITY] = "StaleCapability",
	[RVM_TOKEN_ERROR_INSUFFICIENT_RIGHTS] = "InsufficientRights",
	[RVM_TOKEN_ERROR_POLICY_VIOLATION] = "PolicyViolation",
	[RVM_TOKEN_ERROR_DERIVATION_CHAIN_BROKEN] = "DerivationChainBroken",
};

static const struct rvm_scope any_scope;

void classes_print(const size_t count[LINE_CLASSES])
{
	unsigned int i;

	printf("# %-14s | %6s | %s\n", "class", "lines", "reason");
	for (i = SAME + 1; i < LINE_CLASSES; i++)
		if (count[i])
			printf("# %-14s | %6zu | %s\n", classes[i].name, count[i],
			       classes[i].reason);
}

const char *error_name(enum rvm_token_error error)
{
	return error_names[error];
}

enum rvm_token_error error_of(const json_t *result)
{
	const char *name = member_str(result, "err");
	unsigned int i;

	for (i = 0; name && i < ARRAY_SIZE(error_names); i++)
		if (!strcmp(error_names[i], name))
			return i;
	/* One that is none here is nothing that could be answered. */
	return name ? ARRAY_SIZE(error_names) : RVM_TOKEN_ERROR_NONE;
}

static struct rvm_token_core *token_at(struct manager *m, u32 index)
{
	return m->chunk[index].token;
}

void manager_end(struct manager *m)
{
	u32 i;

	for (i = 0; i < RVM_SLOTS_PER_CHUNK; i++)
		free(token_at(m, i));
	free(m->nonces);
	memset(m, 0, sizeof(*m));
}

void manager_begin(struct manager *m, u32 slots, u8 max_depth, bool track, u32 epoch)
{
	manager_end(m);
	m->slots.limit = slots;
	rvm_slots_add_chunk(&m->slots, m->chunk);
	m->nonces = malloc(rvm_nonces_bytes());
	rvm_nonces_init(m->nonces, 0x9e3779b97f4a7c15ULL);
	m->clock = 1000000000;
	m->next_id = 1;
	m->max_depth = max_depth;
	m->track = track;
	m->epoch = epoch;
}

bool manager_is_new(struct manager *m, u64 nonce)
{
	return rvm_nonces_may_use(m->nonces, nonce, m->clock, m->clock);
}

void manager_use(struct manager *m, u64 nonce)
{
	rvm_nonces_use(m->nonces, nonce, m->clock);
}

static struct rvm_handle handle_of(const json_t *line)
{
	return (struct rvm_handle){ member_u64(line, "idx"), member_u64(line, "gen") };
}

struct rvm_token_core *manager_find(struct manager *m, const json_t *line)
{
	struct rvm_token_core *token;

	rvm_slots_find(&m->slots, handle_of(line), &token);
	return token;
}

static bool is_handle(const json_t *pair, struct rvm_handle handle)
{
	return json_integer_value(json_array_get(pair, 0)) == handle.index &&
	       json_integer_value(json_array_get(pair, 1)) == handle.generation;
}

static const json_t *ok_of(const json_t *line)
{
	return json_object_get(member(line, "res"), "ok");
}

/* Ids are used up by each attempt. */
static enum rvm_token_error new_token(struct manager *m, struct rvm_token_core **token)
{
	enum rvm_token_error error;

	*token = calloc(1, sizeof(**token));
	(*token)->id = m->next_id++;
	error = rvm_slots_take(&m->slots, *token);
	if (!error)
		return error;
	free(*token);
	*token = NULL;
	return error;
}

static enum rvm_token_error create_root(struct manager *m, u8 type, u8 rights, u64 badge, u32 owner,
					struct rvm_token_core **token)
{
	enum rvm_token_error error = new_token(m, token);

	if (error)
		return error;
	(*token)->type = type;
	(*token)->rights = rights;
	(*token)->badge = badge;
	(*token)->owner = owner;
	(*token)->epoch = m->epoch;
	(*token)->tier = 1;
	(*token)->scope = &any_scope;
	rvm_derive_root(*token);
	m->created++;
	return RVM_TOKEN_ERROR_NONE;
}

static bool replay_create(struct manager *m, const json_t *line, bool checked)
{
	enum rvm_token_error error = RVM_TOKEN_ERROR_GRANT_NOT_PERMITTED;
	struct rvm_token_core *token = NULL;

	if (!checked || !member_u64(line, "caller"))
		error = create_root(m, member_u64(line, "type"), member_u64(line, "rights"),
				    member_u64(line, "badge"), member_u64(line, "owner"), &token);
	return error == error_of(member(line, "res")) &&
	       (!token || is_handle(ok_of(line), token->handle));
}

static struct rvm_wish wish_of(struct manager *m, const json_t *line)
{
	return (struct rvm_wish){
		.owner = member_u64(line, "owner"),
		.source_epoch = m->epoch,
		.epoch = m->epoch,
		.scope = &any_scope,
		.contained = true,
		.badge = member_u64(line, "badge"),
		.rights = member_u64(line, "rights"),
		.tier = 1,
	};
}

static struct rvm_token_core *derive(struct manager *m, struct rvm_token_core *source,
				     const struct rvm_wish *wish, enum line_class *class)
{
	struct rvm_token_core *token;
	u8 depth = source->depth;

	if (new_token(m, &token))
		return NULL;
	/* Some managers of RVM have a greater one than the core. */
	if (depth >= RVM_DEPTH_MAX)
		source->depth = RVM_DEPTH_MAX - 1;
	rvm_derive(source, token, wish);
	source->depth = depth;
	token->depth = depth + 1;
	if (token->rights != wish->rights) {
		*class = ONCE_KEPT;
		token->rights = wish->rights;
		token->born = wish->rights;
	}
	token->seal = rvm_token_seal(token);
	m->granted++;
	if (m->deepest < token->depth)
		m->deepest = token->depth;
	return token;
}

static enum line_class class_of_grant(struct manager *m, const struct rvm_token_core *source,
				      enum rvm_token_error error, enum rvm_token_error want,
				      bool host)
{
	if (want == RVM_TOKEN_ERROR_GRANT_NOT_PERMITTED && host)
		return HOST;
	if (error == RVM_TOKEN_ERROR_STALE_CAPABILITY && source->epoch != m->epoch)
		return STALE_SOURCE;
	if (m->max_depth != RVM_DEPTH_MAX && (error == RVM_TOKEN_ERROR_DELEGATION_DEPTH_EXCEEDED ||
					      want == RVM_TOKEN_ERROR_DELEGATION_DEPTH_EXCEEDED))
		return DEPTH_LIMIT;
	return SAME;
}

static bool replay_grant(struct manager *m, const json_t *line, bool checked,
			 enum line_class *class)
{
	enum rvm_token_error want = error_of(member(line, "res")), error;
	struct rvm_wish wish = wish_of(m, line);
	struct rvm_token_core *source, *token;

	if (checked)
		wish.caller = member_u64(line, "caller");
	error = rvm_slots_find(&m->slots, handle_of(line), &source);
	if (error)
		return error == want;
	error = rvm_derive_check(source, &wish);
	if ((!error || error == RVM_TOKEN_ERROR_REVOKED) && m->slots.count == m->slots.limit)
		error = RVM_TOKEN_ERROR_TABLE_FULL;
	if (error != want)
		*class = class_of_grant(m, source, error, want, checked && !wish.caller);
	if (error != want && *class == SAME)
		return false;
	if (want) {
		m->next_id += !checked || source->owner == wish.caller;
		return true;
	}
	token = derive(m, source, &wish, class);
	return token && is_handle(ok_of(line), token->handle);
}

static void remove_token(struct manager *m, struct rvm_token_core *token)
{
	rvm_derive_detach(token);
	rvm_slots_release(&m->slots, token);
}

/* Below its parent again, if that is still there. */
static void hang_up(struct rvm_token_core *token)
{
	struct rvm_token_core *parent = token->parent;

	if (parent && parent->flags & RVM_TOKEN_FLAG_REVOKED)
		token->parent = NULL;
	if (!token->parent)
		return;
	token->next = parent->child;
	if (token->next)
		token->next->prev = token;
	parent->child = token;
}

/* RVM left these alive. */
static void put_back(struct manager *m, const json_t *under, struct rvm_token_core **gone)
{
	struct rvm_token_core *token;
	const json_t *index;
	size_t i;

	json_array_foreach(under, i, index) {
		token = gone[json_integer_value(index)];
		gone[json_integer_value(index)] = NULL;
		token->flags = 0;
		hang_up(token);
		m->chunk[token->handle.index].token = token;
		m->slots.free[token->handle.index / 64] &= ~(1ULL << token->handle.index % 64);
		if (!m->slots.free[token->handle.index / 64])
			m->slots.some[0] &= ~(1ULL << token->handle.index / 64);
		m->slots.count++;
	}
}

static void take_over(struct manager *m, const json_t *over)
{
	struct rvm_token_core *token, *child;
	const json_t *index;
	size_t i;

	json_array_foreach(over, i, index) {
		token = token_at(m, json_integer_value(index));
		while ((child = token->child)) {
			rvm_derive_detach(child);
			child->parent = NULL;
		}
		remove_token(m, token);
		free(token);
	}
}

static bool replay_revoke(struct manager *m, const json_t *line, enum line_class *class)
{
	const json_t *ideal = json_object_get(line, "ideal");
	enum rvm_token_error want = error_of(ideal ? ideal : member(line, "res")), error;
	struct rvm_token_core *gone[RVM_SLOTS_PER_CHUNK] = {}, *top, *leaf;
	const json_t *ok = ideal ? json_object_get(ideal, "ok") : ok_of(line);
	size_t i, count = 0;

	error = rvm_slots_find(&m->slots, handle_of(line), &top);
	if (!error && !m->track && want == RVM_TOKEN_ERROR_REVOKED) {
		*class = UNTRACKED;
		return true;
	}
	if (error || want)
		return error == want;
	rvm_token_add_flags(top, RVM_TOKEN_FLAG_REVOKED);
	do {
		leaf = rvm_derive_leaf(top);
		rvm_token_add_flags(leaf, RVM_TOKEN_FLAG_REVOKED);
		remove_token(m, leaf);
		gone[leaf->handle.index] = leaf;
		count++;
	} while (leaf != top);
	put_back(m, json_object_get(line, "under"), gone);
	take_over(m, json_object_get(line, "over"));
	for (i = 0; i < ARRAY_SIZE(gone); i++)
		free(gone[i]);
	m->revoked += count;
	m->revoke_ops++;
	return count == (size_t)json_integer_value(ok);
}

static bool replay_epoch(struct manager *m, const json_t *line)
{
	return ++m->epoch == json_integer_value(ok_of(line));
}

static bool replay_p1(struct manager *m, const json_t *line)
{
	enum rvm_token_error error = RVM_TOKEN_ERROR_INVALID_HANDLE;
	const struct rvm_token_core *token = manager_find(m, line);

	if (token)
		error = rvm_prove_p1(token, member_u64(line, "rights"), m->epoch, 0);
	return error == error_of(member(line, "res"));
}

/* What RVM takes the caller's word for. */
static bool is_context_good(const json_t *line, u8 depth)
{
	return member_u64(line, "base") < member_u64(line, "limit") &&
	       member_u64(line, "now") <= member_u64(line, "expiry") &&
	       depth <= member_u64(line, "maxd");
}

static enum line_class class_of_p2(struct manager *m, const json_t *line,
				   const struct rvm_token_core *token, bool fine, bool fresh)
{
	if (!m->track)
		return UNTRACKED;
	if (fine && token && !is_context_good(line, token->depth))
		return CONTEXT;
	if (fine)
		return SAME;
	if (!fresh && member_u64(line, "nonce"))
		return REPLAY;
	return token && token->depth > RVM_DEPTH_MAX ? DEPTH_LIMIT : SAME;
}

static bool replay_p2(struct manager *m, const json_t *line, enum line_class *class)
{
	const struct rvm_token_core *token = manager_find(m, line);
	bool want = !error_of(member(line, "res")), fine, fresh;
	u64 nonce = member_u64(line, "nonce");

	fresh = manager_is_new(m, nonce);
	fine = token && token->owner == member_u64(line, "owner") && !rvm_prove_p2(token, 0) &&
	       fresh;
	if (fine != want)
		*class = class_of_p2(m, line, token, fine, fresh);
	if (want && fresh)
		manager_use(m, nonce);
	return fine == want || *class != SAME;
}

static bool rises_to_another(const struct rvm_token_core *token)
{
	for (; token->parent; token = token->parent)
		if (token->epoch < token->parent->epoch && token->owner != token->parent->owner)
			return true;
	return false;
}

static bool replay_p3(struct manager *m, const json_t *line, enum line_class *class)
{
	enum rvm_token_error error = RVM_TOKEN_ERROR_DERIVATION_CHAIN_BROKEN, want;
	const struct rvm_token_core *token = manager_find(m, line);
	const json_t *ideal = json_object_get(line, "ideal");

	want = error_of(ideal ? ideal : member(line, "res"));
	if (token)
		error = rvm_prove_p3(token, member_u64(line, "maxd"));
	if (error == want)
		return true;
	if (error)
		return false;
	*class = !m->track ? UNTRACKED : rises_to_another(token) ? OTHER_EPOCH : SAME;
	return *class != SAME;
}

static bool is_slot(const struct rvm_token_core *token, const json_t *slot)
{
	u32 parent = token->parent ? token->parent->handle.index : (u32)-1;

	return token->handle.index == member_u64(slot, "idx") &&
	       token->handle.generation == member_u64(slot, "gen") &&
	       token->id == member_u64(slot, "id") && token->type == member_u64(slot, "type") &&
	       token->rights == member_u64(slot, "rights") &&
	       token->epoch == member_u64(slot, "epoch") &&
	       token->owner == member_u64(slot, "owner") &&
	       token->depth == member_u64(slot, "depth") &&
	       parent == (u32)member_u64(slot, "parent") &&
	       token->badge == member_u64(slot, "badge") &&
	       rvm_token_hash(token->id, token->epoch, token->rights) == member_u64(slot, "hash");
}

static bool replay_lookup(struct manager *m, const json_t *line)
{
	enum rvm_token_error error, want = error_of(member(line, "res"));
	struct rvm_token_core *token;

	error = rvm_slots_find(&m->slots, handle_of(line), &token);
	return error == want && (error || is_slot(token, ok_of(line)));
}

static bool replay_last(struct manager *m, const json_t *line)
{
	const json_t *slots = member(line, "slots"), *slot;
	bool fine = true;
	size_t i;

	json_array_foreach(slots, i, slot) {
		const struct rvm_token_core *token = token_at(m, member_u64(slot, "idx"));

		fine = fine && token && is_slot(token, slot);
	}
	return fine && m->epoch == member_u64(line, "epoch") &&
	       m->slots.count == member_u64(line, "len") && i == m->slots.count &&
	       m->created == member_u64(line, "created") &&
	       m->granted == member_u64(line, "granted") &&
	       m->revoked == member_u64(line, "revoked") &&
	       m->revoke_ops == member_u64(line, "revoke_ops") &&
	       m->deepest == member_u64(line, "max_depth");
}

bool manager_replay(struct manager *m, const json_t *line, enum line_class *class)
{
	const char *op = member_str(line, "op");

	*class = SAME;
	m->clock++;
	if (!op)
		return replay_last(m, line);
	if (!strcmp(op, "create_root") || !strcmp(op, "create_root_checked"))
		return replay_create(m, line, op[strlen("create_root")]);
	if (!strcmp(op, "grant") || !strcmp(op, "grant_checked"))
		return replay_grant(m, line, op[strlen("grant")], class);
	if (!strcmp(op, "revoke"))
		return replay_revoke(m, line, class);
	if (!strcmp(op, "increment_epoch"))
		return replay_epoch(m, line);
	if (!strcmp(op, "verify_p1"))
		return replay_p1(m, line);
	if (!strcmp(op, "verify_p2"))
		return replay_p2(m, line, class);
	if (!strcmp(op, "verify_p3"))
		return replay_p3(m, line, class);
	return !strcmp(op, "lookup") && replay_lookup(m, line);
}

bool manager_create(struct manager *m, u8 type, u8 rights, u64 badge, u32 owner, u32 index,
		    u32 generation)
{
	struct rvm_token_core *token;

	return !create_root(m, type, rights, badge, owner, &token) &&
	       token->handle.index == index && token->handle.generation == generation;
}
