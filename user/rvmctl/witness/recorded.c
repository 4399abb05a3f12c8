// SPDX-License-Identifier: GPL-2.0-only
/* Commands on a directory that was recorded into, instead of one file. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "log/store_read.h"
#include "log/store_verify.h"
#include "witness/recorded.h"

/* Not all file systems tell of changes. */
#define LOOK_AGAIN_MS 1000

/* Until something is written, or nobody reads what is printed. */
static void wait_for_more(int watch)
{
	struct pollfd fds[] = { { .fd = watch, .events = POLLIN }, { .fd = STDOUT_FILENO } };
	char told[4096];

	if (poll(fds, ARRAY_SIZE(fds), LOOK_AGAIN_MS) > 0 && fds[0].revents) {
		while (read(watch, told, sizeof(told)) > 0)
			;
	}
}

/* @watch: go on for ever; -1 to end with the last record. */
static int print_from(struct ctx *ctx, struct store_reader *reader, int watch)
{
	auto_names struct names names = { 0 };
	const uint8_t *raw;
	int ret;

	for (;;) {
		auto_event struct event event = { 0 };
		auto_free char *line = NULL;

		ret = store_reader_next(reader, &raw, &line, &ctx->err);
		if (ret < 0 || (!ret && watch < 0))
			return ret;
		if (ret) {
			event_fill(&event, raw, line, &names);
			event_print(ctx->out, &event);
		} else {
			wait_for_more(watch);
		}
		if (ferror(stdout) || out_is_closed(ctx->out))
			return 0;
	}
}

int recorded_tail(struct ctx *ctx, const char *path, uint32_t log, uint64_t count)
{
	auto_store_reader struct store_reader reader = { .dir = -1 };
	uint64_t from;

	if (store_reader_open(&reader, path, log, &ctx->err))
		return -1;
	from = reader.end - reader.first > count ? reader.end - count : reader.first;
	if (store_reader_seek(&reader, from, &ctx->err))
		return -1;
	return print_from(ctx, &reader, -1);
}

int recorded_follow(struct ctx *ctx, const char *path, uint32_t log, uint64_t count)
{
	auto_store_reader struct store_reader reader = { .dir = -1 };
	auto_close int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	auto_free char *dir = NULL;
	uint64_t from;

	if (watch < 0)
		return err_errno(&ctx->err, errno, "%s", path);
	if (store_reader_open_growing(&reader, path, log, &ctx->err))
		return -1;
	dir = format("/proc/self/fd/%d", reader.dir);
	/* Without it, it takes a moment longer. */
	if (dir)
		inotify_add_watch(watch, dir, IN_MODIFY | IN_CREATE | IN_MOVED_TO);
	from = reader.end - reader.first > count ? reader.end - count : reader.first;
	if (store_reader_seek(&reader, from, &ctx->err))
		return -1;
	return print_from(ctx, &reader, watch);
}

static void print_fault(struct out *out, const char *path, const struct store_verdict *v)
{
	const char *slash = v->file[0] ? "/" : "";
	auto_free char *at = NULL;

	if (v->at_record && v->end > v->offset)
		at = format("lines from record %" PRIu64 " on, bytes %" PRIu64 " to %" PRIu64 ": ",
			    v->sequence, v->offset, v->end - 1);
	else if (v->at_record)
		at = format("record %" PRIu64 " at byte %" PRIu64 ": ", v->sequence, v->offset);
	else if (v->at_byte)
		at = format("byte %" PRIu64 ": ", v->offset);
	out_line(out, "%s%s%s: %s%s; the %" PRIu64 " records before are good", path, slash, v->file,
		 at ? at : "", v->reason, v->records);
}

static void print_good(struct out *out, const char *path, const struct store_verdict *v)
{
	out_line(out,
		 "%s: %" PRIu64 " records of %" PRIu32 " log%s in %" PRIu64 " segment%s are good",
		 path, v->records, v->logs, v->logs == 1 ? "" : "s", v->segments,
		 v->segments == 1 ? "" : "s");
	if (v->signed_logs)
		out_line(out, "the signatures of %" PRIu32 " of these logs are by the given keys",
			 v->signed_logs);
	if (v->anchors)
		out_line(out, "%" PRIu64 " anchor%s met", v->anchors,
			 v->anchors == 1 ? " is" : "s are");
	if (v->lost)
		out_line(out, "%" PRIu64 " records were lost before they could be recorded",
			 v->lost);
	if (v->gone)
		out_line(out, "%" PRIu64 " detail lines were gone before they could be recorded",
			 v->gone);
	if (v->unsealed)
		out_line(out, "%" PRIu64 " detail lines are in no seal of the kernel as they are",
			 v->unsealed);
}

static void print_verdict(struct ctx *ctx, const char *path, const struct store_verdict *v)
{
	struct out *out = ctx->out;

	if (v->reason)
		print_fault(out, path, v);
	else
		print_good(out, path, v);
	if (v->notes)
		out_line(out, "%s", v->notes);
	out_object_begin(out, NULL);
	out_json_str(out, "file", path);
	out_json_str(out, "verdict", v->reason ? "bad" : "good");
	out_json_u64(out, "logs", v->logs);
	out_json_u64(out, "signed-logs", v->signed_logs);
	out_json_u64(out, "segments", v->segments);
	if (v->anchors)
		out_json_u64(out, "anchors", v->anchors);
	out_u64(out, "records", v->records);
	out_u64(out, "length", v->length);
	out_hex(out, "head", v->head, sizeof(v->head));
	out_json_u64(out, "lost", v->lost);
	out_json_u64(out, "lines-gone", v->gone);
	out_json_u64(out, "lines-unsealed", v->unsealed);
	if (v->notes)
		out_json_str(out, "notes", v->notes);
	if (v->reason) {
		out_json_str(out, "reason", v->reason);
		out_json_str(out, "segment", v->file);
	}
	if (v->at_record)
		out_json_u64(out, "sequence", v->sequence);
	if (v->at_byte)
		out_json_u64(out, "offset", v->offset);
	out_object_end(out);
}

#define TELL_EACH_MS 250

/**
 * struct telling - how far it is, for whoever waits at a terminal
 */
struct telling {
	uint64_t begin_ms, told_ms;
	bool told;
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void tell(void *data, uint64_t done, uint64_t total)
{
	struct telling *t = data;
	uint64_t now = now_ms();

	if (now - t->told_ms < TELL_EACH_MS)
		return;
	t->told_ms = now;
	t->told = true;
	/* It may grow while it is read. */
	if (done > total)
		total = done;
	fprintf(stderr, "\r%3.0f%% of %.1f GiB, %.0f MiB/s   ", total ? 100.0 * done / total : 0.0,
		total / (double)(1 << 30), done / 1048.576 / (now - t->begin_ms));
}

/* The line is for what comes out. */
static void end_telling(const struct telling *t)
{
	if (t->told)
		fprintf(stderr, "\r%40s\r", "");
}

int recorded_verify(struct ctx *ctx, const char *path, const struct verify_how *how, bool archived)
{
	struct store_how what = { .archived = archived,
				  .keys = how->keys,
				  .anchors = how->anchors,
				  .anchored = how->anchored,
				  .length = how->length };
	struct telling telling = { .begin_ms = now_ms() };
	auto_verdict struct store_verdict verdict = { 0 };
	int ret;

	if (how->rvm) {
		err_make(&ctx->err, EXIT_USAGE, "%s: --format is for single files", path);
		return err_hint(&ctx->err, "rvmctl witness export --from %s makes one", path);
	}
	memcpy(what.head, how->head, sizeof(what.head));
	telling.told_ms = telling.begin_ms;
	if (isatty(STDERR_FILENO)) {
		what.progress = tell;
		what.progress_data = &telling;
	}
	ret = store_verify(path, &what, &verdict, &ctx->err);
	end_telling(&telling);
	if (ret)
		return -1;
	print_verdict(ctx, path, &verdict);
	return verdict.reason ? EXIT_REFUSED : EXIT_DONE;
}

int recorded_each(const char *path, uint32_t log,
		  int (*fn)(void *data, const uint8_t *raw, const char *line, struct err *err),
		  void *data, struct err *err)
{
	auto_store_reader struct store_reader reader = { .dir = -1 };
	const uint8_t *raw;
	int ret;

	if (store_reader_open(&reader, path, log, err))
		return -1;
	if (reader.first)
		warn_line("%s: records 0 to %" PRIu64 " are not there", path, reader.first - 1);
	for (;;) {
		auto_free char *line = NULL;

		ret = store_reader_next(&reader, &raw, &line, err);
		if (ret <= 0)
			return ret;
		if (fn(data, raw, line, err))
			return -1;
	}
}

int recorded_event(const char *path, uint32_t log, uint64_t sequence, struct names *names,
		   struct event *event, struct err *err)
{
	auto_store_reader struct store_reader reader = { .dir = -1 };
	auto_free char *line = NULL;
	const uint8_t *raw;

	if (store_reader_open(&reader, path, log, err) || store_reader_seek(&reader, sequence, err))
		return -1;
	if (store_reader_next(&reader, &raw, &line, err) <= 0 || rvm_le64_get(raw) != sequence)
		return err_make(err, EXIT_REFUSED, "%s: has no record %" PRIu64, path, sequence);
	event_fill(event, raw, line, names);
	return 0;
}
