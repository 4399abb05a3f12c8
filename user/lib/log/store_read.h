/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RVM_STORE_READ_H
#define RVM_STORE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "log/list.h"

/* One log of those that were recorded in a directory, read record by record; unchecked. */

struct follow;

/**
 * struct store_reader - it
 */
struct store_reader {
	/** @path: The caller's. */
	const char *path;
	/** @dir: Descriptor. */
	int dir;
	/** @list: Segments of this log. */
	struct list list;
	/** @at: The one that comes next. */
	size_t at;
	/** @now: The one that is read. */
	struct segment_name now;
	/** @grows: Look for more at the end. */
	bool grows;
	/** @only: The number of the log; 0 for those that come, too. */
	uint32_t only;
	/** @records: Descriptor of the one that is read. */
	int records;
	/** @lines: Likewise. */
	int lines;
	/** @follow: Where it stands; NULL before a segment. */
	struct follow *follow;
	/** @first: First record that is there. */
	uint64_t first;
	/** @end: Behind the last one. */
	uint64_t end;
};

/* Is it a directory, and not a file? */
bool store_is(const char *path);
/* @log: its number in the directory; 0 for the newest. */
int store_reader_open(struct store_reader *reader, const char *path, uint32_t log, struct err *err);
/*
 * Likewise of a directory that is recorded into, or will be: where store_reader_next() says
 * that it is the end, it can be called again later. With @log 0 newer logs follow.
 */
int store_reader_open_growing(struct store_reader *reader, const char *path, uint32_t log,
			      struct err *err);
/* The next record is this one, or the first after it that is there. */
int store_reader_seek(struct store_reader *reader, uint64_t sequence, struct err *err);
/*
 * @line: filled: a copy, NULL if there is none; free() it.
 *
 * Return: 1 with @raw, valid until the next call; 0 at the end; -1 with @err.
 */
int store_reader_next(struct store_reader *reader, const uint8_t **raw, char **line,
		      struct err *err);
void store_reader_close(struct store_reader *reader);
#define auto_store_reader __attribute__((cleanup(store_reader_close)))

#endif
