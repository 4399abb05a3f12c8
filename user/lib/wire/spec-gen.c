// SPDX-License-Identifier: GPL-2.0-only
/* Made by scripts/nl-regen.sh from rvm.yaml; do not edit. */
#include <assert.h>
#include <linux/rvm.h>

#include "wire/spec.h"

const char *const scope_flag_words[11] = {
	"load",
	"run",
	"proc-own",
	"prefix",
	"any-program",
	"unresolved",
	"nocase",
	"lost",
	"builtin",
	"alone",
	"unnamed",
};

const char *const partition_flag_words[8] = {
	"fenced",
	"pen",
	"gone",
	"witness-all",
	"adopted",
	"hide-attributes",
	"recheck-always",
	"rechecked",
};

const char *const token_flag_words[7] = {
	"revoked",
	"expired",
	"granted",
	"single-use",
	"until-exit",
	"used",
	"grant-spent",
};

static const char *const info_names[] = {
	[RVM_A_INFO_ABI] = "abi",
	[RVM_A_INFO_VERSION] = "version",
	[RVM_A_INFO_PARTITIONS] = "partitions",
	[RVM_A_INFO_TOKENS] = "tokens",
	[RVM_A_INFO_EXCLUSIONS] = "exclusions",
	[RVM_A_INFO_ANCHORS] = "anchors",
	[RVM_A_INFO_TABLES] = "tables",
	[RVM_A_INFO_ENTRIES] = "entries",
	[RVM_A_INFO_HOOKS] = "hooks",
	[RVM_A_INFO_SELF] = "self",
};
static_assert(RVM_A_INFO_MAX <= SPEC_ATTRS_MAX, "the largest set");

static const struct spec_set info_set = {
	.names = info_names,
	.max = RVM_A_INFO_MAX,
};

static const char *const partition_names[] = {
	[RVM_A_PARTITION_ID] = "id",
	[RVM_A_PARTITION_NAME] = "name",
	[RVM_A_PARTITION_CGROUP_FD] = "cgroup-fd",
	[RVM_A_PARTITION_CGROUP_ID] = "cgroup-id",
	[RVM_A_PARTITION_STATE] = "state",
	[RVM_A_PARTITION_MODE] = "mode",
	[RVM_A_PARTITION_FLAGS] = "flags",
	[RVM_A_PARTITION_FLAGS_MASK] = "flags-mask",
	[RVM_A_PARTITION_OWNER_UID] = "owner-uid",
	[RVM_A_PARTITION_EPOCH] = "epoch",
	[RVM_A_PARTITION_PARENT] = "parent",
	[RVM_A_PARTITION_TOKENS] = "tokens",
	[RVM_A_PARTITION_EXCLUSIONS] = "exclusions",
	[RVM_A_PARTITION_DENIALS] = "denials",
	[RVM_A_PARTITION_EXECS] = "execs",
	[RVM_A_PARTITION_PID] = "pid",
	[RVM_A_PARTITION_EPOCH_BUMP] = "epoch-bump",
	[RVM_A_PARTITION_DIGEST] = "digest",
	[RVM_A_PARTITION_SOURCE] = "source",
	[RVM_A_PARTITION_WORKSPACE] = "workspace",
	[RVM_A_PARTITION_PAD] = "pad",
	[RVM_A_PARTITION_OWN_NET] = "own-net",
	[RVM_A_PARTITION_LIVE] = "live",
	[RVM_A_PARTITION_PROGRAM_FD] = "program-fd",
	[RVM_A_PARTITION_WORDS] = "words",
	[RVM_A_PARTITION_JUDGED] = "judged",
};
static_assert(RVM_A_PARTITION_MAX <= SPEC_ATTRS_MAX, "the largest set");

static const struct spec_set partition_set = {
	.names = partition_names,
	.max = RVM_A_PARTITION_MAX,
};

static const char *const scope_names[] = {
	[RVM_A_SCOPE_CLASS] = "class",
	[RVM_A_SCOPE_FLAGS] = "flags",
	[RVM_A_SCOPE_RESOURCE] = "resource",
	[RVM_A_SCOPE_FD] = "fd",
	[RVM_A_SCOPE_ANCHOR] = "anchor",
	[RVM_A_SCOPE_PATTERN] = "pattern",
	[RVM_A_SCOPE_FAMILY] = "family",
	[RVM_A_SCOPE_PROTOCOL] = "protocol",
	[RVM_A_SCOPE_ADDRESS] = "address",
	[RVM_A_SCOPE_PREFIX_LEN] = "prefix-len",
	[RVM_A_SCOPE_PORT_FIRST] = "port-first",
	[RVM_A_SCOPE_PORT_LAST] = "port-last",
	[RVM_A_SCOPE_ANCHOR_INO] = "anchor-ino",
	[RVM_A_SCOPE_PAD] = "pad",
};
static_assert(RVM_A_SCOPE_MAX <= SPEC_ATTRS_MAX, "the largest set");

static const struct spec_set scope_set = {
	.names = scope_names,
	.max = RVM_A_SCOPE_MAX,
};

static const char *const token_names[] = {
	[RVM_A_TOKEN_ID] = "id",
	[RVM_A_TOKEN_INDEX] = "index",
	[RVM_A_TOKEN_GENERATION] = "generation",
	[RVM_A_TOKEN_OWNER] = "owner",
	[RVM_A_TOKEN_TYPE] = "type",
	[RVM_A_TOKEN_RIGHTS] = "rights",
	[RVM_A_TOKEN_TIER] = "tier",
	[RVM_A_TOKEN_SCOPE] = "scope",
	[RVM_A_TOKEN_BADGE] = "badge",
	[RVM_A_TOKEN_EPOCH] = "epoch",
	[RVM_A_TOKEN_DEPTH] = "depth",
	[RVM_A_TOKEN_PARENT] = "parent",
	[RVM_A_TOKEN_EXPIRES_AT] = "expires-at",
	[RVM_A_TOKEN_FLAGS] = "flags",
	[RVM_A_TOKEN_BIRTH] = "birth",
	[RVM_A_TOKEN_PARTITION] = "partition",
	[RVM_A_TOKEN_PAD] = "pad",
	[RVM_A_TOKEN_WITHIN] = "within",
	[RVM_A_TOKEN_REVOKED] = "revoked",
};
static_assert(RVM_A_TOKEN_MAX <= SPEC_ATTRS_MAX, "the largest set");

static const struct spec_set token_set = {
	.names = token_names,
	.max = RVM_A_TOKEN_MAX,
	.nest = {
		{ RVM_A_TOKEN_SCOPE, &scope_set },
	},
};

static const char *const exclusion_names[] = {
	[RVM_A_EXCLUSION_INDEX] = "index",
	[RVM_A_EXCLUSION_RIGHTS] = "rights",
	[RVM_A_EXCLUSION_SCOPE] = "scope",
	[RVM_A_EXCLUSION_PARTITION] = "partition",
};
static_assert(RVM_A_EXCLUSION_MAX <= SPEC_ATTRS_MAX, "the largest set");

static const struct spec_set exclusion_set = {
	.names = exclusion_names,
	.max = RVM_A_EXCLUSION_MAX,
	.nest = {
		{ RVM_A_EXCLUSION_SCOPE, &scope_set },
	},
};

static const char *const table_names[] = {
	[RVM_A_TABLE_PARTITION] = "partition",
	[RVM_A_TABLE_TOKEN] = "token",
	[RVM_A_TABLE_EXCLUSION] = "exclusion",
	[RVM_A_TABLE_TOKENS] = "tokens",
	[RVM_A_TABLE_EXCLUSIONS] = "exclusions",
	[RVM_A_TABLE_DIGEST] = "digest",
	[RVM_A_TABLE_SOURCE] = "source",
	[RVM_A_TABLE_WORKSPACE] = "workspace",
	[RVM_A_TABLE_SEQUENCE] = "sequence",
	[RVM_A_TABLE_TOKEN_ID] = "token-id",
	[RVM_A_TABLE_PAD] = "pad",
	[RVM_A_TABLE_FRESH] = "fresh",
	[RVM_A_TABLE_KEPT] = "kept",
	[RVM_A_TABLE_REVOKED] = "revoked",
};
static_assert(RVM_A_TABLE_MAX <= SPEC_ATTRS_MAX, "the largest set");

static const struct spec_set table_set = {
	.names = table_names,
	.max = RVM_A_TABLE_MAX,
	.nest = {
		{ RVM_A_TABLE_TOKEN, &token_set },
		{ RVM_A_TABLE_EXCLUSION, &exclusion_set },
	},
};

static const char *const grant_names[] = {
	[RVM_A_GRANT_PARTITION] = "partition",
	[RVM_A_GRANT_ID] = "id",
	[RVM_A_GRANT_INDEX] = "index",
	[RVM_A_GRANT_GENERATION] = "generation",
	[RVM_A_GRANT_TOKEN] = "token",
	[RVM_A_GRANT_RIGHTS] = "rights",
	[RVM_A_GRANT_TIER] = "tier",
	[RVM_A_GRANT_NONCE] = "nonce",
	[RVM_A_GRANT_ISSUED] = "issued",
	[RVM_A_GRANT_COUNT] = "count",
	[RVM_A_GRANT_REASON] = "reason",
	[RVM_A_GRANT_SEQUENCE] = "sequence",
	[RVM_A_GRANT_PAD] = "pad",
};
static_assert(RVM_A_GRANT_MAX <= SPEC_ATTRS_MAX, "the largest set");

static const struct spec_set grant_set = {
	.names = grant_names,
	.max = RVM_A_GRANT_MAX,
	.nest = {
		{ RVM_A_GRANT_TOKEN, &token_set },
	},
};

static const char *const check_names[] = {
	[RVM_A_CHECK_PARTITION] = "partition",
	[RVM_A_CHECK_CLASS] = "class",
	[RVM_A_CHECK_OP] = "op",
	[RVM_A_CHECK_RIGHT] = "right",
	[RVM_A_CHECK_TIER] = "tier",
	[RVM_A_CHECK_FD] = "fd",
	[RVM_A_CHECK_LEAF] = "leaf",
	[RVM_A_CHECK_ARGV] = "argv",
	[RVM_A_CHECK_NAME] = "name",
	[RVM_A_CHECK_FAMILY] = "family",
	[RVM_A_CHECK_PROTOCOL] = "protocol",
	[RVM_A_CHECK_ADDRESS] = "address",
	[RVM_A_CHECK_PORT] = "port",
	[RVM_A_CHECK_ALLOWED] = "allowed",
	[RVM_A_CHECK_REASON] = "reason",
	[RVM_A_CHECK_TOKEN] = "token",
	[RVM_A_CHECK_MISSING] = "missing",
	[RVM_A_CHECK_PAD] = "pad",
	[RVM_A_CHECK_WITHIN] = "within",
	[RVM_A_CHECK_NONCE] = "nonce",
	[RVM_A_CHECK_ISSUED] = "issued",
};
static_assert(RVM_A_CHECK_MAX <= SPEC_ATTRS_MAX, "the largest set");

static const struct spec_set check_set = {
	.names = check_names,
	.max = RVM_A_CHECK_MAX,
};

static const char *const witness_names[] = {
	[RVM_A_WITNESS_SEQUENCE] = "sequence",
	[RVM_A_WITNESS_LENGTH] = "length",
	[RVM_A_WITNESS_HEAD] = "head",
	[RVM_A_WITNESS_RECORD] = "record",
	[RVM_A_WITNESS_DETAIL] = "detail",
	[RVM_A_WITNESS_DETAIL_HEAD] = "detail-head",
	[RVM_A_WITNESS_DETAIL_LENGTH] = "detail-length",
	[RVM_A_WITNESS_FIRST] = "first",
	[RVM_A_WITNESS_LOST] = "lost",
	[RVM_A_WITNESS_CAPACITY] = "capacity",
	[RVM_A_WITNESS_LAST_DENIAL] = "last-denial",
	[RVM_A_WITNESS_PARTITION] = "partition",
	[RVM_A_WITNESS_PAD] = "pad",
	[RVM_A_WITNESS_KEY] = "key",
	[RVM_A_WITNESS_LOG] = "log",
};
static_assert(RVM_A_WITNESS_MAX <= SPEC_ATTRS_MAX, "the largest set");

static const struct spec_set witness_set = {
	.names = witness_names,
	.max = RVM_A_WITNESS_MAX,
};

static const char *const link_names[] = {
	[RVM_A_LINK_FD] = "fd",
	[RVM_A_LINK_NAME] = "name",
	[RVM_A_LINK_CLASS] = "class",
	[RVM_A_LINK_PROGRAM] = "program",
	[RVM_A_LINK_NEED] = "need",
	[RVM_A_LINK_ATTACHED] = "attached",
};
static_assert(RVM_A_LINK_MAX <= SPEC_ATTRS_MAX, "the largest set");

static const struct spec_set link_set = {
	.names = link_names,
	.max = RVM_A_LINK_MAX,
};

static const char *const hook_names[] = {
	[RVM_A_HOOK_LINK] = "link",
	[RVM_A_HOOK_DETACH] = "detach",
};
static_assert(RVM_A_HOOK_MAX <= SPEC_ATTRS_MAX, "the largest set");

static const struct spec_set hook_set = {
	.names = hook_names,
	.max = RVM_A_HOOK_MAX,
	.nest = {
		{ RVM_A_HOOK_LINK, &link_set },
	},
};

const struct spec_set *const spec_sets[RVM_CMD_MAX + 1] = {
	[RVM_CMD_INFO] = &info_set,
	[RVM_CMD_PARTITION_NEW] = &partition_set,
	[RVM_CMD_PARTITION_SET] = &partition_set,
	[RVM_CMD_PARTITION_DEL] = &partition_set,
	[RVM_CMD_PARTITION_GET] = &partition_set,
	[RVM_CMD_PARTITION_ENTER] = &partition_set,
	[RVM_CMD_TABLE_BEGIN] = &table_set,
	[RVM_CMD_TABLE_ADD] = &table_set,
	[RVM_CMD_TABLE_COMMIT] = &table_set,
	[RVM_CMD_TABLE_ABORT] = &table_set,
	[RVM_CMD_TOKEN_GET] = &table_set,
	[RVM_CMD_EXCLUSION_GET] = &table_set,
	[RVM_CMD_CHECK] = &check_set,
	[RVM_CMD_TOKEN_GRANT] = &grant_set,
	[RVM_CMD_TOKEN_REVOKE] = &grant_set,
	[RVM_CMD_TOKEN_PROVE] = &grant_set,
	[RVM_CMD_WITNESS_GET] = &witness_set,
	[RVM_CMD_HOOK_SET] = &hook_set,
	[RVM_CMD_HOOK_GET] = &hook_set,
	[RVM_CMD_DENY_EVENT] = &witness_set,
	[RVM_CMD_PARTITION_EVENT] = &partition_set,
	[RVM_CMD_GRANT_EVENT] = &grant_set,
	[RVM_CMD_TABLE_EVENT] = &table_set,
	[RVM_CMD_WITNESS_KEY] = &witness_set,
};
