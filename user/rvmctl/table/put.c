// SPDX-License-Identifier: GPL-2.0-only
/* Scopes on the wire. */
#include "table/put.h"

static int put_range(struct nl_msg *msg, const struct scope *s)
{
	if (nla_put_u32(msg, RVM_A_SCOPE_PROTOCOL, s->range.protocol) ||
	    nla_put(msg, RVM_A_SCOPE_ADDRESS, sizeof(s->range.bytes), s->range.bytes) ||
	    nla_put_u32(msg, RVM_A_SCOPE_PREFIX_LEN, s->range.prefix_len) ||
	    nla_put_u32(msg, RVM_A_SCOPE_PORT_FIRST, s->range.port_first) ||
	    nla_put_u32(msg, RVM_A_SCOPE_PORT_LAST, s->range.port_last))
		return -1;
	return 0;
}

int scope_put(struct nl_msg *msg, int attr, const struct scope *s, const char *resource,
	      bool anchor)
{
	struct nlattr *nest = nla_nest_start(msg, attr);

	if (!nest || nla_put_u32(msg, RVM_A_SCOPE_CLASS, s->class) ||
	    (s->flags && nla_put_u32(msg, RVM_A_SCOPE_FLAGS, s->flags)) ||
	    (resource && nla_put_string(msg, RVM_A_SCOPE_RESOURCE, resource)))
		return -1;
	if (anchor && s->anchor &&
	    (nla_put_s32(msg, RVM_A_SCOPE_FD, s->anchor->fd) ||
	     nla_put_string(msg, RVM_A_SCOPE_ANCHOR, s->anchor->path)))
		return -1;
	if (s->len && nla_put(msg, RVM_A_SCOPE_PATTERN, s->len, s->pattern))
		return -1;
	if (s->family && nla_put_u32(msg, RVM_A_SCOPE_FAMILY, s->family))
		return -1;
	if (s->class == RVM_CLASS_NET && !s->family && put_range(msg, s))
		return -1;
	nla_nest_end(msg, nest);
	return 0;
}
