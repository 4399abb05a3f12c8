/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_ENDS_H
#define _RVM_ENDS_H

#include <linux/bits.h>
#include <linux/types.h>

/**
 * struct rvm_leaf_ends - how names may begin and end
 * @first: Bit n is set if the first two bytes may be of pair n of classes.
 * @last: Likewise for the last two.
 *
 * Cheap to compare, and never rules out a name that may match.  Both cases of a letter
 * have the same hash; a name of one byte counts as twice that byte.
 */
struct rvm_leaf_ends {
	u64 first;
	u64 last;
};

/** rvm_leaf_hash() - 0 to 63, the same for both cases of a letter */
static inline unsigned int rvm_leaf_hash(u8 c)
{
	/* Letters differ from digits and dots by 0x40, their cases by 0x20: that bit is lost. */
	return (2 * c + (c >> 6)) & 63;
}

/** rvm_leaf_class() - 0 to 7, as for rvm_leaf_hash(); 0 is for dots, of which there are many */
static inline unsigned int rvm_leaf_class(u8 c)
{
	static const u8 class[64] = {
		1, 2, 3, 4, 6, 7, 1, 2, 4, 5, 6, 7, 2, 3, 4, 5, 7, 1, 2, 3, 5, 6,
		7, 1, 3, 4, 5, 6, 0, 2, 3, 4, 6, 7, 1, 2, 4, 5, 6, 7, 2, 3, 4, 5,
		7, 1, 2, 3, 5, 6, 7, 1, 3, 4, 5, 6, 1, 2, 3, 4, 6, 7, 1, 2,
	};

	return class[rvm_leaf_hash(c)];
}

/** rvm_leaf_pair() - the bit of two bytes */
static inline u64 rvm_leaf_pair(u8 a, u8 b)
{
	return BIT_ULL(rvm_leaf_class(a) * 8 + rvm_leaf_class(b));
}

/** rvm_leaf_first(), rvm_leaf_last() - the bits of a name whose @len is not 0 */
static inline u64 rvm_leaf_first(const char *text, size_t len)
{
	return rvm_leaf_pair(text[0], text[len > 1]);
}

static inline u64 rvm_leaf_last(const char *text, size_t len)
{
	return rvm_leaf_pair(text[len - 1 - (len > 1)], text[len - 1]);
}

#endif /* _RVM_ENDS_H */
