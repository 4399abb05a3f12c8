// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scopes on the wire: which attributes and flags belong to which class.
 */

#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/socket.h>

#include "netlink/common.h"
#include "table/token.h"

#define FLAG(name) RVM_SCOPE_FLAG_##name
#define ATTR(name) BIT(RVM_A_SCOPE_##name)

/* Of every class: the class itself and what is for people. */
#define COMMON (ATTR(CLASS) | ATTR(FLAGS) | ATTR(RESOURCE) | ATTR(ANCHOR))
#define IP (ATTR(ADDRESS) | ATTR(PREFIX_LEN) | ATTR(PORT_FIRST) | ATTR(PORT_LAST))

static const struct rule {
	/* Flags of tokens and exclusions. */
	u32 flags;
	/* Attributes besides the common ones. */
	u32 attrs;
} rules[] = {
	[RVM_CLASS_ANY] = {},
	[RVM_CLASS_SELF] = {},
	[RVM_CLASS_PATH] = {
		.flags = FLAG(LOAD) | FLAG(RUN) | FLAG(PROC_OWN) | FLAG(UNRESOLVED) |
			 FLAG(ALONE),
		.attrs = ATTR(FD) | ATTR(PATTERN),
	},
	[RVM_CLASS_EXEC] = {
		.flags = FLAG(PREFIX) | FLAG(ANY_PROGRAM) | FLAG(UNRESOLVED),
		.attrs = ATTR(FD) | ATTR(PATTERN),
	},
	[RVM_CLASS_NET] = {
		.flags = FLAG(UNRESOLVED),
		.attrs = ATTR(FD) | ATTR(PATTERN) | ATTR(FAMILY) | ATTR(PROTOCOL) | IP,
	},
	[RVM_CLASS_TOOL] = { .attrs = ATTR(PATTERN) },
	[RVM_CLASS_NAME] = { .attrs = ATTR(PATTERN) },
};

static int require(struct netlink_ext_ack *extack, const struct nlattr *nest, struct nlattr **tb,
		   int attr, const char *msg)
{
	if (!NL_REQ_ATTR_CHECK(extack, nest, tb, attr))
		return 0;
	rvm_nl_say(extack, msg);
	return -EINVAL;
}

/* All that can be said by looking at the class alone. */
static int check_form(const struct rvm_scope_source *src, const struct nlattr *nest,
		      struct nlattr **tb, bool exclusion, struct netlink_ext_ack *extack)
{
	const struct rule *rule = &rules[src->class];
	u32 flags = rule->flags;
	unsigned int i;

	for (i = 1; i <= RVM_A_SCOPE_MAX; i++)
		if (tb[i] && !((COMMON | rule->attrs) & BIT(i)))
			return rvm_nl_refuse(extack, tb[i],
					     "this attribute does not belong to the class");
	if (exclusion) {
		flags |= FLAG(BUILTIN);
		if (src->class == RVM_CLASS_PATH)
			flags |= FLAG(NOCASE);
	}
	if (src->flags & ~flags)
		return rvm_nl_refuse(extack, tb[RVM_A_SCOPE_FLAGS],
				     "a flag does not belong to the class, or can only be read");
	if (src->pattern_len > RVM_GLOB_BYTES_MAX) {
		rvm_nl_refuse(extack, tb[RVM_A_SCOPE_PATTERN],
			      "the pattern is too long: 1024 bytes at most");
		return -E2BIG;
	}
	return 0;
}

static int open_anchor(struct rvm_scope_source *src, const struct nlattr *attr, struct file **file,
		       struct netlink_ext_ack *extack)
{
	*file = fget_raw(nla_get_s32(attr));
	if (!*file) {
		rvm_nl_refuse(extack, attr, "the descriptor is not open");
		return -EBADF;
	}
	src->inode = d_inode((*file)->f_path.dentry);
	if (!src->inode || src->inode->i_sb->s_flags & SB_NOUSER)
		return rvm_nl_refuse(extack, attr,
				     "the file has no path, like a pipe or socket: name another");
	return 0;
}

/* Classes with an anchor have one, or say that there is none. */
static int check_anchor(struct rvm_scope_source *src, const struct nlattr *nest, struct nlattr **tb,
			struct file **file, struct netlink_ext_ack *extack)
{
	const struct nlattr *fd = tb[RVM_A_SCOPE_FD];

	if (src->like) {
		if (fd)
			return rvm_nl_refuse(extack, fd,
					     "the anchor is that of the source: leave it out");
		return 0;
	}
	if (src->flags & (FLAG(UNRESOLVED) | FLAG(ANY_PROGRAM))) {
		if (fd)
			return rvm_nl_refuse(extack, fd,
					     "the flags exclude an anchor: leave it out");
		return 0;
	}
	if (!fd)
		return require(extack, nest, tb, RVM_A_SCOPE_FD,
			       "an anchor is missing: open it, or set unresolved");
	return open_anchor(src, fd, file, extack);
}

static bool is_proc_root(const struct inode *inode)
{
	return inode->i_sb->s_magic == PROC_SUPER_MAGIC && inode == d_inode(inode->i_sb->s_root);
}

static int check_path(struct rvm_scope_source *src, const struct nlattr *nest, struct nlattr **tb,
		      struct file **file, struct netlink_ext_ack *extack)
{
	int err;

	if ((src->flags & FLAG(LOAD)) && (src->flags & FLAG(RUN)))
		return rvm_nl_refuse(extack, tb[RVM_A_SCOPE_FLAGS],
				     "load and run cannot be combined");
	err = check_anchor(src, nest, tb, file, extack);
	if (err || !src->inode)
		return err;
	if (src->pattern_len && !S_ISDIR(src->inode->i_mode)) {
		rvm_nl_refuse(extack, tb[RVM_A_SCOPE_FD],
			      "a pattern needs a directory as its anchor");
		return -ENOTDIR;
	}
	if (src->flags & FLAG(PROC_OWN) && !is_proc_root(src->inode))
		return rvm_nl_refuse(extack, tb[RVM_A_SCOPE_FD],
				     "proc-own needs the root directory of a proc file system");
	return 0;
}

/* Arguments, each ended by NUL; not empty; the first is the program's name. */
static int check_words(const struct rvm_scope_source *src, struct netlink_ext_ack *extack)
{
	unsigned int words = 0;
	size_t i, start = 0;

	for (i = 0; i < src->pattern_len; i++) {
		if (src->pattern[i])
			continue;
		if (i == start)
			return rvm_nl_refuse(extack, src->pattern_attr,
					     "an argument of the pattern is empty");
		start = i + 1;
		words++;
	}
	if (start != src->pattern_len)
		return rvm_nl_refuse(extack, src->pattern_attr,
				     "the last argument does not end with NUL");
	if (words > RVM_ARGV_PATTERN_WORDS_MAX) {
		rvm_nl_refuse(extack, src->pattern_attr,
			      "the pattern has too many arguments: 32 at most");
		return -E2BIG;
	}
	return 0;
}

static int check_exec(struct rvm_scope_source *src, const struct nlattr *nest, struct nlattr **tb,
		      struct file **file, struct netlink_ext_ack *extack)
{
	int err;

	if (!src->pattern_len && !(src->flags & FLAG(ANY_PROGRAM)))
		return require(extack, nest, tb, RVM_A_SCOPE_PATTERN, "arguments are missing") ?:
			       rvm_nl_refuse(extack, src->pattern_attr,
					     "argument 0, the program, is missing");
	err = check_words(src, extack);
	if (!err)
		err = check_anchor(src, nest, tb, file, extack);
	if (!err && src->inode && !S_ISREG(src->inode->i_mode))
		err = rvm_nl_refuse(extack, tb[RVM_A_SCOPE_FD], "a program must be a regular file");
	return err;
}

static int check_ip(struct rvm_scope_source *src, const struct nlattr *nest, struct nlattr **tb,
		    struct netlink_ext_ack *extack)
{
	static const char missing[] =
		"an address has address, prefix-len, port-first and port-last";
	u32 protocol = 0;

	if (tb[RVM_A_SCOPE_FD] || tb[RVM_A_SCOPE_PATTERN] || src->flags)
		return rvm_nl_refuse(extack, nest, "an address takes no anchor, pattern or flag");
	if (require(extack, nest, tb, RVM_A_SCOPE_ADDRESS, missing) ||
	    require(extack, nest, tb, RVM_A_SCOPE_PREFIX_LEN, missing) ||
	    require(extack, nest, tb, RVM_A_SCOPE_PORT_FIRST, missing) ||
	    require(extack, nest, tb, RVM_A_SCOPE_PORT_LAST, missing))
		return -EINVAL;
	if (tb[RVM_A_SCOPE_PROTOCOL])
		protocol = nla_get_u32(tb[RVM_A_SCOPE_PROTOCOL]);
	if (protocol > U16_MAX)
		return rvm_nl_refuse(extack, tb[RVM_A_SCOPE_PROTOCOL], "there is no such protocol");
	memcpy(src->range.bytes, nla_data(tb[RVM_A_SCOPE_ADDRESS]), sizeof(src->range.bytes));
	src->range.prefix_len = nla_get_u32(tb[RVM_A_SCOPE_PREFIX_LEN]);
	src->range.protocol = protocol;
	src->range.port_first = nla_get_u32(tb[RVM_A_SCOPE_PORT_FIRST]);
	src->range.port_last = nla_get_u32(tb[RVM_A_SCOPE_PORT_LAST]);
	if (src->range.port_first > src->range.port_last)
		return rvm_nl_refuse(extack, tb[RVM_A_SCOPE_PORT_LAST],
				     "the last port is before the first");
	return 0;
}

static int check_socket(struct rvm_scope_source *src, const struct nlattr *nest, struct nlattr **tb,
			struct file **file, struct netlink_ext_ack *extack)
{
	u32 family = tb[RVM_A_SCOPE_FAMILY] ? nla_get_u32(tb[RVM_A_SCOPE_FAMILY]) : 0;
	unsigned int i;

	if (!family)
		return check_ip(src, nest, tb, extack);
	if (family != AF_UNIX)
		return rvm_nl_refuse(extack, tb[RVM_A_SCOPE_FAMILY],
				     "the family must be 0 (IP) or 1 (unix)");
	src->family = AF_UNIX;
	for (i = 1; i <= RVM_A_SCOPE_MAX; i++)
		if (tb[i] && (IP | ATTR(PROTOCOL)) & BIT(i))
			return rvm_nl_refuse(extack, tb[i], "a unix socket takes no address");
	/* Neither anchored nor unresolved: an abstract name. */
	if (!src->like && !tb[RVM_A_SCOPE_FD] && !src->flags && src->pattern_len)
		return 0;
	return check_anchor(src, nest, tb, file, extack);
}

static int check_name(const struct rvm_scope_source *src, const struct nlattr *nest,
		      struct nlattr **tb, struct netlink_ext_ack *extack)
{
	if (!src->pattern_len)
		return require(extack, nest, tb, RVM_A_SCOPE_PATTERN, "the name is missing") ?:
			       rvm_nl_refuse(extack, src->pattern_attr, "the name is empty");
	if (memchr(src->pattern, 0, src->pattern_len))
		return rvm_nl_refuse(extack, src->pattern_attr, "a name must not contain NUL");
	return 0;
}

static int check_class(struct rvm_scope_source *src, const struct nlattr *nest, struct nlattr **tb,
		       struct file **file, struct netlink_ext_ack *extack)
{
	switch (src->class) {
	case RVM_CLASS_PATH:
		return check_path(src, nest, tb, file, extack);
	case RVM_CLASS_EXEC:
		return check_exec(src, nest, tb, file, extack);
	case RVM_CLASS_NET:
		return check_socket(src, nest, tb, file, extack);
	case RVM_CLASS_TOOL:
	case RVM_CLASS_NAME:
		return check_name(src, nest, tb, extack);
	default:
		return 0;
	}
}

static void take_common(struct rvm_scope_source *src, struct nlattr **tb)
{
	if (tb[RVM_A_SCOPE_FLAGS])
		src->flags = nla_get_u32(tb[RVM_A_SCOPE_FLAGS]);
	if (tb[RVM_A_SCOPE_RESOURCE])
		src->resource = nla_data(tb[RVM_A_SCOPE_RESOURCE]);
	if (tb[RVM_A_SCOPE_ANCHOR])
		src->anchor_path = nla_data(tb[RVM_A_SCOPE_ANCHOR]);
	if (tb[RVM_A_SCOPE_PATTERN]) {
		src->pattern_attr = tb[RVM_A_SCOPE_PATTERN];
		src->pattern = nla_data(src->pattern_attr);
		src->pattern_len = nla_len(src->pattern_attr);
	}
}

int rvm_nl_scope_parse(const struct nlattr *nest, bool exclusion,
		       const struct rvm_scope_object *like, struct rvm_scope_source *src,
		       struct file **file, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[RVM_A_SCOPE_MAX + 1];
	int err;

	*file = NULL;
	err = nla_parse_nested(tb, RVM_A_SCOPE_MAX, nest, rvm_scope_nl_policy, extack);
	if (err)
		return err;
	if (require(extack, nest, tb, RVM_A_SCOPE_CLASS, "the class of the scope is missing"))
		return -EINVAL;
	*src = (struct rvm_scope_source){
		.class = nla_get_u32(tb[RVM_A_SCOPE_CLASS]),
		.like = like,
	};
	if (src->class == RVM_CLASS_NONE || src->class >= ARRAY_SIZE(rules))
		return rvm_nl_refuse(extack, tb[RVM_A_SCOPE_CLASS],
				     "a scope cannot have this class");
	if (like && like->scope.class != src->class)
		return rvm_nl_refuse(extack, tb[RVM_A_SCOPE_CLASS], "the source has another class");
	take_common(src, tb);
	err = check_form(src, nest, tb, exclusion, extack);
	if (!err)
		err = check_class(src, nest, tb, file, extack);
	if (exclusion && *file)
		src->path = &(*file)->f_path;
	if (err && *file) {
		fput(*file);
		*file = NULL;
	}
	return err;
}

struct rvm_scope_object *rvm_nl_scope_make(const struct nlattr *nest, bool exclusion,
					   const struct rvm_scope_object *like,
					   struct netlink_ext_ack *extack)
{
	struct rvm_scope_object *object;
	struct rvm_scope_source src;
	struct file *file;
	int err;

	err = rvm_nl_scope_parse(nest, exclusion, like, &src, &file, extack);
	if (err)
		return ERR_PTR(err);
	object = rvm_scope_create(&src, extack);
	if (file)
		fput(file);
	return object;
}

static int fill_range(struct sk_buff *skb, const struct rvm_addr_range *range)
{
	if (nla_put_u32(skb, RVM_A_SCOPE_PROTOCOL, range->protocol) ||
	    nla_put(skb, RVM_A_SCOPE_ADDRESS, sizeof(range->bytes), range->bytes) ||
	    nla_put_u32(skb, RVM_A_SCOPE_PREFIX_LEN, range->prefix_len) ||
	    nla_put_u32(skb, RVM_A_SCOPE_PORT_FIRST, range->port_first) ||
	    nla_put_u32(skb, RVM_A_SCOPE_PORT_LAST, range->port_last))
		return -EMSGSIZE;
	return 0;
}

static int fill_anchor(struct sk_buff *skb, const struct rvm_scope_object *object)
{
	if (object->resource && nla_put_string(skb, RVM_A_SCOPE_RESOURCE, object->resource))
		return -EMSGSIZE;
	if (object->anchor_path && nla_put_string(skb, RVM_A_SCOPE_ANCHOR, object->anchor_path))
		return -EMSGSIZE;
	if (object->anchor &&
	    nla_put_u64_64bit(skb, RVM_A_SCOPE_ANCHOR_INO, object->anchor->ino, RVM_A_SCOPE_PAD))
		return -EMSGSIZE;
	return 0;
}

int rvm_nl_scope_fill(struct sk_buff *skb, int attr, const struct rvm_scope_object *object)
{
	const struct rvm_scope *scope = &object->scope;
	struct nlattr *nest = nla_nest_start(skb, attr);
	u32 flags = scope->flags;

	if (!nest)
		return -EMSGSIZE;
	if (object->anchor && rvm_anchor_is_lost(object->anchor))
		flags |= RVM_SCOPE_FLAG_LOST;
	if (nla_put_u32(skb, RVM_A_SCOPE_CLASS, scope->class) ||
	    nla_put_u32(skb, RVM_A_SCOPE_FLAGS, flags) ||
	    (scope->len && nla_put(skb, RVM_A_SCOPE_PATTERN, scope->len, scope->text)) ||
	    fill_anchor(skb, object))
		return -EMSGSIZE;
	if (scope->class == RVM_CLASS_NET) {
		if (nla_put_u32(skb, RVM_A_SCOPE_FAMILY, scope->family))
			return -EMSGSIZE;
		if (!scope->family && fill_range(skb, &scope->range))
			return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}
