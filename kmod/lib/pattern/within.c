// SPDX-License-Identifier: GPL-2.0-only
/*
 * Globs within globs: the outer one matches the inner one as if that were a path.
 */
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/string.h>

#include "lib/pattern/glob_priv.h"
#include "lib/pattern/within.h"

/* All bytes that a name can hold are asked for, if no single one is known. */
#define BYTES 256
/* Sets of states that are told from each other. */
#define WAYS 8

static const struct rvm_name any = { .text = "*", .len = 1 };

static bool spend(u32 *steps, size_t cost)
{
	if (cost > *steps)
		cost = *steps;
	*steps -= cost;
	return *steps;
}

/* A part of a segment that matches one byte, or a star. */
static struct rvm_name unit_at(const struct rvm_name *seg, size_t at)
{
	return (struct rvm_name){ .text = seg->text + at, .len = rvm_glob_unit_len(seg, at) };
}

static bool is_same(const struct rvm_name *a, const struct rvm_name *b)
{
	return a->len == b->len && !memcmp(a->text, b->text, a->len);
}

static bool takes_set(const struct rvm_name *outer, const struct rvm_name *inner, u32 *steps)
{
	unsigned int c;

	if (!spend(steps, BYTES * ((size_t)outer->len + inner->len)))
		return false;
	for (c = 1; c < BYTES; c++)
		if (c != '/' && rvm_glob_unit_takes(inner->text, inner->len, c) &&
		    !rvm_glob_unit_takes(outer->text, outer->len, c))
			return false;
	return true;
}

static bool takes_unit(const struct rvm_name *outer, const struct rvm_name *inner, u32 *steps)
{
	if (!spend(steps, 1 + outer->len))
		return false;
	switch (inner->text[0]) {
	case '*':
		return false;
	case '?':
	case '[':
		return outer->text[0] == '?' || is_same(outer, inner) ||
		       takes_set(outer, inner, steps);
	default:
		/* What is escaped follows the backslash. */
		return rvm_glob_unit_takes(outer->text, outer->len, inner->text[inner->len - 1]);
	}
}

/* Units, and stars if they are of the inner segment; those before @at were gone through. */
struct row {
	struct rvm_name seg;
	size_t at;
	size_t units;
};

static struct row row_of(const struct rvm_name *seg)
{
	struct row row = { .seg = *seg };
	size_t at;

	for (at = 0; at < seg->len; at += rvm_glob_unit_len(seg, at))
		row.units++;
	return row;
}

/* What is from @at to the next star, or to the end. */
static struct row piece_at(const struct rvm_name *seg, size_t at)
{
	struct row piece = { .seg = { .text = seg->text + at } };
	size_t end = at;

	for (; end < seg->len && seg->text[end] != '*'; end += rvm_glob_unit_len(seg, end))
		piece.units++;
	piece.seg.len = end - at;
	return piece;
}

static void skip_unit(struct row *row)
{
	row->at += rvm_glob_unit_len(&row->seg, row->at);
	row->units--;
}

/* Goes on in @inner past what the piece takes, if it takes all that is there. */
static bool take_piece(const struct row *piece, struct row *inner, u32 *steps)
{
	struct row outer = *piece, rest = *inner;

	if (outer.units > rest.units)
		return false;
	for (; outer.units; skip_unit(&outer), skip_unit(&rest)) {
		const struct rvm_name taker = unit_at(&outer.seg, outer.at);
		const struct rvm_name unit = unit_at(&rest.seg, rest.at);

		if (!takes_unit(&taker, &unit, steps))
			return false;
	}
	*inner = rest;
	return true;
}

/* As rvm_glob_match_name() goes through a name: each piece is put where it first fits. */
static bool takes_segment(const struct rvm_name *outer, const struct rvm_name *seg, u32 *steps)
{
	struct row piece, inner;
	size_t pos;

	if (!spend(steps, RVM_GLOB_STEPS + seg->len))
		return false;
	piece = piece_at(outer, 0);
	inner = row_of(seg);
	pos = piece.seg.len;
	if (!take_piece(&piece, &inner, steps))
		return false;
	if (pos == outer->len)
		return !inner.units;
	while (pos < outer->len) {
		piece = piece_at(outer, pos + 1);
		pos += 1 + piece.seg.len;
		/* The last one is at the end. */
		while (pos == outer->len && inner.units > piece.units)
			skip_unit(&inner);
		while (!take_piece(&piece, &inner, steps)) {
			if (inner.units <= piece.units)
				return false;
			skip_unit(&inner);
		}
	}
	return true;
}

/* Another name: each state before a segment that takes it goes on; "**" also stays. */
static u64 take_name(const struct rvm_glob_reach *outer, u64 states, const struct rvm_name *seg,
		     u32 *steps)
{
	const struct rvm_glob *glob = outer->glob;
	const u64 end = BIT_ULL(glob->segments);
	u64 next = states & (glob->deep | (outer->below ? end : 0));
	u64 left = states & ~glob->deep & (end - 1);

	for (; left; left &= left - 1) {
		unsigned int n = __ffs64(left);
		const struct rvm_name taker = rvm_glob_segment(glob, n);

		if (takes_segment(&taker, seg, steps))
			next |= BIT_ULL(n + 1);
	}
	return rvm_glob_pass_deep(glob, next);
}

/*
 * Sets of states after what the inner glob may begin with: each must lead to the end.  One
 * that has all states of another need not be kept.
 */
struct ways {
	u64 states[WAYS];
	unsigned int count;
};

static void add_way(struct ways *ways, u64 states)
{
	unsigned int i, kept = 0;

	for (i = 0; i < ways->count; i++) {
		if (!(ways->states[i] & ~states))
			return;
		if (states & ~ways->states[i])
			ways->states[kept++] = ways->states[i];
	}
	/* If there are too many, what two have in common must do. */
	if (kept == WAYS)
		states &= ways->states[--kept];
	ways->states[kept++] = states;
	ways->count = kept;
}

static void take_names(const struct rvm_glob_reach *outer, struct ways *ways,
		       const struct rvm_name *seg, u32 *steps)
{
	struct ways next = {};
	unsigned int i;

	for (i = 0; i < ways->count; i++)
		add_way(&next, take_name(outer, ways->states[i], seg, steps));
	*ways = next;
}

/* After as many names as the glob has segments, another one changes nothing more. */
static void take_deep(const struct rvm_glob_reach *outer, struct ways *ways, u32 *steps)
{
	struct ways next = {};
	unsigned int i, names;

	for (i = 0; i < ways->count; i++) {
		u64 states = ways->states[i], before = ~states;

		for (names = 0; names <= outer->glob->segments + 1U && states != before; names++) {
			add_way(&next, states);
			before = states;
			states = take_name(outer, before, &any, steps);
		}
	}
	*ways = next;
}

bool rvm_glob_is_within(const struct rvm_glob_reach *outer, const struct rvm_glob_reach *inner,
			u32 *steps)
{
	struct ways ways = { { rvm_glob_pass_deep(outer->glob, BIT_ULL(0)) }, 1 };
	const u64 end = BIT_ULL(outer->glob->segments);
	unsigned int n;

	if (inner->after_any)
		take_names(outer, &ways, &any, steps);
	for (n = 0; n < inner->glob->segments && *steps; n++) {
		const struct rvm_name seg = rvm_glob_segment(inner->glob, n);

		if (inner->glob->deep & BIT_ULL(n))
			take_deep(outer, &ways, steps);
		else
			take_names(outer, &ways, &seg, steps);
	}
	if (inner->below)
		take_deep(outer, &ways, steps);
	for (n = 0; n < ways.count && ways.states[n] & end; n++)
		;
	return n == ways.count && *steps;
}
