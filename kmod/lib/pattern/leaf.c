// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which names a set of globs may be about.
 */

#include "lib/pattern/leaf.h"

static bool is_plain_byte(char c)
{
	return c != '*' && c != '?' && c != '[' && c != ']' && c != '\\';
}

static struct rvm_name segment_at(const struct rvm_glob *glob, unsigned int n)
{
	size_t end = n + 1 < glob->segments ? glob->start[n + 1] - 1 : glob->len;

	return (struct rvm_name){ .text = glob->text + glob->start[n],
				  .len = end - glob->start[n] };
}

static bool takes_every_name(const struct rvm_name *seg)
{
	size_t i;

	for (i = 0; i < seg->len && seg->text[i] == '*'; i++)
		;
	return i == seg->len;
}

/* How many bytes at its beginning stand for themselves. */
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

void rvm_leaf_set_add_name(struct rvm_leaf_set *set, const struct rvm_name *name)
{
	const char *text = name->text;
	size_t len = name->len;
	bool few = len < RVM_LEAF_WORD_BYTES;
	u32 head = rvm_leaf_head(few ? rvm_leaf_few(text, len) : rvm_leaf_word(text));
	u32 tail = few ? 0 : rvm_leaf_tail(rvm_leaf_word(text + len - RVM_LEAF_WORD_BYTES));
	u32 whole = rvm_leaf_whole(head, tail, len);

	rvm_leaf_mark(set->names, whole % RVM_LEAF_NAME_BITS);
	rvm_leaf_mark(set->names, (whole >> 16) % RVM_LEAF_NAME_BITS);
}

static void mark_tail(struct rvm_leaf_set *set, const char *text)
{
	rvm_leaf_mark(set->tails, rvm_leaf_word_bit(rvm_leaf_tail(rvm_leaf_word(text))));
}

/* If it has wildcards, four bytes at one end tell most. */
static void add_segment(struct rvm_leaf_set *set, const struct rvm_name *seg)
{
	size_t head = plain_head(seg), tail = plain_tail(seg);

	if (takes_every_name(seg))
		return;
	if (head == seg->len) {
		rvm_leaf_set_add_name(set, seg);
	} else if (head >= RVM_LEAF_WORD_BYTES) {
		rvm_leaf_mark(set->heads,
			      rvm_leaf_word_bit(rvm_leaf_head(rvm_leaf_word(seg->text))));
	} else if (tail >= RVM_LEAF_WORD_BYTES) {
		mark_tail(set, seg->text + seg->len - RVM_LEAF_WORD_BYTES);
	} else if (head && tail) {
		set->both_first |= rvm_leaf_byte(seg->text[0]);
		set->both_last |= rvm_leaf_byte(seg->text[seg->len - 1]);
	} else if (head) {
		set->first |= rvm_leaf_byte(seg->text[0]);
	} else {
		/* If neither end is known, it may be any name. */
		set->last |= tail ? rvm_leaf_byte(seg->text[seg->len - 1]) : ~0ULL;
	}
}

/*
 * The last segment that is not "**" decides about the leaf: earlier ones match names
 * above, and a glob that ends there covers every name below.
 */
void rvm_leaf_set_add(struct rvm_leaf_set *set, const struct rvm_glob *glob)
{
	unsigned int last = glob->segments;
	struct rvm_name seg;

	while (last && glob->deep & BIT_ULL(last - 1))
		last--;
	if (!last)
		return;
	seg = segment_at(glob, last - 1);
	add_segment(set, &seg);
}

void rvm_leaf_set_add_all(struct rvm_leaf_set *set, const struct rvm_glob *glob)
{
	struct rvm_name seg;
	unsigned int n;

	for (n = 0; n < glob->segments; n++) {
		seg = segment_at(glob, n);
		add_segment(set, &seg);
	}
}
