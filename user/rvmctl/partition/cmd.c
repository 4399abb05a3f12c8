// SPDX-License-Identifier: GPL-2.0-only
/* rvmctl partition. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"
#include "partition/adopt.h"
#include "partition/cgroup.h"
#include "partition/partition.h"
#include "partition/token.h"
#include "wire/words.h"

static void print_partition(struct out *o, const struct partition *p)
{
	out_u64(o, "id", p->id);
	out_str(o, "name", p->name);
	out_str(o, "state", rvm_state_name(p->state));
	out_str(o, "mode", rvm_mode_name(p->mode));
	out_partition_flags(o, "flags", p->flags);
	out_u64(o, "owner-uid", p->owner_uid);
	out_u64(o, "epoch", p->epoch);
	if (p->parent)
		out_u64(o, "parent", p->parent);
	else
		out_null_as(o, "parent", "-");
	out_u64(o, "tokens", p->tokens);
	out_u64(o, "exclusions", p->exclusions);
	out_u64(o, "denials", p->denials);
	out_u64(o, "execs", p->execs);
	out_u64(o, "cgroup-id", p->cgroup_id);
	out_str(o, "source", p->source);
	out_str(o, "workspace", p->workspace);
	if (p->has_digest)
		out_hex(o, "digest", p->digest, sizeof(p->digest));
	else
		out_null_as(o, "digest", "-");
}

static int show(struct ctx *ctx, const struct args *args)
{
	auto_partition struct partition p = { 0 };
	auto_tokens struct tokens tokens = { 0 };
	auto_names struct names names = { 0 };
	auto_nlc struct nlc *nlc = NULL;
	bool listed;

	if (nlc_open(&nlc, &ctx->err) || partition_find(nlc, args_str(args, "NAME"), &p, &ctx->err))
		return -1;
	/* Its owner may see the partition, but not its tokens. */
	listed = !tokens_get(nlc, p.id, &tokens, &ctx->err);
	if (!listed && nlc_errno(nlc) != EPERM)
		return err_wrap(&ctx->err, "partition %s", p.name);
	err_clear(&ctx->err);
	names.nlc = nlc;
	out_object_begin(ctx->out, NULL);
	print_partition(ctx->out, &p);
	if (listed)
		tokens_print_granted(ctx->out, "granted", &tokens, &names);
	else
		out_null_as(ctx->out, "granted", "(only root may list it)");
	out_object_end(ctx->out);
	return 0;
}

static int print_row(struct nlattr **a, int cmd, void *data, struct err *err)
{
	auto_partition struct partition p = { 0 };
	struct out *o = data;

	partition_read(a, &p);
	out_tree_row_begin(o, p.id, p.parent);
	print_partition(o, &p);
	out_row_end(o);
	return 0;
}

static int list(struct ctx *ctx, const struct args *args)
{
	static const struct out_col cols[] = {
		{ "name", NULL, OUT_COL_TREE },
		{ "id", NULL, OUT_COL_RIGHT },
		{ "state", NULL, 0 },
		{ "mode", NULL, 0 },
		{ "flags", NULL, 0 },
		{ "owner-uid", "uid", OUT_COL_RIGHT },
		{ "tokens", NULL, OUT_COL_RIGHT },
		{ "denials", NULL, OUT_COL_RIGHT },
		{ "execs", NULL, OUT_COL_RIGHT },
		{ "workspace", NULL, OUT_COL_TRUNC },
		{},
	};
	auto_nlc struct nlc *nlc = NULL;
	int ret;

	if (nlc_open(&nlc, &ctx->err))
		return -1;
	out_table_begin(ctx->out, NULL, cols);
	ret = nlc_call(nlc, nlc_request(nlc, RVM_CMD_PARTITION_GET, NLM_F_DUMP), print_row,
		       ctx->out, &ctx->err);
	out_table_end(ctx->out);
	return ret;
}

struct cgroup_limits partition_limits(const struct args *args)
{
	return (struct cgroup_limits){
		.pids = args_u64(args, "--pids-max", 0),
		.memory = args_u64(args, "--memory-max", 0),
		.io = args_u64(args, "--io-max", 0),
	};
}

uint32_t partition_flags(const struct args *args)
{
	uint32_t flags = 0;

	if (args_has(args, "--hide-attributes"))
		flags |= RVM_PARTITION_FLAG_HIDE_ATTRIBUTES;
	if (args_has(args, "--recheck-always"))
		flags |= RVM_PARTITION_FLAG_RECHECK_ALWAYS;
	return flags;
}

static int make(struct ctx *ctx, const struct args *args)
{
	struct partition_new how = {
		.name = args_str(args, "NAME"),
		.mode = args_word(args, "--mode", RVM_MODE_ENFORCE),
		.owner_uid = args_u64(args, "--user", (uint32_t)-1),
		.flags = partition_flags(args),
		.limits = partition_limits(args),
	};
	auto_partition struct partition p = { 0 };
	auto_nlc struct nlc *nlc = NULL;

	if (nlc_open(&nlc, &ctx->err) || partition_create(nlc, &how, &p, &ctx->err))
		return -1;
	out_line(ctx->out,
		 "partition %s: created with id %u, mode %s, at most %u processes, memory %s, "
		 "disks %s%s",
		 p.name, p.id, rvm_mode_name(p.mode),
		 how.limits.pids ? how.limits.pids : CGROUP_PIDS_DEFAULT,
		 how.limits.memory ? "limited" : "not limited",
		 how.limits.io ? "limited" : "not limited",
		 p.tokens ? "" : "; it has no tokens yet");
	return 0;
}

/* Without "destroyed", which is what del does. */
static const char *const set_states[] = { "running", "suspended", "hibernated", "created", NULL };

/* RVM_STATE_x, or -1 if none is asked for. */
static int asked_state(const struct args *args)
{
	static const int states[] = { RVM_STATE_RUNNING, RVM_STATE_SUSPENDED, RVM_STATE_HIBERNATED,
				      RVM_STATE_CREATED };
	int word = args_word(args, "--state", -1);

	return word < 0 ? -1 : states[word];
}

/*
 * What only takes away has a door of its own, which nobody can hold up.  False if
 * that is not it, or it was not open: the other one then says why.
 */
static bool stop(const struct args *args)
{
	bool suspend = asked_state(args) == RVM_STATE_SUSPENDED;
	char line[128];
	ssize_t written;
	int fd, len;

	if ((!suspend && args_has(args, "--state")) || args_has(args, "--mode") ||
	    args_has(args, "--unfence") || args_has(args, "--witness-all") ||
	    args_has(args, "--hide-attributes") || args_has(args, "--recheck-always"))
		return false;
	len = snprintf(line, sizeof(line), "%s%s%s%s\n", args_has(args, "--fence") ? "fence " : "",
		       suspend ? "suspend " : "", args_has(args, "--bump-epoch") ? "epoch " : "",
		       args_str(args, "NAME"));
	fd = open("/sys/kernel/security/rvm/brake", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	written = write(fd, line, len);
	close(fd);
	return written == len;
}

/* An option with on or off. */
static void add_switch(const struct args *args, const char *name, uint32_t flag, uint32_t *flags,
		       uint32_t *mask)
{
	int on = args_word(args, name, -1);

	if (on >= 0)
		*mask |= flag;
	if (on > 0)
		*flags |= flag;
}

static int set(struct ctx *ctx, const struct args *args)
{
	auto_partition struct partition p = { 0 };
	auto_nlc struct nlc *nlc = NULL;
	uint32_t flags = 0, mask = 0;
	struct nl_msg *msg;

	if (args_has(args, "--fence") && args_has(args, "--unfence"))
		return err_make(&ctx->err, EXIT_USAGE, "--fence: not together with --unfence");
	if (stop(args))
		return 0;
	if (args_has(args, "--fence") || args_has(args, "--unfence"))
		mask |= RVM_PARTITION_FLAG_FENCED;
	if (args_has(args, "--fence"))
		flags |= RVM_PARTITION_FLAG_FENCED;
	add_switch(args, "--witness-all", RVM_PARTITION_FLAG_WITNESS_ALL, &flags, &mask);
	add_switch(args, "--hide-attributes", RVM_PARTITION_FLAG_HIDE_ATTRIBUTES, &flags, &mask);
	add_switch(args, "--recheck-always", RVM_PARTITION_FLAG_RECHECK_ALWAYS, &flags, &mask);
	if (nlc_open(&nlc, &ctx->err) || partition_find(nlc, args_str(args, "NAME"), &p, &ctx->err))
		return -1;
	msg = nlc_request(nlc, RVM_CMD_PARTITION_SET, 0);
	if (msg &&
	    (nla_put_u32(msg, RVM_A_PARTITION_ID, p.id) ||
	     (asked_state(args) >= 0 &&
	      nla_put_u32(msg, RVM_A_PARTITION_STATE, asked_state(args))) ||
	     (args_has(args, "--mode") &&
	      nla_put_u32(msg, RVM_A_PARTITION_MODE, args_word(args, "--mode", 0))) ||
	     (mask && (nla_put_u32(msg, RVM_A_PARTITION_FLAGS, flags) ||
		       nla_put_u32(msg, RVM_A_PARTITION_FLAGS_MASK, mask))) ||
	     (args_has(args, "--bump-epoch") && nla_put_flag(msg, RVM_A_PARTITION_EPOCH_BUMP))))
		nlc_drop(&msg);
	if (!nlc_call(nlc, msg, NULL, NULL, &ctx->err))
		return 0;
	partition_end_unjudged(nlc, &p, &ctx->err);
	return err_wrap(&ctx->err, "partition %s", p.name);
}

/* Those inside it, and inside these; who made one may delete it at the same time. */
static int del_inside(struct nlc *nlc, uint32_t id, struct err *err)
{
	struct partition *list = NULL;
	size_t n = 0;
	int ret = partition_list(nlc, &list, &n, err);

	for (size_t i = 0; i < n; i++) {
		if (!ret && list[i].parent == id) {
			ret = del_inside(nlc, list[i].id, err);
			if (!ret && partition_unregister(nlc, list[i].id, err) &&
			    nlc_errno(nlc) != ENOENT)
				ret = err_wrap(err, "partition %s", list[i].name);
			if (!ret)
				err_clear(err);
			if (!ret && cgroup_is_own(list[i].name, list[i].cgroup_id))
				cgroup_remove(list[i].name);
		}
		partition_free(&list[i]);
	}
	free(list);
	return ret;
}

static int del(struct ctx *ctx, const struct args *args)
{
	const char *name = args_str(args, "NAME");
	auto_partition struct partition p = { 0 };
	auto_nlc struct nlc *nlc = NULL;
	bool own;

	if (nlc_open(&nlc, &ctx->err) || partition_find(nlc, name, &p, &ctx->err))
		return -1;
	own = !(p.flags & (RVM_PARTITION_FLAG_GONE | RVM_PARTITION_FLAG_PEN)) &&
	      !partition_is_container(&p);
	/* Its processes end first: without the partition they would run unconfined. */
	if (own && cgroup_kill(name, p.cgroup_id, KILL_SECONDS, &ctx->err))
		return err_wrap(&ctx->err, "partition %s", name);
	/* Their processes have ended with it. */
	if (own && del_inside(nlc, p.id, &ctx->err))
		return -1;
	if (partition_unregister(nlc, p.id, &ctx->err))
		return err_wrap(&ctx->err, "partition %s", name);
	if (own)
		cgroup_remove(name);
	out_line(ctx->out, "partition %s: deleted, with %u tokens", name, p.tokens);
	return 0;
}

static const struct arg name_args[] = {
	{ "NAME", ARG_NAME, ARG_REQUIRED, NULL, "the partition", NULL },
	{},
};

static const struct arg new_args[] = {
	{ "NAME", ARG_NAME, ARG_REQUIRED, NULL, "a-z first, then a-z 0-9 -, at most 64", NULL },
	{ "--mode", ARG_WORD, 0, "MODE", "enforce, only record what would be denied, or learn",
	  rvm_mode_names },
	{ "--user", ARG_U32, 0, "UID",
	  "owner, who may run commands in it; default: the caller of sudo", NULL },
	{ "--pids-max", ARG_U32, 0, "N", "at most N processes; default: 4096", NULL },
	{ "--memory-max", ARG_U64, 0, "BYTES", "at most BYTES of memory", NULL },
	{ "--io-max", ARG_U64, 0, "BYTES",
	  "at most BYTES a second read from, and written to, each disk", NULL },
	{ "--hide-attributes", ARG_FLAG, 0, NULL,
	  "stat of a file needs READ or WRITE; slower for all of the host", NULL },
	{ "--recheck-always", ARG_FLAG, 0, NULL,
	  "judge each read and write of open files; slower for all of the host", NULL },
	{},
};

static const struct arg set_args[] = {
	{ "NAME", ARG_NAME, ARG_REQUIRED, NULL, "the partition", NULL },
	{ "--mode", ARG_WORD, 0, "MODE", "enforce, only record what would be denied, or learn",
	  rvm_mode_names },
	{ "--state", ARG_WORD, 0, "STATE",
	  "let it run, or deny all that it asks until it runs again", set_states },
	{ "--fence", ARG_FLAG, 0, NULL, "deny everything except open pipes, sockets and terminals",
	  NULL },
	{ "--unfence", ARG_FLAG, 0, NULL, "judge by tokens again", NULL },
	{ "--bump-epoch", ARG_FLAG, 0, NULL, "make all tokens so far stale", NULL },
	{ "--witness-all", ARG_ONOFF, 0, NULL, "record every access", NULL },
	{ "--hide-attributes", ARG_ONOFF, 0, NULL, "stat of a file needs READ or WRITE", NULL },
	{ "--recheck-always", ARG_ONOFF, 0, NULL, "judge each read and write of open files", NULL },
	{},
};

const struct cmd partition_cmds[] = {
	{ "partition", "list", list, NULL, "list the partitions", CMD_READ },
	{ "partition", "show", show, name_args, "show a partition", CMD_READ },
	{ "partition", "new", make, new_args, "create a partition without tokens", 0 },
	{ "partition", "set", set, set_args, "change mode, state, fence or epoch", 0 },
	{ "partition", "del", del, name_args,
	  "end the processes of a partition and delete it, with those inside", 0 },
	{},
};
