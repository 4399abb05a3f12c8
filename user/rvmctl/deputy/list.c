// SPDX-License-Identifier: GPL-2.0-only
/* Lines of deputy.list, and the deny rules that they become. */
#include <errno.h>
#include <string.h>

#include "base/format.h"
#include "deputy/deputy_priv.h"

bool deputy_is_listed(const char *const *list, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(list[i], text))
			return true;
	}
	return false;
}

bool deputy_is_lifted(const struct deputies *d, size_t line)
{
	return deputy_is_listed(d->allow, d->n, d->list.lines[line]);
}

int deputy_exclude(struct deputies *d, size_t line, const char *text)
{
	auto_free char *resource = NULL;
	struct rule rule = {
		.origin = "deputy.list",
		.row = line,
		.rights = RVM_RIGHT_WRITE,
	};

	resource = format("Edit(%s)", text);
	if (!resource)
		return err_errno(d->err, ENOMEM, "deputy.list");
	rule.resource = resource;
	return plan_exclude(d->plan, &rule, d->err);
}
