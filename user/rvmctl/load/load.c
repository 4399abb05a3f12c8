// SPDX-License-Identifier: GPL-2.0-only
/* load: a table in force, or what it would do. */
#include <string.h>

#include "cmd.h"
#include "deputy/deputy.h"
#include "load/diff.h"
#include "load/make.h"
#include "load/report.h"
#include "partition/partition.h"
#include "partition/token.h"
#include "plan/links.h"
#include "plan/send.h"
#include "wire/words.h"

/* Paths mean what its processes see: it has to be the one that was looked at. */
static int check_same(const struct load *load, const struct partition *p, struct err *err)
{
	struct stat st;

	if (!load->adopt.n) {
		if (!partition_is_container(p))
			return 0;
		err_make(err, EXIT_USAGE, "partition %s: it belongs to a container", p->name);
		return err_hint(err, "name the container with --cgroup: paths are as its processes "
				     "see them");
	}
	if (!fstat(load->adopt.cgroup, &st) && st.st_ino == p->cgroup_id)
		return 0;
	err_make(err, EXIT_REFUSED, "partition %s: it has another cgroup", p->name);
	return err_hint(err, "use another name with --partition");
}

/* The partition as it is, or a new one. */
static int get_partition(struct nlc *nlc, const struct load *load, const struct args *args,
			 struct partition *p, bool *made, struct err *err)
{
	struct partition_new how = {
		.name = load->name,
		.mode = args_word(args, "--mode", RVM_MODE_ENFORCE),
		.owner_uid = args_u64(args, "--user", (uint32_t)-1),
		.flags = partition_flags(args),
		.limits = partition_limits(args),
	};
	int ret = partition_lookup(nlc, load->name, p, err);

	*made = !ret;
	if (ret < 0)
		return -1;
	if (load->adopt.n)
		how.adopt = &load->adopt;
	return ret ? check_same(load, p, err) : partition_create(nlc, &how, p, err);
}

/*
 * What runs in it may have given a denied file another name until the table was in
 * force; from then on it cannot.
 */
static int look_again(struct load *load, struct nlc *nlc, const struct partition *p,
		      struct err *err)
{
	const struct sending how = { p->id, &load->table, load_source(load), false };
	size_t n = load->plan.n;
	struct sent sent;

	if (exclude_links(&load->plan, true, err))
		return -1;
	if (load->plan.n == n)
		return 0;
	return plan_send(&load->plan, nlc, &how, &sent, err);
}

/* What is stricter comes first: the mode before the table, or after it. */
static int replace(struct load *load, const struct args *args, struct nlc *nlc,
		   const struct partition *p, bool made, struct sent *sent, struct err *err)
{
	const struct sending how = { p->id, &load->table, load_source(load),
				     args_has(args, "--fresh") };
	bool change = !made && args_has(args, "--mode");
	uint32_t mode = args_word(args, "--mode", RVM_MODE_ENFORCE);
	uint32_t flags = partition_flags(args);

	if (!made && flags && partition_set_flags(nlc, p->id, flags, err))
		return err_wrap(err, "partition %s", p->name);
	if (change && mode == RVM_MODE_ENFORCE && partition_set_mode(nlc, p->id, mode, err))
		return err_wrap(err, "partition %s", p->name);
	if (plan_send(&load->plan, nlc, &how, sent, err) ||
	    (!made && look_again(load, nlc, p, err)))
		return -1;
	if (change && mode != RVM_MODE_ENFORCE && partition_set_mode(nlc, p->id, mode, err))
		return err_wrap(err, "partition %s", p->name);
	return 0;
}

static void warn_of_lost(struct nlc *nlc, const struct partition *p)
{
	const struct tokens none = { 0 };
	struct token_lost lost = { 0 };
	struct err err = { 0 };

	if (!token_count_lost(nlc, p->id, &none, &lost, &err) && lost.exclusions)
		warn_line("partition %s: in the previous table, the objects of %zu exclusions were "
			  "gone",
			  p->name, lost.exclusions);
	err_clear(&err);
}

static int put_in_force(struct load *load, const struct args *args, struct summary *summary,
			struct out *o, struct err *err)
{
	auto_partition struct partition p = { 0 };
	struct nlc *nlc = summary->nlc;
	bool made;
	int ret;

	if (get_partition(nlc, load, args, &p, &made, err))
		return -1;
	summary->id = p.id;
	if (!made)
		warn_of_lost(nlc, &p);
	if (made && load->adopt.n)
		out_line(o, "partition %s: created from %zu running processes, mode %s", p.name,
			 load->adopt.n, rvm_mode_name(p.mode));
	else if (made)
		out_line(o, "partition %s: created, mode %s, at most %u processes", p.name,
			 rvm_mode_name(p.mode),
			 (uint32_t)args_u64(args, "--pids-max", CGROUP_PIDS_DEFAULT));
	else if (p.has_digest && memcmp(p.digest, load->table.digest, sizeof(p.digest)))
		out_line(o, "partition %s: the table has changed (before: %s)", p.name,
			 p.source ? p.source : "unknown");
	ret = replace(load, args, nlc, &p, made, &summary->sent, err);
	if (ret)
		partition_end_unjudged(nlc, &p, err);
	if (ret && load->adopt.n)
		return err_hint(err, "the container may do nothing now: load again");
	/* A partition without its table is of no use to anybody. */
	if (ret && made)
		partition_destroy(nlc, &p);
	return ret;
}

/* What is in force cannot be told without a module, nor where there is no such partition. */
static void compare(struct load *load, const struct args *args, struct summary *summary)
{
	struct nlc *nlc = NULL;
	struct err err = { 0 };

	if (!nlc_open(&nlc, &err) &&
	    !load_look_at_others(load, nlc, args_str(args, "--spec"), &err))
		change_find(nlc, load->name, &load->plan, summary->change, &err);
	err_clear(&err);
	nlc_close(nlc);
}

static int run(struct load *load, const struct args *args, struct out *o, struct err *err)
{
	auto_change struct change change = { 0 };
	auto_nlc struct nlc *nlc = NULL;
	struct summary summary = {
		.adopt = &load->adopt,
		.change = &change,
		.dry = args_has(args, "--dry-run"),
	};

	if (load_make(load, args, summary.dry, err))
		return -1;
	summary.base = load->base;
	summary.partition = load->name;
	summary.workspace = load->plan.resolver.workspace->path;
	summary.deny_rules = load->deny_rules;
	if (summary.dry) {
		compare(load, args, &summary);
		report_plan(o, &load->plan, &summary);
	} else {
		deputy_prepare(&load->plan);
		if (nlc_open(&nlc, err) ||
		    load_look_at_others(load, nlc, args_str(args, "--spec"), err))
			return -1;
		summary.nlc = nlc;
		if (put_in_force(load, args, &summary, o, err))
			return -1;
	}
	return report_summary(o, &load->plan, &summary, err);
}

static int load_cmd(struct ctx *ctx, const struct args *args)
{
	auto_load struct load load = LOAD_INIT;

	return run(&load, args, ctx->out, &ctx->err);
}

static int diff(struct ctx *ctx, const struct args *args)
{
	auto_load struct load load = LOAD_INIT;
	auto_change struct change change = { 0 };
	auto_nlc struct nlc *nlc = NULL;

	if (load_make(&load, args, true, &ctx->err) || nlc_open(&nlc, &ctx->err) ||
	    load_look_at_others(&load, nlc, args_str(args, "--spec"), &ctx->err) ||
	    change_find(nlc, load.name, &load.plan, &change, &ctx->err))
		return -1;
	out_object_begin(ctx->out, NULL);
	out_str(ctx->out, "partition", load.name);
	change_print(ctx->out, &change);
	out_object_end(ctx->out);
	return 0;
}

static const struct arg load_args[] = {
	{ "TABLE", ARG_FILE, ARG_REQUIRED, NULL, "a capability-table.json", NULL },
	{ "--partition", ARG_NAME, 0, "NAME", "default: from rvm-partition.toml beside the table",
	  NULL },
	{ "--workspace", ARG_DIR, 0, "DIR", "default: the directory of the table", NULL },
	{ "--base", ARG_STRING, 0, "NAME,...", "base tables, or none; " BASE_DEFAULT, NULL },
	{ "--cgroup", ARG_DIR, 0, "DIR", "adopt the processes of this cgroup; needs --workspace",
	  NULL },
	{ "--spec", ARG_FILE, 0, "FILE", "add permissions.deny of this spec or settings.json",
	  NULL },
	{ "--dry-run", ARG_FLAG, 0, NULL, "show every row and what changes, change nothing", NULL },
	{ "--fresh", ARG_FLAG, 0, NULL,
	  "keep no token of the table before, not even of rows that stay the same", NULL },
	{ "--refuse-root", ARG_FLAG, 0, NULL, "refuse a table with a root token", NULL },
	{ "--allow-deputy", ARG_STRING, ARG_MULTI, "PATTERN", "skip this line of deputy.list",
	  NULL },
	{ "--unenforced-domains", ARG_FLAG, 0, NULL, "skip deny rules about domain names", NULL },
	{ "--strict", ARG_FLAG, 0, NULL, "refuse a table with a row that would be skipped", NULL },
	{ "--mode", ARG_WORD, 0, "MODE", "enforce, only record what would be denied, or learn",
	  rvm_mode_names },
	{ "--hide-attributes", ARG_FLAG, 0, NULL,
	  "stat of a file needs READ or WRITE; slower for all of the host", NULL },
	{ "--recheck-always", ARG_FLAG, 0, NULL,
	  "judge each read and write of open files; slower for all of the host", NULL },
	{ "--user", ARG_U32, 0, "UID", "owner of a new partition, who may run commands in it",
	  NULL },
	{ "--pids-max", ARG_U32, 0, "N", "at most N processes in a new partition", NULL },
	{ "--memory-max", ARG_U64, 0, "BYTES", "at most BYTES of memory in a new partition", NULL },
	{ "--io-max", ARG_U64, 0, "BYTES", "at most BYTES a second of each disk in a new partition",
	  NULL },
	{},
};

const struct cmd load_cmds[] = {
	{ NULL, "load", load_cmd, load_args, "put a capability table in force", CMD_READ },
	/* With the same arguments: one command line serves both. */
	{ NULL, "diff", diff, load_args, "show what loading a table would change", CMD_READ },
	{},
};
