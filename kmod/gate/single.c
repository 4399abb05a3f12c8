// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tokens that are good for one start of a program, or one open.
 *
 * As in told.c a work marks the call: the kernel takes it away when the call returns.
 */

#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "gate/single.h"
#include "partition/registry.h"
#include "pending.h"
#include "table/grants.h"

struct use {
	struct callback_head work;
	u64 token;
};

static void take_away(struct callback_head *work)
{
	kfree(container_of(work, struct use, work));
	rvm_pending_done();
}

void rvm_single_note(const struct rvm_partition *part, struct rvm_request *req)
{
	const struct callback_head *work;
	unsigned int n = 0;
	unsigned long flags;

	if (likely(!rvm_grants_single(READ_ONCE(part->grants))))
		return;
	req->process = task_tgid(current);
	/* Works run in their own task, and whoever else takes one back holds this lock. */
	raw_spin_lock_irqsave(&current->pi_lock, flags);
	for (work = READ_ONCE(current->task_works); work && n < RVM_USING_MAX;
	     work = READ_ONCE(work->next))
		if (work->func == take_away)
			req->using[n++] = container_of(work, struct use, work)->token;
	raw_spin_unlock_irqrestore(&current->pi_lock, flags);
}

static bool mark(u64 token)
{
	struct use *use = kmalloc(sizeof(*use), GFP_ATOMIC | __GFP_ACCOUNT);

	if (!use)
		return false;
	use->token = token;
	if (rvm_pending_add(&use->work, take_away))
		return true;
	kfree(use);
	return false;
}

static bool is_in_use(const struct rvm_request *req, u64 token)
{
	unsigned int i;

	for (i = 0; i < RVM_USING_MAX && req->using[i]; i++)
		if (req->using[i] == token)
			return true;
	return false;
}

bool rvm_single_use(const struct rvm_request *req, const struct rvm_token_core *token,
		    const void *object)
{
	struct rvm_token_core *used = (struct rvm_token_core *)token;
	bool has = READ_ONCE(token->flags) & RVM_TOKEN_FLAG_USED;

	if (has && req->op != RVM_OP_OPEN)
		return true;
	if (has && !is_in_use(req, token->id))
		return false;
	/* Once it is used up nobody else has it, whatever becomes of the mark. */
	if (!has && (!rvm_token_add_flags(token, RVM_TOKEN_FLAG_USED) || !mark(token->id)))
		return false;
	/* Of a file that is being made the inode is known when it is opened. */
	if (object)
		WRITE_ONCE(used->used_on, object);
	/* Held, so that it is no other process later; rvm_token_destroy() lets go of it. */
	if (!has)
		WRITE_ONCE(used->used_by, get_pid(task_tgid(current)));
	return true;
}
