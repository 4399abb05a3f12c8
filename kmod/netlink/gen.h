/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/rvm.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_RVM_GEN_H
#define _LINUX_RVM_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/rvm.h>

/* Common nested types */
extern const struct nla_policy rvm_exclusion_nl_policy[RVM_A_EXCLUSION_PARTITION + 1];
extern const struct nla_policy rvm_link_nl_policy[RVM_A_LINK_ATTACHED + 1];
extern const struct nla_policy rvm_scope_nl_policy[RVM_A_SCOPE_PAD + 1];
extern const struct nla_policy rvm_token_nl_policy[RVM_A_TOKEN_REVOKED + 1];

int rvm_nl_pre_doit_admin(const struct genl_split_ops *ops,
			  struct sk_buff *skb, struct genl_info *info);
int rvm_nl_pre_doit_user(const struct genl_split_ops *ops, struct sk_buff *skb,
			 struct genl_info *info);
int rvm_nl_pre_doit_reader(const struct genl_split_ops *ops,
			   struct sk_buff *skb, struct genl_info *info);
int rvm_nl_start_user(struct netlink_callback *cb);
int rvm_nl_start_reader(struct netlink_callback *cb);
int rvm_nl_start_admin(struct netlink_callback *cb);

int rvm_nl_info_doit(struct sk_buff *skb, struct genl_info *info);
int rvm_nl_partition_new_doit(struct sk_buff *skb, struct genl_info *info);
int rvm_nl_partition_set_doit(struct sk_buff *skb, struct genl_info *info);
int rvm_nl_partition_del_doit(struct sk_buff *skb, struct genl_info *info);
int rvm_nl_partition_get_doit(struct sk_buff *skb, struct genl_info *info);
int rvm_nl_partition_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int rvm_nl_partition_enter_doit(struct sk_buff *skb, struct genl_info *info);
int rvm_nl_table_begin_doit(struct sk_buff *skb, struct genl_info *info);
int rvm_nl_table_add_doit(struct sk_buff *skb, struct genl_info *info);
int rvm_nl_table_commit_doit(struct sk_buff *skb, struct genl_info *info);
int rvm_nl_table_abort_doit(struct sk_buff *skb, struct genl_info *info);
int rvm_nl_token_get_doit(struct sk_buff *skb, struct genl_info *info);
int rvm_nl_token_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int rvm_nl_exclusion_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int rvm_nl_check_doit(struct sk_buff *skb, struct genl_info *info);
int rvm_nl_token_grant_doit(struct sk_buff *skb, struct genl_info *info);
int rvm_nl_token_revoke_doit(struct sk_buff *skb, struct genl_info *info);
int rvm_nl_token_prove_doit(struct sk_buff *skb, struct genl_info *info);
int rvm_nl_witness_get_doit(struct sk_buff *skb, struct genl_info *info);
int rvm_nl_witness_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int rvm_nl_hook_set_doit(struct sk_buff *skb, struct genl_info *info);
int rvm_nl_hook_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int rvm_nl_witness_key_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	RVM_NLGRP_DENY,
	RVM_NLGRP_PARTITION,
	RVM_NLGRP_TOKEN,
	RVM_NLGRP_WITNESS,
};

extern struct genl_family rvm_nl_family;

#endif /* _LINUX_RVM_GEN_H */
