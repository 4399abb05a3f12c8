// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which names a set of globs may be about, by first and last byte.
 */

#include "leaf.h"

#define ALL (~0ULL)

static u64 bit_of(u8 c)
{
	return BIT_ULL(rvm_leaf_hash(c));
}

static u64 first_bytes(const char *seg)
{
	switch (seg[0]) {
	case '*':
	case '?':
	case '[':
		return ALL;
	case '\\':
		return bit_of(seg[1]);
	default:
		return bit_of(seg[0]);
	}
}

/* A byte that would mean something else without the backslash before it counts as such. */
static u64 last_bytes(const char *seg, size_t len)
{
	switch (seg[len - 1]) {
	case '*':
	case '?':
	case ']':
		return ALL;
	default:
		return bit_of(seg[len - 1]);
	}
}

static bool takes_every_name(const char *seg, size_t len)
{
	while (len && seg[len - 1] == '*')
		len--;
	return !len;
}

/*
 * The last segment that is not "**" decides about the leaf: what earlier ones
 * match lies above, and a glob that ends there covers every name below.
 */
void rvm_leaf_set_add(struct rvm_leaf_set *set, const struct rvm_glob *glob)
{
	unsigned int last = glob->segments, end;
	const char *seg;
	u64 first_set, last_set;

	while (last && glob->deep & BIT_ULL(last - 1))
		last--;
	if (!last--)
		return;
	seg = glob->text + glob->start[last];
	end = last + 1 < glob->segments ? glob->start[last + 1] - 1 : glob->len;
	if (takes_every_name(seg, end - glob->start[last]))
		return;
	first_set = first_bytes(seg);
	last_set = last_bytes(seg, end - glob->start[last]);
	if (first_set == ALL) {
		set->any_first |= last_set;
	} else if (last_set == ALL) {
		set->any_last |= first_set;
	} else {
		set->first |= first_set;
		set->last |= last_set;
	}
}
