// SPDX-License-Identifier: GPL-2.0-only

#include "message.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ALIGN4(n) (((n) + 3) & ~(size_t)3)

static uint16_t family;

static struct nlmsghdr *header(struct request *r)
{
	return (struct nlmsghdr *)r->data;
}

static void begin_message(struct request *r, uint16_t type, uint8_t cmd)
{
	struct genlmsghdr *genl;

	r->len = NLMSG_HDRLEN + GENL_HDRLEN;
	memset(r->data, 0, r->len);
	header(r)->nlmsg_type = type;
	header(r)->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl = (struct genlmsghdr *)(r->data + NLMSG_HDRLEN);
	genl->cmd = cmd;
	genl->version = 1;
}

void request_begin(struct request *r, uint8_t cmd)
{
	begin_message(r, family, cmd);
}

void put(struct request *r, uint16_t type, const void *data, size_t len)
{
	struct nlattr *a = (struct nlattr *)(r->data + r->len);

	if (r->len + NLA_HDRLEN + ALIGN4(len) > sizeof(r->data))
		return;
	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy(r->data + r->len + NLA_HDRLEN, data, len);
	memset(r->data + r->len + NLA_HDRLEN + len, 0, ALIGN4(len) - len);
	r->len += NLA_HDRLEN + ALIGN4(len);
}

void put_u32(struct request *r, uint16_t type, uint32_t value)
{
	put(r, type, &value, sizeof(value));
}

void put_u64(struct request *r, uint16_t type, uint64_t value)
{
	put(r, type, &value, sizeof(value));
}

void put_s64(struct request *r, uint16_t type, int64_t value)
{
	put(r, type, &value, sizeof(value));
}

void put_str(struct request *r, uint16_t type, const char *text)
{
	put(r, type, text, strlen(text) + 1);
}

void put_flag(struct request *r, uint16_t type)
{
	put(r, type, NULL, 0);
}

size_t nest_begin(struct request *r, uint16_t type)
{
	size_t nest = r->len;

	put(r, type | NLA_F_NESTED, NULL, 0);
	return nest;
}

void nest_end(struct request *r, size_t nest)
{
	((struct nlattr *)(r->data + nest))->nla_len = r->len - nest;
}

/* Text of the extended ACK that begins at an offset. */
static void take_text(struct reply *reply, const struct nlmsghdr *h, size_t at)
{
	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	while (at + NLA_HDRLEN <= h->nlmsg_len) {
		const struct nlattr *a = (const void *)((const uint8_t *)h + at);

		if (a->nla_len < NLA_HDRLEN)
			break;
		if ((a->nla_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_MSG)
			snprintf(reply->text, sizeof(reply->text), "%.*s",
				 (int)(a->nla_len - NLA_HDRLEN), (const char *)(a + 1));
		at += ALIGN4(a->nla_len);
	}
}

static void take_ack(struct reply *reply, const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);
	size_t at = NLMSG_HDRLEN + sizeof(*e);

	reply->error = -e->error;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		at += e->msg.nlmsg_len - NLMSG_HDRLEN;
	take_text(reply, h, at);
}

static void take_message(struct reply *reply, const struct nlmsghdr *h)
{
	size_t len = h->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN;

	reply->messages++;
	if (reply->len + len > sizeof(reply->data))
		return;
	memcpy(reply->data + reply->len, (const uint8_t *)NLMSG_DATA(h) + GENL_HDRLEN, len);
	reply->len += ALIGN4(len);
}

/* True at the end of the answer. */
static bool take(struct reply *reply, const struct nlmsghdr *h)
{
	if (h->nlmsg_type == NLMSG_ERROR) {
		take_ack(reply, h);
		return true;
	}
	if (h->nlmsg_type == NLMSG_DONE) {
		int status = *(const int *)NLMSG_DATA(h);

		reply->error = status < 0 ? -status : 0;
		take_text(reply, h, NLMSG_HDRLEN + sizeof(status));
		return true;
	}
	take_message(reply, h);
	return false;
}

/* For errno_test.py: a byte for each command and errno that was met. */
static uint8_t (*refusals)[256];

/* Mapped at the start, as not every program may write files later. */
static void __attribute__((constructor)) map_refusals(void)
{
	const char *path = getenv("RVM_REFUSALS");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *map;

	if (fd < 0)
		return;
	map = mmap(NULL, 256 * 256, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map != MAP_FAILED)
		refusals = map;
}

static void note_refusal(const struct request *r, const struct reply *reply)
{
	if (refusals && reply->error > 0 && reply->error < 256 && reply->text[0])
		refusals[r->data[NLMSG_HDRLEN]][reply->error] = 1;
}

bool nl_send(int nl, struct request *r)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	header(r)->nlmsg_len = r->len;
	return sendto(nl, r->data, r->len, 0, (void *)&kernel, sizeof(kernel)) >= 0;
}

int nl_receive(int nl, const struct request *r, struct reply *reply)
{
	static uint8_t buffer[64 * 1024];
	bool done = false;
	ssize_t n;

	reply->error = 0;
	reply->text[0] = '\0';
	reply->messages = 0;
	reply->len = 0;
	while (!done) {
		n = recv(nl, buffer, sizeof(buffer), 0);
		if (n < 0)
			return reply->error = errno;
		for (struct nlmsghdr *h = (void *)buffer; !done && NLMSG_OK(h, n);
		     h = NLMSG_NEXT(h, n))
			done = take(reply, h);
	}
	if (((const struct nlmsghdr *)r->data)->nlmsg_type == family)
		note_refusal(r, reply);
	return reply->error;
}

int nl_call(int nl, struct request *r, struct reply *reply)
{
	if (!nl_send(nl, r))
		return reply->error = errno;
	return nl_receive(nl, r, reply);
}

void nl_want_dump(struct request *r)
{
	header(r)->nlmsg_flags |= NLM_F_DUMP;
}

int nl_dump(int nl, struct request *r, struct reply *reply)
{
	nl_want_dump(r);
	return nl_call(nl, r, reply);
}

ssize_t reply_get(const struct reply *reply, uint16_t type, const void **data)
{
	size_t at = 0;

	while (at + NLA_HDRLEN <= reply->len) {
		const struct nlattr *a = (const void *)(reply->data + at);

		if (a->nla_len < NLA_HDRLEN || at + a->nla_len > reply->len)
			break;
		if ((a->nla_type & NLA_TYPE_MASK) == type) {
			if (data)
				*data = a + 1;
			return a->nla_len - NLA_HDRLEN;
		}
		at += ALIGN4(a->nla_len);
	}
	return -1;
}

uint32_t reply_u32(const struct reply *reply, uint16_t type)
{
	const void *data;
	uint32_t value = 0;

	if (reply_get(reply, type, &data) == sizeof(value))
		memcpy(&value, data, sizeof(value));
	return value;
}

uint64_t reply_u64(const struct reply *reply, uint16_t type)
{
	const void *data;
	uint64_t value = 0;

	if (reply_get(reply, type, &data) == sizeof(value))
		memcpy(&value, data, sizeof(value));
	return value;
}

unsigned int reply_all_u32(const struct reply *reply, uint16_t type, uint32_t *values,
			   unsigned int max)
{
	unsigned int count = 0;
	size_t at = 0;

	while (at + NLA_HDRLEN <= reply->len && count < max) {
		const struct nlattr *a = (const void *)(reply->data + at);

		if (a->nla_len < NLA_HDRLEN || at + a->nla_len > reply->len)
			break;
		if ((a->nla_type & NLA_TYPE_MASK) == type && a->nla_len == NLA_HDRLEN + 4)
			memcpy(&values[count++], a + 1, 4);
		at += ALIGN4(a->nla_len);
	}
	return count;
}

/* What the controller says of the family. */
static struct reply about;

/* A nest as a reply, for reply_get(). */
static bool open_nest(struct reply *nest, const void *data, ssize_t len)
{
	if (len < 0 || (size_t)len > sizeof(nest->data))
		return false;
	nest->len = len;
	memcpy(nest->data, data, len);
	return true;
}

int nl_group(const char *name)
{
	static struct reply groups, group;
	const void *data;
	ssize_t len = reply_get(&about, CTRL_ATTR_MCAST_GROUPS, &data);

	if (!open_nest(&groups, data, len))
		return -1;
	for (uint16_t i = 1; (len = reply_get(&groups, i, &data)) >= 0; i++) {
		if (!open_nest(&group, data, len))
			return -1;
		if (reply_get(&group, CTRL_ATTR_MCAST_GRP_NAME, &data) > 0 && !strcmp(data, name))
			return reply_u32(&group, CTRL_ATTR_MCAST_GRP_ID);
	}
	return -1;
}

static bool find_family(int nl)
{
	static struct request r;
	const void *data;

	begin_message(&r, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	put_str(&r, CTRL_ATTR_FAMILY_NAME, RVM_FAMILY_NAME);
	if (nl_call(nl, &r, &about) || reply_get(&about, CTRL_ATTR_FAMILY_ID, &data) != 2)
		return false;
	memcpy(&family, data, sizeof(family));
	return true;
}

int nl_open(void)
{
	struct timeval limit = { .tv_sec = 60 };
	int nl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC), one = 1;

	if (nl < 0)
		return -1;
	setsockopt(nl, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(nl, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	setsockopt(nl, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (find_family(nl))
		return nl;
	close(nl);
	return -1;
}
