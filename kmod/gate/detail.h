/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_DETAIL_H
#define _RVM_DETAIL_H

struct rvm_question;
struct rvm_verdict;

/** RVM_DETAIL_ROOM - bytes that a detail line is written in */
#define RVM_DETAIL_ROOM 3072

/**
 * rvm_detail_write() - the detail line of a verdict
 * @text: RVM_DETAIL_ROOM bytes
 * @q: what was asked
 * @v: the answer
 *
 * Context: inside rcu_read_lock(); never sleeps.
 * Return: @text, of which it is the beginning.
 */
char *rvm_detail_write(char *text, const struct rvm_question *q, const struct rvm_verdict *v);

#endif /* _RVM_DETAIL_H */
