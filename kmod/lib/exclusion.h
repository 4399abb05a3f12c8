/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_EXCLUSION_H
#define _RVM_EXCLUSION_H

#include "judge.h"

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

#endif /* _RVM_EXCLUSION_H */
