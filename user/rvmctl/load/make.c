// SPDX-License-Identifier: GPL-2.0-only
/* What a load will do: the table, the base tables and what is excluded, as a plan. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>

#include "base/path.h"
#include "base/toml.h"
#include "deputy/deputy.h"
#include "lib/model/rights.h"
#include "load/hint.h"
#include "load/make.h"
#include "partition/partition.h"
#include "plan/builtin.h"
#include "plan/deny.h"
#include "plan/links.h"
#include "plan/own.h"
#include "witness/check.h"

void load_end(struct load *load)
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

const char *load_source(const struct load *load)
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

static int add_base(struct load *load, const char *name, uint64_t badge, bool dry, struct err *err)
{
	auto_table struct table table = { 0 };
	auto_free char *path = NULL;

	if (base_table_path(name, &path, err) || table_open(&table, path, err))
		return -1;
	/* Before they are looked for: the next load is to find the same. */
	if (!dry)
		own_prepare(&table, &load->plan);
	return plan_add_table(&load->plan, &table, name, badge, err);
}

static int add_bases(struct load *load, bool dry, struct err *err)
{
	auto_free char *names = strdup(load->base);
	char *save = NULL;
	uint64_t badge = 0;

	if (!names)
		return err_errno(err, ENOMEM, "--base");
	if (!strcmp(names, "none"))
		return 0;
	for (char *name = strtok_r(names, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
		if (add_base(load, name, ++badge, dry, err))
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

int load_look_at_others(struct load *load, struct nlc *nlc, const char *spec, struct err *err)
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

static int make_plan(struct load *load, const struct args *args, bool dry, struct err *err)
{
	const char *workspace = args_str(args, "--workspace");
	const char *root = *load->adopt.root ? load->adopt.root : NULL;

	if (open_table(load, args, err) || take_name(load, args_str(args, "--partition"), err) ||
	    plan_open(&load->plan, root, workspace ? workspace : load->folder, err))
		return -1;
	load->plan.name = load->name;
	load->plan.leave_domains = args_has(args, "--unenforced-domains");
	load->plan.strict = args_has(args, "--strict");
	if (plan_add_table(&load->plan, &load->table, "table", 0, err) ||
	    add_bases(load, dry, err) || plan_check_within(&load->plan, err))
		return -1;
	plan_check_links(&load->plan);
	plan_check_folders(&load->plan);
	if ((args_has(args, "--refuse-root") && refuse_root(load, err)) ||
	    add_exclusions(load, args, err))
		return -1;
	hint_table(&load->plan, load->base);
	return 0;
}

/* Held from here on, so that what is found and what is judged are the same. */
static int find_container(struct load *load, const struct args *args, bool dry, struct err *err)
{
	const char *cgroup = args_str(args, "--cgroup");
	const char *workspace = args_str(args, "--workspace");

	if (!cgroup)
		return 0;
	if (!workspace || *workspace != '/')
		return err_make(
			err, EXIT_USAGE,
			"--cgroup: needs --workspace, an absolute path as the container sees it");
	return adopt_begin(&load->adopt, cgroup, !dry, err);
}

int load_make(struct load *load, const struct args *args, bool dry, struct err *err)
{
	allow_many_files();
	load->base = args_str(args, "--base");
	if (!load->base)
		load->base = BASE_DEFAULT;
	return find_container(load, args, dry, err) || make_plan(load, args, dry, err) ? -1 : 0;
}
