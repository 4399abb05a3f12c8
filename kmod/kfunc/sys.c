// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions about the machine: what only the root token covers.
 */

#include <linux/dcache.h>
#include <linux/security.h>

#include "gate/told.h"
#include "kfunc/common.h"
#include "lib/model/rights.h"
#include "lib/model/verb.h"
#include "witness/line.h"

static noinline int check_capable(struct rvm_partition *part, int cap, unsigned int opts)
{
	char text[32] = "";
	struct rvm_line line = { .text = text, .size = sizeof(text) };
	enum rvm_demand demand = rvm_verb_capability(cap);

	if (demand == RVM_DEMAND_NOTHING)
		return 0;
	/* overlayfs marks what it copied with an attribute that is for administrators. */
	if (rvm_is_hidden_work())
		return 0;
	rvm_line_add_number(&line, "cap", cap);
	if (opts & CAP_OPT_NOAUDIT || demand == RVM_DEMAND_QUIET)
		return rvm_gate_floor(part, RVM_OP_CAPABLE, text, true);
	/* Some calls ask for it once for each of many tasks or messages. */
	return rvm_told_floor(part, RVM_OP_CAPABLE, cap, text);
}

/* No token covers it, not even the root token: what a ring does is judged nowhere. */
static int refuse_ring(struct rvm_partition *part)
{
	struct rvm_question q = RVM_QUESTION(RVM_CLASS_SYS, RVM_OP_IO_URING, RVM_RIGHTS_ALL);

	q.req.floor = true;
	q.text = "object=ring";
	return rvm_gate_refuse(part, &q, RVM_REASON_REFUSED);
}

/*
 * Nameless files that may be doors: rings work outside, faults stall the kernel.  The
 * kernel asks for those of which it thinks so itself.
 */
static noinline int check_anon_inode(struct rvm_partition *part, const struct qstr *name)
{
	char text[64] = "";
	struct rvm_line line = { .text = text, .size = sizeof(text) };

	switch (rvm_verb_use(rvm_verb_anonymous(name->name))) {
	case RVM_DEMAND_NOTHING:
		return 0;
	case RVM_DEMAND_NOBODY:
		return refuse_ring(part);
	default:
		rvm_line_add(&line, "object", name->name, strlen(name->name));
		return rvm_gate_floor(part, RVM_OP_IO_URING, text, false);
	}
}

__bpf_kfunc_start_defs();

/* One of the operations that name no object that a token could name. */
__bpf_kfunc int bpf_rvm_sys_check(u32 op)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? rvm_gate_floor(part, op, NULL, false) : 0;
}

__bpf_kfunc int bpf_rvm_sys_capable(int cap, unsigned int opts)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? check_capable(part, cap, opts) : 0;
}

__bpf_kfunc int bpf_rvm_sys_anon_inode(const struct qstr *name)
{
	struct rvm_partition *part = rvm_partition_find();

	return part && name ? check_anon_inode(part, name) : 0;
}

__bpf_kfunc int bpf_rvm_sys_ring(void)
{
	struct rvm_partition *part = rvm_partition_find();

	return part ? refuse_ring(part) : 0;
}

__bpf_kfunc_end_defs();
