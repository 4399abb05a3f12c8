// SPDX-License-Identifier: GPL-2.0-only
/* Records with what is known beside them: the detail line, the partition's name. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "lib/model/text.h"
#include "log/event.h"

struct names_entry {
	uint32_t id;
	char name[RVM_NAME_MAX + 1];
};

void names_free(struct names *names)
{
	free(names->entry);
	names->entry = NULL;
	names->n = 0;
}

static int add_name(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct names *names = data;
	struct names_entry *more;

	more = realloc(names->entry, (names->n + 1) * sizeof(*more));
	if (!more)
		return err_errno(err, ENOMEM, "names of partitions");
	names->entry = more;
	more += names->n++;
	more->id = nlc_u32(attrs[RVM_A_PARTITION_ID]);
	snprintf(more->name, sizeof(more->name), "%s", nlc_str(attrs[RVM_A_PARTITION_NAME]));
	return 0;
}

static const char *find_name(const struct names *names, uint32_t id)
{
	for (size_t i = 0; i < names->n; i++) {
		if (names->entry[i].id == id)
			return names->entry[i].name;
	}
	return NULL;
}

const char *names_get(struct names *names, uint32_t id, char fallback[16])
{
	struct err err = { 0 };
	const char *name;

	if (!id)
		return "host";
	name = find_name(names, id);
	if (!name && names->nlc) {
		names->n = 0;
		/* Without an answer the number has to do. */
		nlc_call(names->nlc, nlc_request(names->nlc, RVM_CMD_PARTITION_GET, NLM_F_DUMP),
			 add_name, names, &err);
		err_clear(&err);
		name = find_name(names, id);
	}
	if (name)
		return name;
	snprintf(fallback, 16, "#%" PRIu32, id);
	return fallback;
}

void event_fill(struct event *event, const uint8_t raw[RVM_RECORD_BYTES], const char *detail,
		struct names *names)
{
	char fallback[16];

	rvm_record_decode(&event->rec, raw);
	rvm_payload_unpack(&event->payload, event->rec.payload);
	/* What hooks of the system ask for, only the root token has. */
	if (event_is_denial(event) && event->payload.class == RVM_CLASS_SYS &&
	    event->payload.reason == RVM_REASON_NO_TOKEN)
		event->payload.reason = RVM_REASON_FLOOR;
	snprintf(event->partition, sizeof(event->partition), "%s",
		 names_get(names, event->rec.actor, fallback));
	detail_parse(&event->detail, detail);
}

void event_clear(struct event *event)
{
	detail_free(&event->detail);
}

struct fetched {
	uint8_t raw[RVM_RECORD_BYTES];
	char *detail;
	bool found;
};

static int take_record(struct nlattr **attrs, int cmd, void *data, struct err *err)
{
	struct fetched *f = data;
	struct nlattr *record = attrs[RVM_A_WITNESS_RECORD];
	const char *detail = nlc_str(attrs[RVM_A_WITNESS_DETAIL]);

	if (!record || nla_len(record) != RVM_RECORD_BYTES)
		return 0;
	memcpy(f->raw, nla_data(record), sizeof(f->raw));
	free(f->detail);
	f->detail = detail && detail[0] ? strdup(detail) : NULL;
	f->found = true;
	return 0;
}

int event_get(struct nlc *nlc, uint64_t sequence, struct names *names, struct event *event,
	      struct err *err)
{
	struct nl_msg *msg = nlc_request(nlc, RVM_CMD_WITNESS_GET, 0);
	struct fetched f = { .found = false };
	int ret;

	if (msg && nla_put_u64(msg, RVM_A_WITNESS_SEQUENCE, sequence))
		nlc_drop(&msg);
	ret = nlc_call(nlc, msg, take_record, &f, err);
	if (ret && nlc_errno(nlc) == ENODATA)
		err_hint(err, "it was overwritten; an exported log may still have it");
	if (ret)
		err_wrap(err, "record %" PRIu64, sequence);
	if (!ret && !f.found)
		ret = err_make(err, EXIT_REFUSED, "record %" PRIu64 ": is not in the ring",
			       sequence);
	if (!ret)
		event_fill(event, f.raw, f.detail, names);
	free(f.detail);
	return ret;
}

void event_look_up(struct nlc *nlc, const uint8_t raw[RVM_RECORD_BYTES], struct names *names,
		   struct event *event)
{
	struct err err = { 0 };
	struct rvm_record rec;

	rvm_record_decode(&rec, raw);
	if (nlc && rec.flags & RVM_RECORD_F_DETAIL &&
	    event_get(nlc, rec.sequence, names, event, &err))
		err_clear(&err);
	if (!event->detail.line)
		event_fill(event, raw, NULL, names);
}

bool event_is_judged(const struct event *event)
{
	return event->rec.kind >= RVM_KIND_PROOF_VERIFIED_P1 &&
	       event->rec.kind <= RVM_KIND_PROOF_REJECTED;
}

bool event_is_denial(const struct event *event)
{
	return event->rec.kind == RVM_KIND_PROOF_REJECTED;
}

bool event_is_joined(const struct event *event)
{
	return event->rec.kind == RVM_KIND_DENIALS_JOINED;
}

/* The hash of no token, but the last 32 bits of a sequence that is not far away. */
uint64_t event_like(const struct event *event)
{
	return event->rec.sequence - (uint32_t)(event->rec.sequence - event->rec.capability_hash);
}

bool event_is_sum(const struct event *event)
{
	return event->rec.kind == RVM_KIND_SCHEDULER_EPOCH;
}

/* Counts are read more easily with commas.  Return: a part of @text. */
static const char *count_text(uint64_t count, char text[32])
{
	int at = 31, digits = 0;

	text[at] = '\0';
	do {
		if (digits && digits % 3 == 0)
			text[--at] = ',';
		text[--at] = '0' + count % 10;
		digits++;
	} while (count /= 10);
	return text + at;
}

static char *joined_text(const struct event *event)
{
	char text[32];

	return format("and %s more like record %" PRIu64, count_text(event->payload.detail, text),
		      event_like(event));
}

static char *sum_text(const struct event *event)
{
	char text[32];

	return format("%s access%s answered from what is kept, in %" PRIu32 " ms",
		      count_text(event->rec.target, text), event->rec.target == 1 ? "" : "es",
		      event->payload.detail);
}

const char *event_verdict(const struct event *event)
{
	if (!event_is_judged(event))
		return "-";
	if (!event_is_denial(event))
		return "allow";
	return event->rec.flags & RVM_RECORD_F_PERMISSIVE ? "would-deny" : "deny";
}

/* It was given, taken back or proved. */
static bool is_about_token(const struct event *event)
{
	uint8_t op = event->payload.operation;

	return event->detail.token &&
	       (op == RVM_OP_GRANT || op == RVM_OP_REVOKE || op == RVM_OP_PROVE);
}

char *event_object(const struct event *event)
{
	const struct detail *d = &event->detail;
	const struct {
		const char *name, *value;
	} others[] = {
		{ "name", d->name },   { "peer", d->peer },	{ "object", d->object },
		{ "cap", d->cap },     { "source", d->source }, { "mode", d->mode },
		{ "owner", d->owner },
	};

	if (event_is_joined(event))
		return joined_text(event);
	if (event_is_sum(event))
		return sum_text(event);
	if (is_about_token(event))
		return format("token %s%s%s", d->token, d->resource ? " " : "",
			      d->resource ? d->resource : "");
	if (d->argv && d->argv[0])
		return format("%s%s%s", d->argv, d->path ? "  " : "", d->path ? d->path : "");
	if (d->addr)
		return format("%s:%s", d->proto ? d->proto : "tcp", d->addr);
	if (d->path)
		return strdup(d->path);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (others[i].value)
			return format("%s %s", others[i].name, others[i].value);
	}
	if (d->command)
		return format("command 0x%lx", strtoul(d->command, NULL, 10));
	if (d->family)
		return format("family %s, type %s, protocol %s", d->family, d->type ? d->type : "?",
			      d->proto ? d->proto : "?");
	/* An operation that has no object, such as a new namespace. */
	if (event_is_judged(event) && !event->rec.target)
		return NULL;
	return format("%" PRIu64, (uint64_t)event->rec.target);
}

const char *event_op(const struct event *event)
{
	const char *what = event->detail.what;

	/* The right to read gives these too: nothing was read. */
	if (what && (!strcmp(what, "stat") || !strcmp(what, "attributes")))
		return what;
	return rvm_op_name(event->payload.operation);
}

static void format_time(uint64_t ns, char out[40])
{
	time_t seconds = ns / 1000000000;
	struct tm tm;
	size_t n;

	if (!localtime_r(&seconds, &tm)) {
		snprintf(out, 40, "%" PRIu64, ns);
		return;
	}
	n = strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + n, 40 - n, ".%03u", (unsigned int)(ns / 1000000 % 1000));
}

void event_fields(struct out *out, const struct event *event)
{
	const char *kind = rvm_kind_name(event->rec.kind);
	auto_free char *object = event_object(event);
	bool judged = event_is_judged(event);
	char when[40], code[8];

	format_time(event->rec.timestamp_ns, when);
	snprintf(code, sizeof(code), "0x%02x", event->rec.kind);
	out_json_u64(out, "sequence", event->rec.sequence);
	out_json_str(out, "time", when);
	out_json_u64(out, "timestamp-ns", event->rec.timestamp_ns);
	out_json_str(out, "kind", kind ? kind : code);
	out_json_str(out, "partition", event->partition);
	out_json_u64(out, "actor", event->rec.actor);
	out_json_str(out, "verdict", event_verdict(event));
	if (judged) {
		out_json_str(out, "op", rvm_op_name(event->payload.operation));
		out_json_str(out, "reason", rvm_reason_text(event->payload.reason));
	}
	out_json_str(out, "object", object ? object : "");
	out_json_u64(out, "target", event->rec.target);
	if (event_is_joined(event)) {
		out_json_u64(out, "count", event->payload.detail);
		out_json_u64(out, "like", event_like(event));
	}
	if (event_is_sum(event)) {
		out_json_u64(out, "count", event->rec.target);
		out_json_u64(out, "milliseconds", event->payload.detail);
	}
	if (event->detail.line)
		out_json_str(out, "detail", event->detail.line);
}

void event_print(struct out *out, const struct event *event)
{
	const char *kind = rvm_kind_name(event->rec.kind);
	auto_free char *object = event_object(event);
	auto_free char *line = NULL;
	bool judged = event_is_judged(event);
	char when[40];

	format_time(event->rec.timestamp_ns, when);
	line = format("%s %" PRIu64 " %s %s %s%s%s %s%s%s%s", when, (uint64_t)event->rec.sequence,
		      kind ? kind : "?", event->partition, event_verdict(event), judged ? " " : "",
		      judged ? event_op(event) : "", object ? object : "-",
		      event_is_denial(event) ? " (" : "",
		      event_is_denial(event) ? rvm_reason_text(event->payload.reason) : "",
		      event_is_denial(event) ? ")" : "");
	if (event_is_denial(event))
		out_tone(out, event->rec.flags & RVM_RECORD_F_PERMISSIVE ? OUT_WARN : OUT_BAD);
	out_event_begin(out);
	out_text_str(out, "line", line ? line : "?");
	event_fields(out, event);
	out_event_end(out);
}
