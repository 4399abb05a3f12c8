// SPDX-License-Identifier: GPL-2.0-only
/* load: a table in force, or what it would do. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>

#include "base/path.h"
#include "base/toml.h"
#include "cmd.h"
#include "deputy/deputy.h"
#include "lib/model/rights.h"
#include "load/hint.h"
#include "load/report.h"
#include "partition/adopt.h"
#include "partition/partition.h"
#include "partition/token.h"
#include "plan/builtin.h"
#include "plan/deny.h"
#include "plan/links.h"
#include "plan/own.h"
#include "plan/send.h"
#include "table/resolve.h"
#include "table/walk.h"
#include "wire/words.h"
#include "witness/check.h"

#define BASE_DEFAULT "minimal,workspace-ro"

/**
 * struct load - a load under way
 */
struct load {
	struct table table;
	struct plan plan;
	struct adopt adopt;
	/* Of the table file, without links; NULL of one that was piped in. */
	char *path;
	char *folder;
	char *name;
	const char *base;
	size_t deny_rules;
};

static void load_end(struct load *load)
{
	adopt_end(&load->adopt);
	table_close(&load->table);
	plan_close(&load->plan);
	free(load->path);
	free(load->folder);
	free(load->name);
}

/* "partition" of the guest file beside the table. */
static int guest_name(const char *path, char **name, struct err *err)
{
	auto_doc struct doc doc = { 0 };
	const json_t *value;

	if (access(path, F_OK))
		return 0;
	if (doc_open(&doc, path, err))
		return -1;
	value = json_object_get(doc.root, "partition");
	if (!json_is_string(value))
		return doc_want(&doc, err, "partition", "a string", value);
	if (strlen(json_string_value(value)) != json_string_length(value))
		return doc_error(&doc, err, "partition", "a name cannot have a NUL");
	*name = strdup(json_string_value(value));
	return 0;
}

static int check_name(const char *name, const char *where, struct err *err)
{
	if (name_valid(name))
		return 0;
	err_make(err, EXIT_USAGE, "%s: '%s' is not a valid name of a partition", where, name);
	return err_hint(err, "use a-z, then a-z 0-9 -, at most 64; or give --partition");
}

/* What stands beside the table, else the directory's name. */
static int find_name(struct load *load, struct err *err)
{
	auto_free char *toml = path_join(load->folder, "rvm-partition.toml");
	auto_free char *guest = path_join(load->folder, "wasm-guest.json");
	const char *where = toml;

	if (!toml || !guest)
		return err_errno(err, ENOMEM, "%s", load->path);
	if (manifest_name(toml, &load->name, err))
		return -1;
	if (!load->name) {
		where = guest;
		if (guest_name(guest, &load->name, err))
			return -1;
	}
	if (!load->name) {
		where = load->folder;
		load->name = strdup(path_base(load->folder));
	}
	if (!load->name)
		return err_errno(err, ENOMEM, "%s", load->path);
	return check_name(load->name, where, err);
}

static int take_name(struct load *load, const char *given, struct err *err)
{
	if (!given)
		return find_name(load, err);
	load->name = strdup(given);
	if (!load->name)
		return err_errno(err, ENOMEM, "--partition");
	return check_name(load->name, "--partition", err);
}

/* What is piped in lies in no directory, nor does a file that was removed. */
static bool is_nameless(const struct stat *st)
{
	return !S_ISREG(st->st_mode) || !st->st_nlink;
}

static int check_nameless(struct load *load, const struct args *args, struct err *err)
{
	if (args_has(args, "--partition") && args_has(args, "--workspace"))
		return 0;
	err_make(err, EXIT_USAGE, "%s: a piped table has no directory", load->table.doc.path);
	return err_hint(err, "give --partition and --workspace");
}

/* What is on record as the table's place. */
static const char *source_of(const struct load *load)
{
	return load->path ? load->path : "(piped)";
}

static int open_table(struct load *load, const struct args *args, struct err *err)
{
	const char *path = args_str(args, "TABLE");
	char *slash;

	if (table_open(&load->table, path, err))
		return -1;
	if (is_nameless(&load->table.doc.st))
		return check_nameless(load, args, err);
	load->path = strdup(load->table.doc.real);
	load->folder = load->path ? strdup(load->path) : NULL;
	slash = load->folder ? strrchr(load->folder, '/') : NULL;
	if (!slash)
		return err_errno(err, errno, "%s", path);
	slash[slash == load->folder] = '\0';
	if (load->table.doc.st.st_mode & 022)
		warn_line("%s: writable by others than its owner; chmod go-w", path);
	return 0;
}

static int refuse_root(const struct load *load, struct err *err)
{
	for (size_t i = 0; i < load->plan.n; i++) {
		const struct entry *e = &load->plan.entries[i];

		if (e->exclusion || e->scope.class != RVM_CLASS_ANY || e->rights != RVM_RIGHTS_ALL)
			continue;
		err_make(err, EXIT_REFUSED, "%s: row %zu is the root token", load->table.doc.path,
			 e->row);
		return err_hint(err, "remove it, or load without --refuse-root");
	}
	return 0;
}

static int add_base(struct load *load, const char *name, uint64_t badge, struct err *err)
{
	auto_table struct table table = { 0 };
	auto_free char *path = NULL;

	if (base_table_path(name, &path, err) || table_open(&table, path, err))
		return -1;
	return plan_add_table(&load->plan, &table, name, badge, err);
}

static int add_bases(struct load *load, struct err *err)
{
	auto_free char *names = strdup(load->base);
	char *save = NULL;
	uint64_t badge = 0;

	if (!names)
		return err_errno(err, ENOMEM, "--base");
	if (!strcmp(names, "none"))
		return 0;
	for (char *name = strtok_r(names, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
		if (add_base(load, name, ++badge, err))
			return -1;
	}
	return 0;
}

static int add_exclusions(struct load *load, const struct args *args, struct err *err)
{
	const char *spec = args_str(args, "--spec");
	size_t n = args_count(args, "--allow-deputy");
	auto_free const char **allow = calloc(n + 1, sizeof(*allow));

	if (!allow)
		return err_errno(err, ENOMEM, "--allow-deputy");
	for (size_t i = 0; i < n; i++)
		allow[i] = args_nth(args, "--allow-deputy", i);
	if (spec && exclude_denied(&load->plan, spec, &load->deny_rules, err))
		return -1;
	if (spec && !load->deny_rules)
		warn_line("%s: no permissions.deny, so nothing is denied", spec);
	if (exclude_deputies(&load->plan, allow, n, err))
		return -1;
	if (exclude_links(&load->plan, false, err))
		return -1;
	return exclude_builtin(&load->plan, load->path, spec, err);
}

/* Opened as what it is now; -1 if it is not there. */
static int open_input(const char *path)
{
	return path ? open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC) : -1;
}

static int warn_of_writer(struct nlc *nlc, const struct partition *p, const char *path,
			  struct err *err)
{
	auto_close int fd = open_input(path);
	bool allowed = false;

	if (fd < 0)
		return 0;
	if (check_file(nlc, p->id, fd, RVM_RIGHT_WRITE, &allowed, err))
		return -1;
	if (allowed)
		warn_line("%s: writable by partition %s, which can thus change what this one may "
			  "do; load the table of %s again after this one",
			  path, p->name, p->name);
	return 0;
}

/*
 * What says what other partitions may do is not the agent's, wherever it lies; and
 * what says it of this one should be nobody else's.
 */
static int look_at_others(struct load *load, struct nlc *nlc, const char *spec, struct err *err)
{
	struct partition *list = NULL;
	size_t n = 0;
	int ret = partition_list(nlc, &list, &n, err);

	for (size_t i = 0; i < n; i++) {
		const struct partition *p = &list[i];

		if (!ret && p->source && p->source[0] == '/')
			ret = exclude_table(&load->plan, p->source, err);
		if (!ret && p->source && strcmp(p->name, load->name))
			ret = warn_of_writer(nlc, p, load->path, err) ||
			      warn_of_writer(nlc, p, spec, err);
		partition_free(&list[i]);
	}
	free(list);
	return ret ? -1 : 0;
}

/* Anchors stay open until the table is in force. */
static void allow_many_files(void)
{
	struct rlimit limit;

	if (!getrlimit(RLIMIT_NOFILE, &limit)) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int make_plan(struct load *load, const struct args *args, struct err *err)
{
	const char *workspace = args_str(args, "--workspace");
	const char *root = *load->adopt.root ? load->adopt.root : NULL;

	if (open_table(load, args, err) || take_name(load, args_str(args, "--partition"), err) ||
	    plan_open(&load->plan, root, workspace ? workspace : load->folder, err))
		return -1;
	load->plan.name = load->name;
	load->plan.leave_domains = args_has(args, "--unenforced-domains");
	load->plan.strict = args_has(args, "--strict");
	if (plan_add_table(&load->plan, &load->table, "table", 0, err) || add_bases(load, err) ||
	    plan_check_within(&load->plan, err))
		return -1;
	plan_check_links(&load->plan);
	plan_check_folders(&load->plan);
	if ((args_has(args, "--refuse-root") && refuse_root(load, err)) ||
	    add_exclusions(load, args, err))
		return -1;
	hint_table(&load->plan, load->base);
	return 0;
}

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
	size_t n = load->plan.n;

	if (exclude_links(&load->plan, true, err))
		return -1;
	if (load->plan.n == n)
		return 0;
	return plan_send(&load->plan, nlc, p->id, &load->table, source_of(load), err);
}

/* What is stricter comes first: the mode before the table, or after it. */
static int replace(struct load *load, const struct args *args, struct nlc *nlc,
		   const struct partition *p, bool made, struct err *err)
{
	bool change = !made && args_has(args, "--mode");
	uint32_t mode = args_word(args, "--mode", RVM_MODE_ENFORCE);
	uint32_t flags = partition_flags(args);

	if (!made && flags && partition_set_flags(nlc, p->id, flags, err))
		return err_wrap(err, "partition %s", p->name);
	if (change && mode == RVM_MODE_ENFORCE && partition_set_mode(nlc, p->id, mode, err))
		return err_wrap(err, "partition %s", p->name);
	if (plan_send(&load->plan, nlc, p->id, &load->table, source_of(load), err) ||
	    (!made && look_again(load, nlc, p, err)))
		return -1;
	if (change && mode != RVM_MODE_ENFORCE && partition_set_mode(nlc, p->id, mode, err))
		return err_wrap(err, "partition %s", p->name);
	return 0;
}

static int put_in_force(struct load *load, const struct args *args, struct nlc *nlc,
			uint32_t *partition, struct out *o, struct err *err)
{
	auto_partition struct partition p = { 0 };
	const struct tokens none = { 0 };
	struct token_lost lost;
	bool made;
	int ret;

	if (get_partition(nlc, load, args, &p, &made, err))
		return -1;
	*partition = p.id;
	if (!made && !token_count_lost(nlc, p.id, &none, &lost, err) && lost.exclusions)
		warn_line("partition %s: in the previous table, the objects of %zu exclusions were "
			  "gone",
			  p.name, lost.exclusions);
	err_clear(err);
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
	ret = replace(load, args, nlc, &p, made, err);
	if (ret)
		partition_end_unjudged(nlc, &p, err);
	if (ret && load->adopt.n)
		return err_hint(err, "the container may do nothing now: load again");
	/* A partition without its table is of no use to anybody. */
	if (ret && made)
		partition_destroy(nlc, &p);
	return ret;
}

/* Held from here on, so that what is found and what is judged are the same. */
static int find_container(struct load *load, const struct args *args, struct err *err)
{
	const char *cgroup = args_str(args, "--cgroup");
	const char *workspace = args_str(args, "--workspace");

	if (!cgroup)
		return 0;
	if (!workspace || *workspace != '/')
		return err_make(
			err, EXIT_USAGE,
			"--cgroup: needs --workspace, an absolute path as the container sees it");
	return adopt_begin(&load->adopt, cgroup, !args_has(args, "--dry-run"), err);
}

static int run(struct load *load, const struct args *args, struct out *o, struct err *err)
{
	struct summary summary = {
		.base = load->base,
		.adopt = &load->adopt,
		.dry = args_has(args, "--dry-run"),
	};
	auto_nlc struct nlc *nlc = NULL;

	allow_many_files();
	if (find_container(load, args, err) || make_plan(load, args, err))
		return -1;
	summary.partition = load->name;
	summary.workspace = load->plan.resolver.workspace->path;
	summary.deny_rules = load->deny_rules;
	if (summary.dry) {
		report_plan(o, &load->plan, &summary);
	} else {
		deputy_prepare(&load->plan);
		own_prepare(&load->plan);
		if (nlc_open(&nlc, err) ||
		    look_at_others(load, nlc, args_str(args, "--spec"), err) ||
		    put_in_force(load, args, nlc, &summary.id, o, err))
			return -1;
	}
	summary.nlc = nlc;
	return report_summary(o, &load->plan, &summary, err);
}

static int load_cmd(struct ctx *ctx, const struct args *args)
{
	struct load load = { .base = args_str(args, "--base"), .adopt = ADOPT_INIT };
	int ret;

	if (!load.base)
		load.base = BASE_DEFAULT;
	ret = run(&load, args, ctx->out, &ctx->err);
	load_end(&load);
	return ret;
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
	{ "--dry-run", ARG_FLAG, 0, NULL, "show every row, change nothing", NULL },
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
	{},
};
