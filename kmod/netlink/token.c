// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that show tokens and exclusions.
 */

#include "netlink/common.h"
#include "partition/grant.h"
#include "partition/registry.h"
#include "table/grants.h"
#include "table/table.h"
#include "table/token.h"

static u64 parent_of(const struct rvm_token_core *core)
{
	const struct rvm_token_core *parent = READ_ONCE(core->parent);

	return parent ? parent->id : 0;
}

static int fill_core(struct sk_buff *skb, const struct rvm_token_core *core)
{
	if (nla_put_u64_64bit(skb, RVM_A_TOKEN_ID, core->id, RVM_A_TOKEN_PAD) ||
	    nla_put_u32(skb, RVM_A_TOKEN_TYPE, core->type) ||
	    nla_put_u32(skb, RVM_A_TOKEN_RIGHTS, core->rights) ||
	    nla_put_u32(skb, RVM_A_TOKEN_TIER, core->tier) ||
	    nla_put_u32(skb, RVM_A_TOKEN_EPOCH, core->epoch) ||
	    nla_put_u32(skb, RVM_A_TOKEN_DEPTH, core->depth) ||
	    nla_put_u64_64bit(skb, RVM_A_TOKEN_PARENT, parent_of(core), RVM_A_TOKEN_PAD) ||
	    nla_put_s64(skb, RVM_A_TOKEN_EXPIRES_AT, core->expires_at, RVM_A_TOKEN_PAD) ||
	    nla_put_u32(skb, RVM_A_TOKEN_FLAGS, READ_ONCE(core->flags)) ||
	    nla_put_u32(skb, RVM_A_TOKEN_INDEX, core->handle.index) ||
	    nla_put_u32(skb, RVM_A_TOKEN_GENERATION, core->handle.generation) ||
	    nla_put_u32(skb, RVM_A_TOKEN_OWNER, core->owner) ||
	    nla_put_u32(skb, RVM_A_TOKEN_PARTITION, core->owner) ||
	    nla_put_u64_64bit(skb, RVM_A_TOKEN_BADGE, core->badge, RVM_A_TOKEN_PAD) ||
	    (core->within_name && nla_put_string(skb, RVM_A_TOKEN_WITHIN, core->within_name)))
		return -EMSGSIZE;
	return 0;
}

static int fill_token(struct sk_buff *skb, const struct rvm_token *token)
{
	struct nlattr *nest = nla_nest_start(skb, RVM_A_TABLE_TOKEN);
	u64 revoked = READ_ONCE(token->revoked);

	if (!nest)
		return -EMSGSIZE;
	if (fill_core(skb, &token->core) ||
	    nla_put_u64_64bit(skb, RVM_A_TOKEN_BIRTH, token->birth, RVM_A_TOKEN_PAD) ||
	    (revoked && nla_put_u64_64bit(skb, RVM_A_TOKEN_REVOKED, revoked, RVM_A_TOKEN_PAD)) ||
	    rvm_nl_scope_fill(skb, RVM_A_TOKEN_SCOPE, token->object))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_exclusion(struct sk_buff *skb, const struct rvm_token *exclusion)
{
	struct nlattr *nest = nla_nest_start(skb, RVM_A_TABLE_EXCLUSION);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(skb, RVM_A_EXCLUSION_INDEX, exclusion->index) ||
	    nla_put_u32(skb, RVM_A_EXCLUSION_RIGHTS, exclusion->core.rights) ||
	    nla_put_u32(skb, RVM_A_EXCLUSION_PARTITION, exclusion->core.owner) ||
	    rvm_nl_scope_fill(skb, RVM_A_EXCLUSION_SCOPE, exclusion->object))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_entry(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct rvm_token *token)
{
	u8 cmd = token->exclusion ? RVM_CMD_EXCLUSION_GET : RVM_CMD_TOKEN_GET;
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				rvm_genl(&rvm_nl_family), NLM_F_MULTI, cmd);

	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (token->exclusion ? fill_exclusion(skb, token) : fill_token(skb, token)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* One message's worth under one read section: the table stays while it is read. */
static int show_entries(struct sk_buff *skb, struct netlink_callback *cb,
			struct rvm_token **entries, u32 count)
{
	struct rvm_nl_dump *dump = rvm_nl_dump(cb);
	int err = 0;

	for (; !err && dump->index < count; dump->index += !err)
		err = put_entry(skb, cb, entries[dump->index]);
	return err;
}

/* Behind those of the table. */
static int show_grants(struct sk_buff *skb, struct netlink_callback *cb, struct rvm_partition *part)
{
	struct rvm_nl_dump *dump = rvm_nl_dump(cb);
	struct rvm_token *token;
	int err = 0;

	while (!err &&
	       (token = rvm_grants_next(READ_ONCE(part->grants), dump->grant, &dump->hint))) {
		err = put_entry(skb, cb, token);
		if (!err)
			dump->grant = token->core.id;
	}
	return err;
}

static int show_tokens(struct sk_buff *skb, struct netlink_callback *cb, struct rvm_partition *part)
{
	const struct rvm_table *table;
	int err = 0;

	rcu_read_lock();
	table = rcu_dereference(part->table);
	if (table)
		err = show_entries(skb, cb, table->token, table->tokens.count);
	err = err ?: show_grants(skb, cb, part);
	rcu_read_unlock();
	return err;
}

static int show_exclusions(struct sk_buff *skb, struct netlink_callback *cb,
			   struct rvm_partition *part)
{
	const struct rvm_table *table;
	int err = 0;

	rcu_read_lock();
	table = rcu_dereference(part->table);
	if (table)
		err = show_entries(skb, cb, table->exclusion, table->exclusions.count);
	rcu_read_unlock();
	return err;
}

/* The partition that was asked for; from inside, start_dump() has set the caller's. */
static int limit_dump(struct netlink_callback *cb)
{
	struct nlattr **attrs = rvm_genl_dump_attrs(cb);
	const struct nlattr *attr = attrs ? attrs[RVM_A_TABLE_PARTITION] : NULL;
	struct rvm_nl_dump *dump = rvm_nl_dump(cb);
	struct rvm_partition *part;

	if (!attr || dump->only == nla_get_u32(attr))
		return 0;
	if (dump->only) {
		NL_SET_ERR_MSG_ATTR(cb->extack, attr,
				    "inside a partition only that partition can be named");
		return -EPERM;
	}
	part = rvm_nl_lookup(attr, cb->extack);
	if (IS_ERR(part))
		return PTR_ERR(part);
	dump->only = part->id;
	rvm_partition_put(part);
	return 0;
}

int rvm_nl_token_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	int err = limit_dump(cb);

	return err ?: rvm_nl_dump_partitions(skb, cb, show_tokens);
}

int rvm_nl_exclusion_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	int err = limit_dump(cb);

	return err ?: rvm_nl_dump_partitions(skb, cb, show_exclusions);
}

/* -ENOENT if the partition has no such token. */
static int fill_by_id(struct sk_buff *skb, struct rvm_partition *part, u64 id)
{
	struct rvm_token *token;
	int err = -ENOENT;

	rcu_read_lock();
	token = rvm_partition_token(part, id);
	if (token)
		err = fill_token(skb, token);
	rcu_read_unlock();
	return err;
}

static int find_and_fill(struct sk_buff *skb, u32 caller, u64 id)
{
	struct rvm_partition *part;
	int err = -ENOENT;
	u32 last = 0;

	if (caller) {
		part = rvm_partition_lookup(caller);
		if (part)
			err = fill_by_id(skb, part, id);
		rvm_partition_put(part);
		return err;
	}
	while (err == -ENOENT && (part = rvm_partition_next(last))) {
		last = part->id;
		err = fill_by_id(skb, part, id);
		rvm_partition_put(part);
	}
	return err;
}

int rvm_nl_token_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	u32 caller = rvm_nl_caller(info);
	struct sk_buff *reply;
	void *hdr;
	int err;

	if (!caller && !netlink_capable(skb, CAP_MAC_ADMIN)) {
		NL_SET_ERR_MSG(info->extack, "this needs CAP_MAC_ADMIN on the host");
		return -EPERM;
	}
	if (rvm_nl_need(info, RVM_A_TABLE_TOKEN_ID))
		return -EINVAL;
	reply = rvm_nl_reply_new(info, &hdr);
	if (!reply)
		return -ENOMEM;
	err = find_and_fill(reply, caller, nla_get_u64(info->attrs[RVM_A_TABLE_TOKEN_ID]));
	if (err == -ENOENT)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[RVM_A_TABLE_TOKEN_ID],
				    "there is no such token, or it is not yours");
	return rvm_nl_reply_send(reply, hdr, info, err);
}
