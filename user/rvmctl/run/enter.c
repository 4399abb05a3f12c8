// SPDX-License-Identifier: GPL-2.0-only
/* Take a process that runs into a partition. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "cmd.h"
#include "hook/hook.h"
#include "partition/adopt.h"
#include "partition/cgroup.h"
#include "partition/partition.h"

/**
 * struct enter - a process on its way
 */
struct enter {
	struct partition part;
	struct nlc *nlc;
	pid_t pid;
	/* Cgroups: of the partition, where it was, and where it is looked at. */
	int to;
	int from;
	/* Below the partition, "/proc/PID/cgroup" says so too; frozen. */
	char gate[32];
	struct adopt adopt;
	/* It is at the gate and belongs nowhere. */
	bool between;
};

static int move_to(int group, pid_t pid)
{
	auto_close int fd = openat(group, "cgroup.procs", O_WRONLY | O_CLOEXEC);

	return fd < 0 || dprintf(fd, "%d", pid) < 0 ? -1 : 0;
}

static void enter_end(struct enter *e)
{
	if (e->between && e->from >= 0 && move_to(e->from, e->pid))
		warn_line("process %d: still frozen in %s: %s", e->pid, e->gate, strerror(errno));
	adopt_end(&e->adopt);
	if (e->to >= 0) {
		unlinkat(e->to, e->gate, AT_REMOVEDIR);
		close(e->to);
	}
	if (e->from >= 0)
		close(e->from);
	partition_free(&e->part);
	nlc_close(e->nlc);
}
#define auto_enter __attribute__((cleanup(enter_end)))

/* Where it is now, to bring it back there if it is not let in. */
static int open_origin(pid_t pid, struct err *err)
{
	char path[32], *line = NULL;
	auto_free char *root = NULL;
	auto_free char *group = NULL;
	auto_file FILE *f = NULL;
	size_t size = 0;

	if (cgroup_root(&root, err))
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	f = fopen(path, "re");
	while (f && !group && getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "0::/", 4))
			group = path_join(root, line + 4);
	}
	free(line);
	if (!group)
		return err_make(err, EXIT_REFUSED, "process %d: no such process", pid);
	return cgroup_open(group, err);
}

static int check_process(struct enter *e, struct err *err)
{
	struct stat own, theirs;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", e->pid);
	if (stat(path, &theirs) || stat("/proc/self/ns/mnt", &own))
		return err_errno(err, errno, "process %d", e->pid);
	if (own.st_ino == theirs.st_ino)
		return 0;
	err_make(err, EXIT_REFUSED,
		 "process %d: it sees other mounts than the table was loaded for", e->pid);
	return err_hint(err, "adopt its whole container: rvmctl load TABLE --cgroup DIR");
}

static int find(struct enter *e, const struct args *args, struct err *err)
{
	auto_hooks struct hooks hooks = { 0 };

	if (nlc_open(&e->nlc, err) || hooks_get(e->nlc, &hooks, err) ||
	    hooks_require(&hooks, err) ||
	    partition_find(e->nlc, args_str(args, "NAME"), &e->part, err))
		return -1;
	if (partition_is_container(&e->part) || !cgroup_is_own(e->part.name, e->part.cgroup_id))
		return err_make(err, EXIT_REFUSED,
				"partition %s: its cgroup was not made by rvmctl", e->part.name);
	e->to = partition_cgroup_open(e->part.name, err);
	e->from = e->to < 0 ? -1 : open_origin(e->pid, err);
	return e->from < 0 ? -1 : check_process(e, err);
}

/* It is frozen at once, and judged from then on. */
static int bring_to_gate(struct enter *e, struct err *err)
{
	auto_free char *place = NULL;
	auto_close int gate = -1;

	snprintf(e->gate, sizeof(e->gate), "enter-%d", e->pid);
	if (mkdirat(e->to, e->gate, 0755) && errno != EEXIST)
		return err_errno(err, errno, "cgroup %s", e->gate);
	gate = openat(e->to, e->gate, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (gate < 0 || cgroup_freeze(gate, true, 1) || move_to(gate, e->pid))
		return err_errno(err, errno, "process %d", e->pid);
	e->between = true;
	if (partition_cgroup_path(e->part.name, &place, err))
		return -1;
	auto_free char *path = path_join(place, e->gate);

	if (!path)
		return err_errno(err, ENOMEM, "process %d", e->pid);
	if (cgroup_freeze(gate, true, 10))
		return err_make(err, EXIT_REFUSED, "process %d: not frozen within 10 seconds",
				e->pid);
	return adopt_begin(&e->adopt, path, true, err);
}

static int ask_in(struct enter *e, struct err *err)
{
	struct nl_msg *msg = nlc_request(e->nlc, RVM_CMD_PARTITION_ENTER, 0);

	if (msg && (nla_put_u32(msg, RVM_A_PARTITION_ID, e->part.id) ||
		    nla_put_u32(msg, RVM_A_PARTITION_PID, e->pid) ||
		    nla_put_flag(msg, RVM_A_PARTITION_LIVE)))
		nlc_drop(&msg);
	if (nlc_call(e->nlc, msg, NULL, NULL, err))
		return err_wrap(err, "partition %s: cannot adopt process %d", e->part.name, e->pid);
	return 0;
}

static int let_in(struct enter *e, struct out *o, struct err *err)
{
	int ret;

	out_object_begin(o, NULL);
	out_str(o, "partition", e->part.name);
	out_u64(o, "pid", e->pid);
	adopt_report(&e->adopt, o);
	ret = adopt_report_denied(&e->adopt, e->nlc, e->part.id, o, err);
	out_object_end(o);
	if (ret)
		return -1;
	if (move_to(e->to, e->pid))
		return err_errno(err, errno, "process %d", e->pid);
	e->between = false;
	return 0;
}

static int enter(struct ctx *ctx, const struct args *args)
{
	auto_enter struct enter e = {
		.pid = args_u64(args, "PID", 0),
		.to = -1,
		.from = -1,
		.adopt = ADOPT_INIT,
	};

	if (find(&e, args, &ctx->err) || bring_to_gate(&e, &ctx->err) || ask_in(&e, &ctx->err))
		return -1;
	return let_in(&e, ctx->out, &ctx->err);
}

static const struct arg enter_args[] = {
	{ "NAME", ARG_NAME, ARG_REQUIRED, NULL, "partition", NULL },
	{ "PID", ARG_U32, ARG_REQUIRED, NULL, "the process, with all of its threads", NULL },
	{},
};

const struct cmd enter_cmds[] = {
	{ NULL, "enter", enter, enter_args, "move a running process into the partition", 0 },
	{},
};
