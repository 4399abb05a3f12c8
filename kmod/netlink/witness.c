// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests about the witness log, and the event of a denial.
 */

#include <linux/slab.h>

#include "lib/log/record.h"
#include "limits.h"
#include "netlink/common.h"
#include "partition/reading.h"
#include "partition/registry.h"
#include "witness/audit.h"
#include "witness/key.h"
#include "witness/listener.h"
#include "witness/witness.h"

/* Of the host, or of one partition. */
static int last_denial(struct genl_info *info, u64 *sequence)
{
	const struct nlattr *attr = info->attrs[RVM_A_WITNESS_PARTITION];
	struct rvm_partition *part;

	if (!attr) {
		*sequence = rvm_witness_last_denial();
		return 0;
	}
	part = rvm_nl_lookup(attr, info->extack);
	if (IS_ERR(part))
		return PTR_ERR(part);
	*sequence = atomic64_read(&part->last_denial);
	rvm_partition_put(part);
	return 0;
}

static int fill_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, RVM_A_WITNESS_PAD);
}

static int fill_head(struct sk_buff *skb, u64 denial)
{
	struct rvm_witness_head head;

	rvm_witness_get_head(&head);
	if (fill_u64(skb, RVM_A_WITNESS_LENGTH, head.length) ||
	    nla_put(skb, RVM_A_WITNESS_HEAD, sizeof(head.digest), head.digest) ||
	    nla_put(skb, RVM_A_WITNESS_DETAIL_HEAD, sizeof(head.detail_digest),
		    head.detail_digest) ||
	    fill_u64(skb, RVM_A_WITNESS_DETAIL_LENGTH, head.detail_length) ||
	    fill_u64(skb, RVM_A_WITNESS_FIRST, head.first) ||
	    fill_u64(skb, RVM_A_WITNESS_LOST, head.lost) ||
	    nla_put_u32(skb, RVM_A_WITNESS_CAPACITY, head.capacity) ||
	    fill_u64(skb, RVM_A_WITNESS_LAST_DENIAL, denial))
		return -EMSGSIZE;
	return 0;
}

static int fill_detail(struct sk_buff *skb, u64 sequence)
{
	char *detail = kmalloc(RVM_DETAIL_BYTES, GFP_KERNEL);
	int length, err = 0;

	if (!detail)
		return -ENOMEM;
	length = rvm_witness_get_detail(sequence, detail);
	if (length >= 0) {
		detail[min(length, RVM_DETAIL_BYTES - 1)] = '\0';
		err = nla_put_string(skb, RVM_A_WITNESS_DETAIL, detail);
	}
	kfree(detail);
	return err;
}

static int fill_record(struct sk_buff *skb, const struct nlattr *attr,
		       struct netlink_ext_ack *extack)
{
	u64 sequence = nla_get_u64(attr);
	u8 raw[RVM_RECORD_BYTES];
	int err;

	rvm_witness_flush();
	err = rvm_witness_get_record(sequence, raw);
	if (err == -ENODATA)
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "the record was overwritten: look in an exported log");
	else if (err)
		NL_SET_ERR_MSG_ATTR(extack, attr, "there is no such record yet");
	if (err)
		return err;
	if (fill_u64(skb, RVM_A_WITNESS_SEQUENCE, sequence) ||
	    nla_put(skb, RVM_A_WITNESS_RECORD, sizeof(raw), raw))
		return -EMSGSIZE;
	return fill_detail(skb, sequence);
}

int rvm_nl_witness_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *sequence = info->attrs[RVM_A_WITNESS_SEQUENCE];
	struct sk_buff *reply;
	u64 denial;
	void *hdr;
	int err;

	err = last_denial(info, &denial);
	if (err)
		return err;
	reply = rvm_nl_reply_new(info, &hdr);
	if (!reply)
		return -ENOMEM;
	err = fill_head(reply, denial);
	if (!err && sequence)
		err = fill_record(reply, sequence, info->extack);
	return rvm_nl_reply_send(reply, hdr, info, err);
}

static int give_key(const u8 key[RVM_KEY_BYTES], u64 log, void *data)
{
	struct genl_info *info = data;
	struct sk_buff *reply;
	void *hdr;
	int err = 0;

	reply = rvm_nl_reply_new(info, &hdr);
	if (!reply)
		return -ENOMEM;
	if (nla_put(reply, RVM_A_WITNESS_KEY, RVM_KEY_BYTES, key) ||
	    fill_u64(reply, RVM_A_WITNESS_LOG, log))
		err = -EMSGSIZE;
	return rvm_nl_reply_send(reply, hdr, info, err);
}

int rvm_nl_witness_key_doit(struct sk_buff *skb, struct genl_info *info)
{
	return rvm_key_take(give_key, info, info->extack);
}

static int put_line(struct sk_buff *skb, struct netlink_callback *cb, u64 sequence,
		    const char *text)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				rvm_genl(&rvm_nl_family), NLM_F_MULTI, RVM_CMD_WITNESS_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (fill_u64(skb, RVM_A_WITNESS_SEQUENCE, sequence) ||
	    nla_put_string(skb, RVM_A_WITNESS_DETAIL, text)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* Records that are there now. */
static void begin_lines(struct netlink_callback *cb)
{
	struct nlattr **attrs = rvm_genl_dump_attrs(cb);
	struct rvm_nl_dump *dump = rvm_nl_dump(cb);
	const struct nlattr *first = attrs ? attrs[RVM_A_WITNESS_SEQUENCE] : NULL;
	const struct nlattr *end = attrs ? attrs[RVM_A_WITNESS_LENGTH] : NULL;

	rvm_witness_flush();
	dump->end = end ? min(nla_get_u64(end), rvm_witness_hashed()) : rvm_witness_hashed();
	dump->sequence = max(first ? nla_get_u64(first) : 0, rvm_witness_first());
}

/* Lines that are still there; those that are gone are left out. */
static int show_lines(struct sk_buff *skb, struct netlink_callback *cb, char *text)
{
	struct rvm_nl_dump *dump = rvm_nl_dump(cb);
	int err = 0;

	for (; dump->sequence < dump->end; dump->sequence++) {
		if (rvm_witness_get_detail(dump->sequence, text) >= 0)
			err = put_line(skb, cb, dump->sequence, text);
		if (err)
			return skb->len ?: err;
		cond_resched();
	}
	return skb->len;
}

int rvm_nl_witness_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	char *text;
	int ret = rvm_nl_dump_check(cb);

	if (ret)
		return ret;
	/* The token may have been taken back since it began. */
	if (!rvm_caller_may_read_log())
		return -EPERM;
	text = kmalloc(RVM_DETAIL_BYTES, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	if (!rvm_nl_dump(cb)->end)
		begin_lines(cb);
	ret = show_lines(skb, cb, text);
	kfree(text);
	return ret;
}

static int fill_denial(struct sk_buff *skb, const u8 raw[RVM_RECORD_BYTES], const char *detail)
{
	if (nla_put(skb, RVM_A_WITNESS_RECORD, RVM_RECORD_BYTES, raw) ||
	    (detail && nla_put_string(skb, RVM_A_WITNESS_DETAIL, detail)))
		return -EMSGSIZE;
	return 0;
}

/* Told of every record; denials are few among them. */
static void hear(const u8 raw[RVM_RECORD_BYTES], const char *detail)
{
	struct rvm_record record;
	struct sk_buff *event;
	void *hdr;

	rvm_record_decode(&record, raw);
	if (record.kind != RVM_KIND_PROOF_REJECTED)
		return;
	rvm_audit_denial(&record, detail);
	event = rvm_nl_event_new(RVM_NLGRP_DENY, RVM_CMD_DENY_EVENT, &hdr);
	if (event)
		rvm_nl_event_send(event, hdr, RVM_NLGRP_DENY, fill_denial(event, raw, detail));
}

void rvm_nl_deny_init(void)
{
	rvm_listener_set(hear);
}

void rvm_nl_deny_exit(void)
{
	rvm_listener_set(NULL);
}
