// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "lib/model/rights.h"

static_assert(RVM_RIGHTS_ALL ==
	      (RVM_RIGHT_READ | RVM_RIGHT_WRITE | RVM_RIGHT_GRANT | RVM_RIGHT_REVOKE |
	       RVM_RIGHT_EXECUTE | RVM_RIGHT_PROVE | RVM_RIGHT_GRANT_ONCE));

/* In the order of the bits, which is also the order in tables. */
static const char *const right_names[RVM_RIGHTS_COUNT] = {
	"READ", "WRITE", "GRANT", "REVOKE", "EXECUTE", "PROVE", "GRANT_ONCE",
};

/* clang-format off */
static const char *const type_names[] = {
	[RVM_TOKEN_TYPE_PARTITION] = "Partition",
	[RVM_TOKEN_TYPE_REGION] = "Region",
	[RVM_TOKEN_TYPE_COMM_EDGE] = "CommEdge",
	[RVM_TOKEN_TYPE_DEVICE] = "Device",
	[RVM_TOKEN_TYPE_SCHEDULER] = "Scheduler",
	[RVM_TOKEN_TYPE_WITNESS_LOG] = "WitnessLog",
	[RVM_TOKEN_TYPE_PROOF] = "Proof",
	[RVM_TOKEN_TYPE_VCPU] = "Vcpu",
	[RVM_TOKEN_TYPE_COHERENCE] = "Coherence",
};

/* clang-format on */

const char *rvm_right_name(u32 right)
{
	unsigned int i;

	for (i = 0; i < RVM_RIGHTS_COUNT; i++) {
		if (right == BIT(i))
			return right_names[i];
	}
	return NULL;
}

int rvm_right_parse(const char *s, size_t len)
{
	unsigned int i;

	for (i = 0; i < RVM_RIGHTS_COUNT; i++) {
		if (strlen(right_names[i]) == len && !memcmp(right_names[i], s, len))
			return (int)BIT(i);
	}
	return -EINVAL;
}

u8 rvm_rights_tier(u32 rights)
{
	if (rights & (RVM_RIGHT_GRANT | RVM_RIGHT_REVOKE | RVM_RIGHT_PROVE))
		return 3;
	if (rights & (RVM_RIGHT_WRITE | RVM_RIGHT_EXECUTE))
		return 2;
	return 1;
}

const char *rvm_token_type_name(u32 type)
{
	return type < ARRAY_SIZE(type_names) ? type_names[type] : NULL;
}
