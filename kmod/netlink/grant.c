// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that pass tokens on, take them back, and prove them.
 */

#include "gate/gate.h"
#include "lib/judge/judge.h"
#include "lib/model/rights.h"
#include "netlink/common.h"
#include "partition/grant.h"
#include "partition/prove.h"
#include "partition/registry.h"
#include "partition/revoke.h"
#include "table/grants.h"
#include "table/table.h"

/* Whoever asks from inside must be running; the host must be privileged. */
static int check_caller(struct sk_buff *skb, struct genl_info *info, enum rvm_op op)
{
	u32 caller = rvm_nl_caller(info);
	struct rvm_partition *part;
	int err = 0;

	if (!caller) {
		if (netlink_capable(skb, CAP_MAC_ADMIN))
			return 0;
		NL_SET_ERR_MSG(info->extack, "this needs CAP_MAC_ADMIN on the host");
		return -EPERM;
	}
	rcu_read_lock();
	part = rvm_partition_find();
	if (!part || part->id != caller || rvm_gate_pass(part, op))
		err = -EACCES;
	rcu_read_unlock();
	if (err)
		NL_SET_ERR_MSG(info->extack, "the partition, or one above it, is not running");
	return err;
}

static bool handle_in(struct rvm_partition *part, u64 id, struct rvm_handle *handle)
{
	const struct rvm_token *token;

	rcu_read_lock();
	token = rvm_partition_token(part, id);
	/* It says nothing yet: what the handle leads to is checked when it is used. */
	if (token)
		*handle = token->core.handle;
	rcu_read_unlock();
	return token;
}

static bool handle_of_id(u64 id, struct rvm_handle *handle)
{
	struct rvm_partition *part;
	bool found = false;
	u32 last = 0;

	while (!found && (part = rvm_partition_next(last))) {
		last = part->id;
		found = handle_in(part, id, handle);
		rvm_partition_put(part);
	}
	return found;
}

/* By id, which is never used again, or by handle. */
static int parse_handle(struct genl_info *info, struct rvm_handle *handle)
{
	struct nlattr **attrs = info->attrs;

	if (attrs[RVM_A_GRANT_ID]) {
		if (handle_of_id(nla_get_u64(attrs[RVM_A_GRANT_ID]), handle))
			return 0;
		NL_SET_BAD_ATTR(info->extack, attrs[RVM_A_GRANT_ID]);
		return rvm_token_refuse(RVM_TOKEN_ERROR_INVALID_HANDLE, info->extack);
	}
	if (rvm_nl_need(info, RVM_A_GRANT_INDEX) || rvm_nl_need(info, RVM_A_GRANT_GENERATION))
		return -EINVAL;
	*handle = (struct rvm_handle){
		.index = nla_get_u32(attrs[RVM_A_GRANT_INDEX]),
		.generation = nla_get_u32(attrs[RVM_A_GRANT_GENERATION]),
	};
	return 0;
}

/* Has the caller a token for the partition, by its name? */
static bool may_reach(const struct rvm_partition *target)
{
	char name[sizeof("partition/") + RVM_NAME_MAX];
	struct rvm_question q = {
		.req = {
			.class = RVM_CLASS_NAME,
			.op = RVM_OP_GRANT,
			.need = RVM_RIGHT_WRITE,
			.tier = 1,
			.floor = true,
		},
	};
	struct rvm_partition *part;
	struct rvm_verdict v = {};
	bool named = false;

	q.req.name.len = scnprintf(name, sizeof(name), "partition/%s", target->name);
	q.req.name.text = name;
	rcu_read_lock();
	part = rvm_partition_find();
	if (part)
		v = rvm_gate_ask(part, &q);
	/* "*" gives no way to others. */
	if (v.allow && v.token)
		named = v.token->scope->class == RVM_CLASS_NAME ||
			v.token->rights == RVM_RIGHTS_ALL;
	rcu_read_unlock();
	return named;
}

/* Others are as good as not there for who may not reach them. */
static struct rvm_partition *find_target(struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[RVM_A_GRANT_PARTITION];
	u32 caller = rvm_nl_caller(info);
	struct rvm_partition *part;

	if (!attr && !caller) {
		NL_SET_ERR_MSG(info->extack, "a required attribute is missing");
		return ERR_PTR(-EINVAL);
	}
	part = rvm_partition_lookup(attr ? nla_get_u32(attr) : caller);
	if (part && !(part->flags & RVM_PARTITION_FLAG_PEN) &&
	    (!caller || rvm_partition_is_inside(part, caller) || may_reach(part)))
		return part;
	rvm_partition_put(part);
	NL_SET_ERR_MSG_ATTR(info->extack, attr,
			    "there is no such partition, or no token of yours names it");
	return ERR_PTR(caller ? -EPERM : -ENOENT);
}

static int parse_expiry(const struct nlattr *attr, struct rvm_grant_request *req,
			struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	req->has_expiry = true;
	req->expires_at = nla_get_s64(attr);
	return req->expires_at >= 0 ?
		       0 :
		       rvm_nl_refuse(extack, attr, "the expiry is negative: 0 means never");
}

#define WANTED (RVM_TOKEN_FLAG_SINGLE_USE | RVM_TOKEN_FLAG_UNTIL_EXIT)

static int parse_flags(const struct nlattr *attr, struct rvm_grant_request *req,
		       struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	req->flags = nla_get_u32(attr);
	return req->flags & ~WANTED ? rvm_nl_refuse(extack, attr, "a flag can only be read") : 0;
}

/* What the scope of the new token is made of, beside the request. */
static int source_of(struct rvm_grant_request *req, struct rvm_scope_object **source,
		     struct netlink_ext_ack *extack)
{
	enum rvm_token_error error;

	if (!req->derived)
		return 0;
	error = rvm_token_source_scope(req->caller, req->source, source);
	return error ? rvm_token_refuse(error, extack) : 0;
}

static int make_scope(const struct nlattr *nest, struct rvm_grant_request *req,
		      struct netlink_ext_ack *extack)
{
	struct rvm_scope_object *source = NULL, *object;
	bool any;
	int err = source_of(req, &source, extack);

	if (err)
		return err;
	/* Below these, a scope names its own place or program. */
	any = source &&
	      (source->scope.class == RVM_CLASS_ANY || source->scope.class == RVM_CLASS_SELF ||
	       source->scope.flags & RVM_SCOPE_FLAG_ANY_PROGRAM);
	object = rvm_nl_scope_make(nest, false, any ? NULL : source, extack);
	rvm_scope_put(source);
	if (IS_ERR(object))
		return PTR_ERR(object);
	req->scope = object;
	return 0;
}

static const int read_only[] = {
	RVM_A_TOKEN_ID,	       RVM_A_TOKEN_INDEX,  RVM_A_TOKEN_GENERATION, RVM_A_TOKEN_OWNER,
	RVM_A_TOKEN_EPOCH,     RVM_A_TOKEN_DEPTH,  RVM_A_TOKEN_PARENT,	   RVM_A_TOKEN_BIRTH,
	RVM_A_TOKEN_PARTITION, RVM_A_TOKEN_WITHIN, RVM_A_TOKEN_REVOKED,
};

static int parse_token(const struct nlattr *nest, struct rvm_grant_request *req,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[RVM_A_TOKEN_MAX + 1];
	unsigned int i;
	int err;

	err = nla_parse_nested(tb, RVM_A_TOKEN_MAX, nest, rvm_token_nl_policy, extack);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(read_only); i++)
		if (tb[read_only[i]])
			return rvm_nl_refuse(extack, tb[read_only[i]],
					     "this attribute cannot be chosen");
	err = parse_expiry(tb[RVM_A_TOKEN_EXPIRES_AT], req, extack) ?:
		      parse_flags(tb[RVM_A_TOKEN_FLAGS], req, extack);
	if (err)
		return err;
	if (tb[RVM_A_TOKEN_RIGHTS])
		req->rights = nla_get_u32(tb[RVM_A_TOKEN_RIGHTS]);
	if (tb[RVM_A_TOKEN_TIER])
		req->tier = nla_get_u32(tb[RVM_A_TOKEN_TIER]);
	if (tb[RVM_A_TOKEN_BADGE])
		req->badge = nla_get_u64(tb[RVM_A_TOKEN_BADGE]);
	if (tb[RVM_A_TOKEN_TYPE]) {
		if (req->derived)
			return rvm_nl_refuse(extack, tb[RVM_A_TOKEN_TYPE],
					     "the type is that of the source");
		req->type = nla_get_u32(tb[RVM_A_TOKEN_TYPE]);
	}
	return tb[RVM_A_TOKEN_SCOPE] ? make_scope(tb[RVM_A_TOKEN_SCOPE], req, extack) : 0;
}

/* What comes from nothing is the host's to give, and says what it is for. */
static int check_root(const struct rvm_grant_request *req, struct genl_info *info)
{
	if (req->derived)
		return 0;
	if (req->caller) {
		NL_SET_ERR_MSG(info->extack, "name the token that it comes from");
		return -EPERM;
	}
	if (req->rights && req->scope)
		return 0;
	NL_SET_ERR_MSG(info->extack, "without a source, rights and scope have to be named");
	return -EINVAL;
}

static int parse_grant(struct genl_info *info, struct rvm_grant_request *req)
{
	struct nlattr **attrs = info->attrs;
	int err = 0;

	req->caller = rvm_nl_caller(info);
	req->derived = attrs[RVM_A_GRANT_ID] || attrs[RVM_A_GRANT_INDEX] ||
		       attrs[RVM_A_GRANT_GENERATION];
	if (req->derived)
		err = parse_handle(info, &req->source);
	if (!err && attrs[RVM_A_GRANT_TOKEN])
		err = parse_token(attrs[RVM_A_GRANT_TOKEN], req, info->extack);
	return err ?: check_root(req, info);
}

static int fill_granted(struct sk_buff *skb, const struct rvm_granted *done)
{
	if (nla_put_u64_64bit(skb, RVM_A_GRANT_ID, done->id, RVM_A_GRANT_PAD) ||
	    nla_put_u32(skb, RVM_A_GRANT_INDEX, done->handle.index) ||
	    nla_put_u32(skb, RVM_A_GRANT_GENERATION, done->handle.generation) ||
	    nla_put_u64_64bit(skb, RVM_A_GRANT_SEQUENCE, done->sequence, RVM_A_GRANT_PAD))
		return -EMSGSIZE;
	return 0;
}

static void tell(u32 partition, u64 id, u32 count, u64 sequence)
{
	struct sk_buff *event;
	void *hdr;
	int err;

	event = rvm_nl_event_new(RVM_NLGRP_TOKEN, RVM_CMD_GRANT_EVENT, &hdr);
	if (!event)
		return;
	err = (partition && nla_put_u32(event, RVM_A_GRANT_PARTITION, partition)) ||
	      nla_put_u64_64bit(event, RVM_A_GRANT_ID, id, RVM_A_GRANT_PAD) ||
	      (count && nla_put_u32(event, RVM_A_GRANT_COUNT, count)) ||
	      nla_put_u64_64bit(event, RVM_A_GRANT_SEQUENCE, sequence, RVM_A_GRANT_PAD);
	rvm_nl_event_send(event, hdr, RVM_NLGRP_TOKEN, err ? -EMSGSIZE : 0);
}

static int grant(struct genl_info *info, struct rvm_grant_request *req, struct rvm_granted *done)
{
	enum rvm_token_error error;
	int err = parse_grant(info, req);

	err = err ?: rvm_token_grant(req, done, &error, info->extack);
	/* On success the token has it. */
	if (err)
		rvm_scope_put(req->scope);
	return err;
}

int rvm_nl_token_grant_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct rvm_grant_request req = {};
	struct rvm_granted done;
	struct sk_buff *reply;
	void *hdr;
	int err;

	err = check_caller(skb, info, RVM_OP_GRANT);
	if (err)
		return err;
	req.target = find_target(info);
	if (IS_ERR(req.target))
		return PTR_ERR(req.target);
	/* First, so that what is in force is not told as a failure for want of memory. */
	reply = rvm_nl_reply_new(info, &hdr);
	err = reply ? grant(info, &req, &done) : -ENOMEM;
	if (err) {
		nlmsg_free(reply);
	} else {
		tell(req.target->id, done.id, 0, done.sequence);
		err = rvm_nl_reply_send(reply, hdr, info, fill_granted(reply, &done));
	}
	rvm_partition_put(req.target);
	return err;
}

static int fill_revoked(struct sk_buff *skb, const struct rvm_revocation *rev)
{
	if (nla_put_u32(skb, RVM_A_GRANT_COUNT, rev->count) ||
	    nla_put_u64_64bit(skb, RVM_A_GRANT_SEQUENCE, rev->sequence, RVM_A_GRANT_PAD))
		return -EMSGSIZE;
	return 0;
}

int rvm_nl_token_revoke_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct rvm_revoke_request req = { .caller = rvm_nl_caller(info) };
	struct rvm_revocation rev = {};
	enum rvm_token_error error;
	struct sk_buff *reply;
	void *hdr;
	int err;

	err = check_caller(skb, info, RVM_OP_REVOKE) ?: parse_handle(info, &req.handle);
	if (err)
		return err;
	reply = rvm_nl_reply_new(info, &hdr);
	err = reply ? rvm_token_revoke(&req, &rev, &error, info->extack) : -ENOMEM;
	if (rev.count)
		tell(0, rev.id, rev.count, rev.sequence);
	if (!err)
		return rvm_nl_reply_send(reply, hdr, info, fill_revoked(reply, &rev));
	nlmsg_free(reply);
	return err;
}

static int parse_proof(struct genl_info *info, struct rvm_proof_request *req)
{
	struct nlattr **attrs = info->attrs;

	if (attrs[RVM_A_GRANT_RIGHTS])
		req->need = nla_get_u32(attrs[RVM_A_GRANT_RIGHTS]);
	req->tier = attrs[RVM_A_GRANT_TIER] ? nla_get_u32(attrs[RVM_A_GRANT_TIER]) : 1;
	if (attrs[RVM_A_GRANT_NONCE])
		req->nonce = nla_get_u64(attrs[RVM_A_GRANT_NONCE]);
	if (attrs[RVM_A_GRANT_ISSUED])
		req->issued = nla_get_u64(attrs[RVM_A_GRANT_ISSUED]);
	return parse_handle(info, &req->handle);
}

static int fill_proof(struct sk_buff *skb, const struct rvm_proof *proof)
{
	if (nla_put_u32(skb, RVM_A_GRANT_TIER, proof->tier) ||
	    nla_put_u32(skb, RVM_A_GRANT_REASON, RVM_REASON_NONE) ||
	    nla_put_u64_64bit(skb, RVM_A_GRANT_SEQUENCE, proof->sequence, RVM_A_GRANT_PAD))
		return -EMSGSIZE;
	return 0;
}

int rvm_nl_token_prove_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct rvm_proof_request req = { .caller = rvm_nl_caller(info) };
	struct rvm_proof proof;
	struct sk_buff *reply;
	void *hdr;
	int err;

	err = check_caller(skb, info, RVM_OP_PROVE) ?: parse_proof(info, &req);
	if (err)
		return err;
	reply = rvm_nl_reply_new(info, &hdr);
	err = reply ? rvm_token_prove(&req, &proof, info->extack) : -ENOMEM;
	if (!err)
		return rvm_nl_reply_send(reply, hdr, info, fill_proof(reply, &proof));
	nlmsg_free(reply);
	return err;
}
