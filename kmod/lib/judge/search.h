/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_SEARCH_H
#define _RVM_SEARCH_H

#include <linux/types.h>

struct rvm_climb;
struct rvm_partition_view;
struct rvm_path_object;
struct rvm_request;
struct rvm_scope;
struct rvm_verdict;

/**
 * rvm_search_tokens() - is there a token of a partition that is sufficient
 * @part: the partition
 * @req: the question
 * @now: unix seconds
 * @above: for a partition inside @part
 * @v: @allow and what the token gives are set; or else @reason, @missing and the closest miss
 */
void rvm_search_tokens(const struct rvm_partition_view *part, const struct rvm_request *req,
		       s64 now, bool above, struct rvm_verdict *v);

/**
 * rvm_search_gives() - is a scope about a path, whatever is done with it
 * @scope: where @climb stands
 * @path: the object
 * @climb: on its way up
 *
 * Return: true if it covers it, and names it if it needs naming.
 */
bool rvm_search_gives(const struct rvm_scope *scope, const struct rvm_path_object *path,
		      const struct rvm_climb *climb);

#endif /* _RVM_SEARCH_H */
