// SPDX-License-Identifier: GPL-2.0-only
/* Deny rules of a harness spec or a settings file. */
#include <linux/limits.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "lib/judge/view.h"
#include "lib/model/rights.h"
#include "plan/deny.h"
#include "table/resolve.h"
#include "table/settings.h"

static int deny_rule(struct plan *plan, const struct doc *doc, const json_t *value, size_t row,
		     struct err *err)
{
	struct rule rule = {
		.origin = doc->path,
		.row = row,
		.resource = json_string_value(value),
	};
	char at[48];

	snprintf(at, sizeof(at), "permissions/deny/%zu", row);
	if (!rule.resource)
		return doc_want(doc, err, at, "a string", value);
	if (strlen(rule.resource) != json_string_length(value))
		return doc_error(doc, err, at, "a deny rule with a NUL matches nothing");
	return plan_exclude(plan, &rule, err);
}

int exclude_denied(struct plan *plan, const char *path, size_t *rules, struct err *err)
{
	auto_doc struct doc doc = { 0 };
	const json_t *permissions, *deny;

	if (doc_open(&doc, path, err))
		return -1;
	if (settings_look(&doc, err))
		return -1;
	permissions = json_object_get(doc.root, "permissions");
	if (permissions && !json_is_object(permissions))
		return doc_want(&doc, err, "permissions", "an object", permissions);
	deny = json_object_get(permissions, "deny");
	if (deny && !json_is_array(deny))
		return doc_want(&doc, err, "permissions/deny", "an array of strings", deny);
	*rules = json_array_size(deny);
	for (size_t i = 0; i < *rules; i++) {
		if (deny_rule(plan, &doc, json_array_get(deny, i), i, err))
			return -1;
	}
	return 0;
}
