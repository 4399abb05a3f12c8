// SPDX-License-Identifier: GPL-2.0-only
/* Recording: from a source into a directory, acknowledging what is safe. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/auto.h"
#include "limits.h"
#include "log/recorder.h"

#define BATCH_BYTES (256 << 10)
#define BATCH_RECORDS (BATCH_BYTES / RVM_RECORD_BYTES)
#define RETRY_MS 1000
/* After being told to stop, for what was under way. */
#define DRAIN_MS 2000

/**
 * struct recording - under way
 */
struct recording {
	struct store *store;
	struct record_source *source;
	const struct record_policy *policy;
	struct record_count *count;
	/* Records and lines since the last sync; when the first of them came. */
	uint64_t records, lines;
	int64_t since_ms;
	/* When it was told to stop; 0 before. */
	int64_t stopped_ms;
	/* The disk was full, and that was said. */
	bool full;
	/* The source has ended. */
	bool ended;
	/* What was written is gone again. */
	bool broken;
	/* Lines of the batch; those of records before @line_next are there. */
	char *text;
	size_t len, size;
	uint64_t line_next, batch_first;
	uint8_t raw[BATCH_BYTES];
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static bool is_stopped(struct recording *r)
{
	struct pollfd fd = { .fd = r->policy->stop_fd, .events = POLLIN };

	if (!r->stopped_ms && fd.fd >= 0 && poll(&fd, 1, 0) > 0)
		r->stopped_ms = now_ms();
	return r->stopped_ms;
}

static bool is_due(const struct recording *r)
{
	if (!r->records)
		return false;
	return r->records >= r->policy->sync_records || r->lines >= r->policy->sync_lines ||
	       now_ms() - r->since_ms >= r->policy->sync_ms;
}

/* -ENODEV is no error: nobody wants to know any more. */
static int check_end(struct recording *r, int ret, struct err *err)
{
	if (ret != -ENODEV)
		return ret;
	err_clear(err);
	r->ended = true;
	return 0;
}

static int sync_now(struct recording *r, struct err *err)
{
	int ret;

	if (!r->records)
		return 0;
	ret = store_sync(r->store, err);
	r->broken = ret;
	if (ret)
		return ret;
	r->records = r->lines = 0;
	r->count->syncs++;
	if (r->ended)
		return 0;
	return check_end(r, r->source->ack(r->source, store_synced(r->store), err), err);
}

/* Whole segments end with a seal; it is too old, or too large. */
static bool is_complete(const struct recording *r)
{
	const struct segment *segment = &r->store->segment;

	return segment->trail.records * RVM_RECORD_BYTES >= r->policy->segment_bytes ||
	       time(NULL) - (int64_t)segment->seal.begun >= (int64_t)r->policy->segment_seconds;
}

/*
 * Wait for room on the disk.  The log is attached meanwhile: nothing is overwritten, and
 * what the kernel has no room for is counted.  Return: 0 to try again, or @error.
 */
static int wait_for_room(struct recording *r, int error, struct err *err)
{
	struct timespec pause = { .tv_sec = RETRY_MS / 1000 };
	struct pollfd fd = { .fd = r->policy->stop_fd, .events = POLLIN };

	if (!store_is_full(error) || r->policy->once || is_stopped(r))
		return error;
	if (!r->full)
		warn_line("%s; it is tried again each second", err->text ?: "disk full");
	r->full = true;
	err_clear(err);
	/* What there was room for becomes safe. */
	error = sync_now(r, err);
	if (error)
		return error;
	if (fd.fd < 0)
		nanosleep(&pause, NULL);
	else
		poll(&fd, 1, RETRY_MS);
	return 0;
}

static int make_room_for_line(struct recording *r, size_t len)
{
	size_t size = r->size ? 2 * r->size : 1 << 20;
	char *more;

	if (r->len + len + 1 <= r->size)
		return 0;
	more = realloc(r->text, size);
	if (!more)
		return -1;
	r->text = more;
	r->size = size;
	return 0;
}

static const uint8_t *batch_record(const struct recording *r, uint64_t sequence)
{
	return r->raw + (sequence - r->batch_first) * RVM_RECORD_BYTES;
}

/* Empty lines for records before @end whose lines are gone. */
static int add_blanks(struct recording *r, uint64_t end)
{
	for (; r->line_next < end; r->line_next++) {
		if (!(batch_record(r, r->line_next)[18] & RVM_RECORD_F_DETAIL))
			continue;
		if (make_room_for_line(r, 0))
			return -1;
		r->text[r->len++] = '\n';
		r->count->gone++;
	}
	return 0;
}

struct lines_of {
	struct recording *r;
	uint64_t end;
};

static int add_line(void *data, uint64_t sequence, const char *line, size_t len)
{
	struct lines_of *of = data;
	struct recording *r = of->r;

	if (sequence < r->line_next || sequence >= of->end)
		return 0;
	if (add_blanks(r, sequence))
		return -1;
	if (!(batch_record(r, sequence)[18] & RVM_RECORD_F_DETAIL))
		return 0;
	if (len >= RVM_DETAIL_BYTES)
		len = RVM_DETAIL_BYTES - 1;
	if (make_room_for_line(r, len))
		return -1;
	memcpy(r->text + r->len, line, len);
	r->len += len;
	r->text[r->len++] = '\n';
	r->line_next = sequence + 1;
	return 0;
}

static uint64_t count_lines(const struct recording *r, size_t n)
{
	uint64_t lines = 0;

	for (size_t i = 0; i < n; i++)
		lines += !!(r->raw[i * RVM_RECORD_BYTES + 18] & RVM_RECORD_F_DETAIL);
	return lines;
}

static int get_lines(struct recording *r, uint64_t first, size_t n, struct err *err)
{
	struct lines_of of = { .r = r, .end = first + n };
	int ret = 0;

	r->len = 0;
	r->batch_first = r->line_next = first;
	if (!r->ended)
		ret = check_end(r, r->source->lines(r->source, first, of.end, add_line, &of, err),
				err);
	if (!ret && add_blanks(r, of.end))
		ret = -ENOMEM;
	if (ret && !err->code)
		err_errno(err, -ret, "lines of the log");
	return ret;
}

/* A segment is filled, and then goes on to the next seal. */
static size_t room_for(const struct recording *r, size_t n)
{
	uint64_t most = r->policy->segment_bytes / RVM_RECORD_BYTES;
	uint64_t have = r->store->open ? r->store->segment.trail.records : 0;

	return have < most && n > most - have ? most - have : n;
}

/* Return: how many records were written, or a negative errno. */
static ssize_t write_some(struct recording *r, size_t at, size_t n, size_t *line_at,
			  struct err *err)
{
	size_t len = r->len - *line_at;
	ssize_t taken;

	/* The next seal ends it, unless that was the last record already. */
	if (r->store->open && is_complete(r)) {
		r->store->segment.trail.stop_at_seal = true;
		if (r->store->segment.trail.at_seal) {
			int ret = sync_now(r, err);

			if (!ret)
				ret = store_roll(r->store, err);
			if (ret)
				return ret;
		}
	}
	taken = store_append(r->store, r->raw + at * RVM_RECORD_BYTES, room_for(r, n),
			     r->text + *line_at, &len, err);
	if (taken > 0)
		*line_at += len;
	return taken;
}

static void tell_batch(const struct recording *r, size_t n)
{
	const char *line = r->text, *end = line ? line + r->len : NULL;

	for (size_t i = 0; r->policy->tell && i < n; i++) {
		const uint8_t *raw = r->raw + i * RVM_RECORD_BYTES;
		bool has = raw[18] & RVM_RECORD_F_DETAIL && line && line < end;
		const char *stop = has ? memchr(line, '\n', end - line) : NULL;

		r->policy->tell(r->policy->tell_data, raw, stop ? line : NULL,
				stop ? stop - line : 0);
		if (stop)
			line = stop + 1;
	}
}

/* All of the batch, however often the disk is full. */
static int write_batch(struct recording *r, size_t n, struct err *err)
{
	uint64_t lines = count_lines(r, n);
	size_t line_at = 0;
	ssize_t taken;

	r->len = 0;
	if (lines) {
		int ret = get_lines(r, r->store->end.next, n, err);

		if (ret)
			return ret;
	}
	if (!r->records)
		r->since_ms = now_ms();
	for (size_t at = 0; at < n; at += taken) {
		taken = write_some(r, at, n - at, &line_at, err);
		if (taken < 0) {
			int ret = wait_for_room(r, taken, err);

			if (ret)
				return ret;
			taken = 0;
			continue;
		}
		r->full = false;
		r->records += taken;
		r->count->records += taken;
	}
	r->lines += lines;
	tell_batch(r, n);
	return 0;
}

/* Not more than to the time when something is due. */
static int wait_for_more(struct recording *r, struct err *err)
{
	int64_t left = r->records ? r->since_ms + r->policy->sync_ms - now_ms() : -1;

	if (r->records && left < 0)
		left = 0;
	return check_end(r, r->source->wait(r->source, r->policy->stop_fd, left, err), err);
}

/* Return: 1 to go on, 0 at the end, or a negative errno. */
static int step(struct recording *r, struct err *err)
{
	bool stopped = is_stopped(r);
	ssize_t n = r->source->read(r->source, r->raw, sizeof(r->raw), err);
	int ret = check_end(r, n < 0 ? n : 0, err);

	if (ret)
		return ret;
	if (n > 0)
		ret = write_batch(r, n / RVM_RECORD_BYTES, err);
	if (!ret && is_due(r))
		ret = sync_now(r, err);
	if (ret || r->ended)
		return ret;
	if (stopped && (n <= 0 || now_ms() - r->stopped_ms > DRAIN_MS))
		return 0;
	if (n > 0)
		return 1;
	if (r->policy->once)
		return 0;
	ret = wait_for_more(r, err);
	return ret ? ret : 1;
}

static int attach(struct recording *r, struct err *err)
{
	uint8_t previous[RVM_SHA256_DIGEST_BYTES];
	struct store_place place = r->store->end;
	uint64_t length;
	int ret;

	store_head(r->store, previous, &length);
	ret = r->source->attach(r->source, &place, previous, length, err);
	if (ret)
		return ret;
	while ((ret = store_begin(r->store, &place, err))) {
		ret = wait_for_room(r, ret, err);
		if (ret)
			return ret;
	}
	return 0;
}

int record_run(struct store *store, struct record_source *source,
	       const struct record_policy *policy, struct record_count *count, struct err *err)
{
	auto_free struct recording *r = calloc(1, sizeof(*r));
	int ret;

	*count = (struct record_count){ 0 };
	if (!r)
		return err_errno(err, ENOMEM, "%s", store->path);
	r->store = store;
	r->source = source;
	r->policy = policy;
	r->count = count;
	ret = attach(r, err);
	while (!ret && (ret = step(r, err)) > 0)
		ret = 0;
	if (!ret) {
		ret = sync_now(r, err);
	} else if (!r->broken) {
		/* What was written before that is good. */
		struct err other = { 0 };

		sync_now(r, &other);
		err_clear(&other);
	}
	free(r->text);
	return ret ? -1 : 0;
}
