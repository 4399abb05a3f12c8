/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_DETAIL_H
#define _RVM_DETAIL_H

struct rvm_question;
struct rvm_verdict;

/**
 * rvm_detail_new() - the detail line of a verdict
 * @q: what was asked
 * @v: the answer
 *
 * Context: inside rcu_read_lock(); never sleeps.
 * Return: a line, or NULL if there is no memory; rvm_detail_free() it.
 */
char *rvm_detail_new(const struct rvm_question *q, const struct rvm_verdict *v);
/** rvm_detail_free() - NULL is fine */
void rvm_detail_free(char *line);

#endif /* _RVM_DETAIL_H */
