// SPDX-License-Identifier: GPL-2.0-only
/* Recording the log into a directory. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>

#include "base/duration.h"
#include "cmd.h"
#include "log/journal.h"
#include "witness/source.h"

/* What ends it; they are read when it is safe. */
static int catch_signals(struct err *err)
{
	static const int ends[] = { SIGTERM, SIGINT, SIGHUP };
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		sigaddset(&set, ends[i]);
	/* A file that may not grow is an error like others. */
	signal(SIGXFSZ, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return err_errno(err, errno, "signals");
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? err_errno(err, errno, "signals") : fd;
}

static int parse_sync(const char *text, struct record_policy *policy, struct err *err)
{
	uint64_t seconds;

	if (!text)
		return 0;
	if (!strcmp(text, "always")) {
		policy->sync_ms = 0;
		return 0;
	}
	if (duration_parse(text, &seconds) || seconds > 3600) {
		err_make(err, EXIT_USAGE, "--sync: '%s' is not a time of at most an hour", text);
		return err_hint(err, "such as 5s, or always");
	}
	policy->sync_ms = seconds * 1000;
	return 0;
}

static int parse_policy(const struct args *args, struct record_policy *policy, struct err *err)
{
	*policy = (struct record_policy){
		.segment_bytes = args_u64(args, "--segment-size", RECORD_SEGMENT_BYTES),
		.segment_seconds = args_u64(args, "--segment-age", RECORD_SEGMENT_SECONDS),
		.sync_ms = RECORD_SYNC_MS,
		.sync_records = RECORD_SYNC_RECORDS,
		.sync_lines = RECORD_SYNC_LINES,
		.once = args_has(args, "--once"),
		.stop_fd = -1,
	};
	return parse_sync(args_str(args, "--sync"), policy, err);
}

static void say(const char *text)
{
	warn_line("%s", text);
}

static void tell(void *data, const uint8_t *raw, const char *line, size_t len)
{
	struct journal *journal = data;
	bool fine = !journal->unsent;

	journal_tell(journal, raw, line, len);
	/* Once; how many it were is said at the end. */
	if (fine && journal->unsent)
		warn_line("%s: a message could not be sent; recording goes on", journal->path);
}

static int begin_telling(struct record_policy *policy, struct journal *journal, struct err *err)
{
	int errnum = journal_open(journal, JOURNAL_SOCKET);

	policy->tell = tell;
	policy->tell_data = journal;
	return errnum ? err_errno(err, errnum, "the journal's socket") : 0;
}

static int witness_record(struct ctx *ctx, const struct args *args)
{
	const char *path = args_str(args, "DIR");
	auto_kernel_source struct kernel_source source = { .fd = -1 };
	auto_store struct store store = { .dir = -1, .lock = -1 };
	struct record_policy policy;
	struct record_count count;
	auto_journal struct journal journal = { .fd = -1 };
	auto_close int stop = -1;
	int ret;

	if (parse_policy(args, &policy, &ctx->err))
		return -1;
	stop = catch_signals(&ctx->err);
	if (stop < 0)
		return -1;
	policy.stop_fd = stop;
	if (args_has(args, "--journal") && begin_telling(&policy, &journal, &ctx->err))
		return -1;
	/* First of all that it is the only one here. */
	if (store_open(&store, path, say, &ctx->err) || kernel_source_open(&source, &ctx->err))
		return -1;
	ret = record_run(&store, &source.source, &policy, &count, &ctx->err);
	if (journal.unsent)
		warn_line("%" PRIu64 " messages could not be sent to the journal", journal.unsent);
	if (ret)
		return -1;
	out_line(ctx->out, "%s: %" PRIu64 " records; the next one is %" PRIu64, path, count.records,
		 store.end.next);
	if (count.gone)
		warn_line("%s: %" PRIu64 " detail lines were gone before they could be recorded",
			  path, count.gone);
	return EXIT_DONE;
}

static const struct arg record_args[] = {
	{ "--segment-size", ARG_U64, 0, "BYTES", "begin a new segment after so many bytes", NULL },
	{ "--segment-age", ARG_DURATION, 0, "TIME", "or after this time; default: 1d", NULL },
	{ "--sync", ARG_STRING, 0, "TIME|always",
	  "how long records may be unsafe at most; default: 1s", NULL },
	{ "--journal", ARG_FLAG, 0, NULL,
	  "tell the system's journal of denials, losses and changes", NULL },
	{ "--once", ARG_FLAG, 0, NULL, "record what there is, and end", NULL },
	{ "DIR", ARG_DIR, ARG_REQUIRED, NULL, "where; made if it is not there", NULL },
	{},
};

const struct cmd record_cmds[] = {
	{ "witness", "record", witness_record, record_args,
	  "record the log into a directory, as it grows", 0 },
	{},
};
