/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What RVM calls the capability manager, made of the core of the module: handles,
 * derivation, proofs and nonces.  Tests replay RVM's traces with it.
 *
 * Where the two differ on purpose, the line is counted in a class, and the manager is made
 * to be as RVM's is then, so that the lines after it can be compared.
 */
#ifndef RVM_UNIT_MANAGER_H
#define RVM_UNIT_MANAGER_H

#include <linux/rvm.h>
#include <jansson.h>

#include "lib/token/nonce.h"
#include "lib/token/slots.h"

/* Lines that are answered differently on purpose; manager.c has the reasons. */
enum line_class {
	SAME,
	HOST,
	STALE_SOURCE,
	ONCE_KEPT,
	DEPTH_LIMIT,
	OTHER_EPOCH,
	CONTEXT,
	REPLAY,
	LOCKOUT,
	UNTRACKED,
	BROKEN_NODE,
	UNBOUND,
	CALLER_PROOF,
	CALLER_TYPE,
	LINE_CLASSES,
};

struct manager {
	struct rvm_slots slots;
	struct rvm_slot chunk[RVM_SLOTS_PER_CHUNK];
	struct rvm_nonces *nonces;
	/* Each request is made a moment after the last. */
	u64 clock;
	u64 next_id;
	u32 epoch;
	u8 max_depth;
	/* What RVM can switch off. */
	bool track;
	u64 created, granted, revoked, revoke_ops;
	u8 deepest;
};

/* From a line of a trace that begins one; what there was is freed. */
void manager_begin(struct manager *m, u32 slots, u8 max_depth, bool track, u32 epoch);
void manager_end(struct manager *m);

/* RVM's name of an error, and the error of a result {"ok":...} or {"err":name}. */
const char *error_name(enum rvm_token_error error);
enum rvm_token_error error_of(const json_t *result);

/* A line with "op", from "create_root" to "lookup": false if it is answered wrongly. */
bool manager_replay(struct manager *m, const json_t *line, enum line_class *class);

/* A root or a child of a slot, whatever RVM's checks say; expects the handle. */
bool manager_create(struct manager *m, u8 type, u8 rights, u64 badge, u32 owner, u32 index,
		    u32 generation);

struct rvm_token_core *manager_find(struct manager *m, const json_t *line);

/* Is a nonce new, as of now; and use it. */
bool manager_is_new(struct manager *m, u64 nonce);
void manager_use(struct manager *m, u64 nonce);

/* The table of classes: how many lines of each, and why. */
void classes_print(const size_t count[LINE_CLASSES]);

#endif
