// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: who may ask what, and what all requests share.
 *
 * Where the caller is comes before what it may: root inside a partition is not
 * the host.  A socket belongs to where it was opened; used from elsewhere it is
 * refused, so nobody can be made to speak for another.
 */

#include <linux/capability.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <net/sock.h>

#include "hook.h"
#include "netlink/common.h"
#include "netlink/family.h"
#include "partition/entry.h"
#include "partition/reading.h"
#include "partition/registry.h"
#include "partition/transaction.h"
#include "table/anchor.h"
#include "table/token.h"

static u32 opener_of(const struct sk_buff *skb)
{
	struct sock *sk = NETLINK_CB(skb).sk;
	struct rvm_partition *part;
	u32 id;

	rcu_read_lock();
	part = rvm_partition_of_cgroup(sock_cgroup_ptr(&sk->sk_cgrp_data));
	id = part ? part->id : 0;
	rcu_read_unlock();
	return id;
}

static int identify(const struct sk_buff *skb, struct netlink_ext_ack *extack, u32 *caller)
{
	*caller = rvm_caller_id();
	if (opener_of(skb) == *caller)
		return 0;
	NL_SET_ERR_MSG(extack, "the socket was opened in another partition: open one here");
	return -EPERM;
}

static int check_admin(struct sk_buff *skb, struct netlink_ext_ack *extack)
{
	if (netlink_capable(skb, CAP_MAC_ADMIN))
		return 0;
	NL_SET_ERR_MSG(extack, "this needs CAP_MAC_ADMIN on the host");
	return -EPERM;
}

static int check_outside(u32 caller, struct netlink_ext_ack *extack)
{
	if (!caller)
		return 0;
	NL_SET_ERR_MSG(extack, "not allowed inside a partition: ask on the host");
	return -EPERM;
}

int rvm_nl_pre_doit_admin(const struct genl_split_ops *ops, struct sk_buff *skb,
			  struct genl_info *info)
{
	u32 caller;
	int err;

	err = identify(skb, info->extack, &caller);
	if (!err)
		err = check_outside(caller, info->extack);
	if (!err)
		err = check_admin(skb, info->extack);
	info->user_ptr[0] = NULL;
	return err;
}

/* Of the log; inside by a token. */
static int check_reader(struct sk_buff *skb, u32 caller, struct netlink_ext_ack *extack)
{
	if (!caller)
		return check_admin(skb, extack);
	if (rvm_caller_may_read_log())
		return 0;
	NL_SET_ERR_MSG(extack, "inside a partition this takes a token of type WitnessLog");
	return -EPERM;
}

int rvm_nl_pre_doit_reader(const struct genl_split_ops *ops, struct sk_buff *skb,
			   struct genl_info *info)
{
	u32 caller;
	int err;

	err = identify(skb, info->extack, &caller);
	info->user_ptr[0] = (void *)(unsigned long)caller;
	return err ?: check_reader(skb, caller, info->extack);
}

/* The request itself says, by rvm_nl_partition(), whether the caller may. */
int rvm_nl_pre_doit_user(const struct genl_split_ops *ops, struct sk_buff *skb,
			 struct genl_info *info)
{
	u32 caller;
	int err;

	err = identify(skb, info->extack, &caller);
	info->user_ptr[0] = (void *)(unsigned long)caller;
	return err;
}

static int start_dump(struct netlink_callback *cb, bool inside)
{
	struct rvm_nl_dump *dump = rvm_nl_dump(cb);
	int err;

	err = identify(cb->skb, cb->extack, &dump->caller);
	if (err)
		return err;
	if (!inside) {
		err = check_outside(dump->caller, cb->extack);
		if (err)
			return err;
	}
	dump->only = dump->caller;
	cb->min_dump_alloc = RVM_NL_REPLY_BYTES;
	return dump->caller ? 0 : check_admin(cb->skb, cb->extack);
}

int rvm_nl_start_admin(struct netlink_callback *cb)
{
	return start_dump(cb, false);
}

int rvm_nl_start_user(struct netlink_callback *cb)
{
	return start_dump(cb, true);
}

int rvm_nl_start_reader(struct netlink_callback *cb)
{
	struct rvm_nl_dump *dump = rvm_nl_dump(cb);
	int err = identify(cb->skb, cb->extack, &dump->caller);

	cb->min_dump_alloc = RVM_NL_REPLY_BYTES;
	return err ?: check_reader(cb->skb, dump->caller, cb->extack);
}

int rvm_nl_need(struct genl_info *info, int attr)
{
	if (!GENL_REQ_ATTR_CHECK(info, attr))
		return 0;
	NL_SET_ERR_MSG(info->extack, "a required attribute is missing");
	return -EINVAL;
}

struct rvm_partition *rvm_nl_lookup(const struct nlattr *id, struct netlink_ext_ack *extack)
{
	struct rvm_partition *part = rvm_partition_lookup(nla_get_u32(id));

	if (part)
		return part;
	NL_SET_ERR_MSG_ATTR_FMT(extack, id, "there is no partition %u", nla_get_u32(id));
	return ERR_PTR(-ENOENT);
}

/* The user who owns it, as opener of the socket and as caller. */
static bool is_owner(const struct sk_buff *skb, const struct rvm_partition *part)
{
	const struct socket *sock = NETLINK_CB(skb).sk->sk_socket;

	return sock && sock->file && uid_eq(sock->file->f_cred->euid, part->owner) &&
	       uid_eq(current_euid(), part->owner);
}

static struct rvm_partition *own_partition(u32 caller, const struct nlattr *id,
					   const struct nlattr *name,
					   struct netlink_ext_ack *extack)
{
	struct rvm_partition *part = rvm_partition_lookup(caller);

	if (!part)
		return ERR_PTR(-ENOENT);
	if ((!id || nla_get_u32(id) == caller) && (!name || !nla_strcmp(name, part->name)))
		return part;
	rvm_partition_put(part);
	NL_SET_ERR_MSG_ATTR(extack, id ?: name,
			    "inside a partition only that partition can be named");
	return ERR_PTR(-EPERM);
}

struct rvm_partition *rvm_nl_partition(struct sk_buff *skb, struct genl_info *info,
				       const struct nlattr *id, const struct nlattr *name,
				       bool owner)
{
	struct rvm_partition *part;

	if (rvm_nl_caller(info))
		return own_partition(rvm_nl_caller(info), id, name, info->extack);
	if (!id == !name) {
		NL_SET_ERR_MSG(info->extack, "name one partition, by id or by name");
		return ERR_PTR(-EINVAL);
	}
	part = id ? rvm_partition_lookup(nla_get_u32(id)) :
		    rvm_partition_lookup_name(nla_data(name));
	/* A caller that may not see it is not told whether it is there. */
	if (!(part && owner && is_owner(skb, part)) && check_admin(skb, info->extack)) {
		rvm_partition_put(part);
		return ERR_PTR(-EPERM);
	}
	if (part)
		return part;
	NL_SET_ERR_MSG_ATTR(info->extack, id ?: name, "there is no such partition");
	return ERR_PTR(-ENOENT);
}

struct sk_buff *rvm_nl_reply_new(struct genl_info *info, void **hdr)
{
	struct sk_buff *reply = genlmsg_new(RVM_NL_REPLY_BYTES, GFP_KERNEL);

	if (!reply)
		return NULL;
	*hdr = genlmsg_put_reply(reply, info, rvm_genl(&rvm_nl_family), 0, info->genlhdr->cmd);
	if (*hdr)
		return reply;
	nlmsg_free(reply);
	return NULL;
}

int rvm_nl_reply_send(struct sk_buff *reply, void *hdr, struct genl_info *info, int err)
{
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}

struct sk_buff *rvm_nl_event_new(unsigned int group, u8 cmd, void **hdr)
{
	struct sk_buff *event;

	if (!genl_has_listeners(rvm_genl(&rvm_nl_family), &init_net, group))
		return NULL;
	event = genlmsg_new(RVM_NL_REPLY_BYTES, GFP_KERNEL);
	if (!event)
		return NULL;
	*hdr = genlmsg_put(event, 0, 0, rvm_genl(&rvm_nl_family), 0, cmd);
	if (*hdr)
		return event;
	nlmsg_free(event);
	return NULL;
}

void rvm_nl_event_send(struct sk_buff *event, void *hdr, unsigned int group, int err)
{
	if (err) {
		nlmsg_free(event);
		return;
	}
	genlmsg_end(event, hdr);
	genlmsg_multicast_netns(rvm_genl(&rvm_nl_family), &init_net, event, 0, group, GFP_KERNEL);
}

int rvm_nl_dump_check(struct netlink_callback *cb)
{
	if (rvm_caller_id() == rvm_nl_dump(cb)->caller)
		return 0;
	NL_SET_ERR_MSG(cb->extack, "the dump was started in another partition: start one here");
	return -EACCES;
}

static struct rvm_partition *next_partition(const struct rvm_nl_dump *dump)
{
	if (!dump->only)
		return rvm_partition_next(dump->last);
	return dump->last < dump->only ? rvm_partition_lookup(dump->only) : NULL;
}

int rvm_nl_dump_partitions(struct sk_buff *skb, struct netlink_callback *cb, rvm_nl_show show)
{
	struct rvm_nl_dump *dump = rvm_nl_dump(cb);
	struct rvm_partition *part;
	int err = 0;

	err = rvm_nl_dump_check(cb);
	if (err)
		return err;
	cb->seq = rvm_partition_changes();
	while (!err && (part = next_partition(dump))) {
		err = show(skb, cb, part);
		if (!err) {
			dump->last = part->id;
			dump->index = 0;
			dump->grant = 0;
			dump->hint = 0;
		}
		rvm_partition_put(part);
	}
	return err && !skb->len ? err : skb->len;
}

static int fill_info(struct sk_buff *skb, u32 self)
{
	if (nla_put_u32(skb, RVM_A_INFO_ABI, RVM_ABI) ||
	    nla_put_string(skb, RVM_A_INFO_VERSION, RVM_VERSION) ||
	    nla_put_u32(skb, RVM_A_INFO_SELF, self))
		return -EMSGSIZE;
	/* What the host has is not told to a caller inside. */
	if (self)
		return 0;
	if (nla_put_u32(skb, RVM_A_INFO_PARTITIONS, rvm_partition_count()) ||
	    nla_put_u32(skb, RVM_A_INFO_TOKENS, rvm_token_count()) ||
	    nla_put_u32(skb, RVM_A_INFO_EXCLUSIONS, rvm_exclusion_count()) ||
	    nla_put_u32(skb, RVM_A_INFO_ANCHORS, rvm_anchor_count()) ||
	    nla_put_u32(skb, RVM_A_INFO_TABLES, rvm_transaction_count()) ||
	    nla_put_u32(skb, RVM_A_INFO_ENTRIES, rvm_entry_count()) ||
	    nla_put_u32(skb, RVM_A_INFO_HOOKS, rvm_hook_count()))
		return -EMSGSIZE;
	return 0;
}

int rvm_nl_info_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	void *hdr;

	reply = rvm_nl_reply_new(info, &hdr);
	if (!reply)
		return -ENOMEM;
	return rvm_nl_reply_send(reply, hdr, info, fill_info(reply, rvm_caller_id()));
}

/* As generated, but joining takes privilege: events tell of paths and arguments. */
static struct genl_multicast_group groups[RVM_NLGRP_WITNESS + 1] __ro_after_init;

static void guard_groups(void)
{
	unsigned int i;

	BUILD_BUG_ON(ARRAY_SIZE(groups) != RVM_NLGRP_WITNESS + 1);
	for (i = 0; i < rvm_nl_family.n_mcgrps && i < ARRAY_SIZE(groups); i++) {
		groups[i] = rvm_nl_family.mcgrps[i];
		groups[i].flags |= GENL_MCAST_CAP_SYS_ADMIN;
	}
	rvm_nl_family.mcgrps = groups;
}

int __init rvm_netlink_init(void)
{
	int err;

	guard_groups();
	err = rvm_nl_table_init();
	if (err)
		return err;
	err = rvm_genl_register(&rvm_nl_family);
	if (err) {
		rvm_nl_table_exit();
		return err;
	}
	rvm_nl_deny_init();
	return 0;
}

void rvm_netlink_exit(void)
{
	rvm_nl_deny_exit();
	genl_unregister_family(rvm_genl(&rvm_nl_family));
	rvm_nl_table_exit();
}
