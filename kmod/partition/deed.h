/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_DEED_H
#define _RVM_DEED_H

#include <linux/rvm.h>
#include <linux/rvm_record.h>
#include <linux/types.h>

#include "limits.h"
#include "witness/line.h"
#include "witness/witness.h"

struct rvm_partition;
struct rvm_scope_object;
struct rvm_token_core;

/**
 * struct rvm_deed - the record of what is done with a token
 *
 * Begun with the token; the caller adds what else there is to say, and ends it.
 */
struct rvm_deed {
	/** @event: All but @reason is set at the beginning. */
	struct rvm_event event;
	/** @line: The detail line, empty at the beginning. */
	struct rvm_line line;
	/** @text: Of the line. */
	char text[RVM_DETAIL_BYTES];
};

/**
 * rvm_deed_begin() - begin the record
 * @deed: filled
 * @kind: enum rvm_kind
 * @op: enum rvm_op
 * @actor: partition that does it; 0 for the host
 * @token: what it is done with
 *
 * Tier and rights are those of the token.
 */
void rvm_deed_begin(struct rvm_deed *deed, enum rvm_kind kind, enum rvm_op op, u32 actor,
		    const struct rvm_token_core *token);

/** rvm_deed_add_partition() - add @key=its id and partition=its name */
void rvm_deed_add_partition(struct rvm_deed *deed, const char *key,
			    const struct rvm_partition *part);

/** rvm_deed_add_resource() - add what a scope was written as, if that is known */
void rvm_deed_add_resource(struct rvm_deed *deed, const struct rvm_scope_object *scope);

/**
 * rvm_deed_end() - append the record
 * @deed: the record
 * @res: room for it; NULL or empty if there is none
 *
 * Return: sequence of the record, U64_MAX if it was lost.
 */
u64 rvm_deed_end(struct rvm_deed *deed, struct rvm_reservation *res);

#endif /* _RVM_DEED_H */
