// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of what is done with tokens: passed on, taken back, proved.
 */

#include <linux/string.h>

#include "lib/token/scope.h"
#include "partition/deed.h"
#include "partition/registry.h"
#include "table/token.h"

void rvm_deed_begin(struct rvm_deed *deed, enum rvm_kind kind, enum rvm_op op, u32 actor,
		    const struct rvm_token_core *token)
{
	deed->text[0] = '\0';
	deed->line = (struct rvm_line){ .text = deed->text, .size = sizeof(deed->text) };
	deed->event = (struct rvm_event){
		.kind = kind,
		.op = op,
		.tier = token->tier,
		.right = token->rights,
		.class = token->scope->class,
		.lane = rvm_partition_lane(actor),
		.actor = actor,
		.target = token->id,
		.cap_hash = rvm_token_hash(token->id, token->epoch, token->rights),
		.detail = deed->text,
	};
}

void rvm_deed_add_partition(struct rvm_deed *deed, const char *key,
			    const struct rvm_partition *part)
{
	rvm_line_add_number(&deed->line, key, part->id);
	rvm_line_add(&deed->line, "partition", part->name, strlen(part->name));
}

void rvm_deed_add_resource(struct rvm_deed *deed, const struct rvm_scope_object *scope)
{
	if (scope && scope->resource)
		rvm_line_add(&deed->line, "resource", scope->resource, strlen(scope->resource));
}

u64 rvm_deed_end(struct rvm_deed *deed, struct rvm_reservation *res)
{
	return res && res->count ? rvm_witness_commit(res, &deed->event) :
				   rvm_witness_append(&deed->event);
}
