/* SPDX-License-Identifier: GPL-2.0-only */
/* Tokens to derive from and to prove: what one asks for takes one line. */
#ifndef RVM_TOKEN_WORLD_H
#define RVM_TOKEN_WORLD_H

#include "lib/model/rights.h"
#include "lib/token/derive.h"
#include "lib/token/prove.h"
#include "lib/token/scope.h"
#include "lib/token/slots.h"
#include "unit.h"

#define READ RVM_RIGHT_READ
#define WRITE RVM_RIGHT_WRITE
#define GRANT RVM_RIGHT_GRANT
#define REVOKE RVM_RIGHT_REVOKE
#define ONCE RVM_RIGHT_GRANT_ONCE
#define ALL RVM_RIGHTS_ALL
#define NOW 1000
#define OWNER 1

#define TOKEN_ERROR(name) RVM_TOKEN_ERROR_##name
#define EXPECT_ERROR(call, name) EXPECT_EQ(call, TOKEN_ERROR(name))

static const struct rvm_scope some_scope, other_scope;

static inline void seal_randomly(void)
{
	rvm_seal_init(unit_random());
}

static u64 last_id;

static inline struct rvm_token_core root_with(u8 rights)
{
	struct rvm_token_core root = {
		.id = ++last_id,
		.scope = &some_scope,
		.owner = OWNER,
		.epoch = 1,
		.tier = 1,
		.rights = rights,
	};

	rvm_derive_root(&root);
	return root;
}

/* For the owner itself; whatever the source has. */
static inline struct rvm_wish wish_for(const struct rvm_token_core *source, u8 rights)
{
	return (struct rvm_wish){
		.caller = source->owner,
		.owner = source->owner,
		.source_epoch = source->epoch,
		.epoch = source->epoch,
		.now = NOW,
		.expires_at = source->expires_at,
		.scope = source->scope,
		.contained = true,
		.rights = rights,
		.tier = source->tier,
	};
}

/* Given by the host, so no right is needed for it. */
static inline struct rvm_token_core *child_of(struct rvm_token_core *source,
					      struct rvm_token_core *child, u8 rights)
{
	struct rvm_wish wish = wish_for(source, rights);

	wish.sponsored = true;
	EXPECT_ERROR(rvm_derive_check(source, &wish), NONE);
	*child = (struct rvm_token_core){ .id = ++last_id };
	rvm_derive(source, child, &wish);
	return child;
}

/* chain[0] is the root; each is derived from the one before. */
static inline void make_chain(struct rvm_token_core *chain, unsigned int depth, u8 rights)
{
	unsigned int i;

	chain[0] = root_with(rights);
	for (i = 1; i <= depth; i++)
		child_of(&chain[i - 1], &chain[i], rights);
}

#endif
