/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_LEAF_H
#define _RVM_LEAF_H

#include <linux/bits.h>
#include <linux/string.h>
#include <linux/types.h>

#include "glob.h"

/** RVM_LEAF_NAME_BITS - places that whole names are spread over */
#define RVM_LEAF_NAME_BITS 4096
/** RVM_LEAF_WORD_BITS - places that beginnings or ends of four bytes are spread over */
#define RVM_LEAF_WORD_BITS 1024
/** RVM_LEAF_WORD_BYTES - of these */
#define RVM_LEAF_WORD_BYTES 4

/**
 * struct rvm_leaf_set - names that some globs may be about, and more
 * @names: Hashes of whole names.
 * @heads: How names begin that may end with any bytes: hashes of four bytes.
 * @tails: Likewise how they end that may begin with any.
 * @whole: How the names of @names begin and end.
 * @part: How names begin and end that have a wildcard between.
 * @any_first: How names end that may begin with any bytes, if less than four are known.
 * @any_last: Likewise how they begin.
 *
 * Lists of some hundred names are usual: an ordinary name should meet none of them,
 * or each file costs a judgement of its own.  Both cases of a letter are the same.
 *
 * Globs that match every name of a folder, as "**" does, are not in it: who
 * asks about a name that is not in the set gets the same answer from every glob
 * as for any other such name.
 */
struct rvm_leaf_set {
	u64 names[RVM_LEAF_NAME_BITS / 64];
	u64 heads[RVM_LEAF_WORD_BITS / 64];
	u64 tails[RVM_LEAF_WORD_BITS / 64];
	struct rvm_leaf_ends whole;
	struct rvm_leaf_ends part;
	u64 any_first;
	u64 any_last;
};

/** rvm_leaf_word() - four bytes, each the same for both cases of a letter */
static inline u32 rvm_leaf_word(const char *text)
{
	u32 word;

	memcpy(&word, text, sizeof(word));
	return word | 0x20202020;
}

/** rvm_leaf_word_bit() - 0 to RVM_LEAF_WORD_BITS - 1 */
static inline unsigned int rvm_leaf_word_bit(u32 word)
{
	return word * 0x9e3779b1U >> (32 - 10);
}

/** rvm_leaf_name_hash() - of a name that is not empty: two places, by its halves */
static inline u32 rvm_leaf_name_hash(const char *text, size_t len)
{
	char few[2 * RVM_LEAF_WORD_BYTES] = { text[0], text[len / 2], text[len - 1] };
	bool is_long = len >= RVM_LEAF_WORD_BYTES;
	u32 head = rvm_leaf_word(is_long ? text : few);
	u32 tail = rvm_leaf_word(is_long ? text + len - RVM_LEAF_WORD_BYTES : few);
	u32 hash = head * 0x9e3779b1U ^ tail * 0x85ebca6bU ^ (u32)len * 0xc2b2ae35U;

	return hash ^ hash >> 15;
}

static inline void rvm_leaf_mark(u64 *bits, unsigned int bit)
{
	bits[bit / 64] |= BIT_ULL(bit % 64);
}

static inline bool rvm_leaf_is_marked(const u64 *bits, unsigned int bit)
{
	return bits[bit / 64] >> bit % 64 & 1;
}

/**
 * rvm_leaf_set_add() - add all names that a glob tells from others
 * @set: is changed
 * @glob: from rvm_glob_parse()
 */
void rvm_leaf_set_add(struct rvm_leaf_set *set, const struct rvm_glob *glob);

/** rvm_leaf_set_add_name() - add one name, not empty */
static inline void rvm_leaf_set_add_name(struct rvm_leaf_set *set, const struct rvm_name *name)
{
	u32 hash = rvm_leaf_name_hash(name->text, name->len);

	set->whole.first |= rvm_leaf_first(name->text, name->len);
	set->whole.last |= rvm_leaf_last(name->text, name->len);
	rvm_leaf_mark(set->names, hash % RVM_LEAF_NAME_BITS);
	rvm_leaf_mark(set->names, (hash >> 16) % RVM_LEAF_NAME_BITS);
}

/**
 * rvm_leaf_set_join() - add all names of another set
 * @set: is changed
 * @other: what is added
 */
static inline void rvm_leaf_set_join(struct rvm_leaf_set *set, const struct rvm_leaf_set *other)
{
	const u64 *from = (const u64 *)other;
	u64 *to = (u64 *)set;
	unsigned int i;

	for (i = 0; i < sizeof(*set) / sizeof(u64); i++)
		to[i] |= from[i];
}

/** rvm_leaf_set_has_whole() - may it be one of the names without wildcards */
static inline bool rvm_leaf_set_has_whole(const struct rvm_leaf_set *set, const char *text,
					  size_t len)
{
	u32 hash = rvm_leaf_name_hash(text, len);

	return rvm_leaf_is_marked(set->names, hash % RVM_LEAF_NAME_BITS) &&
	       rvm_leaf_is_marked(set->names, (hash >> 16) % RVM_LEAF_NAME_BITS);
}

/**
 * rvm_leaf_set_has() - may one of the globs be about this name
 * @set: the set
 * @text: the name
 * @len: its bytes, not 0
 *
 * Return: true if so; also for some other names.
 */
static inline bool rvm_leaf_set_has(const struct rvm_leaf_set *set, const char *text, size_t len)
{
	u64 first = rvm_leaf_first(text, len), last = rvm_leaf_last(text, len);
	u32 head, tail;

	if (set->any_last & first || set->any_first & last ||
	    (set->part.first & first && set->part.last & last) ||
	    (set->whole.first & first && set->whole.last & last &&
	     rvm_leaf_set_has_whole(set, text, len)))
		return true;
	if (len < RVM_LEAF_WORD_BYTES)
		return false;
	head = rvm_leaf_word(text);
	tail = rvm_leaf_word(text + len - RVM_LEAF_WORD_BYTES);
	return rvm_leaf_is_marked(set->heads, rvm_leaf_word_bit(head)) ||
	       rvm_leaf_is_marked(set->tails, rvm_leaf_word_bit(tail));
}

#endif /* _RVM_LEAF_H */
