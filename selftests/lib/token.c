// SPDX-License-Identifier: GPL-2.0-only

#include "token.h"

#include <linux/netlink.h>
#include <string.h>

static struct request r;
static struct reply reply;

static void take_handle(const void *nest, size_t len, struct handle *handle)
{
	static struct reply token;

	token.len = len;
	memcpy(token.data, nest, len);
	handle->index = reply_u32(&token, RVM_A_TOKEN_INDEX);
	handle->generation = reply_u32(&token, RVM_A_TOKEN_GENERATION);
}

bool token_find(const struct box *box, unsigned int nth, struct handle *found)
{
	const struct nlattr *a;
	size_t at;

	request_begin(&r, RVM_CMD_TOKEN_GET);
	put_u32(&r, RVM_A_TABLE_PARTITION, box->id);
	if (nl_dump(box->nl, &r, &reply))
		return false;
	for (at = 0; at < reply.len; at += NLA_ALIGN(a->nla_len)) {
		a = (const void *)(reply.data + at);
		if ((a->nla_type & NLA_TYPE_MASK) != RVM_A_TABLE_TOKEN || nth--)
			continue;
		take_handle(a + 1, a->nla_len - NLA_HDRLEN, found);
		return true;
	}
	return false;
}

static void put_handle(const struct handle *handle)
{
	put_u32(&r, RVM_A_GRANT_INDEX, handle->index);
	put_u32(&r, RVM_A_GRANT_GENERATION, handle->generation);
}

static void put_scope(const char *pattern)
{
	size_t scope = nest_begin(&r, RVM_A_TOKEN_SCOPE);

	put_u32(&r, RVM_A_SCOPE_CLASS, RVM_CLASS_PATH);
	put(&r, RVM_A_SCOPE_PATTERN, pattern, strlen(pattern));
	nest_end(&r, scope);
}

int token_grant(int nl, const struct gift *gift, struct handle *given)
{
	size_t nest;

	request_begin(&r, RVM_CMD_TOKEN_GRANT);
	put_u32(&r, RVM_A_GRANT_PARTITION, gift->target);
	put_handle(&gift->source);
	nest = nest_begin(&r, RVM_A_GRANT_TOKEN);
	if (gift->rights)
		put_u32(&r, RVM_A_TOKEN_RIGHTS, gift->rights);
	if (gift->pattern)
		put_scope(gift->pattern);
	nest_end(&r, nest);
	if (nl_call(nl, &r, &reply))
		return reply.error;
	given->index = reply_u32(&reply, RVM_A_GRANT_INDEX);
	given->generation = reply_u32(&reply, RVM_A_GRANT_GENERATION);
	return 0;
}

int token_revoke(int nl, const struct handle *token, uint32_t *count)
{
	request_begin(&r, RVM_CMD_TOKEN_REVOKE);
	put_handle(token);
	if (nl_call(nl, &r, &reply))
		return reply.error;
	*count = reply_u32(&reply, RVM_A_GRANT_COUNT);
	return 0;
}
