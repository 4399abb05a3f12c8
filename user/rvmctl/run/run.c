// SPDX-License-Identifier: GPL-2.0-only
/* Run a command in a partition. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <string.h>

#include "cmd.h"
#include "grant/exit.h"
#include "hook/hook.h"
#include "partition/partition.h"
#include "plan/own.h"
#include "run/admit.h"
#include "run/attend.h"
#include "run/broker.h"
#include "run/denial.h"
#include "run/inside.h"
#include "run/network.h"
#include "run/pty.h"
#include "run/request.h"
#include "run/spawn.h"
#include "table/program.h"
#include "witness/check.h"

#define ENV_MAX 256
#define GROUPS_MAX 256

/**
 * struct run - a command to be run
 */
struct run {
	struct nlc *nlc;
	struct partition part;
	/* With --inside: the one around it, and whether @part was made for this command. */
	struct partition outer;
	bool nested;
	struct broker broker;
	struct spawn spawn;
	struct pty pty;
	struct attend attend;
	/* Owns the strings of spawn. */
	char *path;
	char *cwd;
	char *home;
	char *user;
	char *env[ENV_MAX + 1];
	size_t n_env;
	/* The program, only to name it. */
	int program;
};

/* What is left in it ends, too. */
static void end_nested(struct run *r)
{
	struct err err = { 0 };

	if (r->nested && nest_end(r->nlc, &r->part, &err))
		err_print(&err);
	err_clear(&err);
}

static void run_free(struct run *r)
{
	/* First what the user sees: the terminal as it was. */
	pty_close(&r->pty);
	spawn_end(&r->spawn);
	attend_end(&r->attend);
	broker_end(&r->broker);
	end_nested(r);
	if (r->program >= 0)
		close(r->program);
	for (size_t i = 0; i < r->n_env; i++)
		free(r->env[i]);
	free(r->path);
	free(r->cwd);
	free(r->home);
	free(r->user);
	partition_free(&r->part);
	partition_free(&r->outer);
	nlc_close(r->nlc);
}
#define auto_run __attribute__((cleanup(run_free)))

static int add_env(struct run *r, const char *name, size_t name_len, const char *value,
		   struct err *err)
{
	char *text;

	if (r->n_env == ENV_MAX)
		return err_make(err, EXIT_USAGE, "--env: more than %d variables", ENV_MAX);
	text = format("%.*s=%s", (int)name_len, name, value);
	if (!text)
		return err_errno(err, ENOMEM, "environment");
	for (size_t i = 0; i < r->n_env; i++) {
		/* What is said later counts. */
		if (!strncmp(r->env[i], text, name_len + 1)) {
			free(r->env[i]);
			r->env[i] = text;
			return 0;
		}
	}
	r->env[r->n_env++] = text;
	return 0;
}

static int copy_env(struct run *r, const char *name, struct err *err)
{
	const char *value = getenv(name);

	return value ? add_env(r, name, strlen(name), value, err) : 0;
}

static int copy_locale(struct run *r, struct err *err)
{
	for (char **e = environ; *e; e++) {
		size_t len = strcspn(*e, "=");

		if (!strncmp(*e, "LC_", 3) && (*e)[len] && add_env(r, *e, len, *e + len + 1, err))
			return -1;
	}
	return 0;
}

static int asked_env(struct run *r, const struct args *args, struct err *err)
{
	for (size_t i = 0; i < args_count(args, "--env"); i++) {
		const char *text = args_nth(args, "--env", i);
		size_t len = strcspn(text, "=");

		if (!len)
			return err_make(err, EXIT_USAGE, "--env: no name in '%s'", text);
		if (!text[len] && !getenv(text))
			warn_line("--env %s: not set here, so not passed%s", text,
				  getenv("SUDO_UID") ?
					  "; sudo removes variables: write NAME=VALUE" :
					  "");
		if (text[len] ? add_env(r, text, len, text + len + 1, err) : copy_env(r, text, err))
			return -1;
	}
	return 0;
}

/* For the tools that keep what they will run later, and for temporary files. */
static int own_env(struct run *r, const char *partition, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(own_variables); i++) {
		const struct own *own = &own_variables[i];
		auto_free char *value = own_value(own, r->home, partition);

		if (value && add_env(r, own->variable, strlen(own->variable), value, err))
			return -1;
	}
	return 0;
}

static const char *find_env(const struct run *r, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < r->n_env; i++) {
		if (!strncmp(r->env[i], name, len) && r->env[i][len] == '=')
			return r->env[i] + len + 1;
	}
	return NULL;
}

/* zsh does not obey TMPDIR for its here-documents. */
static int zsh_env(struct run *r, struct err *err)
{
	const char *folder = find_env(r, "TMPDIR");
	auto_free char *prefix = NULL;

	if (!folder || !*folder || find_env(r, "TMPPREFIX"))
		return 0;
	prefix = format("%s/zsh", folder);
	if (!prefix)
		return err_errno(err, ENOMEM, "environment");
	return add_env(r, "TMPPREFIX", 9, prefix, err);
}

/* Nothing that leads to helpers outside (sockets of agents, D-Bus, displays), no LD_x. */
static int make_env(struct run *r, const struct args *args, struct err *err)
{
	static const char *const passed[] = { "PATH", "TMPDIR",	      "LANG",	  "TERM",
					      "TZ",   "LESSHISTFILE", "TMPPREFIX" };

	/* First: a TMPDIR of the caller's counts instead. */
	if (own_env(r, r->part.name, err))
		return -1;
	/* less writes a history beside the user's files otherwise, and is denied each time. */
	if (add_env(r, "LESSHISTFILE", 12, "-", err))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(passed); i++) {
		if (copy_env(r, passed[i], err))
			return -1;
	}
	if (copy_locale(r, err) || add_env(r, "HOME", 4, r->home, err) ||
	    add_env(r, "USER", 4, r->user, err) || add_env(r, "LOGNAME", 7, r->user, err))
		return -1;
	return asked_env(r, args, err) || zsh_env(r, err) ? -1 : 0;
}

static const struct passwd *find_user(const char *name, struct err *err)
{
	const struct passwd *pw;
	char *end;
	uid_t uid;

	if (!name)
		name = getenv("SUDO_UID");
	if (!name)
		name = "0";
	uid = strtoul(name, &end, 10);
	pw = name[0] >= '0' && name[0] <= '9' && !*end ? getpwuid(uid) : getpwnam(name);
	if (!pw)
		err_make(err, EXIT_REFUSED, "user %s: unknown", name);
	return pw;
}

/* Looked up here: inside, the files that say so may be out of reach. */
static int choose_user(struct run *r, const char *name, struct err *err)
{
	const struct passwd *pw = find_user(name, err);
	struct spawn *s = &r->spawn;

	if (!pw)
		return -1;
	s->uid = pw->pw_uid;
	s->gid = pw->pw_gid;
	r->home = strdup(pw->pw_dir);
	r->user = strdup(pw->pw_name);
	s->n_groups = GROUPS_MAX;
	s->groups = calloc(GROUPS_MAX, sizeof(*s->groups));
	if (!r->home || !r->user || !s->groups)
		return err_errno(err, ENOMEM, "user %s", pw->pw_name);
	if (getgrouplist(pw->pw_name, pw->pw_gid, s->groups, &s->n_groups) < 0)
		return err_make(err, EXIT_REFUSED, "user %s: in more than %d groups", pw->pw_name,
				GROUPS_MAX);
	return 0;
}

/* Module, hooks and partition, or no command. */
static int check_ready(struct run *r, const struct args *args, struct err *err)
{
	auto_hooks struct hooks hooks = { 0 };

	if (nlc_open(&r->nlc, err))
		return -1;
	if (geteuid()) {
		err_make(err, EXIT_REFUSED,
			 "run: only root can create a task in a partition's cgroup");
		if (getenv(REQUEST_VARIABLE))
			return err_hint(err, "inside, write rvmctl run --inside -- COMMAND, "
					     "without a name");
		return err_hint(err, "use sudo; the command itself runs as you");
	}
	if (hooks_get(r->nlc, &hooks, err))
		return -1;
	if (hooks_require(&hooks, err)) {
		if (!args_has(args, "--unenforced"))
			return -1;
		err_clear(err);
		warn_line("hooks are missing: not everything that this command does is judged");
		r->spawn.filter = true;
	}
	if (partition_find(r->nlc, args_str(args, "NAME"), &r->part, err))
		return -1;
	if (partition_is_container(&r->part))
		return err_make(err, EXIT_REFUSED,
				"partition %s: it belongs to a container, whose runtime starts its "
				"processes",
				r->part.name);
	if (r->part.flags & RVM_PARTITION_FLAG_FENCED) {
		err_make(err, EXIT_REFUSED, "partition %s: fenced, everything is denied",
			 r->part.name);
		return err_hint(err, "rvmctl partition set %s --unfence lifts the fence",
				r->part.name);
	}
	if (!r->part.source)
		warn_line(
			"partition %s: no table, so nothing is allowed; load one with rvmctl load",
			r->part.name);
	return 0;
}

static int choose_place(struct run *r, const struct args *args, struct err *err)
{
	const char *dir = args_str(args, "--chdir");
	bool net;

	if (!dir)
		dir = r->nested ? r->outer.workspace : r->part.workspace;
	r->cwd = dir ? realpath(dir, NULL) : getcwd(NULL, 0);
	if (!r->cwd) {
		err_errno(err, errno, "%s", dir ? dir : "current directory");
		return err_hint(err, "use --chdir DIR");
	}
	r->spawn.cgroup = partition_cgroup_open(r->part.name, err);
	if (r->spawn.cgroup < 0 || grant_end_with_exit(r->nlc, &r->part, r->spawn.cgroup, err) ||
	    network_has_token(r->part.id, &net, err))
		return -1;
	r->spawn.private_net = !net && !args_has(args, "--host-net");
	r->spawn.keep_caps = args_has(args, "--keep-caps");
	r->spawn.filter |= args_has(args, "--filter");
	return 0;
}

static int exec_failed(struct run *r, int errnum, struct err *err)
{
	auto_free char *why = NULL;
	uint64_t count;

	if (errnum == EACCES || errnum == EPERM)
		why = denial_newest(r->nlc, &r->part, &count);
	if (why)
		err_hint(err, "%s", why);
	err_print(err);
	err_clear(err);
	return errnum == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN;
}

/* Only for people: scripts have the log. */
static void tell_denials(struct run *r, int status)
{
	auto_free char *why = NULL;
	uint64_t count;

	if (!status || !isatty(STDERR_FILENO))
		return;
	why = denial_newest(r->nlc, &r->part, &count);
	if (why)
		warn_line("%" PRIu64 " denials in partition %s meanwhile; the newest: %s", count,
			  r->part.name, why);
}

/* A device that it has no token for would be judged at each use. */
static int may_have_null(struct run *r, bool *may, struct err *err)
{
	auto_close int fd = -1;

	*may = false;
	if (!pty_has_null())
		return 0;
	fd = open("/dev/null", O_PATH | O_CLOEXEC);
	return fd < 0 ? 0 :
			check_file(r->nlc, r->part.id, fd, RVM_RIGHT_READ | RVM_RIGHT_WRITE, may,
				   err);
}

static int open_standard(struct run *r, struct err *err)
{
	bool null;

	if (may_have_null(r, &null, err) ||
	    pty_open(&r->pty, r->spawn.uid, null, r->spawn.stdio, &r->spawn.tty, err))
		return -1;
	r->spawn.background = !r->pty.wanted;
	return 0;
}

/* The command saw a pipe: it cannot know. */
static int tell_lost(const struct run *r, int status)
{
	struct err lost = { 0 };

	if (!relays_check(&r->pty.relays, &lost))
		return status;
	err_print(&lost);
	err_clear(&lost);
	return status ?: EXIT_REFUSED;
}

static int start(struct run *r, struct err *err)
{
	const struct admission how = { .part = &r->part, .program = r->program };
	int errnum, status;

	if (open_standard(r, err) || attend_begin(&r->attend, err) ||
	    admit_started(r->nlc, &r->spawn, &how, err))
		return -1;
	if (attend_start(&r->attend, &errnum, err))
		return errnum ? exec_failed(r, errnum, err) : -1;
	status = attend_run(&r->attend, err);
	if (status < 0)
		return -1;
	grant_warn_with_exit(r->nlc, &r->part, r->spawn.cgroup);
	tell_denials(r, status);
	return tell_lost(r, status);
}

/* Strings of an option that may be given again, ended by NULL; free() it. */
static char **all_of(const struct args *args, const char *name)
{
	size_t n = args_count(args, name);
	char **list = calloc(n + 1, sizeof(*list));

	for (size_t i = 0; list && i < n; i++)
		list[i] = (char *)args_nth(args, name, i);
	return list;
}

static int nest(struct run *r, const struct nest *how, struct err *err)
{
	r->outer = r->part;
	r->part = (struct partition){ 0 };
	r->nested = !nest_make(r->nlc, &r->outer, how, &r->part, err);
	return r->nested ? nest_fill(r->nlc, &r->outer, how, &r->part, err) : -1;
}

/* Here it is the agent's own doing: what only root can do is not asked for. */
static int ask_inside(const struct args *args, const struct nest *how, struct err *err)
{
	static const char *const outside[] = { "--user",   "--host-net",   "--keep-caps",
					       "--filter", "--unenforced", "--may-nest" };
	const char *dir = args_str(args, "--chdir");

	for (size_t i = 0; i < ARRAY_SIZE(outside); i++) {
		if (args_has(args, outside[i]))
			return err_make(err, EXIT_USAGE, "%s: only on the host", outside[i]);
	}
	if (dir && chdir(dir))
		return err_errno(err, errno, "%s", dir);
	for (size_t i = 0; i < args_count(args, "--env"); i++) {
		const char *text = args_nth(args, "--env", i);

		if (strchr(text, '=') && putenv((char *)text))
			return err_errno(err, errno, "%s", text);
	}
	return inside_run(how, args_rest(args), err);
}

static int check_nest(const struct args *args, struct err *err)
{
	static const char *const options[] = { "--grant", "--grant-all-but", "--name" };
	bool inside = args_has(args, "--inside");

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (args_has(args, options[i]) && !inside)
			return err_make(err, EXIT_USAGE, "%s: only with --inside", options[i]);
	}
	if (args_has(args, "--grant") && args_has(args, "--grant-all-but"))
		return err_make(err, EXIT_USAGE, "--grant: not together with --grant-all-but");
	if (args_u64(args, "--may-nest", 1) - 1 >= BROKER_MAX)
		return err_make(err, EXIT_USAGE, "--may-nest: 1 to %d", BROKER_MAX);
	if (inside && args_has(args, "--may-nest"))
		return err_make(err, EXIT_USAGE, "--may-nest: not together with --inside");
	if (!inside && !args_str(args, "NAME"))
		return err_make(err, EXIT_USAGE, "NAME: required");
	return 0;
}

static int start_broker(struct run *r, const struct args *args, struct err *err)
{
	const struct broker_how how = {
		.outer = &r->part,
		.agent = &r->spawn,
		.host_net = args_has(args, "--host-net"),
		.max = args_u64(args, "--may-nest", 0),
	};

	if (!how.max)
		return 0;
	if (broker_start(&r->broker, &how, err))
		return -1;
	return add_env(r, REQUEST_VARIABLE, strlen(REQUEST_VARIABLE), r->broker.path, err);
}

static int run(struct ctx *ctx, const struct args *args)
{
	auto_free char **grants = all_of(args, "--grant");
	auto_free char **all_but = all_of(args, "--grant-all-but");
	const struct nest how = {
		.name = args_str(args, "--name"),
		.grants = grants,
		.all_but = all_but,
	};
	auto_run struct run r = {
		.spawn = SPAWN_INIT,
		.pty = PTY_INIT,
		.broker = BROKER_INIT,
		.program = -1,
		.attend = { .spawn = &r.spawn, .pty = &r.pty, .signals = -1 },
	};
	char *const *command = args_rest(args);
	struct err *err = &ctx->err;

	if (!grants || !all_but)
		return err_errno(err, ENOMEM, "run");
	if (check_nest(args, err))
		return -1;
	if (!args_str(args, "NAME"))
		return ask_inside(args, &how, err);
	if (pty_fill_gaps(err) || check_ready(&r, args, err) ||
	    choose_user(&r, args_str(args, "--user"), err) || make_env(&r, args, err) ||
	    (args_has(args, "--inside") && nest(&r, &how, err)) || choose_place(&r, args, err) ||
	    start_broker(&r, args, err))
		return -1;
	if (program_find(command[0], getenv("PATH"), &r.path, err)) {
		int status = errno == EACCES ? STATUS_CANNOT_RUN : STATUS_NOT_FOUND;

		err_print(err);
		err_clear(err);
		return status;
	}
	r.program = open(r.path, O_PATH | O_CLOEXEC);
	if (r.program < 0)
		return err_errno(err, errno, "%s", r.path);
	r.spawn.path = r.path;
	r.spawn.argv = command;
	r.spawn.envp = r.env;
	r.spawn.cwd = r.cwd;
	return start(&r, err);
}

static const struct arg run_args[] = {
	{ "--user", ARG_STRING, 0, "USER", "run as this user; default: the caller of sudo", NULL },
	{ "--env", ARG_STRING, ARG_MULTI, "NAME[=VALUE]", "pass or set a variable", NULL },
	{ "--chdir", ARG_DIR, 0, "DIR", "start in DIR; default: the workspace", NULL },
	{ "--host-net", ARG_FLAG, 0, NULL, "stay in the host's network namespace", NULL },
	{ "--keep-caps", ARG_FLAG, 0, NULL, "leave the capability bounding set as it is", NULL },
	{ "--filter", ARG_FLAG, 0, NULL, "add a system call filter, as a second wall", NULL },
	{ "--unenforced", ARG_FLAG, 0, NULL, "run even if hooks are missing", NULL },
	{ "--may-nest", ARG_U32, 0, "N", "it may start N sub-agents at a time, 1 to 64", NULL },
	{ "--inside", ARG_FLAG, 0, NULL,
	  "as a sub-agent, in a partition inside; NAME is the caller's if it is in one", NULL },
	{ "--name", ARG_STRING, 0, "SUB",
	  "of that partition, behind the outer one's; default: 1...", NULL },
	{ "--grant", ARG_STRING, ARG_MULTI, "RESOURCE",
	  "what it gets of what the outer one has, such as Read(src/**)", NULL },
	{ "--grant-all-but", ARG_STRING, ARG_MULTI, "RESOURCE",
	  "all that the outer one has but that", NULL },
	{ "NAME", ARG_NAME, 0, NULL, "the partition", NULL },
	{ "COMMAND", ARG_REST, ARG_REQUIRED, NULL, "the command, with its arguments", NULL },
	{},
};

const struct cmd run_cmds[] = {
	{ NULL, "run", run, run_args, "run a command in a partition", 0 },
	{},
};
