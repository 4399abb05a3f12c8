// SPDX-License-Identifier: GPL-2.0-only
/* Masks of the specification in words. */
#include "lib/model/rights.h"
#include "wire/spec.h"
#include "wire/words.h"

void out_rights(struct out *o, const char *key, uint32_t rights)
{
	const char *names[RVM_RIGHTS_COUNT];

	for (unsigned int i = 0; i < RVM_RIGHTS_COUNT; i++)
		names[i] = rvm_right_name(1u << i);
	out_mask(o, key, rights, names, RVM_RIGHTS_COUNT);
}

void out_scope_flags(struct out *o, const char *key, uint32_t flags)
{
	out_mask(o, key, flags, scope_flag_words, ARRAY_SIZE(scope_flag_words));
}

void out_partition_flags(struct out *o, const char *key, uint32_t flags)
{
	out_mask(o, key, flags, partition_flag_words, ARRAY_SIZE(partition_flag_words));
}

void out_token_flags(struct out *o, const char *key, uint32_t flags)
{
	out_mask(o, key, flags, token_flag_words, ARRAY_SIZE(token_flag_words));
}
