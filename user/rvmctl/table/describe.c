// SPDX-License-Identifier: GPL-2.0-only
/* Scopes in words. */
#include <string.h>

#include "base/path.h"
#include "lib/model/text.h"
#include "lib/pattern/addr.h"
#include "table/describe.h"

/* "1.2.3.4", "10.0.0.0/8", "[2001:db8::]/32" or "any address"; free() it. */
static char *describe_hosts(const struct rvm_addr_range *range)
{
	struct rvm_addr addr = { 0 };
	unsigned int bits;
	char host[64];
	bool v6;

	if (!range->prefix_len)
		return strdup("any address");
	memcpy(addr.bytes, range->bytes, sizeof(addr.bytes));
	rvm_addr_format(&addr, host);
	*strrchr(host, ':') = '\0';
	v6 = host[0] == '[';
	bits = range->prefix_len - (v6 ? 0 : 96);
	return bits == (v6 ? 128 : 32) ? strdup(host) : format("%s/%u", host, bits);
}

static char *describe_net(const struct scope *s)
{
	auto_free char *hosts = describe_hosts(&s->range);
	const char *protocol = rvm_protocol_name(s->protocol);
	unsigned int first = s->range.port_first, last = s->range.port_last;

	if (!hosts)
		return NULL;
	if (first == last)
		return format("%s%s%s port %u", protocol ? protocol : "", protocol ? " " : "",
			      hosts, first);
	return format("%s%s%s ports %u-%u", protocol ? protocol : "", protocol ? " " : "", hosts,
		      first, last);
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
	if (s->len)
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

struct scope token_scope(const struct token *t, struct anchor *dir)
{
	*dir = (struct anchor){ .path = t->anchor };
	return (struct scope){
		.class = t->class,
		.flags = t->scope_flags,
		.anchor = t->anchor ? dir : NULL,
		.pattern = t->anchor || t->len ? t->pattern : NULL,
		.len = t->len,
		.family = t->family,
		.protocol = t->range.protocol,
		.range = t->range,
	};
}

char *token_describe(const struct token *t)
{
	struct anchor dir;
	struct scope s = token_scope(t, &dir);

	return scope_describe(&s);
}
