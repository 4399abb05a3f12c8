// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which names a set of globs may be about, by first and last byte.
 */

#include "leaf.h"

#define ALL (~0ULL)

/* Do these globs begin, or end, with a wildcard? */
static bool is_open(u64 set)
{
	return set == ALL;
}

/* Names that a glob tells from others are of this length, or of any: -1. */
static int tail_len(const struct rvm_glob *glob, const char **tail)
{
	unsigned int last = glob->segments, end;
	const char *seg;
	size_t i, len;

	while (last && glob->deep & BIT_ULL(last - 1))
		last--;
	if (!last--)
		return 0;
	seg = glob->text + glob->start[last];
	end = last + 1 < glob->segments ? glob->start[last + 1] - 1 : glob->len;
	len = end - glob->start[last];
	*tail = seg;
	for (i = 0; i < len && seg[i] == '*'; i++)
		;
	if (i == len)
		return 0;
	for (i = 0; i < len; i++)
		if (seg[i] == '*' || seg[i] == '?' || seg[i] == '[' || seg[i] == '\\')
			return -1;
	return len;
}

/*
 * The last segment that is not "**" decides about the leaf: what earlier ones
 * match lies above, and a glob that ends there covers every name below.
 */
void rvm_leaf_set_add(struct rvm_leaf_set *set, const struct rvm_glob *glob)
{
	const struct rvm_leaf_ends *ends = &glob->ends;
	const char *tail;
	int len = tail_len(glob, &tail);
	unsigned int i;

	/* None, or one that takes every name. */
	if (!len)
		return;
	if (is_open(ends->first)) {
		set->any_first |= ends->last;
		return;
	}
	if (is_open(ends->last)) {
		set->any_last |= ends->first;
		return;
	}
	for (i = 0; i < RVM_LEAF_LENGTHS; i++) {
		if (len > 0 && i != (unsigned int)len % RVM_LEAF_LENGTHS)
			continue;
		set->of_len[i].first |= ends->first;
		set->of_len[i].last |= ends->last;
	}
}
