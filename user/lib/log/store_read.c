// SPDX-License-Identifier: GPL-2.0-only
/* One log of those that were recorded in a directory, read record by record. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "log/follow.h"
#include "log/store_read.h"
#include "log/store_verify.h"

bool store_is(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static void close_segment(struct store_reader *reader)
{
	free(reader->follow);
	reader->follow = NULL;
	if (reader->records >= 0)
		close(reader->records);
	if (reader->lines >= 0)
		close(reader->lines);
	reader->records = reader->lines = -1;
}

static int open_files(struct store_reader *reader, const struct segment_name *name, struct err *err)
{
	reader->records =
		part_open(reader->dir, name, PART_RECORDS, O_RDONLY, PART_ANY, reader->path, err);
	if (reader->records < 0)
		return reader->records;
	reader->lines =
		part_open(reader->dir, name, PART_LINES, O_RDONLY, PART_ANY, reader->path, err);
	return reader->lines < 0 ? reader->lines : 0;
}

static int open_segment(struct store_reader *reader, struct err *err)
{
	const struct segment_name *name = &reader->list.entry[reader->at].name;
	int ret;

	close_segment(reader);
	reader->at++;
	ret = open_files(reader, name, err);
	if (ret == -ENOENT && reader->grows) {
		/* A recorder removes what it had begun, if nothing came of it. */
		close_segment(reader);
		err_clear(err);
		return 0;
	}
	if (ret)
		return -1;
	reader->follow = follow_new(reader->records, reader->lines);
	if (!reader->follow)
		return err_errno(err, ENOMEM, "%s", reader->path);
	reader->follow->grows = reader->grows;
	reader->now = *name;
	return 0;
}

/* Those of one log, that have records. */
static void choose(struct list *list, uint32_t log)
{
	size_t n = 0;

	for (size_t i = list->n; !log && i--;) {
		if (list->entry[i].parts & HAS(PART_RECORDS))
			log = list->entry[i].name.log;
	}
	for (size_t i = 0; i < list->n; i++) {
		if (list->entry[i].name.log == log && list->entry[i].parts & HAS(PART_RECORDS))
			list->entry[n++] = list->entry[i];
	}
	list->n = n;
}

static int find_end(struct store_reader *reader, struct err *err)
{
	const struct segment_name *last = &reader->list.entry[reader->list.n - 1].name;
	auto_close int fd =
		part_open(reader->dir, last, PART_RECORDS, O_RDONLY, PART_ANY, reader->path, err);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st))
		return err_errno(err, errno, "%s", reader->path);
	reader->first = reader->list.entry[0].name.first;
	reader->end = last->first + st.st_size / RVM_RECORD_BYTES;
	return 0;
}

static int open_reader(struct store_reader *reader, const char *path, uint32_t log, bool grows,
		       struct err *err)
{
	*reader = (struct store_reader){
		.path = path, .records = -1, .lines = -1, .grows = grows, .only = log
	};
	reader->dir = store_look(path, err);
	if (reader->dir < 0 || list_read(reader->dir, path, &reader->list, err))
		return -1;
	choose(&reader->list, log);
	if (reader->list.n)
		return find_end(reader, err);
	if (log)
		return err_make(err, EXIT_REFUSED, "%s: has no log %" PRIu32, path, log);
	return grows ? 0 : err_make(err, EXIT_REFUSED, "%s: nothing is recorded in it", path);
}

int store_reader_open(struct store_reader *reader, const char *path, uint32_t log, struct err *err)
{
	return open_reader(reader, path, log, false, err);
}

int store_reader_open_growing(struct store_reader *reader, const char *path, uint32_t log,
			      struct err *err)
{
	return open_reader(reader, path, log, true, err);
}

/* Behind the one that is read: it, if there is another of its name now. */
static bool is_behind(const struct store_reader *reader, const struct segment_name *name)
{
	struct stat st;
	int order = segment_name_compare(name, &reader->now);

	return order > 0 || (!order && !fstat(reader->records, &st) && !st.st_nlink);
}

/* Return: 1 if there are segments that were not there before; 0; -1. */
static int look_again(struct store_reader *reader, struct err *err)
{
	auto_list struct list found = { 0 };
	size_t n = 0;

	if (list_read(reader->dir, reader->path, &found, err))
		return -1;
	for (size_t i = 0; i < found.n; i++) {
		const struct segment_files *files = &found.entry[i];

		if (files->parts & HAS(PART_RECORDS) && is_behind(reader, &files->name) &&
		    (!reader->only || files->name.log == reader->only))
			found.entry[n++] = *files;
	}
	found.n = n;
	list_free(&reader->list);
	reader->list = found;
	reader->at = 0;
	found = (struct list){ 0 };
	return n > 0;
}

int store_reader_seek(struct store_reader *reader, uint64_t sequence, struct err *err)
{
	const struct list *list = &reader->list;
	const uint8_t *raw;
	const char *line;
	size_t len;
	uint64_t at;

	reader->at = 0;
	if (!list->n)
		return 0;
	while (reader->at + 1 < list->n && list->entry[reader->at + 1].name.first <= sequence)
		reader->at++;
	at = list->entry[reader->at].name.first;
	if (open_segment(reader, err))
		return -1;
	for (; reader->follow && at < sequence; at++) {
		int ret = follow_next(reader->follow, &raw, &line, &len);

		if (ret <= 0)
			return ret ? err_errno(err, -ret, "%s", reader->path) : 0;
	}
	return 0;
}

int store_reader_next(struct store_reader *reader, const uint8_t **raw, char **line,
		      struct err *err)
{
	const char *text = NULL;
	size_t len = 0;
	int ret;

	*line = NULL;
	for (;;) {
		ret = reader->follow ? follow_next(reader->follow, raw, &text, &len) : 0;
		if (ret)
			break;
		if (reader->at < reader->list.n) {
			if (open_segment(reader, err))
				return -1;
			continue;
		}
		ret = reader->grows ? look_again(reader, err) : 0;
		/* What it had before they were made is read first. */
		if (ret <= 0)
			return ret;
	}
	if (ret < 0)
		return err_errno(err, -ret, "%s", reader->path);
	if (text && len)
		*line = strndup(text, len);
	return 1;
}

void store_reader_close(struct store_reader *reader)
{
	close_segment(reader);
	list_free(&reader->list);
	if (reader->dir >= 0)
		close(reader->dir);
	reader->dir = -1;
}
