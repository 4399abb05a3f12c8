/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_LEAF_H
#define _RVM_LEAF_H

#include <linux/types.h>

#include "glob.h"

/** RVM_LEAF_LENGTHS - names of different lengths are kept apart, modulo this; a power of two */
#define RVM_LEAF_LENGTHS 8

/**
 * struct rvm_leaf_set - names that some globs may be about, and more
 * @of_len: How names begin and end, by their length.
 * @any_first: How names end that may begin with any bytes.
 * @any_last: How names begin that may end with any bytes.
 *
 * Globs that begin or end with a wildcard are kept apart: one "*.x" would
 * otherwise put every name in the set that ends as any other glob does.
 *
 * Globs that match every name of a folder, as "**" does, are not in it: who
 * asks about a name that is not in the set gets the same answer from every glob
 * as for any other such name.
 */
struct rvm_leaf_set {
	struct rvm_leaf_ends of_len[RVM_LEAF_LENGTHS];
	u64 any_first;
	u64 any_last;
};

/**
 * rvm_leaf_set_add() - add all names that a glob tells from others
 * @set: is changed
 * @glob: from rvm_glob_parse()
 */
void rvm_leaf_set_add(struct rvm_leaf_set *set, const struct rvm_glob *glob);

/** rvm_leaf_set_add_name() - add one name, not empty */
static inline void rvm_leaf_set_add_name(struct rvm_leaf_set *set, const struct rvm_name *name)
{
	struct rvm_leaf_ends *ends = &set->of_len[name->len % RVM_LEAF_LENGTHS];

	ends->first |= rvm_leaf_first(name->text, name->len);
	ends->last |= rvm_leaf_last(name->text, name->len);
}

/**
 * rvm_leaf_set_join() - add all names of another set
 * @set: is changed
 * @other: what is added
 */
static inline void rvm_leaf_set_join(struct rvm_leaf_set *set, const struct rvm_leaf_set *other)
{
	unsigned int i;

	for (i = 0; i < RVM_LEAF_LENGTHS; i++) {
		set->of_len[i].first |= other->of_len[i].first;
		set->of_len[i].last |= other->of_len[i].last;
	}
	set->any_first |= other->any_first;
	set->any_last |= other->any_last;
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
	const struct rvm_leaf_ends *ends = &set->of_len[len % RVM_LEAF_LENGTHS];
	u64 first = rvm_leaf_first(text, len), last = rvm_leaf_last(text, len);

	return set->any_last & first || set->any_first & last ||
	       (ends->first & first && ends->last & last);
}

#endif /* _RVM_LEAF_H */
