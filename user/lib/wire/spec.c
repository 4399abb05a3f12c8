// SPDX-License-Identifier: GPL-2.0-only
/* Looking up names of the specification. */
#include <linux/rvm.h>
#include <stddef.h>

#include "base/auto.h"
#include "wire/nl.h"
#include "wire/spec.h"

const struct spec_set *spec_set_of(int cmd)
{
	return cmd >= 0 && cmd <= RVM_CMD_MAX ? spec_sets[cmd] : NULL;
}

const struct spec_set *spec_nested(const struct spec_set *set, int type)
{
	for (size_t i = 0; i < ARRAY_SIZE(set->nest); i++) {
		if (set->nest[i].set && set->nest[i].type == type)
			return set->nest[i].set;
	}
	return NULL;
}

const char *spec_attr_name(const struct spec_set *set, int type)
{
	if (!set || type < 1 || type > set->max || !set->names[type])
		return "attribute";
	return set->names[type];
}
