/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_EXCLUSION_H
#define _RVM_EXCLUSION_H

#include "lib/judge/judge.h"

/**
 * rvm_exclusion_of() - the exclusion that decides a question
 * @part: the partition; those above count too
 * @req: the question
 *
 * Return: the first in index order of the innermost partition that has one; NULL for none.
 */
const struct rvm_token_core *rvm_exclusion_of(const struct rvm_partition_view *part,
					      const struct rvm_request *req);

/**
 * rvm_exclusion_touches() - is any of @rights of a path excluded
 * @part: the partition; those above count too
 * @path: the object
 * @rights: which rights; to run or load a file is also to read it
 *
 * Return: True if any is.
 */
bool rvm_exclusion_touches(const struct rvm_partition_view *part,
			   const struct rvm_path_object *path, u8 rights);

/**
 * rvm_exclusion_is_below() - does a name lead to something that is excluded
 * @part: the partition; those above count too
 * @path: the name
 *
 * A symbolic link of this name would lead to something else, which then is not excluded.
 *
 * Return: True if the name lies on the way to what an exclusion asks for.
 */
bool rvm_exclusion_is_below(const struct rvm_partition_view *part,
			    const struct rvm_path_object *path);

/**
 * rvm_exclusion_is_beside() - may there be names in the same directory that are excluded
 * @part: the partition; those above count too
 * @path: a name in the directory
 *
 * Programs replace a file by writing a new one beside it and renaming that.
 *
 * Return: True if an exclusion could match another name there.
 */
bool rvm_exclusion_is_beside(const struct rvm_partition_view *part,
			     const struct rvm_path_object *path);

#endif /* _RVM_EXCLUSION_H */
