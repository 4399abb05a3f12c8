// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests about partitions.
 */

#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/uidgid.h>

#include "netlink/common.h"
#include "netlink/family.h"
#include "partition/change.h"
#include "partition/entry.h"
#include "partition/recheck.h"
#include "partition/registry.h"
#include "table/table.h"

#define CHANGEABLE                                                    \
	(RVM_PARTITION_FLAG_FENCED | RVM_PARTITION_FLAG_WITNESS_ALL | \
	 RVM_PARTITION_FLAG_HIDE_ATTRIBUTES | RVM_PARTITION_FLAG_RECHECK_ALWAYS)
#define READ_ONLY (RVM_PARTITION_FLAG_GONE | RVM_PARTITION_FLAG_RECHECKED)

static u32 flags_of(const struct rvm_partition *part)
{
	u32 flags = READ_ONCE(part->flags);

	if (!(READ_ONCE(part->cgrp->self.flags) & CSS_ONLINE))
		flags |= RVM_PARTITION_FLAG_GONE;
	rcu_read_lock();
	if (rvm_recheck_is_needed(part))
		flags |= RVM_PARTITION_FLAG_RECHECKED;
	rcu_read_unlock();
	return flags;
}

static int fill_table(struct sk_buff *skb, const struct rvm_table *table)
{
	if (nla_put_u32(skb, RVM_A_PARTITION_TOKENS, table ? table->tokens.count : 0) ||
	    nla_put_u32(skb, RVM_A_PARTITION_EXCLUSIONS, table ? table->exclusions.count : 0))
		return -EMSGSIZE;
	if (!table)
		return 0;
	if (nla_put(skb, RVM_A_PARTITION_DIGEST, sizeof(table->digest), table->digest) ||
	    (table->source && nla_put_string(skb, RVM_A_PARTITION_SOURCE, table->source)) ||
	    (table->workspace && nla_put_string(skb, RVM_A_PARTITION_WORKSPACE, table->workspace)))
		return -EMSGSIZE;
	return 0;
}

static int fill_partition(struct sk_buff *skb, const struct rvm_partition *part)
{
	int err;

	if (nla_put_u32(skb, RVM_A_PARTITION_ID, part->id) ||
	    nla_put_string(skb, RVM_A_PARTITION_NAME, part->name) ||
	    nla_put_u64_64bit(skb, RVM_A_PARTITION_CGROUP_ID, cgroup_id(part->cgrp),
			      RVM_A_PARTITION_PAD) ||
	    nla_put_u32(skb, RVM_A_PARTITION_STATE, READ_ONCE(part->state)) ||
	    nla_put_u32(skb, RVM_A_PARTITION_MODE, READ_ONCE(part->mode)) ||
	    nla_put_u32(skb, RVM_A_PARTITION_FLAGS, flags_of(part)) ||
	    nla_put_u32(skb, RVM_A_PARTITION_OWNER_UID,
			from_kuid_munged(&init_user_ns, part->owner)) ||
	    nla_put_u32(skb, RVM_A_PARTITION_EPOCH, READ_ONCE(part->epoch)) ||
	    (part->parent && nla_put_u32(skb, RVM_A_PARTITION_PARENT, part->parent->id)) ||
	    nla_put_u64_64bit(skb, RVM_A_PARTITION_DENIALS, atomic64_read(&part->denials),
			      RVM_A_PARTITION_PAD) ||
	    nla_put_u64_64bit(skb, RVM_A_PARTITION_EXECS, atomic64_read(&part->execs),
			      RVM_A_PARTITION_PAD))
		return -EMSGSIZE;

	rcu_read_lock();
	err = fill_table(skb, rcu_dereference(part->table));
	rcu_read_unlock();
	return err;
}

static int reply_partition(struct genl_info *info, const struct rvm_partition *part)
{
	struct sk_buff *reply;
	void *hdr;

	reply = rvm_nl_reply_new(info, &hdr);
	if (!reply)
		return -ENOMEM;
	return rvm_nl_reply_send(reply, hdr, info, fill_partition(reply, part));
}

void rvm_nl_partition_tell(const struct rvm_partition *part)
{
	struct sk_buff *event;
	void *hdr;

	event = rvm_nl_event_new(RVM_NLGRP_PARTITION, RVM_CMD_PARTITION_EVENT, &hdr);
	if (event)
		rvm_nl_event_send(event, hdr, RVM_NLGRP_PARTITION, fill_partition(event, part));
}

static int parse_new(struct genl_info *info, struct rvm_partition_spec *spec)
{
	struct nlattr **attrs = info->attrs;

	if (rvm_nl_need(info, RVM_A_PARTITION_NAME) || rvm_nl_need(info, RVM_A_PARTITION_CGROUP_FD))
		return -EINVAL;
	*spec = (struct rvm_partition_spec){
		.name = nla_data(attrs[RVM_A_PARTITION_NAME]),
		.name_attr = attrs[RVM_A_PARTITION_NAME],
		.cgroup_fd = nla_get_s32(attrs[RVM_A_PARTITION_CGROUP_FD]),
		.cgroup_attr = attrs[RVM_A_PARTITION_CGROUP_FD],
		.owner = current_uid(),
	};
	if (attrs[RVM_A_PARTITION_MODE])
		spec->mode = nla_get_u32(attrs[RVM_A_PARTITION_MODE]);
	if (attrs[RVM_A_PARTITION_FLAGS])
		spec->flags = nla_get_u32(attrs[RVM_A_PARTITION_FLAGS]);
	if (spec->flags & READ_ONLY) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[RVM_A_PARTITION_FLAGS],
				    "the flags gone and rechecked can only be read");
		return -EINVAL;
	}
	if (attrs[RVM_A_PARTITION_OWNER_UID]) {
		spec->owner =
			make_kuid(current_user_ns(), nla_get_u32(attrs[RVM_A_PARTITION_OWNER_UID]));
		if (!uid_valid(spec->owner)) {
			NL_SET_ERR_MSG_ATTR(info->extack, attrs[RVM_A_PARTITION_OWNER_UID],
					    "there is no such user id here");
			return -EINVAL;
		}
	}
	return 0;
}

int rvm_nl_partition_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct rvm_partition_spec spec;
	struct rvm_partition *part;
	int err;

	err = parse_new(info, &spec);
	if (err)
		return err;
	part = rvm_partition_create(&spec, info->extack);
	if (IS_ERR(part))
		return PTR_ERR(part);
	err = reply_partition(info, part);
	rvm_nl_partition_tell(part);
	rvm_partition_put(part);
	return err;
}

static int parse_set(struct genl_info *info, struct rvm_partition_change *change)
{
	struct nlattr **attrs = info->attrs;

	if (rvm_nl_need(info, RVM_A_PARTITION_ID))
		return -EINVAL;
	if (!attrs[RVM_A_PARTITION_FLAGS] != !attrs[RVM_A_PARTITION_FLAGS_MASK]) {
		NL_SET_ERR_MSG(info->extack, "give both flags and flags-mask, or neither");
		return -EINVAL;
	}
	*change = (struct rvm_partition_change){
		.has_state = attrs[RVM_A_PARTITION_STATE],
		.has_mode = attrs[RVM_A_PARTITION_MODE],
		.bump_epoch = nla_get_flag(attrs[RVM_A_PARTITION_EPOCH_BUMP]),
	};
	if (change->has_state)
		change->state = nla_get_u32(attrs[RVM_A_PARTITION_STATE]);
	if (change->has_mode)
		change->mode = nla_get_u32(attrs[RVM_A_PARTITION_MODE]);
	if (attrs[RVM_A_PARTITION_FLAGS]) {
		change->flags = nla_get_u32(attrs[RVM_A_PARTITION_FLAGS]);
		change->mask = nla_get_u32(attrs[RVM_A_PARTITION_FLAGS_MASK]);
	}
	if (change->mask & ~CHANGEABLE || change->flags & ~change->mask) {
		NL_SET_ERR_MSG_ATTR(info->extack, attrs[RVM_A_PARTITION_FLAGS_MASK],
				    "one of the flags cannot be changed");
		return -EINVAL;
	}
	if (!change->has_state && !change->has_mode && !change->bump_epoch && !change->mask) {
		NL_SET_ERR_MSG(info->extack,
			       "nothing to change: name a state, mode, flag or epoch");
		return -EINVAL;
	}
	return 0;
}

int rvm_nl_partition_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct rvm_partition_change change;
	struct rvm_partition *part;
	int err;

	err = parse_set(info, &change);
	if (err)
		return err;
	part = rvm_nl_lookup(info->attrs[RVM_A_PARTITION_ID], info->extack);
	if (IS_ERR(part))
		return PTR_ERR(part);
	err = rvm_partition_change(part, &change, info->extack);
	if (!err) {
		err = reply_partition(info, part);
		rvm_nl_partition_tell(part);
	}
	rvm_partition_put(part);
	return err;
}

int rvm_nl_partition_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct rvm_partition *part;
	int err;

	if (rvm_nl_need(info, RVM_A_PARTITION_ID))
		return -EINVAL;
	part = rvm_nl_lookup(info->attrs[RVM_A_PARTITION_ID], info->extack);
	if (IS_ERR(part))
		return PTR_ERR(part);
	err = rvm_partition_destroy(part, info->extack);
	if (!err)
		rvm_nl_partition_tell(part);
	rvm_partition_put(part);
	return err;
}

int rvm_nl_partition_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct rvm_partition *part;
	int err;

	part = rvm_nl_partition(skb, info, info->attrs[RVM_A_PARTITION_ID],
				info->attrs[RVM_A_PARTITION_NAME], true);
	if (IS_ERR(part))
		return PTR_ERR(part);
	err = reply_partition(info, part);
	rvm_partition_put(part);
	return err;
}

static int show_partition(struct sk_buff *skb, struct netlink_callback *cb,
			  struct rvm_partition *part)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				rvm_genl(&rvm_nl_family), NLM_F_MULTI, RVM_CMD_PARTITION_GET);

	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (fill_partition(skb, part)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

int rvm_nl_partition_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return rvm_nl_dump_partitions(skb, cb, show_partition);
}

/* The one program, with its arguments, that the task may start. */
static int admit_program(struct rvm_partition *part, struct pid *pid, struct genl_info *info)
{
	const struct nlattr *fd = info->attrs[RVM_A_PARTITION_PROGRAM_FD];
	struct rvm_admission what;
	int err;

	what.program = fget_raw(nla_get_s32(fd));
	if (!what.program) {
		NL_SET_ERR_MSG_ATTR(info->extack, fd, "the descriptor is not open");
		return -EBADF;
	}
	nla_memcpy(what.words, info->attrs[RVM_A_PARTITION_WORDS], sizeof(what.words));
	what.judged = nla_get_flag(info->attrs[RVM_A_PARTITION_JUDGED]);
	err = rvm_entry_admit(part, pid, &what, info->attrs[RVM_A_PARTITION_OWN_NET], info->extack);
	fput(what.program);
	return err;
}

static int admit(struct rvm_partition *part, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[RVM_A_PARTITION_PID];
	struct pid *pid;
	int err;

	pid = find_get_pid(nla_get_u32(attr));
	if (!pid)
		err = -ESRCH;
	else if (nla_get_flag(info->attrs[RVM_A_PARTITION_LIVE]))
		err = rvm_entry_adopt(part, pid, info->extack);
	else
		err = admit_program(part, pid, info);
	put_pid(pid);

	if (err == -ESRCH)
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "there is no such task");
	else if (err == -EXDEV)
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "the task is not in the partition's cgroup");
	else if (err == -EBUSY && info->attrs[RVM_A_PARTITION_OWN_NET])
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[RVM_A_PARTITION_OWN_NET],
				    "the task has no network namespace of its own");
	else if (err == -EEXIST)
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "the task is already admitted");
	else if (err == -ENFILE)
		NL_SET_ERR_MSG(info->extack,
			       "too many admitted tasks have not started: try again later");
	return err;
}

/* A live task names no program; one that is to start names it, and may claim its network. */
static int check_enter(struct genl_info *info)
{
	if (rvm_nl_need(info, RVM_A_PARTITION_ID) || rvm_nl_need(info, RVM_A_PARTITION_PID))
		return -EINVAL;
	if (!info->attrs[RVM_A_PARTITION_LIVE])
		return rvm_nl_need(info, RVM_A_PARTITION_PROGRAM_FD) ?:
			       rvm_nl_need(info, RVM_A_PARTITION_WORDS);
	if (!info->attrs[RVM_A_PARTITION_OWN_NET] && !info->attrs[RVM_A_PARTITION_PROGRAM_FD] &&
	    !info->attrs[RVM_A_PARTITION_WORDS] && !info->attrs[RVM_A_PARTITION_JUDGED])
		return 0;
	NL_SET_ERR_MSG(info->extack,
		       "live cannot be combined with own-net, program-fd, words or judged");
	return -EINVAL;
}

int rvm_nl_partition_enter_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct rvm_partition *part;
	bool live;
	int err;

	if (rvm_nl_caller(info)) {
		NL_SET_ERR_MSG(info->extack, "not allowed inside a partition: ask on the host");
		return -EPERM;
	}
	err = check_enter(info);
	if (err)
		return err;
	part = rvm_nl_partition(skb, info, info->attrs[RVM_A_PARTITION_ID], NULL, true);
	if (IS_ERR(part))
		return PTR_ERR(part);

	rcu_read_lock();
	live = rvm_partition_is_live(part);
	rcu_read_unlock();
	if (live) {
		err = admit(part, info);
	} else {
		NL_SET_ERR_MSG(info->extack, "the partition, or one around it, is not running");
		err = -EINVAL;
	}
	rvm_partition_put(part);
	return err;
}
