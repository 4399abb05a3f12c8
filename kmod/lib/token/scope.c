// SPDX-License-Identifier: GPL-2.0-only
/* Which names a scope means. */
#include <linux/string.h>

#include "lib/model/claim.h"
#include "lib/token/scope.h"

bool rvm_scope_has_text(const struct rvm_scope *scope, const struct rvm_name *name)
{
	return scope->len == name->len &&
	       (!name->len || !memcmp(scope->text, name->text, name->len));
}

/* An exact name, "x*" for names that begin with x, or "mcp__server" for each tool of a server. */
static bool covers_tool(const struct rvm_scope *scope, const struct rvm_name *name)
{
	size_t len = scope->len, i;

	if (rvm_scope_has_text(scope, name))
		return true;
	if (len && scope->text[len - 1] == '*')
		return name->len >= len - 1 && !memcmp(scope->text, name->text, len - 1);
	if (len <= 5 || memcmp(scope->text, "mcp__", 5))
		return false;
	for (i = 5; i + 1 < len; i++)
		if (scope->text[i] == '_' && scope->text[i + 1] == '_')
			return false;
	return name->len > len + 2 && !memcmp(scope->text, name->text, len) &&
	       name->text[len] == '_' && name->text[len + 1] == '_';
}

bool rvm_scope_covers_name(const struct rvm_scope *scope, const struct rvm_name *name)
{
	if (scope->class == RVM_CLASS_SELF)
		return true;
	if (scope->class == RVM_CLASS_TOOL)
		return covers_tool(scope, name);
	return rvm_name_covers(scope->text, scope->len, name->text, name->len);
}
