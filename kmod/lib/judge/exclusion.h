/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_EXCLUSION_H
#define _RVM_EXCLUSION_H

#include "lib/judge/judge.h"

/**
 * rvm_exclusion_of() - the exclusion that decides a request
 * @part: the partition; those above count too
 * @req: what is asked
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
 * As a symbolic link it would lead to something else, which then is not excluded.
 *
 * Return: True if an exclusion asks for the name on its way.
 */
bool rvm_exclusion_is_below(const struct rvm_partition_view *part,
			    const struct rvm_path_object *path);

/**
 * rvm_exclusion_is_beside() - may there be names in the same directory that are excluded
 * @part: the partition; those above count too
 * @path: a name in the directory
 *
 * Programs replace a file by writing it under another name beside it, which it loses.
 *
 * Return: True if an exclusion could match another name there.
 */
bool rvm_exclusion_is_beside(const struct rvm_partition_view *part,
			     const struct rvm_path_object *path);

#endif /* _RVM_EXCLUSION_H */
