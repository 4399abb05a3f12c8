// SPDX-License-Identifier: GPL-2.0-only
/* The two files of a segment, read side by side. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "limits.h"
#include "log/follow.h"

/* As many as an entry of an index has. */
#define FOLLOW_FEW_BYTES (64 << 10)

struct follow *follow_new(int records, int lines)
{
	struct follow *follow = malloc(sizeof(*follow));

	if (follow)
		follow_begin(follow, records, lines);
	return follow;
}

void follow_begin(struct follow *follow, int records, int lines)
{
	memset(follow, 0, offsetof(struct follow, raw));
	follow->records = records;
	follow->lines = lines;
}

/* Return: bytes that were read, 0 at the end, or a negative errno. */
static ssize_t fill(int fd, void *buf, size_t size, size_t *have, size_t *at)
{
	ssize_t n;

	memmove(buf, (char *)buf + *at, *have - *at);
	*have -= *at;
	*at = 0;
	if (*have == size)
		return 0;
	do {
		n = read(fd, (char *)buf + *have, size - *have);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	*have += n;
	return n;
}

static ssize_t fill_raw(struct follow *f)
{
	ssize_t n = 1;

	while (n > 0 && f->raw_have - f->raw_at < RVM_RECORD_BYTES)
		n = fill(f->records, f->raw, f->few ? FOLLOW_FEW_BYTES : sizeof(f->raw),
			 &f->raw_have, &f->raw_at);
	return n;
}

static ssize_t fill_lines(struct follow *f)
{
	return fill(f->lines, f->text, f->few ? FOLLOW_FEW_BYTES : sizeof(f->text), &f->lines_have,
		    &f->lines_at);
}

/* Return: how many were taken, or a negative errno. */
static ssize_t take(struct follow *f, struct trail *trail, uint64_t until)
{
	size_t n = (f->raw_have - f->raw_at) / RVM_RECORD_BYTES;
	size_t len = f->lines_have - f->lines_at;
	uint64_t most = until - trail->chain.chain.length;
	ssize_t taken;

	if (n > most)
		n = most;
	taken = trail_take(trail, f->raw + f->raw_at, n, f->text + f->lines_at, &len);
	if (taken < 0)
		return -ENOMEM;
	f->raw_at += taken * RVM_RECORD_BYTES;
	f->lines_at += len;
	return taken;
}

int follow_run(struct follow *f, struct trail *trail, uint64_t until)
{
	while (!trail->fault.reason && trail->chain.chain.length < until) {
		ssize_t n = fill_raw(f);

		if (n < 0)
			return n;
		f->stray = f->raw_have - f->raw_at;
		if (f->stray < RVM_RECORD_BYTES)
			return 0;
		f->stray = 0;
		n = take(f, trail, until);
		if (n < 0)
			return n;
		if (n || trail->fault.reason)
			continue;
		/* Whoever writes has written the line first: look again. */
		n = fill_lines(f);
		if (n < 0)
			return n;
		f->wants_line = !n;
		if (!n)
			return 0;
	}
	return 0;
}

/*
 * Whole records and their lines stay. What was read behind them may have been cut off since:
 * half a record, and lines whose records did not come.
 */
static int forget(struct follow *f)
{
	off_t raw = f->raw_have - f->raw_at, lines = f->lines_have - f->lines_at;

	if (raw >= RVM_RECORD_BYTES)
		return 0;
	if (lseek(f->records, -raw, SEEK_CUR) < 0 || lseek(f->lines, -lines, SEEK_CUR) < 0)
		return -errno;
	f->raw_have = f->raw_at = f->lines_have = f->lines_at = 0;
	return 0;
}

int follow_next(struct follow *f, const uint8_t **raw, const char **line, size_t *len)
{
	const char *end;
	ssize_t n = f->grows ? forget(f) : 0;

	if (!n)
		n = fill_raw(f);

	*line = NULL;
	if (n < 0 || f->raw_have - f->raw_at < RVM_RECORD_BYTES)
		return n < 0 ? n : 0;
	*raw = f->raw + f->raw_at;
	if ((*raw)[18] & RVM_RECORD_F_DETAIL) {
		if (f->lines_have - f->lines_at < RVM_DETAIL_BYTES) {
			n = fill_lines(f);
			if (n < 0)
				return n;
		}
		*line = f->text + f->lines_at;
		end = memchr(*line, '\n', f->lines_have - f->lines_at);
		*len = (end ? end : f->text + f->lines_have) - *line;
		f->lines_at += *len + !!end;
	}
	f->raw_at += RVM_RECORD_BYTES;
	return 1;
}
