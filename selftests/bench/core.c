// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work for core.sh to count: one of the functions measure_*(), over and over.
 *
 *	core p1|p2|p3|grant|revoke|hash|sign DEPTH TIMES
 */
#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log/chain.h"
#include "lib/log/record.h"
#include "lib/token/derive.h"
#include "lib/token/nonce.h"
#include "lib/token/prove.h"
#include "lib/token/scope.h"
#include "lib/token/slots.h"

#define SUBTREE 100
#define OWNER 1
#define EPOCH 1
#define NOW 1000
#define TOKENS 256

/* Called as it stands, so that callgrind knows where it begins. */
#define MEASURED static __attribute__((noipa))

static struct rvm_slots slots;
static struct rvm_token_core token[TOKENS];
static struct rvm_scope scope;
static struct rvm_nonces *nonces;
static u64 last_id, clock_ns = 1000000000000ULL;

static struct rvm_wish wish_of(const struct rvm_token_core *source)
{
	return (struct rvm_wish){
		.caller = OWNER,
		.owner = OWNER,
		.source_epoch = EPOCH,
		.epoch = EPOCH,
		.now = NOW,
		.expires_at = source->expires_at,
		.scope = &scope,
		.contained = true,
		.rights = source->rights,
		.tier = 1,
	};
}

MEASURED enum rvm_token_error measure_p1(struct rvm_handle handle, u8 need)
{
	struct rvm_token_core *found;
	enum rvm_token_error error = rvm_slots_find(&slots, handle, &found);

	return error ? error : rvm_prove_p1(found, need, EPOCH, NOW);
}

MEASURED enum rvm_token_error measure_p2(struct rvm_handle handle, u64 nonce, u64 now)
{
	struct rvm_token_core *found;
	enum rvm_token_error error = rvm_slots_find(&slots, handle, &found);

	if (!error)
		error = rvm_prove_p2(found, NOW);
	if (error)
		return error;
	if (!rvm_nonces_may_use(nonces, nonce, now, now))
		return RVM_TOKEN_ERROR_POLICY_VIOLATION;
	rvm_nonces_use(nonces, nonce, now);
	return RVM_TOKEN_ERROR_NONE;
}

MEASURED enum rvm_token_error measure_p3(struct rvm_handle handle)
{
	struct rvm_token_core *found;
	enum rvm_token_error error = rvm_slots_find(&slots, handle, &found);

	return error ? error : rvm_prove_p3(found, RVM_DEPTH_MAX);
}

MEASURED enum rvm_token_error measure_grant(struct rvm_handle handle, const struct rvm_wish *wish,
					    struct rvm_token_core *child)
{
	struct rvm_token_core *source;
	enum rvm_token_error error = rvm_slots_find(&slots, handle, &source);

	if (!error)
		error = rvm_derive_check(source, wish);
	if (error)
		return error;
	child->id = ++last_id;
	error = rvm_slots_take(&slots, child);
	if (!error)
		rvm_derive(source, child, wish);
	return error;
}

MEASURED u32 measure_revoke(struct rvm_handle handle)
{
	struct rvm_token_core *top, *leaf;
	u32 count = 0;

	if (rvm_slots_find(&slots, handle, &top))
		return 0;
	rvm_token_add_flags(top, RVM_TOKEN_FLAG_REVOKED);
	do {
		leaf = rvm_derive_leaf(top);
		rvm_token_add_flags(leaf, RVM_TOKEN_FLAG_REVOKED);
		rvm_derive_detach(leaf);
		rvm_slots_release(&slots, leaf);
		count++;
	} while (leaf != top);
	return count;
}

static unsigned long compressions;

/* core.sh counts these apart. */
__attribute__((noipa)) void compress_apart(u32 state[RVM_SHA256_WORDS], const u8 *data,
					   size_t blocks)
{
	compressions += blocks;
	rvm_sha256_compress(state, data, blocks);
}

/* As the module's hasher does it, in its ring. */
MEASURED int measure_hash(struct rvm_chain *chain, u8 raw[RVM_RECORD_BYTES])
{
	return rvm_chain_append_image(chain, raw, NULL);
}

MEASURED int measure_sign(struct rvm_chain *chain, u8 raw[RVM_RECORD_BYTES],
			  const struct rvm_hmac_key *key)
{
	return rvm_chain_append_image(chain, raw, key);
}

static void fail(const char *what)
{
	fprintf(stderr, "core: %s\n", what);
	exit(1);
}

static void make_root(struct rvm_token_core *root)
{
	*root = (struct rvm_token_core){
		.id = ++last_id,
		.scope = &scope,
		.owner = OWNER,
		.epoch = EPOCH,
		.tier = 1,
		.rights = 0x3f,
	};
	if (rvm_slots_take(&slots, root))
		fail("no slot");
	rvm_derive_root(root);
}

static void grant(struct rvm_token_core *source, struct rvm_token_core *child)
{
	struct rvm_wish wish = wish_of(source);

	if (measure_grant(source->handle, &wish, child))
		fail("not granted");
}

static void take_back(struct rvm_token_core *child)
{
	rvm_derive_detach(child);
	rvm_slots_release(&slots, child);
}

/* @depth below a root, which is token[0]. */
static void make_chain(unsigned int depth)
{
	unsigned int i;

	make_root(&token[0]);
	for (i = 1; i <= depth; i++)
		grant(&token[i - 1], &token[i]);
}

/* A root with children and theirs. */
static void make_subtree(void)
{
	unsigned int i;

	make_root(&token[0]);
	for (i = 1; i < SUBTREE; i++)
		grant(&token[(i - 1) / 4], &token[i]);
}

static void run_proofs(const char *what, unsigned int depth, unsigned long times)
{
	enum rvm_token_error error = RVM_TOKEN_ERROR_NONE;
	unsigned long i;

	make_chain(depth);
	for (i = 0; i < times && !error; i++) {
		clock_ns++;
		if (!strcmp(what, "p1"))
			error = measure_p1(token[depth].handle, RVM_RIGHT_READ);
		else if (!strcmp(what, "p2"))
			error = measure_p2(token[depth].handle, i + 1, clock_ns);
		else
			error = measure_p3(token[depth].handle);
	}
	if (error)
		fail("not proved");
}

static void run_grant(unsigned int depth, unsigned long times)
{
	make_chain(depth);
	while (times--) {
		grant(&token[depth], &token[depth + 1]);
		take_back(&token[depth + 1]);
	}
}

static void run_revoke(unsigned long times)
{
	while (times--) {
		make_subtree();
		if (measure_revoke(token[0].handle) != SUBTREE)
			fail("not revoked");
	}
}

static void run_hash(bool sign, unsigned long times)
{
	u8 raw[RVM_RECORD_BYTES] = {};
	struct rvm_hmac_key key;
	struct rvm_chain chain;
	unsigned long i;
	int err = 0;

	rvm_hmac_key_init(&key, "key", 3);
	rvm_chain_init(&chain, compress_apart);
	for (i = 0; i < times && !err; i++) {
		rvm_le64_put(raw, i);
		if (sign)
			err = measure_sign(&chain, raw, &key);
		else
			err = measure_hash(&chain, raw);
	}
	if (err || chain.length != times || compressions != times * (sign ? 3 : 1))
		fail("other compressions than expected");
}

int main(int argc, char *argv[])
{
	const u64 key = 0x9e3779b97f4a7c15;
	unsigned long times;
	unsigned int depth;

	if (argc != 4)
		fail("usage: core p1|p2|p3|grant|revoke|hash|sign DEPTH TIMES");
	depth = strtoul(argv[2], NULL, 10);
	times = strtoul(argv[3], NULL, 10);
	slots.limit = RVM_SLOTS_PER_CHUNK;
	rvm_slots_add_chunk(&slots, calloc(RVM_SLOTS_PER_CHUNK, sizeof(struct rvm_slot)));
	nonces = malloc(rvm_nonces_bytes());
	rvm_nonces_init(nonces, key);
	rvm_seal_init(key);
	if (!strcmp(argv[1], "grant"))
		run_grant(depth, times);
	else if (!strcmp(argv[1], "revoke"))
		run_revoke(times);
	else if (!strcmp(argv[1], "hash") || !strcmp(argv[1], "sign"))
		run_hash(argv[1][0] == 's', times);
	else
		run_proofs(argv[1], depth, times);
	return 0;
}
