/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_LEAF_H
#define _RVM_LEAF_H

#include <linux/bits.h>
#include <linux/types.h>

#include "glob.h"

/**
 * struct rvm_leaf_set - names that some globs may be about, and more
 * @first: Bit n is set if a name may begin with a byte of hash n and end with one
 *         of @last.
 * @last: Likewise the byte that it ends with.
 * @any_first: Last bytes of names that may begin with any byte.
 * @any_last: First bytes of names that may end with any byte.
 *
 * Globs that begin or end with a wildcard are kept apart: one "*.x" would
 * otherwise put every name in the set that ends as any other glob does.
 *
 * Globs that match every name of a folder, as "**" does, are not in it: who
 * asks about a name that is not in the set gets the same answer from every glob
 * as for any other such name.
 */
struct rvm_leaf_set {
	u64 first;
	u64 last;
	u64 any_first;
	u64 any_last;
};

/** rvm_leaf_hash() - 0 to 63, the same for both cases of a letter */
static inline unsigned int rvm_leaf_hash(u8 c)
{
	/* Letters differ from digits and dots by 0x40, their cases by 0x20: that bit is lost. */
	return (2 * c + (c >> 6)) & 63;
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
	set->first |= BIT_ULL(rvm_leaf_hash(name->text[0]));
	set->last |= BIT_ULL(rvm_leaf_hash(name->text[name->len - 1]));
}

/**
 * rvm_leaf_set_join() - add all names of another set
 * @set: is changed
 * @other: what is added
 */
static inline void rvm_leaf_set_join(struct rvm_leaf_set *set, const struct rvm_leaf_set *other)
{
	set->first |= other->first;
	set->last |= other->last;
	set->any_first |= other->any_first;
	set->any_last |= other->any_last;
}

/**
 * rvm_leaf_set_has() - may one of the globs be about this name
 * @set: the set
 * @text: the name
 * @len: its bytes, not 0
 *
 * Return: true if so; also for many other names.
 */
static inline bool rvm_leaf_set_has(const struct rvm_leaf_set *set, const char *text, size_t len)
{
	unsigned int first = rvm_leaf_hash(text[0]), last = rvm_leaf_hash(text[len - 1]);

	return set->any_last & BIT_ULL(first) || set->any_first & BIT_ULL(last) ||
	       (set->first & BIT_ULL(first) && set->last & BIT_ULL(last));
}

#endif /* _RVM_LEAF_H */
