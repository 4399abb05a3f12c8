// SPDX-License-Identifier: GPL-2.0-only
/* Finding records of the witness log by what they are about. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/duration.h"
#include "cmd.h"
#include "lib/model/text.h"
#include "log/query.h"
#include "log/reader.h"
#include "log/store_read.h"
#include "log/store_verify.h"
#include "wire/nl.h"

/**
 * struct querying - a query under way
 */
struct querying {
	struct ctx *ctx;
	const char *path;
	struct query query;
	/* The partition asked for, by name; NULL if not, or if it is a number. */
	const char *name;
	/* Records that may still be shown. */
	uint64_t left;
	bool no_index;
	struct names names;
	/* Of the module, for the kernel's log. */
	struct nlc *nlc;
};

static int show(struct querying *q, struct event *event)
{
	if (!query_object(&q->query, event))
		return 0;
	event_print(q->ctx->out, event);
	return !--q->left || ferror(stdout) || out_is_closed(q->ctx->out);
}

static int take_recorded(void *data, const uint8_t *raw, const char *line, struct err *err)
{
	struct querying *q = data;
	auto_event struct event event = { 0 };

	event_fill(&event, raw, line, &q->names);
	return show(q, &event);
}

static int add_actor(struct query *query, uint32_t actor, struct err *err)
{
	uint32_t *more = realloc(query->actors, (query->n_actors + 1) * sizeof(*more));

	if (!more)
		return err_errno(err, ENOMEM, "partitions");
	query->actors = more;
	more[query->n_actors++] = actor;
	return 0;
}

/* A partition of that name was made. */
static int take_made(void *data, const uint8_t *raw, const char *line, struct err *err)
{
	struct querying *q = data;
	auto_event struct event event = { 0 };

	event_fill(&event, raw, line, &q->names);
	if (!event.detail.partition || strcmp(event.detail.partition, q->name))
		return 0;
	return add_actor(&q->query, event.rec.target, err);
}

static void warn_of_file(const char *path, const char *file, const char *what)
{
	warn_line("%s/%s: %s", path, file, what);
}

/* Numbers that partitions of this name had in this log. */
static int find_name(struct querying *q, uint32_t log)
{
	struct query made = { .to = UINT64_MAX, .until_ns = UINT64_MAX, .by_kind = true };
	struct query_store store = { .query = &made,
				     .no_index = q->no_index,
				     .take = take_made,
				     .data = q,
				     .warn = warn_of_file };

	made.kinds[RVM_KIND_PARTITION_CREATE / 8] = 1 << RVM_KIND_PARTITION_CREATE % 8;
	q->query.n_actors = 0;
	return query_store(&store, q->path, log, &q->ctx->err);
}

static int query_log(struct querying *q, uint32_t log)
{
	struct query_store store = { .query = &q->query,
				     .no_index = q->no_index,
				     .take = take_recorded,
				     .data = q,
				     .warn = warn_of_file };

	if (q->name && find_name(q, log))
		return -1;
	if (q->query.by_actor && !q->query.n_actors)
		return 0;
	return query_store(&store, q->path, log, &q->ctx->err);
}

static int query_directory(struct querying *q, uint32_t only)
{
	auto_close int dir = store_look(q->path, &q->ctx->err);
	auto_list struct list list = { 0 };
	uint32_t log = 0;
	bool found = false;
	int ret = 0;

	if (dir < 0 || list_read(dir, q->path, &list, &q->ctx->err))
		return -1;
	for (size_t i = 0; !ret && i < list.n; i++) {
		if (list.entry[i].name.log == log || (only && list.entry[i].name.log != only))
			continue;
		log = list.entry[i].name.log;
		found = true;
		ret = query_log(q, log);
	}
	if (!found && only)
		return err_make(&q->ctx->err, EXIT_REFUSED, "%s: has no log %" PRIu32, q->path,
				only);
	if (!found)
		return err_make(&q->ctx->err, EXIT_REFUSED, "%s: nothing is recorded in it",
				q->path);
	return ret < 0 ? -1 : EXIT_DONE;
}

static int take_record(struct querying *q, const uint8_t *raw)
{
	auto_event struct event event = { 0 };

	if (!query_takes(&q->query, raw))
		return 0;
	event_look_up(q->nlc, raw, &q->names, &event);
	return show(q, &event);
}

/* A file may be the copy of a ring that had lost its first records. */
static int go_to(struct querying *q, struct log_reader *log)
{
	uint64_t first = log->first, from = q->query.from, length;
	const uint8_t *raw;
	int ret;

	if (!from || log_length(log, &length, &q->ctx->err))
		return from ? -1 : 0;
	if (!log->device) {
		ret = log_next(log, &raw, &q->ctx->err);
		if (ret <= 0)
			return ret;
		first = rvm_le64_get(raw);
		from = from > first ? from - first : 0;
		first = 0;
	}
	from = from < first ? first : from;
	return log_seek(log, from > length ? length : from, &q->ctx->err);
}

static int query_file(struct querying *q)
{
	auto_log struct log_reader log;
	const uint8_t *raw;
	int ret;

	log.fd = -1;
	if (log_open(&log, q->path, &q->ctx->err) || go_to(q, &log))
		return -1;
	if (log.device && nlc_open(&q->nlc, &q->ctx->err))
		return -1;
	q->names.nlc = q->nlc;
	if (!log.device && q->query.object)
		warn_line("%s: a file has no detail lines, so most objects are not in it", q->path);
	while ((ret = log_next(&log, &raw, &q->ctx->err)) > 0) {
		if (rvm_le64_get(raw) >= q->query.to)
			return EXIT_DONE;
		ret = take_record(q, raw);
		if (ret)
			break;
	}
	return ret < 0 ? -1 : EXIT_DONE;
}

static int parse_kinds(const char *text, struct query *query, struct err *err)
{
	const char *next;

	for (; text; text = next) {
		size_t len = strcspn(text, ",");
		int kind = rvm_kind_parse(text, len);
		char *end;

		if (kind < 0 && !strncmp(text, "0x", 2)) {
			kind = strtoul(text, &end, 16) & 0xff;
			kind = end == text + len && len <= 4 && len > 2 ? kind : -1;
		}
		if (kind < 0) {
			err_make(err, EXIT_USAGE, "--kind: '%.*s' is no kind of record", (int)len,
				 text);
			return err_hint(err, "such as ProofRejected, as witness tail prints them");
		}
		query->kinds[kind / 8] |= 1 << kind % 8;
		query->by_kind = true;
		next = text[len] ? text + len + 1 : NULL;
	}
	return 0;
}

/* Also of an older log; the name is looked for in a directory. */
static int parse_partition(struct querying *q, const char *text, bool directory, struct err *err)
{
	const char *digits = text && text[0] == '#' ? text + 1 : text;
	unsigned long long id;
	char *end;

	if (!text)
		return 0;
	q->query.by_actor = true;
	if (!strcmp(text, "host"))
		return add_actor(&q->query, 0, err);
	id = strtoull(digits, &end, 10);
	if (*digits >= '0' && *digits <= '9' && !*end) {
		if (id <= UINT32_MAX)
			return add_actor(&q->query, id, err);
		return err_make(err, EXIT_USAGE, "--partition: '%s' is too large", text);
	}
	if (directory) {
		q->name = text;
		return 0;
	}
	err_make(err, EXIT_USAGE, "--partition: '%s': only a directory has names", text);
	return err_hint(err, "give the partition's id");
}

static int parse_reason(const struct args *args, struct query *query, struct err *err)
{
	const char *text = args_str(args, "--reason");

	if (!text)
		return 0;
	query->by_reason = true;
	for (unsigned int i = 0; i < 256; i++) {
		const char *reason = rvm_reason_text(i);

		if (strcmp(reason, "the reason is unknown") && strstr(reason, text)) {
			query->reason = i;
			return 0;
		}
	}
	return err_make(err, EXIT_USAGE, "--reason: '%s' is part of no reason that is printed",
			text);
}

static int parse_time(const struct args *args, const char *name, uint64_t *ns, struct err *err)
{
	const char *text = args_str(args, name);
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (!text || !past_parse(text, now.tv_sec, ns))
		return 0;
	err_make(err, EXIT_USAGE, "%s: '%s' is no time", name, text);
	return err_hint(err, "such as 10m (ago), 2030-01-31T12:00:00Z or \"2030-01-31 12:00\"");
}

static int parse(struct querying *q, const struct args *args, bool directory)
{
	struct err *err = &q->ctx->err;
	struct query *query = &q->query;

	query->from = args_u64(args, "--from", 0);
	query->to = args_u64(args, "--to", UINT64_MAX);
	/* It is the last one. */
	query->to += query->to < UINT64_MAX;
	query->until_ns = UINT64_MAX;
	query->object = args_str(args, "--object");
	if (parse_time(args, "--since", &query->since_ns, err) ||
	    parse_time(args, "--until", &query->until_ns, err) ||
	    parse_kinds(args_str(args, "--kind"), query, err) || parse_reason(args, query, err) ||
	    parse_partition(q, args_str(args, "--partition"), directory, err))
		return -1;
	return query_check(query, err);
}

static int witness_query(struct ctx *ctx, const struct args *args)
{
	const char *path = args_str(args, "SOURCE") ? args_str(args, "SOURCE") : WITNESS_DEVICE;
	struct querying q = { .ctx = ctx,
			      .path = path,
			      .left = args_u64(args, "--limit", UINT64_MAX),
			      .no_index = args_has(args, "--no-index") };
	bool directory = store_is(path);
	int ret = parse(&q, args, directory);

	if (!ret && q.left)
		ret = directory ? query_directory(&q, args_u64(args, "--log", 0)) : query_file(&q);
	free(q.query.actors);
	names_free(&q.names);
	if (q.nlc)
		nlc_close(q.nlc);
	return ret;
}

static const struct arg query_args[] = {
	{ "--partition", ARG_STRING, 0, "NAME", "of this partition: its name, or id", NULL },
	{ "--kind", ARG_STRING, 0, "KIND", "of these kinds, joined by commas", NULL },
	{ "--reason", ARG_STRING, 0, "TEXT", "judged for a reason with these words", NULL },
	{ "--object", ARG_STRING, 0, "GLOB", "about this path or what is below, or other object",
	  NULL },
	{ "--since", ARG_STRING, 0, "TIME", "not before; a time, or how long ago", NULL },
	{ "--until", ARG_STRING, 0, "TIME", "before that time", NULL },
	{ "--from", ARG_U64, 0, "N", "from record N on", NULL },
	{ "--to", ARG_U64, 0, "N", "up to record N", NULL },
	{ "--limit", ARG_U64, 0, "N", "end after N records", NULL },
	{ "--log", ARG_U32, 0, "N", "of a directory: only the Nth log; default: all", NULL },
	{ "--no-index", ARG_FLAG, 0, NULL, "read all records", NULL },
	{ "SOURCE", ARG_FILE, 0, NULL, "a directory or an exported log, instead of the kernel's",
	  NULL },
	{},
};

const struct cmd query_cmds[] = {
	{ "witness", "query", witness_query, query_args, "find records by what they are about",
	  CMD_READ },
	{},
};
