// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that pass tokens on, take them back, and prove them.
 */

#include "netlink/common.h"

int rvm_nl_token_grant_doit(struct sk_buff *skb, struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int rvm_nl_token_revoke_doit(struct sk_buff *skb, struct genl_info *info)
{
	return -EOPNOTSUPP;
}

int rvm_nl_token_prove_doit(struct sk_buff *skb, struct genl_info *info)
{
	return -EOPNOTSUPP;
}
