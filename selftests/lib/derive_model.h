/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The core again, as plain as possible: arrays, and everything computed from each token's
 * own words.  SLOTS, PARTITIONS and LONG_AGO, the most tokens that it knows, are the user's.
 */
#ifndef RVM_DERIVE_MODEL_H
#define RVM_DERIVE_MODEL_H

#include "lib/token/derive.h"

/* What the model knows of each token that ever was: nothing of it is shared. */
struct known {
	bool live, expired, once_used;
	u32 owner, epoch, index, generation;
	u8 rights, tier, depth;
	s64 end;
	/* Number of what it was made of, -1 for a root. */
	int parent;
};

static struct known known[LONG_AGO];
static int count;
static struct {
	int holder; /* -1 if it is free */
	u32 generation;
} slot[SLOTS];
static u32 epoch[PARTITIONS + 1];
static s64 now;

static inline int model_free_slot(void)
{
	int i;

	for (i = 0; i < SLOTS; i++)
		if (slot[i].holder < 0)
			return i;
	return -1;
}

static inline bool model_over(int i)
{
	return known[i].expired || (known[i].end && known[i].end <= now);
}

static inline bool model_any_over(int i)
{
	return i >= 0 && (model_over(i) || model_any_over(known[i].parent));
}

static inline bool model_any_over_above(int i)
{
	return model_any_over(known[i].parent);
}

static inline bool model_is_below(int i, int top)
{
	return i == top || (i >= 0 && model_is_below(known[i].parent, top));
}

static inline int model_find(u32 index, u32 generation, enum rvm_token_error *error)
{
	*error = RVM_TOKEN_ERROR_NONE;
	if (index >= SLOTS || slot[index].holder < 0)
		*error = RVM_TOKEN_ERROR_INVALID_HANDLE;
	else if (slot[index].generation != generation)
		*error = RVM_TOKEN_ERROR_STALE_HANDLE;
	return *error ? -1 : slot[index].holder;
}

static inline enum rvm_token_error model_grant(int source, const struct rvm_wish *w)
{
	const struct known *s = &known[source];

	if (w->caller && w->caller != s->owner)
		return RVM_TOKEN_ERROR_GRANT_NOT_PERMITTED;
	if (w->source_epoch != s->epoch || model_any_over(source))
		return RVM_TOKEN_ERROR_STALE_CAPABILITY;
	if (!w->sponsored && !(s->rights & RVM_RIGHT_GRANT) && !(s->rights & RVM_RIGHT_GRANT_ONCE))
		return RVM_TOKEN_ERROR_GRANT_NOT_PERMITTED;
	if ((w->rights | s->rights) != s->rights || !w->contained || w->tier < s->tier)
		return RVM_TOKEN_ERROR_RIGHTS_ESCALATION;
	if (s->end && (!w->expires_at || w->expires_at > s->end))
		return RVM_TOKEN_ERROR_RIGHTS_ESCALATION;
	if (s->depth == 8)
		return RVM_TOKEN_ERROR_DELEGATION_DEPTH_EXCEEDED;
	return model_free_slot() < 0 ? RVM_TOKEN_ERROR_TABLE_FULL : RVM_TOKEN_ERROR_NONE;
}

static inline void model_take_slot(int i)
{
	int at = model_free_slot();

	slot[at].holder = i;
	slot[at].generation++;
	known[i].index = at;
	known[i].generation = slot[at].generation;
	known[i].live = true;
}

/* What @wish makes of it, which model_grant() allowed. */
static inline void model_derive(int source, int i, const struct rvm_wish *w)
{
	bool once = !w->sponsored && !(known[source].rights & RVM_RIGHT_GRANT);

	if (once) {
		known[source].rights -= RVM_RIGHT_GRANT_ONCE;
		known[source].once_used = true;
	}
	known[i] = (struct known){ .owner = w->owner,
				   .epoch = w->epoch,
				   .rights = once ? w->rights & ~RVM_RIGHT_GRANT_ONCE : w->rights,
				   .tier = w->tier,
				   .depth = known[source].depth + 1,
				   .end = w->expires_at,
				   .parent = source };
	model_take_slot(i);
}

static inline bool model_may_revoke(int i, u32 caller)
{
	if (i < 0)
		return false;
	if (known[i].owner == caller && known[i].epoch == epoch[caller] &&
	    known[i].rights & RVM_RIGHT_REVOKE && !model_any_over(i))
		return true;
	return model_may_revoke(known[i].parent, caller);
}

/* How many that were. */
static inline int model_revoke(int top)
{
	int i, gone = 0;

	for (i = 0; i < count; i++) {
		if (!known[i].live || !model_is_below(i, top))
			continue;
		gone++;
		known[i].live = false;
		slot[known[i].index].holder = -1;
	}
	return gone;
}

static inline enum rvm_token_error model_p1(int i, u8 need)
{
	if (known[i].epoch != epoch[known[i].owner] || model_over(i))
		return RVM_TOKEN_ERROR_STALE_CAPABILITY;
	return known[i].rights & need ? RVM_TOKEN_ERROR_NONE : RVM_TOKEN_ERROR_INSUFFICIENT_RIGHTS;
}

static inline void model_begin(void)
{
	int i;

	for (i = 0; i < SLOTS; i++)
		slot[i].holder = -1;
}

#endif
