// SPDX-License-Identifier: GPL-2.0-only
/* What a row given beside the table allows less, or more, than it seems to. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "grant/remark.h"
#include "lib/pattern/glob.h"
#include "partition/cgroup.h"
#include "run/network.h"
#include "table/base.h"
#include "witness/check.h"

static bool may(struct nlc *nlc, const struct partition *p, const struct anchor *file,
		uint32_t right)
{
	struct err err = { 0 };
	bool allowed = false;

	/* What cannot be asked is not said. */
	if (check_file(nlc, p->id, file->fd, right, &allowed, &err))
		allowed = right != RVM_RIGHT_WRITE;
	err_clear(&err);
	return allowed;
}

static bool is_script(const struct anchor *file)
{
	char path[64], head[2];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file->fd);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	n = fd < 0 ? 0 : read(fd, head, sizeof(head));
	if (fd >= 0)
		close(fd);
	return n == sizeof(head) && !memcmp(head, "#!", sizeof(head));
}

/* Whoever interprets it opens it like any other file. */
static void remark_script(struct nlc *nlc, const struct partition *p, const struct grant_row *row,
			  const struct anchor *file)
{
	if (is_script(file) && !may(nlc, p, file, RVM_RIGHT_READ))
		warn_line("%s: %s is a script, and partition %s may not read it: also give "
			  "'Read(/%s)', and what it is interpreted by",
			  row->resource, file->path, p->name, file->path);
}

static void remark_class(const struct grant_row *row, const struct scope *s)
{
	auto_list struct list programs = { 0 };
	struct err err = { 0 };
	const char *class = "fixed";

	if (!list_open(&programs, "programs.list", &err)) {
		class = program_class(&programs, path_base(s->pattern));
		if (s->anchor && !strcmp(class, "fixed"))
			class = program_class(&programs, path_base(s->anchor->path));
	}
	err_clear(&err);
	if (!strcmp(class, "interpreter"))
		warn_line("%s: runs code of the agent's choice: its arguments do not limit it, "
			  "other rows do",
			  row->resource);
	if (!strcmp(class, "launcher"))
		warn_line("%s: makes services of the host work for it: only rows that name their "
			  "sockets cover them",
			  row->resource);
}

static void remark_program(struct nlc *nlc, const struct partition *p, const struct grant_row *row,
			   const struct scope *s)
{
	if (s->flags & RVM_SCOPE_FLAG_ANY_PROGRAM) {
		warn_line("%s: any program with any arguments: only the other rows limit what it "
			  "does",
			  row->resource);
		return;
	}
	if (!s->anchor)
		return;
	remark_class(row, s);
	remark_script(nlc, p, row, s->anchor);
	/* A load would keep the partition from writing it; what is beside the table cannot. */
	if (may(nlc, p, s->anchor, RVM_RIGHT_WRITE))
		warn_line("%s: partition %s may write %s, so its arguments do not limit what it "
			  "does",
			  row->resource, p->name, s->anchor->path);
}

/* One open is not one change of a file. */
static void remark_once(const struct grant_row *row, const struct scope *s)
{
	struct rvm_glob glob;

	if (rvm_glob_parse(&glob, s->pattern, s->len, NULL) || glob.literal)
		return;
	warn_line("%s: --once is used up by the first open in it, also by listing or making a "
		  "directory; what opens several files, as cp and sed -i do, cannot work with it",
		  row->resource);
}

/* Without a row for the network, what is started gets one with nothing but a loopback. */
static void remark_network(const struct partition *p, const struct grant_row *row)
{
	struct err err = { 0 };
	int cgroup = partition_cgroup_open(p->name, &err);
	int net = cgroup < 0 ? -1 : network_find(cgroup);

	if (net >= 0) {
		warn_line("%s: what runs in partition %s has a network of its own, from which "
			  "nothing is reached: start it again",
			  row->resource, p->name);
		close(net);
	}
	if (cgroup >= 0)
		close(cgroup);
	err_clear(&err);
}

void grant_remark(struct nlc *nlc, const struct partition *p, const struct grant_row *row,
		  const struct wish *wish)
{
	const struct scope *s = &row->found.scope[0];

	if (!row->found.n)
		return;
	if (s->class == RVM_CLASS_EXEC)
		remark_program(nlc, p, row, s);
	if (s->class == RVM_CLASS_PATH && wish->flags & RVM_TOKEN_FLAG_SINGLE_USE)
		remark_once(row, s);
	/* Sockets with a file are reached from any network. */
	if (s->class == RVM_CLASS_NET && !s->family)
		remark_network(p, row);
}
