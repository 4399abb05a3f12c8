/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RVM_NETLINK_PRIV_H
#define _RVM_NETLINK_PRIV_H

#include <linux/file.h>
#include <net/genetlink.h>
#include <net/netlink.h>

#include "compat.h"
#include "compat_genl.h"
#include "netlink/gen.h"

struct rvm_partition;
struct rvm_scope_object;
struct rvm_scope_source;

/* Room for the largest reply: strings of a scope or of a table, and numbers. */
#define RVM_NL_REPLY_BYTES (16 * 1024)

/**
 * struct rvm_nl_dump - where a dump stands; in the callback's context
 */
struct rvm_nl_dump {
	/** @caller: Partition that began it, 0 for the host. */
	u32 caller;
	/** @only: Partition that is shown, 0 for all. */
	u32 only;
	/** @last: Partition that was shown to its end. */
	u32 last;
	/** @index: Next entry of the table of the partition after @last. */
	u32 index;
	/** @grant: Id of the last token beside the table that was shown. */
	u64 grant;
	/** @hint: Where that was. */
	u32 hint;
	/** @sequence: Next record of the log. */
	u64 sequence;
	/** @end: The first that is not asked for; 0 before the dump has begun. */
	u64 end;
};

/** rvm_nl_dump() - the state of a dump */
static inline struct rvm_nl_dump *rvm_nl_dump(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct rvm_nl_dump) > sizeof(cb->ctx));
	return (struct rvm_nl_dump *)cb->ctx;
}

/** rvm_nl_caller() - partition of the caller, 0 for the host; behind a pre_doit only */
static inline u32 rvm_nl_caller(const struct genl_info *info)
{
	return (unsigned long)info->user_ptr[0];
}

/**
 * rvm_nl_need() - is an attribute there
 * @info: the request
 * @attr: its number
 *
 * Return: 0, or -EINVAL with an extended ACK that names it.
 */
int rvm_nl_need(struct genl_info *info, int attr);

/** rvm_nl_say() - give a message that is not a literal, but lives on; @extack may be NULL */
static inline void rvm_nl_say(struct netlink_ext_ack *extack, const char *text)
{
	if (extack)
		extack->_msg = text;
}

/** rvm_nl_refuse() - -EINVAL, with the attribute that is wrong and why */
static inline int rvm_nl_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr,
				const char *text)
{
	NL_SET_BAD_ATTR(extack, attr);
	rvm_nl_say(extack, text);
	return -EINVAL;
}

/**
 * rvm_nl_partition() - the partition that a user's request is about
 * @skb: the request
 * @info: likewise
 * @id: attribute with its id; may be NULL
 * @name: attribute with its name; may be NULL
 * @owner: the owner may do this without privilege
 *
 * From inside that is only the caller's own, and nothing is told of others.
 *
 * Return: with a reference; ERR_PTR(): -EINVAL without any name; -ENOENT;
 * -EPERM.
 */
struct rvm_partition *rvm_nl_partition(struct sk_buff *skb, struct genl_info *info,
				       const struct nlattr *id, const struct nlattr *name,
				       bool owner);

/** rvm_nl_lookup() - a partition by an id of the host; ERR_PTR(-ENOENT) */
struct rvm_partition *rvm_nl_lookup(const struct nlattr *id, struct netlink_ext_ack *extack);

/**
 * rvm_nl_reply_new() - begin a reply
 * @info: the request
 * @hdr: filled, for rvm_nl_reply_send()
 *
 * Return: NULL if there is no memory.
 */
struct sk_buff *rvm_nl_reply_new(struct genl_info *info, void **hdr);

/**
 * rvm_nl_reply_send() - end a reply, or drop it
 * @reply: from rvm_nl_reply_new()
 * @hdr: likewise
 * @info: the request
 * @err: what filling it said
 *
 * Return: @err, or what sending says.
 */
int rvm_nl_reply_send(struct sk_buff *reply, void *hdr, struct genl_info *info, int err);

/**
 * rvm_nl_event_new() - begin an event
 * @group: who is told
 * @cmd: what it is
 * @hdr: filled, for rvm_nl_event_send()
 *
 * Return: NULL if nobody listens, or if there is no memory: then nobody is told.
 */
struct sk_buff *rvm_nl_event_new(unsigned int group, u8 cmd, void **hdr);
/** rvm_nl_event_send() - send it to the group, or drop it */
void rvm_nl_event_send(struct sk_buff *event, void *hdr, unsigned int group, int err);

/** typedef rvm_nl_show - show one partition, from rvm_nl_dump.index on */
typedef int (*rvm_nl_show)(struct sk_buff *skb, struct netlink_callback *cb,
			   struct rvm_partition *part);

/**
 * rvm_nl_dump_check() - may the caller read on
 * @cb: the dump
 *
 * Each part is made for whoever reads it, who may have been handed the socket.
 *
 * Return: 0; -EACCES if it was begun in another partition.
 */
int rvm_nl_dump_check(struct netlink_callback *cb);

/**
 * rvm_nl_dump_partitions() - show the partitions that the caller may see
 * @skb: what the reader gets next
 * @cb: the dump
 * @show: called without locks; 0, or -EMSGSIZE to go on with the next message
 *
 * Return: bytes written, 0 at the end; -EACCES if it was begun in another partition.
 */
int rvm_nl_dump_partitions(struct sk_buff *skb, struct netlink_callback *cb, rvm_nl_show show);

/**
 * rvm_nl_scope_parse() - read a scope and check that its parts fit together
 * @nest: the attribute
 * @exclusion: it is of an exclusion
 * @like: scope of the token that it is to be derived from, whose anchor it has; or NULL
 * @src: filled; refers to @nest and to @file
 * @file: filled with the anchor, to be put by the caller; or NULL
 * @extack: says what is wrong, with the attribute
 *
 * Return: 0; -EINVAL, -ENOTDIR, -E2BIG, or -EBADF, with the attribute.
 */
int rvm_nl_scope_parse(const struct nlattr *nest, bool exclusion,
		       const struct rvm_scope_object *like, struct rvm_scope_source *src,
		       struct file **file, struct netlink_ext_ack *extack);

/** rvm_nl_scope_make() - read a scope, and make it; ERR_PTR(): what these say */
struct rvm_scope_object *rvm_nl_scope_make(const struct nlattr *nest, bool exclusion,
					   const struct rvm_scope_object *like,
					   struct netlink_ext_ack *extack);

/** rvm_nl_scope_fill() - write a scope; 0 or -EMSGSIZE */
int rvm_nl_scope_fill(struct sk_buff *skb, int attr, const struct rvm_scope_object *object);

/** rvm_nl_deny_init() - tell of denials from now on */
void rvm_nl_deny_init(void);
/** rvm_nl_deny_exit() - and no more */
void rvm_nl_deny_exit(void);

/** rvm_nl_table_init() - watch for sockets that end */
int rvm_nl_table_init(void);
/** rvm_nl_table_exit() - drop what is open; no request runs any more */
void rvm_nl_table_exit(void);

#endif /* _RVM_NETLINK_PRIV_H */
