// SPDX-License-Identifier: GPL-2.0-only
/*
 * The gate: judge first, record after.  All questions of all hooks end here.
 */

#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "gate/decision.h"
#include "gate/detail.h"
#include "gate/gate.h"
#include "gate/naming.h"
#include "gate/proc.h"
#include "gate/single.h"
#include "lib/judge/exclusion.h"
#include "lib/judge/move.h"
#include "lib/model/rights.h"
#include "partition/registry.h"
#include "rvm_trace.h"
#include "table/token.h"
#include "walk/path.h"
#include "witness/witness.h"

static void place_object(struct rvm_request *req, const struct rvm_path_object *object)
{
	if (req->class == RVM_CLASS_PATH)
		req->path = *object;
	else if (req->class == RVM_CLASS_EXEC)
		req->exec.path = *object;
	else if (req->class == RVM_CLASS_NET)
		req->net.path = *object;
}

static enum rvm_reason fill(struct rvm_walk *walk, const struct rvm_question *q)
{
	if (q->leaf)
		return rvm_walk_fill_name(walk, q->path, q->leaf);
	if (q->path)
		return rvm_walk_fill(walk, q->path, q->dentry);
	return rvm_walk_fill_dentry(walk, q->dentry);
}

/* What a refusal that the judge did not make comes to under the mode. */
static struct rvm_verdict relax(const struct rvm_partition_view *view,
				const struct rvm_request *req, enum rvm_reason reason)
{
	struct rvm_verdict v = { .reason = reason, .tier = req->tier, .missing = req->need };

	/* What cannot be named cannot be shown to lie outside the floor. */
	if (req->floor || req->class == RVM_CLASS_NET || reason == RVM_REASON_DETACHED ||
	    reason == RVM_REASON_DEPTH || reason == RVM_REASON_EXCLUDED ||
	    reason == RVM_REASON_CONTEXT || reason == RVM_REASON_FENCED)
		return v;
	for (; view; view = view->parent)
		if (view->mode == RVM_MODE_ENFORCE || view->state != RVM_STATE_RUNNING ||
		    view->flags & (RVM_PARTITION_FLAG_FENCED | RVM_PARTITION_FLAG_PEN))
			return v;
	v.allow = true;
	v.relaxed = true;
	return v;
}

/*
 * PATH: one token may give READ and another WRITE; the first right that is missing
 * decides.  @until becomes the time at which the first token that was needed
 * expires, if that is earlier.
 */
static struct rvm_verdict judge_rights(const struct rvm_partition_view *view,
				       struct rvm_request *req, s64 now, s64 *until)
{
	struct rvm_verdict v = {}, relaxed = {};
	u8 need = req->need, right;
	bool single_use = false;

	if (req->class != RVM_CLASS_PATH || hweight8(need) <= 1) {
		v = rvm_judge(view, req, now);
		*until = min(*until, v.until);
		return v;
	}
	req->cleared = rvm_judge_cleared(view, req);
	for (right = 1; right <= need; right <<= 1) {
		if (!(need & right))
			continue;
		req->need = right;
		v = rvm_judge(view, req, now);
		if (!v.allow)
			break;
		/* Whoever learns from the log has to find everything that is missing. */
		if (v.relaxed) {
			v.missing |= relaxed.missing;
			relaxed = v;
		}
		*until = min(*until, v.until);
		single_use |= v.single_use;
	}
	v.single_use = single_use;
	req->need = need;
	req->cleared = 0;
	return v.allow && relaxed.relaxed ? relaxed : v;
}

/* Only what anybody in the partition gets the same answer to. */
static bool may_keep(const struct rvm_question *q)
{
	return q->req.class == RVM_CLASS_PATH && q->path && (!q->dentry || q->plain) && !q->leaf &&
	       !q->req.floor && q->req.tier == 1;
}

static struct path object_of(const struct rvm_question *q)
{
	return (struct path){
		.mnt = q->path->mnt,
		.dentry = q->dentry ?: q->path->dentry,
	};
}

static bool was_allowed(struct rvm_partition *part, const struct rvm_question *q)
{
	struct path object = object_of(q);

	return q->dentry ? rvm_decision_allows_name(part, &object, q->req.need) :
			   rvm_decision_allows(part, &object, q->req.need, q->req.load);
}

/* May an exclusion of the partition, or of those around it, be about the name? */
static bool may_be_excluded(const struct rvm_partition_view *view, struct rvm_decision *decision,
			    const struct rvm_name *leaf)
{
	unsigned int i;

	for (i = 0; view; view = view->parent, i++) {
		decision->leaves[i] = view->leaves;
		if (view->leaves && rvm_leaf_set_has(view->leaves, leaf->text, leaf->len))
			return true;
	}
	return false;
}

/*
 * Nothing tells the file from others in its directory: if one of any name is allowed the
 * same, it is allowed too, and that is worth more than a decision about the file alone.
 */
static bool judge_folder(const struct rvm_partition_view *views, struct rvm_question *q,
			 struct rvm_walk *walk, const struct rvm_walk_section *section,
			 struct rvm_decision *decision, struct rvm_verdict *v)
{
	const struct rvm_name *leaf = &walk->visible.name[0];
	struct path object = object_of(q);
	s64 until = S64_MAX;

	if (q->req.load || q->req.need & ~RVM_DECISION_FOLDER_RIGHTS ||
	    !rvm_decision_describe_folder(decision, &object, walk, section) || !leaf->len ||
	    may_be_excluded(views, decision, leaf))
		return false;
	rvm_walk_forget_leaf(walk);
	*v = judge_rights(views, &q->req, decision->from, &until);
	if (!v->allow || v->relaxed || v->single_use || !rvm_walk_holds(section, walk)) {
		rvm_walk_recall_leaf(walk);
		return false;
	}
	if (q->req.need & RVM_RIGHT_WRITE)
		decision->moves = rvm_judge_moves(views, &q->req.path, decision->from);
	decision->until = until;
	return true;
}

static bool judge_file(const struct rvm_partition_view *views, struct rvm_question *q,
		       struct rvm_walk *walk, const struct rvm_walk_section *section,
		       struct rvm_decision *decision, struct rvm_verdict *v)
{
	s64 until = S64_MAX;

	*v = judge_rights(views, &q->req, decision->from, &until);
	decision->until = until;
	/* Not if names or mounts changed: it may never have been so at one moment. */
	return v->allow && !v->relaxed && !v->single_use && !q->dentry &&
	       rvm_decision_describe(decision, q->path, walk, section) &&
	       rvm_walk_holds(section, walk);
}

/* What is the caller's own, so that it takes no token that names it. */
static void note_own(struct rvm_walk *walk, const struct rvm_question *q)
{
	const struct dentry *dentry = q->dentry ? q->dentry : q->path->dentry;
	struct rvm_path_object *object = &walk->object;
	struct rvm_partition *caller;

	if (object->special) {
		caller = rvm_partition_find();
		object->special = !caller || !rvm_own_has_node(caller, dentry);
	}
	object->proc_own = rvm_proc_is_own(dentry->d_sb, object->own ?: object->visible);
}

/* Where the object is, as it was at one moment; or why that cannot be said. */
static enum rvm_reason survey(struct rvm_walk *walk, struct rvm_walk_section *section,
			      const struct rvm_question *q)
{
	enum rvm_reason reason;

	rvm_walk_begin(section);
	do {
		reason = fill(walk, q);
	} while (rvm_walk_retry(section, walk, NULL));
	if (section->unsettled)
		return RVM_REASON_CONTEXT;
	if (!reason)
		note_own(walk, q);
	return reason;
}

static struct rvm_verdict judge_place(const struct rvm_partition_view *views,
				      struct rvm_question *q, struct rvm_walk *walk, s64 now,
				      struct rvm_decision *decision)
{
	struct rvm_walk_section section;
	enum rvm_reason reason;
	s64 until = S64_MAX;
	struct rvm_verdict v;

	reason = survey(walk, &section, q);
	if (reason)
		return relax(views, &q->req, reason);
	place_object(&q->req, &walk->object);
	if (!decision)
		return judge_rights(views, &q->req, now, &until);
	if (judge_folder(views, q, walk, &section, decision, &v) ||
	    judge_file(views, q, walk, &section, decision, &v)) {
		decision->rights[q->req.load] = q->req.need;
		decision->kept = jiffies;
	}
	return v;
}

/*
 * With @decision, what may be kept is described there; its rights are 0 if
 * nothing may.
 */
static struct rvm_verdict judge(struct rvm_partition *part, struct rvm_question *q,
				struct rvm_decision *decision)
{
	struct rvm_partition_view views[RVM_NEST_MAX];
	s64 now = ktime_get_real_seconds();
	s64 until = S64_MAX;
	struct rvm_verdict v;
	struct rvm_walk *walk;

	rvm_partition_views(part, views);
	rvm_single_note(part, &q->req);
	if (decision)
		decision->from = now;
	/* Of what no scope names, the place is for the record only. */
	if (!q->req.need || q->req.class == RVM_CLASS_SYS || (!q->path && !q->dentry))
		return judge_rights(&views[0], &q->req, now, &until);

	walk = rvm_walk_borrow();
	if (!walk)
		return relax(&views[0], &q->req, RVM_REASON_CONTEXT);
	v = judge_place(&views[0], q, walk, now, decision);
	rvm_walk_return(walk);
	return v;
}

static const struct inode *inode_of(const struct rvm_question *q)
{
	const struct dentry *dentry = q->dentry ? q->dentry : q->path ? q->path->dentry : NULL;

	return dentry ? READ_ONCE(dentry->d_inode) : NULL;
}

static u64 target_of(const struct rvm_question *q)
{
	const struct inode *inode = inode_of(q);

	return inode ? inode->i_ino : q->target;
}

static void record(struct rvm_partition *part, const struct rvm_question *q,
		   const struct rvm_verdict *v)
{
	const struct rvm_token_core *token = v->token;
	bool refused = !v->allow || v->relaxed;
	struct rvm_event event = {
		.kind = refused ? RVM_KIND_PROOF_REJECTED :
				  RVM_KIND_PROOF_VERIFIED_P1 + clamp(v->tier, 1, 3) - 1,
		.tier = v->tier,
		.flags = q->flags | (v->relaxed ? RVM_RECORD_F_PERMISSIVE : 0),
		.reason = v->reason,
		.right = refused && v->missing ? v->missing : q->req.need,
		.class = q->req.class,
		.op = q->req.op,
		.lane = part->lane,
		.actor = part->id,
		.target = target_of(q),
		.cap_hash = token ? rvm_token_hash(token->id, token->epoch, token->rights) : 0,
	};
	/* Its room for names is large enough for a line; the caller has done with its own. */
	struct rvm_walk *walk = rvm_walk_borrow();
	u64 sequence;

	static_assert(sizeof(walk->text) >= RVM_DETAIL_ROOM);
	event.detail = walk ? rvm_detail_write(walk->text, q, v) : NULL;
	sequence = rvm_witness_append(&event);
	rvm_walk_return(walk);
	if (!refused)
		return;
	atomic64_inc(&part->denials);
	if (sequence != U64_MAX)
		atomic64_set(&part->last_denial, sequence + 1);
}

/* A token seen expired stays so even if the clock is set back. */
static void latch(struct rvm_partition *part, const struct rvm_verdict *v)
{
	const struct rvm_token_core *token = v->token;

	if (!token || !token->expires_at || ktime_get_real_seconds() < token->expires_at ||
	    !rvm_token_add_flags(token, RVM_TOKEN_FLAG_EXPIRED))
		return;
	/* It may be of a partition above. */
	while (part->parent && part->id != token->owner)
		part = part->parent;
	/* Decisions from before the clock was set may rest on it. */
	rvm_partition_policy_change(part);
}

static int conclude(struct rvm_partition *part, const struct rvm_question *q,
		    const struct rvm_verdict *v)
{
	/* If nothing was needed there is nothing to record. */
	if (v->allow && !q->req.need)
		return 0;
	trace_rvm_verdict(part->id, q->req.class, q->req.op, q->req.need, v);
	if (!q->quiet && (!v->allow || v->relaxed || q->always ||
			  READ_ONCE(part->flags) & RVM_PARTITION_FLAG_WITNESS_ALL))
		record(part, q, v);
	latch(part, v);
	return v->allow ? 0 : -EACCES;
}

/* One that is allowed again and again: judged once, then remembered. */
static noinline struct rvm_verdict judge_once(struct rvm_partition *part, struct rvm_question *q)
{
	struct rvm_decision decision = {
		.part = part->id,
		/* Before anything that is judged is read. */
		.policy = rvm_policy_number(part),
		/* Likewise. */
		.additions = smp_load_acquire(&part->additions),
	};
	struct rvm_verdict v;

	/* Each access is a record, which names the token that decided. */
	if (READ_ONCE(part->flags) & RVM_PARTITION_FLAG_WITNESS_ALL)
		return judge(part, q, NULL);
	v = judge(part, q, &decision);
	if (decision.rights[q->req.load])
		rvm_decision_keep(&decision, q->path->mnt);
	return v;
}

/* Whoever is faster has it; there may be another. */
static struct rvm_verdict use_up(struct rvm_partition *part, struct rvm_question *q,
				 struct rvm_verdict v)
{
	unsigned int tries = RVM_USING_MAX;

	/* That it was used up is a record; what is asked about what it opened is none. */
	q->always |= v.allow && !(READ_ONCE(v.token->flags) & RVM_TOKEN_FLAG_USED);
	while (v.allow && v.single_use && !rvm_single_use(&q->req, v.token, inode_of(q))) {
		if (!tries--) {
			v.allow = false;
			v.reason = RVM_REASON_REVOKED;
			break;
		}
		v = rvm_gate_ask(part, q);
	}
	return v;
}

static noinline int check_each(struct rvm_partition *part, const struct rvm_question *q)
{
	struct rvm_question one = *q;
	u8 right;
	int err = 0;

	for (right = 1; !err && right <= q->req.need; right <<= 1) {
		if (!(q->req.need & right))
			continue;
		one.req.need = right;
		err = rvm_gate_check(part, &one);
	}
	return err;
}

int rvm_gate_check(struct rvm_partition *part, struct rvm_question *q)
{
	struct rvm_verdict v;

	/* As the judge would say; then there is nothing to record. */
	if (!q->req.need && rvm_partition_is_live(part))
		return 0;
	if (may_keep(q) && !q->always && was_allowed(part, q))
		return 0;
	v = rvm_gate_ask(part, q);
	if (v.allow && v.single_use) {
		/* Each right may rest on another token. */
		if (q->req.class == RVM_CLASS_PATH && hweight8(q->req.need) > 1)
			return check_each(part, q);
		v = use_up(part, q, v);
	}
	q->words = v.words;
	q->relaxed = v.relaxed;
	q->single_use = v.single_use;
	q->opens = v.opens;
	return conclude(part, q, &v);
}

int rvm_gate_refuse(struct rvm_partition *part, struct rvm_question *q, enum rvm_reason reason)
{
	struct rvm_partition_view views[RVM_NEST_MAX];
	struct rvm_verdict v;

	rvm_partition_views(part, views);
	v = relax(&views[0], &q->req, reason);
	return conclude(part, q, &v);
}

void rvm_gate_allow(struct rvm_partition *part, struct rvm_question *q, enum rvm_reason reason)
{
	struct rvm_verdict v = { .allow = true, .reason = reason, .tier = q->req.tier };

	conclude(part, q, &v);
}

int rvm_gate_pass(struct rvm_partition *part, enum rvm_op op)
{
	struct rvm_question q = { .req = { .class = RVM_CLASS_SYS, .op = op, .tier = 1 } };

	return rvm_gate_check(part, &q);
}

static struct rvm_question floor_question(enum rvm_op op, const char *text)
{
	return (struct rvm_question){
		.req = {
			.class = RVM_CLASS_SYS,
			.op = op,
			.need = RVM_RIGHTS_ALL,
			.tier = 1,
			.floor = true,
		},
		.text = text,
	};
}

int rvm_gate_floor_at(struct rvm_partition *part, enum rvm_op op, const char *text,
		      const struct path *path, struct dentry *dentry)
{
	struct rvm_question q = floor_question(op, text);

	q.path = path;
	q.dentry = dentry;
	return rvm_gate_check(part, &q);
}

int rvm_gate_floor(struct rvm_partition *part, enum rvm_op op, const char *text, bool quiet)
{
	struct rvm_question q = floor_question(op, text);

	q.quiet = quiet;
	return rvm_gate_check(part, &q);
}

/* Both ends as they were at one and the same moment. */
static enum rvm_reason survey_move(struct rvm_walk *here, struct rvm_walk *there,
				   const struct rvm_question *from, const struct rvm_question *to)
{
	struct rvm_walk_section section;
	enum rvm_reason reason;

	if (!here || !there)
		return RVM_REASON_CONTEXT;
	rvm_walk_begin(&section);
	do {
		reason = fill(here, from) ?: fill(there, to);
	} while (rvm_walk_retry(&section, here, there));
	if (section.unsettled)
		return RVM_REASON_CONTEXT;
	if (!reason) {
		note_own(here, from);
		note_own(there, to);
	}
	return reason;
}

/* May its place become an excluded one, or is it not known where its other names are? */
static bool must_be_alone(const struct rvm_partition_view *view, const struct rvm_question *from,
			  const struct rvm_question *to, const struct rvm_walk *here,
			  const struct rvm_walk *there)
{
	if (from->req.op == RVM_OP_LINK)
		return d_unlinked(from->path->dentry) ||
		       rvm_exclusion_is_beside(view, &here->object) ||
		       rvm_exclusion_is_beside(view, &there->object);
	/* What had several names in that directory keeps them. */
	return from->path->dentry != to->path->dentry &&
	       rvm_exclusion_is_beside(view, &there->object) &&
	       !rvm_exclusion_is_beside(view, &here->object);
}

/* What takes the place of an excluded name must not have a second one from before. */
static bool is_second_name(const struct rvm_partition_view *view, const struct rvm_question *from,
			   const struct rvm_question *to, const struct rvm_walk *here,
			   const struct rvm_walk *there)
{
	bool link = from->req.op == RVM_OP_LINK, alone = must_be_alone(view, from, to, here, there);
	struct inode *inode = d_inode_rcu(link ? from->path->dentry : from->dentry);

	if (!inode || S_ISDIR(inode->i_mode) || !(link || alone))
		return false;
	/* Asked first, so that a name under way is seen or counted. */
	return !rvm_naming_begin(inode, alone) ||
	       (alone && READ_ONCE(inode->i_nlink) > (link ? 0 : 1));
}

/* @alone: Nothing forbids it, but a second name would be left. */
static enum rvm_reason check_move(struct rvm_partition *part, struct rvm_question *from,
				  struct rvm_question *to, bool tree, bool *alone)
{
	struct rvm_walk *here = rvm_walk_borrow(), *there = rvm_walk_borrow();
	struct rvm_partition_view views[RVM_NEST_MAX];
	s64 now = ktime_get_real_seconds();
	enum rvm_reason reason;

	rvm_partition_views(part, views);
	reason = survey_move(here, there, from, to);
	if (!reason) {
		/* The new name is judged as what will be there: the old object. */
		there->object.special = here->object.special;
		reason = rvm_judge_move(&views[0], &here->object, &there->object, tree, now);
		*alone = !reason && is_second_name(&views[0], from, to, here, there);
		if (rvm_is_stopped(&views[0].stop))
			reason = RVM_REASON_FENCED;
	}
	rvm_walk_return(here);
	rvm_walk_return(there);
	return reason;
}

int rvm_gate_move(struct rvm_partition *part, struct rvm_question *from, struct rvm_question *to,
		  bool tree)
{
	enum rvm_reason reason;
	bool alone = false;
	int err;

	err = rvm_gate_check(part, from);
	if (err)
		return err;
	err = rvm_gate_check(part, to);
	if (err)
		return err;
	reason = check_move(part, from, to, tree, &alone);
	/* As on a file system without hard links: a caller that copies is not denied. */
	if (!reason)
		return alone ? -EXDEV : 0;
	err = rvm_gate_refuse(part, from, reason);
	return err && reason == RVM_REASON_GAIN ? -EXDEV : err;
}

struct rvm_verdict rvm_gate_ask(struct rvm_partition *part, struct rvm_question *q)
{
	return may_keep(q) ? judge_once(part, q) : judge(part, q, NULL);
}

void rvm_gate_record(struct rvm_partition *part, const struct rvm_question *q,
		     const struct rvm_verdict *v)
{
	record(part, q, v);
	latch(part, v);
}
