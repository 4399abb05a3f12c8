/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_WITHIN_H
#define _RVM_WITHIN_H

#include "lib/pattern/glob.h"

/**
 * struct rvm_glob_reach - what a glob is used for
 */
struct rvm_glob_reach {
	/** @glob: Parsed. */
	const struct rvm_glob *glob;
	/** @below: It covers what lies below a match, too. */
	bool below;
	/** @after_any: It begins after one more name, which may be any. */
	bool after_any;
};

/**
 * rvm_glob_is_within() - does one glob cover whatever another covers, below the same anchor
 * @outer: never with @after_any
 * @inner: likewise
 * @steps: how many bytes may be compared; taken from
 *
 * The inner glob is read as if it were a path: "**" as each number of names, of which only
 * "*" and "**" take any, and in a segment "*" as bytes that only "*" takes.  So a yes is
 * certain.  There are globs that lie within but not piece by piece, such as "*?" in "?*":
 * then the answer is no.
 *
 * Context: Any.
 * Return: true if it does; false also when there are no steps left.
 */
bool rvm_glob_is_within(const struct rvm_glob_reach *outer, const struct rvm_glob_reach *inner,
			u32 *steps);

#endif /* _RVM_WITHIN_H */
