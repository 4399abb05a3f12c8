/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_COMPAT_GENL_H
#define _RVM_COMPAT_GENL_H

/*
 * The netlink family on kernels that do not split commands into do and dump.  Can go
 * when 6.1 is no longer supported.
 */

#include <linux/module.h>
#include <linux/version.h>
#include <net/genetlink.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)

/*
 * The generated family splits each command into what is done and what is dumped; 6.1
 * knows whole commands, and one function that comes before all of them.  The family
 * below is made into one of the kernel's when it is registered.
 */
struct genl_split_ops {
	const struct nla_policy *policy;
	int (*pre_doit)(const struct genl_split_ops *ops, struct sk_buff *skb,
			struct genl_info *info);
	int (*doit)(struct sk_buff *skb, struct genl_info *info);
	int (*start)(struct netlink_callback *cb);
	int (*dumpit)(struct sk_buff *skb, struct netlink_callback *cb);
	unsigned int maxattr;
	u8 cmd;
	u8 flags;
};

#define RVM_GENL_OPS_MAX 32
#define RVM_GENL_POLICY_MAX 64

struct rvm_genl_family {
	struct genl_family kernel;
	struct genl_ops ops[RVM_GENL_OPS_MAX];
	struct nla_policy policy[RVM_GENL_POLICY_MAX];
	unsigned int n_policy;
	const char *name;
	unsigned int version;
	bool netnsok, parallel_ops;
	struct module *module;
	const struct genl_split_ops *split_ops;
	unsigned int n_split_ops;
	const struct genl_multicast_group *mcgrps;
	unsigned int n_mcgrps;
};

extern struct rvm_genl_family rvm_nl_family;

static inline struct genl_family *rvm_genl(struct rvm_genl_family *family)
{
	return &family->kernel;
}

static inline const struct genl_split_ops *rvm_genl_split(u8 cmd, bool dump)
{
	unsigned int i;

	for (i = 0; i < rvm_nl_family.n_split_ops; i++) {
		const struct genl_split_ops *split = &rvm_nl_family.split_ops[i];

		if (split->cmd == cmd && !split->dumpit != dump)
			return split;
	}
	return NULL;
}

/* What may be said to either half was checked; to this one that may be less. */
static inline int rvm_genl_check(const struct genl_split_ops *split, struct nlattr **attrs,
				 unsigned int maxattr, struct netlink_ext_ack *extack)
{
	unsigned int i;

	for (i = 1; attrs && i <= maxattr; i++) {
		if (!attrs[i] || (i <= split->maxattr && split->policy[i].type != NLA_UNSPEC))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attrs[i], "Unknown attribute type");
		return -EINVAL;
	}
	return 0;
}

static inline int rvm_genl_pre_doit(const struct genl_ops *ops, struct sk_buff *skb,
				    struct genl_info *info)
{
	const struct genl_split_ops *split = rvm_genl_split(ops->cmd, false);
	int err;

	if (!split)
		return -EOPNOTSUPP;
	err = rvm_genl_check(split, info->attrs, ops->maxattr, info->extack);
	return !err && split->pre_doit ? split->pre_doit(split, skb, info) : err;
}

static inline int rvm_genl_start(struct netlink_callback *cb)
{
	const struct genl_dumpit_info *info = genl_dumpit_info(cb);
	const struct genl_split_ops *split = rvm_genl_split(info->op.cmd, true);
	int err;

	if (!split)
		return -EOPNOTSUPP;
	err = rvm_genl_check(split, info->attrs, info->op.maxattr, cb->extack);
	return err ? err : split->start(cb);
}

/* Either half's attributes. */
static inline int rvm_genl_join_policy(struct rvm_genl_family *family, struct genl_ops *op,
				       const struct genl_split_ops *split)
{
	struct nla_policy *joined = family->policy + family->n_policy;
	unsigned int i, most = max(op->maxattr, split->maxattr);

	if (!split->policy)
		return 0;
	if (!op->policy) {
		op->policy = split->policy;
		op->maxattr = split->maxattr;
		return 0;
	}
	if (family->n_policy + most + 1 > RVM_GENL_POLICY_MAX)
		return -E2BIG;
	for (i = 0; i <= most; i++) {
		if (i <= op->maxattr && op->policy[i].type != NLA_UNSPEC)
			memcpy(&joined[i], &op->policy[i], sizeof(*joined));
		else if (i <= split->maxattr)
			memcpy(&joined[i], &split->policy[i], sizeof(*joined));
	}
	family->n_policy += most + 1;
	op->policy = joined;
	op->maxattr = most;
	return 0;
}

static inline int rvm_genl_join(struct rvm_genl_family *family, struct genl_ops *op,
				const struct genl_split_ops *split)
{
	op->cmd = split->cmd;
	if (split->doit)
		op->doit = split->doit;
	if (split->dumpit) {
		op->dumpit = split->dumpit;
		op->start = rvm_genl_start;
	}
	return rvm_genl_join_policy(family, op, split);
}

static inline int rvm_genl_register(struct rvm_genl_family *family)
{
	struct genl_family *kernel = &family->kernel;
	unsigned int i, n = 0;
	int err = 0;

	for (i = 0; !err && i < family->n_split_ops; i++) {
		const struct genl_split_ops *split = &family->split_ops[i];

		/* Both halves of a command stand together. */
		if (!n || family->ops[n - 1].cmd != split->cmd)
			n++;
		if (n > RVM_GENL_OPS_MAX)
			return -E2BIG;
		err = rvm_genl_join(family, &family->ops[n - 1], split);
	}
	if (err)
		return err;
	strscpy(kernel->name, family->name, sizeof(kernel->name));
	kernel->version = family->version;
	kernel->netnsok = family->netnsok;
	kernel->parallel_ops = family->parallel_ops;
	kernel->module = family->module;
	kernel->pre_doit = rvm_genl_pre_doit;
	kernel->ops = family->ops;
	kernel->n_ops = n;
	kernel->mcgrps = family->mcgrps;
	kernel->n_mcgrps = family->n_mcgrps;
	return genl_register_family(kernel);
}

static inline struct nlattr **rvm_genl_dump_attrs(struct netlink_callback *cb)
{
	return genl_dumpit_info(cb)->attrs;
}

/* From here on, for the generated code. */
#define genl_family rvm_genl_family

#else

static inline struct genl_family *rvm_genl(struct genl_family *family)
{
	return family;
}

static inline int rvm_genl_register(struct genl_family *family)
{
	return genl_register_family(family);
}

static inline struct nlattr **rvm_genl_dump_attrs(struct netlink_callback *cb)
{
	return genl_info_dump(cb)->attrs;
}

#endif

#endif /* _RVM_COMPAT_GENL_H */
