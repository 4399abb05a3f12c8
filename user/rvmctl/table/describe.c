// SPDX-License-Identifier: GPL-2.0-only
/* Scopes in words. */
#include <string.h>

#include "base/path.h"
#include "lib/model/text.h"
#include "lib/pattern/addr.h"
#include "table/describe.h"

static char *describe_net(const struct scope *s)
{
	struct rvm_addr addr = { 0 };
	char host[64];
	bool v4 = s->range.prefix_len >= 96;
	const char *protocol = rvm_protocol_name(s->protocol);

	memcpy(addr.bytes, s->range.bytes, sizeof(addr.bytes));
	host[rvm_addr_format(&addr, host)] = '\0';
	if (!s->range.prefix_len)
		snprintf(host, sizeof(host), "any");
	return format("%s%s%s/%u ports %u-%u", protocol ? protocol : "", protocol ? " " : "", host,
		      v4 && !strchr(host, ':') ? s->range.prefix_len - 96u : s->range.prefix_len,
		      s->range.port_first, s->range.port_last);
}

static char *describe_exec(const struct scope *s)
{
	const char *more = s->flags & RVM_SCOPE_FLAG_PREFIX ? " ..." : "";
	auto_free char *words = NULL;

	if (s->flags & RVM_SCOPE_FLAG_ANY_PROGRAM)
		return strdup("any program");
	words = malloc(s->len + 1);
	if (!words)
		return NULL;
	memcpy(words, s->pattern, s->len);
	words[s->len] = '\0';
	for (size_t i = 0; i + 1 < s->len; i++) {
		if (!words[i])
			words[i] = ' ';
	}
	return format("%s%s%s", s->anchor ? s->anchor->path : "(not found) ",
		      s->anchor ? words + strcspn(words, " ") : words, more);
}

char *scope_describe(const struct scope *s)
{
	if (s->class == RVM_CLASS_NET && !s->family)
		return describe_net(s);
	if (s->class == RVM_CLASS_EXEC)
		return describe_exec(s);
	if (s->flags & RVM_SCOPE_FLAG_PROC_OWN)
		return format("/proc/<own>/%s", s->pattern);
	if (s->anchor)
		return path_join(s->anchor->path, s->pattern);
	if (s->pattern)
		return strdup(s->pattern);
	return strdup(s->class == RVM_CLASS_ANY ? "everything that need not be named" :
						  "the partition itself");
}
