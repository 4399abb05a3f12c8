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

static bool is_plain_byte(char c)
{
	return c != '*' && c != '?' && c != '[' && c != ']' && c != '\\';
}

/* The last segment that is not "**"; false if there is none, or it takes every name. */
static bool find_last(const struct rvm_glob *glob, struct rvm_name *seg)
{
	unsigned int last = glob->segments;
	size_t i, end;

	while (last && glob->deep & BIT_ULL(last - 1))
		last--;
	if (!last--)
		return false;
	end = last + 1 < glob->segments ? glob->start[last + 1] - 1 : glob->len;
	seg->text = glob->text + glob->start[last];
	seg->len = end - glob->start[last];
	for (i = 0; i < seg->len && seg->text[i] == '*'; i++)
		;
	return i < seg->len;
}

/* Bytes at its beginning that stand for themselves. */
static size_t plain_head(const struct rvm_name *seg)
{
	size_t n;

	for (n = 0; n < seg->len && is_plain_byte(seg->text[n]); n++)
		;
	return n;
}

static size_t plain_tail(const struct rvm_name *seg)
{
	size_t n;

	for (n = 0; n < seg->len && is_plain_byte(seg->text[seg->len - 1 - n]); n++)
		;
	return n;
}

static void mark_word(u64 *bits, const char *text)
{
	rvm_leaf_mark(bits, rvm_leaf_word_bit(rvm_leaf_word(text)));
}

/*
 * The last segment that is not "**" decides about the leaf: what earlier ones
 * match lies above, and a glob that ends there covers every name below.  Of one
 * with wildcards the four bytes at an end tell most.
 */
void rvm_leaf_set_add(struct rvm_leaf_set *set, const struct rvm_glob *glob)
{
	const struct rvm_leaf_ends *ends = &glob->ends;
	struct rvm_name seg;

	if (!find_last(glob, &seg))
		return;
	if (plain_head(&seg) == seg.len) {
		rvm_leaf_set_add_name(set, &seg);
	} else if (plain_head(&seg) >= RVM_LEAF_WORD_BYTES) {
		mark_word(set->heads, seg.text);
	} else if (plain_tail(&seg) >= RVM_LEAF_WORD_BYTES) {
		mark_word(set->tails, seg.text + seg.len - RVM_LEAF_WORD_BYTES);
	} else if (is_open(ends->first)) {
		set->any_first |= ends->last;
	} else if (is_open(ends->last)) {
		set->any_last |= ends->first;
	} else {
		set->part.first |= ends->first;
		set->part.last |= ends->last;
	}
}
