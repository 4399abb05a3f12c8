/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_LEAF_H
#define _RVM_LEAF_H

#include <linux/bits.h>
#include <linux/string.h>
#include <linux/types.h>

#include "lib/pattern/glob.h"

/** RVM_LEAF_NAME_BITS - number of bits that whole names are spread over */
#define RVM_LEAF_NAME_BITS 16384
/** RVM_LEAF_WORD_BITS - number of bits that beginnings or ends of names are spread over */
#define RVM_LEAF_WORD_BITS 4096
/** RVM_LEAF_WORD_BYTES - length of such a beginning or end */
#define RVM_LEAF_WORD_BYTES 4

/**
 * struct rvm_leaf_set - names that some globs may be about, and a few others
 * @names: Hashes of whole names.
 * @heads: Hashes of the beginnings of names that may end with any bytes.
 * @tails: Hashes of the ends of names that may begin with any bytes.
 * @first: First bytes of names of which nothing more is known.
 * @last: Last bytes of names of which nothing more is known.
 * @both_first: First bytes of names of which the first and last byte are known.
 * @both_last: Last bytes of these.
 *
 * Lists of some hundred names are usual: an ordinary name should not be in the set, or
 * each file costs its own judgement.  Both cases of a letter are the same.
 *
 * Globs that match every name of a directory, as "**" does, are not in it: all names that
 * are not in the set get the same answer from every glob.
 */
struct rvm_leaf_set {
	u64 names[RVM_LEAF_NAME_BITS / 64];
	u64 heads[RVM_LEAF_WORD_BITS / 64];
	u64 tails[RVM_LEAF_WORD_BITS / 64];
	u64 first;
	u64 last;
	u64 both_first;
	u64 both_last;
};

/** rvm_leaf_word() - four bytes as a number, the same for both cases of a letter */
static inline u32 rvm_leaf_word(const char *text)
{
	u32 word;

	memcpy(&word, text, sizeof(word));
	return word | 0x20202020;
}

/** rvm_leaf_few() - likewise for a name of one to three bytes */
static inline u32 rvm_leaf_few(const char *text, size_t len)
{
	return ((u8)text[0] | (u32)(u8)text[len / 2] << 8 | (u32)(u8)text[len - 1] << 16) |
	       0x20202020;
}

/** rvm_leaf_head() - hash of a name's first word: its upper bits are spread best */
static inline u32 rvm_leaf_head(u32 word)
{
	return word * 0x9e3779b1U;
}

/** rvm_leaf_tail() - hash of its last word */
static inline u32 rvm_leaf_tail(u32 word)
{
	return word * 0x85ebca6bU;
}

/** rvm_leaf_word_bit() - 0 to RVM_LEAF_WORD_BITS - 1, for a head or tail */
static inline unsigned int rvm_leaf_word_bit(u32 hash)
{
	return hash >> (32 - 12);
}

/** rvm_leaf_whole() - hash of both with the length: each half gives a bit */
static inline u32 rvm_leaf_whole(u32 head, u32 tail, size_t len)
{
	u32 hash = head ^ tail ^ (u32)len * 0xc2b2ae35U;

	return hash ^ hash >> 15;
}

/** rvm_leaf_byte() - the bit of a byte, the same for both cases of a letter */
static inline u64 rvm_leaf_byte(char c)
{
	return BIT_ULL(rvm_leaf_hash(c));
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
 * rvm_leaf_set_add() - add all names that a glob treats differently from others
 * @set: is changed
 * @glob: from rvm_glob_parse()
 */
void rvm_leaf_set_add(struct rvm_leaf_set *set, const struct rvm_glob *glob);

/**
 * rvm_leaf_set_add_all() - add all names that any segment of a glob treats differently
 * @set: is changed
 * @glob: from rvm_glob_parse()
 *
 * A glob asks the same of what lies below two directories, in the same directory, whose
 * names are not in the set.
 */
void rvm_leaf_set_add_all(struct rvm_leaf_set *set, const struct rvm_glob *glob);

/** rvm_leaf_set_add_name() - add one name, not empty */
void rvm_leaf_set_add_name(struct rvm_leaf_set *set, const struct rvm_name *name);

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
	u64 first = rvm_leaf_byte(text[0]), last = rvm_leaf_byte(text[len - 1]);
	bool few = len < RVM_LEAF_WORD_BYTES;
	u32 head, tail, whole;

	if (set->first & first || set->last & last ||
	    (set->both_first & first && set->both_last & last))
		return true;
	head = rvm_leaf_head(few ? rvm_leaf_few(text, len) : rvm_leaf_word(text));
	tail = few ? 0 : rvm_leaf_tail(rvm_leaf_word(text + len - RVM_LEAF_WORD_BYTES));
	whole = rvm_leaf_whole(head, tail, len);
	if (rvm_leaf_is_marked(set->names, whole % RVM_LEAF_NAME_BITS) &&
	    rvm_leaf_is_marked(set->names, (whole >> 16) % RVM_LEAF_NAME_BITS))
		return true;
	return !few && (rvm_leaf_is_marked(set->heads, rvm_leaf_word_bit(head)) ||
			rvm_leaf_is_marked(set->tails, rvm_leaf_word_bit(tail)));
}

#endif /* _RVM_LEAF_H */
