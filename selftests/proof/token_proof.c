// SPDX-License-Identifier: GPL-2.0-only
/*
 * Properties of the token core for every input, up to the sizes below.  CBMC runs each
 * proof_*() with the core's own sources; see run.sh.
 */
#include <linux/limits.h>
#include <linux/types.h>

#include "lib/token/derive.h"
#include "lib/token/nonce.h"
#include "lib/token/prove.h"
#include "lib/token/scope.h"
#include "lib/token/slots.h"

#define assume __CPROVER_assume
#define prove(condition) __CPROVER_assert(condition, #condition)

/* Tokens of a tree. */
#define TOKENS 4
/* Uses of a tracker, so that the ring, made smaller by run.sh, goes round. */
#define USES 4
/* Slots, and steps of taking and releasing. */
#define SLOTS 3
#define STEPS 5

u8 nondet_u8(void);
u32 nondet_u32(void);
u64 nondet_u64(void);
s64 nondet_s64(void);
bool nondet_bool(void);

static const struct rvm_scope scope, narrow;

static struct rvm_token_core any_root(void)
{
	struct rvm_token_core root = {
		.id = nondet_u64(),
		.expires_at = nondet_s64(),
		.scope = &scope,
		.badge = nondet_u64(),
		.owner = nondet_u32(),
		.epoch = nondet_u32(),
		.type = nondet_u8(),
		.tier = nondet_u8(),
		.rights = nondet_u8(),
		.flags = nondet_u8(),
	};

	assume(root.rights <= RVM_RIGHTS_ALL);
	/* What a root is born with is not used up, nor taken back. */
	assume(!(root.flags & (RVM_TOKEN_FLAG_REVOKED | RVM_TOKEN_FLAG_GRANT_SPENT)));
	rvm_derive_root(&root);
	return root;
}

static struct rvm_wish any_wish(void)
{
	return (struct rvm_wish){
		.caller = nondet_u32(),
		.owner = nondet_u32(),
		.source_epoch = nondet_u32(),
		.epoch = nondet_u32(),
		.now = nondet_s64(),
		.expires_at = nondet_s64(),
		.scope = nondet_bool() ? &scope : &narrow,
		.contained = nondet_bool(),
		.sponsored = nondet_bool(),
		.badge = nondet_u64(),
		.rights = nondet_u8(),
		.tier = nondet_u8(),
		.flags = nondet_u8(),
	};
}

static bool ends_no_later(const struct rvm_token_core *child, const struct rvm_token_core *parent)
{
	return !parent->expires_at ||
	       (child->expires_at && child->expires_at <= parent->expires_at);
}

/* Whatever is wished for: what is made is at most what it was made of. */
static void check_child(const struct rvm_token_core *source, const struct rvm_token_core *before,
			const struct rvm_token_core *child, const struct rvm_wish *wish)
{
	prove(!(child->rights & ~before->rights));
	prove(ends_no_later(child, source));
	prove(child->tier >= source->tier);
	prove(child->depth == source->depth + 1 && child->depth <= RVM_DEPTH_MAX);
	prove(child->type == source->type && child->owner == wish->owner);
	prove(wish->contained && child->scope == wish->scope);
	prove(!(before->flags & (RVM_TOKEN_FLAG_SINGLE_USE | RVM_TOKEN_FLAG_EXPIRED)));
	prove(before->epoch == wish->source_epoch);
	prove(!wish->caller || wish->caller == source->owner);
	prove(wish->sponsored || before->rights & (RVM_RIGHT_GRANT | RVM_RIGHT_GRANT_ONCE));
}

/* GRANT_ONCE without GRANT is good for one, which does not have it. */
static void check_once(const struct rvm_token_core *source, const struct rvm_token_core *before,
		       const struct rvm_token_core *child, const struct rvm_wish *wish)
{
	bool once = !wish->sponsored && !(before->rights & RVM_RIGHT_GRANT);

	if (!once) {
		prove(source->rights == before->rights && source->flags == before->flags);
		return;
	}
	prove(source->rights == (before->rights & ~RVM_RIGHT_GRANT_ONCE));
	prove(source->flags == (before->flags | RVM_TOKEN_FLAG_GRANT_SPENT));
	prove(!(child->rights & RVM_RIGHT_GRANT_ONCE));
	prove(rvm_derive_check(source, wish) == RVM_TOKEN_ERROR_GRANT_NOT_PERMITTED);
}

void proof_derive(void)
{
	struct rvm_token_core source = any_root(), before, child = { .id = nondet_u64() };
	struct rvm_wish wish = any_wish();

	source.depth = nondet_u8();
	before = source;
	assume(!rvm_derive_check(&source, &wish));
	rvm_derive(&source, &child, &wish);
	check_child(&source, &before, &child, &wish);
	check_once(&source, &before, &child, &wish);
	prove(source.born == before.born && source.depth == before.depth);
}

/* What was derived is proved. */
void proof_chain(void)
{
	struct rvm_token_core root, child = { .id = nondet_u64() };
	struct rvm_wish wish = any_wish();

	/* So that no seal breaks it: that the sums of both ways are equal is left to the tests. */
	rvm_seal_key.key = 0;
	rvm_seal_key.power[1] = 0;
	root = any_root();
	/* Epochs of a partition only rise. */
	assume(wish.owner != root.owner || wish.epoch >= wish.source_epoch);
	assume(!rvm_derive_check(&root, &wish));
	rvm_derive(&root, &child, &wish);
	prove(!rvm_prove_p3(&root, RVM_DEPTH_MAX));
	prove(!rvm_prove_p3(&child, RVM_DEPTH_MAX));
}

/* A step that is not sound is not proved, whatever the seal says. */
void proof_step(void)
{
	struct rvm_token_core above = any_root(), token = any_root();

	above.born = nondet_u8();
	token.depth = nondet_u8();
	token.born = nondet_u8();
	token.rights = token.born;
	token.parent = &above;
	token.seal = rvm_token_seal(&token);
	if (rvm_prove_p3(&token, RVM_DEPTH_MAX))
		return;
	prove(!(token.born & ~above.born));
	prove(token.depth == 1);
	prove(token.owner != above.owner || token.epoch >= above.epoch);
}

/* Which are below token[top], itself included; each one's parent comes before it. */
static void take_apart(const unsigned int parent[TOKENS], unsigned int top)
{
	struct rvm_token_core token[TOKENS], *leaf;
	struct rvm_wish wish = { .scope = &scope };
	bool gone[TOKENS] = {}, below[TOKENS] = {};
	unsigned int i, k;

	/* What they may does not change the links. */
	token[0] = (struct rvm_token_core){ .scope = &scope, .rights = RVM_RIGHTS_ALL };
	rvm_derive_root(&token[0]);
	for (i = 1; i < TOKENS; i++)
		rvm_derive(&token[parent[i]], &token[i], &wish);
	for (i = 0; i < TOKENS; i++)
		below[i] = i == top || (i && below[parent[i]]);
	do {
		leaf = rvm_derive_leaf(&token[top]);
		prove(!leaf->child);
		for (i = 0; leaf != &token[i]; i++)
			;
		prove(below[i] && !gone[i]);
		gone[i] = true;
		rvm_derive_detach(leaf);
	} while (leaf != &token[top]);
	/* All of them, and nothing that is left leads to one. */
	for (i = 0; i < TOKENS; i++) {
		prove(gone[i] == below[i]);
		for (k = 0; k < TOKENS; k++)
			prove(gone[i] || !gone[k] ||
			      (token[i].child != &token[k] && token[i].next != &token[k] &&
			       token[i].prev != &token[k]));
	}
}

/* Each form of a tree of that many, taken apart at each of its tokens. */
void proof_revoke(void)
{
	unsigned int parent[TOKENS] = {}, top;

	for (parent[2] = 0; parent[2] < 2; parent[2]++)
		for (parent[3] = 0; parent[3] < 3; parent[3]++)
			for (top = 0; top < TOKENS; top++)
				take_apart(parent, top);
}

/* Any order of taking and releasing: no handle leads to another token. */
void proof_slots(void)
{
	static struct rvm_slots slots;
	/* More would be out of bounds, which is looked at too. */
	static struct rvm_slot chunk[SLOTS];
	struct rvm_token_core token[STEPS] = {}, *found;
	bool live[STEPS] = {};
	unsigned int i, k, at, count = 0;

	slots.limit = nondet_u32();
	assume(slots.limit <= SLOTS);
	rvm_slots_add_chunk(&slots, chunk);
	for (i = 0; i < SLOTS; i++) {
		chunk[i].generation = nondet_u32();
		/* The one that comes after is never used. */
		assume(chunk[i].generation != U32_MAX);
	}
	for (i = 0; i < STEPS; i++) {
		if (nondet_bool()) {
			enum rvm_token_error error = rvm_slots_take(&slots, &token[i]);

			prove(!error == (count < slots.limit));
			live[i] = !error;
			count += live[i];
			prove(error || token[i].handle.generation);
		} else {
			at = nondet_u8();
			assume(at < i && live[at]);
			rvm_slots_release(&slots, &token[at]);
			live[at] = false;
			count--;
		}
		prove(slots.count == count);
		for (k = 0; k <= i; k++) {
			if (!token[k].handle.generation)
				continue;
			rvm_slots_find(&slots, token[k].handle, &found);
			prove(found == (live[k] ? &token[k] : NULL));
		}
	}
}

/* A handle that nobody was given leads nowhere, and out of no array. */
void proof_find(void)
{
	static struct rvm_slots slots;
	static struct rvm_slot chunk[SLOTS];
	struct rvm_token_core token = {}, *found;
	struct rvm_handle handle = { nondet_u32(), nondet_u32() };

	slots.limit = SLOTS;
	rvm_slots_add_chunk(&slots, chunk);
	slots.room = SLOTS;
	rvm_slots_take(&slots, &token);
	rvm_slots_find(&slots, handle, &found);
	prove(!found || (handle.index == token.handle.index &&
			 handle.generation == token.handle.generation && found == &token));
}

/* Any requests at any times: none is accepted twice, and none that is new is refused. */
void proof_nonces(void)
{
	static struct rvm_nonces nonces;
	u64 nonce[USES], issued[USES], used[USES], now = 0;
	unsigned int i, k, count = 0;

	rvm_nonces_init(&nonces, 1);
	for (i = 0; i < USES; i++) {
		u64 later = nondet_u64(), wanted = nondet_u64(), made = nondet_u64();
		bool fresh, twice = false, accepted;

		assume(later >= now);
		now = later;
		fresh = wanted && made <= now && now - made <= RVM_NONCE_AGE_NS && made;
		/* Each that was accepted, the newest first. */
		for (k = count; k--;) {
			twice |= nonce[k] == wanted && issued[k] == made;
			fresh &= count - k <= RVM_NONCES ? nonce[k] != wanted : made > used[k];
		}
		accepted = rvm_nonces_may_use(&nonces, wanted, made, now);
		prove(!accepted || !twice);
		prove(accepted == fresh);
		if (!accepted)
			continue;
		rvm_nonces_use(&nonces, wanted, now);
		nonce[count] = wanted;
		issued[count] = made;
		used[count++] = now;
	}
}
