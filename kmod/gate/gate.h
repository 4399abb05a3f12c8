/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_GATE_H
#define _RVM_GATE_H

#include <linux/path.h>
#include <linux/types.h>

#include "lib/judge/judge.h"

struct rvm_partition;

/**
 * struct rvm_question - a request with what the gate adds to it
 *
 * With @path or @dentry set the gate walks up from the object and fills the
 * path part of @req itself.
 */
struct rvm_question {
	/** @req: For the judge; of PATH questions each right of @req.need is judged by itself. */
	struct rvm_request req;
	/** @path: The object, or the directory that @dentry lies in; NULL if there is no mount. */
	const struct path *path;
	/** @dentry: A name in @path, or the object itself; may be NULL. */
	struct dentry *dentry;
	/**
	 * @plain: @dentry becomes a plain file or a directory, or goes: what is kept of its
	 * directory answers for it too.
	 */
	bool plain;
	/** @leaf: A name in @path that is not looked up; @dentry is NULL then.  May be NULL. */
	const struct rvm_name *leaf;
	/** @argv: EXEC, for the detail line; may be NULL. */
	const struct rvm_argv *argv;
	/** @text: More "key=value" for the detail line, already escaped; may be NULL. */
	const char *text;
	/** @target: For the record, where there is no inode. */
	u64 target;
	/** @flags: For the record: RVM_RECORD_F_x. */
	u8 flags;
	/** @quiet: Make no record: the kernel or the module only probes. */
	bool quiet;
	/** @always: Record it even if it is allowed. */
	bool always;
	/** @words: Set by rvm_gate_check(), as in struct rvm_verdict. */
	bool words;
	/** @relaxed: Likewise. */
	bool relaxed;
	/** @single_use: Likewise; then the answer must not be kept. */
	bool single_use;
	/** @opens: Likewise. */
	struct rvm_lineages opens;
};

/**
 * rvm_gate_check() - judge a question and record what has to be recorded
 * @part: of the caller
 * @q: the question
 *
 * Context: inside rcu_read_lock(); task context; never sleeps.
 * Return: 0, or -EACCES.
 */
int rvm_gate_check(struct rvm_partition *part, struct rvm_question *q);

/**
 * rvm_gate_refuse() - refuse without asking the judge, and record it
 * @part: of the caller
 * @q: what was asked
 * @reason: why
 *
 * Context: as rvm_gate_check().
 * Return: -EACCES; 0 if the mode relaxes it, which it never does for @q->req.floor.
 */
int rvm_gate_refuse(struct rvm_partition *part, struct rvm_question *q, enum rvm_reason reason);

/**
 * rvm_gate_allow() - allow without asking the judge, and record it
 * @part: of the caller
 * @q: what was asked
 * @reason: why, such as ENTRY
 */
void rvm_gate_allow(struct rvm_partition *part, struct rvm_question *q, enum rvm_reason reason);

/**
 * rvm_gate_pass() - ask for something that no right is needed for
 * @part: of the caller
 * @op: what
 *
 * Context: as rvm_gate_check().
 * Return: 0 if the partition and each one above it runs, else -EACCES.
 */
int rvm_gate_pass(struct rvm_partition *part, enum rvm_op op);

/**
 * rvm_gate_floor() - ask for something that only the root token covers
 * @part: of the caller
 * @op: what
 * @text: more for the detail line, or NULL
 * @quiet: make no record
 *
 * Context: as rvm_gate_check().
 * Return: 0 with the root token, else -EACCES.
 */
int rvm_gate_floor(struct rvm_partition *part, enum rvm_op op, const char *text, bool quiet);

/**
 * rvm_gate_floor_at() - likewise, of an object that the record names
 * @part: of the caller
 * @op: what
 * @text: more for the detail line, or NULL
 * @path: the object, or the directory that @dentry lies in
 * @dentry: a name in @path, or NULL
 *
 * Context: as rvm_gate_check(); nothing is looked up.
 * Return: as rvm_gate_floor().
 */
int rvm_gate_floor_at(struct rvm_partition *part, enum rvm_op op, const char *text,
		      const struct path *path, struct dentry *dentry);

/**
 * rvm_gate_move() - the rules for a name that becomes another: link and rename
 * @part: of the caller
 * @from: object that exists, as a PATH question for WRITE
 * @to: its new name, likewise
 * @tree: it is a directory: what lies below moves too
 *
 * Judges both ends, then that neither the object nor anything below it is
 * excluded and that the new name gives no right that the old one did not.
 *
 * Return: 0; -EACCES; -EXDEV if the new name would give more, so that programs
 * fall back to copying.
 */
int rvm_gate_move(struct rvm_partition *part, struct rvm_question *from, struct rvm_question *to,
		  bool tree);

/** rvm_gate_ask() - judge and record nothing; what is allowed may be kept */
struct rvm_verdict rvm_gate_ask(struct rvm_partition *part, struct rvm_question *q);

/** rvm_gate_record() - record the verdict on a question, whatever it is */
void rvm_gate_record(struct rvm_partition *part, const struct rvm_question *q,
		     const struct rvm_verdict *v);

#endif /* _RVM_GATE_H */
