// SPDX-License-Identifier: GPL-2.0-only
/* Refusals in words. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/duration.h"
#include "cmd.h"
#include "lib/model/rights.h"
#include "lib/model/text.h"
#include "partition/partition.h"
#include "table/program.h"
#include "witness/advice.h"
#include "witness/check.h"
#include "witness/recorded.h"
#include "witness/trial.h"
#include "witness/why.h"

static char *rights_text(uint8_t rights)
{
	char text[80] = "";
	size_t n = 0;

	for (uint32_t bit = 1; bit <= RVM_RIGHT_GRANT_ONCE; bit <<= 1) {
		if (rights & bit)
			n += snprintf(text + n, sizeof(text) - n, "%s%s", n ? " and " : "",
				      rvm_right_name(bit));
	}
	return strdup(rights == RVM_RIGHTS_ALL ? "all rights" : n ? text : "nothing");
}

/* What makes an operation one that is refused in every mode, and its kind; NULL if not known. */
static const char *how_value(const struct event *event, const char **kind)
{
	const struct detail *d = &event->detail;

	*kind = d->mode ? "mode" : d->owner ? "owner" : "object";
	return d->mode ? d->mode : d->owner ? d->owner : d->object;
}

/* "git push (exec of /usr/bin/git", "open of /etc/shadow for READ (", "connect to tcp:...". */
static char *deed_text(const struct event *event, const struct refusal *r)
{
	auto_free char *object = event_object(event);
	auto_free char *rights = rights_text(r->right);
	const char *op = event_op(event), *how;

	if (r->class == RVM_CLASS_EXEC && r->argv && r->argv[0])
		return format("%s (%s of %s", r->argv, op, r->path ? r->path : "a program");
	if (r->class == RVM_CLASS_PATH)
		return format("%s of %s for %s (", op, r->path ? r->path : object, rights);
	/* What a peer began is known by the address that it came to. */
	if (r->class == RVM_CLASS_NET && r->addr)
		return format("%s %s %s:%s (", op, r->came ? "at" : "to", r->proto, r->addr);
	if (r->path && how_value(event, &how))
		return format("%s of %s with %s %s (", op, r->path, how, how_value(event, &how));
	return object ? format("%s of %s (", op, object) : format("%s (", op);
}

/* A process chooses its name: that must not end the quotes that it stands in. */
static char *who_text(const struct event *event)
{
	const struct detail *d = &event->detail;
	auto_free char *comm = d->comm ? strdup(d->comm) : NULL;

	/* What was asked over netlink. */
	if (!d->pid)
		return strdup("by netlink)");
	for (char *at = comm; at && (at = strchr(at, '"')); at++)
		*at = '\'';
	return format("by pid %s \"%s\")", d->pid ? d->pid : "?", comm ? comm : "?");
}

/* "3 s ago", "2 h ago"; a clock that was set back makes it now. */
static char *age_text(const struct event *event)
{
	uint64_t then = event->rec.timestamp_ns / 1000000000, now = time(NULL);
	auto_free char *age = duration_text(now > then ? now - then : 0);

	return age ? format("%s ago", age) : NULL;
}

static char *denial_text(const struct event *event, const struct refusal *r, const char *advice)
{
	auto_free char *deed = deed_text(event, r);
	auto_free char *who = who_text(event);
	auto_free char *reason = refusal_reason(r);

	if (!deed || !who || !reason)
		return NULL;
	return format("%s: %s%s%s in partition %s: %s.%s%s",
		      event->rec.flags & RVM_RECORD_F_PERMISSIVE ? "would be denied" : "denied",
		      deed, deed[strlen(deed) - 1] == '(' ? "" : " ", who, event->partition, reason,
		      advice ? "  " : "", advice ? advice : "");
}

/* Records before the newest denial that are looked at. */
#define LOOK_BACK 64

static bool is_same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

/* The script whose interpreter was refused was started by the same task before. */
static char *typed_in_script(struct nlc *nlc, const struct event *event)
{
	auto_names struct names names = { 0 };

	for (uint64_t i = 1; i <= LOOK_BACK && i <= event->rec.sequence; i++) {
		auto_event struct event older = { 0 };
		struct err gone = { 0 };

		if (event_get(nlc, event->rec.sequence - i, &names, &older, &gone)) {
			err_clear(&gone);
			return NULL;
		}
		if (!event_is_judged(&older) || older.payload.class != RVM_CLASS_EXEC ||
		    older.payload.operation != RVM_OP_EXEC ||
		    !is_same(older.detail.pid, event->detail.pid))
			continue;
		return older.detail.path ? script_interpreter(older.detail.path) : NULL;
	}
	return NULL;
}

/* Of reasons that a table decides alone, and files that are seen from here. */
static bool is_allowed_now(struct nlc *nlc, const struct partition *part, const struct refusal *r)
{
	switch (r->reason) {
	case RVM_REASON_NO_TOKEN:
	case RVM_REASON_RIGHTS:
	case RVM_REASON_ARGV:
	case RVM_REASON_EXPIRED:
	case RVM_REASON_EXCLUDED:
	case RVM_REASON_REVOKED:
		return !partition_is_container(part) && check_again(nlc, part->id, r);
	default:
		return false;
	}
}

static char *explain(struct nlc *nlc, const struct event *event, struct refusal *r,
		     struct advice *advice)
{
	auto_partition struct partition part = { 0 };
	auto_trial struct trial trial = { 0 };
	auto_free char *typed = NULL;
	unsigned long local;
	struct err err = { 0 };
	bool known = nlc && partition_lookup(nlc, event->partition, &part, &err) == 1;

	err_clear(&err);
	if (r->op == RVM_OP_INTERP && nlc && !(r->words && r->words[0]))
		typed = typed_in_script(nlc, event);
	r->typed = r->words && r->words[0] ? r->words[0] : typed;
	trial_open(&trial, nlc, known ? &part : NULL);
	/* Ports do not tell it if those of servers are as high as those of clients. */
	local = refusal_port(event->detail.local);
	if (!r->came && local && trial_listens(&trial, local))
		refusal_take_local(r, event);
	if (known && is_allowed_now(nlc, &part, r))
		advice->text = strdup("What is in force now allows it.");
	else
		refusal_advise(r, &trial, advice);
	return denial_text(event, r, advice->text);
}

/* ", until 2026-01-31 12:00:00"; "" if it has no end. */
static char *until_text(const char *expires)
{
	time_t seconds = expires ? strtoll(expires, NULL, 10) : 0;
	char when[64] = "";
	struct tm tm;

	if (seconds && localtime_r(&seconds, &tm))
		strftime(when, sizeof(when), ", until %Y-%m-%d %H:%M:%S", &tm);
	return strdup(when);
}

/* A token that was given or taken back; NULL for other records. */
static char *token_record_text(const struct event *event)
{
	const struct detail *d = &event->detail;
	uint8_t op = event->payload.operation;
	const char *by = event->rec.actor ? "partition " : "the ";
	auto_free char *rights = rights_text(event->payload.right);
	auto_free char *from = d->source ? format(", of token %s", d->source) : strdup("");
	auto_free char *until = until_text(d->expires);
	const char *partition = d->partition ? d->partition : "?";

	if (op == RVM_OP_REVOKE && !d->token && d->why)
		return format("tokens of partition %s ended: %s.", partition, d->why);
	if (!d->token || !rights || !from || !until)
		return NULL;
	if (op == RVM_OP_GRANT)
		return format("granted: token %s (%s) to partition %s with %s%s%s, by %s%s.",
			      d->token, d->resource ? d->resource : "as its source", partition,
			      rights, from, until, by, event->partition);
	if (op == RVM_OP_REVOKE)
		return format("taken back: token %s (%s) of partition %s, by %s%s%s%s.", d->token,
			      d->resource ? d->resource : "no resource", partition, by,
			      event->partition, d->count ? "; tokens with what came of it: " : "",
			      d->count ? d->count : "");
	return NULL;
}

static char *other_text(const struct event *event)
{
	const char *kind = rvm_kind_name(event->rec.kind);

	if (event_is_joined(event))
		return format("denied %" PRIu32 " times more like record %" PRIu64
			      ", in partition %s: see `rvmctl why %" PRIu64 "`.",
			      event->payload.detail, event_like(event), event->partition,
			      event_like(event));
	return format("record %" PRIu64 " is not a verdict: it says %s, by %s.",
		      (uint64_t)event->rec.sequence, kind ? kind : "an unknown event",
		      event->partition);
}

char *why_text(struct nlc *nlc, const struct event *event, struct advice *advice)
{
	struct refusal r;
	char *text;

	*advice = (struct advice){ 0 };
	refusal_fill(&r, event);
	if (event_is_denial(event)) {
		text = explain(nlc, event, &r, advice);
	} else if (event_is_judged(event)) {
		auto_free char *object = event_object(event);
		auto_free char *reason = refusal_reason(&r);

		text = format("allowed: %s%s%s in partition %s: %s.", event_op(event),
			      object ? " of " : "", object ? object : "", event->partition,
			      reason ? reason : "");
	} else {
		text = token_record_text(event) ?: other_text(event);
	}
	return text;
}

static int take_last(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	*(uint64_t *)data = nlc_u64(attrs[RVM_A_WITNESS_LAST_DENIAL]);
	return 0;
}

static int last_denial(struct nlc *nlc, uint32_t partition, uint64_t *next, struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_WITNESS_GET, 0);

	*next = 0;
	if (msg && partition && nla_put_u32(msg, RVM_A_WITNESS_PARTITION, partition))
		nlc_drop(&msg);
	return nlc_call(nlc, msg, take_last, next, err) ? err_wrap(err, "witness") : 0;
}

/* Shells open a program that they could not start, to see what it is. */
static bool is_look(const struct event *event)
{
	return event->payload.class == RVM_CLASS_PATH && event->payload.right == RVM_RIGHT_READ;
}

/*
 * Opening with O_CREAT asks for the name to be created before it is known whether it
 * is there.  It went on if it was: then nothing was refused.
 */
static bool went_on(struct nlc *nlc, const struct event *event)
{
	auto_partition struct partition part = { 0 };
	const char *path = event->detail.path;
	struct err err = { 0 };
	struct statx st;
	uint64_t born;

	if (!(event->rec.flags & RVM_RECORD_F_PROVISIONAL))
		return false;
	if (!path || path[0] != '/')
		return false;
	if (partition_lookup(nlc, event->partition, &part, &err) != 1 ||
	    partition_is_container(&part) ||
	    statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BTIME, &st)) {
		err_clear(&err);
		return false;
	}
	born = st.stx_btime.tv_sec * 1000000000ULL + st.stx_btime.tv_nsec;
	return !(st.stx_mask & STATX_BTIME) || born <= event->rec.timestamp_ns;
}

/* Does @older say better than @event what is the matter? */
static bool says_more(const struct event *older, const struct event *event)
{
	if (older->rec.actor != event->rec.actor || !is_look(event))
		return false;
	return older->payload.class == RVM_CLASS_EXEC &&
	       is_same(older->detail.path, event->detail.path);
}

/* What doctor had denied to prove that it is; its partition is gone by then. */
static bool is_proof(const struct event *event)
{
	const char *path = event->detail.path;

	return event->partition[0] == '#' && path &&
	       !strncmp(path, DOCTOR_FOLDER, strlen(DOCTOR_FOLDER));
}

/*
 * The newest denial before record @next that is not doctor's; @next becomes the number
 * behind it.  Return: 1; 0 if there is none near; -1 with @err.
 */
static int newest_denial(struct nlc *nlc, struct names *names, uint64_t *next, struct event *event,
			 struct err *err)
{
	if (event_get(nlc, *next - 1, names, event, err))
		return -1;
	for (uint64_t i = 0; is_proof(event) || !event_is_denial(event); i++) {
		struct err gone = { 0 };

		event_clear(event);
		*event = (struct event){ 0 };
		if (i == LOOK_BACK || --*next == 0)
			return 0;
		if (event_get(nlc, *next - 1, names, event, &gone)) {
			err_clear(&gone);
			return 0;
		}
	}
	return 1;
}

int why_last(struct nlc *nlc, struct names *names, uint32_t partition, struct event *event,
	     struct err *err)
{
	uint64_t next;
	bool skip;
	int found;

	if (last_denial(nlc, partition, &next, err))
		return -1;
	if (!next)
		return 0;
	found = newest_denial(nlc, names, &next, event, err);
	if (found <= 0)
		return found;
	skip = went_on(nlc, event);
	for (uint64_t i = 1; i <= LOOK_BACK && i < next; i++) {
		auto_event struct event older = { 0 };
		struct err gone = { 0 };

		if (event_get(nlc, next - 1 - i, names, &older, &gone)) {
			err_clear(&gone);
			break;
		}
		if (!event_is_denial(&older))
			continue;
		if (skip ? older.rec.actor == event->rec.actor && !went_on(nlc, &older) :
			   says_more(&older, event)) {
			event_clear(event);
			*event = older;
			older = (struct event){ 0 };
			skip = false;
		}
	}
	return 1;
}

static int find_event(struct nlc *nlc, const struct args *args, struct names *names,
		      struct event *event, struct err *err)
{
	const char *name = args_str(args, "--partition");
	auto_partition struct partition part = { 0 };

	if (!args_has(args, "--last"))
		return event_get(nlc, args_u64(args, "SEQ", 0), names, event, err) ? -1 : 1;
	if (name && partition_find(nlc, name, &part, err))
		return -1;
	return why_last(nlc, names, part.id, event, err);
}

static int print_why(struct ctx *ctx, struct nlc *nlc, const struct event *event)
{
	auto_advice struct advice advice = { 0 };
	auto_free char *text = why_text(nlc, event, &advice);
	const char *within = event->detail.within;
	auto_free char *age = age_text(event);

	if (!text || !age)
		return err_errno(&ctx->err, ENOMEM, "why");
	if (event_is_judged(event))
		out_line(ctx->out, "record %" PRIu64 ", %s: %s", (uint64_t)event->rec.sequence, age,
			 text);
	else
		out_line(ctx->out, "%s", text);
	out_object_begin(ctx->out, NULL);
	event_fields(ctx->out, event);
	out_json_str(ctx->out, "why", text);
	if (within)
		out_json_str(ctx->out, "within", within);
	if (advice.grant)
		out_json_str(ctx->out, "grant", advice.grant);
	if (advice.command)
		out_json_str(ctx->out, "command", advice.command);
	out_object_end(ctx->out);
	return EXIT_DONE;
}

/* What is in force now has nothing to do with it. */
static int why_recorded(struct ctx *ctx, const struct args *args)
{
	auto_names struct names names = { 0 };
	auto_event struct event event = { 0 };

	if (args_has(args, "--last"))
		return err_make(&ctx->err, EXIT_USAGE, "--from: name a record");
	if (recorded_event(args_str(args, "--from"), args_u64(args, "--log", 0),
			   args_u64(args, "SEQ", 0), &names, &event, &ctx->err))
		return -1;
	return print_why(ctx, NULL, &event);
}

static int why(struct ctx *ctx, const struct args *args)
{
	auto_nlc struct nlc *nlc = NULL;
	auto_names struct names names = { 0 };
	auto_event struct event event = { 0 };
	int found;

	if (args_has(args, "--last") && args_has(args, "SEQ"))
		return err_make(&ctx->err, EXIT_USAGE, "why: either a record or --last, not both");
	if (!args_has(args, "--last") && !args_has(args, "SEQ"))
		return err_make(&ctx->err, EXIT_USAGE, "why: name a record, or give --last");
	if (args_has(args, "--partition") && !args_has(args, "--last"))
		return err_make(&ctx->err, EXIT_USAGE, "--partition: only with --last");
	if (args_has(args, "--from"))
		return why_recorded(ctx, args);
	if (nlc_open(&nlc, &ctx->err))
		return -1;
	names.nlc = nlc;
	found = find_event(nlc, args, &names, &event, &ctx->err);
	if (found < 0)
		return -1;
	if (found)
		return print_why(ctx, nlc, &event);
	out_line(ctx->out, "nothing was denied");
	return EXIT_DONE;
}

static const struct arg why_args[] = {
	{ "--last", ARG_FLAG, 0, NULL, "the newest denial", NULL },
	{ "--partition", ARG_NAME, 0, "NAME", "with --last: only of this partition", NULL },
	{ "--from", ARG_DIR, 0, "DIR", "a record of a directory that was recorded into", NULL },
	{ "--log", ARG_U32, 0, "N", "with --from: the Nth log; default: the newest", NULL },
	{ "SEQ", ARG_U64, 0, NULL, "the number of a record", NULL },
	{},
};

const struct cmd why_cmds[] = {
	{ NULL, "why", why, why_args, "explain a denial, and what would allow it", CMD_READ },
	{},
};
