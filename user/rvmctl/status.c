// SPDX-License-Identifier: GPL-2.0-only
/* Everything at a glance, and what is not as it should be. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cmd.h"
#include "hook/hook.h"
#include "partition/partition.h"
#include "partition/token.h"
#include "wire/words.h"

/**
 * struct tasks - what is in the cgroup of a partition
 */
struct tasks {
	uint64_t count;
	/* A task that somebody outside traces, and who; 0 for none. */
	uint64_t traced;
	uint64_t tracer;
};

struct row {
	char name[RVM_NAME_MAX + 1];
	struct partition part;
	struct tasks tasks;
	struct token_lost lost;
	/* Of it. */
	struct tokens tokens;
	/* They could not be listed. */
	bool unlisted;
	size_t granted;
};

struct status {
	struct row *row;
	size_t n;
	uint32_t abi;
	char version[32];
	uint64_t length;
	uint64_t lost;
	uint8_t head[32];
};

static void status_free(struct status *s)
{
	for (size_t i = 0; i < s->n; i++) {
		partition_free(&s->row[i].part);
		tokens_free(&s->row[i].tokens);
	}
	free(s->row);
}
#define auto_status __attribute__((cleanup(status_free)))

static int take_partition(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct status *s = data;
	struct row *more;

	more = realloc(s->row, (s->n + 1) * sizeof(*more));
	if (!more)
		return err_errno(err, ENOMEM, "partitions");
	s->row = more;
	more += s->n++;
	*more = (struct row){ 0 };
	snprintf(more->name, sizeof(more->name), "%s", nlc_str(attrs[RVM_A_PARTITION_NAME]));
	return 0;
}

static int take_info(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct status *s = data;

	s->abi = nlc_u32(attrs[RVM_A_INFO_ABI]);
	snprintf(s->version, sizeof(s->version), "%s", nlc_str(attrs[RVM_A_INFO_VERSION]));
	return 0;
}

static int take_head(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct nlattr *head = attrs[RVM_A_WITNESS_HEAD];
	struct status *s = data;

	s->length = nlc_u64(attrs[RVM_A_WITNESS_LENGTH]);
	s->lost = nlc_u64(attrs[RVM_A_WITNESS_LOST]);
	if (head && nla_len(head) == sizeof(s->head))
		memcpy(s->head, nla_data(head), sizeof(s->head));
	return 0;
}

/* Number behind "NAME:" in /proc/PID/status; 0 if the task is gone. */
static uint64_t proc_status(uint64_t pid, const char *name)
{
	char path[64], line[256];
	auto_file FILE *f = NULL;
	size_t len = strlen(name);

	snprintf(path, sizeof(path), "/proc/%" PRIu64 "/status", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, name, len))
			return strtoull(line + len, NULL, 10);
	}
	return 0;
}

static bool is_in(const char *path, uint64_t pid)
{
	auto_free char *file = NULL;
	auto_file FILE *f = NULL;
	uint64_t other;

	file = format("%s/cgroup.procs", path);
	f = file ? fopen(file, "re") : NULL;
	while (f && fscanf(f, "%" SCNu64, &other) == 1) {
		if (other == pid)
			return true;
	}
	return false;
}

static void count_tasks(const char *name, struct tasks *tasks)
{
	auto_free char *path = NULL, *file = NULL;
	auto_file FILE *f = NULL;
	struct err err = { 0 };
	uint64_t pid;

	if (partition_cgroup_path(name, &path, &err)) {
		err_clear(&err);
		path = NULL;
		return;
	}
	file = format("%s/cgroup.procs", path);
	f = file ? fopen(file, "re") : NULL;
	while (f && fscanf(f, "%" SCNu64, &pid) == 1) {
		uint64_t tracer = proc_status(pid, "TracerPid:");

		tasks->count++;
		if (tracer && !is_in(path, tracer)) {
			tasks->traced = pid;
			tasks->tracer = tracer;
		}
	}
}

static int look_at_tokens(struct nlc *nlc, struct row *row, struct err *err)
{
	if (tokens_get(nlc, row->part.id, &row->tokens, err))
		return -1;
	for (size_t i = 0; i < row->tokens.n; i++)
		row->granted += token_is_granted(&row->tokens.list[i]);
	return token_count_lost(nlc, row->part.id, &row->tokens, &row->lost, err);
}

static int collect(struct nlc *nlc, struct status *s, struct hooks *hooks, struct err *err)
{
	if (nlc_call(nlc, nlc_request(nlc, RVM_CMD_INFO, 0), take_info, s, err) ||
	    hooks_get(nlc, hooks, err) ||
	    nlc_call(nlc, nlc_request(nlc, RVM_CMD_WITNESS_GET, 0), take_head, s, err) ||
	    nlc_call(nlc, nlc_request(nlc, RVM_CMD_PARTITION_GET, NLM_F_DUMP), take_partition, s,
		     err))
		return -1;
	for (size_t i = 0; i < s->n; i++) {
		/* One that went meanwhile shows without a state. */
		if (partition_lookup(nlc, s->row[i].name, &s->row[i].part, err) < 0)
			return -1;
		if (s->row[i].part.id && look_at_tokens(nlc, &s->row[i], err)) {
			s->row[i].unlisted = true;
			err_clear(err);
		}
		count_tasks(s->row[i].name, &s->row[i].tasks);
	}
	return 0;
}

static void warn_about(struct out *out, const struct row *row)
{
	const struct partition *p = &row->part;

	if (!p->id)
		return;
	if (row->unlisted)
		out_fmt(out, NULL, "partition %s: its tokens could not be listed", p->name);
	if (p->mode != RVM_MODE_ENFORCE)
		out_fmt(out, NULL, "partition %s: mode %s, only the floor is enforced", p->name,
			rvm_mode_name(p->mode));
	if (row->tasks.traced)
		out_fmt(out, NULL,
			"partition %s: task %" PRIu64 " is traced from outside, by %" PRIu64,
			p->name, row->tasks.traced, row->tasks.tracer);
	if (p->flags & RVM_PARTITION_FLAG_GONE)
		out_fmt(out, NULL, "partition %s: its cgroup was removed; delete it", p->name);
	if (p->flags & RVM_PARTITION_FLAG_FENCED)
		out_fmt(out, NULL, "partition %s: fenced", p->name);
	if (!p->source && !(p->flags & RVM_PARTITION_FLAG_PEN))
		out_fmt(out, NULL, "partition %s: no table, so nothing is allowed", p->name);
	if (row->lost.tokens)
		out_fmt(out, NULL,
			"partition %s: the objects of %zu tokens are gone, so that these allow "
			"nothing; load the table again",
			p->name, row->lost.tokens);
	if (row->lost.exclusions)
		out_fmt(out, NULL,
			"partition %s: the objects of %zu exclusions are gone; these hold for what "
			"has the same names, and for objects again once the table is loaded",
			p->name, row->lost.exclusions);
	if ((p->flags & RVM_PARTITION_FLAG_PEN) && row->tasks.count)
		out_fmt(out, NULL, "%" PRIu64 " tasks are in no partition and can do nothing",
			row->tasks.count);
}

static void print_warnings(struct out *out, const struct status *s, const struct hooks *hooks)
{
	out_list_begin(out, "warnings");
	if (hooks->missing)
		out_fmt(out, NULL, "%zu hooks are missing; rvmctl hook attach", hooks->missing);
	if (s->lost)
		out_fmt(out, NULL, "%" PRIu64 " records of the log are lost", s->lost);
	for (size_t i = 0; i < s->n; i++)
		warn_about(out, &s->row[i]);
	out_list_end(out);
}

static void print_partitions(struct out *out, const struct status *s)
{
	static const struct out_col cols[] = {
		{ "name", NULL, 0 },
		{ "state", NULL, 0 },
		{ "mode", NULL, 0 },
		{ "tokens", NULL, OUT_COL_RIGHT },
		{ "granted", NULL, OUT_COL_RIGHT },
		{ "denials", NULL, OUT_COL_RIGHT },
		{ "execs", NULL, OUT_COL_RIGHT },
		{ "tasks", NULL, OUT_COL_RIGHT },
		{},
	};

	out_table_begin(out, "partitions", cols);
	for (size_t i = 0; i < s->n; i++) {
		const struct partition *p = &s->row[i].part;

		out_row_begin(out);
		out_str(out, "name", s->row[i].name);
		out_str(out, "state", rvm_state_name(p->state));
		out_str(out, "mode", rvm_mode_name(p->mode));
		out_u64(out, "tokens", p->tokens);
		if (s->row[i].unlisted)
			out_null_as(out, "granted", "?");
		else
			out_u64(out, "granted", s->row[i].granted);
		out_u64(out, "denials", p->denials);
		out_u64(out, "execs", p->execs);
		out_u64(out, "tasks", s->row[i].tasks.count);
		out_row_end(out);
	}
	out_table_end(out);
}

/*
 * Rights for a while, and what was derived of tokens.  A partition inside another has nothing
 * else: that is counted only.
 */
static void print_granted(struct out *out, struct nlc *nlc, const struct status *s)
{
	auto_names struct names names = { .nlc = nlc };

	tokens_granted_begin(out, "granted");
	for (size_t i = 0; i < s->n; i++) {
		const struct tokens *tokens = &s->row[i].tokens;

		for (size_t k = 0; k < tokens->n; k++) {
			if (!s->row[i].part.parent || !tokens->list[k].parent)
				token_print_granted(out, &tokens->list[k], &names);
		}
	}
	out_table_end(out);
}

static int status(struct ctx *ctx, const struct args *args)
{
	auto_status struct status s = { 0 };
	auto_hooks struct hooks hooks = { 0 };
	auto_nlc struct nlc *nlc = NULL;
	struct out *out = ctx->out;

	if (nlc_open(&nlc, &ctx->err) || collect(nlc, &s, &hooks, &ctx->err))
		return -1;
	out_object_begin(out, NULL);
	out_str(out, "version", s.version);
	out_u64(out, "abi", s.abi);
	out_u64(out, "hooks", hooks.n);
	out_u64(out, "waiting", hooks.waiting);
	out_u64(out, "missing", hooks.missing);
	out_u64(out, "length", s.length);
	out_hex(out, "head", s.head, sizeof(s.head));
	print_warnings(out, &s, &hooks);
	if (s.n)
		print_partitions(out, &s);
	print_granted(out, nlc, &s);
	out_object_end(out);
	return EXIT_DONE;
}

const struct cmd status_cmds[] = {
	{ NULL, "status", status, NULL, "show module, hooks, log and partitions at a glance",
	  CMD_READ },
	{},
};
