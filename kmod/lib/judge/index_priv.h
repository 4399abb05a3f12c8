/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_INDEX_PRIV_H
#define _RVM_INDEX_PRIV_H

#include <linux/types.h>

#include "lib/judge/index.h"

/* Between what makes an index and what searches it. */

static inline u32 hash_anchor(const void *anchor)
{
	return ((u64)(unsigned long)anchor * 0x9e3779b97f4a7c15ULL) >> 32;
}

/* @part: Hash of a name or of a part of one; 0 for patterns that need none. */
static inline u32 key_of(u32 anchor, u32 part)
{
	return anchor ^ part;
}

/* Rules for a program's file are found by the file too; no name has this hash. */
#define PART_FILE 1

/* Of the bits that tell whether a part is that of an entry. */
static inline bool is_marked(const struct rvm_index *index, u32 part)
{
	u32 bit = part & index->parts_mask;

	return index->parts[bit / 32] >> bit % 32 & 1;
}

/* The names of a place are compared only where its depth and first name are the same. */
static inline u32 key_of_place(u32 depth, u32 name)
{
	return depth * 0x9e3779b1U ^ name;
}

#endif /* _RVM_INDEX_PRIV_H */
