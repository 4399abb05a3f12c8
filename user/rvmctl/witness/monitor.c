// SPDX-License-Identifier: GPL-2.0-only
/* Events as they happen. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "lib/model/text.h"
#include "log/event.h"
#include "partition/partition.h"

/* Denials of one partition that are shown in one second; the rest is counted. */
#define SHOWN_PER_SECOND 20
#define PARTITIONS 64

/**
 * struct meter - how much a partition had to say in this second
 */
struct meter {
	uint32_t id;
	time_t second;
	unsigned int shown;
	uint64_t held_back;
};

struct monitor {
	struct out *out;
	struct names names;
	/* Show this one only; 0 for all. */
	uint32_t only;
	struct meter meter[PARTITIONS];
};

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static void print_rest(struct monitor *m, struct meter *meter)
{
	char fallback[16];
	const char *name;

	if (!meter->held_back)
		return;
	name = names_get(&m->names, meter->id, fallback);
	out_event_begin(m->out);
	out_fmt(m->out, "more", "%" PRIu64 " more denials in partition %s", meter->held_back, name);
	out_json_str(m->out, "partition", name);
	out_json_u64(m->out, "count", meter->held_back);
	out_event_end(m->out);
	meter->held_back = 0;
}

/* Seconds that are over. */
static void print_rests(struct monitor *m)
{
	for (size_t i = 0; i < PARTITIONS; i++) {
		if (m->meter[i].held_back && m->meter[i].second != now())
			print_rest(m, &m->meter[i]);
	}
}

static bool may_show(struct monitor *m, uint32_t id)
{
	struct meter *meter = &m->meter[id % PARTITIONS];

	if (meter->id != id || meter->second != now()) {
		print_rest(m, meter);
		*meter = (struct meter){ .id = id, .second = now() };
	}
	if (meter->shown < SHOWN_PER_SECOND) {
		meter->shown++;
		return true;
	}
	meter->held_back++;
	return false;
}

static void show_denial(struct monitor *m, struct nlattr **attrs)
{
	auto_event struct event event = { 0 };
	struct nlattr *record = attrs[RVM_A_WITNESS_RECORD];

	if (!record || nla_len(record) != RVM_RECORD_BYTES)
		return;
	event_fill(&event, nla_data(record), nlc_str(attrs[RVM_A_WITNESS_DETAIL]), &m->names);
	if ((!m->only || event.rec.actor == m->only) && may_show(m, event.rec.actor))
		event_print(m->out, &event);
}

static void show_partition(struct monitor *m, struct nlattr **attrs)
{
	uint32_t id = nlc_u32(attrs[RVM_A_PARTITION_ID]);
	const char *name = nlc_str(attrs[RVM_A_PARTITION_NAME]);
	const char *state = rvm_state_name(nlc_u32(attrs[RVM_A_PARTITION_STATE]));
	const char *mode = rvm_mode_name(nlc_u32(attrs[RVM_A_PARTITION_MODE]));
	uint32_t flags = nlc_u32(attrs[RVM_A_PARTITION_FLAGS]);

	if (m->only && id != m->only)
		return;
	out_event_begin(m->out);
	out_fmt(m->out, "event", "partition %s: %s, %s%s", name, state, mode,
		flags & RVM_PARTITION_FLAG_FENCED ? ", fenced" : "");
	out_json_str(m->out, "partition", name);
	out_json_u64(m->out, "id", id);
	out_json_str(m->out, "state", state);
	out_json_str(m->out, "mode", mode);
	out_json_u64(m->out, "flags", flags);
	out_event_end(m->out);
}

static void show_table(struct monitor *m, struct nlattr **attrs)
{
	uint32_t id = nlc_u32(attrs[RVM_A_TABLE_PARTITION]);
	uint32_t tokens = nlc_u32(attrs[RVM_A_TABLE_TOKENS]);
	uint32_t exclusions = nlc_u32(attrs[RVM_A_TABLE_EXCLUSIONS]);
	char fallback[16];
	const char *name = names_get(&m->names, id, fallback);

	if (m->only && id != m->only)
		return;
	out_event_begin(m->out);
	out_fmt(m->out, "event",
		"partition %s: table with %" PRIu32 " tokens and %" PRIu32
		" exclusions is in force",
		name, tokens, exclusions);
	out_json_str(m->out, "partition", name);
	out_json_u64(m->out, "tokens", tokens);
	out_json_u64(m->out, "exclusions", exclusions);
	out_json_u64(m->out, "sequence", nlc_u64(attrs[RVM_A_TABLE_SEQUENCE]));
	out_event_end(m->out);
}

/* What was taken back has a count, and is of any partition. */
static void show_grant(struct monitor *m, struct nlattr **attrs)
{
	uint32_t id = nlc_u32(attrs[RVM_A_GRANT_PARTITION]);
	uint64_t token = nlc_u64(attrs[RVM_A_GRANT_ID]);
	uint32_t count = nlc_u32(attrs[RVM_A_GRANT_COUNT]);
	char fallback[16];

	if (m->only && id && id != m->only)
		return;
	out_event_begin(m->out);
	if (count)
		out_fmt(m->out, "event", "token %" PRIu64 " was taken back, %" PRIu32 " in all",
			token, count);
	else
		out_fmt(m->out, "event", "partition %s: token %" PRIu64 " was granted",
			names_get(&m->names, id, fallback), token);
	if (id)
		out_json_str(m->out, "partition", names_get(&m->names, id, fallback));
	out_json_u64(m->out, "token", token);
	out_json_u64(m->out, "count", count);
	out_json_u64(m->out, "sequence", nlc_u64(attrs[RVM_A_GRANT_SEQUENCE]));
	out_event_end(m->out);
}

static int show(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct monitor *m = data;

	if (cmd == RVM_CMD_DENY_EVENT)
		show_denial(m, attrs);
	else if (cmd == RVM_CMD_PARTITION_EVENT)
		show_partition(m, attrs);
	else if (cmd == RVM_CMD_GRANT_EVENT)
		show_grant(m, attrs);
	else if (cmd == RVM_CMD_TABLE_EVENT)
		show_table(m, attrs);
	/* One message at a time: the seconds have to be looked at in between. */
	return 1;
}

static int listen_for_ever(struct monitor *m, struct nlc *events, struct err *err)
{
	struct pollfd fd = { .fd = nlc_fd(events), .events = POLLIN };

	while (!ferror(stdout) && !out_is_closed(m->out)) {
		int n = poll(&fd, 1, 1000);

		if (n < 0 && errno != EINTR)
			return err_errno(err, errno, "netlink");
		if (n > 0 && nlc_listen(events, show, m, err))
			return -1;
		print_rests(m);
	}
	return EXIT_DONE;
}

static int monitor(struct ctx *ctx, const struct args *args)
{
	static const char *const groups[] = { RVM_MCGRP_DENY, RVM_MCGRP_PARTITION,
					      RVM_MCGRP_TOKEN };
	auto_partition struct partition part = { 0 };
	const char *name = args_str(args, "--partition");
	auto_nlc struct nlc *nlc = NULL;
	/* Names are asked for on the other socket, between events. */
	auto_nlc struct nlc *events = NULL;
	struct monitor m = { .out = ctx->out };
	int ret;

	if (nlc_open(&nlc, &ctx->err) || nlc_open(&events, &ctx->err))
		return -1;
	if (name && partition_find(nlc, name, &part, &ctx->err))
		return -1;
	m.only = part.id;
	m.names.nlc = nlc;
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		if (nlc_join(events, groups[i], &ctx->err))
			return err_hint(&ctx->err, "run it as root");
	}
	ret = listen_for_ever(&m, events, &ctx->err);
	names_free(&m.names);
	return ret;
}

static const struct arg monitor_args[] = {
	{ "--partition", ARG_NAME, 0, "NAME", "only of this partition", NULL },
	{},
};

const struct cmd monitor_cmds[] = {
	{ NULL, "monitor", monitor, monitor_args, "show denials and changes as they happen",
	  CMD_READ },
	{},
};
