// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that replace a table: one open transaction for each socket.
 */

#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/slab.h>

#include "netlink/common.h"
#include "partition/registry.h"
#include "partition/transaction.h"
#include "table/token.h"

/* A socket with an open transaction. */
struct session {
	struct list_head node;
	/* The socket; only compared. */
	const struct net *net;
	u32 portid;
	/* A request of the socket works on it, which keeps the socket open meanwhile. */
	bool busy;
	struct rvm_transaction *txn;
};

/* Of the list and of `busy`. */
static DEFINE_MUTEX(sessions_lock);
static LIST_HEAD(sessions);

static struct session *find_session(const struct net *net, u32 portid)
{
	struct session *session;

	lockdep_assert_held(&sessions_lock);
	list_for_each_entry(session, &sessions, node)
		if (session->net == net && session->portid == portid)
			return session;
	return NULL;
}

static struct session *claim_session(struct genl_info *info)
{
	struct session *session;

	guard(mutex)(&sessions_lock);
	session = find_session(genl_info_net(info), info->snd_portid);
	if (!session) {
		NL_SET_ERR_MSG(info->extack, "no transaction is open on this socket: begin one");
		return ERR_PTR(-ENOENT);
	}
	if (session->busy) {
		NL_SET_ERR_MSG(info->extack, "another request of this socket is under way");
		return ERR_PTR(-EBUSY);
	}
	session->busy = true;
	return session;
}

static void unclaim_session(struct session *session)
{
	guard(mutex)(&sessions_lock);
	session->busy = false;
}

static void end_session(struct session *session)
{
	scoped_guard(mutex, &sessions_lock)
		list_del(&session->node);
	kfree(session);
}

static int add_session(struct session *new, struct genl_info *info)
{
	guard(mutex)(&sessions_lock);
	if (find_session(new->net, new->portid)) {
		NL_SET_ERR_MSG(info->extack,
			       "a transaction is open on this socket: commit or abort it");
		return -EBUSY;
	}
	list_add(&new->node, &sessions);
	return 0;
}

/* Whoever closes a socket forgets what was not committed. */
static int release_socket(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;
	struct session *session;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	scoped_guard(mutex, &sessions_lock) {
		session = find_session(notify->net, notify->portid);
		if (session)
			list_del(&session->node);
	}
	if (session) {
		rvm_transaction_abort(session->txn);
		kfree(session);
	}
	return NOTIFY_DONE;
}

static struct notifier_block release_notifier = { .notifier_call = release_socket };

static const char *string_of(const struct nlattr *attr)
{
	return attr ? nla_data(attr) : NULL;
}

static struct rvm_transaction *begin(struct genl_info *info)
{
	const struct nlattr *digest = info->attrs[RVM_A_TABLE_DIGEST];
	struct rvm_transaction *txn;
	struct rvm_partition *part;
	int err;

	part = rvm_nl_lookup(info->attrs[RVM_A_TABLE_PARTITION], info->extack);
	if (IS_ERR(part))
		return ERR_CAST(part);
	txn = rvm_transaction_new(part, info->extack);
	rvm_partition_put(part);
	if (IS_ERR(txn))
		return txn;
	if (info->attrs[RVM_A_TABLE_FRESH])
		rvm_transaction_keep_none(txn);
	err = rvm_transaction_describe(txn, digest ? nla_data(digest) : NULL,
				       string_of(info->attrs[RVM_A_TABLE_SOURCE]),
				       string_of(info->attrs[RVM_A_TABLE_WORKSPACE]));
	if (!err)
		return txn;
	rvm_transaction_abort(txn);
	return ERR_PTR(err);
}

int rvm_nl_table_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct session *session;
	int err;

	if (rvm_nl_need(info, RVM_A_TABLE_PARTITION))
		return -EINVAL;
	session = kzalloc(sizeof(*session), GFP_KERNEL_ACCOUNT);
	if (!session)
		return -ENOMEM;
	session->net = genl_info_net(info);
	session->portid = info->snd_portid;
	session->txn = begin(info);
	err = PTR_ERR_OR_ZERO(session->txn);
	if (!err) {
		err = add_session(session, info);
		if (!err)
			return 0;
		rvm_transaction_abort(session->txn);
	}
	kfree(session);
	return err;
}

/* What only the module sets. */
static int refuse_read_only(struct nlattr **tb, const int *attrs, size_t count,
			    struct netlink_ext_ack *extack)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (tb[attrs[i]]) {
			NL_SET_ERR_MSG_ATTR(extack, tb[attrs[i]],
					    "this attribute can only be read");
			return -EINVAL;
		}
	}
	return 0;
}

static int parse_rights(const struct nlattr *nest, const struct nlattr *attr, u8 *rights,
			struct netlink_ext_ack *extack)
{
	*rights = attr ? nla_get_u32(attr) : 0;
	if (*rights)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr ?: nest, "no right is set: name at least one");
	return -EINVAL;
}

/* The part of a token or exclusion that is not its scope. */
struct head {
	struct rvm_token_core core;
	const struct nlattr *scope;
	const struct nlattr *within;
};

static int parse_token(const struct nlattr *nest, struct head *head, struct netlink_ext_ack *extack)
{
	static const int read_only[] = {
		RVM_A_TOKEN_ID,	   RVM_A_TOKEN_INDEX,	  RVM_A_TOKEN_GENERATION, RVM_A_TOKEN_OWNER,
		RVM_A_TOKEN_EPOCH, RVM_A_TOKEN_DEPTH,	  RVM_A_TOKEN_PARENT,	  RVM_A_TOKEN_FLAGS,
		RVM_A_TOKEN_BIRTH, RVM_A_TOKEN_PARTITION,
	};
	struct nlattr *tb[RVM_A_TOKEN_MAX + 1];
	int err;

	err = nla_parse_nested(tb, RVM_A_TOKEN_MAX, nest, rvm_token_nl_policy, extack);
	if (!err)
		err = refuse_read_only(tb, read_only, ARRAY_SIZE(read_only), extack);
	if (!err)
		err = parse_rights(nest, tb[RVM_A_TOKEN_RIGHTS], &head->core.rights, extack);
	if (err)
		return err;
	head->core.type = RVM_TOKEN_TYPE_PARTITION;
	if (tb[RVM_A_TOKEN_TYPE])
		head->core.type = nla_get_u32(tb[RVM_A_TOKEN_TYPE]);
	head->core.tier = tb[RVM_A_TOKEN_TIER] ? nla_get_u32(tb[RVM_A_TOKEN_TIER]) : 1;
	if (tb[RVM_A_TOKEN_EXPIRES_AT])
		head->core.expires_at = nla_get_s64(tb[RVM_A_TOKEN_EXPIRES_AT]);
	if (head->core.expires_at < 0) {
		NL_SET_ERR_MSG_ATTR(extack, tb[RVM_A_TOKEN_EXPIRES_AT],
				    "the expiry is negative: 0 means never");
		return -EINVAL;
	}
	if (tb[RVM_A_TOKEN_BADGE])
		head->core.badge = nla_get_u64(tb[RVM_A_TOKEN_BADGE]);
	head->scope = tb[RVM_A_TOKEN_SCOPE];
	head->within = tb[RVM_A_TOKEN_WITHIN];
	return 0;
}

static int parse_exclusion(const struct nlattr *nest, struct head *head,
			   struct netlink_ext_ack *extack)
{
	static const int read_only[] = { RVM_A_EXCLUSION_INDEX, RVM_A_EXCLUSION_PARTITION };
	struct nlattr *tb[RVM_A_EXCLUSION_MAX + 1];
	int err;

	err = nla_parse_nested(tb, RVM_A_EXCLUSION_MAX, nest, rvm_exclusion_nl_policy, extack);
	if (!err)
		err = refuse_read_only(tb, read_only, ARRAY_SIZE(read_only), extack);
	if (!err)
		err = parse_rights(nest, tb[RVM_A_EXCLUSION_RIGHTS], &head->core.rights, extack);
	if (err)
		return err;
	head->core.tier = 1;
	head->scope = tb[RVM_A_EXCLUSION_SCOPE];
	return 0;
}

static int set_within(struct rvm_token *token, const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	const char *name;

	if (!attr)
		return 0;
	name = nla_data(attr);
	if (token->core.scope->class != RVM_CLASS_EXEC) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "'within' is for programs only");
		return -EINVAL;
	}
	if (!*name || strchr(name, '/')) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "'within' must be the base name of a program");
		return -EINVAL;
	}
	token->core.within_name = kstrdup(name, GFP_KERNEL_ACCOUNT);
	return token->core.within_name ? 0 : -ENOMEM;
}

static int add_entry(struct rvm_transaction *txn, const struct nlattr *nest,
		     struct netlink_ext_ack *extack)
{
	bool exclusion = nla_type(nest) == RVM_A_TABLE_EXCLUSION;
	struct rvm_scope_object *object;
	struct rvm_token *token;
	struct head head = {};
	int err;

	err = exclusion ? parse_exclusion(nest, &head, extack) : parse_token(nest, &head, extack);
	if (err)
		return err;
	if (!head.scope) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "the scope is missing");
		return -EINVAL;
	}
	object = rvm_nl_scope_make(head.scope, exclusion, NULL, extack);
	if (IS_ERR(object))
		return PTR_ERR(object);
	token = rvm_token_create(object, exclusion, extack);
	if (IS_ERR(token)) {
		rvm_scope_put(object);
		return PTR_ERR(token);
	}
	head.core.scope = token->core.scope;
	token->core = head.core;
	err = set_within(token, head.within, extack) ?: rvm_transaction_add(txn, token, extack);
	if (err)
		rvm_token_destroy(token);
	return err;
}

static int add_entries(struct rvm_transaction *txn, struct genl_info *info)
{
	struct nlattr *attr;
	int err, rem;

	nla_for_each_attr(attr, genlmsg_data(info->genlhdr), genlmsg_len(info->genlhdr), rem) {
		err = add_entry(txn, attr, info->extack);
		if (err) {
			rvm_transaction_fail(txn);
			return err;
		}
		cond_resched();
	}
	return 0;
}

static int fill_counts(struct sk_buff *skb, u32 tokens, u32 exclusions)
{
	if (nla_put_u32(skb, RVM_A_TABLE_TOKENS, tokens) ||
	    nla_put_u32(skb, RVM_A_TABLE_EXCLUSIONS, exclusions))
		return -EMSGSIZE;
	return 0;
}

static int reply_counts(struct genl_info *info, u32 tokens, u32 exclusions)
{
	struct sk_buff *reply;
	void *hdr;

	reply = rvm_nl_reply_new(info, &hdr);
	if (!reply)
		return -ENOMEM;
	return rvm_nl_reply_send(reply, hdr, info, fill_counts(reply, tokens, exclusions));
}

int rvm_nl_table_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct session *session = claim_session(info);
	int err;

	if (IS_ERR(session))
		return PTR_ERR(session);
	err = add_entries(session->txn, info);
	if (!err)
		err = reply_counts(info, rvm_transaction_tokens(session->txn),
				   rvm_transaction_exclusions(session->txn));
	unclaim_session(session);
	return err;
}

static int fill_commit(struct sk_buff *skb, const struct rvm_commit *done)
{
	if (nla_put_u32(skb, RVM_A_TABLE_PARTITION, done->partition) ||
	    fill_counts(skb, done->tokens, done->exclusions) ||
	    nla_put_u32(skb, RVM_A_TABLE_KEPT, done->kept) ||
	    nla_put_u32(skb, RVM_A_TABLE_REVOKED, done->revoked) ||
	    nla_put_u64_64bit(skb, RVM_A_TABLE_SEQUENCE, done->sequence, RVM_A_TABLE_PAD))
		return -EMSGSIZE;
	return 0;
}

static void tell(const struct rvm_commit *done)
{
	struct sk_buff *event;
	void *hdr;

	event = rvm_nl_event_new(RVM_NLGRP_TOKEN, RVM_CMD_TABLE_EVENT, &hdr);
	if (event)
		rvm_nl_event_send(event, hdr, RVM_NLGRP_TOKEN, fill_commit(event, done));
}

/* Malformed requests do not reach add_entries(), so it cannot note that they failed. */
static int check_counts(struct genl_info *info, const struct rvm_transaction *txn)
{
	const struct nlattr *tokens = info->attrs[RVM_A_TABLE_TOKENS];
	const struct nlattr *exclusions = info->attrs[RVM_A_TABLE_EXCLUSIONS];

	if ((!tokens || nla_get_u32(tokens) == rvm_transaction_tokens(txn)) &&
	    (!exclusions || nla_get_u32(exclusions) == rvm_transaction_exclusions(txn)))
		return 0;
	NL_SET_ERR_MSG_FMT(info->extack,
			   "the transaction has %u tokens and %u exclusions: abort it",
			   rvm_transaction_tokens(txn), rvm_transaction_exclusions(txn));
	return -ECANCELED;
}

static int commit(struct genl_info *info, struct session *session, struct rvm_commit *done)
{
	int err = check_counts(info, session->txn);

	return err ?: rvm_transaction_commit(session->txn, done, info->extack);
}

int rvm_nl_table_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct session *session = claim_session(info);
	struct rvm_commit done;
	struct sk_buff *reply;
	void *hdr;
	int err;

	if (IS_ERR(session))
		return PTR_ERR(session);
	/* First, so that what is in force is not told as a failure for want of memory. */
	reply = rvm_nl_reply_new(info, &hdr);
	err = reply ? commit(info, session, &done) : -ENOMEM;
	if (err) {
		nlmsg_free(reply);
		unclaim_session(session);
		return err;
	}
	end_session(session);
	tell(&done);
	if (done.unjudged) {
		nlmsg_free(reply);
		return done.unjudged;
	}
	return rvm_nl_reply_send(reply, hdr, info, fill_commit(reply, &done));
}

int rvm_nl_table_abort_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct session *session = claim_session(info);
	u32 tokens, exclusions;

	if (IS_ERR(session))
		return PTR_ERR(session);
	tokens = rvm_transaction_tokens(session->txn);
	exclusions = rvm_transaction_exclusions(session->txn);
	rvm_transaction_abort(session->txn);
	end_session(session);
	return reply_counts(info, tokens, exclusions);
}

int __init rvm_nl_table_init(void)
{
	return netlink_register_notifier(&release_notifier);
}

void rvm_nl_table_exit(void)
{
	struct session *session, *next;

	netlink_unregister_notifier(&release_notifier);
	list_for_each_entry_safe(session, next, &sessions, node) {
		rvm_transaction_abort(session->txn);
		kfree(session);
	}
	INIT_LIST_HEAD(&sessions);
}
