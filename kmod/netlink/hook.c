// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests about the BPF links that the module holds.
 */

#include <linux/slab.h>

#include "hook.h"
#include "limits.h"
#include "netlink/common.h"

/* Links of one request, with the attributes they came from. */
struct request {
	unsigned int count;
	struct rvm_hook_spec spec[RVM_LINKS_MAX];
	const struct nlattr *attr[RVM_LINKS_MAX + 1];
};

static int parse_link(const struct nlattr *nest, struct rvm_hook_spec *spec,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[RVM_A_LINK_MAX + 1];
	int err;

	err = nla_parse_nested(tb, RVM_A_LINK_MAX, nest, rvm_link_nl_policy, extack);
	if (err)
		return err;
	if (!tb[RVM_A_LINK_FD] == !tb[RVM_A_LINK_PROGRAM] ||
	    NL_REQ_ATTR_CHECK(extack, nest, tb, RVM_A_LINK_NAME)) {
		NL_SET_ERR_MSG(extack, "give a link or a program, and the name of its hook");
		return -EINVAL;
	}
	spec->program = tb[RVM_A_LINK_PROGRAM];
	spec->fd = nla_get_s32(tb[spec->program ? RVM_A_LINK_PROGRAM : RVM_A_LINK_FD]);
	spec->name = nla_data(tb[RVM_A_LINK_NAME]);
	spec->class = tb[RVM_A_LINK_CLASS] ? nla_get_u32(tb[RVM_A_LINK_CLASS]) : 0;
	return 0;
}

static int parse_links(struct genl_info *info, struct request *request)
{
	struct nlattr *attr;
	int err, rem;

	nla_for_each_attr(attr, genlmsg_data(info->genlhdr), genlmsg_len(info->genlhdr), rem) {
		if (nla_type(attr) != RVM_A_HOOK_LINK)
			continue;
		if (request->count == RVM_LINKS_MAX) {
			NL_SET_ERR_MSG_ATTR_FMT(info->extack, attr, "more than %u links",
						RVM_LINKS_MAX);
			return -ENFILE;
		}
		err = parse_link(attr, &request->spec[request->count], info->extack);
		if (err)
			return err;
		request->attr[request->count++] = attr;
	}
	return 0;
}

static int hold(struct genl_info *info)
{
	struct request *request = kzalloc(sizeof(*request), GFP_KERNEL);
	unsigned int bad = 0;
	int err;

	if (!request)
		return -ENOMEM;
	err = parse_links(info, request);
	if (!err) {
		err = rvm_hook_hold(request->spec, request->count, &bad, info->extack);
		if (err && request->attr[bad])
			NL_SET_BAD_ATTR(info->extack, request->attr[bad]);
	}
	kfree(request);
	return err;
}

int rvm_nl_hook_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	bool detach = nla_get_flag(info->attrs[RVM_A_HOOK_DETACH]);
	int err;

	if (detach == !!info->attrs[RVM_A_HOOK_LINK]) {
		NL_SET_ERR_MSG(info->extack, "give either links or detach, not both");
		return -EINVAL;
	}
	if (!detach)
		return hold(info);
	err = rvm_hook_release(info->extack);
	return err < 0 ? err : 0;
}

static int put_link(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct rvm_hook_info *info)
{
	struct nlattr *nest;
	void *hdr;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  rvm_genl(&rvm_nl_family), NLM_F_MULTI, RVM_CMD_HOOK_GET);
	if (!hdr)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, RVM_A_HOOK_LINK);
	if (!nest || nla_put_string(skb, RVM_A_LINK_NAME, info->name) ||
	    nla_put_u32(skb, RVM_A_LINK_CLASS, info->class) ||
	    nla_put_u32(skb, RVM_A_LINK_NEED, info->need) ||
	    (info->attached && nla_put_flag(skb, RVM_A_LINK_ATTACHED))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;
}

int rvm_nl_hook_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct rvm_nl_dump *dump = rvm_nl_dump(cb);
	struct rvm_hook_info info;
	int err;

	err = rvm_nl_dump_check(cb);
	if (err)
		return err;
	while (rvm_hook_at(dump->index, &info) && !put_link(skb, cb, &info))
		dump->index++;
	return skb->len;
}
