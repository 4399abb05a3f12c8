// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/rvm.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "gen.h"

#include <uapi/linux/rvm.h>

/* Integer value ranges */
static const struct netlink_range_validation rvm_a_scope_port_first_range = {
	.max	= 65535ULL,
};

static const struct netlink_range_validation rvm_a_scope_port_last_range = {
	.max	= 65535ULL,
};

static const struct netlink_range_validation rvm_a_check_port_range = {
	.max	= 65535ULL,
};

/* Common nested types */
const struct nla_policy rvm_exclusion_nl_policy[RVM_A_EXCLUSION_PARTITION + 1] = {
	[RVM_A_EXCLUSION_INDEX] = { .type = NLA_U32, },
	[RVM_A_EXCLUSION_RIGHTS] = NLA_POLICY_MASK(NLA_U32, 0x7f),
	[RVM_A_EXCLUSION_SCOPE] = NLA_POLICY_NESTED(rvm_scope_nl_policy),
	[RVM_A_EXCLUSION_PARTITION] = { .type = NLA_U32, },
};

const struct nla_policy rvm_link_nl_policy[RVM_A_LINK_ATTACHED + 1] = {
	[RVM_A_LINK_FD] = { .type = NLA_S32, },
	[RVM_A_LINK_NAME] = { .type = NLA_NUL_STRING, .len = 64, },
	[RVM_A_LINK_CLASS] = NLA_POLICY_MAX(NLA_U32, 2),
	[RVM_A_LINK_PROGRAM] = { .type = NLA_S32, },
	[RVM_A_LINK_NEED] = NLA_POLICY_MAX(NLA_U32, 2),
	[RVM_A_LINK_ATTACHED] = { .type = NLA_FLAG, },
};

const struct nla_policy rvm_scope_nl_policy[RVM_A_SCOPE_PAD + 1] = {
	[RVM_A_SCOPE_CLASS] = NLA_POLICY_MAX(NLA_U32, 8),
	[RVM_A_SCOPE_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x7ff),
	[RVM_A_SCOPE_RESOURCE] = { .type = NLA_NUL_STRING, .len = 4096, },
	[RVM_A_SCOPE_FD] = { .type = NLA_S32, },
	[RVM_A_SCOPE_ANCHOR] = { .type = NLA_NUL_STRING, .len = 4096, },
	[RVM_A_SCOPE_PATTERN] = { .type = NLA_BINARY, },
	[RVM_A_SCOPE_FAMILY] = { .type = NLA_U32, },
	[RVM_A_SCOPE_PROTOCOL] = { .type = NLA_U32, },
	[RVM_A_SCOPE_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[RVM_A_SCOPE_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U32, 128),
	[RVM_A_SCOPE_PORT_FIRST] = NLA_POLICY_FULL_RANGE(NLA_U32, &rvm_a_scope_port_first_range),
	[RVM_A_SCOPE_PORT_LAST] = NLA_POLICY_FULL_RANGE(NLA_U32, &rvm_a_scope_port_last_range),
	[RVM_A_SCOPE_ANCHOR_INO] = { .type = NLA_U64, },
};

const struct nla_policy rvm_token_nl_policy[RVM_A_TOKEN_REVOKED + 1] = {
	[RVM_A_TOKEN_ID] = { .type = NLA_U64, },
	[RVM_A_TOKEN_INDEX] = { .type = NLA_U32, },
	[RVM_A_TOKEN_GENERATION] = { .type = NLA_U32, },
	[RVM_A_TOKEN_OWNER] = { .type = NLA_U32, },
	[RVM_A_TOKEN_TYPE] = NLA_POLICY_MAX(NLA_U32, 8),
	[RVM_A_TOKEN_RIGHTS] = NLA_POLICY_MASK(NLA_U32, 0x7f),
	[RVM_A_TOKEN_TIER] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[RVM_A_TOKEN_SCOPE] = NLA_POLICY_NESTED(rvm_scope_nl_policy),
	[RVM_A_TOKEN_BADGE] = { .type = NLA_U64, },
	[RVM_A_TOKEN_EPOCH] = { .type = NLA_U32, },
	[RVM_A_TOKEN_DEPTH] = { .type = NLA_U32, },
	[RVM_A_TOKEN_PARENT] = { .type = NLA_U64, },
	[RVM_A_TOKEN_EXPIRES_AT] = { .type = NLA_S64, },
	[RVM_A_TOKEN_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x7f),
	[RVM_A_TOKEN_BIRTH] = { .type = NLA_U64, },
	[RVM_A_TOKEN_PARTITION] = { .type = NLA_U32, },
	[RVM_A_TOKEN_WITHIN] = { .type = NLA_NUL_STRING, .len = 255, },
	[RVM_A_TOKEN_REVOKED] = { .type = NLA_U64, },
};

/* RVM_CMD_PARTITION_NEW - do */
static const struct nla_policy rvm_partition_new_nl_policy[RVM_A_PARTITION_OWNER_UID + 1] = {
	[RVM_A_PARTITION_NAME] = { .type = NLA_NUL_STRING, .len = 64, },
	[RVM_A_PARTITION_CGROUP_FD] = { .type = NLA_S32, },
	[RVM_A_PARTITION_MODE] = NLA_POLICY_MAX(NLA_U32, 2),
	[RVM_A_PARTITION_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0xff),
	[RVM_A_PARTITION_OWNER_UID] = { .type = NLA_U32, },
};

/* RVM_CMD_PARTITION_SET - do */
static const struct nla_policy rvm_partition_set_nl_policy[RVM_A_PARTITION_EPOCH_BUMP + 1] = {
	[RVM_A_PARTITION_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[RVM_A_PARTITION_STATE] = NLA_POLICY_MAX(NLA_U32, 4),
	[RVM_A_PARTITION_MODE] = NLA_POLICY_MAX(NLA_U32, 2),
	[RVM_A_PARTITION_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0xff),
	[RVM_A_PARTITION_FLAGS_MASK] = NLA_POLICY_MASK(NLA_U32, 0xff),
	[RVM_A_PARTITION_EPOCH_BUMP] = { .type = NLA_FLAG, },
};

/* RVM_CMD_PARTITION_DEL - do */
static const struct nla_policy rvm_partition_del_nl_policy[RVM_A_PARTITION_ID + 1] = {
	[RVM_A_PARTITION_ID] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* RVM_CMD_PARTITION_GET - do */
static const struct nla_policy rvm_partition_get_nl_policy[RVM_A_PARTITION_NAME + 1] = {
	[RVM_A_PARTITION_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[RVM_A_PARTITION_NAME] = { .type = NLA_NUL_STRING, .len = 64, },
};

/* RVM_CMD_PARTITION_ENTER - do */
static const struct nla_policy rvm_partition_enter_nl_policy[RVM_A_PARTITION_JUDGED + 1] = {
	[RVM_A_PARTITION_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[RVM_A_PARTITION_PID] = { .type = NLA_U32, },
	[RVM_A_PARTITION_OWN_NET] = { .type = NLA_FLAG, },
	[RVM_A_PARTITION_LIVE] = { .type = NLA_FLAG, },
	[RVM_A_PARTITION_PROGRAM_FD] = { .type = NLA_S32, },
	[RVM_A_PARTITION_WORDS] = NLA_POLICY_EXACT_LEN(32),
	[RVM_A_PARTITION_JUDGED] = { .type = NLA_FLAG, },
};

/* RVM_CMD_TABLE_BEGIN - do */
static const struct nla_policy rvm_table_begin_nl_policy[RVM_A_TABLE_FRESH + 1] = {
	[RVM_A_TABLE_PARTITION] = NLA_POLICY_MIN(NLA_U32, 1),
	[RVM_A_TABLE_DIGEST] = NLA_POLICY_EXACT_LEN(32),
	[RVM_A_TABLE_SOURCE] = { .type = NLA_NUL_STRING, .len = 4096, },
	[RVM_A_TABLE_WORKSPACE] = { .type = NLA_NUL_STRING, .len = 4096, },
	[RVM_A_TABLE_FRESH] = { .type = NLA_FLAG, },
};

/* RVM_CMD_TABLE_ADD - do */
static const struct nla_policy rvm_table_add_nl_policy[RVM_A_TABLE_EXCLUSION + 1] = {
	[RVM_A_TABLE_TOKEN] = NLA_POLICY_NESTED(rvm_token_nl_policy),
	[RVM_A_TABLE_EXCLUSION] = NLA_POLICY_NESTED(rvm_exclusion_nl_policy),
};

/* RVM_CMD_TABLE_COMMIT - do */
static const struct nla_policy rvm_table_commit_nl_policy[RVM_A_TABLE_EXCLUSIONS + 1] = {
	[RVM_A_TABLE_TOKENS] = { .type = NLA_U32, },
	[RVM_A_TABLE_EXCLUSIONS] = { .type = NLA_U32, },
};

/* RVM_CMD_TOKEN_GET - do */
static const struct nla_policy rvm_token_get_do_nl_policy[RVM_A_TABLE_TOKEN_ID + 1] = {
	[RVM_A_TABLE_TOKEN_ID] = { .type = NLA_U64, },
};

/* RVM_CMD_TOKEN_GET - dump */
static const struct nla_policy rvm_token_get_dump_nl_policy[RVM_A_TABLE_PARTITION + 1] = {
	[RVM_A_TABLE_PARTITION] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* RVM_CMD_EXCLUSION_GET - dump */
static const struct nla_policy rvm_exclusion_get_nl_policy[RVM_A_TABLE_PARTITION + 1] = {
	[RVM_A_TABLE_PARTITION] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* RVM_CMD_CHECK - do */
static const struct nla_policy rvm_check_nl_policy[RVM_A_CHECK_ISSUED + 1] = {
	[RVM_A_CHECK_PARTITION] = NLA_POLICY_MIN(NLA_U32, 1),
	[RVM_A_CHECK_CLASS] = NLA_POLICY_MAX(NLA_U32, 8),
	[RVM_A_CHECK_OP] = NLA_POLICY_MAX(NLA_U32, 63),
	[RVM_A_CHECK_RIGHT] = NLA_POLICY_MASK(NLA_U32, 0x7f),
	[RVM_A_CHECK_TIER] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[RVM_A_CHECK_FD] = { .type = NLA_S32, },
	[RVM_A_CHECK_LEAF] = { .type = NLA_NUL_STRING, .len = 255, },
	[RVM_A_CHECK_ARGV] = { .type = NLA_BINARY, },
	[RVM_A_CHECK_NAME] = { .type = NLA_NUL_STRING, .len = 1024, },
	[RVM_A_CHECK_FAMILY] = { .type = NLA_U32, },
	[RVM_A_CHECK_PROTOCOL] = { .type = NLA_U32, },
	[RVM_A_CHECK_ADDRESS] = NLA_POLICY_EXACT_LEN(16),
	[RVM_A_CHECK_PORT] = NLA_POLICY_FULL_RANGE(NLA_U32, &rvm_a_check_port_range),
	[RVM_A_CHECK_WITHIN] = { .type = NLA_NUL_STRING, .len = 255, },
	[RVM_A_CHECK_NONCE] = { .type = NLA_U64, },
	[RVM_A_CHECK_ISSUED] = { .type = NLA_U64, },
};

/* RVM_CMD_TOKEN_GRANT - do */
static const struct nla_policy rvm_token_grant_nl_policy[RVM_A_GRANT_TOKEN + 1] = {
	[RVM_A_GRANT_PARTITION] = NLA_POLICY_MIN(NLA_U32, 1),
	[RVM_A_GRANT_ID] = { .type = NLA_U64, },
	[RVM_A_GRANT_INDEX] = { .type = NLA_U32, },
	[RVM_A_GRANT_GENERATION] = { .type = NLA_U32, },
	[RVM_A_GRANT_TOKEN] = NLA_POLICY_NESTED(rvm_token_nl_policy),
};

/* RVM_CMD_TOKEN_REVOKE - do */
static const struct nla_policy rvm_token_revoke_nl_policy[RVM_A_GRANT_GENERATION + 1] = {
	[RVM_A_GRANT_ID] = { .type = NLA_U64, },
	[RVM_A_GRANT_INDEX] = { .type = NLA_U32, },
	[RVM_A_GRANT_GENERATION] = { .type = NLA_U32, },
};

/* RVM_CMD_TOKEN_PROVE - do */
static const struct nla_policy rvm_token_prove_nl_policy[RVM_A_GRANT_ISSUED + 1] = {
	[RVM_A_GRANT_PARTITION] = NLA_POLICY_MIN(NLA_U32, 1),
	[RVM_A_GRANT_ID] = { .type = NLA_U64, },
	[RVM_A_GRANT_INDEX] = { .type = NLA_U32, },
	[RVM_A_GRANT_GENERATION] = { .type = NLA_U32, },
	[RVM_A_GRANT_RIGHTS] = NLA_POLICY_MASK(NLA_U32, 0x7f),
	[RVM_A_GRANT_TIER] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[RVM_A_GRANT_NONCE] = { .type = NLA_U64, },
	[RVM_A_GRANT_ISSUED] = { .type = NLA_U64, },
};

/* RVM_CMD_WITNESS_GET - do */
static const struct nla_policy rvm_witness_get_do_nl_policy[RVM_A_WITNESS_PARTITION + 1] = {
	[RVM_A_WITNESS_SEQUENCE] = { .type = NLA_U64, },
	[RVM_A_WITNESS_PARTITION] = { .type = NLA_U32, },
};

/* RVM_CMD_WITNESS_GET - dump */
static const struct nla_policy rvm_witness_get_dump_nl_policy[RVM_A_WITNESS_LENGTH + 1] = {
	[RVM_A_WITNESS_SEQUENCE] = { .type = NLA_U64, },
	[RVM_A_WITNESS_LENGTH] = { .type = NLA_U64, },
};

/* RVM_CMD_HOOK_SET - do */
static const struct nla_policy rvm_hook_set_nl_policy[RVM_A_HOOK_DETACH + 1] = {
	[RVM_A_HOOK_LINK] = NLA_POLICY_NESTED(rvm_link_nl_policy),
	[RVM_A_HOOK_DETACH] = { .type = NLA_FLAG, },
};

/* Ops table for rvm */
static const struct genl_split_ops rvm_nl_ops[] = {
	{
		.cmd	= RVM_CMD_INFO,
		.doit	= rvm_nl_info_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= RVM_CMD_PARTITION_NEW,
		.pre_doit	= rvm_nl_pre_doit_admin,
		.doit		= rvm_nl_partition_new_doit,
		.policy		= rvm_partition_new_nl_policy,
		.maxattr	= RVM_A_PARTITION_OWNER_UID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= RVM_CMD_PARTITION_SET,
		.pre_doit	= rvm_nl_pre_doit_admin,
		.doit		= rvm_nl_partition_set_doit,
		.policy		= rvm_partition_set_nl_policy,
		.maxattr	= RVM_A_PARTITION_EPOCH_BUMP,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= RVM_CMD_PARTITION_DEL,
		.pre_doit	= rvm_nl_pre_doit_admin,
		.doit		= rvm_nl_partition_del_doit,
		.policy		= rvm_partition_del_nl_policy,
		.maxattr	= RVM_A_PARTITION_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= RVM_CMD_PARTITION_GET,
		.pre_doit	= rvm_nl_pre_doit_user,
		.doit		= rvm_nl_partition_get_doit,
		.policy		= rvm_partition_get_nl_policy,
		.maxattr	= RVM_A_PARTITION_NAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= RVM_CMD_PARTITION_GET,
		.start	= rvm_nl_start_user,
		.dumpit	= rvm_nl_partition_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= RVM_CMD_PARTITION_ENTER,
		.pre_doit	= rvm_nl_pre_doit_user,
		.doit		= rvm_nl_partition_enter_doit,
		.policy		= rvm_partition_enter_nl_policy,
		.maxattr	= RVM_A_PARTITION_JUDGED,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= RVM_CMD_TABLE_BEGIN,
		.pre_doit	= rvm_nl_pre_doit_admin,
		.doit		= rvm_nl_table_begin_doit,
		.policy		= rvm_table_begin_nl_policy,
		.maxattr	= RVM_A_TABLE_FRESH,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= RVM_CMD_TABLE_ADD,
		.pre_doit	= rvm_nl_pre_doit_admin,
		.doit		= rvm_nl_table_add_doit,
		.policy		= rvm_table_add_nl_policy,
		.maxattr	= RVM_A_TABLE_EXCLUSION,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= RVM_CMD_TABLE_COMMIT,
		.pre_doit	= rvm_nl_pre_doit_admin,
		.doit		= rvm_nl_table_commit_doit,
		.policy		= rvm_table_commit_nl_policy,
		.maxattr	= RVM_A_TABLE_EXCLUSIONS,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= RVM_CMD_TABLE_ABORT,
		.pre_doit	= rvm_nl_pre_doit_admin,
		.doit		= rvm_nl_table_abort_doit,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= RVM_CMD_TOKEN_GET,
		.pre_doit	= rvm_nl_pre_doit_user,
		.doit		= rvm_nl_token_get_doit,
		.policy		= rvm_token_get_do_nl_policy,
		.maxattr	= RVM_A_TABLE_TOKEN_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= RVM_CMD_TOKEN_GET,
		.start		= rvm_nl_start_user,
		.dumpit		= rvm_nl_token_get_dumpit,
		.policy		= rvm_token_get_dump_nl_policy,
		.maxattr	= RVM_A_TABLE_PARTITION,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= RVM_CMD_EXCLUSION_GET,
		.start		= rvm_nl_start_user,
		.dumpit		= rvm_nl_exclusion_get_dumpit,
		.policy		= rvm_exclusion_get_nl_policy,
		.maxattr	= RVM_A_TABLE_PARTITION,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= RVM_CMD_CHECK,
		.pre_doit	= rvm_nl_pre_doit_user,
		.doit		= rvm_nl_check_doit,
		.policy		= rvm_check_nl_policy,
		.maxattr	= RVM_A_CHECK_ISSUED,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= RVM_CMD_TOKEN_GRANT,
		.pre_doit	= rvm_nl_pre_doit_user,
		.doit		= rvm_nl_token_grant_doit,
		.policy		= rvm_token_grant_nl_policy,
		.maxattr	= RVM_A_GRANT_TOKEN,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= RVM_CMD_TOKEN_REVOKE,
		.pre_doit	= rvm_nl_pre_doit_user,
		.doit		= rvm_nl_token_revoke_doit,
		.policy		= rvm_token_revoke_nl_policy,
		.maxattr	= RVM_A_GRANT_GENERATION,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= RVM_CMD_TOKEN_PROVE,
		.pre_doit	= rvm_nl_pre_doit_user,
		.doit		= rvm_nl_token_prove_doit,
		.policy		= rvm_token_prove_nl_policy,
		.maxattr	= RVM_A_GRANT_ISSUED,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= RVM_CMD_WITNESS_GET,
		.pre_doit	= rvm_nl_pre_doit_reader,
		.doit		= rvm_nl_witness_get_doit,
		.policy		= rvm_witness_get_do_nl_policy,
		.maxattr	= RVM_A_WITNESS_PARTITION,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= RVM_CMD_WITNESS_GET,
		.start		= rvm_nl_start_reader,
		.dumpit		= rvm_nl_witness_get_dumpit,
		.policy		= rvm_witness_get_dump_nl_policy,
		.maxattr	= RVM_A_WITNESS_LENGTH,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= RVM_CMD_HOOK_SET,
		.pre_doit	= rvm_nl_pre_doit_admin,
		.doit		= rvm_nl_hook_set_doit,
		.policy		= rvm_hook_set_nl_policy,
		.maxattr	= RVM_A_HOOK_DETACH,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= RVM_CMD_HOOK_GET,
		.start	= rvm_nl_start_admin,
		.dumpit	= rvm_nl_hook_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= RVM_CMD_WITNESS_KEY,
		.pre_doit	= rvm_nl_pre_doit_admin,
		.doit		= rvm_nl_witness_key_doit,
		.flags		= GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group rvm_nl_mcgrps[] = {
	[RVM_NLGRP_DENY] = { "deny", },
	[RVM_NLGRP_PARTITION] = { "partition", },
	[RVM_NLGRP_TOKEN] = { "token", },
	[RVM_NLGRP_WITNESS] = { "witness", },
};

struct genl_family rvm_nl_family __ro_after_init = {
	.name		= RVM_FAMILY_NAME,
	.version	= RVM_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= rvm_nl_ops,
	.n_split_ops	= ARRAY_SIZE(rvm_nl_ops),
	.mcgrps		= rvm_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(rvm_nl_mcgrps),
};
