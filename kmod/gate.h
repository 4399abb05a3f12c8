/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_GATE_H
#define _RVM_GATE_H

#include <linux/path.h>
#include <linux/types.h>

#include "lib/judge.h"

struct rvm_partition;

/**
 * struct rvm_question - who asks, about what, with what a person wants to know later
 */
struct rvm_question {
	/** @req: For the judge. */
	struct rvm_request req;
	/** @path: Object of a PATH or EXEC question, for the detail line; may be NULL. */
	const struct path *path;
	/** @dentry: Object when there is no mount, or a name below @path; may be NULL. */
	struct dentry *dentry;
	/** @text: Anything else for the detail line, such as an address; may be NULL. */
	const char *text;
	/** @target: For the record. */
	u64 target;
	/** @quiet: Refuse without a record (the kernel only probes). */
	bool quiet;
	/** @always: Record it even if it is allowed. */
	bool always;
};

/**
 * rvm_gate_check() - judge a question and record what has to be recorded
 * @part: of the caller
 * @q: the question
 *
 * Context: inside rcu_read_lock(); any context but NMI.
 * Return: 0, or -EACCES.
 */
int rvm_gate_check(struct rvm_partition *part, const struct rvm_question *q);

/**
 * rvm_gate_refuse() - refuse without asking the judge, and record it
 * @part: of the caller
 * @q: what was asked
 * @reason: why
 *
 * Modes relax it unless @q->req.floor is set.
 *
 * Return: -EACCES, or 0 if the mode relaxed it.
 */
int rvm_gate_refuse(struct rvm_partition *part, const struct rvm_question *q,
		    enum rvm_reason reason);

/**
 * rvm_gate_ask() - judge without effect, for the check call
 */
struct rvm_verdict rvm_gate_ask(struct rvm_partition *part, const struct rvm_request *req);

/** rvm_kfunc_init() - check the module's BTF and register the questions BPF programs may ask */
int rvm_kfunc_init(void);

#endif /* _RVM_GATE_H */
