// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verdicts that take several questions: may attributes be looked at, which of several
 * mounts counts, and will a copy do in place of a link.
 */

#include <linux/dcache.h>
#include <linux/fs.h>

#include "gate/gate.h"
#include "gate/look.h"
#include "gate/proc.h"
#include "lib/model/rights.h"

/* It lacks a token, but nothing forbids it. */
static bool is_mere_lack(const struct rvm_verdict *v)
{
	switch (v->reason) {
	case RVM_REASON_NO_TOKEN:
	case RVM_REASON_RIGHTS:
	case RVM_REASON_EXPIRED:
	case RVM_REASON_REVOKED:
	case RVM_REASON_STALE:
	case RVM_REASON_TIER:
	case RVM_REASON_CHAIN:
	case RVM_REASON_SPECIAL:
		return true;
	default:
		return false;
	}
}

int rvm_look_choose_place(struct rvm_partition *part, struct rvm_question *q,
			  const struct path *places, int count)
{
	int i, chosen = 0;

	for (i = 0; count > 1 && i < count; i++) {
		struct rvm_verdict v;

		q->path = &places[i];
		v = rvm_gate_ask(part, q);
		if (!v.allow && !is_mere_lack(&v))
			return i;
		if (v.allow && !v.relaxed)
			chosen = i;
	}
	return chosen;
}

/*
 * What programs look at on their way to what they may use: directories, links, and
 * programs, which shells look for before they start one.  That they exist is
 * told by access(2) and by each walk through them, which no hook sees.
 */
static bool is_on_the_way(struct rvm_partition *part, const struct dentry *dentry)
{
	const struct inode *inode = READ_ONCE(dentry->d_inode);

	if (!inode || rvm_proc_is_foreign(part, dentry))
		return false;
	return !S_ISREG(inode->i_mode) || inode->i_mode & 0111;
}

int rvm_look_check(struct rvm_partition *part, struct rvm_question *q, struct dentry *dentry)
{
	struct rvm_verdict v = rvm_gate_ask(part, q);

	if ((!v.allow || v.relaxed) && is_mere_lack(&v)) {
		if (is_on_the_way(part, dentry))
			return 0;
		q->req.need = RVM_RIGHT_WRITE;
		v = rvm_gate_ask(part, q);
		q->req.need = RVM_RIGHT_READ;
	}
	if (!v.allow || v.relaxed)
		return rvm_gate_check(part, q);
	rvm_gate_allow(part, q, RVM_REASON_NONE);
	return 0;
}

bool rvm_look_may_only_copy(struct rvm_partition *part, struct rvm_question *from,
			    struct rvm_question *to)
{
	struct rvm_verdict v = rvm_gate_ask(part, from);

	if (v.allow || !is_mere_lack(&v))
		return false;
	from->req.need = RVM_RIGHT_READ;
	v = rvm_gate_ask(part, from);
	from->req.need = RVM_RIGHT_WRITE;
	return v.allow && rvm_gate_ask(part, to).allow;
}
