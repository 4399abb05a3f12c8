// SPDX-License-Identifier: GPL-2.0-only
/*
 * The request that asks for a verdict and does nothing.
 */

#include <linux/dcache.h>
#include <linux/mount.h>
#include <linux/socket.h>

#include "compat.h"
#include "gate/gate.h"
#include "lib/model/rights.h"
#include "limits.h"
#include "netlink/common.h"
#include "partition/network.h"
#include "partition/prove.h"
#include "partition/registry.h"
#include "table/table.h"

/* A question with what it refers to. */
struct asked {
	struct rvm_question q;
	struct rvm_argv argv;
	struct name_snapshot base;
	bool has_base;
	/* Held. */
	struct file *file;
	struct rvm_name leaf;
	/* EXEC: the program that it is asked within, or NULL. */
	const struct nlattr *within;
	/* From tier 2 on. */
	u64 nonce;
	u64 issued;
};

static int refuse(struct genl_info *info, int attr, const char *msg)
{
	return rvm_nl_refuse(info->extack, info->attrs[attr], msg);
}

static int open_object(struct genl_info *info, struct asked *asked)
{
	int err = rvm_nl_need(info, RVM_A_CHECK_FD);

	if (err)
		return err;
	asked->file = fget_raw(nla_get_s32(info->attrs[RVM_A_CHECK_FD]));
	if (!asked->file) {
		refuse(info, RVM_A_CHECK_FD, "the descriptor is not open");
		return -EBADF;
	}
	if (file_inode(asked->file)->i_sb->s_flags & SB_NOUSER)
		return refuse(info, RVM_A_CHECK_FD, "the file has no path: no token can cover it");
	asked->q.path = &asked->file->f_path;
	return 0;
}

/*
 * Only a name: the caller may be inside and chooses the directory, and its file system
 * may never answer, while all of generic netlink waits for the end of a request.
 */
static int parse_leaf(struct genl_info *info, struct asked *asked)
{
	const struct dentry *folder = asked->q.path->dentry;
	const char *name = nla_data(info->attrs[RVM_A_CHECK_LEAF]);

	if (!d_is_dir(folder)) {
		refuse(info, RVM_A_CHECK_FD, "a leaf needs a directory");
		return -ENOTDIR;
	}
	if (!*name || !strcmp(name, ".") || !strcmp(name, "..") || strchr(name, '/'))
		return refuse(info, RVM_A_CHECK_LEAF, "a leaf must be a single name");
	if (IS_DEADDIR(d_inode(folder))) {
		refuse(info, RVM_A_CHECK_FD, "the directory was removed");
		return -ENOENT;
	}
	asked->leaf.text = name;
	asked->leaf.len = strlen(name);
	asked->q.leaf = &asked->leaf;
	return 0;
}

static int parse_path(struct genl_info *info, struct asked *asked)
{
	struct rvm_request *req = &asked->q.req;
	int err;

	err = open_object(info, asked);
	if (!err && info->attrs[RVM_A_CHECK_LEAF])
		err = parse_leaf(info, asked);
	req->load = req->op == RVM_OP_MAP || req->op == RVM_OP_PROTECT;
	return err;
}

/* As the kernel hands them to the judge: at most so many whole arguments. */
static int parse_words(struct genl_info *info, struct asked *asked)
{
	const struct nlattr *attr = info->attrs[RVM_A_CHECK_ARGV];
	const char *text = nla_data(attr);
	size_t i, len = nla_len(attr), read = min_t(size_t, len, RVM_ARGV_BYTES_MAX);

	if (!len || text[len - 1])
		return refuse(info, RVM_A_CHECK_ARGV,
			      "each argument must end with NUL, the last one too");
	for (i = 0; i < read && asked->argv.words < RVM_ARGV_WORDS_MAX; i++) {
		if (text[i])
			continue;
		asked->argv.words++;
		asked->argv.len = i + 1;
	}
	asked->argv.text = text;
	asked->argv.truncated = asked->argv.len != len;
	asked->q.argv = &asked->argv;
	asked->q.req.exec.argv = &asked->argv;
	return 0;
}

static void name_program(struct genl_info *info, struct asked *asked)
{
	struct rvm_name *base = &asked->q.req.exec.base;
	const char *text;
	size_t len;

	if (info->attrs[RVM_A_CHECK_NAME]) {
		text = nla_data(info->attrs[RVM_A_CHECK_NAME]);
		len = strlen(text);
	} else {
		take_dentry_name_snapshot(&asked->base, asked->q.path->dentry);
		asked->has_base = true;
		text = asked->base.name.name;
		len = asked->base.name.len;
	}
	base->text = rvm_base_name(text, &len);
	base->len = min_t(size_t, len, NAME_MAX);
}

static int parse_exec(struct genl_info *info, struct asked *asked)
{
	int err;

	err = open_object(info, asked);
	if (err)
		return err;
	asked->q.req.exec.program = file_inode(asked->file);
	name_program(info, asked);
	asked->within = info->attrs[RVM_A_CHECK_WITHIN];
	/* Of an interpreter it may not be known what the kernel calls it with. */
	if (asked->q.req.op == RVM_OP_INTERP && !info->attrs[RVM_A_CHECK_ARGV])
		return 0;
	err = rvm_nl_need(info, RVM_A_CHECK_ARGV);
	return err ?: parse_words(info, asked);
}

static int parse_address(struct genl_info *info, struct asked *asked)
{
	const struct nlattr *protocol = info->attrs[RVM_A_CHECK_PROTOCOL];
	struct rvm_net_object *net = &asked->q.req.net;

	if (rvm_nl_need(info, RVM_A_CHECK_ADDRESS) || rvm_nl_need(info, RVM_A_CHECK_PORT))
		return -EINVAL;
	if (protocol && nla_get_u32(protocol) > U16_MAX)
		return refuse(info, RVM_A_CHECK_PROTOCOL, "there is no such protocol");
	net->protocol = protocol ? nla_get_u32(protocol) : IPPROTO_TCP;
	memcpy(net->addr.bytes, nla_data(info->attrs[RVM_A_CHECK_ADDRESS]),
	       sizeof(net->addr.bytes));
	net->addr.port = nla_get_u32(info->attrs[RVM_A_CHECK_PORT]);
	/* As the hooks do: to the wildcard means to this machine. */
	if (asked->q.req.need == RVM_RIGHT_EXECUTE && rvm_addr_is_any(&net->addr))
		rvm_addr_set_loopback(&net->addr);
	net->local = rvm_network_is_host(genl_info_net(info), &net->addr);
	return 0;
}

static int parse_unix(struct genl_info *info, struct asked *asked)
{
	const struct nlattr *attr = info->attrs[RVM_A_CHECK_NAME];
	struct rvm_net_object *net = &asked->q.req.net;
	const char *name;

	net->family = AF_UNIX;
	if (!attr)
		return open_object(info, asked);
	name = nla_data(attr);
	if (name[0] != '@' || !name[1] || info->attrs[RVM_A_CHECK_FD])
		return refuse(info, RVM_A_CHECK_NAME,
			      "name a unix peer by a descriptor or as @NAME");
	net->name.text = name + 1;
	net->name.len = strlen(name + 1);
	return 0;
}

static int parse_net(struct genl_info *info, struct asked *asked)
{
	const struct nlattr *family = info->attrs[RVM_A_CHECK_FAMILY];

	if (!family || !nla_get_u32(family))
		return parse_address(info, asked);
	if (nla_get_u32(family) == AF_UNIX)
		return parse_unix(info, asked);
	return refuse(info, RVM_A_CHECK_FAMILY, "the family must be 0 (IP) or 1 (unix)");
}

static int parse_name(struct genl_info *info, struct asked *asked)
{
	int err = rvm_nl_need(info, RVM_A_CHECK_NAME);

	if (err)
		return err;
	asked->q.req.name.text = nla_data(info->attrs[RVM_A_CHECK_NAME]);
	asked->q.req.name.len = strlen(asked->q.req.name.text);
	return 0;
}

static enum rvm_op usual_op(u8 class)
{
	switch (class) {
	case RVM_CLASS_PATH:
		return RVM_OP_OPEN;
	case RVM_CLASS_EXEC:
		return RVM_OP_EXEC;
	case RVM_CLASS_NET:
		return RVM_OP_CONNECT;
	default:
		return RVM_OP_CHECK;
	}
}

static int parse_object(struct genl_info *info, struct asked *asked)
{
	switch (asked->q.req.class) {
	case RVM_CLASS_PATH:
		return parse_path(info, asked);
	case RVM_CLASS_EXEC:
		return parse_exec(info, asked);
	case RVM_CLASS_NET:
		return parse_net(info, asked);
	case RVM_CLASS_TOOL:
	case RVM_CLASS_NAME:
		return parse_name(info, asked);
	case RVM_CLASS_SYS:
		asked->q.req.need = RVM_RIGHTS_ALL;
		asked->q.req.floor = true;
		return 0;
	default:
		return refuse(info, RVM_A_CHECK_CLASS, "this class cannot be checked");
	}
}

/* What is proved, is proved once. */
static int parse_nonce(struct genl_info *info, struct asked *asked)
{
	if (rvm_nl_need(info, RVM_A_CHECK_NONCE) || rvm_nl_need(info, RVM_A_CHECK_ISSUED))
		return -EINVAL;
	asked->nonce = nla_get_u64(info->attrs[RVM_A_CHECK_NONCE]);
	asked->issued = nla_get_u64(info->attrs[RVM_A_CHECK_ISSUED]);
	return 0;
}

static int parse_check(struct genl_info *info, struct asked *asked)
{
	struct rvm_request *req = &asked->q.req;
	struct nlattr **attrs = info->attrs;

	if (rvm_nl_need(info, RVM_A_CHECK_CLASS) || rvm_nl_need(info, RVM_A_CHECK_RIGHT))
		return -EINVAL;
	req->class = nla_get_u32(attrs[RVM_A_CHECK_CLASS]);
	req->need = nla_get_u32(attrs[RVM_A_CHECK_RIGHT]);
	if (!req->need)
		return refuse(info, RVM_A_CHECK_RIGHT, "no right is set: name at least one");
	req->tier = attrs[RVM_A_CHECK_TIER] ? nla_get_u32(attrs[RVM_A_CHECK_TIER]) : 1;
	if (req->tier >= 2 && parse_nonce(info, asked))
		return -EINVAL;
	req->op = attrs[RVM_A_CHECK_OP] ? nla_get_u32(attrs[RVM_A_CHECK_OP]) : usual_op(req->class);
	return parse_object(info, asked);
}

static void let_go(struct asked *asked)
{
	if (asked->has_base)
		release_dentry_name_snapshot(&asked->base);
	if (asked->file)
		fput(asked->file);
}

/* As a process has it that descends from the program, if any token is within it. */
static struct rvm_lineages lineage_named(const struct rvm_partition *part, const char *name)
{
	const struct rvm_table *table = rcu_dereference(part->table);
	struct rvm_lineages has = {};
	u32 i;

	for (i = 0; table && i < table->tokens.count; i++) {
		const struct rvm_token_core *core = table->tokens.core[i];

		if (!core->within_name || strcmp(core->within_name, name))
			continue;
		has.table = table->lineages;
		has.set = core->within;
		break;
	}
	return has;
}

/* Whatever would be said: not to this request. */
static int fill_nonce(struct sk_buff *skb)
{
	if (nla_put_u32(skb, RVM_A_CHECK_ALLOWED, false) ||
	    nla_put_u32(skb, RVM_A_CHECK_REASON, RVM_REASON_NONCE) ||
	    nla_put_u64_64bit(skb, RVM_A_CHECK_TOKEN, 0, RVM_A_CHECK_PAD) ||
	    nla_put_u32(skb, RVM_A_CHECK_MISSING, 0))
		return -EMSGSIZE;
	return 0;
}

static struct rvm_verdict ask(struct rvm_partition *part, struct asked *asked)
{
	if (asked->within)
		asked->q.req.exec.lineages = lineage_named(part, nla_data(asked->within));
	return rvm_gate_ask(part, &asked->q);
}

/* A nonce is used up only by what is allowed.  -EKEYREJECTED if it was before. */
static int spend(struct rvm_partition *part, struct asked *asked)
{
	bool allowed;

	if (asked->q.req.tier < 2)
		return 0;
	rcu_read_lock();
	allowed = ask(part, asked).allow;
	rcu_read_unlock();
	return allowed ? rvm_nonce_spend(part, asked->nonce, asked->issued) : -EACCES;
}

static int fill_verdict(struct sk_buff *skb, struct rvm_partition *part, struct asked *asked)
{
	int spent = spend(part, asked);
	struct rvm_verdict v;
	u64 token;

	if (spent == -EKEYREJECTED)
		return fill_nonce(skb);
	if (spent && spent != -EACCES)
		return spent;
	/* The token of a verdict lives as long as the table it is in. */
	rcu_read_lock();
	v = ask(part, asked);
	/* Not by what came between. */
	v.allow &= !spent;
	if (asked->q.req.tier >= 2)
		rvm_gate_record(part, &asked->q, &v);
	token = v.token ? v.token->id : 0;
	rcu_read_unlock();

	if (nla_put_u32(skb, RVM_A_CHECK_ALLOWED, v.allow) ||
	    nla_put_u32(skb, RVM_A_CHECK_REASON, v.reason) ||
	    nla_put_u64_64bit(skb, RVM_A_CHECK_TOKEN, token, RVM_A_CHECK_PAD) ||
	    nla_put_u32(skb, RVM_A_CHECK_MISSING, v.missing))
		return -EMSGSIZE;
	return 0;
}

static int answer(struct genl_info *info, struct rvm_partition *part, struct asked *asked)
{
	struct sk_buff *reply;
	void *hdr;

	reply = rvm_nl_reply_new(info, &hdr);
	if (!reply)
		return -ENOMEM;
	return rvm_nl_reply_send(reply, hdr, info, fill_verdict(reply, part, asked));
}

int rvm_nl_check_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct asked *asked;
	struct rvm_partition *part;
	int err;

	part = rvm_nl_partition(skb, info, info->attrs[RVM_A_CHECK_PARTITION], NULL, false);
	if (IS_ERR(part))
		return PTR_ERR(part);
	asked = kzalloc(sizeof(*asked), GFP_KERNEL);
	err = asked ? parse_check(info, asked) : -ENOMEM;
	if (!err)
		err = answer(info, part, asked);
	if (asked)
		let_go(asked);
	kfree(asked);
	rvm_partition_put(part);
	return err;
}
